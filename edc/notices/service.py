"""Tell people something, and read what they were told. The caller commits with its own change."""

from sqlalchemy import select, update

from edc.clock import now
from edc.db import Session
from edc.notices.models import Notice, SecurityMessage
from edc.notices.texts import TEXTS


def tell(session: Session, user_uid: str, code: str, **facts: str) -> Notice:
    """Leave a message for one user; the code must be in the catalogue."""
    _check(code)
    notice = Notice(user_uid=user_uid, code=code, facts=facts, created_at=now(session))
    session.add(notice)
    return notice


def tell_security_contact(
    session: Session, contact: str, code: str, *, contact_uid: str | None = None, **facts: str
) -> SecurityMessage:
    """Write what the security contact is told, and leave the same message for the contact's own account."""
    _check(code)
    message = SecurityMessage(contact=contact, code=code, facts=facts, created_at=now(session))
    session.add(message)
    if contact_uid is not None:
        tell(session, contact_uid, code, **facts)
    return message


def list_unread(session: Session, user_uid: str) -> list[Notice]:
    """Return the messages a user has not read, newest first."""
    unread = select(Notice).where(Notice.user_uid == user_uid, Notice.read_at.is_(None))
    return list(session.scalars(unread.order_by(Notice.created_at.desc(), Notice.uid.desc())))


def mark_read(session: Session, user_uid: str) -> None:
    """Mark every message of the user as read."""
    unread = update(Notice).where(Notice.user_uid == user_uid, Notice.read_at.is_(None))
    session.execute(unread.values(read_at=now(session)))


def _check(code: str) -> None:
    if code not in TEXTS:
        raise KeyError(f"no text for the notice {code}")
