"""A version by site: proposed with approvals, confirmed by another person, in force from its day, and never back."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.clock import local
from edc.records.book import SubjectBook
from edc.records.models import FormRecord
from edc.records.service import get_subject
from edc.study.models import CrfActivation
from edc.web import shell
from forms.crf import CRF
from tests.amendment.study import address, record_of, sign
from tests.api.programs import Program, token_of
from tests.app_fixtures import BROWSER, app, application_url, pass_time, post, sign_in
from tests.casebook.study import CODE, STUDY, client_of, enrol_participant, enter, open_people, saving

__all__ = ["app", "application_url"]
PAGE = f"{STUDY}/amendments"
ACTIVATE = f"{PAGE}/001/demographics/activate"
NEW = "Agrees to contraception (women: two methods)"


WOMAN: dict[str, object] = {
    "birth_date": "1961-07-29", "sex": "F", "ethnicity": "NOT HISPANIC OR LATINO", "race": ("WHITE",),
    "childbearing": "N", "not_childbearing_reason": "POSTMENOPAUSAL",
}  # fmt: skip


def demographics(app: Flask, code: str, **changed: object) -> FormRecord:
    """Enter and complete the demographics of a participant."""
    return enter(app, "screening", "DM", {**WOMAN, **changed}, code=code)


@pytest.fixture
def study(app: Flask, amended: type[CRF]) -> Flask:
    """Two participants at two sites; demographics of the first were entered before anybody activated 2.0."""
    open_people(app)
    enrol_participant(app)
    enrol_participant(app, site_code="002")
    demographics(app, CODE)
    return app


def propose(client: FlaskClient, **changed: str) -> str:
    """Propose version 2.0 for the first site from today on; returns the page that follows."""
    fields = {"version": "2.0", "active_from": "t", "approval": "IRB, ref. 2024-7, 3 May 2024", **changed}
    answer = post(client, ACTIVATE, PAGE, **fields)
    return answer.text if answer.status_code != 303 else client.get(PAGE, headers=BROWSER).text


def confirm(app: Flask, client: FlaskClient) -> int:
    """Confirm the newest proposal; returns the status."""
    with saving(app) as act:
        uid = act.session.scalars(select(CrfActivation.uid).order_by(CrfActivation.proposed_at.desc())).first()
    status: int = post(client, f"{PAGE}/{uid}/confirm", PAGE).status_code
    return status


def version_of(app: Flask, code: str) -> str:
    """The version of the demographics of a participant, entered now where they were not."""
    with saving(app) as act:
        there = record_of(act.session, code, "DM")
        if there is not None:
            return str(there.crf_version)
    return demographics(app, code).crf_version


def test_a_site_without_an_activation_enters_the_first_version(study: Flask) -> None:
    assert version_of(study, "002-001") == "1.0"
    form = client_of(study, "r.diaz").get(address(CODE, "demographics")).text
    assert NEW not in form and "Move to v2.0" not in form and "form v1.0" in form


@pytest.mark.requirement("C54", "C20")
def test_a_data_manager_proposes_and_another_person_confirms(study: Flask) -> None:
    manager, administrator = client_of(study, "p.shah"), client_of(study, "a.admin")
    assert "Another person confirms your proposal." in propose(manager)
    assert enrol_participant(study) == "001-002"
    assert version_of(study, "001-002") == "1.0"
    assert confirm(study, manager) == 422
    assert confirm(study, administrator) == 303
    assert confirm(study, administrator) == 400
    assert enrol_participant(study) == "001-003"
    assert (version_of(study, "001-003"), version_of(study, "002-001")) == ("2.0", "1.0")
    assert version_of(study, CODE) == "1.0"
    with shell(study).engine.connect() as connection:
        lines = select(audit_change.c.act, audit_change.c.reason, audit_record.c.path).join_from(
            audit_change, audit_record
        )
        told = connection.execute(lines.where(audit_record.c.entity == "crf_activation").distinct()).all()
    approval = "IRB, ref. 2024-7, 3 May 2024"
    assert {tuple(line) for line in told} == {
        ("build:propose", approval, "001/DM"), ("build:activate", approval, "001/DM"),
    }  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_administrator_acts_alone_and_sees_no_record(study: Flask) -> None:
    administrator = client_of(study, "a.admin")
    page = propose(administrator)
    assert "in force" in page and "Rehearse first" not in page and CODE not in page
    assert administrator.get(f"{PAGE}/001/demographics", headers=BROWSER).status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_version_counts_from_its_day_on(study: Flask) -> None:
    day = local(shell(study).clock(), "America/Los_Angeles").date() + dt.timedelta(days=2)
    assert "confirmed" in propose(client_of(study, "a.admin"), active_from=f"{day:%d %b %Y}")
    enrol_participant(study)
    assert version_of(study, "001-002") == "1.0"
    pass_time(study, days=2)
    enrol_participant(study)
    assert version_of(study, "001-003") == "2.0"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"approval": " "}, "none was given"),
        ({"version": "3.0"}, "Demographics 3.0 cannot be activated at site 001."),
        ({"version": "1.0"}, "Choose a released version above the site&#39;s own: 2.0."),
        ({"active_from": "3 May 2019"}, "2019-05-03 is past."),
        ({"active_from": ""}, "The first day is missing."),
        ({"active_from": "soon"}, "Enter the first day, like 22 Jan 2024."),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_activation_that_cannot_be_is_refused_with_what_to_do(
    study: Flask, changed: dict[str, str], sentence: str
) -> None:
    assert sentence in propose(client_of(study, "a.admin"), **changed)
    assert version_of(study, "002-001") == "1.0"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_is_in_force_stays_and_a_proposal_can_be_withdrawn(study: Flask) -> None:
    manager, administrator = client_of(study, "p.shah"), client_of(study, "a.admin")
    propose(manager)
    with saving(study) as act:
        uid = act.session.scalars(select(CrfActivation.uid)).one()
    assert post(manager, f"{PAGE}/{uid}/withdraw", PAGE, reason="").status_code == 422
    assert post(manager, f"{PAGE}/{uid}/withdraw", PAGE, reason="wrong site").status_code == 303
    assert confirm(study, administrator) == 400
    assert "in force" in propose(administrator)
    with saving(study) as act:
        uid = act.session.scalars(select(CrfActivation.uid).where(CrfActivation.confirmed_at.is_not(None))).one()
    assert post(manager, f"{PAGE}/{uid}/withdraw", PAGE, reason="second thoughts").status_code == 400


def test_a_rehearsal_names_records_queries_and_signatures_and_stores_nothing(study: Flask) -> None:
    sign(study, CODE, "DM")
    with saving(study) as act:
        entry = SubjectBook(act.session, get_subject(act.session, CODE), act.now).entry(record_of(act.session, CODE, "DM"))
        before = (entry.header.row_version, dict(entry.view.answers))
    demographics(study, "002-001", birth_date="2010-05-02", childbearing="Y", not_childbearing_reason=None)
    manager = client_of(study, "p.shah")
    first = manager.get(f"{PAGE}/001/demographics", headers=BROWSER).text
    for words in (f"New item: {NEW} (DM.CONTRACEPTION_AGREED)", "New check DM-01", f"{CODE}/SCR/DM", "L. Ames"):
        assert words in first, words
    assert "1 record stands on another version" in first and "002-001" not in first
    second = manager.get(f"{PAGE}/002/demographics", headers=BROWSER).text
    for words in ("002-001/SCR/DM", "DM-01: Age at consent is 13.", NEW, "no longer complete"):
        assert words in second, words
    with saving(study) as act:
        entry = SubjectBook(act.session, get_subject(act.session, CODE), act.now).entry(record_of(act.session, CODE, "DM"))
        assert (entry.header.row_version, dict(entry.view.answers)) == before
        assert entry.header.signature_state == "signed"


def test_a_form_is_moved_by_its_site_and_keeps_its_answers(study: Flask) -> None:
    demographics(study, "002-001", childbearing="Y", not_childbearing_reason=None)
    sign(study, CODE, "DM")
    sign(study, "002-001", "DM")
    administrator = client_of(study, "a.admin")
    for site in ("001", "002"):
        fields = {"version": "2.0", "active_from": "t", "approval": "IRB 7"}
        post(administrator, f"{PAGE}/{site}/demographics/activate", PAGE, **fields)
    nyberg = sign_in(study.test_client(), "o.nyberg")
    page = address("002-001", "demographics")
    form = nyberg.get(page).text
    assert f"v2.0 asks 1 more: {NEW}." in form and "Moving voids its signature." in form
    assert post(nyberg, f"{page}/move", page).status_code == 303
    assert post(nyberg, f"{page}/move", page).status_code == 400
    with saving(study) as act:
        moved, kept = (record_of(act.session, code, "DM") for code in ("002-001", CODE))
        assert (moved.crf_version, moved.entry_status, moved.signature_state) == ("2.0", "incomplete", "void")
        assert (kept.crf_version, kept.entry_status, kept.signature_state) == ("1.0", "complete", "signed")
    assert NEW in nyberg.get(page).text
    assert post(client_of(study, "m.lindt"), f"{page}/move", "/account").status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_door_takes_an_answer_that_the_version_does_not_ask(study: Flask) -> None:
    program = Program(study, token_of(study, "r.diaz"))
    with saving(study) as act:
        record = record_of(act.session, CODE, "DM")
        uid, version = record.uid, record.row_version
    body = {"form": "DM", "row_version": version, "items": {"contraception_agreed": "Y"}}
    answer = program.put(f"/records/{uid}", body)
    assert (answer.status_code, answer.json["code"]) == (409, "item-not-in-version")
    client = client_of(study, "r.diaz")
    page = address(CODE, "demographics")
    post(client, page, contraception_agreed="Y", row_version=str(version))
    with saving(study) as act:
        entry = SubjectBook(act.session, get_subject(act.session, CODE), act.now).entry(record_of(act.session, CODE, "DM"))
        assert entry.view.value("contraception_agreed") is None
