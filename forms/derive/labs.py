"""Laboratory results: standard value, the normal range that applies, and the indicator against it (DER-13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from forms.dictionaries.lab_tests import LabTest, standardise
from forms.dictionaries.units import same_unit

LOW, NORMAL, HIGH, ABNORMAL = "LOW", "NORMAL", "HIGH", "ABNORMAL"
BELOW, ABOVE = "LT", "GT"
BOTH_SEXES = "BOTH"


@dataclass(frozen=True)
class RangeRow:
    """One approved normal range of a laboratory; `valid_to` and `age_to` are the last day and year included."""

    lab: str
    test: str
    unit: str
    sex: str = BOTH_SEXES
    age_from: int | None = None
    age_to: int | None = None
    lln: Decimal | None = None
    uln: Decimal | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    panel: str = ""
    uid: str = ""

    def applies_to(self, sex: str | None, age: int | None, on: dt.date) -> bool:
        """Whether the range counts for a person on a day; an unknown sex or age meets unrestricted ranges only."""
        return self._fits_sex(sex) and self._fits_age(age) and self._is_valid(on)

    def _fits_sex(self, sex: str | None) -> bool:
        return self.sex in (BOTH_SEXES, sex)

    def _fits_age(self, age: int | None) -> bool:
        if age is None:
            return self.age_from is None and self.age_to is None
        return (self.age_from or 0) <= age and (self.age_to is None or age <= self.age_to)

    def _is_valid(self, on: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    @property
    def _specificity(self) -> tuple[bool, bool, dt.date]:
        has_ages = self.age_from is not None or self.age_to is not None
        return self.sex != BOTH_SEXES, has_ages, self.valid_from or dt.date.min


@dataclass(frozen=True)
class Sample:
    """What decides which normal range applies to a result."""

    lab: str
    on: dt.date
    sex: str | None = None
    age: int | None = None


def select_range(rows: Iterable[RangeRow], test: LabTest, unit: str, sample: Sample) -> RangeRow | None:
    """The range of the laboratory for test, unit and person on the sample date; the most specific, then the newest."""
    fitting = [
        row
        for row in rows
        if row.lab == sample.lab
        and row.test == test.code
        and row.panel in ("", test.panel)
        and same_unit(row.unit, unit)
        and row.applies_to(sample.sex, sample.age, sample.on)
    ]
    return max(fitting, key=lambda row: row._specificity, default=None)


@dataclass(frozen=True)
class StandardResult:
    """A result and its range in the standard unit; a limit without a factor stays empty."""

    value: Decimal
    unit: str
    lln: Decimal | None = None
    uln: Decimal | None = None


def standard_result(
    test: LabTest, value: Decimal, unit: str | None, *, lln: Decimal | None = None, uln: Decimal | None = None
) -> StandardResult | None:
    """A reported value and its limits times the factor of the unit; None for a unit that the table does not have."""
    standard = standardise(test, value, unit)
    if standard is None:
        return None
    limits = (None if limit is None else standardise(test, limit, unit) for limit in (lln, uln))
    low, high = (None if limit is None else limit[0] for limit in limits)
    return StandardResult(*standard, low, high)


def indicator(
    value: Decimal, qualifier: str | None = None, *, lln: Decimal | None = None, uln: Decimal | None = None
) -> str | None:
    """LOW, NORMAL or HIGH against the range in one unit; a value at a limit is normal.

    With a qualifier the result is an open interval ("<0.2"), and the answer is None where it reaches across a limit.
    None too when neither limit is known.
    """
    if lln is None and uln is None:
        return None
    if qualifier == BELOW:
        return _indicator_below(value, lln, uln)
    if qualifier == ABOVE:
        return _indicator_above(value, lln, uln)
    if lln is not None and value < lln:
        return LOW
    return HIGH if uln is not None and value > uln else NORMAL


def _indicator_below(value: Decimal, lln: Decimal | None, uln: Decimal | None) -> str | None:
    if lln is not None and lln > 0:
        return LOW if value <= lln else None
    return NORMAL if uln is not None and value <= uln else None


def _indicator_above(value: Decimal, lln: Decimal | None, uln: Decimal | None) -> str | None:
    if uln is not None:
        return HIGH if value >= uln else None
    return NORMAL if lln is not None and value >= lln else None


def dipstick_indicator(value_code: str | None) -> str | None:
    """NORMAL for a negative dipstick, ABNORMAL for any other answer."""
    if not value_code:
        return None
    return NORMAL if value_code == "NEGATIVE" else ABNORMAL
