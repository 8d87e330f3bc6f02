"""Planned dates and windows, and what makes visits appear."""

import datetime as dt
from dataclasses import replace

import pytest

from forms.schedule import find_visit
from forms.windows import (
    Anchors,
    Event,
    Plan,
    expected_visits,
    follow_up_visits,
    is_cancelled_by_end_of_treatment,
    is_pfs_visit_due,
    plan,
    visits_after,
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


COURSE_1 = Anchors(
    consent_date=day("2024-02-12"),
    registration_date=day("2024-03-01"),
    c1d1=day("2024-03-04"),
    course_day_ones={1: day("2024-03-04")},
)
STOPPED = replace(
    COURSE_1,
    course_day_35s={1: day("2024-04-08")},
    response_scans={1: day("2024-05-06")},
    last_dose=day("2024-04-08"),
    end_of_treatment=day("2024-05-10"),
    end_of_treatment_visit=day("2024-05-14"),
)


def planned(oid: str, anchors: Anchors) -> Plan | None:
    visit = find_visit(oid)
    assert visit is not None
    return plan(visit, anchors)


@pytest.mark.parametrize(
    ("oid", "target", "first", "last"),
    [
        ("C1D1", "2024-03-01", "2024-03-01", "2024-03-15"),
        ("C1A1", "2024-03-11", "2024-03-10", "2024-03-15"),
        ("C1A2", "2024-03-25", "2024-03-24", "2024-03-31"),
        ("C1D35", "2024-04-07", "2024-04-04", "2024-04-10"),
        ("C1RESP", "2024-05-06", "2024-04-29", "2024-05-13"),
        ("C2D1", "2024-05-13", "2024-05-07", "2024-06-03"),
        ("EOT", "2024-05-10", "2024-05-10", "2024-05-24"),
        ("SFU30", "2024-05-08", "2024-05-05", "2024-05-15"),
        ("SFU90", "2024-07-07", "2024-07-07", "2024-07-21"),
        ("PFS12", "2025-03-04", "2024-12-04", "2025-06-04"),
        ("LTFU1", "2024-08-06", "2024-07-23", "2024-08-20"),
        ("LTFU4", "2025-04-15", "2025-04-01", "2025-04-29"),
        ("LTFU5", "2025-09-30", "2025-09-16", "2025-10-14"),
    ],
)
def test_target_and_window(oid: str, target: str, first: str, last: str) -> None:
    assert planned(oid, STOPPED) == Plan(day(target), day(first), day(last))


def test_response_scan_is_planned_from_course_day_35_while_the_dose_is_not_given() -> None:
    found = planned("C1RESP", COURSE_1)
    assert found is not None and found.target == day("2024-05-05")


@pytest.mark.parametrize("oid", ["C1D1", "C1A1", "C1RESP", "C2D1", "EOT", "SFU30", "PFS12", "LTFU1", "SCR", "UNS1", "LOG"])
def test_no_plan_before_the_anchor_is_known(oid: str) -> None:
    assert planned(oid, Anchors()) is None


def test_screening_window_is_shown_but_not_judged() -> None:
    assert planned("SCR", COURSE_1) == Plan(None, day("2024-02-05"), day("2024-03-03"), is_judged=False)


def test_screening_uses_the_planned_first_dose_until_there_is_one() -> None:
    found = planned("SCR", Anchors(planned_c1d1=day("2024-03-06")))
    assert found is not None and found.latest == day("2024-03-05")


def test_next_course_never_starts_within_28_days_of_the_day_35_dose() -> None:
    early_scan = replace(STOPPED, response_scans={1: day("2024-04-22")})
    assert planned("C2D1", early_scan) == Plan(day("2024-05-06"), day("2024-05-06"), day("2024-05-20"))


def test_month_end_first_dose_keeps_calendar_months() -> None:
    anchors = replace(COURSE_1, c1d1=day("2024-08-31"))
    assert planned("PFS12", anchors) == Plan(day("2025-08-31"), day("2025-05-31"), day("2025-11-30"))


@pytest.mark.parametrize(
    ("course_day", "outside"), [(31, -1), (32, 0), (36, 0), (38, 0), (39, 1), (41, 3)]
)
def test_days_outside_the_window_of_day_35(course_day: int, outside: int) -> None:
    found = planned("C1D35", COURSE_1)
    actual = day("2024-03-04") + dt.timedelta(days=course_day - 1)
    assert found is not None
    assert (found.days_outside(actual), found.contains(actual)) == (outside, outside == 0)


def test_long_term_follow_up_ends_three_years_after_the_last_dose() -> None:
    visits = follow_up_visits(STOPPED)
    plans = [plan(visit, STOPPED) for visit in visits]
    targets = [found.target for found in plans if found and found.target]
    assert [visit.oid for visit in visits] == [f"LTFU{k}" for k in range(1, 9)]
    assert targets[-1] <= day("2027-04-08") < targets[-1] + dt.timedelta(weeks=24)


@pytest.mark.parametrize(
    ("scan", "visit", "expected"),
    [("2024-05-20", "2024-05-14", "2024-08-12"), (None, "2024-05-14", "2024-08-06"), (None, None, "2024-08-02")],
)
def test_follow_up_counts_from_scan_then_visit_then_decision(scan: str | None, visit: str | None, expected: str) -> None:
    anchors = replace(STOPPED, end_of_treatment_scan=scan and day(scan), end_of_treatment_visit=visit and day(visit))
    found = planned("LTFU1", anchors)
    assert found is not None and found.target == day(expected)


@pytest.mark.parametrize(
    ("event", "number", "oids"),
    [
        (Event.CONSENT, 1, ["SCR"]),
        (Event.CONSENT, 2, ["SCR2"]),
        (Event.REGISTRATION, 1, ["C1D1"]),
        (Event.COURSE_DAY_1, 1, ["C1A1", "C1A2", "C1D35", "C1RESP"]),
        (Event.COURSE_DAY_1, 2, ["C2A1", "C2A2", "C2D35", "C2RESP"]),
        (Event.FIRST_DOSE, 1, ["PFS12"]),
        (Event.NEXT_COURSE, 1, ["C2D1"]),
        (Event.NO_NEXT_COURSE, 1, ["EOT"]),
        (Event.TREATMENT_ENDED, 1, ["SFU30", "SFU90"]),
    ],
)
def test_visits_that_an_event_makes_appear(event: Event, number: int, oids: list[str]) -> None:
    assert [visit.oid for visit in visits_after(event, number=number)] == oids


def test_end_of_treatment_adds_the_follow_up_once_the_last_dose_is_known() -> None:
    oids = [visit.oid for visit in visits_after(Event.TREATMENT_ENDED, anchors=STOPPED)]
    assert oids[:3] == ["SFU30", "SFU90", "LTFU1"] and len(oids) == 10


def test_all_expected_visits_stand_in_the_order_of_their_numbers() -> None:
    events = [(Event.REGISTRATION, 1), (Event.FIRST_DOSE, 1), (Event.COURSE_DAY_1, 1), (Event.CONSENT, 1), (Event.CONSENT, 1)]
    oids = [visit.oid for visit in expected_visits(events, COURSE_1)]
    assert oids == ["SCR", "C1D1", "C1A1", "C1A2", "C1D35", "C1RESP", "PFS12"]


@pytest.mark.parametrize(
    ("oid", "cancelled"),
    [("C2D1", True), ("C2A1", True), ("C2RESP", True), ("C1RESP", False), ("SFU90", False), ("EOT", False), ("PFS12", False)],
)
def test_end_of_treatment_cancels_treatment_visits_but_not_a_scan_that_is_due(oid: str, cancelled: bool) -> None:
    visit = find_visit(oid)
    assert visit is not None
    assert is_cancelled_by_end_of_treatment(visit, STOPPED) is cancelled


@pytest.mark.parametrize(
    ("what", "event", "due"),
    [
        ("no progression", None, True),
        ("progression in month 6", "2024-09-04", False),
        ("progression at month 13", "2025-04-04", True),
    ],
)
def test_pfs_visit_is_due_unless_progression_or_death_came_before(what: str, event: str | None, due: bool) -> None:
    assert is_pfs_visit_due(STOPPED, None if event is None else day(event)) is due


def test_pfs_visit_is_not_due_without_a_dose() -> None:
    assert not is_pfs_visit_due(Anchors(), None)
