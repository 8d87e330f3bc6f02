"""Where a participant stands today: the state that the data gave, turned by the date at the site."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, and_

from edc.clock import local, now
from edc.db import Session
from edc.study.models import Subject
from forms.derive.status import Status, last_dose_between, status_on


def state_of(session: Session, subject: Subject) -> Status:
    """The state of a participant at the site's date."""
    today = local(now(session), subject.site.time_zone).date()
    return status_on(subject.status, subject.last_dose, today)


def is_in_state(shown: str, today: dt.date) -> ColumnElement[bool]:
    """The condition that a participant is in a state on a day, for lists."""
    limits = last_dose_between(shown, today)
    if limits is None:
        return Subject.status == shown
    first, last = limits
    conditions = [Subject.status == Status.OFF_TREATMENT.value]
    conditions += [Subject.last_dose >= first] if first else []
    conditions += [Subject.last_dose <= last] if last else []
    return and_(*conditions)
