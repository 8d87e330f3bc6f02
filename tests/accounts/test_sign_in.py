"""Signing in: right and wrong pairs, lockout without telling which names exist, and what the trail keeps."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import audit_change
from edc.accounts import service
from edc.accounts.models import Password, WebSession
from edc.notices.models import Notice, SecurityMessage
from edc.permissions import Role
from edc.web import shell
from tests.app_fixtures import (
    BROWSER,
    OPERATOR,
    PASSWORD,
    csrf_token,
    get_account,
    open_account,
    pass_time,
    post,
    sign_in,
)
from tests.databases import statements_of

WRONG = "not the password at all"


def acts(app: Flask) -> list[tuple[str, str]]:
    """Every act in the trail with who did it."""
    with shell(app).engine.connect() as connection:
        rows = connection.execute(select(audit_change.c.act, audit_change.c.user_name).order_by(audit_change.c.id))
        return [(act, name) for act, name in rows]


def try_pair(app: Flask, user_name: str, password: str = WRONG, client: FlaskClient | None = None) -> Any:
    """Try one pair from a fresh browser after the longest delay between tries."""
    pass_time(app, seconds=10)
    return post(client or app.test_client(), "/sign-in", user_name=user_name, password=password)


def visible(page: str) -> str:
    """The page without what differs each time: tokens, reference, clock and the name that was typed."""
    page = re.sub(r'value="[^"]*"|content="[^"]*"', "", page)
    return re.sub(r"\d\d:\d\d", "hh:mm", page)


def test_a_right_pair_opens_the_first_page_of_the_role(app: Flask) -> None:
    open_account(app, "a.admin", Role.ADMINISTRATOR)
    answer = sign_in(app.test_client(), "a.admin").get("/", follow_redirects=True)
    assert answer.request.path == "/admin/users"
    assert ("session:sign-in", "a.admin") in acts(app)


def test_the_user_name_is_compared_without_case(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    sign_in(app.test_client(), " R.Diaz ")


@pytest.mark.requirement("C09", "6.3.8")
def test_a_wrong_pair_reads_the_same_whatever_was_wrong(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    open_account(app, "g.gone", Role.COORDINATOR)
    open_account(app, "b.boss", Role.ADMINISTRATOR)
    with shell(app).session(writes=True) as session:
        service.deactivate_user(session, by=OPERATOR, user=get_account(session, "g.gone"), reason="left the site")
    pages = [try_pair(app, name) for name in ("r.diaz", "nobody.here", "g.gone")]
    pages.append(try_pair(app, "g.gone", PASSWORD))
    assert {page.status_code for page in pages} == {401}
    assert "4 tries left" in pages[0].text
    assert visible(pages[0].text) == visible(pages[1].text) == visible(pages[2].text)


@pytest.mark.requirement("T11")
def test_known_and_unknown_names_cost_the_same_statements(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    open_account(app, "s.contact", Role.ADMINISTRATOR)
    seen: dict[str, list[list[str]]] = {}
    for name in ("r.diaz", "nobody.here"):
        for _ in range(6):
            client = app.test_client()
            token = csrf_token(client)
            pass_time(app, seconds=10)
            fields = {"csrf_token": token, "user_name": name, "password": WRONG}
            with statements_of(shell(app).engine) as statements:
                client.post("/sign-in", data=fields, headers=BROWSER)
            seen.setdefault(name, []).append(statements)
    # The source's counter exists from the first try on; all else must be equal, try by try.
    assert seen["r.diaz"][1:] == seen["nobody.here"][1:]


@pytest.mark.requirement("C10", "6.3.1")
@pytest.mark.parametrize("name", ["r.diaz", "nobody.here"])
def test_the_fifth_failure_locks_the_account_and_tells_the_security_contact(app: Flask, name: str) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    contact = open_account(app, "s.contact", Role.ADMINISTRATOR)
    pages = [try_pair(app, name) for _ in range(5)]
    assert "1 try left" in pages[3].text
    assert "This account is locked since" in pages[4].text
    assert "This account is locked since" in try_pair(app, name, PASSWORD).text
    with shell(app).session(writes=False) as session:
        assert session.scalars(select(SecurityMessage.code)).all() == ["account-locked"]
        assert session.scalars(select(Notice.user_uid).where(Notice.code == "account-locked")).all() == [contact]
    assert acts(app).count(("session:refused", "anonymous")) == 5


def test_a_locked_account_opens_after_fifteen_minutes(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    for _ in range(5):
        try_pair(app, "r.diaz")
    pass_time(app, minutes=16)
    sign_in(app.test_client(), "r.diaz")


def test_the_third_lock_in_a_day_waits_for_the_administrator(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    for _ in range(3):
        for _ in range(5):
            try_pair(app, "r.diaz")
        pass_time(app, minutes=16)
    assert "until your administrator" not in try_pair(app, "r.diaz", PASSWORD).text
    assert "your administrator has opened it" in try_pair(app, "r.diaz", PASSWORD).text
    with shell(app).session(writes=True) as session:
        user = get_account(session, "r.diaz")
        service.unlock_user(session, shell(app).rules, by=OPERATOR, user=user, reason="called from the ward")
    sign_in(app.test_client(), "r.diaz")


def test_the_owner_on_a_known_device_gets_in_while_a_stranger_guesses(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    tablet = sign_in(app.test_client(), "r.diaz")
    post(tablet, "/sign-out", page="/account")
    for _ in range(5):
        try_pair(app, "r.diaz")
    assert try_pair(app, "r.diaz", PASSWORD).status_code == 401
    assert try_pair(app, "r.diaz", PASSWORD, tablet).status_code == 303


def test_tries_after_the_third_failure_must_wait(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    for _ in range(3):
        try_pair(app, "r.diaz")
    hasty = post(app.test_client(), "/sign-in", user_name="r.diaz", password=PASSWORD)
    assert hasty.status_code == 429
    assert try_pair(app, "r.diaz", PASSWORD).status_code == 303


def test_a_source_that_tries_many_names_is_stopped(app: Flask) -> None:
    for number in range(50):
        assert try_pair(app, f"user{number}").status_code == 401
    assert try_pair(app, "user50").status_code == 429
    pass_time(app, minutes=61)
    assert try_pair(app, "user51").status_code == 401


def test_without_a_role_nobody_is_signed_in(app: Flask) -> None:
    open_account(app, "n.new")
    answer = try_pair(app, "n.new", PASSWORD)
    assert answer.status_code == 403
    assert "no role is assigned to you" in answer.text
    assert not any(cookie.startswith("cb=") for cookie in answer.headers.getlist("Set-Cookie"))


@pytest.mark.requirement("7.2.4")
def test_the_session_id_is_new_at_sign_in_and_kept_as_a_hash_only(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = app.test_client()
    client.set_cookie("cb", "chosen-by-somebody-else")
    sign_in(client, "r.diaz")
    cookie = client.get_cookie("cb")
    assert cookie is not None and cookie.value != "chosen-by-somebody-else" and len(cookie.value) == 43
    assert cookie.http_only and cookie.same_site == "Lax" and cookie.path == "/"
    with shell(app).session(writes=False) as session:
        assert cookie.value not in session.scalars(select(WebSession.id_hash)).all()


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/account", "/account"),
        ("/account?a=1", "/account?a=1"),
        ("https://evil.example/account", "/"),
        ("//evil.example/account", "/"),
        ("/\\evil.example", "/"),
        ("/no-such-page", "/"),
        ("javascript:alert(1)", "/"),
        ("/account/password", "/"),
    ],
)
def test_after_sign_in_only_a_page_of_our_own_opens(app: Flask, wanted: str, reached: str) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = app.test_client()
    fields = {"csrf_token": csrf_token(client), "user_name": "r.diaz", "password": PASSWORD}
    answer = client.post("/sign-in", query_string={"next": wanted}, data=fields, headers=BROWSER)
    assert answer.location == reached


@pytest.mark.requirement("3.5.1")
def test_a_sign_in_without_form_token_or_from_another_site_is_refused(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = app.test_client()
    fields = {"user_name": "r.diaz", "password": PASSWORD}
    assert client.post("/sign-in", data=fields, headers=BROWSER).status_code == 400
    fields["csrf_token"] = csrf_token(client)
    crossing = {**BROWSER, "Sec-Fetch-Site": "cross-site"}
    assert client.post("/sign-in", data=fields, headers=crossing).status_code == 403


def test_the_password_hash_is_renewed_when_the_pepper_is(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    held = shell(app)
    held.rules = replace(held.rules, keys=held.rules.keys.rotated("pepper"))
    sign_in(app.test_client(), "r.diaz")
    with held.session(writes=False) as session:
        assert session.scalars(select(Password.pepper_id)).all() == ["pepper-2"]
    sign_in(app.test_client(), "r.diaz")
