"""Runs the measurements: python -m bench [--quick] [--only sqlite|postgresql] [--output FILE]."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import data, forms, grades, limits, lists, outcomes, responses, startup
from bench.load import EVENTS, Copier, analyse, enter_original
from bench.report import KINDS, Report
from bench.stage import Stage, all_served
from tests import databases
from tests.casebook.study import CODE

SMALL = 25
DISCLAIMER = (
    "The last column is printed from the design notes: another machine, and not measured again. "
    "'Open' is compared with it by what hello took here and there."
)


@dataclass(frozen=True)
class Sizes:
    """How large the study grows, and how often things are repeated."""

    participants: int
    verified: int
    trail: int
    rounds: int
    times: int
    pages: int


FULL = Sizes(participants=10_000, verified=200, trail=1_000_000, rounds=3, times=100, pages=200)
QUICK = Sizes(participants=1_000, verified=50, trail=50_000, rounds=3, times=30, pages=40)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, in a few minutes")
    parser.add_argument("--only", choices=KINDS, help="one database")
    parser.add_argument("--output", type=Path, help="write the table to this file too")
    given = parser.parse_args()
    report = Report()
    report.remarks.append(DISCLAIMER)
    for kind in [given.only] if given.only else KINDS:
        measure(kind, report, QUICK if given.quick else FULL)
    table = report.markdown()
    print("\n" + table)
    if given.output:
        given.output.write_text(table + "\n")


@contextmanager
def staged(kind: str, sizes: Sizes) -> Iterator[Stage]:
    """A database of a kind with its people and one participant, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as folder:
        stage = Stage(kind, Path(folder), sizes.rounds, sizes.times)
        try:
            limits.prepare(stage.url)
            enter_original(stage.app)
            yield stage
        finally:
            stage.close()


def measure(kind: str, report: Report, sizes: Sizes) -> None:
    """Everything on one kind of database: on a small study, and on one that grows large."""
    databases.begin_run()
    try:
        with staged(kind, sizes) as small, staged(kind, sizes) as large:
            Copier(small.app, CODE).copy(range(2, SMALL + 1), with_trail=True)
            grow(large, report, sizes)
            measure_pages(report, small, large, sizes)
            outcomes.measure(large, report, sizes.participants)
            data.measure_csv(large, report)
            data.measure_pdf(large, report, sizes.pages)
            startup.measure_command(report, kind)
            grades.measure(report, kind)
            responses.measure(report, kind, sizes.participants)
    finally:
        databases.end_run()


def measure_pages(report: Report, small: Stage, large: Stage, sizes: Sizes) -> None:
    """What people wait for."""
    with all_served(large) as (browser, port), all_served(small) as (other, _):
        forms.measure(large, report, browser, port, CODE)
        lists.measure(
            report, lists.Study(small, other.port, SMALL), lists.Study(large, browser.port, sizes.participants)
        )
        startup.measure_weight(report, large.kind, browser, CODE)


def grow(stage: Stage, report: Report, sizes: Sizes) -> None:
    """Copy participants until the study has its size and the trail its length; verify the trail while it is whole."""
    copier = Copier(stage.app, CODE)
    copier.copy(range(2, sizes.verified + 1), with_trail=True)
    data.measure_verify(stage, report)
    with_trail = min(sizes.participants, sizes.trail // copier.original.entries)
    copier.copy(range(sizes.verified + 1, with_trail + 1), with_trail=True)
    copier.copy(range(max(with_trail, sizes.verified) + 1, sizes.participants + 1), with_trail=False)
    with stage.engine.begin() as connection:
        analyse(connection)
    print(f"  {stage.kind}: {sizes.participants:,} participants, {EVENTS * sizes.participants:,} adverse events")


if __name__ == "__main__":
    main()
