"""Electronic signatures: an investigator vouches for forms that are complete, read and free of open questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from edc.db import Session
from edc.records.axes import content_digest, fingerprint
from edc.records.book import Entry, SubjectBook
from edc.records.models import SIGNED, FormRecord, RecordOpening, Signature
from edc.records.saving import Saving, lock_subject, open_required
from edc.records.service import is_complete
from edc.review.problems import ContentMoved, NotReadyToSign
from edc.study.models import Subject

MEANING = "I have reviewed these data; they are complete and accurate to my knowledge."


@dataclass
class Signable:
    """A form on the sign page: what still hinders it, and the digest of its content."""

    record: FormRecord
    digest: str
    blockers: list[str] = field(default_factory=list)


def list_signable(session: Session, book: SubjectBook, records: Sequence[FormRecord], user_uid: str) -> list[Signable]:
    """The unsigned forms of a participant with what blocks each of them for this signer."""
    unsigned = [r for r in records if r.signature_state != SIGNED and not r.removed]
    opened = _opened_versions(session, [r.uid for r in unsigned], user_uid)
    return [_signable(book.entry(record), opened.get(record.uid)) for record in unsigned]


def _opened_versions(session: Session, uids: list[str], user_uid: str) -> dict[str, int]:
    statement = select(RecordOpening).where(RecordOpening.record_uid.in_(uids), RecordOpening.user_uid == user_uid)
    return {opening.record_uid: opening.row_version for opening in session.scalars(statement)}


def _signable(entry: Entry, opened: int | None) -> Signable:
    record = entry.header
    signable = Signable(record, content_digest(entry))
    if not is_complete(record):
        missing = len(open_required(entry))
        signable.blockers.append(
            f"not complete ({missing} required answers open)" if missing else "not marked complete"
        )
    elif record.entry_status == "complete" and open_required(entry):
        signable.blockers.append("a required answer is open")
    if record.queries_open:
        signable.blockers.append(f"{record.queries_open} open queries")
    if opened != record.row_version:
        signable.blockers.append("not opened by you since its last change")
    return signable


def sign_records(
    saving: Saving, subject: Subject, records: Sequence[FormRecord], *, content: str, user_uid: str, printed_name: str
) -> list[Signature]:
    """Sign forms in one act; `content` is the fingerprint the page showed. The caller has re-authenticated the person.

    Raises ContentMoved when a value changed since, NotReadyToSign when a form is not ready; nothing is signed then.
    """
    lock_subject(saving.session, subject.uid)
    book = SubjectBook(saving.session, subject, saving.now)
    signable = list_signable(saving.session, book, records, user_uid)
    if not signable:
        raise NotReadyToSign(blockers="there is nothing to sign")
    if fingerprint(one.digest for one in signable) != content:
        raise ContentMoved
    blocked = [f"{one.record.path}: {', '.join(one.blockers)}" for one in signable if one.blockers]
    if blocked:
        raise NotReadyToSign(blockers="; ".join(blocked))
    return [_sign(saving, one, user_uid, printed_name) for one in signable]


def _sign(saving: Saving, one: Signable, user_uid: str, printed_name: str) -> Signature:
    record = one.record
    signature = Signature(
        site_uid=record.site_uid, subject_uid=record.subject_uid, record_uid=record.uid, record=record,
        user_uid=user_uid, printed_name=printed_name, role=saving.by.role, meaning=MEANING, signed_at=saving.now,
        row_version=record.row_version, crf_version=record.crf_version, content_digest=one.digest,
    )  # fmt: skip
    record.signature_state = SIGNED
    saving.session.add(signature)
    return signature


def content_of(signable: Sequence[Signable]) -> str:
    """The fingerprint over the forms of one signing act."""
    return fingerprint(one.digest for one in signable)


def list_signatures(session: Session, record_uids: Sequence[str]) -> list[Signature]:
    """All signatures of some records, void ones included, in order of time."""
    statement = select(Signature).where(Signature.record_uid.in_(record_uids)).order_by(Signature.signed_at)
    return list(session.scalars(statement))
