"""A correction of the digits alone is a change: 72 and 72.00 are not the same record."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import text

from edc.records.book import SubjectBook
from edc.records.scheduling import add_visit
from edc.records.service import get_subject
from edc.web import shell
from tests.app_fixtures import app, application_url
from tests.casebook.study import enrol_participant, enter, open_people, saving

__all__ = ["app", "application_url"]


@pytest.mark.requirement("C14")
def test_a_scale_added_later_is_stored_and_stands_in_the_trail(app: Flask) -> None:
    open_people(app)
    code = enrol_participant(app)
    with saving(app) as act:
        subject = get_subject(act.session, code)
        add_visit(act.session, SubjectBook(act.session, subject, act.now), "A1", 1)
    enter(app, "c1-admission-1", "IL2A", {"dosing_weight_kg": Decimal("72")}, complete=None)
    enter(app, "c1-admission-1", "IL2A", {"dosing_weight_kg": Decimal("72.0")}, complete=None, reason="New source")
    with shell(app).engine.connect() as connection:
        stored = connection.execute(text("SELECT dosing_weight_kg FROM crf_il2a")).scalar_one()
        trail = connection.execute(
            text("SELECT old, new FROM audit_record WHERE oid = 'IL2A.DOSING_WEIGHT_KG' ORDER BY id")
        ).all()
    assert str(stored) == "72.0"
    assert [tuple(row) for row in trail] == [(None, "72"), ("72", "72.0")]
