"""Brings a database to the head of the migrations, with the guards and rights of the trail, and its first rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, insert, make_url, select

from audit.append_only import grants_sql
from edc.db import make_engine
from edc.migrations.rendering import options
from edc.migrations.state import database_revision
from edc.queries.models import QueryCounter
from edc.schema import metadata

FOLDER = Path(__file__).parent


class BrokenReferences(Exception):
    """A migration left rows that point at nothing; it was rolled back."""


def alembic_config(connection: Connection | None = None) -> AlembicConfig:
    """Return Alembic's settings, made here rather than in a file."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade_schema(url: str, *, app_role: str | None = None) -> str:
    """Run the missing migrations in one transaction; returns the revision reached.

    `app_role` is the PostgreSQL role of the application, which gets its rights where it is not the owner itself.
    """
    _make_private_file(url)
    engine = make_engine(url, guarded=False)
    try:
        with _schema_transaction(engine) as connection:
            command.upgrade(alembic_config(connection), "head")
            _make_counters(connection)
            for statement in _rights(app_role) if app_role else ():
                connection.exec_driver_sql(statement)
            return database_revision(connection) or ""
    finally:
        engine.dispose()


def _make_private_file(url: str) -> None:
    """Make the file of a new SQLite database readable by its owner only, before anything is in it."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database and address.database != ":memory:":
        path = Path(address.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)


@contextmanager
def _schema_transaction(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # Rebuilding a table drops it for a moment; the setting cannot change within a transaction.
            _set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise BrokenReferences(f"a row of {broken[0]} points at a row of {broken[2]} that is not there")
        finally:
            if is_sqlite:
                _set_foreign_keys(connection, "ON")


def _set_foreign_keys(connection: Connection, state: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys = {state}")


def _rights(app_role: str) -> Iterator[str]:
    yield from grants_sql(app_role)
    yield f'GRANT SELECT ON alembic_version TO "{app_role.replace(chr(34), chr(34) * 2)}"'


def _make_counters(connection: Connection) -> None:
    if connection.execute(select(QueryCounter.uid).where(QueryCounter.uid == "query")).first() is None:
        connection.execute(insert(QueryCounter).values(uid="query", last_number=0))


def differences(connection: Connection) -> list[object]:
    """Return what the declared schema and a database do not agree on; empty when the database is at its head."""
    found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options()), metadata)
    return found
