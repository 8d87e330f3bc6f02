"""Adverse events: how many treated participants had each class and term, by their highest grade."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from exports.analysis_cases import Case
from exports.analysis_response import percent
from exports.outcome_shapes import Cell, OutcomeTable, Toxicity
from forms.codelists import LISTS
from forms.derive.ae import is_related, is_related_to_any
from forms.outcome_model import Event

GRADES = (1, 2, 3, 4, 5)
SEVERE = 3
COLUMNS = (
    "Class", "Term", "Treated", "Any grade", "Any grade %", *(f"Grade {grade}" for grade in GRADES), "Grade not known",
    "Grade 3 or more", "Grade 3 or more %",
)  # fmt: skip
OVERVIEW = ("Participants with", "x", "Treated", "%")
NOTES = (
    "Treatment-emergent events; each participant counts once in a class and in a term, with the highest grade.",
    "CTCAE v5.0. Related is possible, probable or definite; a relation that is not known counts as related.",
)

# Class and term of an event; the term is "" where the class as a whole is meant.
Place = tuple[str, str]


@dataclass(frozen=True)
class Selection:
    """Some of the adverse events: the key of their table, what they are called, and which events belong."""

    key: str
    name: str
    takes: Callable[[Event], bool]


def selections(cases: Iterable[Case]) -> list[Selection]:
    """All events, those related to each drug, to any of them, the serious and the immune-related ones."""
    drugs = list(dict.fromkeys(drug for case in cases for event in case.of.events for drug in event.relations))
    return [
        Selection("adverse_events", "Adverse events", lambda event: True),
        *(_related_to(drug) for drug in drugs),
        Selection(
            "adverse_events_related", "Adverse events related to either study drug",
            lambda event: is_related_to_any(event.relations.values()),
        ),
        Selection("adverse_events_serious", "Serious adverse events", lambda event: event.is_serious),
        Selection("adverse_events_immune", "Immune-related adverse events", lambda event: event.is_immune_related),
    ]  # fmt: skip


def _related_to(drug: str) -> Selection:
    label = LISTS["DRUG"].label(drug)
    return Selection(
        f"adverse_events_related_{drug.lower()}", f"Adverse events related to {label}",
        lambda event: is_related(event.relations.get(drug)),
    )  # fmt: skip


def toxicities(cases: Sequence[Case], selection: Selection) -> tuple[Toxicity, ...]:
    """Classes with their terms below them, most frequent first."""
    counted: dict[Place, Counter[int | None]] = defaultdict(Counter)
    for case in cases:
        for place, grade in _highest(case, selection).items():
            counted[place][grade] += 1
    found = [_toxicity(place, grades, len(cases)) for place, grades in counted.items()]
    classes = sorted((one for one in found if one.is_class), key=_frequency)
    terms = sorted((one for one in found if not one.is_class), key=_frequency)
    return tuple(
        line for one in classes for line in (one, *(term for term in terms if term.of_class == one.name))
    )  # fmt: skip


def _highest(case: Case, selection: Selection) -> dict[Place, int | None]:
    """The highest grade of a participant in each class ("" as the term) and in each term."""
    found: dict[Place, int | None] = {}
    for event in filter(selection.takes, _emergent(case)):
        grade = event.highest_grade(case.cutoff)
        for place in ((event.soc, ""), (event.soc, event.term)):
            found[place] = max(grade or 0, found.get(place) or 0) or None
    return found


def _toxicity(place: Place, grades: Counter[int | None], treated: int) -> Toxicity:
    soc, term = place
    one, two, three, four, five = (grades[grade] for grade in GRADES)
    return Toxicity(term or soc, not term, (one, two, three, four, five), treated, soc if term else "", grades[None])


def _frequency(one: Toxicity) -> tuple[int, int, str]:
    return -one.any_grade, -one.severe, one.name


def _emergent(case: Case) -> list[Event]:
    """The treatment-emergent events that began by the cut-off; one without an onset is among them."""
    return [e for e in case.of.events if e.is_emergent and (e.began is None or e.began <= case.cutoff)]


def toxicity_table(cases: Sequence[Case], selection: Selection) -> OutcomeTable:
    """The table of a selection of events."""
    rows = tuple(_row(one) for one in toxicities(cases, selection))
    return OutcomeTable(selection.key, f"{selection.name} by class and term", COLUMNS, rows, NOTES)


def _row(one: Toxicity) -> tuple[Cell, ...]:
    return (
        one.name if one.is_class else one.of_class, None if one.is_class else one.name, one.treated, one.any_grade,
        _percent(one.any_grade, one.treated), *one.by_grade, one.ungraded, one.severe,
        _percent(one.severe, one.treated),
    )  # fmt: skip


def _percent(part: int, whole: int) -> Decimal | None:
    return percent(Decimal(part) / whole) if whole else None


def overview_table(cases: Sequence[Case]) -> OutcomeTable:
    """Participants with any event, with a severe one, and with one that ended in death, by selection."""
    rows: list[tuple[Cell, ...]] = []
    for selection in selections(cases):
        for words, least in (("any grade", 1), ("grade 3 or more", SEVERE), ("grade 5", GRADES[-1])):
            x = sum(_has(case, selection, least) for case in cases)
            rows.append((f"{selection.name}, {words}", x, len(cases), _percent(x, len(cases))))
    return OutcomeTable("adverse_event_overview", "Overview of adverse events", OVERVIEW, tuple(rows), NOTES)


def _has(case: Case, selection: Selection, least: int) -> bool:
    taken = [e for e in _emergent(case) if selection.takes(e)]
    return bool(taken) if least == 1 else any((e.highest_grade(case.cutoff) or 0) >= least for e in taken)
