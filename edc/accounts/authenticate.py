"""Proof of identity: signing in, unlocking, and the password again for signatures and grave acts."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from audit.capture import Actor, change
from edc import errors
from edc.accounts import passwords, throttle
from edc.accounts.acts import Act
from edc.accounts.grants import active_grants, roles_of
from edc.accounts.models import Password, User, WebSession
from edc.accounts.names import fold
from edc.accounts.rules import Rules
from edc.accounts.sessions import Device, get_session, is_known_device, open_session
from edc.clock import now
from edc.db import Session
from edc.identity import SignedIn
from edc.notices.service import tell_security_contact
from edc.permissions import Role

T = TypeVar("T")


@dataclass(frozen=True)
class _Found:
    """What is known of a name before the password is looked at; the same shape when the name does not exist."""

    user_uid: str
    user_name: str
    hash: str
    pepper_id: str
    exists: bool


@dataclass(frozen=True)
class Opened:
    """A new session: its row, the value of its cookie, and when the user signed in before."""

    row: WebSession
    cookie: str
    before: datetime | None


def _find(session: Session, rules: Rules, user_name: str) -> _Found:
    """Look up a name with one statement, whether or not it exists."""
    newest = (
        select(Password.uid)
        .where(Password.user_uid == User.uid)
        .order_by(Password.set_at.desc(), Password.uid.desc())
        .limit(1)
        .correlate(User)
        .scalar_subquery()
    )
    row = session.execute(
        select(User.uid, User.deactivated_at, Password.hash, Password.pepper_id)
        .outerjoin(Password, Password.uid == newest)
        .where(User.user_name == user_name)
    ).one_or_none()
    if row is None or row.deactivated_at is not None or row.hash is None:
        return _Found(rules.lookup("name", user_name)[:32], "", *passwords.dummy_hash(rules), exists=False)
    return _Found(row.uid, user_name, row.hash, row.pepper_id, exists=True)


def _check(
    session: Session, rules: Rules, user_name: str, password: str, device: Device, *, by: Actor, act: Act
) -> tuple[_Found, throttle.Keys]:
    """Return who has this name and password, or count the failure, log it and raise."""
    name = fold(user_name)
    found = _find(session, rules, name)
    keys = _keys(session, rules, name, found, device)
    throttle.reserve(session, keys)
    right = passwords.is_right(rules, found.hash, found.pepper_id, password)
    if not (right and found.exists):
        raise _failed(session, rules, found, keys, by=by, act=act)
    return found, keys


def _keys(session: Session, rules: Rules, name: str, found: _Found, device: Device) -> throttle.Keys:
    """Return the counters of a name; one statement, whether or not the name exists."""
    known = session.scalar(select(is_known_device(found.user_uid, device)))
    return throttle.keys_for(rules, name, source=device.source, known_device=device.hash if known else "")


def _failed(
    session: Session, rules: Rules, found: _Found, keys: throttle.Keys, *, by: Actor, act: Act
) -> errors.AccountLocked | errors.WrongPair:
    with change(session, by=by, act=act) as made:
        counter, locked = throttle.fail(session, keys)
        made.note("user", found.user_uid, "password", None, "locked" if locked else "refused")
        if locked:
            _report_lock(session, rules, found)
        return throttle.locked_problem(counter) if locked else errors.WrongPair(tries=throttle.tries_left(counter))


def _report_lock(session: Session, rules: Rules, found: _Found) -> None:
    """Tell the security contact; an unknown name is not repeated, it may be a password typed in the wrong field."""
    contact = session.scalar(select(User.uid).where(User.user_name == rules.security_contact))
    tell_security_contact(
        session,
        rules.security_contact,
        "account-locked",
        contact_uid=contact,
        user_name=found.user_name or "with an unknown name",
        when=f"{now(session):%d %b %Y %H:%M} UTC",
    )


def sign_in(session: Session, rules: Rules, *, user_name: str, password: str, device: Device) -> Opened:
    """Open a session for a right pair; every refusal reads the same for names that exist and names that do not."""
    anonymous = Actor(user_uid=None, user_name="anonymous", role="none", process_version=rules.software)
    found, keys = _check(session, rules, user_name, password, device, by=anonymous, act=Act.SIGN_IN_REFUSED)
    role = _first_role(session, found.user_uid)
    before = session.scalar(_last_session(found.user_uid, WebSession.created_at))
    by = Actor(found.user_uid, found.user_name, role, process_version=rules.software)
    with change(session, by=by, act=Act.SIGN_IN) as made:
        throttle.clear(session, keys)
        _refresh_hash(session, rules, found, password)
        row, cookie = open_session(session, user_uid=found.user_uid, role=role, device=device)
        made.note("session", row.uid, "role", None, role)
    return Opened(row, cookie, before)


def _last_session(user_uid: str, column: InstrumentedAttribute[T]) -> Select[T]:
    """Return the statement for one column of the user's latest session."""
    return select(column).where(WebSession.user_uid == user_uid).order_by(WebSession.created_at.desc()).limit(1)


def _first_role(session: Session, user_uid: str) -> Role:
    """Return the role of the last session if it still holds, else the first one held."""
    held = roles_of(active_grants(session, user_uid))
    if not held:
        session.rollback()
        raise errors.RoleMissing()
    last = session.scalar(_last_session(user_uid, WebSession.role))
    return Role(last) if last in held else held[0]


def _refresh_hash(session: Session, rules: Rules, found: _Found, password: str) -> None:
    """Store the password under the present cost and pepper when the stored hash is older."""
    if passwords.needs_new_hash(rules, found.hash, found.pepper_id):
        row = session.scalars(select(Password).where(Password.hash == found.hash)).one()
        row.hash, row.pepper_id = passwords.hash_password(rules, password)


def confirm_password(session: Session, rules: Rules, *, me: SignedIn, password: str, device: Device) -> None:
    """Prove again who is there: for the lock screen and for grave acts; shares the counter of the sign-in."""
    _, keys = _check_own(session, rules, me, password, device)
    throttle.clear(session, keys)
    if me.session_row is not None:
        get_session(session, me.session_row.uid).authenticated_at = now(session)
    session.commit()


def _check_own(
    session: Session, rules: Rules, me: SignedIn, password: str, device: Device
) -> tuple[_Found, throttle.Keys]:
    try:
        return _check(session, rules, me.user.user_name, password, device, by=me.actor, act=Act.REAUTHENTICATE)
    except errors.WrongPair as wrong:
        raise errors.SignatureRefused(**wrong.facts) from wrong


def is_user_name_needed(session: Session, me: SignedIn) -> bool:
    """Return True when the next signature asks for the user name as well: the first one, and after each break."""
    until = me.session_row.signing_until if me.session_row else None
    return until is None or now(session) >= until


def reauthenticate(
    session: Session, rules: Rules, *, me: SignedIn, user_name: str | None, password: str, device: Device
) -> None:
    """Ask for the parts of a signature and start or prolong the continuous period of signing.

    Call it before opening the change that signs: a failure is counted and logged on its own. Only a browser session
    can sign. Another person's name is refused, counted against both, logged, and told to the security contact.
    """
    if me.session_row is None:
        raise errors.RightMissing(permission="a browser session", role=me.role.label)
    if user_name is not None and fold(user_name) != me.user.user_name:
        _refuse_foreign(session, rules, me, fold(user_name), device)
    if user_name is None and is_user_name_needed(session, me):
        raise errors.UserNameNeeded()
    _, keys = _check_own(session, rules, me, password, device)
    throttle.clear(session, keys)
    row = get_session(session, me.session_row.uid)
    row.authenticated_at = now(session)
    row.signing_until = now(session) + rules.signing
    session.commit()


def _refuse_foreign(session: Session, rules: Rules, me: SignedIn, other_name: str, device: Device) -> None:
    """Count the attempt for both names, whether or not the other exists, and log it."""
    own, other = _find(session, rules, me.user.user_name), _find(session, rules, other_name)
    own_keys = _keys(session, rules, me.user.user_name, own, device)
    other_keys = _keys(session, rules, other_name, other, device)
    throttle.reserve(session, own_keys)
    counted = [(own, own_keys)]
    with suppress(errors.AccountLocked, errors.TooMany):
        # A name that is locked already is counted no further, but the attempt is logged all the same.
        throttle.reserve(session, other_keys)
        counted.append((other, other_keys))
    with change(session, by=me.actor, act=Act.REAUTHENTICATE) as made:
        made.note("user", own.user_uid, "signature", None, "refused: name of another person")
        made.note("user", other.user_uid, "signature", None, "refused: name used by another person")
        _report_foreign(session, rules, me, other)
        for found, keys in counted:
            if throttle.fail(session, keys)[1]:
                _report_lock(session, rules, found)
    raise errors.ForeignName()


def _report_foreign(session: Session, rules: Rules, me: SignedIn, other: _Found) -> None:
    contact = session.scalar(select(User.uid).where(User.user_name == rules.security_contact))
    tell_security_contact(
        session,
        rules.security_contact,
        "foreign-name",
        contact_uid=contact,
        user_name=me.user.user_name,
        other_name=other.user_name or "with an unknown name",
    )
