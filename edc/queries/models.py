"""Queries on items and their threads."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit.capture import Audited, new_uid
from edc.db import Base, SiteScoped, UtcDateTime
from edc.queries.words import item_words, place_words
from forms.deviations import offers_deviation

UID = String(32)
OPEN, ANSWERED, CLOSED = "open", "answered", "closed"


class QueryCounter(Base):
    """The last query number given in this installation; a row lock makes numbers unique."""

    __tablename__ = "query_counter"

    uid: Mapped[str] = mapped_column(String(8), primary_key=True)
    last_number: Mapped[int] = mapped_column(Integer, default=0)


class Query(Audited, SiteScoped, Base):
    """A question about one item (or a whole form): opened by a check or a reviewer, answered by the site."""

    __tablename__ = "query"
    __audit_entity__ = "query"
    __audit_text__ = frozenset({"text"})
    __table_args__ = (
        Index("ix_query_record", "record_uid", "status"),
        Index("ix_query_site_status", "site_uid", "status", "number"),
        Index("ix_query_subject_status", "subject_uid", "status"),
        Index("ix_query_status_number", "status", "number"),
    )

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"))
    subject_uid: Mapped[str] = mapped_column(UID, ForeignKey("subject.uid"))
    subject_code: Mapped[str] = mapped_column(String(16))
    record_uid: Mapped[str] = mapped_column(UID, ForeignKey("form_record.uid"))
    row_uid: Mapped[str | None] = mapped_column(UID)
    item_name: Mapped[str | None] = mapped_column(String(60))
    item_oid: Mapped[str | None] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(120))
    check_id: Mapped[str | None] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(10), default=OPEN)
    text: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(120))
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    accepted: Mapped[bool] = mapped_column(Boolean, default=False)
    deviation: Mapped[str | None] = mapped_column(String(10))

    messages: Mapped[list[QueryMessage]] = relationship(
        back_populates="query", order_by="QueryMessage.position", cascade="save-update, merge"
    )

    @property
    def place_words(self) -> str:
        """Visit, form and row in words."""
        return place_words(self.place)

    @property
    def item_words(self) -> str:
        """The label of the item; empty when the query is about the whole form."""
        return item_words(self.item_oid) if self.item_oid else ""

    @property
    def offers_deviation(self) -> bool:
        """Whether a deviation is on offer that nobody has added or declined."""
        return self.status != CLOSED and self.deviation is None and offers_deviation(self.check_id)

    @property
    def key(self) -> tuple[str | None, str, str | None, str | None]:
        """The identity of the fact that a check asks about."""
        return self.check_id, self.record_uid, self.row_uid, self.item_name

    def audit_path(self) -> str:
        """Participant, visit and form, with the query's number."""
        return f"{self.place}/query {self.number}"

    def audit_site(self) -> str | None:
        """The participant's site."""
        return self.site_uid

    def audit_subject(self) -> str | None:
        """The participant."""
        return self.subject_uid


class QueryMessage(Audited, SiteScoped, Base):
    """One line of a query's thread."""

    __tablename__ = "query_message"
    __audit_entity__ = "query_message"
    __audit_text__ = frozenset({"text"})

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"))
    query_uid: Mapped[str] = mapped_column(UID, ForeignKey("query.uid"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    act: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    value_then: Mapped[str | None] = mapped_column(Text)
    user_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(24))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    query: Mapped[Query] = relationship(back_populates="messages")

    def audit_path(self) -> str:
        """The path of the query."""
        return self.query.audit_path() if self.query else ""

    def audit_site(self) -> str | None:
        """The participant's site."""
        return self.site_uid

    def audit_subject(self) -> str | None:
        """The participant of the query."""
        return self.query.subject_uid if self.query else None
