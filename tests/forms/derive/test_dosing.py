"""IL-2 and nivolumab doses: amounts, counts, shares, intervals and days."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from forms.derive import dosing
from forms.derive.dosing import Slot

FULL = 49_440_000
DAY_ONE = dt.date(2024, 3, 4)


def given(slot: int, start: str | None = None, dose: int | None = FULL) -> Slot:
    return Slot(slot, dosing.GIVEN, start, dose)


def held(slot: int) -> Slot:
    return Slot(slot, dosing.HELD)


def admission(doses: int, held_doses: int = 0) -> list[Slot]:
    slots = [given(k + 1) for k in range(doses)] + [held(doses + k + 1) for k in range(held_doses)]
    return slots + [Slot(k + 1, dosing.NOT_REACHED) for k in range(len(slots), 14)]


def test_weight_times_level_is_the_calculated_dose() -> None:
    assert dosing.calculated_dose(Decimal("82.4"), 600000) == Decimal("49440000")
    assert dosing.calculated_dose(Decimal("82.4"), 720000) == Decimal("59328000")


@pytest.mark.parametrize(
    ("what", "dose", "outside"),
    [
        ("rounded to full millions", 49_000_000, False),
        ("a zero lost", 4_944_000, True),
        ("the higher dose level", 59_000_000, True),
        ("exactly 5 percent above", 51_912_000, False),
        ("one unit more than 5 percent above", 51_912_001, True),
        ("exactly 5 percent below", 46_968_000, False),
    ],
)
def test_doses_within_five_percent_of_the_calculated_one(what: str, dose: int, outside: bool) -> None:
    assert dosing.differs_by_more_than(Decimal(dose), Decimal(FULL), 5) is outside


def test_difference_in_percent() -> None:
    assert dosing.difference_percent(Decimal(4_944_000), Decimal(FULL)) == -90
    assert dosing.difference_percent(Decimal(1), Decimal(0)) is None


def test_nine_and_seven_doses_make_a_course_of_sixteen() -> None:
    first, second = admission(9, held_doses=2), admission(7)
    assert (dosing.doses_given(first), dosing.doses_given(second)) == (9, 7)
    assert dosing.doses_given(first + second) == 16


def test_cumulative_dose_of_nine_full_doses() -> None:
    assert dosing.cumulative_iu(admission(9, held_doses=2)) == 444_960_000


def test_an_interrupted_dose_counts_with_the_iu_entered() -> None:
    assert dosing.cumulative_iu([given(1), given(2, dose=20_000_000)]) == 69_440_000


def test_no_sum_while_a_given_dose_has_no_amount() -> None:
    assert dosing.cumulative_iu([given(1), given(2, dose=None)]) is None


@pytest.mark.parametrize(
    ("what", "doses", "admissions", "shown"),
    [
        ("9 of 14 in an admission", 9, 1, "64.3"),
        ("16 of 28 in a course", 16, 2, "57.1"),
        ("admission 2 not started counts 0 of 14", 9, 2, "32.1"),
        ("all doses", 28, 2, "100.0"),
    ],
)
def test_percent_of_planned(what: str, doses: int, admissions: int, shown: str) -> None:
    percent = dosing.percent_of_planned(doses, admissions)
    assert percent is not None and str(percent.quantize(Decimal("0.1"))) == shown


def test_one_admission_is_planned_unless_more_are_named() -> None:
    assert dosing.percent_of_planned(7) == 50
    assert dosing.percent_of_planned_words([7]) == "7 of 14 planned doses = 50.0 %"


def test_a_held_dose_with_an_amount_adds_nothing() -> None:
    slots = [given(1), Slot(2, dosing.HELD, None, FULL)]
    assert dosing.cumulative_iu(slots) == FULL
    assert dosing.cumulative_iu_words(slots) == "1 x 49,440,000 IU = 49,440,000 IU"


def test_the_rest_in_words_has_one_decimal() -> None:
    words = dosing.rest_words("2024-03-15T22:00", "2024-03-25T14:00", Decimal(232))
    assert words == "2024-03-15 22:00 to 2024-03-25 14:00 = 232.0 h (9.7 days)"


def test_two_started_courses_plan_56_doses() -> None:
    assert dosing.percent_of_planned(28, dosing.planned_admissions(2)) == 50
    assert dosing.percent_of_planned(0, dosing.planned_admissions(0)) is None


def test_slots_are_planned_eight_hours_apart_day_and_night() -> None:
    times = dosing.planned_slot_times("2024-03-11T14:00")
    assert times[:3] == ("2024-03-11T14:00", "2024-03-11T22:00", "2024-03-12T06:00")
    assert (len(times), times[-1]) == (14, "2024-03-15T22:00")


def test_fewer_slots_may_be_planned() -> None:
    assert dosing.planned_slot_times("2024-03-11T14:00", 2) == ("2024-03-11T14:00", "2024-03-11T22:00")


def test_fourteen_doses_from_16_h_on_day_8_end_at_midnight_after_day_12() -> None:
    assert dosing.planned_slot_times("2024-03-11T16:00")[-1] == "2024-03-16T00:00"


def test_no_planned_times_without_the_time_of_slot_1() -> None:
    assert dosing.planned_slot_times("2024-03-11") == ()


def test_hours_between_given_doses_leave_out_held_slots() -> None:
    slots = [given(1, "2024-03-11T14:00"), held(2), given(3, "2024-03-12T06:20"), given(4, "2024-03-12")]
    assert dosing.gaps_in_hours(slots) == ((3, Decimal(980) / 60), (4, None))


def test_hours_between_doses_count_the_clock_change() -> None:
    slots = [given(1, "2024-03-09T22:00"), given(2, "2024-03-10T06:00")]
    assert dosing.gaps_in_hours(slots, ZoneInfo("America/Los_Angeles")) == ((2, Decimal(7)),)


@pytest.mark.parametrize(
    ("doses", "days"),
    [(["2024-03-04T09:00", "2024-04-07T10:00"], (34,)), (["2024-03-04", "2024-03-18"], (14,)), (["2024-03-04"], ())],
)
def test_days_between_nivolumab_doses(doses: list[str], days: tuple[int, ...]) -> None:
    assert dosing.gaps_in_days(doses) == days


def test_rest_between_the_admissions() -> None:
    assert dosing.rest_between("2024-03-15T22:00", "2024-03-25T14:00") == 232
    assert dosing.rest_between("2024-03-15", "2024-03-25T14:00") is None
    assert dosing.rest_between("2024-03-05T22:00", "2024-03-15T22:00", ZoneInfo("America/Los_Angeles")) == 239


def test_first_and_last_dose_follow_time_and_not_slot_order() -> None:
    slots = [given(2, "2024-03-11T22:00"), given(1, "2024-03-11T14:00"), held(3)]
    assert dosing.first_and_last_given(slots) == ("2024-03-11T14:00", "2024-03-11T22:00")
    assert dosing.first_and_last_given([held(1)]) is None
    three = [given(1, "2024-03-11T14:00"), given(2, "2024-03-11T22:00"), given(3, "2024-03-12T06:00")]
    assert dosing.first_and_last_given(three) == ("2024-03-11T14:00", "2024-03-12T06:00")


def test_a_held_slot_with_a_time_is_no_dose() -> None:
    slots = [Slot(1, dosing.HELD, "2024-03-11T14:00"), given(2, "2024-03-11T22:00")]
    assert dosing.first_and_last_given(slots) == ("2024-03-11T22:00", "2024-03-11T22:00")


def test_a_dose_without_its_time_may_be_later_than_the_first_minute_of_the_day() -> None:
    slots = [given(1, "2024-03-11"), given(2, "2024-03-11T00:00")]
    assert dosing.first_and_last_given(slots) == ("2024-03-11T00:00", "2024-03-11")


@pytest.mark.parametrize(
    ("what", "start", "number", "expected"),
    [
        ("day 8 at midnight", "2024-03-11T00:00", 1, True),
        ("day 12 at 23:30", "2024-03-15T23:30", 1, True),
        ("day 13", "2024-03-16T00:00", 1, False),
        ("day 7", "2024-03-10T23:59", 1, False),
        ("day 22", "2024-03-25", 2, True),
        ("day 28", "2024-03-31T22:00", 2, True),
        ("day 29", "2024-04-01T06:00", 2, False),
        ("day not known", "2024-03", 1, None),
    ],
)
def test_days_of_the_admissions(what: str, start: str, number: int, expected: bool | None) -> None:
    assert dosing.is_dosing_day(start, DAY_ONE, number) is expected


def test_share_of_doses_on_protocol_days() -> None:
    slots = [given(1, "2024-03-15T22:00"), given(2, "2024-03-16T06:00"), held(3), given(4, None)]
    found = dosing.dosing_days(slots, DAY_ONE, 1)
    assert found.days == ((1, 12), (2, 13), (4, None))
    assert (found.inside, found.known, found.percent_inside) == (1, 2, 50)
    assert dosing.dosing_days([held(1)], DAY_ONE, 1).percent_inside is None


def test_the_first_and_the_last_day_of_an_admission_are_days_of_the_protocol() -> None:
    slots = [given(1, "2024-03-10"), given(2, "2024-03-11"), given(3, "2024-03-15"), given(4, "2024-03-16")]
    found = dosing.dosing_days(slots, DAY_ONE, 1)
    assert (found.inside, found.known, found.listed) == (2, 4, "7, 8, 12, 13")
    assert found.words(1) == "2 of 4 doses on course days 8-12 = 50.0 %; slot 1 on day 7, slot 4 on day 13"
    inside = dosing.dosing_days(slots[1:3], DAY_ONE, 1)
    assert inside.words(1) == "2 of 2 doses on course days 8-12 = 100.0 %"
    unknown = dosing.dosing_days([given(1, "2024-03"), *slots[1:3]], DAY_ONE, 1)
    assert unknown.words(1) == "2 of 2 doses on course days 8-12 = 100.0 %"
