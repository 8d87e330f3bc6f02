"""Who has a form open: noted for minutes, then gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from edc.db import Session
from edc.identity import Person
from edc.records.models import Presence
from edc.records.presence import STAYS, is_noted, list_present, note_presence, words

NOW = dt.datetime(2024, 1, 22, 22, 1, tzinfo=dt.UTC)
PATH = "/nct03991130/participants/001-004/c1-d1/vital-signs"
OSEI = Person("osei", "k.osei", "K. Osei")
DIAZ = Person("diaz", "r.diaz", "R. Diaz")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    Presence.__table__.create(engine)
    with Session(engine) as session:
        yield session


def note(session: Session, person: Person, now: dt.datetime = NOW, path: str = PATH) -> None:
    note_presence(session, path, person, now)
    session.commit()


def told(session: Session, now: dt.datetime, reader: str = "diaz") -> list[str]:
    return words(list_present(session, PATH, now), reader, "America/Los_Angeles")


def test_others_are_told_since_when_and_nobody_of_himself(session: Session) -> None:
    note(session, OSEI)
    note(session, DIAZ, NOW + MINUTE)
    assert told(session, NOW + MINUTE) == [
        "K. Osei has this form open (since 14:01). You can both work; any clash is shown."
    ]
    assert [line.split(" has")[0] for line in told(session, NOW + MINUTE, "osei")] == ["R. Diaz"]


@pytest.mark.parametrize(("after", "is_told"), [(STAYS - MINUTE, True), (STAYS, False)])
def test_who_does_nothing_is_gone_after_some_minutes(session: Session, after: dt.timedelta, is_told: bool) -> None:
    note(session, OSEI)
    assert bool(told(session, NOW + after)) == is_told


def test_who_goes_on_keeps_the_time_of_the_beginning(session: Session) -> None:
    for minutes in (0, 4, 8):
        note(session, OSEI, NOW + minutes * MINUTE)
    assert "(since 14:01)" in told(session, NOW + 9 * MINUTE)[0]
    note(session, OSEI, NOW + 20 * MINUTE)
    assert "(since 14:21)" in told(session, NOW + 20 * MINUTE)[0]


def test_a_page_opened_again_at_once_needs_no_further_note(session: Session) -> None:
    note(session, OSEI)
    present = list_present(session, PATH, NOW)
    assert is_noted(present, "osei", NOW + MINUTE / 2)
    assert not is_noted(present, "osei", NOW + MINUTE)
    assert not is_noted(present, "diaz", NOW)


def test_what_nobody_is_told_any_more_does_not_stay_in_the_database(session: Session) -> None:
    note(session, OSEI)
    note(session, DIAZ, NOW + STAYS, path=f"{PATH}/2")
    assert list(session.scalars(select(Presence.user_uid))) == ["diaz"]
