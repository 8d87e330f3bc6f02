"""Every page of the casebook and of review: what each role sees of a participant."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask

from tests.app_fixtures import app, application_url, begins_with, furnished, post
from tests.casebook.study import CODE, STUDY, client_of, demographics, enrol_participant, enter, open_people

__all__ = ["app", "application_url"]


def fill(app: Flask) -> None:
    """A study with one participant who has consent and demographics."""
    open_people(app)
    assert enrol_participant(app) == CODE
    demographics(app)


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def without_tokens(page: str) -> str:
    """A page without what is new in each answer: request tokens, the reference, and form tokens with their time."""
    return re.sub(r'[0-9a-f]{32}|"[\w-]+\.[\w-]+\.[\w-]+"', "", page)


CLINICAL_PAGES = [
    "/my-day", f"{STUDY}/participants", f"{STUDY}/participants/{CODE}", f"{STUDY}/participants/{CODE}/screening",
    f"{STUDY}/participants/{CODE}/informed-consent", f"{STUDY}/queries", f"{STUDY}/queries?tab=closed",
    f"{STUDY}/audit", f"{STUDY}/audit?participant={CODE}", f"{STUDY}/exports",
]  # fmt: skip


@pytest.mark.parametrize("path", CLINICAL_PAGES)
@pytest.mark.parametrize("name", ["r.diaz", "l.ames", "m.lindt", "p.shah", "i.spector"])
def test_who_reads_records_opens_the_pages_of_the_casebook(study: Flask, name: str, path: str) -> None:
    answer = client_of(study, name).get(path)
    assert answer.status_code == 200, answer.text[:2000]


@pytest.mark.parametrize("path", CLINICAL_PAGES)
@pytest.mark.parametrize("name", ["s.sponsor", "a.admin"])
@pytest.mark.requirement("C07")
def test_sponsor_and_administrator_find_no_clinical_page(study: Flask, name: str, path: str) -> None:
    assert client_of(study, name).get(path).status_code == 404


@pytest.mark.parametrize("path", [f"{STUDY}/participants/{CODE}", f"{STUDY}/participants/{CODE}/screening"])
@pytest.mark.requirement("C03")
def test_another_sites_coordinator_finds_nothing(study: Flask, path: str) -> None:
    client = client_of(study, "o.nyberg")
    assert client.get(path).status_code == 404
    assert without_tokens(client.get(path).text) == without_tokens(client.get(f"{STUDY}/participants/009-009").text)
    assert CODE not in client.get(f"{STUDY}/participants").text


def test_coordinator_enrols_and_the_code_is_the_next_of_the_site(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    answer = post(
        client, f"{STUDY}/participants/new", site="001", code="001-002", consent_type="INITIAL", consent_version="v4.0",
        signature_date="2024-01-09",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].endswith("/participants/001-002")
    page = client.get(f"{STUDY}/participants/001-002").text
    assert "Screening" in page
    assert "Demographics" in page


def test_a_code_that_was_taken_meanwhile_enrols_nobody(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    answer = post(client, f"{STUDY}/participants/new", site="001", code="001-001", signature_date="2024-01-09")
    assert answer.status_code == 409
    assert "001-002" in answer.text


def test_enrolment_with_an_unreadable_date_keeps_what_was_typed(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    answer = post(
        client,
        f"{STUDY}/participants/new",
        site="001",
        code="001-002",
        signature_date="2024-02-31",
        obtained_by="K. Osei",
    )
    assert answer.status_code == 422
    assert "2024-02-31" in answer.text
    assert "K. Osei" in answer.text


def test_day_one_is_added_by_hand_and_its_date_brings_the_course(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    page = f"{STUDY}/participants/{CODE}"
    assert post(client, f"{page}/visits", page, kind="D1", number="1").status_code == 303
    enter(study, "c1-d1", "VISIT", {"visit_occurred": "Y", "visit_date": dt.date(2024, 1, 22)})
    text = client.get(page).text
    assert "c1-admission-1" in text
    assert "c1-response" in text


@pytest.mark.parametrize("kind", ["SCR", "LOG", "XYZ"])
def test_no_visit_is_added_that_the_schedule_does_not_offer(study: Flask, kind: str) -> None:
    client = client_of(study, "r.diaz")
    page = f"{STUDY}/participants/{CODE}"
    assert post(client, f"{page}/visits", page, kind=kind).status_code == 404


def test_review_pages_open_for_their_roles(study: Flask) -> None:
    pages = {
        "m.lindt": [f"{STUDY}/verification", f"{STUDY}/participants/{CODE}/verify", f"{STUDY}/lock", f"{STUDY}/"],
        "l.ames": [f"{STUDY}/participants/{CODE}/sign", f"{STUDY}/releases"],
        "p.shah": [f"{STUDY}/lock", f"{STUDY}/participants/{CODE}/lock", f"{STUDY}/releases", f"{STUDY}/"],
        "s.sponsor": [f"{STUDY}/", f"{STUDY}/releases"],
        "i.spector": [f"{STUDY}/releases", f"{STUDY}/lock"],
    }
    for name, paths in pages.items():
        client = client_of(study, name)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, (name, path, answer.text[:1500])


def test_downloads_open_and_stand_in_the_trail(study: Flask) -> None:
    client = client_of(study, "m.lindt")
    page = f"{STUDY}/participants/{CODE}"
    for path in (f"{page}/casebook.pdf", f"{page}/verification.pdf"):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text[:500]
        assert answer.data.startswith(b"%PDF")
    listing = client.get(f"{page}/verification.csv").text
    assert "DM.SEX" in listing
    dataset = client.get(f"{STUDY}/exports/crf_dm.csv").text
    assert "1961" in dataset
    assert "1961-07-29" not in dataset
    assert "casebook.pdf" in client.get(f"{STUDY}/audit?participant={CODE}").text
    assert "crf_dm.csv" in client_of(study, "p.shah").get(f"{STUDY}/audit").text


def one_visit(page: str) -> str:
    """What the casebook shows of one visit on a narrow screen."""
    found = re.search(r'<section class="d-md-none.*?</section>', page, re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<option.*?</option>|<[^>]*>", " ", found[0]))


@pytest.fixture
def course(study: Flask) -> Flask:
    """The participant with day 1 of a course that brought its visits."""
    page = f"{STUDY}/participants/{CODE}"
    post(client_of(study, "r.diaz"), f"{page}/visits", page, kind="D1", number="1")
    enter(study, "c1-d1", "VISIT", {"visit_occurred": "Y", "visit_date": dt.date(2024, 1, 22)})
    return study


def test_a_narrow_screen_shows_the_visit_that_waits_with_every_mark_in_words(course: Flask) -> None:
    shown = one_visit(client_of(course, "r.diaz").get(f"{STUDY}/participants/{CODE}").text)
    assert "Course 1, day 1" in shown
    assert re.search(r"Visit header (Complete|Incomplete)\s+0 of \d+ verified", shown), shown


def test_each_column_is_headed_by_its_own_course_or_number(course: Flask) -> None:
    client, page = client_of(course, "r.diaz"), f"{STUDY}/participants/{CODE}"
    post(client, f"{page}/visits", page, kind="LTFU", number="2")
    heads = re.findall(r'<th scope="col"><a[^>]*>([^<]*)</a>', client.get(page).text)
    assert heads[:2] == ["Screening", "C1 D1"]
    assert "Follow-up 2" in heads


@pytest.mark.parametrize(
    ("asked", "visit", "around"),
    [
        ("screening", "Screening", ["Next: Course 1, day 1"]),
        ("c1-d1", "Course 1, day 1", ["Previous: Screening", "Next: Course 1"]),
        ("no-such-visit", "Course 1, day 1", []),
    ],
)
def test_a_narrow_screen_goes_from_visit_to_visit(course: Flask, asked: str, visit: str, around: list[str]) -> None:
    shown = one_visit(client_of(course, "r.diaz").get(f"{STUDY}/participants/{CODE}?visit={asked}").text)
    heading = shown.split("Show", 1)[1]
    assert heading.strip().startswith(visit), heading
    assert [words for words in around if words not in shown] == []


def test_the_choice_of_visits_says_what_each_waits_for(course: Flask) -> None:
    page = client_of(course, "r.diaz").get(f"{STUDY}/participants/{CODE}").text
    options = re.findall(r"<option value=\"(screening|c1-[\w-]+)\"[^>]*>([^<]*)</option>", page)
    assert [slug for slug, _ in options][:2] == ["screening", "c1-d1"]
    assert re.search(r": (\d+ (overdue|due|incomplete|quer(y|ies))(, )?)+$", dict(options)["c1-d1"])
