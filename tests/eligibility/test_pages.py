"""The eligibility form in the browser: what the data say, who answers, signing, the gate, and the evidence sheet."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.db import Scope
from edc.records.service import get_subject
from edc.web import shell
from forms.eligibility import CRITERIA
from tests.app_fixtures import PASSWORD, app, application_url, begins_with, furnished, post
from tests.casebook.study import CODE, STUDY, client_of, demographics, enrol_participant, open_people
from tests.forms.eligible import answers

__all__ = ["app", "application_url"]
SCREENING = f"{STUDY}/participants/{CODE}/screening"
FORM, REGISTRATION, SHEET = (f"{SCREENING}/{slug}" for slug in ("eligibility", "registration", "eligibility.pdf"))
DATES = {"planned_c1d1": "2024-01-24", "ie_date": "2024-01-20"}
REGISTERED = {"registration_date": "2024-01-20", "registered_by": "R. Diaz", "eligibility_confirmed": "Y"}


def fill(app: Flask) -> None:
    """A woman of 62 with a consent and demographics."""
    open_people(app)
    enrol_participant(app)
    demographics(app)


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def save(client: FlaskClient, page: str, typed: Mapping[str, str]) -> str:
    """Fill in a form over the version that its page shows; returns the page that follows."""
    shown = client.get(page)
    assert shown.status_code == 200, shown.text
    version = re.search(r'name="row_version" value="(\d+)"', shown.text)
    assert version
    answer = post(client, page, row_version=version[1], **typed)
    return client.get(page).text if answer.status_code == 303 else answer.text


def line(page: str, code: str) -> str:
    """The text of the lines of one criterion."""
    found = re.search(rf'<tbody[^>]*data-criterion="{code}".*?</tbody>', page, re.DOTALL)
    assert found, code
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def assessed(study: Flask, **changed: str) -> FlaskClient:
    """The investigator, after every criterion was answered and every question explained."""
    client = client_of(study, "l.ames")
    given = answers(incl12="NA", incl13="NA", **changed)
    page = save(client, FORM, DATES | given)
    notes = {f"{name}.confirm": "as the chart says" for name in re.findall(r'name="(\w+)\.confirm"', page)}
    save(client, FORM, DATES | given | notes | {"complete": "1"})
    return client


def sign(client: FlaskClient) -> str:
    """The investigator signs what is ready; returns the page that follows."""
    page = client.get(f"{STUDY}/participants/{CODE}/sign").text
    content = re.search(r'name="content" value="([^"]+)"', page)
    assert content, page
    forms = re.findall(r'name="form" value="([^"]+)"', page)
    fields = {"content": content[1], "form": forms, "user_name": "l.ames", "password": PASSWORD}
    answer = post(client, f"{STUDY}/participants/{CODE}/sign", **fields)
    assert answer.status_code == 303, answer.text
    return client.get(FORM).text


def test_a_form_that_nobody_saved_shows_what_the_data_say(study: Flask) -> None:
    page = client_of(study, "l.ames").get(FORM).text
    assert line(page, "incl02").startswith("2 Age >= 18 at consent met 62 years 2024-01-08 at consent; at least 18 expected")
    assert "cannot tell" in line(page, "incl07b")


def test_every_criterion_stands_once_in_its_order(study: Flask) -> None:
    shown = client_of(study, "l.ames").get(FORM).text
    assert re.findall(r'data-criterion="(\w+)"', shown) == [criterion.code for criterion in CRITERIA]


@pytest.mark.parametrize(("name", "may_answer"), [("l.ames", True), ("r.diaz", False), ("m.lindt", False)])
def test_only_the_investigator_has_controls_for_the_answers(study: Flask, name: str, may_answer: bool) -> None:
    save(client_of(study, "l.ames"), FORM, DATES | {"incl01": "Y"})
    page = client_of(study, name).get(FORM).text
    assert ('type="radio" name="incl01"' in page) is may_answer
    assert ('name="planned_c1d1"' in page) is (name != "m.lindt")


def test_what_a_coordinator_posts_as_an_answer_is_not_stored(study: Flask) -> None:
    page = save(client_of(study, "r.diaz"), FORM, DATES | {"incl01": "Y"})
    assert "no answer" in line(page, "incl01")


@pytest.mark.parametrize(("answer", "is_asked"), [("Y", True), ("N", False)])
def test_an_unmet_criterion_asks_for_comment_and_waiver(study: Flask, answer: str, is_asked: bool) -> None:
    page = save(client_of(study, "l.ames"), FORM, DATES | {"excl01": answer})
    for name in ("excl01_comment", "excl01_waiver"):
        before = page[: page.index(f'name="{name}"')]
        fieldset = before[before.rindex("<fieldset") :]
        assert ("hidden disabled" in fieldset) is not is_asked


def test_signing_and_registering(study: Flask) -> None:
    client = assessed(study)
    assert "Signed" in sign(client)
    page = client_of(study, "r.diaz").get(FORM).text
    assert "Nothing is open." in page
    save(client_of(study, "r.diaz"), REGISTRATION, REGISTERED)
    with shell(study).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        assert str(get_subject(session, CODE).registration_date) == "2024-01-20"


def test_the_browser_shows_what_stands_against_registration(study: Flask) -> None:
    assessed(study, incl07b="N", incl07b_comment="rising")
    page = save(client_of(study, "r.diaz"), REGISTRATION, REGISTERED)
    assert "001-001 was not registered." in page
    assert "the eligibility form is not signed; inclusion 7b is not met and has no waiver" in page


def test_the_evidence_sheet_says_all_of_each_criterion(study: Flask) -> None:
    client = assessed(study, excl01="Y", excl01_comment="on oral antibiotics", excl01_waiver="W-17")
    sign(client)
    answer = client.get(SHEET)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages).split())
    for said in (
        "Eligibility evidence", "Participant 001-001", "Inclusion 7b", "Exclusion 15", "62 years", "DM.BIRTH_DATE (SCR)",
        "at least 18 expected", "Waiver W-17", "on oral antibiotics", "cannot tell", "Signed by", "investigator",
        "nothing",
    ):  # fmt: skip
        assert said in text, said
    assert "1961-07-29" not in text


def test_taking_the_sheet_is_noted(study: Flask) -> None:
    save(client_of(study, "l.ames"), FORM, DATES)
    client_of(study, "m.lindt").get(SHEET)
    with shell(study).engine.connect() as connection:
        noted = connection.execute(
            select(audit_change.c.act, audit_change.c.user_name, audit_record.c.new)
            .join_from(audit_record, audit_change, audit_record.c.change_uid == audit_change.c.uid)
            .where(audit_change.c.act == "casebook:download")
        ).all()  # fmt: skip
    assert [tuple(row) for row in noted] == [("casebook:download", "m.lindt", "screening/eligibility.pdf")]


@pytest.mark.parametrize(("name", "status"), [("r.diaz", 200), ("i.spector", 200), ("s.sponsor", 404), ("a.admin", 404)])
def test_who_may_take_the_sheet(study: Flask, name: str, status: int) -> None:
    save(client_of(study, "l.ames"), FORM, DATES)
    answer = client_of(study, name).get(SHEET)
    answer.close()
    assert answer.status_code == status


def test_there_is_no_sheet_without_a_form(study: Flask) -> None:
    assert client_of(study, "r.diaz").get(SHEET).status_code == 404
