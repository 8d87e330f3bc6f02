"""A deviation that a check offered: the new line that names the check, or the reason why there is none."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy import select
from werkzeug.wrappers import Response

from audit.capture import Change
from edc.db import Session
from edc.errors import NotFound
from edc.permissions import Permission
from edc.queries import service as queries
from edc.queries.models import Query
from edc.records import posting
from edc.records.axes import count_axes
from edc.records.book import SubjectBook
from edc.records.draft_views import keep_as_draft
from edc.records.drafts import Typed
from edc.records.form_page import form_url, open_form, render_form, saving_for, this_place
from edc.records.outcome import Saving
from edc.records.post_form import Posting
from edc.records.saving import lock_subject, refuse_restricted
from edc.records.service import get_record_by_uid
from edc.web import ExpiredPost, change_for_request, db, keep_draft, needs, safe_return
from forms.codelists import LISTS
from forms.crfs.deviations import Deviations
from forms.deviations import ADDED, DECLINED, OFFERS, UNSETTLED_ID
from forms.items import Answer
from forms.patch import Held, Patch

blueprint = Blueprint("deviations", __name__)
P = Permission
NEW_DEVIATION = f"/participants/<code>/{Deviations.slug}/new"
LONGEST_PLACE = Deviations.items["related_item"].length  # type: ignore[attr-defined]


@blueprint.get(NEW_DEVIATION)
@needs(P.RECORD_ENTER)
def new(code: str) -> str:
    """A new deviation; the query that offered it stands beside its questions."""
    return _page(_segments(code), find_offer(code, _asked_number()))


def _page(segments: dict[str, Any], offer: Query | None, typed: Typed | None = None) -> str:
    opened = open_form(this_place(segments), typed)
    if offer is None:
        offer = find_offer(segments["code"], _number(opened.page.typed.text("query")))
    category = LISTS["DVCAT"].label(OFFERS[offer.check_id or ""]) if offer else ""
    return render_form(opened, "casebook/deviation.html", offer=offer, category=category)


def _segments(code: str) -> dict[str, Any]:
    return {"code": code, "form_slug": Deviations.slug}


def _asked_number() -> int | None:
    return _number(request.values.get("query"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def find_offer(code: str, number: int | None) -> Query | None:
    """The query of a participant that offers a deviation; None when it is settled, closed or another's."""
    statement = select(Query).where(Query.number == number, Query.subject_code == code)
    found = db().scalars(statement).one_or_none() if number is not None else None
    return found if found is not None and found.offers_deviation else None


@blueprint.post(NEW_DEVIATION)
@needs(P.RECORD_ENTER)
def save(code: str) -> Response:
    """Store a new deviation, and settle the offer that it answers."""
    return DeviationPosting(_segments(code)).answer()


class DeviationPosting(Posting):
    """One posted deviation: the line of an offered one names the check and the item."""

    def __init__(self, segments: dict[str, Any]) -> None:
        super().__init__(segments)
        self.offer: Query | None = None

    def _store(self, patch: Patch, held: list[Held]) -> tuple[posting.Stored, Typed | None]:
        self.offer = find_offer(self.segments["code"], _asked_number())
        if self.offer is not None and any(answer.is_given for answer in patch.items.values()):
            patch.items["check_id"] = Answer(self.offer.check_id, None, "derived")
            patch.items["related_item"] = Answer(_place_words(self.offer), None, "derived")
        return super()._store(patch, held)

    def _saving(self, change: Change) -> Saving:
        saving = super()._saving(change)
        saving.may_stamp = self.offer is not None
        return saving

    def _settle(self, stored: posting.Stored, saving: Saving) -> None:
        record = stored.outcome.record
        if self.offer is not None and record.row_version:
            settle(saving, self.offer, ADDED, f"{Deviations.line_title} {record.repeat_no} was added.")

    def _show_again(self, typed: Typed) -> Response:
        if self.is_kept:
            number = f"?query={self.offer.number}" if self.offer and self.place.is_new else ""
            return redirect(form_url(self.place) + number, 303)
        return Response(_page(self.segments, find_offer(self.segments["code"], _asked_number()), typed), 422)


def _place_words(offer: Query) -> str:
    """Where the offer stands: visit, form, row and item."""
    return ", ".join(words for words in (offer.place_words, offer.item_words) if words)[:LONGEST_PLACE]


def settle(saving: Saving, offer: Query, settled: str, text: str) -> None:
    """Say what became of an offer, close the reminder that asks for it, and bring the marks of the form up to date."""
    queries.settle_deviation(offer, settled, text, by=saving.by, now=saving.now)
    record = get_record_by_uid(saving.session, offer.record_uid)
    for reminder in queries.list_for_record(saving.session, [record.uid], closed=False):
        is_same = (reminder.row_uid, reminder.item_name) == (offer.row_uid, offer.item_name)
        if reminder.check_id == UNSETTLED_ID and is_same:
            queries.close_query(reminder, text, by=saving.by, now=saving.now, may_close_checks=True)
            reminder.accepted = False
    count_axes(saving.session, [SubjectBook(saving.session, record.subject, saving.now).entry(record)])


@blueprint.post("/queries/<int:number>/no-deviation")
@needs(P.QUERY_ANSWER)
def decline(number: int) -> Response:
    """Say why an offered deviation is none."""
    offer = db().scalars(select(Query).where(Query.number == number)).one_or_none()
    if offer is None:
        raise NotFound
    lock_subject(db(), offer.subject_uid)
    refuse_restricted(db(), get_record_by_uid(db(), offer.record_uid), ("locked",))
    with change_for_request("query:no-deviation", subject=offer.subject_uid, site=offer.site_uid) as change:
        settle(saving_for(change), offer, DECLINED, request.form.get("text", ""))
    flash("No deviation: your reason stands in the query.")
    return redirect(safe_return(request.form.get("back")) or url_for("review.query", number=number), 303)


def keep_expired(session: Session, post: ExpiredPost) -> bool:
    """Keep the body of a deviation whose session had timed out as a draft of its owner."""
    if post.endpoint != f"{blueprint.name}.{save.__name__}":
        return False
    post.view_args["form_slug"] = Deviations.slug
    return keep_as_draft(session, post)


def _offer_to_keep(state: BlueprintSetupState) -> None:
    keep_draft(cast(Flask, state.app), keep_expired)


blueprint.record_once(_offer_to_keep)
