"""Whether a database is at the newest migration; asked at each start, so it needs neither Alembic nor the schema."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

VERSIONS = Path(__file__).parent / "versions"


def newest_revision() -> str:
    """Return the revision of the newest migration that this software has."""
    return max(file.stem[:4] for file in VERSIONS.glob("[0-9]*.py"))


def database_revision(connection: Connection) -> str | None:
    """Return the revision of a database; None for one that no migration ever touched."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def is_pending(connection: Connection) -> bool:
    """Return True when the database needs `edc db upgrade`, or was upgraded by newer software."""
    return database_revision(connection) != newest_revision()
