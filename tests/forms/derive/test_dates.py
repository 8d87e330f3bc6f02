"""Partial dates, study and course days, calendar months, ages and elapsed hours."""

import datetime as dt
import time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.derive import dates

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@st.composite
def partial_dates(draw: st.DrawFn) -> tuple[str, dt.date]:
    """A date cut to year, month or day, with the true day behind it."""
    truth = draw(DAYS)
    return truth.isoformat()[: draw(st.sampled_from([4, 7, 10]))], truth


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01T00:00", "2024-12-31T23:59"),
        ("2024-02", "2024-02-01T00:00", "2024-02-29T23:59"),
        ("2023-02", "2023-02-01T00:00", "2023-02-28T23:59"),
        ("2024-03-09", "2024-03-09T00:00", "2024-03-09T23:59"),
        ("2024-03-09T14:20", "2024-03-09T14:20", "2024-03-09T14:20"),
    ],
)
def test_partial_date_spans_all_it_can_mean(text: str, first: str, last: str) -> None:
    span = dates.interval(text)
    assert (span.earliest.isoformat("T", "minutes"), span.latest.isoformat("T", "minutes")) == (first, last)


@pytest.mark.parametrize("text", ["", "24", "2024-13", "2023-02-29", "2024-3", "2024-03-09-01", "2024-00", "0000", "March 2024"])
def test_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        dates.interval(text)


def test_the_refusal_names_the_text() -> None:
    with pytest.raises(ValueError, match="is not a date") as refused:
        dates.interval("March 2024")
    assert str(refused.value) == "'March 2024' is not a date"


def test_a_clock_time_is_known_to_the_minute_of_the_site() -> None:
    stamp = dt.datetime(2024, 3, 9, 14, 20, 33, 5, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert dates.interval(stamp) == dates.interval("2024-03-09T14:20")


@given(partial_dates())
def test_the_true_day_always_lies_in_the_interval(case: tuple[str, dt.date]) -> None:
    text, truth = case
    assert dates.earliest(text) <= truth <= dates.latest(text)


@given(partial_dates(), partial_dates())
def test_certainly_before_never_contradicts_the_truth(one: tuple[str, dt.date], other: tuple[str, dt.date]) -> None:
    if dates.certainly_before(one[0], other[0]):
        assert one[1] < other[1]
        assert not dates.certainly_after(one[0], other[0])


@given(partial_dates(), DAYS, st.integers(0, 400))
def test_window_answer_never_contradicts_the_truth(case: tuple[str, dt.date], first: dt.date, length: int) -> None:
    text, truth = case
    last = first + dt.timedelta(days=length)
    answer = dates.within_window(text, first, last)
    assert answer is None or answer == (first <= truth <= last)


@given(partial_dates(), st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_the_true_age_lies_in_the_age_range(case: tuple[str, dt.date], on: dt.date) -> None:
    text, truth = case
    lowest, highest = dates.age_range(text, on)
    assert lowest <= dates.age_range(truth, on)[0] <= highest


@given(DAYS, st.integers(-600, 600))
def test_adding_months_keeps_the_day_or_takes_the_last_of_the_month(start: dt.date, months: int) -> None:
    later = dates.add_months(start, months)
    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == months
    assert later.day == start.day or (later + dt.timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("2024-03-03", "2024-03-04", True),
        ("2024-03-04", "2024-03-04", False),
        ("2024-03", "2024-03-15", False),
        ("2024-02", "2024-03-01", True),
        ("2023", "2024", True),
        ("2024", "2024-12-31", False),
        ("2024-03-04", "2024-03-04T09:00", False),
        ("2024-03-04T08:59", "2024-03-04T09:00", True),
        ("2024-03-04T09:00", "2024-03-04T09:00", False),
    ],
)
def test_certainly_before(one: str, other: str, before: bool) -> None:
    assert dates.certainly_before(one, other) is before
    assert dates.certainly_after(other, one) is before


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2024-03-03", -1), ("2024-03-04", 1), ("2024-03-04T09:00", 1), ("2024-04-07", 35), ("2024-03", None), (None, None)],
)
def test_study_day_has_no_day_0(value: str | None, expected: int | None) -> None:
    assert dates.study_day(value, day("2024-03-04")) == expected


def test_study_day_without_a_first_dose_is_empty() -> None:
    assert dates.study_day("2024-03-04", None) is None


@pytest.mark.parametrize(
    ("value", "expected"), [("2024-03-04", 1), ("2024-03-11", 8), ("2024-03-15T23:30", 12), ("2024-04-07", 35)]
)
def test_course_day(value: str, expected: int) -> None:
    assert dates.course_day(value, day("2024-03-04")) == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-08-31", -6, "2024-02-29"),
        ("2024-03-01", -6, "2023-09-01"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-03-04", 12, "2025-03-04"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-12-31", 2, "2025-02-28"),
    ],
)
def test_calendar_months(start: str, months: int, expected: str) -> None:
    assert dates.add_months(day(start), months) == day(expected)


@pytest.mark.parametrize(
    ("birth", "consent", "age"),
    [
        ("1960-05-02", "2024-05-01", 63),
        ("1960-05-02", "2024-05-02", 64),
        ("2008-01-01", "2024-03-01", 16),
        ("2004-02-29", "2022-02-28", 17),
        ("2004-02-29", "2022-03-01", 18),
        ("1960", "2024-03-01", 63),
        ("1960-03", "2024-03-15", 63),
        ("2006", "2024-03-01", None),
        ("2006-03", "2024-03-15", None),
        ("2010", "2024-03-01", 13),
    ],
)
def test_age_is_the_lowest_possible_unless_adulthood_is_open(birth: str, consent: str, age: int | None) -> None:
    assert dates.age_in_years(birth, day(consent)) == age


@pytest.mark.parametrize(
    ("what", "value", "expected"),
    [
        ("scan on the registration day", "2024-03-01", True),
        ("scan 28 days before", "2024-02-02", True),
        ("scan 29 days before", "2024-02-01", False),
        ("scan a day after", "2024-03-02", False),
        ("scan some time in February", "2024-02", None),
        ("scan some time in January", "2024-01", False),
    ],
)
def test_within_28_days_before_registration(what: str, value: str, expected: bool | None) -> None:
    assert dates.within_days_before(value, day("2024-03-01"), 28) is expected


@pytest.mark.parametrize(
    ("last_dose", "expected"),
    [("2023-11-02", True), ("2023-09-01", True), ("2023-08-31", False), ("2023-08-20", False), ("2023-09", True), ("2023", None)],
)
def test_last_anti_pd1_within_six_months_of_registration(last_dose: str, expected: bool | None) -> None:
    assert dates.within_months_before(last_dose, day("2024-03-01"), 6) is expected


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [
        ("2024-03-11T14:00", "2024-03-11T21:30", Decimal("7.5")),
        ("2024-03-11T22:00", "2024-03-12T06:00", Decimal(8)),
        ("2024-03-11T14:00", "2024-03-11", None),
        ("2024-03-11", "2024-03-12T06:00", None),
        (None, "2024-03-12T06:00", None),
    ],
)
def test_hours_need_both_clock_times(one: str | None, other: str | None, hours: Decimal | None) -> None:
    assert dates.hours_between(one, other) == hours


@pytest.mark.parametrize(
    ("one", "other", "by_the_wall", "elapsed"),
    [
        ("2024-03-09T22:00", "2024-03-10T06:00", 8, 7),
        ("2024-11-02T22:00", "2024-11-03T06:00", 8, 9),
        ("2024-03-11T22:00", "2024-03-12T06:00", 8, 8),
    ],
)
def test_a_clock_change_in_the_night_is_counted_with_the_zone(one: str, other: str, by_the_wall: int, elapsed: int) -> None:
    assert dates.hours_between(one, other) == by_the_wall
    assert dates.hours_between(one, other, ZoneInfo("America/Los_Angeles")) == elapsed


def test_without_a_zone_the_clock_on_the_wall_counts_whatever_the_computer_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "America/Los_Angeles")
        time.tzset()
        minutes = dates.minutes_between("2024-03-09T22:00", "2024-03-10T06:00")
    time.tzset()
    assert (minutes, type(minutes)) == (480, int)


def test_anti_pd1_exposure_in_days() -> None:
    assert dates.days_between("2024-01-02", "2024-03-05") == 63
    assert dates.days_between("2024-01", "2024-03-05") is None


@pytest.mark.parametrize(
    ("last", "registration", "expected"),
    [("2023-11-02", "2024-03-01", (3, 28)), ("2023-09-01", "2024-03-01", (6, 0)), ("2024-01-31", "2024-02-29", (1, 0))],
)
def test_months_and_days_since(last: str, registration: str, expected: tuple[int, int]) -> None:
    assert dates.months_and_days(day(last), day(registration)) == expected


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [("2024-03-12", "14:20", "2024-03-12T14:20"), ("2024-03", "14:20", "2024-03"), ("2024-03-12", None, "2024-03-12")],
)
def test_date_and_time_join_only_when_the_day_is_known(date: str, time: str | None, expected: str) -> None:
    assert dates.with_time(date, time) == expected
