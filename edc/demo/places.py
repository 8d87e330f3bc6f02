"""The made-up sites with their consent versions, laboratories and normal ranges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from audit.capture import Actor, change
from edc.db import Session
from edc.demo.normal_limits import LIMITS
from edc.study import service
from edc.study.models import Site
from edc.study.normal_ranges import RangeProposal, approve_range, propose_range
from forms.dictionaries.lab_tests import LAB_TESTS
from forms.study import SITES

OPENED = dt.date(2023, 1, 2)


@dataclass(frozen=True)
class Place:
    """One site, and who works there."""

    code: str
    name: str
    country: str
    time_zone: str
    laboratory: str
    coordinator: str
    investigator: str


_FIRST = SITES[0]
PLACES = (
    Place(_FIRST.code, _FIRST.name, _FIRST.country, _FIRST.timezone, "Central laboratory", "r.diaz", "l.ames"),
    Place("002", "Lund, oncology (made up)", "SE", "Europe/Stockholm", "Clinical chemistry", "k.osei", "e.holm"),
)
CONSENT_VERSIONS = (("v1.0", dt.date(2022, 12, 12), OPENED), ("v2.0", dt.date(2023, 10, 23), dt.date(2023, 11, 6)))


def create_sites(session: Session, *, by: Actor) -> dict[str, Site]:
    """Open the sites, each with its consent versions and laboratory."""
    made = {}
    for place in PLACES:
        with change(session, by=by, act="site:create"):
            site = service.create_site(
                session, by=by, code=place.code, name=place.name, country=place.country, time_zone=place.time_zone
            )
            session.flush()
            for label, approved_on, valid_from in CONSENT_VERSIONS:
                service.add_consent_version(
                    session, by=by, site=site, label=label, valid_from=valid_from, approved_on=approved_on
                )
                session.flush()
            service.add_laboratory(session, by=by, site=site, name=place.laboratory)
        made[place.code] = site
    return made


def create_ranges(session: Session, place: Place, site: Site, actors: Mapping[str, Actor]) -> None:
    """Propose the ranges of every test of the study, and have the site's investigator approve them."""
    proposer, approver = actors["p.shah"], actors[place.investigator]
    with change(session, by=proposer, act="range:propose", site=site.uid):
        rows = [propose_range(session, by=proposer, site=site, proposal=one) for one in proposals(place)]
    with change(session, by=approver, act="range:approve", site=site.uid):
        for row in rows:
            approve_range(session, by=approver, proposed=row)


def proposals(place: Place) -> list[RangeProposal]:
    """Return the ranges of a laboratory as its document gives them, in the units it reports."""
    return [
        RangeProposal(
            laboratory=place.laboratory, panel=test.panel, test=test.code, unit=limits.unit, lln=_number(limits.lln),
            uln=_number(limits.uln), valid_from=OPENED, sex=limits.sex, source_document="Reference ranges 2023, rev. 4",
        )
        for test in LAB_TESTS
        for limits in LIMITS.get((test.panel, test.code), ())
    ]  # fmt: skip


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
