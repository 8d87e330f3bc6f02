"""A due form that nobody began stands in the way of the lock, although no record of it exists."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask

from tests.app_fixtures import app, application_url, post
from tests.casebook.study import CODE, STUDY, client_of, demographics, enrol_participant, enter, open_people

__all__ = ["app", "application_url"]
LOCK = f"{STUDY}/participants/{CODE}/lock"
BLOCKER = re.compile(r"\b[1-9]\d* due forms that nobody began")
WAIVERS = {f"waiver.{kind}": "rehearsal" for kind in ("incomplete", "unverified", "unsigned")}


@pytest.fixture
def screened(app: Flask) -> Flask:
    """A participant whose screening visit took place, with demographics but neither samples nor scans."""
    open_people(app)
    enrol_participant(app)
    enter(app, "screening", "VISIT", {"visit_occurred": "Y", "visit_date": dt.date(2024, 1, 10)})
    demographics(app)
    return app


@pytest.mark.requirement("C12")
def test_forms_due_at_a_visit_that_took_place_block_the_lock(screened: Flask) -> None:
    client = client_of(screened, "p.shah")
    assert BLOCKER.search(client.get(LOCK).text)
    refused = post(client, LOCK, reason="interim cut", **WAIVERS)
    assert refused.status_code == 409 and BLOCKER.search(refused.text)
    assert "is locked." not in client.get(LOCK).text


@pytest.mark.requirement("C12")
def test_a_waiver_or_not_done_lets_them_stay_open(screened: Flask) -> None:
    client = client_of(screened, "r.diaz")
    page = f"{STUDY}/participants/{CODE}/screening"
    answer = post(client, f"{page}/visit-not-done", page, reason="Moved to another hospital")
    assert answer.status_code == 303
    manager = client_of(screened, "p.shah")
    assert "nobody began" not in manager.get(LOCK).text
    assert post(manager, LOCK, reason="interim cut", **WAIVERS).status_code == 303
