"""Made-up participants for tests of the outcomes, told in clinical words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from exports.analysis import outcomes
from exports.analysis_settings import AnalysisSettings
from exports.outcome_shapes import Cell, Outcomes
from forms.derive.recist_settings import DEFAULTS, ResponseSettings
from forms.outcome_model import NOW, Assessed, Event, Infusion, Participant, SlotDose, StudyData

START = dt.date(2024, 1, 1)
MOMENT = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
MELANOMA, RENAL = "MELANOMA", "RENAL CELL CARCINOMA"
NIVOLUMAB, IL2 = "NIVOLUMAB", "ALDESLEUKIN"


def day(number: int) -> dt.date:
    """So many days after the first dose."""
    return START + dt.timedelta(days=number)


def scans(told: str) -> tuple[Assessed, ...]:
    """Time points as `day response change-from-baseline`, separated by commas: '63 PR -34, 132 PR -50'."""
    return tuple(_scan(*words.split()) for words in told.split(",") if words)


def _scan(number: str, response: str, change: str = "") -> Assessed:
    on = day(int(number))
    percent = Decimal(change) if change else None
    return Assessed(f"Day {number}", on, on, response, response, percent and 100 + percent, percent)


def person(code: str = "001-001", told: str = "", **changed: object) -> Participant:
    """A treated participant with measurable disease, scanned as told, last seen two years later."""
    known: dict[str, object] = {
        "site": "001", "tumour_type": MELANOMA, "first_dose": START, "start": START, "assessments": scans(told),
        "last_contact": day(730), "is_locked": True,
    }  # fmt: skip
    return Participant(code, **{**known, **changed})  # type: ignore[arg-type]


def event(term: str, *grades: int, soc: str = "Vascular disorders", **changed: object) -> Event:
    """An adverse event that began on day 8, unrelated unless said otherwise."""
    relations = {NIVOLUMAB: changed.pop("nivolumab", "UNRELATED"), IL2: changed.pop("il2", "UNRELATED")}
    known: dict[str, object] = {"grades": tuple((day(8), grade) for grade in grades), "began": day(8)}
    return Event(term, soc, relations=relations, **{**known, **changed})  # type: ignore[arg-type]


def admission(states: str, course: int = 1, number: int = 1, amount: str = "40000000") -> tuple[SlotDose, ...]:
    """The slots of an admission, a letter each: G given, H held for hypotension, N not reached."""
    made = {
        "G": lambda slot: SlotDose(course, number, slot, "GIVEN", "", Decimal(amount), day(8)),
        "H": lambda slot: SlotDose(course, number, slot, "HELD", "Hypotension", None, day(8)),
        "N": lambda slot: SlotDose(course, number, slot, "NOT_REACHED", "", None, day(8)),
    }
    return tuple(made[letter](slot) for slot, letter in enumerate(states, start=1))


def infusion(number: int, visit: str = "C1D1", course: int = 1) -> Infusion:
    """Nivolumab given on a day."""
    return Infusion(course, visit, True, day(number), Decimal(480))


def study(*people: Participant, rules: ResponseSettings = DEFAULTS) -> StudyData:
    """A study of these participants."""
    return StudyData(NOW, MOMENT, people, rules=rules)


def found(*people: Participant, rules: ResponseSettings = DEFAULTS, **settings: object) -> Outcomes:
    """The outcomes of these participants."""
    return outcomes(study(*people, rules=rules), AnalysisSettings(**settings))  # type: ignore[arg-type]


def rows(given: Outcomes, key: str) -> list[dict[str, Cell]]:
    """The rows of a table by column."""
    table = next(table for table in given.tables if table.key == key)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]
