"""`edc labs`: results and normal ranges from files, and what waiting ranges would change."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edc.cli.progress import progress
from edc.cli.workplace import Workplace

if TYPE_CHECKING:
    from edc.labs.importing import Report
    from edc.labs.samples import Line

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TARGET = click.Path(dir_okay=False, path_type=Path)
SHOWN = 50


@click.group()
def labs() -> None:
    """Laboratory results and normal ranges from files."""


@labs.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Compare only; store nothing.")
@click.option("--report", "report_file", type=TARGET, help="Write every row with its state here.")
def import_results(file: Path, dry_run: bool, report_file: Path | None) -> None:
    """Import a CSV file of results: all its new results, or nothing.

    Each row is compared with what is recorded. A row that differs or is refused stops the file (exit code 1); nothing
    is overwritten, and the same file again changes nothing. The columns are in docs/laboratory-import.md.
    """
    from edc.labs import importing

    place = Workplace.open()
    place.require_current_schema()
    with file.open("rb") as stream, progress("Reading, thousand rows") as advance:
        read = importing.read_file(stream, file.name, advance)
    report = importing.Report(read)
    with place.session() as session, progress("Comparing rows", read.total) as advance:
        _run(importing.check(session, read, report), advance)
    if report_file:
        _write(report, report_file)
    _tell(report)
    if report.stops:
        click.echo("Nothing was imported. Correct the file or the forms, then import the whole file again.")
        raise SystemExit(1)
    if dry_run:
        click.echo("Dry run: nothing was stored.")
        return
    with place.session(writes=True) as session, progress("Storing rows", read.total) as advance:
        _run(importing.take(session, place.operator, read, report), advance)
    click.echo(f"{report.taken:,} results imported.")


def _run(steps: Iterator[int], advance: Callable[[], None]) -> None:
    """Work through the steps, of which each tells how many rows are done."""
    told = 0
    for done in steps:
        for _ in range(told, done):
            advance()
        told = done


def _tell(report: Report) -> None:
    click.echo(", ".join(f"{count:,} {state}" for state, count in report.count_words.items()))
    _list(report.stopping)


def _list(lines: list[Line]) -> None:
    for line in lines[:SHOWN]:
        where = f", column {line.column}" if line.column else ""
        click.echo(f"Row {line.row}{where}: {line.state.value}. {line.sentence}")
    if len(lines) > SHOWN:
        click.echo(f"... and {len(lines) - SHOWN:,} more rows; --report writes all of them.")


def _write(report: Report, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("row", "participant", "test", "state", "column", "what to do"))
        for line in report.lines:
            writer.writerow((line.row, line.participant, line.test, line.state.value, line.column, line.sentence))


@labs.command("ranges")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Judge each row only; propose nothing.")
def import_ranges(file: Path, dry_run: bool) -> None:
    """Propose the normal ranges of a CSV file: all of them, or none.

    An investigator of the site approves each. The columns are in docs/laboratory-import.md.
    """
    from edc.clock import today
    from edc.labs.range_file import check_ranges, propose_all

    place = Workplace.open()
    place.require_current_schema()
    with file.open("rb") as stream, place.session(writes=True) as session:
        report = check_ranges(session, stream, file.name, today("UTC", session))
        click.echo(", ".join(f"{count:,} {state}" for state, count in report.counts.items()))
        _list(report.stopping)
        if report.stopping:
            click.echo("Nothing was proposed. Correct the file and import it again.")
            raise SystemExit(1)
        count = 0 if dry_run else propose_all(session, place.operator, report)
    click.echo("Dry run: nothing was stored." if dry_run else f"{count:,} ranges proposed.")


@labs.command("preview")
def preview() -> None:
    """Say of each range that waits for approval which stored results it changes; exit code 1 when there are any."""
    from sqlalchemy import select

    from edc.labs.range_changes import list_changes
    from edc.labs.ranges import limit_words, limits_words
    from edc.study.models import NormalRange

    place = Workplace.open()
    place.require_current_schema()
    found = 0
    with place.session() as session:
        for row in session.scalars(select(NormalRange).where(NormalRange.approved_by.is_(None))).all():
            if row.valid_to is not None and row.valid_to < row.valid_from:
                continue
            changed = list(list_changes(session, row))
            found += len(changed)
            what = f"{row.laboratory}, {row.test} {limits_words(row)} from {row.valid_from}"
            click.echo(f"{what}: {len(changed)} results")
            for one in changed[:SHOWN]:
                is_moved = one.flag_now != one.flag_then
                moved = f", {one.flag_now or 'no flag'} becomes {one.flag_then or 'no flag'}" if is_moved else ""
                kept = f" ({one.state})" if one.state else ""
                click.echo(f"  {one.place}: {one.result}, {limit_words(one.now)}{moved}{kept}")
    raise SystemExit(1 if found else 0)
