"""Tokens: what they may do, where they count, and when they end."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, jsonify
from sqlalchemy import select

from edc import errors
from edc.accounts import service, tokens
from edc.accounts.gate import by_token
from edc.accounts.models import ApiToken, RoleGrant
from edc.permissions import NEVER_BY_TOKEN, Permission, Role
from edc.web import current, needs, shell
from tests.app_fixtures import (
    BROWSER,
    OPERATOR,
    get_account,
    make_app,
    open_account,
    pass_time,
    post,
    sign_in,
    site_uid,
)

READ = Permission.RECORD_READ


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with a route of the API and one that signs."""
    return with_toys(app)


def with_toys(app: Flask) -> Flask:
    @needs(READ)
    def whoami() -> Any:
        me = current()
        return jsonify(user=me.user.user_name, role=me.role, process=me.actor.process, sites=str(me.scope.sites))

    @needs(Permission.RECORD_SIGN)
    def sign() -> str:
        return "signed"

    app.add_url_rule("/api/whoami", "toy_whoami", whoami)
    app.add_url_rule("/api/sign", "toy_sign", sign, methods=["POST"])
    return app


def token_of(app: Flask, user_name: str, *permissions: Permission, **options: Any) -> str:
    """Issue a token of the user's only role."""
    with shell(app).session(writes=True) as session:
        user = get_account(session, user_name)
        grants = service.active_grants(session, user.uid)
        role = grants[0].acting_role
        scope = service.scope_of(user.uid, role, grants)
        by = OPERATOR.__class__(user.uid, user.user_name, role)
        _, text = service.issue_token(session, by=by, scope=scope, label="nightly", permissions=permissions, **options)
        return text


def call(app: Flask, text: str, path: str = "/api/whoami") -> Any:
    return app.test_client().get(path, headers={"Authorization": f"Bearer {text}"})


def test_a_token_acts_as_its_owner_in_one_role(app: Flask) -> None:
    open_account(app, "m.lindt", Role.MONITOR)
    answer = call(app, token_of(app, "m.lindt", READ))
    assert answer.json["user"] == "m.lindt" and answer.json["role"] == "monitor" and answer.json["process"] == "api"


@pytest.mark.requirement("C63")
def test_no_token_can_hold_a_right_to_sign(app: Flask) -> None:
    open_account(app, "j.ames", Role.INVESTIGATOR)
    with pytest.raises(errors.Refused):
        token_of(app, "j.ames", Permission.RECORD_SIGN)
    text = token_of(app, "j.ames", READ)
    answer = app.test_client().post("/api/sign", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 403
    assert answer.json["code"] == "right-missing" and "record:sign" in answer.json["title"]


@pytest.mark.requirement("C63")
def test_a_right_written_into_the_token_table_by_hand_is_not_honoured(app: Flask) -> None:
    open_account(app, "j.ames", Role.INVESTIGATOR)
    text = token_of(app, "j.ames", READ)
    with shell(app).engine.begin() as connection:
        forged = ["record:sign", "user:grant", "record:read"]
        connection.execute(ApiToken.__table__.update().values(permissions=forged))
    with shell(app).session(writes=False) as session:
        me = by_token(session, shell(app).rules, text)
    assert me is not None and me.permissions == {READ}


@pytest.mark.parametrize("permission", sorted(NEVER_BY_TOKEN))
def test_grave_rights_are_never_given_to_a_token(permission: Permission) -> None:
    assert all(permission not in tokens.grantable(role) for role in Role)


@pytest.mark.requirement("3.12")
def test_a_cookie_does_not_count_under_api_and_a_token_nowhere_else(app: Flask) -> None:
    open_account(app, "m.lindt", Role.MONITOR)
    client = sign_in(app.test_client(), "m.lindt")
    assert client.get("/api/whoami").status_code == 401
    assert client.get("/api/whoami").headers["WWW-Authenticate"] == "Bearer"
    text = token_of(app, "m.lindt", READ)
    assert call(app, text, "/account").status_code == 303


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
        lambda text: text[:-1],
        lambda text: text + "a",
        lambda text: text.upper(),
        lambda text: "cbk_" + "a" * 8 + text[12:],
        lambda text: "",
    ],
)
def test_a_spoilt_token_is_refused(app: Flask, spoil: Any) -> None:
    open_account(app, "m.lindt", Role.MONITOR)
    assert call(app, spoil(token_of(app, "m.lindt", READ))).status_code == 401


@pytest.mark.requirement("C06", "T10")
@pytest.mark.parametrize("end", ["revoked", "expired", "deactivated", "role ended", "password reset"])
def test_a_token_ends(app: Flask, end: str) -> None:
    open_account(app, "m.lindt", Role.MONITOR)
    text = token_of(app, "m.lindt", READ)
    assert call(app, text).status_code == 200
    with shell(app).session(writes=True) as session:
        user = get_account(session, "m.lindt")
        if end == "revoked":
            service.revoke_token(session, by=OPERATOR, token=session.scalars(select(ApiToken)).one())
        elif end == "deactivated":
            service.deactivate_user(session, by=OPERATOR, user=user, reason="left")
        elif end == "role ended":
            service.end_grant(session, by=OPERATOR, grant=session.scalars(select(RoleGrant)).one(), reason="left")
        elif end == "password reset":
            service.make_password_link(session, by=OPERATOR, user=user, reason="stolen laptop")
        else:
            pass_time(app, days=90)
    assert call(app, text).status_code == 401


def test_a_token_reaches_no_site_beyond_its_own(app: Flask) -> None:
    open_account(app, "p.shah", Role.DATA_MANAGER)
    lund = site_uid(app, "Lund")
    text = token_of(app, "p.shah", READ, site_uids=[lund])
    assert call(app, text).json["sites"] == f"frozenset({{'{lund}'}})"
    open_account(app, "m.lindt", Role.MONITOR, site="UCSD")
    with pytest.raises(errors.Refused):
        token_of(app, "m.lindt", READ, site_uids=[lund])


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=366)])
def test_a_token_lives_a_year_at_most(app: Flask, life: timedelta) -> None:
    open_account(app, "m.lindt", Role.MONITOR)
    with pytest.raises(errors.Refused):
        token_of(app, "m.lindt", READ, life=life)


def test_the_page_shows_a_token_once_and_the_table_holds_no_secret(app: Flask) -> None:
    open_account(app, "m.lindt", Role.MONITOR)
    client = sign_in(app.test_client(), "m.lindt")
    made = post(client, "/account/tokens", label="nightly listing", permissions=["record:read"], days="30")
    assert made.status_code == 201
    text = made.text.split('id="token">')[1].split("<")[0]
    assert call(app, text).status_code == 200
    assert text not in client.get("/account/tokens").text
    with shell(app).session(writes=False) as session:
        row = session.scalars(select(ApiToken)).one()
    assert text[13:] not in (row.secret_hash, row.prefix) and row.prefix == text[4:12]


def test_a_token_is_asked_for_with_a_fresh_password(app: Flask) -> None:
    open_account(app, "m.lindt", Role.MONITOR)
    client = sign_in(app.test_client(), "m.lindt")
    pass_time(app, minutes=6)
    fields = {"label": "nightly", "permissions": ["record:read"], "days": "30"}
    assert post(client, "/account/tokens", **fields).status_code == 422
    assert post(client, "/account/tokens", **fields, fresh_password="violet anchor kettle moss").status_code == 201


def test_the_owner_revokes_a_token_on_the_page(app: Flask) -> None:
    open_account(app, "m.lindt", Role.MONITOR)
    text = token_of(app, "m.lindt", READ)
    client = sign_in(app.test_client(), "m.lindt")
    assert post(client, "/account/tokens/revoke", page="/account", token=text[4:12]).status_code == 303
    assert call(app, text).status_code == 401
    assert client.get("/account", headers=BROWSER).status_code == 200


def test_too_many_requests_of_one_token_are_slowed(application_url: str) -> None:
    app = with_toys(make_app(application_url, api_requests_per_minute=3))
    for name in ("m.lindt", "k.osei"):
        open_account(app, name, Role.MONITOR)
    busy, other = token_of(app, "m.lindt", READ), token_of(app, "k.osei", READ)
    answers = [call(app, busy) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"] == "60"
    assert call(app, other).status_code == 200
    pass_time(app, minutes=1)
    assert call(app, busy).status_code == 200
    shell(app).engine.dispose()
