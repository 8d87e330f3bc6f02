"""`edc audit`: verify and seal the trail."""

import json
from pathlib import Path

import click

from edc.cli.refusals import Refusal
from edc.cli.workplace import Workplace


@click.group()
def audit() -> None:
    """The audit trail: verify it, seal it."""


@audit.command()
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of seal marks that were given away, one a line: number:digits. Can be repeated.",
)
@click.option("--fast", is_flag=True, help="Leave out the comparison of every table with the replayed trail.")
def verify(anchors: tuple[Path, ...], fast: bool) -> None:
    """Prove that nobody rewrote history: digests, seals, versions, rights, and that the tables are what the trail says.

    Each finding is one line. Exit code 1 when there is one.
    """
    from edc.verification import find_faults

    place = Workplace.open()
    place.require_current_schema()
    given = [mark for file in anchors for mark in read_anchors(file)]
    faults = 0
    for finding in find_faults(place.engine, place.keys, fast=fast, anchors=given, app_role=None):
        click.echo(f"note: {finding}" if finding.is_note else str(finding))
        faults += not finding.is_note
    click.echo(f"{faults} finding{'s' * (faults != 1)}." if faults else "The trail is whole.")
    raise SystemExit(1 if faults else 0)


def read_anchors(file: Path) -> list[tuple[int, str]]:
    """Return the seals that a file remembers: lines "418:9f2c...", or a manifest with `seal`."""
    text = file.read_text(encoding="utf-8")
    if text.lstrip().startswith("{"):
        return [_mark(str(json.loads(text).get("seal", "")), file)]
    return [_mark(line.split()[-1], file) for line in text.splitlines() if line.strip()]


def _mark(text: str, file: Path) -> tuple[int, str]:
    number, _, digits = text.partition(":")
    if not number.isdigit() or not digits:
        raise Refusal(f"{file}: '{text[:60]}' is no seal mark; expected number:digits, as in 418:9f2c01d4.")
    return int(number), digits


@audit.command()
@click.option("--every", type=click.IntRange(1), help="Stay, and seal every so many seconds.")
def seal(every: int | None) -> None:
    """Seal the changes that no seal covers yet; the mark that is printed proves their history for ever."""
    from audit.seal import seal as make_seal

    place = Workplace.open()
    place.require_current_schema()
    if every:
        _stay(place, every)
        return
    made = make_seal(place.engine, place.sealer)
    click.echo(made.mark if made else "Nothing waits to be sealed.")


def _stay(place: Workplace, every: int) -> None:
    import signal
    import threading

    from edc.sealing import seal_until

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    seal_until(ended, place.engine, place.sealer, every)
