"""The walk: every route by every role, with what the route declares and the matrix as the only expectation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from audit.models import audit_change, audit_record
from edc.permissions import is_hidden_from, may
from edc.queries.models import Query
from edc.records.models import FormRecord
from edc.web import access_of, shell
from tests.app_fixtures import BROWSER, app, application_url, begins_with, csrf_token, furnished
from tests.casebook.study import CODE, PEOPLE, client_of, demographics, enrol_participant, open_people

__all__ = ["app", "application_url"]

OTHER = "002-001"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNSAFE_TO_WALK = {"accounts.sign_out", "accounts.lock", "accounts.stay"}


def fill(app: Flask) -> None:
    """A participant at each of two sites."""
    open_people(app)
    enrol_participant(app)
    enrol_participant(app, site_code="002")
    demographics(app)


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def walked(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each rule of a page with each method it takes."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") or rule.endpoint in UNSAFE_TO_WALK:
            continue
        for method in METHODS:
            if method in (rule.methods or set()):
                yield rule, method


def address(app: Flask, rule: Rule, code: str) -> str:
    """An address of a rule with a sample for each of its parts."""
    samples = {
        "code": code, "visit_slug": "screening", "form_slug": "demographics", "number": 1, "name": "interim-1",
        "uid": record_uid(app, code), "user_name": "r.diaz", "repeat": 1, "line": 1, "path": "sex",
        "filename": "casebook.css", "version": "x", "token": "x", "session_uid": "x", "token_uid": "x", "grant_uid": "x",
        "item_path": "sex", "slot": 1,
    }  # fmt: skip
    values: dict[str, object] = dict(rule.defaults or {})
    for argument in rule.arguments - set(rule.defaults or ()):
        choice = re.search(rf"<any\(([^)]*)\):{argument}>", rule.rule)
        values[argument] = choice[1].split(",")[0].strip(" '\"") if choice else samples.get(argument, "x")
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def record_uid(app: Flask, code: str) -> str:
    """The uid of a record of a participant."""
    with shell(app).engine.connect() as connection:
        table = FormRecord.__table__
        rows = connection.execute(select(table.c.uid, table.c.subject_uid)).all()
        subject = connection.exec_driver_sql(f"SELECT uid FROM subject WHERE code = '{code}'").scalar_one()
    return next(uid for uid, owner in rows if owner == subject)


def send(client: FlaskClient, method: str, path: str, token: str) -> int:
    """The status of a request, with a form token where one is needed."""
    data = {} if method == "GET" else {"csrf_token": token}
    answer = client.open(path, method=method, data=data, headers=BROWSER)
    status = answer.status_code
    answer.close()
    return status


def clinical_rows(app: Flask) -> int:
    """How many rows of the trail are changes of data, refusals left out."""
    with shell(app).engine.connect() as connection:
        data = audit_record.c.attribute != ""
        return connection.scalar(select(func.count()).select_from(audit_record).where(data)) or 0


@pytest.mark.requirement("C01")
def test_without_a_session_every_page_but_the_public_ones_sends_to_sign_in(study: Flask) -> None:
    before = clinical_rows(study)
    client = study.test_client()
    for rule, method in walked(study):
        access = access_of(study, rule.endpoint, method)
        assert access is not None
        if access.kind == "public":
            continue
        status = client.open(address(study, rule, CODE), method=method, headers=BROWSER).status_code
        assert status in (303, 400, 401), (rule.rule, method, status)
    assert clinical_rows(study) == before


@pytest.mark.parametrize("name", list(PEOPLE))
@pytest.mark.requirement("C02", "C32")
def test_a_role_meets_a_refusal_exactly_where_the_matrix_gives_it_no_right(study: Flask, name: str) -> None:
    role, client = PEOPLE[name], client_of(study, name)
    token = csrf_token(client, "/account")
    for rule, method in walked(study):
        access = access_of(study, rule.endpoint, method)
        assert access is not None
        if access.kind not in ("all", "any"):
            continue
        allowed = [may(role, permission) for permission in access.permissions]
        is_allowed = any(allowed) if access.kind == "any" else all(allowed)
        before = clinical_rows(study)
        status = send(client, method, address(study, rule, CODE), token)
        if is_allowed:
            assert status < 500, (rule.rule, method, status)
            continue
        hidden = is_hidden_from(role, access.permissions[0])
        assert status == (404 if hidden else 403), (rule.rule, method, status)
        assert clinical_rows(study) == before, (rule.rule, method)


@pytest.mark.parametrize("name", ["r.diaz", "l.ames", "m.lindt"])
@pytest.mark.requirement("C03")
def test_nothing_of_another_site_is_found_under_any_address(study: Flask, name: str) -> None:
    client = client_of(study, name)
    token = csrf_token(client, "/account")
    for rule, method in walked(study):
        access = access_of(study, rule.endpoint, method)
        if not {"code", "uid"} & rule.arguments or access is None or access.kind == "public":
            continue
        before = clinical_rows(study)
        status = send(client, method, address(study, rule, OTHER), token)
        assert status in (403, 404), (rule.rule, method, status)
        assert clinical_rows(study) == before, (rule.rule, method)


@pytest.mark.requirement("C03")
def test_no_list_of_a_site_shows_the_other(study: Flask) -> None:
    for name in ("r.diaz", "l.ames", "m.lindt"):
        client = client_of(study, name)
        for rule, method in walked(study):
            if method == "GET" and not rule.arguments and access_of(study, rule.endpoint, "GET"):
                answer = client.get(rule.rule, headers=BROWSER)
                assert OTHER.encode() not in answer.data, rule.rule


@pytest.mark.requirement("S-3.13")
def test_reading_a_page_changes_no_data(study: Flask) -> None:
    before = clinical_rows(study)
    for name in PEOPLE:
        client = client_of(study, name)
        for rule, method in walked(study):
            if method == "GET":
                client.get(address(study, rule, CODE), headers=BROWSER).close()
    signed_in = clinical_rows(study) - before
    with shell(study).engine.connect() as connection:
        acts = set(connection.scalars(select(audit_change.c.act).order_by(audit_change.c.id.desc()).limit(signed_in)))
    assert not {act for act in acts if act.startswith(("record:", "query:", "participant:", "visit:"))}


def test_queries_of_the_other_site_have_no_page(study: Flask) -> None:
    with shell(study).engine.connect() as connection:
        numbers = list(connection.scalars(select(Query.__table__.c.number)))
    client = client_of(study, "o.nyberg")
    for number in numbers:
        assert client.get(f"/nct03991130/queries/{number}").status_code == 404
