"""What was done with a participant and when: the dates that checks of death and of leaving the study look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from forms.crf import procedure_crfs
from forms.derive.dates import DateLike
from forms.views import Record, Row, SubjectView


@dataclass(frozen=True)
class Procedure:
    """One dated procedure: the form that tells of it, the visit where it stands, and its date as recorded."""

    form: str
    visit: str
    date: DateLike

    def __str__(self) -> str:
        return f"{self.form}, {self.visit}" if self.visit else self.form


def procedures(subject: SubjectView) -> list[Procedure]:
    """Every dated visit, dose, sample and other procedure of a participant."""
    return [
        Procedure(record.crf.title, record.visit.label if record.visit else "", value)
        for oid in procedure_crfs()
        for record in subject.load(oid)
        for value in _dates(record)
    ]


def _dates(record: Record) -> Iterator[str | dt.date]:
    rows: list[Row] = [record, *(row for rows in record.group_rows.values() for row in rows)]
    for row in rows:
        for item in row.collection.items.values():
            if item.after_consent and (value := row.value(item.name)) is not None:
                yield value
