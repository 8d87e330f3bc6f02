"""The overview of sites: every number is that of the list behind it, and counting never takes much of the time."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask

from edc.casebook.site_counts import KEPT_TIMES, Counter
from edc.db import ALL, Scope
from edc.records.book import SubjectBook
from edc.records.scheduling import add_visit
from edc.records.service import get_subject
from edc.web import shell
from tests.app_fixtures import app, application_url
from tests.casebook.study import CODE, STUDY, client_of, enrol_participant, enter, open_people, saving

__all__ = ["app", "application_url"]


@pytest.fixture
def sites(app: Flask) -> Flask:
    """Two participants in San Diego, one of them with queries, and one in Lund."""
    open_people(app)
    for site in ("001", "001", "002"):
        enrol_participant(app, site_code=site)
    enter(app, "screening", "DM", {"birth_date": "1915-07-29", "sex": "M"}, complete=None)
    return app


def row(page: str, site: str) -> list[str]:
    """The cells of a site in the table, without marks."""
    found = re.search(rf'<th [^>]*data-label="Site">{site} .*?</tr>', page, re.S)
    assert found is not None
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td .*?</td>", found[0], re.S)]


def test_each_number_opens_the_list_that_makes_it_up(sites: Flask) -> None:
    client = client_of(sites, "p.shah")
    page = client.get(f"{STUDY}/").text
    links = dict(re.findall(r'<td [^>]*data-label="([^"]+)"><a href="([^"]+)">', page))
    assert set(links) == {"Enrolled", "Queries open"} and "Counted " in page
    enrolled, *_, asked, _, _, _ = row(page, "001")
    listed = client.get(links["Enrolled"].replace("002", "001").replace("&amp;", "&")).text
    assert (enrolled, listed.count('href="/nct03991130/participants/001-0') > 0) == ("2", True)
    assert "002-001" not in listed
    queries = client.get(f"{STUDY}/queries?tab=site&site=001").text
    assert int(asked) == queries.count('role="rowheader"') > 0
    assert "No queries here." in client.get(f"{STUDY}/queries?tab=site&site=002").text


def test_overdue_visits_are_counted_at_their_site(sites: Flask) -> None:
    assert row(client_of(sites, "p.shah").get(f"{STUDY}/").text, "001")[2] == "0"
    with saving(sites) as act:
        book = SubjectBook(act.session, get_subject(act.session, CODE), act.now)
        add_visit(act.session, book, "D1", 1)
    enter(sites, "c1-d1", "VISIT", {"visit_occurred": "Y", "visit_date": dt.date(2024, 1, 22)})
    with shell(sites).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        found = {one.code: one.overdue for one in Counter().count(session).sites}
    assert found["002"] == 0 and found["001"] > 0


def test_a_sponsor_sees_counts_and_no_way_further(sites: Flask) -> None:
    page = client_of(sites, "s.sponsor").get(f"{STUDY}/").text
    assert row(page, "001")[0] == "2" and row(page, "002")[0] == "1"
    assert "queries?" not in page and "participants?" not in page


def test_counting_is_repeated_only_when_it_has_earned_it(sites: Flask) -> None:
    times = iter([0.0, 2.0, 2.0 + KEPT_TIMES * 2.0 - 0.1, 2.0 + KEPT_TIMES * 2.0, 300.0])
    counter = Counter(clock=lambda: next(times))
    with shell(sites).session(writes=False) as session:
        session.info["scope"] = Scope("user", "data_manager", ALL)
        first = counter.count(session)
        assert counter.count(session) is first
        assert counter.count(session) is not first


def test_each_scope_is_counted_for_itself(sites: Flask) -> None:
    counter = Counter(clock=iter(float(n) for n in range(100)).__next__)
    found = []
    for scope in (Scope("user", "data_manager", ALL), Scope("user", "monitor", frozenset())):
        with shell(sites).session(writes=False) as session:
            session.info["scope"] = scope
            found.append([one.code for one in counter.count(session).sites])
    assert found == [["001", "002"], []]
