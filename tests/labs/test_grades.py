"""The grades on the sheet of results, and the way from a result to an adverse event and back."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from edc.db import Scope
from edc.records.book import SubjectBook
from edc.records.service import get_subject
from edc.web import shell
from forms.views import Record
from tests.app_fixtures import app, application_url, open_account
from tests.casebook.study import CODE, STUDY, client_of
from tests.labs.test_sheets import Controls, send
from tests.records.casebooks import Casebook
from tests.ward import PEOPLE, clock_of

__all__ = ["app", "application_url"]
SHEET = f"{STUDY}/participants/{CODE}/c1-admission-1/laboratory"
NEW = f"{STUDY}/participants/{CODE}/adverse-events/new"
PLATELETS = {"panel": "HEM", "test": "PLAT", "row_status": "DONE", "unit": "10^9/L", "lln": "150", "uln": "400"}
POTASSIUM = {"panel": "CHEM", "test": "K", "row_status": "DONE", "unit": "mmol/L", "lln": "3.5", "uln": "5.1"}


def sample(book: Casebook, at: str, *results: dict[str, str], visit: str = "C1A1") -> None:
    panels = "|".join(dict.fromkeys(row["panel"] for row in results))
    typed = {"performed": "Y", "sample_dt": at, "panel": panels}
    book.save("LAB", typed, visit=visit, rows={"RESULT": [(None, row) for row in results]})


@pytest.fixture
def book(app: Flask) -> Casebook:
    """A first dose on 22 January, platelets of 28 and a low potassium two days later."""
    clock = clock_of(app)
    for person, role in PEOPLE.items():
        open_account(app, person, role)
    book = Casebook(shell(app).engine)
    book.clock = clock
    book.add_participant(CODE)
    for visit in ("C1D1", "C1A1"):
        book.add_visit(visit)
    book.save("NIVO", {"given": "Y", "start_dt": "2024-01-22 10:00"}, visit="C1D1")
    sample(book, "2024-01-24 06:00", {**PLATELETS, "value": "28"}, {**POTASSIUM, "value": "3.2"})
    return book


@pytest.fixture
def study(app: Flask, book: Casebook) -> Flask:
    """The application with this participant."""
    return app


def records(app: Flask, oid: str) -> list[Record]:
    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        found = SubjectBook(session, get_subject(session, CODE), shell(app).clock()).load(oid)
        assert all(row.answers for record in found for rows in record.group_rows.values() for row in rows)
        return found


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def offer_of(page: str) -> str:
    found = re.search(r'href="([^"]*adverse-events/new\?result=[^"]*)"', page)
    assert found, "no offer"
    return found[1]


def test_the_sheet_shows_grade_sentence_and_what_cannot_be_graded(study: Flask) -> None:
    words = words_of(client_of(study, "r.diaz").get(SHEET).text)
    assert "CTCAE grade 3, Platelet count decreased 28 10^9/L is at or above 25 and below 50." in words
    assert "Cannot be graded because it is not known whether there were symptoms" in words
    assert words.count("Add adverse event") == 1


def test_who_may_not_enter_reads_grades_and_is_offered_nothing(study: Flask) -> None:
    page = client_of(study, "p.shah").get(SHEET).text
    assert "CTCAE grade 3, Platelet count decreased" in page
    assert "Add adverse event" not in page


def test_an_event_is_offered_what_the_result_says_and_nothing_is_stored(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    offer = offer_of(client.get(SHEET).text)
    page = client.get(offer).text
    assert "Platelets 28 10^9/L" in page and "Platelet count decreased, grade 3" in words_of(page)
    assert dict(Controls(page).fields)["ctcae_term"] == ""
    page = send(client, {"then": "use-result", "verbatim": "Platelets low"}, offer)
    fields = dict(Controls(page).fields)
    assert (fields["ctcae_term"], fields["start_date"], fields["start_time"], fields["verbatim"]) == (
        "Platelet count decreased", "2024-01-24", "06:00", "Platelets low",
    )  # fmt: skip
    assert records(study, "AE") == []


def test_a_saved_event_waits_at_its_result_to_be_linked(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    offer = offer_of(client.get(SHEET).text)
    send(client, {"then": "use-result", "verbatim": "Platelets low"}, offer)
    page = send(client, {}, NEW)
    [event] = records(study, "AE")
    assert (event.ctcae_term, event.start_date, event.max_grade) == ("Platelet count decreased", "2024-01-24", "3")
    assert event.answer("ctcae_term").origin == "accepted proposal"
    assert "Save the sample to link this event to Platelets 28 10^9/L." in page
    assert records(study, "LAB")[0].rows("RESULT")[0].ae_ref is None
    assert dict(Controls(page).fields)["RESULT.1.ae_ref"] == event.uid
    send(client, {}, SHEET)
    assert records(study, "LAB")[0].rows("RESULT")[0].ae_ref == event.uid


def test_an_event_of_the_term_on_that_day_takes_the_place_of_the_offer(study: Flask, book: Casebook) -> None:
    typed = {"verbatim": "Platelets low", "ctcae_term": "Platelet count decreased", "start_date": "2024-01-23"}
    book.save("AE", {**typed, "ongoing": "Y"})
    page = client_of(study, "r.diaz").get(SHEET).text
    assert "Add adverse event" not in page
    assert "Adverse event 1 has this term on that day." in words_of(page)


@pytest.mark.parametrize("result", ["", "0" * 32, "'; drop"])
def test_an_unknown_result_offers_nothing(study: Flask, result: str) -> None:
    answer = client_of(study, "r.diaz").get(f"{NEW}?result={result}")
    assert answer.status_code == 200
    assert "From the laboratory" not in answer.text


def test_before_the_first_dose_no_event_is_offered(study: Flask, book: Casebook) -> None:
    sample(book, "2024-01-10 08:00", {**PLATELETS, "value": "28"}, visit="SCR")
    page = client_of(study, "r.diaz").get(SHEET.replace("c1-admission-1", "screening")).text
    assert "CTCAE grade 3, Platelet count decreased" in page
    assert "Add adverse event" not in page
