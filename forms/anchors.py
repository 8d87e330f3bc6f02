"""Which dates of a participant's records become the anchors of the schedule, and which events make visits appear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from forms import life, schedule
from forms.derive.dates import known_day
from forms.derive.status import Status, status
from forms.infusions import given_infusions, infusion_days
from forms.views import Record
from forms.windows import Anchors, Event

Load = Callable[[str], list[Record]]

# The CRFs whose answers may move an anchor, the participant's state or a visit of the plan.
SOURCES = frozenset({"IC", "VISIT", "NIVO", "IL2D", "TA"}) | life.SOURCES


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
    state: Status = Status.SCREENING
    falls_away: Callable[[schedule.VisitDef], bool] = lambda visit: False


def timeline(load: Load, attempt: int = 1) -> Timeline:
    """Anchors (crfs.md 1.4), events (1.5) and state (1.3) of a participant's records; `attempt` is that of screening.

    Until the nivolumab form says when a dose was given, a day of nivolumab is the date of its visit; the first and the
    last dose are doses that were given.
    """
    headers = [record for record in load("VISIT") if record.visit is not None]
    visits = [_visit_date(record) for record in headers]
    infusions = load("NIVO")
    day_ones = _nivolumab_days(visits, infusions, schedule.DAY_1)
    day_35s = _nivolumab_days(_not_refused(visits, infusions), infusions, schedule.DAY_35)
    infused = (known_day(record.start_dt) for record in given_infusions(infusions))
    doses = sorted([*_dose_dates(load("IL2D")), *(day for day in infused if day)])
    decided = life.decisions_to_stop(load)
    anchors = Anchors(
        consent_date=_first_consent(load("IC")),
        registration_date=life.registration_date(load),
        planned_c1d1=life.planned_first_dose(load),
        c1d1=doses[0] if doses else None,
        course_day_ones=day_ones,
        course_day_35s=day_35s,
        response_scans=_scans(load("TA"), schedule.RESPONSE),
        last_dose=doses[-1] if doses else None,
        end_of_treatment=max(decided.values(), default=None),
        end_of_treatment_visit=next((v.date for v in visits if v.kind == schedule.END_OF_TREATMENT), None),
        end_of_treatment_scan=_scans(load("TA"), schedule.END_OF_TREATMENT).get(None),
    )
    facts = life.life_of(load, anchors, headers, attempt)
    state = status(facts)
    return Timeline(
        anchors,
        _events(anchors, life.decisions_on_courses(load), is_over=state is Status.OFF_TREATMENT),
        visits,
        state,
        lambda visit: life.is_not_applicable(visit, state, load, anchors),
    )


def _visit_date(record: Record) -> VisitDate:
    visit = record.visit
    assert visit is not None
    return VisitDate(visit.uid, visit.kind, visit.course, record.value("visit_date"), record.value("visit_occurred"))


def _nivolumab_days(
    visits: Iterable[VisitDate], infusions: Sequence[Record], kind: str
) -> dict[int, dt.date]:  # fmt: skip
    """The days of nivolumab of a kind by course: of the doses given, else of the visits."""
    of_visits = {v.course: v.date for v in visits if v.kind == kind and v.course and v.date}
    return of_visits | infusion_days(infusions, kind)


def _not_refused(visits: Iterable[VisitDate], infusions: Iterable[Record]) -> list[VisitDate]:
    """The visits without those at which nivolumab was not given."""
    refused = {record.visit.uid for record in infusions if record.visit and record.given == "N"}
    return [visit for visit in visits if visit.uid not in refused]


def _dose_dates(records: Iterable[Record]) -> Iterable[dt.date]:
    for record in records:
        for slot in record.rows("SLOT"):
            if slot.status == "GIVEN" and slot.start_dt:
                yield dt.date.fromisoformat(slot.start_dt[:10])


def _first_consent(records: Iterable[Record]) -> dt.date | None:
    return min((r.value("signature_date") for r in records if r.value("signature_date")), default=None)


def _scans(records: Iterable[Record], kind: str) -> dict[int | None, dt.date]:
    """The first scan date of each time point at a kind of visit, by course (None where the visit has none)."""
    found: dict[int | None, dt.date] = {}
    for record in records:
        visit = record.visit
        dates = [row.scan_date for row in record.rows("SCAN") if row.scan_date]
        if visit is not None and visit.kind == kind and dates:
            found[visit.course] = min(dates)
    return found


def _events(anchors: Anchors, decisions: Mapping[int, str], *, is_over: bool) -> list[tuple[Event, int]]:
    events = [(Event.CONSENT, 1)] if anchors.consent_date else []
    events += [(Event.REGISTRATION, 1)] if anchors.registration_date else []
    events += [(Event.COURSE_DAY_1, course) for course in sorted(anchors.course_day_ones)]
    events += [(Event.FIRST_DOSE, 1)] if anchors.c1d1 else []
    for course, answer in sorted(decisions.items()):
        events.append((Event.NEXT_COURSE if answer == "Y" else Event.NO_NEXT_COURSE, course))
    return events + ([(Event.TREATMENT_ENDED, 1)] if is_over else [])
