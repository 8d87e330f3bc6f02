"""Overview, participants, enrolment, casebook matrix, one visit, signing and the lock board."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from audit.capture import Change
from edc.adverse_events.reports import list_reports
from edc.casebook import enrolment, lists, matrix
from edc.casebook.log_views import render_log
from edc.casebook.site_counts import Counter
from edc.clock import local, now
from edc.errors import NotFound, Refused
from edc.permissions import Permission, Role
from edc.records import scheduling, visits
from edc.records.book import SubjectBook
from edc.records.saving import Saving, lock_subject
from edc.records.service import get_subject, get_visit, hold_subject
from edc.records.visits import is_untouched, mark_visit_not_done, missed_reasons
from edc.study.models import Site, Subject
from edc.study.reference import consent_versions
from edc.web import NavEntry, change_for_request, current, db, needs, needs_any, sites
from forms import schedule
from forms.crf import get_crf, get_crf_by_slug
from forms.derive.status import ENDED
from forms.entry_form import read_form
from forms.logs import log_answered_by

blueprint = Blueprint("casebook", __name__)
P = Permission
CLINICAL = frozenset({Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER, Role.INSPECTOR})
NAV = [
    NavEntry(
        "Overview", "casebook.overview", frozenset({Role.DATA_MANAGER, Role.MONITOR, Role.SPONSOR, Role.INSPECTOR}), 15
    ),
    NavEntry("Participants", "casebook.participants", CLINICAL, 20),
]


def page_size() -> int:
    """The number of rows a list page shows."""
    asked = request.args.get("size", type=int)
    return asked if asked in lists.PAGE_SIZES else lists.PAGE_SIZES[0]


@blueprint.get("/")
@needs(P.STUDY_COUNT)
def overview() -> str:
    """The operational counts of each site."""
    counter: Counter = current_app.extensions.setdefault("casebook_counts", Counter())
    return render_template("casebook/overview.html", overview=counter.count(db()))


@blueprint.get("/participants")
@needs(P.PARTICIPANT_LIST)
def participants() -> Response | str:
    """The participants within the scope, narrowed and paged."""
    arguments = request.args
    narrowed = lists.ParticipantFilter(
        text=(arguments.get("q") or "").strip()[:40], status=arguments.get("status", ""),
        site=arguments.get("site", ""), only=arguments.get("only", ""),
    )  # fmt: skip
    page = lists.list_participants(db(), narrowed, arguments.get("after", ""), page_size())
    if narrowed.text and len(page.rows) == 1 and not page.previous_key:
        row = page.rows[0]
        assert isinstance(row, lists.ParticipantRow)
        return redirect(url_for(".casebook", code=row.subject.code), 303)
    return render_template("casebook/participants.html", page=page, narrowed=narrowed, size=page_size())


@blueprint.get("/participants/new")
@needs(P.PARTICIPANT_ENROL)
def enrol_page() -> str:
    """The page that makes a participant from the first consent."""
    return _enrol_page(_own_sites())


def _own_sites() -> list[Site]:
    scope = current().scope
    found = [
        enrolment.get_site(db(), site.code)
        for site in sites().values()
        if scope.reaches(site.uid)
    ]
    return sorted(found, key=lambda site: site.code)


def _enrol_page(own: list[Site], *, error: str = "", typed: dict[str, str] | None = None) -> str:
    offers = [(site, enrolment.propose_code(db(), site), consent_versions(db(), site.uid)) for site in own]
    page: str = render_template("casebook/enrol.html", offers=offers, error=error, typed=typed or {})
    return page


@blueprint.post("/participants/new")
@needs(P.PARTICIPANT_ENROL)
def enrol() -> Response | tuple[str, int]:
    """Enrol: the consent's first answers make the participant; the rest of the form follows."""
    session = db()
    site = enrolment.get_site(session, request.form.get("site", ""))
    crf = get_crf("IC")
    here = local(now(session), site.time_zone)
    patch, held = read_form(crf, request.form, today=here.date(), editable=lambda path: True)
    if held or patch.items.get("signature_date") is None:
        error = held[0].sentence if held else "The date of signature is missing. Enter the date the participant signed."
        return _enrol_page(_own_sites(), error=error, typed=request.form.to_dict()), 422
    with change_for_request("participant:enrol", site=site.uid) as change:
        saving = saving_for(change)
        outcome = enrolment.enrol(saving, site, patch, code=request.form.get("code") or None)
        code = outcome.record.subject.code
    flash(f"{code} enrolled. Next: the rest of the consent, then the screening forms.")
    return redirect(url_for(".casebook", code=code), 303)


def saving_for(change: Change, reason: str | None = None) -> Saving:
    """The circumstances of a save in this request."""
    me = current()
    return Saving(db(), change, me.actor, now(db()), may_assess=me.may(P.RECORD_ASSESS), default_reason=reason)


@blueprint.get("/participants/<code>")
@needs(P.RECORD_READ)
def casebook(code: str) -> str:
    """The casebook matrix of one participant."""
    subject = get_subject(db(), code)
    here = local(now(db()), subject.site.time_zone).date()
    built = matrix.build_matrix(db(), subject, here)
    columns = matrix.columns_of(built)
    page: str = render_template(
        "casebook/matrix.html", subject=subject, matrix=built, columns=columns,
        shown=matrix.choose_column(columns, request.args.get("visit", "")),
        window_words=matrix.window_words, short_name=matrix.short_name, kinds=schedule.VISIT_KINDS, today=here,
        is_over=subject.status in ENDED,
        serious=list_reports(db(), only_open=True, subject=subject),
    )  # fmt: skip
    return page


@blueprint.post("/participants/<code>/visits")
@needs(P.RECORD_ENTER)
def add_visit(code: str) -> Response:
    """Add a visit: the next course's day 1, an unscheduled one, the end of treatment."""
    session = db()
    subject = get_subject(session, code)
    kind = request.form.get("kind", "")
    if kind not in schedule.VISIT_KINDS or kind in (schedule.SCREENING, schedule.LOG):
        raise NotFound
    with change_for_request("visit:add", subject=subject.uid, site=subject.site_uid):
        subject = lock_subject(session, subject.uid)
        _refuse_locked(subject)
        book = SubjectBook(session, subject, now(session))
        visit = scheduling.add_visit(session, book, kind, request.form.get("number", type=int))
        slug, label = visit.slug, visit.label
    flash(f"{label} added.")
    return redirect(url_for(".visit", code=code, visit_slug=slug), 303)


def _refuse_locked(subject: Subject) -> None:
    if subject.locked or subject.frozen:
        raise Refused(
            reason=f"{subject.code} is {'locked' if subject.locked else 'frozen'}.", remedy="Ask data management."
        )


@blueprint.get("/participants/<code>/<visit_slug>")
@needs(P.RECORD_READ)
def visit(code: str, visit_slug: str) -> Response | str:
    """One visit with the marks of its forms, a log that has no address of its own, or a form that is kept once."""
    subject = get_subject(db(), code)
    crf = get_crf_by_slug(visit_slug)
    if crf is not None and (answered := log_answered_by(crf)):
        return redirect(url_for("logs.log", code=code, form_slug=answered.crf.slug), 303)
    if crf is not None and crf.log:
        return render_log(subject, crf)
    if crf is not None and crf in matrix.log_crfs():
        return redirect(url_for("records.form", code=code, form_slug=crf.slug, line=1), 303)
    found = get_visit(db(), subject, visit_slug)
    here = local(now(db()), subject.site.time_zone).date()
    built = matrix.build_matrix(db(), subject, here)
    cells = [cell for _, cells in built.rows for cell in cells if cell is not None and cell.visit.uid == found.uid]
    page: str = render_template(
        "casebook/visit.html", subject=subject, visit=found, cells=cells, window=matrix.window_words(found),
        missed_reasons=missed_reasons().options, is_untouched=is_untouched(db(), subject, found),
    )
    return page


@blueprint.post("/participants/<code>/<visit_slug>/visit-not-done")
@needs(P.RECORD_ENTER)
def visit_not_done(code: str, visit_slug: str) -> Response:
    """State in one act that a visit, or what is left of it, was not done: every due form follows, with one reason."""
    session = db()
    subject = hold_subject(session, code)
    found = get_visit(session, subject, visit_slug)
    reason = request.form.get("reason", "").strip()
    with change_for_request("visit:not-done", reason, subject=subject.uid, site=subject.site_uid) as change:
        done = mark_visit_not_done(saving_for(change, reason), found, request.form.get("code", ""), reason)
    missed = f"{found.label} is marked missed. " if done.is_missed else ""
    flash(f"{missed}{done.forms} forms of {found.label} are marked not done.")
    return redirect(url_for(".visit", code=code, visit_slug=visit_slug), 303)


@blueprint.post("/participants/<code>/screen-again")
@needs(P.RECORD_ENTER)
def screen_again(code: str) -> Response:
    """Open the second screening of a participant who failed the first."""
    subject = hold_subject(db(), code)
    with change_for_request("visit:add", subject=subject.uid, site=subject.site_uid) as change:
        visit = visits.screen_again(saving_for(change), subject)
        slug, label = visit.slug, visit.label
    flash(f"{label} added.")
    return redirect(url_for(".visit", code=code, visit_slug=slug), 303)


@blueprint.get("/participants/<code>/history")
@needs_any(P.TRAIL_BROWSE)
def history(code: str) -> Response:
    """The trail of one participant is a view of the trail page."""
    return redirect(url_for("review.trail", participant=get_subject(db(), code).code), 303)
