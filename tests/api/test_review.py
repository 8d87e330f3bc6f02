"""Queries, source verification and the trail of an item by the API."""

from __future__ import annotations

from typing import Any

import pytest

from edc.permissions import Permission, Role
from tests.api.programs import HYPOTENSION, Program, restrict, said

SAMPLE = {"performed": "Y", "sample_dt": "2024-01-24T06:10", "lab": "UCSD central", "panel": ["HEM"]}
ROW = {"row": None, "items": {"panel": "HEM", "test": "HGB", "row_status": "DONE", "value": "12.5", "unit": "g/dL"}}


@pytest.fixture
def event(diaz: Program) -> dict[str, Any]:
    """An adverse event of 001-001."""
    return diaz.add(diaz.enrol(), "AE", HYPOTENSION)


@pytest.fixture
def sample(diaz: Program, event: dict[str, Any]) -> dict[str, Any]:
    """A sample with one result."""
    return diaz.add("001-001", "LAB", SAMPLE, "SCR", groups={"RESULT": [ROW]})


# --- queries ----------------------------------------------------------------------------------------------------------


def ask(program: Program, record: dict[str, Any], item: str | None, text: str = "Which reading?") -> Any:
    return program.post("/queries", {"record": record["uid"], "item": item, "text": text})


def test_a_query_goes_from_review_to_the_site_and_back(lindt: Program, diaz: Program, event: dict[str, Any]) -> None:
    query = said(ask(lindt, event, "verbatim"))
    assert (query["status"], query["item"], query["item_oid"], query["check"]) == ("open", "verbatim", "AE.VERBATIM", None)
    assert query["messages"][0]["value_then"] == HYPOTENSION["verbatim"]
    assert diaz.record(event["uid"])["queries"]["open"] == 1
    answered = said(diaz.post(f"/queries/{query['number']}/answer", {"text": "92/50 on the chart"}))
    assert answered["status"] == "answered"
    closed = said(lindt.post(f"/queries/{query['number']}/close", {"text": "Seen on the chart"}))
    assert closed["status"] == "closed" and closed["closed_at"]
    assert diaz.record(event["uid"])["queries"] == {"open": 0, "answered": 0, "closed": 1}
    late = diaz.post(f"/queries/{query['number']}/answer", {"text": "one more"})
    assert (late.status_code, said(late)["code"]) == (409, "query-closed")


def test_a_query_about_a_row_names_its_path(lindt: Program, sample: dict[str, Any]) -> None:
    query = said(ask(lindt, sample, "RESULT.1.value"))
    assert (query["item"], query["item_oid"], query["place"]) == (
        "RESULT.1.value", "LAB.RESULT.VALUE", "001-001/SCR/LAB/RESULT/1",
    )  # fmt: skip
    assert said(lindt.get(f"/queries/{query['number']}")) == query


def test_a_query_may_be_about_the_whole_form(lindt: Program, event: dict[str, Any]) -> None:
    query = said(ask(lindt, event, None))
    assert (query["item"], query["place"]) == (None, "001-001/LOG/AE/1")


@pytest.mark.parametrize("item", ["systolic", "RESULT.2.value", "RESULT.value", "RESULT.1.", "uid", ""])
def test_a_query_needs_an_item_that_is_there(lindt: Program, sample: dict[str, Any], item: str) -> None:
    answer = ask(lindt, sample, item)
    if item:
        assert (answer.status_code, list(said(answer)["errors"])) == (422, ["item"])
    else:
        assert said(answer)["item"] is None


@pytest.mark.parametrize("text", ["", "   ", "\u0000", "x" * 2001, 5, None])
def test_a_query_needs_words(lindt: Program, event: dict[str, Any], text: Any) -> None:
    answer = ask(lindt, event, "verbatim", text)
    assert (answer.status_code, list(said(answer)["errors"])) == (422, ["text"])


@pytest.mark.requirement("S-2.1")
def test_each_side_says_its_own_part(lindt: Program, diaz: Program, shah: Program, event: dict[str, Any]) -> None:
    number = said(ask(lindt, event, "verbatim"))["number"]
    refused = [
        lindt.post(f"/queries/{number}/answer", {"text": "92/50"}), ask(diaz, event, "verbatim"),
        diaz.post(f"/queries/{number}/close", {"text": "fine"}),
        diaz.post(f"/queries/{number}/ask-again", {"text": "why?"}),
    ]  # fmt: skip
    assert [(answer.status_code, said(answer)["code"]) for answer in refused] == [(403, "right-missing")] * 4
    assert shah.post(f"/queries/{number}/close", {"text": "fine"}).status_code == 200


def test_a_query_of_a_check_is_closed_by_data_management_only(
    lindt: Program, shah: Program, diaz: Program, event: dict[str, Any]
) -> None:
    body = {"form": "AE", "row_version": 1, "items": {"start_date": "2023-12-01"}, "reason": "Entry error"}
    number = said(diaz.put(f"/records/{event['uid']}", body))["outcome"]["queries_opened"][0]
    refused = lindt.post(f"/queries/{number}/close", {"text": "fine"})
    assert (refused.status_code, said(refused)["code"]) == (403, "not-your-query")
    assert shah.post(f"/queries/{number}/close", {"text": "true, and known"}).status_code == 200


def test_queries_are_listed_in_pages(lindt: Program, diaz: Program, event: dict[str, Any]) -> None:
    numbers = [said(ask(lindt, event, "verbatim"))["number"] for _ in range(3)]
    lindt.post(f"/queries/{numbers[0]}/close", {"text": "asked twice"})
    page = said(diaz.get("/queries?status=open&size=1"))
    assert ([query["number"] for query in page["queries"]], page["next"]) == ([numbers[1]], numbers[1])
    page = said(diaz.get(f"/queries?status=open&size=1&after={page['next']}"))
    assert ([query["number"] for query in page["queries"]], page["next"]) == ([numbers[2]], None)
    assert said(diaz.get("/queries?participant=001-002"))["queries"] == []


# --- verification -----------------------------------------------------------------------------------------------------


def verify(program: Program, record: dict[str, Any], *items: str, **more: Any) -> Any:
    return program.post(f"/records/{record['uid']}/verification", {"row_version": 1, "items": items, **more})


def states(program: Program, record: dict[str, Any]) -> dict[str, str]:
    answer = said(program.get(f"/records/{record['uid']}/verification"))
    return {item["item"]: item["state"] for item in answer["items"]}


@pytest.mark.requirement("C20")
def test_items_are_verified_one_by_one(lindt: Program, diaz: Program, sample: dict[str, Any]) -> None:
    answer = said(verify(lindt, sample, "sample_dt", "RESULT.1.value"))
    assert {item["item"] for item in answer["items"] if item["state"] == "verified"} == {"sample_dt", "RESULT.1.value"}
    assert states(diaz, sample)["RESULT.1.unit"] == "due"
    value = next(item for item in answer["items"] if item["item"] == "RESULT.1.value")
    assert (value["value"], value["verified_by"]) == ("12.5", "m.lindt")


def test_a_changed_value_is_due_again(lindt: Program, diaz: Program, event: dict[str, Any]) -> None:
    verify(lindt, event, "verbatim", "start_date")
    body = {"form": "AE", "row_version": 1, "items": {"verbatim": "hypotension"}, "reason": "New source"}
    outcome = said(diaz.put(f"/records/{event['uid']}", body))["outcome"]
    assert outcome["verification_withdrawn"] == ["Event as reported"]
    assert states(lindt, event) | {"verbatim": "changed", "start_date": "verified"} == states(lindt, event)


def test_what_was_not_seen_is_not_verified(lindt: Program, diaz: Program, event: dict[str, Any]) -> None:
    body = {"form": "AE", "row_version": 1, "items": {"verbatim": "hypotension"}, "reason": "New source"}
    diaz.put(f"/records/{event['uid']}", body)
    refused = verify(lindt, event, "start_date")
    assert (refused.status_code, said(refused)["code"]) == (409, "stale-version")
    assert set(states(lindt, event).values()) == {"due"}


@pytest.mark.requirement("C31")
def test_items_with_an_open_query_are_left_out(lindt: Program, event: dict[str, Any]) -> None:
    ask(lindt, event, "verbatim")
    answer = said(verify(lindt, event, "verbatim", "start_date"))
    assert answer["left_out"] == 1 and states(lindt, event)["verbatim"] == "due"
    refused = verify(lindt, event, "verbatim")
    assert (refused.status_code, said(refused)["code"]) == (409, "nothing-to-verify")


def test_a_verification_is_taken_back_with_a_reason(lindt: Program, event: dict[str, Any]) -> None:
    verify(lindt, event, "verbatim")
    path, body = f"/records/{event['uid']}/verification/take-back", {"row_version": 1, "items": ["verbatim"]}
    assert lindt.post(path, body).status_code == 422
    assert lindt.post(path, {**body, "reason": "wrong participant"}).status_code == 200
    assert states(lindt, event)["verbatim"] == "due"


@pytest.mark.requirement("S-2.1")
def test_only_a_monitor_verifies(diaz: Program, ames: Program, shah: Program, event: dict[str, Any]) -> None:
    refused = [verify(program, event, "verbatim") for program in (diaz, ames, shah)]
    assert [(answer.status_code, said(answer)["code"]) for answer in refused] == [(403, "right-missing")] * 3


# --- the trail of an item ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("C24")
def test_the_trail_of_an_item_tells_every_value_with_who_when_and_why(
    diaz: Program, ames: Program, lindt: Program, sample: dict[str, Any]
) -> None:
    rows = [{"row": 1, "items": {"value": {"missing": "NOT DONE"}}}]
    body = {"form": "LAB", "row_version": 1, "items": {}, "groups": {"RESULT": rows}, "reason": "Haemolysed"}
    assert ames.put(f"/records/{sample['uid']}", body).status_code == 200
    lines = said(lindt.get(f"/records/{sample['uid']}/trail?item=RESULT.1.value"))["lines"]
    told = [(line["oid"], line["old"], line["new"], line["user_name"], line["reason"]) for line in lines]
    assert told == [
        ("LAB.RESULT.VALUE", None, "12.5", "r.diaz", None),
        ("LAB.RESULT.VALUE", "12.5", None, "l.ames", "Haemolysed"),
        ("LAB.RESULT.VALUE.MISSRSN", None, "NOT DONE", "l.ames", "Haemolysed"),
    ]
    assert {line["process"] for line in lines} == {"api"}


def test_the_trail_needs_an_item_that_is_there(lindt: Program, event: dict[str, Any]) -> None:
    assert lindt.get(f"/records/{event['uid']}/trail").status_code == 422
    assert lindt.get(f"/records/{event['uid']}/trail?item=systolic").status_code == 422


def test_reading_and_reviewing_go_on_where_the_participant_is_locked(
    study: Any, lindt: Program, event: dict[str, Any]
) -> None:
    restrict(study, "001-001", locked=True)
    assert lindt.get(f"/records/{event['uid']}").status_code == 200
    assert lindt.get(f"/records/{event['uid']}/trail?item=verbatim").status_code == 200


def test_an_act_by_token_is_told_from_one_in_the_browser(study: Any, diaz: Program, event: dict[str, Any]) -> None:
    inspector = Program.of(study, "n.inspector", Role.INSPECTOR, Permission.RECORD_READ)
    (line,) = said(inspector.get(f"/records/{event['uid']}/trail?item=verbatim"))["lines"]
    assert (line["process"], line["role"], line["act"]) == ("api", "coordinator", "record:save")
