"""A save looks again only at the rules that read what it changed."""

from __future__ import annotations

import pytest

from forms.evaluation import may_fire, may_move, rules_reading, run_derivations
from forms.views import Record
from tests.forms.casebooks import record, subject

SCHEDULE = frozenset({"visit", "subject"})


def names(oid: str, *facts: str) -> set[str]:
    """The ids of the rules of a CRF that a change of these facts concerns."""
    return {rule.id for _, rule in rules_reading(oid, frozenset(facts))}


@pytest.mark.parametrize(
    ("oid", "facts", "concerned"),
    [
        ("LAB", ("LAB",), {"GEN-06", "DER-13"}),
        ("LAB", ("visit", "subject"), {"DER-13", "LB-05"}),
        ("LAB", ("AE",), {"LB-05"}),
        ("LAB", ("IL2D",), set()),
        ("DM", ("subject",), {"DM-01", "DM-02", "DER-14"}),
        ("VISIT", ("IL2D",), set()),
    ],
)
def test_only_rules_that_read_the_change_are_concerned(oid: str, facts: tuple[str, ...], concerned: set[str]) -> None:
    assert names(oid, *facts) == concerned


def test_a_changed_birth_date_concerns_the_ranges_of_samples() -> None:
    assert {"NRANGE", "LB-03"} <= names("LAB", "DM")


def hypotension() -> Record:
    return record(
        "AE", name="event", ctcae_term="Hypotension", start_date="2024-03-12", ongoing="Y", action_il2="DOSE NOT CHANGED",
        GRADE=[{"from_date": "2024-03-12", "grade": "3"}],
    )  # fmt: skip


def grid(status: str) -> Record:
    held = {"hold_reason": "HYPOTENSION", "ae_ref": "event"} if status == "HELD" else {}
    return record("IL2D", "C1A1", planned_start="2024-03-11 08:00", SLOT=[{"status": status, **held}])


@pytest.mark.parametrize(("status", "moves", "fires"), [("HELD", True, True), ("GIVEN", False, False)])
def test_a_held_slot_reaches_the_event_it_names(status: str, moves: bool, fires: bool) -> None:
    event = hypotension()
    alone = subject(event)
    run_derivations(event, alone)
    around = subject(event, grid(status))
    assert may_move(event, around, frozenset({"IL2D"})) is moves
    assert may_fire(event, around, frozenset({"IL2D"})) is fires


def test_a_typed_limit_is_not_derived_anew() -> None:
    """A value that a person typed into a derived item stays, so it is no reason to look again."""
    plan = record("IL2D", "C1A1", planned_start="2024-03-11 08:00", SLOT=[{"planned_dt": "2024-03-11 09:00"}])
    run_derivations(plan, subject(plan))
    assert not may_move(plan, subject(plan), SCHEDULE)
