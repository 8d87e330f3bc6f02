"""Labels that keep apart: measured in the font they are drawn in, thinned out or moved until none overlaps."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from exports.figures.look import POINTS, TEXT


def text_width(text: str, size: float = TEXT, *, is_bold: bool = False) -> float:
    """The width of a line in points."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if is_bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def widest(texts: Sequence[str], size: float = TEXT, *, is_bold: bool = False) -> float:
    """The width of the widest line in inches."""
    return max((text_width(text, size, is_bold=is_bold) for text in texts), default=0.0) / POINTS


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places at least `gap` apart between `low` and `high`, in the order of and as near as can be to those wanted."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    pools: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        total, count = wanted[index] - rank * gap, 1
        # Neighbours that would overlap move together, so that none strays further than it must.
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            above, others = pools.pop()
            total, count = total + above, count + others
        pools.append((total, count))
    highest = high - (len(wanted) - 1) * gap
    starts = [max(min(total / count, highest), low) for total, count in pools for _ in range(count)]
    places = dict(zip(order, (start + rank * gap for rank, start in enumerate(starts)), strict=True))
    return [places[index] for index in range(len(wanted))]


def evenly(count: int, most: int) -> list[int]:
    """The positions of at most `most` of `count` things, first and last among them."""
    if count <= most:
        return list(range(count))
    if most < 2:
        return [0][:most]
    return sorted({round(n * (count - 1) / (most - 1)) for n in range(most)})


def wrapped(text: str, width: float, size: float = TEXT, *, is_bold: bool = False) -> list[str]:
    """The lines of a text, broken at blanks where it is wider than `width` points."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, is_bold=is_bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]
