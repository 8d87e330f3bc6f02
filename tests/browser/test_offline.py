"""What is typed without a network: kept on the device, back for its owner, never for anybody else."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from edc.demo.people import PASSWORD
from tests.browser import site_work as site
from tests.browser.conftest import AsPerson
from tests.browser.person import STUDY, Person

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)]
ON_DEVICE = """new Promise(done => {
  const asked = indexedDB.open('casebook', 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore('drafts')
  asked.onsuccess = () => {
    const all = asked.result.transaction('drafts').objectStore('drafts').getAll()
    all.onsuccess = () => { asked.result.close(); done(all.result.map(kept => new TextDecoder('latin1').decode(kept.sealed))) }
  }
})"""


def device_is_empty(page: Page) -> None:
    """Make sure that the device comes to hold nothing: it forgets after the page has told that all is kept."""
    page.wait_for_function(f"async () => (await {ON_DEVICE}).length === 0")


def types_offline(nurse: Person, code: str) -> str:
    """Open demographics, lose the network, type a birth date, and lose the tab; returns the form's address."""
    nurse.open_form(code, "screening/demographics")
    nurse.page.wait_for_load_state("networkidle")
    nurse.lose_network()
    nurse.answer("Date of birth", "29 jul 1961")
    expect(nurse.page.locator("#page-status")).to_contain_text("Offline. Kept on this device.")
    kept = nurse.page.evaluate(ON_DEVICE)
    assert len(kept) == 1 and "1961" not in json.dumps(kept)
    nurse.page.close()
    nurse.find_network()
    return f"{STUDY}/participants/{code}/screening/demographics"


def test_the_tab_dies_offline_and_the_value_is_back(as_person: AsPerson) -> None:
    """The next page of the same person sends it as the ordinary draft; then the device holds nothing."""
    nurse = as_person("r.diaz")
    code = site.enrol(nurse, "8 jan 2024")
    address = types_offline(nurse, code)
    page = nurse.page.context.new_page()
    page.goto(address)
    expect(page.locator("[name=birth_date]")).to_have_value("29 jul 1961")
    expect(page.locator("#page-status")).to_contain_text("Not in the record until you save.")
    device_is_empty(page)


def test_any_page_sends_what_the_device_holds(as_person: AsPerson) -> None:
    """It stands among the drafts, whatever page comes first."""
    nurse = as_person("r.diaz")
    code = site.enrol(nurse, "8 jan 2024")
    types_offline(nurse, code)
    page = nurse.page.context.new_page()
    page.goto("/my-day")
    # The page shows itself anew when it has sent what the device held.
    expect(page.get_by_role("link", name=f"{code} Demographics")).to_be_visible()
    device_is_empty(page)


def test_another_person_on_the_same_tablet_finds_nothing(as_person: AsPerson) -> None:
    """Nothing is shown to a colleague, and the device forgets it."""
    nurse = as_person("r.diaz")
    code = site.enrol(nurse, "8 jan 2024")
    address = types_offline(nurse, code)
    nurse.page.context.clear_cookies(name="cb")
    page = nurse.page.context.new_page()
    page.goto("/sign-in")
    page.get_by_label("User name").fill("l.ames")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".cb-menu summary")).to_be_visible()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    device_is_empty(page)
    expect(page.locator("[name=birth_date]")).to_have_value("")


def test_signing_out_clears_the_device(as_person: AsPerson) -> None:
    """A shared tablet keeps nothing of whoever went away."""
    nurse = as_person("r.diaz")
    code = site.enrol(nurse, "8 jan 2024")
    types_offline(nurse, code)
    page = nurse.page.context.new_page()
    page.route("**/draft?*", lambda route: route.abort())
    page.goto("/account")
    page.wait_for_load_state("networkidle")
    assert len(page.evaluate(ON_DEVICE)) == 1
    page.locator(".cb-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("User name")).to_be_visible()
    device_is_empty(page)


def test_a_save_without_a_network_waits_and_loses_nothing(as_person: AsPerson) -> None:
    """The page stays with everything on it, and the save works when the network is back."""
    nurse = as_person("r.diaz")
    code = site.enrol(nurse, "8 jan 2024")
    nurse.open_form(code, "screening/demographics")
    nurse.page.wait_for_load_state("networkidle")
    nurse.lose_network()
    nurse.answer("Date of birth", "29 jul 1961")
    button = nurse.page.locator(".cb-savebar").get_by_role("button", name="Save", exact=True)
    button.click()
    expect(nurse.page.locator("#page-status")).to_contain_text("Offline. Kept on this device.")
    nurse.find_network()
    assert "Saved" in nurse.save()
    device_is_empty(nurse.page)


def test_a_locked_screen_takes_no_draft_but_the_device_keeps_it(as_person: AsPerson) -> None:
    """The screen was locked in another tab; after the password the value is there."""
    nurse = as_person("r.diaz")
    code = site.enrol(nurse, "8 jan 2024")
    nurse.open_form(code, "screening/demographics")
    nurse.page.wait_for_load_state("networkidle")
    other = nurse.page.context.new_page()
    other.goto("/my-day")
    other.get_by_role("button", name="Lock screen").click()
    expect(other.get_by_label("Password")).to_be_visible()
    nurse.answer("Date of birth", "29 jul 1961")
    expect(nurse.page.locator("#page-status")).to_contain_text("kept on this device only")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_role("link", name=f"{code} Demographics")).to_be_visible()
