"""Adverse events: duration, treatment emergence, relation, highest grade, and one answer for several drugs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from forms import study
from forms.derive.dates import (
    DateLike,
    add_days,
    certainly_before,
    days_between,
    earliest,
    hours_between,
    interval,
    latest,
)

# Strongest first.
ACTIONS = (
    "DRUG WITHDRAWN",
    "DRUG INTERRUPTED",
    "DOSE RATE REDUCED",
    "DOSE REDUCED",
    "DOSE INCREASED",
    "DOSE NOT CHANGED",
    "NOT APPLICABLE",
    "UNKNOWN",
)
RELATIONS = ("DEFINITE", "PROBABLE", "POSSIBLE", "UNLIKELY", "UNRELATED")
RELATED = frozenset({"DEFINITE", "PROBABLE", "POSSIBLE"})


@dataclass(frozen=True)
class GradePeriod:
    """A grade and the date, with time if known, from which it held."""

    from_dt: str
    grade: int


@dataclass(frozen=True)
class Duration:
    """Days with both ends counted; hours when both times are known; `is_open` when counted to the data cut."""

    days: int
    hours: Decimal | None
    is_open: bool


def duration(
    start: DateLike, end: DateLike | None, data_cut: dt.date, zone: ZoneInfo | None = None
) -> Duration | None:
    """How long an event lasted (DER-10), an open one up to the data cut; None without two known days in order."""
    days = days_between(start, end or data_cut)
    if days is None or days < 0:
        return None
    return Duration(days + 1, hours_between(start, end, zone), end is None)


@dataclass(frozen=True)
class Treatment:
    """The first and last dose of any study drug."""

    first_dose: dt.date
    last_dose: dt.date | None = None

    @property
    def window_end(self) -> dt.date | None:
        """The last day on which an event counts as treatment-emergent; None while treatment goes on."""
        return None if self.last_dose is None else add_days(self.last_dose, study.AE_WINDOW.value)


def is_treatment_emergent(start: DateLike, treatment: Treatment | None, periods: Sequence[GradePeriod] = ()) -> bool:
    """Whether an event began in the treatment window, or got worse in it after an earlier start (DER-11).

    A partial date counts as inside unless it is certainly outside.
    """
    if treatment is None:
        return False
    return _may_be_inside(start, treatment) or _worsened_inside(periods, treatment)


def _may_be_inside(value: DateLike, treatment: Treatment) -> bool:
    end = treatment.window_end
    return latest(value) >= treatment.first_dose and (end is None or earliest(value) <= end)


def _worsened_inside(periods: Sequence[GradePeriod], treatment: Treatment) -> bool:
    before = [period for period in periods if certainly_before(period.from_dt, treatment.first_dose)]
    baseline = max(before, key=_begin).grade if before else 0
    return any(period.grade > baseline and _may_be_inside(period.from_dt, treatment) for period in periods
               if period not in before)


def _begin(period: GradePeriod) -> dt.datetime:
    return interval(period.from_dt).earliest


def is_related(relation: str | None, *, missing_counts: bool = True) -> bool:
    """Whether a relation counts as related; at analysis a missing one does."""
    return missing_counts if relation is None else relation in RELATED


def is_related_to_any(relations: Iterable[str | None], *, missing_counts: bool = True) -> bool:
    """Whether an event is related to at least one study drug (DER-12)."""
    return any(is_related(relation, missing_counts=missing_counts) for relation in relations)


def max_grade(periods: Iterable[GradePeriod]) -> int | None:
    """The highest grade of an event; None without a grade."""
    return max((period.grade for period in periods), default=None)


def grade_on(periods: Iterable[GradePeriod], day: dt.date) -> int | None:
    """The highest grade that held on a day: of the periods begun by then, the latest and those begun that day."""
    begun = sorted((period for period in periods if earliest(period.from_dt) <= day), key=_begin)
    same_day = [period.grade for period in begun if earliest(period.from_dt) == day]
    carried = [period.grade for period in begun if earliest(period.from_dt) < day][-1:]
    return max(same_day + carried, default=None)


def strongest_action(actions: Iterable[str | None]) -> str | None:
    """The most drastic of the actions taken with the study drugs, for the one value of AEACN."""
    return _first_of(ACTIONS, actions)


def strongest_relation(relations: Iterable[str | None]) -> str | None:
    """The strongest of the relations to the study drugs, for the one value of AEREL."""
    return _first_of(RELATIONS, relations)


def _first_of(order: Sequence[str], values: Iterable[str | None]) -> str | None:
    present = frozenset(values)
    return next((value for value in order if value in present), None)
