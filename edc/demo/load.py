"""Loads the made-up study: places, people, and each participant's story with what reviewers did."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from audit.capture import Actor
from edc.accounts.rules import Rules
from edc.db import Session, make_engine
from edc.demo.entry import Desk, Sessions
from edc.demo.people import create_people
from edc.demo.places import PLACES, Place, create_ranges, create_sites
from edc.demo.planted import ERRORS
from edc.demo.planting import plant
from edc.demo.profiles import OUTCOMES, make_profiles
from edc.demo.reviews import review
from edc.demo.story import Story, tell
from edc.memory import rare_collections
from edc.study.models import Subject

PARTICIPANTS = sum(len(outcomes.split()) for outcomes in OUTCOMES.values())


def count_participants(session: Session) -> int:
    """Return how many participants the database has."""
    return session.execute(select(func.count(Subject.uid))).scalar_one()


def loading_engine(url: str) -> Engine:
    """Return an engine that does not wait for the disk at each commit: a made-up study is no loss until it is whole."""
    engine = make_engine(url, guarded=False)
    is_sqlite = engine.dialect.name == "sqlite"

    @event.listens_for(engine, "connect")
    def hurry(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = OFF" if is_sqlite else "SET synchronous_commit = off")
        cursor.close()

    return engine


def load_study(
    sessions: Sessions,
    rules: Rules,
    *,
    by: Actor,
    seed: int,
    advance: Callable[[], None] = lambda: None,
    most: int | None = None,
) -> None:
    """Fill an empty database; `sessions` gives sessions that may write and see every site.

    `most` stops after so many participants.
    """
    actors = _set_up(sessions, rules, by)
    with rare_collections():
        for profile in make_profiles(seed)[:most]:
            story, _ = plant(tell(profile, seed), ERRORS)
            place = next(place for place in PLACES if place.code == profile.site)
            _enter(sessions, story, _staff(actors, place), actors)
            advance()


def _set_up(sessions: Sessions, rules: Rules, by: Actor) -> dict[str, Actor]:
    with sessions() as session:
        sites = create_sites(session, by=by)
        actors = create_people(session, rules, by=by)
        for place in PLACES:
            create_ranges(session, place, sites[place.code], actors)
    return actors


def _staff(actors: dict[str, Actor], place: Place) -> dict[str, Actor]:
    return {"coordinator": actors[place.coordinator], "investigator": actors[place.investigator]}


def _enter(sessions: Sessions, story: Story, staff: dict[str, Actor], actors: dict[str, Actor]) -> None:
    desk = Desk(sessions, staff)
    desk.enrol(story.profile.site, story.consent)
    desk.enter(story.steps)
    review(desk, actors)
