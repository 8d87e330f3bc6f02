"""Prednisone equivalents: factors, routes, units, doses of a day, and the arithmetic in words."""

from decimal import Decimal

import pytest

from forms.derive import steroids


@pytest.mark.parametrize(
    ("drug", "daily", "equivalent"),
    [
        ("Prednisone", "10", "10"),
        ("prednisolone", "5", "5"),
        ("Hydrocortisone", "30", "7.5"),
        ("cortisone acetate", "25", "5"),
        ("Methylprednisolone sodium succinate", "8", "10"),
        ("triamcinolone", "4", "5"),
        ("dexamethasone", "1.5", "10"),
        ("betamethasone", "0.6", "5"),
        ("deflazacort", "6", "5"),
    ],
)
def test_factor_of_a_drug(drug: str, daily: str, equivalent: str) -> None:
    assert steroids.prednisone_equivalent(drug, Decimal(daily), "mg", "ORAL") == Decimal(equivalent)


def test_dexamethasone_4_mg_is_shown_to_one_decimal() -> None:
    assert steroids.arithmetic("Dexamethasone", Decimal("4.000"), "mg", "ORAL") == (
        "dexamethasone 4 mg/day x 20/3 = 26.7 mg/day prednisone"
    )
    assert steroids.arithmetic("prednisone", Decimal(10), "mg", "ORAL") == (
        "prednisone 10 mg/day x 1 = 10 mg/day prednisone"
    )


def test_the_arithmetic_of_what_is_not_computed_is_not_shown() -> None:
    assert steroids.arithmetic("prednisone", Decimal(10), "mL", "ORAL") is None
    assert steroids.arithmetic("prednisone", Decimal(10), "mg", "TOPICAL") is None


def test_halves_are_rounded_up_for_the_eye() -> None:
    assert (steroids.one_decimal(Decimal("0.25")), steroids.one_decimal(Decimal("0.35"))) == (Decimal("0.3"), Decimal("0.4"))


@pytest.mark.parametrize("route", ["TOPICAL", "RESPIRATORY (INHALATION)", "INTRA-ARTICULAR", "NASAL", "OPHTHALMIC"])
def test_local_routes_do_not_count(route: str) -> None:
    assert steroids.prednisone_equivalent("dexamethasone", Decimal(4), "mg", route) is None


@pytest.mark.parametrize("drug", ["fludrocortisone", "budesonide", "prednisone or dexamethasone", ""])
def test_a_drug_without_one_factor_is_not_computed(drug: str) -> None:
    assert steroids.prednisone_equivalent(drug, Decimal(4), "mg", "ORAL") is None
    assert steroids.arithmetic(drug, Decimal(4), "mg", "ORAL") is None


@pytest.mark.parametrize(("unit", "equivalent"), [("mg", "125"), ("g", "125000"), ("ug", "0.125"), ("mL", None)])
def test_units_of_mass_count(unit: str, equivalent: str | None) -> None:
    found = steroids.prednisone_equivalent("methylprednisolone", Decimal(100), unit, "INTRAVENOUS")
    assert found == (None if equivalent is None else Decimal(equivalent))


@pytest.mark.parametrize(
    ("frequency", "total"),
    [
        ("ONCE", "4"), ("QD", "4"), ("BID", "8"), ("TID", "12"), ("QID", "16"), ("QOD", "2"), ("Q12H", "8"),
        ("Q8H", "12"), ("Q6H", "16"), ("Q4H", "24"), ("PRN", None), ("CONTINUOUS", None), ("QS", None),
    ],
)  # fmt: skip
def test_dose_of_a_day(frequency: str, total: str | None) -> None:
    assert steroids.dose_of_day(Decimal(4), frequency) == (None if total is None else Decimal(total))
