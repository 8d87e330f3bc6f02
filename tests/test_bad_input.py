"""What bad input gets by the browser's door: the named answer for the person, and nothing changed.

The API's door is tests/api/test_bad_input.py, raw SQL on the trail tests/audit/test_append_only.py, changed bytes of
seals and releases tests/audit/test_verify.py and tests/exports/test_verify_release.py, two people on one form and a
form sent twice tests/records/test_form_pages.py.
"""

from __future__ import annotations

import csv
import html
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, or_, select
from werkzeug.test import TestResponse

from audit.capture import change
from audit.models import audit_record
from edc.db import Scope
from edc.permissions import Role
from edc.study.models import Subject
from edc.web import shell
from tests.app_fixtures import BROWSER, OPERATOR, app, application_url, open_account, pass_time
from tests.ward import BASE, CODE, EVENTS, Ward, hidden_value, ward

__all__ = ["app", "application_url", "ward"]

ADMISSION = f"{BASE}/c1-admission-1/il2-admission"
HEADER = f"{BASE}/screening/visit-header"
NEW_EVENT = f"{EVENTS}/new"
STUDY_DATA = ("subject", "visit", "form_record", "query", "item_review", "signature")
DEMOGRAPHICS = f"{BASE}/screening/demographics"


def data_lines(ward: Ward) -> int:
    """How many lines of the trail tell of study data; sign-ins and refusals are noted beside them."""
    of_data = or_(audit_record.c.entity.startswith("crf_", autoescape=True), audit_record.c.entity.in_(STUDY_DATA))
    with shell(ward.app).engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(audit_record).where(of_data)).scalar_one())


def words(answer: TestResponse) -> str:
    return html.unescape(answer.text)


UNREADABLE = (
    ("text in a number", ADMISSION, "dosing_weight_kg", "heavy", "takes a number, like 3.8"),
    ("1e400", ADMISSION, "dosing_weight_kg", "1e400", "takes a number, like 3.8"),
    ("not a number", ADMISSION, "dosing_weight_kg", "NaN", "takes a number, like 3.8"),
    ("digits of another script", ADMISSION, "dosing_weight_kg", "७२", "takes a number, like 3.8"),
    ("an unknown code", ADMISSION, "dose_level", "900000", "takes one of its choices"),
    ("an unknown term", NEW_EVENT, "ctcae_term", "Feeling odd", "takes a CTCAE term"),
    ("a day that is none", HEADER, "visit_date", "2026-02-31", "a date that exists in the calendar"),
    ("a partial date where none is allowed", HEADER, "visit_date", "2026-02", "takes a full date"),
    ("text over the limit", NEW_EVENT, "verbatim", "x" * 201, "holds 200 characters; you entered 201"),
    ("a megabyte", NEW_EVENT, "verbatim", "x" * 1_000_000, "holds 200 characters; you entered 1000000"),
    ("NUL", NEW_EVENT, "verbatim", "low\x00BP", "U+0000"),
    ("a bidirectional override", NEW_EVENT, "verbatim", "low\u202eBP", "U+202E"),
    ("an isolate", NEW_EVENT, "verbatim", "low\u2066BP", "U+2066"),
    ("an unknown reason for missing", ADMISSION, "dosing_weight_kg.missing", "LOST", "reason"),
    ("a line of another participant", f"{BASE}/c1-admission-1/il2-admission", "stop_ae_ref", "0" * 32, "line"),
)


@pytest.mark.requirement("S-5.1", "2.2.1", "2.2.2")
def test_what_cannot_be_read_comes_back_with_its_sentence_and_nothing_changes(ward: Ward) -> None:
    client = ward.client()
    before = data_lines(ward)
    for what, url, item, typed, sentence in UNREADABLE:
        answer = ward.post(client, url, {item: typed, f"{item}.reason": "Entry error"})
        shown = client.get(answer.location, headers=BROWSER) if answer.status_code == 303 else answer
        assert sentence in words(shown), what
        assert data_lines(ward) == before, what


STORED = (
    ("marks of writing direction", "low\u200eBP\u200f"), ("letters of every script", "Ω ≥ 2 Ж 漢 مرحبا"),
    ("a formula", '=HYPERLINK("http://x")'), ("markup", "<script>alert(1)</script> & more"),
)  # fmt: skip


@pytest.mark.requirement("S-5.1")
def test_what_can_be_stored_is_stored_shown_and_leaves_exactly(ward: Ward) -> None:
    client = ward.client()
    for line, (what, stored) in enumerate(STORED, start=2):
        assert ward.post(client, NEW_EVENT, {"verbatim": stored}).status_code == 303, what
        page = client.get(f"{EVENTS}/{line}", headers=BROWSER)
        assert f'value="{stored}"' in words(page), what
    assert "<script>alert" not in page.text
    exact, guarded = (exported(client, query) for query in ("", "?guard=1"))
    assert [text for _, text in STORED] == exact[1:]
    assert [text.lstrip("'") for text in guarded] == exact
    assert [text for text in guarded if text.startswith("'")] == ["'" + STORED[2][1]]


def exported(client: FlaskClient, query: str) -> list[str]:
    """The words of each adverse event in the data file."""
    text = client.get(f"/nct03991130/exports/crf_ae.csv{query}").data.decode("utf-8-sig")
    return [row["VERBATIM"] for row in csv.DictReader(io.StringIO(text))]


def test_a_future_date_is_stored_and_asked_about(ward: Ward) -> None:
    client = ward.client()
    page = client.get(ward.post(client, NEW_EVENT, {"start_date": "2099-01-01"}).location, headers=BROWSER)
    assert "1 query opened" in page.text or "queries opened" in page.text
    assert "in the future" in words(page)
    assert ward.casebook.values("AE", "start_date", line=2) == ["2099-01-01"]


@pytest.mark.requirement("S-5.1")
def test_ten_megabytes_in_a_field_are_refused_before_they_are_read(ward: Ward) -> None:
    client = ward.client()
    before = data_lines(ward)
    answer = ward.post(client, NEW_EVENT, {"verbatim": "x" * 10_000_000})
    assert answer.status_code == 413 and "larger than this system accepts" in words(answer)
    assert data_lines(ward) == before


# --- what is another's ----------------------------------------------------------------------------------------------

DOORS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("save", HEADER, {"visit_date": "2024-01-15"}), ("new line", NEW_EVENT, {"verbatim": "Fever"}),
    ("remove", f"{EVENTS}/1/remove", {"reason": "twice"}), ("not done", f"{DEMOGRAPHICS}/not-done", {"reason": "lost"}),
    ("doses", f"{BASE}/c1-admission-1/il2-doses", {"planned_start": "2024-01-29 08:00"}),
    ("laboratory", f"{BASE}/screening/laboratory", {"performed": "Y"}),
    ("tumours", f"{BASE}/screening/tumour-assessment", {"performed": "Y"}),
    ("any event", EVENTS, {"any_ae": "Y"}), ("draft", f"{HEADER}/draft", {}),
    ("add visit", f"{BASE}/visits", {"kind": "UNS"}),
    ("visit not done", f"{BASE}/screening/visit-not-done", {"reason": "moved away"}),
)  # fmt: skip


def send(client: FlaskClient, url: str, fields: dict[str, Any]) -> TestResponse:
    """Send a form that no page offers, with a token that is right."""
    token = hidden_value(client.get("/account", headers=BROWSER).text, "csrf_token")
    return client.post(url, data={"csrf_token": token, "row_version": "1", **fields}, headers=BROWSER)


@pytest.mark.requirement("C03", "T15")
def test_a_foreign_site_finds_no_door(ward: Ward) -> None:
    open_account(ward.app, "o.nyberg", Role.COORDINATOR, site="Lund")
    client = ward.client("o.nyberg")
    before = data_lines(ward)
    for door, url, fields in DOORS:
        answer = send(client, url, fields)
        assert answer.status_code == 404 and CODE not in words(answer), door
    assert data_lines(ward) == before


@pytest.mark.requirement("C12", "T15")
def test_a_locked_casebook_takes_nothing_by_any_door(ward: Ward) -> None:
    lock(ward)
    client = ward.client()
    before = data_lines(ward)
    for door, url, fields in DOORS:
        answer = send(client, url, fields)
        assert answer.status_code in (400, 409) and "locked" in words(answer), door
    assert data_lines(ward) == before


def lock(ward: Ward) -> None:
    """Lock the participant as data management does."""
    with shell(ward.app).session(writes=True) as session:
        session.info["scope"] = Scope.system("test")
        with change(session, by=OPERATOR, act="participant:lock"):
            session.scalars(select(Subject).where(Subject.code == CODE)).one().locked = True


@pytest.mark.requirement("3.5.1")
def test_an_expired_token_of_a_form_stores_nothing_and_keeps_what_was_typed(ward: Ward) -> None:
    client = ward.client()
    page = client.get(DEMOGRAPHICS, headers=BROWSER).text
    pass_time(ward.app, minutes=25)
    client = ward.client()
    before = data_lines(ward)
    token = hidden_value(page, "csrf_token")
    answer = client.post(DEMOGRAPHICS, data={"csrf_token": token, "row_version": "0", "sex": "F"}, headers=BROWSER)
    assert answer.status_code == 400 and "Your answers are kept as a draft" in words(answer)
    assert data_lines(ward) == before
    assert ward.casebook.values("DM", "sex") == [None]


@pytest.mark.requirement("C03")
def test_a_body_that_names_another_site_enrols_nobody(ward: Ward) -> None:
    typed = {"site": "002", "consent_type": "INITIAL", "signature_date": "2024-01-20", "obtained_by": "R. Diaz"}
    before = data_lines(ward)
    answer = send(ward.client(), "/nct03991130/participants/new", typed)
    assert answer.status_code == 404
    assert data_lines(ward) == before
