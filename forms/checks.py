"""Conditions that the checks of several CRFs share: windows, order of visits, doubles in a log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from forms import schedule, study
from forms.crf import Fail, fail
from forms.derive.dates import add_days
from forms.views import Record, Row, VisitView

WINDOW = (
    "{visit} expected {target} ({first} to {last}); entered {x} ({n} days {side}). "
    "If real, record the reason; a deviation line is offered."
)
DOUBLE = "Line {n} looks the same as line {m} ({key}). Remove one, or say how they differ."
HEADER = "You answered {a} to '{label}' but {n} lines exist."
OVERDUE = "{visit} was due by {to}. Enter it or mark it missed with a reason."

_NOT_IN_ORDER = (schedule.PFS_12, schedule.UNSCHEDULED)
_SAFETY = (schedule.SAFETY_30, schedule.SAFETY_90)


def outside_window(visit: VisitView, day: dt.date, item: str, row: Row | None = None) -> Fail | None:
    """VIS-01: what is wrong with a date of a visit; screening is judged from the registration date, not here."""
    first, last = visit.window_from, visit.window_to
    if visit.kind == schedule.SCREENING or first is None or last is None or first <= day <= last:
        return None
    days, side = ((first - day).days, "early") if day < first else ((day - last).days, "late")
    return fail(item, row, visit=visit.label, target=visit.planned, first=first, last=last, x=day, n=days, side=side)


def later_dated_before(visit: VisitView, day: dt.date, visits: Sequence[VisitView]) -> VisitView | None:
    """VIS-02: a visit that stands earlier in the schedule and has a later date.

    The one-year assessment and unscheduled visits have no fixed place; long-term follow-up is timed from the last scan
    and may fall before the safety visits.
    """
    place = next((index for index, other in enumerate(visits) if other.uid == visit.uid), None)
    if place is None or visit.kind in _NOT_IN_ORDER:
        return None
    skipped = (*_NOT_IN_ORDER, *(_SAFETY if visit.kind == schedule.FOLLOW_UP else ()))
    before = [v for v in visits[:place] if v.kind not in skipped and v.date is not None and v.date > day]
    return before[-1] if before else None


def is_overdue(visit: VisitView, today: dt.date) -> bool:
    """VIS-03: whether a planned visit is past its window with no entry; one that fell away or was missed is not.

    A visit that appeared only after its window, as when a casebook is entered later, has some days more.
    """
    end = visit.window_to
    if visit.status != "planned" or visit.kind in (schedule.SCREENING, schedule.UNSCHEDULED) or end is None:
        return False
    if visit.appeared is not None and visit.appeared > end:
        end = max(end, add_days(visit.appeared, study.LATE_ENTRY.value))
    return visit.date is None and end < today


def earlier_twin(record: Record, records: Sequence[Record], key: Callable[[Record], object]) -> Record | None:
    """GEN-06: the first line before this one that has the same key; a key of None never meets another."""
    wanted = key(record)
    for other in records:
        if other.uid == record.uid:
            return None
        if wanted is not None and key(other) == wanted:
            return other
    return None


def disagrees_with_log(answer: str, lines: Sequence[Row]) -> Fail | None:
    """GEN-08: what is wrong with the answer whether there is anything to list."""
    if (answer == "Y") == bool(lines):
        return None
    return fail(a="yes" if answer == "Y" else "no", n=len(lines))
