"""The page on which data management moves a participant to another site."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edc.casebook.views import saving_for
from edc.permissions import Permission
from edc.records.service import get_subject, hold_subject
from edc.records.transfer import move_subject
from edc.web import change_for_request, db, needs, sites

blueprint = Blueprint("transfer", __name__)


@blueprint.get("/participants/<code>/move")
@needs(Permission.PARTICIPANT_MOVE)
def page(code: str) -> str:
    """What moving a participant means, and the sites that there are."""
    subject = get_subject(db(), code)
    others = sorted((site for site in sites().values() if site.uid != subject.site_uid), key=lambda site: site.code)
    text: str = render_template("casebook/move.html", subject=subject, others=others)
    return text


@blueprint.post("/participants/<code>/move")
@needs(Permission.PARTICIPANT_MOVE)
def move(code: str) -> Response:
    """Move the participant with all that was recorded."""
    subject = hold_subject(db(), code)
    reason = request.form.get("reason", "").strip()
    with change_for_request("participant:move", reason or None, subject=subject.uid) as change:
        moved = move_subject(saving_for(change, reason), subject.uid, request.form.get("site", ""), reason)
    flash(f"{moved.code} is at site {moved.site} now, with {moved.forms} forms and {moved.queries} queries.")
    return redirect(url_for("casebook.casebook", code=code), 303)
