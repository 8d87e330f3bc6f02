"""Dose intensity: the doses given, held and not reached, the amounts, and why doses were held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from exports.analysis_cases import Case
from exports.outcome_shapes import GIVEN, HELD, NOT_REACHED, Cell, DoseCell, OutcomeTable
from forms.derive.words import rounded
from forms.outcome_model import (
    INFUSED_DRUG,
    INFUSIONS_PER_COURSE,
    SLOT_DRUG,
    SLOTS_PER_COURSE,
    Infusion,
    SlotDose,
)

INTENSITY = (
    "Participant", "Courses started",
    *(f"{SLOT_DRUG}: {words}" for words in ("planned", "given", "held", "not reached", "% of planned", "total IU")),
    *(f"{INFUSED_DRUG}: {words}" for words in ("planned", "given", "not given", "% of planned", "total mg")),
)  # fmt: skip
ADMISSIONS = ("Participant", "Course", "Admission", "Given", "Held", "Not reached", "Total IU")
HOLDS = ("Drug", "Reason", "Doses", "Participants")
ALL = "All"


def slots_of(case: Case) -> list[SlotDose]:
    """The doses by slot up to the cut-off."""
    return [one for one in case.of.slots if one.day is None or one.day <= case.cutoff]


def infusions_of(case: Case) -> list[Infusion]:
    """The infusions, given or not, up to the cut-off."""
    return [one for one in case.of.infusions if one.day is None or one.day <= case.cutoff]


def dose_cells(cases: Iterable[Case]) -> tuple[DoseCell, ...]:
    """The heat map."""
    return tuple(
        DoseCell(case.code, one.course, one.admission, one.slot, one.state, one.reason)
        for case in cases
        for one in sorted(slots_of(case), key=lambda one: (one.course, one.admission, one.slot))
    )


def intensity_table(cases: Sequence[Case]) -> OutcomeTable:
    """Doses and amounts of each participant and of all; held and not reached doses stay in the denominator."""
    rows = [_intensity(case.code, [case]) for case in cases]
    notes = (
        f"Planned: {SLOTS_PER_COURSE} doses of {SLOT_DRUG} and {INFUSIONS_PER_COURSE} of {INFUSED_DRUG} in each course "
        "in which a dose of either was given.",
        "A total stays empty while a given dose has no amount.",
    )
    total = [_intensity(ALL, cases)] if cases else []
    return OutcomeTable("dose_intensity", "Dose intensity", INTENSITY, (*rows, *total), notes)


def _intensity(name: str, cases: Sequence[Case]) -> tuple[Cell, ...]:
    slots = [one for case in cases for one in slots_of(case)]
    infusions = [one for case in cases for one in infusions_of(case)]
    courses = sum(len(_started(case)) for case in cases)
    states, infused = Counter(one.state for one in slots), [one for one in infusions if one.is_given]
    by_slot, by_infusion = SLOTS_PER_COURSE * courses, INFUSIONS_PER_COURSE * courses
    return (
        name, courses, by_slot, states[GIVEN], states[HELD], states[NOT_REACHED], _share(states[GIVEN], by_slot),
        _total([one.amount for one in slots if one.state == GIVEN]), by_infusion, len(infused),
        len(infusions) - len(infused), _share(len(infused), by_infusion), _total([one.amount for one in infused]),
    )  # fmt: skip


def _share(given: int, planned: int) -> Decimal | None:
    return rounded(Decimal(given) * 100 / planned, 1) if planned else None


def _started(case: Case) -> set[int]:
    """The courses in which a dose of either drug was given."""
    by_slot = {one.course for one in slots_of(case) if one.state == GIVEN}
    return by_slot | {one.course for one in infusions_of(case) if one.is_given}


def _total(amounts: Sequence[Decimal | int | None]) -> Decimal | None:
    known = [Decimal(amount) for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def admission_table(cases: Iterable[Case]) -> OutcomeTable:
    """The doses by slot of each admission."""
    rows = tuple(row for case in cases for row in _admissions(case))
    return OutcomeTable("admissions", f"{SLOT_DRUG} in each admission", ADMISSIONS, rows)


def _admissions(case: Case) -> Iterable[tuple[Cell, ...]]:
    slots = slots_of(case)
    for course, admission in sorted({(one.course, one.admission) for one in slots}):
        own = [one for one in slots if (one.course, one.admission) == (course, admission)]
        states = Counter(one.state for one in own)
        total = _total([one.amount for one in own if one.state == GIVEN])
        yield case.code, course, admission, states[GIVEN], states[HELD], states[NOT_REACHED], total


def hold_table(cases: Sequence[Case]) -> OutcomeTable:
    """Why doses were held or not given, most frequent first."""
    told = [
        *((SLOT_DRUG, one.reason, case.code) for case in cases for one in slots_of(case) if one.state == HELD),
        *((INFUSED_DRUG, one.reason, case.code) for case in cases for one in infusions_of(case) if not one.is_given),
    ]
    doses = Counter((drug, reason or "Not told") for drug, reason, _ in told)
    people = Counter((drug, reason or "Not told") for drug, reason, _ in set(told))
    found = sorted(doses.items(), key=lambda pair: (pair[0][0], -pair[1], pair[0][1]))
    rows = tuple((drug, reason, count, people[drug, reason]) for (drug, reason), count in found)
    return OutcomeTable("hold_reasons", "Why doses were held or not given", HOLDS, rows)
