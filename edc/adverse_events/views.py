"""The pages of adverse events: one event, and the search for a term; their log is a list like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Flask, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from edc.adverse_events import terms
from edc.adverse_events.event_page import render_event
from edc.adverse_events.posting import EventPosting
from edc.db import Session
from edc.errors import NotFound
from edc.permissions import Permission
from edc.records.draft_views import keep_as_draft
from edc.records.drafts import Typed
from edc.records.form_page import (
    View,
    at_slugs,
    draft_box,
    form_url,
    frame_of,
    keep_typed,
    open_form,
    render_form,
    this_place,
)
from edc.records.views import note_opening
from edc.study.ctcae_wording import wording_of
from edc.web import ExpiredPost, db, keep_draft, needs, require
from forms.dictionaries.ctcae import find_term
from forms.dictionaries.term_search import search
from forms.event_logs import EVENT_LOGS, EventLog, grade_options

blueprint = Blueprint("adverse_events", __name__)
P = Permission
LOGS = {log.crf.slug: log for log in EVENT_LOGS}
MOST_TERMS = 20
YEAR = 365 * 24 * 3600


def at_logs(*suffixes: str, method: str = "GET") -> Callable[[View], View]:
    """Register a view at the address of each event log."""
    return at_slugs(blueprint, LOGS, *(f"/participants/<code>/{{slug}}{suffix}" for suffix in suffixes), method=method)


# --- one event ------------------------------------------------------------------------------------------------------


@at_logs("/new", "/<int:line>")
@needs(P.RECORD_READ)
def event(**segments: Any) -> str:
    """One event: to fill in for the site, to verify for the monitor, to read for everybody else."""
    if "line" not in segments:
        require(P.RECORD_ENTER)
    opened = open_form(this_place(segments))
    page = render_form(opened) if opened.may_verify else render_event(_log(segments), opened)
    note_opening(opened.place.record)
    return page


@at_logs("/new", "/<int:line>", method="POST")
@needs(P.RECORD_ENTER)
def save(**segments: Any) -> Response:
    """Store what can be stored of an event."""
    return EventPosting(_log(segments), segments).answer()


@at_logs("/new/term", "/<int:line>/term")
@needs(P.RECORD_ENTER)
def term(**segments: Any) -> str:
    """Search the dictionary without scripts; what was typed in the event waits as its draft."""
    events, place = _log(segments), this_place(segments)
    draft = draft_box().find(form_url(place)) or Typed()
    text = request.args.get("q")
    if text is None:
        text = draft.text(events.term) or draft.text(events.words) or ""
    page: str = render_template(
        "adverse_events/term.html", **frame_of(place), events=events, text=text[:200],
        found=search(text[:200], limit=MOST_TERMS), grades_text=terms.grades_text, form_url=form_url(place),
    )  # fmt: skip
    return page


@at_logs("/new/term", "/<int:line>/term", method="POST")
@needs(P.RECORD_ENTER)
def pick_term(**segments: Any) -> Response:
    """Put the chosen term into the draft of the event and go back to it."""
    events, place = _log(segments), this_place(segments)
    chosen = events.term_of(request.form.get("term"))
    if chosen is not None:
        draft = draft_box().find(form_url(place)) or Typed(row_version=place.record.row_version)
        draft.fields[events.term] = [chosen.name]
        draft.sentences.pop(events.term, None)
        keep_typed(draft_box(), place, draft)
        db().commit()
    return redirect(form_url(place), 303)


def _log(segments: dict[str, Any]) -> EventLog:
    return LOGS[segments["form_slug"]]


# --- terms ----------------------------------------------------------------------------------------------------------


@blueprint.get("/adverse-event-terms/<digest>.json")
@needs(P.RECORD_READ)
def terms_index(digest: str) -> Response:
    """The dictionary for the picker, under an address that changes with its content, so that browsers keep it."""
    body, current_digest = terms.index()
    if digest != current_digest:
        raise NotFound
    answer = Response(body, mimetype="application/json", headers={"Content-Encoding": "gzip"})
    answer.cache_control.private, answer.cache_control.max_age, answer.cache_control.immutable = True, YEAR, True
    return answer


@blueprint.get("/adverse-event-grades.json")
@needs(P.RECORD_READ)
def grade_words() -> dict[str, str]:
    """What stands beside each grade of a term, for a term that is chosen in the browser."""
    term = find_term(request.args.get("term", ""))
    return dict(grade_options(term, wording_of(db(), term)))


# --- late forms -----------------------------------------------------------------------------------------------------


def keep_expired(session: Session, post: ExpiredPost) -> bool:
    """Keep the body of an event whose session had timed out as a draft of its owner."""
    return post.endpoint == f"{blueprint.name}.{save.__name__}" and keep_as_draft(session, post)


def _offer_to_keep(state: BlueprintSetupState) -> None:
    keep_draft(cast(Flask, state.app), keep_expired)


blueprint.record_once(_offer_to_keep)
