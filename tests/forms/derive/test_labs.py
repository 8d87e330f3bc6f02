"""Standard values, the normal range that applies, and low, normal or high against it."""

import datetime as dt
from decimal import Decimal

import pytest

from forms.derive import labs
from forms.derive.labs import RangeRow, Sample
from forms.dictionaries.lab_tests import get_test

HGB = get_test("HEM", "HGB")
PLAT = get_test("HEM", "PLAT")
ON = dt.date(2024, 3, 11)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("what", "qualifier", "value", "lln", "uln", "expected"),
    [
        ("below the range", None, "11.9", "12.0", "16.0", "LOW"),
        ("at the lower limit", None, "12.0", "12.0", "16.0", "NORMAL"),
        ("at the upper limit", None, "16.0", "12.0", "16.0", "NORMAL"),
        ("above the range", None, "16.01", "12.0", "16.0", "HIGH"),
        ("only an upper limit", None, "2", None, "1.2", "HIGH"),
        ("only a lower limit", None, "59", "60", None, "LOW"),
        ("no range", None, "1.0", None, None, None),
        ("'<0.2' under a lower limit of 0.5", "LT", "0.2", "0.5", "4.5", "LOW"),
        ("'<0.5' at a lower limit of 0.5", "LT", "0.5", "0.5", "4.5", "LOW"),
        ("'<0.6' across the lower limit", "LT", "0.6", "0.5", "4.5", None),
        ("'<0.2' with no lower limit", "LT", "0.2", None, "1.2", "NORMAL"),
        ("'<0.2' with a lower limit of 0", "LT", "0.2", "0", "1.2", "NORMAL"),
        ("'<5' across the upper limit", "LT", "5", None, "3", None),
        ("'>100' above the upper limit", "GT", "100", "0", "40", "HIGH"),
        ("'>40' at the upper limit", "GT", "40", "0", "40", "HIGH"),
        ("'>30' across the upper limit", "GT", "30", "0", "40", None),
        ("'>90' with no upper limit", "GT", "90", "60", None, "NORMAL"),
        ("'<1.2' at the upper limit, with no lower one", "LT", "1.2", None, "1.2", "NORMAL"),
        ("'>60' at the lower limit, with no upper one", "GT", "60", "60", None, "NORMAL"),
        ("'>50' across the lower limit", "GT", "50", "60", None, None),
    ],
)
def test_indicator_against_the_range(
    what: str, qualifier: str | None, value: str, lln: str | None, uln: str | None, expected: str | None
) -> None:
    assert labs.indicator(Decimal(value), qualifier, lln=number(lln), uln=number(uln)) == expected


@pytest.mark.parametrize(
    ("answer", "expected"), [("NEGATIVE", "NORMAL"), ("TRACE", "ABNORMAL"), ("3+", "ABNORMAL"), ("POSITIVE", "ABNORMAL"), (None, None)]
)
def test_dipstick_is_normal_only_when_negative(answer: str | None, expected: str | None) -> None:
    assert labs.dipstick_indicator(answer) == expected


def test_value_and_limits_share_the_factor() -> None:
    found = labs.standard_result(HGB, Decimal("12.1"), "g/dL", lln=Decimal("13.5"), uln=Decimal("17.5"))
    assert found == labs.StandardResult(Decimal("121.0"), "g/L", Decimal("135.0"), Decimal("175.0"))


def test_a_unit_outside_the_table_gives_no_standard_value() -> None:
    assert labs.standard_result(HGB, Decimal("12.1"), "ounces", lln=Decimal(1)) is None


ADULT = RangeRow("UCSD", "HGB", "g/dL", lln=Decimal(12), uln=Decimal(17), uid="both")
WOMEN = RangeRow("UCSD", "HGB", "g/dL", "F", 18, None, Decimal("11.2"), Decimal("15.7"), dt.date(2020, 1, 1), uid="F")
MEN_OLD = RangeRow("UCSD", "HGB", "g/dL", "M", 18, 64, Decimal("13.7"), Decimal("17.5"), dt.date(2020, 1, 1),
                   dt.date(2023, 12, 31), uid="M until 2023")
MEN_NEW = RangeRow("UCSD", "HGB", "g/dL", "M", 18, 64, Decimal("13.5"), Decimal("17.7"), dt.date(2024, 1, 1), uid="M")
ELSEWHERE = RangeRow("County", "HGB", "g/dL", lln=Decimal(10), uln=Decimal(20), uid="other laboratory")
RANGES = [ADULT, WOMEN, MEN_OLD, MEN_NEW, ELSEWHERE]


@pytest.mark.parametrize(
    ("who", "sample", "unit", "expected"),
    [
        ("woman of 50", Sample("UCSD", ON, "F", 50), "g/dL", "F"),
        ("man of 50", Sample("UCSD", ON, "M", 50), "g/dL", "M"),
        ("man of 50 on the last day of the old range", Sample("UCSD", dt.date(2023, 12, 31), "M", 50), "g/dL", "M until 2023"),
        ("man of 64, last year of the range", Sample("UCSD", ON, "M", 64), "g/dL", "M"),
        ("man of 65, only the range for all fits", Sample("UCSD", ON, "M", 65), "g/dL", "both"),
        ("man of 18, first year of the range", Sample("UCSD", ON, "M", 18), "g/dL", "M"),
        ("man of 17, only the range for all fits", Sample("UCSD", ON, "M", 17), "g/dL", "both"),
        ("man of 50 on the first day of the new range", Sample("UCSD", dt.date(2024, 1, 1), "M", 50), "g/dL", "M"),
        ("sex not known", Sample("UCSD", ON, None, 50), "g/dL", "both"),
        ("age not known", Sample("UCSD", ON, "F", None), "g/dL", "both"),
        ("unit spelt another way", Sample("UCSD", ON, "F", 50), "G/DL", "F"),
        ("another laboratory", Sample("County", ON, "F", 50), "g/dL", "other laboratory"),
        ("another unit", Sample("UCSD", ON, "F", 50), "g/L", None),
        ("unknown laboratory", Sample("Elsewhere", ON, "F", 50), "g/dL", None),
    ],
)
def test_the_range_of_laboratory_person_and_day(who: str, sample: Sample, unit: str, expected: str | None) -> None:
    found = labs.select_range(RANGES, HGB, unit, sample)
    assert (found.uid if found else None) == expected


def test_a_range_for_children_is_one_for_the_newborn() -> None:
    children = RangeRow("UCSD", "HGB", "g/dL", age_to=17, lln=Decimal(11))
    assert labs.select_range([children], HGB, "g/dL", Sample("UCSD", ON, None, 0)) == children
    assert labs.select_range([children], HGB, "g/dL", Sample("UCSD", ON, None, 18)) is None


def test_no_range_of_another_test_or_panel() -> None:
    sample = Sample("UCSD", ON, "F", 50)
    assert labs.select_range(RANGES, PLAT, "g/dL", sample) is None
    urine = RangeRow("UCSD", "PROT", "g/dL", panel="UA", lln=Decimal(0))
    assert labs.select_range([urine], get_test("CHEM", "PROT"), "g/dL", sample) is None


def test_expired_range_does_not_count() -> None:
    expired = RangeRow("UCSD", "HGB", "g/dL", valid_to=dt.date(2023, 12, 31), lln=Decimal(12))
    assert labs.select_range([expired], HGB, "g/dL", Sample("UCSD", ON)) is None
