"""Kaplan-Meier curves: steps with censor ticks and a log-log band, the median, and the numbers at risk below."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from exports.figures.canvas import add_axes, new_figure
from exports.figures.curves import censorings, endpoints_of, summary
from exports.figures.labels import text_width, widest, wrapped
from exports.figures.look import POINTS, SMALL, STYLES, Look
from exports.outcome_shapes import Curve
from forms.derive.kaplan_meier import LOG_LOG, KaplanMeier

LEFT, RIGHT, PLOT = 0.62, 0.2, 3.1
ROW, LINE = 0.16, 9.5
HATCHES = ("", "////", "\\\\\\\\", "---")


def draw(curves: Sequence[Curve], look: Look, part: int = 0) -> Figure:
    """The curves of one endpoint over one axis of months."""
    curves = list(endpoints_of(curves).values())[part] if curves else []
    width = look.width - LEFT - RIGHT
    heads = [_head(curve, (width - 0.4) * POINTS) for curve in curves]
    above = (sum(map(len, heads)) * LINE + 4) / POINTS + 0.08
    below = 0.5 + (len(curves) * (2 if len(curves) > 1 else 1) + 1) * ROW
    figure = new_figure(look, PLOT + above + below)
    axes = add_axes(figure, look, left=LEFT, right=RIGHT, bottom=below, top=above)
    last = max([float(time) for curve in curves for time in curve.estimate.times], default=1.0)
    for number, curve in enumerate(curves):
        _draw_curve(axes, curve.estimate, look, number)
    _finish(axes, look, last)
    _write_heads(figure, heads, look)
    _write_risk(axes, curves, look, last, below)
    return figure


def _head(curve: Curve, width: float) -> list[str]:
    return wrapped(f"{curve.name}: {summary(curve)}", width, SMALL)


def path(estimate: KaplanMeier) -> tuple[list[float], list[float]]:
    """The corners of the curve after each event, from 1 at the start to the last observation."""
    times, survival = [0.0], [1.0]
    for step in estimate.steps:
        times.append(float(step.time))
        survival.append(float(step.survival))
    if estimate.times:
        times.append(float(estimate.times[-1]))
        survival.append(survival[-1])
    return times, survival


def censored(estimate: KaplanMeier) -> list[tuple[float, float]]:
    """Where the curve stands at each time at which somebody was censored."""
    places = []
    for time in censorings(estimate):
        passed = [step.survival for step in estimate.steps if step.time <= time]
        places.append((float(time), float(passed[-1]) if passed else 1.0))
    return places


def _draw_curve(axes: Axes, estimate: KaplanMeier, look: Look, number: int) -> None:
    colour = _colour(look, number)
    times, survival = path(estimate)
    axes.step(times, survival, where="post", color=colour, linestyle=STYLES[number % len(STYLES)], linewidth=1.3)
    _draw_band(axes, estimate, look, number)
    ticks = censored(estimate)
    axes.plot(
        [time for time, _ in ticks], [place for _, place in ticks], linestyle="none", marker="|", markersize=5,
        markeredgecolor=colour, markeredgewidth=0.9, clip_on=False,
    )  # fmt: skip


def _draw_band(axes: Axes, estimate: KaplanMeier, look: Look, number: int) -> None:
    """The band from the first event on, as far as it is defined."""
    limits = [(float(step.time), estimate.limits(step, LOG_LOG)) for step in estimate.steps]
    known = [(time, float(low), float(high)) for time, (low, high) in limits if low is not None and high is not None]
    if not known:
        return
    undefined = [time for time, (low, _) in limits if low is None]
    end = undefined[0] if undefined and undefined[0] > known[-1][0] else float(estimate.times[-1])
    known.append((end, known[-1][1], known[-1][2]))
    times, low, high = (list(side) for side in zip(*known, strict=True))
    hatch = HATCHES[number % len(HATCHES)]
    axes.fill_between(
        times, low, high, step="post", facecolor=look.palette.band if not hatch else "none", alpha=0.55, linewidth=0.0,
        edgecolor=look.palette.line, hatch=hatch, zorder=0.5,
    )  # fmt: skip


def _finish(axes: Axes, look: Look, last: float) -> None:
    axes.set_xlim(0, last * 1.02)
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xticks(_ticks(last, look))
    axes.set_ylabel("Without the event,\u202f%")
    axes.set_xlabel("Months", labelpad=2)
    axes.axhline(0.5, color=look.palette.line, linewidth=0.6, dashes=(2, 2), zorder=0.3)


def _ticks(last: float, look: Look) -> list[float]:
    step = next((step for step in (1, 2, 3, 6, 12, 24) if last / step <= (6 if look.is_narrow else 12)), 24)
    return list(range(0, int(last) + 1, step))


def _write_heads(figure: Figure, heads: Sequence[Sequence[str]], look: Look) -> None:
    """Over the axes, what each curve is, beside a sample of its line where there are several."""
    width, height = (float(side) * POINTS for side in figure.get_size_inches())
    x, y = LEFT * POINTS, height - 10
    for number, lines in enumerate(heads):
        if len(heads) > 1:
            sample = Line2D(
                [x / width, (x + 20) / width], [y / height] * 2, color=_colour(look, number), linewidth=1.3,
                transform=figure.transFigure,
            )  # fmt: skip
            sample.set_linestyle(STYLES[number % len(STYLES)])  # type: ignore[arg-type]
            figure.add_artist(sample)
        for line in lines:
            indent = 25 if len(heads) > 1 else 0
            figure.text(
                (x + indent) / width, y / height, line, fontsize=SMALL, color=look.palette.ink, va="center_baseline"
            )
            y -= LINE


def _colour(look: Look, number: int) -> str:
    return (look.palette.accent, look.palette.warm, look.palette.ink, look.palette.muted)[number % 4]


def _write_risk(axes: Axes, curves: Sequence[Curve], look: Look, last: float, below: float) -> None:
    """The numbers at risk under each tick, thinned where they would touch."""
    ticks = _ticks(last, look)
    figures = [str(len(curve.estimate.times)) for curve in curves]
    every = 1 + int(widest(figures, SMALL) * 1.4 * len(ticks) > look.width - LEFT - RIGHT)
    y = -(0.44 * POINTS)
    _write(axes, look, (0.0, y), "At risk", ha="left")
    for curve in curves:
        if len(curves) > 1:
            y -= ROW * POINTS
            _write(axes, look, (0.0, y), _shortened(curve.name, (look.width - LEFT) * POINTS), ha="left")
        y -= ROW * POINTS
        for tick in ticks[::every]:
            at_risk = sum(time >= tick for time in curve.estimate.times)
            _write(axes, look, (tick / (last * 1.02), y), str(at_risk), ha="center")


def _shortened(name: str, width: float) -> str:
    """The part of a name that tells curves apart where the whole is too wide."""
    return name if text_width(name, SMALL) <= width else name.rsplit(", ", 1)[-1]


def _write(axes: Axes, look: Look, at: tuple[float, float], text: str, *, ha: str) -> None:
    axes.annotate(
        text, (at[0], 0), xycoords="axes fraction", xytext=(0, at[1]), textcoords="offset points", ha=ha,
        va="center_baseline", fontsize=SMALL, color=look.palette.ink, annotation_clip=False,
    )  # fmt: skip
