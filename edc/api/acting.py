"""What the operations share: the circumstances of an act, and records read behind the participant's lock."""

from __future__ import annotations

from sqlalchemy import select

from audit.capture import Change
from edc.clock import now
from edc.db import Scope, Session
from edc.errors import NotFound
from edc.permissions import Permission
from edc.records.book import Entry, SubjectBook
from edc.records.models import FormRecord
from edc.records.problems import StaleVersion
from edc.records.saving import SaveOutcome, Saving
from edc.study.models import Subject, Visit
from edc.web import current, db


def saving_for(change: Change, reason: str | None = None) -> Saving:
    """The circumstances of an act in this request; `reason` stands for every change that has none of its own."""
    me = current()
    may_assess = me.may(Permission.RECORD_ASSESS)
    return Saving(db(), change, me.actor, now(db()), may_assess=may_assess, default_reason=reason)


def scope() -> Scope:
    """What the acting token may see."""
    return current().scope


def open_book(subject: Subject) -> SubjectBook:
    """The casebook of a participant in this request."""
    return SubjectBook(db(), subject, now(db()))


def read_entry(record: FormRecord) -> Entry:
    """A record with its items, read alone."""
    return open_book(record.subject).one(record)


def saved_entry(outcome: SaveOutcome) -> Entry:
    """The record that a save was asked for, as the save left it."""
    touched = (one.entry for one in outcome.changed if one.entry.header is outcome.record)
    return next(touched, None) or read_entry(outcome.record)


def refuse_stale(record: FormRecord, read: int) -> None:
    """Raise StaleVersion for a program that has not read the present version of a record."""
    if read != record.row_version:
        raise StaleVersion([], read=read, now=record.row_version)


def get_visit_by_oid(session: Session, subject: Subject, oid: str) -> Visit:
    """A participant's visit by its OID; raises NotFound."""
    found = session.scalars(select(Visit).where(Visit.subject_uid == subject.uid, Visit.oid == oid)).one_or_none()
    if found is None:
        raise NotFound
    return found
