"""The normal ranges of the laboratories: list, propose, approve by another person, end, withdraw."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edc.clock import local, now
from edc.errors import ReasonMissing, Refused
from edc.labs import ranges
from edc.permissions import Permission, Role
from edc.study import normal_ranges
from edc.study.acts import Act
from edc.study.models import Laboratory, Site
from edc.web import NavEntry, change_for_request, current, db, needs, needs_any, site_zone
from forms.items import Date
from forms.reading import read

blueprint = Blueprint("lab_ranges", __name__)
P = Permission
NAV = [NavEntry("Lab ranges", "lab_ranges.range_list", frozenset({Role.DATA_MANAGER, Role.INVESTIGATOR}), 70)]
LAST_DAY = Date("Last day", not_future=False)


@blueprint.get("/lab-ranges")
@needs(P.RECORD_READ)
def range_list() -> str:
    """The normal ranges within the scope, by laboratory and test, paged."""
    arguments = request.args
    narrowed = ranges.RangeFilter(
        arguments.get("laboratory", ""), (arguments.get("test") or "").strip()[:40], arguments.get("state", "")
    )
    lines, following = ranges.list_lines(db(), narrowed, arguments.get("after", ""), _today())
    names = sorted({name.rpartition(", site ")[0] for _, name in ranges.laboratories(db())})
    page: str = render_template(
        "labs/ranges.html", lines=lines, following=following, narrowed=narrowed, states=ranges.STATES,
        tones=ranges.TONES, laboratories=names, user_uid=current().user.uid,
    )  # fmt: skip
    return page


def _today() -> dt.date:
    return local(now(db()), site_zone()).date()


@blueprint.get("/lab-ranges/new")
@needs(P.RANGE_PROPOSE)
def proposal_page() -> str:
    """The form of one range, as the laboratory's document gives it."""
    return _proposal_page({}, {})


def _proposal_page(typed: dict[str, str], errors: dict[str, str]) -> str:
    page: str = render_template(
        "labs/propose.html", typed=typed, errors=errors, items=ranges.ITEMS, laboratories=ranges.laboratories(db()),
        tests=ranges.test_options(),
    )  # fmt: skip
    return page


@blueprint.post("/lab-ranges/new")
@needs(P.RANGE_PROPOSE)
def propose() -> Response | tuple[str, int]:
    """Store a range that waits for approval by another person."""
    typed = request.form.to_dict()
    laboratory = db().get(Laboratory, typed.get("laboratory", ""))
    proposal, errors = ranges.read_proposal(typed, laboratory.name if laboratory else "", _today())
    if proposal is None or laboratory is None:
        return _proposal_page(typed, errors), 422
    site = db().get_one(Site, laboratory.site_uid)
    try:
        with change_for_request(Act.RANGE_PROPOSE, proposal.source_document, site=site.uid):
            normal_ranges.propose_range(db(), by=current().actor, site=site, proposal=proposal)
    except Refused as refused:
        return _proposal_page(typed, {"test": refused.facts["reason"]}), 422
    flash("Range proposed. It counts once an investigator of the site has approved it.")
    return redirect(url_for(".range_list", state="waiting"), 303)


@blueprint.post("/lab-ranges/<uid>/approve")
@needs(P.RANGE_APPROVE)
def approve(uid: str) -> Response:
    """Put a range in force; nobody approves their own proposal."""
    proposed, reason = normal_ranges.get_range(db(), uid), _reason()
    with change_for_request(Act.RANGE_APPROVE, reason, site=proposed.site_uid):
        normal_ranges.approve_range(db(), by=current().actor, proposed=proposed)
    flash("Range approved. Results saved from now on are judged by it; those without a range at their next save.")
    return _back("waiting")


@blueprint.post("/lab-ranges/<uid>/end")
@needs(P.RANGE_PROPOSE)
def end(uid: str) -> Response:
    """Let a range count up to a day only."""
    standing, reason = normal_ranges.get_range(db(), uid), _reason()
    last_day = read(LAST_DAY, request.form.get("last_day", ""))
    if not isinstance(last_day, dt.date):
        raise Refused(reason="The last day is missing.", remedy="Enter the last day on which the range is valid.")
    with change_for_request(Act.RANGE_END, reason, site=standing.site_uid):
        normal_ranges.end_range(db(), by=current().actor, standing=standing, last_day=last_day, reason=reason)
    flash("The range has its last day. Results keep the limits they were judged by.")
    return _back("force")


@blueprint.post("/lab-ranges/<uid>/withdraw")
@needs_any(P.RANGE_PROPOSE, P.RANGE_APPROVE)
def withdraw(uid: str) -> Response:
    """Take back a proposal that is wrong; it stays in the list and never counts."""
    proposed, reason = normal_ranges.get_range(db(), uid), _reason()
    with change_for_request(Act.RANGE_WITHDRAW, reason, site=proposed.site_uid):
        normal_ranges.withdraw_range(db(), proposed=proposed, reason=reason, by=current().actor)
    flash("Proposal withdrawn. It never counts.")
    return _back("waiting")


def _reason() -> str:
    reason = " ".join(request.form.getlist("reason")).strip()
    if not reason:
        raise ReasonMissing
    return reason


def _back(state: str) -> Response:
    return redirect(url_for(".range_list", state=state), 303)
