"""The laboratory table: exact factors, spellings of units, the unit a value fits better."""

from decimal import Decimal

import pytest

from forms.dictionaries import lab_tests
from forms.dictionaries.lab_tests import LAB_TESTS, Kind, better_unit, find_tests, get_test, is_plausible, standardise
from forms.dictionaries.units import same_unit


@pytest.mark.parametrize(
    ("panel", "code", "value", "unit", "standard"),
    [
        ("HEM", "HGB", "12.1", "g/dL", "121.0"),
        ("HEM", "HGB", "7.5", "mmol/L", "120.8550"),
        ("HEM", "HCT", "41", "%", "0.41"),
        ("HEM", "PLAT", "28", "10^3/uL", "28"),
        ("HEM", "NEUT", "1500", "/uL", "1.500"),
        ("CHEM", "CREAT", "0.9", "mg/dL", "79.578"),
        ("CHEM", "BILI", "3.0", "mg/dL", "51.3120"),
        ("CHEM", "ALT", "0.5", "ukat/L", "30.0"),
        ("CHEM", "CA", "4.6", "mEq/L", "2.30"),
        ("CARD", "TROPONI", "0.04", "ng/mL", "40.00"),
        ("CHEM", "ALB", "38", "g/L", "38"),
    ],
)
def test_standard_value_is_the_exact_product(panel: str, code: str, value: str, unit: str, standard: str) -> None:
    test = get_test(panel, code)
    assert standardise(test, Decimal(value), unit) == (Decimal(standard), test.std_unit)


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("THOU/uL", "10^3/uL"),
        ("10e3/uL", "10^3/uL"),
        ("10E3/uL", "10^3/uL"),
        ("10*3/uL", "10^3/uL"),
        ("K/uL", "10^3/uL"),
        ("k/µL", "10^3/uL"),
        ("x10^3/mm3", "10^3/uL"),
        ("x 10³/µL", "10^3/uL"),
        ("K/cumm", "10^3/uL"),
        ("MILL/uL", "10^6/uL"),
        ("M/uL", "10^6/uL"),
        ("10*6/mcL", "10^6/uL"),
        ("GI/L", "10^9/L"),
        ("10e9/L", "10^9/L"),
        ("10⁹/L", "10^9/L"),
        ("x10(9)/L", "10^9/L"),
        ("TI/L", "10^12/L"),
        ("cells/uL", "/uL"),
        ("/mm3", "/uL"),
        ("MG/DL", "mg/dL"),
        ("gm/dL", "g/dL"),
        ("mcg/dL", "ug/dL"),
        ("µmol/L", "umol/L"),
        ("mcmol/L", "umol/L"),
        ("µkat/L", "ukat/L"),
        ("mU/L", "mIU/L"),
        ("uU/mL", "uIU/mL"),
        ("sec", "s"),
        ("FRACTION", "fraction of 1"),
        ("L/L", "fraction of 1"),
        ("units/L", "U/L"),
        ("NO UNITS", ""),
    ],
)
def test_spellings_of_one_unit(spelling: str, unit: str) -> None:
    assert same_unit(spelling, unit)


@pytest.mark.parametrize(
    ("one", "other"),
    [("mg/dL", "g/dL"), ("10^3/uL", "10^6/uL"), ("ng/mL", "ng/dL"), ("umol/L", "mmol/L"), ("10^9/L", "g/L"), ("mg/L", "mg/dL")],
)
def test_units_that_only_look_alike(one: str, other: str) -> None:
    assert not same_unit(one, other)


@pytest.mark.parametrize("spelling", ["10^9/L", "THOU/uL", "10e3/uL", "K/uL", "/uL", "cells/mm3"])
def test_every_cell_count_takes_all_spellings(spelling: str) -> None:
    assert get_test("HEM", "WBC").factor(spelling) is not None


def test_no_two_units_of_a_test_are_spellings_of_each_other() -> None:
    for test in LAB_TESTS:
        units = list(test.units)
        clashes = [(a, b) for i, a in enumerate(units) for b in units[i + 1 :] if same_unit(a, b)]
        assert not clashes, test.code


@pytest.mark.parametrize(
    ("panel", "code", "value", "unit", "expected"),
    [
        ("COAG", "INR", "1.1", None, (Decimal("1.1"), "RATIO")),
        ("COAG", "INR", "1.1", "", (Decimal("1.1"), "RATIO")),
        ("UA", "PH", "6.5", None, (Decimal("6.5"), "")),
        ("UA", "SPGRAV", "1.020", "NO UNITS", (Decimal("1.020"), "")),
        ("HEM", "HGB", "12.1", None, None),
        ("HEM", "HGB", "12.1", "stone", None),
        ("UA", "PROT", "30", "mg/dL", None),
    ],
)
def test_results_with_and_without_a_unit(
    panel: str, code: str, value: str, unit: str | None, expected: tuple[Decimal, str] | None
) -> None:
    assert standardise(get_test(panel, code), Decimal(value), unit) == expected


@pytest.mark.parametrize(
    ("what", "panel", "code", "value", "unit", "better"),
    [
        ("creatinine 0.9 mg/dL", "CHEM", "CREAT", "0.9", "mg/dL", None),
        ("creatinine 88 mg/dL", "CHEM", "CREAT", "88", "mg/dL", "umol/L"),
        ("creatinine 0.9 umol/L", "CHEM", "CREAT", "0.9", "umol/L", "mg/dL"),
        ("haemoglobin 12.1 g/L", "HEM", "HGB", "12.1", "g/L", "g/dL"),
        ("haemoglobin 121 g/dL", "HEM", "HGB", "121", "g/dL", "g/L"),
        ("haemoglobin 1.21 g/dL, a slipped decimal point", "HEM", "HGB", "1.21", "g/dL", None),
        ("platelets 150 per uL", "HEM", "PLAT", "150", "/uL", "10^3/uL"),
        ("platelets 150000 thousand", "HEM", "PLAT", "150000", "THOU/uL", "/uL"),
        ("glucose 95 mmol/L", "CHEM", "GLUC", "95", "mmol/L", "mg/dL"),
        ("calcium 9.5 mmol/L", "CHEM", "CA", "9.5", "mmol/L", "mg/dL"),
        ("ALT 5000 is high but possible", "CHEM", "ALT", "5000", "U/L", None),
        ("a unit that is not in the table", "HEM", "HGB", "12", "stone", None),
        ("haematocrit 41 as a fraction", "HEM", "HCT", "41", "fraction of 1", "%"),
    ],
)
def test_the_unit_that_a_value_fits_better(
    what: str, panel: str, code: str, value: str, unit: str, better: str | None
) -> None:
    found = better_unit(get_test(panel, code), Decimal(value), unit)
    assert found == better or (better == "10^3/uL" and found == "10^9/L")


@pytest.mark.parametrize(("value", "plausible"), [("40", True), ("39.9", False), ("220", True), ("220.1", False)])
def test_bounds_of_the_plausible_range_are_plausible(value: str, plausible: bool) -> None:
    assert is_plausible(get_test("HEM", "HGB"), Decimal(value)) is plausible


def test_protein_and_glucose_stand_in_two_panels() -> None:
    assert [(test.panel, test.kind) for test in find_tests("PROT")] == [("CHEM", Kind.NUMERIC), ("UA", Kind.DIPSTICK)]
    assert [test.specimen for test in find_tests("GLUC")] == ["BLOOD", "URINE"]


def test_tests_of_chosen_panels_come_in_the_order_of_the_form() -> None:
    assert [test.code for test in lab_tests.list_tests(["COAG", "THY"])] == [
        "INR", "PT", "APTT", "FIBRINO", "TSH", "T4FR", "T3FR",
    ]  # fmt: skip


def test_unknown_test_is_found_nowhere() -> None:
    assert lab_tests.find_test("HEM", "CREAT") is None
    with pytest.raises(KeyError):
        get_test("HEM", "CREAT")


def test_eligibility_reads_only_tests_of_the_table() -> None:
    assert all(lab_tests.find_test(*key) for key in lab_tests.ELIGIBILITY_TESTS)
    assert all(lab_tests.find_test(*key) for key in lab_tests.NEEDS_CLOCK_TIME)
