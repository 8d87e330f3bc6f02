"""The migrations make exactly the declared schema, on both databases, with guards, rights and first rows."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from audit.append_only import check_rights, check_triggers
from audit.capture import Actor
from audit.models import audit_change
from edc.db import Session, make_engine
from edc.keys import Keyring
from edc.migrations.rendering import render_item
from edc.migrations.state import database_revision, is_pending, newest_revision
from edc.migrations.upgrade import alembic_config, differences, upgrade_schema
from edc.queries.models import QueryCounter
from edc.records.data_keys import DataKey, DataKeyMissing, data_cipher, ensure_data_key
from edc.records.identifiers import Undecipherable
from edc.schema import metadata
from tests import databases

OPERATOR = Actor(user_uid=None, user_name="operator", role="system", process="command")
STUDY = "NCT03991130"
REPOSITORY = Path(__file__).parent.parent


def upgrade(url: str) -> None:
    """Bring an empty database to the newest migration."""
    upgrade_schema(url)


@pytest.fixture
def migrated_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database at the newest migration."""
    url = databases.prepared_database(database_kind, "migrated", upgrade, tmp_path)
    yield url
    databases.drop_database(url)


@pytest.fixture
def migrated(migrated_url: str) -> Iterator[Engine]:
    """The application's engine on that database."""
    engine = make_engine(migrated_url)
    yield engine
    engine.dispose()


def test_there_is_one_head() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert scripts.get_heads() == [newest_revision()]
    assert [script.revision for script in scripts.walk_revisions()][-1] == "0001"


def test_migrations_make_what_is_declared(migrated: Engine) -> None:
    with migrated.connect() as connection:
        assert differences(connection) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


@pytest.mark.requirement("C16", "T13")
def test_the_trail_is_guarded_from_the_first_migration_on(migrated: Engine) -> None:
    with migrated.connect() as connection:
        assert check_triggers(connection) == []


def test_upgrading_again_changes_nothing(migrated_url: str, migrated: Engine) -> None:
    with migrated.connect() as connection:
        before = connection.execute(select(QueryCounter.uid, QueryCounter.last_number)).all()
    assert upgrade_schema(migrated_url) == newest_revision()
    with migrated.connect() as connection:
        assert connection.execute(select(QueryCounter.uid, QueryCounter.last_number)).all() == before == [("query", 0)]
        assert check_triggers(connection) == []


def test_a_database_says_whether_a_migration_waits(engine: Engine, migrated: Engine) -> None:
    with engine.connect() as connection:
        assert (database_revision(connection), is_pending(connection)) == (None, True)
    with migrated.connect() as connection:
        assert (database_revision(connection), is_pending(connection)) == (newest_revision(), False)


def test_migrations_name_plain_types_only() -> None:
    """What a migration did must not change when a type of the application does."""
    for file in (REPOSITORY / "edc" / "migrations" / "versions").glob("[0-9]*.py"):
        imported = re.findall(r"^(?:from|import) (\S+)", file.read_text(), re.MULTILINE)
        assert set(imported) <= {"sqlalchemy", "alembic", "audit.models"}
    item: Any = metadata.tables["normal_range"].c.lln.type
    assert render_item("type", item, None) == 'sa.Numeric().with_variant(sa.String(), "sqlite")'  # type: ignore[arg-type]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_new_database_file_is_its_owners(tmp_path: Path, database_kind: str) -> None:
    upgrade_schema(f"sqlite:///{tmp_path}/new/casebook.sqlite")
    assert stat.S_IMODE((tmp_path / "new" / "casebook.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_failed_migration_leaves_the_database_as_it_was(tmp_path: Path, database_kind: str) -> None:
    url = f"sqlite:///{tmp_path}/casebook.sqlite"
    engine = make_engine(url, guarded=False)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE visit (uid TEXT)")
    with pytest.raises(DBAPIError, match="visit"):
        upgrade_schema(url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["visit"]
    engine.dispose()


# --- the roles of docs/deploy.md ------------------------------------------------------------------------------------


@pytest.fixture
def roles(database_url: str) -> Iterator[dict[str, str]]:
    """The roles that docs/deploy.md makes, named after this test's database, and their addresses of it."""
    database = make_url(database_url).database
    page = (REPOSITORY / "docs" / "deploy.md").read_text()
    statements = page.partition("```sql\n")[2].partition("```")[0].splitlines()
    named = [
        line.replace("casebook_", f"{database}_") for line in statements if not re.match(r"CREATE DATABASE|.c ", line)
    ]
    names = {name: f"{database}_{name}" for name in ("app", "migrate", "owner")}
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        for line in [*named, f'ALTER DATABASE "{database}" OWNER TO {names["owner"]}']:
            connection.execute(line)
    yield {name: _as_role(database_url, role) for name, role in names.items()} | {"name": names["app"]}
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{database}" OWNER TO CURRENT_USER')
        for role in names.values():
            connection.execute(f"DROP OWNED BY {role} CASCADE")
            connection.execute(f"DROP ROLE {role}")


def _as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role, password="...").render_as_string(hide_password=False)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.requirement("C16", "S-4.1")
@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_the_applications_role_gets_no_more_than_it_needs(roles: dict[str, str]) -> None:
    upgrade_schema(roles["migrate"], app_role=roles["name"])
    engine = make_engine(roles["app"])
    with engine.connect() as connection:
        assert check_rights(connection) == []
        assert not is_pending(connection)
        for statement in (
            "DELETE FROM form_record",
            "TRUNCATE audit_seal",
            "UPDATE audit_change SET act = 'x'",
            "ALTER TABLE audit_change DISABLE TRIGGER ALL",
            "CREATE TABLE mine (x int)",
            "CREATE TEMPORARY TABLE audit_change (x int)",
        ):
            with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                connection.execute(text(statement))
            connection.rollback()
    with Session(engine) as session:
        ensure_data_key(session, Keyring.new(), by=OPERATOR, study=STUDY)
        assert session.scalar(select(audit_change.c.act)) == "data-key:make"
    engine.dispose()


# --- the data key ---------------------------------------------------------------------------------------------------


@pytest.mark.requirement("C23", "S-6.2")
def test_identifiers_open_after_the_key_encryption_key_was_rotated(migrated: Engine) -> None:
    ring = Keyring.new()
    with Session(migrated) as session:
        ensure_data_key(session, ring, by=OPERATOR, study=STUDY)
    sealed = data_cipher(migrated, ring, STUDY).seal("1961-05-02", "row|DM.BIRTH_DATE")
    newer = ring.rotated("kek")
    with Session(migrated) as session:
        kek = ensure_data_key(session, newer, by=OPERATOR, study=STUDY).kek_id
    assert (kek, newer.current("kek").key_id) == ("kek-2", "kek-2")
    assert data_cipher(migrated, newer, STUDY).open(sealed, "row|DM.BIRTH_DATE") == "1961-05-02"
    with migrated.connect() as connection:
        acts = connection.scalars(select(audit_change.c.act).order_by(audit_change.c.id)).all()
    assert acts == ["data-key:make", "data-key:rewrap"]


def test_the_data_key_is_made_once_and_only_its_wrapping_is_stored(migrated: Engine) -> None:
    ring = Keyring.new()
    with Session(migrated) as session:
        first = ensure_data_key(session, ring, by=OPERATOR, study=STUDY).uid
        assert ensure_data_key(session, ring, by=OPERATOR, study=STUDY).uid == first
        assert len(session.scalars(select(DataKey)).all()) == 1
    with migrated.connect() as connection:
        trail = connection.exec_driver_sql("SELECT attribute FROM audit_record WHERE entity = 'data_key'").scalars()
        assert sorted(trail) == ["kek_id", "made_at", "study_id"]


def test_another_key_file_opens_no_identifier(migrated: Engine) -> None:
    with Session(migrated) as session:
        ensure_data_key(session, Keyring.new(), by=OPERATOR, study=STUDY)
    with pytest.raises(Undecipherable, match="does not open with kek-1"):
        data_cipher(migrated, Keyring.new(), STUDY).seal("1961", "row|DM.BIRTH_DATE")


def test_without_a_data_key_the_sentence_says_what_to_run(migrated: Engine) -> None:
    with pytest.raises(DataKeyMissing, match="edc db upgrade"):
        data_cipher(migrated, Keyring.new(), STUDY).seal("1961", "row|DM.BIRTH_DATE")
