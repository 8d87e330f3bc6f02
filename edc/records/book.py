"""One participant's records for the length of a request: loaded CRF by CRF as they are named, seen as plain views."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from sqlalchemy import Select, select
from sqlalchemy.orm import lazyload

from edc.clock import local
from edc.db import Session
from edc.records.identifiers import Cipher
from edc.records.models import FormRecord
from edc.records.shelf import GroupRows, Shelf, shelf_of
from edc.records.site_tables import SiteTables
from edc.records.tables import CRF_TABLES, GROUP_TABLES, CrfRow, GroupRow, ItemRow
from edc.study.models import Subject, Visit
from forms import evaluation
from forms.crf import CRF, get_crf
from forms.items import Answer, Item
from forms.reading import canonical, from_canonical
from forms.study import SETTINGS
from forms.views import Record, Row, SubjectView, VisitView

AnyRow = TypeVar("AnyRow", CrfRow, GroupRow)
MOST_COLUMNS = 400
# The participant is known, and visits are read in one statement.
_LONE = lazyload(FormRecord.subject), lazyload(FormRecord.visit)


@dataclass
class Entry:
    """A record as stored and as checks see it, side by side."""

    header: FormRecord
    row: CrfRow
    groups: dict[str, list[GroupRow]]
    view: Record
    stored: dict[str, ItemRow] = field(default_factory=dict)

    @property
    def crf(self) -> type[CRF]:
        """The definition of the record."""
        return get_crf(self.header.crf_oid)

    def live_rows(self, group: str) -> list[GroupRow]:
        """The rows of a group that were not removed."""
        return [row for row in self.groups[group] if not row.removed]


class _Lazy(Sequence[VisitView]):
    """Visits that are read from the database when the first check looks at them."""

    def __init__(self, read: Callable[[], list[VisitView]]) -> None:
        self._read = read
        self._seen: list[VisitView] | None = None

    def _list(self) -> list[VisitView]:
        if self._seen is None:
            self._seen = self._read()
        return self._seen

    @overload
    def __getitem__(self, index: int) -> VisitView: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[VisitView]: ...
    def __getitem__(self, index: int | slice) -> VisitView | Sequence[VisitView]:
        return self._list()[index]

    def __len__(self) -> int:
        return len(self._list())


class _StoredRow(Row):
    """A group row of the database; most rules of other forms never look at it."""

    __slots__ = ("_read",)

    def __init__(self, row: GroupRow, read: Callable[[], dict[str, Answer]]) -> None:
        self.uid, self.number, self.collection = row.uid, row.row_no, row.collection
        self._read = read

    def __getattr__(self, name: str) -> Any:
        if name != "answers":
            return super().__getattr__(name)
        self.answers = self._read()
        return self.answers


def visit_view(visit: Visit) -> VisitView:
    """A visit as checks see it."""
    return VisitView(
        visit.uid, visit.oid, visit.label, visit.kind, visit.course, visit.visit_date,
        visit.planned_on, visit.window_from, visit.window_to, visit.status, visit.appeared_on,
    )  # fmt: skip


class SubjectBook:
    """The records of one participant, at one instant, in one session."""

    def __init__(self, session: Session, subject: Subject, now: dt.datetime) -> None:
        self.session = session
        self.subject = subject
        self.now = now
        self._entries: dict[str, list[Entry]] = {}
        self._visits: list[Visit] | None = None
        self._site_tables = SiteTables(session, subject)

    @property
    def cipher(self) -> Cipher:
        """The cipher of identifying values, given to the session where it was made."""
        cipher: Cipher = self.session.info["cipher"]
        return cipher

    @property
    def visits(self) -> list[Visit]:
        """The participant's visits in order of position."""
        return self._read_visits()

    def _read_visits(self) -> list[Visit]:
        """All visits in one statement, where each header would read its own."""
        if self._visits is None:
            statement = select(Visit).where(Visit.subject_uid == self.subject.uid)
            self._visits = sorted(self.session.scalars(statement), key=lambda visit: visit.position)
        return self._visits

    def forget_visits(self) -> None:
        """Read the visits anew at the next look, after some were added."""
        self._visits = None

    def see_visits_anew(self) -> None:
        """Let the records that were read already see their visits as they stand now."""
        for entry in (entry for entries in self._entries.values() for entry in entries):
            if entry.header.visit is not None:
                entry.view.visit = visit_view(entry.header.visit)

    def add_visits(self, made: Sequence[Visit]) -> None:
        """Count visits in that were made just now."""
        self._visits = sorted([*self.visits, *made], key=lambda visit: visit.position)

    @property
    def present(self) -> frozenset[str]:
        """The CRFs of which the participant has records."""
        statement = select(FormRecord.crf_oid).where(FormRecord.subject_uid == self.subject.uid).distinct()
        return frozenset(self.session.scalars(statement)) | self._entries.keys()

    def view(self) -> SubjectView:
        """The participant as checks see it; records and visits come on demand."""
        subject = self.subject
        return SubjectView(
            code=subject.code,
            now=local(self.now, subject.site.time_zone).strftime("%Y-%m-%dT%H:%M"),
            load=self.load,
            load_removed=self.load_removed,
            consent_date=subject.consent_date,
            registration_date=subject.registration_date,
            c1d1=subject.c1d1,
            last_dose=subject.last_dose,
            visits=_Lazy(lambda: [visit_view(visit) for visit in self.visits]),
            site=self._site_tables,
            study={key: setting.value for key, setting in SETTINGS.items()},
        )

    def load(self, oid: str) -> list[Record]:
        """All records of a CRF that were not removed, in the order of visit and repeat."""
        return [entry.view for entry in self.entries(oid) if not entry.header.removed]

    def load_removed(self, oid: str) -> list[Record]:
        """The records of a CRF that were removed."""
        return [entry.view for entry in self.entries(oid) if entry.header.removed]

    def entries(self, oid: str) -> list[Entry]:
        """All records of a CRF with their rows as stored, removed ones included."""
        if oid not in self._entries:
            found = self._read(oid, self.headers(oid))
            self._entries[oid] = sorted(found, key=lambda e: (_position(e.header), e.header.repeat_no))
        return self._entries[oid]

    def headers(self, oid: str) -> list[FormRecord]:
        """The headers of all records of a CRF, removed ones included.

        One statement brings its rows too, and the headers of the CRFs that are looked at together with it. Whoever
        holds the participant goes on to save and looks at all of them: their rows come in few statements as well.
        """
        shelf = self._shelf
        if oid not in shelf.logs and shelf.is_held:
            self.fetch(evaluation.neighbours(oid))
        elif oid not in shelf.logs:
            around = evaluation.neighbours(oid) - shelf.logs.keys()
            shelf.logs |= {other: [] for other in around}
            for header, row in self.session.execute(self._statement(CRF_TABLES[oid], around)):
                shelf.logs[header.crf_oid].append(header)
                if row is not None:
                    shelf.rows[header.uid] = row
        return shelf.logs[oid]

    def fetch(self, oids: Collection[str]) -> None:
        """Put all records of several CRFs on the shelf with their rows and groups, many tables in one statement."""
        missing = sorted(set(oids) - self._shelf.logs.keys())
        for part in _in_parts({oid: CRF_TABLES[oid] for oid in missing}):
            self._fetch_records(part)
        held = [oid for oid in missing if self._shelf.logs[oid]]
        for groups in _groups_abreast(held):
            for some in _in_parts(groups):
                self._fetch_groups(some)

    def _fetch_records(self, tables: Mapping[str, type[CrfRow]]) -> None:
        shelf, statement = self._shelf, self._of_subject(select(FormRecord, *tables.values()), tables)
        for table in tables.values():
            statement = statement.outerjoin(table, table.uid == FormRecord.uid)
        shelf.logs |= {oid: [] for oid in tables}
        for header, *rows in self.session.execute(statement.options(*_LONE)):
            shelf.logs[header.crf_oid].append(header)
            shelf.groups[header.uid] = {group: [] for group in get_crf(header.crf_oid).groups}
            if (row := next(filter(None, rows), None)) is not None:
                shelf.rows[header.uid] = row

    def _fetch_groups(self, tables: Mapping[str, type[GroupRow]]) -> None:
        """The rows of one group of each of several CRFs: a record has rows in one of these tables at most."""
        statement = self._of_subject(select(*tables.values()).select_from(FormRecord), tables)
        for table in tables.values():
            statement = statement.outerjoin(table, table.record_uid == FormRecord.uid)
        found = [row for rows in self.session.execute(statement) for row in rows if row is not None]
        for row in sorted(found, key=lambda row: row.row_no):
            self._shelf.groups[row.record_uid][row.collection.oid].append(row)

    def _of_subject(self, statement: Select[*tuple[Any, ...]], oids: Collection[str]) -> Select[*tuple[Any, ...]]:
        return statement.where(FormRecord.subject_uid == self.subject.uid, FormRecord.crf_oid.in_(sorted(oids)))

    @property
    def _shelf(self) -> Shelf:
        return shelf_of(self.session, self.subject.uid)

    def _statement(self, table: type[CrfRow], oids: Collection[str]) -> Select[FormRecord, CrfRow]:
        return (
            select(FormRecord, table)
            .outerjoin(table, table.uid == FormRecord.uid)
            .where(FormRecord.subject_uid == self.subject.uid, FormRecord.crf_oid.in_(oids))
            .options(*_LONE)
        )

    def entry(self, header: FormRecord) -> Entry:
        """The entry of one record; a record that is new to the database gets an empty one."""
        entries = self._entries.get(header.crf_oid)
        if entries is None:
            entries = self.entries(header.crf_oid)
        for entry in entries:
            if entry.header.uid == header.uid:
                return entry
        entry = self._empty(header)
        entries.append(entry)
        return entry

    def one(self, header: FormRecord) -> Entry:
        """The entry of one record, read alone: for pages that show nothing else of its CRF."""
        if header.crf_oid in self._entries:
            return self.entry(header)
        if not header.row_version:
            return self._empty(header)
        is_whole = is_read_whole(self.session, self.subject.uid, header.crf_oid)
        self._fetch(header.crf_oid, self.headers(header.crf_oid) if is_whole else [header])
        return self._stored(header)

    def _read(self, oid: str, headers: list[FormRecord]) -> list[Entry]:
        """The entries of some records."""
        self._fetch(oid, headers)
        if any(header.visit_uid for header in headers):
            self._read_visits()
        return [self._stored(header) for header in headers]

    def _stored(self, header: FormRecord) -> Entry:
        shelf = self._shelf
        return self._entry(header, shelf.rows[header.uid], _copied(shelf.groups[header.uid]))

    def _fetch(self, oid: str, headers: list[FormRecord]) -> None:
        """Put the rows of some records on the shelf, unless this transaction read them before."""
        shelf, uids = self._shelf, [header.uid for header in headers]
        if missing := [uid for uid in uids if uid not in shelf.rows]:
            table = CRF_TABLES[oid]
            shelf.rows |= {row.uid: row for row in self.session.scalars(select(table).where(table.uid.in_(missing)))}
        if missing := [uid for uid in uids if uid not in shelf.groups]:
            shelf.groups |= {uid: {group: [] for group in get_crf(oid).groups} for uid in missing}
            for group in get_crf(oid).groups:
                self._read_groups(GROUP_TABLES[oid, group], missing)

    def _read_groups(self, table: type[GroupRow], record_uids: list[str]) -> None:
        statement = select(table).where(table.record_uid.in_(record_uids)).order_by(table.row_no)
        for row in self.session.scalars(statement):
            self._shelf.groups[row.record_uid][table.collection.oid].append(row)

    def _empty(self, header: FormRecord) -> Entry:
        row = CRF_TABLES[header.crf_oid]()
        row.uid, row.site_uid = header.uid, header.site_uid
        row.stored_under = header
        return self._entry(header, row, {group: [] for group in get_crf(header.crf_oid).groups})

    def _entry(self, header: FormRecord, row: CrfRow, groups: dict[str, list[GroupRow]]) -> Entry:
        visit = visit_view(header.visit) if header.visit is not None else None
        record = Record(
            header.uid, header.repeat_no, get_crf(header.crf_oid), visit=visit, entry_status=header.entry_status,
            version=header.crf_version,
        )  # fmt: skip
        entry = Entry(header, row, groups, record, {row.uid: row})
        self.attach(entry, row)
        record.answers = self.answers(entry, row)
        for group, stored in groups.items():
            for group_row in stored:
                self.attach(entry, group_row)
                if not group_row.removed:
                    record.group_rows[group].append(self.row_view(entry, group_row))
        return entry

    def attach(self, entry: Entry, row: ItemRow) -> None:
        """Join a stored row to its record header."""
        row.attach(entry.header)
        entry.stored[row.uid] = row

    def row_view(self, entry: Entry, row: GroupRow) -> Row:
        """A stored group row as checks see it; its answers are read when the first rule looks at them."""
        return _StoredRow(row, lambda: self.answers(entry, row))

    def answers(self, entry: Entry, row: ItemRow) -> dict[str, Answer]:
        """The answers of a stored row with identifying values opened."""
        answers = row.answers()
        for item in row.collection.items.values():
            answer = answers.get(item.name)
            if item.identifier and answer is not None and answer.value is not None:
                text = self.cipher.open(str(answer.value), context_of(row, item))
                answers[item.name] = Answer(from_canonical(item, text), answer.missing, answer.origin)
        return answers

    def store(self, row: ItemRow, item: Item, answer: Answer) -> None:
        """Store an answer in its row, sealing identifying values."""
        if item.identifier and answer.value is not None:
            text = canonical(item, answer.value) or ""
            answer = Answer(self.cipher.seal(text, context_of(row, item)), answer.missing, answer.origin)
        row.store(item.name, answer)


def _in_parts(tables: Mapping[str, type[AnyRow]]) -> Iterator[dict[str, type[AnyRow]]]:
    """Tables by CRF in parts of so many columns that a wide row costs no more than the statements it saves."""
    part: dict[str, type[AnyRow]] = {}
    columns = 0
    for oid, table in tables.items():
        # An answer has its value and the reason why there is none.
        own = 2 * len(table.collection.items)
        if part and columns + own > MOST_COLUMNS:
            yield part
            part, columns = {}, 0
        part[oid] = table
        columns += own
    if part:
        yield part


def _groups_abreast(oids: Sequence[str]) -> Iterator[dict[str, type[GroupRow]]]:
    """The tables of groups by CRF: the first group of each, then the second of those that have one, and so on."""
    named = {oid: list(get_crf(oid).groups) for oid in oids}
    for place in range(max(map(len, named.values()), default=0)):
        yield {oid: GROUP_TABLES[oid, groups[place]] for oid, groups in named.items() if place < len(groups)}


def is_read_whole(session: Session, subject_uid: str, oid: str) -> bool:
    """Whether one record of a CRF is read together with all others: saving looks at them, and so does a line of a log.

    Whoever holds the participant goes on to save.
    """
    return shelf_of(session, subject_uid).is_held or get_crf(oid).log


def context_of(row: ItemRow, item: Item) -> str:
    """What a sealed value belongs to: `row uid|OID`."""
    return f"{row.uid}|{item.oid}"


def _copied(groups: GroupRows) -> GroupRows:
    """The groups of one entry, which adds rows to its own lists."""
    return {group: list(rows) for group, rows in groups.items()}


def _position(header: FormRecord) -> int:
    return header.visit.position if header.visit is not None else 0
