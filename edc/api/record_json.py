"""A record as JSON, as far as the scope may see it, and where its items stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edc.api.problems import RequestUnreadable
from edc.db import Scope
from edc.records.book import Entry
from edc.records.marks import restriction_of
from edc.records.models import FormRecord
from edc.records.saving import SaveOutcome
from edc.records.tables import GroupRow, ItemRow
from forms.crf import get_crf
from forms.items import Item
from forms.patch import path_of
from forms.schema import dump_record


def header_json(record: FormRecord) -> dict[str, Any]:
    """Where a record stands, and its four axes."""
    return {
        "uid": record.uid, "form": record.crf_oid, "participant": record.subject.code,
        "visit": record.visit.oid if record.visit else None, "line": record.repeat_no, "path": record.path,
        "crf_version": record.crf_version, "row_version": record.row_version, "entry_status": record.entry_status,
        "not_done_reason": record.not_done_reason, "removed": record.removed, "removed_reason": record.removed_reason,
        "restriction": restriction_of(record), "signature": record.signature_state,
        "queries": {
            "open": record.queries_open, "answered": record.queries_answered, "closed": record.queries_closed,
        },
        "verification": {
            "to_verify": record.to_verify, "verified": record.verified, "changed_since": record.changed_since,
        },
    }  # fmt: skip


def record_json(entry: Entry, scope: Scope) -> dict[str, Any]:
    """A record with every item that the scope may see."""
    crf = entry.crf
    shown = dump_record(crf, entry.view)
    parts = [(crf.items, shown)]
    parts += [(crf.groups[oid].items, row) for oid, rows in shown["groups"].items() for row in rows]
    for items, part in parts:
        for name in [name for name, item in items.items() if not may_see(item, scope)]:
            part["items"].pop(name)
            part["origins"].pop(name, None)
    return {**header_json(entry.header), **shown}


def may_see(item: Item, scope: Scope) -> bool:
    """Whether a scope reaches an item's values."""
    return (scope.identifiers or not item.identifier) and (scope.freetext or not item.is_text)


def saved_json(entry: Entry, scope: Scope, outcome: SaveOutcome | None) -> dict[str, Any]:
    """A record as it is now, and what the save did to it and to others."""
    return {**record_json(entry, scope), "outcome": outcome and _outcome(outcome)}


def _outcome(outcome: SaveOutcome) -> dict[str, Any]:
    own = outcome.record.uid
    return {
        "changed": [one.path for one in outcome.changed if one.entry.header.uid == own],
        "also_changed": [f"{o.entry.header.path} {o.path}" for o in outcome.changed if o.entry.header.uid != own],
        "queries_opened": [query.number for query in outcome.opened],
        "queries_closed": [query.number for query in outcome.closed],
        "open_required": [path_of(item.name, group, number) for group, number, item in outcome.open_required],
        "completed": outcome.completed,
        "fell_back": outcome.fell_back,
        "verification_withdrawn": outcome.verification_withdrawn,
        "signatures_voided": outcome.signatures_voided,
    }


@dataclass(frozen=True)
class Place:
    """An item of a record: its stored row, its declaration and its path."""

    row: ItemRow
    item: Item
    path: str

    @property
    def row_uid(self) -> str | None:
        """The uid of the group row, None for an item of the record itself."""
        return self.row.uid if isinstance(self.row, GroupRow) else None

    @property
    def review_key(self) -> str:
        """The item's name in a verification."""
        return f"{self.row_uid or ''}:{self.item.name}"


def get_place(entry: Entry, path: str, *, at: str = "item") -> Place:
    """The item of a path such as `weight` or `SLOT.3.dose_iu`; raises RequestUnreadable at `at`."""
    name = path.rpartition(".")[2]
    for row in entry.stored.values():
        group, number = (row.collection.oid, row.row_no) if isinstance(row, GroupRow) else (None, None)
        if path == path_of(name, group, number) and name in row.collection.items:
            return Place(row, row.collection.items[name], path)
    raise RequestUnreadable({at: [f"{get_crf(entry.header.crf_oid).title} has no item of this path now."]})
