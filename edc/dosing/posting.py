"""A posted dose grid on its way into the record, with the end of dosing that belongs to the stay."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from edc.clock import local, now
from edc.dosing.grid_page import render_dose, render_grid, stay_place
from edc.dosing.reading import DATE, clock_of, plain_form
from edc.records import posting
from edc.records.book import SubjectBook
from edc.records.clashes import differs
from edc.records.drafts import DraftTooLarge, TooManyDrafts, Typed
from edc.records.form_page import draft_box, form_url, keep_part, open_form, saving_for
from edc.records.post_form import Posting
from edc.web import change_for_request
from forms.dose_grids import DoseGrid
from forms.entry_form import read_form
from forms.items import EMPTY
from forms.patch import Held, Patch


class GridPosting(Posting):
    """One posted grid: read as the plain form of its CRF, kept as it was typed."""

    def __init__(self, grid: DoseGrid, segments: dict[str, Any]) -> None:
        super().__init__(segments)
        self.grid = grid
        self._typed = self.form
        self._is_plain = False

    def _find(self) -> None:
        super()._find()
        if not self._is_plain:
            self._is_plain = True
            self._make_plain()

    def _make_plain(self) -> None:
        """Give clock times their dates and fill what one answer stands for, before the form is read."""
        book = SubjectBook(self.session, self.place.subject, now(self.session))
        today = local(now(self.session), self.place.subject.site.time_zone).date()
        self._stay = stay_place(self.session, self.grid, self.place)
        record, stay = book.one(self.place.record).view, book.one(self._stay.record).view
        sent = {name: self._typed.getlist(name) for name in self._typed}
        self.form = plain_form(self.grid, sent, record, self.grid.full_dose(stay), today).form
        self._stay_patch = self._read_stay(book)
        if "merge" not in self._typed:
            self.mine = self.form

    def _read_stay(self, book: SubjectBook) -> Patch:
        """What the grid says of the end of dosing, where it differs from what the stay says."""
        names = (self.grid.stop_reason, self.grid.stop_event)
        sent = MultiDict((n, t) for n, t in self._typed.items(multi=True) if n.split(".")[0] in names)
        today = local(now(self.session), self.place.subject.site.time_zone).date()
        patch, _ = read_form(self.grid.stay, sent, today=today, editable=lambda path: True)
        view = book.one(self._stay.record).view
        for name in list(patch.items):
            if not differs(self.grid.stay.items[name], view.answers.get(name, EMPTY), patch.items[name]):
                del patch.items[name]
        return patch

    def _store(self, patch: Patch, held: list[Held]) -> tuple[posting.Stored, Typed | None]:
        """Grid and stay in one change: both are stored, or neither."""
        self.form = self._typed
        held[:] = [self._held_words(one) for one in held]
        record = self.place.record
        with change_for_request("record:save", subject=record.subject_uid, site=record.site_uid) as change:
            stored, left = super()._store(patch, held)
            if self._stay_patch.items:
                version = self.form.get("stay_version", 0, type=int)
                ended = posting.store(saving_for(change), self._stay.record, self._stay_patch, version=version)
                for clash in ended.clashes:
                    flash(
                        f"{clash.changed_by} changed '{clash.label}' to '{clash.value_now}' meanwhile; that is kept.",
                        "warning",
                    )
        return stored, left

    def _held_words(self, held: Held) -> Held:
        """What is wrong with a start, in the words of a drug chart; others keep their sentence."""
        _, _, rest = held.path.partition(".")
        slot, _, name = rest.partition(".")
        typed = next((text for text in self._typed.getlist(held.path) if text.strip()), "")
        if name != self.grid.start or not typed:
            return held
        first = self.grid.crf.items[self.grid.first_plan].label
        wanted = (
            f"Enter '{first}' or the date of this start: {typed} is a time without a day."
            if clock_of(typed) and not self._typed.get(f"{held.path}.{DATE}")
            else f"Enter a time of 24 hours, like 0805. You entered '{typed}'."
        )
        return Held(held.path, held.text, f"{wanted} Dose {slot} waits for it; the rest is stored.")

    def _answer_stored(self, stored: posting.Stored, held: list[Held], left: Typed | None) -> Response:
        response = super()._answer_stored(stored, held, left)
        if not stored.clashes and not held and stored.outcome.changed:
            flash(self._count_words())
        return response

    def _count_words(self) -> str:
        """'9 doses given, 3 held, 2 not reached.'"""
        view = SubjectBook(self.session, self.place.subject, now(self.session)).one(self.place.record).view
        found = [slot.status for slot in self.grid.slots_of(view)]
        words = {self.grid.given: "given", self.grid.held: "held", self.grid.not_reached: "not reached"}
        counts = [f"{found.count(status)} {word}" for status, word in words.items() if found.count(status)]
        return f"Doses: {', '.join(counts)}." if counts else "No dose is recorded yet."

    def _show_again(self, typed: Typed) -> Response:
        if self.is_kept:
            return redirect(form_url(self.place), 303)
        return make_response(render_grid(self.grid, open_form(self.place, typed)), 422)


class DosePosting(GridPosting):
    """One dose recorded at the bedside: a grid of which one slot was sent, and which comes back to its own page."""

    def __init__(self, grid: DoseGrid, segments: dict[str, Any], slot: int) -> None:
        super().__init__(grid, segments)
        self.slot = slot

    def _find(self) -> None:
        super()._find()
        self.page_url = url_for("dosing.dose", **self.segments, slot=self.slot)

    def _settle_draft(self, left: Typed | None) -> None:
        """What was typed in the grid and not sent from here stays in its draft."""
        place = self.place
        names = posting.typed_fields(self._typed)
        draft_box().forget(form_url(place), names, title=place.full_title, form_version=place.crf.version)
        if left is not None:
            self._keep(left)

    def _keep(self, typed: Typed) -> None:
        typed.on = f"dose {self.slot}"
        try:
            keep_part(draft_box(), self.place, typed)
        except (DraftTooLarge, TooManyDrafts):
            self.is_kept = False

    def _next_url(self) -> str:
        return self.page_url

    def _show_again(self, typed: Typed) -> Response:
        if self.is_kept:
            return redirect(self.page_url, 303)
        return make_response(render_dose(self.grid, open_form(self.place, typed), self.slot), 422)
