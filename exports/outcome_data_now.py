"""The tables as they stand now, within the sites of a scope: one SQL statement each, whatever the study's size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, func, select

from edc.db import ALL, Base, Scope
from edc.queries.models import CLOSED, Query
from edc.records.models import FormRecord
from edc.study.models import Site, Subject, Visit
from exports.outcome_data_tables import StoredRecord, StoredRow, StoredVisit, Tables
from forms.outcome_records import CaseFile, Source

AT_ONCE = 5000

_record: Table = FormRecord.__table__  # type: ignore[assignment]
_subject: Table = Subject.__table__  # type: ignore[assignment]
_site: Table = Site.__table__  # type: ignore[assignment]
_visit: Table = Visit.__table__  # type: ignore[assignment]
_query: Table = Query.__table__  # type: ignore[assignment]


def current_tables(connection: Connection, scope: Scope, sources: Sequence[Source]) -> Tables:
    """What the tables hold of the participants in the scope."""
    forms = sorted({source.crf.oid for source in sources})
    open_ones = within(select(func.count()).select_from(_query).where(_query.c.status != CLOSED), _query, scope)
    return Tables(
        subjects={uid: CaseFile(*rest) for uid, *rest in _read(connection, _subjects(scope))},
        visits=map(StoredVisit._make, _read(connection, _visits(scope))),
        records=map(StoredRecord._make, _read(connection, _records(scope, forms))),
        rows={source.key: _rows(connection, scope, source) for source in sources},
        open_queries=connection.scalar(open_ones) or 0,
    )


def within(statement: Select[Any], table: Table, scope: Scope) -> Select[Any]:
    """The statement narrowed to the sites of the scope."""
    return statement if scope.sites is ALL else statement.where(table.c.site_uid.in_(sorted(scope.sites)))


def _read(connection: Connection, statement: Select[Any]) -> Iterator[Any]:
    yield from connection.execute(statement, execution_options={"yield_per": AT_ONCE})


def _subjects(scope: Scope) -> Select[Any]:
    columns = (_subject.c.uid, _subject.c.code, _site.c.code, _subject.c.c1d1, _subject.c.last_dose, _subject.c.locked)
    return within(select(*columns).join(_site, _site.c.uid == _subject.c.site_uid), _subject, scope)


def _visits(scope: Scope) -> Select[Any]:
    return within(select(*(_visit.c[name] for name in VISIT_COLUMNS)), _visit, scope)


def _records(scope: Scope, forms: Sequence[str]) -> Select[Any]:
    chosen = select(*(_record.c[name] for name in RECORD_COLUMNS))
    return within(chosen.where(_record.c.removed.is_(False), _record.c.crf_oid.in_(forms)), _record, scope)


VISIT_COLUMNS = ("uid", "subject_uid", "oid", "label", "course", "visit_date")
RECORD_COLUMNS = ("uid", "subject_uid", "visit_uid", "crf_oid", "repeat_no")


def _rows(connection: Connection, scope: Scope, source: Source) -> Iterator[StoredRow]:
    table = Base.metadata.tables[source.table]
    names = source.columns
    keys: list[Column[Any]] = [table.c.uid, *([table.c.record_uid, table.c.row_no] if source.group else [])]
    statement = within(select(*keys, *(table.c[name] for name in names)), table, scope)
    if source.group:
        statement = statement.where(table.c.removed.is_(False))
    for row in _read(connection, statement):
        record_uid, number = (row[1], row[2]) if source.group else (row[0], 1)
        yield StoredRow(row[0], record_uid, number, dict(zip(names, row[len(keys) :], strict=True)))
