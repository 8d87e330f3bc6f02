"""An application with its people and one participant, entered through the services as a coordinator does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.capture import Actor, change
from edc.casebook.enrolment import enrol
from edc.db import ALL, Scope
from edc.permissions import Role
from edc.records.models import FormRecord
from edc.records.saving import Saving
from edc.records.service import find_record, get_subject, get_visit, new_record, save_record
from edc.study.models import ConsentVersion, Laboratory, Site
from edc.web import shell
from forms.crf import get_crf
from forms.items import Answer
from forms.patch import Patch, RowPatch
from tests.app_fixtures import open_account, sign_in

STUDY = "/nct03991130"
CODE = "001-001"
PEOPLE = {
    "r.diaz": Role.COORDINATOR, "l.ames": Role.INVESTIGATOR, "m.lindt": Role.MONITOR, "p.shah": Role.DATA_MANAGER,
    "s.sponsor": Role.SPONSOR, "a.admin": Role.ADMINISTRATOR, "i.spector": Role.INSPECTOR,
}  # fmt: skip


@contextmanager
def saving(app: Flask, name: str = "r.diaz", act: str = "record:save", reason: str | None = None) -> Iterator[Saving]:
    """One act of one person, straight through the services."""
    parts = shell(app)
    role = PEOPLE[name]
    with parts.session(writes=True) as session:
        session.info["scope"] = Scope("user", role.value, ALL, identifiers=True, freetext=True)
        with change(session, by=Actor(None, name, role.value), act=act, reason=reason) as opened:
            yield Saving(session, opened, opened.by, parts.clock(), may_assess=True, default_reason=reason)


def open_people(app: Flask) -> None:
    """One account per role at the first site, and a coordinator at the second."""
    for name, role in PEOPLE.items():
        open_account(app, name, role)
    open_account(app, "o.nyberg", Role.COORDINATOR, site="Lund")


def enrol_participant(app: Flask, signed: dt.date = dt.date(2024, 1, 8), site_code: str = "001") -> str:
    """A participant with a signed consent; returns the code."""
    with saving(app, act="participant:enrol") as by:
        site = by.session.scalars(select(Site).where(Site.code == site_code)).one()
        if by.session.scalars(select(ConsentVersion).where(ConsentVersion.site_uid == site.uid)).first() is None:
            made = ConsentVersion(site_uid=site.uid, label="v4.0", valid_from=dt.date(2023, 1, 1), approved_on=None)
            by.session.add_all([made, Laboratory(site_uid=site.uid, name="Moores")])
            by.session.flush()
        yes = dict.fromkeys(("capacity_confirmed", "tissue_consent", "blood_consent", "copy_given"), Answer("Y"))
        consent = {
            "consent_type": Answer("INITIAL"), "consent_version": Answer("v4.0"), "signature_date": Answer(signed),
            "obtained_by": Answer("L. Ames"), **yes,
        }  # fmt: skip
        return enrol(by, site, Patch(items=consent, complete=True)).record.subject.code


def enter(
    app: Flask, visit: str | None, oid: str, items: dict[str, object], rows: dict[str, list[RowPatch]] | None = None,
    *, code: str = CODE, repeat: int = 1, reason: str | None = None, complete: bool | None = True, by: str = "r.diaz",
) -> FormRecord:  # fmt: skip
    """Save answers of one form."""
    with saving(app, by, reason=reason) as act:
        subject = get_subject(act.session, code)
        place = get_visit(act.session, subject, visit) if visit else None
        crf = get_crf(oid)
        record = find_record(act.session, subject, place, crf, repeat)
        version = record.row_version if record else 0
        record = record or new_record(act.session, subject, place, crf, act.now, repeat)
        answers = {name: value if isinstance(value, Answer) else Answer(value) for name, value in items.items()}
        save_record(act, record, Patch(items=answers, rows=rows or {}, complete=complete), expected_version=version)
        return record


def demographics(app: Flask, **changed: object) -> FormRecord:
    """The demographics of the participant."""
    items: dict[str, object] = {
        "birth_date": "1961-07-29", "sex": "F", "ethnicity": "NOT HISPANIC OR LATINO", "race": ("WHITE",),
        "childbearing": "N", "not_childbearing_reason": "POSTMENOPAUSAL",
    }  # fmt: skip
    return enter(app, "screening", "DM", {**items, **changed})


def client_of(app: Flask, name: str) -> FlaskClient:
    """A browser in which a person is signed in."""
    return sign_in(app.test_client(), name)
