"""The study as its outcomes are read from it: now, as of a past moment, or from a release.

All three give the same plain values, so that one analysis serves them. Who may call which is for the page to say; what
a reader gives never goes beyond the sites of the scope.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, select

from audit.models import audit_seal
from edc.db import ALL, Scope, Session
from edc.errors import NotFound, Refused
from edc.study.models import Site
from exports.models import READY
from exports.outcome_data_now import current_tables
from exports.outcome_data_release import Archive, digest_of, released_tables
from exports.outcome_data_tables import Tables, case_files
from exports.outcome_data_trail import replayed_tables
from exports.release import get_release
from forms.derive.recist_settings import DEFAULTS, ResponseSettings
from forms.outcome_model import AS_OF, NOW, RELEASE, StudyData
from forms.outcome_reading import read_participant
from forms.outcome_records import sources

__all__ = ["StudyData", "read_as_of", "read_now", "read_release"]


def read_now(
    session: Session, scope: Scope, *, now: dt.datetime, rules: ResponseSettings = DEFAULTS
) -> StudyData:  # fmt: skip
    """The participants of the scope as they stand in the tables."""
    with _snapshot(session) as connection:
        data = StudyData(NOW, now, (), seal=_seal_by(connection, now), rules=rules)
        return _filled(data, current_tables(connection, scope, sources()))


def read_as_of(
    session: Session, scope: Scope, moment: dt.datetime, *, now: dt.datetime, rules: ResponseSettings = DEFAULTS
) -> StudyData:  # fmt: skip
    """The participants of the scope as they stood at a moment; raises Refused for a moment still to come."""
    if moment > now:
        raise Refused(reason="That moment is still to come.", remedy="Choose a time in the past.")
    with _snapshot(session) as connection:
        data = StudyData(AS_OF, moment, (), seal=_seal_by(connection, moment), rules=rules)
        return _filled(data, replayed_tables(connection, scope, moment, sources()))


def read_release(
    session: Session, scope: Scope, folder: Path, name: str, *, rules: ResponseSettings = DEFAULTS
) -> StudyData:  # fmt: skip
    """The participants of a release that is ready, read from its file; raises NotFound, or Refused for another file.

    The moment of the data is that of the seal up to which they were released.
    """
    release = get_release(session, name)
    if release.status != READY or not release.file_name:
        raise NotFound
    path = folder / release.file_name
    if not path.is_file():
        raise NotFound
    if digest_of(path) != release.sha256:
        raise Refused(
            reason=f"The file of {name} is not the one that was released.", remedy="Restore it from a backup."
        )
    archive = Archive(path)
    moment, seal = archive.sealed()
    data = StudyData(RELEASE, moment, (), seal=seal, name=name, rules=rules)
    return _filled(data, released_tables(archive, _codes(session, scope), sources()))


def _filled(data: StudyData, tables: Tables) -> StudyData:
    found = tuple(read_participant(file, data.rules) for file in case_files(tables, sources()))
    return replace(data, participants=found, open_queries=tables.open_queries)


@contextmanager
def _snapshot(session: Session) -> Iterator[Connection]:
    """A connection on which all statements see the same state: on PostgreSQL one of its own, for reading only."""
    if session.get_bind().dialect.name == "sqlite":
        yield session.connection()
        return
    with session.get_bind().engine.connect() as connection:
        yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _codes(session: Session, scope: Scope) -> set[str] | None:
    if scope.sites is ALL:
        return None
    return set(session.scalars(select(Site.code).where(Site.uid.in_(sorted(scope.sites)))))


def _seal_by(connection: Connection, moment: dt.datetime) -> str:
    """The mark of the newest seal made by then; "" before the first."""
    made = select(audit_seal.c.seq, audit_seal.c.digest).where(audit_seal.c.sealed_at <= moment)
    row = connection.execute(made.order_by(audit_seal.c.seq.desc()).limit(1)).one_or_none()
    return f"{row.seq}:{row.digest[:32]}" if row else ""
