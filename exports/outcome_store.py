"""Outcomes as a person may see them: what is chosen, who may read it, and what was worked out already.

What is kept is kept under the scope, the role and the version of the data, so that nobody meets the work of another
scope and a change of the data is seen at once.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from audit.models import audit_record
from edc.clock import local, now
from edc.db import ALL, Session
from edc.errors import NotFound, Refused
from edc.permissions import Permission
from edc.web import current, db, require, site_zone
from exports.analysis import outcomes, tumour_types
from exports.analysis_settings import SETS, TREATED, AnalysisSettings
from exports.models import READY, DatasetRelease
from exports.outcome_data import read_as_of, read_now, read_release
from exports.outcome_shapes import Outcomes
from exports.release import get_release, list_releases
from exports.views import release_folder
from forms.outcome_model import StudyData

Made = TypeVar("Made")
STUDIES, FILES = 6, 96
#: Seconds after which it is read again in any case: on PostgreSQL an older change may be committed after a newer one.
LATE_COMMITS = 300


@dataclass(frozen=True)
class Choice:
    """What a page of outcomes was asked for; `as_of` as it was typed, "" for now."""

    analysis_set: str = TREATED
    tumour_type: str = ""
    as_of: str = ""
    release: str = ""

    def args(self) -> dict[str, str]:
        """The choice as the query of an address, without what is the default."""
        told = {"set": self.analysis_set, "type": self.tumour_type, "asof": self.as_of, "release": self.release}
        return {name: value for name, value in told.items() if value and value != TREATED}


@dataclass(frozen=True)
class Study:
    """The data of a choice with what is said about them; `key` names them among what is kept."""

    data: StudyData
    found: Outcomes
    settings: AnalysisSettings
    types: list[str]
    key: Hashable


class Kept:
    """The newest of what was worked out, at most so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made under the key, or is made now."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return cast(Made, self._made[key])
        made = make()
        with self._lock:
            self._made[key] = made
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return made


def kept(name: str, most: int) -> Kept:
    """What this application keeps under a name."""
    found: Kept = current_app.extensions.setdefault(f"outcomes.{name}", Kept(most))
    return found


def choose(args: Any) -> Choice:
    """The choice of a request; raises Refused for a set that does not exist and for two moments at once."""
    asked = Choice(args.get("set") or TREATED, args.get("type", ""), args.get("asof", ""), args.get("release", ""))
    if asked.analysis_set not in SETS:
        raise Refused(reason=f"There is no analysis set {asked.analysis_set[:40]!r}.", remedy="Choose one of the list.")
    if asked.as_of and asked.release:
        raise Refused(reason="A release has its own moment.", remedy="Choose a release or a time, not both.")
    return asked


def admit(choice: Choice) -> Choice:
    """The choice as far as the acting role may see it; before a release the sponsor sees nothing (security.md 2.1)."""
    me = current()
    if not me.may(Permission.OUTCOME_READ) and not choice.release:
        raise NotFound
    if choice.as_of:
        require(Permission.ASOF_READ)
    return choice


def newest_release(session: Session) -> str:
    """The name of the newest release that is ready; "" before the first."""
    return next(iter(ready_releases(session)), "")


def ready_releases(session: Session) -> list[str]:
    """The names of the releases that are ready, newest first."""
    ready: list[DatasetRelease] = [one for one in list_releases(session) if one.status == READY]
    return [one.name for one in sorted(ready, key=lambda one: one.proposed_at, reverse=True)]


def study_of(choice: Choice) -> Study:
    """The outcomes of a choice, from what is kept where nothing changed since."""
    session, at = db(), now(db())
    kept_for = local(at, site_zone()).date(), int(at.timestamp() // LATE_COMMITS)
    source = (*_scope_digest(), _version(session, choice), choice.as_of, choice.release, *kept_for)
    data = kept("data", STUDIES).get(source, lambda: _read(session, choice, at))
    key = (*source, choice.analysis_set, choice.tumour_type)
    # The day of what is not released ends on the clock of the reader's site; a release has its day for everybody.
    day = None if choice.release else local(data.moment, site_zone()).date()
    settings = AnalysisSettings(choice.analysis_set, choice.tumour_type, day)
    found = kept("outcomes", STUDIES).get(key, lambda: outcomes(data, settings))
    if not choice.as_of and not choice.release:
        found = replace(found, about=replace(found.about, moment=at))
    return Study(data, found, settings, tumour_types(data), key)


def _scope_digest() -> tuple[str, tuple[str, ...] | str]:
    scope = current().scope
    return scope.role, "all" if scope.sites is ALL else tuple(sorted(scope.sites))


def _version(session: Session, choice: Choice) -> str:
    """The newest change of a site's data, or the file of a release; views and downloads are no change."""
    if choice.release:
        return get_release(session, choice.release).sha256 or ""
    newest = (
        select(audit_record.c.id)
        .where(audit_record.c.attribute != "", audit_record.c.site_uid.is_not(None))
        .order_by(audit_record.c.id.desc())
        .limit(1)
    )
    return str(session.connection().scalar(newest) or 0)


def _read(session: Session, choice: Choice, at: dt.datetime) -> StudyData:
    scope = current().scope
    if choice.release:
        return read_release(session, scope, release_folder(current_app), choice.release)
    if choice.as_of:
        return read_as_of(session, scope, moment_of(choice.as_of), now=at)
    return read_now(session, scope, now=at)


def moment_of(text: str) -> dt.datetime:
    """A typed moment; one without an offset is on the clock of the site."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            reason=f"{text[:40]!r} is not a time.", remedy="Write it like 2024-03-01 12:00."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(site_zone()))
