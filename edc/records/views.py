"""The pages on which forms are filled in and read: any CRF at a visit or in a log."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edc.clock import now
from edc.errors import NotFound
from edc.permissions import Permission
from edc.records import service
from edc.records.form_page import (
    NEW,
    at_form,
    draft_box,
    form_url,
    frame_of,
    open_form,
    render_form,
    saving_for,
    this_place,
)
from edc.records.item_page import build_item_page, find_item
from edc.records.models import FormRecord
from edc.records.moving import move_record
from edc.records.places import FormPlace
from edc.records.post_form import Posting
from edc.records.sources import list_reviews
from edc.web import change_for_request, current, needs, shell
from forms.codelists import LISTS, CodeListEntry
from forms.dictionaries.ctcae import list_terms
from forms.dictionaries.synonyms import terms_by_word

blueprint = Blueprint("records", __name__)
P = Permission


# --- read -----------------------------------------------------------------------------------------------------------


@at_form(blueprint)
@needs(P.RECORD_READ)
def form(**segments: Any) -> str:
    """A form: to fill in for the site, to verify for the monitor, to read for everybody else."""
    place = this_place(segments)
    page = render_form(open_form(place))
    note_opening(place.record)
    return page


@blueprint.get(NEW)
@needs(P.RECORD_ENTER)
def new_form(**segments: Any) -> str:
    """The next line of a log."""
    return render_form(open_form(this_place(segments)))


@at_form(blueprint, "/items/<path>")
@needs(P.RECORD_READ)
def item(path: str, **segments: Any) -> str:
    """One item: its value, its history from the first value on, its queries and its verification."""
    place = this_place(segments)
    if place.is_new:
        raise NotFound
    opened = open_form(place)
    found = find_item(opened.entry, path)
    reviews = {(review.row_key, review.item_name): review for review in list_reviews(opened.book, opened.entry)}
    review = reviews.get((found.row_uid or "", found.item.name))
    shown = build_item_page(opened.book, opened.page, path, review)
    template = "records/item_panel.html" if request.headers.get("X-Fragment") else "records/item.html"
    page: str = render_template(template, **frame_of(place), opened=opened, item=shown, form_url=form_url(place))
    return page


def note_opening(record: FormRecord) -> None:
    """Remember that a person who signs looked at this version; not study data, so in a transaction of its own."""
    me = current()
    if not me.holds(P.RECORD_SIGN) or not record.row_version:
        return
    with shell().session(writes=True) as session:
        service.note_opening(session, record, me.user.uid, now(session))
        session.commit()


@blueprint.get("/terms/<name>")
@needs(P.RECORD_READ)
def terms(name: str) -> Response:
    """The terms of a dictionary or an open code list, for the combobox: [[term, group, note, [synonyms]], ...]."""
    if name == "CTCAE":
        rows: list[Any] = _ctcae_rows()
    elif name in LISTS:
        rows = [_entry_row(entry) for entry in LISTS[name]]
    else:
        raise NotFound
    answer = jsonify(rows)
    answer.cache_control.private = True
    answer.cache_control.max_age = 3600
    return answer


def _entry_row(entry: CodeListEntry) -> list[Any]:
    """A value that people find by its words too."""
    return [entry.value, "" if entry.label == entry.value else entry.label, "", [entry.label]]


@cache
def _ctcae_rows() -> list[Any]:
    words: dict[str, list[str]] = {}
    for word, found in terms_by_word().items():
        for term in found:
            words.setdefault(term.name, []).append(word)
    grades = {term.name: f"G{term.grades[0]}-{term.grades[-1]}" for term in list_terms()}
    return [[term.name, term.soc, grades[term.name], words.get(term.name, [])] for term in list_terms()]


# --- save -----------------------------------------------------------------------------------------------------------


@at_form(blueprint, method="POST")
@needs(P.RECORD_ENTER)
def save(**segments: Any) -> Response:
    """Store what can be stored of a form; what cannot be read or clashes comes back as it was typed."""
    return Posting(segments).answer()


@blueprint.post(NEW)
@needs(P.RECORD_ENTER)
def save_new(**segments: Any) -> Response:
    """Store a new line of a log."""
    return Posting(segments).answer()


# --- removed, not done ----------------------------------------------------------------------------------------------


@at_form(blueprint, "/remove")
@needs(P.RECORD_ENTER)
def ask_removal(**segments: Any) -> str:
    """Why a line is to be removed."""
    return _reason_page(this_place(segments), "remove")


@at_form(blueprint, "/not-done")
@needs(P.RECORD_ENTER)
def ask_not_done(**segments: Any) -> str:
    """Why a form was not done."""
    return _reason_page(this_place(segments), "not_done")


def _reason_page(place: FormPlace, act: str) -> str:
    page: str = render_template(
        "records/reason.html", **frame_of(place), act=act, form_url=form_url(place),
        act_url=form_url(place, f"records.{act}"),
    )  # fmt: skip
    return page


@at_form(blueprint, "/move", method="POST")
@needs(P.RECORD_ENTER)
def move(**segments: Any) -> Response:
    """Move a form to the version that its site has activated since; its answers stay."""
    place = this_place(segments)
    if place.is_new:
        raise NotFound
    record = place.record
    with change_for_request("record:move", "The form was amended", subject=record.subject_uid) as change:
        outcome = move_record(saving_for(change), record)
        version, fell_back = record.crf_version, outcome.fell_back
    flash(f"{place.title} is on version {version} now." + (" It has questions to answer." if fell_back else ""))
    return redirect(form_url(place), 303)


@at_form(blueprint, "/remove", method="POST")
@needs(P.RECORD_ENTER)
def remove(**segments: Any) -> Response:
    """Mark a line as removed; it stays readable and its number is not used again."""
    place, reason = this_place(segments), request.form.get("reason", "")
    if place.is_new:
        raise NotFound
    record = place.record
    with change_for_request("record:remove", reason.strip() or None, subject=record.subject_uid) as change:
        service.remove_record(saving_for(change), record, reason)
        draft_box().discard(form_url(place))
    flash(f"{place.title} is removed. It stays in the history.")
    return redirect(url_for("casebook.visit", code=place.subject.code, visit_slug=place.crf.slug), 303)


@at_form(blueprint, "/not-done", method="POST")
@needs(P.RECORD_ENTER)
def not_done(**segments: Any) -> Response:
    """State that a form was not done."""
    place, reason = this_place(segments), request.form.get("reason", "")
    record = place.record
    with change_for_request("record:not-done", reason.strip() or None, subject=record.subject_uid) as change:
        service.mark_not_done(saving_for(change), record, reason)
        draft_box().discard(form_url(place))
    flash(f"{place.title} is marked not done.")
    return redirect(form_url(place), 303)
