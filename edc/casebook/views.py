"""Overview, participants, enrolment, casebook matrix, one visit, signing and the lock board."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from audit.capture import Change
from edc.casebook import enrolment, lists, matrix
from edc.clock import local, now
from edc.errors import NotFound, Refused
from edc.permissions import Permission, Role
from edc.records import scheduling
from edc.records.book import SubjectBook
from edc.records.marks import marks_of
from edc.records.models import FormRecord
from edc.records.saving import Saving, lock_subject
from edc.records.service import get_subject, get_visit, mark_not_done, new_record
from edc.study.models import Site, Subject
from edc.study.reference import consent_versions
from edc.web import NavEntry, change_for_request, current, db, needs, needs_any, sites
from forms import schedule
from forms.crf import CRF, get_crf, get_crf_by_slug
from forms.entry_form import read_form
from forms.items import Item
from forms.reading import display

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
    return render_template("casebook/overview.html", counts=lists.count_sites(db()))


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
        window_words=matrix.window_words, kinds=schedule.VISIT_KINDS, today=here,
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
def visit(code: str, visit_slug: str) -> str:
    """One visit with the marks of its forms, or one log with its lines."""
    subject = get_subject(db(), code)
    crf = get_crf_by_slug(visit_slug)
    if crf is not None and crf in matrix.log_crfs():
        return _log(subject, crf)
    found = get_visit(db(), subject, visit_slug)
    here = local(now(db()), subject.site.time_zone).date()
    built = matrix.build_matrix(db(), subject, here)
    cells = [cell for _, cells in built.rows for cell in cells if cell is not None and cell.visit.uid == found.uid]
    page: str = render_template(
        "casebook/visit.html", subject=subject, visit=found, cells=cells, window=matrix.window_words(found)
    )
    return page


def _log(subject: Subject, crf: type[CRF]) -> str:
    book = SubjectBook(db(), subject, now(db()))
    page: str = render_template(
        "casebook/log.html",
        subject=subject,
        crf=crf,
        entries=book.entries(crf.oid),
        shown=shown_items(crf),
        display=display,
        marks_of=marks_of,
    )
    return page


def shown_items(crf: type[CRF]) -> list[Item]:
    """The items of a log that its list shows: the required ones that are short, at most six."""
    asked = [item for item in crf.current_items() if item.required and not item.identifier and not item.visible_if]
    return asked[:6]


@blueprint.post("/participants/<code>/<visit_slug>/visit-not-done")
@needs(P.RECORD_ENTER)
def visit_not_done(code: str, visit_slug: str) -> Response:
    """State in one act that a visit did not take place: its forms without answers are not done, with one reason."""
    session = db()
    subject = get_subject(session, code)
    found = get_visit(session, subject, visit_slug)
    reason = request.form.get("reason", "").strip()
    built = matrix.build_matrix(session, subject, local(now(session), subject.site.time_zone).date())
    with change_for_request("visit:not-done", reason, subject=subject.uid, site=subject.site_uid) as change:
        saving = saving_for(change, reason)
        for record in _unstarted(built, found.uid):
            mark_not_done(saving, record, reason)
    flash(f"{found.label}: its open forms are marked not done.")
    return redirect(url_for(".visit", code=code, visit_slug=visit_slug), 303)


def _unstarted(built: matrix.Matrix, visit_uid: str) -> list[FormRecord]:
    cells = [cell for _, cells in built.rows for cell in cells if cell is not None and cell.visit.uid == visit_uid]
    return [
        new_record(db(), built.subject, cell.visit, cell.crf, now(db()), 1)
        for cell in cells
        if not cell.records and cell.is_due and cell.crf.oid != "VISIT"
    ]


@blueprint.get("/participants/<code>/history")
@needs_any(P.TRAIL_BROWSE)
def history(code: str) -> Response:
    """The trail of one participant is a view of the trail page."""
    return redirect(url_for("review.trail", participant=get_subject(db(), code).code), 303)
