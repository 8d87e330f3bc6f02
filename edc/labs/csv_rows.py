"""Rows of an uploaded CSV file, one at a time: what cannot be read as such a file is refused with its place."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from edc.errors import Problem
from forms.reading import Unreadable, clean

MOST_ROWS = 100_000
MOST_BYTES = 10 * 1024 * 1024
MOST_COLUMNS = 200
LONGEST_CELL = 4_000
LONGEST_LINE = 64 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK": "a workbook (XLSX)", b"%PDF": "PDF"}
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
LONGEST_NAME = 80


class FileUnreadable(Problem):
    """A file that is not such a CSV file: FileUnreadable(why="Row 7 ...", then="Save it again.")."""

    code, status = "file-unreadable", 422
    what = "Nothing was imported: the file cannot be read."
    why = "{why_not}"
    next = "{then}"

    def __init__(self, why_not: str, then: str) -> None:
        super().__init__(why_not=why_not, then=then)


@dataclass(frozen=True)
class Column:
    """One column of a file: its name in the header, what it holds, and whether the header must have it."""

    name: str
    meaning: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands in the file; `number` counts as a spreadsheet does, the header being row 1.

    `fault` is the column and the sentence for a row that cannot be taken apart.
    """

    number: int
    cells: tuple[str, ...]
    fault: tuple[str, str] | None = None


class Bytes:
    """The lines of a file while its size and its SHA-256 are counted."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._size = 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was read so far."""
        return self._digest.hexdigest()

    def lines(self) -> Iterator[str]:
        """Each line as text with its line end; raises FileUnreadable at the first byte that is not UTF-8."""
        for number, line in enumerate(iter(lambda: self._stream.readline(LONGEST_LINE), b""), start=1):
            before, self._size = self._size, self._size + len(line)
            self._digest.update(line)
            if self._size > MOST_BYTES:
                _refuse_size()
            if number == 1:
                _refuse_other_kind(line)
                line = line.removeprefix(BYTE_ORDER_MARK)
            if len(line) >= LONGEST_LINE:
                raise FileUnreadable(
                    f"Line {number} is longer than {LONGEST_LINE // 1024} KB: a line end or quotation mark is missing.",
                    "Save it with line ends of Windows or Unix and close each quotation mark.",
                )
            if line:
                yield _decoded(line, number, before)


def _refuse_size() -> None:
    raise FileUnreadable(f"It is larger than {MOST_BYTES // 1024 // 1024} MB.", "Split it and import the parts.")


def _refuse_other_kind(line: bytes) -> None:
    for start, kind in OTHER_ENCODINGS.items():
        if line.startswith(start):
            raise FileUnreadable(f"It is {kind}, not CSV in UTF-8.", "Save it as 'CSV UTF-8' and import that file.")


def _decoded(line: bytes, number: int, before: int) -> str:
    if b"\x00" in line:
        raise FileUnreadable(
            f"Line {number} holds a NUL character (byte {before + line.index(0) + 1:,}).",
            "Export the file from the laboratory's system again.",
        )
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            f"Line {number} is not UTF-8 (byte {before + error.start + 1:,}), so its letters would have to be guessed.",
            "Save it as 'CSV UTF-8' and import that file.",
        ) from None


def read_rows(source: Bytes, columns: Sequence[Column]) -> Iterator[RawRow]:
    """Each row with its cells in the order of `columns`, empty where the file lacks one; blank rows are left out.

    Raises FileUnreadable when header, quotation or size make the file unreadable as a whole.
    """
    reader = csv.reader(source.lines(), strict=True)
    number, order, kept = 1, None, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _misread(number, str(error)) from None
        if cells is None:
            break
        if order is None:
            order = _read_header(cells, columns)
        elif any(cell.strip() for cell in cells):
            kept += 1
            if kept > MOST_ROWS:
                raise FileUnreadable(f"It has more than {MOST_ROWS:,} rows.", "Split it and import the parts.")
            yield _row(number, cells, order)
        number += 1
    if order is None:
        raise FileUnreadable("It is empty.", "Export the file from the laboratory's system again.")
    if not kept:
        raise FileUnreadable("It has a header and no rows.", "Export the file again, or there is nothing to import.")


def _misread(number: int, said: str) -> FileUnreadable:
    """What keeps a row from being taken apart into cells."""
    if "new-line character" in said:
        return FileUnreadable(
            f"Row {number} has a line end of old Macintoshes in it.", "Save it with line ends of Windows or Unix."
        )
    return FileUnreadable(
        f"A quotation mark that opens in row {number} is not closed where its cell ends.",
        "Close it, write a quotation mark inside a cell twice, and import the file again.",
    )


def _read_header(cells: list[str], columns: Sequence[Column]) -> list[int | None]:
    """Where each declared column stands in the file."""
    names = [unicodedata.normalize("NFC", cell).strip().casefold() for cell in cells]
    if len(names) == 1:
        _refuse_delimiter(names[0])
    if len(names) > MOST_COLUMNS:
        raise FileUnreadable(f"It has {len(names)} columns, more than {MOST_COLUMNS}.", "Leave out what is not needed.")
    known = [column.name for column in columns]
    rules = (
        ([c.name for c in columns if c.needed and c.name not in names], "The header lacks {}."),
        ([name or "(empty)" for name in names if name not in known], "The header has columns of no meaning here: {}."),
        (list(dict.fromkeys(name for name in names if names.count(name) > 1)), "The header names {} twice."),
    )
    for wrong, sentence in rules:
        if wrong:
            shown = ", ".join(name[:40] for name in wrong[:8])
            raise FileUnreadable(sentence.format(shown), f"Row 1 names the columns. Known are: {', '.join(known)}.")
    return [names.index(name) if name in names else None for name in known]


def _refuse_delimiter(header: str) -> None:
    for sign, words in OTHER_DELIMITERS.items():
        if sign in header:
            raise FileUnreadable(f"Its columns are separated by {words}, not by commas.", "Save it with commas.")


def _row(number: int, cells: list[str], order: list[int | None]) -> RawRow:
    width = sum(place is not None for place in order)
    if len(cells) != width:
        sentence = f"The row has {len(cells)} cells, the header {width}. Quote a cell that holds a comma."
        return RawRow(number, tuple(cells[:1]), ("", sentence))
    return RawRow(number, tuple("" if place is None else cells[place] for place in order))


def clean_cells(row: RawRow, columns: Sequence[Column]) -> tuple[dict[str, str], tuple[str, str] | None]:
    """The cells by name, stripped and normalised, and the first fault: column and sentence."""
    if row.fault:
        return {}, row.fault
    found: dict[str, str] = {}
    for column, cell in zip(columns, row.cells, strict=True):
        if len(cell) > LONGEST_CELL:
            return found, (column.name, f"The cell has {len(cell):,} characters; {LONGEST_CELL:,} fit. Shorten it.")
        try:
            found[column.name] = clean(cell)
        except Unreadable:
            return found, (column.name, "The cell holds a character that cannot be stored. Type the cell again.")
    return found, None


def safe_name(name: str) -> str:
    """The name of a file as trail and folder carry it: letters, figures, points, lines."""
    last = re.split(r"[\\/]", name)[-1]
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode())
    return kept.strip("._")[-LONGEST_NAME:] or "results.csv"

