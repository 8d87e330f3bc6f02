"""Where queries stand in a record, and answering those of an item with the note that the source says so."""

from __future__ import annotations

from collections.abc import Sequence

from edc.queries import service as queries
from edc.queries.models import OPEN, Query
from edc.records.book import Entry, SubjectBook
from edc.records.outcome import Saving
from edc.records.tables import GroupRow
from forms.items import EMPTY
from forms.patch import Patch, path_of
from forms.reading import canonical


def place_of(
    book: SubjectBook, record_uid: str, row_uid: str | None, item_name: str | None, entries: Sequence[Entry]
) -> queries.Place:
    """Where a query on an item stands."""
    entry = next(e for e in entries if e.header.uid == record_uid)
    row = entry.stored.get(row_uid or record_uid, entry.row)
    item = row.collection.items.get(item_name or "")
    value = row.answer(item.name) if item else EMPTY
    number = f"/{row.collection.oid}/{row.row_no}" if isinstance(row, GroupRow) else ""
    shown = None if item is None or item.identifier else (canonical(item, value.value) or value.missing)
    return queries.Place(
        entry.header.site_uid, book.subject.uid, book.subject.code, record_uid, entry.header.path + number,
        row_uid, item_name, item.oid if item else None, shown,
    )  # fmt: skip


def confirm(saving: Saving, entry: Entry, patch: Patch, asked: Sequence[Query]) -> list[Query]:
    """'It is what the source says': the note answers the open queries of that item."""
    answered: list[Query] = []
    if not patch.confirmations:
        return answered
    numbers = {row.uid: (row.collection.oid, row.row_no) for row in entry.stored.values() if isinstance(row, GroupRow)}
    for query in asked:
        if query.record_uid != entry.header.uid or query.status != OPEN:
            continue
        group, number = numbers.get(query.row_uid or "", (None, None))
        note = patch.confirmations.get(path_of(query.item_name or "", group, number))
        if note:
            row = entry.stored.get(query.row_uid or entry.header.uid, entry.row)
            item = row.collection.items.get(query.item_name or "")
            value = canonical(item, row.answer(item.name).value) if item and not item.identifier else None
            queries.answer_query(query, note, by=saving.by, now=saving.now, value=value)
            answered.append(query)
    return answered
