"""Random histories: the state is always what the trail replays to, now and at every moment before."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from audit.canonical import value_text
from audit.capture import Audited
from audit.models import audit_change
from audit.seal import seal
from audit.trail import State, replay
from audit.verify import verify
from tests import databases
from tests.audit.toys import REGISTRY, Participant, Visit, Vitals, create_tables, make_engine, saving, sessions

TEXTS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
READINGS = st.fixed_dictionaries(
    {},
    optional={
        "systolic": st.none() | st.integers(-5, 300),
        "weight": st.none() | st.decimals("0", "999", places=1) | st.sampled_from([Decimal("72.00"), Decimal("72")]),
        "taken_on": st.none() | st.dates(date(1900, 1, 1)),
        "taken_at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "fever": st.none() | st.booleans(),
        "comment": TEXTS,
        "queries_open": st.integers(0, 3),
    },
)


class Withdrawn(Exception):
    """Stops a save half-way."""


class Histories(RuleBasedStateMachine):
    """Coordinators enrol, record, correct, give up half-way and seal."""

    kind: str
    vitals = Bundle("vitals")

    def __init__(self) -> None:
        super().__init__()
        url = databases.prepared_database(self.kind, "toys", create_tables)
        self.engine = databases.lend_engine(make_engine, url)
        self.session = sessions(self.engine)()
        self.past: list[tuple[datetime, State]] = []
        self.number = 0

    def teardown(self) -> None:
        self.session.close()
        databases.drop_database(self.engine.url.render_as_string(hide_password=False))

    @rule(target=vitals, note=TEXTS, readings=READINGS)
    def enrol_and_record(self, note: str | None, readings: dict[str, Any]) -> str:
        self.number += 1
        with saving(self.session, "enrol"):
            participant = Participant(code=f"001-{self.number:03}", note=note)
            self.session.add(vitals := Vitals(participant=participant, row_version=1, **readings))
        return vitals.uid

    @rule(uid=vitals, steps=st.lists(READINGS, min_size=1, max_size=3), flush=st.booleans())
    def correct(self, uid: str, steps: list[dict[str, Any]], flush: bool) -> None:
        vitals = self.session.get_one(Vitals, uid)
        with saving(self.session, reason="Re-read"):
            vitals.row_version += 1
            for readings in steps:
                for name, value in readings.items():
                    setattr(vitals, name, value)
                if flush:
                    self.session.flush()

    @rule(uid=vitals, readings=READINGS)
    def give_up(self, uid: str, readings: dict[str, Any]) -> None:
        vitals = self.session.get_one(Vitals, uid)
        with pytest.raises(Withdrawn), saving(self.session, reason="Re-read"):
            for name, value in readings.items():
                setattr(vitals, name, value)
            self.session.flush()
            raise Withdrawn

    @rule(uid=vitals, kept=READINGS, undone=READINGS)
    def undo_a_part(self, uid: str, kept: dict[str, Any], undone: dict[str, Any]) -> None:
        vitals = self.session.get_one(Vitals, uid)
        with saving(self.session, reason="Re-read"):
            vitals.row_version += 1
            for name, value in kept.items():
                setattr(vitals, name, value)
            with pytest.raises(Withdrawn), self.session.begin_nested():
                for name, value in undone.items():
                    setattr(vitals, name, value)
                self.session.flush()
                raise Withdrawn

    @rule(uid=vitals)
    def expire(self, uid: str) -> None:
        self.session.expire(self.session.get_one(Vitals, uid))

    @rule()
    def visit(self) -> None:
        with saving(self.session):
            self.session.add(Visit())

    @rule()
    def seal(self) -> None:
        self.session.rollback()
        seal(self.engine)

    @rule()
    def remember(self) -> None:
        last = self.session.scalar(select(audit_change.c.at).order_by(audit_change.c.id.desc()).limit(1))
        if last is not None:
            self.past.append((last, self.state()))

    def state(self) -> State:
        classes: tuple[type[Any], ...] = REGISTRY
        everything = (self.session.scalars(select(mapped)) for mapped in classes)
        return {
            mapped.__audit_entity__: {row.uid: texts(row) for row in rows}
            for mapped, rows in zip(classes, everything, strict=True)
        }

    @invariant()
    def state_is_replay(self) -> None:
        entities = [mapped.__audit_entity__ for mapped in REGISTRY]
        assert replay(self.session.connection(), entities=entities) == self.state()
        self.session.rollback()

    @invariant()
    def the_past_stays(self) -> None:
        for moment, then in self.past[-2:]:
            assert replay(self.session.connection(), until=moment, entities=then) == then

    @invariant()
    def nothing_is_found(self) -> None:
        self.session.rollback()
        assert [str(finding) for finding in verify(self.engine, REGISTRY) if not finding.is_note] == []


def texts(row: Audited) -> dict[str, str]:
    values = {name: value_text(getattr(row, name)) for name in type(row).__audit_attributes__}
    return {name: text for name, text in values.items() if text is not None}


@pytest.mark.requirement("C14", "C18", "C60")
def test_state_is_replay_of_the_trail(database_kind: str) -> None:
    here = type("HistoriesHere", (Histories,), {"kind": database_kind})
    few = settings(max_examples=50, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(here, settings=few)
