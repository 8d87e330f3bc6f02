"""Messages to people, and the log of what the security contact was told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from audit.capture import new_uid
from edc.db import Base, UtcDateTime

UID = String(32)


class Notice(Base):
    """A message to one user: a code of the catalogue in `edc.notices.texts` and its facts, never a clinical value."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_user_read", "user_uid", "read_at"),)

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    user_uid: Mapped[str] = mapped_column(UID)
    code: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SecurityMessage(Base):
    """What the security contact of the installation was told, and when."""

    __tablename__ = "security_message"

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    contact: Mapped[str] = mapped_column(String(254))
    code: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
