"""`edc export`: what was collected."""

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
