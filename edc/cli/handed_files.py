"""Files handed to a command: JSON and CSV read with a sentence for each fault, results written in one piece."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from edc.cli.refusals import Refusal
from forms.derive.recist_settings import read_day

_SHOWN = 60
_MOST = 1_000_000


def read_text(path: Path) -> str:
    """The text of a file; a refusal where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise Refusal(f"{path}: byte {error.start + 1} is no UTF-8 text.") from error
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror}.") from error


def write_text(path: Path, text: str) -> None:
    """Write a file beside its place and rename it: it is there whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
        beside.replace(path)
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            beside.unlink()


# --- JSON -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A value inside a JSON file, with its path; its methods refuse what is not of the kind asked for."""

    value: Any
    path: str
    file: Path

    def refuse(self, expected: str) -> NoReturn:
        """Refuse the value: what stands where, and what was expected."""
        shown = json.dumps(self.value, ensure_ascii=False, default=str)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
        raise Refusal(f"{self.file}: {self.path or 'the file'}: {shown} is not {expected}.")

    def get(self, key: str) -> Part:
        """A member that has to be there."""
        if key not in self._members():
            raise Refusal(f"{self.file}: {self.path or 'the file'}: '{key}' is missing.")
        return Part(self.value[key], f"{self.path}.{key}", self.file)

    def find(self, key: str) -> Part | None:
        """A member that may be left out or null."""
        return None if self._members().get(key) is None else self.get(key)

    def _members(self) -> Mapping[str, Any]:
        if not isinstance(self.value, dict):
            self.refuse("an object")
        return self.value

    def parts(self) -> list[Part]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            self.refuse("a list")
        return [Part(one, f"{self.path}[{n}]", self.file) for n, one in enumerate(self.value)]

    def truth(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse("true or false")
        return self.value

    def number(self) -> Decimal:
        """A number from 0 to a million, exactly as written."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal) or not 0 <= self.value <= _MOST:
            self.refuse(f"a number from 0 to {_MOST:,}")
        return Decimal(self.value)

    def whole(self) -> int:
        """A whole number from 0 to a million."""
        number = self.number()
        if number != number.to_integral_value():
            self.refuse("a whole number")
        return int(number)

    def day(self) -> dt.date:
        """A full date."""
        try:
            return read_day(self.value if isinstance(self.value, str) else "")
        except ValueError:
            self.refuse("a date of the form 2024-03-09")

    def choice(self, choices: Sequence[str]) -> str:
        """One of some words."""
        if not isinstance(self.value, str) or self.value not in choices:
            self.refuse(f"one of {', '.join(choices)}")
        return self.value


def read_json(path: Path) -> tuple[Any, Part]:
    """A JSON file twice: as it goes out again, and with exact decimals to calculate with."""
    text = read_text(path)
    try:
        return json.loads(text), Part(json.loads(text, parse_float=_decimal, parse_constant=_no_number), "", path)
    except json.JSONDecodeError as error:
        raise Refusal(f"{path}, line {error.lineno}, column {error.colno}: this is no JSON ({error.msg}).") from error
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{path}: this is no JSON that can be read ({error}).") from error


def _decimal(text: str) -> Decimal:
    if not math.isfinite(float(text)):
        raise ValueError(f"{text} is too large a number")
    return Decimal(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def write_json(path: Path, value: Any) -> None:
    """Write JSON; decimals become numbers."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, default=_json_number) + "\n")


def _json_number(value: object) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} has no place in JSON")
    return int(value) if value == value.to_integral_value() else float(value)


# --- CSV ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TableRow:
    """A row of a CSV file; the header is row 1. `cells` have no outer spaces, `raw` is what stands in the file."""

    number: int
    cells: Mapping[str, str]
    file: Path
    raw: Mapping[str, str]

    def refuse(self, column: str, sentence: str) -> NoReturn:
        """Refuse a cell."""
        raise Refusal(f"{self.file}, row {self.number}, column {column}: {sentence}.")

    def day(self, column: str) -> dt.date | None:
        """The date of a cell; None where it is empty."""
        text = self.cells.get(column, "")
        try:
            return read_day(text) if text else None
        except ValueError as error:
            self.refuse(column, str(error))


@dataclass(frozen=True)
class Table:
    """The rows of a CSV file and its columns in order."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_csv(path: Path, required: Iterable[str]) -> Table:
    """A CSV file with its header; cells lose their outer spaces, empty lines are passed over."""
    text = io.StringIO(read_text(path), newline="")
    try:
        header, *rows = list(csv.reader(text, strict=True)) or [[]]
    except csv.Error as error:
        raise Refusal(f"{path}: this is no CSV that can be read ({error}).") from error
    columns = tuple(name.strip() for name in header)
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise Refusal(f"{path}, row 1: the column '{twice[0]}' stands twice.")
    if missing := [name for name in required if name not in columns]:
        raise Refusal(f"{path}, row 1: the column {missing[0]} is missing.")
    return Table(columns, tuple(_table_row(n, columns, cells, path) for n, cells in enumerate(rows, 2) if cells))


def _table_row(number: int, columns: tuple[str, ...], cells: Sequence[str], path: Path) -> TableRow:
    if len(cells) != len(columns):
        place = columns[len(cells)] if len(cells) < len(columns) else f"{len(columns) + 1}"
        raise Refusal(f"{path}, row {number}, column {place}: {len(cells)} cells, but the header has {len(columns)}.")
    raw = dict(zip(columns, cells, strict=True))
    return TableRow(number, {name: cell.strip() for name, cell in raw.items()}, path, raw)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a CSV file with its header."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, buffer.getvalue())
