"""The gate before every view: declared rights, what a refusal looks like, and the row it leaves in the trail."""

from typing import Any

import pytest
from flask import Flask, jsonify, request
from flask.views import MethodView
from sqlalchemy import select

from audit.models import audit_change, audit_record
from config import Config
from edc import errors
from edc.app import StartRefused, create_app, rooms
from edc.db import Session
from edc.permissions import Permission, Role
from edc.study.models import Subject
from edc.web import (
    NavEntry,
    access_of,
    change_for_request,
    current,
    db,
    needs,
    needs_any,
    require,
    shell,
    undeclared_routes,
)
from tests import app_fixtures
from tests.app_fixtures import BROWSER, csrf_token, make_app, open_account, sign_in, site_uid

application_url = app_fixtures.application_url


def add_toys(app: Flask) -> Flask:
    """Add views that need a right each, as rooms do."""

    @needs(Permission.RECORD_READ)
    def read(code: str) -> str:
        if code != "001-004":
            raise errors.NotFound()
        return f"seen by {current().role}"

    @needs(Permission.RECORD_ENTER)
    def enter() -> str:
        with change_for_request("toy:save", "Entry error") as made:
            made.note("toy", "1" * 32, "value", None, request.form["value"])
        return "saved"

    @needs_any(Permission.RECORD_READ, Permission.SAE_READ)
    def event() -> str:
        require(Permission.RECORD_READ if request.args.get("all") else Permission.SAE_READ)
        return "event"

    @needs(Permission.USER_READ)
    def broken() -> str:
        raise RuntimeError("systolic 214 of Rosa Diaz")

    @needs(Permission.STUDY_COUNT)
    def counts() -> Any:
        return jsonify(sites=len(db().scope.sites) if isinstance(db().scope.sites, frozenset) else "all")

    class Values(MethodView):
        @needs(Permission.RECORD_READ)
        def get(self) -> str:
            return "values"

        @needs(Permission.RECORD_LOCK)
        def delete(self) -> str:
            return "locked"

    app.add_url_rule("/toy/records/<code>", "toy_read", read)
    app.add_url_rule("/toy/save", "toy_enter", enter, methods=["POST"])
    app.add_url_rule("/toy/event", "toy_event", event)
    app.add_url_rule("/toy/broken", "toy_broken", broken)
    app.add_url_rule("/toy/counts", "toy_counts", counts)
    app.add_url_rule("/toy/values", view_func=Values.as_view("toy_values"))
    app.add_url_rule("/api/toy/records/<code>", "toy_api", read)
    return app


@pytest.fixture
def app(application_url: str) -> Any:
    made = add_toys(make_app(application_url))
    yield made
    shell(made).engine.dispose()


def client_of(app: Flask, role: Role, **options: Any) -> Any:
    open_account(app, "p.one", role, **options)
    return sign_in(app.test_client(), "p.one")


def refusals(app: Flask) -> list[tuple[str, str, str]]:
    """Who was refused what, by status."""
    with shell(app).engine.connect() as connection:
        rows = connection.execute(
            select(audit_change.c.user_name, audit_record.c.oid, audit_record.c.new)
            .join(audit_record, audit_record.c.change_uid == audit_change.c.uid)
            .where(audit_change.c.act == "access:refused")
            .order_by(audit_record.c.id)
        )
        return [tuple(row) for row in rows]


@pytest.mark.requirement("C02")
def test_every_route_states_its_right(app: Flask) -> None:
    assert undeclared_routes(app) == []


@pytest.mark.requirement("C02", "T21")
def test_a_room_with_a_route_without_right_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/toy/open", "toy_open", lambda: "open")
    assert undeclared_routes(app) == ["GET /toy/open"]


@pytest.mark.requirement("C01")
@pytest.mark.parametrize("path", ["/toy/records/001-004", "/toy/counts", "/toy/values"])
def test_without_sign_in_a_page_goes_to_the_sign_in_and_is_logged(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 303 and answer.location == f"/sign-in?next={path}"
    assert [(who, status) for who, status, _ in refusals(app)] == [("anonymous", "401")]


@pytest.mark.requirement("C01")
def test_without_token_the_api_answers_401_as_a_problem_and_logs_it(app: Flask) -> None:
    answer = app.test_client().get("/api/toy/records/001-004")
    assert answer.status_code == 401 and answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "not-signed-in" and answer.json["detail"] and answer.json["reference"]
    assert refusals(app) == [("anonymous", "401", "GET toy_api code=001-004")]


@pytest.mark.requirement("8.2.1")
@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.COORDINATOR, "/toy/records/001-004", 200),
        (Role.COORDINATOR, "/toy/records/999-999", 404),
        (Role.SPONSOR, "/toy/records/001-004", 404),
        (Role.ADMINISTRATOR, "/toy/records/001-004", 404),
        (Role.MEDICAL_MONITOR, "/toy/records/001-004", 403),
        (Role.COORDINATOR, "/toy/broken", 403),
        (Role.SPONSOR, "/toy/broken", 403),
        (Role.MEDICAL_MONITOR, "/toy/event", 200),
        (Role.MEDICAL_MONITOR, "/toy/event?all=1", 403),
        (Role.MONITOR, "/toy/event?all=1", 200),
        (Role.SPONSOR, "/toy/event", 404),
    ],
)
def test_who_gets_what(app: Flask, role: Role, path: str, status: int) -> None:
    client = client_of(app, role)
    assert client.get(path).status_code == status
    logged = [(who, int(code)) for who, code, _ in refusals(app)]
    assert logged == ([] if status == 200 else [("p.one", status)])


@pytest.mark.requirement("16.3.2")
def test_a_refusal_names_the_right_and_the_trail_names_what_was_asked(app: Flask) -> None:
    client = client_of(app, Role.MEDICAL_MONITOR)
    answer = client.get("/toy/records/001-004")
    assert "You need record:read" in answer.text and "Acting as medical monitor" in answer.text
    assert refusals(app) == [("p.one", "403", "GET toy_read code=001-004")]


def test_absent_and_hidden_pages_look_the_same(app: Flask) -> None:
    client = client_of(app, Role.SPONSOR)
    hidden, absent = client.get("/toy/records/001-004"), client.get("/no/such/page")
    assert hidden.status_code == absent.status_code == 404
    body = [page.text.split("<main")[1].split("Reference")[0] for page in (hidden, absent)]
    assert body[0] == body[1]


def test_a_class_based_view_declares_each_method(app: Flask) -> None:
    client = client_of(app, Role.DATA_MANAGER)
    assert access_of(app, "toy_values", "GET").permissions == (Permission.RECORD_READ,)  # type: ignore[union-attr]
    assert client.get("/toy/values").text == "values"
    token = csrf_token(client, "/account")
    assert client.delete("/toy/values", headers={**BROWSER, "X-CSRFToken": token}).text == "locked"


@pytest.mark.requirement("C12")
def test_entering_waits_for_training(app: Flask) -> None:
    client = client_of(app, Role.COORDINATOR, trained=False)
    fields = {"csrf_token": csrf_token(client, "/account"), "value": "80"}
    answer = client.post("/toy/save", data=fields, headers=BROWSER)
    assert answer.status_code == 403 and "your training is not recorded" in answer.text
    assert client.get("/toy/records/001-004").status_code == 200


@pytest.mark.requirement("2.3.4", "T06")
def test_a_form_that_is_sent_twice_is_stored_once(app: Flask) -> None:
    client = client_of(app, Role.COORDINATOR)
    fields = {"csrf_token": csrf_token(client, "/account"), "value": "80", "request_token": "a1b2c3d4e5f6a7b8"}
    assert client.post("/toy/save", data=fields, headers=BROWSER).text == "saved"
    again = client.post("/toy/save", data=fields, headers={**BROWSER, "Referer": "http://localhost/account"})
    assert again.status_code == 303 and again.location == "/account"
    with shell(app).engine.connect() as connection:
        acts = connection.execute(select(audit_change).where(audit_change.c.act == "toy:save")).mappings().all()
    assert len(acts) == 1
    assert acts[0]["user_name"] == "p.one" and acts[0]["role"] == "coordinator" and acts[0]["process"] == "web"
    assert acts[0]["request_id"] == "a1b2c3d4e5f6a7b8" and len(acts[0]["session_hash"]) == 16


@pytest.mark.requirement("3.5.1")
@pytest.mark.parametrize("spoil", ["no token", "token of another session", "another site"])
def test_a_save_that_another_page_started_is_refused(app: Flask, spoil: str) -> None:
    client = client_of(app, Role.COORDINATOR)
    fields = {"csrf_token": csrf_token(client, "/account"), "value": "80"}
    headers = dict(BROWSER)
    if spoil == "no token":
        del fields["csrf_token"]
    elif spoil == "token of another session":
        open_account(app, "k.osei", Role.COORDINATOR)
        fields["csrf_token"] = csrf_token(sign_in(app.test_client(), "k.osei"), "/account")
    else:
        headers["Sec-Fetch-Site"] = "cross-site"
    assert client.post("/toy/save", data=fields, headers=headers).status_code in (400, 403)
    with shell(app).engine.connect() as connection:
        assert connection.scalars(select(audit_change.c.uid).where(audit_change.c.act == "toy:save")).all() == []


@pytest.mark.requirement("C03")
def test_the_session_of_a_request_has_the_scope_of_the_acting_role(app: Flask) -> None:
    assert client_of(app, Role.MONITOR, site="Lund").get("/toy/counts").json == {"sites": 1}
    assert site_uid(app, "Lund")


@pytest.mark.requirement("16.2.5", "S-5.8")
def test_a_fault_shows_a_reference_and_logs_no_value(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    client = client_of(app, Role.INVESTIGATOR)
    answer = client.get("/toy/broken")
    assert answer.status_code == 500 and "Something went wrong on our side" in answer.text
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged and "broken" in logged
    for canary in ("systolic 214", "Rosa"):
        assert canary not in logged and canary not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("DELETE", "/account", 405, "method-refused"), ("GET", "/nothing/here", 404, "not-found")],
)
def test_every_refusal_is_in_the_words_of_the_catalogue(
    app: Flask, method: str, path: str, status: int, code: str
) -> None:
    answer = app.test_client().open(path, method=method, headers={"Accept": "application/json"})
    assert answer.status_code == status and answer.json["code"] == code


def test_a_body_above_the_limit_is_refused(app: Flask) -> None:
    client = client_of(app, Role.COORDINATOR)
    fields = {"csrf_token": csrf_token(client, "/account"), "value": "x" * (3 * 1024 * 1024)}
    assert client.post("/toy/save", data=fields, headers=BROWSER).status_code == 413


@pytest.mark.parametrize(("path", "status"), [("/toy/event?all=1", 403), ("/toy/broken", 500)])
def test_the_menu_of_a_refusal_counts_what_the_reader_may_see(app: Flask, path: str, status: int) -> None:
    """The page of a refusal stands on a new session, which is narrowed like the first."""
    role = Role.ADMINISTRATOR if status == 500 else Role.MEDICAL_MONITOR

    def count(session: Session) -> int:
        assert session.scope is not None
        return len(session.scalars(select(Subject)).all()) + 7

    shell(app).nav.append(NavEntry("Account", "accounts.account", frozenset({role}), count=count))
    answer = client_of(app, role).get(path)
    assert answer.status_code == status
    assert '<span class="cb-count">7</span>' in answer.text


def test_the_menu_holds_what_the_role_may_use_and_nothing_else(app: Flask) -> None:
    everybody = frozenset(Role)
    shell(app).nav += [
        NavEntry("Counts", "toy_counts", everybody, count=lambda session: 4),
        NavEntry("Values", "toy_values", everybody),
        NavEntry("Not built", "toy_absent", everybody),
        NavEntry("My day", "toy_event", frozenset({Role.MONITOR}), order=900),
    ]
    page = client_of(app, Role.MONITOR).get("/account").text
    menu = page.split('aria-label="Main"')[1].split("</nav>")[0]
    assert [name for name in ("My day", "Counts", "Values", "Not built", "Users") if name in menu] == [
        "My day",
        "Counts",
        "Values",
    ]
    assert menu.index("My day") < menu.index("Counts")
    open_account(app, "s.sponsor", Role.SPONSOR)
    menu = sign_in(app.test_client(), "s.sponsor").get("/account").text.split('aria-label="Main"')[1]
    assert "Counts" in menu.split("</nav>")[0] and "Values" not in menu.split("</nav>")[0]


def test_a_bad_host_is_refused(application_url: str) -> None:
    app = make_app(application_url, trusted_hosts=("casebook.example",))
    client = app.test_client()
    assert client.get("/healthz", base_url="http://casebook.example").status_code == 200
    refused = client.get("/healthz", base_url="http://evil.example")
    assert refused.status_code == 400 and "evil" not in refused.text
    shell(app).engine.dispose()


def test_rooms_are_registered_once_each(app: Flask) -> None:
    names = [room.views.blueprint.name for room in rooms()]
    assert len(names) == len(set(names)) and set(names) <= set(app.blueprints)


def test_a_start_without_declared_rights_is_refused(application_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import edc.app

    monkeypatch.setattr(edc.app, "home", lambda: "open to all")
    with pytest.raises(StartRefused, match="GET /"):
        create_app(Config(testing=True, database_url=application_url))
