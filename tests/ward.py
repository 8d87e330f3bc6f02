"""An application with the people of a site and a participant in the first IL-2 admission; import the fixture `ward`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from edc.clock import SetClock
from edc.permissions import Role
from edc.web import shell
from tests.app_fixtures import BROWSER, Filling, furnished, open_account, sign_in
from tests.records.casebooks import HYPOTENSION, Casebook

CODE = "001-001"
BASE = f"/nct03991130/participants/{CODE}"
GRID = f"{BASE}/c1-admission-1/il2-doses"
EVENTS = f"{BASE}/adverse-events"
AT = datetime(2024, 2, 3, 16, 30, tzinfo=UTC)
PEOPLE = {
    "r.diaz": Role.COORDINATOR, "k.osei": Role.COORDINATOR, "l.ames": Role.INVESTIGATOR, "m.lindt": Role.MONITOR,
    "p.shah": Role.DATA_MANAGER,
}  # fmt: skip
ADMISSION = {
    "admission_occurred": "Y", "admit_dt": "2024-01-29 06:00", "dosing_weight_kg": "72.0", "dose_level": "600000",
    "prescribed_dose_iu": "43200000",
}  # fmt: skip


@dataclass
class Ward:
    """The application, its casebook behind the screens, and the people who open pages."""

    app: Flask
    casebook: Casebook

    def client(self, person: str = "r.diaz") -> FlaskClient:
        """A browser in which somebody is signed in."""
        return sign_in(self.app.test_client(), person)

    def post(self, client: FlaskClient, url: str, fields: dict[str, Any], page: str | None = None) -> TestResponse:
        """Send what a browser sends: the hidden fields of the page, and what the person typed."""
        shown = client.get(page or url, headers=BROWSER).text
        hidden = {name: hidden_value(shown, name) for name in ("csrf_token", "row_version", "stay_version", "any_version")}
        sent = {name: value for name, value in hidden.items() if value is not None}
        return client.post(url, data={**sent, **fields}, headers=BROWSER)


def hidden_value(page: str, name: str) -> str | None:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else None


def admit(engine: Engine, clock: SetClock) -> None:
    """One participant with day 1, an admission with its dose, and a hypotension."""
    casebook = Casebook(engine)
    casebook.clock = clock
    casebook.add_participant(CODE)
    for visit in ("C1D1", "C1A1", "C1A2"):
        casebook.add_visit(visit)
    casebook.save("VISIT", {"visit_occurred": "Y", "visit_date": "2024-01-22"}, visit="C1D1")
    casebook.save("IL2A", ADMISSION, visit="C1A1")
    casebook.save("AE", {**HYPOTENSION, "start_date": "2024-01-30"})


def fill_ward(app: Flask) -> None:
    """The people of the site, and the participant in the admission."""
    clock = clock_of(app)
    for person, role in PEOPLE.items():
        open_account(app, person, role)
    admit(shell(app).engine, clock)


def clock_of(app: Flask) -> SetClock:
    """The clock of an application, set to Saturday 3 February 2024, 08:30 at the site."""
    clock = shell(app).clock
    assert isinstance(clock, SetClock)
    clock.at = AT
    return clock


def ward_of(app: Flask) -> Ward:
    """The ward in an application."""
    casebook = Casebook(shell(app).engine)
    casebook.clock = clock_of(app)
    return Ward(app, casebook)


def ward_with(more: Callable[[Ward], object], asked_by: str) -> Any:
    """The fixture `ward_filling` of a module: before a test that asks for `asked_by` this happened on the ward."""

    @wraps(more)
    def fill(app: Flask) -> None:
        fill_ward(app)
        more(ward_of(app))

    @pytest.fixture(name="ward_filling")
    def chosen(request: pytest.FixtureRequest) -> Filling:
        return fill if asked_by in request.fixturenames else fill_ward

    return chosen


@pytest.fixture
def ward(app: Flask, ward_filling: Filling) -> Ward:
    """A ward on Saturday 3 February 2024, 08:30 at the site."""
    return ward_of(furnished(app, ward_filling))


class _Form(HTMLParser):
    """What a browser without scripts would send of the first posting form that stands in the main part."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._select = self._option = self._done = self._inside = False
        self._name = ""
        self._chosen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and found.get("method") == "post" and found.get("action", "").startswith("/nct"):
            self._inside = not self._done
        if not self._inside:
            return
        if tag == "input" and found.get("name") and "disabled" not in found:
            is_box = found.get("type") in ("radio", "checkbox")
            if not is_box or "checked" in found:
                self.fields.setdefault(found["name"], []).append(found.get("value", ""))
        if tag == "textarea":
            self.fields.setdefault(found["name"], []).append("")
        if tag == "select":
            self._name, self._chosen, self._select = found["name"], "", True
        if tag == "option" and self._select and "selected" in found:
            self._chosen = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._inside:
            self.fields.setdefault(self._name, []).append(self._chosen)
            self._select = False
        if tag == "form" and self._inside:
            self._inside, self._done = False, True


def typed_form(page: str) -> dict[str, list[str]]:
    """What the form of a page sends when nobody touched it."""
    parser = _Form()
    parser.feed(page)
    if not parser.fields:
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        return {"csrf_token": [found[1]]} if found else {}
    return parser.fields
