"""The same request sent twice with one key is carried out once, and answered from what is stored."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.api.programs import CONSENT, HYPOTENSION, WEIGHT, Program, changes, said

KEY = "8f14e45f-ceea-467f-a8d1-2f2f0f0f0f01"

pytestmark = pytest.mark.requirement("T06", "2.3.4")


@pytest.fixture
def event(diaz: Program) -> dict[str, Any]:
    """An adverse event of 001-001."""
    return diaz.add(diaz.enrol(), "AE", HYPOTENSION)


def test_a_participant_is_enrolled_once(study: Flask, diaz: Program) -> None:
    body = {"site": "001", "consent": {"items": CONSENT}}
    first = diaz.post("/participants", body, key=KEY)
    before = changes(study)
    again = diaz.post("/participants", body, key=KEY)
    assert (first.status_code, again.status_code, changes(study)) == (201, 200, before)
    one, other = said(first), said(again)
    assert other["consent"].pop("outcome") is None and one["consent"].pop("outcome")["changed"]
    assert one == other
    assert len(said(diaz.get("/participants"))["participants"]) == 1


def test_a_line_is_added_once(study: Flask, diaz: Program, event: dict[str, Any]) -> None:
    body = {"form": "AE", "visit": None, "items": {**HYPOTENSION, "verbatim": "rigors"}}
    first = diaz.post("/participants/001-001/records", body, key=KEY)
    again = diaz.post("/participants/001-001/records", body, key=KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert said(first)["uid"] == said(again)["uid"] and said(again)["line"] == 2
    assert len(said(diaz.get("/participants/001-001/records?form=AE"))["records"]) == 2


def test_a_sample_with_its_results_is_added_once(diaz: Program, event: dict[str, Any]) -> None:
    rows = [{"row": None, "items": {"panel": "HEM", "test": "HGB", "value": "12.5"}}]
    body = {"form": "LAB", "visit": "SCR", "items": {"performed": "Y"}, "groups": {"RESULT": rows}}
    answers = [diaz.post("/participants/001-001/records", body, key=KEY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({said(answer)["uid"] for answer in answers}) == 1


def test_a_save_is_done_once_and_shows_the_record_as_it_is_now(
    study: Flask, diaz: Program, ames: Program, event: dict[str, Any]
) -> None:
    body = {"form": "AE", "row_version": 1, "items": {"verbatim": "low pressure"}, "reason": "Entry error"}
    assert diaz.put(f"/records/{event['uid']}", body, key=KEY).status_code == 200
    other = {"form": "AE", "row_version": 2, "items": {"serious": "N"}}
    assert ames.put(f"/records/{event['uid']}", other).status_code == 200
    before = changes(study)
    again = diaz.put(f"/records/{event['uid']}", body, key=KEY)
    assert (again.status_code, said(again)["row_version"], said(again)["outcome"]) == (200, 3, None)
    assert said(again)["items"]["serious"] == "N" and changes(study) == before


def test_a_save_whose_values_were_changed_since_is_not_said_to_stand(
    diaz: Program, ames: Program, event: dict[str, Any]
) -> None:
    path = f"/records/{event['uid']}"
    body = {"form": "AE", "row_version": 1, "items": {"verbatim": "low pressure"}, "reason": "Entry error"}
    diaz.put(path, body, key=KEY)
    ames.put(path, {**body, "row_version": 2, "items": {"verbatim": "hypotension"}})
    again = diaz.put(path, body, key=KEY)
    assert (again.status_code, said(again)["code"]) == (409, "key-reused")
    assert "changed since" in said(again)["detail"]


def test_a_key_that_stood_on_something_else_stores_nothing(
    study: Flask, diaz: Program, event: dict[str, Any]
) -> None:
    path = f"/records/{event['uid']}"
    body = {"form": "AE", "row_version": 1, "items": {"verbatim": "low pressure"}, "reason": "Entry error"}
    assert diaz.put(path, body, key=KEY).status_code == 200
    before = changes(study)
    others = [
        diaz.put(path, {**body, "row_version": 2, "items": {"verbatim": "shock"}}, key=KEY),
        diaz.post("/participants/001-001/records", {"form": "AE", "items": HYPOTENSION}, key=KEY),
        diaz.post("/participants/001-001/visits", {"kind": "UNS"}, key=KEY),
        diaz.post("/participants", {"site": "001", "consent": {"items": CONSENT}}, key=KEY),
        diaz.post(f"{path}/remove", {"row_version": 2, "reason": "entered twice"}, key=KEY),
    ]
    assert [(answer.status_code, said(answer)["code"]) for answer in others] == [(409, "key-reused")] * 5
    assert changes(study) == before and diaz.record(event["uid"])["items"]["verbatim"] == "low pressure"


def test_a_key_belongs_to_its_person(diaz: Program, ames: Program, event: dict[str, Any]) -> None:
    body = {"kind": "UNS"}
    answers = [program.post("/participants/001-001/visits", body, key=KEY) for program in (diaz, ames, diaz)]
    assert [answer.status_code for answer in answers] == [201, 201, 200]
    assert [said(answer)["oid"] for answer in answers] == ["UNS1", "UNS2", "UNS1"]


def test_a_visit_of_a_course_is_added_once(diaz: Program, event: dict[str, Any]) -> None:
    body = {"kind": "A1", "number": 1}
    answers = [diaz.post("/participants/001-001/visits", body, key=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    other = diaz.post("/participants/001-001/visits", body)
    assert (other.status_code, said(other)["detail"]) == (
        400, "Course 1, admission 1 (IL-2) is there already. Open it in the casebook.",
    )  # fmt: skip


def test_a_line_is_removed_once(diaz: Program, event: dict[str, Any]) -> None:
    body = {"row_version": 1, "reason": "entered twice"}
    answers = [diaz.post(f"/records/{event['uid']}/remove", body, key=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert said(answers[0]) == said(answers[1])


def test_a_query_is_opened_answered_and_closed_once(
    diaz: Program, lindt: Program, event: dict[str, Any]
) -> None:
    asked = {"record": event["uid"], "item": "verbatim", "text": "Which reading?"}
    opened = [lindt.post("/queries", asked, key=KEY) for _ in range(2)]
    assert [answer.status_code for answer in opened] == [201, 200]
    number = said(opened[0])["number"]
    for program, act, text in ((diaz, "answer", "92/50"), (lindt, "ask-again", "Which arm?"), (lindt, "close", "Fine")):
        answers = [program.post(f"/queries/{number}/{act}", {"text": text}, key=f"{KEY}-{act}") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200], act
        assert said(answers[0]) == said(answers[1])
    thread = said(lindt.get(f"/queries/{number}"))["messages"]
    assert [line["act"] for line in thread] == ["opened", "answered", "asked again", "closed"]
    late = diaz.post(f"/queries/{number}/answer", {"text": "92/50"}, key=f"{KEY}-answer")
    assert (late.status_code, said(late)["code"]) == (409, "key-reused")


def test_items_are_verified_and_taken_back_once(lindt: Program, diaz: Program, event: dict[str, Any]) -> None:
    path, body = f"/records/{event['uid']}/verification", {"row_version": 1, "items": ["verbatim", "start_date"]}
    answers = [lindt.post(path, body, key=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    back = [lindt.post(f"{path}/take-back", {**body, "reason": "wrong page"}, key=f"{KEY}b") for _ in range(2)]
    assert [answer.status_code for answer in back] == [200, 200]
    late = lindt.post(path, body, key=KEY)
    assert (late.status_code, said(late)["code"]) == (409, "key-reused")


def test_without_a_key_every_request_is_a_new_one(diaz: Program, event: dict[str, Any]) -> None:
    body = {"form": "AE", "items": HYPOTENSION}
    assert [said(diaz.post("/participants/001-001/records", body))["line"] for _ in range(2)] == [2, 3]


def test_a_key_does_not_outlive_a_request_that_failed(diaz: Program, event: dict[str, Any]) -> None:
    diaz.post("/participants/001-001/visits", {"kind": "A1", "number": 1})
    body = {"form": "IL2A", "visit": "C1A1", "items": {**WEIGHT, "dosing_weight_kg": "heavy"}}
    assert diaz.post("/participants/001-001/records", body, key=KEY).status_code == 422
    body["items"] = WEIGHT
    assert diaz.post("/participants/001-001/records", body, key=KEY).status_code == 201
