"""An amendment rehearsed: what a newer version of a form would change in the records that a site has entered.

Nothing is stored: each record is judged as it stands and as it would stand on the newer version.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from edc.db import Session
from edc.records.book import Entry, SubjectBook
from edc.records.models import COMPLETE, SIGNED, FormRecord, Signature
from edc.study.models import Site, Subject
from forms import evaluation
from forms.crf import CRF
from forms.differences import differences
from forms.evaluation import QUERY, Finding
from forms.releases import canonical_json, definition, find_release
from forms.versions import order

PAGE = 25


@dataclass(frozen=True)
class Touched:
    """One record, and what moving it to the newer version would do."""

    path: str
    version: str
    opens: Sequence[str]
    closes: Sequence[str]
    asks: Sequence[str]
    falls_back: bool
    signed_by: Sequence[str]


@dataclass(frozen=True)
class Rehearsal:
    """What differs between the versions, and the records of some participants that it would touch."""

    changes: Sequence[str]
    records: Sequence[Touched]
    next_key: str | None


def words_of_change(crf: type[CRF], old: str, new: str) -> list[str]:
    """What a newer version changes, in sentences, as far as both are released or in the code."""
    before, after = (_definition(crf, version) for version in (old, new))
    return differences(before, after) if before and after else []


def _definition(crf: type[CRF], version: str) -> dict[str, object] | None:
    if version == crf.version:
        made: dict[str, object] = json.loads(canonical_json(definition(crf)))
        return made
    return find_release(crf.oid, version)


def count_older(session: Session, site: Site, crf: type[CRF], version: str) -> int:
    """How many records of a form stand on another version than this one at a site."""
    statement = select(func.count()).select_from(FormRecord).where(
        FormRecord.site_uid == site.uid, FormRecord.crf_oid == crf.oid, FormRecord.crf_version != version,
        FormRecord.removed.is_(False),
    )  # fmt: skip
    return session.execute(statement).scalar_one()


def rehearse(
    session: Session, site: Site, crf: type[CRF], *, current: str, version: str, now: dt.datetime, after: str = ""
) -> Rehearsal:
    """The rehearsal for a page of a site's participants in order of code, starting behind the code `after`."""
    holders = select(FormRecord.subject_uid).where(FormRecord.crf_oid == crf.oid, FormRecord.site_uid == site.uid)
    statement = select(Subject).where(Subject.uid.in_(holders), Subject.code > after).order_by(Subject.code)
    subjects = list(session.scalars(statement.limit(PAGE + 1)).unique())
    shown = subjects[:PAGE]
    records = [touched for subject in shown for touched in _of_subject(session, subject, crf, version, now)]
    more = shown[-1].code if len(subjects) > PAGE else None
    return Rehearsal(words_of_change(crf, current, version), records, more)


def _of_subject(
    session: Session, subject: Subject, crf: type[CRF], version: str, now: dt.datetime
) -> Iterator[Touched]:  # fmt: skip
    """The records of one participant: all are judged as they stand before the first is moved."""
    book = SubjectBook(session, subject, now)
    entries = [
        entry for entry in book.entries(crf.oid)
        if not entry.header.removed and order(entry.header.crf_version) < order(version)
    ]  # fmt: skip
    view = book.view()
    before = [_asked(evaluation.findings(entry.view, view)) for entry in entries]
    for entry in entries:
        entry.view.version = version
    for entry in entries:
        evaluation.run_derivations(entry.view, view)
    signers = _signers(session, entries)
    for entry, standing in zip(entries, before, strict=True):
        moved = _asked(evaluation.findings(entry.view, view))
        open_items = [item.label for _, _, item in evaluation.open_required(entry.view)]
        groups = [group.title for group in evaluation.empty_required_groups(entry.view)]
        yield Touched(
            entry.header.path, entry.header.crf_version,
            [_words(moved[key]) for key in moved if key not in standing],
            [_words(standing[key]) for key in standing if key not in moved],
            [*dict.fromkeys(open_items), *groups],
            entry.header.entry_status == COMPLETE and bool(open_items or groups),
            signers.get(entry.header.uid, ()),
        )  # fmt: skip


def _asked(findings: Sequence[Finding]) -> dict[object, Finding]:
    return {finding.key: finding for finding in findings if finding.severity == QUERY}


def _words(finding: Finding) -> str:
    return f"{finding.check_id}: {finding.message}"


def _signers(session: Session, entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Who signed the records whose signature stands."""
    uids = [entry.header.uid for entry in entries if entry.header.signature_state == SIGNED]
    found: dict[str, list[str]] = {}
    if uids:
        statement = select(Signature).where(Signature.record_uid.in_(uids), Signature.voided_at.is_(None))
        for signature in session.scalars(statement.order_by(Signature.signed_at)):
            found.setdefault(signature.record_uid, []).append(signature.printed_name)
    return found
