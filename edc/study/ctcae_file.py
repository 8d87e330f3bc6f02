"""NCI's file of CTCAE as rows: the workbook, or a table in its columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

from edc.errors import Refused
from edc.study.ctcae_wording import GRADES, REMEDY, WordedTerm

_CODES, _NAMES = ("meddracode",), ("ctcaeterm", "term")
_NOT_OFFERED = frozenset({"", "-", "–", "—"})
# The heading may stand below a title.
_HEADING_WITHIN = 20
Rows = Iterable[Sequence[str]]


def read_terms(path: Path) -> list[WordedTerm]:
    """The terms of the first table that has a code, a term and five grades; other columns are passed over."""
    for rows in _workbook(path) if path.suffix.lower() == ".xlsx" else [_table(path)]:
        found = _terms(rows)
        if found:
            return found
    reason = f"{path.name} has no table with the columns MedDRA Code, CTCAE Term and Grade 1 to Grade 5."
    raise Refused(reason=reason, remedy=REMEDY)


def _table(path: Path) -> Rows:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(reason=f"{path.name} is no CSV in UTF-8 that can be read ({error}).", remedy=REMEDY) from error


def _workbook(path: Path) -> Iterator[Rows]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Refused(reason=f"{path.name} is no workbook that can be read.", remedy=REMEDY) from error
    try:
        for sheet in book.worksheets:
            yield ([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
    finally:
        book.close()


def _text(cell: object) -> str:
    # A code that a workbook keeps as a number comes as 10002272.0.
    return "" if cell is None else str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _terms(rows: Rows) -> list[WordedTerm]:
    numbered = enumerate(rows, 1)
    for _, heading in islice(numbered, _HEADING_WITHIN):
        columns = _columns(heading)
        if columns:
            return [term for number, row in numbered if (term := _term(number, row, columns))]
    return []


def _columns(heading: Sequence[str]) -> dict[str, int] | None:
    """Where code, term and grades stand, or None for a row that is no heading."""
    names = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in heading]
    found = {
        "code": next((n for n, name in enumerate(names) if name in _CODES), None),
        "term": next((n for n, name in enumerate(names) if name in _NAMES), None),
        **{str(grade): names.index(f"grade{grade}") if f"grade{grade}" in names else None for grade in GRADES},
    }
    places = {name: place for name, place in found.items() if place is not None}
    return places if len(places) == len(found) else None


def _term(number: int, row: Sequence[str], columns: dict[str, int]) -> WordedTerm | None:
    cells = {name: " ".join(row[place].split()) if place < len(row) else "" for name, place in columns.items()}
    if not cells["code"] and not cells["term"]:
        return None
    grades = {grade: cells[str(grade)] for grade in GRADES if cells[str(grade)] not in _NOT_OFFERED}
    return WordedTerm(number, cells["code"], cells["term"], grades)
