"""From a request to whoever acts, and the cookies of session and device."""

import secrets
from dataclasses import replace

from flask import Request, Response

from edc.accounts import gate, sessions, tokens
from edc.accounts.rules import Rules
from edc.accounts.sessions import Device
from edc.clock import now
from edc.db import Session
from edc.identity import Ended, SessionRow, SignedIn
from edc.web import shell

SESSION_COOKIE, DEVICE_COOKIE = "cb", "cbd"
#: Requests that a page sends by itself carry this header, and never prolong the session.
BACKGROUND_HEADER = "X-Background"
_DEVICE_LIFE = 400 * 24 * 3600


def identify(session: Session, request: Request, *, by_token: bool) -> SignedIn | Ended | None:
    """Return who acts in a request; given to the shell as its `identify`."""
    rules: Rules = shell().rules
    if by_token:
        return _by_token(session, rules, request)
    found = gate.by_cookie(session, rules, request.cookies.get(shell().cookie_name(SESSION_COOKIE), ""))
    if isinstance(found, Ended) and found.is_new:
        _end(session, found)
    if isinstance(found, SignedIn) and found.session_row and not found.session_row.locked_at:
        return _seen(session, request, found, found.session_row)
    return found


def _by_token(session: Session, rules: Rules, request: Request) -> SignedIn | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    me = gate.by_token(session, rules, text.strip()) if scheme.lower() == "bearer" else None
    if me is not None and me.token_uid:
        session.rollback()
        with shell().session(writes=True) as writer:
            tokens.note_use(writer, me.token_uid, request.remote_addr or "")
    return me


def _end(session: Session, ended: Ended) -> None:
    """Mark a session that timed out; once, when its cookie comes again."""
    row = ended.signed_in.session_row
    assert row is not None
    session.rollback()
    with shell().session(writes=True) as writer:
        sessions.end_session(writer, by=ended.signed_in.actor, uid=row.uid, reason=ended.reason, at=ended.ended_at)


def _seen(session: Session, request: Request, me: SignedIn, row: SessionRow) -> SignedIn:
    """Store that the session was used; lock it when the browser is another one than before."""
    at = now(session)
    if row.agent_hash != device_of(request).agent_hash:
        session.rollback()
        with shell().session(writes=True) as writer:
            sessions.lock_screen(writer, by=me.actor, uid=row.uid, why="browser changed")
        return replace(me, session_row=replace(row, locked_at=at))
    if at - row.seen_at >= sessions.TOUCH_EVERY and not _is_background(request):
        session.rollback()
        with shell().session(writes=True) as writer:
            sessions.touch(writer, row.uid, at)
    return me


def _is_background(request: Request) -> bool:
    """True for what a page asks for by itself: marked so, or a progress figure read as JSON."""
    polls = request.method == "GET" and request.accept_mimetypes.best == "application/json"
    return polls or BACKGROUND_HEADER in request.headers


def device_of(request: Request) -> Device:
    """Return the device of a request; without a device cookie it gets a new secret, known to nobody yet."""
    secret = request.cookies.get(shell().cookie_name(DEVICE_COOKIE)) or secrets.token_urlsafe(32)
    return Device(secret, request.user_agent.string, request.remote_addr or "")


def give_cookies(response: Response, cookie: str, device: Device | None = None) -> None:
    """Send the session cookie, and after a sign-in the device cookie."""
    _set(response, SESSION_COOKIE, cookie)
    if device is not None:
        _set(response, DEVICE_COOKIE, device.secret, max_age=_DEVICE_LIFE)


def take_cookie(response: Response) -> None:
    """Remove the session cookie."""
    response.delete_cookie(
        shell().cookie_name(SESSION_COOKIE), secure=shell().https, httponly=True, samesite="Lax", path="/"
    )


def _set(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    response.set_cookie(
        shell().cookie_name(name),
        value,
        max_age=max_age,
        secure=shell().https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
