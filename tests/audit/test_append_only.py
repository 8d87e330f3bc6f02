"""The database refuses to change or remove what the trail holds (C16; security.md 4.1, T13)."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from audit.append_only import check_guards, check_rights, check_triggers, grants_sql, install_triggers
from audit.models import TABLES
from audit.seal import record_anchor, seal
from tests.audit.toys import Base, Draft, Participant, Session, saving, sessions

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)

REWRITING = [
    "UPDATE audit_change SET user_name = 'nobody'",
    "UPDATE audit_change SET reason = NULL",
    "UPDATE audit_record SET new = '1'",
    "UPDATE audit_seal SET root = 'x'",
    "UPDATE audit_leaf SET position = 9",
    "UPDATE audit_anchor SET digest = 'x'",
    "DELETE FROM audit_anchor",
    "DELETE FROM audit_leaf",
    "DELETE FROM audit_seal",
    "DELETE FROM audit_record",
    "DELETE FROM audit_change",
]

REPLACED_FUNCTION = (
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
)


@pytest.fixture(autouse=True)
def written(engine: Engine) -> None:
    """One participant, one seal, one anchor."""
    with sessions(engine)() as session, saving(session, "enrol", reason="Consented"):
        session.add(Participant(code="001-004", note="lives alone"))
    head = seal(engine)
    assert head is not None
    with engine.begin() as connection:
        record_anchor(connection, head, "file", "elsewhere")


def contents(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [sorted(map(tuple, connection.execute(table.select()))) for table in TABLES]


def assert_refused(engine: Engine, statement: str) -> None:
    before = contents(engine)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert contents(engine) == before


@pytest.mark.requirement("C16", "S-4.1")
@pytest.mark.parametrize("statement", REWRITING)
def test_triggers_stop_even_the_owner(owner: Engine, statement: str) -> None:
    assert_refused(owner, statement)


@pytest.mark.requirement("C16", "T13")
@pytest.mark.parametrize("statement", REWRITING)
def test_the_application_cannot_rewrite_the_trail(engine: Engine, statement: str) -> None:
    assert_refused(engine, statement)


@pytest.mark.requirement("C16", "T13")
@ON_SQLITE
@pytest.mark.parametrize("guarded", [True, False], ids=["application", "owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO audit_change SELECT * FROM audit_change",
        "REPLACE INTO audit_record SELECT * FROM audit_record",
        "INSERT OR REPLACE INTO audit_record SELECT id, change_uid, entity, 'other', path, version, crf_version, oid,"
        " attribute, old, 'forged', origin, reason, salt, old_commitment, new_commitment, reason_commitment,"
        " site_uid, subject_uid FROM audit_record",
        "INSERT OR REPLACE INTO audit_leaf (seal_seq, position, change_uid) SELECT 1, 77, change_uid FROM audit_leaf",
        "INSERT OR REPLACE INTO audit_seal SELECT 2, form, installation, study, prev, count, total, root, sealed_at,"
        " software, definitions, 'other', key_id, signature FROM audit_seal",
        "INSERT OR REPLACE INTO audit_anchor SELECT * FROM audit_anchor",
        "INSERT INTO audit_leaf SELECT * FROM audit_leaf WHERE 1 ON CONFLICT (change_uid) DO UPDATE SET position = 9",
        "UPDATE OR REPLACE audit_record SET id = 1",
    ],
)
def test_replacing_is_refused(engine: Engine, owner: Engine, statement: str, guarded: bool) -> None:
    assert_refused(engine if guarded else owner, statement)


@pytest.mark.requirement("C16", "T13")
@ON_SQLITE
@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER audit_record_no_update",
        "DROP TABLE audit_record",
        "DROP INDEX ix_audit_record_row",
        "ALTER TABLE audit_record RENAME TO old_record",
        "ALTER TABLE audit_record DROP COLUMN reason",
        "CREATE TRIGGER t AFTER INSERT ON audit_change BEGIN SELECT 1; END",
        "CREATE TEMP TRIGGER t AFTER INSERT ON audit_change BEGIN SELECT 1; END",
        "CREATE TEMP TABLE audit_change (uid TEXT)",
        "CREATE TEMP VIEW audit_record AS SELECT 1",
        "ATTACH DATABASE ':memory:' AS other",
        "PRAGMA writable_schema = ON",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA synchronous = OFF",
        "PRAGMA recursive_triggers = OFF",
        "PRAGMA ignore_check_constraints = ON",
        "DELETE FROM participant",
        "VACUUM INTO '/tmp/copy.sqlite'",
    ],
)
def test_an_application_connection_cannot_take_the_guards_away(engine: Engine, statement: str) -> None:
    # A pragma does its work outside a transaction only.
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|authorization denied"):
            driver.execute(statement)
    with engine.connect() as connection:
        assert check_triggers(connection) == []


@ON_SQLITE
def test_an_application_connection_may_read_the_schema_and_write_its_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA table_info('participant')").all()
        assert connection.exec_driver_sql("PRAGMA recursive_triggers").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        connection.exec_driver_sql("INSERT INTO draft (uid, text) VALUES ('d', 'typed')")
        connection.exec_driver_sql("DELETE FROM draft")


@pytest.fixture
def role(owner: Engine, database_url: str) -> Iterator[str]:
    """The application's role in this database: it may log in and owns nothing."""
    name = f"app_{make_url(database_url).database}"
    with owner.begin() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{name}" LOGIN')
        for statement in grants_sql(name, [*TABLES, *Base.metadata.sorted_tables]):
            connection.exec_driver_sql(statement)
    yield name
    with owner.begin() as connection:
        connection.exec_driver_sql(f'DROP OWNED BY "{name}"')
        connection.exec_driver_sql(f'DROP ROLE "{name}"')


@pytest.fixture
def app(role: str, database_url: str) -> Iterator[Engine]:
    """The application's engine on PostgreSQL, under its own role."""
    engine = create_engine(make_url(database_url).set(username=role))
    yield engine
    engine.dispose()


@pytest.mark.requirement("C16", "S-4.1")
@ON_POSTGRESQL
def test_the_role_of_the_application_can_do_its_work(app: Engine) -> None:
    with sessions(app)() as session:
        with saving(session, "enrol", reason="Consented"):
            session.add(participant := Participant(code="001-005"))
            session.add(draft := Draft(text="typed"))
        with saving(session):
            participant.status = "on treatment"
            session.delete(draft)
    head = seal(app)
    assert head is not None
    assert head.total == 3
    with app.connect() as connection:
        assert check_guards(connection) == []


@pytest.mark.requirement("C16", "T13")
@ON_POSTGRESQL
@pytest.mark.parametrize(
    "statement",
    [
        *REWRITING,
        "TRUNCATE audit_record",
        "TRUNCATE audit_change CASCADE",
        "MERGE INTO audit_record r USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET new = '1'",
        "INSERT INTO audit_leaf SELECT * FROM audit_leaf ON CONFLICT (change_uid) DO UPDATE SET position = 9",
        "INSERT INTO audit_anchor (id, seal_seq, digest, medium, place) OVERRIDING SYSTEM VALUE VALUES (1, 1, '', '', '')",
        "INSERT INTO audit_anchor (seal_seq, digest, medium, place, at) VALUES (1, '', '', '', now())",
        "ALTER TABLE audit_record DISABLE TRIGGER ALL",
        "ALTER TABLE audit_record DROP COLUMN reason",
        "DROP TRIGGER audit_record_no_change ON audit_record",
        "DROP TABLE audit_record",
        "DROP FUNCTION audit_refuse() CASCADE",
        REPLACED_FUNCTION,
        "CREATE TABLE shadow (uid text)",
        "CREATE TEMP TABLE audit_record (uid text)",
        "SET session_replication_role = 'replica'",
        "DELETE FROM participant",
        "TRUNCATE participant CASCADE",
    ],
)
def test_the_role_of_the_application_is_refused(app: Engine, statement: str) -> None:
    assert_refused(app, statement)


@pytest.mark.requirement("S-4.1")
@ON_POSTGRESQL
@pytest.mark.parametrize("statement", ["TRUNCATE audit_change CASCADE", "UPDATE audit_record SET new = '1'"])
def test_triggers_fire_for_a_superuser_in_replica_mode(owner: Engine, statement: str) -> None:
    before = contents(owner)
    with pytest.raises(DBAPIError, match="never changed or removed"), owner.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = 'replica'")
        connection.exec_driver_sql(statement)
    assert contents(owner) == before


@pytest.mark.requirement("S-4.1")
@ON_POSTGRESQL
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("GRANT UPDATE ON audit_record TO {role}", "audit_record can be updated by {name}"),
        ("GRANT UPDATE (reason) ON audit_change TO {role}", "audit_change can be updated by {name}"),
        ("GRANT DELETE ON audit_leaf TO {role}", "audit_leaf can be deleted from by {name}"),
        ("GRANT TRUNCATE ON audit_seal TO {role}", "audit_seal can be truncated by {name}"),
        ("ALTER TABLE audit_anchor OWNER TO {role}", "audit_anchor is owned by {name}"),
        ("ALTER ROLE {role} SUPERUSER", "{name} is a superuser"),
    ],
)
def test_each_right_too_many_is_named(owner: Engine, role: str, statement: str, sentence: str) -> None:
    with owner.connect() as connection:
        assert check_rights(connection, role) == []
        connection.exec_driver_sql(statement.format(role=f'"{role}"'))
        assert sentence.format(name=role) in check_rights(connection, role)
        connection.rollback()


def assert_named(owner: Engine, statements: list[str], sentence: str) -> None:
    with owner.begin() as connection:
        assert check_triggers(connection) == []
        for statement in statements:
            connection.exec_driver_sql(statement)
        assert sentence in check_triggers(connection)
        install_triggers(connection)
        assert check_triggers(connection) == []


@pytest.mark.requirement("S-4.1")
@ON_SQLITE
@pytest.mark.parametrize(
    ("trigger", "instead", "sentence"),
    [
        ("audit_record_no_update", None, "trigger audit_record_no_update is missing"),
        ("audit_leaf_no_replace", None, "trigger audit_leaf_no_replace is missing"),
        ("audit_seal_no_delete", "DELETE ON audit_seal WHEN 0", "trigger audit_seal_no_delete is not as released"),
    ],
)
def test_each_missing_trigger_is_named_on_sqlite(
    owner: Engine, trigger: str, instead: str | None, sentence: str
) -> None:
    statements = [f"DROP TRIGGER {trigger}"]
    if instead:
        statements.append(f"CREATE TRIGGER {trigger} BEFORE {instead} BEGIN SELECT 1; END")
    assert_named(owner, statements, sentence)


@pytest.mark.requirement("S-4.1")
@ON_POSTGRESQL
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DROP TRIGGER audit_record_no_change ON audit_record", "trigger audit_record_no_change is missing"),
        (
            "ALTER TABLE audit_leaf DISABLE TRIGGER audit_leaf_no_truncate",
            "trigger audit_leaf_no_truncate does not always fire",
        ),
        (
            "ALTER TABLE audit_leaf ENABLE TRIGGER audit_leaf_no_change",
            "trigger audit_leaf_no_change does not always fire",
        ),
        (REPLACED_FUNCTION, "trigger audit_change_no_change is not as released"),
        (
            "CREATE OR REPLACE TRIGGER audit_seal_no_change BEFORE DELETE ON audit_seal FOR EACH ROW"
            " EXECUTE FUNCTION audit_refuse()",
            "trigger audit_seal_no_change is not as released",
        ),
        (
            "CREATE OR REPLACE TRIGGER audit_seal_no_change BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW"
            " WHEN (false) EXECUTE FUNCTION audit_refuse()",
            "trigger audit_seal_no_change is not as released",
        ),
    ],
)
def test_each_missing_trigger_is_named_on_postgresql(owner: Engine, statement: str, sentence: str) -> None:
    assert_named(owner, [statement], sentence)


@pytest.mark.requirement("S-4.1")
@ON_SQLITE
def test_a_database_file_open_to_others_is_named(engine: Engine) -> None:
    path = str(engine.url.database)
    with engine.connect() as connection:
        assert any("0600" in sentence for sentence in check_guards(connection))
        Path(path).chmod(0o600)
        assert check_guards(connection) == []


def test_a_session_is_refused_as_well(session: Session) -> None:
    with pytest.raises(DBAPIError), saving(session):
        session.execute(TABLES[1].update().values(new="forged"))
