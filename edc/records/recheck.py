"""Run all checks and derivations over the records of a participant again: after a build, a table or a rule changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from audit.capture import Actor, change
from edc import clock
from edc.db import Session
from edc.queries.models import Query
from edc.records.book import SubjectBook
from edc.records.outcome import SaveOutcome, Saving
from edc.records.saving import lock_subject, look_again
from edc.study.models import StudyState, Subject

ACT = "checks:run"


@dataclass(frozen=True)
class Asked:
    """A query that was opened or closed: its check, where it stands, and its sentence."""

    check: str
    place: str
    text: str


@dataclass
class Rechecked:
    """What running everything again did for a participant, or would do; `skipped` says why nothing was looked at."""

    code: str
    opened: list[Asked] = field(default_factory=list)
    closed: list[Asked] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    skipped: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether anything moved."""
        return bool(self.opened or self.closed or self.derived)


class _RehearsedError(Exception):
    """Ends a change whose outcome was wanted and which is not kept."""


def list_codes(session: Session) -> list[str]:
    """The codes of all participants within the scope, in order."""
    return list(session.scalars(select(Subject.code).order_by(Subject.code)))


def recheck(session: Session, code: str, *, by: Actor, reason: str, is_rehearsal: bool = False) -> Rechecked:
    """Derive and check every record of a participant as one change; a rehearsal tells what would change and keeps none.

    A participant who is frozen or locked, or whose site or study is, is left as they are.
    """
    found = session.scalars(select(Subject).where(Subject.code == code)).one()
    result = Rechecked(code)
    try:
        with change(session, by=by, act=ACT, reason=reason, site=found.site_uid, subject=found.uid) as opened:
            subject = lock_subject(session, found.uid)
            result.skipped = _closed_by(session, subject)
            if not result.skipped:
                saving = Saving(session, opened, by, clock.now(session), is_site=False, default_reason=reason)
                subject.judged_on = clock.local(saving.now, subject.site.time_zone).date()
                _tell(result, look_again(saving, SubjectBook(session, subject, saving.now)))
            if is_rehearsal:
                raise _RehearsedError
    except _RehearsedError:
        pass
    return result


def _closed_by(session: Session, subject: Subject) -> str:
    if subject.locked or subject.frozen:
        return "locked" if subject.locked else "frozen"
    if subject.site.locked:
        return f"site {subject.site.code} is locked"
    is_study_closed = any(study.locked or study.frozen for study in session.scalars(select(StudyState)))
    return "the study is closed" if is_study_closed else ""


def _tell(result: Rechecked, outcome: SaveOutcome | None) -> None:
    if outcome is None:
        return
    result.opened = [_asked(query) for query in outcome.opened]
    result.closed = [_asked(query) for query in outcome.closed]
    result.derived = [f"{one.entry.header.path}: {one.item.label}" for one in outcome.changed]


def _asked(query: Query) -> Asked:
    return Asked(query.check_id or "", query.place, query.text)
