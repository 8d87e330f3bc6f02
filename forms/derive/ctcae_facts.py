"""What is known when a value is graded: the result, its limits, the baseline and the answers around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from forms.derive.labs import ABOVE, BELOW, HIGH, LOW, NORMAL
from forms.derive.spans import Span, above, anything, below, exactly
from forms.dictionaries import ctcae_bands as bands
from forms.dictionaries.ctcae_units import GradedUnit

BASELINE_FLAGS = (NORMAL, HIGH, LOW)
_MOST_DIGITS = 20
_SIGNS = {BELOW: "<", ABOVE: ">"}


@dataclass(frozen=True)
class Measured:
    """A result as reported, with limits and baseline in the same unit; `sign` is LT or GT."""

    value: Decimal | None
    unit: str = ""
    sign: str = ""
    lln: Decimal | None = None
    uln: Decimal | None = None
    baseline: Decimal | None = None
    baseline_flag: str = ""

    def in_unit(self, factor: Decimal) -> Measured:
        """All numbers in another unit; one that nothing can be calculated with counts as missing."""
        value, lln, uln, baseline = (
            one * factor if one is not None and is_usable(one) else None
            for one in (self.value, self.lln, self.uln, self.baseline)
        )
        return replace(self, value=value, lln=lln, uln=uln, baseline=baseline)


@dataclass(frozen=True)
class Context:
    """What else decides a grade; None is not known. A percent change is negative when the value has fallen."""

    symptomatic: bool | None = None
    on_anticoagulation: bool | None = None
    physiologic_consequences: bool | None = None
    intervention_initiated: bool | None = None
    albumin_corrected: bool | None = None
    duration_hours: Decimal | None = None
    mi_level: Decimal | None = None
    pct_change_from_baseline: Decimal | None = None


@dataclass(frozen=True)
class Known:
    """The facts as spans in the unit that is graded; what is missing is a span that says so."""

    value: Span
    lln: Span
    uln: Span
    baseline: Span
    mi_level: Span
    hours: Span
    stated_change: Span | None
    baseline_flag: str
    context: Context
    unit: GradedUnit | None

    def is_baseline_abnormal(self, direction: str) -> bool | None:
        """Whether the baseline was beyond the limit on the side of harm: as flagged, or else by limits and baseline."""
        if self.baseline_flag:
            return self.baseline_flag == (HIGH if direction == bands.HIGH else LOW)
        if not self.baseline.is_exact:
            return None
        return self.baseline.is_above(self.uln) if direction == bands.HIGH else self.lln.is_above(self.baseline)

    def reference(self, name: str, band: bands.Band) -> Span:
        """A limit, the baseline or the infarction level, as a band may take it."""
        if name == "BASELINE":
            return self._baseline_of(band)
        return {"LLN": self.lln, "ULN": self.uln, "MI_LEVEL": self.mi_level}[name]

    def _baseline_of(self, band: bands.Band) -> Span:
        """The baseline; where it is missing and not flagged, an abnormal one is beyond the limit by definition."""
        if self.baseline.is_exact:
            return self.baseline if self.baseline.low else anything("a baseline above zero")
        if band.baseline != bands.ABNORMAL or self.baseline_flag:
            return self.baseline
        (wants,) = self.baseline.wants
        if band.direction == bands.HIGH:
            return above(self.uln.low, wants)
        # Nothing is below a limit of zero.
        return below(self.lln.low, wants) if self.lln.is_exact and self.lln.low else self.baseline

    def metric(self, band: bands.Band) -> Span:
        """The quantity that a band compares."""
        if band.metric == bands.VALUE:
            return self.value
        if band.metric == bands.ABOVE_ULN:
            return self.value.minus(self.uln)
        if band.metric == bands.INCREASE:
            return self.value.minus(self.baseline)
        if band.metric == bands.DROP:
            return self.baseline.minus(self.value)
        return self._percent_change(band)

    def _percent_change(self, band: bands.Band) -> Span:
        baseline = self._baseline_of(band)
        share = self.value.over(baseline).times(Decimal(100))
        hundred, is_rise = exactly(Decimal(100)), band.metric == bands.PCT_INCREASE
        calculated = share.minus(hundred) if is_rise else hundred.minus(share)
        if self.stated_change is None:
            wants = baseline.wants if self.baseline.is_exact else ("a baseline or pct_change_from_baseline",)
            return replace(calculated, wants=self.value.wants + wants)
        stated = self.stated_change if is_rise else exactly(Decimal(0)).minus(self.stated_change)
        if not calculated.is_exact:
            return stated
        differing = replace(stated, wants=("a percent change that agrees with value and baseline",))
        return calculated.hull(differing)


def known_facts(measured: Measured, context: Context, unit: GradedUnit | None) -> Known:
    """The facts of a result, in the graded unit; unusable numbers count as missing."""
    factor = unit.factor if unit else Decimal(1)
    given = measured.in_unit(factor)
    lln, uln = _limits(given)
    mi_level = _positive(context.mi_level, "mi_level")
    if context.mi_level is None and uln.is_exact:
        # The level of an infarction lies above the normal limit, whatever the assay.
        mi_level = above(uln.low, *mi_level.wants)
    elif mi_level.is_exact:
        mi_level = mi_level.times(factor)
    change = context.pct_change_from_baseline
    return Known(
        value=_value(given),
        lln=lln,
        uln=uln,
        baseline=_not_negative(given.baseline, "a baseline"),
        mi_level=mi_level,
        hours=_not_negative(context.duration_hours, "duration_hours"),
        stated_change=exactly(change) if change is not None and is_usable(change) else None,
        baseline_flag=measured.baseline_flag,
        context=context,
        unit=unit,
    )


def is_usable(number: Decimal) -> bool:
    """Whether a number can be calculated with: finite, and of a size that is measured anywhere."""
    return number.is_finite() and (not number or abs(number.adjusted()) <= _MOST_DIGITS)


def _value(given: Measured) -> Span:
    found = _not_negative(given.value, "a value")
    if not found.is_exact or given.sign not in _SIGNS:
        return found
    wants = f"the number itself, not {_SIGNS[given.sign]} {found.low:f}"
    return below(found.low, wants) if given.sign == BELOW else above(found.low, wants)


def _limits(given: Measured) -> tuple[Span, Span]:
    lln, uln = _not_negative(given.lln, "a lower limit of normal"), _positive(given.uln, "an upper limit of normal")
    if lln.is_exact and uln.is_exact and lln.low > uln.low:
        disorder = anything("normal limits in order: the lower one is above the upper one")
        return disorder, disorder
    return lln, uln


def _not_negative(number: Decimal | None, name: str) -> Span:
    if number is None or not is_usable(number):
        return anything(name)
    return exactly(number) if number >= 0 else anything(f"{name} that is not negative")


def _positive(number: Decimal | None, name: str) -> Span:
    found = _not_negative(number, name)
    return anything(f"{name} above zero") if found.is_exact and not found.low else found
