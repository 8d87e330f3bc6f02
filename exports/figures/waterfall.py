"""The waterfall: one bar a participant, the lowest change of the sum of diameters, the worst on the left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from exports.figures.canvas import add_axes, new_figure
from exports.figures.key import Swatch, draw_key
from exports.figures.labels import text_width, widest
from exports.figures.look import PERCENT, POINTS, SMALL, Fill, Look, short
from exports.outcome_shapes import Bar

TOP, LOW, PROGRESSION, RESPONSE = 100, -100, 20, -30
HEIGHT = 3.9
CODE_GAP, WIDEST = 8.0, 34.0
LEFT, RIGHT = 0.66, 0.45


def draw(bars: Sequence[Bar], look: Look, part: int = 0) -> Figure:
    """The waterfall of participants with a measurement after baseline."""
    ordered = sorted(bars, key=lambda bar: (-bar.change, bar.subject))
    slot = (look.width - LEFT - RIGHT) * POINTS / max(len(ordered), 1)
    has_labels = slot >= CODE_GAP
    bottom = (widest([bar.subject for bar in ordered], SMALL) if has_labels else 0.0) + 0.36
    figure = new_figure(look, HEIGHT)
    above = 0.1 if has_labels else draw_key(figure, look, _swatches(ordered, look), left=LEFT)
    axes = add_axes(figure, look, left=LEFT, right=RIGHT, bottom=bottom, top=above)
    texts = [_text(bar) for bar in ordered] if has_labels else []
    is_upright = max([text_width(text, SMALL) for text in texts], default=0.0) > slot - 2
    room = max([text_width(text, SMALL) if is_upright else SMALL for text in texts], default=0.0) + 5
    _scale(axes, ordered, room, (HEIGHT - bottom - above) * POINTS)
    _draw_bars(axes, ordered, look, min(0.8, WIDEST / slot) if has_labels else 1.0)
    _draw_lines(axes, look)
    for position, text in enumerate(texts):
        _write(axes, position, float(ordered[position].change), text, look, is_upright=is_upright)
    _finish(axes, ordered, look, has_codes=has_labels)
    return figure


def label(bar: Bar) -> str:
    """What stands at a bar: the best response, with a star where a CR or PR was seen that no later scan confirmed."""
    return short(bar.response) + ("" if bar.is_confirmed else "*")


def _text(bar: Bar) -> str:
    return f"{label(bar)} +{bar.change:.0f}{PERCENT}" if bar.change > TOP else label(bar)


def _fill(bar: Bar, look: Look, *, is_thin: bool = False) -> Fill:
    """The surface of a bar; one too thin for pattern and star has a paler colour where it is not confirmed."""
    fill = look.response(bar.response)
    if not is_thin:
        return fill
    return Fill(fill.colour if bar.is_confirmed else look.paler(fill.colour))


def _swatches(bars: Sequence[Bar], look: Look) -> list[Swatch]:
    counts = Counter(label(bar) for bar in bars)
    fills = {label(bar): _fill(bar, look, is_thin=True) for bar in bars}
    ranks: dict[str, int] = {short(code): rank for rank, code in enumerate(look.palette.responses)}
    ordered = sorted(counts, key=lambda name: (ranks.get(name.rstrip("*"), len(ranks)), name))
    return [Swatch(f"{name} ({counts[name]})", fills[name]) for name in ordered]


def _draw_bars(axes: Axes, bars: Sequence[Bar], look: Look, width: float) -> None:
    is_thin = width == 1.0
    for position, bar in enumerate(bars):
        fill, height = _fill(bar, look, is_thin=is_thin), min(max(float(bar.change), LOW), TOP)
        has_edge = not is_thin or fill.colour == look.palette.surface
        axes.add_patch(
            Rectangle(
                (position - width / 2, 0), width, height, facecolor=fill.colour, hatch=fill.hatch,
                edgecolor=look.palette.ink if has_edge else "none", linewidth=0.25 if is_thin else 0.6,
                linestyle=fill.dashes,
            )
        )  # fmt: skip
        if not height:
            axes.plot([position - width / 2, position + width / 2], [0, 0], color=look.palette.ink, linewidth=1.6)


def _draw_lines(axes: Axes, look: Look) -> None:
    palette = look.palette
    axes.axhline(0, color=palette.ink, linewidth=0.8)
    lines = ((PROGRESSION, (4, 2), f"+20{PERCENT}"), (RESPONSE, (1.5, 1.5), f"\N{MINUS SIGN}30{PERCENT}"))
    for at, dashes, text in lines:
        axes.axhline(at, color=palette.muted, linewidth=0.8, dashes=dashes, zorder=0.5)
        axes.annotate(
            text, (1, at), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points",
            va="center", ha="left", fontsize=SMALL, color=palette.ink,
        )  # fmt: skip


def _write(axes: Axes, position: int, change: float, text: str, look: Look, *, is_upright: bool) -> None:
    """The text at the end of a bar, on the ground of the figure, so that no line runs through it."""
    is_up = change >= 0
    axes.annotate(
        text, (position, min(max(change, LOW), TOP)), xytext=(0, 3 if is_up else -3), textcoords="offset points",
        rotation=90 if is_upright else 0, rotation_mode="anchor", fontsize=SMALL, color=look.palette.ink,
        ha=("left" if is_up else "right") if is_upright else "center",
        va="center" if is_upright else "bottom" if is_up else "top",
        bbox={"facecolor": look.palette.surface, "edgecolor": "none", "pad": 0.6},
    )  # fmt: skip


def _scale(axes: Axes, bars: Sequence[Bar], room: float, height: float) -> None:
    """Limits with room, in points, for the labels beyond the longest bars."""
    highest = max(min(max([float(bar.change) for bar in bars], default=0.0), TOP), 25.0)
    unit = (highest - LOW) / max(height - 2 * room, 1.0)
    axes.set_ylim(LOW - room * unit, highest + room * unit)
    axes.set_yticks([tick for tick in range(LOW, TOP + 1, 25) if tick <= highest])
    axes.spines["left"].set_bounds(LOW, highest)


def _finish(axes: Axes, bars: Sequence[Bar], look: Look, *, has_codes: bool) -> None:
    axes.set_xlim(-0.7, max(len(bars) - 0.3, 0.7))
    axes.spines["bottom"].set_visible(False)
    axes.set_ylabel(f"Lowest change of the sum from baseline,{PERCENT}", fontsize=SMALL if look.is_narrow else None)
    axes.set_xticks(range(len(bars)) if has_codes else [])
    if has_codes:
        codes = [bar.subject for bar in bars]
        axes.set_xticklabels(codes, rotation=90, fontsize=SMALL, ha="right", va="center", rotation_mode="anchor")
        axes.tick_params(axis="x", length=0, pad=2)
    words = "" if has_codes else f"{len(bars)} participants by change"
    stars = "" if all(bar.is_confirmed for bar in bars) else "* a CR or PR not confirmed"
    axes.set_xlabel("; ".join(filter(None, (words, stars))), fontsize=SMALL, color=look.palette.muted, labelpad=4)
