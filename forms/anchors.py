"""Which dates of a participant's records become the anchors of the schedule, and which events make visits appear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from forms import schedule
from forms.views import Record
from forms.windows import Anchors, Event

Load = Callable[[str], list[Record]]

# The CRFs whose answers may move an anchor.
SOURCES = frozenset({"IC", "VISIT", "IL2D", "TA"})


@dataclass(frozen=True)
class VisitDate:
    """What a visit header says about its visit: the date when it took place, or that it was missed."""

    uid: str
    kind: str
    course: int | None
    date: dt.date | None
    occurred: str | None


@dataclass(frozen=True)
class Timeline:
    """Everything the schedule needs to know of one participant."""

    anchors: Anchors
    events: Sequence[tuple[Event, int]] = ()
    visits: Sequence[VisitDate] = field(default_factory=tuple)


def timeline(load: Load) -> Timeline:
    """Anchors (crfs.md 1.4) and events (1.5) of a participant's records.

    Until the nivolumab form says when a dose was given, day 1 of a course is the date of its day-1 visit.
    """
    visits = [_visit_date(record) for record in load("VISIT") if record.visit is not None]
    day_ones = {v.course: v.date for v in visits if v.kind == schedule.DAY_1 and v.course and v.date}
    day_35s = {v.course: v.date for v in visits if v.kind == schedule.DAY_35 and v.course and v.date}
    doses = sorted(_dose_dates(load("IL2D")))
    treated = sorted([*doses, *day_ones.values()])
    anchors = Anchors(
        consent_date=_first_consent(load("IC")),
        c1d1=treated[0] if treated else None,
        course_day_ones=day_ones,
        course_day_35s=day_35s,
        response_scans=_response_scans(load("TA")),
        last_dose=max([*doses, *day_ones.values(), *day_35s.values()]) if treated else None,
        end_of_treatment_visit=next((v.date for v in visits if v.kind == schedule.END_OF_TREATMENT), None),
    )
    return Timeline(anchors, _events(anchors), visits)


def _visit_date(record: Record) -> VisitDate:
    visit = record.visit
    assert visit is not None
    return VisitDate(visit.uid, visit.kind, visit.course, record.value("visit_date"), record.value("visit_occurred"))


def _dose_dates(records: Iterable[Record]) -> Iterable[dt.date]:
    for record in records:
        for slot in record.rows("SLOT"):
            if slot.status == "GIVEN" and slot.start_dt:
                yield dt.date.fromisoformat(slot.start_dt[:10])


def _first_consent(records: Iterable[Record]) -> dt.date | None:
    return min((r.value("signature_date") for r in records if r.value("signature_date")), default=None)


def _response_scans(records: Iterable[Record]) -> dict[int, dt.date]:
    found: dict[int, dt.date] = {}
    for record in records:
        visit = record.visit
        dates = [row.scan_date for row in record.rows("SCAN") if row.scan_date]
        if visit is not None and visit.kind == schedule.RESPONSE and visit.course and dates:
            found[visit.course] = min(dates)
    return found


def _events(anchors: Anchors) -> list[tuple[Event, int]]:
    events = [(Event.CONSENT, 1)] if anchors.consent_date else []
    events += [(Event.COURSE_DAY_1, course) for course in sorted(anchors.course_day_ones)]
    return events + ([(Event.FIRST_DOSE, 1)] if anchors.c1d1 else [])
