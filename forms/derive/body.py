"""Body size and kidney function: BMI, body surface area, estimated glomerular filtration rate."""

from __future__ import annotations

from decimal import Decimal, localcontext

from forms.derive.words import number_words
from forms.dictionaries.lab_tests import get_test, standardise

_PRECISION = 34
_ONE = Decimal(1)
_EGFR_STANDARD_AREA = Decimal("1.73")


def bmi(height_cm: Decimal, weight_kg: Decimal) -> Decimal:
    """Body mass index in kg/m2 (DER-01)."""
    return weight_kg * 10000 / (height_cm * height_cm)


def bsa(height_cm: Decimal, weight_kg: Decimal) -> Decimal:
    """Body surface area in m2 by Mosteller (DER-01)."""
    return (height_cm * weight_kg / 3600).sqrt()


def bmi_words(height_cm: Decimal, weight_kg: Decimal) -> str:
    """How the body mass index was calculated."""
    height_m, weight = number_words(height_cm / 100), number_words(weight_kg)
    return f"{weight} kg / ({height_m} m)^2 = {number_words(bmi(height_cm, weight_kg), 1)} kg/m2"


def bsa_words(height_cm: Decimal, weight_kg: Decimal) -> str:
    """How the body surface area was calculated."""
    height, weight = number_words(height_cm), number_words(weight_kg)
    return f"square root of ({height} cm x {weight} kg / 3600) = {number_words(bsa(height_cm, weight_kg), 2)} m2"


def creatinine_mg_dl(value: Decimal, unit: str | None) -> Decimal | None:
    """Creatinine in mg/dL, unchanged when reported so; None for a unit that the test does not have."""
    test = get_test("CHEM", "CREAT")
    standard, factor = standardise(test, value, unit), test.factor(unit)
    if standard is None or factor is None:
        return None
    per_mg_dl = test.units["mg/dL"]
    return value if factor == per_mg_dl else standard[0] / per_mg_dl


def egfr(creatinine: Decimal, age: int, sex: str | None) -> Decimal | None:
    """Estimated GFR by CKD-EPI 2021 in mL/min/1.73 m2 (DER-02).

    Creatinine in mg/dL, age in whole years on the sample date, sex F or M. None without a sex or a creatinine above 0.
    Source: Inker et al., N Engl J Med 2021;385:1737 (the equation without race).
    """
    if sex not in ("F", "M") or creatinine <= 0:
        return None
    is_female = sex == "F"
    kappa, alpha = (Decimal("0.7"), Decimal("-0.241")) if is_female else (Decimal("0.9"), Decimal("-0.302"))
    with localcontext(prec=_PRECISION):
        ratio = creatinine / kappa
        low, high = min(ratio, _ONE) ** alpha, max(ratio, _ONE) ** Decimal("-1.200")
        rate = 142 * low * high * Decimal("0.9938") ** age
        return rate * Decimal("1.012") if is_female else rate


def egfr_deindexed(indexed: Decimal, area_m2: Decimal) -> Decimal:
    """Estimated GFR of the person's own body surface in mL/min (DER-03)."""
    return indexed * area_m2 / _EGFR_STANDARD_AREA


def straddles(one: Decimal, other: Decimal, limit: Decimal) -> bool:
    """Whether the limit is reached by one of two values only, so that they lead to different answers."""
    return (one >= limit) != (other >= limit)
