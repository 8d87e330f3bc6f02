"""Acts on a whole visit: it was missed, or a participant is screened again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from edc.clock import now
from edc.db import Session
from edc.errors import ReasonMissing, Refused
from edc.records.book import SubjectBook
from edc.records.holding import lock_subject
from edc.records.models import FormRecord
from edc.records.outcome import Saving
from edc.records.overdue import HEADER
from edc.records.problems import RecordLocked
from edc.records.ruled_out import crfs_ruled_out
from edc.records.scheduling import make_visit
from edc.records.service import find_record, is_complete, list_records, mark_not_done, new_record, save_record
from edc.study.activation import crfs_not_in_use
from edc.study.models import Subject, Visit
from forms import schedule
from forms.crf import CRF, all_crfs, get_crf
from forms.derive.status import Status
from forms.evaluation import rows_of
from forms.items import Answer, Choice
from forms.patch import Patch

MOST_ATTEMPTS = 2


def due_forms(visit: Visit) -> list[type[CRF]]:
    """The forms that the schedule makes due at a visit, in the order of the casebook; the header is not among them."""
    belong = schedule.forms_of_visit(visit.kind, visit.oid)
    due = {oid for oid, mark in belong.items() if not mark.is_conditional and oid != HEADER}
    return [crf for crf in all_crfs() if crf.oid in due and not crf.log]


def missed_reasons() -> Choice:
    """The item of the visit header that says why a visit did not take place."""
    item = get_crf(HEADER).items["reason_missed"]
    assert isinstance(item, Choice)
    return item


@dataclass(frozen=True)
class NotDone:
    """What became of a visit: whether it was missed as a whole, and how many forms were marked not done."""

    is_missed: bool
    forms: int


def mark_visit_not_done(saving: Saving, visit: Visit, code: str, reason: str) -> NotDone:
    """State in one act that a visit, or what is left of it, was not done: every due form without answers follows.

    Where nothing was entered the visit was missed: its header says so with `code`. Where something was, the visit took
    place and its header stays. `reason` are the words for the forms.
    """
    if not reason.strip():
        raise ReasonMissing
    subject = lock_subject(saving.session, visit.subject_uid)
    book = SubjectBook(saving.session, subject, saving.now)
    records = [r for r in list_records(saving.session, subject, visit=visit) if not r.removed]
    is_missed = not any(map(partial(_holds_answers, book), records))
    if is_missed:
        _say_missed(saving, subject, visit, code)
    begun = {record.crf_oid: record for record in records}
    hidden = crfs_not_in_use(saving.session, subject.site, saving.now)
    hidden |= crfs_ruled_out(saving.session, [subject.uid])[subject.uid]
    waiting = [
        begun.get(crf.oid) or new_record(saving.session, subject, visit, crf, saving.now, 1)
        for crf in due_forms(visit)
        if crf.oid not in hidden
    ]
    left = [r for r in waiting if not is_complete(r) and not (r.row_version and _holds_answers(book, r))]
    for record in left:
        mark_not_done(saving, record, reason)
    return NotDone(is_missed, len(left))


def is_untouched(session: Session, subject: Subject, visit: Visit) -> bool:
    """Whether nothing was entered at a visit, so that marking it not done says that it was missed."""
    book = SubjectBook(session, subject, now(session))
    records = list_records(session, subject, visit=visit)
    return not any(_holds_answers(book, record) for record in records if not record.removed)


def _holds_answers(book: SubjectBook, record: FormRecord) -> bool:
    view = book.entry(record).view
    return any(answer.is_given for _, row in rows_of(view) for answer in row.answers.values())


def _say_missed(saving: Saving, subject: Subject, visit: Visit, code: str) -> None:
    """The header of a visit that was missed, complete with its coded reason."""
    if not missed_reasons().accepts(code):
        raise Refused(reason="Why the visit was missed is not chosen.", remedy="Choose one of the reasons.")
    crf = get_crf(HEADER)
    found = find_record(saving.session, subject, visit, crf)
    header = found or new_record(saving.session, subject, visit, crf, saving.now)
    patch = Patch({"visit_occurred": Answer("N"), "reason_missed": Answer(code)}, complete=True)
    save_record(saving, header, patch, expected_version=header.row_version)


def screen_again(saving: Saving, subject: Subject) -> Visit:
    """Open the second screening of a participant who failed the first; number and consent history stay."""
    subject = lock_subject(saving.session, subject.uid)
    if subject.locked or subject.frozen:
        raise RecordLocked(what_is=f"{subject.code} is {'locked' if subject.locked else 'frozen'}")
    if subject.status != Status.SCREEN_FAILED:
        raise Refused(
            reason=f"{subject.code} is not a screen failure.",
            remedy="Record the screen failure in study completion first.",
        )
    if subject.screening_attempt >= MOST_ATTEMPTS:
        tried = f"{subject.code} was screened {MOST_ATTEMPTS} times already."
        raise Refused(reason=tried, remedy="Ask data management.")
    subject.screening_attempt += 1
    subject.status = Status.SCREENING.value
    visit = make_visit(saving.session, subject, schedule.get_visit(schedule.SCREENING, subject.screening_attempt))
    saving.session.flush()
    return visit
