"""What a reviewer does on the page of a form: verify the items shown, take a verification back, raise a query."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from edc.errors import NotFound
from edc.permissions import Permission
from edc.queries.service import open_queries
from edc.records.axes import count_axes
from edc.records.book import SubjectBook
from edc.records.form_page import at_form, form_url, saving_for, this_place
from edc.records.item_page import find_item
from edc.records.places import FormPlace
from edc.records.saving import Saving, hold, place_of, refuse_restricted
from edc.records.sentences import counted
from edc.review.verification import take_back, verify_items
from edc.web import change_for_request, current, needs

blueprint = Blueprint("form_review", __name__)
P = Permission


def stored_place(segments: dict[str, Any]) -> FormPlace:
    """The stored form of an address; raises NotFound while nobody saved it."""
    place = this_place(segments)
    if place.is_new:
        raise NotFound
    return place


@at_form(blueprint, "/verify", method="POST")
@needs(P.RECORD_VERIFY)
def verify(**segments: Any) -> Response:
    """Verify the items that the page showed, or the one that was pressed."""
    place = stored_place(segments)
    record = place.record
    keys = request.form.getlist("one") or request.form.getlist("item")
    with change_for_request("record:verify", subject=record.subject_uid, site=record.site_uid) as change:
        seen = request.form.get("row_version", -1, type=int)
        done, left = verify_items(saving_for(change), record, keys, seen_version=seen)
    left_out = f" {counted(left, 'item')} with open queries left out." if left else ""
    flash(f"{counted(done, 'item')} verified.{left_out}")
    return redirect(form_url(place), 303)


@at_form(blueprint, "/items/<path>/take-back", method="POST")
@needs(P.RECORD_VERIFY)
def take_back_item(path: str, **segments: Any) -> Response:
    """Withdraw the verification of one item, with a reason."""
    place, reason = stored_place(segments), request.form.get("reason", "")
    record = place.record
    with change_for_request("record:take-back", reason.strip() or None, subject=record.subject_uid) as change:
        saving = saving_for(change)
        book = SubjectBook(saving.session, record.subject, saving.now)
        take_back(saving, record, [find_item(book.one(record), path).review_key], reason)
    flash("The verification is taken back.")
    return redirect(url_for("records.item", **place.address, path=path), 303)


@at_form(blueprint, "/items/<path>/query", method="POST")
@needs(P.QUERY_OPEN)
def raise_query(path: str, **segments: Any) -> Response:
    """Ask the site about one item, also an empty one; nothing else of the form moves."""
    place = stored_place(segments)
    record = place.record
    with change_for_request("query:open", subject=record.subject_uid, site=record.site_uid) as change:
        number = ask(saving_for(change), place, path, request.form.get("text", ""))
    flash(f"Query {number} opened. The site has it on its list now.")
    return redirect(url_for("records.item", **place.address, path=path), 303)


def ask(saving: Saving, place: FormPlace, path: str, text: str) -> int:
    """Open a query on an item of a form and bring the marks up to date; returns its number."""
    record = place.record
    hold(saving.session, record)
    refuse_restricted(saving.session, record, ("locked",))
    book = SubjectBook(saving.session, record.subject, saving.now)
    entry = book.entry(record)
    found = find_item(entry, path)
    where = place_of(book, record.uid, found.row_uid, found.item.name, [entry])
    (query,) = open_queries(
        saving.session, [(where, text, None)], by=saving.by, source=current().role.value, now=saving.now
    )  # fmt: skip
    count_axes(saving.session, [entry])
    return query.number
