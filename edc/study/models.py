"""Sites with their reference data, participants and visits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit.capture import Audited, new_uid
from edc.db import Base, ExactDecimal, SiteScoped, UtcDateTime

UID = String(32)


class StudyState(Audited, Base):
    """The one row that says whether the study as a whole is frozen or locked."""

    __tablename__ = "study_state"
    __audit_entity__ = "study_state"

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    study_id: Mapped[str] = mapped_column(String(40), unique=True)
    frozen: Mapped[bool] = mapped_column(Boolean, default=False)
    locked: Mapped[bool] = mapped_column(Boolean, default=False)


class Site(Audited, Base):
    """A trial site; its uid is the `site_uid` of everything recorded there."""

    __tablename__ = "site"
    __audit_entity__ = "site"

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2), default="US")
    time_zone: Mapped[str] = mapped_column(String(40), default="UTC")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    locked: Mapped[bool] = mapped_column(Boolean, default=False)

    def audit_site(self) -> str | None:
        """The site itself."""
        return self.uid


class ConsentVersion(Audited, SiteScoped, Base):
    """A version of the consent form as the site's review board approved it."""

    __tablename__ = "consent_version"
    __audit_entity__ = "consent_version"
    __table_args__ = (UniqueConstraint("site_uid", "label"),)

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"), index=True)
    label: Mapped[str] = mapped_column(String(20))
    approved_on: Mapped[dt.date | None] = mapped_column(Date)
    valid_from: Mapped[dt.date] = mapped_column(Date)
    superseded_on: Mapped[dt.date | None] = mapped_column(Date)
    reconsent_required: Mapped[bool] = mapped_column(Boolean, default=False)

    def audit_site(self) -> str | None:
        """The site whose version this is."""
        return self.site_uid


class Laboratory(Audited, SiteScoped, Base):
    """A laboratory that reports results for a site."""

    __tablename__ = "laboratory"
    __audit_entity__ = "laboratory"
    __table_args__ = (UniqueConstraint("site_uid", "name"),)

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    def audit_site(self) -> str | None:
        """The site that uses the laboratory."""
        return self.site_uid


class NormalRange(Audited, SiteScoped, Base):
    """A normal range of one test at one laboratory, for a sex, an age band and a time."""

    __tablename__ = "normal_range"
    __audit_entity__ = "normal_range"
    __table_args__ = (Index("ix_normal_range_lookup", "site_uid", "laboratory", "panel", "test"),)

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"), index=True)
    laboratory: Mapped[str] = mapped_column(String(60))
    panel: Mapped[str] = mapped_column(String(8))
    test: Mapped[str] = mapped_column(String(8))
    unit: Mapped[str] = mapped_column(String(40))
    sex: Mapped[str] = mapped_column(String(4), default="BOTH")
    age_from: Mapped[int | None] = mapped_column(Integer)
    age_to: Mapped[int | None] = mapped_column(Integer)
    lln: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    uln: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    valid_from: Mapped[dt.date] = mapped_column(Date)
    valid_to: Mapped[dt.date | None] = mapped_column(Date)
    source_document: Mapped[str | None] = mapped_column(String(120))
    proposed_by: Mapped[str | None] = mapped_column(UID)
    approved_by: Mapped[str | None] = mapped_column(UID)

    def audit_site(self) -> str | None:
        """The site whose laboratory this is."""
        return self.site_uid


class CrfActivation(Audited, SiteScoped, Base):
    """From which day a site enters a version of a form: proposed with the site's approvals, in force once confirmed."""

    __tablename__ = "crf_activation"
    __audit_entity__ = "crf_activation"
    __table_args__ = (Index("ix_crf_activation_lookup", "site_uid", "crf_oid"),)

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"))
    crf_oid: Mapped[str] = mapped_column(String(8))
    version: Mapped[str] = mapped_column(String(8))
    active_from: Mapped[dt.date] = mapped_column(Date)
    approval: Mapped[str] = mapped_column(String(200))
    proposed_by: Mapped[str] = mapped_column(String(120))
    proposed_by_uid: Mapped[str | None] = mapped_column(UID)
    proposed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(String(120))
    confirmed_by_uid: Mapped[str | None] = mapped_column(UID)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    withdrawn: Mapped[bool] = mapped_column(Boolean, default=False)

    site: Mapped[Site] = relationship(lazy="joined", innerjoin=True)

    def audit_path(self) -> str:
        """The site's code and the form."""
        return f"{self.site.code}/{self.crf_oid}" if self.site else self.crf_oid

    def audit_site(self) -> str | None:
        """The site that enters the version."""
        return self.site_uid


class Subject(Audited, SiteScoped, Base):
    """A participant: the code, the anchors that the data give, and the restrictions on the whole casebook.

    `judged_on`: the site's day on which it was last asked what time alone brings about (not in the trail).
    """

    __tablename__ = "subject"
    __audit_entity__ = "subject"
    __audit_exclude__ = frozenset({"judged_on"})
    __table_args__ = (Index("ix_subject_site_code", "site_uid", "code"),)

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"), index=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    screening_attempt: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[str] = mapped_column(String(24), default="SCREENING")
    consent_date: Mapped[dt.date | None] = mapped_column(Date)
    registration_date: Mapped[dt.date | None] = mapped_column(Date)
    c1d1: Mapped[dt.date | None] = mapped_column(Date)
    last_dose: Mapped[dt.date | None] = mapped_column(Date)
    # The sites left behind, a line each: the site's uid and the day on which the participant left it.
    former_sites: Mapped[str | None] = mapped_column(Text)
    judged_on: Mapped[dt.date | None] = mapped_column(Date)
    frozen: Mapped[bool] = mapped_column(Boolean, default=False)
    locked: Mapped[bool] = mapped_column(Boolean, default=False)

    site: Mapped[Site] = relationship(lazy="joined", innerjoin=True)
    visits: Mapped[list[Visit]] = relationship(back_populates="subject", order_by="Visit.position", viewonly=True)

    def audit_path(self) -> str:
        """The participant's code."""
        return self.code

    def audit_site(self) -> str | None:
        """The site that enrolled the participant."""
        return self.site_uid

    def audit_subject(self) -> str | None:
        """The participant."""
        return self.uid


class Visit(Audited, SiteScoped, Base):
    """A planned or unscheduled visit of one participant; `position` orders visits (ten times SDTM's VISITNUM)."""

    __tablename__ = "visit"
    __audit_entity__ = "visit"
    __table_args__ = (
        UniqueConstraint("subject_uid", "oid"), UniqueConstraint("subject_uid", "slug"),
        Index("ix_visit_status_window", "status", "window_to", "window_from", "site_uid"),
    )  # fmt: skip

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"), index=True)
    subject_uid: Mapped[str] = mapped_column(UID, ForeignKey("subject.uid"), index=True)
    oid: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(8))
    course: Mapped[int | None] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(String(80))
    slug: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(Integer)
    appeared_on: Mapped[dt.date | None] = mapped_column(Date)
    planned_on: Mapped[dt.date | None] = mapped_column(Date)
    window_from: Mapped[dt.date | None] = mapped_column(Date)
    window_to: Mapped[dt.date | None] = mapped_column(Date)
    visit_date: Mapped[dt.date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(16), default="planned")
    frozen: Mapped[bool] = mapped_column(Boolean, default=False)
    locked: Mapped[bool] = mapped_column(Boolean, default=False)

    # Not joined: the participant of a record's visit is that of the record, and SQLite makes a nested join whole.
    subject: Mapped[Subject] = relationship(back_populates="visits")

    def audit_path(self) -> str:
        """Participant and visit."""
        return f"{self.subject.code}/{self.oid}" if self.subject else self.oid

    def audit_site(self) -> str | None:
        """The participant's site."""
        return self.site_uid

    def audit_subject(self) -> str | None:
        """The participant."""
        return self.subject_uid
