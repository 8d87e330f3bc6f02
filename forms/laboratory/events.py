"""Laboratory results and adverse events: a severe or significant result has its event (LB-05)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from forms.crf import Fail, check, fail
from forms.derive.lab_grades import SEVERE, terms_of
from forms.episodes import may_be_present
from forms.laboratory.wording import name_of, result_of
from forms.views import Record, Row

SIGNIFICANT, NOT_SIGNIFICANT = "CS", "NCS"
_READS = "self sample_dt subject.c1d1 all:AE"


@check(
    "LB-05", "{test} {x} is CTCAE grade {g} ({term}). Add or link an adverse event, or mark as not significant with "
    "reason.", on=_READS, target="ae_ref",
)  # fmt: skip
def severe_result_has_event(
    sample: Record, sample_dt: str, c1d1: dt.date, events: Sequence[Record]
) -> list[Fail]:  # fmt: skip
    """From the day of the first dose a grade of 3 or more, or a significant one, has an event or a reason why not."""
    return [
        fail("ae_ref", row, test=name_of(row), x=result_of(row), g=row.ctcae_grade, term=row.ctcae_term)
        for row in _without_event(sample, sample_dt, c1d1, events)
        if row.ctcae_term
    ]


@check(
    "LB-05", "{test} {x} is clinically significant. Add or link an adverse event, or mark as not significant.",
    on=_READS, target="ae_ref",
)  # fmt: skip
def significant_result_has_event(
    sample: Record, sample_dt: str, c1d1: dt.date, events: Sequence[Record]
) -> list[Fail]:  # fmt: skip
    """The same of a significant result that CTCAE does not grade."""
    return [
        fail("ae_ref", row, test=name_of(row), x=result_of(row))
        for row in _without_event(sample, sample_dt, c1d1, events)
        if not row.ctcae_term
    ]


def _without_event(sample: Record, sample_dt: str, c1d1: dt.date, events: Sequence[Record]) -> Iterator[Row]:
    """The results that ask for an event and have none, linked or present on the day of the sample."""
    day = sample_dt[:10]
    if day < c1d1.isoformat():
        return
    uids = {event.uid for event in events}
    for row in sample.rows("RESULT"):
        if asks_for_event(row) and row.ae_ref not in uids and not _has_event(row, day, events):
            yield row


def asks_for_event(row: Row) -> bool:
    """Whether a result is severe or significant and nobody has said why it is not."""
    is_waived = row.clinical_significance == NOT_SIGNIFICANT and row.ncs_reason
    return row.clinical_significance == SIGNIFICANT or ((row.ctcae_grade or 0) in SEVERE and not is_waived)


def _has_event(row: Row, day: str, events: Sequence[Record]) -> bool:
    terms = terms_that_fit(row)
    return any(event.ctcae_term in terms and may_be_present(event, day, day) for event in events)


def terms_that_fit(row: Row) -> Collection[str]:
    """The term of a graded result; of another one those that its test can have."""
    return (row.ctcae_term,) if row.ctcae_term else [term for term, _ in terms_of(row.panel, row.test)]
