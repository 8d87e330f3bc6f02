"""The administrator's pages: accounts, roles, closing, unlocking, and who had access."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from audit.models import audit_change
from edc.accounts.models import RoleGrant, User
from edc.permissions import Role
from edc.web import shell
from tests.app_fixtures import PASSWORD, open_account, pass_time, post, sign_in, site_uid

NEW = {"user_name": "r.diaz", "printed_name": "Rosa Diaz", "role": "coordinator", "reason": "new research nurse"}


def administrator(app: Flask) -> FlaskClient:
    open_account(app, "a.admin", Role.ADMINISTRATOR)
    return sign_in(app.test_client(), "a.admin")


def count(app: Flask, what: Any) -> int:
    with shell(app).session(writes=False) as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


@pytest.mark.requirement("C05", "6.4.6")
def test_an_account_opened_by_page_gets_its_password_by_link_and_waits_for_a_second_person(app: Flask) -> None:
    client = administrator(app)
    made = post(client, "/admin/users", **NEW, site=site_uid(app, "UCSD"))
    assert made.status_code == 201
    link = re.search(r'id="link">http://localhost(/set-password/[^<]+)<', made.text)
    assert link
    nurse = app.test_client()
    nurse.get(link[1])
    assert post(nurse, "/set-password", password=PASSWORD).status_code == 303
    sign_in(nurse, "r.diaz")
    assert "A second person has not confirmed" in nurse.get("/account").text
    open_account(app, "p.shah", Role.DATA_MANAGER)
    manager = sign_in(app.test_client(), "p.shah")
    page = "/admin/users/r.diaz"
    assert post(manager, f"{page}/confirm", page=page, reason="we spoke on the telephone").status_code == 303
    assert "A second person has not confirmed" not in nurse.get("/account").text


def test_opening_an_account_is_one_change_and_a_repeated_form_makes_one_account(app: Flask) -> None:
    client = administrator(app)
    before = count(app, audit_change)
    fields = {**NEW, "site": site_uid(app, "UCSD"), "request_token": "0123456789abcdef"}
    assert post(client, "/admin/users", **fields).status_code == 201
    again = post(client, "/admin/users", **fields)
    assert again.status_code == 303 and "was not saved twice" in client.get("/account").text
    assert count(app, audit_change) == before + 1
    assert count(app, User) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"user_name": "a.admin"}, "is taken"),
        ({"user_name": "Rosa Diaz"}, "3 to 32 of the letters"),
        ({"printed_name": ""}, "Enter the name"),
        ({"reason": ""}, "Say why"),
        ({"role": ""}, "Choose a role"),
        ({"role": "owner"}, "Not a valid choice"),
    ],
)
def test_a_wrong_new_account_is_explained_and_what_was_typed_stays(
    app: Flask, wrong: dict[str, str], said: str
) -> None:
    client = administrator(app)
    answer = post(client, "/admin/users", **{**NEW, "site": site_uid(app, "UCSD"), **wrong})
    assert answer.status_code == 422 and said in answer.text
    assert 'value="new research nurse"' in answer.text or "reason" in wrong
    assert count(app, User) == 1


def test_a_site_that_does_not_exist_cannot_be_chosen(app: Flask) -> None:
    assert post(administrator(app), "/admin/users", **NEW, site="f" * 32).status_code == 404
    assert count(app, RoleGrant) == 1


@pytest.mark.requirement("7.5.3")
def test_grave_acts_ask_for_the_password_again_after_five_minutes(app: Flask) -> None:
    client = administrator(app)
    open_account(app, "r.diaz", Role.COORDINATOR)
    pass_time(app, minutes=6)
    page = "/admin/users/r.diaz"
    refused = post(client, f"{page}/deactivate", page=page, reason="left")
    assert refused.status_code == 422 and "Your password is needed" in refused.text
    wrong = post(client, f"{page}/deactivate", page=page, reason="left", fresh_password="not the password")
    assert wrong.status_code == 422 and "4 tries left" in wrong.text
    done = post(client, f"{page}/deactivate", page=page, reason="left", fresh_password=PASSWORD)
    assert done.status_code == 303


def test_closing_says_what_ended(app: Flask) -> None:
    client = administrator(app)
    open_account(app, "r.diaz", Role.COORDINATOR)
    nurse = sign_in(app.test_client(), "r.diaz")
    page = "/admin/users/r.diaz"
    assert "1 live session ends at once" in client.get(page).text
    post(client, f"{page}/deactivate", page=page, reason="left the hospital")
    assert "deactivated" in client.get(page).text
    assert nurse.get("/account").status_code == 303


def test_a_role_is_given_and_ended_by_page(app: Flask) -> None:
    client = administrator(app)
    open_account(app, "j.ames", Role.COORDINATOR)
    page = "/admin/users/j.ames"
    given = {"role": "investigator", "site": site_uid(app, "UCSD"), "reason": "delegation log 12"}
    assert post(client, f"{page}/roles", page=page, **given).status_code == 303
    excluded = post(client, f"{page}/roles", page=page, **{**given, "role": "monitor"})
    assert excluded.status_code == 422 and "may not be" in excluded.text
    held = re.findall(r'<option value="([0-9a-f]{32})">investigator @ 001', client.get(page).text)
    assert len(held) == 1
    assert post(client, f"{page}/end-role", page=page, grant=held[0], reason="on leave").status_code == 303
    assert "investigator @ 001" not in client.get(page).text


@pytest.mark.requirement("T09")
@pytest.mark.parametrize("act", ["roles", "deactivate", "reset"])
def test_an_administrator_does_nothing_to_the_own_account(app: Flask, act: str) -> None:
    client, page = administrator(app), "/admin/users/a.admin"
    fields = {"reason": "because", "role": "inspector", "site": ""}
    answer = post(client, f"{page}/{act}", page=page, **fields)
    assert answer.status_code == 422 and "Nobody may do this for their own account" in answer.text


def test_a_locked_account_is_shown_and_opened(app: Flask) -> None:
    client = administrator(app)
    open_account(app, "r.diaz", Role.COORDINATOR)
    for _ in range(5):
        pass_time(app, seconds=10)
        post(app.test_client(), "/sign-in", user_name="r.diaz", password="wrong wrong wrong")
    page = "/admin/users/r.diaz"
    assert "<dd>locked</dd>" in client.get(page).text
    assert post(client, f"{page}/unlock", page=page, reason="called from the ward").status_code == 303
    sign_in(app.test_client(), "r.diaz")


@pytest.mark.requirement("C12")
def test_training_is_recorded_by_page(app: Flask) -> None:
    client = administrator(app)
    open_account(app, "r.diaz", Role.COORDINATOR, trained=False)
    page = "/admin/users/r.diaz"
    fields = {"build": "1.0", "completed_on": "2024-01-31", "evidence": "certificate 17"}
    assert post(client, f"{page}/training", page=page, **{**fields, "completed_on": "soon"}).status_code == 422
    assert post(client, f"{page}/training", page=page, **fields).status_code == 303
    assert "31 Jan 2024" in client.get(page).text


@pytest.mark.requirement("C08")
def test_the_access_page_shows_a_past_day(app: Flask) -> None:
    client = administrator(app)
    open_account(app, "r.diaz", Role.COORDINATOR)
    assert "r.diaz" in client.get("/admin/access").text
    assert "Nobody had access" in client.get("/admin/access?on=2020-01-01").text
    assert client.get("/admin/access?on=yesterday").status_code == 400


def test_an_investigator_sees_the_people_of_the_own_site_only(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    open_account(app, "l.lund", Role.COORDINATOR, site="Lund")
    open_account(app, "j.ames", Role.INVESTIGATOR)
    client = sign_in(app.test_client(), "j.ames")
    for page in ("/admin/users", "/admin/access"):
        assert "r.diaz" in client.get(page).text and "l.lund" not in client.get(page).text
    assert client.get("/admin/users/r.diaz").status_code == 200
    assert client.get("/admin/users/l.lund").status_code == 404
    assert client.get("/admin/users/no.body").status_code == 404


def test_the_roles_page_is_the_matrix(app: Flask) -> None:
    text = administrator(app).get("/admin/roles").text
    row = re.search(r'<th scope="row">record:sign</th>(.*?)</tr>', text)
    assert row and re.findall(r"<td>(.*?)</td>", row[1]) == ["-", "s", "-", "-", "-", "-", "-", "-"]


def test_look_and_messages_are_kept(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    assert "You now have the role coordinator" in client.get("/account").text
    post(client, "/account/messages", page="/account")
    assert "You now have the role" not in client.get("/account").text
    assert post(client, "/account/look", page="/account", theme="dark", density="compact").status_code == 303
    page = client.get("/account").text
    assert 'data-bs-theme="dark"' in page and 'data-density="compact"' in page
    assert post(client, "/account/look", page="/account", theme="pink", density="compact").status_code == 400
