"""Drafts from open pages, from forms that came too late, and their end."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, cast

from flask import Blueprint, Flask, flash, jsonify, redirect, request
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from edc.clock import now, time_text
from edc.db import Session
from edc.errors import Problem, Refused
from edc.permissions import Permission
from edc.records import posting, presence
from edc.records.drafts import DraftBox, Typed
from edc.records.form_page import NEW, at_form, draft_box, form_url, keep_part, keep_typed, this_place
from edc.records.places import FormPlace, find_place
from edc.web import ExpiredPost, current, db, keep_draft, needs, shell

blueprint = Blueprint("drafts", __name__)
P = Permission
SAVING_ENDPOINTS = ("records.save", "records.save_new")


@at_form(blueprint, "/draft", method="POST")
@needs(P.RECORD_ENTER)
def keep(**segments: Any) -> Response:
    """Keep what was typed on an open page and is not saved yet."""
    return _keep_typing(segments)


@blueprint.post(f"{NEW}/draft")
@needs(P.RECORD_ENTER)
def keep_new(**segments: Any) -> Response:
    """Keep what was typed of a new line."""
    return _keep_typing(segments)


def _keep_typing(segments: dict[str, Any]) -> Response:
    place = this_place(segments)
    version = request.args.get("version", 0, type=int)
    typed = Typed(_posted_fields(), row_version=version, on=request.args.get("on", ""))
    draft_box().keep_typing(form_url(place), typed, title=place.full_title, form_version=place.crf.version)
    others = _note_presence(place) if place.has_own_address else []
    db().commit()
    return jsonify(kept=time_text(now(db()), place.subject.site.time_zone), others=others)


def _note_presence(place: FormPlace) -> list[str]:
    """Whoever types is there; who else is, in sentences."""
    path, me, at = form_url(place), current(), now(db())
    presence.note_presence(db(), path, me.user, at)
    return presence.words(presence.list_present(db(), path, at), me.user.uid, place.subject.site.time_zone)


@blueprint.get("/draft-key")
@needs(P.RECORD_ENTER)
def key() -> Response:
    """The key of what a browser of this person cannot send; like every answer it is kept by no cache."""
    box = draft_box()
    return jsonify(owner=box.user_uid, key=b64encode(box.device_key()).decode())


def _posted_fields() -> dict[str, list[str]]:
    body = request.get_json(silent=True)
    fields = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(fields, dict) or not all(
        isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in fields.values()
    ):
        raise Refused(reason="A draft holds lists of texts by field.", remedy="Save the form instead.")
    return {name: texts for name, texts in fields.items() if name not in posting.CONTROLS}


@at_form(blueprint, "/draft/discard", method="POST")
@needs(P.RECORD_ENTER)
def discard(**segments: Any) -> Response:
    """Forget what was typed and not saved."""
    return _discard(segments)


@blueprint.post(f"{NEW}/draft/discard")
@needs(P.RECORD_ENTER)
def discard_new(**segments: Any) -> Response:
    """Forget a new line that was not saved."""
    return _discard(segments)


def _discard(segments: dict[str, Any]) -> Response:
    place = this_place(segments)
    draft_box().discard(form_url(place))
    db().commit()
    flash("Your unsaved answers were discarded. The record stands as it was.")
    return redirect(form_url(place), 303)


def keep_expired(session: Session, post: ExpiredPost) -> bool:
    """Keep the body of a form page whose session had timed out, or that met a fault, as a draft of its owner."""
    return post.endpoint in SAVING_ENDPOINTS and keep_as_draft(session, post)


def keep_as_draft(session: Session, post: ExpiredPost, *, part: str = "") -> bool:
    """Keep a body whose view arguments name a form; False when the person may not enter or the form is gone.

    A body of one part of a form, which has a name, lies over the draft of the form.
    """
    me = post.signed_in
    if not me.holds(P.RECORD_ENTER):
        return False
    try:
        place = find_place(session, now(session), **post.view_args)
        box = DraftBox(session, shell().keys, me.user.uid, now(session))
        form: MultiDict[str, str] = MultiDict(post.form)
        typed = Typed(posting.typed_fields(form), row_version=form.get("row_version", 0, type=int), on=part)
        keep_part(box, place, typed) if part else keep_typed(box, place, typed)
    except Problem:
        return False
    session.commit()
    return True


def _offer_to_keep(state: BlueprintSetupState) -> None:
    keep_draft(cast(Flask, state.app), keep_expired)


blueprint.record_once(_offer_to_keep)
