"""Two small audited tables and one that is not, in words of a ward."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, ForeignKey, MetaData, Numeric, String, Text, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.types import TypeDecorator, TypeEngine

from audit.append_only import install_triggers, sqlite_authorizer
from audit.capture import Actor, Audited, Change, change, install, new_uid
from audit.models import Instant
from audit.models import metadata as trail


class Exact(TypeDecorator[Decimal]):
    """Digits as recorded, on both databases."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return format(value, "f") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)

    def compare_values(self, x: Any, y: Any) -> bool:
        return str(x) == str(y)


class Base(DeclarativeBase):
    metadata = MetaData()


class Participant(Audited, Base):
    __tablename__ = "participant"
    __audit_entity__ = "participant"
    __audit_text__ = frozenset({"note"})

    uid: Mapped[str] = mapped_column(primary_key=True, default=new_uid)
    code: Mapped[str] = mapped_column(unique=True)
    site_uid: Mapped[str] = mapped_column(default="s1")
    status: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)

    def audit_path(self) -> str:
        return self.code

    def audit_site(self) -> str | None:
        return self.site_uid

    def audit_subject(self) -> str | None:
        return self.uid


class Vitals(Audited, Base):
    __tablename__ = "crf_vs"
    __audit_entity__ = "crf_vs"
    __audit_exclude__ = frozenset({"queries_open"})
    __audit_text__ = frozenset({"comment"})

    uid: Mapped[str] = mapped_column(primary_key=True, default=new_uid)
    participant_uid: Mapped[str | None] = mapped_column(ForeignKey("participant.uid"))
    row_version: Mapped[int] = mapped_column(default=0)
    systolic: Mapped[int | None]
    weight: Mapped[Decimal | None] = mapped_column(Exact)
    taken_on: Mapped[date | None]
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    fever: Mapped[bool | None]
    comment: Mapped[str | None] = mapped_column(Text)
    queries_open: Mapped[int] = mapped_column(default=0)

    participant: Mapped[Participant | None] = relationship()

    def audit_path(self) -> str:
        return f"{self.participant.code}/C1D1/VS" if self.participant else ""

    def audit_site(self) -> str | None:
        return self.participant.site_uid if self.participant else None

    def audit_subject(self) -> str | None:
        return self.participant_uid

    def audit_version(self) -> int | None:
        return self.row_version

    def audit_oid(self, attribute: str) -> str:
        return f"VS.{attribute.upper()}"

    def audit_needs_reason(self, attribute: str) -> bool:
        return attribute in {"systolic", "weight", "taken_on", "taken_at", "fever"}


class Visit(Audited, Base):
    """All its columns may be empty."""

    __tablename__ = "visit"
    __audit_entity__ = "visit"

    uid: Mapped[str] = mapped_column(primary_key=True, default=new_uid)
    happened_on: Mapped[date | None]


class Draft(Base):
    """Not audited: what somebody typed and has not saved."""

    __tablename__ = "draft"
    uid: Mapped[str] = mapped_column(primary_key=True, default=new_uid)
    text: Mapped[str]


class Session(OrmSession):
    """An audited session of these tests."""


install(Session)

REGISTRY = (Participant, Vitals, Visit)
DIAZ = Actor("u1", "R. Diaz", "coordinator", "web", "0.1.0", "ab" * 32)
AMES = Actor("u2", "Dr Ames", "investigator", "web", "0.1.0")


def make_engine(url: str, *, guarded: bool = True) -> Engine:
    """Return an engine as the application has it; `guarded=False` as its owner has it."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def connect(connection: Any, _entry: Any) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 10000"):
                connection.execute(f"PRAGMA {pragma}")
            if guarded:
                sqlite_authorizer(connection)

        @event.listens_for(engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', '')}")

    return engine


def make_owner_engine(url: str) -> Engine:
    """Return an engine of whoever owns the database: no authorizer."""
    return make_engine(url, guarded=False)


def create_tables(url: str) -> None:
    """Create trail, toys and triggers in an empty database, as a migration does."""
    engine = make_engine(url, guarded=False)
    with engine.begin() as connection:
        trail_tables = [table for name, table in trail.tables.items() if name.startswith("audit_")]
        trail.create_all(connection, tables=trail_tables)
        Base.metadata.create_all(connection)
        install_triggers(connection)
    engine.dispose()


def sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, class_=Session)


def saving(session: OrmSession, act: str = "save", by: Actor = DIAZ, **more: Any) -> AbstractContextManager[Change]:
    """Open a change as the usual coordinator."""
    return change(session, by=by, act=act, **more)


@contextmanager
def bare(owner: Engine) -> Iterator[Connection]:
    """Do what only the owner of a database can: write the trail without triggers and foreign keys, and cover it up."""
    with owner.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            driver: Any = connection.connection.dbapi_connection
            driver.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            drop_triggers(connection)
            if not is_sqlite:
                connection.exec_driver_sql("SET session_replication_role = 'replica'")
            yield connection
            if not is_sqlite:
                connection.exec_driver_sql("SET session_replication_role = 'origin'")
            install_triggers(connection)
        connection.invalidate()


def drop_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql("DROP FUNCTION audit_refuse() CASCADE")
