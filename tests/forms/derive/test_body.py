"""Body size and estimated kidney function."""

from decimal import Decimal

import pytest

from forms.derive import body


def rounded(value: Decimal | None, places: str) -> str:
    assert value is not None
    return str(value.quantize(Decimal(places)))


def test_man_of_178_cm_and_82_4_kg() -> None:
    height, weight = Decimal(178), Decimal("82.4")
    assert rounded(body.bmi(height, weight), "0.1") == "26.0"
    assert rounded(body.bsa(height, weight), "0.01") == "2.02"


def test_sizes_that_come_out_even() -> None:
    assert body.bmi(Decimal(200), Decimal(80)) == 20
    assert body.bsa(Decimal(180), Decimal(80)) == 2


@pytest.mark.parametrize(
    ("sex", "age", "creatinine", "expected"),
    [
        ("M", 55, "1.2", "71.4"),
        ("M", 60, "1.7", "45.6"),
        ("F", 65, "1.6", "35.6"),
        ("F", 50, "0.6", "109.3"),
        ("M", 45, "1.6", "53.8"),
        ("F", 40, "0.7", "112.1"),
    ],
)
def test_egfr_by_ckd_epi_2021(sex: str, age: int, creatinine: str, expected: str) -> None:
    assert rounded(body.egfr(Decimal(creatinine), age, sex), "0.1") == expected


@pytest.mark.parametrize("sex", [None, "U", "UNDIFFERENTIATED"])
def test_egfr_is_not_computed_without_a_sex(sex: str | None) -> None:
    assert body.egfr(Decimal("1.2"), 55, sex) is None


def test_egfr_is_not_computed_for_a_creatinine_of_zero() -> None:
    assert body.egfr(Decimal(0), 55, "M") is None


def test_large_body_surface_turns_an_egfr_of_46_into_65() -> None:
    own = body.egfr_deindexed(Decimal("46.1"), Decimal("2.449"))
    assert rounded(own, "0.1") == "65.3"
    assert body.straddles(Decimal("46.1"), own, Decimal(50))
    assert not body.straddles(Decimal("50"), own, Decimal(50))
    assert body.straddles(Decimal("49.9"), Decimal(50), Decimal(50))
    assert not body.straddles(Decimal("49.9"), Decimal("49.8"), Decimal(50))


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("1.2", "mg/dL", "1.2"), ("106.104", "umol/L", "1.2"), ("12", "mg/L", "1.2"), ("1.2", "g/L", None)],
)
def test_creatinine_in_mg_per_dl(value: str, unit: str, expected: str | None) -> None:
    found = body.creatinine_mg_dl(Decimal(value), unit)
    assert found == (None if expected is None else Decimal(expected))
