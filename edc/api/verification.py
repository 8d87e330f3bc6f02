"""Source data verification of a record, and the trail of its items."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from audit import trail
from audit.capture import RepeatedRequest
from audit.models import instant_text
from edc.api import schemas
from edc.api.acting import read_entry, refuse_stale, saving_for, scope
from edc.api.blueprint import ApiBlueprint
from edc.api.record_json import Place, get_place, may_see
from edc.api.replays import done_before, refuse_unless
from edc.api.schemas import Words, version
from edc.db import Scope
from edc.permissions import Permission
from edc.records.book import Entry, context_of
from edc.records.models import VERIFIED, FormRecord
from edc.records.saving import lock_subject
from edc.records.service import get_record_by_uid
from edc.records.tables import MISSING
from edc.review.verification import Verifiable, list_verifiable, shown_value, take_back, verify_items
from edc.web import change_for_request, db, needs
from forms.patch import path_of
from forms.schema import StrictSchema

blueprint = ApiBlueprint("api_verification", __name__, "Comparison with the source, and the history of values.")
P = Permission
MOST_ITEMS = 500
Path = fields.String(validate=validate.Length(1, 120))


class Verified(StrictSchema):
    """Items that agree with the source, as they stood in the row version that was read."""

    row_version = version()
    items = fields.List(Path, required=True, validate=validate.Length(1, MOST_ITEMS))


class TakenBack(Verified):
    """Items whose verification no longer stands, and why."""

    reason = Words("The reason", 200)


class TrailQuery(StrictSchema):
    """The item whose trail is asked for, by its path."""

    item = fields.String(required=True, validate=validate.Length(1, 120))


@blueprint.get("/records/<uid>/verification")
@needs(P.RECORD_READ)
@blueprint.answers(200, schemas.Verification, "The items and their states.")
def list_items(uid: str) -> dict[str, Any]:
    """List the items of a record that source verification looks at."""
    return _verification(get_record_by_uid(db(), uid))


def _verification(record: FormRecord, left_out: int = 0) -> dict[str, Any]:
    entry, reach = read_entry(record), scope()
    items = [_item(one, reach) for one in list_verifiable(db(), [entry])]
    return {"record": record.uid, "row_version": record.row_version, "items": items, "left_out": left_out}


def _item(one: Verifiable, reach: Scope) -> dict[str, Any]:
    review = one.review if one.state != "due" else None
    return {
        "item": path_of(one.item.name, one.group, one.number), "label": one.item.label,
        "value": shown_value(one) if may_see(one.item, reach) else None, "state": one.state,
        "has_open_query": one.has_open_query, "verified_by": review and review.verified_by,
        "verified_at": review and instant_text(review.verified_at),
    }  # fmt: skip


@blueprint.post("/records/<uid>/verification")
@needs(P.RECORD_VERIFY)
@blueprint.takes(Verified)
@blueprint.answers(200, schemas.Verification, "Verified.")
def verify(body: dict[str, Any], uid: str) -> dict[str, Any]:
    """Verify items of a record.

    Items with an open query are left out and counted. Of a record that changed since it was read, nothing is verified.
    """
    session = db()
    record = get_record_by_uid(session, uid)
    try:
        with change_for_request("record:verify", subject=record.subject_uid, site=record.site_uid) as change:
            entry = _held(record, body["row_version"])
            keys = [get_place(entry, path, at="items").review_key for path in body["items"]]
            _, left_out = verify_items(saving_for(change), record, keys, seen_version=body["row_version"])
            return _verification(record, left_out)
    except RepeatedRequest as repeated:
        return _repeated(repeated, "record:verify", uid, body["items"], are_verified=True)


@blueprint.post("/records/<uid>/verification/take-back")
@needs(P.RECORD_VERIFY)
@blueprint.takes(TakenBack)
@blueprint.answers(200, schemas.Verification, "Taken back.")
def withdraw(body: dict[str, Any], uid: str) -> dict[str, Any]:
    """Take the verification of items back, with a reason."""
    session = db()
    record = get_record_by_uid(session, uid)
    act, reason = "record:unverify", body["reason"]
    try:
        with change_for_request(act, reason, subject=record.subject_uid, site=record.site_uid) as change:
            entry = _held(record, body["row_version"])
            keys = [get_place(entry, path, at="items").review_key for path in body["items"]]
            take_back(saving_for(change), record, keys, reason)
            return _verification(record)
    except RepeatedRequest as repeated:
        return _repeated(repeated, act, uid, body["items"], are_verified=False)


def _held(record: FormRecord, read_at: int) -> Entry:
    """The record behind the lock of its participant, in the version that was read."""
    lock_subject(db(), record.subject_uid)
    db().refresh(record)
    refuse_stale(record, read_at)
    return read_entry(record)


def _repeated(repeated: RepeatedRequest, act: str, uid: str, paths: list[str], *, are_verified: bool) -> dict[str, Any]:
    record = get_record_by_uid(db(), uid)
    done_before(db(), repeated, act, record.subject_uid)
    answer = _verification(record)
    states = {item["item"]: item["state"] for item in answer["items"] if not item["has_open_query"]}
    refuse_unless([states.get(path, VERIFIED) == VERIFIED for path in paths], [are_verified for _ in paths])
    return answer


@blueprint.get("/records/<uid>/trail")
@needs(P.RECORD_READ)
@blueprint.asks(TrailQuery)
@blueprint.answers(200, schemas.Trail, "The lines of the trail.")
def read_trail(asked: dict[str, Any], uid: str) -> dict[str, Any]:
    """Read the trail of one item: its value and its missing reason, oldest first."""
    record = get_record_by_uid(db(), uid)
    place = get_place(read_entry(record), asked["item"])
    connection, row = db().connection(), place.row
    lines: list[trail.Entry] = []
    for attribute in (place.item.name, place.item.name + MISSING):
        lines += trail.item_history(connection, row.__audit_entity__, row.uid, row.audit_oid(attribute))
    ordered = sorted(lines, key=lambda line: line.record_id)
    return {"record": record.uid, "item": place.path, "lines": [_line(line, place) for line in ordered]}


def _line(line: trail.Entry, place: Place) -> dict[str, Any]:
    same = ("user_name", "role", "process", "act", "path", "oid", "version", "crf_version", "origin", "reason")
    values = {"old": _shown(line, line.old, place), "new": _shown(line, line.new, place)}
    return {
        "change": line.change_uid, "at": instant_text(line.at), **values,
        **{name: getattr(line, name) for name in same},
    }  # fmt: skip


def _shown(line: trail.Entry, text: str | None, place: Place) -> str | None:
    """A value of the trail as far as the scope may see it, identifying ones opened."""
    item = place.item
    if text is None or line.attribute != item.name:
        return text
    if not may_see(item, scope()):
        return "(not shown)"
    opened: str = db().info["cipher"].open(text, context_of(place.row, item)) if item.identifier else text
    return opened
