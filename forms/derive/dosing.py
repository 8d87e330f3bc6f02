"""Study drug doses: calculated dose, doses given, cumulative dose, share of the plan, intervals, dosing days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from forms import study
from forms.derive.dates import DateLike, course_day, days_between, hours_between, interval
from forms.derive.words import number_words, share_words

GIVEN, HELD, NOT_REACHED = "GIVEN", "HELD", "NOT_REACHED"


@dataclass(frozen=True)
class Slot:
    """One planned dose of an admission as far as it is known."""

    slot: int
    status: str | None = None
    start: str | None = None
    dose_iu: Decimal | int | None = None

    @property
    def is_given(self) -> bool:
        """Whether the dose was given, also when the infusion was stopped early."""
        return self.status == GIVEN


def calculated_dose(weight_kg: Decimal, level_iu_per_kg: Decimal | int) -> Decimal:
    """IU of one dose: dosing weight x dose level (DER-04)."""
    return weight_kg * level_iu_per_kg


def calculated_dose_words(weight_kg: Decimal, level_iu_per_kg: Decimal | int) -> str:
    """How the dose of a slot was calculated (DER-04)."""
    dose = calculated_dose(weight_kg, level_iu_per_kg)
    return f"{number_words(weight_kg)} kg x {number_words(level_iu_per_kg)} IU/kg = {number_words(dose)} IU"


def difference_percent(actual: Decimal, expected: Decimal) -> Decimal | None:
    """How far a dose is from the expected one, in percent of the expected; None for an expected dose of 0."""
    return (actual - expected) * 100 / expected if expected else None


def differs_by_more_than(actual: Decimal, expected: Decimal, percent: Decimal | int) -> bool:
    """Whether a dose lies more than `percent` away from the expected one; the limit itself is inside."""
    return abs(actual - expected) * 100 > expected * percent


def planned_slot_times(first: str, slots: int | None = None) -> tuple[str, ...]:
    """Planned times of the slots by the clock on the wall, from the first one on; none while its time is not known."""
    if "T" not in first:
        return ()
    start = dt.datetime.fromisoformat(first)
    step = dt.timedelta(hours=study.IL2_INTERVAL.value)
    count = study.IL2_MAX_DOSES.value if slots is None else slots
    return tuple((start + step * k).isoformat(timespec="minutes") for k in range(count))


def doses_given(slots: Iterable[Slot]) -> int:
    """The number of doses given (DER-05)."""
    return sum(slot.is_given for slot in slots)


def cumulative_iu(slots: Iterable[Slot]) -> Decimal | None:
    """IU of all doses given (DER-06); None while a given dose has no amount, since any sum would be too low."""
    amounts = [slot.dose_iu for slot in slots if slot.is_given]
    known = [Decimal(amount) for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def cumulative_iu_words(slots: Iterable[Slot]) -> str | None:
    """The doses given as a sum, equal ones together: 9 x 49,440,000 IU = 444,960,000 IU (DER-06)."""
    given = list(slots)
    total = cumulative_iu(given)
    amounts = Counter(slot.dose_iu for slot in given if slot.is_given and slot.dose_iu is not None)
    if total is None or not amounts:
        return None
    parts = [f"{count} x {number_words(dose)} IU" for dose, count in amounts.items()]
    return f"{' + '.join(parts)} = {number_words(total)} IU"


def percent_of_planned(given: int, admissions: int = 1) -> Decimal | None:
    """Doses given of those planned, in percent (DER-07).

    Held and not reached slots stay in the denominator. A course has two admissions, started or not; a participant has
    as many as the started courses have, and no percentage before one is started.
    """
    return Decimal(given) * 100 / (study.IL2_MAX_DOSES.value * admissions) if admissions else None


def percent_of_planned_words(given: Sequence[int], admissions: int = 1) -> str:
    """Doses given, by admission, as a share of those planned (DER-07)."""
    added = f"{' + '.join(map(str, given))} = " if len(given) > 1 else ""
    return added + share_words(sum(given), study.IL2_MAX_DOSES.value * admissions, "planned doses")


def planned_admissions(started_courses: int) -> int:
    """The number of admissions that the denominator of started courses counts."""
    return started_courses * study.IL2_ADMISSIONS.value


def gaps_in_days(dates: Sequence[DateLike]) -> tuple[int | None, ...]:
    """Days between neighbouring administrations, such as nivolumab to nivolumab (DER-23)."""
    return tuple(days_between(one, other) for one, other in pairwise(dates))


def gaps_in_hours(slots: Iterable[Slot], zone: ZoneInfo | None = None) -> tuple[tuple[int, Decimal | None], ...]:
    """Slot and hours since the given dose before it (DER-23); None where a clock time is not known."""
    given = [slot for slot in slots if slot.is_given]
    pairs = pairwise(given)
    return tuple((later.slot, hours_between(earlier.start, later.start, zone)) for earlier, later in pairs)


def rest_between(last_dose: str | None, first_dose: str | None, zone: ZoneInfo | None = None) -> Decimal | None:
    """Hours from the last dose of admission 1 to the first of admission 2 (DER-23)."""
    return hours_between(last_dose, first_dose, zone)


def rest_words(last_dose: str, first_dose: str, hours: Decimal) -> str:
    """The rest between admissions with the two doses that it lies between."""
    begin, end = (moment.replace("T", " ") for moment in (last_dose, first_dose))
    return f"{begin} to {end} = {number_words(hours, 1)} h ({number_words(hours / 24, 1)} days)"


def is_course_complete(infusions_given: int, slots_given: Sequence[int]) -> bool:
    """Whether a course counts as complete: both nivolumab doses and a dose of IL-2 in each admission (DER-22).

    `slots_given` has the number of doses given in each admission of the course.
    """
    is_treated = len(slots_given) == study.IL2_ADMISSIONS.value and all(slots_given)
    return is_treated and infusions_given == len(study.NIVOLUMAB_DAYS.value)


def course_words(infusions_given: int, slots_given: Sequence[int]) -> str:
    """What a course consisted of, for the person who reads whether it is complete."""
    stays = " and ".join(f"{given} in admission {number}" for number, given in enumerate(slots_given, start=1))
    return f"{infusions_given} of {len(study.NIVOLUMAB_DAYS.value)} nivolumab doses; IL-2 doses: {stays}"


def first_and_last_given(slots: Iterable[Slot]) -> tuple[str, str] | None:
    """The first and last start of a given dose."""
    starts = sorted((slot.start for slot in slots if slot.is_given and slot.start), key=interval)
    return (starts[0], starts[-1]) if starts else None


@dataclass(frozen=True)
class DosingDays:
    """The course day of each given dose, and how many of the known ones lie in the days of the protocol (DER-25)."""

    days: tuple[tuple[int, int | None], ...]
    inside: int
    known: int

    @property
    def percent_inside(self) -> Decimal | None:
        """Share of doses on protocol days, in percent; None without a known day."""
        return Decimal(self.inside) * 100 / self.known if self.known else None


    @property
    def listed(self) -> str:
        """The course days on which doses fell, each once."""
        return ", ".join(map(str, sorted({day for _, day in self.days if day is not None})))

    def words(self, admission: int) -> str:
        """The share of doses on protocol days, and which doses lie outside."""
        first, last = study.IL2_ADMISSION_DAYS.value[admission]
        outside = [f"slot {slot} on day {day}" for slot, day in self.days if day and not first <= day <= last]
        share = share_words(self.inside, self.known, f"doses on course days {first}-{last}")
        return f"{share}; {', '.join(outside)}" if outside else share


def dosing_days(slots: Iterable[Slot], day_one: dt.date | None, admission: int) -> DosingDays:
    """On which course days the doses of an admission fell."""
    first, last = study.IL2_ADMISSION_DAYS.value[admission]
    days = tuple((slot.slot, course_day(slot.start, day_one)) for slot in slots if slot.is_given)
    known = [day for _, day in days if day is not None]
    return DosingDays(days, sum(first <= day <= last for day in known), len(known))


def is_dosing_day(value: DateLike, day_one: dt.date, admission: int) -> bool | None:
    """Whether a dose falls on the days of its admission; None while its day is not known."""
    day = course_day(value, day_one)
    first, last = study.IL2_ADMISSION_DAYS.value[admission]
    return None if day is None else first <= day <= last
