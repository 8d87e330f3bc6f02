"""Fixtures of the browser tests: a hospital on either database, Chromium, and a person who signs in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import databases
from tests.browser.hospital import Hospital, build_app, furnished_database, serve
from tests.browser.person import Person

CHROMIUM = Path("/usr/bin/chromium")
AsPerson = Callable[..., Person]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; where it is not installed the tests are skipped, in continuous integration they fail."""
    if not CHROMIUM.exists():
        reason = f"Chromium is not installed at {CHROMIUM}: `apt install chromium` lets the browser tests run."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def hospital(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[Hospital]:
    """The made-up study with its sites, ranges and people, and the participant of `@pytest.mark.admitted`, or none."""
    admitted = request.node.get_closest_marker("admitted")
    url, standing = furnished_database(database_kind, tmp_path, *(admitted.args if admitted else ()))
    app = build_app(url, tmp_path / "files")
    with serve(app) as address:
        yield Hospital(app, address, standing.actors, standing.code)
    databases.drop_database(url)


@pytest.fixture
def as_person(browser: Browser, hospital: Hospital) -> Iterator[AsPerson]:
    """Sign in as one of the people, each in a browser of their own; at the end no page may have complained."""
    present: dict[str, Person] = {}

    def find(name: str, **context: Any) -> Person:
        if name not in present:
            opened = browser.new_context(base_url=hospital.url, accept_downloads=True, **context)
            present[name] = Person(name, opened.new_page(), hospital.url)
            present[name].sign_in()
        return present[name]

    yield find
    complaints = [f"{one.name}: {complaint}" for one in present.values() for complaint in one.complaints]
    for one in present.values():
        one.page.context.close()
    assert complaints == []
