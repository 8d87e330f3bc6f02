"""The normal ranges of the laboratories: list, propose, approve by another person, end, withdraw."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edc.clock import local, now
from edc.errors import ReasonMissing, Refused
from edc.labs import range_changes, ranges
from edc.labs.acts import Act as LabAct
from edc.labs.csv_rows import FileUnreadable
from edc.labs.range_file import COLUMNS, check_ranges, propose_all
from edc.permissions import Permission, Role
from edc.records.form_page import url_of_record
from edc.records.outcome import Saving
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


@blueprint.get("/lab-ranges/import")
@needs(P.RANGE_PROPOSE)
def file_page() -> str:
    """Choose a file of ranges."""
    return _file_page()


def _file_page(**values: object) -> str:
    page: str = render_template("labs/range_file.html", columns=COLUMNS, **{"error": "", "report": None, **values})
    return page


@blueprint.post("/lab-ranges/import")
@needs(P.RANGE_PROPOSE)
def take_file() -> Response | tuple[str, int] | str:
    """Judge each row of a file of ranges; propose all of them when asked to, or none."""
    sent, is_asked = request.files.get("file"), request.form.get("then") == "propose"
    if sent is None or not sent.filename:
        return _file_page(error="Choose the file with the ranges."), 422
    try:
        report = check_ranges(db(), sent.stream, sent.filename, _today())
    except FileUnreadable as unreadable:
        return _file_page(error=" ".join(unreadable.sentences)), 422
    if report.stopping or not report.new or not is_asked:
        return _file_page(report=report), 422 if report.stopping else 200
    with change_for_request(Act.RANGE_PROPOSE, report.name):
        count = propose_all(db(), current().actor, report)
    words = "range" if count == 1 else "ranges"
    flash(f"{count} {words} proposed. Each counts once an investigator of its site has approved it.")
    return redirect(url_for(".range_list", state="waiting"), 303)


@blueprint.get("/lab-ranges/<uid>/changes")
@needs(P.RECORD_READ)
def changes(uid: str) -> str:
    """What a range changes: counts of the stored results that it judges otherwise, and a page of them."""
    proposed = normal_ranges.get_range(db(), uid)
    after = request.args.get("after", "")
    page: str = render_template(
        "labs/range_changes.html", line=ranges.line_of(db(), proposed, _today()), after=after,
        summary=range_changes.summarise(db(), proposed, after), user_uid=current().user.uid,
        words=ranges.limit_words, url_of=url_of_record,
    )  # fmt: skip
    return page


@blueprint.post("/lab-ranges/<uid>/approve")
@needs(P.RANGE_APPROVE)
def approve(uid: str) -> Response:
    """Put a range in force, and ask about the results that it judges otherwise; nobody approves their own proposal."""
    proposed, reason = normal_ranges.get_range(db(), uid), _reason()
    with change_for_request(Act.RANGE_APPROVE, reason, site=proposed.site_uid) as opened:
        count = range_changes.approve(db(), by=current().actor, proposed=proposed, opened=opened)
    if not count:
        flash("Range approved. Results saved from now on are judged by it; it changes none that is stored.")
        return _back("waiting")
    stand = "stands" if count == 1 else "stand"
    flash(f"Range approved. No stored result was edited: {count} {stand} with other limits, listed below.")
    return redirect(url_for(".changes", uid=uid), 303)


@blueprint.post("/lab-ranges/<uid>/take-over")
@needs_any(P.RANGE_PROPOSE, P.RANGE_APPROVE)
def take_over(uid: str) -> Response:
    """Judge results by the range in force: those chosen, or all that are listed."""
    standing, reason = normal_ranges.get_range(db(), uid), _reason()
    chosen = None if request.form.get("all") else request.form.getlist("row")
    if chosen == []:
        raise Refused(reason="No result was chosen.", remedy="Tick results, or take the range over for all.")
    with change_for_request(LabAct.TAKE_OVER, reason, site=standing.site_uid) as opened:
        saving = Saving(db(), opened, current().actor, now(db()), default_reason=reason)
        done = range_changes.take_over(saving, standing, chosen)
    left = f" Left as they are: {', '.join(done.left[:10])}{' and more' if len(done.left) > 10 else ''}."
    words = "result is" if done.count == 1 else "results are"
    flash(f"{done.count} {words} judged by this range now.{left if done.left else ''}")
    return redirect(url_for(".changes", uid=uid), 303)


@blueprint.post("/lab-ranges/<uid>/end")
@needs(P.RANGE_PROPOSE)
def end(uid: str) -> Response:
    """Let a range count up to a day only."""
    standing, reason = normal_ranges.get_range(db(), uid), _reason()
    last_day = read(LAST_DAY, request.form.get("last_day", ""))
    if not isinstance(last_day, dt.date):
        raise Refused(reason="The last day is missing.", remedy="Enter the last day on which the range is valid.")
    with change_for_request(Act.RANGE_END, reason, site=standing.site_uid) as opened:
        range_changes.end(
            db(), by=current().actor, standing=standing, last_day=last_day, reason=reason, opened=opened
        )
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
