"""Who stands behind a number of the outcomes: the participants that a cell of a table counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from exports import analysis_safety as safety
from exports.analysis_cases import Case, cases_of, in_set
from exports.analysis_response import INVESTIGATOR, all_groups
from exports.analysis_settings import SETS, AnalysisSettings
from exports.outcome_shapes import OutcomeTable, Toxicity
from forms.derive.recist_best import OVERALL_RESPONSES
from forms.outcome_model import StudyData

RESPONSE = "response"
_ANY = frozenset({*OVERALL_RESPONSES, ""})
_RESPONSES: dict[str, frozenset[str]] = {
    "n": _ANY,
    **{code: frozenset({code}) for code in OVERALL_RESPONSES[:-1]},
    OVERALL_RESPONSES[-1]: _ANY - set(OVERALL_RESPONSES[:-1]),
    "Response x": frozenset({"CR", "PR"}),
    "CR x": frozenset({"CR"}),
    "Disease control x": frozenset({"CR", "PR", "SD"}),
}
_EVENTS: dict[str, Callable[[Toxicity], bool]] = {
    "Any grade": lambda one: one.any_grade > 0,
    **{f"Grade {grade}": lambda one, at=grade - 1: one.by_grade[at] > 0 for grade in range(1, 6)},  # type: ignore[misc]
    "Grade not known": lambda one: one.ungraded > 0,
    "Grade 3 or more": lambda one: one.severe > 0,
}


class Behind(NamedTuple):
    """What a number counts, in words, and the participants."""

    words: str
    codes: list[str]


def opens(table: OutcomeTable, column: str) -> bool:
    """Whether the numbers of a column open their participants."""
    if table.key == RESPONSE:
        return column in _RESPONSES
    return table.key.startswith("adverse_events") and column in _EVENTS


def people_behind(
    data: StudyData, settings: AnalysisSettings, table: OutcomeTable, row: int, column: str
) -> Behind | None:  # fmt: skip
    """The participants that a number counts; None where a cell is no such number."""
    if not opens(table, column) or not 0 <= row < len(table.rows):
        return None
    cells = dict(zip(table.columns, table.rows[row], strict=True))
    cases = cases_of(data, settings)
    if table.key == RESPONSE:
        found = _responders(cases, str(cells["Set"]), str(cells["Tumour type"]), str(cells["Assessed by"]), column)
        words = f"{cells['Set']}, {cells['Tumour type']}: {column.removesuffix(' x')}"
    else:
        found = _affected(cases, table.key, str(cells["Class"]), cells["Term"], column)
        words = f"{table.title}, {cells['Term'] or cells['Class']}: {column}"
    return Behind(words, [case.code for case in found])


def _responders(cases: Sequence[Case], set_name: str, group: str, by: str, column: str) -> list[Case]:
    analysis_set = next(key for key, name in SETS.items() if name == set_name)
    chosen = in_set(cases, analysis_set)
    members = next((found for name, found in all_groups(chosen) if name == group), chosen)
    wanted = _RESPONSES[column]
    return [case for case in members if _best(case, by) in wanted]


def _best(case: Case, by: str) -> str:
    found = (case.investigator if by == INVESTIGATOR else case.best).response
    return found if found in OVERALL_RESPONSES else ""


def _affected(cases: Sequence[Case], key: str, soc: str, term: object, column: str) -> list[Case]:
    selection = next(one for one in safety.selections(cases) if one.key == key)
    own = ((case, safety.toxicities([case], selection)) for case in cases)
    return [case for case, rows in own if any(_is_at(row, soc, term, column) for row in rows)]


def _is_at(one: Toxicity, soc: str, term: object, column: str) -> bool:
    place = (one.name, None) if one.is_class else (one.of_class, one.name)
    return place == (soc, term) and _EVENTS[column](one)
