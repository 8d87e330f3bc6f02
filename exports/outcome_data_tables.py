"""What the three readers of the outcomes have in common: rows by table, put together into one case file each.

A reader gives participants, visits, form records and the rows of the forms that `forms.outcome_records` names, with
typed values; where they come from makes no difference from here on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from forms.crf import get_crf
from forms.outcome_records import CaseFile, PlainRecord, PlainRow, Source
from forms.schedule import find_visit
from forms.views import VisitView


class StoredVisit(NamedTuple):
    """A visit as stored."""

    uid: str
    subject_uid: str
    oid: str
    label: str
    course: int | None
    date: dt.date | None


class StoredRecord(NamedTuple):
    """The header of a filled-in form that was not removed."""

    uid: str
    subject_uid: str
    visit_uid: str | None
    crf_oid: str
    number: int


class StoredRow(NamedTuple):
    """A row of a form or of one of its groups; of a form, `record_uid` is its own uid."""

    uid: str
    record_uid: str
    number: int
    values: Mapping[str, Any]


@dataclass
class Tables:
    """Everything that a reader found; participants by uid, rows by the OIDs of form and group."""

    subjects: dict[str, CaseFile]
    visits: Iterable[StoredVisit]
    records: Iterable[StoredRecord]
    rows: dict[tuple[str, str], Iterable[StoredRow]] = field(default_factory=dict)
    open_queries: int = 0


def case_files(tables: Tables, sources: Sequence[Source]) -> list[CaseFile]:
    """The participants by code, each with its records."""
    visits = dict(_visits(tables))
    headers = {one.uid: one for one in tables.records if one.subject_uid in tables.subjects}
    made: dict[str, PlainRecord] = {}
    for source in sources:
        rows = tables.rows.get(source.key, ())
        if source.group is None:
            made |= {row.uid: _record(headers[row.uid], row, visits) for row in rows if row.uid in headers}
        else:
            _add_rows(made, rows, source)
    for uid, record in made.items():
        file = tables.subjects[headers[uid].subject_uid]
        file.records.setdefault(headers[uid].crf_oid, []).append(record)
    return sorted((_in_order(file) for file in tables.subjects.values()), key=lambda file: file.code)


def _visits(tables: Tables) -> Iterator[tuple[str, VisitView]]:
    kinds: dict[str, str] = {}
    for one in tables.visits:
        file = tables.subjects.get(one.subject_uid)
        if file is None:
            continue
        if one.date:
            file.visit_dates.append(one.date)
        kind = kinds.get(one.oid)
        if kind is None:
            kind = kinds[one.oid] = _kind(one.oid)
        yield one.uid, VisitView(one.uid, one.oid, one.label, kind, one.course, one.date)


def _kind(oid: str) -> str:
    found = find_visit(oid)
    return found.kind if found else ""


def _record(header: StoredRecord, row: StoredRow, visits: Mapping[str, VisitView]) -> PlainRecord:
    visit = visits.get(header.visit_uid or "")
    return PlainRecord(header.uid, header.number, get_crf(header.crf_oid), row.values, visit)


def _add_rows(made: Mapping[str, PlainRecord], rows: Iterable[StoredRow], source: Source) -> None:
    assert source.group is not None
    group = source.group
    for row in sorted(rows, key=lambda row: row.number):
        if record := made.get(row.record_uid):
            record.group_rows[group.oid].append(PlainRow(row.uid, row.number, group, row.values))


def _in_order(file: CaseFile) -> CaseFile:
    for records in file.records.values():
        records.sort(key=_place)
    file.visit_dates.sort()
    return file


def _place(record: Any) -> tuple[dt.date, str, int]:
    visit = record.visit
    day = visit.date if visit and visit.date else dt.date.max
    return day, visit.oid if visit else "", record.number
