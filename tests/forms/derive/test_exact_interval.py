"""Exact intervals of response rates: known identities and a direct search of the binomial tails (recist.md 10)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.derive.exact_interval import clopper_pearson, response_rates


def tail(n: int, chance: Fraction, counts: range) -> Fraction:
    """The exact probability of some counts of n."""
    return sum((comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in counts), Fraction(0))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from(["0.9", "0.95", "0.99"]))
def test_the_tails_at_the_limits_hold_half_of_alpha_each(counts: tuple[int, int], level: str) -> None:
    x, n = counts
    found = clopper_pearson(x, n, Decimal(level))
    half, step = (1 - Fraction(level)) / 2, Fraction(1, 10**12)
    lower, upper = Fraction(found.lower), Fraction(found.upper)
    if x > 0:
        assert tail(n, lower - step, range(x, n + 1)) < half < tail(n, lower + step, range(x, n + 1))
    if x < n:
        assert tail(n, upper + step, range(x + 1)) < half < tail(n, upper - step, range(x + 1))


@pytest.mark.parametrize("n", [1, 7, 25, 100])
def test_none_and_all_have_closed_forms_and_mirror_each_other(n: int) -> None:
    none, everybody = clopper_pearson(0, n), clopper_pearson(n, n)
    assert (none.lower, everybody.upper) == (0, 1)
    assert float(everybody.lower) == pytest.approx(0.025 ** (1 / n), abs=1e-12)
    assert float(none.upper) == pytest.approx(1 - 0.025 ** (1 / n), abs=1e-12)


def test_a_published_rate() -> None:
    found = clopper_pearson(19, 27)
    assert [round(float(limit), 2) for limit in (found.estimate or 0, found.lower, found.upper)] == [0.70, 0.50, 0.86]


def test_of_nobody_everything_is_possible() -> None:
    found = clopper_pearson(0, 0)
    assert (found.estimate, found.lower, found.upper) == (None, 0, 1)


@pytest.mark.parametrize(("x", "n", "level"), [(-1, 5, "0.95"), (6, 5, "0.95"), (1, 5, "1"), (1, 5, "0")])
def test_what_is_no_proportion_is_refused(x: int, n: int, level: str) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        clopper_pearson(x, n, Decimal(level))


def test_rates_have_the_level_that_is_asked_for() -> None:
    rates = response_rates(["CR", "PR", "SD"], Decimal("0.9"))
    assert rates.overall == clopper_pearson(2, 3, Decimal("0.9")) != clopper_pearson(2, 3)


def test_missing_and_not_evaluable_stay_in_the_denominator() -> None:
    rates = response_rates(["CR", "PR", "SD", "PD", "NE", "MISSING", "NON-CR/NON-PD", "PR"])
    assert [(rate.x, rate.n) for rate in (rates.overall, rates.complete, rates.disease_control)] == [(3, 8), (1, 8), (4, 8)]
