"""Which version of a form a site enters, and from when: activations, each approved for the site and seen by two people.

A site that activated nothing enters version 1.0. A form that an amendment added (`since` above 1.0) is not in use at a
site before the site activated it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from audit.capture import Actor, new_uid
from edc.clock import local
from edc.db import Session
from edc.errors import NotFound, ReasonMissing, Refused, SecondPersonNeeded
from edc.study.models import CrfActivation, Site
from edc.study.problems import FormNotActive
from forms.crf import CRF, all_crfs
from forms.releases import released_versions
from forms.versions import FIRST, order


def active_version(session: Session, site: Site, crf: type[CRF], now: dt.datetime) -> str:
    """The version of a form that a site enters now; raises FormNotActive where the site does not have the form yet.

    Asks the database only for a form that an amendment touched.
    """
    found = find_active_version(session, site, crf, now)
    if found is None:
        raise FormNotActive(title=crf.title, site=site.code)
    return found


def find_active_version(session: Session, site: Site, crf: type[CRF], now: dt.datetime) -> str | None:
    """The version of a form that a site enters now, or None for a form that it does not have yet."""
    if crf.version == FIRST:
        return FIRST
    return versions_in_force(session, site, local(now, site.time_zone).date(), [crf]).get(crf.oid)


def crfs_not_in_use(session: Session, site: Site, now: dt.datetime) -> frozenset[str]:
    """The OIDs of forms that amendments added and the site has not activated; without such forms no query is made."""
    added = [crf for crf in all_crfs() if crf.since != FIRST]
    if not added:
        return frozenset()
    held = versions_in_force(session, site, local(now, site.time_zone).date(), added)
    return frozenset(crf.oid for crf in added if crf.oid not in held)


def versions_in_force(session: Session, site: Site, today: dt.date, crfs: Iterable[type[CRF]]) -> dict[str, str]:
    """The version of each form at a site on a day; forms that the site does not have are left out."""
    wanted = list(crfs)
    found = {crf.oid: FIRST for crf in wanted if crf.since == FIRST}
    statement = select(CrfActivation.crf_oid, CrfActivation.version).where(
        CrfActivation.site_uid == site.uid, CrfActivation.crf_oid.in_([crf.oid for crf in wanted]),
        CrfActivation.confirmed_at.is_not(None), CrfActivation.active_from <= today,
    )  # fmt: skip
    for oid, version in session.execute(statement):
        found[oid] = max(found.get(oid, version), version, key=order)
    return found


def list_activations(session: Session) -> Sequence[CrfActivation]:
    """Every activation and proposal within the scope, newest first."""
    return session.scalars(select(CrfActivation).order_by(CrfActivation.proposed_at.desc(), CrfActivation.uid)).all()


def get_activation(session: Session, uid: str) -> CrfActivation:
    """An activation within the scope; raises NotFound."""
    found = session.scalars(select(CrfActivation).where(CrfActivation.uid == uid)).one_or_none()
    if found is None:
        raise NotFound
    return found


def versions_on_offer(session: Session, site: Site, crf: type[CRF]) -> list[str]:
    """The released versions of a form that a site has not activated or waits for, oldest first."""
    standing = _standing(session, site, crf)
    newest = max((one.version for one in standing), key=order, default=FIRST if crf.since == FIRST else "0.0")
    released = [version for version in released_versions(crf.oid) if order(version) <= order(crf.version)]
    return [version for version in released if order(version) > order(newest)]


def _standing(session: Session, site: Site, crf: type[CRF]) -> Sequence[CrfActivation]:
    statement = select(CrfActivation).where(
        CrfActivation.site_uid == site.uid, CrfActivation.crf_oid == crf.oid, CrfActivation.withdrawn.is_(False)
    )
    return session.scalars(statement).all()


def propose_activation(
    session: Session, site: Site, crf: type[CRF], *, version: str, active_from: dt.date, approval: str,
    by: Actor, now: dt.datetime, alone: bool,
) -> CrfActivation:  # fmt: skip
    """Propose that a site enters a version from a day on; in force at once where the role acts alone (`alone`).

    `approval` names the approvals for this site: who approved, the reference, the date.
    """
    if not approval.strip():
        raise ReasonMissing
    offered = versions_on_offer(session, site, crf)
    if version not in offered:
        raise Refused(
            reason=f"{crf.title} {version} cannot be activated at site {site.code}.",
            remedy=f"Choose a released version above the site's own: {', '.join(offered) or 'there is none now'}.",
        )
    if active_from < local(now, site.time_zone).date():
        raise Refused(
            reason=f"{active_from} is past.", remedy="Forms entered since then would change: choose today or later."
        )
    made = CrfActivation(
        uid=new_uid(), site_uid=site.uid, site=site, crf_oid=crf.oid, version=version, active_from=active_from,
        approval=" ".join(approval.split())[:200], proposed_by=by.user_name, proposed_by_uid=by.user_uid,
        proposed_at=now, withdrawn=False,
    )  # fmt: skip
    session.add(made)
    if alone:
        made.confirmed_by, made.confirmed_by_uid, made.confirmed_at = by.user_name, by.user_uid, now
    return made


def confirm_activation(activation: CrfActivation, *, by: Actor, now: dt.datetime, today: dt.date) -> None:
    """Put a proposal in force: another person than the one who proposed it, and not for a day that has passed."""
    if activation.withdrawn or activation.confirmed_at is not None:
        raise Refused(reason="This proposal does not wait any more.", remedy="Look at the list again.")
    if activation.proposed_by_uid == by.user_uid:
        raise SecondPersonNeeded
    if activation.active_from < today:
        raise Refused(
            reason=f"{activation.active_from} is past.", remedy="Withdraw this proposal and make one for a later day."
        )
    activation.confirmed_by, activation.confirmed_by_uid, activation.confirmed_at = by.user_name, by.user_uid, now


def withdraw_activation(activation: CrfActivation, reason: str) -> None:
    """Take back a proposal that is not in force; a version that a site enters stays, forms hold its answers."""
    if not reason.strip():
        raise ReasonMissing
    if activation.withdrawn or activation.confirmed_at is not None:
        raise Refused(
            reason="This version is in force or was withdrawn before.",
            remedy="What a site activated stays; an error in a form is put right by a further version.",
        )
    activation.withdrawn = True
