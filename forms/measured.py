"""Measures of vital signs in the standard unit, and the earlier ones that checks compare them with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from forms import schedule
from forms.derive.dates import known_day
from forms.derive.measures import MEASURES
from forms.views import Record


def in_standard(record: Record, name: str) -> Decimal | None:
    """A measure of a vital signs form in the standard unit, unrounded; None without a value or its unit."""
    value, unit = record.value(name), record.value(f"{name}_unit")
    return None if value is None or unit is None else MEASURES[name].standard(value, unit)


def fits_other_unit(record: Record, name: str) -> bool:
    """Whether a measure is unusual in its unit and would be usual in the other one."""
    value, unit = record.value(name), record.value(f"{name}_unit")
    return value is not None and unit is not None and MEASURES[name].fits_other_unit(value, unit)


def current_height(record: Record, records: Sequence[Record]) -> Decimal | None:
    """The height of a form, else the last one measured up to its visit: it is asked at screening only."""
    uids = [one.uid for one in records]
    earlier = records[: uids.index(record.uid)] if record.uid in uids else records
    known = [height for one in [*earlier, record] if (height := in_standard(one, "height"))]
    return known[-1] if known else None


def last_weight(records: Sequence[Record], first: dt.date, last: dt.date) -> Record | None:
    """The last form with a weight taken between two days, both included."""
    weighed = [r for r in records if r.assess_date and first <= r.assess_date <= last and in_standard(r, "weight")]
    return max(weighed, key=lambda record: record.assess_date, default=None)


def was_in_hospital(record: Record, admissions: Sequence[Record]) -> bool:
    """Whether vital signs were taken at an IL-2 admission, or on a day between its first and last."""
    if record.visit is not None and record.visit.kind in schedule.ADMISSION_KINDS:
        return True
    return any(_is_day_of(record.assess_date, admission) for admission in admissions)


def _is_day_of(day: dt.date | None, admission: Record) -> bool:
    first, last = known_day(admission.admit_dt), known_day(admission.discharge_dt)
    return day is not None and first is not None and last is not None and first <= day <= last
