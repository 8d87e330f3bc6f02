"""A posted form on its way into the record, and the answer to whoever posted it."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from audit.capture import Change, RepeatedRequest
from edc.clock import local, now, time_text
from edc.errors import Problem
from edc.permissions import Permission
from edc.records import posting, service
from edc.records.book import SubjectBook
from edc.records.clashes import find_clashes
from edc.records.drafts import DraftTooLarge, TooManyDrafts, Typed
from edc.records.form_page import (
    draft_box,
    form_url,
    frame_of,
    keep_typed,
    open_form,
    render_form,
    saving_for,
    this_place,
    url_of_record,
)
from edc.records.models import FormRecord
from edc.records.outcome import Saving
from edc.records.problems import ChangeReasonMissing, Clash
from edc.records.sentences import moved_line, names, saved_line
from edc.records.sources import line_words
from edc.web import change_for_request, current, db, request_id
from forms.entry_form import read_form
from forms.logs import is_listed
from forms.patch import Held, Patch
from forms.views import Record

P = Permission


class Posting:
    """One posted form on its way into the record."""

    def __init__(self, segments: dict[str, Any]) -> None:
        self.session, self.me, self.segments = db(), current(), segments
        self.form = self.mine = posting.settled(request.form)
        self.version = request.form.get("row_version", 0, type=int)
        self.is_kept = True

    def answer(self) -> Response:
        """Save, or answer with the first result, the page again, or the clashes to settle."""
        subject = service.hold_subject(self.session, self.segments["code"])
        self._find()
        is_as_read = not self.place.is_new and self.version == self.place.record.row_version
        done = None if is_as_read else self._find_repeated()
        if done is not None:
            return _answer_repeated(done)
        today = local(now(self.session), subject.site.time_zone).date()
        patch, held = read_form(self.place.crf, self.form, today=today, editable=self._may_edit)
        if posting.unsettled(request.form):
            return self._ask_again(patch)
        try:
            stored, left = self._store(patch, held)
        except RepeatedRequest:
            done = self._find_repeated()
            return _answer_repeated(done) if done else redirect(self.page_url, 303)
        except Problem as problem:
            return self._come_back(problem)
        return self._answer_stored(stored, held, left)

    def _find(self) -> None:
        self.place = this_place(self.segments)
        self.page_url = form_url(self.place)
        self._was_new = self.place.is_new

    def _find_repeated(self) -> FormRecord | None:
        return service.find_repeated(self.session, self.me.user.uid, request_id())

    def _may_edit(self, path: str) -> bool:
        version, may_assess = self.place.record.crf_version, self.me.may(P.RECORD_ASSESS)
        return posting.may_edit(self.place.crf, path, may_assess=may_assess, version=version)

    def _store(self, patch: Patch, held: list[Held]) -> tuple[posting.Stored, Typed | None]:
        """The save and the draft of what is left, in one transaction."""
        record = self.place.record
        with change_for_request("record:save", subject=record.subject_uid, site=record.site_uid) as change:
            saving = self._saving(change)
            stored = posting.store(saving, record, patch, version=self.version)
            self._settle(stored, saving)
            typed = posting.typed_fields(self.form)
            left = posting.left_over(typed, patch, held, stored.clashes, record.row_version)
            self._settle_draft(left)
        return stored, left

    def _saving(self, change: Change) -> Saving:
        """The circumstances of this save."""
        return saving_for(change)

    def _settle(self, stored: posting.Stored, saving: Saving) -> None:
        """What a page of its own does besides, in the same transaction."""

    def _settle_draft(self, left: Typed | None) -> None:
        """The draft of the page becomes what is left of it."""
        draft_box().discard(self.page_url)
        if left is not None:
            self._keep(left)

    def _keep(self, typed: Typed) -> None:
        """Keep what was typed as the draft of the page, where there is room for it."""
        try:
            keep_typed(draft_box(), self.place, typed)
        except (DraftTooLarge, TooManyDrafts):
            self.is_kept = False

    def _come_back(self, problem: Problem) -> Response:
        """Nothing was stored: everything typed is kept, and the page says what is wrong."""
        self._find()
        typed = Typed(posting.typed_fields(self.form), row_version=self.version)
        self._keep(typed)
        self.session.commit()
        if not isinstance(problem, ChangeReasonMissing):
            raise problem
        flash(f"Nothing was stored yet. Say why you changed {problem.facts['labels']}, then save again.", "error")
        return self._show_again(typed)

    def _show_again(self, typed: Typed) -> Response:
        """The page with what was typed: from the draft, or at once where no draft could be kept."""
        if self.is_kept:
            return redirect(form_url(self.place), 303)
        return make_response(render_form(open_form(self.place, typed)), 422)

    def _answer_stored(self, stored: posting.Stored, held: list[Held], left: Typed | None) -> Response:
        at = time_text(now(self.session), self.place.subject.site.time_zone)
        if stored.outcome.changed and is_listed(self.place.crf) and not held and not stored.clashes:
            flash(self._words_of(stored.outcome.entry.view))
        flash(saved_line(stored, stored.outcome.entry, held, at), "warning" if left else "success")
        if moved := moved_line(stored.outcome):
            flash(moved, "warning")
        if stored.clashes:
            return self._ask_to_settle(stored.clashes, self.version)
        return self._show_again(left) if left else redirect(self._next_url(), 303)

    def _words_of(self, record: Record) -> str:
        """The saved line in words: 'Medication 4 Paracetamol.'"""
        return f"{self.place.crf.line_title} {line_words(record)}."

    def _ask_again(self, patch: Patch) -> Response:
        """The merge page once more: something is not chosen yet."""
        version = request.form.get("read_version", 0, type=int)
        book = SubjectBook(self.session, self.place.subject, now(self.session))
        clashes = find_clashes(book, book.entry(self.place.record), patch, version)
        labels = [clash.label for clash in clashes if clash.path in posting.unsettled(request.form)]
        flash(f"Choose one value for {names(labels)}. Nothing was stored yet.", "error")
        return self._ask_to_settle(clashes, version)

    def _ask_to_settle(self, clashes: list[Clash], read_version: int) -> Response:
        """The items that two people changed, to choose from."""
        place = self.place
        sent = request.form if "merge" in request.form else self.mine
        mine = posting.fields_of(posting.typed_fields(sent), [clash.path for clash in clashes])
        page = render_template(
            "records/merge.html", **frame_of(place), clashes=clashes, mine=mine, read_version=read_version,
            form_url=form_url(place), chosen=request.form,
            words={clash.path: posting.typed_words(place.crf, mine, clash.path) for clash in clashes},
        )  # fmt: skip
        return make_response(page, 409)

    def _list_url(self) -> str:
        """The list of the log with the line that was added."""
        code, slug = self.place.subject.code, self.place.crf.slug
        return url_for("casebook.visit", code=code, visit_slug=slug, line=self.place.record.repeat_no)

    def _next_url(self) -> str:
        place = self.place
        if group := request.form.get("add", ""):
            return f"{form_url(place)}?add={group}#group-{group}" if group in place.crf.groups else form_url(place)
        if request.form.get("then") != "next":
            return self._list_url() if self._was_new and is_listed(place.crf) else form_url(place)
        if place.crf.log:
            return url_for("records.new_form", code=place.subject.code, form_slug=place.crf.slug)
        visit = place.visit
        following = visit and service.find_next_form(self.session, place.subject, visit, place.crf)
        if visit is None or following is None:
            return form_url(place)
        return url_for("records.form", code=place.subject.code, visit_slug=visit.slug, form_slug=following.slug)


def _answer_repeated(record: FormRecord) -> Response:
    flash("This was saved already; it was not saved twice.")
    return redirect(url_of_record(record), 303)
