"""How figures look: width, colours of both themes, and the pattern that carries a meaning where colour does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

WIDE, NARROW = 7.0, 3.4
TEXT, SMALL, TINY = 7.5, 6.5, 5.5
POINTS = 72
PERCENT = "\u202f%"
# As many rows as a printed page holds; a figure with more goes on in further parts.
ROWS_A_PART = 40

Row = TypeVar("Row")


def part_of(rows: Sequence[Row], part: int) -> Sequence[Row]:
    """The rows of a part, counted from 0."""
    return rows[part * ROWS_A_PART : (part + 1) * ROWS_A_PART]


def count_parts(rows: int) -> int:
    """How many parts a figure of so many rows has."""
    return max(1, -(-rows // ROWS_A_PART))


def short(response: str) -> str:
    """A response in the room that a figure has for it."""
    return "non-CR/PD" if response == "NON-CR/NON-PD" else response


class Theme(StrEnum):
    """For which ground a figure is drawn; the light one is also printed."""

    LIGHT = "light"
    DARK = "dark"


# The line styles that tell curves apart without colour, each with its dashes in points.
STYLES: tuple[tuple[int, tuple[float, ...] | None], ...] = (
    (0, None), (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.4, 1.2, 1.4)), (0, (3, 1)), (0, (8, 2)),
    (0, (4, 1, 1, 1, 1, 1)), (0, (1, 2.2)),
)  # fmt: skip


@dataclass(frozen=True)
class Fill:
    """A surface by colour and pattern, so that it is told apart in greyscale too."""

    colour: str
    hatch: str = ""
    dashes: str = "-"


@dataclass(frozen=True)
class Palette:
    """The colours of a theme."""

    ink: str
    muted: str
    line: str
    surface: str
    accent: str
    band: str
    pale: str
    warm: str
    responses: dict[str, Fill]
    grades: tuple[Fill, ...]


_LIGHT = Palette(
    ink="#1B2733", muted="#4A5A6A", line="#C4CED8", surface="#FFFFFF", accent="#0B5C7A",
    warm="#9C5A10", band="#C5DDE8", pale="#EDF0F3",
    responses={
        "CR": Fill("#0B5C7A"), "PR": Fill("#7DB9CF", "////"), "SD": Fill("#D3DBE3"),
        "NON-CR/NON-PD": Fill("#F0F3F6", "---"), "PD": Fill("#DB9A4E", "xxxx"), "NE": Fill("#FFFFFF", "", "--"),
    },
    grades=(Fill("#EEF4F7"), Fill("#B9D5E0"), Fill("#5B9DB5", "////"), Fill("#E0A35C", "xxxx"), Fill("#1B2733")),
)  # fmt: skip
_DARK = Palette(
    ink="#E6ECF1", muted="#A9B7C4", line="#46545F", surface="#1A222B", accent="#6CC3E0",
    warm="#E0A35C", band="#2B5365", pale="#2B3640",
    responses={
        "CR": Fill("#6CC3E0"), "PR": Fill("#2C7690", "////"), "SD": Fill("#5C6A77"),
        "NON-CR/NON-PD": Fill("#2B3640", "---"), "PD": Fill("#A9691F", "xxxx"), "NE": Fill("#1A222B", "", "--"),
    },
    grades=(Fill("#2B3640"), Fill("#3F6475"), Fill("#2C7690", "////"), Fill("#A9691F", "xxxx"), Fill("#E6ECF1")),
)  # fmt: skip
_PALETTES = {Theme.LIGHT: _LIGHT, Theme.DARK: _DARK}


@dataclass(frozen=True)
class Look:
    """For whom a figure is drawn: the theme, and whether it has the width of a phone or of one printed column."""

    theme: Theme = Theme.LIGHT
    is_narrow: bool = False
    palette: Palette = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "palette", _PALETTES[self.theme])

    @property
    def width(self) -> float:
        """The width of the figure in inches."""
        return NARROW if self.is_narrow else WIDE

    def response(self, code: str) -> Fill:
        """The surface of a response; a code that RECIST does not know looks like one that is not evaluable."""
        return self.palette.responses.get(code, self.palette.responses["NE"])

    def paler(self, colour: str) -> str:
        """The colour half way to the ground."""
        pairs = [(int(colour[n : n + 2], 16), int(self.palette.surface[n : n + 2], 16)) for n in (1, 3, 5)]
        return "#" + "".join(f"{(one + ground) // 2:02X}" for one, ground in pairs)
