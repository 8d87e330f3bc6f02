"""Who acts in a request: from the session cookie, or from a bearer token under /api."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select

from audit.capture import Actor
from edc.accounts import sessions, tokens
from edc.accounts.grants import active_grants, holds, roles_of, scope_of
from edc.accounts.models import RoleGrant, Training, User, WebSession
from edc.accounts.people import is_password_expired
from edc.accounts.rules import Rules, digest
from edc.clock import now
from edc.db import Session
from edc.identity import Ended, Person, SessionRow, SignedIn
from edc.permissions import Permission, Role, permissions_of

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class _Account:
    """A user with what is needed to act."""

    user: User
    trained: bool
    password_expired: bool
    grants: list[RoleGrant]


def by_cookie(session: Session, rules: Rules, cookie: str) -> SignedIn | Ended | None:
    """Return who a cookie belongs to; a session that timed out within 24 hours is named so that work can be kept."""
    found = session.execute(
        select(WebSession, User, _is_trained(rules), RoleGrant)
        .join(User, User.uid == WebSession.user_uid)
        .outerjoin(RoleGrant, and_(RoleGrant.user_uid == User.uid, holds(now(session))))
        .where(WebSession.id_hash == digest(cookie))
        .order_by(RoleGrant.starts_at)
    ).all()
    if not found:
        return None
    row, user, trained, _ = found[0]
    grants = [grant for *_, grant in found if grant is not None]
    account = _Account(user, trained, is_password_expired(session, rules, user.uid), grants)
    me = _signed_in(account, row, rules, now(session))
    if me is None:
        return None
    return _alive(me, row, rules, now(session))


def _is_trained(rules: Rules) -> ColumnElement[bool]:
    return exists().where(Training.user_uid == User.uid, Training.build == rules.training_build)


def _alive(me: SignedIn, row: WebSession, rules: Rules, at: datetime) -> SignedIn | Ended | None:
    """Tell a live session from one that timed out (and may have left work) and one that was ended on purpose."""
    if row.ended_at is not None:
        timed_out = row.end_reason in ("idle", "absolute")
        return Ended(me, row.ended_at, row.end_reason or "") if timed_out and at - row.ended_at < KEPT_FOR else None
    over = sessions.end_of(row, rules, at)
    if over is None:
        return me
    reason, ended_at = over
    return Ended(me, ended_at, reason, is_new=True) if at - ended_at < KEPT_FOR else None


def _signed_in(account: _Account, row: WebSession, rules: Rules, at: datetime) -> SignedIn | None:
    """Return the user in the session's role, or None when the account or the role is gone."""
    user, role = account.user, Role(row.role)
    held = roles_of(account.grants)
    if not user.active or role not in held:
        return None
    return SignedIn(
        user=Person(user.uid, user.user_name, user.printed_name, user.theme, user.density),
        role=role,
        roles=held,
        scope=scope_of(user.uid, role, account.grants),
        actor=Actor(user.uid, user.user_name, role, process_version=rules.software, session_hash=row.id_hash[:16]),
        session_row=_facts(row),
        trained=account.trained,
        confirmed=user.unconfirmed_since is None,
        fresh=at - row.authenticated_at < rules.fresh,
        password_expired=account.password_expired,
        permissions=permissions_of(role),
    )


def _facts(row: WebSession) -> SessionRow:
    return SessionRow(
        uid=row.uid,
        id_hash=row.id_hash,
        created_at=row.created_at,
        seen_at=row.seen_at,
        authenticated_at=row.authenticated_at,
        signing_until=row.signing_until,
        locked_at=row.locked_at,
        agent_hash=row.agent_hash,
    )


def by_token(session: Session, rules: Rules, text: str) -> SignedIn | None:
    """Return who a token stands for: its owner, while active and still holding the role."""
    token = tokens.find_token(session, text)
    if token is None:
        return None
    found = session.execute(select(User, _is_trained(rules)).where(User.uid == token.user_uid)).one()
    user, trained = found
    grants, role = active_grants(session, user.uid), Role(token.role)
    if not user.active or role not in roles_of(grants):
        return None
    return SignedIn(
        user=Person(user.uid, user.user_name, user.printed_name, user.theme, user.density),
        role=role,
        roles=(role,),
        scope=tokens.narrowed(scope_of(user.uid, role, grants), token),
        actor=Actor(
            user.uid,
            user.user_name,
            role,
            process="api",
            process_version=rules.software,
            session_hash=f"cbk_{token.prefix}",
        ),
        token_uid=token.uid,
        trained=trained,
        confirmed=user.unconfirmed_since is None,
        permissions=frozenset(Permission(each) for each in token.permissions) & tokens.grantable(role),
    )
