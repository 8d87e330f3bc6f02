"""Sums of target lesions against baseline and nadir."""

from decimal import Decimal

import pytest

from forms.derive.tumour_sums import Reading, TimePoint, baseline_sum, reading_value, shown_percent, target_sums

BASELINE = {"T01": Decimal(42), "T02": Decimal(28), "T03": Decimal(22)}


def measured(mm: str) -> Reading:
    return Reading("MEASURED", Decimal(mm))


def point(key: str, *readings: Reading | None) -> TimePoint:
    named = zip(("T01", "T02", "T03"), readings, strict=False)
    return TimePoint(key, {lesion: reading for lesion, reading in named if reading is not None})


WORKED_EXAMPLE = [
    point("04-08", measured("30"), measured("18"), measured("14")),
    point("06-10", measured("24"), Reading("TSTM"), measured("9")),
    point("08-12", Reading("NOT_EVALUABLE"), measured("6"), measured("9")),
    point("10-14", measured("26"), measured("7"), measured("11")),
    point("12-16", measured("29"), measured("7"), measured("11")),
]


@pytest.mark.parametrize(
    ("scan", "total", "from_baseline", "nadir", "from_nadir", "mm"),
    [
        (0, 62, "-32.6 %", 92, "-32.6 %", -30),
        (1, 38, "-58.7 %", 62, "-38.7 %", -24),
        (2, None, "", 38, "", None),
        (3, 44, "-52.2 %", 38, "+15.8 %", 6),
        (4, 47, "-48.9 %", 38, "+23.7 %", 9),
    ],
)
def test_worked_example(
    scan: int, total: int | None, from_baseline: str, nadir: int, from_nadir: str, mm: int | None
) -> None:
    sums = target_sums(BASELINE, WORKED_EXAMPLE)[scan]
    assert (sums.baseline_mm, sums.sum_mm, sums.nadir_mm, sums.abs_nadir) == (92, total, nadir, mm)
    assert (shown_percent(sums.pct_baseline), shown_percent(sums.pct_nadir)) == (from_baseline, from_nadir)


def test_an_incomplete_sum_names_what_is_missing_and_never_becomes_the_nadir() -> None:
    sums = target_sums(BASELINE, WORKED_EXAMPLE)
    assert (sums[2].missing, sums[2].measured_mm) == (("T01",), 15)
    assert (sums[3].nadir_mm, sums[3].nadir_key) == (38, "06-10")
    assert [one.key for one in sums] == ["04-08", "06-10", "08-12", "10-14", "12-16"]


def test_of_equal_sums_the_first_is_the_nadir() -> None:
    points = [TimePoint(key, {"T1": measured(mm)}) for key, mm in (("scan 9", "30"), ("scan 10", "30"), ("scan 11", "40"))]
    assert [one.nadir_key for one in target_sums({"T1": Decimal(50)}, points)] == ["", "scan 9", "scan 9"]


def test_without_a_baseline_sum_the_first_complete_one_is_the_nadir() -> None:
    points = [point("1", measured("30"), measured("18"), measured("14")), point("2", *[measured("9")] * 3)]
    sums = target_sums(BASELINE | {"T03": None}, points)
    assert [(one.sum_mm, one.nadir_mm, one.nadir_key) for one in sums] == [(62, None, ""), (27, 62, "1")]


def test_baseline_itself_may_be_the_nadir() -> None:
    sums = target_sums(BASELINE, [point("1", measured("50"), measured("30"), measured("25"))])[0]
    assert (sums.nadir_mm, sums.nadir_key, sums.abs_nadir) == (92, "", 13)


@pytest.mark.parametrize(
    ("what", "reading", "value"),
    [
        ("measured, however small", measured("2"), 2),
        ("gone", Reading("ABSENT"), 0),
        ("too small to measure", Reading("TSTM"), 5),
        ("too small, with a smaller number", Reading("TSTM", Decimal(3)), 3),
        ("too small, with a larger number", Reading("TSTM", Decimal(8)), 5),
        ("split", Reading("SPLIT", fragments_mm=(Decimal("8.5"), Decimal(6))), Decimal("14.5")),
        ("split without fragments", Reading("SPLIT"), None),
        ("merged into another", Reading("MERGED", merged_into="T01"), 0),
        ("not evaluable", Reading("NOT_EVALUABLE"), None),
        ("measured without a number", Reading("MEASURED"), None),
        ("not looked at", None, None),
    ],
)
def test_what_a_target_adds_to_the_sum(what: str, reading: Reading | None, value: Decimal | int | None) -> None:
    assert reading_value(reading) == value


def test_a_target_without_a_reading_makes_the_sum_incomplete() -> None:
    sums = target_sums(BASELINE, [point("1", measured("30"), measured("18"))])[0]
    assert (sums.sum_mm, sums.missing, sums.pct_baseline) == (None, ("T03",), None)


def test_merged_lesions_are_measured_once() -> None:
    merged = point("1", measured("60"), Reading("MERGED", merged_into="T01"), measured("14"))
    assert target_sums(BASELINE, [merged])[0].sum_mm == 74


def test_from_a_nadir_of_zero_only_millimetres_count() -> None:
    gone = point("1", Reading("ABSENT"), Reading("ABSENT"), Reading("ABSENT"))
    back = point("2", measured("6"), Reading("ABSENT"), Reading("ABSENT"))
    sums = target_sums(BASELINE, [gone, back])[1]
    assert (sums.nadir_mm, sums.abs_nadir, sums.pct_nadir) == (0, 6, None)


def test_no_sums_without_targets_or_with_a_baseline_diameter_missing() -> None:
    assert baseline_sum({}) is None
    assert baseline_sum({"T01": Decimal(20), "T02": None}) is None
    assert target_sums({}, [TimePoint("1")])[0].sum_mm is None


def test_decimals_hold_where_binary_numbers_fail() -> None:
    sums = target_sums({"T01": Decimal(23)}, [TimePoint("1", {"T01": measured("16.1")})])[0]
    assert sums.pct_baseline == -30
    assert sums.sum_mm is not None and sums.sum_mm * 10 <= Decimal(23) * 7


@pytest.mark.parametrize(("percent", "shown"), [("0", "0.0 %"), ("-0.04", "0.0 %"), ("19.95", "+20.0 %"), ("0.25", "+0.3 %"), ("-100", "-100.0 %")])
def test_percent_for_the_eye(percent: str, shown: str) -> None:
    assert shown_percent(Decimal(percent)) == shown
