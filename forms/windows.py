"""When a visit is planned and what makes it appear: anchors, windows and the rules that generate visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from forms import schedule, study
from forms.derive.dates import add_days, add_months
from forms.schedule import VisitDef, get_visit


@dataclass(frozen=True)
class Anchors:
    """The dates that windows hang on; a date that is not known yet is absent."""

    consent_date: dt.date | None = None
    registration_date: dt.date | None = None
    planned_c1d1: dt.date | None = None
    c1d1: dt.date | None = None
    course_day_ones: Mapping[int, dt.date] = field(default_factory=dict)
    course_day_35s: Mapping[int, dt.date] = field(default_factory=dict)
    response_scans: Mapping[int | None, dt.date] = field(default_factory=dict)
    last_dose: dt.date | None = None
    end_of_treatment: dt.date | None = None
    end_of_treatment_visit: dt.date | None = None
    end_of_treatment_scan: dt.date | None = None

    def course_day_one(self, course: int | None) -> dt.date | None:
        """Day 1 of a course."""
        return None if course is None else self.course_day_ones.get(course)

    def course_day_35(self, course: int | None) -> dt.date | None:
        """The day-35 dose of a course; course day 35 when it was not given."""
        if course is not None and course in self.course_day_35s:
            return self.course_day_35s[course]
        day_one = self.course_day_one(course)
        return None if day_one is None else add_days(day_one, study.COURSE_LENGTH.value - 1)

    @property
    def follow_up_start(self) -> dt.date | None:
        """The scan at the end of treatment; without one the visit, then the decision to stop."""
        return self.end_of_treatment_scan or self.end_of_treatment_visit or self.end_of_treatment


@dataclass(frozen=True)
class Plan:
    """The planned date of a visit and the window around it; screening has a window only.

    `is_judged` is false where the window is shown but a date outside it is no deviation.
    """

    target: dt.date | None
    earliest: dt.date
    latest: dt.date
    is_judged: bool = True

    def contains(self, day: dt.date) -> bool:
        """Whether a date lies in the window, both ends included."""
        return self.earliest <= day <= self.latest

    def days_outside(self, day: dt.date) -> int:
        """Days late (positive) or early (negative); 0 inside the window."""
        return max((day - self.latest).days, 0) + min((day - self.earliest).days, 0)


@dataclass(frozen=True)
class WindowRule:
    """Target as an offset from an anchor, and the days allowed before and after it."""

    anchor: str
    days: int
    before: int
    after: int
    assumed: bool = True


# Course day n stands n - 1 days after day 1. The ends of the admission windows are the last days on which doses fall.
WINDOWS: Mapping[str, WindowRule] = {
    "C1D1": WindowRule("registration_date", 0, 0, study.REGISTRATION_TO_FIRST_DOSE.value),
    "CnD1": WindowRule("response_scan", 7, 6, 21),
    schedule.ADMISSION_1: WindowRule("course_day_one", 7, 1, 4),
    schedule.ADMISSION_2: WindowRule("course_day_one", 21, 1, 6),
    schedule.DAY_35: WindowRule("course_day_one", 34, 3, 3),
    schedule.RESPONSE: WindowRule("course_day_35", study.RESPONSE_SCAN_OFFSET.value, 7, 7),
    schedule.END_OF_TREATMENT: WindowRule("end_of_treatment", 0, 0, 14),
    schedule.SAFETY_30: WindowRule("last_dose", 30, 3, 7),
    schedule.SAFETY_90: WindowRule("last_dose", study.AE_WINDOW.value, 0, 14),
}

SCREENING_DAYS = (-28, -1)
FOLLOW_UP_WINDOW = 14
FOLLOW_UP_FIRST_YEAR_WEEKS, FOLLOW_UP_LATER_WEEKS, FOLLOW_UP_FIRST_YEAR_VISITS = 12, 24, 4


def plan(visit: VisitDef, anchors: Anchors) -> Plan | None:
    """The planned date and window of a visit, or None while its anchor is not known."""
    if visit.kind == schedule.SCREENING:
        return _screening(anchors)
    if visit.kind == schedule.PFS_12:
        return _pfs(anchors)
    if visit.kind == schedule.FOLLOW_UP:
        return _follow_up(visit.number or 1, anchors)
    if visit.kind == schedule.DAY_1 and visit.course != 1:
        return _later_day_one(visit.course or 1, anchors)
    rule = WINDOWS.get("C1D1" if visit.kind == schedule.DAY_1 else visit.kind)
    return None if rule is None else _around(rule, _anchor(rule.anchor, visit.course, anchors))


def _anchor(name: str, course: int | None, anchors: Anchors) -> dt.date | None:
    value = getattr(anchors, name)
    found: dt.date | None = value(course) if callable(value) else value
    return found


def _around(rule: WindowRule, anchor: dt.date | None) -> Plan | None:
    if anchor is None:
        return None
    target = add_days(anchor, rule.days)
    return Plan(target, add_days(target, -rule.before), add_days(target, rule.after))


def _screening(anchors: Anchors) -> Plan | None:
    # Eligibility is judged from the registration date, so screening days before the first dose are for display.
    day_one = anchors.c1d1 or anchors.planned_c1d1
    if day_one is None:
        return None
    first, last = (add_days(day_one, days) for days in SCREENING_DAYS)
    return Plan(None, first, last, is_judged=False)


def _later_day_one(course: int, anchors: Anchors) -> Plan | None:
    scan = anchors.response_scans.get(course - 1)
    window = _around(WINDOWS["CnD1"], scan)
    day_35 = anchors.course_day_35(course - 1)
    if window is None or window.target is None or day_35 is None:
        return window
    first = max(window.earliest, add_days(day_35, study.NIVOLUMAB_MIN_GAP.value))
    return Plan(max(window.target, first), first, max(window.latest, first))


def _pfs(anchors: Anchors) -> Plan | None:
    if anchors.c1d1 is None:
        return None
    months, around = study.PFS_LANDMARK.value, study.PFS_LANDMARK_WINDOW.value
    target, first, last = (add_months(anchors.c1d1, count) for count in (months, months - around, months + around))
    return Plan(target, first, last)


def _follow_up(number: int, anchors: Anchors) -> Plan | None:
    start = anchors.follow_up_start
    if start is None:
        return None
    early = min(number, FOLLOW_UP_FIRST_YEAR_VISITS)
    weeks = early * FOLLOW_UP_FIRST_YEAR_WEEKS + (number - early) * FOLLOW_UP_LATER_WEEKS
    target = add_days(start, 7 * weeks)
    return Plan(target, add_days(target, -FOLLOW_UP_WINDOW), add_days(target, FOLLOW_UP_WINDOW))


def follow_up_visits(anchors: Anchors) -> tuple[VisitDef, ...]:
    """The long-term follow-up visits planned up to three years after the last dose."""
    if anchors.last_dose is None:
        return ()
    end = add_months(anchors.last_dose, 12 * study.ORR_HORIZON.value)
    return tuple(_while_planned_by(end, anchors))


def _while_planned_by(end: dt.date, anchors: Anchors) -> Iterator[VisitDef]:
    number = 1
    while (planned := _follow_up(number, anchors)) and planned.target and planned.target <= end:
        yield get_visit(schedule.FOLLOW_UP, number)
        number += 1


class Event(StrEnum):
    """What happened to a participant that makes visits appear."""

    CONSENT = "consent"
    REGISTRATION = "registration"
    COURSE_DAY_1 = "course day 1"
    FIRST_DOSE = "first dose"
    NEXT_COURSE = "next course"
    NO_NEXT_COURSE = "no next course"
    TREATMENT_ENDED = "treatment ended"


def visits_after(event: Event, *, number: int = 1, anchors: Anchors | None = None) -> tuple[VisitDef, ...]:
    """The visits that an event makes appear; `number` is the screening attempt or the course of the event."""
    match event:
        case Event.CONSENT:
            return (get_visit(schedule.SCREENING, number),)
        case Event.REGISTRATION:
            return (get_visit(schedule.DAY_1, 1),)
        case Event.COURSE_DAY_1:
            return schedule.visits_of_course(number)[1:]
        case Event.FIRST_DOSE:
            return (get_visit(schedule.PFS_12),)
        case Event.NEXT_COURSE:
            return (get_visit(schedule.DAY_1, number + 1),)
        case Event.NO_NEXT_COURSE:
            return (get_visit(schedule.END_OF_TREATMENT),)
        case Event.TREATMENT_ENDED:
            safety = get_visit(schedule.SAFETY_30), get_visit(schedule.SAFETY_90)
            return (*safety, *follow_up_visits(anchors or Anchors()))


def is_cancelled_by_end_of_treatment(visit: VisitDef, anchors: Anchors) -> bool:
    """Whether a planned visit falls away (not applicable, kept) once both drugs are stopped.

    The response scan of a course stays due when its day-35 dose was given: the primary endpoint needs it.
    """
    if visit.kind == schedule.RESPONSE:
        return visit.course not in anchors.course_day_35s
    return visit.kind in schedule.COURSE_KINDS


def is_pfs_visit_due(anchors: Anchors, progressed_or_died: dt.date | None) -> bool:
    """Whether the one-year assessment is due: unless progression or death came before it."""
    planned = _pfs(anchors)
    if planned is None or planned.target is None:
        return False
    return progressed_or_died is None or progressed_or_died >= planned.target


def expected_visits(events: Iterable[tuple[Event, int]], anchors: Anchors) -> tuple[VisitDef, ...]:
    """All visits that the events so far have made appear, each once, in order of their numbers."""
    found: dict[str, VisitDef] = {}
    for event, number in events:
        found |= {visit.oid: visit for visit in visits_after(event, number=number, anchors=anchors)}
    return tuple(sorted(found.values(), key=lambda visit: visit.visitnum or 0))
