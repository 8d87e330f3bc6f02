"""Freeze and lock of record, visit, participant, site and study; blockers, waivers, and the controlled way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select

from edc.db import Session
from edc.errors import ReasonMissing
from edc.records.models import COMPLETE, NOT_DONE, SIGNED, FormRecord
from edc.records.saving import Saving, lock_subject
from edc.review.missing_forms import count_missing
from edc.review.problems import AlreadySo, NotReadyToLock
from edc.study.models import Site, StudyState, Subject, Visit

Target = FormRecord | Visit | Subject | Site | StudyState
KINDS = {
    "missing": "due forms that nobody began",
    "incomplete": "forms not complete",
    "open_queries": "open queries",
    "answered_queries": "answered queries that wait for a reviewer",
    "unverified": "items not verified",
    "unsigned": "forms not signed",
}


@dataclass(frozen=True)
class Blockers:
    """What still stands between a participant and the lock, by kind."""

    subject: Subject
    counts: Mapping[str, int]

    @property
    def open_kinds(self) -> list[str]:
        """The kinds with something left."""
        return [kind for kind in KINDS if self.counts.get(kind, 0)]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is left."""
        return not self.open_kinds

    def words(self, kinds: list[str] | None = None) -> str:
        """'2 open queries, 1 forms not signed'."""
        return ", ".join(f"{self.counts[kind]} {KINDS[kind]}" for kind in (kinds or self.open_kinds))


def list_blockers(session: Session, subjects: list[Subject]) -> list[Blockers]:
    """The blockers of some participants, in the same few statements whatever their number."""
    live = FormRecord.removed.is_(False)
    unverified = FormRecord.to_verify - FormRecord.verified
    statement = (
        select(
            FormRecord.subject_uid,
            func.sum(case((FormRecord.entry_status.in_([COMPLETE, NOT_DONE]), 0), else_=1)),
            func.sum(FormRecord.queries_open),
            func.sum(FormRecord.queries_answered),
            func.sum(case((unverified > 0, unverified), else_=0)),
            func.sum(case((FormRecord.signature_state == SIGNED, 0), else_=1)),
        )
        .where(FormRecord.subject_uid.in_([subject.uid for subject in subjects]), live)
        .group_by(FormRecord.subject_uid)
    )
    of_records = {uid: list(map(int, rest)) for uid, *rest in session.execute(statement)}
    missing, nothing = count_missing(session, subjects), [0] * (len(KINDS) - 1)
    return [
        Blockers(one, dict(zip(KINDS, [missing[one.uid], *of_records.get(one.uid, nothing)], strict=True)))
        for one in subjects
    ]


def set_freeze(saving: Saving, target: Target, frozen: bool, reason: str) -> None:
    """Freeze (the site cannot edit, but answers queries) or unfreeze one level of the study."""
    _set(saving, target, "frozen", frozen, reason)


def unlock(saving: Saving, target: Target, reason: str) -> None:
    """Take a lock away, with its reason; data change again until it is locked anew."""
    _set(saving, target, "locked", False, reason)


def _set(saving: Saving, target: Target, attribute: str, value: bool, reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing
    if getattr(target, attribute) == value:
        raise AlreadySo(state=attribute if value else f"not {attribute}")
    setattr(target, attribute, value)
    saving.change.item_reasons[target.uid, attribute] = reason.strip()


def lock_participant(saving: Saving, subject: Subject, reason: str, waivers: Mapping[str, str]) -> Blockers:
    """Lock a casebook; every kind of blocker that is left needs a waiver with its reason, kept in the trail."""
    if not reason.strip():
        raise ReasonMissing
    locked = lock_subject(saving.session, subject.uid)
    blockers = list_blockers(saving.session, [locked])[0]
    stated = {kind: text.strip() for kind, text in waivers.items() if text.strip()}
    open_kinds = [kind for kind in blockers.open_kinds if kind not in stated]
    if open_kinds:
        raise NotReadyToLock(code=locked.code, blockers=blockers.words(open_kinds))
    for kind in blockers.open_kinds:
        words = blockers.words([kind])
        saving.change.note("subject", locked.uid, "waiver", None, f"{words}: {stated[kind]}", path=locked.code)
    _set(saving, locked, "locked", True, reason)
    return blockers


def lock_target(saving: Saving, target: FormRecord | Visit | Site | StudyState, reason: str) -> None:
    """Lock one form, visit, site or the study as it stands."""
    _set(saving, target, "locked", True, reason)
