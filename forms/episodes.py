"""The time that an adverse event covers and the doses around it, as the checks of several CRFs need them.

Times travel as ISO text, with the clock time where it is known; comparisons answer only what is certain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from forms.derive.ae import RELATED, GradePeriod
from forms.derive.dates import certainly_after, certainly_before, interval, with_time
from forms.derive.dosing import GIVEN, HELD
from forms.views import Record, Row

STOPPING_ACTIONS = ("DRUG INTERRUPTED", "DRUG WITHDRAWN")


def moment(date: str | None = None, time: str | None = None) -> str | None:
    """A date with its clock time, if there is a date."""
    return with_time(date, time) if date else None


def onset(event: Row) -> str | None:
    """When an event began, with its clock time if known."""
    return moment(event.start_date, event.start_time)


def resolution(event: Row) -> str | None:
    """When an event ended, with its clock time if known; None while it goes on or nobody says."""
    return moment(event.end_date, event.end_time)


def grade_from(row: Row) -> str | None:
    """From when a grade held."""
    return moment(row.from_date, row.from_time)


def grade_periods(event: Record) -> list[GradePeriod]:
    """The grades of an event with the times from which they held."""
    dated = ((grade_from(row), row.grade) for row in event.rows("GRADE"))
    return [GradePeriod(start, int(grade)) for start, grade in dated if start and grade]


def highest_grade_from(event: Record) -> str | None:
    """From when the highest grade of an event held first."""
    periods = grade_periods(event)
    worst = max((period.grade for period in periods), default=None)
    return next((period.from_dt for period in periods if period.grade == worst), None)


def may_be_present(event: Row, first: str, last: str) -> bool:
    """Whether an event can have been present at some time from first to last."""
    start, end = onset(event), resolution(event)
    if start is None or certainly_after(start, last):
        return False
    return end is None or not certainly_before(end, first)


def certainly_overlap(one: Row, other: Row) -> bool:
    """Whether two events were present at the same time whatever the unknown parts of their dates are."""
    return _certainly_begins_within(one, other) and _certainly_begins_within(other, one)


def _certainly_begins_within(one: Row, other: Row) -> bool:
    """Whether the first event certainly began before the second ended."""
    start, end = onset(one), resolution(other)
    if start is None or (end is None and other.ongoing != "Y"):
        return False
    return end is None or interval(start).latest < interval(end).earliest


def around(moment_: str, *, before: int = 0, after: int = 0) -> tuple[str, str]:
    """The times so many hours before and after a moment; of a date without a clock time, of the whole day."""
    span = interval(moment_)
    first, last = span.earliest - dt.timedelta(hours=before), span.latest + dt.timedelta(hours=after)
    return first.isoformat(timespec="minutes"), last.isoformat(timespec="minutes")


def is_severe_or_serious(event: Row) -> bool:
    """Whether an event reached grade 3 or is serious."""
    return event.serious == "Y" or (event.max_grade or "0") >= "3"


def is_related_to(relation: str | None) -> bool | None:
    """Whether an answered relation counts as related; None without an answer."""
    return None if relation is None else relation in RELATED


def given_slots(grids: Iterable[Record]) -> list[Row]:
    """The given doses of some dose grids in order."""
    return [slot for grid in grids for slot in grid.rows("SLOT") if slot.status == GIVEN]


def first_given(grids: Iterable[Record]) -> str | None:
    """The start of the first given dose; None while one of the given doses has no start."""
    starts = [slot.start_dt for slot in given_slots(grids)]
    known = [start for start in starts if start]
    return min(known, key=_begin) if known and len(known) == len(starts) else None


def last_given(grids: Iterable[Record]) -> str | None:
    """The start of the last given dose whose start is known."""
    return max((slot.start_dt for slot in given_slots(grids) if slot.start_dt), key=_begin, default=None)


def _begin(start: str) -> dt.datetime:
    return interval(start).earliest


def held_for(event: Row, grids: Sequence[Record]) -> list[str]:
    """The slots held because of an event, such as C1A1-04."""
    return [
        f"{grid.visit.oid if grid.visit else ''}-{slot.number:02d}"
        for grid in grids
        for slot in grid.rows("SLOT")
        if slot.status == HELD and event.uid in (slot.ae_ref or ())
    ]
