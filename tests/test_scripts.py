"""The page scripts in Chromium, under the content policy of the application: keys, drafts, pickers, grids, sums."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask_bootstrap
import pytest
from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from edc.headers import CONTENT_SECURITY_POLICY
from tests import kit_samples

pytestmark = pytest.mark.browser
EDC = Path(__file__).parents[1] / "edc"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css"
TERMS = [
    ["Hypothyroidism", "Endocrine disorders", "G1-5", [], 0],
    ["Hypotension", "Vascular disorders", "G1-5", [], 1],
    ["Orthostatic hypotension", "Vascular disorders", "G1-3", [], 0],
    ["Chills", "General disorders", "G1-3", ["rigors"], 0],
]


@dataclass
class Kit:
    """The gallery on a loopback port, and what it was sent."""

    url: str = ""
    posted: list[dict[str, list[str]]] = field(default_factory=list)
    drafts: list[dict[str, Any]] = field(default_factory=list)


def build_app(kit: Kit) -> Flask:
    """The gallery with the few answers that its scripts ask for."""
    app = Flask("kit", template_folder=str(EDC / "templates"), static_folder=None)
    app.secret_key = "gallery"
    app.jinja_env.globals.update(
        static_url=lambda name: f"/static/{name}", csrf_token=lambda: "csrf-1", request_token=lambda: "request-1"
    )

    @app.route("/", methods=["GET", "POST"])
    def page() -> Any:
        if request.method == "POST":
            kit.posted.append(request.form.to_dict(flat=False))
            return jsonify(ok=True)
        return render_template("kit.html", **kit_samples.samples())

    @app.post("/draft")
    def draft() -> Any:
        kit.drafts.append({"fields": request.get_json()["fields"], "token": request.headers["X-CSRFToken"]})
        return jsonify(kept="15:07")

    @app.get("/items/<name>")
    def item(name: str) -> str:
        return f"<!doctype html><main><h1>Page</h1><section data-fragment><h2>History of {name}</h2></section></main>"

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    app.add_url_rule("/terms.json", view_func=lambda: jsonify(TERMS), endpoint="terms")
    app.add_url_rule("/static/<path:name>", view_func=_static, endpoint="files")
    return app


def _static(name: str) -> Response:
    return send_from_directory(BOOTSTRAP if name == "bootstrap.min.css" else EDC / "static", name)


@pytest.fixture(scope="module")
def kit() -> Iterator[Kit]:
    served = Kit()
    server = make_server("127.0.0.1", 0, build_app(served), threaded=True)
    served.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, kit: Kit) -> Iterator[Page]:
    """The gallery, opened afresh; a script error or a refusal by the content policy fails the test."""
    kit.posted.clear()
    kit.drafts.clear()
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened: Page = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    opened.goto(kit.url)
    yield opened
    context.close()
    assert complaints == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def states(page: Page) -> list[str]:
    return page.locator(".cb-state").all_text_contents()


def test_changed_answer_asks_for_its_reason_and_first_entry_does_not(page: Page) -> None:
    page.fill("#pulse", "80")
    assert page.locator("#item-pulse [data-reason]").count() == 0
    page.fill("#weight", "73.0")
    assert page.is_visible("#item-weight [data-reason]")
    page.fill("#weight", "72.0")
    assert not page.is_visible("#item-weight [data-reason]")


def test_one_reason_serves_all_changes_of_the_page(page: Page) -> None:
    page.fill("#weight", "73.0")
    page.select_option("#weight-r", "New source")
    page.get_by_role("button", name="Use for all changes on this page").click()
    assert page.input_value("#diastolic-r") == "New source"


def test_question_appears_with_the_answer_that_asks_it_and_keeps_its_text(page: Page) -> None:
    assert not page.is_visible("#rested")
    page.check("[name=position][value=SUPINE]")
    page.fill("#rested", "12")
    page.check("[name=position][value=SITTING]")
    assert not page.is_visible("#rested")
    assert page.input_value("#rested") == "12"


def test_minus_in_an_empty_number_opens_no_value(page: Page) -> None:
    page.fill("#pulse", "")
    page.press("#pulse", "-")
    assert focused(page) == "pulse.missing"
    page.keyboard.type("Ref")
    assert page.input_value("[name='pulse.missing']") == "REFUSED"
    page.fill("#pulse", "80")
    assert page.input_value("[name='pulse.missing']") == "", "a value and a missing reason exclude each other"


def test_entry_has_one_tab_stop_per_item(page: Page) -> None:
    page.focus("#pulse")
    page.keyboard.press("Tab")
    assert focused(page) == "temperature"


def test_item_panel_follows_the_focus_and_escape_returns(page: Page) -> None:
    page.focus("#weight")
    page.keyboard.press("Alt+Enter")
    page.wait_for_selector("#item-panel h2:has-text('History of weight')")
    page.wait_for_selector("#item-panel:focus")
    page.keyboard.press("Escape")
    assert focused(page) == "weight"


def test_draft_is_kept_after_the_last_key(page: Page, kit: Kit) -> None:
    page.fill("#weight", "73.0")
    page.wait_for_selector("text=Draft kept 15:07. Not in the record until you save.")
    assert kit.drafts == [{"fields": {"weight": ["73.0"]}, "token": "csrf-1"}]


def test_offline_draft_says_so_and_follows_when_the_network_is_back(page: Page, kit: Kit) -> None:
    page.context.set_offline(True)
    page.fill("#weight", "74.0")
    page.wait_for_selector("text=Offline. Not kept yet: leave this page open.")
    page.context.set_offline(False)
    page.wait_for_selector("text=Draft kept 15:07. Not in the record until you save.")
    assert kit.drafts[-1]["fields"] == {"weight": ["74.0"]}


def test_ctrl_s_saves_and_ctrl_enter_saves_and_goes_on(page: Page, kit: Kit) -> None:
    page.focus("#pulse")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    page.goto(kit.url)
    page.focus("#pulse")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert [post["then"] for post in kit.posted] == [[""], ["next"]]
    assert kit.posted[0]["csrf_token"] == ["csrf-1"]
    assert kit.posted[0]["position"] == ["", "SITTING"]


def test_picker_ranks_start_of_term_used_terms_and_synonyms(page: Page) -> None:
    page.fill("#term", "")
    page.type("#term", "hypot")
    page.wait_for_selector("#term-list li")
    found = page.locator("#term-list li span").all_text_contents()
    assert found == ["Hypotension", "Hypothyroidism", "Orthostatic hypotension"]
    page.fill("#term", "")
    page.type("#term", "rig")
    assert page.locator("#term-list li span").all_text_contents() == ['Chills (for "rigors")']


def test_enter_in_a_picker_takes_the_term_and_never_submits(page: Page, kit: Kit) -> None:
    page.fill("#term", "")
    page.type("#term", "chil")
    page.wait_for_selector("#term-list li")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.input_value("#term") == "Chills"
    assert kit.posted == []


def test_picker_over_a_list_posts_the_listed_value(page: Page) -> None:
    page.type("#drug", "norad")
    page.keyboard.press("Enter")
    assert page.input_value("select[name='AE.2.drug']") == "Noradrenaline"
    page.fill("#drug", "something else")
    page.keyboard.press("Tab")
    assert page.input_value("#drug") == "Noradrenaline", "text that names no option leaves the stored one"


def test_dose_grid_reads_times_and_accepts_the_plan(page: Page) -> None:
    page.focus("[name='SLOT.10.start_dt']")
    page.keyboard.press("=")
    page.keyboard.press("Enter")
    page.keyboard.type("1605")
    assert page.input_value("[name='SLOT.10.start_dt']") == "08:00"
    assert page.input_value("[name='SLOT.10.start_dt.origin']") == "accepted proposal"
    assert page.input_value("[name='SLOT.11.start_dt.origin']") == ""
    assert states(page)[9:11] == ["Given", "Given"]
    assert page.text_content("[data-slot='10'] .cb-weekday") == "Thu"


def test_dose_grid_holds_one_slot_and_stops_from_another(page: Page) -> None:
    page.focus("[name='SLOT.10.start_dt']")
    page.keyboard.press("h")
    assert focused(page) == "SLOT.10.hold_reason"
    page.keyboard.type("T")
    page.keyboard.press("Enter")
    assert focused(page) == "SLOT.11.start_dt"
    page.keyboard.press("x")
    assert focused(page) == "stop_reason"
    assert states(page)[9:] == ["Held", "Stop", "Stop", "Stop", "Stop"]
    assert page.text_content("[data-count='NOT_REACHED']") == "4"
    page.keyboard.press("Enter")
    assert focused(page) == "all_full"
    page.keyboard.press("Control+z")
    assert states(page)[9:] == ["Held", "", "", "", ""]


def test_dose_grid_says_when_a_gap_is_long(page: Page) -> None:
    page.fill("[name='SLOT.10.start_dt']", "1330")
    note = page.text_content("[data-slot-panel='10'] [data-slot-note]")
    assert note == "12 h 40 min after dose 9; the plan is 8 h 00 min. Correct the time, or say why in the comment."


def test_tumour_sum_is_exact_and_incomplete_sums_say_so(page: Page) -> None:
    assert page.text_content("[data-sum]") == "47"
    assert page.text_content("[data-from-baseline]") == "-48.9 %"
    assert page.text_content("[data-from-lowest]") == "+9 mm, +23.7 %"
    page.fill("[name=mm1]", "29,1")
    page.fill("[name=mm2]", "7.2")
    assert page.text_content("[data-sum]") == "47.3"
    page.press("[name=mm2]", "t")
    assert page.input_value("[name=s2]") == "TSTM"
    page.press("[name=mm3]", "n")
    assert page.text_content("[data-sum]") == "(36.3) incomplete, not a lowest"


def test_pasted_column_fills_downward_after_a_preview(page: Page) -> None:
    page.focus("[name=r1]")
    page.evaluate(
        """() => {
        const clipboardData = new DataTransfer()
        clipboardData.setData('text/plain', '1.1\\n40\\n55\\n9\\n')
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}))
        }"""
    )
    assert "Lines left out, because no test is left for them: 1." in page.inner_text("dialog[open]")
    assert page.input_value("[name=r1]") == "2.3", "nothing is filled before it is accepted"
    page.get_by_role("button", name="Fill 3 results").click()
    assert [page.input_value(f"[name=r{i}]") for i in (1, 2, 3)] == ["1.1", "40", "55"]


def test_arrows_walk_the_matrix_and_letters_the_list(page: Page) -> None:
    page.focus(".cb-matrix td a")
    for key in ("ArrowRight", "ArrowDown", "End"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('td').cellIndex") == 4
    page.focus("[data-list] a")
    page.keyboard.press("j")
    assert "001-002" in page.evaluate("document.activeElement.textContent")


def test_dialog_opens_from_its_link_and_gives_the_focus_back(page: Page) -> None:
    page.click("[data-dialog]")
    assert focused(page) == "password"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Open dialog"


@pytest.mark.parametrize("width", [320, 640, 820, 1000, 1180, 1440])
def test_page_never_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_without_scripts_every_dose_shows_its_fields(browser: Any, kit: Kit) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(kit.url)
    assert plain.locator("[data-slot-panel]:visible").count() == 14
    assert plain.locator("select[name='AE.2.drug']:visible").count() == 1
    context.close()
