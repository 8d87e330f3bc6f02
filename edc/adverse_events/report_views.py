"""The pages of serious event reports: clocks, a report with its packet, sending it, and the sponsor's assessment."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edc.adverse_events import reports
from edc.adverse_events.assessment import Assessment, assess, open_assessment
from edc.clock import local, now
from edc.errors import NotFound
from edc.permissions import Permission, Role
from edc.records.book import SubjectBook
from edc.records.form_page import open_form, render_form, saving_for, this_place
from edc.records.models import FormRecord
from edc.records.problems import ChangeReasonMissing
from edc.records.service import find_record, get_subject
from edc.records.views import note_opening
from edc.web import NavEntry, change_for_request, db, needs, needs_any
from forms.crf import get_crf
from forms.crfs.serious_events import SeriousEvents
from forms.packet import Section, packet_of

blueprint = Blueprint("serious", __name__)
P = Permission
SLUG = SeriousEvents.slug
REPORT = f"/participants/<code>/{SLUG}/<int:line>"
READERS = frozenset(
    {Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER, Role.INSPECTOR, Role.MEDICAL_MONITOR}
)
NAV = [NavEntry("Serious events", "serious.index", READERS, 35)]


@blueprint.get("/serious-events")
@needs_any(P.RECORD_READ, P.SAE_READ)
def index() -> str:
    """Every serious event and report within the scope, the most urgent first."""
    page: str = render_template("adverse_events/reports.html", lines=reports.list_reports(db()), slug=SLUG)
    return page


def get_report(code: str, line: int, oid: str = reports.OID) -> FormRecord:
    """A report, or an event of the log, by its number; raises NotFound."""
    record = find_record(db(), get_subject(db(), code), None, get_crf(oid), line)
    if record is None or record.removed:
        raise NotFound
    return record


def packet(record: FormRecord) -> list[Section]:
    """The packet of a report."""
    book = SubjectBook(db(), record.subject, now(db()))
    return packet_of(book.entry(record).view, book.view())


def clock(record: FormRecord) -> tuple[str, str]:
    """The clock of a report in words, with its tone."""
    report = SubjectBook(db(), record.subject, now(db())).entry(record).view
    here = local(now(db()), record.subject.site.time_zone).strftime("%Y-%m-%dT%H:%M")
    return reports.clock_words(report.clock_state, report.clock_due, report.reported_dt, here)


@blueprint.get(REPORT)
@needs(P.RECORD_READ)
def report(**segments: Any) -> str:
    """One report with its clock and its packet."""
    segments["form_slug"] = SLUG
    opened = open_form(this_place(segments))
    record = opened.place.record
    if opened.place.is_new:
        return render_form(opened)
    page = render_form(
        opened, "adverse_events/report.html", packet=packet(record), clock=clock(record),
        is_sent=opened.entry.view.reported_dt is not None, line=record.repeat_no,
    )  # fmt: skip
    note_opening(record)
    return page


@blueprint.post(f"{REPORT}/send")
@needs(P.RECORD_ENTER)
def send(code: str, line: int) -> Response:
    """Send a report to the sponsor."""
    record = get_report(code, line)
    with change_for_request("sae:send", subject=record.subject_uid, site=record.site_uid) as change:
        reports.send_report(saving_for(change), record)
    flash("Sent to the sponsor. The medical monitor has been told; what changes now is a follow-up report.")
    return redirect(url_for(".report", code=code, line=line), 303)


@blueprint.get(f"{REPORT}/assessment")
@needs_any(P.SAE_READ, P.RECORD_READ)
def assessment(code: str, line: int) -> str:
    """A report and its packet as the sponsor's medical monitor reads them, with the sponsor's questions."""
    return _render(get_report(code, line), open_assessment(db(), get_report(code, line)))


@blueprint.post(f"{REPORT}/assessment")
@needs(P.SAE_ASSESS)
def save_assessment(code: str, line: int) -> Response:
    """Store the sponsor's answers of a report."""
    return _save(get_report(code, line), get_report(code, line))


@blueprint.get(f"{REPORT}/events/<int:number>")
@needs_any(P.SAE_READ, P.RECORD_READ)
def event(code: str, line: int, number: int) -> str:
    """Whether an event of a report was expected of each drug."""
    return _render(get_report(code, line), open_assessment(db(), _event_of(code, line, number)))


@blueprint.post(f"{REPORT}/events/<int:number>")
@needs(P.SAE_ASSESS)
def save_event(code: str, line: int, number: int) -> Response:
    """Store whether an event of a report was expected."""
    return _save(get_report(code, line), _event_of(code, line, number))


def _event_of(code: str, line: int, number: int) -> FormRecord:
    """An event that the report names; raises NotFound for any other."""
    found = get_report(code, number, reports.EVENTS)
    if found.uid not in (_view(get_report(code, line)).ae_ref or ()):
        raise NotFound
    return found


def _view(record: FormRecord) -> Any:
    return SubjectBook(db(), record.subject, now(db())).entry(record).view


def _save(report: FormRecord, record: FormRecord) -> Response:
    """Store answers, or show the page again with what was typed and what is wrong with it."""
    typed = None
    try:
        with change_for_request("sae:assess", subject=record.subject_uid, site=record.site_uid) as change:
            typed = assess(saving_for(change), record, request.form)
    except ChangeReasonMissing as problem:
        flash(f"Nothing was stored yet. Say why you changed {problem.facts['labels']}, then save again.", "error")
        return make_response(_render(report, open_assessment(db(), record, request.form)), 422)
    if typed is not None:
        return make_response(_render(report, open_assessment(db(), record, request.form, typed)), 422)
    flash("Saved.")
    return redirect(request.path, 303)


def _render(report: FormRecord, opened: Assessment) -> str:
    view = _view(report)
    events = [record for record in opened.book.load(reports.EVENTS) if record.uid in (view.ae_ref or ())]
    page: str = render_template(
        "adverse_events/assessment.html", report=report, opened=opened, events=events, packet=packet(report),
        clock=clock(report), base=url_for(".assessment", code=report.subject.code, line=report.repeat_no),
        is_event=opened.entry.header.crf_oid == reports.EVENTS,
    )  # fmt: skip
    return page
