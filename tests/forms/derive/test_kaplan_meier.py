"""Kaplan-Meier against a published table, by hand, and against another program on random data (recist.md 11)."""

from __future__ import annotations

import warnings
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.derive.kaplan_meier import LOG, LOG_LOG, KaplanMeier, Step, kaplan_meier, reverse_kaplan_meier


def curve(text: str) -> KaplanMeier:
    """A curve from times, censored ones with a plus sign."""
    words = text.split()
    return kaplan_meier([Decimal(word.rstrip("+")) for word in words], [not word.endswith("+") for word in words])


# Acute myelogenous leukaemia, maintained arm: the example that R's survival package ships and prints.
AML = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"


def test_published_example() -> None:
    found = curve(AML)
    assert [(int(step.time), step.at_risk, round(float(step.survival), 3)) for step in found.steps] == [
        (9, 11, 0.909), (13, 10, 0.818), (18, 8, 0.716), (23, 7, 0.614), (31, 5, 0.491), (34, 4, 0.368), (48, 2, 0.184),
    ]  # fmt: skip
    low, high = found.limits(found.steps[3], LOG)
    assert (round(float(low or 0), 4), round(float(high or 0), 3)) == (0.3769, 0.999)
    assert found.limits(found.steps[0], LOG)[1] == 1
    assert found.median == 31
    assert found.median_limits(LOG) == (18, None)


@pytest.mark.parametrize(
    ("what", "times", "median"),
    [
        ("passes one half", "1 2 3", 2),
        ("stays at one half: the middle of the plateau", "1 2 3 4", Decimal("2.5")),
        ("stays at one half, then falls twice", "1 1 2 3", Decimal("1.5")),
        ("a plateau at one half to the end", "1 2 3+ 4+", 2),
        ("never reaches one half", "1 2+ 3+ 4+", None),
        ("events first at a tie with a censoring", "2 2+", 2),
        ("all at once", "5 5 5", 5),
        ("nobody", "", None),
    ],
)
def test_median(what: str, times: str, median: Decimal | None) -> None:
    assert curve(times).median == median


@pytest.mark.parametrize(
    ("what", "times", "at", "estimate", "at_risk"),
    [
        ("before the first event", "2 4 6+", 1, 1, 3),
        ("on an event", "2 4 6+", 2, Decimal(2) / 3, 3),
        ("between events", "2 4 6+", 3, Decimal(2) / 3, 2),
        ("at the last censoring", "2 4 6+", 6, Decimal(1) / 3, 1),
        ("past a last censoring: not estimated", "2 4 6+", 7, None, 0),
        ("past a last event: nobody is left", "2 4 6", 7, 0, 0),
        ("past a tie of event and censoring", "2 4 4+", 5, None, 0),
        ("of nobody", "", 5, None, 0),
    ],
)
def test_rate_at_a_time(what: str, times: str, at: int, estimate: Decimal | None, at_risk: int) -> None:
    found = curve(times).at(Decimal(at))
    assert (found.time, found.survival, found.at_risk) == (at, estimate, at_risk)
    if estimate is None:
        assert found.loglog == found.log == (None, None)


def test_everybody_is_at_risk_before_the_first_event() -> None:
    assert curve("2 4 6+").start == Step(Decimal(0), 3, 0, Fraction(1), Decimal(0))


def test_limits_are_undefined_where_the_curve_is_0_and_log_log_where_it_is_1() -> None:
    found = curve("1 2 3")
    assert found.at(Decimal(3)).loglog == found.at(Decimal(3)).log == (None, None)
    assert (found.at(Decimal(0)).loglog, found.at(Decimal(0)).log) == ((None, None), (1, 1))
    assert found.median_limits(LOG_LOG) == (1, None)


def test_a_time_without_its_event_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        kaplan_meier([Decimal(1), Decimal(2)], [True])


def test_follow_up_takes_censoring_as_its_event() -> None:
    found = reverse_kaplan_meier([Decimal(3), Decimal(5), Decimal(9)], [True, False, False])
    assert [(step.time, step.events) for step in found.steps] == [(5, 1), (9, 1)]


OBSERVED = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=2, max_size=30)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(OBSERVED)
def test_agrees_with_another_program(observed: list[tuple[int, bool]]) -> None:
    import lifelines  # loads pandas and scipy: only where it is used

    times, events = [time for time, _ in observed], [event for _, event in observed]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = lifelines.KaplanMeierFitter().fit(times, events)
    ours = kaplan_meier([Decimal(time) for time in times], events)
    for step in ours.steps:
        at = float(step.time)
        assert float(step.survival) == pytest.approx(other.survival_function_at_times(at).iloc[0], abs=1e-12)
        low, high = ours.limits(step, LOG_LOG)
        if low is not None and high is not None:
            theirs = other.confidence_interval_.loc[at]
            assert [float(low), float(high)] == pytest.approx([theirs.iloc[0], theirs.iloc[1]], abs=1e-9)
    # The other program takes the left end of a plateau at one half, to within rounding.
    if all(step.survival * 2 != 1 for step in ours.steps):
        assert ours.median == (None if other.median_survival_time_ == float("inf") else other.median_survival_time_)
