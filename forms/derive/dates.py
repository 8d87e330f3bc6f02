"""Date arithmetic of the protocol: partial dates as intervals, study day, calendar months, age, elapsed hours.

Dates travel as ISO text ("2024", "2024-03", "2024-03-09", "2024-03-09T14:20") or as `date`; an unknown part is never
completed. A local time stands for the site's clock.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

DateLike = str | dt.date

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True, order=True)
class Interval:
    """The earliest and latest minute that a possibly incomplete date can mean."""

    earliest: dt.datetime
    latest: dt.datetime

    @property
    def is_day(self) -> bool:
        """Whether the day is known."""
        return self.earliest.date() == self.latest.date()

    @property
    def is_minute(self) -> bool:
        """Whether the clock time is known."""
        return self.earliest == self.latest


def interval(value: DateLike) -> Interval:
    """The interval of a full or partial date or date-time; ValueError for text that is neither."""
    if isinstance(value, dt.datetime):
        minute = value.replace(second=0, microsecond=0, tzinfo=None)
        return Interval(minute, minute)
    text = value if isinstance(value, str) else value.isoformat()
    if "T" in text:
        return interval(dt.datetime.fromisoformat(text))
    matched = _PARTIAL.fullmatch(text)
    if matched is None:
        raise ValueError(f"{text!r} is not a date")
    year, month, day = matched.groups()
    first = dt.date(int(year), int(month or 1), int(day or 1))
    last = first if day else _last_day(first.year, int(month or 12))
    return Interval(dt.datetime.combine(first, dt.time.min), dt.datetime.combine(last, dt.time(23, 59)))


def _last_day(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def earliest(value: DateLike) -> dt.date:
    """The first day that the value can mean."""
    return interval(value).earliest.date()


def latest(value: DateLike) -> dt.date:
    """The last day that the value can mean."""
    return interval(value).latest.date()


def known_day(value: DateLike | None) -> dt.date | None:
    """The day, or None when it is not known."""
    if value is None:
        return None
    span = interval(value)
    return span.earliest.date() if span.is_day else None


def with_time(date: str, time: str | None) -> str:
    """A date joined with its clock time; a partial date or a missing time stays as it is."""
    return f"{date}T{time}" if time and len(date) == len("2024-03-09") else date


def certainly_before(one: DateLike, other: DateLike) -> bool:
    """Whether `one` lies before `other` whatever the unknown parts are; the same day without a time is not before."""
    return interval(one).latest < interval(other).earliest


def certainly_after(one: DateLike, other: DateLike) -> bool:
    """Whether `one` lies after `other` whatever the unknown parts are."""
    return certainly_before(other, one)


def study_day(value: DateLike | None, first_dose: dt.date | None) -> int | None:
    """Day 1 is the day of the first dose and there is no day 0 (DER-08); None for a partial date."""
    day = known_day(value)
    if day is None or first_dose is None:
        return None
    distance = (day - first_dose).days
    return distance + 1 if distance >= 0 else distance


def course_day(value: DateLike | None, day_one: dt.date | None) -> int | None:
    """Days since day 1 of a course, day 1 included (DER-08); None for a partial date."""
    day = known_day(value)
    return None if day is None or day_one is None else (day - day_one).days + 1


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` calendar months later (or earlier); the last day of a shorter month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_days(day: dt.date, days: int) -> dt.date:
    """The date `days` later."""
    return day + dt.timedelta(days=days)


def _whole_years(birth: dt.date, on: dt.date) -> int:
    # Somebody born on 29 February turns a year older on 1 March of a common year.
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def age_range(birth: DateLike, on: dt.date) -> tuple[int, int]:
    """The lowest and highest age in whole years that a possibly partial birth date allows."""
    return _whole_years(latest(birth), on), _whole_years(earliest(birth), on)


def age_in_years(birth: DateLike, on: dt.date, adult: int = 18) -> int | None:
    """Whole years (DER-14): the lowest possible age, or None where the birth date leaves both sides of `adult` open."""
    lowest, highest = age_range(birth, on)
    return None if lowest < adult <= highest else lowest


def within_window(value: DateLike, first: dt.date, last: dt.date) -> bool | None:
    """Whether a date lies in a window, both ends included; None when its unknown parts leave both answers open."""
    if latest(value) < first or earliest(value) > last:
        return False
    return True if first <= earliest(value) and latest(value) <= last else None


def within_days_before(value: DateLike, anchor: dt.date, days: int) -> bool | None:
    """Whether a date lies 0 to `days` days before the anchor."""
    return within_window(value, add_days(anchor, -days), anchor)


def within_months_before(value: DateLike, anchor: dt.date, months: int) -> bool | None:
    """Whether a date lies at most `months` calendar months before the anchor, and not after it."""
    return within_window(value, add_months(anchor, -months), anchor)


def days_between(one: DateLike | None, other: DateLike | None) -> int | None:
    """Days from one to the other; None unless both days are known."""
    first, second = known_day(one), known_day(other)
    return None if first is None or second is None else (second - first).days


def minutes_between(one: DateLike | None, other: DateLike | None, zone: ZoneInfo | None = None) -> int | None:
    """Elapsed minutes; None unless both clock times are known. With the site's zone a clock change is counted."""
    if one is None or other is None:
        return None
    spans = interval(one), interval(other)
    if not all(span.is_minute for span in spans):
        return None
    start, end = (span.earliest if zone is None else _instant(span.earliest, zone) for span in spans)
    return (end - start) // dt.timedelta(minutes=1)


def _instant(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return local.replace(tzinfo=zone).astimezone(dt.UTC)


def hours_between(one: DateLike | None, other: DateLike | None, zone: ZoneInfo | None = None) -> Decimal | None:
    """Elapsed hours; None unless both clock times are known."""
    minutes = minutes_between(one, other, zone)
    return None if minutes is None else Decimal(minutes) / 60


def months_and_days(start: dt.date, end: dt.date) -> tuple[int, int]:
    """Whole calendar months from start to end and the days that remain (DER-16)."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return months, (end - add_months(start, months)).days
