"""Passwords: which are refused, how they are stored, and links that set one."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.capture import Actor
from edc import errors
from edc.accounts import passwords, service
from edc.accounts.models import Password
from edc.accounts.rules import Rules
from edc.keys import Keyring
from edc.permissions import Role
from edc.web import shell
from tests.app_fixtures import OPERATOR, PASSWORD, get_account, make_app, open_account, pass_time, post, sign_in

RULES = Rules(keys=Keyring.new(), own_words=frozenset({"casebook", "nct03991130"}), cheap_hashes=True)


def refusal(password: str, rules: Rules = RULES) -> str | None:
    return passwords.weakness(rules, password, user_name="rosa.diaz", printed_name="Rosa Diaz-Moreno")


@pytest.mark.requirement("6.2.1", "6.2.4", "C09")
@pytest.mark.parametrize(
    "password",
    [
        "short words",
        "violet anchor!",
        "passwordpassword",
        "Password12345678",
        "P4ssw0rd!P4ssw0rd!",
        "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc4rfv",
        "123456789012345",
        "abcdefghijklmnop",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "welcomewelcome2024",
        "letmeinplease!!!",
        "correcthorsebatterystaple",
        "Summer2024Summer",
        "iloveyouforever123",
        "adminadminadmin1",
        "rosa.diaz.2024!!",
        "DiazMoreno12345",
        "casebookcasebook",
        "nct03991130nct!",
        "x" * 129,
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    assert refusal(password) is not None


@pytest.mark.requirement("6.2.5", "6.2.9")
@pytest.mark.parametrize(
    "password",
    [
        "violet anchor kettle moss",
        "all lower case letters here",
        "ögonblick snö fjäll åtta",
        "手術室の窓から見える山と川の青い色",
        "purple monkey dishwasher tango",
        "7391 8264 0957 1846",
        "y" * 20 + " but then " + "something else entirely" * 3,
        "😀 flies over the 🌊 at noon",
    ],
)
def test_long_and_unrelated_words_are_accepted(password: str) -> None:
    assert refusal(password) is None


@pytest.mark.requirement("6.2.12")
def test_a_breached_password_is_refused_when_a_list_is_given(tmp_path: Path) -> None:
    listed = tmp_path / "breached.txt"
    listed.write_text("violet anchor kettle moss\nzebra\n", encoding="utf-8")
    rules = Rules(keys=RULES.keys, breached_passwords=str(listed))
    assert refusal("violet anchor kettle moss", rules) is not None
    assert refusal("violet anchor kettle mist", rules) is None


@pytest.mark.requirement("11.4.2")
def test_the_hash_is_memory_hard_and_peppered() -> None:
    rules = Rules(keys=RULES.keys)
    stored, pepper_id = passwords.hash_password(rules, PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert passwords.is_right(rules, stored, pepper_id, PASSWORD)
    other = Rules(keys=Keyring.new())
    assert not passwords.is_right(other, stored, pepper_id, PASSWORD)


def test_every_keyboard_writes_the_same_password() -> None:
    stored, pepper_id = passwords.hash_password(RULES, "Å is a letter of its own")
    assert passwords.is_right(RULES, stored, pepper_id, "A\u030a is a letter of its own")


@pytest.mark.requirement("C09")
def test_neither_password_nor_hash_stands_in_the_trail(app: Flask) -> None:
    from audit.models import audit_record

    open_account(app, "r.diaz", Role.COORDINATOR)
    with shell(app).engine.connect() as connection:
        stored = connection.scalars(select(Password.hash)).one()
        trail = " ".join(str(row) for row in connection.execute(select(audit_record)))
    assert stored not in trail and "argon2" not in trail and PASSWORD not in trail


def test_reuse_is_refused_where_passwords_expire(app: Flask) -> None:
    from dataclasses import replace
    from datetime import timedelta

    open_account(app, "r.diaz", Role.COORDINATOR)
    rules = replace(shell(app).rules, password_max_age=timedelta(days=180))
    with shell(app).session(writes=True) as session:
        user = get_account(session, "r.diaz")
        with pytest.raises(errors.PasswordWeak):
            service.set_password(session, rules, by=OPERATOR, user=user, password=PASSWORD)


def test_an_old_password_must_be_changed_first_where_an_age_is_set(application_url: str) -> None:
    app = make_app(application_url, password_max_age_days=180)
    open_account(app, "a.admin", Role.ADMINISTRATOR)
    assert sign_in(app.test_client(), "a.admin").get("/admin/users").status_code == 200
    pass_time(app, days=181)
    client = sign_in(app.test_client(), "a.admin")
    assert client.get("/admin/users").location == "/account"
    assert "Your password is too old" in client.get("/account").text
    fields = {"present": PASSWORD, "password": "amber otter lantern quilt"}
    assert post(client, "/account/password", page="/account", **fields).status_code == 303
    assert client.get("/admin/users").status_code == 200
    shell(app).engine.dispose()


def link_for(app: Flask, user_name: str, by: Actor = OPERATOR) -> str:
    with shell(app).session(writes=True) as session:
        return service.make_password_link(session, by=by, user=get_account(session, user_name), reason="forgot it")


@pytest.mark.requirement("6.4.1", "T06")
def test_a_link_sets_the_password_once(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    code = link_for(app, "r.diaz")
    client = app.test_client()
    opened = client.get(f"/set-password/{code}")
    assert opened.status_code == 303 and code not in opened.location
    assert post(client, "/set-password", password="too short").status_code == 422
    assert post(client, "/set-password", password="amber otter lantern quilt").status_code == 303
    sign_in(app.test_client(), "r.diaz", "amber otter lantern quilt")
    again = app.test_client()
    again.get(f"/set-password/{code}")
    assert again.get("/set-password").status_code == 400


@pytest.mark.requirement("6.4.1")
def test_a_link_ends_after_three_days(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    code = link_for(app, "r.diaz")
    pass_time(app, hours=73)
    client = app.test_client()
    client.get(f"/set-password/{code}")
    assert client.get("/set-password").status_code == 400


def test_a_made_up_link_is_refused(app: Flask) -> None:
    client = app.test_client()
    client.get("/set-password/guess")
    assert client.get("/set-password").status_code == 400


@pytest.mark.requirement("C44", "T09")
def test_reset_and_sign_needs_two_people(app: Flask) -> None:
    admin = open_account(app, "a.admin", Role.ADMINISTRATOR)
    open_account(app, "j.ames", Role.INVESTIGATOR)
    manager = open_account(app, "p.shah", Role.DATA_MANAGER)
    before = sign_in(app.test_client(), "j.ames")
    code = link_for(app, "j.ames", Actor(admin, "a.admin", "administrator"))
    assert before.get("/account").status_code == 303
    with shell(app).session(writes=True) as session:
        service.use_password_link(session, shell(app).rules, code=code, password="amber otter lantern quilt")
    client = sign_in(app.test_client(), "j.ames", "amber otter lantern quilt")
    assert "not sign, verify or lock" in client.get("/account").text
    assert client.get("/account/tokens").status_code == 403
    with shell(app).session(writes=True) as session:
        user = get_account(session, "j.ames")
        for refused in (Actor(admin, "a.admin", "administrator"), Actor(user.uid, "j.ames", "investigator")):
            with pytest.raises(errors.SecondPersonNeeded):
                service.confirm_user(session, by=refused, user=user, reason="it is him")
        service.confirm_user(session, by=Actor(manager, "p.shah", "data_manager"), user=user, reason="called him")
    assert client.get("/account/tokens").status_code == 200


@pytest.mark.requirement("C44")
def test_an_administrator_cannot_reset_the_own_password_by_link(app: Flask) -> None:
    admin = open_account(app, "a.admin", Role.ADMINISTRATOR)
    with pytest.raises(errors.SecondPersonNeeded):
        link_for(app, "a.admin", Actor(admin, "a.admin", "administrator"))


def test_the_list_of_common_passwords_is_folded() -> None:
    words = passwords._common_words()
    assert len(words) > 250
    assert all(re.fullmatch(r"[a-z]+", word) for word in words)
