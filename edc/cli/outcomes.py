"""`edc outcomes`: response, times to event, adverse events and doses as tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edc.cli.refusals import Refusal
from edc.cli.workplace import Workplace

if TYPE_CHECKING:
    from edc.db import Session
    from forms.derive.recist_settings import ResponseSettings
    from forms.outcome_model import StudyData

SETS = ("treated", "evaluable", "complete-course")


@click.command()
@click.argument("folder", metavar="OUT-FOLDER", type=click.Path(path_type=Path))
@click.option("--as-of", "moment", metavar="TIME", help="The data as they stood then: 2024-03-01T12:00, in UTC.")
@click.option("--release", "release", metavar="NAME", help="The data of a release.")
@click.option("--analysis-set", type=click.Choice(SETS), help="Whom to count. Default: orr_denominator of the rules.")
@click.option("--tumour-type", default="", metavar="TYPE", help="One tumour type, as in MELANOMA. Default: all.")
@click.option("--cutoff", metavar="DATE", help="Nothing after this day counts. Default: the day of the data.")
@click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE", help="A rule, as in confirm_days=28; see docs/outcomes.md."
)
def outcomes(
    folder: Path, moment: str | None, release: str | None, analysis_set: str | None, tumour_type: str,
    cutoff: str | None, given: tuple[str, ...],
) -> None:  # fmt: skip
    """Write the tables of the outcomes as CSV files into a new folder; the trail notes it.

    The data are those of now, of a past moment, or of a release. Exit code 2 when something is wrong: then no folder is
    made.
    """
    from audit.capture import change
    from edc.cli.derive import read_settings
    from exports import analysis
    from exports.analysis_settings import AnalysisSettings
    from exports.outcome_files import refuse_filled, write_outcomes

    if moment and release:
        raise Refusal("Give --as-of or --release, not both: a release is of its own moment.")
    rules, at = read_settings(given), _instant(moment) if moment else None
    chosen = analysis_set or rules.orr_denominator
    settings = AnalysisSettings(chosen, tumour_type.upper(), _day(cutoff) if cutoff else None)
    refuse_filled(folder)
    place = Workplace.open()
    place.require_current_schema()
    with place.session() as session:
        data = _read(session, at, release, Path(place.config.files) / "releases", rules)
    if tumour_type and settings.tumour_type not in analysis.tumour_types(data):
        raise Refusal(f"No treated participant has the tumour type '{tumour_type}'.")
    found = analysis.outcomes(data, settings)
    with place.session(writes=True) as session, change(session, by=place.operator, act="export:download") as made:
        made.note("download", "outcomes", "download", None, f"outcomes, {data.source} {data.name}".strip())
    for file in write_outcomes(found, folder):
        click.echo(file)


def _read(
    session: Session, moment: dt.datetime | None, release: str | None, releases: Path, rules: ResponseSettings
) -> StudyData:
    from edc.clock import now
    from exports.outcome_data import read_as_of, read_now, read_release

    assert session.scope is not None
    if release:
        return read_release(session, session.scope, releases, release, rules=rules)
    if moment:
        return read_as_of(session, session.scope, moment, now=now(session), rules=rules)
    return read_now(session, session.scope, now=now(session), rules=rules)


def _instant(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"--as-of: '{text}' is no time of the form 2024-03-01T12:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _day(text: str) -> dt.date:
    from forms.derive.recist_settings import read_day

    try:
        return read_day(text)
    except ValueError as error:
        raise Refusal(f"--cutoff: {error}.") from None
