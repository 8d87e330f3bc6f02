"""Checks and derivations of nivolumab: reason, infusion, dose, distance between doses, courses, admissions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject, visit

PLAIN = {
    "given": "Y", "start_dt": "2024-04-07 09:00", "end_dt": "2024-04-07 09:30", "dose_mg": "480", "interrupted": "N",
}  # fmt: skip
D35_WINDOW = "2024-04-07 2024-04-04 2024-04-10"


def infusion(at="C1D35", **given):
    """A dose of nivolumab that was given as planned."""
    return record("NIVO", at, **{name: value for name, value in (PLAIN | given).items() if value is not None})


def day_one(start: str = "2024-03-04 09:00", at: str = "C1D1", **given):
    """The first dose of a course."""
    return infusion(at, start_dt=start, end_dt=None, **given)


def omitted(**given):
    """A day 35 without nivolumab."""
    return record("NIVO", "C1D35", given="N", **given)


def event(line: int = 4, **given):
    """Hepatitis, line 4 of the log."""
    return record("AE", name="ae4", line=line, ctcae_term="Hepatitis viral", **given)


def stay(admitted: str, discharged: str | None, at: str = "C1A2"):
    """An IL-2 admission."""
    given = {"admission_occurred": "Y", "admit_dt": admitted} | ({"discharge_dt": discharged} if discharged else {})
    return record("IL2A", at, **given)


def scan(date: str, at: str = "C1RESP"):
    """A response scan."""
    return record("TA", at, SCAN=[{"scan_date": date}])


BECAUSE = {"reason_not_given": "ADVERSE EVENT"}
LATE = {"start_dt": "2024-04-13 09:00", "end_dt": None}

CASES = [
    passes("VIS-01", "day 35 on course day 36", infusion(visit("C1D35", None, D35_WINDOW), start_dt="2024-04-08 09:00")),
    asks("VIS-01", "day 35 on course day 41", infusion(visit("C1D35", None, D35_WINDOW), **LATE), item="start_dt", message=(
        "Course 1, day 35 nivolumab expected 2024-04-07 (2024-04-04 to 2024-04-10); entered 2024-04-13 (3 days late). "
        "If real, record the reason; a deviation line is offered.")),
    passes("VIS-01", "the visit header speaks for the same date", infusion(
        visit("C1D35", "2024-04-13", D35_WINDOW), **LATE)),
    passes("NIV-01", "not given, adverse event linked", omitted(ae_ref="ae4", **BECAUSE), event()),
    asks("NIV-01", "not given, no reason", omitted(), item="reason_not_given",
         message="Nivolumab was not given on Course 1, day 35 nivolumab: give the reason."),
    passes("NIV-01", "not given, reason marked unknown", omitted(reason_not_given_missing="UNKNOWN")),
    asks("NIV-01", "not given, adverse event not linked", omitted(**BECAUSE), item="ae_ref",
         message="Nivolumab was not given on Course 1, day 35 nivolumab: give the reason and the adverse event."),
    asks("NIV-01", "given late, adverse event not linked", infusion(visit("C1D35", None, D35_WINDOW), **LATE, **BECAUSE),
         item="ae_ref", message=(
             "Nivolumab was not given on time on Course 1, day 35 nivolumab: give the reason and the adverse event.")),
    asks("NIV-01", "not given for an event that changed nothing", omitted(ae_ref="ae4", **BECAUSE), event(
        action_nivolumab="DOSE NOT CHANGED"), item="ae_ref", message=(
            "Nivolumab was not given as planned for adverse event 4, but its action with nivolumab is 'Dose not changed'.")),
    passes("NIV-01", "not given for an event that interrupted it", omitted(ae_ref="ae4", **BECAUSE), event(
        action_nivolumab="DRUG INTERRUPTED")),
    passes("NIV-01", "given in its window, last day", infusion(visit("C1D35", None, D35_WINDOW), start_dt="2024-04-10 09:00")),
    asks("NIV-01", "given a day after its window, no reason", infusion(
        visit("C1D35", None, D35_WINDOW), start_dt="2024-04-11 09:00"), item="reason_not_given", message=(
            "Nivolumab was given outside the window of Course 1, day 35 nivolumab (2024-04-04 to 2024-04-10): "
            "give the reason.")),
    passes("NIV-01", "given late with a reason", infusion(
        visit("C1D35", None, D35_WINDOW), reason_not_given="LOGISTIC", **LATE)),
    passes("NIV-02", "30 minutes", infusion()),
    asks("NIV-02", "ends 30 minutes before it starts", infusion(end_dt="2024-04-07 08:30"), item="end_dt",
         message="Infusion lasted -30 min (30 expected)."),
    passes("NIV-02", "20 minutes", infusion(end_dt="2024-04-07 09:20")),
    asks("NIV-02", "19 minutes", infusion(end_dt="2024-04-07 09:19")),
    passes("NIV-02", "120 minutes", infusion(end_dt="2024-04-07 11:00")),
    asks("NIV-02", "121 minutes", infusion(end_dt="2024-04-07 11:01")),
    passes("NIV-02", "times not known", infusion(start_dt="2024-04-07", end_dt="2024-04-07")),
    asks("NIV-02", "times not known, ends the day before", infusion(start_dt="2024-04-07", end_dt="2024-04-06"),
         message="Infusion end 2024-04-06 is before its start 2024-04-07."),
    passes("NIV-02", "30 minutes across the change of clocks", infusion(
        start_dt="2024-03-10 01:45", end_dt="2024-03-10 03:15"), site={"time_zone": "America/Los_Angeles"}),
    asks("NIV-02", "interrupted without a reason", infusion(interrupted="Y"), item="interruption_reason",
         message="The infusion was interrupted: give the reason."),
    passes("NIV-02", "interrupted with a reason", infusion(interrupted="Y", interruption_reason="ADVERSE EVENT")),
    passes("NIV-03", "480 mg", infusion()),
    asks("NIV-03", "240 mg", infusion(dose_mg="240"), item="dose_mg",
         message="Protocol dose is 480 mg; you entered 240 mg. A deviation line is offered."),
    asks("NIV-03", "480.1 mg", infusion(dose_mg="480.1")),
    passes("NIV-04", "34 days after day 1", infusion(), day_one()),
    passes("NIV-04", "28 days after day 1", infusion(start_dt="2024-04-01 09:00", end_dt=None), day_one()),
    asks("NIV-04", "27 days after day 1", infusion(start_dt="2024-03-31 09:00", end_dt=None), day_one()),
    asks("NIV-04", "14 days after day 1", infusion(start_dt="2024-03-18 09:00", end_dt=None), day_one(), item="start_dt",
         message="Nivolumab 2024-03-18 is 14 days after the previous dose 2024-03-04; at least 28 expected."),
    passes("NIV-04", "the earlier of two doses is not asked about", day_one(), infusion(
        start_dt="2024-03-18 09:00", end_dt=None)),
    passes("NIV-04", "14 days after a day 1 without a dose", infusion(start_dt="2024-03-18 09:00", end_dt=None),
           record("NIVO", "C1D1", given="N")),
    passes("NIV-05", "course 2 eight days after the scan", day_one("2024-05-13 09:00", "C2D1"), infusion(), scan("2024-05-05")),
    passes("NIV-05", "course 2 on the day of the scan", day_one("2024-05-05 09:00", "C2D1"), infusion(), scan("2024-05-05")),
    asks("NIV-05", "course 2 the day before the scan", day_one("2024-05-04 09:00", "C2D1"), infusion(), scan("2024-05-05"),
         item="start_dt", message="Course 2 day 1 is 2024-05-04, before the response scan of course 1 (2024-05-05)."),
    passes("NIV-05", "day 35 before the scan of its own course", infusion(), scan("2024-05-05")),
    asks("NIV-05", "course 2 before day 35 of course 1", day_one("2024-04-05 09:00", "C2D1"), infusion(),
         message="Course 2 day 1 is 2024-04-05, before the day-35 dose of course 1 (2024-04-07)."),
    asks("NIV-05", "day 35 entered as day 1 of course 2 again", day_one("2024-04-07 09:00", "C2D1"), infusion(), message=(
        "Nivolumab 2024-04-07 stands at Course 1, day 35 nivolumab too: one administration belongs to one visit only.")),
    passes("NIV-05", "the first of two visits with one dose", infusion(), day_one("2024-04-07 09:00", "C2D1")),
    passes("NIV-06", "day 35 after admission 2", infusion(), stay("2024-03-25 10:00", "2024-03-30 12:00")),
    asks("NIV-06", "day 35 inside admission 2", infusion(start_dt="2024-03-29 09:00", end_dt=None),
         stay("2024-03-25 10:00", "2024-03-30 12:00"), item="start_dt", message=(
             "Nivolumab 2024-03-29 09:00 falls inside the IL-2 admission 2024-03-25 10:00 to 2024-03-30 12:00.")),
    asks("NIV-06", "at the minute of discharge", infusion(start_dt="2024-03-30 12:00", end_dt=None),
         stay("2024-03-25 10:00", "2024-03-30 12:00")),
    passes("NIV-06", "a minute after discharge", infusion(start_dt="2024-03-30 12:01", end_dt=None),
           stay("2024-03-25 10:00", "2024-03-30 12:00")),
    passes("NIV-06", "on the day of discharge, time not known", infusion(start_dt="2024-03-30", end_dt=None),
           stay("2024-03-25 10:00", "2024-03-30 12:00")),
    passes("NIV-06", "discharge not entered yet", infusion(start_dt="2024-03-29 09:00", end_dt=None),
           stay("2024-03-25 10:00", None)),
    asks("GEN-02", "an infusion tomorrow", infusion(start_dt="2024-07-01 09:00", end_dt=None)),
    asks("IC-01", "an infusion before consent", infusion(start_dt="2024-02-01 09:00", end_dt=None)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


def derived(judged, *others):
    """The record once derivations have run."""
    judge(judged, subject(judged, *others), others)
    return judged


def test_planned_dose_is_that_of_the_protocol():
    assert derived(omitted()).planned_mg == Decimal(480)


@pytest.mark.parametrize(
    ("words", "judged", "others", "days"),
    [
        ("day 35 after day 1", infusion(), [day_one()], 34),
        ("the first dose of all", day_one(), [infusion()], None),
        ("course 2 after day 35", day_one("2024-05-13 09:00", "C2D1"), [day_one(), infusion()], 36),
        ("a dose that was not given does not count", infusion(), [record("NIVO", "C1D1", given="N")], None),
        ("a dose that was not given has no distance", omitted(), [day_one()], None),
    ],
)
def test_days_between_doses(words, judged, others, days):
    assert derived(judged, *others).days_since_last == days


@pytest.mark.parametrize(
    ("words", "start", "outside"),
    [
        ("two days early", "2024-04-05 09:00", "N"), ("first day of the window", "2024-04-04", "N"),
        ("a day before it", "2024-04-03", "Y"), ("last day", "2024-04-10 23:59", "N"), ("late", "2024-04-11", "Y"),
    ],
)  # fmt: skip
def test_whether_a_dose_lies_in_the_window_of_its_visit(words, start, outside):
    assert derived(infusion(visit("C1D35", None, D35_WINDOW), start_dt=start, end_dt=None)).outside_window == outside
