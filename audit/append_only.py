"""The database itself refuses to change or remove what the trail holds.

Triggers on both databases, rights on PostgreSQL, an authorizer on each SQLite connection of the application. Whoever
owns the database can take these away; `check_guards` then says so, and the seals show what was done meanwhile.
"""

import sqlite3
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Table, UniqueConstraint, text
from sqlalchemy.orm import configure_mappers

from audit.audited import audited_tables
from audit.models import TABLES, metadata

_NAMES = frozenset(table.name for table in TABLES)

_FUNCTION = "audit_refuse"
_FUNCTION_BODY = """
BEGIN
    RAISE insufficient_privilege USING MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are never changed or removed';
END
"""


def install_triggers(connection: Connection) -> None:
    """Create the triggers; for migrations, on a connection that may alter the schema."""
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in _sqlite_statements() if is_sqlite else _postgresql_statements():
        connection.exec_driver_sql(statement)


def _sqlite_statements() -> Iterator[str]:
    for name, statement in _sqlite_triggers().items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield statement


def _sqlite_triggers() -> dict[str, str]:
    found = {}
    for table in TABLES:
        refusal = f"BEGIN SELECT RAISE(ABORT, 'rows of {table.name} are never changed or removed'); END"
        replaced = " OR ".join(f"EXISTS (SELECT 1 FROM {table.name} WHERE {key})" for key in _unique_keys(table))  # noqa: S608  # nosec B608
        events = {"update": "UPDATE ON", "delete": "DELETE ON", "replace": "INSERT ON"}
        for name, moment in events.items():
            # REPLACE removes the old row without firing a delete trigger, by whichever key collides.
            when = f" WHEN {replaced}" if name == "replace" else ""
            trigger = f"{table.name}_no_{name}"
            found[trigger] = f"CREATE TRIGGER {trigger} BEFORE {moment} {table.name}{when} {refusal}"
    return found


def _unique_keys(table: Table) -> list[str]:
    keys = [[column.name for column in table.primary_key.columns]]
    keys += [
        [column.name for column in constraint.columns]
        for constraint in sorted(table.constraints, key=lambda each: str(each.name))
        if isinstance(constraint, UniqueConstraint)
    ]
    return [" AND ".join(f'"{name}" = NEW."{name}"' for name in key) for key in keys]


def _postgresql_statements() -> Iterator[str]:
    yield f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_FUNCTION_BODY}$$"
    for table in TABLES:
        for name, moment in _postgresql_triggers(table).items():
            yield f"DROP TRIGGER IF EXISTS {name} ON {table.name}"
            yield f"CREATE TRIGGER {name} BEFORE {moment} EXECUTE FUNCTION {_FUNCTION}()"
            # Fires in replica mode too, which is how a superuser would step around it.
            yield f"ALTER TABLE {table.name} ENABLE ALWAYS TRIGGER {name}"


def _postgresql_triggers(table: Table) -> dict[str, str]:
    return {
        f"{table.name}_no_change": f"UPDATE OR DELETE ON {table.name} FOR EACH ROW",
        f"{table.name}_no_truncate": f"TRUNCATE ON {table.name} FOR EACH STATEMENT",
    }


def grants_sql(app_role: str, tables: Iterable[Table] | None = None) -> list[str]:
    """Return the statements that give the application's PostgreSQL role its rights and no more.

    Trail and seals: read, and insert without the columns that the database fills. Audited tables: no DELETE.
    """
    configure_mappers()
    role = '"' + app_role.replace('"', '""') + '"'
    # A temporary table of the same name would stand before the trail.
    revoke = "'REVOKE TEMPORARY ON DATABASE ' || quote_ident(current_database()) || ' FROM PUBLIC'"
    statements = [f"DO $$ BEGIN EXECUTE {revoke}; END $$"]
    for table in metadata.sorted_tables if tables is None else tables:
        name = '"' + table.name + '"'
        statements += [f"REVOKE ALL ON {name} FROM PUBLIC", f"REVOKE ALL ON {name} FROM {role}"]
        statements.append(f"GRANT {_rights(table)} ON {name} TO {role}")
    return statements


def _rights(table: Table) -> str:
    if table in TABLES:
        columns = (f'"{c.name}"' for c in table.columns if c.identity is None and c.server_default is None)
        return f"SELECT, INSERT ({', '.join(columns)})"
    return "SELECT, INSERT, UPDATE" if table in audited_tables() else "SELECT, INSERT, UPDATE, DELETE"


_REFUSED_ACTIONS = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_ATTACH,
        sqlite3.SQLITE_CREATE_TEMP_INDEX,
        sqlite3.SQLITE_CREATE_TEMP_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_VIEW,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_VTABLE,
        sqlite3.SQLITE_DETACH,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TEMP_INDEX,
        sqlite3.SQLITE_DROP_TEMP_TABLE,
        sqlite3.SQLITE_DROP_TEMP_TRIGGER,
        sqlite3.SQLITE_DROP_TEMP_VIEW,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_VIEW,
        sqlite3.SQLITE_DROP_VTABLE,
    }
)
_ASKING_PRAGMAS = {
    *("foreign_key_check", "foreign_key_list", "index_info", "index_list", "index_xinfo"),
    *("integrity_check", "quick_check", "table_info", "table_list", "table_xinfo"),
}
_TUNING_PRAGMAS = {
    "analysis_limit",
    "busy_timeout",
    "cache_size",
    "mmap_size",
    "optimize",
    "query_only",
    "wal_checkpoint",
}
_HARMLESS_PRAGMAS = frozenset(_ASKING_PRAGMAS | _TUNING_PRAGMAS)


def sqlite_authorizer(dbapi_connection: sqlite3.Connection) -> None:
    """Refuse on this connection what no application does; call it after the connection's own pragmas."""
    dbapi_connection.execute("PRAGMA recursive_triggers = ON")
    dbapi_connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    if action in _REFUSED_ACTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA:
        is_setting = second is not None and (first or "").lower() not in _HARMLESS_PRAGMAS
        return sqlite3.SQLITE_DENY if is_setting else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_UPDATE and first in _NAMES:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_DELETE and (first in _NAMES or any(t.name == first for t in audited_tables())):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def check_guards(connection: Connection) -> list[str]:
    """Return a sentence for each guard that is missing: triggers, and rights of the connected role."""
    return [*check_triggers(connection), *check_rights(connection)]


def check_triggers(connection: Connection) -> list[str]:
    """Return a sentence for each trigger that is missing or not as released."""
    if connection.dialect.name == "sqlite":
        return list(_missing_on_sqlite(connection))
    return list(_missing_on_postgresql(connection))


def _missing_on_sqlite(connection: Connection) -> Iterator[str]:
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    found = {row.name: row.sql for row in rows}
    for name, statement in _sqlite_triggers().items():
        if name not in found:
            yield f"trigger {name} is missing"
        elif found[name] != statement:
            yield f"trigger {name} is not as released"


def _missing_on_postgresql(connection: Connection) -> Iterator[str]:
    rows = connection.exec_driver_sql(
        "SELECT t.tgname, t.tgenabled, t.tgqual IS NULL, p.prosrc, pg_get_triggerdef(t.oid)"
        " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
    )
    found = {name: rest for name, *rest in rows}
    for table in TABLES:
        for name, moment in _postgresql_triggers(table).items():
            if name not in found:
                yield f"trigger {name} is missing"
                continue
            enabled, is_unconditional, body, definition = found[name]
            if enabled != "A":
                yield f"trigger {name} does not always fire"
            events = {word for word in ("UPDATE", "DELETE", "TRUNCATE") if word in moment}
            if not is_unconditional or body != _FUNCTION_BODY or any(word not in definition for word in events):
                yield f"trigger {name} is not as released"


def check_rights(connection: Connection, role: str | None = None) -> list[str]:
    """Return a sentence for each right that a role has and should not; by default the connected role.

    SQLite has no rights but those of its file.
    """
    if connection.dialect.name == "sqlite":
        return list(_open_file(connection))
    role = role or connection.exec_driver_sql("SELECT current_user").scalar_one()
    return list(_excess_rights(connection, role))


def _open_file(connection: Connection) -> Iterator[str]:
    name = connection.engine.url.database
    if name and name != ":memory:" and Path(name).exists():
        mode = stat.S_IMODE(Path(name).stat().st_mode)
        if mode & 0o077:
            yield f"the database file {name} has mode {mode:04o}: others may read or write it, set 0600"


def _excess_rights(connection: Connection, role: str) -> Iterator[str]:
    is_super = text("SELECT rolsuper FROM pg_roles WHERE rolname = :role")
    if connection.execute(is_super, {"role": role}).scalar():
        yield f"{role} is a superuser"
    query = text(
        "SELECT pg_has_role(:role, c.relowner, 'USAGE'), has_table_privilege(:role, c.oid, 'UPDATE')"
        " OR has_any_column_privilege(:role, c.oid, 'UPDATE'),"
        " has_table_privilege(:role, c.oid, 'DELETE'), has_table_privilege(:role, c.oid, 'TRUNCATE')"
        " FROM pg_class c WHERE c.oid = to_regclass(:table)"
    )
    for table in TABLES:
        row = connection.execute(query, {"role": role, "table": table.name}).one()
        words = ("owned", "updated", "deleted from", "truncated")
        for word, has_it in zip(words, row, strict=True):
            if has_it:
                yield f"{table.name} can be {word} by {role}" if word != "owned" else f"{table.name} is owned by {role}"
