"""The application of the copied code on its own database, with its sites and people; run by processes of the workshop."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Config
from edc.app import create_app
from edc.clock import SetClock
from edc.records.book import SubjectBook
from edc.records.models import FormRecord
from edc.records.service import get_subject, note_opening
from edc.review.signing import MEANING, content_of, list_signable, sign_records
from edc.study.models import Site
from edc.study.service import create_site
from edc.web import shell
from tests.app_fixtures import OPERATOR, SITES, sign_in
from tests.casebook.study import STUDY, open_people, saving


def open_app() -> Flask:
    """The application as its settings have it; on a new database with the two sites and one account a role."""
    app = create_app(Config.from_environment(), clock=SetClock(dt.datetime.now(dt.UTC)))
    with shell(app).session(writes=True) as session:
        if session.scalars(select(Site)).first() is None:
            for name, (code, zone) in SITES.items():
                create_site(session, by=OPERATOR, code=code, name=name, time_zone=zone)
            is_new = True
        else:
            is_new = False
    if is_new:
        open_people(app)
    return app


def browser(app: Flask, name: str) -> FlaskClient:
    """A browser in which a person is signed in."""
    return sign_in(app.test_client(), name)


def sign(app: Flask, code: str, oid: str) -> None:
    """The investigator reads and signs one form."""
    with saving(app, "l.ames", act="record:sign", reason=MEANING) as act:
        record = record_of(act.session, code, oid)
        note_opening(act.session, record, "user-ames", act.now)
        act.session.flush()
        book = SubjectBook(act.session, record.subject, act.now)
        content = content_of(list_signable(act.session, book, [record], "user-ames"))
        sign_records(act, record.subject, [record], content=content, user_uid="user-ames", printed_name="L. Ames")


def record_of(session: Any, code: str, oid: str) -> FormRecord:
    """The first record of a form of a participant."""
    subject = get_subject(session, code)
    statement = select(FormRecord).where(FormRecord.subject_uid == subject.uid, FormRecord.crf_oid == oid)
    found: FormRecord = session.scalars(statement.order_by(FormRecord.created_at)).first()
    return found


def report(facts: Mapping[str, Any]) -> None:
    """Write what was found, for the test that started this process."""
    sys.stdout.write(f"{json.dumps(facts, default=str)}\n")


def address(code: str, slug: str, visit: str = "screening") -> str:
    """The page of a form."""
    return f"{STUDY}/participants/{code}/{visit}/{slug}"
