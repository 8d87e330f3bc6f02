"""Enrolment: a signed consent makes the participant, with the next code of the site."""

from __future__ import annotations

import dataclasses
import re

from sqlalchemy import func, select

from edc.db import Session
from edc.errors import NotFound, Problem, Refused
from edc.records.saving import SaveOutcome, Saving
from edc.records.service import new_record, save_record
from edc.study.models import Site, Subject
from forms.crf import get_crf
from forms.patch import Patch
from forms.study import subject_number


class CodeTaken(Problem):
    """The proposed code was given to somebody else meanwhile: CodeTaken(code="001-012", next_code="001-013")."""

    code, status = "code-taken", 409
    what = "Nobody was enrolled: {taken} was given to another participant meanwhile."
    why = "Codes are given once."
    next = "The next free code is {proposed}. Enrol again with it."


def get_site(session: Session, code: str) -> Site:
    """The site of a code within the session's scope; raises NotFound."""
    site = session.scalars(select(Site).where(Site.code == code)).one_or_none()
    scope = session.scope
    if site is None or scope is None or not scope.reaches(site.uid):
        raise NotFound
    return site


def propose_code(session: Session, site: Site) -> str:
    """The next code of a site: site code and running number, never reused."""
    # A number stays with a participant who moved away, and one who came brought another site's: so all sites count.
    codes = Subject.__table__.c.code
    given = select(func.max(codes)).where(codes.startswith(f"{site.code}-", autoescape=True))
    last = session.connection().scalar(given)
    matched = re.fullmatch(r".*-(\d+)", last or "")
    return subject_number(site.code, int(matched[1]) + 1 if matched else 1)


def enrol(saving: Saving, site: Site, consent: Patch, *, code: str | None = None) -> SaveOutcome:
    """Make a participant from the first consent; raises CodeTaken when the code shown on the page is no longer free.

    The consent must bring the date of signature: without it nobody is a participant.
    """
    if not site.active or site.locked:
        raise Refused(reason=f"Site {site.code} does not enrol at the moment.", remedy="Ask data management.")
    signed = consent.items.get("signature_date")
    if signed is None or signed.value is None:
        raise Refused(reason="The date of signature is missing.", remedy="Enter the date the participant signed.")
    saving.session.scalars(select(Site).where(Site.uid == site.uid).with_for_update()).one()
    proposed = propose_code(saving.session, site)
    if code is not None and code != proposed:
        raise CodeTaken(taken=code, proposed=proposed)
    subject = Subject(site_uid=site.uid, site=site, code=proposed, status="SCREENING", frozen=False, locked=False)
    saving.session.add(subject)
    saving.session.flush()
    record = new_record(saving.session, subject, None, get_crf("IC"), saving.now)
    return save_record(saving, record, dataclasses.replace(consent), expected_version=0)
