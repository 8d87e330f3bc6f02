"""Browser sessions: started, seen, locked, switched and ended on the server."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, func, select, update

from audit.capture import Actor, change, new_uid
from edc import errors
from edc.accounts.acts import Act
from edc.accounts.models import WebSession
from edc.accounts.rules import Rules, digest
from edc.clock import now
from edc.db import Session
from edc.permissions import Role

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Device:
    """What a request tells about where it came from."""

    secret: str
    agent: str
    source: str

    @property
    def hash(self) -> str:
        """The digest under which the device cookie is stored."""
        return digest(self.secret)

    @property
    def agent_hash(self) -> str:
        """The digest by which a change of browser is noticed."""
        return digest(self.agent)


def open_session(session: Session, *, user_uid: str, role: Role, device: Device) -> tuple[WebSession, str]:
    """Add a session row and return it with the cookie's value, which is stored nowhere."""
    at, cookie = now(session), secrets.token_urlsafe(32)
    row = WebSession(
        uid=new_uid(),
        id_hash=digest(cookie),
        user_uid=user_uid,
        role=role,
        created_at=at,
        seen_at=at,
        authenticated_at=at,
        device_hash=device.hash,
        agent=device.agent[:120],
        agent_hash=device.agent_hash,
        source=device.source[:45],
    )
    session.add(row)
    return row, cookie


def is_known_device(user_uid: str, device: Device) -> ColumnElement[bool]:
    """Return the condition that the user signed in on this device before."""
    return select(WebSession.uid).where(WebSession.user_uid == user_uid, WebSession.device_hash == device.hash).exists()


def end_of(row: WebSession, rules: Rules, at: datetime) -> tuple[str, datetime] | None:
    """Return why and when a session timed out, or None while it lives."""
    idle, absolute = row.seen_at + rules.idle, row.created_at + rules.absolute
    if at >= min(idle, absolute):
        return ("idle", idle) if idle <= absolute else ("absolute", absolute)
    return None


def get_session(session: Session, uid: str) -> WebSession:
    """Return a live session row, locked for a change; raises `NotSignedIn` when it has ended."""
    row = session.get(WebSession, uid, with_for_update=True, populate_existing=True)
    if row is None or row.ended_at is not None:
        raise errors.NotSignedIn()
    return row


def renew_cookie(row: WebSession) -> str:
    """Give the session a new id and return the new cookie value; the old one is worthless from now on."""
    cookie = secrets.token_urlsafe(32)
    row.id_hash = digest(cookie)
    return cookie


def touch(session: Session, uid: str, at: datetime) -> None:
    """Store that a session was used."""
    session.execute(update(WebSession).where(WebSession.uid == uid).values(seen_at=at))
    session.commit()


def lock_screen(session: Session, *, by: Actor, uid: str, why: str = "asked") -> None:
    """Cover the session until its user gives the password again; the signing period ends."""
    with change(session, by=by, act=Act.SCREEN_LOCK) as made:
        row = get_session(session, uid)
        row.locked_at, row.signing_until = now(session), None
        made.note("session", uid, "locked", None, why)


def unlock_screen(session: Session, *, by: Actor, uid: str, agent_hash: str) -> str:
    """Uncover the session after its user has given the password in this browser; returns the new cookie value."""
    with change(session, by=by, act=Act.SCREEN_UNLOCK) as made:
        row = get_session(session, uid)
        row.locked_at, row.authenticated_at, row.seen_at = None, now(session), now(session)
        row.agent_hash = agent_hash
        made.note("session", uid, "locked", "true", None)
        return renew_cookie(row)


def switch_role(session: Session, *, by: Actor, uid: str, role: Role) -> str:
    """Act in another role from now on; returns the new cookie value."""
    with change(session, by=by, act=Act.ROLE_SWITCH) as made:
        row = get_session(session, uid)
        made.note("session", uid, "role", row.role, role)
        row.role, row.signing_until = role, None
        return renew_cookie(row)


def end_session(session: Session, *, by: Actor, uid: str, reason: str, at: datetime | None = None) -> None:
    """End one session, with a row in the trail; `at` is when it timed out."""
    with change(session, by=by, act=Act.SIGN_OUT) as made:
        if _end(session, [WebSession.uid == uid], reason, at or now(session)):
            made.note("session", uid, "ended", None, reason)


def end_sessions(session: Session, user_uid: str, reason: str, *, keep: str = "") -> int:
    """End all sessions of a user within the caller's change, except the one whose hash begins with `keep`."""
    wanted = [WebSession.user_uid == user_uid]
    if keep:
        wanted.append(~WebSession.id_hash.startswith(keep))
    return _end(session, wanted, reason, now(session))


def _end(session: Session, wanted: list[ColumnElement[bool]], reason: str, at: datetime) -> int:
    ended = session.execute(
        update(WebSession).where(WebSession.ended_at.is_(None), *wanted).values(ended_at=at, end_reason=reason)
    )
    assert isinstance(ended, CursorResult)
    return ended.rowcount


def break_signing(session: Session, user_uid: str) -> None:
    """End the signing period of every session of a user, so that the next signature asks for both parts."""
    session.execute(update(WebSession).where(WebSession.user_uid == user_uid).values(signing_until=None))


def list_sessions(session: Session, rules: Rules, user_uid: str) -> list[WebSession]:
    """Return the live sessions of a user, the latest first."""
    at = now(session)
    rows = session.scalars(
        select(WebSession)
        .where(WebSession.user_uid == user_uid, WebSession.ended_at.is_(None))
        .order_by(WebSession.seen_at.desc())
    )
    return [row for row in rows if end_of(row, rules, at) is None]


def last_sign_ins(session: Session, user_uids: list[str]) -> dict[str, datetime]:
    """Return when each user last signed in."""
    rows = session.execute(
        select(WebSession.user_uid, func.max(WebSession.created_at).label("last"))
        .where(WebSession.user_uid.in_(user_uids))
        .group_by(WebSession.user_uid)
    )
    return {row.user_uid: row.last for row in rows}
