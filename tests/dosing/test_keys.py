"""A drug chart typed with keys only: nine doses, then stopped with one reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from tests.app_fixtures import PASSWORD
from tests.ward import GRID, Ward

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)]
BUDGET = 70
STARTS = ["0805", "1610", "0015", "0802", "1620", "0030", "0840", "1655", "0050"]


class Keys:
    """Key presses, counted: a chord counts each of its keys."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += key.count("+") + 1

    def type(self, text: str) -> None:
        self.press(*("Space" if letter == " " else letter for letter in text))


@pytest.fixture
def page(ward: Ward) -> Iterator[Page]:
    """The dose grid in a browser, opened by a coordinator."""
    server = make_server("127.0.0.1", 0, ward.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 1440, "height": 1000})
        shown.goto(f"{url}/sign-in")
        shown.fill("[name=user_name]", "r.diaz")
        shown.fill("[name=password]", PASSWORD)
        shown.keyboard.press("Enter")
        shown.wait_for_url("**/my-day")
        shown.goto(url + GRID)
        yield shown
        browser.close()
    server.shutdown()


def test_nine_doses_and_a_stop_fit_the_budget_of_keys(page: Page, ward: Ward) -> None:
    keys = Keys(page)
    keys.type("29jan2024 0800")
    for start in STARTS:
        keys.press("Tab")
        keys.type(start)
    keys.press("Tab", "x")
    keys.type("T")
    keys.press("Enter", "Space", "Control+s")
    page.locator("text=Doses: 9 given, 5 not reached.").wait_for()
    assert keys.count <= BUDGET
    assert ward.casebook.values("IL2A", "stop_reason", "doses_given", "total_iu", visit="C1A1") == [
        "TOXICITY", 9, 388_800_000,
    ]  # fmt: skip


def test_a_letter_inside_a_time_is_no_act(page: Page) -> None:
    page.fill("[name='SLOT.1.start_dt']", "08")
    page.locator("[name='SLOT.1.start_dt']").press("End")
    page.keyboard.press("x")
    assert page.input_value("[name='SLOT.1.start_dt']") == "08x"
    assert page.locator("[data-status][value=NOT_REACHED]:checked").count() == 0


def test_a_changed_start_asks_why_in_the_panel_of_its_dose(page: Page, ward: Ward) -> None:
    page.keyboard.type("29jan2024 0800")
    page.fill("[name='SLOT.1.start_dt']", "0805")
    page.keyboard.press("Control+s")
    page.locator("text=Doses: 1 given.").wait_for()
    page.fill("[name='SLOT.1.start_dt']", "0815")
    reason = page.locator("select[name='SLOT.1.start_dt.reason']")
    reason.select_option("Entry error")
    page.keyboard.press("Control+s")
    page.locator("text=Saved 08:30").wait_for()
    assert page.input_value("[name='SLOT.1.start_dt']") == "08:15"
