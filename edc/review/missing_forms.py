"""Forms that the schedule makes due and that nobody began: they have no record, so nothing else counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from edc.clock import local, now
from edc.db import Session
from edc.records.marks import due_state, is_past_screening
from edc.records.models import NOT_STARTED, FormRecord
from edc.records.ruled_out import crfs_ruled_out
from edc.study.activation import crfs_not_in_use
from edc.study.models import Subject, Visit
from forms import schedule
from forms.crf import all_crfs

DUE = ("due", "overdue")


def count_missing(session: Session, subjects: Sequence[Subject]) -> Counter[str]:
    """How many forms of visits that took place, or should have, were never begun, by uid of the participant."""
    uids = [subject.uid for subject in subjects]
    begun = _begun(session, uids)
    today = {one.uid: local(now(session), one.site.time_zone).date() for one in subjects}
    visits = session.scalars(select(Visit).where(Visit.subject_uid.in_(uids))).unique()
    attempts = {one.uid: one.screening_attempt for one in subjects}
    sites = {one.site_uid: one.site for one in subjects}
    hidden = {uid: crfs_not_in_use(session, site, now(session)) for uid, site in sites.items()}
    ruled_out = crfs_ruled_out(session, uids)
    return Counter(
        visit.subject_uid
        for visit in visits
        if not is_past_screening(visit, attempts[visit.subject_uid])
        and due_state(visit, today[visit.subject_uid])[0] in DUE
        for oid in _required(visit)
        if (visit.uid, oid) not in begun and oid not in hidden[visit.site_uid] | ruled_out[visit.subject_uid]
    )


def _begun(session: Session, uids: Sequence[str]) -> set[tuple[str | None, str]]:
    statement = select(FormRecord.visit_uid, FormRecord.crf_oid).where(
        FormRecord.subject_uid.in_(uids), FormRecord.removed.is_(False), FormRecord.entry_status != NOT_STARTED
    )
    return {(visit_uid, oid) for visit_uid, oid in session.execute(statement)}


def _required(visit: Visit) -> list[str]:
    """The forms that the protocol asks at a visit; what is only good practice does not hinder a lock."""
    due = schedule.forms_of_visit(visit.kind, visit.oid)
    return [crf.oid for crf in all_crfs() if due.get(crf.oid) is schedule.Due.DUE and not crf.log]
