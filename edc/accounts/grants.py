"""Roles of people at sites: granted and ended by rows that never change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from audit.capture import Actor, change, new_uid
from edc import errors
from edc.accounts.acts import Act
from edc.accounts.models import RoleEnd, RoleGrant, User
from edc.accounts.rules import Rules
from edc.clock import now
from edc.db import ALL, Scope, Session, Sites
from edc.notices.service import tell
from edc.permissions import Permission, Role, forbidden_pairs, forbidden_together, may, reaches_all_sites


@dataclass(frozen=True)
class Held:
    """One line of the access report: who held which role where, from when to when."""

    user_name: str
    printed_name: str
    role: Role
    site_uid: str | None
    starts_at: datetime
    ends_at: datetime | None
    reason: str


def _not_ended(at: datetime) -> ColumnElement[bool]:
    return ~exists().where(RoleEnd.grant_uid == RoleGrant.uid, RoleEnd.ends_at <= at)


def _of(user_uid: str, at: datetime) -> Select[RoleGrant]:
    return select(RoleGrant).where(RoleGrant.user_uid == user_uid, _not_ended(at)).order_by(RoleGrant.starts_at)


def holds(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a grant holds at an instant."""
    return and_(RoleGrant.starts_at <= at, _not_ended(at))


def active_grants(session: Session, user_uid: str) -> list[RoleGrant]:
    """Return the grants of a user that hold now."""
    at = now(session)
    return list(session.scalars(_of(user_uid, at).where(RoleGrant.starts_at <= at)))


def list_holders(session: Session, role: Role) -> list[str]:
    """Return the uids of the users who hold a role now, each once."""
    statement = select(RoleGrant.user_uid).where(RoleGrant.role == role.value, holds(now(session))).distinct()
    return sorted(session.scalars(statement))


def roles_of(grants: Iterable[RoleGrant]) -> tuple[Role, ...]:
    """Return the distinct roles in the order of the matrix."""
    held = {grant.acting_role for grant in grants}
    return tuple(role for role in Role if role in held)


def scope_of(user_uid: str, role: Role, grants: Iterable[RoleGrant]) -> Scope:
    """Return what a user may see while acting in a role."""
    return Scope(
        user_uid=user_uid,
        role=role,
        sites=_sites(role, [grant.site_uid for grant in grants if grant.role == role]),
        identifiers=role in (Role.COORDINATOR, Role.INVESTIGATOR),
        freetext=may(role, Permission.EXPORT_FREETEXT),
    )


def _sites(role: Role, site_uids: list[str | None]) -> Sites:
    if reaches_all_sites(role) or None in site_uids:
        return ALL
    return frozenset(uid for uid in site_uids if uid is not None)


def grant_role(
    session: Session,
    rules: Rules,
    *,
    by: Actor,
    user: User,
    role: Role,
    site_uid: str | None,
    reason: str,
    starts_at: datetime | None = None,
) -> RoleGrant:
    """Give a role at a site (or all sites, None) from now or a later time; refuses roles that exclude each other.

    Only monitors may work at several or all sites without one grant for each.
    """
    if by.user_uid == user.uid:
        raise errors.SecondPersonNeeded()
    if not reason.strip():
        raise errors.ReasonMissing()
    site_uid = None if reaches_all_sites(role) else site_uid
    if site_uid is None and role in (Role.COORDINATOR, Role.INVESTIGATOR):
        raise errors.Refused(reason=f"A {role.label} works at one site.", remedy="Choose the site.")
    with change(session, by=by, act=Act.ROLE_GRANT, reason=reason, site=site_uid):
        # The account may be of this same change; two grants of one person at a time wait for each other.
        session.flush()
        session.refresh(user, with_for_update=True)
        _refuse_excluded(session, rules, user, role)
        grant = RoleGrant(
            uid=new_uid(),
            user_uid=user.uid,
            role=role,
            site_uid=site_uid,
            starts_at=starts_at or now(session),
            granted_by=by.user_uid,
            reason=reason.strip(),
        )
        session.add(grant)
        tell(session, user.uid, "role-granted", role=role.label)
    return grant


def _refuse_excluded(session: Session, rules: Rules, user: User, role: Role) -> None:
    for grant in session.scalars(_of(user.uid, now(session))):
        other = grant.acting_role
        if forbidden_together(role, other, small_trial=rules.monitor_may_manage_data):
            raise errors.RolesExclude(one=other.label, other=role.label)


def get_grant(session: Session, grant_uid: str) -> RoleGrant:
    """Return a grant; raises `NotFound`."""
    grant = session.get(RoleGrant, grant_uid)
    if grant is None:
        raise errors.NotFound()
    return grant


def end_grant(session: Session, *, by: Actor, grant: RoleGrant, reason: str) -> None:
    """End a grant now; the user loses the role at the next request."""
    if by.user_uid == grant.user_uid:
        raise errors.SecondPersonNeeded()
    if not reason.strip():
        raise errors.ReasonMissing()
    with change(session, by=by, act=Act.ROLE_END, reason=reason, site=grant.site_uid):
        if session.scalar(select(RoleEnd).where(RoleEnd.grant_uid == grant.uid)):
            raise errors.Refused(reason="This role has ended already.", remedy="Open the list again.")
        session.add(RoleEnd(grant_uid=grant.uid, ends_at=now(session), ended_by=by.user_uid, reason=reason.strip()))
        tell(session, grant.user_uid, "role-ended", role=grant.acting_role.label)


def roles_on(session: Session, day: date, zone: str = "UTC") -> list[Held]:
    """Return who held which role where at any moment of a past day."""
    start = datetime.combine(day, time(), ZoneInfo(zone))
    end = start + timedelta(days=1)
    during = and_(RoleGrant.starts_at < end, or_(RoleEnd.ends_at.is_(None), RoleEnd.ends_at > start))
    rows = session.execute(
        select(User, RoleGrant, RoleEnd)
        .join(RoleGrant, RoleGrant.user_uid == User.uid)
        .outerjoin(RoleEnd, RoleEnd.grant_uid == RoleGrant.uid)
        .where(during)
        .order_by(User.user_name, RoleGrant.role, RoleGrant.starts_at)
    )
    return [
        Held(
            user.user_name,
            user.printed_name,
            grant.acting_role,
            grant.site_uid,
            grant.starts_at,
            end_row.ends_at if end_row else None,
            grant.reason,
        )
        for user, grant, end_row in rows
    ]


def forbidden_holders(session: Session, rules: Rules) -> list[tuple[str, Role, Role]]:
    """Return each account that holds two roles that exclude each other, however it came by them."""
    at = now(session)
    held: dict[str, set[Role]] = {}
    rows = select(User.user_name, RoleGrant.role).join(RoleGrant, RoleGrant.user_uid == User.uid).where(_not_ended(at))
    for user_name, role in session.execute(rows):
        held.setdefault(user_name, set()).add(Role(role))
    return [
        (user_name, *pair)
        for user_name, roles in sorted(held.items())
        for pair in forbidden_pairs(roles, small_trial=rules.monitor_may_manage_data)
    ]
