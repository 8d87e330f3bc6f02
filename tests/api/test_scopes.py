"""Who sees what by the API: sites, roles, rights of a token, and what of it stands in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.accounts import service
from edc.accounts.models import ApiToken
from edc.permissions import Permission, Role
from edc.web import shell
from tests.api.programs import HYPOTENSION, WEIGHT, Program, changes, said, token_of
from tests.app_fixtures import OPERATOR, get_account, open_account, pass_time, sign_in, site_uid

CANARY = "zz-canary-of-lund"
KEYLESS = {"row_version": 1}


@pytest.fixture
def lund(berg: Program, shah: Program) -> dict[str, Any]:
    """A participant of Lund with values that nobody at UCSD may ever see, and the names of what is there."""
    code = berg.enrol("002", obtained_by=CANARY)
    berg.post(f"/participants/{code}/visits", {"kind": "A1", "number": 1})
    event = berg.add(code, "AE", {**HYPOTENSION, "verbatim": CANARY})["uid"]
    admission = berg.add(code, "IL2A", WEIGHT, "C1A1")["uid"]
    asked = shah.post("/queries", {"record": event, "item": "verbatim", "text": CANARY})
    return {"code": code, "event": event, "admission": admission, "query": said(asked)["number"]}


def requests_for(names: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every operation that names something, with the names of one site."""
    code, event, query = names["code"], names["event"], names["query"]
    text = {"text": "looked at"}
    yield "GET", f"/participants/{code}", None
    yield "GET", f"/participants/{code}/visits", None
    yield "POST", f"/participants/{code}/visits", {"kind": "UNS"}
    yield "GET", f"/participants/{code}/records", None
    yield "POST", f"/participants/{code}/records", {"form": "AE", "items": HYPOTENSION}
    yield "GET", f"/records/{event}", None
    yield "PUT", f"/records/{event}", {"form": "AE", **KEYLESS, "items": {"serious": "N"}}
    yield "POST", f"/records/{event}/remove", {**KEYLESS, "reason": "curious"}
    yield "GET", f"/records/{event}/verification", None
    yield "POST", f"/records/{event}/verification", {**KEYLESS, "items": ["verbatim"]}
    yield "POST", f"/records/{event}/verification/take-back", {**KEYLESS, "items": ["verbatim"], "reason": "curious"}
    yield "GET", f"/records/{event}/trail?item=verbatim", None
    yield "GET", f"/queries/{query}", None
    for act in ("answer", "ask-again", "close"):
        yield "POST", f"/queries/{query}/{act}", text
    yield "POST", "/queries", {"record": event, "item": "verbatim", **text}
    yield "POST", "/participants", {"site": "002", "consent": {"items": {"signature_date": "2024-01-08"}}}


@pytest.mark.requirement("C03", "S-2.4", "T19")
def test_nothing_of_another_site_is_reached_by_any_id(
    study: Flask, diaz: Program, ames: Program, lindt: Program, lund: dict[str, Any]
) -> None:
    before = changes(study)
    seen = []
    for program in (diaz, ames, lindt):
        for method, path, body in requests_for(lund):
            answer = program.send(method, path, body)
            seen.append((method, path, answer.status_code))
            assert CANARY not in answer.text and lund["code"] not in answer.text.replace(path, ""), path
            if answer.status_code != 404:
                assert answer.status_code == 403 and "right-missing" in answer.text, (method, path, answer.text)
    assert changes(study) == before
    assert sum(status == 404 for *_, status in seen) > len(seen) // 2


@pytest.mark.requirement("C03", "S-2.4")
def test_what_is_of_another_site_looks_like_what_is_not_there(diaz: Program, lund: dict[str, Any]) -> None:
    absent = {"code": "009-999", "event": "0" * 32, "query": 2**31 - 1}
    for (method, path, body), (_, other, without) in zip(requests_for(lund), requests_for(absent), strict=True):
        one, two = diaz.send(method, path, body), diaz.send(method, other, without)
        assert (one.status_code, _without_reference(one)) == (two.status_code, _without_reference(two)), path


def _without_reference(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in said(answer).items() if name != "reference"}


@pytest.mark.requirement("C03", "T19")
def test_lists_and_files_hold_the_own_site_only(diaz: Program, lindt: Program, lund: dict[str, Any]) -> None:
    own = diaz.enrol()
    event = diaz.add(own, "AE", {**HYPOTENSION, "verbatim": "own words"})
    names = [one["name"] for one in said(diaz.get("/datasets"))["datasets"]]
    for program in (diaz, lindt):
        lists = [program.get("/participants?size=200").text, program.get("/queries?size=200").text]
        files = [program.get(f"/datasets/{name}.csv").text for name in names]
        for text in (*lists, *files):
            assert CANARY not in text and lund["code"] not in text and lund["event"] not in text
        assert own in lists[0] and event["uid"] in "".join(files) and "own words" in "".join(files)
    assert said(diaz.get("/participants?site=002"))["participants"] == []


def test_a_data_manager_sees_every_site(shah: Program, lund: dict[str, Any]) -> None:
    assert CANARY in shah.get("/datasets/crf_ae.csv").text
    assert said(shah.get(f"/records/{lund['event']}"))["items"]["verbatim"] == CANARY


@pytest.mark.requirement("S-3.12")
def test_a_token_of_one_site_sees_that_site_only(study: Flask, lund: dict[str, Any], diaz: Program) -> None:
    own = diaz.enrol()
    program = Program(study, token_of(study, "p.shah", sites=[site_uid(study, "UCSD")]))
    assert [one["code"] for one in said(program.get("/participants"))["participants"]] == [own]
    assert program.get(f"/records/{lund['event']}").status_code == 404
    assert CANARY not in program.get("/datasets/crf_ae.csv").text


# --- roles ------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("T20", "C32", "S-2.4")
@pytest.mark.parametrize("role", [Role.SPONSOR, Role.ADMINISTRATOR])
def test_sponsor_and_administrator_find_nothing_clinical(
    study: Flask, lund: dict[str, Any], role: Role
) -> None:
    open_account(study, "e.outside", role)
    rights = [Permission.DATASET_LIST] if role is Role.SPONSOR else [Permission.SERVICE_MANAGE]
    program = Program(study, token_of(study, "e.outside", rights))
    before = changes(study)
    paths = [*requests_for(lund), ("GET", "/participants", None), ("GET", "/queries", None), ("GET", "/datasets", None)]
    for method, path, body in (*paths, ("GET", "/datasets/crf_ae.csv", None)):
        answer = program.send(method, path, body)
        assert (answer.status_code, said(answer)["code"]) == (404, "not-found"), path
        assert CANARY not in answer.text
    assert changes(study) == before
    assert program.get("/openapi.json").status_code == 200


@pytest.mark.requirement("S-3.12", "8.2.1")
def test_a_token_does_what_its_rights_say_and_no_more(study: Flask, diaz: Program) -> None:
    code = diaz.enrol()
    event = diaz.add(code, "AE", HYPOTENSION)
    reader = Program(study, token_of(study, "r.diaz", [Permission.RECORD_READ]))
    assert reader.get(f"/records/{event['uid']}").status_code == 200
    for method, path, body in (
        ("GET", "/participants", None), ("GET", "/queries", None), ("GET", "/datasets/crf_ae.csv", None),
        ("POST", f"/participants/{code}/records", {"form": "AE", "items": HYPOTENSION}),
        ("PUT", f"/records/{event['uid']}", {"form": "AE", "row_version": 1, "items": {"serious": "N"}}),
    ):  # fmt: skip
        answer = reader.send(method, path, body)
        assert (answer.status_code, said(answer)["code"]) == (403, "right-missing"), path


@pytest.mark.requirement("C12")
def test_nobody_enters_before_training(study: Flask, diaz: Program) -> None:
    code = diaz.enrol()
    open_account(study, "n.new", Role.COORDINATOR, trained=False)
    answer = Program(study, token_of(study, "n.new")).post(
        f"/participants/{code}/records", {"form": "AE", "items": HYPOTENSION}
    )
    assert (answer.status_code, said(answer)["code"]) == (403, "training-missing")


@pytest.mark.requirement("C06", "T06", "T10")
@pytest.mark.parametrize("end", ["revoked", "expired", "deactivated"])
def test_a_token_that_ended_is_worth_nothing_also_when_replayed(study: Flask, diaz: Program, end: str) -> None:
    code = diaz.enrol()
    with shell(study).session(writes=True) as session:
        if end == "revoked":
            user = get_account(session, "r.diaz")
            token = session.scalars(select(ApiToken).where(ApiToken.user_uid == user.uid)).one()
            service.revoke_token(session, by=OPERATOR, token=token)
        elif end == "deactivated":
            service.deactivate_user(session, by=OPERATOR, user=get_account(session, "r.diaz"), reason="left")
        else:
            pass_time(study, days=90)
    before = changes(study)
    answers = [
        diaz.get("/participants"), diaz.post(f"/participants/{code}/records", {"form": "AE", "items": HYPOTENSION}),
    ]  # fmt: skip
    assert [(answer.status_code, said(answer)["code"]) for answer in answers] == [(401, "not-signed-in")] * 2
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert changes(study) == before


@pytest.mark.requirement("C01")
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer cbk_aaaaaaaa_" + "b" * 43, "Basic cmRpYXo6cGFzc3dvcmQ="])
def test_without_a_valid_token_every_operation_is_refused(study: Flask, lund: dict[str, Any], header: str) -> None:
    nobody = Program(study, "none")
    for method, path, body in (*requests_for(lund), ("GET", "/openapi.json", None)):
        answer = nobody.send(method, path, body, Authorization=header)
        assert (answer.status_code, said(answer)["code"]) == (401, "not-signed-in"), path


@pytest.mark.requirement("S-3.12")
def test_the_cookie_of_a_page_does_not_count(study: Flask, diaz: Program) -> None:
    code = diaz.enrol()
    client = sign_in(study.test_client(), "r.diaz")
    assert client.get(f"/api/v1/participants/{code}").status_code == 401


@pytest.mark.requirement("16.3.2")
def test_a_refusal_is_in_the_trail_without_a_value(study: Flask, diaz: Program, lund: dict[str, Any]) -> None:
    diaz.get(f"/records/{lund['event']}")
    with shell(study).engine.connect() as connection:
        line = connection.execute(
            select(audit_change.c.user_name, audit_change.c.process, audit_record.c.oid, audit_record.c.new)
            .join(audit_record, audit_record.c.change_uid == audit_change.c.uid)
            .where(audit_change.c.act == "access:refused").order_by(audit_record.c.id.desc())
        ).first()  # fmt: skip
    assert line is not None
    assert tuple(line) == ("r.diaz", "api", "404", f"GET api_records.get_record uid={lund['event']}")
