"""What bad input gets by the API: the named answer with its sentence, and nothing changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from edc.db import make_engine
from tests.api.programs import HYPOTENSION, WEIGHT, Program, changes, said
from tests.app_fixtures import sign_in

TEN_MEGABYTES = 10 * 1024 * 1024


@pytest.fixture
def event(diaz: Program) -> dict[str, Any]:
    """An adverse event."""
    return diaz.add(diaz.enrol(), "AE", HYPOTENSION)


def put(program: Program, record: dict[str, Any], literal: str, name: str = "verbatim", **more: Any) -> Any:
    """Save one item whose value is a JSON literal."""
    body = json.dumps({"form": record["form"], "row_version": 1, "reason": "Entry error", **more, "items": {name: 0}})
    return program.send("PUT", f"/records/{record['uid']}", data=body[: body.rindex("0}")] + literal + "}}")


@pytest.mark.requirement("S-5.1", "2.2.1", "2.2.2")
@pytest.mark.parametrize(
    ("what", "form", "visit", "item", "literal", "sentence"),
    [
        ("text in a number", "IL2A", "C1A1", "dosing_weight_kg", '"heavy"', "takes a number, like 3.8"),
        ("1e400", "IL2A", "C1A1", "dosing_weight_kg", "1e400", "takes a number, like 3.8"),
        ("not a number", "IL2A", "C1A1", "dosing_weight_kg", "NaN", "NaN is not a number that can be stored."),
        ("too many decimals", "IL2A", "C1A1", "dosing_weight_kg", "72.05", "at most 1 decimals"),
        ("an unknown code", "AE", None, "outcome", '"BETTER"', "takes one of its choices"),
        ("an unknown term", "AE", None, "ctcae_term", '"Feeling odd"', "takes a CTCAE term"),
        ("a day that is none", "VISIT", "SCR", "visit_date", '"2026-02-31"', "a date that exists in the calendar"),
        ("a partial date where none is allowed", "VISIT", "SCR", "visit_date", '"2026-02"', "takes a full date"),
        ("text over the limit", "AE", None, "verbatim", f'"{"x" * 201}"', "holds 200 characters; you entered 201"),
        ("ten megabytes", "AE", None, "verbatim", f'"{"x" * TEN_MEGABYTES}"', "holds 200 characters"),
        ("NUL", "AE", None, "verbatim", '"low\\u0000BP"', "(U+0000)"),
        ("a bidirectional override", "AE", None, "verbatim", '"low\\u202eBP"', "(U+202E)"),
        ("an isolate", "AE", None, "verbatim", '"low\\u2066BP"', "(U+2066)"),
        ("a lone surrogate", "AE", None, "verbatim", '"\\ud800"', "(U+D800)"),
        ("a number for text", "AE", None, "verbatim", "5", "takes text"),
        ("a list for one value", "AE", None, "outcome", '["FATAL"]', "takes text"),
        ("an unknown item", "AE", None, "systolic", "120", "There is nothing of this name"),
        ("an unknown reason for missing", "AE", None, "verbatim", '{"missing": "LOST"}', "send a value, or"),
    ],
)  # fmt: skip
def test_what_cannot_be_stored_is_refused_and_nothing_changes(
    study: Flask, diaz: Program, what: str, form: str, visit: str | None, item: str, literal: str, sentence: str
) -> None:
    code = diaz.enrol()
    if visit == "C1A1":
        diaz.post(f"/participants/{code}/visits", {"kind": "A1", "number": 1})
    before = changes(study)
    first = {"IL2A": '"admission_occurred": "Y"', "AE": '"serious": "N"', "VISIT": '"visit_occurred": "Y"'}[form]
    body = f'{{"form": "{form}", "visit": {json.dumps(visit)}, "items": {{{first}, "{item}": {literal}}}}}'
    answer = diaz.send("POST", f"/participants/{code}/records", data=body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), what
    problem = said(answer)
    where = "body" if literal == "NaN" else item
    assert (problem["code"], list(problem["errors"])) == ("request-unreadable", [where])
    assert sentence in problem["errors"][where][0]
    assert changes(study) == before
    assert said(diaz.get(f"/participants/{code}/records?form={form}"))["records"] == []


@pytest.mark.requirement("S-5.1")
def test_each_place_that_cannot_be_read_is_named(study: Flask, diaz: Program) -> None:
    code = diaz.enrol()
    rows = [
        {"row": None, "items": {"panel": "HEM", "test": "HGB", "value": "12,5"}},
        {"row": None, "items": {"panel": "BLOOD", "test": "WBC"}}, {"row": 3, "items": {"value": "1e9"}},
    ]  # fmt: skip
    body = {"form": "LAB", "visit": "SCR", "items": {"sample_dt": "24 Jan"}, "groups": {"RESULT": rows}}
    problem = said(diaz.post(f"/participants/{code}/records", {**body, "reasons": {"lab": 5}, "odd": 1}))
    assert sorted(problem["errors"]) == [
        "RESULT.3.value", "RESULT.new1.value", "RESULT.new2.panel", "odd", "reasons.lab.value", "sample_dt",
    ]  # fmt: skip
    assert problem["detail"].count(",") >= 4 and "and 1 more" in problem["detail"]


@pytest.mark.parametrize(
    ("what", "stored"),
    [
        ("a formula stays exact", "=HYPERLINK(\"http://x\")"),
        ("marks of writing direction", "low\u200eBP\u200f"),
        ("letters of every script", "Ω ≥ 2 \u0416 漢 مرحبا"),
        ("quotes and commas", 'said "low, very low"'),
    ],
)  # fmt: skip
def test_what_can_be_stored_is_stored_and_leaves_exactly(
    diaz: Program, event: dict[str, Any], what: str, stored: str
) -> None:
    assert put(diaz, event, json.dumps(stored)).status_code == 200, what
    assert diaz.record(event["uid"])["items"]["verbatim"] == stored
    doubled = stored.replace('"', '""')
    assert f'"{doubled}"' in diaz.get("/datasets/crf_ae.csv").text


def test_a_future_date_is_stored_and_queried(diaz: Program, lindt: Program, event: dict[str, Any]) -> None:
    saved = said(put(diaz, event, '"2099-01-01"', "start_date"))
    asked = [said(lindt.get(f"/queries/{number}")) for number in saved["outcome"]["queries_opened"]]
    assert ("GEN-02", "start_date") in [(query["check"], query["item"]) for query in asked]
    assert saved["items"]["start_date"] == "2099-01-01"


@pytest.mark.parametrize(
    ("what", "data", "headers", "status", "code"),
    [
        ("no JSON", "verbatim=low", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "not-json"),
        ("no media type", "{}", {"Content-Type": ""}, 415, "not-json"),
        ("no body", None, {}, 415, "not-json"),
        ("text in place of JSON", "low BP", {}, 422, "request-unreadable"),
        ("half a body", '{"form": "AE"', {}, 422, "request-unreadable"),
        ("not UTF-8", b'{"form": "\xff\xfe"}', {}, 422, "request-unreadable"),
        ("a list", "[]", {}, 422, "request-unreadable"),
        ("a name that stands twice", '{"form": "AE", "form": "LAB"}', {}, 422, "request-unreadable"),
        ("endless nesting", "[" * 100_000, {}, 422, "request-unreadable"),
        ("deep nesting", "[" * 500 + "]" * 500, {}, 422, "request-unreadable"),
        ("thirteen megabytes", b" " * 13 * 1024 * 1024, {}, 413, "too-large"),
        ("a key that is too short", "{}", {"Idempotency-Key": "1"}, 400, "key-unusable"),
        ("a key that is too long", "{}", {"Idempotency-Key": "k" * 65}, 400, "key-unusable"),
    ],
)  # fmt: skip
@pytest.mark.requirement("5.2.1")
def test_a_body_that_is_none_is_refused(
    study: Flask, diaz: Program, event: dict[str, Any], what: str, data: Any, headers: dict[str, str], status: int,
    code: str,
) -> None:  # fmt: skip
    before = changes(study)
    answer = diaz.send("PUT", f"/records/{event['uid']}", data=data, **headers)
    assert (answer.status_code, said(answer)["code"]) == (status, code), what
    assert (answer.mimetype, changes(study)) == ("application/problem+json", before)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", f"/records/{'0' * 32}", 404, "not-found"),
        ("GET", "/records/%00", 404, "not-found"),
        ("GET", "/participants/%00/visits", 404, "not-found"),
        ("GET", "/participants?after=%00", 404, "not-found"),
        ("GET", "/queries/99999999999999999999", 404, "not-found"),
        ("GET", "/datasets/audit_record.csv", 404, "not-found"),
        ("GET", "/queries?after=x", 422, "request-unreadable"),
        ("GET", "/queries?status=lost", 422, "request-unreadable"),
        ("GET", "/participants?size=201", 422, "request-unreadable"),
        ("GET", "/participants?colour=red", 422, "request-unreadable"),
        ("DELETE", "/participants", 405, "method-refused"),
        ("PATCH", f"/records/{'0' * 32}", 405, "method-refused"),
        ("POST", "/openapi.json", 405, "method-refused"),
    ],
)
def test_an_address_that_is_none_is_a_problem_too(
    diaz: Program, method: str, path: str, status: int, code: str
) -> None:
    answer = diaz.send(method, path)
    problem = said(answer)
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.mimetype == "application/problem+json" and problem["title"] and problem["detail"]
    assert ("Allow" in answer.headers) == (status == 405)


def test_the_methods_that_an_address_takes_are_named(diaz: Program) -> None:
    answer = diaz.send("DELETE", f"/records/{'0' * 32}")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PUT"}


BROKEN = {
    "sqlite": ["CREATE TRIGGER broken BEFORE INSERT ON audit_record BEGIN SELECT RAISE(ABORT, 'disk of Rosa Diaz'); END"],
    "postgresql": [
        "CREATE FUNCTION break_it() RETURNS trigger AS $$ BEGIN RAISE 'disk of Rosa Diaz'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER broken BEFORE INSERT ON audit_record FOR EACH ROW EXECUTE FUNCTION break_it()",
    ],
}


@pytest.mark.parametrize("path", ["queries/99999999999999999999", "queries/2147483648", "queries/%00"])
def test_a_page_whose_number_no_database_counts_to_is_not_there(study: Flask, diaz: Program, path: str) -> None:
    client = sign_in(study.test_client(), "r.diaz")
    assert client.get(f"/nct03991130/{path}").status_code == 404


@pytest.mark.requirement("T02", "C15")
def test_where_the_trail_cannot_be_written_nothing_is_stored(
    study: Flask, diaz: Program, application_url: str
) -> None:
    code = diaz.enrol()
    before = changes(study)
    owner = make_engine(application_url, guarded=False)
    with owner.begin() as connection:
        for statement in BROKEN[owner.dialect.name]:
            connection.exec_driver_sql(statement)
    answer = diaz.post(f"/participants/{code}/records", {"form": "AE", "items": HYPOTENSION})
    with owner.begin() as connection:
        on = "" if owner.dialect.name == "sqlite" else " ON audit_record"
        connection.exec_driver_sql(f"DROP TRIGGER broken{on}")
    owner.dispose()
    assert (answer.status_code, said(answer)["code"]) == (500, "unexpected")
    assert "Rosa" not in answer.text and "Traceback" not in answer.text
    assert changes(study) == before
    assert said(diaz.get(f"/participants/{code}/records?form=AE"))["records"] == []


@pytest.mark.requirement("S-2.3")
@pytest.mark.parametrize("whose", ["another participant's", "nobody's", "another site's"])
def test_a_link_to_a_line_that_is_not_the_participants_own_is_refused(
    diaz: Program, berg: Program, event: dict[str, Any], whose: str
) -> None:
    other = {"another participant's": diaz, "another site's": berg}.get(whose)
    uid = "a" * 32
    if other:
        uid = other.add(other.enrol("001" if other is diaz else "002"), "AE", HYPOTENSION)["uid"]
    diaz.post("/participants/001-001/visits", {"kind": "A1", "number": 1})
    admission = diaz.add("001-001", "IL2A", WEIGHT, "C1A1")
    answer = put(diaz, admission, json.dumps([uid]), "stop_ae_ref")
    assert (answer.status_code, said(answer)["code"]) == (422, "broken-reference")
