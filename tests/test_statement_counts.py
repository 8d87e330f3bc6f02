"""How many statements pages and saves send: exact counts, the same for a small study and for a larger one."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask

from audit.capture import new_uid
from bench.timing import Counts, counted
from edc.web import shell
from tests.app_fixtures import app, application_url  # noqa: F401 (fixtures)
from tests.casebook.study import CODE, STUDY, client_of, demographics, enrol_participant, enter, open_people
from tests.ward import typed_form

EVENT = f"{STUDY}/participants/{CODE}/adverse-events/1"
PAGES = (
    ("r.diaz", "/my-day"),
    ("r.diaz", f"{STUDY}/participants"),
    ("r.diaz", f"{STUDY}/participants/{CODE}"),
    ("r.diaz", f"{STUDY}/participants/{CODE}/screening"),
    ("r.diaz", f"{STUDY}/participants/{CODE}/adverse-events"),
    ("r.diaz", EVENT),
    ("r.diaz", f"{EVENT}/items/verbatim"),
    ("p.shah", f"{STUDY}/queries?tab=all"),
    ("m.lindt", f"{STUDY}/verification"),
    ("p.shah", f"{STUDY}/lock"),
    ("p.shah", f"{STUDY}/audit"),
    ("p.shah", f"{STUDY}/"),
)
SEEN = dt.date(2024, 1, 22)


@pytest.fixture
def study(app: Flask) -> Flask:  # noqa: F811
    """One participant with an event whose end is before its start, so that a query is open."""
    open_people(app)
    _enter_participant(app, enrol_participant(app))
    return app


def _enter_participant(app: Flask, code: str) -> None:  # noqa: F811
    if code == CODE:
        demographics(app)
    enter(app, "screening", "VISIT", {"visit_occurred": "Y", "visit_date": SEEN}, code=code)
    event = {"verbatim": "Low blood pressure", "ctcae_term": "Hypotension", "start_date": "2024-01-30"}
    enter(app, None, "AE", {**event, "ongoing": "N", "end_date": "2024-01-29"}, code=code, complete=None)


def count_page(app: Flask, name: str, path: str) -> int:  # noqa: F811
    """The statements of a page that somebody opens for the second time."""
    client = client_of(app, name)
    client.get(path)
    with counted(shell(app).engine) as counts:
        assert client.get(path).status_code == 200
    return counts.statements


def count_save(app: Flask) -> Counts:  # noqa: F811
    """What one save of an adverse event through its page sends."""
    client = client_of(app, "r.diaz")
    for number in (1, 2):
        fields = {
            **typed_form(client.get(EVENT).text), "verbatim": f"Low blood pressure, {number}",
            "verbatim.reason": "Entry error", "request_token": new_uid(),
        }  # fmt: skip
        with counted(shell(app).engine) as counts:
            answer = client.post(EVENT, data=fields)
        assert answer.status_code == 303, re.sub(r"<[^>]*>|\s+", " ", answer.text)[:2000]
    return counts


def test_no_page_and_no_save_sends_more_in_a_larger_study(study: Flask) -> None:
    few = {path: count_page(study, name, path) for name, path in PAGES}
    saved = count_save(study).statements
    for _ in range(6):
        _enter_participant(study, enrol_participant(study))
    assert {path: count_page(study, name, path) for name, path in PAGES} == few
    assert count_save(study).statements == saved


def test_a_save_is_few_statements_one_flush_and_one_commit(study: Flask) -> None:
    counts = count_save(study)
    assert (counts.commits, counts.flushes) == (1, 1)
    # PostgreSQL is asked for its clock as well, which the trail compares with ours; SQLite's is the same machine's.
    asked_for_clock = shell(study).engine.dialect.name == "postgresql"
    assert counts.statements - asked_for_clock <= 10
