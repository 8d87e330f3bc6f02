"""The study and its sites with their consent versions and laboratories.

Each act is a change of its own, or part of the change that the caller has opened.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from audit.capture import Actor, change, new_uid
from edc.db import Session
from edc.errors import NotFound, ReasonMissing, Refused
from edc.study.acts import Act
from edc.study.models import ConsentVersion, Laboratory, Site, StudyState

_CODE = re.compile(r"[A-Z0-9]{1,8}")


def find_study(session: Session, study_id: str) -> StudyState | None:
    """Return the state of the study, or None before the first `edc db upgrade`."""
    return session.scalar(select(StudyState).where(StudyState.study_id == study_id))


def ensure_study(session: Session, *, by: Actor, study_id: str) -> StudyState:
    """Return the state of the study as a whole; the row is made once."""
    found = find_study(session, study_id)
    if found is None:
        found = StudyState(uid=new_uid(), study_id=study_id, frozen=False, locked=False)
        with change(session, by=by, act=Act.STUDY_OPEN):
            session.add(found)
    return found


def get_site_by_code(session: Session, code: str) -> Site:
    """Return a site, whatever the scope; raises `NotFound`."""
    found = session.scalar(select(Site).where(Site.code == code))
    if found is None:
        raise NotFound()
    return found


def create_site(session: Session, *, by: Actor, code: str, name: str, country: str = "US", time_zone: str) -> Site:
    """Open a site; its code begins the number of each of its participants, so it is never changed."""
    if not _CODE.fullmatch(code):
        raise Refused(reason=f"'{code}' is no site code.", remedy="Use 1 to 8 figures or capital letters, as in 001.")
    if session.scalar(select(Site).where(Site.code == code)):
        raise Refused(reason=f"Site {code} exists already.", remedy="Choose another code.")
    _refuse_unknown_zone(time_zone)
    with change(session, by=by, act=Act.SITE_CREATE):
        site = Site(uid=new_uid(), code=code, name=_words(name, 120), country=country, time_zone=time_zone)
        site.active, site.locked = True, False
        session.add(site)
    return site


def set_site_active(session: Session, *, by: Actor, site: Site, active: bool, reason: str) -> None:
    """Let a site enrol, or stop it; what it entered stays."""
    if not reason.strip():
        raise ReasonMissing()
    with change(session, by=by, act=Act.SITE_CHANGE, reason=reason.strip(), site=site.uid):
        site.active = active


def add_consent_version(
    session: Session,
    *,
    by: Actor,
    site: Site,
    label: str,
    valid_from: dt.date,
    approved_on: dt.date | None = None,
    reconsent_required: bool = False,
) -> ConsentVersion:
    """Add a version of the consent form; the version in force ends on the day the new one begins."""
    standing = session.scalars(
        select(ConsentVersion).where(ConsentVersion.site_uid == site.uid).order_by(ConsentVersion.valid_from)
    ).all()
    latest = standing[-1] if standing else None
    if any(version.label == label for version in standing):
        raise Refused(reason=f"Version {label} exists already.", remedy="Give the new version a label of its own.")
    if latest is not None and latest.valid_from >= valid_from:
        raise Refused(
            reason=f"Version {latest.label} is valid from {latest.valid_from}, not before {valid_from}.",
            remedy="Enter versions in the order in which they became valid.",
        )
    with change(session, by=by, act=Act.CONSENT_VERSION_ADD, site=site.uid):
        if latest is not None and latest.superseded_on is None:
            latest.superseded_on = valid_from
        version = ConsentVersion(
            uid=new_uid(), site_uid=site.uid, label=_words(label, 20), approved_on=approved_on, valid_from=valid_from,
            reconsent_required=reconsent_required,
        )  # fmt: skip
        session.add(version)
    return version


def add_laboratory(session: Session, *, by: Actor, site: Site, name: str) -> Laboratory:
    """Add a laboratory that reports results for a site."""
    text = _words(name, 60)
    if session.scalar(select(Laboratory).where(Laboratory.site_uid == site.uid, Laboratory.name == text)):
        raise Refused(reason=f"{text} is a laboratory of site {site.code} already.", remedy="Choose it from the list.")
    with change(session, by=by, act=Act.LABORATORY_ADD, site=site.uid):
        laboratory = Laboratory(uid=new_uid(), site_uid=site.uid, name=text, active=True)
        session.add(laboratory)
    return laboratory


def close_laboratory(session: Session, *, by: Actor, laboratory: Laboratory, reason: str) -> None:
    """Offer a laboratory no longer for new samples; results that name it stay as they are."""
    if not reason.strip():
        raise ReasonMissing()
    with change(session, by=by, act=Act.LABORATORY_CLOSE, reason=reason.strip(), site=laboratory.site_uid):
        laboratory.active = False


def _refuse_unknown_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(
            reason=f"'{name}' is no time zone.", remedy="Use a name such as America/Los_Angeles or Europe/Stockholm."
        ) from None


def _words(text: str, length: int) -> str:
    words = " ".join(text.split())
    if not 0 < len(words) <= length:
        raise Refused(reason=f"A name of 1 to {length} characters is needed here.", remedy="Shorten it, or enter one.")
    return words
