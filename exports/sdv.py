"""The verification listing: what is to verify, what was verified, what changed since with old and new value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from edc.db import Session
from edc.records.book import SubjectBook
from edc.records.models import FormRecord
from edc.records.service import list_records
from edc.review.verification import Verifiable, list_verifiable, shown_value
from exports.pdf_document import CasebookDocument, Column
from exports.pdf_frame import Imprint
from forms.crf import get_crf

HEADER = (
    "SUBJID", "VISIT", "FORM", "LINE", "GROUP", "ROW", "ITEM", "OID", "VALUE", "UNIT", "STATE", "VALUE_VERIFIED",
    "VERIFIED_BY", "VERIFIED_AT", "OPEN_QUERY",
)  # fmt: skip
WORDS = {"due": "to verify", "verified": "verified", "changed": "changed since verified"}
_COLUMNS = (
    Column("Visit", 12), Column("Form", 18), Column("Item", 24), Column("Value now", 18), Column("State", 14),
    Column("Value verified", 14),
)  # fmt: skip


def listing(session: Session, book: SubjectBook, records: Sequence[FormRecord]) -> Iterator[Verifiable]:
    """The items of a participant's records, form by form."""
    for record in records:
        if not record.removed:
            yield from list_verifiable(session, [book.entry(record)])


def csv_rows(session: Session, book: SubjectBook) -> Iterator[list[object]]:
    """The rows of the listing as CSV."""
    for one in listing(session, book, list_records(session, book.subject)):
        record, review = one.entry.header, one.review
        seen = None if review is None or one.item.identifier else review.value_seen
        yield [
            book.subject.code, record.visit.oid if record.visit else "LOG", get_crf(record.crf_oid).title,
            record.repeat_no, one.group, one.number, one.item.label, one.item.oid, shown_value(one), one.item.unit,
            WORDS[one.state], seen, review and review.verified_by, review and review.verified_at,
            "yes" if one.has_open_query else "no",
        ]  # fmt: skip


def write_pdf(session: Session, book: SubjectBook, target: BinaryIO, imprint: Imprint) -> int:
    """Write the listing of one participant as PDF; returns the number of pages."""
    document = CasebookDocument(target, imprint)
    subject = book.subject
    document.participant(subject.code, site=f"{subject.site.code} {subject.site.name}")
    items = list(listing(session, book, list_records(session, subject)))
    for state, title in (("changed", "Changed since verified"), ("due", "To verify"), ("verified", "Verified")):
        chosen = [one for one in items if one.state == state]
        document.section(f"{title} ({len(chosen)})")
        document.table(_COLUMNS, (_pdf_row(one) for one in chosen), empty="None.")
    return document.finish()


def _pdf_row(one: Verifiable) -> tuple[str, ...]:
    record, review = one.entry.header, one.review
    line = f" {record.repeat_no}" if record.visit is None or record.repeat_no > 1 else ""
    row = f" {one.number}" if one.number else ""
    seen = "" if review is None or one.item.identifier else (review.value_seen or "")
    state = WORDS[one.state] + (", open query" if one.has_open_query else "")
    return (
        record.visit.oid if record.visit else "Log", f"{get_crf(record.crf_oid).title}{line}",
        f"{one.item.label}{row}", f"{shown_value(one)} {one.item.unit}".strip(), state, seen,
    )  # fmt: skip
