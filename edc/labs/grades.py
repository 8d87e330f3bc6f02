"""The CTCAE grade beside a result: how it was found, and the adverse event that it asks for."""

from __future__ import annotations

from flask import url_for

from edc.labs.sheet_views import GradeView
from edc.records.page import FormPage
from forms.episodes import may_be_present
from forms.event_logs import EVENT_LOGS, EventLog
from forms.items import Reference
from forms.lab_sheets import LabSheet
from forms.views import Record, Row, SubjectView


class EventsOfDay:
    """The grades of one sample, with the adverse events that were present on its day."""

    def __init__(self, sheet: LabSheet, page: FormPage, subject: SubjectView) -> None:
        self.sheet, self.page, self.subject = sheet, page, subject
        self.record = page.entry.view
        self.log = _log_of(sheet)
        day = sheet.day_of(self.record)
        self.is_on_treatment = bool(day and subject.c1d1 and day >= subject.c1d1)
        events = subject.load(self.log.crf.oid) if self.log else []
        self.present = [event for event in events if day and may_be_present(event, day.isoformat(), day.isoformat())]

    def view_of(self, row: Row, *, is_flagged: bool) -> GradeView | None:
        """The grade of a stored result; None where there is nothing to say of it."""
        sheet, grade = self.sheet, row.value(self.sheet.grade[0])
        term, rule, words = (self._text(row, name) for name in (sheet.grade[1], *sheet.found))
        # Before the first dose much has no baseline to be graded by; that is no news of a normal result.
        is_plain = not grade and not is_flagged and (grade == 0 or not self.is_on_treatment)
        if not words or is_plain:
            return None
        if grade is None:
            return GradeView("not graded" if is_flagged else "", "No CTCAE grade", words)
        if not grade:
            return GradeView("", "CTCAE grade 0", words, rule)
        events = self._events(row, row.value(sheet.grade[1]))
        offer = "" if events or not self._may_offer(row) else self._offer_url(row)
        return GradeView(f"G{grade}", f"CTCAE grade {grade}, {term}", words, rule, offer, events)

    def _text(self, row: Row, name: str) -> str:
        """An answer of a result as far as the reader may see it."""
        return self.page.words(self.sheet.item(name), row.value(name))

    def _may_offer(self, row: Row) -> bool:
        is_open = self.page.viewer.may_enter and row.value(self.sheet.event) is None
        return is_open and self.sheet.may_be_event(row, self.record, self.subject.c1d1)

    def _offer_url(self, row: Row) -> str:
        if self.log is None:
            return ""
        return url_for("records.new_form", code=self.subject.code, form_slug=self.log.crf.slug, result=row.uid)

    def _events(self, row: Row, term: str) -> tuple[tuple[str, str], ...]:
        """The events of the term that cover the day, unless one is linked already."""
        log = self.log
        if log is None or row.value(self.sheet.event) is not None:
            return ()
        return tuple(
            (f"{log.crf.line_title} {event.number}", self._event_url(log, event))
            for event in self.present
            if event.value(log.term) == term
        )

    def _event_url(self, log: EventLog, event: Record) -> str:
        return url_for("records.form", code=self.subject.code, form_slug=log.crf.slug, line=event.number)


def _log_of(sheet: LabSheet) -> EventLog | None:
    """The log of the events to which results are linked."""
    item = sheet.item(sheet.event)
    target = item.target if isinstance(item, Reference) else ""
    return next((log for log in EVENT_LOGS if log.crf.oid == target), None)
