"""The time that a drug was given or a procedure took, as the checks of several CRFs need it.

Comparisons answer only what is certain: a date without a day or a clock time stands for all that it can mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from forms.derive.dates import DateLike, certainly_after, certainly_before, earliest, interval, latest
from forms.derive.steroids import prednisone_equivalent
from forms.episodes import given_slots, moment
from forms.infusions import given_infusions
from forms.views import Record, Row


def began(line: Row) -> str | None:
    """When a drug or procedure began, with its clock time where one is asked."""
    return moment(line.start, line.value("start_time"))


def ended(line: Row) -> str | None:
    """When it ended; None while it goes on or nobody says."""
    return moment(line.end, line.value("end_time"))


def may_cover(line: Row, first: DateLike, last: DateLike) -> bool:
    """Whether a line can have run at some time from first to last."""
    start, end = began(line), ended(line)
    if start is None or certainly_after(start, last):
        return False
    return end is None or not certainly_before(end, first)


def certainly_runs_at(line: Row, when: DateLike) -> bool:
    """Whether a drug was being given at a time; without clock times on both sides the day decides."""
    start, end = began(line), ended(line)
    if start is None or not _is_by(start, when):
        return False
    return line.value("ongoing") == "Y" if end is None else _is_by(when, end)


def _is_by(one: DateLike, other: DateLike) -> bool:
    """Whether `one` is certainly not after `other`."""
    spans = interval(one), interval(other)
    if all(span.is_minute for span in spans):
        return spans[0].earliest <= spans[1].earliest
    return latest(one) <= earliest(other)


def equivalent_of(line: Row) -> Decimal | None:
    """Prednisone in mg/day of a medication line, unrounded; None for what does not count as a systemic steroid."""
    if line.class_flag != "STEROID":
        return None
    given = line.drug, line.daily_dose, line.unit, line.route
    return None if None in given else prednisone_equivalent(*given)


def steroids_at(lines: Iterable[Row], when: DateLike) -> list[tuple[Row, Decimal]]:
    """The systemic steroid lines that ran at a time, each with its prednisone equivalent."""
    found = [(line, equivalent_of(line)) for line in lines if certainly_runs_at(line, when)]
    return [(line, equivalent) for line, equivalent in found if equivalent is not None]


def dose_times(infusions: Iterable[Record], grids: Iterable[Record]) -> list[str]:
    """The starts of all given doses of both study drugs."""
    given = [*given_infusions(infusions), *given_slots(grids)]
    return [dose.start_dt for dose in given if dose.start_dt]


def is_treated(event: Row, lines: Sequence[Row], first: str, last: str) -> bool:
    """Whether a line names the event, or may have run while it was present."""
    return any(event.uid == line.ae_ref or may_cover(line, first, last) for line in lines)
