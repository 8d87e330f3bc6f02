"""The `edc` command: help, exit codes, sentences."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from edc.accounts.service import active_grants, find_user
from edc.cli.trail import read_anchors
from edc.cli.workplace import Workplace
from edc.migrations.state import newest_revision
from edc.permissions import Role
from edc.study.models import Site, StudyState
from edc.study.service import create_site
from tests.cli.conftest import Edc

PASSWORD = "violet anchor kettle moss"
HEAVY = {"flask", "sqlalchemy", "reportlab", "alembic", "matplotlib", "marshmallow", "wtforms", "cryptography"}
COMMANDS = (
    "serve", "demo", "check", "user", "user create", "audit", "audit verify", "audit seal", "export", "checks", "checks run", "crf",
    "crf list", "crf show", "crf diff", "crf release", "crf blank", "crf annotated", "crf specification", "keys", "keys new", "keys rotate", "keys list", "backup", "restore", "db", "db upgrade",
    "labs", "labs import", "labs ranges", "labs preview", "ctcae", "ctcae load", "outcomes",
)  # fmt: skip


def add_site(code: str = "001") -> None:
    """Open a site in the installation of the environment."""
    place = Workplace.open()
    with place.session(writes=True) as session:
        create_site(session, by=place.operator, code=code, name="UCSD", time_zone="America/Los_Angeles")


# --- the command itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(edc: Edc, command: str) -> None:
    answer = edc(*command.split(), "--help")
    assert answer.exit_code == 0
    usage, _, text = answer.output.partition("\n\n")
    assert usage.startswith(f"Usage: main {command}")
    assert len(text.split("\n\n")[0].strip()) >= 20


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from edc.cli import main; main(['--help'], standalone_mode=False);"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert HEAVY & set(json.loads(told.stderr.replace("'", '"'))) == set()


def test_an_unknown_option_is_wrong_input(edc: Edc) -> None:
    assert edc("audit", "verify", "--slow").exit_code == 2


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CASEBOOK_DATABASE_URL", "nonsense", "CASEBOOK_DATABASE_URL is no database address"),
        ("CASEBOOK_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite", "unable to open database file"),
        ("CASEBOOK_PORT", "eighty", "CASEBOOK_PORT"),
        ("CASEBOOK_KEYS", "/proc/version", "is not a key file"),
    ],
)
def test_wrong_settings_are_a_sentence(
    edc: Edc, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    answer = edc("audit", "verify")
    assert (answer.exit_code, "Traceback" in answer.output) == (2, False), answer.output
    assert sentence in answer.output


# --- db and check ---------------------------------------------------------------------------------------------------


def test_upgrade_makes_the_database_and_its_first_rows(
    edc: Edc, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEBOOK_DATABASE_URL", f"sqlite:///{home}/another.sqlite")
    assert edc("audit", "verify").output == (
        "Error: The database is not at the newest migration. Run `edc db upgrade` first.\n"
    )
    for _ in range(2):
        answer = edc("db", "upgrade")
        assert (answer.exit_code, answer.output) == (0, f"The database is at {newest_revision()}.\n")
    with Workplace.open().session() as session:
        assert [state.study_id for state in session.scalars(select(StudyState))] == ["NCT03991130"]
    assert edc("audit", "verify").exit_code == 0


def test_check_names_what_is_unsound(edc: Edc, home: Path) -> None:
    edc("db", "upgrade")
    database = next(home.glob("*.sqlite"))
    database.chmod(0o644)
    answer = edc("check")
    assert answer.exit_code == 1
    assert f"the database file {database} has mode 0644" in answer.output
    connection = sqlite3.connect(database)
    connection.execute("DROP TRIGGER audit_change_no_delete")
    connection.close()
    assert "trigger audit_change_no_delete is missing" in edc("check").output


def test_check_says_when_a_migration_waits(edc: Edc, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEBOOK_DATABASE_URL", f"sqlite:///{home}/empty.sqlite")
    answer = edc("check")
    assert answer.exit_code == 1
    assert "run `edc db upgrade`" in answer.output


# --- users and keys -------------------------------------------------------------------------------------------------


def test_the_first_administrator_is_made_on_the_server(edc: Edc) -> None:
    answer = edc("user", "create", "t.nowak", "Tomasz Nowak", "--role", "administrator", input=f"{PASSWORD}\n")
    assert (answer.exit_code, answer.output) == (0, "t.nowak may sign in as administrator.\n")
    place = Workplace.open()
    with place.session(writes=True) as session:
        user = find_user(session, "t.nowak")
        assert user is not None
        assert user.unconfirmed_since is None
        assert [grant.acting_role for grant in active_grants(session, user.uid)] == [Role.ADMINISTRATOR]


def test_a_link_is_printed_once_instead_of_a_password(edc: Edc) -> None:
    add_site()
    answer = edc("user", "create", "r.diaz", "Rosa Diaz", "--role", "coordinator", "--site", "001", "--link")
    assert answer.exit_code == 0
    assert "/set-password/" in answer.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["t.nowak", "Tomasz Nowak", "--role", "administrator", "--site", "001"], "has no --site"),
        (["r.diaz", "Rosa Diaz", "--role", "coordinator"], "needs --site"),
        (["r.diaz", "Rosa Diaz", "--role", "coordinator", "--site", "999"], "There is nothing"),
        (["R D", "Rosa Diaz", "--role", "inspector"], "3 to 32"),
        (["t.nowak", "T", "--role", "inspector"], "2 to 120 characters"),
    ],
)
def test_a_wrong_account_is_refused_and_nothing_is_made(edc: Edc, arguments: list[str], sentence: str) -> None:
    answer = edc("user", "create", *arguments, input=f"{PASSWORD}\n")
    assert answer.exit_code == 2
    assert sentence in answer.output
    with Workplace.open().session() as session:
        assert find_user(session, "r.diaz") is find_user(session, "t.nowak") is None


@pytest.mark.parametrize(("typed", "sentence"), [("short", "at least 15 characters"), ("", "No password came")])
def test_a_weak_password_makes_no_account(edc: Edc, typed: str, sentence: str) -> None:
    answer = edc("user", "create", "t.nowak", "Tomasz Nowak", "--role", "administrator", input=typed)
    assert (answer.exit_code, sentence in answer.output) == (2, True), answer.output
    with Workplace.open().session() as session:
        assert find_user(session, "t.nowak") is None


def test_keys_are_made_listed_and_rotated_but_never_shown(
    edc: Edc, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "other" / "keys.json"
    monkeypatch.setenv("CASEBOOK_KEYS", str(path))
    assert edc("keys", "list").exit_code == 2
    assert edc("keys", "new").exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secrets = {entry["secret"] for entry in json.loads(path.read_text())["keys"]}
    assert edc("keys", "new").exit_code == 2
    assert edc("keys", "rotate", "kek").exit_code == 0
    listed = edc("keys", "list").output
    assert "kek-2        kek (current)" in listed
    assert "kek-1        kek\n" in listed
    assert not any(secret in listed for secret in secrets)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secrets < {entry["secret"] for entry in json.loads(path.read_text())["keys"]}


# --- the trail ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("C15", "S-4.5")
def test_verify_finds_a_changed_trail_and_names_it(edc: Edc, home: Path) -> None:
    add_site()
    mark = edc("audit", "seal").output.strip()
    assert mark.startswith("1:")
    assert edc("audit", "seal").output == "Nothing waits to be sealed.\n"
    answer = edc("audit", "verify")
    assert (answer.exit_code, answer.output.splitlines()[-1]) == (0, "The trail is whole.")
    _tamper(home, "UPDATE audit_record SET new = 'Elsewhere' WHERE oid = 'site.name'")
    answer = edc("audit", "verify")
    assert answer.exit_code == 1
    assert "content does not match its digest" in answer.output
    assert answer.output.splitlines()[-1].endswith(("finding.", "findings."))


@pytest.mark.requirement("S-4.4")
def test_verify_finds_an_older_state_by_its_anchor(edc: Edc, home: Path) -> None:
    add_site()
    edc("audit", "seal")
    (home / "anchors").write_text("2026-01-22T08:31:05Z 7:9f2c01d4\n")
    answer = edc("audit", "verify", "--anchor", home / "anchors")
    assert answer.exit_code == 1
    assert "anchor 7 is newer than the database (head 1)" in answer.output


@pytest.mark.parametrize("text", ["not a mark", "seven:9f2c", "7"])
def test_a_file_without_marks_is_refused(edc: Edc, home: Path, text: str) -> None:
    (home / "anchors").write_text(text)
    answer = edc("audit", "verify", "--anchor", home / "anchors")
    assert (answer.exit_code, "is no seal mark" in answer.output) == (2, True)


def test_a_manifest_is_an_anchor_too(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"seal": "12:9f2c01d4"}')
    assert read_anchors(tmp_path / "manifest.json") == [(12, "9f2c01d4")]


def _tamper(home: Path, statement: str) -> None:
    """Do what the holder of the file can: take the guards away, change a row, put them back."""
    connection = sqlite3.connect(next(home.glob("*.sqlite")))
    found = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'audit_record_no_update'"
    ((trigger,),) = connection.execute(found)
    connection.execute("DROP TRIGGER audit_record_no_update")
    connection.execute(statement)
    connection.execute(trigger)
    connection.commit()
    connection.close()


# --- copies ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("C56")
def test_a_backup_in_use_is_whole_and_is_proven_so(edc: Edc, home: Path) -> None:
    add_site()
    with Workplace.open().session() as session:
        assert session.scalars(select(Site.code)).all() == ["001"]
        answer = edc("backup", home / "copies")
    assert answer.exit_code == 0, answer.output
    copy = Path(answer.output.strip())
    assert copy.name.startswith("casebook-NCT03991130-")
    assert "-seal1-" in copy.name
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [file.name for file in copy.parent.iterdir()] == [copy.name]
    checked = edc("restore", copy, "--check")
    assert (checked.exit_code, checked.output.splitlines()[-1]) == (0, "The copy is good.")
    assert any(line.split() == ["site", "1"] for line in checked.output.splitlines())


@pytest.mark.requirement("C56")
def test_a_copy_that_lost_its_newest_seal_is_not_good(edc: Edc, home: Path) -> None:
    add_site()
    copy = Path(edc("backup", home / "copies").output.strip())
    renamed = copy.rename(copy.with_name(copy.name.replace("-seal1-", "-seal9-")))
    answer = edc("restore", renamed, "--check")
    assert answer.exit_code == 1
    assert "anchor 9 is newer than the database (head 1)" in answer.output


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 40])
def test_a_file_that_is_no_database_is_a_finding(edc: Edc, home: Path, content: bytes) -> None:
    (home / "copy.sqlite").write_bytes(content)
    answer = edc("restore", home / "copy.sqlite", "--check")
    assert (answer.exit_code, "Traceback" in answer.output) == (1, False), answer.output


def test_restore_replaces_nothing(edc: Edc, home: Path) -> None:
    answer = edc("restore", next(home.glob("*.sqlite")))
    assert (answer.exit_code, "Stop the application" in answer.output) == (2, True)


def test_backup_of_postgresql_is_left_to_its_tools(edc: Edc, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEBOOK_DATABASE_URL", "postgresql+psycopg://app@localhost:1/casebook")
    answer = edc("backup", home / "copies")
    assert (answer.exit_code, "pg_dump" in answer.output) == (2, True)


# --- the study ------------------------------------------------------------------------------------------------------


def test_the_crfs_are_listed(edc: Edc) -> None:
    lines = edc("crf", "list").output.splitlines()
    assert [line.split()[0] for line in lines][:3] == ["VISIT", "IC", "DM"]
    assert all("items" in line and "checks" in line for line in lines)


def test_demo_data_never_enter_production(edc: Edc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEBOOK_ENVIRONMENT", "production")
    answer = edc("demo")
    assert (answer.exit_code, "never enters production" in answer.output) == (2, True)
