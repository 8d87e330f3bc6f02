"""`edc db`, `edc backup` and `edc restore`: the schema, copies of the database, and proof that a copy is good."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edc.cli.refusals import Refusal
from edc.cli.workplace import Workplace

if TYPE_CHECKING:
    from audit.seal import Seal

PAGES_AT_ONCE = 2000


@click.group()
def db() -> None:
    """The database schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest migration, with the guards of the trail and the rights of the application.

    Uses CASEBOOK_MIGRATION_URL where that is set. Repeating it changes nothing.
    """
    revision = Workplace.open().upgrade()
    click.echo(f"The database is at {revision}.")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def backup(folder: Path) -> None:
    """Copy the SQLite database while it is in use; the name of the copy holds time and newest seal.

    PostgreSQL has its own tools: see docs/deploy.md for the pg_dump and archiving lines.
    """
    from audit.seal import latest_seal, record_anchor, seal

    place = Workplace.open()
    if not place.config.sqlite:
        raise Refusal("This database is PostgreSQL: back it up with pg_basebackup or pg_dump, see docs/deploy.md.")
    place.require_current_schema()
    seal(place.engine, place.sealer)
    with place.engine.connect() as connection:
        head = latest_seal(connection)
    target = folder / _backup_name(place.study, head)
    _copy(Path(str(place.engine.url.database)), target)
    if head is not None:
        with place.engine.begin() as connection:
            record_anchor(connection, head, "backup", target.name)
    click.echo(target)


def _backup_name(study: str, head: Seal | None) -> str:
    mark = f"seal{head.seq}-{head.digest[:32]}" if head else "unsealed"
    return f"casebook-{study}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{mark}.sqlite"


def _copy(source: Path, target: Path) -> None:
    from edc.cli.progress import progress

    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600, exist_ok=False)
    reader, writer = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        with progress(f"Copying {source.name}") as advance:
            reader.backup(writer, pages=PAGES_AT_ONCE, progress=lambda *_: advance())
        # One file, without a journal beside it that could be left behind.
        writer.execute("PRAGMA journal_mode = DELETE")
    finally:
        reader.close()
        writer.close()


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only prove that the copy is good; nothing is replaced.")
def restore(file: Path, check: bool) -> None:
    """Prove that a backup can be restored: rows counted, trail verified, every table replayed from it.

    The file itself is not opened for writing. Exit code 1 when something is wrong.
    """
    if not check:
        raise Refusal("Stop the application, put the copy in place of the database, then start. Use --check before.")
    with tempfile.TemporaryDirectory(prefix="casebook-restore-") as folder:
        copy = Path(folder) / "copy.sqlite"
        copy.touch(mode=0o600)
        shutil.copyfile(file, copy)
        faults = _check_copy(copy, _seal_in_name(file.name))
    for sentence in faults:
        click.echo(sentence)
    click.echo("The copy is good." if not faults else f"{len(faults)} findings.")
    raise SystemExit(1 if faults else 0)


def _seal_in_name(name: str) -> list[tuple[int, str]]:
    for part, digest in zip(name.split("-"), name.removesuffix(".sqlite").split("-")[1:], strict=False):
        if part.startswith("seal") and part[4:].isdigit():
            return [(int(part[4:]), digest)]
    return []


def _check_copy(copy: Path, anchors: list[tuple[int, str]]) -> list[str]:
    from edc.db import make_engine
    from edc.migrations.state import is_pending
    from edc.schema import metadata
    from edc.verification import find_faults

    place = Workplace.open()
    try:
        engine = make_engine(f"sqlite:///{copy}")
        with engine.connect() as connection:
            broken = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
            if broken or is_pending(connection):
                return broken or ["The copy is of another version of this software: check it with that version."]
            for table in sorted(metadata.tables):
                count = connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one()  # nosec B608 # noqa: S608 (names of our tables)
                click.echo(f"{table:<28}{count:>10,}")
        return [str(found) for found in find_faults(engine, place.keys, anchors=anchors) if not found.is_note]
    except sqlite3.DatabaseError as error:
        return [f"The file is no readable database: {error}"]
