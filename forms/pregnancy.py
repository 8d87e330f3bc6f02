"""Pregnancy tests around the doses of a participant, as checks of several CRFs read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from forms import schedule
from forms.crf import Fail, fail
from forms.derive.dates import DateLike, certainly_before, interval
from forms.episodes import given_slots
from forms.infusions import given_infusions
from forms.views import Record, SubjectView

NO_TEST = "No pregnancy test in the {hours} hours before {drug} on {x}."
DOSING_VISITS = (schedule.DAY_1, schedule.ADMISSION_1, schedule.ADMISSION_2, schedule.DAY_35)


def lacks_test(dose: str, tests: Iterable[Record], hours: int, drug: str) -> Fail | None:
    """PT-01: what is wrong when no test can have been taken in the hours before a dose."""
    span = interval(dose)
    first = span.earliest - dt.timedelta(hours=hours)
    taken = (interval(test.sample_dt) for test in tests if test.performed == "Y" and test.sample_dt)
    if any(sample.latest >= first and sample.earliest <= span.latest for sample in taken):
        return None
    return fail(hours=hours, drug=drug, x=dose)


def dosing_follows(
    said: DateLike, cleared: str | None, infusions: Iterable[Record], grids: Iterable[Record], subject: SubjectView
) -> bool:  # fmt: skip
    """PT-02: whether a dose was given from a time on, or is still planned; `cleared` is when that was settled."""
    given = [one.start_dt for one in [*given_infusions(infusions), *given_slots(grids)] if one.start_dt]
    doses = [start for start in given if not certainly_before(start, said)]
    if any(cleared is None or certainly_before(start, cleared) for start in doses):
        return True
    is_ahead = any(visit.kind in DOSING_VISITS and visit.status == "planned" for visit in subject.visits)
    return cleared is None and is_ahead


def next_negative(sample: str, tests: Sequence[Record]) -> str | None:
    """When the first negative test after a sample was taken."""
    negative = (test.sample_dt for test in tests if test.result == "NEGATIVE" and test.sample_dt)
    return min((later for later in negative if certainly_before(sample, later)), key=interval, default=None)


def next_refusal(said: dt.date, tests: Sequence[Record]) -> str | None:
    """The day of the first visit after one at which the answer was that she does not breastfeed."""
    days = (t.visit.date for t in tests if t.breastfeeding == "N" and t.visit and t.visit.date)
    later = min((day for day in days if day > said), default=None)
    return later.isoformat() if later else None
