"""A participant who moves to another site: number and history stay, access follows the new site, in one change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from edc.db import Session, SiteScoped
from edc.errors import NotFound, ReasonMissing, Refused
from edc.queries.models import Query, QueryMessage
from edc.records.book import SubjectBook
from edc.records.models import FormRecord, ItemReview, Signature
from edc.records.outcome import Saving
from edc.records.problems import RecordLocked
from edc.records.saving import lock_subject, look_again
from edc.records.shelf import shelf_of
from edc.study.models import Site, Subject, Visit


@dataclass(frozen=True)
class Transferred:
    """What a move took along, for the sentence on the screen."""

    code: str
    site: str
    forms: int
    queries: int


def find_target(session: Session, subject: Subject, code: str) -> Site:
    """The site that a participant may move to; raises NotFound or Refused."""
    site = session.scalars(select(Site).where(Site.code == code)).one_or_none()
    if site is None:
        raise NotFound
    if site.uid == subject.site_uid:
        raise Refused(reason=f"{subject.code} is at site {code} already.", remedy="Choose another site.")
    if not site.active or site.locked:
        raise Refused(reason=f"Site {code} does not take participants at the moment.", remedy="Open the site first.")
    return site


def move_subject(saving: Saving, subject_uid: str, site_code: str, reason: str) -> Transferred:
    """Move a participant with all that was recorded to another site, and judge the records by its tables.

    The tables of the sites left behind still count for what was entered there. Refused while the participant, or either
    site, is frozen or locked.
    """
    if not reason.strip():
        raise ReasonMissing
    session = saving.session
    subject = lock_subject(session, subject_uid)
    if subject.locked or subject.frozen or subject.site.locked:
        raise RecordLocked(what_is=f"{subject.code} is {'frozen' if subject.frozen else 'locked'}")
    target = find_target(session, subject, site_code)
    forms, queries = _carry(saving, subject, target)
    shelf_of(session, subject_uid).forget()
    look_again(saving, SubjectBook(session, subject, saving.now))
    return Transferred(subject.code, target.code, forms, queries)


def _carry(saving: Saving, subject: Subject, target: Site) -> tuple[int, int]:
    """Give every row of a participant to the new site; returns how many forms and queries went along."""
    book = SubjectBook(saving.session, subject, saving.now)
    entries = [entry for oid in sorted(book.present) for entry in book.entries(oid)]
    queries = _rows_of(saving.session, Query, subject)
    asked = select(QueryMessage).where(QueryMessage.query_uid.in_([query.uid for query in queries]))
    kept = (Visit, FormRecord, ItemReview, Signature)
    rows: list[SiteScoped] = [
        *(row for entry in entries for row in entry.stored.values()),
        *queries,
        *saving.session.scalars(asked),
        *(row for kind in kept for row in _rows_of(saving.session, kind, subject)),
    ]
    left, today = subject.site_uid, book.view().today
    for row in rows:
        row.site_uid = target.uid
    subject.former_sites = "\n".join([*(subject.former_sites or "").split("\n"), f"{left} {today}"]).strip()
    subject.site_uid, subject.site = target.uid, target
    saving.session.flush()
    return len(entries), len(queries)


def _rows_of(session: Session, kind: type[Any], subject: Subject) -> list[Any]:
    return list(session.scalars(select(kind).where(kind.subject_uid == subject.uid)).unique())
