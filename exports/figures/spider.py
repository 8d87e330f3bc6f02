"""The spider: the change of the sum over time, one line a participant; many participants in a panel per response."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from exports.figures.canvas import add_axes, new_figure
from exports.figures.labels import evenly, spread, widest
from exports.figures.look import PERCENT, POINTS, SMALL, STYLES, TEXT, TINY, Look, short
from exports.outcome_shapes import Track

ONE_PANEL = 30
HEIGHT, PANEL_HEIGHT = 4.3, 2.15
LEFT, BOTTOM, TOP = 0.62, 0.45, 0.12
GAP, HIGHEST = 8.6, 100.0
MARKERS = {"CR": "o", "PR": "^", "SD": "s", "NON-CR/NON-PD": "P", "PD": "D", "NE": "X"}


def draw(tracks: Sequence[Track], look: Look, part: int = 0) -> Figure:
    """One panel with a label at each line, or a panel per response where the lines are too many for that."""
    if len(tracks) <= ONE_PANEL:
        return _draw_one(tracks, look)
    return _draw_panels(tracks, look)


def _draw_one(tracks: Sequence[Track], look: Look) -> Figure:
    texts = [_text(track) for track in tracks]
    right = widest(texts, SMALL) + 0.34
    figure = new_figure(look, HEIGHT)
    axes = add_axes(figure, look, left=LEFT, right=right, bottom=BOTTOM, top=TOP)
    _prepare(axes, tracks, look)
    for number, track in enumerate(tracks):
        _draw_track(axes, track, look, number)
    _label(axes, tracks, texts, look, height=(HEIGHT - BOTTOM - TOP) * POINTS)
    return figure


def _draw_panels(tracks: Sequence[Track], look: Look) -> Figure:
    """Panels on one scale below each other, two in a row where there is room."""
    groups = _groups(tracks)
    columns = 1 if look.is_narrow else 2
    rows = -(-len(groups) // columns)
    figure = new_figure(look, rows * PANEL_HEIGHT + 0.1)
    width = look.width / columns
    for number, (response, members) in enumerate(groups):
        row, column = divmod(number, columns)
        axes = add_axes(
            figure, look, left=LEFT + column * width, right=look.width - (column + 1) * width + 0.5,
            top=0.28 + row * PANEL_HEIGHT, bottom=0.45 + (rows - 1 - row) * PANEL_HEIGHT,
        )  # fmt: skip
        _prepare(axes, tracks, look, of=members)
        for position, track in enumerate(members):
            _draw_track(axes, track, look, position, weight=0.6)
        axes.set_title(f"{response} ({len(members)})", loc="left", fontsize=TEXT, color=look.palette.ink, pad=4)
        shown = evenly(len(members), int((PANEL_HEIGHT - 0.73) * POINTS / GAP / 2))
        ranked = sorted(members, key=lambda track: track.points[-1][1])
        chosen = [ranked[index] for index in shown]
        codes = [track.subject for track in chosen]
        _label(axes, chosen, codes, look, height=(PANEL_HEIGHT - 0.73) * POINTS, size=TINY)
    return figure


def _groups(tracks: Sequence[Track]) -> list[tuple[str, list[Track]]]:
    responses = dict.fromkeys([*MARKERS, *(track.response for track in tracks)])
    groups = [(code, [track for track in tracks if track.response == code]) for code in responses]
    return [(short(code), members) for code, members in groups if members]


def _text(track: Track) -> str:
    last = track.points[-1][1]
    above = f" {last:+.0f}{PERCENT}" if last > HIGHEST else ""
    return f"{track.subject} {short(track.response)}{above}"


def _height(change: object) -> float:
    return min(float(str(change)), HIGHEST)


def _draw_track(axes: Axes, track: Track, look: Look, number: int, *, weight: float = 0.9) -> None:
    palette = look.palette
    is_response = track.response in ("CR", "PR")
    colour = palette.accent if is_response else palette.warm if track.response == "PD" else palette.muted
    axes.plot(
        [float(week) for week, _ in track.points], [_height(change) for _, change in track.points], color=colour,
        linestyle=STYLES[number % len(STYLES)], linewidth=weight, marker=MARKERS.get(track.response, "X"),
        markersize=2.4 if weight < 0.9 else 3.2, markerfacecolor=palette.surface, markeredgecolor=colour,
        markeredgewidth=0.6, clip_on=False,
    )  # fmt: skip


def _prepare(axes: Axes, tracks: Sequence[Track], look: Look, of: Sequence[Track] = ()) -> None:
    """The axes and lines that all panels share."""
    palette = look.palette
    last = max([float(week) for track in tracks for week, _ in track.points], default=1.0)
    highest = max([_height(change) for track in tracks for _, change in track.points], default=0.0)
    top = max(highest * 1.04, 30.0)
    most = 5 if look.is_narrow or of else 10
    step = next((step for step in (2, 4, 8, 12, 24, 52, 104) if last / step <= most), 104)
    axes.set_xlim(0, last * 1.01)
    axes.set_ylim(-104, top)
    axes.set_xticks(list(range(0, int(last) + 1, step)))
    axes.set_yticks([tick for tick in range(-100, 101, 50 if of else 25) if tick <= top])
    axes.set_xlabel("Weeks since the first dose", fontsize=SMALL if of else TEXT, labelpad=2)
    axes.set_ylabel(f"Change of the sum,{PERCENT}", fontsize=SMALL if of else TEXT)
    axes.axhline(0, color=palette.muted, linewidth=0.6)
    axes.spines["bottom"].set_position(("outward", 2))
    for at, dashes in ((20, (4, 2)), (-30, (1.5, 1.5))):
        axes.axhline(at, color=palette.muted, linewidth=0.6, dashes=dashes, zorder=0.5)


def _label(
    axes: Axes, tracks: Sequence[Track], texts: Sequence[str], look: Look, *, height: float, size: float = SMALL
) -> None:  # fmt: skip
    """A label right of the axes for each line, with a leader from its last point, none over another."""
    low, high = axes.get_ylim()
    unit = (high - low) / height
    ends = [(float(track.points[-1][0]), _height(track.points[-1][1])) for track in tracks]
    gap = min(GAP, height / max(len(tracks), 1)) * unit
    places = spread([end for _, end in ends], gap, low + gap / 2, high - gap / 2)
    x = 1 + 10 / POINTS / _width(axes)
    for (week, end), place, text in zip(ends, places, texts, strict=True):
        axes.annotate(
            text, (week, end), xytext=(x, (place - low) / (high - low)), textcoords="axes fraction", fontsize=size,
            color=look.palette.ink, va="center", ha="left", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": look.palette.line, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2},
        )  # fmt: skip


def _width(axes: Axes) -> float:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return float(axes.get_position().width * figure.get_size_inches()[0])
