"""Signing in and out."""

from flask import Flask

from edc.permissions import Role
from tests.app_fixtures import open_account, sign_in


def test_a_right_pair_opens_the_first_page(app: Flask) -> None:
    open_account(app, "a.admin", Role.ADMINISTRATOR)
    client = sign_in(app.test_client(), "a.admin")
    answer = client.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert "Users" in answer.text
