"""A site's reference tables as checks see them: consent versions, laboratories, normal ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from edc.db import Session
from edc.study.models import ConsentVersion, Laboratory, NormalRange, Site
from forms.derive.labs import RangeRow
from forms.site_tables import ConsentVersionRow
from forms.study import SITES


def consent_versions(session: Session, site_uid: str) -> Sequence[ConsentVersionRow]:
    """The consent versions of a site in the order they became valid."""
    rows = session.scalars(
        select(ConsentVersion).where(ConsentVersion.site_uid == site_uid).order_by(ConsentVersion.valid_from)
    )
    return [ConsentVersionRow(r.label, r.valid_from, r.superseded_on, r.reconsent_required) for r in rows]


def laboratories(session: Session, site_uid: str) -> Sequence[str]:
    """The names of the laboratories of a site."""
    statement = (
        select(Laboratory.name).where(Laboratory.site_uid == site_uid, Laboratory.active).order_by(Laboratory.name)
    )
    return list(session.scalars(statement))


def ranges(session: Session, site_uid: str) -> Sequence[RangeRow]:
    """The approved normal ranges of a site."""
    statement = select(NormalRange).where(NormalRange.site_uid == site_uid, NormalRange.approved_by.is_not(None))
    return [range_row(row) for row in session.scalars(statement)]


def range_row(row: NormalRange) -> RangeRow:
    """A normal range as the look-up sees it."""
    return RangeRow(
        lab=row.laboratory, panel=row.panel, test=row.test, unit=row.unit, sex=row.sex, age_from=row.age_from,
        age_to=row.age_to, lln=row.lln, uln=row.uln, valid_from=row.valid_from, valid_to=row.valid_to, uid=row.uid,
    )  # fmt: skip


def time_zone(session: Session, site_uid: str) -> str:
    """The name of the site's time zone, for intervals across a clock change."""
    return session.scalars(select(Site.time_zone).where(Site.uid == site_uid)).one()


def treatment_locations(session: Session, site_uid: str) -> Sequence[str]:
    """The places where a site gives the study drugs."""
    code = session.scalars(select(Site.code).where(Site.uid == site_uid)).one()
    return next((site.treatment_locations for site in SITES if site.code == code), ())


site_tables: dict[str, Callable[[Session, str], Any]] = {
    "consent_versions": consent_versions,
    "laboratories": laboratories,
    "ranges": ranges,
    "time_zone": time_zone,
    "treatment_locations": treatment_locations,
}
