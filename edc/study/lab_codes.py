"""The codes under which a laboratory reports tests, listed by data management so that its files can be imported."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.capture import Actor, Audited, change, new_uid
from edc.db import Base, Session, SiteScoped
from edc.errors import NotFound, ReasonMissing, Refused
from edc.study.models import UID, Laboratory, Site
from forms.dictionaries.lab_tests import find_test

LONGEST_CODE = 40


class CodeAct(StrEnum):
    """What an audit change of these codes is called."""

    ADD = "lab-code:add"
    END = "lab-code:end"


class LabCode(Audited, SiteScoped, Base):
    """One code of a laboratory and the test of the study that it means."""

    __tablename__ = "lab_code"
    __audit_entity__ = "lab_code"
    __table_args__ = (Index("ix_lab_code_lookup", "site_uid", "laboratory", "code"),)

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    site_uid: Mapped[str] = mapped_column(UID, ForeignKey("site.uid"), index=True)
    laboratory: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(LONGEST_CODE))
    panel: Mapped[str] = mapped_column(String(8))
    test: Mapped[str] = mapped_column(String(8))
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    def audit_site(self) -> str | None:
        """The site whose laboratory this is."""
        return self.site_uid


def add_code(
    session: Session, *, by: Actor, site: Site, laboratory: str, code: str, panel: str, test: str
) -> LabCode:
    """List a code of a laboratory; a code means one test at a time."""
    written = " ".join(code.split())
    if not 0 < len(written) <= LONGEST_CODE:
        raise Refused(reason=f"A code has 1 to {LONGEST_CODE} characters.", remedy="Type it as the laboratory does.")
    if find_test(panel, test) is None:
        raise Refused(reason=f"The study has no test {test} in panel {panel}.", remedy="Choose one of the list.")
    known = select(Laboratory.uid).where(Laboratory.site_uid == site.uid, Laboratory.name == laboratory)
    if session.scalar(known) is None:
        raise Refused(reason=f"{laboratory} is no laboratory of site {site.code}.", remedy="Choose one of the list.")
    if (laboratory, written.casefold()) in codes_of(session, site.uid):
        raise Refused(reason=f"{laboratory} has the code {written} already.", remedy="End that line first.")
    with change(session, by=by, act=CodeAct.ADD, site=site.uid):
        made = LabCode(
            uid=new_uid(), site_uid=site.uid, laboratory=laboratory, code=written, panel=panel, test=test, active=True
        )
        session.add(made)
    return made


def end_code(session: Session, *, by: Actor, code: LabCode, reason: str) -> None:
    """Let a code count no longer; what was imported by it stays."""
    if not reason.strip():
        raise ReasonMissing()
    with change(session, by=by, act=CodeAct.END, reason=reason.strip(), site=code.site_uid):
        code.active = False


def get_code(session: Session, uid: str) -> LabCode:
    """A listed code within the session's scope; raises NotFound."""
    found = session.scalar(select(LabCode).where(LabCode.uid == uid))
    if found is None:
        raise NotFound
    return found


def codes_of(session: Session, site_uid: str) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Panel and test of each code that counts at a site, by laboratory and code in small letters."""
    rows = session.scalars(select(LabCode).where(LabCode.site_uid == site_uid, LabCode.active))
    return {(row.laboratory, row.code.casefold()): (row.panel, row.test) for row in rows}
