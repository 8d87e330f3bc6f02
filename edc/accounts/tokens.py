"""Tokens for programs: `cbk_<id8>_<secret43>`, at most the rights of their owner, in one role, for a limited time."""

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit.capture import Actor, change, new_uid
from edc import errors
from edc.accounts.acts import Act
from edc.accounts.models import ApiToken, TokenUse
from edc.accounts.rules import digest
from edc.clock import now
from edc.db import ALL, Scope, Session
from edc.permissions import NEVER_BY_TOKEN, Permission, Role, permissions_of

_FORM = re.compile(r"cbk_([a-z0-9]{8})_([A-Za-z0-9_-]{43})")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
DEFAULT_LIFE, LONGEST_LIFE = timedelta(days=90), timedelta(days=365)


def grantable(role: Role) -> frozenset[Permission]:
    """Return what a token of this role may hold."""
    return permissions_of(role) - NEVER_BY_TOKEN


def issue_token(
    session: Session,
    *,
    by: Actor,
    scope: Scope,
    label: str,
    permissions: Iterable[Permission],
    site_uids: Iterable[str] | None = None,
    life: timedelta = DEFAULT_LIFE,
) -> tuple[ApiToken, str]:
    """Make a token of the acting user and role; returns the row and the text, which is shown once."""
    wanted, sites = frozenset(permissions), None if site_uids is None else sorted(set(site_uids))
    _check(scope, wanted, sites, life, label)
    at, secret = now(session), secrets.token_urlsafe(32)
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    assert by.user_uid is not None
    with change(session, by=by, act=Act.TOKEN_ISSUE):
        token = ApiToken(
            uid=new_uid(),
            prefix=prefix,
            secret_hash=digest(secret),
            user_uid=by.user_uid,
            label=label.strip(),
            role=scope.role,
            site_uids=sites,
            permissions=sorted(wanted),
            created_at=at,
            expires_at=at + life,
        )
        session.add(token)
    return token, f"cbk_{prefix}_{secret}"


def _check(scope: Scope, wanted: frozenset[Permission], sites: list[str] | None, life: timedelta, label: str) -> None:
    remedy = "Change the token on the page and send it again."
    if not label.strip() or len(label) > 60:
        raise errors.Refused(reason="A token needs a name of at most 60 characters.", remedy=remedy)
    if not wanted or wanted - grantable(Role(scope.role)):
        raise errors.Refused(reason="A token holds at least one right, and none beyond your role.", remedy=remedy)
    if not timedelta() < life <= LONGEST_LIFE:
        raise errors.Refused(reason="A token lives at most 365 days.", remedy=remedy)
    if sites is not None and not all(scope.reaches(uid) for uid in sites):
        raise errors.Refused(reason="A token reaches none but your own sites.", remedy=remedy)


def find_token(session: Session, text: str) -> ApiToken | None:
    """Return the live token that this text is, or None."""
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    token = session.scalar(select(ApiToken).where(ApiToken.prefix == form[1]))
    if token is None or not hmac.compare_digest(token.secret_hash, digest(form[2])):
        return None
    return token if is_live(token, now(session)) else None


def is_live(token: ApiToken, at: datetime) -> bool:
    """Return True until a token expires or is revoked."""
    return token.revoked_at is None and at < token.expires_at


def narrowed(scope: Scope, token: ApiToken) -> Scope:
    """Return the owner's present scope, cut down to the sites of the token."""
    if token.site_uids is None:
        return scope
    sites = frozenset(token.site_uids)
    kept = sites if scope.sites is ALL else sites & scope.sites
    return Scope(scope.user_uid, scope.role, kept, scope.identifiers, scope.freetext, scope.process)


def list_tokens(session: Session, user_uid: str) -> list[ApiToken]:
    """Return the tokens of a user, the latest first."""
    return list(
        session.scalars(select(ApiToken).where(ApiToken.user_uid == user_uid).order_by(ApiToken.created_at.desc()))
    )


def revoke_token(session: Session, *, by: Actor, token: ApiToken) -> None:
    """End a token now."""
    with change(session, by=by, act=Act.TOKEN_REVOKE):
        token.revoked_at = token.revoked_at or now(session)


def revoke_all(session: Session, user_uid: str) -> None:
    """End every token of a user within the caller's change."""
    for token in list_tokens(session, user_uid):
        token.revoked_at = token.revoked_at or now(session)


def note_use(session: Session, token_uid: str, source: str) -> None:
    """Store the hour and source of the last use; writes at most once an hour."""
    hour = now(session).replace(minute=0, second=0, microsecond=0)
    use = session.get(TokenUse, token_uid)
    if use is not None and use.used_at == hour:
        return
    session.merge(TokenUse(token_uid=token_uid, used_at=hour, used_from=source[:45]))
    try:
        session.commit()
    except IntegrityError:
        # A request of the same token at the same moment was the first to note its use.
        session.rollback()


def last_uses(session: Session, token_uids: list[str]) -> dict[str, TokenUse]:
    """Return the last use of each token that was used."""
    return {use.token_uid: use for use in session.scalars(select(TokenUse).where(TokenUse.token_uid.in_(token_uids)))}
