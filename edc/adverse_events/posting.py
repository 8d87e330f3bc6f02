"""A posted adverse event on its way into the record."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from edc.adverse_events.event_page import render_event
from edc.adverse_events.from_results import USE_RESULT, ResultOffer, asked_result, find_offer
from edc.clock import now
from edc.records import posting
from edc.records.book import SubjectBook
from edc.records.drafts import Typed
from edc.records.form_page import draft_box, form_url, keep_typed, open_form
from edc.records.outcome import Saving
from edc.records.post_form import Posting
from forms.dose_grids import DOSE_GRIDS
from forms.event_logs import EventLog
from forms.items import Item
from forms.patch import path_of
from forms.reading import Unreadable, display, read
from forms.views import Record

FIRST_ROW = "new1"
FIND_TERM, USE_TERM = "find-term", "use-term:"
DOSE = re.compile(r"([a-z0-9-]+):([0-9]{1,2})")


class EventPosting(Posting):
    """One posted event: the first grade holds from the onset, a proposed term counts once its button was pressed."""

    def __init__(self, log: EventLog, segments: dict[str, Any]) -> None:
        super().__init__(segments)
        self.log = log
        self.then = request.form.get("then", "")
        if self.then.startswith(USE_TERM):
            self.form.setlist(log.term, [self.then.removeprefix(USE_TERM)])
            self.form.setlist(f"{log.term}.origin", ["accepted proposal"])

    def answer(self) -> Response:
        """Save; or keep what was typed and go to the search page of the dictionary."""
        if self.then not in (FIND_TERM, USE_RESULT):
            return super().answer()
        self._find()
        if self.then == USE_RESULT and self.offer is not None:
            for name, text in self.offer.fields_of(self.log).items():
                self.form.setlist(name, [text])
        keep_typed(draft_box(), self.place, Typed(posting.typed_fields(self.form), row_version=self.version))
        self.session.commit()
        return redirect(f"{form_url(self.place)}/term" if self.then == FIND_TERM else form_url(self.place), 303)

    def _find(self) -> None:
        super()._find()
        book = SubjectBook(self.session, self.place.subject, now(self.session))
        if not self.log.grades_of(book.one(self.place.record).view):
            self._date_first_grade()
        self.offer: ResultOffer | None = find_offer(book, asked_result()) if self._was_new else None
        for name, text in self.offer.fields_of(self.log).items() if self.offer else ():
            if self._text(name) == text:
                self.form.setlist(f"{name}.origin", ["accepted proposal"])

    def _settle(self, stored: posting.Stored, saving: Saving) -> None:
        """The event waits at the result that asked for it, for a person to link it."""
        super()._settle(stored, saving)
        if self.offer is not None:
            self.offer.offer_link(self.place.record.uid)

    def _date_first_grade(self) -> None:
        """The grade at onset holds from the onset, unless another time is given."""
        log = self.log
        grade = self._text(path_of(log.grade, log.grades.oid, FIRST_ROW))
        dates = [path_of(name, log.grades.oid, FIRST_ROW) for name in log.grade_from]
        if not grade or any(self._text(path) for path in dates):
            return
        for name, path in zip(log.start, dates, strict=True):
            if _is_readable(log.crf.items[name], text := self._text(name)):
                self.form.setlist(path, [text])
                self.form.setlist(f"{path}.origin", ["accepted proposal"])

    def _text(self, name: str) -> str:
        return next((text for text in self.form.getlist(name) if text.strip()), "")

    def _words_of(self, record: Record) -> str:
        """'Adverse event 2: Hypotension, grade 3, from 2024-01-31.'"""
        log, place = self.log, self.place
        term = record.value(log.term) or record.value(log.words) or "no term yet"
        grade, start = log.grade_now(record), record.value(log.start[0])
        parts = [term, f"grade {grade}" if grade else "", f"from {start}" if start else ""]
        return f"{log.crf.line_title} {place.record.repeat_no}: {', '.join(part for part in parts if part)}."

    def _show_again(self, typed: Typed) -> Response:
        if self.is_kept:
            return redirect(form_url(self.place), 303)
        return make_response(render_event(self.log, open_form(self.place, typed)), 422)

    def _next_url(self) -> str:
        if self.offer is not None:
            flash(f"Save the sample to link this event to {self.offer.words}.")
            return self.offer.url
        match = DOSE.fullmatch(request.form.get("dose", ""))
        grid = next((grid for grid in DOSE_GRIDS), None)
        if match is None or grid is None:
            return super()._next_url()
        code, slug = self.place.subject.code, grid.crf.slug
        return url_for("records.form", code=code, visit_slug=match[1], form_slug=slug) + f"#dose-{match[2]}"


def _is_readable(item: Item, text: str) -> bool:
    try:
        return bool(display(item, read(item, text)))
    except Unreadable:
        return False
