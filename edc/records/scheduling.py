"""Keeps a participant's visits and anchors in step with the data: planned dates, windows, dates that were entered."""

from __future__ import annotations

from decimal import Decimal

from audit.capture import new_uid
from edc.clock import local, now
from edc.db import Session
from edc.errors import Refused
from edc.records.book import SubjectBook
from edc.study.models import Subject, Visit
from forms import schedule
from forms.anchors import SOURCES, Timeline, VisitDate, timeline
from forms.schedule import VisitDef
from forms.windows import Anchors, expected_visits, plan

PLANNED, OCCURRED, MISSED, NOT_APPLICABLE = "planned", "occurred", "missed", "not applicable"
LAST_NUMBER = 99


def position_of(visitnum: Decimal) -> int:
    """The order of a visit: a hundred times its SDTM number, so that unscheduled visits fit between."""
    return int(visitnum * 100)


def make_visit(session: Session, subject: Subject, definition: VisitDef, position: int | None = None) -> Visit:
    """Add a visit to a participant; `position` for visits whose number depends on the visit before."""
    if position is None:
        assert definition.visitnum is not None
        position = position_of(definition.visitnum)
    visit = Visit(
        uid=new_uid(), site_uid=subject.site_uid, subject_uid=subject.uid, subject=subject, oid=definition.oid,
        kind=definition.kind, course=definition.course, label=definition.label, slug=definition.slug,
        position=position, status=PLANNED, appeared_on=local(now(session), subject.site.time_zone).date(),
    )  # fmt: skip
    session.add(visit)
    return visit


def add_visit(session: Session, book: SubjectBook, kind: str, number: int | None) -> Visit:
    """Add a visit by hand: a planned one before its trigger, or an unscheduled one after the latest visit."""
    if kind == schedule.UNSCHEDULED:
        number = 1 + sum(1 for visit in book.visits if visit.kind == kind)
    elif schedule.VISIT_KINDS[kind].is_numbered and not 1 <= (number or 0) <= LAST_NUMBER:
        raise Refused(
            reason=f"A visit of this kind needs its course or number, from 1 to {LAST_NUMBER}.", remedy="Say which one."
        )
    definition = schedule.get_visit(kind, number)
    if any(visit.oid == definition.oid for visit in book.visits):
        raise Refused(reason=f"{definition.label} is there already.", remedy="Open it in the casebook.")
    visit = make_visit(session, book.subject, definition, _position(book, definition))
    book.forget_visits()
    session.flush()
    _plan(visit, timeline(book.load, book.subject.screening_attempt).anchors)
    book.subject.judged_on = None
    return visit


def _position(book: SubjectBook, definition: VisitDef) -> int:
    if definition.visitnum is not None:
        return position_of(definition.visitnum)
    dated = [visit for visit in book.visits if visit.visit_date]
    last = max((visit.position for visit in dated or book.visits), default=100)
    return position_of(schedule.unscheduled_visitnum(Decimal(last) / 100))


def follow_schedule(book: SubjectBook, crf_oid: str) -> bool:
    """Bring anchors and visits in step after a save of a CRF; True when a date that others are judged by moved."""
    if crf_oid not in SOURCES:
        return False
    line = timeline(book.load, book.subject.screening_attempt)
    moved = _set_anchors(book.subject, line)
    missing = [v for v in expected_visits(line.events, line.anchors) if all(v.oid != have.oid for have in book.visits)]
    book.add_visits([make_visit(book.session, book.subject, definition) for definition in missing])
    moved |= _set_dates(book, line)
    for visit in book.visits:
        moved |= _plan(visit, line.anchors)
    if moved:
        book.see_visits_anew()
    return moved


def _set_anchors(subject: Subject, line: Timeline) -> bool:
    moved = False
    for name in ("consent_date", "registration_date", "c1d1", "last_dose"):
        value = getattr(line.anchors, name)
        if getattr(subject, name) != value:
            setattr(subject, name, value)
            moved = True
    if subject.status != line.state:
        subject.status = line.state.value
    return moved


def _set_dates(book: SubjectBook, line: Timeline) -> bool:
    said: dict[str, VisitDate] = {visit.uid: visit for visit in line.visits}
    moved = False
    for visit in book.visits:
        found = said.get(visit.uid)
        status = {"Y": OCCURRED, "N": MISSED}.get((found and found.occurred) or "", PLANNED)
        if status == PLANNED and _falls_away(visit, line):
            status = NOT_APPLICABLE
        date = found.date if found and status == OCCURRED else None
        if visit.status != status:
            visit.status = status
            moved = True
        if visit.visit_date != date:
            visit.visit_date = date
            moved = True
    return moved


def _falls_away(visit: Visit, line: Timeline) -> bool:
    definition = schedule.find_visit(visit.oid)
    return definition is not None and line.falls_away(definition)


def _plan(visit: Visit, anchors: Anchors) -> bool:
    """Set the planned date and window of a visit; True when they moved."""
    definition = schedule.find_visit(visit.oid)
    planned = plan(definition, anchors) if definition else None
    new = (planned.target, planned.earliest, planned.latest) if planned else (None, None, None)
    if (visit.planned_on, visit.window_from, visit.window_to) == new:
        return False
    visit.planned_on, visit.window_from, visit.window_to = new
    return True
