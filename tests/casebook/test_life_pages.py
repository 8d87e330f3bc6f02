"""The life cycle as people see it: states on lists and casebook, a missed visit, a second screening, an overdue visit."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from tests.app_fixtures import app, application_url, begins_with, furnished, pass_time, post
from tests.casebook.study import CODE, STUDY, client_of, enrol_participant, enter, open_people

__all__ = ["app", "application_url"]
LIST = f"{STUDY}/participants"
BOOK = f"{LIST}/{CODE}"


def fill(app: Flask) -> None:
    """A participant with a consent of 8 January 2024."""
    open_people(app)
    enrol_participant(app)


filling = begins_with(fill, "enrolled")


@pytest.fixture
def enrolled(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def come(app: Flask, visit: str, *date: int) -> None:
    """The participant came to a visit."""
    enter(app, visit, "VISIT", {"visit_occurred": "Y", "visit_date": dt.date(*date)})


def start_course(app: Flask) -> None:
    """Day 1 of course 1 on 22 January 2024, added by hand before its trigger."""
    client = client_of(app, "r.diaz")
    assert post(client, f"{BOOK}/visits", BOOK, kind="D1", number="1").status_code == 303
    come(app, "c1-d1", 2024, 1, 22)


def test_the_state_stands_on_list_casebook_and_form(enrolled: Flask) -> None:
    client = client_of(enrolled, "r.diaz")
    assert "Screening" in client.get(LIST).text
    enter(enrolled, None, "EOS", {"completion_date": dt.date(2024, 1, 20), "reason": "WITHDRAWAL BY SUBJECT"})
    assert "Not treated" in client.get(LIST).text
    page = client.get(BOOK).text
    assert "Not treated: nothing more is due. What was collected stays." in page
    assert "Not treated" in client.get(f"{BOOK}/screening/demographics").text


def test_a_list_narrowed_to_a_state(enrolled: Flask) -> None:
    client = client_of(enrolled, "r.diaz")
    assert CODE in client.get(f"{LIST}?status=SCREENING").text
    assert CODE not in client.get(f"{LIST}?status=SAFETY_FOLLOW_UP").text


@pytest.mark.requirement("C12")
def test_a_missed_visit_takes_its_forms_with_it(enrolled: Flask) -> None:
    start_course(enrolled)
    client = client_of(enrolled, "r.diaz")
    page = f"{BOOK}/c1-d35"
    assert "This visit did not take place" in client.get(page).text
    answer = post(client, f"{page}/visit-not-done", page, reason="In hospital elsewhere", code="LOGISTIC")
    assert answer.status_code == 303
    shown = client.get(page).text
    assert "Course 1, day 35 nivolumab is marked missed." in shown and "not done: In hospital elsewhere" in shown
    header = client.get(f"{page}/visit-header").text
    assert "Logistic reason" in header
    assert "missed" in client.get(BOOK).text


def test_a_missed_visit_needs_its_coded_reason(enrolled: Flask) -> None:
    start_course(enrolled)
    client = client_of(enrolled, "r.diaz")
    page = f"{BOOK}/c1-d35"
    answer = post(client, f"{page}/visit-not-done", page, reason="In hospital elsewhere")
    assert answer.status_code == 400 and "not chosen" in answer.text
    assert "This visit did not take place" in client.get(page).text


def test_a_visit_that_took_place_keeps_its_header(enrolled: Flask) -> None:
    start_course(enrolled)
    client = client_of(enrolled, "r.diaz")
    page = f"{BOOK}/c1-d1"
    assert "What is left of this visit was not done" in client.get(page).text
    post(client, f"{page}/visit-not-done", page, reason="Pump failed")
    shown = client.get(page).text
    assert "is marked missed" not in shown and "not done: Pump failed" in shown


def test_a_screen_failure_may_be_screened_again_once(enrolled: Flask) -> None:
    client = client_of(enrolled, "r.diaz")
    refused = post(client, f"{BOOK}/screen-again", BOOK)
    assert refused.status_code == 400
    enter(enrolled, None, "EOS", {"completion_date": dt.date(2024, 1, 20), "reason": "SCREEN FAILURE"})
    assert "Screen again" in client.get(BOOK).text
    assert post(client, f"{BOOK}/screen-again", BOOK).status_code == 303
    page = client.get(f"{BOOK}/screening-2").text
    assert "Laboratory" in page and "Demographics" not in page
    assert "Screening" in client.get(LIST).text and "Screen again" not in client.get(BOOK).text
    first = client.get(f"{BOOK}/screening").text
    assert "not applicable" in first and "due since" not in first
    come(enrolled, "screening-2", 2024, 1, 22)
    enter(enrolled, None, "EOS", {"completion_date": dt.date(2024, 1, 25)}, reason="second failure")
    assert "Screen failed" in client.get(LIST).text
    assert post(client, f"{BOOK}/screen-again", BOOK).status_code == 400


def test_an_overdue_visit_is_asked_at_its_header(enrolled: Flask) -> None:
    start_course(enrolled)
    come(enrolled, "c1-admission-1", 2024, 1, 29)
    pass_time(enrolled, days=8)
    enter(enrolled, None, "AEYN", {"any_ae": "N"})
    client = client_of(enrolled, "r.diaz")
    page = f"{BOOK}/c1-d35/visit-header"
    sentence = "Course 1, day 35 nivolumab was due by 2024-02-28. Enter it or mark it missed with a reason."
    assert sentence in client.get(page).text
    assert "overdue" in client.get(BOOK).text
    assert "C1 D35, Visit header" in client.get(f"{STUDY}/queries").text
    come(enrolled, "c1-d35", 2024, 2, 26)
    assert "was due by" not in client.get(page).text
