"""One dose at the bedside on a tablet: from My day, one tap to the card, two to have it given."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser import site_work as site
from tests.browser.conftest import AsPerson
from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)]
SITE = ZoneInfo("America/Los_Angeles")


def words(at: dt.datetime) -> str:
    """A minute as people write it."""
    return f"{at:%d %b %Y %H%M}"


def begin_stay(coordinator: Person) -> str:
    """A participant admitted this morning, with the first dose planned in 22 minutes."""
    now = dt.datetime.now(SITE)
    code = dated_visit(coordinator, now)
    coordinator.open_form(code, "c1-admission-1/il2-admission")
    coordinator.answer_all({"Admitted for HD IL-2": "Yes", "Admission": words(now - dt.timedelta(hours=3))})
    coordinator.save()
    coordinator.open_form(code, "c1-admission-1/il2-doses")
    coordinator.answer("Planned start of slot 1", words(now + dt.timedelta(minutes=22)))
    coordinator.save()
    return code


def dated_visit(coordinator: Person, now: dt.datetime) -> str:
    """A participant who had day 1 a week ago; what an answer brings up is asked after the save."""
    code = site.enrol(coordinator, "8 jan 2024")
    site.add_visit(coordinator, code, "Course n, day 1 nivolumab", "1")
    coordinator.open_form(code, "c1-d1/visit-header")
    coordinator.answer("Did this visit take place?", "Yes")
    coordinator.save()
    coordinator.answer("Date of visit", f"{now - dt.timedelta(days=7):%d %b %Y}")
    coordinator.save()
    return code


def test_a_dose_is_given_by_two_taps(as_person: AsPerson) -> None:
    """On My day the row, on the card 'Given now' and 'Save', each large enough for a gloved finger."""
    nurse = as_person("r.diaz", has_touch=True)
    code = begin_stay(nurse)
    page = nurse.page
    page.set_viewport_size({"width": 820, "height": 1180})
    page.goto("/my-day")
    # The clock is that of the machine: a busy one takes some minutes to come here.
    row = page.get_by_role("link", name=re.compile(rf"{code} IL-2 dose 1, plan \d\d:\d\d \(in (1\d|2[0-2]) min\)"))
    row.tap()
    buttons = page.locator(".btn-bedside")
    expect(buttons).to_have_text([re.compile(r"^Given now \d\d:\d\d$"), "Held", "Given at..."])
    assert min(button.bounding_box()["height"] for button in buttons.all()) >= 56  # type: ignore[index]
    buttons.first.tap()
    page.get_by_role("button", name="Save: given").tap()
    expect(page.locator("main")).to_contain_text("Dose 1 is recorded: Given")
    expect(page.locator("#page-status")).to_contain_text("Doses: 1 given.")
    nurse.open_form(code, "c1-admission-1/il2-doses/dose/2?as=held")
    expect(nurse.item("Specify")).to_be_hidden()
    nurse.answer("Reason held", "Other, specify")
    nurse.answer("Specify", "Catheter was changed")
    page.get_by_role("button", name="Save: held").tap()
    nurse.sees("Dose 2 is recorded: Held.")


def test_a_dose_is_held_without_scripts_on_a_phone(as_person: AsPerson) -> None:
    """The card is a plain form, and nothing of it scrolls sideways."""
    nurse = as_person("r.diaz", java_script_enabled=False)
    code = dated_visit(nurse, dt.datetime.now(SITE))
    page = nurse.page
    page.set_viewport_size({"width": 320, "height": 900})
    nurse.open_form(code, "c1-admission-1/il2-doses/dose/1")
    assert page.locator("body").evaluate("() => document.documentElement.scrollWidth") == 320
    nurse.press("Held")
    expect(page.get_by_role("button", name="Save: held")).to_be_visible()
    assert page.locator("body").evaluate("() => document.documentElement.scrollWidth") == 320
    nurse.answer("Reason held", "Other, specify")
    nurse.answer("Specify", "Catheter was changed")
    nurse.press("Save: held")
    nurse.sees("Dose 1 is recorded: Held.")
