"""Steroids: the dose of a day, its prednisone equivalent, and which preparations count."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

# Milligrams of prednisone that equal one milligram, as numerator and denominator: multiplied before divided, so that
# dexamethasone 1.5 mg is exactly 10.
FACTORS: dict[str, tuple[int, int]] = {
    "prednisone": (1, 1),
    "prednisolone": (1, 1),
    "hydrocortisone": (1, 4),
    "cortisone": (1, 5),
    "methylprednisolone": (5, 4),
    "triamcinolone": (5, 4),
    "dexamethasone": (20, 3),
    "betamethasone": (25, 3),
    "deflazacort": (5, 6),
}
SYSTEMIC_ROUTES = frozenset({"ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS", "SUBLINGUAL"})
MILLIGRAMS = {"mg": Decimal(1), "g": Decimal(1000), "ug": Decimal("0.001")}
# How often a day, as numerator and denominator; 'as needed', 'continuous' and 'every week' have no count of a day.
TIMES_A_DAY: dict[str, tuple[int, int]] = {
    "ONCE": (1, 1), "QD": (1, 1), "BID": (2, 1), "TID": (3, 1), "QID": (4, 1), "QOD": (1, 2), "Q12H": (2, 1),
    "Q8H": (3, 1), "Q6H": (4, 1), "Q4H": (6, 1),
}  # fmt: skip


def dose_of_day(dose: Decimal, frequency: str) -> Decimal | None:
    """The total of a day; None where the frequency gives no count."""
    times = TIMES_A_DAY.get(frequency)
    return None if times is None else dose * times[0] / times[1]


def find_steroid(drug: str) -> str | None:
    """The one steroid with a known factor whose name stands in the name of a drug as a word."""
    words = set(re.findall(r"[a-z]+", drug.lower()))
    found = [name for name in FACTORS if name in words]
    return found[0] if len(found) == 1 else None


def prednisone_equivalent(drug: str, daily: Decimal, unit: str, route: str) -> Decimal | None:
    """Milligrams of prednisone a day that a systemic steroid equals (DER-09), unrounded.

    None for a route that is not systemic, a drug without a factor (fludrocortisone) and a unit that is no mass.
    """
    steroid, milligrams = find_steroid(drug), MILLIGRAMS.get(unit)
    if steroid is None or milligrams is None or route not in SYSTEMIC_ROUTES:
        return None
    times, divided_by = FACTORS[steroid]
    return daily * milligrams * times / divided_by


def arithmetic(drug: str, daily: Decimal, unit: str, route: str) -> str | None:
    """The equivalent as it was computed: 'dexamethasone 4 mg/day x 20/3 = 26.7 mg/day prednisone'."""
    equivalent, steroid = prednisone_equivalent(drug, daily, unit, route), find_steroid(drug)
    if equivalent is None or steroid is None:
        return None
    times, divided_by = FACTORS[steroid]
    factor = str(times) if divided_by == 1 else f"{times}/{divided_by}"
    return f"{steroid} {plain(daily)} {unit}/day x {factor} = {plain(one_decimal(equivalent))} mg/day prednisone"


def one_decimal(value: Decimal) -> Decimal:
    """A value as it is shown; comparisons use the unrounded one."""
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """A number without trailing zeros and without an exponent."""
    return f"{value.normalize():f}"
