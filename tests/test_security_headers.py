"""The headers and cookies of every answer, and the static files."""

import re
from typing import Any

import pytest
from flask import Flask

from edc.assets import FROM_BOOTSTRAP, OWN
from edc.permissions import Role
from edc.web import shell
from tests import app_fixtures
from tests.app_fixtures import BROWSER, PASSWORD, csrf_token, make_app, open_account, post, sign_in

application_url = app_fixtures.application_url
app = app_fixtures.app

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


def pages_without_parts(app: Flask) -> list[str]:
    """Every address that a GET opens without naming an object."""
    return sorted(
        rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    )


def assert_secure(answer: Any, where: str) -> None:
    for name, value in EXPECTED.items():
        assert answer.headers[name] == value, (where, name)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy, where
    assert answer.headers["Cache-Control"] == "no-store", where
    assert "camera=()" in answer.headers["Permissions-Policy"], where
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")], where
    assert "Server" not in answer.headers, where


@pytest.mark.requirement("3.2.1", "3.4.2", "3.4.3", "3.4.4", "3.4.5", "3.4.6", "3.4.8", "14.3.2")
@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR, Role.INVESTIGATOR], ids=str)
def test_every_page_carries_the_headers(app: Flask, role: Role | None) -> None:
    client = app.test_client()
    if role:
        open_account(app, "p.one", role)
        sign_in(client, "p.one")
    for path in pages_without_parts(app):
        assert_secure(client.get(path, headers={**BROWSER, "Origin": "https://evil.example"}), path)
    for path in ("/no/such/page", "/static/000000000000/casebook.css"):
        assert_secure(client.get(path), path)


@pytest.mark.requirement("3.4.3")
def test_pages_hold_no_inline_script_style_or_foreign_address(app: Flask) -> None:
    open_account(app, "p.one", Role.ADMINISTRATOR)
    client = sign_in(app.test_client(), "p.one")
    for path in ("/account", "/admin/users", "/admin/users/p.one", "/admin/roles", "/admin/access", "/role"):
        text = client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\bon[a-z]+=\"|<style|\bstyle=\"|javascript:", text), path
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', text), path


@pytest.mark.requirement("3.3.1", "3.3.2", "3.3.4", "3.4.1", "C13")
def test_over_https_cookies_are_bound_to_the_host_and_the_transport(application_url: str) -> None:
    made = make_app(application_url, https=True)
    open_account(made, "r.diaz", Role.COORDINATOR)
    client = made.test_client()
    where = {"base_url": "https://localhost"}
    page = client.get("/sign-in", **where)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token and page.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    fields = {"csrf_token": token[1], "user_name": "r.diaz", "password": PASSWORD}
    answer = client.post("/sign-in", data=fields, headers={**BROWSER, "Referer": "https://localhost/sign-in"}, **where)
    assert answer.status_code == 303
    cookies = [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-cb", "__Host-cbd", "__Host-cbf"}
    for cookie in cookies:
        assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
        assert "Domain" not in cookie
    shell(made).engine.dispose()


@pytest.mark.requirement("C13")
@pytest.mark.parametrize(("method", "path"), [("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/account")])
def test_plain_http_is_refused_where_https_is_set(application_url: str, method: str, path: str) -> None:
    made = make_app(application_url, https=True)
    answer = made.test_client().open(path, method=method)
    assert answer.status_code == 400 and "HTTPS only" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert made.test_client().get("/healthz").status_code == 200
    shell(made).engine.dispose()


@pytest.mark.requirement("4.1.3")
def test_a_forwarded_header_counts_from_the_named_number_of_proxies_only(application_url: str) -> None:
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    direct = make_app(application_url, https=True)
    assert direct.test_client().get("/sign-in", headers=forged).status_code == 400
    behind = make_app(application_url, https=True, proxy_hops=1, proxies=("127.0.0.1",))
    assert behind.test_client().get("/sign-in", headers=forged).status_code == 200
    for made in (direct, behind):
        shell(made).engine.dispose()


def test_static_files_may_be_kept_for_ever_under_an_address_of_their_content(app: Flask) -> None:
    client = app.test_client()
    sheets = re.findall(r'href="(/static/[0-9a-f]{12}/[^"]+\.css)"', client.get("/sign-in").text)
    assert [sheet.rsplit("/", 1)[1] for sheet in sheets] == ["bootstrap.min.css", "casebook.css"]
    for sheet in sheets:
        answer = client.get(sheet)
        assert answer.status_code == 200 and answer.mimetype == "text/css"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.requirement("5.3.2", "13.4.1")
@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "/etc/passwd", "%2e%2e/app.py", "js/../../app.py", ""])
def test_nothing_but_static_files_is_served(app: Flask, name: str) -> None:
    client = app.test_client()
    folder = client.get("/sign-in").text.split('href="/static/')[1][:12]
    assert client.get(f"/static/{folder}/{name}", follow_redirects=True).status_code == 404


def test_every_own_static_file_has_a_type_that_a_browser_will_run_or_show(app: Flask) -> None:
    client = app.test_client()
    folder = client.get("/sign-in").text.split('href="/static/')[1][:12]
    types = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    for path in OWN.rglob("*.*"):
        answer = client.get(f"/static/{folder}/{path.relative_to(OWN)}")
        assert answer.status_code == 200 and answer.mimetype == types[path.suffix], path
    assert set(FROM_BOOTSTRAP) == {"bootstrap.min.css"}
    assert client.get("/bootstrap/static/css/bootstrap.min.css").status_code == 404


@pytest.mark.requirement("3.5.3")
def test_sign_in_and_out_leave_nothing_to_the_next_person(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    client = sign_in(app.test_client(), "r.diaz")
    before = csrf_token(client, "/account")
    assert client.get("/sign-out").status_code == 405
    post(client, "/sign-out", page="/account")
    assert client.get_cookie("cb") is None
    open_account(app, "k.osei", Role.COORDINATOR)
    sign_in(client, "k.osei")
    stale = client.post("/account/look", data={"csrf_token": before}, headers=BROWSER)
    assert stale.status_code == 400


def test_an_application_reads_its_parts_only_from_its_own_settings(application_url: str) -> None:
    one, two = make_app(application_url, idle_minutes=5), make_app(application_url)
    assert shell(one).rules.idle != shell(two).rules.idle and shell(one).clock is not shell(two).clock
    for made in (one, two):
        shell(made).engine.dispose()
