"""Serious event reports by the browser's door: clock, packet, sending, and the sponsor's medical monitor."""

from __future__ import annotations

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from edc.clock import now
from edc.db import Scope
from edc.permissions import Role
from edc.records.axes import content_digest
from edc.records.book import SubjectBook
from edc.records.problems import ItemNotYours
from edc.records.service import find_record, get_subject
from edc.web import shell
from forms.crf import get_crf
from forms.items import Answer
from forms.patch import RowPatch
from tests.app_fixtures import app, application_url, begins_with, furnished, open_account, pass_time, post, sign_in
from tests.casebook.study import CODE, STUDY, client_of, enrol_participant, enter, open_people

__all__ = ["app", "application_url"]
BOOK = f"{STUDY}/participants/{CODE}"
REPORT = f"{BOOK}/serious-event-reports/1"
ZONE = ZoneInfo("America/Los_Angeles")


def here(app: Flask, **ago: float) -> str:
    """The site's time some while ago."""
    with shell(app).session(writes=False) as session:
        return f"{(now(session) - dt.timedelta(**ago)).astimezone(ZONE):%Y-%m-%dT%H:%M}"


def fill(app: Flask) -> None:
    """A participant with a serious event since yesterday, and a medical monitor of the sponsor."""
    open_people(app)
    open_account(app, "v.kaur", Role.MEDICAL_MONITOR)
    enrol_participant(app)
    start = here(app, hours=30)
    grade = RowPatch(None, {"from_date": Answer(start[:10]), "from_time": Answer(start[11:]), "grade": Answer("4")})
    event = {
        "verbatim": "low BP after dose 8", "ctcae_term": "Hypotension", "start_date": start[:10],
        "start_time": start[11:], "ongoing": "Y", "serious": "Y", "ser_life": "Y", "outcome": "UNKNOWN",
    }  # fmt: skip
    enter(app, None, "AE", event, {"GRADE": [grade]}, complete=None)


filling = begins_with(fill, "ward")


@pytest.fixture
def ward(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def write_report(app: Flask, **more: object) -> None:
    """The initial report of the event, known since ten hours ago."""
    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        event = find_record(session, get_subject(session, CODE), None, get_crf("AE"), 1)
        assert event is not None
        uid = event.uid
    given = {"ae_ref": (uid,), "report_type": "INITIAL", "awareness_dt": here(app, hours=10), **more}
    enter(app, None, "SAE", given, complete=None)


def kaur(app: Flask) -> FlaskClient:
    """The browser of the medical monitor."""
    return sign_in(app.test_client(), "v.kaur")


@pytest.mark.requirement("7.1.1")
def test_the_clock_stands_on_my_day_on_the_casebook_and_on_the_list(ward: Flask) -> None:
    client = client_of(ward, "r.diaz")
    pages = ("/my-day", BOOK, f"{STUDY}/serious-events")
    for page in pages:
        text = client.get(page).text
        assert "adverse event 1, Hypotension" in text and "serious, no report yet" in text, page
    write_report(ward)
    for page in pages:
        text = client.get(page).text
        assert "S01, initial report" in text and "report due in 14 h 0 min" in text, page
    pass_time(ward, hours=15)
    client = client_of(ward, "r.diaz")
    assert "report overdue by 1 h 0 min" in client.get("/my-day").text


def test_a_report_offers_serious_events_and_keeps_the_one_it_names(ward: Flask) -> None:
    other = {"verbatim": "shivering", "ctcae_term": "Chills", "start_date": here(ward, hours=20)[:10], "serious": "N"}
    enter(ward, None, "AE", other, repeat=2, complete=None)
    client = client_of(ward, "r.diaz")
    new = client.get(f"{BOOK}/serious-event-reports/new").text
    assert "1 Hypotension" in new and "2 Chills" not in new
    write_report(ward)
    enter(ward, None, "AE", {"serious": "N"}, reason="entered on the wrong line", complete=None)
    assert "1 Hypotension" in client.get(REPORT).text


def test_sending_stamps_the_time_stops_the_clock_and_tells_the_medical_monitor(ward: Flask) -> None:
    write_report(ward)
    client = client_of(ward, "r.diaz")
    assert "Send to the sponsor" in client.get(REPORT).text
    assert post(client, f"{REPORT}/send", REPORT).status_code == 303
    page = client.get(REPORT).text
    assert "in time" in page and "Send to the sponsor</button>" not in page
    assert "1: onset" in page and "term Hypotension" in page
    assert f"{CODE}/LOG/SAE/1: a serious event report was sent" in kaur(ward).get("/account").text
    assert "report due" not in client.get("/my-day").text


def test_a_report_is_sent_once_and_a_change_of_the_event_asks_for_a_follow_up(ward: Flask) -> None:
    write_report(ward)
    client = client_of(ward, "r.diaz")
    post(client, f"{REPORT}/send", REPORT)
    assert post(client, f"{REPORT}/send", REPORT).status_code == 400
    enter(ward, None, "AE", {"outcome": "RECOVERING/RESOLVING"}, reason="seen today", complete=None)
    assert "A follow-up version is needed." in client.get(REPORT).text


def test_a_report_without_awareness_is_not_sent(ward: Flask) -> None:
    enter(ward, None, "SAE", {"report_type": "INITIAL"}, complete=None)
    client = client_of(ward, "r.diaz")
    answer = post(client, f"{REPORT}/send", REPORT)
    assert answer.status_code == 400 and "The report lacks: Event(s), Site aware (date and time)." in answer.text


def test_a_late_report_is_asked_why(ward: Flask) -> None:
    write_report(ward, awareness_dt=here(ward, hours=29))
    client = client_of(ward, "r.diaz")
    post(client, f"{REPORT}/send", REPORT)
    assert "Sent 29 h after awareness; 24 h is the limit. Give the reason for delay." in client.get(REPORT).text


def test_the_packet_shows_what_stands_around_the_event(ward: Flask) -> None:
    write_report(ward)
    enter(ward, None, "CM", {
        "drug": "Phenylephrine", "class_flag": "VASOPRESSOR", "indication": "Hypotension", "start": here(ward, hours=20)[:10],
        "ongoing": "Y",
    }, complete=None)  # fmt: skip
    enter(ward, None, "MH", {"term": "Hypothyroidism", "category": "GENERAL", "ongoing": "Y"}, complete=None)
    client = client_of(ward, "r.diaz")
    page = client.get(REPORT).text
    for words in ("Packet", "low BP after dose 8", "life-threatening", "Phenylephrine", "Hypothyroidism", "No result in these days."):
        assert words in page, words
    pdf = client.get(f"{REPORT}/packet.pdf")
    text = " ".join(" ".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(pdf.data)).pages).split())
    for words in ("Serious event report NCT03991130-001-001-S01", "Hypotension", "Phenylephrine", "Hypothyroidism"):
        assert words in text, words


# --- the medical monitor --------------------------------------------------------------------------------------------


@pytest.mark.requirement("C02", "C32")
def test_the_medical_monitor_reads_serious_events_and_nothing_else(ward: Flask) -> None:
    write_report(ward)
    client = kaur(ward)
    assert client.get("/").headers["Location"].endswith("/serious-events")
    for path in (f"{STUDY}/serious-events", f"{REPORT}/assessment", f"{REPORT}/events/1", f"{REPORT}/packet.pdf"):
        assert client.get(path).status_code == 200, path
    assert "low BP after dose 8" in client.get(f"{REPORT}/assessment").text
    for path in (BOOK, REPORT, f"{BOOK}/adverse-events/1", f"{BOOK}/casebook.pdf", f"{STUDY}/queries", f"{STUDY}/participants"):
        assert client.get(path).status_code == 403, path


@pytest.mark.requirement("C02", "C32")
def test_the_sponsors_questions_are_answered_by_the_medical_monitor_alone(ward: Flask) -> None:
    write_report(ward)
    client = kaur(ward)
    page = f"{REPORT}/assessment"
    version = client.get(page).text.split('name="row_version" value="')[1].split('"')[0]
    answers = {"rel_sponsor_nivo": "UNLIKELY", "rel_sponsor_il2": "PROBABLE", "expected_sponsor": "Y"}
    assert post(client, page, row_version=version, **answers).status_code == 303
    assert "7-day report" in client.get(page).text
    event = f"{REPORT}/events/1"
    version = client.get(event).text.split('name="row_version" value="')[1].split('"')[0]
    assert post(client, event, row_version=version, expected_il2="N").status_code == 303
    site = client_of(ward, "l.ames")
    assert 'name="expected_sponsor"' not in site.get(REPORT).text
    assert "7-day report" in site.get(page).text and 'name="expected_sponsor"' not in site.get(page).text
    assert site.post(page, data={}).status_code in (400, 403)


def test_the_services_refuse_the_wrong_hand(ward: Flask) -> None:
    write_report(ward)
    with pytest.raises(ItemNotYours, match="medical monitor"):
        enter(ward, None, "SAE", {"expected_sponsor": "Y"}, complete=None)
    with pytest.raises(ItemNotYours):
        enter(ward, None, "SAE", {"reported_dt": here(ward)}, complete=None)


def test_the_monitor_changes_an_answer_with_its_reason_only(ward: Flask) -> None:
    write_report(ward)
    client = kaur(ward)
    page = f"{REPORT}/assessment"

    def save(**fields: str) -> int:
        version = client.get(page).text.split('name="row_version" value="')[1].split('"')[0]
        return int(post(client, page, row_version=version, **fields).status_code)

    assert save(expected_sponsor="Y") == 303
    assert save(expected_sponsor="N") == 422
    assert save(expected_sponsor="N", **{"expected_sponsor.reason": "Entry error"}) == 303


def test_a_signature_of_the_investigator_outlives_the_sponsors_answers(ward: Flask) -> None:
    def digest() -> str:
        with shell(ward).session(writes=False) as session:
            session.info["scope"] = Scope.system("test")
            subject = get_subject(session, CODE)
            record = find_record(session, subject, None, get_crf("SAE"), 1)
            assert record is not None
            return content_digest(SubjectBook(session, subject, now(session)).entry(record))

    write_report(ward)
    before = digest()
    client = kaur(ward)
    page = f"{REPORT}/assessment"
    version = client.get(page).text.split('name="row_version" value="')[1].split('"')[0]
    post(client, page, row_version=version, expected_sponsor="N")
    post(client_of(ward, "r.diaz"), f"{REPORT}/send", REPORT)
    assert digest() == before
