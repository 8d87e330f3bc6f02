"""A posted assessment on its way into the record."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from edc.clock import now
from edc.records import posting
from edc.records.book import SubjectBook
from edc.records.drafts import Typed
from edc.records.form_page import form_url, open_form
from edc.records.post_form import Posting
from edc.tumours.assessment_page import render_assessment
from edc.tumours.reading import plain_form
from forms.patch import Held, Patch
from forms.tumour_sheets import TumourSheet

#: Only the assessment itself sends this; the page that settles clashes sends plain items.
SHEET = "sheet"


class AssessmentPosting(Posting):
    """One posted assessment, read as the plain form of its CRF."""

    def __init__(self, sheet: TumourSheet, segments: dict[str, Any]) -> None:
        super().__init__(segments)
        self.sheet = sheet
        self._sent: MultiDict[str, str] = self.form
        self._uids: dict[str, str] = {}

    def _find(self) -> None:
        super()._find()
        if SHEET in self._sent:
            book = SubjectBook(self.session, self.place.subject, now(self.session))
            sent = MultiDict((name, text) for name, text in self._sent.items(multi=True) if name != SHEET)
            lesions = book.load(self.sheet.register.oid)
            post = plain_form(self.sheet, sent, book.one(self.place.record).view, lesions)
            self.form = self.mine = post.form
            self._uids = post.uids

    def _store(self, patch: Patch, held: list[Held]) -> tuple[posting.Stored, Typed | None]:
        """A scan that is added keeps the uid by which the targets of the same save name it."""
        scans = patch.rows.get(self.sheet.scans.oid, [])
        for row in scans:
            row.uid = self._uids.get(row.key, "")
        self._drop_lost_scans(patch, {row.uid for row in scans})
        return super()._store(patch, held)

    def _drop_lost_scans(self, patch: Patch, added: set[str]) -> None:
        """A scan of which nothing could be read is not there to be named."""
        lost = set(self._uids.values()) - added
        for row in patch.rows.get(self.sheet.targets.oid, []):
            answer = row.items.get(self.sheet.scan)
            if answer is not None and answer.value in lost:
                del row.items[self.sheet.scan]

    def _show_again(self, typed: Typed) -> Response:
        if self.is_kept:
            return redirect(form_url(self.place), 303)
        return make_response(render_assessment(self.sheet, open_form(self.place, typed)), 422)
