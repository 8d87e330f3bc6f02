"""`edc checks run`: what it prints, what it changes, how it ends."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import select

from audit.capture import change
from edc import clock
from edc.casebook.enrolment import enrol
from edc.cli.workplace import Workplace
from edc.queries.models import Query
from edc.records import daily
from edc.records.saving import Saving
from edc.study.models import Site, Subject
from edc.study.service import add_consent_version, create_site
from forms.items import Answer
from forms.patch import Patch
from tests.cli.conftest import Edc

SENTENCE = "Version v4.0 is not in the site's table of consent versions."


@pytest.fixture
def enrolled(home: object) -> str:
    """A participant whose consent version stands in no table when it is entered."""
    place = Workplace.open()
    with place.session(writes=True) as session:
        site = create_site(session, by=place.operator, code="001", name="UCSD", time_zone="America/Los_Angeles")
        with change(session, by=place.operator, act="participant:enrol") as opened:
            saving = Saving(session, opened, place.operator, clock.now(session))
            consent = {"consent_version": Answer("v4.0"), "signature_date": Answer(dt.date(2024, 1, 8))}
            return enrol(saving, site, Patch(consent)).record.subject.code


def enter_version() -> None:
    """The site enters the version afterwards."""
    place = Workplace.open()
    with place.session(writes=True) as session:
        home = session.scalars(select(Site)).one()
        add_consent_version(session, by=place.operator, site=home, label="v4.0", valid_from=dt.date(2023, 1, 1))


def states() -> list[str]:
    """The status of each query."""
    with Workplace.open().session() as session:
        return list(session.scalars(select(Query.status)))


def test_nothing_to_do_is_said_in_one_line(edc: Edc, enrolled: str) -> None:
    answer = edc("checks", "run")
    assert (answer.exit_code, answer.output) == (
        0, "1 participants: 0 queries opened, 0 closed, 0 values derived.\n",
    )  # fmt: skip


def test_a_dry_run_tells_and_ends_with_one(edc: Edc, enrolled: str) -> None:
    enter_version()
    answer = edc("checks", "run", "--dry-run")
    assert answer.exit_code == 1
    assert f"{enrolled}: would close IC-02 at {enrolled}/LOG/IC/1: {SENTENCE}" in answer.output
    assert "IC-02: 0 opened, 1 closed" in answer.output and "nothing was changed (dry run)" in answer.output
    assert states() == ["open"]


def test_a_run_closes_and_ends_with_nought(edc: Edc, enrolled: str) -> None:
    enter_version()
    answer = edc("checks", "run", "--participant", enrolled, "--reason", "version table completed")
    assert answer.exit_code == 0
    assert f"{enrolled}: close IC-02" in answer.output
    assert states() == ["closed"]
    assert edc("audit", "verify").exit_code == 0


def test_an_unknown_participant_is_wrong_input(edc: Edc, enrolled: str) -> None:
    answer = edc("checks", "run", "--participant", "009-001")
    assert (answer.exit_code, "No participant is called 009-001." in answer.output) == (2, True)


def wait(*, frozen: bool = False) -> None:
    """The participant was asked on another day last, or was frozen meanwhile."""
    place = Workplace.open()
    with place.session(writes=True) as session, change(session, by=place.operator, act="subject:freeze"):
        subject = session.scalars(select(Subject)).one()
        subject.judged_on, subject.frozen = dt.date(2024, 1, 8), frozen


def test_those_not_asked_today_are_asked_once(edc: Edc, enrolled: str) -> None:
    assert "0 participants: 0 queries opened, 0 closed" in edc("checks", "run", "--due").output
    wait()
    enter_version()
    assert "1 participants: 0 queries opened, 1 closed" in edc("checks", "run", "--due").output
    assert "0 participants: 0 queries opened, 0 closed" in edc("checks", "run", "--due").output


def test_a_frozen_participant_is_not_asked(edc: Edc, enrolled: str) -> None:
    wait(frozen=True)
    assert "0 participants: 0 queries opened, 0 closed" in edc("checks", "run", "--due").output


def test_the_day_is_asked_of_everybody_who_waits(enrolled: str) -> None:
    place = Workplace.open()
    wait()
    enter_version()
    sessions = partial(place.session, writes=True)
    assert [daily.ask_waiting(sessions, place.operator) for _ in range(2)] == [1, 0]
    assert states() == ["closed"]
