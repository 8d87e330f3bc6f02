"""From the segments of an address to the form they name, within the scope of the session."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from edc.db import Session
from edc.errors import NotFound
from edc.records.models import FormRecord
from edc.records.service import find_record, get_form, get_subject, get_visit, is_kept_at_visit, new_record
from edc.study.models import Subject, Visit
from forms.crf import CRF


@dataclass
class FormPlace:
    """A form of a participant: at a visit, or one line of a log; its record is new while nobody saved it."""

    subject: Subject
    visit: Visit | None
    crf: type[CRF]
    record: FormRecord

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever saved here."""
        return self.record.row_version == 0

    @property
    def is_line(self) -> bool:
        """Whether the form is one of several of a log, or of a visit's samples."""
        return self.crf.log or self.crf.repeats

    @property
    def has_own_address(self) -> bool:
        """Whether the address is that of this form alone; all new lines of a log have one in common."""
        return not (self.crf.log and self.is_new)

    @property
    def address(self) -> dict[str, Any]:
        """The segments of the form's own address."""
        found: dict[str, Any] = {"code": self.subject.code, "form_slug": self.crf.slug}
        if self.visit is None:
            return {**found, "line": self.record.repeat_no}
        repeat = {"repeat": self.record.repeat_no} if self.record.repeat_no > 1 else {}
        return {**found, "visit_slug": self.visit.slug, **repeat}

    @property
    def title(self) -> str:
        """The heading: the form, or its line with the number."""
        if self.crf.log and self.is_new:
            return f"New {self.crf.line_title.lower()}"
        if self.crf.log:
            return f"{self.crf.line_title} {self.record.repeat_no}"
        return f"{self.crf.title} {self.record.repeat_no}" if self.record.repeat_no > 1 else self.crf.title

    @property
    def full_title(self) -> str:
        """Participant, form and visit, for lists of forms."""
        return f"{self.subject.code} {self.title}" + (f", {self.visit.label}" if self.visit else "")


def find_place(
    session: Session, now: dt.datetime, *, code: str, form_slug: str, visit_slug: str | None = None,
    repeat: int | None = None, line: int | None = None,
) -> FormPlace:  # fmt: skip
    """The form of an address; without visit and line it is a new line of a log. Raises NotFound."""
    subject, crf = get_subject(session, code), get_form(form_slug)
    visit = get_visit(session, subject, visit_slug) if visit_slug is not None else None
    if not is_kept_at_visit(crf, visit):
        raise NotFound
    if visit is None and line is None:
        if not crf.log:
            raise NotFound
        return FormPlace(subject, None, crf, new_record(session, subject, None, crf, now))
    number = (repeat if visit else line) or 1
    record = find_record(session, subject, visit, crf, number)
    if record is None:
        # Only the next one may be begun: a form that is kept once, or the following sample of a visit.
        record = new_record(session, subject, visit, crf, now)
        if crf.log or record.repeat_no != number:
            raise NotFound
    return FormPlace(subject, visit, crf, record)
