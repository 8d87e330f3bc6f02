"""The database: declarative base, engine, column types, sessions and the scope that every query obeys.

    factory = make_session_factory(make_engine("sqlite:////srv/casebook.sqlite"))
    with factory() as session:
        session.info["scope"] = Scope.system("derivation 1.0")

A select, update or delete that touches a `SiteScoped` class in a session without a scope raises `ScopeMissing`; with a
scope it sees only rows of the scope's sites.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Self, cast

from sqlalchemy import DateTime, Dialect, Engine, Executable, Numeric, String, Table, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, mapped_column, sessionmaker, with_loader_criteria
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.types import TypeDecorator, TypeEngine

import audit.capture
import audit.models
from audit.append_only import sqlite_authorizer

_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    "busy_timeout = 10000",
)


class Base(DeclarativeBase):
    """Base of every mapped class; shares its metadata with the audit trail."""

    metadata = audit.models.metadata


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A number with the digits as recorded: 72.0 stays 72.0.

    Text on SQLite, which has no decimals (so order and compare in Python there), NUMERIC without scale elsewhere.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not value.is_finite():
            raise ValueError(f"{value} is not a number that can be stored")
        exact = abs(value) if value.is_zero() else value
        return format(exact, "f") if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)

    def compare_values(self, x: Decimal | None, y: Decimal | None) -> bool:
        """Return True for the same digits: 72 and 72.00 are not the same record."""
        return x is y if x is None or y is None else str(x) == str(y)


class _All(Enum):
    ALL = "all sites"


ALL: Final = _All.ALL
Sites = frozenset[str] | _All


@dataclass(frozen=True)
class Scope:
    """What a session may see: the sites, and whether identifiers and free text are among it."""

    user_uid: str | None
    role: str
    sites: Sites
    identifiers: bool = False
    freetext: bool = False
    process: str = ""

    @classmethod
    def system(cls, process: str) -> Self:
        """Return the scope of work that no person asked for; `process` names it: "derivation 1.0"."""
        return cls(user_uid=None, role="system", sites=ALL, identifiers=True, freetext=True, process=process)

    def reaches(self, site_uid: str) -> bool:
        """Return True when the site is within the scope."""
        return self.sites is ALL or site_uid in self.sites


class ScopeMissing(Exception):
    """A query or write touches site data in a session that has no scope."""


class OutOfScope(Exception):
    """A write touches a site that is not within the session's scope."""


class SiteScoped:
    """Mixin of every class whose rows belong to one site."""

    site_uid: Mapped[str] = mapped_column(String(32), index=True)


class Session(OrmSession):
    """The session of this application: audited and scoped."""

    @property
    def scope(self) -> Scope | None:
        """The scope that was set for the life of this session."""
        scope: Scope | None = self.info.get("scope")
        return scope


audit.capture.install(Session)


def make_engine(url: str, *, guarded: bool = True) -> Engine:
    """Return an engine; `guarded=False` is for migrations only, which must alter tables."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, guarded)
    return engine


def _prepare_sqlite(engine: Engine, guarded: bool) -> None:
    """Set the pragmas on each connection, and begin transactions ourselves.

    The driver's own transactions start at the first write only. A reader that then writes fails at once when another
    connection has written meanwhile, so a session that will write asks for `sqlite_begin="IMMEDIATE"` and waits.
    """

    @event.listens_for(engine, "connect")
    def connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        if guarded:
            assert isinstance(connection, sqlite3.Connection)
            sqlite_authorizer(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    """Return a factory of sessions; whoever calls it sets `session.info["scope"]`."""
    return sessionmaker(engine, class_=Session)


def _scoped_tables() -> set[Any]:
    return {mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, SiteScoped)}


def _tables(statement: ClauseElement, seen: set[int]) -> Iterator[Table]:
    """Yield each table that a statement names, also through a column, an alias or a subquery."""
    found: Iterator[Any] = visitors.iterate(statement)
    for element in found:
        source = element if isinstance(element, Table) else getattr(element, "table", None)
        if isinstance(source, Table):
            yield source
        elif source is not None and id(source) not in seen:
            seen.add(id(source))
            yield from _tables(source, seen)


def _touches_scoped(statement: Executable) -> bool:
    scoped = _scoped_tables()
    return any(table in scoped for table in _tables(cast(ClauseElement, statement), set()))


@lru_cache(maxsize=256)
def _narrowing(sites: frozenset[str]) -> ExecutableOption:
    """The option that narrows a statement to some sites; made once, as each statement of a request carries it."""
    uids = sorted(sites)
    return with_loader_criteria(
        SiteScoped, lambda cls: cls.site_uid.in_(uids), include_aliases=True, propagate_to_loaders=False
    )


@event.listens_for(Session, "do_orm_execute")
def _apply_scope(state: ORMExecuteState) -> None:
    """Narrow each ORM statement to the sites of the scope; a refresh of a row already loaded stays as it is."""
    scope: Scope | None = state.session.info.get("scope")
    if scope is None:
        if _touches_scoped(state.statement):
            raise ScopeMissing(f"no scope was set for: {state.statement}")
        return
    if scope.sites is ALL or state.is_column_load:
        return
    if not state.is_orm_statement and _touches_scoped(state.statement):
        raise ScopeMissing(f"a Core statement is not narrowed to the sites of the scope: {state.statement}")
    state.statement = state.statement.options(_narrowing(scope.sites))


@event.listens_for(Session, "before_flush")
def _refuse_writes_out_of_scope(session: OrmSession, *_: object) -> None:
    scope: Scope | None = session.info.get("scope")
    for row in (*session.new, *session.dirty):
        if not isinstance(row, SiteScoped):
            continue
        if scope is None:
            raise ScopeMissing(f"no scope was set for a write to {type(row).__name__}")
        if not scope.reaches(row.site_uid):
            raise OutOfScope(f"{type(row).__name__} of a site that is not in the scope")
