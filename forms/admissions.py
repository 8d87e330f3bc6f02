"""The IL-2 doses of an admission, its course and the courses before, as derivations and checks of several CRFs read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from forms import schedule
from forms.derive import dosing
from forms.derive.dates import known_day
from forms.views import Record, SubjectView, VisitView

ADMISSIONS = {schedule.ADMISSION_1: 1, schedule.ADMISSION_2: 2}


def slots_of(grid: Record) -> list[dosing.Slot]:
    """The slots of a dose grid as the rules of doses read them."""
    return [dosing.Slot(row.number, row.status, row.start_dt, row.dose_iu) for row in grid.rows("SLOT")]


def admission_one(visit: VisitView, records: Sequence[Record]) -> Record | None:
    """The record of admission 1 of the course, seen from admission 2."""
    if visit.kind != schedule.ADMISSION_2:
        return None
    return _at(schedule.ADMISSION_1, visit.course, records)


def discharge_before(visit: VisitView, admissions: Sequence[Record]) -> dt.date | None:
    """The day of discharge (not entered: of admission) from the IL-2 stay before this one; None before the first."""
    ended = ((_order(one.visit), known_day(one.discharge_dt or one.admit_dt)) for one in admissions if one.visit)
    before = [(order, day) for order, day in ended if day and order < _order(visit)]
    return max(before)[1] if before else None


def _order(visit: VisitView) -> tuple[int, int]:
    return visit.course or 0, ADMISSIONS.get(visit.kind, 0)


def given_in_admission(kind: str, course: int | None, grids: Sequence[Record]) -> int:
    """The number of doses given in an admission of a course; 0 while it has no grid."""
    grid = _at(kind, course, grids)
    return dosing.doses_given(slots_of(grid)) if grid else 0


def _at(kind: str, course: int | None, records: Sequence[Record]) -> Record | None:
    of_course = (record for record in records if record.visit and record.visit.course == course)
    return next((record for record in of_course if record.visit and record.visit.kind == kind), None)


def given_in_course(visit: VisitView, grids: Sequence[Record]) -> tuple[list[int], int]:
    """Doses given in each admission of the course up to this one, and the number of admissions of a course.

    Without a grid of this admission there is nothing to count yet.
    """
    if _at(visit.kind, visit.course, grids) is None:
        return [], 0
    kinds = schedule.ADMISSION_KINDS[: ADMISSIONS[visit.kind]]
    return [given_in_admission(kind, visit.course, grids) for kind in kinds], dosing.planned_admissions(1)


def given_so_far(visit: VisitView, subject: SubjectView, grids: Sequence[Record]) -> tuple[list[int], int]:
    """Doses given in each admission up to this one, and the number of admissions of the courses started by then.

    Later admissions do not count, so that a record that is locked stays as it is while dosing goes on.
    """
    here, of_course = given_in_course(visit, grids)
    if not here:
        return [], 0
    before = [course for course in range(1, visit.course or 1) if subject.course_day_one(course)]
    given = [given_in_admission(kind, course, grids) for course in before for kind in schedule.ADMISSION_KINDS]
    return [*given, *here], of_course + dosing.planned_admissions(len(before))


def doses_of_course(
    visit: VisitView, infusions: Sequence[Record], grids: Sequence[Record]
) -> tuple[int, list[int]]:  # fmt: skip
    """The nivolumab doses of a course that were given, and the IL-2 doses of each of its admissions."""
    infused = sum(1 for one in infusions if one.visit and one.visit.course == visit.course and one.given == "Y")
    return infused, [given_in_admission(kind, visit.course, grids) for kind in schedule.ADMISSION_KINDS]


def days_of(visit: VisitView, subject: SubjectView, grid: Record) -> dosing.DosingDays:
    """The course days of the doses of an admission."""
    return dosing.dosing_days(slots_of(grid), subject.course_day_one(visit.course), ADMISSIONS[visit.kind])


def ends_of_rest(visit: VisitView, grids: Sequence[Record]) -> tuple[str | None, str | None]:
    """The last dose of admission 1 and the first of admission 2, seen from admission 2."""
    first, second = admission_one(visit, grids), _at(visit.kind, visit.course, grids)
    before, after = (dosing.first_and_last_given(slots_of(grid)) if grid else None for grid in (first, second))
    return before[1] if before else None, after[0] if after else None


def rest_words(visit: VisitView, grids: Sequence[Record], zone: str | None) -> str | None:
    """The rest between the admissions of a course with the doses that it lies between."""
    last, first = ends_of_rest(visit, grids)
    hours: Decimal | None = dosing.rest_between(last, first, ZoneInfo(zone) if zone else None)
    return dosing.rest_words(last, first, hours) if last and first and hours is not None else None
