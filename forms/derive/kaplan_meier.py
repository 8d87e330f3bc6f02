"""Kaplan-Meier estimate with Greenwood's variance, two kinds of pointwise interval, and the median (recist.md 11).

The curve is kept as exact fractions, so that a plateau at one half is found; intervals are Decimal. Say with every
output which interval it is: log-log (as SAS) or log (as R).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from statistics import NormalDist

from forms.derive.recist_settings import DEFAULTS

LOG_LOG, LOG = "loglog", "log"
HALF = Fraction(1, 2)

Limits = tuple[Decimal | None, Decimal | None]
UNDEFINED: Limits = (None, None)


@dataclass(frozen=True)
class Step:
    """An event time with the number at risk just before it, the events, and the curve from it on."""

    time: Decimal
    at_risk: int
    events: int
    survival: Fraction
    variance_sum: Decimal | None


@dataclass(frozen=True)
class Estimate:
    """The curve at a time with its limits and the number at risk; None past a last observation that is censored."""

    time: Decimal
    survival: Decimal | None
    loglog: Limits
    log: Limits
    at_risk: int


@dataclass(frozen=True)
class KaplanMeier:
    """A survival curve; `quantile` is the normal quantile of the two-sided level of its intervals."""

    times: tuple[Decimal, ...]
    steps: tuple[Step, ...]
    quantile: Decimal

    @property
    def start(self) -> Step:
        """The curve before its first event."""
        return Step(Decimal(0), len(self.times), 0, Fraction(1), Decimal(0))

    @property
    def median(self) -> Decimal | None:
        """The smallest time with a survival of at most one half, the middle of a plateau at it; None = not reached."""
        return _first_at_half([(step.time, step.survival) for step in self.steps])

    def median_limits(self, kind: str = DEFAULTS.km_ci) -> Limits:
        """Where the lower and the upper band come down to one half (Brookmeyer-Crowley); None = not reached."""
        bands = [(step.time, self.limits(step, kind)) for step in self.steps]
        lower = [(time, Fraction(low)) for time, (low, _) in bands if low is not None]
        upper = [(time, Fraction(high)) for time, (_, high) in bands if high is not None]
        return _first_at_half(lower), _first_at_half(upper)

    def at(self, time: Decimal) -> Estimate:
        """The estimate from the last event time up to `time`."""
        passed = [step for step in self.steps if step.time <= time]
        at_risk = sum(one >= time for one in self.times)
        last = passed[-1] if passed else self.start
        if not self.times or (time > self.times[-1] and last.survival):
            return Estimate(time, None, UNDEFINED, UNDEFINED, at_risk)
        return Estimate(time, _decimal(last.survival), self.limits(last, LOG_LOG), self.limits(last, LOG), at_risk)

    def limits(self, step: Step, kind: str) -> Limits:
        """The pointwise limits at a step; undefined where the curve is 0, log-log also where it is 1."""
        if step.variance_sum is None:
            return UNDEFINED
        survival, spread = _decimal(step.survival), self.quantile * step.variance_sum.sqrt()
        if kind == LOG:
            return survival * (-spread).exp(), min(survival * spread.exp(), Decimal(1))
        if survival == 1:
            return UNDEFINED
        theta = spread / survival.ln()
        low, high = sorted((_power(survival, (-theta).exp()), _power(survival, theta.exp())))
        return low, high


def kaplan_meier(
    times: Sequence[Decimal], events: Sequence[bool], level: Decimal = DEFAULTS.ci_level
) -> KaplanMeier:
    """The curve of times to an event or, where `events` is false, to censoring; at a tie events come first."""
    observed = sorted(zip(times, events, strict=True))
    quantile = Decimal(NormalDist().inv_cdf(float((1 + level) / 2)))
    return KaplanMeier(tuple(time for time, _ in observed), tuple(_steps(observed)), quantile)


def reverse_kaplan_meier(times: Sequence[Decimal], events: Sequence[bool]) -> KaplanMeier:
    """The curve of the follow-up: censoring is its event (recist.md 11)."""
    return kaplan_meier(times, [not event for event in events])


def _steps(observed: Sequence[tuple[Decimal, bool]]) -> Iterable[Step]:
    survival, variance, at_risk = Fraction(1), Decimal(0), len(observed)
    for time, of_time in groupby(observed, key=itemgetter(0)):
        happened = [event for _, event in of_time]
        events = sum(happened)
        if events:
            survival *= Fraction(at_risk - events, at_risk)
            if survival:
                variance += Decimal(events) / (at_risk * (at_risk - events))
            yield Step(time, at_risk, events, survival, variance if survival else None)
        at_risk -= len(happened)


def _first_at_half(curve: Sequence[tuple[Decimal, Fraction]]) -> Decimal | None:
    for n, (time, survival) in enumerate(curve):
        if survival < HALF:
            return time
        if survival == HALF:
            end = next((later for later, lower in curve[n + 1 :] if lower < HALF), None)
            return time if end is None else (time + end) / 2
    return None


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    return (base.ln() * exponent).exp()
