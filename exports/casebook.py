"""The casebook of one participant as PDF: every form as entered, with queries, verification, signatures and trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import BinaryIO

from audit.trail import Entry as TrailEntry
from audit.trail import subject_history
from edc.clock import instant_text
from edc.db import Session
from edc.queries.models import Query
from edc.queries.service import list_for_record
from edc.records.axes import items_to_verify
from edc.records.book import Entry, SubjectBook
from edc.records.models import CHANGED, VERIFIED, FormRecord, ItemReview, Signature
from edc.records.service import list_records
from edc.review.signing import list_signatures
from edc.review.verification import list_verifiable
from exports.pdf_blocks import (
    HistoryLine,
    ItemLine,
    Message,
    SignatureLine,
    draw_history,
    draw_items,
    draw_legend,
    draw_signature,
    draw_thread,
)  # fmt: skip
from exports.pdf_document import CasebookDocument, Column
from exports.pdf_frame import Imprint
from forms.crf import Group
from forms.evaluation import is_visible
from forms.items import Item, Reference
from forms.reading import canonical, display
from forms.views import Row

#: How many items of a row with more than that stand in columns: those that name it.
NAMING = 3
WIDEST_TABLE = 5
# Attributes that say in uids and numbers what each line of the appendix says in its path, time and name.
TECHNICAL = frozenset(
    [
        "site_uid",
        "subject_uid",
        "visit_uid",
        "record_uid",
        "query_uid",
        "user_uid",
        "place",
        "created_at",
        "changed_at",
        "row_version",
        "crf_oid",
        "crf_version",
        "repeat_no",
        "row_no",
        "row_key",
        "position",
        "item_oid",
        "item_name",
        "at",
        "opened_at",
        "verified_at",
        "signed_at",
        "subject_code",
        "origins",
        "user_name",
        "role",
        "opened_by",
        "verified_by",
    ]
)
APPENDIX = "Every value, reason and act. Uids and times that repeat a line's own are in the CSV file of the trail."


class CasebookWriter:
    """Writes one participant's casebook into a document; reads form by form."""

    def __init__(self, session: Session, book: SubjectBook, document: CasebookDocument, *, identifiers: bool) -> None:
        self._session, self._book, self._document = session, book, document
        self._identifiers = identifiers
        self._zone = book.subject.site.time_zone
        self._names: dict[str, str] = {}

    def write(self) -> None:
        """Visits with their forms, the logs, then the trail of the participant as an appendix."""
        subject = self._book.subject
        state = " locked" if subject.locked else " frozen" if subject.frozen else ""
        self._document.participant(subject.code, site=f"{subject.site.code} {subject.site.name}{state}")
        records = list_records(self._session, subject)
        self._prepare_names(records)
        marks = self._read_marks(records)
        for title, group in groupby(records, key=lambda r: r.visit.label if r.visit else "Logs"):
            self._document.visit(title)
            for record in group:
                self._form(record, *marks)
        self._document.section(f"Audit trail of {subject.code}")
        self._document.text(APPENDIX)
        draw_history(self._document, self._history())
        draw_legend(self._document)

    def _prepare_names(self, records: Iterable[FormRecord]) -> None:
        for record in records:
            entry = self._book.entry(record)
            self._names[record.uid] = f"{entry.crf.title} {record.repeat_no}"
            for rows in entry.groups.values():
                self._names |= {row.uid: row.title for row in rows}

    def _read_marks(
        self, records: Sequence[FormRecord]
    ) -> tuple[dict[str, list[Query]], dict[tuple[str, str, str], ItemReview], dict[str, list[Signature]]]:
        uids = [record.uid for record in records]
        queries: dict[str, list[Query]] = {}
        for query in list_for_record(self._session, uids) if uids else []:
            queries.setdefault(query.record_uid, []).append(query)
        entries = [self._book.entry(record) for record in records]
        reviews = {
            (one.entry.header.uid, one.row_key, one.item.name): one.review
            for one in (list_verifiable(self._session, entries) if entries else [])
            if one.review is not None
        }
        signatures: dict[str, list[Signature]] = {}
        for signature in list_signatures(self._session, uids):
            signatures.setdefault(signature.record_uid, []).append(signature)
        return queries, reviews, signatures

    def _form(
        self, record: FormRecord, queries: dict[str, list[Query]], reviews: dict[tuple[str, str, str], ItemReview],
        signatures: dict[str, list[Signature]],
    ) -> None:  # fmt: skip
        entry = self._book.entry(record)
        line = f" {record.repeat_no}" if record.visit is None or record.repeat_no > 1 else ""
        state = "locked" if record.locked or record.subject.locked else "frozen" if record.frozen else ""
        self._document.form(entry.crf.title + line, version=record.crf_version, state=state)
        self._document.text(self._status(record))
        draw_items(self._document, self._items(entry, entry.view, "", reviews))
        for group in entry.crf.groups.values():
            self._group(entry, group, reviews)
        for query in reversed(queries.get(record.uid, [])):
            self._query(query)
        for signature in signatures.get(record.uid, []):
            self._signature(signature)

    def _status(self, record: FormRecord) -> str:
        parts = [f"Entry: {record.entry_status}"]
        if record.not_done_reason:
            parts.append(f"not done: {record.not_done_reason}")
        if record.removed:
            parts.append(f"line removed: {record.removed_reason}")
        parts.append(f"{record.verified} of {record.to_verify} items verified")
        if record.changed_since:
            parts.append(f"{record.changed_since} changed since verified")
        return ". ".join(parts) + "."

    def _items(
        self, entry: Entry, row: Row, row_key: str, reviews: dict[tuple[str, str, str], ItemReview]
    ) -> Iterator[ItemLine]:
        asked = {item.name for _, key, _, item in items_to_verify(entry) if key == row_key}
        for item in row.collection.items.values():
            answer = row.answer(item.name)
            if not answer.is_given and not is_visible(item, row, entry.view):
                continue
            review = reviews.get((entry.header.uid, row_key, item.name))
            origin = "" if answer.origin in ("typed", "derived") or not answer.is_given else answer.origin
            yield ItemLine(
                label=item.label, value=self._value(item, row) or None, unit=item.unit,
                missing=answer.missing or "", note=origin,
                marks=self._marks(item, answer.is_given, review, item.name in asked),
            )  # fmt: skip

    def _marks(self, item: Item, is_given: bool, review: ItemReview | None, is_asked: bool) -> str:
        if item.derived:
            return "*"
        if not is_given or not is_asked:
            return ""
        status = review.status if review else ""
        return "[x]" if status == VERIFIED else "[!]" if status == CHANGED else "[ ]"

    def _value(self, item: Item, row: Row) -> str:
        value = row.value(item.name)
        if value is None:
            return ""
        if item.identifier and not self._identifiers:
            return f"{(canonical(item, value) or '')[:4]} (year only)"
        if isinstance(item, Reference):
            uids = value if isinstance(value, tuple) else (value,)
            return "; ".join(self._names.get(uid, "a removed line") for uid in uids)
        return display(item, value)

    def _group(self, entry: Entry, group: type[Group], reviews: dict[tuple[str, str, str], ItemReview]) -> None:
        rows = entry.view.rows(group.oid)
        removed = [row for row in entry.groups[group.oid] if row.removed]
        if not rows and not removed:
            return
        self._document.heading(group.title)
        items = [i for i in group.items.values() if any(row.answer(i.name).is_given for row in rows)]
        if len(items) <= WIDEST_TABLE:
            self._short_rows(entry, rows, items, reviews)
        else:
            self._long_rows(entry, rows, items, reviews)
        for gone in removed:
            self._document.text(f"Row {gone.row_no} was removed: {gone.removed_reason}")

    def _short_rows(
        self, entry: Entry, rows: Sequence[Row], items: Sequence[Item],
        reviews: dict[tuple[str, str, str], ItemReview],
    ) -> None:  # fmt: skip
        columns = [Column("No.", 6), *[Column(item.label, 94 / max(len(items), 1)) for item in items]]
        self._document.table(columns, (self._short_row(entry, row, items, reviews) for row in rows))

    def _long_rows(
        self, entry: Entry, rows: Sequence[Row], items: Sequence[Item],
        reviews: dict[tuple[str, str, str], ItemReview],
    ) -> None:  # fmt: skip
        """What names a row side by side, its other answers in words beside that."""
        first, rest = items[:NAMING], items[NAMING:]
        columns = [Column("No.", 5), *[Column(item.label, 45 / NAMING) for item in first], Column("Answers", 50)]
        self._document.table(
            columns,
            ((*self._short_row(entry, row, first, reviews), self._in_words(entry, row, rest, reviews)) for row in rows),
        )

    def _in_words(
        self, entry: Entry, row: Row, items: Sequence[Item], reviews: dict[tuple[str, str, str], ItemReview]
    ) -> str:
        told = [item for item in items if row.answer(item.name).is_given or not item.is_computed]
        cells = self._short_row(entry, row, told, reviews)[1:]
        return "; ".join(f"{item.label}: {cell}" for item, cell in zip(told, cells, strict=True) if cell)

    def _short_row(
        self, entry: Entry, row: Row, items: Sequence[Item], reviews: dict[tuple[str, str, str], ItemReview]
    ) -> tuple[str, ...]:
        cells = [str(row.number)]
        for item in items:
            answer = row.answer(item.name)
            text = self._value(item, row) or (f"[{answer.missing}]" if answer.missing else "")
            unit = f" {item.unit}" if item.unit and answer.value is not None else ""
            mark = self._marks(item, answer.is_given, reviews.get((entry.header.uid, row.uid, item.name)), True)
            cells.append(f"{text}{unit} {mark}".strip())
        return tuple(cells)

    def _query(self, query: Query) -> None:
        about = query.item_oid or "the whole form"
        messages = [
            Message(self._instant(m.at), f"{m.user_name} ({m.role.replace('_', ' ')}), {m.act}", m.text)
            for m in query.messages
        ]
        draw_thread(self._document, f"Query {query.number} on {about}: {query.status}", messages)

    def _signature(self, signature: Signature) -> None:
        void = f"{self._instant(signature.voided_at)}: {signature.void_reason}" if signature.voided_at else ""
        draw_signature(
            self._document,
            SignatureLine(
                f"{signature.printed_name}, {signature.role.replace('_', ' ')}", self._instant(signature.signed_at),
                signature.meaning, signature.content_digest, void,
            ),
        )  # fmt: skip

    def _history(self) -> Iterator[HistoryLine]:
        for line in subject_history(self._session.connection(), self._book.subject.uid):
            if line.attribute not in TECHNICAL:
                yield history_line(line, self._zone)

    def _instant(self, at: object) -> str:
        return instant_text(at, self._zone)  # type: ignore[arg-type]


def history_line(line: TrailEntry, zone: str) -> HistoryLine:
    """One entry of the trail as the appendix prints it."""
    return HistoryLine(
        at=instant_text(line.at, zone), who=f"{line.user_name} ({line.role.replace('_', ' ')})",
        item=f"{line.path} {line.oid}", old=shown_text(line.old), new=shown_text(line.new), reason=line.reason or "",
    )  # fmt: skip


def shown_text(text: str | None) -> str | None:
    """A value of the trail as people read it; sealed identifiers are not shown."""
    return "(identifier, sealed)" if text is not None and text.startswith("enc1:") else text


def write_casebook(
    session: Session, book: SubjectBook, target: BinaryIO, imprint: Imprint, *, identifiers: bool
) -> int:
    """Write the casebook of one participant; returns the number of pages."""
    document = CasebookDocument(target, imprint)
    CasebookWriter(session, book, document, identifiers=identifiers).write()
    return document.finish()
