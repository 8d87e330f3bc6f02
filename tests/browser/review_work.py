"""What monitor, data manager, sponsor and inspector do at the screen, one act a function."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.person import Person


def verify_form(monitor: Person, code: str, place: str) -> str:
    """Compare a form with the source and verify every item it shows."""
    monitor.open_form(code, place)
    monitor.page.get_by_role("button", name=re.compile(r"^Verify the \d+ items shown")).click()
    expect(monitor.page.locator("#page-status")).to_contain_text("verified")
    return monitor.messages


def verify_all_left(monitor: Person, code: str) -> int:
    """Work through the forms with something to verify; returns how many there were."""
    monitor.go(f"/participants/{code}/verify")
    rows = monitor.page.locator("tbody tr").filter(has=monitor.page.get_by_role("link"))
    addresses = [
        str(row.get_by_role("link").get_attribute("href"))
        for row in rows.all()
        if row.locator("td[data-label='To verify']").inner_text() != "0"
    ]
    for address in addresses:
        monitor.page.goto(address)
        button = monitor.page.get_by_role("button", name=re.compile(r"^Verify the \d+ items shown"))
        if not button.count():
            continue
        button.click()
        expect(monitor.page.locator("#page-status")).to_contain_text("verified")
    return len(addresses)


def raise_query(monitor: Person, code: str, item_page: str, question: str) -> str:
    """Ask the site about an item; returns the number of the query."""
    monitor.open_form(code, item_page)
    monitor.page.get_by_label("What you see, where it differs, what you ask").fill(question)
    monitor.press("Raise query")
    expect(monitor.page.locator("#page-status")).to_contain_text("opened")
    found = re.search(r"Query (\d+) opened", monitor.messages)
    assert found, monitor.messages
    return found[1]


def answer_query(coordinator: Person, number: str, words: str) -> str:
    """Say that the value is what the source says."""
    coordinator.go(f"/queries/{number}")
    coordinator.page.get_by_label("Value is right, because").fill(words)
    coordinator.press("Send answer")
    expect(coordinator.page.locator("#page-status")).to_contain_text("Answered")
    return coordinator.messages


def close_query(reviewer: Person, number: str, words: str) -> str:
    """Accept the answer of the site."""
    reviewer.go(f"/queries/{number}")
    reviewer.page.get_by_label("Close, because").fill(words)
    reviewer.press(f"Close query {number}")
    expect(reviewer.page.locator("#page-status")).to_contain_text("Closed")
    return reviewer.messages


def settle_queries(site: Person, reviewer: Person) -> list[str]:
    """Have every open query answered by the site and closed by the reviewer; returns their numbers."""
    site.go("/queries?tab=site")
    waiting = [text.strip() for text in site.page.locator("tbody th a").all_inner_texts()]
    for number in waiting:
        answer_query(site, number, "The source says so.")
    for number in waiting:
        close_query(reviewer, number, "Seen in the source.")
    return waiting


def lock_participant(manager: Person, code: str, reason: str, waivers: dict[str, str]) -> str:
    """Lock a casebook, with a reason for each kind of thing that stays open."""
    manager.go(f"/participants/{code}/lock")
    part = manager.page.locator("form", has=manager.page.get_by_role("button", name=f"Lock participant {code}"))
    part.get_by_label("Reason", exact=True).fill(reason)
    for kind, words in waivers.items():
        part.get_by_label(re.compile(rf"^Waiver for \d+ {kind}")).fill(words)
    with manager.page.expect_navigation():
        part.get_by_role("button").click()
    return manager.text


def propose_release(manager: Person, name: str, purpose: str) -> str:
    """Propose a dataset of the participants locked now."""
    manager.go("/releases")
    manager.page.get_by_label("Name", exact=True).fill(name)
    manager.page.get_by_label("Purpose", exact=True).fill(purpose)
    manager.page.get_by_role("button", name=re.compile("^Propose release of")).click()
    expect(manager.page.locator("#page-status")).to_contain_text("proposed")
    return manager.messages


def confirm_release(second: Person) -> str:
    """Agree to the dataset as the second person."""
    second.go("/releases")
    second.page.get_by_role("button", name=re.compile("^Confirm release of")).click()
    expect(second.page.locator("#page-status")).to_contain_text("confirmed")
    return second.messages


def history_of(reader: Person, code: str, item_page: str) -> list[str]:
    """Read the history of one value; one text for each line."""
    reader.open_form(code, item_page)
    return reader.page.locator(".cb-timeline").first.locator("> li").all_inner_texts()
