"""`edc derive`: the rules of response, survival and grading on files, without database or settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edc.cli.refusals import Refusal

if TYPE_CHECKING:
    from forms.derive.recist_settings import ResponseSettings


def _source(metavar: str) -> Callable[[Any], Any]:
    kind = click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.argument("source", metavar=metavar, type=kind)


def _target(metavar: str) -> Callable[[Any], Any]:
    return click.argument("target", metavar=metavar, type=click.Path(dir_okay=False, path_type=Path))


_settings = click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of the rules, as in confirm_days=28; can be repeated.",
)


@click.group()
def derive() -> None:
    """Derive responses, times to event and toxicity grades from files, by the rules of this study.

    Needs no database. What a command does not know passes through. Exit code 2 when the input is wrong: then no file is
    written.
    """


@derive.command()
@_source("IN.json")
@_target("OUT.json")
@_settings
def recist(source: Path, target: Path, given: tuple[str, ...]) -> None:
    """Derive the RECIST 1.1 responses of each visit, with the rule that fired, from lesions and measurements."""
    from edc.cli.derive_courses import derive_file

    derive_file(source, target, read_settings(given))


@derive.command("best-response")
@_source("IN.csv")
@_target("OUT.csv")
@_settings
def best_response(source: Path, target: Path, given: tuple[str, ...]) -> None:
    """Derive the best overall response of each case from its assessments, one a row."""
    from edc.cli.derive_tables import derive_best_response

    derive_best_response(source, target, read_settings(given))


@derive.command()
@_source("IN.csv")
@_target("OUT.csv")
@_settings
@click.option(
    "--style",
    type=click.Choice(["FDA", "EMA"], case_sensitive=False),
    default="FDA",
    show_default=True,
    help="EMA counts the event whenever it happens: neither new therapy nor missed assessments censor.",
)
def pfs(source: Path, target: Path, given: tuple[str, ...], style: str) -> None:
    """Derive event or censoring of progression-free survival of each case, with the row of the table that fired."""
    from edc.cli.derive_tables import derive_pfs

    derive_pfs(source, target, read_settings(given), style.upper())


@derive.command()
@_source("IN.json")
@_target("OUT.json")
@_settings
def survival(source: Path, target: Path, given: tuple[str, ...]) -> None:
    """Estimate Kaplan-Meier curves and exact (Clopper-Pearson) intervals."""
    from edc.cli.derive_estimates import derive_file

    derive_file(source, target, read_settings(given))


@derive.command("ctcae-labs")
@_source("IN.csv")
@_target("OUT.csv")
def ctcae_labs(source: Path, target: Path) -> None:
    """Grade laboratory and measured values by the numbers of CTCAE v5.0, with the rule and the reason."""
    from edc.cli.derive_grades import derive_grades

    derive_grades(source, target)


def read_settings(given: tuple[str, ...]) -> ResponseSettings:
    """The settings of this study with those given as name=value in their place."""
    from forms.derive.recist_settings import DEFAULTS, with_setting

    settings = DEFAULTS
    for one in given:
        name, equals, value = one.partition("=")
        try:
            if not equals:
                raise ValueError(f"'{one}' is not of the form name=value")
            settings = with_setting(settings, name.strip(), value)
        except ValueError as error:
            raise Refusal(f"--set {one}: {error}.") from error
    return settings
