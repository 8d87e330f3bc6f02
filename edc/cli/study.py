"""`edc export` and `edc crf`: what was collected, and what is asked."""

from pathlib import Path

import click

from edc.cli.workplace import Workplace


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--crf", "crfs", multiple=True, help="OID of a CRF, as in AE; can be repeated. Default: all.")
def export(folder: Path, crfs: tuple[str, ...]) -> None:
    """Write the CSV files of the study, with the data dictionary, into a folder; the trail notes it."""
    from edc.cli.progress import progress
    from exports.commands import export as write_files

    place = Workplace.open()
    place.require_current_schema()
    with place.session(writes=True) as session, progress("Exporting") as advance:
        for file in write_files(session, folder, crfs=crfs, by=place.operator):
            advance()
            click.echo(file)


@click.group()
def crf() -> None:
    """The CRFs of this study build."""


@crf.command("list")
def list_crfs() -> None:
    """List each CRF with its version and what it asks."""
    import forms.crfs  # noqa: F401 (registers the CRFs)
    from forms.crf import all_crfs

    for one in all_crfs():
        parts = [one, *one.groups.values()]
        items, checks = (sum(len(getattr(part, what)) for part in parts) for what in ("items", "checks"))
        click.echo(f"{one.oid:<6} {one.version:<5} {one.title:<32} {items:>3} items {checks:>3} checks")
