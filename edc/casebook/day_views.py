"""My day: what waits for the signed-in person, and the way to the first page of each role."""

from __future__ import annotations

from flask import Blueprint, render_template

from edc.casebook import lists
from edc.clock import local, now
from edc.dosing.bedside import due_doses
from edc.permissions import Permission, Role
from edc.queries.models import ANSWERED, OPEN
from edc.records.drafts import DraftBox
from edc.web import NavEntry, current, db, needs, shell, site_zone

blueprint = Blueprint("day", __name__)
NAV = [NavEntry("My day", "day.my_day", frozenset({Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR}), 10)]


@blueprint.get("/my-day")
@needs(Permission.RECORD_READ)
def my_day() -> str:
    """The lists of the day, each with its way in."""
    me = current()
    today = local(now(db()), site_zone()).date()
    waiting = OPEN if me.may(Permission.QUERY_ANSWER) else ANSWERED
    day = lists.my_day(db(), today, queries_with=waiting)
    box = DraftBox(db(), shell().keys, me.user.uid, now(db()))
    drafts = box.list() if me.may(Permission.RECORD_ENTER) else []
    doses = due_doses(db(), now(db())) if me.may(Permission.RECORD_ENTER) else []
    page: str = render_template(
        "casebook/my_day.html", day=day, today=today, drafts=drafts, waiting=waiting, doses=doses
    )
    return page
