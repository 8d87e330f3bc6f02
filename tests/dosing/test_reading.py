"""A posted dose grid becomes a plain form: dates of clock times, full doses, a stop, one reason for many values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from edc.dosing.reading import clock_of, nearest, plain_form, shown_start
from forms.dose_grids import IL2
from forms.items import Answer
from forms.views import Record, Row

TODAY = dt.date(2024, 2, 5)
FULL = 43_200_000


def stored(rows: Mapping[int, Mapping[str, Any]] | None = None, first: str | None = "2024-01-29T08:00") -> Record:
    """A grid as recorded: the planned start, and slots by number."""
    slots = [
        Row(f"{n:032x}", n, IL2.group, {name: Answer(value) for name, value in row.items()})
        for n, row in (rows or {}).items()
    ]
    answers = {IL2.first_plan: Answer(first)} if first else {}
    return Record("f" * 32, 1, IL2.crf, answers, rows={"SLOT": slots})


def read(sent: Mapping[str, str], record: Record | None = None, full: int | None = FULL) -> dict[str, str]:
    """The texts of the plain form that are not empty."""
    post = plain_form(IL2, {name: ["", text] for name, text in sent.items()}, record or stored(), full, TODAY)
    return {name: post.given(name) for name in post.form if post.given(name)}


@pytest.mark.parametrize(
    ("typed", "clock"),
    [("0805", dt.time(8, 5)), ("8:05", dt.time(8, 5)), (" 08:05 ", dt.time(8, 5)), ("805", dt.time(8, 5)),
     ("0000", dt.time(0)), ("2400", None), ("0860", None), ("8x05", None), ("", None)],
)  # fmt: skip
def test_clock_times_are_read_as_nurses_write_them(typed: str, clock: dt.time | None) -> None:
    assert clock_of(typed) == clock


@pytest.mark.parametrize(
    ("clock", "plan", "moment"),
    [("00:15", "2024-01-30T00:00", "2024-01-30T00:15"), ("23:50", "2024-01-30T00:00", "2024-01-29T23:50"),
     ("00:20", "2024-01-29T23:00", "2024-01-30T00:20"), ("08:00", "2024-02-29T16:00", "2024-02-29T08:00"),
     ("00:05", "2024-12-31T23:55", "2025-01-01T00:05")],
)  # fmt: skip
def test_a_time_belongs_to_the_date_nearest_to_plan(clock: str, plan: str, moment: str) -> None:
    found = nearest(dt.time.fromisoformat(clock), dt.datetime.fromisoformat(plan))
    assert found == dt.datetime.fromisoformat(moment)


def test_dates_roll_over_past_midnight_and_a_start_means_given() -> None:
    found = read({"SLOT.1.start_dt": "0805", "SLOT.3.start_dt": "0015", "SLOT.4.start_dt": "8.02"})
    assert found["SLOT.1.start_dt"] == "2024-01-29T08:05"
    assert found["SLOT.3.start_dt"] == "2024-01-30T00:15"
    assert found["SLOT.4.start_dt"] == "2024-01-30T08:02"
    assert found["SLOT.3.status"] == "GIVEN"


def test_the_plan_typed_in_the_same_form_counts() -> None:
    found = read({"planned_start": "29jan2024 0800", "SLOT.2.start_dt": "1610"}, stored(first=None))
    assert found["SLOT.2.start_dt"] == "2024-01-29T16:10"


def test_without_any_plan_the_dose_before_gives_the_date() -> None:
    sent = {"SLOT.1.start_dt": "2230", "SLOT.1.start_dt.date": "2024-01-29", "SLOT.2.start_dt": "0640"}
    assert read(sent, stored(first=None))["SLOT.2.start_dt"] == "2024-01-30T06:40"


def test_a_given_date_wins_over_the_plan() -> None:
    found = read({"SLOT.2.start_dt": "0900", "SLOT.2.start_dt.date": "30 jan 2024"})
    assert found["SLOT.2.start_dt"] == "30 jan 2024 0900"


def test_an_untouched_time_stays_where_it_was_when_the_plan_moves() -> None:
    record = stored({1: {"status": "GIVEN", "start_dt": "2024-01-29T08:05"}})
    assert shown_start("2024-01-29T08:05", "2024-01-30T08:00") == ("08:05", "2024-01-29")
    assert shown_start("2024-01-29T08:05", "2024-01-29T08:00") == ("08:05", "")
    found = read({"planned_start": "2024-01-29 09:00", "SLOT.1.start_dt": "08:05"}, record)
    assert found["SLOT.1.start_dt"] == "2024-01-29T08:05"


def test_unreadable_time_is_left_as_typed() -> None:
    assert read({"SLOT.2.start_dt": "16x0"})["SLOT.2.start_dt"] == "16x0"


def test_stopping_covers_the_open_slots_after_it() -> None:
    found = read({"SLOT.10.status": "NOT_REACHED", "SLOT.12.start_dt": "0800"})
    assert [found.get(f"SLOT.{n}.status") for n in range(9, 15)] == [
        None, "NOT_REACHED", "NOT_REACHED", "GIVEN", "NOT_REACHED", "NOT_REACHED",
    ]  # fmt: skip
    assert found["SLOT.11.status.origin"] == "stated for all"
    assert "SLOT.10.status.origin" not in found


def test_a_stop_of_before_says_nothing_about_slots_opened_again() -> None:
    record = stored({n: {"status": "NOT_REACHED"} for n in range(10, 15)} | {13: {"status": None}})
    assert "SLOT.13.status" not in read({f"SLOT.{n}.status": "NOT_REACHED" for n in (10, 11, 12, 14)}, record)


def test_one_answer_stands_for_all_full_doses_but_not_over_an_amount() -> None:
    sent = {"full": "Y", "SLOT.1.start_dt": "0805", "SLOT.2.start_dt": "1610", "SLOT.2.dose_iu": "40", "SLOT.3.status": "HELD"}
    found = read(sent)
    assert (found["SLOT.1.dose_iu"], found["SLOT.1.dose_iu.origin"]) == ("43200000", "stated for all")
    assert (found["SLOT.1.interrupted"], found["SLOT.1.interrupted.origin"]) == ("N", "stated for all")
    assert found["SLOT.2.dose_iu"] == "40000000" and "SLOT.2.dose_iu.origin" not in found
    assert "SLOT.3.dose_iu" not in found


@pytest.mark.parametrize("answer", ["", "N"])
def test_without_the_answer_no_dose_is_filled(answer: str) -> None:
    assert "SLOT.1.dose_iu" not in read({"full": answer, "SLOT.1.start_dt": "0805"})


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("43.2", "43200000"), ("43,2 MIU", "43200000"), ("43200000", "43200000"), ("43 200 000", "43 200 000"), ("4x", "4x")],
)
def test_doses_may_be_typed_in_millions(typed: str, amount: str) -> None:
    assert read({"SLOT.1.dose_iu": typed})["SLOT.1.dose_iu"] == amount


def test_an_end_follows_its_start_past_midnight() -> None:
    found = read({"SLOT.3.start_dt": "2350", "SLOT.3.end_dt": "0005"})
    assert (found["SLOT.3.start_dt"], found["SLOT.3.end_dt"]) == ("2024-01-29T23:50", "2024-01-30T00:05")


def test_one_reason_stands_for_the_values_that_the_chart_lacks() -> None:
    found = read({"SLOT.2.start_dt": "1610", "SLOT.2.pre_sbp": "104", "SLOT.2.rest.missing": "NOT IN SOURCE"})
    assert found["SLOT.2.pre_dbp.missing"] == "NOT IN SOURCE"
    assert "SLOT.2.pre_sbp.missing" not in found
    assert "SLOT.2.pre_weight_kg.missing" not in found, "the weight is asked at some slots only"


def test_an_empty_plan_field_does_not_clear_the_calculated_plan() -> None:
    row = Row("1" * 32, 1, IL2.group, {"planned_dt": Answer("2024-01-29T08:00", None, "derived")})
    record = Record("f" * 32, 1, IL2.crf, {}, rows={"SLOT": [row]})
    post = plain_form(IL2, {"SLOT.1.planned_dt": [""]}, record, None, TODAY)
    assert "SLOT.1.planned_dt" not in post.form
