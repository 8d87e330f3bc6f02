"""What coordinator and investigator do at the screen, one act a function, in the words of the ward."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, expect

from edc.demo.people import PASSWORD
from tests.browser.person import Person

CONSENTS = (
    "Participant able to understand and willing to sign", "Agrees to use of archived tissue",
    "Agrees to research blood", "Copy given to participant",
)  # fmt: skip
DOSE_CHART = (
    "0805", "1610", "0015", "0802", "1620", "0030", "held", "1655", "0050", "held", "1620", "held", "stop", "stop"
)  # fmt: skip


def enrol(coordinator: Person, signed: str) -> str:
    """Enrol the next participant of the site; returns the code."""
    coordinator.go("/participants")
    coordinator.follow("Enrol participant")
    coordinator.page.get_by_label("Consent form version signed").select_option("v2.0")
    coordinator.page.get_by_label("Date participant signed").fill(signed)
    coordinator.page.get_by_label("Person who obtained consent").fill("Dr Lena Ames")
    coordinator.page.get_by_role("button", name=re.compile("^Enrol participant")).click()
    expect(coordinator.page.locator("#page-status")).to_contain_text("enrolled")
    return coordinator.heading


def complete_consent(coordinator: Person, code: str) -> str:
    """Answer the rest of the consent form."""
    coordinator.open_form(code, "informed-consent/1")
    coordinator.answer("Language of the form", "English")
    for label in CONSENTS:
        coordinator.answer(label, "Yes")
    return coordinator.complete()


def record_demographics(coordinator: Person, code: str) -> str:
    """Record a woman of 62 years."""
    coordinator.open_form(code, "screening/demographics")
    coordinator.answer_all(
        {
            "Date of birth": "29 jul 1961", "Sex at birth": "Female", "Ethnicity": "Not Hispanic or Latino",
            "Race (all that apply)": "White; Asian", "Childbearing potential": "No", "Why not": "Postmenopausal",
        }
    )  # fmt: skip
    return coordinator.complete()


def record_visit(coordinator: Person, code: str, visit: str, day: str, until: str = "") -> str:
    """Record that a visit took place."""
    coordinator.open_form(code, f"{visit}/visit-header")
    coordinator.answer("Did this visit take place?", "Yes")
    coordinator.answer("Date of visit", day)
    if until:
        coordinator.answer("Last date of visit", until)
    return coordinator.complete()


def add_visit(coordinator: Person, code: str, kind: str, number: str = "") -> None:
    """Add a visit by hand."""
    coordinator.go(f"/participants/{code}")
    coordinator.page.get_by_label("Add a visit").select_option(label=kind)
    coordinator.page.get_by_label("Course or number n").fill(number)
    coordinator.press("Add visit")
    expect(coordinator.page.locator("#page-status")).to_contain_text("added")


# --- laboratory -----------------------------------------------------------------------------------------------------


def open_sample(coordinator: Person, code: str, visit: str, taken: str, panels: str) -> None:
    """Begin a laboratory form: when the sample was taken, where, and what was asked of it."""
    coordinator.open_form(code, f"{visit}/laboratory")
    coordinator.answer_all(
        {"Sample taken": "Yes", "Sample date and time": taken, "Laboratory": "Central laboratory", "Panels": panels}
    )


def result(person: Person, test: str) -> Locator:
    """The line of a test on the sheet of results."""
    return person.page.locator(f".cb-line[data-test='{test}']:visible")


def type_results(coordinator: Person, results: Mapping[str, str]) -> None:
    """Type results as the laboratory printed them."""
    for test, text in results.items():
        result(coordinator, test).locator(".cb-ctl > input, .cb-ctl > select").first.fill(text)


def leave_out_rest(coordinator: Person, panel: str, reason: str) -> None:
    """State one reason for all tests of a panel that have no result."""
    part = coordinator.page.get_by_role("region", name=panel, exact=True)
    part.get_by_text("No results for this panel...").click()
    part.locator(".cb-line-none select").select_option(label=reason)


# --- admission ------------------------------------------------------------------------------------------------------


def record_admission(coordinator: Person, code: str, answers: Mapping[str, str]) -> str:
    """Record the stay, its dosing weight and the dose of a slot."""
    coordinator.open_form(code, "c1-admission-1/il2-admission")
    coordinator.answer_all(dict(answers))
    return coordinator.save()


def record_doses(coordinator: Person, code: str, event: str, chart: Sequence[str] = DOSE_CHART) -> None:
    """Copy a dose chart by keys: start times, doses held for low blood pressure, and the end of dosing."""
    coordinator.open_form(code, "c1-admission-1/il2-doses")
    coordinator.answer("Planned start of slot 1", "29 jan 2024 0800")
    for number, told in enumerate(chart, start=1):
        if told == "held":
            hold_dose(coordinator, number, event)
        elif told == "stop":
            dose(coordinator, number).press("x")
            break
        else:
            dose(coordinator, number).press_sequentially(told)
    for number, told in enumerate(chart, start=1):
        if told != "stop":
            skip_values_before_dose(coordinator, number)


def end_dosing(coordinator: Person, why: str, event: str) -> str:
    """Say why dosing ended, that each dose given was the full one, and that the grid is complete."""
    coordinator.answer("Why dosing ended", why)
    coordinator.answer("Adverse event that ended dosing", event)
    coordinator.page.get_by_role("group", name="Was every given dose").get_by_label("Yes").check()
    return coordinator.complete()


def dose(person: Person, number: int) -> Locator:
    """The field in which the start of a dose is typed."""
    return person.page.get_by_label(f"Start of dose {number}", exact=True)


def panel_of_dose(person: Person, number: int) -> Locator:
    """Everything else about a dose."""
    return person.page.locator(f"[data-slot-panel='{number}']")


def hold_dose(coordinator: Person, number: int, event: str) -> None:
    """Say that a dose was held for hypotension, and name the adverse event."""
    dose(coordinator, number).press("h")
    panel = panel_of_dose(coordinator, number)
    coordinator.answer("Reason held", "Hypotension", panel)
    coordinator.answer("Linked adverse event", event, panel)


def skip_values_before_dose(coordinator: Person, number: int) -> None:
    """State once why the chart has no values before a dose."""
    dose(coordinator, number).focus()
    panel = panel_of_dose(coordinator, number)
    panel.get_by_text("Before the dose").first.click()
    panel.get_by_label("All others above have no value, because").select_option(label="Record not available")


# --- adverse events -------------------------------------------------------------------------------------------------


def report_event(coordinator: Person, code: str, event: Mapping[str, str]) -> str:
    """Report an adverse event with the grade at its onset; the causality waits for an investigator. Returns its place."""
    coordinator.open_form(code, "adverse-events/new")
    coordinator.answer_all(dict(event))
    coordinator.mark_complete()
    said = coordinator.save()
    assert "Not complete yet" in said, said
    return f"adverse-events/{parse_qs(urlsplit(coordinator.page.url).query)['line'][0]}"


def say_events_occurred(coordinator: Person, code: str) -> str:
    """Answer above the log whether there was any adverse event."""
    coordinator.open_form(code, "adverse-events")
    coordinator.press("Yes, as listed here")
    expect(coordinator.page.locator("#page-status p").first).to_be_visible()
    return coordinator.messages


def judge_causality(investigator: Person, code: str, place: str, answers: Mapping[str, str]) -> str:
    """Give the relationship of an event to the drugs."""
    investigator.open_form(code, place)
    investigator.answer_all(dict(answers))
    return investigator.complete()


# --- tumours --------------------------------------------------------------------------------------------------------


def register_lesion(coordinator: Person, code: str, answers: Mapping[str, str]) -> str:
    """Register a lesion of baseline."""
    coordinator.open_form(code, "lesions/new")
    coordinator.answer_all(dict(answers))
    return coordinator.complete()


def record_scan(coordinator: Person, answers: Mapping[str, str]) -> None:
    """Record one scan of the assessment on the screen."""
    line = coordinator.page.locator(".cb-line[data-row^='new']").first
    for label, value in answers.items():
        coordinator.fill_control(line.get_by_role("group", name=re.compile(f"^{label}, ")), value)


def begin_assessment(coordinator: Person, code: str, visit: str, day: str, scan: Mapping[str, str]) -> str:
    """Record that the tumours were assessed, and the scan."""
    coordinator.open_form(code, f"{visit}/tumour-assessment")
    coordinator.answer("Assessment performed", "Yes")
    coordinator.answer("Date of assessment", day)
    record_scan(coordinator, scan)
    return coordinator.save()


def measure_targets(coordinator: Person, scan: str, diameters: Mapping[str, str]) -> None:
    """Type the diameters of the targets, all read from one scan."""
    coordinator.page.get_by_label("Targets were read from").select_option(label=scan)
    for lesion, diameter in diameters.items():
        coordinator.page.locator(f"[data-target][data-name='{lesion}'] [data-mm]").fill(diameter)


# --- corrections and signing ----------------------------------------------------------------------------------------


def correct(coordinator: Person, code: str, place: str, label: str, value: str, reason: str) -> str:
    """Change a stored value and say why."""
    coordinator.open_form(code, place)
    coordinator.answer(label, value)
    coordinator.say_why_changed(label, reason)
    return coordinator.save()


def read_every_form(investigator: Person, code: str) -> int:
    """Open each form that was not opened since its last change; returns how many."""
    page = investigator.page
    investigator.go(f"/participants/{code}/sign")
    links = page.locator("tr", has_text="not opened by you").get_by_role("link")
    addresses = [str(link.get_attribute("href")) for link in links.all()]
    for address in addresses:
        page.goto(address)
    return len(addresses)


def sign_all(investigator: Person, code: str) -> str:
    """Sign every form that is ready; returns what the page says."""
    investigator.go(f"/participants/{code}/sign")
    name = investigator.page.get_by_label("User name")
    if name.count():
        name.fill(investigator.name)
    investigator.page.get_by_label("Password").fill(PASSWORD)
    investigator.page.get_by_role("button", name=re.compile(r"^Sign \d+ forms")).click()
    expect(investigator.page.locator("#page-status")).to_contain_text("Signed")
    return investigator.messages


def issue_token(person: Person, label: str, *rights: str) -> str:
    """Make a token for a program on the account page; it is shown once."""
    page = person.page
    page.goto("/account")
    person.follow("Make a token")
    page.get_by_label("Name", exact=True).fill(label)
    for right in rights:
        page.get_by_label(right, exact=True).check()
    if page.locator("#fresh").count():
        page.locator("#fresh").fill(PASSWORD)
    person.press("Make token")
    return page.locator("#token").inner_text()
