"""The casebook on a phone: one visit at a time, every mark in words, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AsPerson
from tests.browser.hospital import Hospital
from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)]
PATIENT = 6


def shows_visit(person: Person, name: str) -> None:
    """Make sure that the page shows this visit by itself."""
    expect(person.page.locator("#visit-t a")).to_have_text(name)


@pytest.mark.admitted(PATIENT)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_shows_one_visit_and_goes_on(hospital: Hospital, as_person: AsPerson, scripts: bool) -> None:
    """By the choice of visits and by the links to the visit before and after."""
    code = hospital.code
    nurse = as_person("r.diaz", java_script_enabled=scripts)
    nurse.page.set_viewport_size({"width": 320, "height": 900})
    nurse.go(f"/participants/{code}?visit=screening")
    page = nurse.page
    expect(page.locator(".cb-matrix")).to_be_hidden()
    expect(page.get_by_role("link", name="Demographics").first).to_contain_text("verified")
    nurse.page.get_by_label("Visit", exact=True).select_option("c1-admission-1")
    nurse.press("Show")
    shows_visit(nurse, "Course 1, admission 1 (IL-2)")
    page.get_by_role("link", name="Next: ").click()
    shows_visit(nurse, "Course 1, admission 2 (IL-2)")
    page.get_by_role("link", name="Previous: ").click()
    shows_visit(nurse, "Course 1, admission 1 (IL-2)")
    assert page.locator("body").evaluate("() => document.documentElement.scrollWidth") == 320


@pytest.mark.admitted(PATIENT)
def test_a_tablet_shows_the_whole_matrix(hospital: Hospital, as_person: AsPerson) -> None:
    """From 48rem up the visit by itself is not there, nor on paper."""
    code = hospital.code
    nurse = as_person("r.diaz")
    nurse.go(f"/participants/{code}")
    for width, media in ((820, "screen"), (600, "print")):
        nurse.page.set_viewport_size({"width": width, "height": 1180})
        nurse.page.emulate_media(media=media)
        expect(nurse.page.locator(".cb-matrix")).to_be_visible()
        expect(nurse.page.locator("#visit-t")).to_be_hidden()
