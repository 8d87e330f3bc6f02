"""The given nivolumab doses of a participant, as anchors and the checks of several CRFs need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from forms.derive.dates import certainly_before, interval, known_day
from forms.views import Record, Row


def given_infusions(records: Iterable[Record]) -> list[Record]:
    """The infusions that were given and have a start, in the order of time."""
    given = (record for record in records if record.given == "Y" and record.start_dt)
    return sorted(given, key=lambda record: interval(record.start_dt))


def infusion_days(records: Iterable[Record], kind: str) -> dict[int, dt.date]:
    """The day of the infusion given at each visit of a kind, by course."""
    found: dict[int, dt.date] = {}
    for record in given_infusions(records):
        visit, day = record.visit, known_day(record.start_dt)
        if visit is not None and visit.kind == kind and visit.course and day:
            found[visit.course] = day
    return found


def infusion_before(infusion: Record, infusions: Iterable[Record]) -> Record | None:
    """The last infusion given on a day before this one, whatever visit it belongs to."""
    day = known_day(infusion.start_dt)
    before = [o for o in given_infusions(infusions) if day and (known_day(o.start_dt) or day) < day]
    return before[-1] if before and infusion.given == "Y" else None


def first_infusion(records: Sequence[Record]) -> str | None:
    """The start of the first given infusion; None while one of the given ones has no start."""
    given = given_infusions(records)
    is_open = any(record.given == "Y" and not record.start_dt for record in records)
    return None if is_open or not given else str(given[0].start_dt)


def infusions_after(start: str, records: Iterable[Record]) -> list[Record]:
    """The infusions that were given, or should have been, certainly after a time."""
    due = ((record, record.start_dt or _day_of_visit(record)) for record in records if record.given)
    return [record for record, when in due if when and certainly_before(start, when)]


def _day_of_visit(record: Record) -> dt.date | None:
    return (record.visit.date or record.visit.planned) if record.visit else None


def omitted_for(event: Row, records: Iterable[Record]) -> list[str]:
    """The visits whose nivolumab was not given, or not in time, because of an event, such as C1D35."""
    return [record.visit.oid for record in records if record.visit and record.ae_ref == event.uid]


def falls_inside(moment: str, admission: Record) -> bool:
    """Whether a time certainly lies between admission and discharge of an IL-2 stay; both ends belong to it."""
    admitted, discharged = admission.admit_dt, admission.discharge_dt
    if admitted is None or discharged is None:
        return False
    return not _may_precede(moment, admitted) and not _may_precede(discharged, moment)


def _may_precede(one: str, other: str) -> bool:
    return interval(one).earliest < interval(other).latest
