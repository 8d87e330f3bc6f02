"""What Kaplan-Meier curves say in words and numbers, for their figure, their table and their description."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from exports.figures.look import PERCENT
from exports.outcome_shapes import Curve
from forms.derive.kaplan_meier import LOG_LOG, KaplanMeier

NOT_REACHED, NOT_ESTIMABLE = "NR", "NE"


def endpoints_of(curves: Sequence[Curve]) -> dict[str, list[Curve]]:
    """The curves by endpoint, which is the name up to what tells curves of one endpoint apart."""
    found: dict[str, list[Curve]] = {}
    for curve in curves:
        found.setdefault(curve.name.split(" (")[0].split(",")[0], []).append(curve)
    return found


def events(estimate: KaplanMeier) -> int:
    """How many had the event."""
    return sum(step.events for step in estimate.steps)


def summary(curve: Curve) -> str:
    """Events, the median and the landmarks, each with its interval."""
    estimate = curve.estimate
    median = NOT_REACHED if estimate.median is None else f"{estimate.median:.1f} months"
    interval = _interval(*(limit and f"{limit:.1f}" for limit in estimate.median_limits(LOG_LOG)))
    first = f"{events(estimate)} events in {len(estimate.times)}, median {median}{interval}"
    return "; ".join([first, *(_landmark(estimate, time) for time in curve.landmarks)])


def _landmark(estimate: KaplanMeier, time: Decimal) -> str:
    found = estimate.at(time)
    month = f"at {float(time):g} months"
    if found.survival is None:
        return f"{month} {NOT_ESTIMABLE}"
    interval = _interval(*(limit and f"{100 * limit:.0f}" for limit in found.loglog))
    return f"{month} {100 * found.survival:.0f}{PERCENT}{interval}"


def _interval(low: object, high: object) -> str:
    """An interval in brackets; nothing where neither limit can be told."""
    if low is None and high is None:
        return ""
    return f" ({NOT_ESTIMABLE if low is None else low} to {NOT_ESTIMABLE if high is None else high})"


def censorings(estimate: KaplanMeier) -> dict[Decimal, int]:
    """How many were censored at each time at which somebody was."""
    at_time = Counter(estimate.times)
    at_time.subtract({step.time: step.events for step in estimate.steps})
    return {time: count for time, count in sorted(at_time.items()) if count > 0}
