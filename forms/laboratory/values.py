"""Results as numbers: standard value, indicator (DER-13), plausibility, parts of a whole (LB-01, LB-02, LB-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal as Number

from forms.crf import Fail, check, derive, fail
from forms.derive.labs import dipstick_indicator, indicator, standard_result
from forms.dictionaries.lab_tests import Kind, better_unit, find_test, is_plausible
from forms.laboratory.wording import SIGNS, measure
from forms.views import Row

DIFFERENTIAL = ("NEUT", "LYM", "MONO", "EOS", "BASO")
DIFFERENTIAL_TOLERANCE = Number("1.05")


@derive("DER-13", "std_value", on="row_status panel test value unit?")
def derive_std_value(status: str, panel: str, code: str, value: Number, unit: str | None) -> Number | None:
    """The result times the factor of its unit."""
    standard = _standard(status, panel, code, value, unit)
    return standard[0] if standard else None


@derive("DER-13", "std_unit", on="row_status panel test value unit?")
def derive_std_unit(status: str, panel: str, code: str, value: Number, unit: str | None) -> str | None:
    """The unit of the standard value."""
    standard = _standard(status, panel, code, value, unit)
    return standard[1] if standard else None


@derive("DER-13", "indicator", on="row_status value? value_code? qualifier? lln? uln?")
def derive_indicator(
    status: str, value: Number | None, code: str | None, qualifier: str | None, *limits: Number | None
) -> str | None:
    """Low, normal, high or abnormal against the range beside the result, in the reported unit."""
    if status != "DONE":
        return None
    lln, uln = limits
    return dipstick_indicator(code) if value is None else indicator(value, qualifier, lln=lln, uln=uln)


@check(
    "LB-01", "{name} {x} = {std}, outside {lo}-{hi}. Check decimal point and unit.",
    on="panel test value unit? std_value std_unit", target="value", yields_to="LB-02",
)  # fmt: skip
def value_is_plausible(
    panel: str, code: str, value: Number, unit: str | None, std: Number, std_unit: str
) -> Fail | None:
    """The standard value lies in the plausible range of the test."""
    test = find_test(panel, code)
    if test is None or is_plausible(test, std):
        return None
    measured, standard = measure(value, unit), measure(std, std_unit)
    return fail(name=test.name, x=measured, std=standard, lo=test.lo, hi=test.hi)


@check(
    "LB-01", "'{sign}' belongs to a number, and {test} has none.", on="self test qualifier", target="qualifier"
)
def qualifier_has_number(row: Row, _: str, qualifier: str) -> Fail | None:
    """A sign stands with a number only."""
    return fail(sign=SIGNS[qualifier]) if row.value("value") is None else None


@check(
    "LB-02", "{name} {x} {u} is unusual, but {x} {better} would be normal. Is the unit right?",
    on="panel test value unit", target="value",
)  # fmt: skip
def fits_its_unit(panel: str, code: str, value: Number, unit: str) -> Fail | None:
    """No other accepted unit would make an implausible value plausible."""
    test = find_test(panel, code)
    better = better_unit(test, value, unit) if test and test.kind is Kind.NUMERIC else None
    return fail(name=test.name, x=value, u=unit, better=better) if test and better else None


@check("LB-13", "Direct bilirubin {a} is above total {b}.", on="rows:RESULT", target="panel")
def direct_is_part_of_total(rows: Sequence[Row]) -> Fail | None:
    """Direct bilirubin is not above the total of the same sample."""
    results = _standard_results(rows)
    direct, total = results.get(("CHEM", "BILDIR")), results.get(("CHEM", "BILI"))
    if direct is None or total is None or direct.qualifier == "LT" or total.qualifier == "GT":
        return None
    if direct.std_value <= total.std_value:
        return None
    shown = [measure(row.value("value"), row.unit) for row in (direct, total)]
    return fail("value", direct, a=shown[0], b=shown[1])


@check("LB-13", "Differential counts add up to {a}, more than leukocytes {b}.", on="rows:RESULT", target="panel")
def differential_is_part_of_leukocytes(rows: Sequence[Row]) -> Fail | None:
    """The differential counts add up to at most 1.05 times the leukocytes; '<' counts as nothing."""
    results = _standard_results(rows)
    total = results.get(("HEM", "WBC"))
    parts = [results[key] for code in DIFFERENTIAL if (key := ("HEM", code)) in results]
    added = sum((part.std_value for part in parts if part.qualifier != "LT"), Number(0))
    if total is None or total.qualifier == "GT" or added <= DIFFERENTIAL_TOLERANCE * total.std_value:
        return None
    return fail("value", total, a=measure(added, total.std_unit), b=measure(total.std_value, total.std_unit))


def _standard(status: str, panel: str, code: str, value: Number, unit: str | None) -> tuple[Number, str] | None:
    test = find_test(panel, code)
    if test is None or test.kind is not Kind.NUMERIC or status != "DONE":
        return None
    result = standard_result(test, value, unit)
    return (result.value, result.unit) if result else None


def _standard_results(rows: Sequence[Row]) -> Mapping[tuple[str, str], Row]:
    return {(row.panel, row.test): row for row in rows if row.std_value is not None}
