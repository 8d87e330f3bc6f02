"""The page of a dose grid as nurses and monitors use it: one POST for a whole chart, nothing lost, nothing assumed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from edc.records.service import save_record
from forms.crfs.il2_doses import Il2Doses
from forms.patch import Patch, RowPatch
from tests.app_fixtures import BROWSER, pass_time, sign_in
from tests.records.casebooks import OSEI, answers
from tests.ward import GRID, Ward, typed_form

STARTS = {1: "0805", 2: "1610", 3: "0015", 4: "0802", 5: "1620", 6: "0030", 10: "1655", 11: "0050", 12: "0840"}
PLAN = {"planned_start": "29jan2024 0800"}


def chart(event_uid: str) -> dict[str, Any]:
    """Nine doses given, three held for hypotension with their event, stopped from dose 13."""
    fields: dict[str, Any] = {f"SLOT.{n}.start_dt": time for n, time in STARTS.items()}
    for slot in (7, 8, 9):
        fields |= {
            f"SLOT.{slot}.status": "HELD", f"SLOT.{slot}.hold_reason": "HYPOTENSION", f"SLOT.{slot}.ae_ref": event_uid,
        }  # fmt: skip
    return {**PLAN, **fields, "SLOT.13.status": "NOT_REACHED", "full": "Y"}


def slots(ward: Ward, *names: str) -> dict[int, list[Any]]:
    """The stored values of each slot."""

    def of(entry: Any) -> dict[int, list[Any]]:
        return {row.number: [row.value(name) for name in names] for row in entry.view.rows("SLOT")}

    found: dict[int, list[Any]] = ward.casebook.look("IL2D", of, visit="C1A1")
    return found


def event_uid(ward: Ward) -> str:
    uid: str = ward.casebook.look("AE", lambda entry: entry.header.uid, line=1)
    return uid


def test_a_whole_chart_is_stored_by_one_save(ward: Ward) -> None:
    answer = ward.post(ward.client(), GRID, chart(event_uid(ward)))
    assert answer.status_code == 303
    stored = slots(ward, "status", "start_dt", "dose_iu", "hold_reason", "ae_ref")
    assert [stored[n][0] for n in range(1, 15)] == (
        ["GIVEN"] * 6 + ["HELD"] * 3 + ["GIVEN"] * 3 + ["NOT_REACHED"] * 2
    )  # fmt: skip
    assert stored[1][2] == 43_200_000 and stored[13][2] is None
    assert stored[8][3:] == ["HYPOTENSION", (event_uid(ward),)]


def test_the_answer_to_a_save_counts_the_doses(ward: Ward) -> None:
    client = ward.client()
    ward.post(client, GRID, chart(event_uid(ward)))
    assert "Doses: 9 given, 3 held, 2 not reached." in client.get(GRID, headers=BROWSER).text


def test_dates_follow_the_plan_past_midnight(ward: Ward) -> None:
    ward.post(ward.client(), GRID, chart(event_uid(ward)))
    starts = {n: row[0] for n, row in slots(ward, "start_dt").items() if row[0]}
    assert starts == {
        1: "2024-01-29T08:05", 2: "2024-01-29T16:10", 3: "2024-01-30T00:15", 4: "2024-01-30T08:02",
        5: "2024-01-30T16:20", 6: "2024-01-31T00:30", 10: "2024-02-01T16:55", 11: "2024-02-02T00:50",
        12: "2024-02-02T08:40",
    }  # fmt: skip


def test_doses_stated_for_all_say_so(ward: Ward) -> None:
    ward.post(ward.client(), GRID, chart(event_uid(ward)))

    def origins(entry: Any) -> set[tuple[str, str]]:
        given = [row for row in entry.view.rows("SLOT") if row.value("status") == "GIVEN"]
        return {(row.answer("dose_iu").origin, row.answer("interrupted").origin) for row in given}

    assert ward.casebook.look("IL2D", origins, visit="C1A1") == {("stated for all", "stated for all")}


def test_an_accepted_plan_time_keeps_its_origin(ward: Ward) -> None:
    ward.post(ward.client(), GRID, {**PLAN, "SLOT.1.start_dt": "08:00", "SLOT.1.start_dt.origin": "accepted proposal"})

    def origin(entry: Any) -> str:
        text: str = entry.view.rows("SLOT")[0].answer("start_dt").origin
        return text

    assert ward.casebook.look("IL2D", origin, visit="C1A1") == "accepted proposal"
    shown = ward.client("m.lindt").get(GRID, headers=BROWSER).text
    assert "times equal to plan to the minute: 1 of 1; plan times accepted: 1" in shown


def test_one_unreadable_time_holds_back_that_slot_only(ward: Ward) -> None:
    client = ward.client()
    ward.post(client, GRID, {**PLAN, "SLOT.1.start_dt": "0805", "SLOT.2.start_dt": "16x0", "SLOT.3.start_dt": "0015"})
    stored = slots(ward, "start_dt")
    assert (stored[1], stored[2], stored[3]) == (["2024-01-29T08:05"], [None], ["2024-01-30T00:15"])
    page = client.get(GRID, headers=BROWSER).text
    assert 'value="16x0"' in page and 'aria-invalid="true"' in page
    assert "Enter a time of 24 hours, like 0805. You entered &#39;16x0&#39;. Dose 2 waits for it" in page
    assert "16x0" not in ward.client("k.osei").get(GRID, headers=BROWSER).text, "a draft is its owner's"


def test_a_time_without_any_day_asks_for_the_plan(ward: Ward) -> None:
    client = ward.client()
    ward.post(client, GRID, {"SLOT.1.start_dt": "0805"})
    assert "0805 is a time without a day" in client.get(GRID, headers=BROWSER).text


def test_a_corrected_time_replaces_the_draft(ward: Ward) -> None:
    client = ward.client()
    ward.post(client, GRID, {**PLAN, "SLOT.2.start_dt": "16x0"})
    ward.post(client, GRID, {"SLOT.2.status": "GIVEN", "SLOT.2.start_dt": "1610"})
    assert slots(ward, "start_dt")[2] == ["2024-01-29T16:10"]
    assert "16x0" not in client.get(GRID, headers=BROWSER).text


def test_two_nurses_on_different_slots_are_both_kept(ward: Ward) -> None:
    first, second = ward.client("r.diaz"), ward.client("k.osei")
    ward.post(first, GRID, {**PLAN, "SLOT.1.start_dt": "0805"})
    opened = typed_form(first.get(GRID, headers=BROWSER).text)
    ward.post(second, GRID, {"SLOT.2.start_dt": "1610"})
    answer = first.post(GRID, data={**opened, "SLOT.3.start_dt": ["0015"]}, headers=BROWSER)
    assert answer.status_code == 303
    assert {n: row[0] for n, row in slots(ward, "start_dt").items()} == {
        1: "2024-01-29T08:05", 2: "2024-01-29T16:10", 3: "2024-01-30T00:15",
    }  # fmt: skip


def test_the_same_slot_by_two_nurses_asks_which_time_counts(ward: Ward) -> None:
    first, second = ward.client("r.diaz"), ward.client("k.osei")
    ward.post(first, GRID, PLAN)
    opened = typed_form(first.get(GRID, headers=BROWSER).text)
    ward.post(second, GRID, {"SLOT.2.start_dt": "1610"})
    answer = first.post(GRID, data={**opened, "SLOT.2.start_dt": ["1625"]}, headers=BROWSER)
    assert answer.status_code == 409
    assert "2024-01-29 16:10" in answer.text and "2024-01-29 16:25" in answer.text
    chosen = typed_form(answer.text) | {"choose.SLOT.2.start_dt": ["mine"], "SLOT.2.start_dt.reason": ["Entry error"]}
    assert first.post(GRID, data=chosen, headers=BROWSER).status_code == 303
    assert slots(ward, "start_dt")[2] == ["2024-01-29T16:25"]


def test_a_freshly_opened_grid_sends_no_clinical_value(ward: Ward) -> None:
    sent = typed_form(ward.client().get(GRID, headers=BROWSER).text)
    plumbing = {"csrf_token", "request_token", "row_version", "stay_version", "complete", "then"}
    assert {name: texts for name, texts in sent.items() if name not in plumbing and any(texts)} == {}
    client = ward.client()
    opened = typed_form(client.get(GRID, headers=BROWSER).text)
    client.post(GRID, data=opened, headers=BROWSER)
    assert slots(ward, "status") == {}


def test_an_untouched_filled_grid_changes_nothing(ward: Ward) -> None:
    client = ward.client()
    ward.post(client, GRID, chart(event_uid(ward)))
    version = ward.casebook.state("IL2D", "row_version", visit="C1A1")
    client.post(GRID, data=typed_form(client.get(GRID, headers=BROWSER).text), headers=BROWSER)
    assert ward.casebook.state("IL2D", "row_version", visit="C1A1") == version


def test_totals_are_those_of_the_record(ward: Ward) -> None:
    ward.post(ward.client(), GRID, chart(event_uid(ward)))
    text = re.sub(r"<[^>]+>", "", ward.client("m.lindt").get(GRID, headers=BROWSER).text)
    text = " ".join(text.split())
    assert "Given 9 of 14 Held 3 Not reached 2" in text
    assert "388,800,000 IU = 5,400,000 IU/kg, 64.3 % of planned doses" in text
    assert "Course: 9 of 28 doses" in text


@pytest.mark.requirement("C19")
def test_a_changed_time_needs_its_reason_and_is_not_lost_without(ward: Ward) -> None:
    client = ward.client()
    ward.post(client, GRID, {**PLAN, "SLOT.1.start_dt": "0805"})
    ward.post(client, GRID, {"SLOT.1.status": "GIVEN", "SLOT.1.start_dt": "0815"})
    page = client.get(GRID, headers=BROWSER).text
    assert slots(ward, "start_dt")[1] == ["2024-01-29T08:05"] and 'value="0815"' in page
    ward.post(client, GRID, {"SLOT.1.status": "GIVEN", "SLOT.1.start_dt": "0815", "SLOT.1.start_dt.reason": "Entry error"})
    assert slots(ward, "start_dt")[1] == ["2024-01-29T08:15"]


def test_the_end_of_dosing_is_stored_with_the_stay(ward: Ward) -> None:
    uid = event_uid(ward)
    fields = {**chart(uid), "stop_reason": "TOXICITY", "stop_ae_ref": ["", uid]}
    assert ward.post(ward.client(), GRID, fields).status_code == 303
    assert ward.casebook.values("IL2A", "stop_reason", "stop_ae_ref", "doses_given", "total_iu", visit="C1A1") == [
        "TOXICITY", (uid,), 9, 388_800_000,
    ]  # fmt: skip


def test_a_changed_end_of_dosing_without_reason_stores_nothing_of_the_grid(ward: Ward) -> None:
    client = ward.client()
    ward.post(client, GRID, {**PLAN, "stop_reason": "LOGISTIC"})
    ward.post(client, GRID, {"SLOT.1.start_dt": "0805", "stop_reason": "DEATH"})
    assert slots(ward, "status") == {} and ward.casebook.values("IL2A", "stop_reason", visit="C1A1") == ["LOGISTIC"]
    assert 'value="0805"' in client.get(GRID, headers=BROWSER).text


@pytest.mark.parametrize(("person", "sees"), [("m.lindt", "Verify"), ("p.shah", "Nothing"), ("r.diaz", "Save")])
def test_who_may_not_enter_reads_a_table(ward: Ward, person: str, sees: str) -> None:
    ward.post(ward.client(), GRID, {**PLAN, "SLOT.1.start_dt": "0805"})
    answer = ward.client(person).get(GRID, headers=BROWSER)
    page = answer.text
    assert (answer.status_code == 200 and "29 Jan 2024" in page) or "2024-01-29 08:05" in page
    assert ("data-dose-grid" in page) == (person == "r.diaz")
    assert ("Verify the" in page) == (sees == "Verify")


def test_a_monitor_cannot_post_a_grid(ward: Ward) -> None:
    client = ward.client("m.lindt")
    answer = client.post(GRID, data={**typed_form(client.get("/account", headers=BROWSER).text), **PLAN}, headers=BROWSER)
    assert answer.status_code == 403 and slots(ward, "status") == {}


def test_a_locked_grid_is_text(ward: Ward) -> None:
    ward.post(ward.client(), GRID, {**PLAN, "SLOT.1.start_dt": "0805"})
    with ward.casebook.saving(act="record:lock") as saving:
        ward.casebook.header(saving.session, "IL2D", visit="C1A1").locked = True
    page = ward.client().get(GRID, headers=BROWSER).text
    assert "data-dose-grid" not in page and "locked" in page and "2024-01-29 08:05" in page


def test_a_late_form_is_kept_as_its_owners_draft(ward: Ward) -> None:
    client = ward.client()
    opened = typed_form(client.get(GRID, headers=BROWSER).text)
    pass_time(ward.app, minutes=25)
    client.post(GRID, data={**opened, **{k: [v] for k, v in PLAN.items()}, "SLOT.1.start_dt": ["0805"]}, headers=BROWSER)
    assert slots(ward, "status") == {}
    page = sign_in(client, "r.diaz").get(GRID, headers=BROWSER).text
    assert 'value="0805"' in page and "29jan2024 0800" in page


def test_another_door_may_write_a_slot_while_the_page_is_open(ward: Ward) -> None:
    client = ward.client()
    opened = typed_form(client.get(GRID, headers=BROWSER).text)
    slot = RowPatch(2, answers(Il2Doses.Slot, {"status": "GIVEN", "start_dt": "2024-01-29 16:10"}))
    with ward.casebook.saving(OSEI) as saving:
        record = ward.casebook.header(saving.session, "IL2D", visit="C1A1")
        save_record(saving, record, Patch(rows={"SLOT": [slot]}), expected_version=0)
    client.post(GRID, data={**opened, "planned_start": ["2024-01-29 08:00"]}, headers=BROWSER)
    assert slots(ward, "start_dt")[2] == ["2024-01-29T16:10"]
