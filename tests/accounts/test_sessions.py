"""Sessions: how long they live, what ends them, the lock screen, and work that came too late."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.accounts import service
from edc.accounts.models import RoleGrant
from edc.accounts.sessions import list_sessions
from edc.db import Session
from edc.permissions import Role
from edc.web import ExpiredPost, keep_draft, shell
from tests.app_fixtures import BROWSER, OPERATOR, csrf_token, get_account, open_account, pass_time, post, sign_in


def is_signed_in(client: FlaskClient, **headers: str) -> bool:
    """True when the account page opens."""
    return client.get("/account", headers={**BROWSER, **headers}).status_code == 200


def acts(app: Flask) -> list[str]:
    with shell(app).engine.connect() as connection:
        return list(connection.scalars(select(audit_change.c.act).order_by(audit_change.c.id)))


@pytest.mark.requirement("C11", "7.3.1")
def test_an_idle_session_ends_after_twenty_minutes(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    pass_time(app, minutes=19)
    assert is_signed_in(client)
    pass_time(app, minutes=19)
    assert is_signed_in(client)
    pass_time(app, minutes=20)
    assert not is_signed_in(client)
    assert acts(app).count("session:end") == 1


@pytest.mark.requirement("7.3.2")
def test_every_session_ends_after_twelve_hours(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    for _ in range(47):
        pass_time(app, minutes=15)
        assert is_signed_in(client)
    pass_time(app, minutes=15)
    assert not is_signed_in(client)


@pytest.mark.parametrize("headers", [{"X-Background": "1"}, {"Accept": "application/json"}])
def test_requests_that_a_page_sends_by_itself_do_not_keep_a_session(app: Flask, headers: dict[str, str]) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    for _ in range(3):
        pass_time(app, minutes=6)
        assert is_signed_in(client, **headers)
    pass_time(app, minutes=3)
    assert not is_signed_in(client)


@pytest.mark.requirement("7.4.1", "T10")
def test_a_stolen_cookie_is_worthless_after_sign_out(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client, thief = sign_in(app.test_client(), "r.diaz"), app.test_client()
    cookie = client.get_cookie("cb")
    assert cookie is not None
    answer = post(client, "/sign-out", page="/account")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief.set_cookie("cb", cookie.value)
    assert not is_signed_in(thief)


@pytest.mark.requirement("C06", "7.4.2", "T10")
def test_deactivation_ends_sessions_at_the_next_request(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    with shell(app).session(writes=True) as session:
        ended = service.deactivate_user(session, by=OPERATOR, user=get_account(session, "r.diaz"), reason="left")
    assert ended == 1
    assert not is_signed_in(client)


@pytest.mark.requirement("8.3.2", "T10")
def test_an_ended_role_is_lost_at_the_next_request(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    with shell(app).session(writes=True) as session:
        grant = session.scalars(select(RoleGrant)).one()
        service.end_grant(session, by=OPERATOR, grant=grant, reason="moved to another ward")
    assert not is_signed_in(client)


@pytest.mark.requirement("7.4.3")
def test_a_new_password_ends_the_other_sessions_only(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    ward, desk = (sign_in(app.test_client(), "r.diaz") for _ in range(2))
    changed = post(
        desk,
        "/account/password",
        page="/account",
        present="violet anchor kettle moss",
        password="amber otter lantern quilt",
    )
    assert changed.status_code == 303
    assert is_signed_in(desk)
    assert not is_signed_in(ward)


def test_a_user_ends_a_session_on_another_machine(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    ward = sign_in(app.test_client(), "r.diaz")
    pass_time(app, minutes=1)
    desk = sign_in(app.test_client(), "r.diaz")
    uids = desk.get("/account").text.split('name="session" value="')[1:]
    assert len(uids) == 1
    post(desk, "/account/sessions", page="/account", session=uids[0][:32])
    assert not is_signed_in(ward) and is_signed_in(desk)


def test_nobody_ends_a_session_of_somebody_else(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    open_account(app, "k.osei", Role.COORDINATOR)
    sign_in(app.test_client(), "k.osei")
    client = sign_in(app.test_client(), "r.diaz")
    with shell(app).session(writes=False) as session:
        foreign = list_sessions(session, shell(app).rules, get_account(session, "k.osei").uid)[0].uid
    assert post(client, "/account/sessions", page="/account", session=foreign).status_code == 404


def test_the_lock_screen_covers_every_page_until_the_password_is_given(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    before = client.get_cookie("cb")
    post(client, "/lock-screen", page="/account")
    covered = client.get("/account")
    assert covered.status_code == 303 and covered.location == "/locked?next=/account"
    assert "R Diaz is signed in here" in client.get("/locked").text
    assert post(client, "/locked", password="wrong password here").status_code == 422
    assert not is_signed_in(client)
    answer = client.post(
        "/locked?next=/account", data={"csrf_token": csrf_token(client, "/locked"), "password": "violet anchor kettle moss"},
        headers=BROWSER,
    )  # fmt: skip
    assert answer.location == "/account"
    assert is_signed_in(client)
    after = client.get_cookie("cb")
    assert before and after and before.value != after.value
    assert [act for act in acts(app) if "lock" in act] == ["session:lock", "session:unlock"]


def test_a_locked_session_still_ends_when_idle(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    post(client, "/lock-screen", page="/account")
    for _ in range(4):
        pass_time(app, minutes=5)
        client.get("/locked")
    assert client.get("/locked").location.startswith("/sign-in")


def test_another_browser_with_the_same_cookie_finds_the_lock_screen(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    answer = client.get("/account", headers={"User-Agent": "Something else"})
    assert answer.location.startswith("/locked")
    assert not is_signed_in(client)


@pytest.mark.requirement("C05")
def test_a_role_switch_gives_a_new_session_id_and_is_in_the_trail(app: Flask) -> None:
    open_account(app, "j.ames", Role.COORDINATOR, Role.INVESTIGATOR)
    client = sign_in(app.test_client(), "j.ames")
    before = client.get_cookie("cb")
    assert "Acting as coordinator" in client.get("/account").text
    post(client, "/role", role="investigator")
    after = client.get_cookie("cb")
    assert before and after and before.value != after.value
    assert "Acting as investigator" in client.get("/account").text
    with shell(app).engine.connect() as connection:
        switch = select(audit_record.c.old, audit_record.c.new).join(
            audit_change, audit_change.c.uid == audit_record.c.change_uid
        )
        row = connection.execute(switch.where(audit_change.c.act == "session:switch-role")).one()
    assert tuple(row) == ("coordinator", "investigator")


def test_a_role_that_is_not_held_cannot_be_taken(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    assert post(client, "/role", role="data_manager").status_code == 400
    assert "Acting as coordinator" in client.get("/account").text


def test_the_last_role_is_taken_up_again_at_the_next_sign_in(app: Flask) -> None:
    open_account(app, "j.ames", Role.COORDINATOR, Role.INVESTIGATOR)
    post(sign_in(app.test_client(), "j.ames"), "/role", role="investigator")
    pass_time(app, minutes=1)
    assert "Acting as investigator" in sign_in(app.test_client(), "j.ames").get("/account").text


class Drawer:
    """Keeps late forms of one route, as the records room does."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str, list[tuple[str, str]]]] = []

    def __call__(self, session: Session, late: ExpiredPost) -> bool:
        if late.endpoint != "accounts.set_look":
            return False
        self.kept.append((late.signed_in.user.user_name, late.path, late.form))
        return True


@pytest.fixture
def drawer(app: Flask) -> Drawer:
    made = Drawer()
    keep_draft(app, made)
    return made


LOOK = {"theme": "dark", "density": "compact"}


def late_post(client: FlaskClient, token: str, **headers: str) -> Any:
    return client.post("/account/look", data={"csrf_token": token, **LOOK}, headers={**BROWSER, **headers})


@pytest.mark.requirement("C11", "T23")
def test_a_form_that_comes_after_the_time_out_is_kept_for_its_owner(app: Flask, drawer: Drawer) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    token = csrf_token(client, "/account")
    pass_time(app, minutes=25)
    answer = late_post(client, token)
    assert answer.status_code == 303 and answer.location.startswith("/sign-in")
    assert drawer.kept == [("r.diaz", "/account/look", list(LOOK.items()))]
    assert "Your answers are kept" in client.get("/sign-in").text


@pytest.mark.requirement("T23")
@pytest.mark.parametrize(
    ("case", "headers"),
    [
        ("forged by another site", {"Sec-Fetch-Site": "cross-site"}),
        ("sent by a subdomain", {"Sec-Fetch-Site": "same-site"}),
        ("without any proof of origin", {"Sec-Fetch-Site": ""}),
    ],
)
def test_a_late_form_from_elsewhere_is_not_kept(app: Flask, drawer: Drawer, case: str, headers: dict[str, str]) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    token = csrf_token(client, "/account")
    pass_time(app, minutes=25)
    late_post(client, token, **headers)
    assert drawer.kept == []


@pytest.mark.requirement("T23")
@pytest.mark.parametrize("ending", ["signed out", "deactivated", "a day and a half"])
def test_nothing_is_kept_for_a_session_that_was_ended_on_purpose(app: Flask, drawer: Drawer, ending: str) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    token, cookie = csrf_token(client, "/account"), client.get_cookie("cb")
    assert cookie is not None
    if ending == "signed out":
        post(client, "/sign-out", page="/account")
        client.set_cookie("cb", cookie.value)
    elif ending == "deactivated":
        with shell(app).session(writes=True) as session:
            service.deactivate_user(session, by=OPERATOR, user=get_account(session, "r.diaz"), reason="left")
    else:
        pass_time(app, hours=36)
    assert late_post(client, token).status_code == 303
    assert drawer.kept == []


@pytest.mark.requirement("T23")
def test_a_form_of_an_earlier_session_is_kept_when_its_owner_is_signed_in_again(app: Flask, drawer: Drawer) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    token = csrf_token(client, "/account")
    pass_time(app, minutes=25)
    sign_in(client, "r.diaz")
    answer = late_post(client, token)
    assert answer.status_code == 400 and "Your answers are kept as a draft" in answer.text
    assert [name for name, *_ in drawer.kept] == ["r.diaz"]


def test_a_form_sent_from_a_locked_screen_is_kept(app: Flask, drawer: Drawer) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    token = csrf_token(client, "/account")
    post(client, "/lock-screen", page="/account")
    assert late_post(client, token).location.startswith("/locked")
    assert [name for name, *_ in drawer.kept] == ["r.diaz"]
