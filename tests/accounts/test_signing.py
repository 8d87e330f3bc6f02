"""Proof of identity at a signature: both parts first, the password later, and never somebody else's."""

from typing import Any

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.accounts.identify import device_of
from edc.accounts.service import is_user_name_needed, reauthenticate
from edc.notices.models import SecurityMessage
from edc.permissions import Permission, Role
from edc.web import current, db, needs, shell
from tests import app_fixtures
from tests.app_fixtures import BROWSER, PASSWORD, csrf_token, open_account, pass_time, post, sign_in


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with a page that signs nothing but asks as if it did."""

    @needs(Permission.RECORD_SIGN)
    def sign() -> Any:
        if request.method == "GET":
            return jsonify(name_needed=is_user_name_needed(db(), current()))
        reauthenticate(
            db(),
            shell(app).rules,
            me=current(),
            user_name=request.form["user_name"] or None,
            password=request.form["password"],
            device=device_of(request),
        )
        return "signed"

    app.add_url_rule("/toy-sign", "toy_sign", sign, methods=["GET", "POST"])
    return app


def sign(client: FlaskClient, user_name: str = "", password: str = PASSWORD) -> Any:
    fields = {"csrf_token": csrf_token(client, "/account"), "user_name": user_name, "password": password}
    return client.post("/toy-sign", data=fields, headers=BROWSER)


def investigator(app: Flask) -> FlaskClient:
    open_account(app, "j.ames", Role.INVESTIGATOR)
    return sign_in(app.test_client(), "j.ames")


@pytest.mark.requirement("C37")
def test_the_first_signature_asks_for_both_parts_and_the_next_for_the_password(app: Flask) -> None:
    client = investigator(app)
    assert client.get("/toy-sign").json == {"name_needed": True}
    assert sign(client).status_code == 422
    assert sign(client, "J.Ames").text == "signed"
    assert client.get("/toy-sign").json == {"name_needed": False}
    assert sign(client).text == "signed"


@pytest.mark.requirement("C37")
@pytest.mark.parametrize("pause", ["an hour", "lock screen", "role switch", "new password", "new session"])
def test_after_a_break_both_parts_are_asked_again(app: Flask, pause: str) -> None:
    open_account(app, "j.ames", Role.INVESTIGATOR, Role.COORDINATOR)
    client = sign_in(app.test_client(), "j.ames")
    post(client, "/role", role="investigator")
    password = PASSWORD
    assert sign(client, "j.ames").text == "signed"
    if pause == "an hour":
        for _ in range(4):
            pass_time(app, minutes=15)
            client.get("/account")
    elif pause == "lock screen":
        post(client, "/lock-screen", page="/account")
        post(client, "/locked", password=PASSWORD)
    elif pause == "role switch":
        post(client, "/role", role="coordinator")
        post(client, "/role", role="investigator")
    elif pause == "new password":
        password = "amber otter lantern quilt"
        post(client, "/account/password", page="/account", present=PASSWORD, password=password)
    else:
        post(client, "/sign-out", page="/account")
        pass_time(app, minutes=1)
        sign_in(client, "j.ames")
    assert sign(client, password=password).status_code == 422
    assert sign(client, "j.ames", password).text == "signed"


def test_each_signature_prolongs_the_period(app: Flask) -> None:
    client = investigator(app)
    sign(client, "j.ames")
    for _ in range(8):
        pass_time(app, minutes=15)
        assert sign(client).text == "signed"


@pytest.mark.requirement("C38")
def test_the_name_of_another_person_is_refused_counted_for_both_and_logged(app: Flask) -> None:
    open_account(app, "k.osei", Role.COORDINATOR)
    client = investigator(app)
    assert sign(client, "k.osei").status_code == 422
    with shell(app).engine.connect() as connection:
        rows = connection.execute(
            select(audit_change.c.user_name, audit_record.c.new)
            .join(audit_record, audit_record.c.change_uid == audit_change.c.uid)
            .where(audit_change.c.act == "session:reauthenticate")
            .order_by(audit_record.c.id)
        )
        assert [tuple(row) for row in rows] == [
            ("j.ames", "refused: name of another person"),
            ("j.ames", "refused: name used by another person"),
        ]
        assert connection.scalars(select(SecurityMessage.code)).all() == ["foreign-name"]
    for browser, name in ((app.test_client(), "k.osei"), (client, "j.ames")):
        pass_time(app, seconds=10)
        wrong = post(browser, "/sign-in", user_name=name, password="not the password")
        assert "3 tries left" in wrong.text


@pytest.mark.requirement("C38", "C10")
def test_wrong_passwords_at_signing_lock_the_account(app: Flask) -> None:
    client = investigator(app)
    answers = []
    for _ in range(5):
        pass_time(app, seconds=10)
        answers.append(sign(client, "j.ames", "not the password").text)
    assert "4 tries left" in answers[0] and "This account is locked" in answers[4]
    pass_time(app, seconds=10)
    assert "This account is locked" in sign(client, "j.ames").text
    pass_time(app, minutes=15)
    assert sign(client, "j.ames").text == "signed"


@pytest.mark.requirement("C38")
def test_names_used_up_at_signing_lock_the_guesser_too(app: Flask) -> None:
    client = investigator(app)
    for number in range(5):
        pass_time(app, seconds=40)
        assert sign(client, f"guess{number}").status_code == 422
    pass_time(app, seconds=40)
    assert sign(client, "j.ames").status_code in (401, 429)


application_url = app_fixtures.application_url
