"""Serious adverse events: the clock of the first report, the IND safety report, and the numbers of cases."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from forms.derive import sae
from forms.derive.sae import Numbered, Report

WEST = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("what", "aware", "hours", "due"),
    [
        ("a day later", "2024-03-12T14:20", 24, "2024-03-13T14:20"),
        ("from midnight where the time is not known", "2024-03-12", 24, "2024-03-13T00:00"),
        ("the night that loses an hour", "2024-03-09T14:20", 24, "2024-03-10T15:20"),
        ("the night that gains an hour", "2024-11-02T14:20", 24, "2024-11-03T13:20"),
    ],
)
def test_the_report_is_due_after_the_hours_have_passed(what: str, aware: str, hours: int, due: str) -> None:
    assert sae.clock_due(aware, hours, WEST) == due


@pytest.mark.parametrize(
    ("what", "aware", "reported", "state"),
    [
        ("not sent", "2024-03-12T14:20", None, "OPEN"),
        ("in 23 hours 59 minutes", "2024-03-12T14:20", "2024-03-13T14:19", "MET"),
        ("in 24 hours", "2024-03-12T14:20", "2024-03-13T14:20", "MET"),
        ("a minute later", "2024-03-12T14:20", "2024-03-13T14:21", "LATE"),
        ("the day of awareness may have ended", "2024-03-12", "2024-03-13T23:59", "MET"),
        ("later than the day after", "2024-03-12", "2024-03-14T00:00", "LATE"),
        ("sent some time of the day after", "2024-03-12T14:20", "2024-03-13", "MET"),
        ("25 hours on the wall, 24 in truth", "2024-03-09T14:20", "2024-03-10T15:20", "MET"),
        ("24 hours on the wall, 25 in truth", "2024-11-02T14:20", "2024-11-03T14:20", "LATE"),
    ],
)
def test_the_clock_is_late_only_for_certain(what: str, aware: str, reported: str | None, state: str) -> None:
    assert sae.clock_state(aware, reported, 24, WEST) == state


@pytest.mark.parametrize(
    ("aware", "reported", "hours"),
    [
        ("2024-03-12T14:20", "2024-03-13T14:19", (23, 23)),
        ("2024-03-12T14:20", "2024-03-13T14:20", (24, 24)),
        ("2024-03-12", "2024-03-13T12:00", (12, 36)),
        ("2024-03-09T14:20", "2024-03-10T14:20", (23, 23)),
        ("2024-03-12T14:20", "2024-03-12T13:50", (-1, -1)),
    ],
)
def test_the_hours_that_can_have_passed(aware: str, reported: str, hours: tuple[int, int]) -> None:
    assert sae.hours_from(aware, reported, WEST) == hours


@pytest.mark.parametrize(
    ("what", "unexpected", "relations", "is_grave", "report"),
    [
        ("expected", "N", ["DEFINITE"], True, "NONE"),
        ("expected, relation not answered", "N", [None], True, "NONE"),
        ("unexpected and unrelated", "Y", ["UNRELATED", "UNLIKELY"], True, "NONE"),
        ("unexpected, one relation not answered", "Y", ["UNRELATED", None], True, None),
        ("unexpected, possibly related, fatal", "Y", ["UNRELATED", "POSSIBLE"], True, "7-DAY"),
        ("unexpected, possibly related, not fatal", "Y", ["POSSIBLE", None], False, "15-DAY"),
        ("expectedness not answered", None, ["DEFINITE"], True, None),
        ("expectedness not answered, unrelated", None, ["UNRELATED"], True, None),
        ("nobody has given a relation", "Y", [], False, "NONE"),
    ],
)
def test_the_ind_safety_report(
    what: str, unexpected: str | None, relations: list[str | None], is_grave: bool, report: str | None
) -> None:
    assert sae.ind_class(unexpected, iter(relations), is_grave=is_grave) == report


@pytest.mark.parametrize(
    ("report", "due"), [("7-DAY", dt.date(2024, 3, 19)), ("15-DAY", dt.date(2024, 3, 27)), ("NONE", None)]
)
def test_an_ind_report_is_due_in_calendar_days(report: str, due: dt.date | None) -> None:
    assert sae.ind_due(report, "2024-03-12T14:20") == due


def report(uid: str, kind: str | None, *events: str) -> Report:
    return Report(uid, kind, frozenset(events))


def test_a_follow_up_belongs_to_the_first_case_that_shares_an_event() -> None:
    found = sae.number_reports([
        report("a", "INITIAL", "shock"),
        report("b", "INITIAL", "rash", "shock"),
        report("c", "FOLLOW-UP", "shock", "fever"),
        report("d", "FOLLOW-UP", "fever"),
        report("e", "FOLLOW-UP", "rash"),
        report("f", "FOLLOW-UP", "pain"),
        report("g", None, "shock"),
    ])  # fmt: skip
    assert found == {
        "a": Numbered(1, 0), "b": Numbered(2, 0), "c": Numbered(1, 1), "d": Numbered(1, 2), "e": Numbered(2, 1),
    }  # fmt: skip
