"""One transaction and a participant: the lock that orders its writers, and what was read behind it already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.exc import NoResultFound

from edc.db import Session
from edc.records.models import FormRecord
from edc.records.tables import CrfRow, GroupRow
from edc.study.models import StudyState, Subject

_SHELVES = "shelves"
GroupRows = dict[str, list[GroupRow]]


@dataclass
class Shelf:
    """The stored rows of one participant that this transaction has read: mapped objects, so always as they are now.

    `study`: what the study as a whole takes, read together with the participant; `is_study_read` once it was.
    """

    is_held: bool = False
    study: StudyState | None = None
    is_study_read: bool = False
    logs: dict[str, list[FormRecord]] = field(default_factory=dict)
    rows: dict[str, CrfRow] = field(default_factory=dict)
    groups: dict[str, GroupRows] = field(default_factory=dict)

    def forget(self) -> None:
        """Read everything anew at the next look: rows were added."""
        self.logs, self.rows, self.groups = {}, {}, {}


@dataclass
class _Shelves:
    """The shelves of one transaction, and the participants it holds."""

    transaction: object
    by_subject: dict[str, Shelf] = field(default_factory=dict)
    held: dict[str, Subject] = field(default_factory=dict)


def _shelves(session: Session) -> _Shelves:
    """What the present transaction has; one that ends gives its locks back and takes its readings with it."""
    if not session.in_transaction():
        session.begin()
    transaction = session.get_nested_transaction() or session.get_transaction()
    found = cast("_Shelves | None", session.info.get(_SHELVES))
    if found is None or found.transaction is not transaction:
        found = session.info[_SHELVES] = _Shelves(transaction)
    return found


def put_away(session: Session) -> None:
    """Let go of every row that a long transaction has written: it is in the database, and the locks stay there.

    Who needs one again reads it again; a participant is locked again, which the database grants at once.
    """
    session.flush()
    session.expunge_all()
    session.info.pop(_SHELVES, None)


def shelf_of(session: Session, subject_uid: str) -> Shelf:
    """The shelf of a participant in this transaction."""
    return _shelves(session).by_subject.setdefault(subject_uid, Shelf())


def read_by_code(session: Session, code: str) -> Subject | None:
    """The participant of a code, not locked, with what the study takes; None when the scope has none."""
    both = select(Subject, StudyState).outerjoin(StudyState, true())
    found = session.execute(both.where(Subject.code == code)).one_or_none()
    if found is None:
        return None
    subject, study = found
    shelf = shelf_of(session, subject.uid)
    shelf.study, shelf.is_study_read = study, True
    return subject


def lock_subject(session: Session, subject_uid: str) -> Subject:
    """The participant's row, held until the end of the transaction, so that saves of one casebook follow each other.

    Whatever the session read before it had the lock is read anew at its next use.
    """
    subject = _shelves(session).held.get(subject_uid) or _lock(session, Subject.uid == subject_uid)
    if subject is None:
        raise NoResultFound(f"no participant {subject_uid} within the scope")
    return subject


def lock_by_code(session: Session, code: str) -> Subject | None:
    """The participant of a code, held like that of a uid; None when the scope has none."""
    return find_held(session, code) or _lock(session, Subject.code == code)


def find_held(session: Session, code: str) -> Subject | None:
    """The participant of a code if this transaction holds it."""
    return next((subject for subject in _shelves(session).held.values() if subject.code == code), None)


def _lock(session: Session, condition: ColumnElement[bool]) -> Subject | None:
    session.flush()
    session.expire_all()
    both = select(Subject, StudyState).outerjoin(StudyState, true())
    found = session.execute(both.where(condition).with_for_update(of=Subject)).one_or_none()
    if found is None:
        return None
    subject, study = found
    # What was on the shelf was read before the lock.
    shelves = _shelves(session)
    shelves.held[subject.uid] = subject
    shelves.by_subject[subject.uid] = Shelf(is_held=True, study=study, is_study_read=True)
    return subject
