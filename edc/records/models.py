"""The header of each filled-in form and the state of its four axes; drafts; who opened what."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from audit.capture import Audited, new_uid
from edc.db import Base, SiteScoped, UtcDateTime
from edc.queries.models import Query
from edc.study.models import Subject, Visit

UID = String(32)
INCOMPLETE, COMPLETE, NOT_DONE = "incomplete", "complete", "not done"
# The system made the record to ask about a visit that is overdue; nobody has entered anything.
NOT_STARTED = "not started"
UNSIGNED, SIGNED, VOID = "unsigned", "signed", "void"
VERIFIED, CHANGED, WITHDRAWN = "verified", "changed", "withdrawn"
COUNTERS = frozenset({"queries_open", "queries_answered", "queries_closed", "to_verify", "verified", "changed_since"})


class FormRecord(Audited, SiteScoped, Base):
    """One CRF filled in for one participant at one visit, or as one line of a log.

    The counters repeat what queries and reviews say, so that a list needs no other table; they are not in the trail.
    """

    __tablename__ = "form_record"
    __audit_entity__ = "form_record"
    __audit_exclude__ = COUNTERS
    __table_args__ = (
        UniqueConstraint("subject_uid", "place", "crf_oid", "repeat_no"),
        Index("ix_form_record_crf", "crf_oid", "uid"),
        Index("ix_form_record_subject_crf", "subject_uid", "crf_oid"),
        Index("ix_form_record_to_verify", "site_uid", "to_verify"),
    )

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"), index=True)
    subject_uid: Mapped[str] = mapped_column(UID, ForeignKey("subject.uid"))
    visit_uid: Mapped[str | None] = mapped_column(UID, ForeignKey("visit.uid"), index=True)
    place: Mapped[str] = mapped_column(UID)
    crf_oid: Mapped[str] = mapped_column(String(8))
    crf_version: Mapped[str] = mapped_column(String(8))
    repeat_no: Mapped[int] = mapped_column(Integer, default=1)
    row_version: Mapped[int] = mapped_column(Integer, default=0)
    entry_status: Mapped[str] = mapped_column(String(12), default=INCOMPLETE)
    not_done_reason: Mapped[str | None] = mapped_column(String(200))
    removed: Mapped[bool] = mapped_column(Boolean, default=False)
    removed_reason: Mapped[str | None] = mapped_column(String(200))
    signature_state: Mapped[str] = mapped_column(String(10), default=UNSIGNED)
    frozen: Mapped[bool] = mapped_column(Boolean, default=False)
    locked: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    queries_open: Mapped[int] = mapped_column(Integer, default=0)
    queries_answered: Mapped[int] = mapped_column(Integer, default=0)
    queries_closed: Mapped[int] = mapped_column(Integer, default=0)
    to_verify: Mapped[int] = mapped_column(Integer, default=0)
    verified: Mapped[int] = mapped_column(Integer, default=0)
    changed_since: Mapped[int] = mapped_column(Integer, default=0)

    subject: Mapped[Subject] = relationship(lazy="joined", innerjoin=True)
    visit: Mapped[Visit | None] = relationship(lazy="joined")
    # Lets a new record and its first queries be written together, in this order.
    queries: WriteOnlyMapped[Query] = relationship(passive_deletes=True)

    @property
    def path(self) -> str:
        """Participant, visit and form, as the trail names the record: `001-004/C1D1/LAB/2`."""
        visit = self.visit.oid if self.visit else "LOG"
        line = f"/{self.repeat_no}" if self.repeat_no > 1 or self.visit is None else ""
        return f"{self.subject.code}/{visit}/{self.crf_oid}{line}"

    def audit_path(self) -> str:
        """The record's path."""
        return self.path

    def audit_site(self) -> str | None:
        """The participant's site."""
        return self.site_uid

    def audit_subject(self) -> str | None:
        """The participant."""
        return self.subject_uid

    def audit_version(self) -> int | None:
        """The row version after the change."""
        return self.row_version

    def audit_crf_version(self) -> str | None:
        """The CRF version the record was entered under."""
        return self.crf_version


class ItemReview(Audited, SiteScoped, Base):
    """The source verification of one item: who compared which value, and whether it changed since."""

    __tablename__ = "item_review"
    __audit_entity__ = "item_review"
    __audit_text__ = frozenset({"value_seen"})
    __table_args__ = (
        UniqueConstraint("record_uid", "row_key", "item_name"),
        Index("ix_review_site", "site_uid", "status"),
    )

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"))
    subject_uid: Mapped[str] = mapped_column(UID, ForeignKey("subject.uid"))
    record_uid: Mapped[str] = mapped_column(UID, ForeignKey("form_record.uid"))
    row_key: Mapped[str] = mapped_column(UID, default="")
    item_name: Mapped[str] = mapped_column(String(60))
    item_oid: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12), default=VERIFIED)
    value_seen: Mapped[str | None] = mapped_column(Text)
    verified_by: Mapped[str] = mapped_column(String(120))
    verified_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    record: Mapped[FormRecord] = relationship(viewonly=True)

    def audit_path(self) -> str:
        """The path of the record."""
        return self.record.path if self.record else ""

    def audit_site(self) -> str | None:
        """The participant's site."""
        return self.site_uid

    def audit_subject(self) -> str | None:
        """The participant."""
        return self.subject_uid

    def audit_oid(self, attribute: str) -> str:
        """The verified item's OID with the attribute."""
        return f"{self.item_oid}#{attribute}"


class Signature(Audited, SiteScoped, Base):
    """An investigator's signature of one record, bound to its content by digest; void once the content changed."""

    __tablename__ = "signature"
    __audit_entity__ = "signature"
    __table_args__ = (Index("ix_signature_record", "record_uid"), Index("ix_signature_subject", "subject_uid"))

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"))
    subject_uid: Mapped[str] = mapped_column(UID, ForeignKey("subject.uid"))
    record_uid: Mapped[str] = mapped_column(UID, ForeignKey("form_record.uid"))
    user_uid: Mapped[str] = mapped_column(UID)
    printed_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(24))
    meaning: Mapped[str] = mapped_column(String(200))
    signed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(Integer)
    crf_version: Mapped[str] = mapped_column(String(8))
    content_digest: Mapped[str] = mapped_column(String(64))
    voided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str | None] = mapped_column(String(200))

    record: Mapped[FormRecord] = relationship(viewonly=True)

    def audit_path(self) -> str:
        """The path of the record."""
        return self.record.path if self.record else ""

    def audit_site(self) -> str | None:
        """The participant's site."""
        return self.site_uid

    def audit_subject(self) -> str | None:
        """The participant."""
        return self.subject_uid


class RecordOpening(Base):
    """The row version a person last looked at; a signer must have opened each form since its last change."""

    __tablename__ = "record_opening"

    record_uid: Mapped[str] = mapped_column(UID, ForeignKey("form_record.uid"), primary_key=True)
    user_uid: Mapped[str] = mapped_column(UID, primary_key=True)
    row_version: Mapped[int] = mapped_column(Integer)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Presence(Base):
    """Somebody who has a form open to fill it in, by the address of the form; a matter of minutes, never study data."""

    __tablename__ = "presence"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    user_uid: Mapped[str] = mapped_column(UID, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    since: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class Draft(Base):
    """Text that a person typed and did not save: encrypted, seen by its owner only, never study data."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_uid", "path"),)

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    user_uid: Mapped[str] = mapped_column(UID, index=True)
    path: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[bytes] = mapped_column(LargeBinary)
    row_version: Mapped[int] = mapped_column(Integer, default=0)
    saved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
