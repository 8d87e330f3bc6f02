"""The operational counts of each site: nothing clinical, so the sponsor may see them.

Counting reads every form, so it is done again only after a hundred times as long as it took: however large the study,
the page costs at most a hundredth of the time, and says when it counted.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, case, func, select

from edc.clock import local, now
from edc.db import ALL, Session
from edc.records.models import COMPLETE, NOT_DONE, SIGNED, FormRecord
from edc.study.models import Site, Subject, Visit
from forms import schedule

KEPT_TIMES = 100
#: Forms, complete ones, open and answered queries, items to verify and verified: what every count of forms begins with.
FORM_COUNTS = (
    func.count(),
    func.sum(case((FormRecord.entry_status.in_([COMPLETE, NOT_DONE]), 1), else_=0)),
    func.sum(FormRecord.queries_open),
    func.sum(FormRecord.queries_answered),
    func.sum(FormRecord.to_verify),
    func.sum(FormRecord.verified),
)


@dataclass
class SiteCounts:
    """What one site has, and what waits there."""

    code: str
    name: str
    enrolled: int = 0
    locked: int = 0
    forms: int = 0
    complete: int = 0
    queries_open: int = 0
    queries_answered: int = 0
    to_verify: int = 0
    verified: int = 0
    unsigned: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class Overview:
    """The counts of the sites within a scope, and when they were counted."""

    sites: list[SiteCounts]
    counted_at: dt.datetime


@dataclass
class _Kept:
    overview: Overview
    counted: float
    took: float


@dataclass
class Counter:
    """Counts the sites of a scope, and keeps what it found for a hundred times as long as that took."""

    clock: Callable[[], float] = time.monotonic
    kept: dict[object, _Kept] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, session: Session) -> Overview:
        """The counts within the scope of the session."""
        scope = session.scope
        assert scope is not None
        key = str(session.get_bind().engine.url), "all" if scope.sites is ALL else frozenset(scope.sites)
        with self.lock:
            found = self.kept.get(key)
        started = self.clock()
        if found is not None and started - found.counted < KEPT_TIMES * found.took:
            return found.overview
        overview = count_sites(session)
        ended = self.clock()
        with self.lock:
            self.kept[key] = _Kept(overview, ended, ended - started)
        return overview


def count_sites(session: Session) -> Overview:
    """The counts of every site within the scope, from a fixed number of statements."""
    at, scope = now(session), session.scope
    sites = [site for site in session.scalars(select(Site).order_by(Site.code)) if scope and scope.reaches(site.uid)]
    found = {site.uid: SiteCounts(site.code, site.name) for site in sites}
    _add(found, session.execute(_subjects()), ("enrolled", "locked"))
    names = ("forms", "complete", "queries_open", "queries_answered", "to_verify", "verified", "unsigned")
    _add(found, session.execute(_forms()), names)
    for site in sites:
        found[site.uid].overdue = session.scalar(_overdue(site, local(at, site.time_zone).date())) or 0
    return Overview(list(found.values()), at)


def _add(found: dict[str, SiteCounts], rows: Iterable[Any], names: tuple[str, ...]) -> None:
    for uid, *numbers in rows:
        for name, number in zip(names, numbers, strict=True):
            setattr(found[uid], name, number or 0)


def _subjects() -> Select[*tuple[Any, ...]]:
    locked = func.sum(case((Subject.locked, 1), else_=0))
    return select(Subject.site_uid, func.count(), locked).group_by(Subject.site_uid)


def _forms() -> Select[*tuple[Any, ...]]:
    return (
        select(
            FormRecord.site_uid, *FORM_COUNTS, func.sum(case((FormRecord.signature_state == SIGNED, 0), else_=1))
        )
        .where(FormRecord.removed.is_(False))
        .group_by(FormRecord.site_uid)
    )


def _overdue(site: Site, today: dt.date) -> Select[*tuple[Any, ...]]:
    """The planned visits past their window; screening and unscheduled visits have none."""
    return select(func.count()).where(
        Visit.site_uid == site.uid, Visit.status == "planned", Visit.window_to < today,
        Visit.kind.not_in([schedule.SCREENING, schedule.UNSCHEDULED]),
    )  # fmt: skip
