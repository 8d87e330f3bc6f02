"""Visits past their window with nothing entered: VIS-03 asks at their header, which is made for that when missing."""

from __future__ import annotations

from edc.records.blank import blank_record
from edc.records.book import Entry, SubjectBook, visit_view
from edc.records.models import NOT_STARTED
from edc.study.activation import active_version
from edc.study.models import Visit
from forms.checks import is_overdue
from forms.crf import get_crf

HEADER = "VISIT"


def list_overdue(book: SubjectBook) -> list[Visit]:
    """The planned visits of a participant whose window is over and of which nothing was entered."""
    today = book.view().today
    return [visit for visit in book.visits if is_overdue(visit_view(visit), today)]


def await_headers(book: SubjectBook) -> tuple[list[Entry], list[Entry]]:
    """The headers of the overdue visits that take changes: those that were there, and those made just now."""
    late = [visit for visit in list_overdue(book) if not (visit.locked or visit.frozen)]
    known = {entry.header.visit_uid: entry for entry in book.entries(HEADER)} if late else {}
    there = [known[visit.uid] for visit in late if visit.uid in known]
    made = [_make(book, visit) for visit in late if visit.uid not in known]
    return [entry for entry in there if not (entry.header.locked or entry.header.frozen)], made


def _make(book: SubjectBook, visit: Visit) -> Entry:
    crf = get_crf(HEADER)
    version = active_version(book.session, book.subject.site, crf, book.now)
    header = blank_record(book.subject, visit, crf, book.now, version=version)
    header.entry_status = NOT_STARTED
    return book.entry(header)
