"""The swimmer: one lane a participant, weeks since the first dose, with what happened on the way."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from exports.figures.canvas import add_axes, new_figure
from exports.figures.key import Symbol, draw_key
from exports.figures.labels import widest
from exports.figures.look import SMALL, TEXT, Look, part_of, short
from exports.outcome_shapes import ADMISSION, DEATH, NIVOLUMAB, PROGRESSION, RESPONSE, Lane

LANE = 0.185
HALF = 0.34
STEPS = (1, 2, 4, 8, 12, 26, 52, 104)
_SYMBOLS = {
    RESPONSE: Symbol("first response", "^"),
    PROGRESSION: Symbol(PROGRESSION, "D", size=4.2),
    DEATH: Symbol(DEATH, "X", size=5.2),
    ADMISSION: Symbol(ADMISSION, "s", is_filled=False, size=4.2),
    NIVOLUMAB: Symbol(NIVOLUMAB, "|"),
}
_ONGOING = Symbol("goes on", ">", is_filled=False)


def draw(lanes: Sequence[Lane], look: Look, part: int = 0) -> Figure:
    """A part of the lanes from the longest to the shortest; all parts share one axis."""
    last = max([float(lane.weeks) for lane in lanes], default=1.0)
    lanes = part_of(sorted(lanes, key=lambda lane: (-lane.weeks, lane.subject)), part)
    names, responses = [lane.subject for lane in lanes], [short(lane.response) for lane in lanes]
    name_width, response_width = widest(names, SMALL), widest(responses, SMALL)
    left = name_width + response_width + 0.3
    height = max(len(lanes), 2) * LANE + 0.55
    entries = _entries(lanes)
    figure = new_figure(look, height + _key_height(look, entries, left=0.1))
    above = draw_key(figure, look, entries, left=0.1)
    axes = add_axes(figure, look, left=left, right=0.22, bottom=0.45, top=above)
    for row, lane in enumerate(lanes):
        _draw_lane(axes, row, lane, look)
    _finish(axes, look, last, len(lanes))
    _write_names(axes, lanes, look, response_width)
    return figure


def _key_height(look: Look, entries: Sequence[Symbol], *, left: float) -> float:
    return draw_key(new_figure(look, 1.0), look, entries, left=left)


def _entries(lanes: Sequence[Lane]) -> list[Symbol]:
    kinds = {mark.kind for lane in lanes for mark in lane.marks}
    shown = [symbol for kind, symbol in _SYMBOLS.items() if kind in kinds]
    return shown + ([_ONGOING] if any(lane.is_ongoing for lane in lanes) else [])


def _draw_lane(axes: Axes, row: int, lane: Lane, look: Look) -> None:
    palette, end = look.palette, float(lane.weeks)
    colour = palette.band if lane.response in ("CR", "PR") else palette.pale
    axes.add_patch(
        Rectangle(
            (0, row - HALF), end, 2 * HALF, facecolor=colour, edgecolor=palette.muted, linewidth=0.4,
        )
    )  # fmt: skip
    at_weeks = {kind: [float(mark.week) for mark in lane.marks if mark.kind == kind] for kind in _SYMBOLS}
    axes.vlines(at_weeks[NIVOLUMAB], row + 0.1, row + HALF, color=palette.ink, linewidth=0.9)
    for kind in (ADMISSION, RESPONSE, PROGRESSION, DEATH):
        symbol = _SYMBOLS[kind]
        axes.plot(
            at_weeks[kind], [row - 0.08] * len(at_weeks[kind]), linestyle="none", marker=symbol.marker, clip_on=False,
            markersize=symbol.size, markerfacecolor=palette.ink if symbol.is_filled else palette.surface,
            markeredgecolor=palette.surface if symbol.is_filled else palette.ink, markeredgewidth=0.5,
        )  # fmt: skip
    if lane.is_ongoing:
        axes.annotate(
            "", (end, row), xytext=(9, 0), textcoords="offset points",
            arrowprops={"arrowstyle": "<|-", "color": palette.ink, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _finish(axes: Axes, look: Look, last: float, count: int) -> None:
    step = next((step for step in STEPS if last / step <= (6 if look.is_narrow else 13)), STEPS[-1])
    axes.set_xlim(0, last * 1.01 or 1)
    axes.set_ylim(max(count, 2) - 0.4, -0.6)
    axes.set_xticks(list(range(0, int(last) + 1, step)))
    axes.set_xlabel("Weeks since the first dose", fontsize=TEXT)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=look.palette.muted, linewidth=0.6)


def _write_names(axes: Axes, lanes: Sequence[Lane], look: Look, response_width: float) -> None:
    for row, lane in enumerate(lanes):
        for text, offset in ((short(lane.response), -7.0), (lane.subject, -13.0 - response_width * 72)):
            axes.annotate(
                text, (0, row), xytext=(offset, 0), textcoords="offset points", ha="right", va="center_baseline",
                fontsize=SMALL, color=look.palette.ink,
            )  # fmt: skip
