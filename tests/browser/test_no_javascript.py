"""The main acts with scripts switched off: every page is a plain form, every dialog a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import review_work as review
from tests.browser import site_work as site
from tests.browser.conftest import AsPerson
from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)]
HYPOTENSION = {
    "Event as reported": "Low blood pressure", "CTCAE v5.0 term": "Hypotension", "Onset": "29 jan 2024",
    "Time of onset": "2000", "Grade": "3", "Ongoing": "Yes", "Serious": "No", "Outcome": "Recovering or resolving",
    "Action with nivolumab": "Dose not changed", "Action with IL-2": "Drug interrupted",
    "Treatment given": "Medication",
}  # fmt: skip
MAN = {
    "Date of birth": "29 jul 1961", "Sex at birth": "Male", "Ethnicity": "Unknown", "Race (all that apply)": "White"
}  # fmt: skip
HELD = {
    "Given / held / not reached": "Held", "Reason held": "Hypotension", "Linked adverse event": "1 Hypotension"
}  # fmt: skip
STAY = {
    "Admission": "29 jan 2024 0600", "Weight used for dosing": "72.0", "Dose level": "600,000 IU/kg",
    "Dose prescribed (after rounding)": "43200000",
}  # fmt: skip


def test_a_participant_is_entered_verified_signed_and_exported(as_person: AsPerson, tmp_path: Path) -> None:
    """Sign-in, forms, an adverse event, a dose grid, verification, signature and export need no script."""
    coordinator = as_person("r.diaz", java_script_enabled=False)
    code = enters_forms(coordinator)
    records_event_and_doses(coordinator, code)
    monitor = as_person("m.lindt", java_script_enabled=False)
    assert "2 items verified" in review.verify_form(monitor, code, "screening/visit-header")
    number = review.raise_query(monitor, code, "screening/demographics/items/sex", "Which is right?")
    review.answer_query(coordinator, number, "As recorded.")
    review.close_query(monitor, number, "Agreed.")
    signs(as_person("l.ames", java_script_enabled=False), code)
    exports(monitor, tmp_path)


def enters_forms(coordinator: Person) -> str:
    """Consent and demographics; what an answer brings up is asked after the save."""
    code = site.enrol(coordinator, "8 jan 2024")
    site.complete_consent(coordinator, code)
    coordinator.open_form(code, "screening/demographics")
    coordinator.answer_all(MAN)
    coordinator.save()
    coordinator.answer("Surgically sterile (vasectomy)", "Yes")
    coordinator.complete()
    record_visit(coordinator, code, "screening", "10 jan 2024")
    site.add_visit(coordinator, code, "Course n, day 1 nivolumab", "1")
    record_visit(coordinator, code, "c1-d1", "22 jan 2024")
    return code


def record_visit(coordinator: Person, code: str, visit: str, day: str) -> None:
    """That a visit took place is saved first; then its date is asked."""
    coordinator.open_form(code, f"{visit}/visit-header")
    coordinator.answer("Did this visit take place?", "Yes")
    coordinator.save()
    coordinator.answer("Date of visit", day)
    coordinator.complete()


def records_event_and_doses(coordinator: Person, code: str) -> None:
    """An adverse event whose term is typed, and three doses of which one was held because of it."""
    site.report_event(coordinator, code, HYPOTENSION)
    coordinator.open_form(code, "c1-admission-1/il2-admission")
    coordinator.answer("Admitted for HD IL-2", "Yes")
    coordinator.save()
    coordinator.answer_all(STAY)
    coordinator.save()
    coordinator.open_form(code, "c1-admission-1/il2-doses")
    coordinator.answer("Planned start of slot 1", "29 jan 2024 0800")
    site.dose(coordinator, 1).fill("0805")
    site.dose(coordinator, 2).fill("1610")
    coordinator.answer_all(HELD, site.panel_of_dose(coordinator, 3))
    coordinator.page.get_by_role("group", name="Was every given dose").get_by_label("Yes").check()
    assert "Doses: 2 given, 1 held." in coordinator.save()
    coordinator.sees("86,400,000 IU")


def signs(investigator: Person, code: str) -> None:
    """The investigator reads and signs what is ready."""
    investigator.open_form(code, "screening/demographics")
    assert "Signed 1 forms" in site.sign_all(investigator, code)


def exports(monitor: Person, folder: Path) -> None:
    """A data file is taken away."""
    monitor.go("/exports")
    row = monitor.page.locator("tr", has_text="crf_ae ").first
    with monitor.page.expect_download() as coming:
        row.get_by_role("link", name="CSV, exact").click()
    target = folder / "ae.csv"
    coming.value.save_as(target)
    assert "Low blood pressure" in target.read_text("utf-8-sig")
