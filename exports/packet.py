"""A serious event report with its packet as PDF, to send along or to file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from edc.records.book import Entry, SubjectBook
from exports.pdf_blocks import ItemLine, draw_items
from exports.pdf_document import CasebookDocument, Column
from exports.pdf_frame import SMALL, SMALL_MUTED, Imprint
from forms.evaluation import is_visible
from forms.items import Reference
from forms.packet import Section, packet_of
from forms.reading import display


def write_packet(book: SubjectBook, entry: Entry, target: BinaryIO, imprint: Imprint) -> int:
    """Write one report with its packet; returns the number of pages."""
    document = CasebookDocument(target, imprint)
    subject, record, report = book.subject, entry.header, entry.view
    document.participant(subject.code, site=f"{subject.site.code} {subject.site.name}")
    document.visit("Serious events")
    title = f"Serious event report {report.case_id or record.repeat_no}"
    document.form(title, version=record.crf_version, state=record.signature_state.capitalize())
    draw_items(document, _lines(entry))
    for section in packet_of(report, book.view()):
        _draw(document, section)
    return document.finish()


def _lines(entry: Entry) -> Iterator[ItemLine]:
    """The answers of the report; the events it names stand in the packet."""
    report = entry.view
    for item in entry.crf.items.values():
        if isinstance(item, Reference) or not is_visible(item, report, report):
            continue
        answer = report.answer(item.name)
        words = display(item, answer.value) if answer.value is not None else None
        yield ItemLine(item.label, words, marks="*" if item.derived else "")


def _draw(document: CasebookDocument, section: Section) -> None:
    document.heading(section.title)
    if not section.lines:
        document.text(section.empty, SMALL_MUTED)
        return
    columns = [Column(head, 100 / len(section.head), SMALL) for head in section.head]
    document.table(columns, section.lines)
