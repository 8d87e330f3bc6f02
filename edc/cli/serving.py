"""`edc serve`, `edc demo` and `edc check`: run the application, fill it with the demo study, judge the installation."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

import click

from edc.cli.refusals import Refusal
from edc.cli.workplace import Workplace

if TYPE_CHECKING:
    from config import Config


@click.command()
@click.option("--host", help="Address to listen on; CASEBOOK_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; CASEBOOK_PORT, else 8000.")
@click.option("--threads", type=click.IntRange(1, 64), help="Requests at a time; CASEBOOK_THREADS, else 8.")
def serve(host: str | None, port: int | None, threads: int | None) -> None:
    """Serve the application, seal the trail every minute, ask each day what time brings about; Ctrl+C ends it.

    For a hospital's own server see docs/deploy.md: gunicorn behind a proxy that ends TLS.
    """
    import waitress  # type: ignore[import-untyped]

    from edc import timers
    from edc.app import create_app
    from edc.records import daily
    from edc.sealing import start_sealing
    from edc.web import shell

    place = Workplace.open()
    given = place.config
    config = dataclasses.replace(
        given, host=host or given.host, port=port or given.port, threads=threads or given.threads
    )
    place.require_current_schema()
    app = create_app(config)
    ends = [start_sealing(shell(app).engine, place.sealer)]
    if config.environment != "demo":  # The made-up study lies in the past: all of it would be overdue.
        work = partial(daily.ask_waiting, partial(place.session, writes=True), place.operator)
        ends.insert(0, timers.start("daily checks", work, daily.EVERY_SECONDS))
    _greet(config)
    try:
        # The name of the server is nobody's business; a body is limited by the application, with a sentence.
        waitress.serve(app, host=config.host, port=config.port, threads=config.threads, ident=None, _quiet=True)
    finally:
        for end in ends:
            end()


def _greet(config: Config) -> None:
    click.echo(f"Casebook is at http://{config.host}:{config.port} - Ctrl+C ends it.")
    if not config.production:
        from edc.demo.people import greeting

        with Workplace(config).session() as session:
            for line in greeting(session):
                click.echo(line)


@click.command()
@click.option("--if-empty", is_flag=True, help="Do nothing when the database has participants already.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another study.")
def demo(if_empty: bool, seed: int) -> None:
    """Make the database and fill it with a made-up study: two sites, 27 participants, a sign-in for each role."""
    from edc.cli.progress import progress
    from edc.demo.load import PARTICIPANTS, count_participants, load_study, loading_engine

    place = Workplace.open()
    if place.config.production:
        raise Refusal("Demo data never enters production: CASEBOOK_ENVIRONMENT is production.")
    place.upgrade()
    with place.session() as session:
        present = count_participants(session)
    if present:
        if not if_empty:
            raise Refusal(f"The database has {present} participants already; the demo study needs an empty one.")
        return
    engine = loading_engine(place.config.database_url)
    sessions = partial(place.session, writes=True, engine=engine)
    with progress("Loading the made-up study, participants", PARTICIPANTS) as advance:
        load_study(sessions, place.rules, by=place.operator, seed=seed, advance=advance)
    engine.dispose()


@click.command()
def check() -> None:
    """Say whether this installation is sound: settings, keys, schema, guards of the trail, roles, clock.

    Each fault is one line with what to do. Exit code 1 when there is one.
    """
    from edc.cli.soundness import find_faults

    place = Workplace.open()
    faults = find_faults(place.config, place.keys, place.engine, place.rules)
    for sentence in faults:
        click.echo(sentence)
    click.echo(f"{len(faults)} to settle." if faults else "This installation is sound.")
    raise SystemExit(1 if faults else 0)
