"""The tables beside the CRFs in a release: participants, visits, form records, queries, verification, signatures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, String, Table, func, select

from edc.db import Base

AT_ONCE = 2000


@dataclass(frozen=True)
class PlainTable:
    """One audited table as a data file: its columns by name with the attribute that each shows."""

    name: str
    table_name: str
    columns: Mapping[str, str]
    subject: str = "subject_uid"

    @property
    def header(self) -> list[str]:
        """The names of the columns, the row's uid first."""
        return ["UID", *self.columns]

    @property
    def table(self) -> Table:
        """The database table."""
        return Base.metadata.tables[self.table_name]

    def rows(self, connection: Connection, subject_uids: Collection[str]) -> Iterator[list[Any]]:
        """The rows of some participants, in the order in which they were made."""
        table = self.table
        chosen = [table.c.uid, *[table.c[attribute] for attribute in self.columns.values()]]
        statement = select(*chosen).where(table.c[self.subject].in_(sorted(subject_uids))).order_by(table.c.uid)
        for row in connection.execution_options(yield_per=AT_ONCE).execute(statement):
            yield list(row)

    def count(self, connection: Connection, subject_uids: Collection[str]) -> tuple[int, int]:
        """Rows and values that the database holds, counted by the database."""
        table = self.table
        counts = [func.count(_filled(table.c[attribute])) for attribute in self.columns.values()]
        statement = select(func.count(), *counts).where(table.c[self.subject].in_(sorted(subject_uids)))
        rows, *values = connection.execute(statement).one()
        return rows, sum(values)

    def replay(self) -> dict[str, Any]:
        """How the verifier compares the file with the trail."""
        return {"entity": self.table_name, "key": "UID", "columns": dict(self.columns), "lists": [], "omit": []}


def _filled(column: Column[Any]) -> ColumnElement[Any]:
    """The column without empty texts, which are no values in a file."""
    return func.nullif(column, "") if isinstance(column.type, String) else column


def _columns(*names: str) -> dict[str, str]:
    return {name.upper(): name for name in names}


PLAIN_TABLES = (
    PlainTable(
        "subjects", "subject",
        _columns(
            "code", "screening_attempt", "status", "consent_date", "registration_date", "c1d1", "last_dose", "frozen",
            "locked",
        ),
        subject="uid",
    ),
    PlainTable(
        "visits", "visit",
        _columns(
            "subject_uid", "oid", "label", "course", "planned_on", "window_from", "window_to", "visit_date", "status"
        ),
    ),
    PlainTable(
        "form_records", "form_record",
        _columns(
            "subject_uid", "visit_uid", "crf_oid", "crf_version", "repeat_no", "row_version", "entry_status",
            "not_done_reason", "removed", "removed_reason", "signature_state", "frozen", "locked",
        ),
    ),
    PlainTable(
        "queries", "query",
        _columns(
            "number", "subject_uid", "record_uid", "row_uid", "item_oid", "place", "check_id", "source", "status",
            "text", "opened_by", "accepted",
        ),
    ),
    PlainTable(
        "verification", "item_review",
        _columns("subject_uid", "record_uid", "row_key", "item_oid", "status", "verified_by"),
    ),
    PlainTable(
        "signatures", "signature",
        _columns(
            "subject_uid", "record_uid", "printed_name", "role", "meaning", "row_version", "crf_version",
            "content_digest", "void_reason",
        ),
    ),
)  # fmt: skip
