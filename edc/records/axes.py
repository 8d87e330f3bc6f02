"""The four independent axes of a record: entry, queries, verification, sign-off; how values move the last two."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from edc.db import Session
from edc.notices.service import tell
from edc.queries.models import ANSWERED, CLOSED, OPEN, Query
from edc.records.book import Entry
from edc.records.models import CHANGED, SIGNED, VERIFIED, VOID, FormRecord, ItemReview, Signature
from forms import evaluation
from forms.items import Item
from forms.reading import canonical
from forms.views import Row

if TYPE_CHECKING:
    from edc.records.outcome import SaveOutcome, Saving


def items_to_verify(entry: Entry) -> Iterable[tuple[str | None, str, int | None, Item]]:
    """The items a monitor compares with the source: filled or with a missing reason, and asked now.

    Yields group, row uid ("" for the record), row number and item.
    """
    for group, row in evaluation.rows_of(entry.view):
        for item in row.collection.items.values():
            if item.is_verified_against_source and row.answer(item.name).is_given:
                yield group, row.uid if group else "", row.number if group else None, item


def canonical_answer(entry: Entry, row_key: str, item: Item) -> str:
    """The text of an answer as a reviewer saw it; identifying values by digest."""
    answer = _row(entry, row_key).answer(item.name)
    text = canonical(item, answer.value)
    if text is None:
        return f"[{answer.missing}]" if answer.missing else ""
    return hashlib.sha256(text.encode()).hexdigest() if item.identifier else text


def _row(entry: Entry, row_key: str) -> Row:
    if not row_key:
        return entry.view
    return next(row for _, row in evaluation.rows_of(entry.view) if row.uid == row_key)


def withdraw_verification(saving: Saving, outcome: SaveOutcome) -> None:
    """Mark verified items whose value changed as changed since: they are due again, visibly."""
    by_record: dict[str, list[tuple[str, str, str]]] = {}
    headers = {one.entry.header.uid: one.entry.header for one in outcome.changed}
    for one in outcome.changed:
        if one.entry.header.verified:
            key = "" if one.group is None else one.row.uid
            by_record.setdefault(one.entry.header.uid, []).append((key, one.item.name, one.item.label))
    for record_uid, items in by_record.items():
        reviews = saving.session.scalars(
            select(ItemReview).where(ItemReview.record_uid == record_uid, ItemReview.status == VERIFIED)
        )
        standing = {(review.row_key, review.item_name): review for review in reviews}
        for key, name, label in items:
            if review := standing.get((key, name)):
                review.status = CHANGED
                headers[record_uid].verified -= 1
                headers[record_uid].changed_since += 1
                outcome.verification_withdrawn.append(label)


def void_signatures(saving: Saving, entries: Sequence[Entry], outcome: SaveOutcome) -> None:
    """Void the signatures of records whose signed content changed; the record says so until it is signed again."""
    altered = {one.entry.header.uid for one in outcome.changed if one.item.is_signed_for}
    signed = [e for e in entries if e.header.signature_state == SIGNED and e.header.uid in altered]
    if signed:
        void(saving, signed, "The signed values changed.", outcome)


def void(saving: Saving, entries: Sequence[Entry], reason: str, outcome: SaveOutcome) -> None:
    """Void the standing signatures of records, and tell those who signed."""
    standing = select(Signature).where(
        Signature.record_uid.in_([e.header.uid for e in entries]), Signature.voided_at.is_(None)
    )
    for signature in saving.session.scalars(standing):
        signature.voided_at = saving.now
        signature.void_reason = reason
        outcome.signatures_voided.append(signature.printed_name)
        tell(saving.session, signature.user_uid, "signature-void", path=signature.record.path, by=saving.by.user_name)
    for entry in entries:
        entry.header.signature_state = VOID


def count_axes(session: Session, entries: Sequence[Entry]) -> None:
    """Bring the counters of the records' marks up to date with what the database says."""
    session.flush()
    uids = [entry.header.uid for entry in entries]
    query_counts = _counts(session, Query.record_uid, Query.status, uids)
    review_counts = _counts(session, ItemReview.record_uid, ItemReview.status, uids)
    for entry in entries:
        seen = review_counts.get(entry.header.uid, {})
        _set_query_counters(entry.header, query_counts.get(entry.header.uid, {}))
        _set(entry.header, verified=seen.get(VERIFIED, 0), changed_since=seen.get(CHANGED, 0))
    count_items(entries)


def count_queries(entries: Iterable[Entry], asked: Iterable[Query]) -> None:
    """Bring the counters of queries up to date; `asked` are all queries of these records."""
    by_record: dict[str, Counter[str]] = defaultdict(Counter)
    for query in asked:
        by_record[query.record_uid][query.status] += 1
    for entry in entries:
        _set_query_counters(entry.header, by_record[entry.header.uid])


def count_items(entries: Iterable[Entry]) -> None:
    """Bring the number of items to verify up to date."""
    for entry in entries:
        _set(entry.header, to_verify=sum(1 for _ in items_to_verify(entry)))


def _set_query_counters(header: FormRecord, asked: Mapping[str, int]) -> None:
    _set(
        header, queries_open=asked.get(OPEN, 0), queries_answered=asked.get(ANSWERED, 0),
        queries_closed=asked.get(CLOSED, 0),
    )  # fmt: skip


def _set(header: FormRecord, **counters: int) -> None:
    """Set what differs: a row that nothing changed is not written."""
    for name, value in counters.items():
        if getattr(header, name) != value:
            setattr(header, name, value)


def _counts(session: Session, key: object, status: object, uids: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    if uids:
        statement = select(key, status, func.count()).where(key.in_(uids)).group_by(key, status)  # type: ignore[call-overload,attr-defined]
        for uid, state, count in session.execute(statement):
            found.setdefault(uid, {})[state] = count
    return found


def content_digest(entry: Entry) -> str:
    """SHA-256 over every value, missing reason and removed row of a record, its CRF version included.

    Derived values are part of what a signature covers; the sponsor's answers are not.
    """
    rows: list[object] = []
    for group, row in evaluation.rows_of(entry.view):
        answers = {
            item.oid: [canonical(item, row.answer(item.name).value), row.answer(item.name).missing]
            for item in row.collection.items.values()
            if item.is_signed_for and row.answer(item.name).is_given
        }
        rows.append([group or "", row.number, answers])
    removed = sorted((g, r.row_no) for g, rs in entry.groups.items() for r in rs if r.removed)
    content = {"crf": entry.header.crf_oid, "version": entry.header.crf_version, "rows": rows, "removed": removed}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def fingerprint(digests: Iterable[str]) -> str:
    """One digest over the contents that a person signs in one act."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()
