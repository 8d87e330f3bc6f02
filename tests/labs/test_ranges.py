"""Normal ranges: proposed from the laboratory's document, in force once another person approved them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from edc.permissions import Role
from edc.study.models import NormalRange
from edc.web import shell
from tests.app_fixtures import app, application_url, begins_with, furnished, open_account
from tests.casebook.study import STUDY, client_of, enrol_participant, open_people

__all__ = ["app", "application_url"]
RANGES = f"{STUDY}/lab-ranges"
ALT = {
    "test": "CHEM ALT", "unit": "U/L", "lln": "7", "uln": "40", "sex": "BOTH", "valid_from": "1 jan 2024",
    "source_document": "Reference ranges 2024, rev. 2",
}  # fmt: skip


def fill(app: Flask) -> None:
    """The application with its people, one laboratory, and a participant."""
    open_people(app)
    enrol_participant(app)


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def post(client: FlaskClient, address: str, form: dict[str, str]) -> tuple[int, str]:
    page = client.get(f"{RANGES}/new" if address.endswith("new") else RANGES)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text) or re.search(
        r'name="csrf-token" content="([^"]+)"', page.text
    )
    assert token
    answer = client.post(address, data={"csrf_token": token[1], **form}, follow_redirects=True)
    return answer.status_code, answer.text


def propose(app: Flask, **changed: str) -> tuple[int, str]:
    """Propose a range of ALT at Moores as the data manager."""
    client = client_of(app, "p.shah")
    page = client.get(f"{RANGES}/new").text
    laboratory = re.search(r'value="([0-9a-f]{32})">Moores, site 001', page)
    assert laboratory
    return post(client, f"{RANGES}/new", {**ALT, "laboratory": laboratory[1], **changed})


def stored(app: Flask) -> list[NormalRange]:
    from sqlalchemy import select

    from edc.db import Scope

    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        return list(session.scalars(select(NormalRange)))


def test_range_waits_until_an_investigator_approves_it(study: Flask) -> None:
    status, page = propose(study)
    assert status == 200 and "Waits for approval" in page and "7 to 40 U/L" in page
    [row] = stored(study)
    assert row.approved_by is None
    status, page = post(client_of(study, "l.ames"), f"{RANGES}/{row.uid}/approve", {"reason": "as on the document"})
    assert status == 200 and "Range approved" in page
    assert stored(study)[0].approved_by is not None


def test_data_manager_does_not_approve(study: Flask) -> None:
    propose(study)
    status, _ = post(client_of(study, "p.shah"), f"{RANGES}/{stored(study)[0].uid}/approve", {"reason": "mine"})
    assert status == 403


def test_approval_without_a_reason_changes_nothing(study: Flask) -> None:
    propose(study)
    status, _ = post(client_of(study, "l.ames"), f"{RANGES}/{stored(study)[0].uid}/approve", {"reason": " "})
    assert status == 422 and stored(study)[0].approved_by is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"unit": "stones"}, "is no unit of ALT"),
        ({"lln": "50"}, "is not below the upper limit"),
        ({"uln": "4o"}, "takes a number"),
        ({"valid_from": ""}, "Valid from is missing"),
        ({"source_document": ""}, "Document of the laboratory is missing"),
        ({"sex": ""}, "Choose whom the range is for"),
    ],
)
def test_wrong_proposal_says_what_to_correct_and_keeps_the_text(
    study: Flask, changed: dict[str, str], words: str
) -> None:
    status, page = propose(study, **changed)
    assert status == 422 and words in page and stored(study) == []
    assert all(f'value="{text}"' in page for text in changed.values() if text)


def test_wrong_proposal_is_withdrawn_and_makes_room(study: Flask) -> None:
    propose(study, uln="400")
    status, _ = post(client_of(study, "p.shah"), f"{RANGES}/{stored(study)[0].uid}/withdraw", {"reason": "typed 400"})
    assert status == 200
    status, page = propose(study)
    assert status == 200 and "7 to 40 U/L" in page


def test_range_gets_a_last_day(study: Flask) -> None:
    propose(study)
    uid = stored(study)[0].uid
    post(client_of(study, "l.ames"), f"{RANGES}/{uid}/approve", {"reason": "as on the document"})
    form = {"reason": "new analyser", "last_day": "31 may 2024"}
    status, page = post(client_of(study, "p.shah"), f"{RANGES}/{uid}/end", form)
    assert status == 200 and "to 31 May 2024" in client_of(study, "p.shah").get(RANGES).text, page


def test_list_is_narrowed_and_paged(study: Flask) -> None:
    for year in range(1950, 2004):
        propose(study, valid_from=f"{year}-01-01", valid_to=f"{year}-12-31")
    client = client_of(study, "l.ames")
    first = client.get(f"{RANGES}?test=alt&state=waiting").text
    assert "50 shown" in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    assert "4 shown" in client.get(following[1].replace("&amp;", "&")).text
    assert "No normal range matches" in client.get(f"{RANGES}?test=sodium").text


@pytest.mark.parametrize("name", ["s.sponsor", "a.admin"])
def test_roles_without_clinical_data_find_no_page(study: Flask, name: str) -> None:
    assert client_of(study, name).get(RANGES).status_code == 404


def test_another_site_sees_nothing_of_it(study: Flask) -> None:
    propose(study)
    open_account(study, "b.lund", Role.INVESTIGATOR, site="Lund")
    client = client_of(study, "b.lund")
    assert "ALT" not in client.get(RANGES).text
    assert post(client, f"{RANGES}/{stored(study)[0].uid}/approve", {"reason": "as on the document"})[0] == 404
