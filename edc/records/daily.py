"""What time alone brings about, asked once a day of participants whom nobody saves: overdue visits, late answers."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import or_, select

from audit.capture import Actor
from edc.clock import local, now
from edc.db import Session
from edc.records.recheck import recheck
from edc.study.models import Site, StudyState, Subject

EVERY_SECONDS = 3600.0
REASON = "Asked what the passing of time brings about"


def list_waiting(session: Session) -> list[str]:
    """The codes of the open participants within the scope who were not asked yet on this day of their site."""
    if any(study.locked or study.frozen for study in session.scalars(select(StudyState))):
        return []
    found: list[str] = []
    for site in session.scalars(select(Site).where(Site.locked.is_(False)).order_by(Site.code)):
        today = local(now(session), site.time_zone).date()
        found += session.scalars(
            select(Subject.code)
            .where(
                Subject.site_uid == site.uid, Subject.locked.is_(False), Subject.frozen.is_(False),
                or_(Subject.judged_on.is_(None), Subject.judged_on < today),
            )
            .order_by(Subject.code)
        )  # fmt: skip
    return found


def ask_waiting(session_of: Callable[[], Session], by: Actor) -> int:
    """Run the checks of everybody who waits, each participant as a change of its own; returns how many."""
    with session_of() as session:
        waiting = list_waiting(session)
    for code in waiting:
        with session_of() as session:
            recheck(session, code, by=by, reason=REASON)
    return len(waiting)
