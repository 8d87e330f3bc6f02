"""Two people on one form: each sees the other, and nobody is kept out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import site_work as site
from tests.browser.conftest import AsPerson

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)]


def test_a_colleague_on_the_same_form_is_named_to_both(as_person: AsPerson) -> None:
    """Whoever comes later sees it at once, whoever was first with the next kept draft; both save."""
    nurse, doctor = as_person("r.diaz"), as_person("l.ames")
    code = site.enrol(nurse, "8 jan 2024")
    nurse.open_form(code, "screening/demographics")
    expect(nurse.page.locator("[data-presence]")).to_be_hidden()
    doctor.open_form(code, "screening/demographics")
    expect(doctor.page.locator("[data-presence]")).to_contain_text("has this form open (since ")
    nurse.answer("Date of birth", "29 jul 1961")
    expect(nurse.page.locator("[data-presence]")).to_contain_text("has this form open (since ")
    nurse.page.set_viewport_size({"width": 320, "height": 900})
    assert nurse.page.evaluate("document.documentElement.scrollWidth") == 320
    assert "Saved" in nurse.save()
    doctor.answer("Sex at birth", "Female")
    assert "Saved" in doctor.save()
