"""Which of the units that CTCAE prints a reported unit is, or can be brought to without loss."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms.dictionaries.lab_tests import Kind, find_tests
from forms.dictionaries.units import normalise_unit

# Spellings of units of measured values; those of the laboratory are in units.py. Keys see the result of that.
_REWRITES: tuple[tuple[str, str], ...] = (
    (r"[{}\[\]_]", ""),
    (r"^(°|deg(rees?)?)?(c|celsius|cel)$", "degc"),
    (r"^(°|deg(rees?)?)?(f|fahrenheit)$", "degf"),
    (r"^(msecs?|milliseconds?)$", "ms"),
    (r"/24(hrs?|hours?)$|/d(ay)?$", "/24h"),
    (r"/8(hrs?|hours?)$", "/8h"),
    (r"m(²|\^2|\*2)$", "m2"),
    (r"^mm\^?3$|^ul$", "/ul"),
)
_EXACT_EQUALS: Mapping[str, str] = {"10^3/ul": "10^9/l", "10^6/l": "/ul"}
# Of ions with one charge a milliequivalent is a millimole.
_EXACT_EQUALS_OF_TEST: Mapping[tuple[str, str], str] = {
    ("SODIUM", "meq/l"): "mmol/l",
    ("K", "meq/l"): "mmol/l",
    # The test says over how many hours the volume was collected.
    ("URINOUT8", "ml"): "ml/8h",
    ("URINOUT24", "ml"): "ml/24h",
}
_DIMENSIONLESS = {"ratio", "ph"}
_FACTORS: Mapping[tuple[str, str], tuple[str, Decimal]] = {("UPROT24", "mg/24h"): ("g/24h", Decimal("0.001"))}


@dataclass(frozen=True)
class GradedUnit:
    """The printed unit that is graded, and what a reported value is multiplied with for it; `is_printed` if nothing."""

    unit: str
    factor: Decimal = Decimal(1)
    is_printed: bool = True


def graded_unit(test: str, unit: str, printed: Collection[str]) -> GradedUnit | None:
    """The printed unit of a reported one: itself, its exact equal, or else by the factor to the standard unit."""
    key = _key(unit)
    equal = _EXACT_EQUALS_OF_TEST.get((test, key)) or _EXACT_EQUALS.get(key)
    for wanted in (key, equal):
        if wanted is not None and (found := _find(wanted, printed)):
            return GradedUnit(found)
    standard = _standard(test, unit, key)
    found = _find(_key(standard[0]), printed) if standard else None
    return GradedUnit(found, standard[1], is_printed=False) if found and standard else None


def _find(key: str, printed: Collection[str]) -> str | None:
    for unit in printed:
        if key == _key(unit) or (not key and _key(unit) in _DIMENSIONLESS):
            return unit
    return None


def _standard(test: str, unit: str, key: str) -> tuple[str, Decimal] | None:
    if (test, key) in _FACTORS:
        return _FACTORS[test, key]
    for known in find_tests(test):
        factor = known.factor(unit) if known.kind is Kind.NUMERIC and known.std_unit else None
        if factor is not None:
            return known.std_unit, factor
    return None


def _key(unit: str) -> str:
    key = normalise_unit(unit)
    for pattern, replacement in _REWRITES:
        key = re.sub(pattern, replacement, key)
    return key
