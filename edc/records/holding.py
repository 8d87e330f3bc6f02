"""Whether a record may change now: the participant's lock in the database, and the freezes and locks of the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from edc.db import Session
from edc.records.models import FormRecord
from edc.records.problems import RecordLocked, RecordRemoved
from edc.records.shelf import lock_subject, shelf_of
from edc.study.models import Site, StudyState, Subject, Visit

__all__ = ["Restriction", "find_restriction", "hold", "lock_subject", "refuse_restricted"]


def hold(session: Session, record: FormRecord) -> Subject:
    """Lock the participant of a record, so that the record is as it stands behind that lock."""
    return lock_subject(session, record.subject_uid)


@dataclass(frozen=True)
class Restriction:
    """A freeze or lock that holds for a record, and the row of the trail that says who set it."""

    entity: str
    key: str
    name: str
    state: str


def find_restriction(
    session: Session, record: FormRecord, states: Sequence[str] = ("locked", "frozen")
) -> Restriction | None:
    """The freeze or lock of record, participant, site, visit or study that keeps a record from changing, or None."""
    subject, visit = record.subject, record.visit
    levels: list[tuple[FormRecord | Subject | Site | Visit, str]] = [
        (record, record.path), (subject, subject.code), (subject.site, f"site {subject.site.code}"),
        *([(visit, visit.label)] if visit else []),
    ]  # fmt: skip
    for holder, name in levels:
        for state in states:
            if getattr(holder, state, False):
                return Restriction(holder.__audit_entity__, holder.uid, name, state)
    shelf = shelf_of(session, subject.uid)
    if not shelf.is_study_read:
        shelf.study, shelf.is_study_read = session.scalar(select(StudyState)), True
    study = shelf.study
    held_by = next((state for state in states if getattr(study, state, False)), None)
    return Restriction(StudyState.__audit_entity__, study.uid, "the study", held_by) if study and held_by else None


def refuse_restricted(session: Session, record: FormRecord, states: Sequence[str] = ("locked", "frozen")) -> None:
    """Raise RecordLocked or RecordRemoved when record, visit, participant, site or study do not take changes."""
    if record.removed:
        raise RecordRemoved
    found = find_restriction(session, record, states)
    if found is not None:
        raise RecordLocked(what_is=f"{found.name} is {found.state}")
