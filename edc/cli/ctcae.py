"""`edc ctcae`: the wording of CTCAE, from the file that NCI publishes."""

from pathlib import Path

import click

from edc.cli.workplace import Workplace


@click.group()
def ctcae() -> None:
    """The wording of the grades of CTCAE v5.0, which is not part of this software."""


@ctcae.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Load the wording of all grades from NCI's FILE (.xlsx, or .csv in its columns): the whole file, or nothing.

    From then on the form of an adverse event shows it beside each grade. The same file again changes nothing.
    """
    from edc.study.ctcae_file import read_terms
    from edc.study.ctcae_wording import load_wording

    place = Workplace.open()
    place.require_current_schema()
    terms = read_terms(file)
    with place.session(writes=True) as session:
        count = load_wording(session, by=place.operator, terms=terms, source=file.name)
    click.echo(f"{count:,} of {len(terms):,} terms loaded." if count else "Every term is loaded already.")
