"""A posted sheet of results on its way into the record."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from edc.clock import now
from edc.labs.reading import plain_form
from edc.labs.sheet_page import render_sheet
from edc.records.book import SubjectBook
from edc.records.drafts import Typed
from edc.records.form_page import form_url, open_form
from edc.records.post_form import Posting
from forms.lab_sheets import LabSheet

#: Only the sheet itself sends this; the page that settles clashes sends plain items.
SHEET = "sheet"


class SheetPosting(Posting):
    """One posted sheet, read as the plain form of its CRF."""

    def __init__(self, sheet: LabSheet, segments: dict[str, Any]) -> None:
        super().__init__(segments)
        self.sheet = sheet
        self._sent: MultiDict[str, str] = self.form

    def _find(self) -> None:
        super()._find()
        if SHEET in self._sent:
            record = SubjectBook(self.session, self.place.subject, now(self.session)).one(self.place.record).view
            sent = MultiDict((name, text) for name, text in self._sent.items(multi=True) if name != SHEET)
            self.form = self.mine = plain_form(self.sheet, sent, record)

    def _keep(self, typed: Typed) -> None:
        """With a result that could not be read its unit is kept, which has no row of its own yet."""
        for path in list(typed.sentences):
            prefix = path.rpartition(".")[0] + "."
            if prefix.startswith(f"{self.sheet.group.oid}.new"):
                typed.fields |= {name: self._sent.getlist(name) for name in self._sent if name.startswith(prefix)}
        super()._keep(typed)

    def _show_again(self, typed: Typed) -> Response:
        if self.is_kept:
            return redirect(form_url(self.place), 303)
        return make_response(render_sheet(self.sheet, open_form(self.place, typed)), 422)
