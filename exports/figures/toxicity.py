"""Adverse events: each participant's highest grade of a term, mild grades left and severe ones right of a line."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from exports.figures.canvas import add_axes, new_figure
from exports.figures.key import Swatch, draw_key
from exports.figures.labels import text_width, widest, wrapped
from exports.figures.look import POINTS, SMALL, TINY, Fill, Look, part_of
from exports.outcome_shapes import Toxicity

ROW, HALF = 0.185, 0.36
MILD = 2
FEWEST = 5
NAME_WIDTH = 2.35
HEADS = ("Any", "3 to 5")


def draw(toxicities: Sequence[Toxicity], look: Look, part: int = 0) -> Figure:
    """A part of the terms and classes in the order given; all parts share one axis."""
    mild, severe = _reach(toxicities)
    rows = part_of(toxicities, part)
    entries = [Swatch(f"grade {grade}", fill) for grade, fill in enumerate(look.palette.grades, 1)]
    if any(row.ungraded for row in toxicities):
        entries.append(Swatch("not known", _unknown(look)))
    names = [_name(row, look) for row in rows]
    left = 0.12 if look.is_narrow else _left(names, rows)
    counts = [[_share(row.any_grade, row.treated), _share(row.severe, row.treated)] for row in rows]
    widths = [widest([*(pair[n] for pair in counts), HEADS[n]], SMALL) + 0.12 for n in (0, 1)]
    heights = [_height(name, look) for name in names]
    above = draw_key(new_figure(look, 1.0), look, entries, left=0.12)
    figure = new_figure(look, sum(heights) + above + 0.68)
    draw_key(figure, look, entries, left=0.12)
    axes = add_axes(figure, look, left=left, right=sum(widths) + 0.06, bottom=0.45, top=above + 0.2)
    axes.set_ylim(sum(heights), 0)
    y = 0.0
    for row, name, pair, height in zip(rows, names, counts, heights, strict=True):
        middle = y + height - ROW / 2 if look.is_narrow else y + height / 2
        _draw_row(axes, row, middle, look)
        _write_name(axes, name, row, (y, middle), look)
        _write_counts(axes, pair, widths, middle, look, is_bold=row.is_class)
        y += height
    _finish(axes, look, mild, severe)
    _write_counts(axes, HEADS, widths, -0.12, look, is_bold=False)
    return figure


def _reach(rows: Sequence[Toxicity]) -> tuple[float, float]:
    """The longest bars on both sides in percent, of all parts."""
    sides = [(row.any_grade - row.severe, row.severe, max(row.treated, 1)) for row in rows]
    mild = max([100 * low / treated for low, _, treated in sides], default=0.0)
    severe = max([100 * high / treated for _, high, treated in sides], default=0.0)
    return max(mild, 10.0), max(severe, 10.0)


def _name(row: Toxicity, look: Look) -> list[str]:
    width = (look.width - 0.2 if look.is_narrow else NAME_WIDTH - 0.1) * POINTS
    return wrapped(row.name, width, SMALL, is_bold=row.is_class)


def _left(names: Sequence[Sequence[str]], rows: Sequence[Toxicity]) -> float:
    widths = [widest(name, SMALL, is_bold=row.is_class) for name, row in zip(names, rows, strict=True)]
    return min(max(widths, default=0.5) + 0.2, NAME_WIDTH)


def _height(name: Sequence[str], look: Look) -> float:
    """The height of a row in inches: two lines of a name want more, and on a phone the name stands over its bar."""
    if look.is_narrow:
        return ROW + len(name) * 0.125 + 0.03
    return max(ROW, len(name) * 0.115 + 0.05)


def _share(count: int, treated: int) -> str:
    """So many of the treated, with percent where they are enough to speak of it."""
    return f"{count}/{treated}" if treated < FEWEST else f"{count} ({100 * count / treated:.0f}\u202f%)"


def _unknown(look: Look) -> Fill:
    """The surface of those whose grade nobody told; they stand left of the mild grades."""
    return Fill(look.palette.surface, "", "--")


def _draw_row(axes: Axes, row: Toxicity, y: float, look: Look) -> None:
    treated = max(row.treated, 1)
    axes.vlines(0, y - ROW / 2, y + ROW / 2, color=look.palette.ink, linewidth=0.8)
    left = right = 0.0
    for grade in (*range(MILD, -1, -1), *range(MILD + 1, 6)):
        width = 100 * (row.by_grade[grade - 1] if grade else row.ungraded) / treated
        if not width:
            continue
        fill = look.palette.grades[grade - 1] if grade else _unknown(look)
        start = -left - width if grade <= MILD else right
        left, right = (left + width, right) if grade <= MILD else (left, right + width)
        axes.add_patch(
            Rectangle(
                (start, y - HALF * ROW), width, 2 * HALF * ROW, facecolor=fill.colour, hatch=fill.hatch,
                edgecolor=look.palette.muted, linewidth=0.4, linestyle=fill.dashes,
            )
        )  # fmt: skip


def _write_name(
    axes: Axes, lines: Sequence[str], row: Toxicity, at: tuple[float, float], look: Look
) -> None:  # fmt: skip
    top, middle = at
    for number, line in enumerate(lines):
        y = top + 0.08 + number * 0.125 if look.is_narrow else middle + (number - (len(lines) - 1) / 2) * 0.115
        axes.annotate(
            line, (0, y), xycoords=("axes fraction", "data"), xytext=(0 if look.is_narrow else -6, 0),
            textcoords="offset points", ha="left" if look.is_narrow else "right", va="center_baseline",
            fontsize=SMALL, fontweight="bold" if row.is_class else "normal", color=look.palette.ink,
            annotation_clip=False,
        )  # fmt: skip


def _write_counts(
    axes: Axes, texts: Sequence[str], widths: Sequence[float], y: float, look: Look, *, is_bold: bool
) -> None:  # fmt: skip
    x = 0.0
    for text, width in zip(texts, widths, strict=True):
        x += width
        axes.annotate(
            text, (1, y), xycoords=("axes fraction", "data"), xytext=(x * POINTS, 0), textcoords="offset points",
            ha="right", va="center_baseline", fontsize=SMALL, fontweight="bold" if is_bold else "normal",
            color=look.palette.ink, annotation_clip=False,
        )  # fmt: skip


def _finish(axes: Axes, look: Look, mild: float, severe: float) -> None:
    room = (mild + severe) * 0.02
    axes.set_xlim(-mild - room, severe + room)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    step = next((step for step in (5, 10, 20, 25, 50) if (mild + severe) / step <= (5 if look.is_narrow else 9)), 50)
    ticks = [tick for tick in range(-100, 101, step) if -mild - room <= tick <= severe + room]
    axes.set_xticks(ticks, [str(abs(tick)) for tick in ticks])
    axes.set_xlabel("Participants by highest grade, % of those treated", fontsize=SMALL, labelpad=2)
    for x, ha, text in ((-2.0, "right", "grades 1 and 2"), (2.0, "left", "grades 3 to 5")):
        if text_width(text, TINY) + 4 < _side(axes, mild if ha == "right" else severe, mild + severe):
            axes.annotate(
                text, (0, 0), xytext=(x, 4), textcoords="offset points", ha=ha, va="bottom", fontsize=TINY,
                color=look.palette.muted, annotation_clip=False,
            )  # fmt: skip


def _side(axes: Axes, reach: float, whole: float) -> float:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return float(axes.get_position().width * figure.get_size_inches()[0]) * POINTS * reach / whole
