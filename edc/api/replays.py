"""Repeated requests: the key of the first stands in the trail, and its answer is given again from what is stored.

The answer shows the present state, not a copy of the first answer. Where that would pretend that something is stored
which is not, the request is refused with 409: the key stood on another act, or the values have changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from audit.capture import RepeatedRequest
from audit.models import audit_change, audit_record
from edc.api.problems import KeyReused
from edc.db import Session
from edc.records.book import Entry
from edc.records.clashes import differs
from forms.items import EMPTY, Answer
from forms.patch import Patch
from forms.views import Row


@dataclass(frozen=True)
class Done:
    """The change that a request made when it came first."""

    session: Session
    uid: str

    def made(self, entity: str, attribute: str) -> tuple[str, str]:
        """Key and first value of the row of an entity that the change made; raises KeyReused when it made none."""
        record = audit_record.c
        statement = (
            select(record.key, record.new)
            .where(record.change_uid == self.uid, record.entity == entity, record.attribute == attribute)
            .where(record.old.is_(None))
            .order_by(record.id)
        )
        found = self.session.connection().execute(statement).first()
        if found is None:
            raise KeyReused
        return found.key, found.new


def done_before(session: Session, repeated: RepeatedRequest, act: str, subject_uid: str | None = None) -> Done:
    """The change of a repeated request; raises KeyReused when its key stood on another act or participant."""
    change = audit_change.c
    found = session.connection().execute(
        select(change.act, change.subject_uid).where(change.uid == repeated.change_uid)
    ).one()
    if found.act != act or (subject_uid is not None and found.subject_uid != subject_uid):
        raise KeyReused
    return Done(session, repeated.change_uid)


def refuse_unless_stored(entry: Entry, patch: Patch) -> None:
    """Raise KeyReused unless a record holds every answer of the repeated body."""
    held = _holds(entry.view, patch.items)
    for oid, rows in patch.rows.items():
        stored = entry.view.rows(oid)
        for row in rows:
            if row.remove_reason:
                held &= all(one.number != row.number for one in stored)
            else:
                held &= any(_holds(one, row.items) for one in stored if row.number in (None, one.number))
    if not held:
        raise KeyReused("The record does not hold these answers now: they were changed since, or never sent with it.")


def _holds(row: Row, answers: dict[str, Answer]) -> bool:
    items = row.collection.items
    return not any(differs(items[name], row.answers.get(name, EMPTY), new) for name, new in answers.items())


def refuse_unless(said: Sequence[object], asked: Sequence[object]) -> None:
    """Raise KeyReused unless what stands is what the repeated request asked for."""
    if list(said) != list(asked):
        raise KeyReused
