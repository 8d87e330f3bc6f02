"""Dataset releases: proposed by one person, confirmed by another, built once over a seal."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from audit.capture import Audited, new_uid
from edc.db import Base, UtcDateTime

PROPOSED, BUILDING, READY, FAILED = "proposed", "building", "ready", "failed"


class DatasetRelease(Audited, Base):
    """One locked dataset: which participants, up to which seal, who asked and who agreed, and the file's digest."""

    __tablename__ = "dataset_release"
    __audit_entity__ = "dataset_release"

    uid: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    status: Mapped[str] = mapped_column(String(10), default=PROPOSED)
    purpose: Mapped[str] = mapped_column(String(200))
    subject_uids: Mapped[str] = mapped_column(Text)
    participants: Mapped[int] = mapped_column(Integer)
    proposed_by_uid: Mapped[str] = mapped_column(String(32))
    proposed_by: Mapped[str] = mapped_column(String(120))
    proposed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(String(120))
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    seal_seq: Mapped[int | None] = mapped_column(Integer)
    seal_digest: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[str | None] = mapped_column(String(80))
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    values: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[str | None] = mapped_column(String(400))
