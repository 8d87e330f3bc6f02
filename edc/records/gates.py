"""What must stand before a form is saved at all: a signed consent before any data, eligibility before registration."""

from __future__ import annotations

from sqlalchemy import func, select

from edc.db import Session
from edc.errors import Problem, Refused, RightMissing
from edc.permissions import Permission
from edc.records.book import Entry, SubjectBook
from edc.records.holding import hold
from edc.records.models import SIGNED, FormRecord
from edc.records.outcome import Saving
from edc.study.models import StudyState, Subject
from forms import study
from forms.crf import CRF
from forms.eligibility import open_words
from forms.items import EMPTY
from forms.patch import Patch

REGISTRATION, ELIGIBILITY = "REG", "IE"
REGISTERED, OVERRIDE = "registration_date", "override_reason"
NOT_FILLED_IN = "the eligibility form is not filled in"


class RegistrationRefused(Problem):
    """A registration while something stands against it: RegistrationRefused(code="001-004", open="...")."""

    code, status = "registration-refused", 409
    what = "{participant} was not registered."
    why = "Registration needs a signed eligibility form. Still open: {open}."
    next = "Settle what is open, or let an investigator register with a reason for doing so."


def may_enter_before_consent(crf: type[CRF]) -> bool:
    """Whether a form takes data before a consent stands: the consent itself and the visit header."""
    return crf.oid in ("IC", "VISIT")


def refuse_before_consent(record: FormRecord, crf: type[CRF]) -> None:
    """Raise unless a signed consent stands or the form may come before it."""
    if record.subject.consent_date is None and not may_enter_before_consent(crf):
        raise Refused(
            reason=f"{record.subject.code} has no signed consent on record.", remedy="Enter the informed consent first."
        )


def refuse_registration(saving: Saving, record: FormRecord, patch: Patch) -> None:
    """Raise RegistrationRefused when the participant is not registered yet and eligibility or room is wanting.

    A person who may override registers all the same, with the reason in the form itself.
    """
    if record.crf_oid != REGISTRATION:
        return
    subject = hold(saving.session, record)
    if not saving.may_override and patch.items.get(OVERRIDE, EMPTY).is_given:
        raise RightMissing(permission=Permission.REGISTRATION_OVERRIDE.value, role=saving.by.role.replace("_", " "))
    book = SubjectBook(saving.session, subject, saving.now)
    stored = book.entry(record).view
    is_overridden = patch.items.get(OVERRIDE, stored.answer(OVERRIDE)).value is not None
    if stored.value(REGISTERED) is not None or is_overridden:
        return
    if still_open := list_open(book, record):
        raise RegistrationRefused(participant=subject.code, open="; ".join(still_open))


def list_open(book: SubjectBook, registration: FormRecord) -> list[str]:
    """What stands against registering a participant now, in words; empty when nothing does."""
    forms = [e for e in book.entries(ELIGIBILITY) if e.header.place == registration.place and not e.header.removed]
    still_open = open_of_form(forms[0]) if forms else [NOT_FILLED_IN]
    return [*still_open, *_no_room(book.session, book.subject)]


def open_of_form(form: Entry) -> list[str]:
    """What an eligibility form leaves open: the signature, and each criterion."""
    if not form.header.row_version:
        return [NOT_FILLED_IN]
    unsigned = [] if form.header.signature_state == SIGNED else ["the eligibility form is not signed"]
    return [*unsigned, *open_words(form.view)]


def _no_room(session: Session, subject: Subject) -> list[str]:
    most = study.MAX_SUBJECTS.value
    full = f"{most} participants are registered, the most that this study takes"
    return [full] if _others(session, subject) >= most else []


def _others(session: Session, subject: Subject) -> int:
    """How many others are registered at all sites; registrations follow each other behind the row of the study."""
    session.scalars(select(StudyState).with_for_update()).all()
    counted = select(func.count()).where(Subject.registration_date.is_not(None), Subject.uid != subject.uid)
    # The number counts for the whole study, whatever sites the person may see: so it is asked past the scope.
    return int(session.connection().execute(counted.select_from(Subject.__table__)).scalar_one())
