"""The participant list, the day's work and the study's counts: paged by key, a fixed number of statements each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, union_all
from sqlalchemy.orm import joinedload

from edc.adverse_events.reports import ReportLine, list_reports
from edc.casebook.site_counts import FORM_COUNTS
from edc.clock import now
from edc.db import Session
from edc.queries.models import Query
from edc.records.models import COMPLETE, SIGNED, VOID, FormRecord
from edc.records.states import is_in_state
from edc.review.locking import list_blockers
from edc.study.models import Site, Subject, Visit

PAGE_SIZES = (50, 200)


@dataclass(frozen=True)
class Page:
    """One page of a list by key: the rows, and the keys of the neighbours (None at the ends)."""

    rows: Sequence[object]
    next_key: str | None
    previous_key: str | None


@dataclass(frozen=True)
class ParticipantRow:
    """One line of the participant list."""

    subject: Subject
    forms: int = 0
    complete: int = 0
    queries_open: int = 0
    queries_answered: int = 0
    to_verify: int = 0
    verified: int = 0
    changed: int = 0
    signed: int = 0
    void: int = 0
    last_entry: dt.datetime | None = None
    next_visit: Visit | None = None

    @property
    def percent_verified(self) -> int | None:
        """Verified items in whole percent, None while nothing is to verify."""
        return 100 * self.verified // self.to_verify if self.to_verify else None


@dataclass(frozen=True)
class ParticipantFilter:
    """What the participant list is narrowed to."""

    text: str = ""
    status: str = ""
    site: str = ""
    only: str = ""


def list_participants(session: Session, narrowed: ParticipantFilter, after: str, size: int) -> Page:
    """A page of participants in order of code, starting behind the code `after`."""
    today = now(session).date()
    wanted = _narrow(select(Subject), narrowed, today).where(Subject.code > after)
    subjects = list(session.scalars(wanted.order_by(Subject.code).limit(size + 1)).unique())
    shown, more = subjects[:size], len(subjects) > size
    return Page(participant_rows(session, shown), shown[-1].code if more else None, after or None)


def _narrow(statement: Select[Subject], narrowed: ParticipantFilter, today: dt.date) -> Select[Subject]:
    if narrowed.text:
        statement = statement.where(Subject.code.like(f"%{_escaped(narrowed.text)}%", escape="\\"))
    if narrowed.status:
        statement = statement.where(is_in_state(narrowed.status, today))
    if narrowed.site:
        statement = statement.where(Subject.site_uid.in_(select(Site.uid).where(Site.code == narrowed.site)))
    conditions = {
        "queries": FormRecord.queries_open + FormRecord.queries_answered > 0,
        "sign": and_(FormRecord.signature_state != SIGNED, FormRecord.entry_status == COMPLETE),
        "verify": FormRecord.to_verify > FormRecord.verified,
    }
    if narrowed.only in conditions:
        chosen = select(FormRecord.subject_uid).where(conditions[narrowed.only], FormRecord.removed.is_(False))
        statement = statement.where(Subject.uid.in_(chosen))
    return statement


def _escaped(text: str) -> str:
    return text[:40].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def participant_rows(session: Session, subjects: Sequence[Subject]) -> list[ParticipantRow]:
    """The lines of some participants from two statements."""
    uids = [subject.uid for subject in subjects]
    counts: dict[str, list[Any]] = {
        uid: rest for uid, *rest in session.execute(_counts().where(FormRecord.subject_uid.in_(uids)))
    }
    upcoming = _next_visits(session, uids)
    blank: list[Any] = [0, 0, 0, 0, 0, 0, 0, 0, 0, None]
    return [_row(one, counts.get(one.uid, blank), upcoming.get(one.uid)) for one in subjects]


def _row(subject: Subject, counts: list[Any], upcoming: Visit | None) -> ParticipantRow:
    names = [name for name in ParticipantRow.__dataclass_fields__ if name not in ("subject", "next_visit")]
    return ParticipantRow(subject=subject, next_visit=upcoming, **dict(zip(names, counts, strict=True)))


def _counts() -> Select[*tuple[Any, ...]]:
    """Per participant: the columns of ParticipantRow from `forms` to `last_entry`."""
    return (
        select(
            FormRecord.subject_uid,
            *FORM_COUNTS,
            func.sum(FormRecord.changed_since),
            func.sum(case((FormRecord.signature_state == SIGNED, 1), else_=0)),
            func.sum(case((FormRecord.signature_state == VOID, 1), else_=0)),
            func.max(FormRecord.changed_at),
        )
        .where(FormRecord.removed.is_(False))
        .group_by(FormRecord.subject_uid)
    )


def _next_visits(session: Session, subject_uids: Sequence[str]) -> dict[str, Visit]:
    statement = (
        select(Visit)
        .where(Visit.subject_uid.in_(subject_uids), Visit.status == "planned", Visit.planned_on.is_not(None))
        .order_by(Visit.planned_on.desc())
    )
    return {visit.subject_uid: visit for visit in session.scalars(statement).unique()}


@dataclass(frozen=True)
class Day:
    """What waits for a person: late and coming visits, queries, forms to sign and to verify."""

    late: Sequence[Visit]
    soon: Sequence[Visit]
    queries: Sequence[Query]
    query_count: int
    to_sign: Sequence[tuple[str, int]]
    to_verify: Sequence[tuple[str, int, int]]
    serious: Sequence[ReportLine] = ()


def my_day(session: Session, today: dt.date, *, queries_with: str, shown: int = 12) -> Day:
    """The lists of the day; `queries_with` is the query state that waits for this role."""
    planned = select(Visit).where(Visit.status == "planned").options(joinedload(Visit.subject, innerjoin=True))
    late = planned.where(Visit.window_to < today).order_by(Visit.window_to).limit(shown)
    week = today + dt.timedelta(days=7)
    begun = select(Visit.uid).where(Visit.status == "planned", Visit.window_from <= week)
    # Apart, each of the two is found by the index, without the visits of the past.
    now_or_soon = union_all(begun.where(Visit.window_to >= today), begun.where(Visit.window_to.is_(None)))
    soon = planned.where(Visit.uid.in_(now_or_soon)).order_by(Visit.window_from).limit(shown)
    waiting = select(Query).where(Query.status == queries_with)
    count = session.execute(select(func.count()).select_from(Query).where(Query.status == queries_with)).scalar_one()
    return Day(
        late=list(session.scalars(late).unique()),
        soon=list(session.scalars(soon).unique()),
        queries=list(session.scalars(waiting.order_by(Query.number).limit(shown))),
        query_count=count,
        to_sign=_to_sign(session, shown),
        to_verify=_to_verify(session, shown),
        serious=list_reports(session, only_open=True)[:shown],
    )


def _live(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    statement = select(Subject.code, *columns).join(FormRecord, FormRecord.subject_uid == Subject.uid)
    return statement.where(FormRecord.removed.is_(False)).group_by(Subject.code)


def _to_sign(session: Session, shown: int) -> list[tuple[str, int]]:
    waiting = and_(FormRecord.signature_state != SIGNED, FormRecord.entry_status == COMPLETE)
    statement = _live(func.count()).where(waiting).order_by(Subject.code).limit(shown)
    return [(code, count) for code, count in session.execute(statement)]


def _to_verify(session: Session, shown: int) -> list[tuple[str, int, int]]:
    left = func.sum(FormRecord.to_verify - FormRecord.verified)
    statement = _live(left, func.sum(FormRecord.changed_since)).where(FormRecord.to_verify > FormRecord.verified)
    rows = session.execute(statement.order_by(Subject.code).limit(shown))
    return [(code, int(items), int(changed)) for code, items, changed in rows]


def lock_board(session: Session, after: str, size: int) -> Page:
    """A page of the lock board: each participant with the blockers of its lock."""
    statement = select(Subject).where(Subject.code > after).order_by(Subject.code).limit(size + 1)
    subjects = list(session.scalars(statement).unique())
    shown = subjects[:size]
    more = shown[-1].code if len(subjects) > size else None
    return Page(list_blockers(session, shown), more, after or None)
