"""Adverse events: duration, treatment emergence, relation, grades, one answer for two drugs."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from forms.derive import ae
from forms.derive.ae import GradePeriod, Treatment

CUT = dt.date(2024, 6, 1)
TREATED = Treatment(dt.date(2024, 3, 4), dt.date(2024, 4, 7))


@pytest.mark.parametrize(
    ("what", "start", "end", "days", "hours", "is_open"),
    [
        ("four days", "2024-03-12", "2024-03-15", 4, None, False),
        ("one day", "2024-03-12", "2024-03-12", 1, None, False),
        ("hours known", "2024-03-12T14:00", "2024-03-12T20:30", 1, Decimal("6.5"), False),
        ("one time missing", "2024-03-12T14:00", "2024-03-13", 2, None, False),
        ("open to the data cut", "2024-05-30", None, 3, None, True),
    ],
)
def test_duration(what: str, start: str, end: str | None, days: int, hours: Decimal | None, is_open: bool) -> None:
    assert ae.duration(start, end, CUT) == ae.Duration(days, hours, is_open)


def test_hours_count_a_clock_change_with_the_zone() -> None:
    found = ae.duration("2024-03-09T22:00", "2024-03-10T06:00", CUT, ZoneInfo("America/Los_Angeles"))
    assert found == ae.Duration(2, Decimal(7), False)


@pytest.mark.parametrize(("start", "end"), [("2024-03", "2024-03-15"), ("2024-03-12", "2024"), ("2024-03-15", "2024-03-12")])
def test_no_duration_from_partial_or_crossed_dates(start: str, end: str) -> None:
    assert ae.duration(start, end, CUT) is None


@pytest.mark.parametrize(
    ("what", "start", "expected"),
    [
        ("the day before the first dose", "2024-03-03", False),
        ("the day of the first dose", "2024-03-04", True),
        ("90 days after the last dose", "2024-07-06", True),
        ("91 days after the last dose", "2024-07-07", False),
        ("the month of the first dose", "2024-03", True),
        ("the month before", "2024-02", False),
        ("the year of the first dose", "2024", True),
        ("the month of the end of the window", "2024-07", True),
        ("the month after", "2024-08", False),
    ],
)
def test_treatment_emergent_by_onset(what: str, start: str, expected: bool) -> None:
    assert ae.is_treatment_emergent(start, TREATED) is expected


@pytest.mark.parametrize(
    ("what", "periods", "expected"),
    [
        ("grade 1 rises to 3 after the first dose", [("2024-02-01", 1), ("2024-03-20", 3)], True),
        ("grade 2 falls to 1", [("2024-02-01", 2), ("2024-03-20", 1)], False),
        ("grade 2 stays", [("2024-02-01", 2)], False),
        ("had risen before the first dose", [("2024-02-01", 1), ("2024-03-01", 3)], False),
        ("rises after the window", [("2024-02-01", 1), ("2024-08-01", 2)], False),
        ("had cleared to 1 before, rises to 2", [("2024-01-01", 3), ("2024-02-20", 1), ("2024-03-20", 2)], True),
        ("rises some time in March", [("2024-02-01", 1), ("2024-03", 2)], True),
        ("grade 2 noted again", [("2024-02-01", 2), ("2024-03-20", 2)], False),
    ],
)
def test_treatment_emergent_by_worsening(what: str, periods: list[tuple[str, int]], expected: bool) -> None:
    history = [GradePeriod(*period) for period in periods]
    assert ae.is_treatment_emergent(periods[0][0], TREATED, history) is expected


def test_a_first_grade_in_the_window_is_worse_than_none_before() -> None:
    assert ae.is_treatment_emergent("2024-02-01", TREATED, [GradePeriod("2024-03-20", 1)])


def test_without_a_dose_nothing_is_treatment_emergent() -> None:
    assert not ae.is_treatment_emergent("2024-03-04", None)


def test_window_is_open_while_no_last_dose_is_known() -> None:
    assert ae.is_treatment_emergent("2025-03-04", Treatment(dt.date(2024, 3, 4)))


@pytest.mark.parametrize(
    ("nivolumab", "il2", "expected"),
    [
        ("UNRELATED", "POSSIBLE", True),
        ("DEFINITE", "UNRELATED", True),
        ("UNLIKELY", "UNRELATED", False),
        ("UNRELATED", None, True),
    ],
)
def test_related_to_any_drug(nivolumab: str | None, il2: str | None, expected: bool) -> None:
    assert ae.is_related_to_any([nivolumab, il2]) is expected


def test_missing_relation_counts_only_at_analysis() -> None:
    assert not ae.is_related(None, missing_counts=False)
    assert ae.is_related(None)


def test_highest_grade_of_the_history() -> None:
    history = [GradePeriod("2024-03-12", 2), GradePeriod("2024-03-13", 3), GradePeriod("2024-03-14", 1)]
    assert ae.max_grade(history) == 3
    assert ae.max_grade([]) is None


@pytest.mark.parametrize(
    ("on", "grade"), [("2024-03-11", None), ("2024-03-12", 2), ("2024-03-13", 4), ("2024-03-14", 1), ("2024-03-20", 1)]
)
def test_grade_on_a_day_is_the_highest_of_that_day(on: str, grade: int | None) -> None:
    history = [GradePeriod("2024-03-12T08:00", 2), GradePeriod("2024-03-13T02:00", 4), GradePeriod("2024-03-13T20:00", 1)]
    assert ae.grade_on(history, dt.date.fromisoformat(on)) == grade


def test_a_day_that_begins_with_a_worse_grade_has_it() -> None:
    history = [GradePeriod("2024-03-12T08:00", 3), GradePeriod("2024-03-13T08:00", 1)]
    assert [ae.grade_on(history, dt.date(2024, 3, day)) for day in (12, 13, 14)] == [3, 3, 1]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["DOSE NOT CHANGED", "DRUG WITHDRAWN"], "DRUG WITHDRAWN"),
        (["DRUG INTERRUPTED", "DOSE REDUCED"], "DRUG INTERRUPTED"),
        (["DOSE RATE REDUCED", "DOSE REDUCED"], "DOSE RATE REDUCED"),
        (["DOSE INCREASED", "DOSE NOT CHANGED"], "DOSE INCREASED"),
        (["UNKNOWN", "NOT APPLICABLE"], "NOT APPLICABLE"),
        ([None, "DOSE NOT CHANGED"], "DOSE NOT CHANGED"),
        ([None, None], None),
    ],
)
def test_one_action_for_two_drugs_is_the_more_drastic(answers: list[str | None], expected: str | None) -> None:
    assert ae.strongest_action(answers) == expected


def test_one_relation_for_two_drugs_is_the_stronger() -> None:
    assert ae.strongest_relation(["UNLIKELY", "PROBABLE"]) == "PROBABLE"
    assert ae.strongest_relation(["UNRELATED", None]) == "UNRELATED"
