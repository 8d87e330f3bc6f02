"""Response rates with their exact interval (Clopper-Pearson; recist.md 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import comb

from forms.derive.recist_response import CR, PR, SD
from forms.derive.recist_settings import DEFAULTS

_HALVINGS = 80
_DIGITS = 40


@dataclass(frozen=True)
class Proportion:
    """x of n with the estimate and the limits of its two-sided exact interval; no estimate of none."""

    x: int
    n: int
    estimate: Decimal | None
    lower: Decimal
    upper: Decimal


def clopper_pearson(x: int, n: int, level: Decimal = DEFAULTS.ci_level) -> Proportion:
    """The exact two-sided interval of x of n: the limits at which x or more, x or fewer has the chance alpha / 2.

    Those are the beta quantiles (alpha/2; x, n-x+1) and (1-alpha/2; x+1, n-x). ValueError unless 0 <= x <= n.
    """
    if not 0 <= x <= n or not 0 < level < 1:
        raise ValueError(f"{x} of {n} at level {level} is no proportion")
    with localcontext() as context:
        context.prec = _DIGITS
        tail = (1 - level) / 2
        lower, upper = _lower_limit(x, n, tail), 1 - _lower_limit(n - x, n, tail)
    return Proportion(x, n, Decimal(x) / n if n else None, +lower, +upper)


def _lower_limit(x: int, n: int, tail: Decimal) -> Decimal:
    """The chance of a success at which x or more of n have the probability `tail`, found by halving."""
    if x == 0:
        return Decimal(0)
    low, high = Decimal(0), Decimal(x) / n
    ways = +Decimal(comb(n, x))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _upper_tail(x, n, middle, ways) < tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _upper_tail(x: int, n: int, chance: Decimal, ways: Decimal) -> Decimal:
    """P(X >= x) of the binomial; beyond its mode, so the terms fall and the sum ends once they add nothing."""
    odds = chance / (1 - chance)
    term = ways * chance**x * (1 - chance) ** (n - x)
    total = Decimal(0)
    for k in range(x, n + 1):
        if total + term == total:
            break
        total += term
        term = term * (n - k) / (k + 1) * odds
    return total


@dataclass(frozen=True)
class ResponseRates:
    """Overall response (CR or PR), complete response and disease control (CR, PR or SD) of an analysis set."""

    overall: Proportion
    complete: Proportion
    disease_control: Proportion


def response_rates(best: Sequence[str], level: Decimal = DEFAULTS.ci_level) -> ResponseRates:
    """The rates of a fixed analysis set: one best response a participant; NE and missing count as no response."""

    def of(*responses: str) -> Proportion:
        return clopper_pearson(sum(one in responses for one in best), len(best), level)

    return ResponseRates(of(CR, PR), of(CR), of(CR, PR, SD))
