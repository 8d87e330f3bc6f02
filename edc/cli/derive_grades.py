"""`edc derive ctcae-labs`: a table of results, each with its numeric grade by CTCAE v5.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from edc.cli.handed_files import TableRow, read_csv, write_csv
from forms.derive.ctcae import Grading, grade
from forms.derive.ctcae_facts import BASELINE_FLAGS, Context, Measured, is_usable
from forms.derive.labs import ABOVE, BELOW
from forms.dictionaries.ctcae_bands import HIGH, LOW

COLUMNS = ("term", "direction", "test", "value", "unit", "lln", "uln", "baseline", "baseline_flag", "context")
RESULTS = ("grade", "rule", "explanation")
UNGRADABLE = "ungradable"

_ANSWERS = (
    "symptomatic", "on_anticoagulation", "physiologic_consequences", "intervention_initiated", "albumin_corrected",
)  # fmt: skip
_QUANTITIES = ("duration_hours", "mi_level", "pct_change_from_baseline")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_SIGNS = {"<": BELOW, ">": ABOVE}


def derive_grades(source: Path, target: Path) -> None:
    """Write each row of a file with its grade."""
    table = read_csv(source, COLUMNS)
    columns = [name for name in table.columns if name not in RESULTS]
    rows = [{**{name: row.raw[name] for name in columns}, **_result(_graded(row))} for row in table.rows]
    write_csv(target, (*columns, *RESULTS), rows)


def _result(found: Grading) -> dict[str, str]:
    shown = UNGRADABLE if found.grade is None else str(found.grade)
    return dict(zip(RESULTS, (shown, found.rule, found.explanation), strict=True))


def _graded(row: TableRow) -> Grading:
    if not row.cells["term"]:
        row.refuse("term", "the term is missing")
    direction = _one_of(row, "direction", (HIGH, LOW), row.cells["direction"].lower())
    sign = row.cells["value"][:1] if row.cells["value"][:1] in _SIGNS else ""
    measured = Measured(
        value=_number(row, "value", row.cells["value"].removeprefix(sign).strip()),
        unit=row.cells["unit"],
        sign=_SIGNS.get(sign, ""),
        lln=_number(row, "lln", row.cells["lln"]),
        uln=_number(row, "uln", row.cells["uln"]),
        baseline=_number(row, "baseline", row.cells["baseline"]),
        baseline_flag=_one_of(row, "baseline_flag", BASELINE_FLAGS, row.cells["baseline_flag"].upper()),
    )
    return grade(row.cells["term"], row.cells["test"].upper(), measured, _context(row), direction=direction)


def _one_of(row: TableRow, column: str, choices: tuple[str, ...], word: str) -> str:
    if word and word not in choices:
        row.refuse(column, f"'{row.cells[column]}' is none of {', '.join(choices)}")
    return word


def _number(row: TableRow, column: str, text: str) -> Decimal | None:
    if not text:
        if row.cells[column] in _SIGNS:
            row.refuse(column, f"'{row.cells[column]}' stands without a number")
        return None
    number = Decimal(text) if _NUMBER.fullmatch(text) else None
    if number is None or not is_usable(number):
        row.refuse(column, f"'{text}' is no number, such as 12.5")
    return number


def _context(row: TableRow) -> Context:
    """The facts of a cell such as "symptomatic=yes; duration_hours=12"."""
    told: dict[str, str] = {}
    for one in filter(None, (part.strip() for part in row.cells["context"].split(";"))):
        name, equals, value = (part.strip() for part in one.partition("="))
        if not equals or name not in (*_ANSWERS, *_QUANTITIES):
            row.refuse("context", f"'{one}' is not one of {', '.join((*_ANSWERS, *_QUANTITIES))} with = and its value")
        if name in told:
            row.refuse("context", f"{name} stands twice")
        told[name] = value
    facts: dict[str, Any] = {name: _answer(row, name, told[name]) for name in _ANSWERS if name in told}
    return Context(**facts, **_quantities(row, told))


def _answer(row: TableRow, name: str, value: str) -> bool:
    if value.lower() not in ("yes", "no"):
        row.refuse("context", f"{name} is '{value}', neither yes nor no")
    return value.lower() == "yes"


def _quantities(row: TableRow, told: Mapping[str, str]) -> dict[str, Any]:
    found = {name: _number(row, "context", told[name]) for name in _QUANTITIES if name in told}
    if empty := [name for name, number in found.items() if number is None]:
        row.refuse("context", f"{empty[0]} has no number")
    return {name: number for name, number in found.items() if number is not None}
