"""Records by the API: all items in one request, stored as a whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.api.programs import CONSENT, HYPOTENSION, WEIGHT, Program, changes, restrict, said

HGB = {"panel": "HEM", "test": "HGB", "row_status": "DONE", "value": "12.50", "unit": "g/dL"}
SAMPLE = {"performed": "Y", "sample_dt": "2024-01-24T06:10", "lab": "UCSD central", "panel": ["HEM"]}


@pytest.fixture
def admission(diaz: Program) -> dict[str, Any]:
    """Admission 1 of course 1 with its weight."""
    code = diaz.enrol()
    diaz.post(f"/participants/{code}/visits", {"kind": "A1", "number": 1})
    return diaz.add(code, "IL2A", WEIGHT, "C1A1")


def save(program: Program, record: dict[str, Any], items: dict[str, Any], **more: Any) -> Any:
    body = {"form": record["form"], "row_version": record["row_version"], "items": items, **more}
    return program.put(f"/records/{record['uid']}", body)


def test_a_record_comes_back_as_it_was_sent(diaz: Program, admission: dict[str, Any]) -> None:
    read = diaz.record(admission["uid"])
    assert {name: read["items"][name] for name in WEIGHT} == WEIGHT
    assert (read["path"], read["row_version"], read["entry_status"]) == ("001-001/C1A1/IL2A", 1, "incomplete")


@pytest.mark.parametrize(("sent", "kept"), [("72.5", "72.5"), ('"72.0"', "72.0"), ("72.0", "72.0"), ("72", "72")])
def test_decimals_keep_the_digits_that_were_sent(diaz: Program, sent: str, kept: str) -> None:
    code = diaz.enrol()
    diaz.post(f"/participants/{code}/visits", {"kind": "A1", "number": 1})
    body = f'{{"form": "IL2A", "visit": "C1A1", "items": {{"dosing_weight_kg": {sent}}}}}'
    answer = diaz.send("POST", f"/participants/{code}/records", data=body)
    assert said(answer)["items"]["dosing_weight_kg"] == kept


def test_a_sample_is_stored_with_all_its_results_in_one_request(diaz: Program) -> None:
    code = diaz.enrol()
    rows = [{"row": None, "items": {**HGB, "test": test}} for test in ("HGB", "PLAT", "WBC")]
    made = [diaz.add(code, "LAB", SAMPLE, "SCR", groups={"RESULT": rows}) for _ in range(2)]
    assert [one["path"] for one in made] == [f"{code}/SCR/LAB", f"{code}/SCR/LAB/2"]
    results = diaz.record(made[1]["uid"])["groups"]["RESULT"]
    assert [(row["row"], row["items"]["test"], row["items"]["value"]) for row in results] == [
        (1, "HGB", "12.50"), (2, "PLAT", "12.50"), (3, "WBC", "12.50"),
    ]  # fmt: skip


def test_rows_are_changed_added_and_removed_by_their_numbers(diaz: Program) -> None:
    code = diaz.enrol()
    rows = [{"row": None, "items": {**HGB, "test": test}} for test in ("HGB", "PLAT")]
    sample = diaz.add(code, "LAB", SAMPLE, "SCR", groups={"RESULT": rows})
    new = [
        {"row": 1, "items": {"value": "13.1"}}, {"row": 2, "remove_reason": "not of this sample"},
        {"row": None, "items": {**HGB, "test": "WBC"}},
    ]  # fmt: skip
    answer = save(diaz, sample, {}, groups={"RESULT": new}, reasons={"RESULT.1.value": "Entry error"})
    assert answer.status_code == 200, answer.text
    results = said(answer)["groups"]["RESULT"]
    assert [(row["row"], row["items"]["test"], row["items"]["value"]) for row in results] == [
        (1, "HGB", "13.1"), (3, "WBC", "12.50"),
    ]  # fmt: skip


@pytest.mark.requirement("C19")
def test_a_change_needs_its_reason_and_a_first_answer_does_not(diaz: Program, admission: dict[str, Any]) -> None:
    refused = save(diaz, admission, {"dosing_weight_kg": "73.0", "eligible_to_start": "Y"})
    assert (refused.status_code, said(refused)["code"]) == (422, "change-reason-missing")
    assert "Weight used for dosing" in said(refused)["detail"]
    assert diaz.record(admission["uid"]) | {"outcome": 0} == {**admission, "outcome": 0}
    saved = save(diaz, admission, {"dosing_weight_kg": "73.0", "eligible_to_start": "Y"}, reason="Entry error")
    assert said(saved)["outcome"]["changed"] == ["dosing_weight_kg", "eligible_to_start"]


@pytest.mark.requirement("T07", "2.3.4")
def test_a_stale_version_is_refused_and_shows_what_clashes(
    diaz: Program, ames: Program, admission: dict[str, Any], study: Flask
) -> None:
    assert save(ames, admission, {"dosing_weight_kg": "73.0"}, reason="New source").status_code == 200
    before = changes(study)
    refused = save(diaz, admission, {"dosing_weight_kg": "74.0"}, reason="Entry error")
    problem = said(refused)
    assert (refused.status_code, problem["code"], problem["row_version"]) == (409, "stale-version", 2)
    (clash,) = problem["clashes"]
    assert (clash["path"], clash["value_now"], clash["changed_by"]) == ("dosing_weight_kg", "73.0", "l.ames")
    assert save(diaz, admission, {"eligible_to_start": "Y"}).status_code == 409, "also where nothing clashes"
    assert changes(study) == before


@pytest.mark.parametrize("state", ["locked", "frozen"])
@pytest.mark.requirement("C33")
def test_nothing_is_written_to_a_locked_participant(
    study: Flask, diaz: Program, admission: dict[str, Any], state: str
) -> None:
    event = diaz.add("001-001", "AE", HYPOTENSION)
    restrict(study, "001-001", **{state: True})
    before = changes(study)
    refused = [
        save(diaz, admission, {"eligible_to_start": "Y"}),
        diaz.post("/participants/001-001/records", {"form": "AE", "items": HYPOTENSION}),
        diaz.post(f"/records/{event['uid']}/remove", {"row_version": event["row_version"], "reason": "entered twice"}),
        diaz.post("/participants/001-001/visits", {"kind": "UNS"}),
    ]
    assert [(answer.status_code, said(answer)["code"]) for answer in refused] == [(409, "record-locked")] * 4
    assert all(f"is {state}" in said(answer)["title"] for answer in refused)
    assert changes(study) == before
    assert diaz.record(event["uid"])["restriction"] == state


def test_a_line_is_removed_with_its_reason_and_stays_readable(diaz: Program) -> None:
    code = diaz.enrol()
    event = diaz.add(code, "AE", HYPOTENSION)
    body = {"row_version": event["row_version"], "reason": "entered twice"}
    assert diaz.post(f"/records/{event['uid']}/remove", {**body, "reason": " "}).status_code == 422
    removed = diaz.post(f"/records/{event['uid']}/remove", body)
    assert (removed.status_code, said(removed)["removed"], said(removed)["removed_reason"]) == (200, True, "entered twice")
    assert said(removed)["items"]["verbatim"] == HYPOTENSION["verbatim"]
    again = save(diaz, said(removed), {"outcome": "UNKNOWN"})
    assert (again.status_code, said(again)["code"]) == (409, "record-removed")
    assert diaz.add(code, "AE", HYPOTENSION)["line"] == 2, "a number is given once"


@pytest.mark.parametrize(
    ("place", "form", "visit", "status", "code"),
    [
        ("a second form at its visit", "IL2A", "C1A1", 409, "already-there"),
        ("a form that the visit does not have", "IL2A", "SCR", 422, "request-unreadable"),
        ("a log at a visit", "AE", "C1A1", 422, "request-unreadable"),
        ("a visit form in the log", "IL2A", None, 422, "request-unreadable"),
        ("a visit that the participant does not have", "LAB", "C2D1", 404, "not-found"),
        ("an unknown form", "XYZ", "SCR", 422, "request-unreadable"),
        ("a form of another type", 5, "SCR", 422, "request-unreadable"),
        ("a visit of another type", "LAB", {"oid": "SCR"}, 422, "request-unreadable"),
    ],
)
def test_a_record_stands_only_where_the_schedule_has_it(
    diaz: Program, admission: dict[str, Any], place: str, form: Any, visit: Any, status: int, code: str
) -> None:
    body = {"form": form, "visit": visit, "items": {"admission_occurred": "N"}}
    answer = diaz.post("/participants/001-001/records", body)
    assert (answer.status_code, said(answer)["code"]) == (status, code), place


def test_a_new_record_needs_an_answer(diaz: Program) -> None:
    code = diaz.enrol()
    answer = diaz.post(f"/participants/{code}/records", {"form": "AE", "items": {"verbatim": None}})
    assert said(answer)["errors"] == {"items": ["A new record needs at least one answer."]}


def test_a_body_names_the_form_of_its_record(diaz: Program, admission: dict[str, Any]) -> None:
    answer = save(diaz, {**admission, "form": "AE"}, {"verbatim": "rigors"})
    assert said(answer)["errors"] == {"form": ["This record is of the form IL2A."]}


def test_completing_says_what_is_still_open(diaz: Program, admission: dict[str, Any]) -> None:
    outcome = said(save(diaz, admission, {}, complete=True))["outcome"]
    assert not outcome["completed"] and "dose_level" in outcome["open_required"]


@pytest.mark.requirement("S-2.1")
def test_only_an_investigator_assesses(diaz: Program, ames: Program) -> None:
    code = diaz.enrol()
    event = diaz.add(code, "AE", HYPOTENSION)
    refused = save(diaz, event, {"rel_il2": "POSSIBLE"})
    assert (refused.status_code, said(refused)["code"]) == (403, "item-not-yours")
    assert said(save(ames, event, {"rel_il2": "POSSIBLE"}))["items"]["rel_il2"] == "POSSIBLE"


def test_a_derived_item_is_never_typed(diaz: Program, admission: dict[str, Any]) -> None:
    answer = save(diaz, admission, {"calculated_dose_iu": 1})
    assert said(answer)["errors"] == {"calculated_dose_iu": ["There is nothing of this name to fill in here."]}


@pytest.mark.requirement("C29")
def test_implausible_values_are_stored_and_queried(diaz: Program, lindt: Program) -> None:
    code = diaz.enrol()
    event = diaz.add(code, "AE", {**HYPOTENSION, "start_date": "2023-12-01"})
    (number,) = event["outcome"]["queries_opened"]
    query = said(lindt.get(f"/queries/{number}"))
    assert (query["check"], query["item"], query["status"]) == ("AE-03", "start_date", "open")
    answer = save(diaz, event, {"start_date": "2024-01-20"}, reason="Entry error")
    assert said(answer)["outcome"]["queries_closed"] == [number]


def test_records_are_listed_in_pages(diaz: Program) -> None:
    code = diaz.enrol()
    made = [diaz.add(code, "AE", HYPOTENSION)["uid"] for _ in range(3)]
    seen: list[str] = []
    after = ""
    while after is not None:
        page = said(diaz.get(f"/participants/{code}/records?form=AE&size=2{after and '&after=' + after}"))
        seen += [record["uid"] for record in page["records"]]
        after = page["next"]
    assert seen == made
    whole = said(diaz.get(f"/participants/{code}/records"))["records"]
    assert [record["form"] for record in whole] == ["IC", "AE", "AE", "AE"]
    assert said(diaz.get(f"/participants/{code}/records?visit=SCR"))["records"] == []


@pytest.mark.requirement("C50", "8.2.3")
def test_an_identifier_is_shown_to_the_site_only(diaz: Program, lindt: Program, shah: Program) -> None:
    code = diaz.enrol()
    uid = diaz.add(code, "DM", {"birth_date": "1961-05-02", "sex": "F"}, "SCR")["uid"]
    assert diaz.record(uid)["items"]["birth_date"] == "1961-05-02"
    for program in (lindt, shah):
        for path in (f"/records/{uid}", f"/records/{uid}/verification", f"/records/{uid}/trail?item=birth_date"):
            assert "1961-05" not in program.get(path).text, path
    assert "birth_date" not in lindt.record(uid)["items"]
    assert said(diaz.get(f"/records/{uid}/trail?item=birth_date"))["lines"][0]["new"] == "1961-05-02"


def test_nothing_is_entered_before_a_consent_stands(diaz: Program) -> None:
    answer = diaz.post("/participants", {"site": "001", "consent": {"items": {**CONSENT, "signature_date": None}}})
    assert answer.status_code == 400 and "date of signature" in said(answer)["detail"]
    assert said(diaz.get("/participants"))["participants"] == []
