"""How many statements pages and saves send: exact counts, the same for a small study and for a larger one."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask

from audit.capture import new_uid
from bench.timing import Counts, counted
from edc.web import shell
from forms import schedule
from forms.crf import all_crfs, get_crf
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
VISIT = "screening"
# A changed answer of each form that the participant has: its path below the participant, and the item with its text.
SAVED = (
    (f"{VISIT}/visit-header", "visit_date", "2024-01-23"),
    ("informed-consent/1", "obtained_by", "M. Ames"),
    (f"{VISIT}/demographics", "sex", "M"),
)
BEFORE = (
    (f"{VISIT}/visit-header", "visit_date", SEEN.isoformat()),
    ("informed-consent/1", "obtained_by", "L. Ames"),
    (f"{VISIT}/demographics", "sex", "F"),
)


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


def forms_of(app: Flask) -> list[str]:  # noqa: F811
    """The address of each form that the participant can be asked for at screening or in the log."""
    base = f"{STUDY}/participants/{CODE}"
    logs = [f"{base}/{crf.slug}/new" for crf in all_crfs() if crf.log and crf.oid != "DV"]
    at_visit = [f"{base}/{VISIT}/{get_crf(oid).slug}" for oid in schedule.forms_of_visit(schedule.SCREENING)]
    client = client_of(app, "r.diaz")
    return [path for path in [*logs, *at_visit] if client.get(path).status_code == 200]


def save_again(app: Flask, path: str, item: str, text: str) -> Counts:  # noqa: F811
    """What one save of a form through its page sends, with one answer changed."""
    client = client_of(app, "r.diaz")
    address = f"{STUDY}/participants/{CODE}/{path}"
    fields = {
        **typed_form(client.get(address).text), item: text, f"{item}.reason": "Entry error",
        "request_token": new_uid(),
    }  # fmt: skip
    with counted(shell(app).engine) as counts:
        answer = client.post(address, data=fields)
    assert answer.status_code == 303, re.sub(r"<[^>]*>|\s+", " ", answer.text)[:2000]
    return counts


def test_no_form_is_opened_or_saved_with_more_in_a_larger_study(study: Flask) -> None:
    paths = forms_of(study)
    assert len(paths) >= 15
    few = {path: count_page(study, "r.diaz", path) for path in paths}
    # Once beforehand: what checks then ask stands there at each of the counts.
    _there_and_back(study)
    saved = _there_and_back(study)
    assert {(counts.commits, counts.flushes) for counts in saved} == {(1, 1)}
    for _ in range(4):
        _enter_participant(study, enrol_participant(study))
    assert {path: count_page(study, "r.diaz", path) for path in paths} == few
    assert _there_and_back(study) == saved


def _there_and_back(app: Flask) -> list[Counts]:  # noqa: F811
    return [save_again(app, path, item, text) for path, item, text in (*SAVED, *BEFORE)]
