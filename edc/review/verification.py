"""Source data verification, item by item: a monitor states that a value agrees with the source document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from edc.db import Session
from edc.errors import ReasonMissing
from edc.queries.service import list_for_record
from edc.records.axes import canonical_answer, count_axes, items_to_verify
from edc.records.book import Entry, SubjectBook
from edc.records.models import CHANGED, VERIFIED, WITHDRAWN, FormRecord, ItemReview
from edc.records.saving import Saving, hold, refuse_restricted
from edc.review.problems import NothingToVerify
from forms.items import Item
from forms.reading import canonical


@dataclass(frozen=True)
class Verifiable:
    """One item as the verification screens and listings show it."""

    entry: Entry
    group: str | None
    row_key: str
    number: int | None
    item: Item
    value: str
    review: ItemReview | None
    has_open_query: bool = False

    @property
    def state(self) -> str:
        """`due`, `verified` or `changed` (changed since verified: due again)."""
        if self.review is None or self.review.status == WITHDRAWN:
            return "due"
        return self.review.status

    @property
    def key(self) -> str:
        """The name of the item in a form: `item` or `row uid:item`."""
        return f"{self.row_key}:{self.item.name}"


def list_verifiable(session: Session, entries: Sequence[Entry]) -> list[Verifiable]:
    """Every item of some records that source verification looks at, with its state."""
    uids = [entry.header.uid for entry in entries]
    reviews = session.scalars(select(ItemReview).where(ItemReview.record_uid.in_(uids)))
    standing = {(r.record_uid, r.row_key, r.item_name): r for r in reviews}
    asked = {
        (q.record_uid, q.row_uid or "", q.item_name) for q in list_for_record(session, uids, closed=False)
    }  # fmt: skip
    return [
        Verifiable(
            entry, group, row_key, number, item, canonical_answer(entry, row_key, item),
            standing.get((entry.header.uid, row_key, item.name)), (entry.header.uid, row_key, item.name) in asked,
        )
        for entry in entries
        for group, row_key, number, item in items_to_verify(entry)
    ]  # fmt: skip


def verify_items(saving: Saving, record: FormRecord, keys: Iterable[str], *, seen_version: int) -> tuple[int, int]:
    """Verify the named items of a record as they stood in `seen_version`; returns (verified, left out).

    Items with an open query are left out; a record that changed since it was opened verifies nothing.
    """
    hold(saving.session, record)
    refuse_restricted(saving.session, record, ("locked",))
    if record.row_version != seen_version:
        raise NothingToVerify(reason="The form changed since you opened it.")
    book = SubjectBook(saving.session, record.subject, saving.now)
    entry = book.entry(record)
    wanted = set(keys)
    chosen = [v for v in list_verifiable(saving.session, [entry]) if v.key in wanted and v.state != VERIFIED]
    ready = [v for v in chosen if not v.has_open_query]
    if not ready:
        left = len(chosen)
        reason = f"{left} items have an open query." if left else "No item on the screen was left to verify."
        raise NothingToVerify(reason=reason)
    for one in ready:
        _verify(saving, one)
    count_axes(saving.session, [entry])
    return len(ready), len(chosen) - len(ready)


def _verify(saving: Saving, one: Verifiable) -> None:
    review = one.review
    if review is None:
        header = one.entry.header
        review = ItemReview(
            site_uid=header.site_uid, subject_uid=header.subject_uid, record_uid=header.uid, record=header,
            row_key=one.row_key, item_name=one.item.name, item_oid=one.item.oid, verified_by="", verified_at=saving.now,
        )  # fmt: skip
        saving.session.add(review)
    review.status, review.value_seen = VERIFIED, one.value
    review.verified_by, review.verified_at = saving.by.user_name, saving.now


def take_back(saving: Saving, record: FormRecord, keys: Iterable[str], reason: str) -> int:
    """Withdraw verifications of the named items with a reason; returns how many."""
    if not reason.strip():
        raise ReasonMissing
    hold(saving.session, record)
    refuse_restricted(saving.session, record, ("locked",))
    entry = SubjectBook(saving.session, record.subject, saving.now).entry(record)
    wanted = set(keys)
    chosen = [v for v in list_verifiable(saving.session, [entry]) if v.key in wanted and v.state in (VERIFIED, CHANGED)]
    for one in chosen:
        assert one.review is not None
        one.review.status = WITHDRAWN
        saving.change.item_reasons[one.review.uid, "status"] = reason.strip()
    count_axes(saving.session, [entry])
    return len(chosen)


def shown_value(one: Verifiable) -> str:
    """The present value as the listing prints it; identifying values are not shown."""
    if one.item.identifier:
        return "(identifier)"
    row = one.entry.stored.get(one.row_key or one.entry.header.uid, one.entry.row)
    answer = row.answer(one.item.name)
    return canonical(one.item, answer.value) or (f"[{answer.missing}]" if answer.missing else "")
