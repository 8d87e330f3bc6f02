"""`edc checks`: the edit checks and derivations over what is stored already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from edc.cli.workplace import Workplace

if TYPE_CHECKING:
    from edc.records.recheck import Asked, Rechecked

REASON = "All checks and derivations were run again"


@click.group()
def checks() -> None:
    """Edit checks and derivations."""


@checks.command()
@click.option("--dry-run", is_flag=True, help="Only say what would open and close; exit code 1 when something would.")
@click.option("--participant", "codes", multiple=True, help="Code of a participant; can be repeated. Default: all.")
@click.option("--due", is_flag=True, help="Only participants not asked yet today, as a nightly timer wants it.")
@click.option("--reason", default=REASON, show_default=True, help="Why, for the trail.")
def run(dry_run: bool, codes: tuple[str, ...], due: bool, reason: str) -> None:
    """Run all checks and derivations again, a participant at a time.

    For a new study build or changed tables of a site. Frozen and locked records stay as they are.
    """
    from edc.cli.progress import progress
    from edc.cli.refusals import Refusal
    from edc.records.daily import list_waiting
    from edc.records.recheck import list_codes, recheck

    place = Workplace.open()
    place.require_current_schema()
    with place.session() as session:
        known = list_codes(session)
        waiting = set(list_waiting(session)) if due else set(known)
    if unknown := sorted(set(codes) - set(known)):
        raise Refusal(f"No participant is called {', '.join(unknown)}.")
    results: list[Rechecked] = []
    chosen = [code for code in codes or known if code in waiting]
    with progress("Running checks", len(chosen)) as advance:
        for code in chosen:
            with place.session(writes=True) as session:
                results.append(recheck(session, code, by=place.operator, reason=reason, is_rehearsal=dry_run))
            _print(results[-1], dry_run)
            advance()
    _sum_up(results, dry_run)
    if dry_run and any(result.is_changed for result in results):
        raise click.exceptions.Exit(1)


def _print(result: Rechecked, is_rehearsal: bool) -> None:
    """A participant's lines, none where nothing moves."""
    if result.skipped:
        click.echo(f"{result.code}: left as it is, {result.skipped}")
    would = "would " if is_rehearsal else ""
    for word, asked in ((f"{would}open", result.opened), (f"{would}close", result.closed)):
        for one in asked:
            click.echo(f"{result.code}: {word} {one.check} at {one.place}: {one.text}")
    for path in result.derived:
        click.echo(f"{result.code}: {would}derive {path}")


def _sum_up(results: Sequence[Rechecked], is_rehearsal: bool) -> None:
    opened, closed = _count(r.opened for r in results), _count(r.closed for r in results)
    for check in sorted(opened | closed):
        click.echo(f"{check}: {opened[check]} opened, {closed[check]} closed")
    derived = sum(len(result.derived) for result in results)
    total = f"{opened.total()} queries opened, {closed.total()} closed, {derived} values derived"
    click.echo(f"{len(results)} participants: {total}{'; nothing was changed (dry run)' if is_rehearsal else ''}.")


def _count(asked: Iterable[list[Asked]]) -> Counter[str]:
    return Counter(one.check for each in asked for one in each)
