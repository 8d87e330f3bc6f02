"""The tables as they stood at a moment, replayed from the trail, for the participants that the scope sees today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from audit.trail import Line, lines_by_row
from edc.db import Scope
from edc.queries.models import CLOSED
from edc.study.models import Site, Subject
from exports.outcome_data_now import RECORD_COLUMNS, VISIT_COLUMNS, within
from exports.outcome_data_tables import StoredRecord, StoredRow, StoredVisit, Tables
from forms.outcome_records import CaseFile, Source
from forms.reading import from_canonical

_subject: Table = Subject.__table__  # type: ignore[assignment]
_site: Table = Site.__table__  # type: ignore[assignment]

Read = Callable[[str], Any]
TRUE = "true"
READERS: Mapping[str, Read] = {
    "course": int, "repeat_no": int, "row_no": int, "visit_date": dt.date.fromisoformat, "c1d1": dt.date.fromisoformat,
    "last_dose": dt.date.fromisoformat,
}  # fmt: skip


@dataclass(frozen=True)
class Replay:
    """The trail up to a moment, narrowed to the participants of a scope."""

    connection: Connection
    scope: Scope
    moment: dt.datetime

    @property
    def _participants(self) -> Select[Any]:
        # Whose participant somebody is today decides; what was recorded at another site before a move goes along.
        return within(select(_subject.c.uid), _subject, self.scope)

    def rows(self, entity: str, attributes: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
        """The rows of an entity at the moment: uid, and text by attribute without what is empty."""
        found = lines_by_row(
            self.connection, entity, self.moment, subjects=self._participants, attributes=attributes
        )
        for uid, lines in found:
            yield uid, _latest(lines)


def _latest(lines: Sequence[Line]) -> dict[str, str]:
    latest = {line.attribute: line.new for line in lines}
    return {attribute: text for attribute, text in latest.items() if text is not None}


def replayed_tables(connection: Connection, scope: Scope, moment: dt.datetime, sources: Sequence[Source]) -> Tables:
    """What the tables held at the moment."""
    replay = Replay(connection, scope, moment)
    sites = {row.uid: row.code for row in connection.execute(select(_site.c.uid, _site.c.code))}
    forms = {source.crf.oid for source in sources}
    queries = (text.get("status") for _, text in replay.rows("query", ["status"]))
    return Tables(
        subjects=dict(_subjects(replay, sites)),
        visits=(_typed(StoredVisit, uid, text, VISIT_COLUMNS) for uid, text in replay.rows("visit", VISIT_COLUMNS)),
        records=(
            _typed(StoredRecord, uid, text, RECORD_COLUMNS)
            for uid, text in replay.rows("form_record", [*RECORD_COLUMNS, "removed"])
            if text["crf_oid"] in forms and text.get("removed") != TRUE
        ),
        rows={source.key: _rows(replay, source) for source in sources},
        open_queries=sum(status != CLOSED for status in queries),
    )


def _subjects(replay: Replay, sites: Mapping[str, str]) -> Iterator[tuple[str, CaseFile]]:
    for uid, text in replay.rows("subject", ["code", "site_uid", "c1d1", "last_dose", "locked"]):
        first, last = read_attribute("c1d1", text.get("c1d1")), read_attribute("last_dose", text.get("last_dose"))
        yield uid, CaseFile(text["code"], sites[text["site_uid"]], first, last, text.get("locked") == TRUE)


def read_attribute(name: str, text: str | None) -> Any:
    """The value of a column of participants, visits or records from its text in the trail."""
    return READERS.get(name, str)(text) if text else None


def _typed(kind: Any, uid: str, text: Mapping[str, str], names: Sequence[str]) -> Any:
    return kind(uid, *(read_attribute(name, text.get(name)) for name in names[1:]))


def _rows(replay: Replay, source: Source) -> Iterator[StoredRow]:
    # The site stands in every row, so that one without an answer is there as well.
    header = ("record_uid", "row_no", "removed") if source.group else ("site_uid",)
    for uid, text in replay.rows(source.table, [*source.columns, *header]):
        if text.get("removed") == TRUE:
            continue
        values = {name: typed_value(source, name, text[name]) for name in source.columns if name in text}
        record_uid, number = (text["record_uid"], int(text["row_no"])) if source.group else (uid, 1)
        yield StoredRow(uid, record_uid, number, values)


def typed_value(source: Source, column: str, text: str) -> object:
    """The value of a column of a form from its canonical text."""
    item = source.item(column)
    return text if item is None else from_canonical(item, text)
