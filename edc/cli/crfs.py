"""`edc crf`: what is asked, as text, on paper, and from one version to the next; no database is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from edc.cli.refusals import Refusal

if TYPE_CHECKING:
    from forms.crf import CRF

CURRENT = "current"
OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def crf() -> None:
    """The CRFs of this study build."""


def _all() -> list[type[CRF]]:
    import forms.crfs  # noqa: F401 (registers the CRFs)
    from forms.crf import all_crfs

    return all_crfs()


def _get(oid: str) -> type[CRF]:
    """The CRF of an OID, however it is written; refuses an unknown one."""
    found = next((one for one in _all() if one.oid == oid.upper()), None)
    if found is None:
        raise Refusal(f"There is no CRF {oid}. See `edc crf list`.")
    return found


@crf.command("list")
def list_crfs() -> None:
    """List each CRF with its version and what it asks."""
    for one in _all():
        parts = [one, *one.groups.values()]
        items, checks = (sum(len(getattr(part, what)) for part in parts) for what in ("items", "checks"))
        click.echo(f"{one.oid:<6} {one.version:<5} {one.title:<32} {items:>3} items {checks:>3} checks")


@crf.command()
@click.argument("oid")
def show(oid: str) -> None:
    """Show the items, rows, checks and derivations of a CRF: edc crf show DM."""
    from exports.crf_text import crf_lines

    found = _get(oid)
    width = min(get_terminal_size((100, 24)).columns, 110)
    for line in crf_lines(found, width):
        click.echo(line)


@crf.command()
@click.argument("oid")
@click.option("--from", "before", help="The version to start from. Default: the last released one that differs.")
@click.option("--to", "after", default=CURRENT, show_default=True, help="The version to compare with.")
def diff(oid: str, before: str | None, after: str) -> None:
    """Say in words what changed from one version of a CRF to another. Exit code 1 when something did."""
    from forms.differences import differences

    found = _get(oid)
    old = _version(found, before or _earlier(found, after))
    changed = differences(old, _version(found, after))
    named = f"{found.oid} {old['version']}", f"{found.oid} {found.version if after == CURRENT else after}"
    if not changed:
        click.echo(f"Nothing differs between {named[0]} as released and {named[1]}.")
        return
    click.echo(f"From {named[0]} to {named[1]}:")
    for sentence in changed:
        click.echo(f"- {sentence}")
    raise SystemExit(1)


def _version(found: type[CRF], version: str) -> dict[str, Any]:
    """The definition of a version, that of the code included."""
    import json

    from forms.releases import canonical_json, definition, find_release, released_versions

    if version == CURRENT:
        made: dict[str, Any] = json.loads(canonical_json(definition(found)))
        return made
    released = find_release(found.oid, version)
    if released is None:
        known = ", ".join(released_versions(found.oid)) or "none"
        raise Refusal(f"{found.oid} has no released version {version}. Released: {known}.")
    return released


def _earlier(found: type[CRF], after: str) -> str:
    """The released version that a comparison starts from when none is named."""
    from forms.releases import released_versions
    from forms.versions import order

    try:
        limit = order(found.version if after == CURRENT else after)
    except ValueError as wrong:
        raise Refusal(f"{wrong}.") from None
    versions = released_versions(found.oid)
    earlier = [version for version in versions if order(version) < limit]
    if after == CURRENT and found.version in versions and not earlier:
        return found.version
    if not earlier:
        raise Refusal(f"{found.oid} has no released version before {found.version if after == CURRENT else after}.")
    return earlier[-1]


@crf.command()
@click.option("--check", "is_check", is_flag=True, help="Only say what stands between this build and its releases.")
def release(is_check: bool) -> None:
    """Freeze each CRF whose version was raised; refuse what would touch what was recorded. Exit code 1 when refused."""
    from forms.releases import changed_crfs, release_all

    _all()
    if is_check:
        sentences = changed_crfs()
        click.echo("\n".join(sentences) or "Every CRF is as released.")
        raise SystemExit(1 if sentences else 0)
    made = list(release_all())
    click.echo("\n".join(sentence for _, sentence in made) or "Every CRF is as released.")
    if not all(is_released for is_released, _ in made):
        raise SystemExit(1)


@crf.command()
@click.argument("out", type=OUT)
@click.option("--form", "oid", help="OID of one form. Default: all forms as one book.")
def blank(out: Path, oid: str | None) -> None:
    """Write the blank CRF, as a site fills it in, to a PDF file."""
    _print("blank", oid, out)


@crf.command()
@click.argument("out", type=OUT)
@click.option("--form", "oid", help="OID of one form. Default: all forms as one book.")
def annotated(out: Path, oid: str | None) -> None:
    """Write the annotated CRF, with item names, standards and checks, to a PDF file."""
    _print("annotated", oid, out)


def _print(kind: str, oid: str | None, out: Path) -> None:
    from exports.paper_crf import Kind, write_book, write_form

    if oid is None:
        _save(out, {".pdf": lambda target: write_book(_all(), Kind(kind), target)})
    else:
        found = _get(oid)
        _save(out, {".pdf": lambda target: write_form(found, Kind(kind), target)})


@crf.command()
@click.argument("out", type=OUT)
def specification(out: Path) -> None:
    """Write the specification of the study to OUT.pdf or OUT.xlsx: settings, visits, forms, items, checks."""
    from exports.specification_files import write_pdf, write_workbook

    _all()
    _save(out, {".pdf": write_pdf, ".xlsx": write_workbook})


def _save(out: Path, writers: dict[str, Callable[[BinaryIO], Any]]) -> None:
    """Write beside the place and move in when whole, so that no half file stands there."""
    write = writers.get(out.suffix.lower())
    if write is None:
        raise Refusal(f"{out.name}: give the file a name that ends in {' or '.join(writers)}.")
    partial = out.with_name(f"{out.name}.part")
    try:
        with partial.open("wb") as target:
            write(target)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    click.echo(out)
