"""Serious event reports: sending one to the sponsor, and the clocks that run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from edc.accounts.grants import list_holders
from edc.clock import instant_text, local, now
from edc.db import Session
from edc.errors import Refused
from edc.notices.service import tell
from edc.permissions import Role
from edc.records.book import SubjectBook
from edc.records.models import FormRecord
from edc.records.outcome import SaveOutcome, Saving
from edc.records.saving import hold, save_items
from edc.records.tables import CRF_TABLES
from edc.study.models import Subject
from forms.crfs.serious_events import SPONSOR_ANSWERS, SeriousEvents
from forms.derive.dates import minutes_between
from forms.derive.sae import INITIAL, OPEN
from forms.items import Answer
from forms.patch import Patch
from forms.serious import linked_events, snapshot

OID = SeriousEvents.oid
EVENTS = "AE"


def send_report(saving: Saving, record: FormRecord) -> SaveOutcome:
    """Send a report to the sponsor: the system stamps the time, keeps what it says, and tells the medical monitors.

    A report is sent once; what changes afterwards is a follow-up. Refused without events or time of awareness.
    """
    subject = hold(saving.session, record)
    book = SubjectBook(saving.session, subject, saving.now)
    report = book.entry(record).view
    if report.reported_dt is not None:
        when = report.reported_dt.replace("T", " ")
        raise Refused(reason=f"This report was sent at {when}.", remedy="Write a follow-up report.")
    missing = [report.collection.items[name].label for name in ("ae_ref", "awareness_dt") if not report.value(name)]
    if missing:
        raise Refused(reason=f"The report lacks: {', '.join(missing)}.", remedy="Enter it, save, then send the report.")
    outcome = stamp_report(saving, record, local(saving.now, subject.site.time_zone))
    for user_uid in list_holders(saving.session, Role.MEDICAL_MONITOR):
        when = instant_text(saving.now, subject.site.time_zone)
        tell(saving.session, user_uid, "serious-event", path=record.path, when=when)
    return outcome


def stamp_report(saving: Saving, record: FormRecord, at: dt.datetime) -> SaveOutcome:
    """Write down when a report went out, in the site's time, and what it said of its events."""
    book = SubjectBook(saving.session, record.subject, saving.now)
    facts = snapshot(linked_events(book.entry(record).view, book.load(EVENTS)))
    sent = at.strftime("%Y-%m-%dT%H:%M")
    stamped = {"reported_dt": Answer(sent, None, "derived"), "reported_facts": Answer(facts, None, "derived")}
    saving.may_stamp = True
    return save_items(saving, record, Patch(stamped), expected_version=record.row_version)


@dataclass(frozen=True)
class ReportLine:
    """One report, or a serious event that has none, with its clock in words."""

    subject: Subject
    record: FormRecord
    words: str
    clock: str
    tone: str
    is_report: bool = True
    needs_sponsor: bool = False


def list_reports(session: Session, *, only_open: bool = False, subject: Subject | None = None) -> list[ReportLine]:
    """The serious events without a report, then the reports, the most urgent first; all within the scope."""
    found = _rows(session, OID, subject)
    told = {uid for _, row in found if row.report_type == INITIAL for uid in row.ae_ref or ()}
    reports = [(row.clock_due or "9999", _line(header, row, now(session))) for header, row in found]
    shown = [line for _, line in sorted(reports, key=lambda pair: pair[0])]
    if only_open:
        shown = [line for line in shown if line.tone != "ok"]
    return [*_unreported(session, told, subject), *shown]


def _rows(session: Session, oid: str, subject: Subject | None, **having: str) -> list[tuple[FormRecord, Any]]:
    """The live records of a form with their rows, of one participant and with some answers where given."""
    table = CRF_TABLES[oid]
    joined = select(FormRecord, table).join(table, table.uid == FormRecord.uid)
    statement = joined.where(FormRecord.removed.is_(False)).order_by(FormRecord.created_at)
    for name, value in having.items():
        # Spelled out, so that the database sees that an index of these rows alone will do.
        statement = statement.where(getattr(table, name) == bindparam(None, value, literal_execute=True))
    if subject is not None:
        statement = statement.where(FormRecord.subject_uid == subject.uid)
    return [(header, row) for header, row in session.execute(statement).unique()]


def _line(header: FormRecord, row: Any, at: dt.datetime) -> ReportLine:
    named = ("case_id", "report_version", "clock_due", "clock_state", "reported_dt")
    answers = {name: getattr(row, name) for name in named}
    kind = f"follow-up {answers['report_version']}" if answers["report_version"] else "initial report"
    words = f"{(answers['case_id'] or '').rpartition('-')[2] or 'No case'}, {kind}"
    is_open = any(getattr(row, name) is None for name in SPONSOR_ANSWERS)
    here = local(at, header.subject.site.time_zone).strftime("%Y-%m-%dT%H:%M")
    clock, tone = clock_words(answers["clock_state"], answers["clock_due"], answers["reported_dt"], here)
    return ReportLine(header.subject, header, words, clock, tone, needs_sponsor=is_open)


def clock_words(state: str | None, due: str | None, sent: str | None, here: str) -> tuple[str, str]:
    """The clock of a report in words, with its tone: 'due in 9 h 40 min', 'overdue by 2 h', 'sent ..., late'."""
    if sent is not None:
        late = state == "LATE"
        return f"sent {sent.replace('T', ' ')}{', after the limit' if late else ', in time'}", "warn" if late else "ok"
    if due is None or state != OPEN:
        return "the clock runs from awareness, which is not entered", "warn"
    minutes = minutes_between(here, due) or 0
    span = f"{abs(minutes) // 60} h {abs(minutes) % 60} min"
    return (f"report due in {span}", "warn") if minutes >= 0 else (f"report overdue by {span}", "error")


def _unreported(session: Session, told: set[str], subject: Subject | None) -> Sequence[ReportLine]:
    """The serious events that no initial report names."""
    return [
        ReportLine(
            header.subject, header, f"adverse event {header.repeat_no}, {row.ctcae_term or 'no term yet'}",
            "serious, no report yet: the 24-hour clock runs from awareness", "error", is_report=False,
        )
        for header, row in _rows(session, EVENTS, subject, serious="Y")
        if header.uid not in told
    ]  # fmt: skip
