"""The swimmer: what happened to each participant, in weeks since the first dose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from exports.analysis_cases import Case
from exports.outcome_shapes import ADMISSION, DEATH, GIVEN, NIVOLUMAB, PROGRESSION, RESPONSE, Lane, Mark
from forms.derive.recist_response import CR, PD, PR
from forms.derive.survival import EMA


def lanes(cases: Sequence[Case]) -> tuple[Lane, ...]:
    """The participants, longest followed first."""
    found = [_lane(case) for case in cases]
    return tuple(sorted(found, key=lambda lane: (-lane.weeks, lane.subject)))


def _lane(case: Case) -> Lane:
    marks = sorted((Mark(case.week(day), kind) for day, kind in _happened(case)), key=lambda mark: mark.week)
    return Lane(case.code, case.week(last_known(case)), case.best.response, tuple(marks), is_followed(case))


def last_known(case: Case) -> dt.date:
    """The last day by the cut-off on which something is known of a participant."""
    days = [case.first_dose, *(day for day, _ in _happened(case)), *(one.date for one in case.until_cutoff())]
    seen = case.of.last_contact
    return max([*days, *([min(seen, case.cutoff)] if seen else [])])


def is_followed(case: Case) -> bool:
    """Whether the participant is alive and still in the study at the cut-off."""
    seen = case.of.last_contact
    return case.died_on is None and not (case.of.has_left and (seen is None or seen <= case.cutoff))


def _happened(case: Case) -> Iterator[tuple[dt.date, str]]:
    if case.best.response in (CR, PR) and case.best.date:
        yield case.best.date, RESPONSE
    if case.pfs[EMA].kind == PD:
        yield case.pfs[EMA].date, PROGRESSION
    given = (one.day for one in case.of.infusions if one.is_given and one.day and one.day <= case.cutoff)
    yield from ((day, NIVOLUMAB) for day in given)
    yield from ((day, ADMISSION) for day in _admissions(case))
    if case.died_on:
        yield case.died_on, DEATH


def _admissions(case: Case) -> list[dt.date]:
    """The day of the first dose of each admission."""
    first: dict[tuple[int, int], dt.date] = {}
    for one in case.of.slots:
        if one.state == GIVEN and one.day and one.day <= case.cutoff:
            key = one.course, one.admission
            first[key] = min(one.day, first.get(key, one.day))
    return sorted(first.values())
