"""Who has a form open to fill it in: told to colleagues, locks nothing, gone after minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import IntegrityError

from edc.clock import time_text
from edc.db import Session
from edc.identity import Person
from edc.records.models import Presence

STAYS = dt.timedelta(minutes=5)
# A page that is opened again and again is noted once a minute.
NOTED_EVERY = dt.timedelta(minutes=1)


def list_present(session: Session, path: str, now: dt.datetime) -> Sequence[Presence]:
    """Everybody who opened a form, or typed on it, in the last minutes."""
    statement = select(Presence).where(Presence.path == path, Presence.seen_at > now - STAYS)
    return session.scalars(statement.order_by(Presence.since, Presence.user_uid)).all()


def is_noted(present: Sequence[Presence], user_uid: str, now: dt.datetime) -> bool:
    """Whether somebody was noted so lately that nothing needs to be written."""
    return any(one.user_uid == user_uid and one.seen_at > now - NOTED_EVERY for one in present)


def note_presence(session: Session, path: str, person: Person, now: dt.datetime) -> None:
    """Note that somebody has a form open now, within the caller's transaction."""
    row = session.get(Presence, (path, person.uid))
    if row is None:
        expire(session, now)
        _add(session, Presence(path=path, user_uid=person.uid, name=person.printed_name, since=now, seen_at=now))
        return
    if row.seen_at <= now - STAYS:
        row.since = now
    row.seen_at = now


def _add(session: Session, row: Presence) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Another request of the same person was faster, and says the same.
        return


def words(present: Sequence[Presence], user_uid: str, zone: str) -> list[str]:
    """A sentence for each other person."""
    return [
        f"{one.name} has this form open (since {time_text(one.since, zone)}). You can both work; any clash is shown."
        for one in present
        if one.user_uid != user_uid
    ]


def expire(session: Session, now: dt.datetime) -> int:
    """Delete what is no longer told to anybody; returns how many."""
    return cast(CursorResult[Any], session.execute(delete(Presence).where(Presence.seen_at <= now - STAYS))).rowcount
