"""Finding and making records, removing lines, marking forms not done, and remembering who opened what."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from audit.models import audit_change, audit_record
from edc import clock
from edc.db import Session
from edc.errors import NotFound, ReasonMissing, Refused
from edc.queries import service as queries
from edc.records.axes import count_axes
from edc.records.blank import LOG_PLACE, blank_record
from edc.records.book import Entry, SubjectBook, is_read_whole
from edc.records.gates import refuse_before_consent, refuse_registration
from edc.records.models import COMPLETE, NOT_DONE, FormRecord, RecordOpening
from edc.records.ruled_out import crfs_ruled_out
from edc.records.saving import SaveOutcome, Saving, follow_up, hold, keep, refuse_restricted, save_items
from edc.records.shelf import find_held, lock_by_code, read_by_code
from edc.study.activation import active_version, crfs_not_in_use
from edc.study.models import Subject, Visit
from forms import evaluation, schedule
from forms.crf import CRF, all_crfs, get_crf, get_crf_by_slug
from forms.patch import Patch


def get_subject(session: Session, code: str) -> Subject:
    """The participant of a code within the session's scope; raises NotFound for any other."""
    subject = find_held(session, code) or read_by_code(session, code)
    if subject is None:
        raise NotFound
    return subject


def hold_subject(session: Session, code: str) -> Subject:
    """The participant of a code, locked until the end of the transaction; raises NotFound."""
    subject = lock_by_code(session, code)
    if subject is None:
        raise NotFound
    return subject


def get_visit(session: Session, subject: Subject, slug: str) -> Visit:
    """A participant's visit by its URL segment; raises NotFound."""
    found = session.scalars(select(Visit).where(Visit.subject_uid == subject.uid, Visit.slug == slug)).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_form(slug: str) -> type[CRF]:
    """The CRF of a URL segment; raises NotFound."""
    crf = get_crf_by_slug(slug)
    if crf is None:
        raise NotFound
    return crf


def find_record(
    session: Session, subject: Subject, visit: Visit | None, crf: type[CRF], repeat_no: int = 1
) -> FormRecord | None:
    """The record of a form at a visit (None: in the participant's log), or None while nothing was entered."""
    place = visit.uid if visit else LOG_PLACE
    if is_read_whole(session, subject.uid, crf.oid):
        return next((one for one in _all_at(session, subject, place, crf) if one.repeat_no == repeat_no), None)
    return session.scalars(
        select(FormRecord).where(
            FormRecord.subject_uid == subject.uid, FormRecord.place == place, FormRecord.crf_oid == crf.oid,
            FormRecord.repeat_no == repeat_no,
        )
    ).one_or_none()  # fmt: skip


def _all_at(session: Session, subject: Subject, place: str, crf: type[CRF]) -> list[FormRecord]:
    """The records of a form at a place, for whoever looks at all of the form anyway."""
    headers = SubjectBook(session, subject, clock.now(session)).headers(crf.oid)
    return [header for header in headers if header.place == place]


def get_record_by_uid(session: Session, uid: str) -> FormRecord:
    """A record within the session's scope by its uid; raises NotFound."""
    found = session.scalars(select(FormRecord).where(FormRecord.uid == uid)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_records(
    session: Session, subject: Subject, crf: type[CRF] | None = None, visit: Visit | None = None
) -> list[FormRecord]:
    """The records of a participant, of one CRF or visit where given, in order of visit and line."""
    statement = select(FormRecord).where(FormRecord.subject_uid == subject.uid)
    if crf is not None:
        statement = statement.where(FormRecord.crf_oid == crf.oid)
    if visit is not None:
        statement = statement.where(FormRecord.visit_uid == visit.uid)
    records = session.scalars(statement).unique().all()
    order = {one.oid: number for number, one in enumerate(all_crfs())}
    return sorted(records, key=lambda r: (r.visit.position if r.visit else 0, order.get(r.crf_oid, 99), r.repeat_no))


def is_kept_at_visit(crf: type[CRF], visit: Visit | None) -> bool:
    """Whether a record of this CRF belongs at this place: at a visit of its schedule, or in the log."""
    if visit is None:
        return crf.log or crf.oid not in schedule.FORMS_BY_VISIT or schedule.LOG in schedule.FORMS_BY_VISIT[crf.oid]
    return crf.oid in schedule.forms_of_visit(visit.kind, visit.oid) and not crf.log


def new_record(
    session: Session,
    subject: Subject,
    visit: Visit | None,
    crf: type[CRF],
    now: dt.datetime,
    repeat_no: int | None = None,
) -> FormRecord:
    """A record header that nobody has saved yet; it reaches the database with its first answer.

    Without `repeat_no` it is the next line of a log or the next sample of a visit.
    """
    if not is_kept_at_visit(crf, visit):
        raise NotFound
    place = visit.uid if visit else LOG_PLACE
    if repeat_no is None:
        repeat_no = 1 + _last_repeat(session, subject, place, crf) if crf.log or crf.repeats else 1
    if repeat_no > 1 and not (crf.log or crf.repeats):
        raise NotFound
    return blank_record(subject, visit, crf, now, repeat_no, version=active_version(session, subject.site, crf, now))


def _last_repeat(session: Session, subject: Subject, place: str, crf: type[CRF]) -> int:
    if is_read_whole(session, subject.uid, crf.oid):
        return max((header.repeat_no for header in _all_at(session, subject, place, crf)), default=0)
    statement = select(func.max(FormRecord.repeat_no)).where(
        FormRecord.subject_uid == subject.uid, FormRecord.place == place, FormRecord.crf_oid == crf.oid
    )
    return session.execute(statement).scalar_one_or_none() or 0


def save_record(saving: Saving, record: FormRecord, patch: Patch, *, expected_version: int | None) -> SaveOutcome:
    """save_items behind the gates: nothing is entered before a signed consent, nobody registered while not eligible."""
    refuse_before_consent(record, get_crf(record.crf_oid))
    refuse_registration(saving, record, patch)
    return save_items(saving, record, patch, expected_version=expected_version)


def remove_record(saving: Saving, record: FormRecord, reason: str) -> SaveOutcome:
    """Mark a line of a log (or a sample) as removed, with its reason; its number is never used again."""
    if not reason.strip():
        raise ReasonMissing
    subject = hold(saving.session, record)
    refuse_restricted(saving.session, record)
    crf = get_crf(record.crf_oid)
    if not (crf.log or crf.repeats):
        raise Refused(reason=f"{crf.title} is one form of its visit.", remedy="Mark it as not done instead.")
    book = SubjectBook(saving.session, subject, saving.now)
    entry = book.entry(record)
    record.removed, record.removed_reason = True, reason.strip()[:200]
    record.row_version += 1
    outcome = SaveOutcome(record, entry)
    _close_queries(saving, record)
    siblings = [other for other in book.entries(record.crf_oid) if not other.header.removed]
    left = siblings or _concerned(book, record.crf_oid)
    follow_up(saving, book, left, outcome) if left else count_axes(saving.session, [entry])
    return outcome


def _concerned(book: SubjectBook, oid: str) -> list[Entry]:
    """The records for which it matters that the last line of a log is gone."""
    facts, view = frozenset({oid}), book.view()
    readers = [entry for other in sorted(evaluation.dependents(oid)) for entry in book.entries(other)]
    return [
        entry
        for entry in readers
        if not entry.header.removed
        and (
            entry.header.queries_open + entry.header.queries_answered
            or evaluation.may_move(entry.view, view, facts)
            or evaluation.may_fire(entry.view, view, facts)
        )
    ]


def _close_queries(saving: Saving, record: FormRecord) -> None:
    for query in queries.list_for_record(saving.session, [record.uid], closed=False):
        queries.close_query(query, "The line was removed.", by=saving.by, now=saving.now, may_close_checks=True)
    record.queries_open = record.queries_answered = 0


def mark_not_done(saving: Saving, record: FormRecord, reason: str) -> None:
    """State that a form was not done at its visit, with the reason; refused while answers stand in it."""
    if not reason.strip():
        raise ReasonMissing
    hold(saving.session, record)
    refuse_restricted(saving.session, record)
    book = SubjectBook(saving.session, record.subject, saving.now)
    entry = book.entry(record)
    if any(answer.value is not None for answer in entry.view.answers.values()):
        raise Refused(reason="The form holds answers.", remedy="Clear them with a reason, or complete the form.")
    keep(saving.session, entry)
    record.entry_status, record.not_done_reason = NOT_DONE, reason.strip()[:200]
    record.row_version += 1
    record.changed_at = saving.now
    count_axes(saving.session, [entry])


def note_opening(session: Session, record: FormRecord, user_uid: str, now: dt.datetime) -> None:
    """Remember which row version a person looked at (a signer must have seen each form since its last change)."""
    seen = session.get(RecordOpening, (record.uid, user_uid))
    if seen is None:
        session.add(RecordOpening(record_uid=record.uid, user_uid=user_uid, row_version=record.row_version, at=now))
    elif seen.row_version != record.row_version:
        seen.row_version, seen.at = record.row_version, now


def is_complete(record: FormRecord) -> bool:
    """Whether the entry axis of a record needs nothing more."""
    return record.entry_status in (COMPLETE, NOT_DONE)


def find_repeated(session: Session, user_uid: str, request_id: str) -> FormRecord | None:
    """The record that the same request of the same person saved before, or None: a form sent twice is stored once."""
    change, line = audit_change.c, audit_record.c
    key = session.execute(
        select(line.key)
        .join_from(audit_change, audit_record, line.change_uid == change.uid)
        .where(change.user_uid == user_uid, change.request_id == request_id, line.entity == FormRecord.__audit_entity__)
        .order_by(line.id)
    ).scalars().first()  # fmt: skip
    return None if key is None else session.scalars(select(FormRecord).where(FormRecord.uid == key)).one_or_none()


def find_next_form(session: Session, subject: Subject, visit: Visit, crf: type[CRF]) -> type[CRF] | None:
    """The next form of a visit that is due and not complete, in the order of the casebook; None when all are done."""
    present = list_records(session, subject, visit=visit)
    done = {record.crf_oid for record in present if is_complete(record) or record.removed}
    belong = schedule.forms_of_visit(visit.kind, visit.oid)
    hidden = crfs_not_in_use(session, subject.site, clock.now(session))
    hidden |= crfs_ruled_out(session, [subject.uid])[subject.uid]
    known = {one.oid: one for one in all_crfs() if not one.log and one.oid not in hidden}
    due = [oid for oid, mark in belong.items() if oid in known and not mark.is_conditional]
    start = list(belong).index(crf.oid) + 1 if crf.oid in belong else 0
    ordered = [*list(belong)[start:], *list(belong)[:start]]
    return next((known[oid] for oid in ordered if oid in due and oid not in done and oid != crf.oid), None)
