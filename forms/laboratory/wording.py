"""Laboratory results in words, as messages show them."""

from __future__ import annotations

from decimal import Decimal

from forms.dictionaries.lab_tests import find_test
from forms.views import Row

SIGNS = {"LT": "<", "GT": ">"}


def measure(value: Decimal, unit: str | None) -> str:
    """A number with its unit, without superfluous zeros: `1.2 mg/dL`."""
    plain = format(value.normalize(), "f")
    return f"{plain} {unit}" if unit else plain


def name_of(row: Row) -> str:
    """The name of the test of a result."""
    test = find_test(row.panel, row.test)
    return test.name if test else (row.other_name or row.test)


def result_of(row: Row) -> str:
    """A result as reported: `<0.2 mg/dL`, `2+`, `haemolysed`."""
    value = row.value("value")
    if value is None:
        return row.value_code or row.value_text or ""
    return SIGNS.get(row.qualifier or "", "") + measure(value, row.unit)
