"""A participant moves to another site: number and history stay, and every door follows the new site at once."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import audit_change, audit_record
from audit.seal import seal
from edc.db import Base, Scope, Session, SiteScoped
from edc.permissions import Role
from edc.sealing import make_sealer
from edc.verification import find_faults
from edc.web import shell
from tests.api.programs import HYPOTENSION, Program, restrict, said
from tests.app_fixtures import open_account, post, sign_in, site_uid

STUDY = "/nct03991130"
REASON = "Moved to Sweden"


@pytest.fixture
def manager(study: Flask) -> FlaskClient:
    """The browser of a data manager."""
    open_account(study, "d.manager", Role.DATA_MANAGER)
    return sign_in(study.test_client(), "d.manager")


@pytest.fixture
def names(study: Flask, diaz: Program, shah: Program) -> dict[str, str]:
    """A participant of UCSD with an event and a query."""
    code = diaz.enrol()
    event = diaz.add(code, "AE", HYPOTENSION)["uid"]
    asked = shah.post("/queries", {"record": event, "item": "verbatim", "text": "Which dose?"})
    return {"code": code, "event": event, "query": str(said(asked)["number"])}


def move(manager: FlaskClient, code: str, site: str = "002", reason: str = REASON) -> int:
    """Move the participant; returns the status of the answer."""
    page = f"{STUDY}/participants/{code}/move"
    answer = post(manager, page, site=site, reason=reason)
    return int(answer.status_code)


def paths(names: dict[str, str]) -> list[str]:
    """Every name by which the API reaches the participant."""
    return [
        f"/participants/{names['code']}", f"/participants/{names['code']}/visits",
        f"/participants/{names['code']}/records", f"/records/{names['event']}", f"/queries/{names['query']}",
        f"/records/{names['event']}/trail?item=verbatim",
    ]  # fmt: skip


def pages(names: dict[str, str]) -> list[str]:
    """The pages on which the participant stands."""
    base = f"{STUDY}/participants/{names['code']}"
    return [base, f"{base}/adverse-events/1", f"{base}/casebook.pdf", f"{STUDY}/queries/{names['query']}"]


@pytest.mark.requirement("C46")
def test_every_door_follows_the_new_site(
    study: Flask, manager: FlaskClient, diaz: Program, berg: Program, names: dict[str, str]
) -> None:
    old, new = sign_in(study.test_client(), "r.diaz"), sign_in(study.test_client(), "a.berg")
    assert [diaz.get(path).status_code for path in paths(names)] == [200] * 6
    assert [berg.get(path).status_code for path in paths(names)] == [404] * 6
    assert move(manager, names["code"]) == 303
    assert [diaz.get(path).status_code for path in paths(names)] == [404] * 6
    assert [berg.get(path).status_code for path in paths(names)] == [200] * 6
    assert [old.get(page).status_code for page in pages(names)] == [404] * 4
    assert [new.get(page).status_code for page in pages(names)] == [200] * 4
    assert names["code"] in new.get(f"{STUDY}/participants").text
    assert names["code"] not in old.get(f"{STUDY}/participants").text
    assert names["code"] in new.get(f"{STUDY}/queries").text and names["code"] not in old.get(f"{STUDY}/queries").text
    assert names["code"] in new.get(f"{STUDY}/exports/crf_ae.csv").text
    assert names["code"] not in old.get(f"{STUDY}/exports/crf_ae.csv").text


def test_the_new_site_enters_and_answers_and_the_old_one_does_not(
    manager: FlaskClient, diaz: Program, berg: Program, names: dict[str, str]
) -> None:
    move(manager, names["code"])
    version = berg.record(names["event"])["row_version"]
    body = {"form": "AE", "row_version": version, "items": {"serious": "N"}}
    assert diaz.put(f"/records/{names['event']}", body).status_code == 404
    assert berg.put(f"/records/{names['event']}", body).status_code == 200
    text = {"text": "Dose 8"}
    assert diaz.post(f"/queries/{names['query']}/answer", text).status_code == 404
    assert berg.post(f"/queries/{names['query']}/answer", text).status_code == 200


def test_no_row_of_the_participant_stays_behind(study: Flask, manager: FlaskClient, names: dict[str, str]) -> None:
    move(manager, names["code"])
    with shell(study).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        kinds = [m.class_ for m in Base.registry.mappers if issubclass(m.class_, SiteScoped)]
        at_old = [kind for kind in kinds if _holds(session, kind, site_uid(study, "UCSD"))]
    # What is the site's own: the tables that its records are judged by.
    assert {kind.__tablename__ for kind in at_old} <= {"consent_version", "laboratory", "normal_range", "crf_activation"}


def _holds(session: Session, kind: type, uid: str) -> bool:
    return session.scalars(select(kind).where(kind.site_uid == uid)).first() is not None


@pytest.mark.requirement("C12")
def test_it_is_one_change_with_its_reason_and_the_history_stays_readable(
    study: Flask, manager: FlaskClient, berg: Program, names: dict[str, str]
) -> None:
    move(manager, names["code"])
    with shell(study).engine.connect() as connection:
        acts = select(audit_change.c.uid, audit_change.c.reason).where(audit_change.c.act == "participant:move")
        [(uid, reason)] = connection.execute(acts).all()
        entities = set(connection.scalars(select(audit_record.c.entity).where(audit_record.c.change_uid == uid)))
    assert reason == REASON
    assert {"subject", "form_record", "query", "query_message", "crf_ae", "visit"} <= entities
    house = shell(study)
    seal(house.engine, make_sealer("test", house.keys))
    assert list(find_faults(house.engine, house.keys)) == []
    lines = said(berg.get(f"/records/{names['event']}/trail?item=verbatim"))["lines"]
    assert [line["new"] for line in lines] == [HYPOTENSION["verbatim"]]
    new = sign_in(study.test_client(), "a.berg")
    history = new.get(f"{STUDY}/audit?participant={names['code']}&form=crf_ae").text
    assert REASON in history and HYPOTENSION["verbatim"] in history


def test_the_consent_is_judged_by_the_versions_of_the_site_where_it_was_signed(
    study: Flask, manager: FlaskClient, diaz: Program, shah: Program
) -> None:
    code = diaz.enrol()
    move(manager, code)
    asked = said(shah.get(f"/queries?participant={code}"))["queries"]
    assert [query for query in asked if query["check_id"] == "IC-02"] == []


def test_numbers_are_given_once_whoever_moves(manager: FlaskClient, diaz: Program, berg: Program) -> None:
    first, second = diaz.enrol(), diaz.enrol()
    move(manager, second)
    assert diaz.enrol() == "001-003"
    assert (first, second, berg.enrol("002")) == ("001-001", "001-002", "002-001")


@pytest.mark.parametrize(
    ("words", "site", "reason", "status"),
    [("no reason", "002", "", 422), ("the site it is at", "001", REASON, 400), ("no such site", "009", REASON, 404)],
)
def test_a_move_that_cannot_be_changes_nothing(
    manager: FlaskClient, diaz: Program, names: dict[str, str], words: str, site: str, reason: str, status: int
) -> None:
    assert move(manager, names["code"], site, reason) == status, words
    assert diaz.get(f"/participants/{names['code']}").status_code == 200


def test_a_locked_participant_stays(study: Flask, manager: FlaskClient, diaz: Program, names: dict[str, str]) -> None:
    restrict(study, names["code"], locked=True)
    assert move(manager, names["code"]) == 409
    assert diaz.get(f"/participants/{names['code']}").status_code == 200


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.INSPECTOR])
def test_nobody_else_moves_a_participant(study: Flask, names: dict[str, str], role: Role) -> None:
    open_account(study, "n.other", role)
    client = sign_in(study.test_client(), "n.other")
    assert client.get(f"{STUDY}/participants/{names['code']}/move").status_code == 403


def test_a_participant_may_come_back(manager: FlaskClient, diaz: Program, berg: Program, names: dict[str, str]) -> None:
    move(manager, names["code"])
    assert move(manager, names["code"], "001", "Came home") == 303
    assert diaz.get(f"/participants/{names['code']}").status_code == 200
    assert berg.get(f"/participants/{names['code']}").status_code == 404
