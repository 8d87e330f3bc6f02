"""The given doses of both study drugs and their days, as anchors, dispositions and checks of several CRFs read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from forms.derive.dates import known_day
from forms.episodes import given_slots
from forms.infusions import given_infusions
from forms.views import Record

NIVOLUMAB, ALDESLEUKIN = "NIVOLUMAB", "ALDESLEUKIN"


def infusion_dates(infusions: Iterable[Record]) -> list[dt.date]:
    """The days of the nivolumab infusions that were given, in order."""
    return _days(record.start_dt for record in given_infusions(infusions))


def slot_dates(grids: Iterable[Record]) -> list[dt.date]:
    """The days of the given IL-2 doses, in order."""
    return _days(slot.start_dt for slot in given_slots(grids))


def _days(starts: Iterable[str | None]) -> list[dt.date]:
    days = (known_day(start) for start in starts)
    return sorted(day for day in days if day is not None)


def last_dose_of(drug: str, infusions: Sequence[Record], grids: Sequence[Record]) -> dt.date | None:
    """The day of the last given dose of a study drug; None before its first."""
    days = infusion_dates(infusions) if drug == NIVOLUMAB else slot_dates(grids)
    return days[-1] if days else None
