"""Keys of patterns and symbols, in rows above the axes, for what a figure has no room to label in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from exports.figures.labels import text_width
from exports.figures.look import POINTS, SMALL, Fill, Look

BOX, GAP, ROW = 13.0, 12.0, 13.0


@dataclass(frozen=True)
class Swatch:
    """A pattern with what it means."""

    text: str
    fill: Fill


@dataclass(frozen=True)
class Symbol:
    """A symbol with what it means; hollow when it is not filled."""

    text: str
    marker: str
    is_filled: bool = True
    size: float = 5.0


@dataclass(frozen=True)
class Words:
    """A line of the key without a drawing."""

    text: str


Entry = Swatch | Symbol | Words


def draw_key(figure: Figure, look: Look, entries: Sequence[Entry], *, left: float) -> float:
    """Draw the key at the top; returns the inches that it takes, with a gap below."""
    width, height = (float(side) * POINTS for side in figure.get_size_inches())
    x, row = left * POINTS, 0
    for entry in entries:
        taken = _indent(entry) + text_width(entry.text, SMALL)
        if x + taken > width - 4 and x > left * POINTS:
            x, row = left * POINTS, row + 1
        y = height - 9 - row * ROW
        _draw_entry(figure, look, entry, (x, y), (width, height))
        x += taken + GAP
    return (9 + row * ROW + 12) / POINTS


def _indent(entry: Entry) -> float:
    return 0.0 if isinstance(entry, Words) else BOX + 3


def _draw_entry(
    figure: Figure, look: Look, entry: Entry, at: tuple[float, float], size: tuple[float, float]
) -> None:
    (x, y), (width, height) = at, size
    ink = look.palette.ink
    if isinstance(entry, Swatch):
        box = Rectangle(
            (x / width, (y - 4) / height), BOX / width, 8 / height, facecolor=entry.fill.colour, edgecolor=ink,
            hatch=entry.fill.hatch, linestyle=entry.fill.dashes, linewidth=0.6, transform=figure.transFigure,
        )  # fmt: skip
        figure.add_artist(box)
    elif isinstance(entry, Symbol):
        face = ink if entry.is_filled else look.palette.surface
        symbol = Line2D(
            [(x + BOX / 2) / width], [y / height], marker=entry.marker, markersize=entry.size, markerfacecolor=face,
            markeredgecolor=ink, markeredgewidth=0.8, linestyle="none", transform=figure.transFigure,
        )  # fmt: skip
        figure.add_artist(symbol)
    figure.text((x + _indent(entry)) / width, y / height, entry.text, fontsize=SMALL, color=ink, va="center_baseline")
