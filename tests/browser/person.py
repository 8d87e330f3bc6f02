"""A person at a screen: what people of the study do, in their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from edc.demo.people import PASSWORD

STUDY = "/nct03991130"
COMPANIONS = "[name$='.missing'], [name$='.reason'], [name$='.confirm']"
CUT = "ERR_INTERNET_DISCONNECTED"
REFUSALS = re.compile(r"responded with a status of (\d{3})")


class Person:
    """One person with a browser of their own; whatever the browser complains of is noted."""

    def __init__(self, name: str, page: Page, url: str) -> None:
        self.name, self.page, self.url = name, page, url
        self.complaints: list[str] = []
        self._awaited: set[str] = set()
        self._lost_network = False
        page.set_viewport_size({"width": 1440, "height": 900})
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note_console)
        page.context.on("request", self._note_request)

    def _note_console(self, line: ConsoleMessage) -> None:
        refusal = REFUSALS.search(line.text)
        is_awaited = (refusal is not None and refusal[1] in self._awaited) or (self._lost_network and CUT in line.text)
        if line.type == "error" and not is_awaited:
            self.complaints.append(f"{line.text} ({line.location.get('url')})")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    # --- coming and going -------------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Sign in with name and password."""
        self.page.goto("/sign-in")
        self.page.get_by_label("User name").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.locator(".cb-menu summary")).to_be_visible()

    def go(self, path: str) -> None:
        """Open a page of the study."""
        answer = self.page.goto(STUDY + path)
        assert answer is not None and answer.ok, f"{path}: {answer and answer.status}"

    def open_form(self, code: str, place: str) -> None:
        """Open a form of a participant: open_form("001-004", "c1-d1/laboratory")."""
        self.go(f"/participants/{code}/{place}")

    @contextmanager
    def awaiting(self, *statuses: int) -> Iterator[None]:
        """What the browser says of answers with these status codes is no complaint meanwhile."""
        self._awaited = {str(status) for status in statuses}
        yield
        self._awaited = set()

    def lose_network(self) -> None:
        """Cut the network; that the browser says so of a request, perhaps later, is no complaint."""
        self._lost_network = True
        self.page.context.set_offline(True)

    def find_network(self) -> None:
        """Have the network back."""
        self.page.context.set_offline(False)

    # --- reading ----------------------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        """The heading of the page."""
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        """Everything the page says."""
        return self.page.locator("main").inner_text()

    @property
    def messages(self) -> str:
        """What the page says of the act before it."""
        return self.page.locator("#page-status").inner_text()

    def sees(self, *words: str) -> None:
        """Make sure that the page says each of these."""
        for each in words:
            expect(self.page.locator("main")).to_contain_text(each)

    # --- answering --------------------------------------------------------------------------------------------------

    def item(self, label: str, within: Locator | None = None) -> Locator:
        """An item of the form on the screen, by its label."""
        exactly = re.compile(rf"^\s*{re.escape(label)}(\s*\*needed to complete)?\s*$")
        labels = self.page.locator(".cb-label", has_text=exactly)
        return (within or self.page.locator("main")).locator(".cb-item").filter(has=labels)

    def answer(self, label: str, value: str, within: Locator | None = None) -> None:
        """Answer an item: type, choose from a list, press a radio, or tick the boxes named (separated by ';')."""
        item = self.item(label, within)
        expect(item, label).to_have_count(1)
        self.fill_control(item.locator(".cb-ctl"), value)

    def fill_control(self, body: Locator, value: str) -> None:
        """Answer with the control of an item, whatever its kind."""
        if body.locator("[role=combobox]").count():
            self._look_up(body.locator("[role=combobox]"), value)
        elif (choices := body.locator(f"select:not({COMPANIONS})")).count():
            choices.select_option(label=value)
        elif body.locator("input[type=radio], input[type=checkbox]").count():
            for each in value.split(";"):
                body.get_by_label(re.compile(rf"^{re.escape(each.strip())}(\s+[-(].*)?$")).check()
        else:
            body.locator(f"input[type=text]:not({COMPANIONS}), textarea").first.fill(value)

    def _look_up(self, box: Locator, term: str) -> None:
        box.fill("")
        box.press_sequentially(term)
        expect(box).to_have_attribute("aria-expanded", "true")
        box.press("Enter")
        expect(box).to_have_value(term)

    def answers(self, within: Locator | None = None, **typed: str) -> None:
        """Answer several items, named as in the study's specification."""
        for name, value in typed.items():
            self.page.locator(f"[name='{name}']").last.fill(value)

    def answer_all(self, typed: dict[str, str], within: Locator | None = None) -> None:
        """Answer items in this order, by their labels."""
        for label, value in typed.items():
            self.answer(label, value, within)

    def say_no_value(self, label: str, reason: str, within: Locator | None = None) -> None:
        """State why an item has no value."""
        item = self.item(label, within)
        item.get_by_text("No value", exact=True).click()
        item.locator("[name$='.missing']").select_option(label=reason)

    def say_why_changed(self, label: str, reason: str, within: Locator | None = None) -> None:
        """Give the reason of a change that the form asks for."""
        self.item(label, within).locator("select[name$='.reason']").select_option(reason)

    def mark_complete(self) -> None:
        """Tick that the form is complete."""
        self.page.get_by_label("Mark complete").check()

    def save(self) -> str:
        """Save the form and wait for the page that answers; returns what it says."""
        with self.page.expect_navigation():
            self.page.locator(".cb-savebar").get_by_role("button", name="Save", exact=True).click()
        return self.messages

    def complete(self) -> str:
        """Mark the form complete and save it."""
        self.mark_complete()
        said = self.save()
        assert "Complete." in said, said
        return said

    # --- pressing and taking away -----------------------------------------------------------------------------------

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button by what stands on it."""
        (within or self.page.locator("main")).get_by_role("button", name=name).click()

    def follow(self, name: str) -> None:
        """Follow a link by what stands on it."""
        self.page.locator("main").get_by_role("link", name=name, exact=True).click()

    def download(self, name: str, folder: Path) -> Path:
        """Follow a link to a file; returns where it was saved."""
        with self.page.expect_download() as coming:
            self.follow(name)
        target = folder / coming.value.suggested_filename
        coming.value.save_as(target)
        return target

    def photograph(self, path: Path) -> None:
        """Keep a picture of the screen."""
        self.page.screenshot(path=path)
