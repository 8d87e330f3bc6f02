"""Large studies: one participant entered through the services, then copied row by row with new identities.

A copy with its trail is as whole as the original: digests are made anew, so `edc audit verify` finds nothing. Copies
without a trail only fill tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Table, insert, select, text

from audit.capture import Actor, Installation, new_uid
from audit.models import audit_change, audit_record
from audit.rows import Written, write_change
from edc.db import Base
from edc.records.book import SubjectBook
from edc.records.data_keys import data_cipher
from edc.records.identifiers import PREFIX, Cipher
from edc.records.saving import lock_subject
from edc.records.scheduling import add_visit
from edc.records.service import get_subject
from edc.web import shell
from forms.items import Answer
from forms.patch import RowPatch
from tests.casebook.study import demographics, enrol_participant, enter, saving

TERMS = (
    "Hypotension", "Chills", "Nausea", "Vomiting", "Diarrhea", "Fatigue", "Headache", "Anorexia", "Pruritus",
    "Dry mouth",
)  # fmt: skip
EVENTS = len(TERMS)
SAME = "DOSE NOT CHANGED"
EVENT: dict[str, object] = {
    "start_date": "2024-01-24", "ongoing": "Y", "serious": "N",
    "rel_nivolumab": "UNRELATED", "rel_il2": "UNRELATED", "action_nivolumab": SAME, "action_il2": SAME,
    "treatment_given": ("NONE",), "outcome": "NOT RECOVERED/NOT RESOLVED", "immune_related": "N",
}  # fmt: skip
_AT_ONCE = 200


def enter_original(app: Flask) -> str:
    """A participant with consent, demographics, two visits and ten adverse events; returns the code."""
    code = enrol_participant(app)
    demographics(app)
    enter(app, "screening", "VISIT", {"visit_occurred": "Y", "visit_date": dt.date(2024, 1, 10)})
    _begin_course(app, code)
    enter(app, "c1-d1", "VISIT", {"visit_occurred": "Y", "visit_date": dt.date(2024, 1, 22)})
    for number, term in enumerate(TERMS, start=1):
        grade = {"from_date": Answer("2024-01-24"), "grade": Answer("2")}
        words = {"verbatim": f"{term.lower()} as told", "ctcae_term": term, **EVENT}
        enter(app, None, "AE", words, {"GRADE": [RowPatch(None, grade)]}, repeat=number)
    return code


def _begin_course(app: Flask, code: str) -> None:
    with saving(app, act="visit:add") as act:
        subject = lock_subject(act.session, get_subject(act.session, code).uid)
        add_visit(act.session, SubjectBook(act.session, subject, act.now), "D1", 1)


@dataclass
class Original:
    """Every row of a participant, by table in the order of foreign keys, and the changes that made them."""

    code: str
    subject_uid: str
    rows: list[tuple[Table, list[dict[str, Any]]]]
    changes: list[tuple[dict[str, Any], list[dict[str, Any]]]]

    @property
    def entries(self) -> int:
        """Lines of the trail."""
        return sum(len(records) for _, records in self.changes)


def read_original(connection: Connection, code: str) -> Original:
    """Read a participant with the trail."""
    subject = Base.metadata.tables["subject"]
    uid = connection.execute(select(subject.c.uid).where(subject.c.code == code)).scalar_one()
    rows = [(table, _rows(connection, table, uid)) for table in _tables()]
    return Original(code, uid, [(table, found) for table, found in rows if found], _changes(connection, uid))


def _tables() -> list[Table]:
    names = ("subject", "visit", "form_record", "query", "query_message")
    return [t for t in Base.metadata.sorted_tables if t.name in names or t.name.startswith("crf_")]


def _rows(connection: Connection, table: Table, subject_uid: str) -> list[dict[str, Any]]:
    record = Base.metadata.tables["form_record"]
    mine = select(record.c.uid).where(record.c.subject_uid == subject_uid)
    query = Base.metadata.tables["query"]
    if table.name == "subject":
        condition = table.c.uid == subject_uid
    elif table.name == "query_message":
        condition = table.c.query_uid.in_(select(query.c.uid).where(query.c.subject_uid == subject_uid))
    elif "subject_uid" in table.c:
        condition = table.c.subject_uid == subject_uid
    else:
        condition = (table.c.record_uid if "record_uid" in table.c else table.c.uid).in_(mine)
    return [dict(row) for row in connection.execute(select(table).where(condition)).mappings()]


def _changes(connection: Connection, subject_uid: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    found: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    headers = select(audit_change).where(audit_change.c.subject_uid == subject_uid).order_by(audit_change.c.id)
    for header in connection.execute(headers).mappings():
        found[header["uid"]] = (dict(header), [])
    lines = select(audit_record).where(audit_record.c.change_uid.in_(found)).order_by(audit_record.c.id)
    for line in connection.execute(lines).mappings():
        found[line["change_uid"]][1].append(dict(line))
    return list(found.values())


class Copier:
    """Makes copies of one participant."""

    def __init__(self, app: Flask, code: str) -> None:
        parts = shell(app)
        self.engine = parts.engine
        self.cipher: Cipher = data_cipher(parts.engine, parts.keys, parts.study)
        self.installation: Installation = parts.installation
        with self.engine.connect() as connection:
            self.original = read_original(connection, code)
        self.queries = sum(len(rows) for table, rows in self.original.rows if table.name == "query")

    def copy(self, numbers: Sequence[int], *, with_trail: bool) -> None:
        """Add the participants of these numbers."""
        for start in range(0, len(numbers), _AT_ONCE):
            some = [self._identity(number) for number in numbers[start : start + _AT_ONCE]]
            with self.engine.begin() as connection:
                for table, rows in self.original.rows:
                    connection.execute(insert(table), [new(row) for new in some for row in rows])
                for new in some if with_trail else ():
                    self._write_trail(connection, new)

    def _identity(self, number: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """A function that gives a row the identity of a copy."""
        code = f"001-{number:05}"
        changed: dict[Any, Any] = {self.original.code: code}
        for table, rows in self.original.rows:
            for row in rows:
                if row["uid"] not in changed:
                    changed[row["uid"]] = new_uid()
                for name, value in row.items():
                    if isinstance(value, str) and value.startswith(PREFIX):
                        changed[value] = self._seal_again(table, name, row["uid"], changed[row["uid"]], value)

        def new(row: dict[str, Any]) -> dict[str, Any]:
            made = {name: changed.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
            for name in ("path", "place"):
                if isinstance(made.get(name), str):
                    made[name] = made[name].replace(self.original.code, code)
            if "number" in made:
                made["number"] = made["number"] + number * max(self.queries, 1)
            return made

        return new

    def _seal_again(self, table: Table, name: str, old_uid: str, new_row: str, value: str) -> str:
        oid = f"{table.name.removeprefix('crf_').upper()}.{name.upper()}"
        found = self._oids.get(name, oid)
        return self.cipher.seal(self.cipher.open(value, f"{old_uid}|{found}"), f"{new_row}|{found}")

    @property
    def _oids(self) -> dict[str, str]:
        return {line["attribute"]: line["oid"] for _, lines in self.original.changes for line in lines}

    def _write_trail(self, connection: Connection, new: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        for header, lines in self.original.changes:
            by = Actor(header["user_uid"], header["user_name"], header["role"], header["process"])
            subject = new({"uid": self.original.subject_uid})["uid"]
            written = Written(new_uid(), by, header["act"], header["reason"], None, header["site_uid"], subject)
            records = [_without(new(line), ("id", "change_uid")) for line in lines]
            write_change(connection, written, records, self.installation)


def _without(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def analyse(connection: Connection) -> None:
    """Let the database look at its new sizes, as it would by itself in time."""
    connection.execute(text("ANALYZE"))
