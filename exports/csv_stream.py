"""CSV files as they are made: chunks of bytes from any number of rows, exact for releases, guarded for listings.

Every text is quoted, every number is not, and a value that is not there is nothing between two commas, so that a
reader can tell 1 from "1" and nothing from an empty text. Lines end as RFC 4180 says.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from audit.canonical import value_text

CHUNK = 64 * 1024
LONGEST_NAME = 80
BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet runs a text that starts with one of these; the last makes the guard reversible.
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")


class Mode(Enum):
    """Whether a file is a record, exact to the character, or a listing to be opened in a spreadsheet."""

    RELEASE = "release"
    LISTING = "listing"


def guard(text: str) -> str:
    """The text, with an apostrophe before a start that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguard(text: str) -> str:
    """The text that `guard` was given."""
    return text.removeprefix("'")


def csv_chunks(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, mode: Mode = Mode.RELEASE, bom: bool = False
) -> Iterator[bytes]:
    """The file in chunks of about 64 KB, the header at once, so that a download starts before the first row is read.

    Cells are None, text, int, Decimal, bool, date, time, datetime with a zone, or a list of texts.
    """
    cells = _Cells(mode)
    yield ((BYTE_ORDER_MARK if bom else "") + cells.line(header)).encode()
    line = cells.line
    lines: list[str] = []
    size = 0
    for row in rows:
        lines.append(text := line(row))
        size += len(text)
        if size >= CHUNK:
            yield "".join(lines).encode()
            lines.clear()
            size = 0
    if lines:
        yield "".join(lines).encode()


class _Cells(dict[type, Callable[[Any], str]]):
    """How a value of each type is written; a subclass of a known type is written as that type."""

    def __init__(self, mode: Mode) -> None:
        text = _guarded_text if mode is Mode.LISTING else _text
        super().__init__(
            {
                str: text,
                int: str,
                Decimal: _as_in_trail,
                **dict.fromkeys((bool, datetime, date, time), lambda value: _text(_as_in_trail(value))),
                tuple: lambda value: text(joined(value)),
                list: lambda value: text(joined(value)),
            }
        )

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        for known in kind.__mro__:
            if known in self:
                self[kind] = self[known]
                return self[kind]
        raise TypeError(f"{kind.__name__} has no form in a CSV file")

    def line(self, row: Sequence[Any]) -> str:
        """One row with its line end."""
        return ",".join(["" if value is None else self[type(value)](value) for value in row]) + "\r\n"


def joined(values: Iterable[str]) -> str:
    """Several submission values in one cell."""
    return ";".join(values)


def _text(value: str) -> str:
    return f'"{value.replace(chr(34), chr(34) * 2)}"' if '"' in value else f'"{value}"'


def _guarded_text(value: str) -> str:
    return _text(guard(value))


def _as_in_trail(value: object) -> str:
    """The text that the trail keeps of the value, so that a file can be compared with it."""
    return value_text(value) or ""


def file_name(*parts: str, extension: str) -> str:
    """A file name of at most 80 characters in `[A-Za-z0-9._-]`, its parts joined by `_`."""
    cleaned = (re.sub(r"[^A-Za-z0-9.-]+", "-", part).strip("-.") for part in parts)
    stem = "_".join(part for part in cleaned if part) or "casebook"
    return f"{stem[: LONGEST_NAME - len(extension) - 1].rstrip('-._')}.{extension}"
