"""The eligibility evidence sheet: each criterion with answer, result of the data, evidence, waiver and signature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from edc.clock import day_text, instant_text
from edc.db import Session
from edc.records.book import Entry, SubjectBook
from edc.records.gates import open_of_form
from edc.records.models import Signature
from edc.review.signing import list_signatures
from exports.pdf_blocks import NO_VALUE, ItemLine, SignatureLine, draw_items, draw_signature
from exports.pdf_document import CasebookDocument, Column, Content, Row
from exports.pdf_frame import MUTED, SMALL, SMALL_MUTED, SMALL_STRONG, STRONG, Imprint, Styled
from forms.derive.eligibility import NOT_MET, Evidence
from forms.eligibility import COMMENT, CRITERIA, EVIDENCE, EXCLUSION, INCLUSION, RESULT, WAIVER, Criterion, is_fulfilled
from forms.reading import display
from forms.views import Record

COLUMNS = (
    Column("Criterion", 27, SMALL), Column("Answer", 15, SMALL), Column("Data", 10, SMALL),
    Column("Value, date, source", 26, SMALL), Column("Arithmetic", 22, SMALL),
)  # fmt: skip
EXPLANATION = (
    "An inclusion criterion is met when answered yes, an exclusion criterion when answered no. 'Data' is the result "
    "that follows from the casebook: 'manual' is left to the investigator, 'cannot tell' means that a value is missing."
)
HEAD = ("attempt", "planned_c1d1", "ie_date", "eligible")


def write_eligibility(
    session: Session, book: SubjectBook, entry: Entry, target: BinaryIO, imprint: Imprint
) -> int:  # fmt: skip
    """Write the evidence sheet of one eligibility form; returns the number of pages."""
    document = CasebookDocument(target, imprint)
    subject, record, form = book.subject, entry.header, entry.view
    document.participant(subject.code, site=f"{subject.site.code} {subject.site.name}")
    document.visit(record.visit.label if record.visit else "")
    document.form("Eligibility evidence", version=record.crf_version, state=record.signature_state.capitalize())
    draw_items(document, _head(book, entry))
    document.text(EXPLANATION, SMALL_MUTED)
    for category, title in ((INCLUSION, "Inclusion criteria"), (EXCLUSION, "Exclusion criteria")):
        document.heading(title)
        document.table(COLUMNS, (_row(form, criterion) for criterion in CRITERIA if criterion.category == category))
    _draw_signatures(document, list_signatures(session, [record.uid]), subject.site.time_zone)
    return document.finish()


def _head(book: SubjectBook, entry: Entry) -> Iterator[ItemLine]:
    form, subject = entry.view, book.subject
    for name in HEAD:
        item = form.collection.items[name]
        yield ItemLine(item.label, display(item, form.value(name)) or None, marks="*" if item.derived else "")
    if subject.registration_date is not None:
        yield ItemLine("Registered", day_text(subject.registration_date))
    else:
        yield ItemLine("Open before registration", "; ".join(open_of_form(entry)) or "nothing")
    if subject.c1d1 is not None:
        yield ItemLine("First study dose", day_text(subject.c1d1))


def _row(form: Record, criterion: Criterion) -> Row:
    evidence = Evidence.read(form.value(criterion.code + EVIDENCE))
    result = form.value(criterion.code + RESULT)
    shown = Styled(criterion.result_words(result) or NO_VALUE, SMALL_STRONG if result == NOT_MET else SMALL)
    return (
        (Styled(criterion.name, SMALL_STRONG), Styled(criterion.words, SMALL)),
        _answer(form, criterion),
        shown,
        _lines(Styled(evidence.value, SMALL), Styled(evidence.date, SMALL), Styled(evidence.source, SMALL_MUTED)),
        evidence.arithmetic,
    )


def _answer(form: Record, criterion: Criterion) -> Content:
    answer = form.answer(criterion.code)
    words = display(form.collection.items[criterion.code], answer.value) or answer.missing or NO_VALUE
    is_unmet = is_fulfilled(form, criterion) is False
    waiver, comment = form.value(criterion.code + WAIVER), form.value(criterion.code + COMMENT)
    return _lines(
        Styled(words, SMALL_STRONG if is_unmet else SMALL),
        Styled(f"Waiver {waiver}" if waiver else "No waiver" if is_unmet else "", SMALL),
        Styled(comment or "", SMALL_MUTED),
    )


def _lines(*parts: Styled) -> Content:
    return tuple(part for part in parts if part.text) or ""


def _draw_signatures(document: CasebookDocument, signatures: Sequence[Signature], zone: str) -> None:
    document.heading("Signature of the investigator")
    if not signatures:
        document.text("Not signed.", STRONG)
    for signature in signatures:
        void = f"{instant_text(signature.voided_at, zone)}: {signature.void_reason}" if signature.voided_at else ""
        name = f"{signature.printed_name}, {signature.role.replace('_', ' ')}"
        at = instant_text(signature.signed_at, zone)
        draw_signature(document, SignatureLine(name, at, signature.meaning, signature.content_digest, void or ""))
    document.text("Derived values are marked *; source items are named by OID, visit, line and row.", MUTED)
