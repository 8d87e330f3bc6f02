"""An adverse event that a laboratory result asks for: what the form is offered, and the way back to the result."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import request

from edc.records.book import Entry, SubjectBook
from edc.records.drafts import DraftTooLarge, TooManyDrafts, Typed
from edc.records.form_page import draft_box, form_url, keep_part
from edc.records.holding import find_restriction
from edc.records.places import FormPlace
from forms.dictionaries.ctcae import find_term
from forms.event_logs import EventLog
from forms.lab_sheets import LAB_SHEETS, LabSheet
from forms.patch import path_of
from forms.views import Row

#: The field, and the part of the address, that names the result.
RESULT = "result"
USE_RESULT = "use-result"
FIRST_GRADE = "new1"


@dataclass(frozen=True)
class ResultOffer:
    """A graded result with what an event of it would say; nothing of it is stored before a person saves it."""

    sheet: LabSheet
    entry: Entry
    row: Row
    words: str
    at: dt.datetime
    term: str
    grade: str

    @property
    def uid(self) -> str:
        """The result."""
        return self.row.uid

    @property
    def url(self) -> str:
        """The line of the result on its sheet."""
        header = self.entry.header
        url = form_url(FormPlace(header.subject, header.visit, self.sheet.crf, header))
        return f"{url}#item-{self.path.replace('.', '-')}"

    @property
    def path(self) -> str:
        """The place of the result on its sheet."""
        result = self.sheet.result_item(self.sheet.test_of(self.row))
        return path_of(result, self.sheet.group.oid, str(self.row.number))

    def fields_of(self, log: EventLog) -> dict[str, str]:
        """What the event would say, by the names of the form: its term, when it was first seen, and the grade."""
        moment = (f"{self.at:%Y-%m-%d}", f"{self.at:%H:%M}")
        return {
            log.term: self.term, **dict(zip(log.start, moment, strict=True)),
            path_of(log.grade, log.grades.oid, FIRST_GRADE): self.grade,
        }  # fmt: skip

    def offer_link(self, event_uid: str) -> None:
        """Leave the event in the draft of the sheet, as the one linked to the result, for the person to save."""
        header = self.entry.header
        place = FormPlace(header.subject, header.visit, self.sheet.crf, header)
        path = path_of(self.sheet.event, self.sheet.group.oid, str(self.row.number))
        try:
            keep_part(draft_box(), place, Typed({path: [event_uid]}, row_version=header.row_version))
        except (DraftTooLarge, TooManyDrafts):
            return


def asked_result(typed: Typed | None = None) -> str:
    """The uid of the result that the request names, or that stands in a draft."""
    return request.form.get(RESULT) or request.args.get(RESULT) or (typed and typed.text(RESULT)) or ""


def find_offer(book: SubjectBook, row_uid: str) -> ResultOffer | None:
    """The offer of a result of this participant; None where it has no grade, an event already, or takes no change."""
    if not row_uid:
        return None
    for sheet in LAB_SHEETS:
        for entry in book.entries(sheet.crf.oid):
            row = next((row for row in entry.view.rows(sheet.group.oid) if row.uid == row_uid), None)
            if row is not None and not entry.header.removed:
                return _offer(book, sheet, entry, row)
    return None


def _offer(book: SubjectBook, sheet: LabSheet, entry: Entry, row: Row) -> ResultOffer | None:
    is_open = row.value(sheet.event) is None and find_restriction(book.session, entry.header) is None
    grade, term = (row.value(name) for name in sheet.grade)
    if not is_open or find_term(term or "") is None or not sheet.may_be_event(row, entry.view, book.subject.c1d1):
        return None
    at = dt.datetime.fromisoformat(entry.view.value(sheet.sampled))
    words = f"{sheet.name_of(row)} {sheet.shown_result(row)}"
    return ResultOffer(sheet, entry, row, words, at, term, str(grade))
