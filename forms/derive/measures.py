"""Height, weight and temperature as reported and in the unit of the study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms.derive.words import number_words, rounded

STANDARD_PLACES = 2
# Submission values that are not how people write the unit.
_SPELLED = {"LB": "lb"}


def unit_words(unit: str) -> str:
    """A unit as people write it."""
    return _SPELLED.get(unit, unit)


@dataclass(frozen=True)
class Measure:
    """A quantity with its standard unit, the other unit that people use, and the usual range in the standard unit."""

    name: str
    unit: str
    other: str
    lo: Decimal
    hi: Decimal
    factor: Decimal
    divisor: int = 1
    offset: Decimal = Decimal(0)

    def standard(self, value: Decimal, unit: str) -> Decimal:
        """The value in the standard unit, unrounded; as typed when it is reported so."""
        return value if unit == self.unit else (value - self.offset) * self.factor / self.divisor

    def is_usual(self, value: Decimal, unit: str) -> bool:
        """Whether a value lies in the usual range, both ends included."""
        return self.lo <= self.standard(value, unit) <= self.hi

    def fits_other_unit(self, value: Decimal, unit: str) -> bool:
        """Whether a value is unusual in its unit and would be usual in the other one."""
        other = self.unit if unit == self.other else self.other
        return not self.is_usual(value, unit) and self.is_usual(value, other)

    def words(self, value: Decimal, unit: str) -> str | None:
        """How a value was converted; nothing where it was not."""
        if unit == self.unit:
            return None
        read = f"{number_words(value)} {unit_words(unit)}"
        taken = f"({read} - {self.offset})" if self.offset else read
        factor = number_words(self.factor) + (f"/{self.divisor}" if self.divisor != 1 else "")
        return f"{taken} x {factor} = {number_words(self.standard(value, unit), STANDARD_PLACES)} {self.unit}"


HEIGHT = Measure("Height", "cm", "in", Decimal(120), Decimal(220), Decimal("2.54"))
WEIGHT = Measure("Weight", "kg", "LB", Decimal(35), Decimal(200), Decimal("0.45359237"))
TEMPERATURE = Measure("Temperature", "C", "F", Decimal(34), Decimal(42), Decimal(5), 9, Decimal(32))
MEASURES: Mapping[str, Measure] = {"height": HEIGHT, "weight": WEIGHT, "temperature": TEMPERATURE}


def shown_standard(value: Decimal, measure: Measure, unit: str) -> Decimal:
    """The standard value as it is stored and shown: as typed, or converted to two decimals."""
    return value if unit == measure.unit else rounded(measure.standard(value, unit), STANDARD_PLACES)
