"""Accounts: opening, finding, confirming, deactivating; passwords, password links and training."""

import secrets
from datetime import date, timedelta

from sqlalchemy import func, select

from audit.capture import Actor, change, new_uid
from edc import errors
from edc.accounts import passwords, throttle
from edc.accounts.acts import Act
from edc.accounts.models import DEMO, Password, PasswordLink, Training, User
from edc.accounts.names import fold, new_user_name
from edc.accounts.rules import Rules, digest
from edc.accounts.sessions import break_signing, end_sessions
from edc.accounts.tokens import revoke_all
from edc.clock import now
from edc.db import Session
from edc.notices.service import tell
from edc.permissions import Permission, Role, may

LINK_LIFE = timedelta(hours=72)


def find_user(session: Session, user_name: str) -> User | None:
    """Return the account with this name, or None."""
    return session.scalar(select(User).where(User.user_name == fold(user_name)))


def get_user(session: Session, user_name: str) -> User:
    """Return the account with this name; raises `NotFound`."""
    user = find_user(session, user_name)
    if user is None:
        raise errors.NotFound()
    return user


def count_demo_users(session: Session) -> int:
    """Return how many made-up accounts can sign in; production refuses to start with any."""
    statement = select(func.count()).where(User.kind == DEMO, User.deactivated_at.is_(None))
    return session.execute(statement).scalar_one()


def create_user(
    session: Session, *, by: Actor, user_name: str, printed_name: str, email: str | None = None, confirmed: bool = False
) -> User:
    """Open an account without a password or role.

    `confirmed` is for the command line on the server and for demo data; an account that an administrator opens by
    page waits until a second person has confirmed whose it is.
    """
    name, at = new_user_name(user_name), now(session)
    with change(session, by=by, act=Act.USER_CREATE):
        if find_user(session, name):
            raise errors.UserNameRefused(reason=f"The user name {name} is taken, and names are never given twice.")
        user = User(
            uid=new_uid(),
            user_name=name,
            printed_name=_printed(printed_name),
            email=email or None,
            created_at=at,
            unconfirmed_since=None if confirmed else at,
        )
        session.add(user)
    return user


def _printed(name: str) -> str:
    text = " ".join(name.split())
    if not 2 <= len(text) <= 120:
        raise errors.UserNameRefused(reason="The printed name has 2 to 120 characters, as it prints on signatures.")
    return text


def set_password(session: Session, rules: Rules, *, by: Actor, user: User, password: str) -> None:
    """Store a new password if the rules allow it; every other session of the user ends."""
    _check_new(session, rules, user, password)
    with change(session, by=by, act=Act.PASSWORD_SET):
        stored, pepper_id = passwords.hash_password(rules, password)
        session.add(Password(user_uid=user.uid, set_at=now(session), hash=stored, pepper_id=pepper_id))
        end_sessions(session, user.uid, "password changed", keep=by.session_hash)
        break_signing(session, user.uid)


def _check_new(session: Session, rules: Rules, user: User, password: str) -> None:
    weak = passwords.weakness(rules, password, user_name=user.user_name, printed_name=user.printed_name)
    if weak is None and rules.password_max_age is not None and _was_used(session, rules, user, password):
        weak = "It is one of your last five."
    if weak is not None:
        raise errors.PasswordWeak(reason=weak)


def _was_used(session: Session, rules: Rules, user: User, password: str) -> bool:
    last = select(Password).where(Password.user_uid == user.uid).order_by(Password.set_at.desc()).limit(5)
    return any(passwords.is_right(rules, row.hash, row.pepper_id, password) for row in session.scalars(last))


def is_password_expired(session: Session, rules: Rules, user_uid: str) -> bool:
    """Return True when the password is older than the installation allows; never where no age is set."""
    if rules.password_max_age is None:
        return False
    set_at = session.scalar(select(func.max(Password.set_at)).where(Password.user_uid == user_uid))
    return set_at is not None and now(session) - set_at >= rules.password_max_age


def make_password_link(session: Session, *, by: Actor, user: User, reason: str) -> str:
    """Return the code of a link that lets its bearer set the password once; shown to the administrator once.

    All sessions and tokens of the user end, and the account is unconfirmed until a second person has confirmed it.
    """
    _refuse_self(by, user)
    at, code = now(session), secrets.token_urlsafe(32)
    with change(session, by=by, act=Act.PASSWORD_LINK, reason=_given(reason)):
        link = PasswordLink(
            user_uid=user.uid, code_hash=digest(code), made_by=by.user_uid, made_at=at, expires_at=at + LINK_LIFE
        )
        session.add(link)
        user.unconfirmed_since = at
        _end_everything(session, user, "password reset")
        tell(session, user.uid, "password-link", contact="your administrator")
    return code


def find_link(session: Session, code: str) -> PasswordLink | None:
    """Return the link of a code while it can still be used."""
    link = session.scalar(select(PasswordLink).where(PasswordLink.code_hash == digest(code)))
    return link if link and link.used_at is None and now(session) < link.expires_at else None


def use_password_link(session: Session, rules: Rules, *, code: str, password: str) -> User:
    """Set the password by a link; the link is spent."""
    link = find_link(session, code)
    user = session.get(User, link.user_uid) if link else None
    if link is None or user is None or not user.active:
        raise errors.LinkSpent()
    _check_new(session, rules, user, password)
    by = Actor(user_uid=user.uid, user_name=user.user_name, role="none")
    with change(session, by=by, act=Act.PASSWORD_SET):
        session.refresh(link, with_for_update=True)
        if link.used_at is not None:
            raise errors.LinkSpent()
        link.used_at = now(session)
        set_password(session, rules, by=by, user=user, password=password)
        throttle.release(session, rules, user.user_name)
    return user


def confirm_user(session: Session, *, by: Actor, user: User, reason: str) -> None:
    """Record that a second person, not an administrator and not who made the link, knows whose account it is."""
    _refuse_self(by, user)
    made_by = session.scalars(select(PasswordLink.made_by).where(PasswordLink.user_uid == user.uid)).all()
    if by.role == Role.ADMINISTRATOR or by.user_uid in made_by:
        raise errors.SecondPersonNeeded()
    with change(session, by=by, act=Act.USER_CONFIRM, reason=_given(reason)):
        user.unconfirmed_since = None
        tell(session, user.uid, "account-confirmed", by=by.user_name)


def deactivate_user(session: Session, *, by: Actor, user: User, reason: str) -> int:
    """Close an account for good and end its sessions and tokens; returns how many sessions ended."""
    _refuse_self(by, user)
    with change(session, by=by, act=Act.USER_DEACTIVATE, reason=_given(reason)):
        user.deactivated_at = now(session)
        return _end_everything(session, user, "deactivated")


def unlock_user(session: Session, rules: Rules, *, by: Actor, user: User, reason: str) -> None:
    """Open an account that too many wrong passwords have locked."""
    with change(session, by=by, act=Act.USER_UNLOCK, reason=_given(reason)) as made:
        throttle.release(session, rules, user.user_name)
        made.note("user", user.uid, "locked", "true", "false")


def record_training(
    session: Session, *, by: Actor, user: User, build: str, completed_on: date, evidence: str = ""
) -> Training:
    """Record training for a version of the forms; entering, signing and verifying start with it."""
    with change(session, by=by, act=Act.TRAINING_RECORD):
        training = Training(
            user_uid=user.uid, build=build, completed_on=completed_on, recorded_by=by.user_uid, evidence=evidence
        )
        session.add(training)
    return training


def list_training(session: Session, user_uid: str) -> list[Training]:
    """Return the training of a user, the latest first."""
    rows = select(Training).where(Training.user_uid == user_uid).order_by(Training.completed_on.desc(), Training.uid)
    return list(session.scalars(rows))


def trained_for(session: Session, build: str) -> set[str]:
    """Return the uids of everybody trained for a version of the forms."""
    return set(session.scalars(select(Training.user_uid).where(Training.build == build)))


def set_preferences(session: Session, *, by: Actor, user: User, theme: str, density: str) -> None:
    """Store how the pages look for this user."""
    if theme not in ("system", "light", "dark") or density not in ("", "comfortable", "compact"):
        raise errors.Refused(reason="This look is not offered.", remedy="Choose one of the looks on the page.")
    with change(session, by=by, act=Act.USER_PREFERENCES):
        user.theme, user.density = theme, density


def _end_everything(session: Session, user: User, reason: str) -> int:
    revoke_all(session, user.uid)
    return end_sessions(session, user.uid, reason)


def _refuse_self(by: Actor, user: User) -> None:
    if by.user_uid == user.uid:
        raise errors.SecondPersonNeeded()


def _given(reason: str) -> str:
    if not reason.strip():
        raise errors.ReasonMissing()
    return reason.strip()


def may_confirm(role: Role) -> bool:
    """Return True for roles that may confirm whose account it is: they see the accounts but do not open them."""
    return may(role, Permission.USER_READ) and role is not Role.ADMINISTRATOR
