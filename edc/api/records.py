"""Records: a form of a participant with all its items, read and saved as one."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from marshmallow import ValidationError
from sqlalchemy import select

from audit.capture import RepeatedRequest
from edc.api.acting import (
    get_visit_by_oid,
    open_book,
    read_entry,
    refuse_stale,
    saved_entry,
    saving_for,
    scope,
)
from edc.api.blueprint import ApiBlueprint, read_body
from edc.api.problems import AlreadyThere, RequestUnreadable
from edc.api.record_json import header_json, record_json, saved_json
from edc.api.record_schemas import CHANGE, DOCUMENT, NEW, SAVED, RecordPage, Removal, body_of
from edc.api.replays import done_before, refuse_unless, refuse_unless_stored
from edc.api.schemas import NAME, UID, Paged, named
from edc.clock import now
from edc.permissions import Permission
from edc.records.clashes import find_clashes
from edc.records.models import FormRecord
from edc.records.problems import StaleVersion
from edc.records.saving import lock_subject
from edc.records.service import (
    find_record,
    get_record_by_uid,
    get_subject,
    is_kept_at_visit,
    new_record,
    remove_record,
    save_record,
)
from edc.study.models import Visit
from edc.web import change_for_request, db, needs
from forms.crf import CRF, REGISTRY, get_crf
from forms.patch import Patch
from forms.schema import load_patch

blueprint = ApiBlueprint("api_records", __name__, "Forms of a participant with all their items.")
P = Permission
Read = tuple[Patch, int, str | None]


class RecordQuery(Paged):
    """What the list of records is narrowed to."""

    after = named(UID, load_default=None)
    form = named(NAME, load_default=None)
    visit = named(NAME, load_default=None)


@blueprint.get("/participants/<code>/records")
@needs(P.RECORD_READ)
@blueprint.asks(RecordQuery)
@blueprint.answers(200, RecordPage, "The records behind `after`.")
def list_records(asked: dict[str, Any], code: str) -> dict[str, Any]:
    """List the records of a participant without their items.

    Paged in the order in which they were begun; removed lines are among them, marked.
    """
    subject, size = get_subject(db(), code), asked["size"]
    statement = select(FormRecord).where(FormRecord.subject_uid == subject.uid)
    if asked["after"]:
        statement = statement.where(FormRecord.uid > asked["after"])
    if asked["form"]:
        statement = statement.where(FormRecord.crf_oid == asked["form"])
    if asked["visit"]:
        statement = statement.join(Visit, Visit.uid == FormRecord.visit_uid).where(Visit.oid == asked["visit"])
    found = db().scalars(statement.order_by(FormRecord.uid).limit(size + 1)).unique().all()
    following = found[size - 1].uid if len(found) > size else None
    return {"records": [header_json(record) for record in found[:size]], "next": following}


@blueprint.get("/records/<uid>")
@needs(P.RECORD_READ)
@blueprint.answers(200, DOCUMENT, "The record.")
def get_record(uid: str) -> Response:
    """Read a record with all its items.

    Items that the scope does not reach (identifying values, free text) are left out.
    """
    return jsonify(record_json(read_entry(get_record_by_uid(db(), uid)), scope()))


@blueprint.post("/participants/<code>/records")
@needs(P.RECORD_ENTER)
@blueprint.describes(requestBody=body_of(NEW))
@blueprint.may_answer(200, SAVED, "Added by an earlier request with this key.")
@blueprint.answers(201, SAVED, "Added.")
def add_record(code: str) -> Any:
    """Add a record: a form of a visit, a sample, a line of a log.

    All items are stored together, or none: what cannot be read anywhere in the body refuses the whole request.
    """
    session = db()
    subject = get_subject(session, code)
    body = _object(read_body())
    crf = _form_of(body)
    visit = _visit_of(body, crf, lambda oid: get_visit_by_oid(session, subject, oid))
    patch, _, reason = read_patch(crf, body, is_new=True)
    if not patch.complete and not _brings_answers(patch):
        raise RequestUnreadable({"items": ["A new record needs at least one answer."]})
    try:
        with change_for_request("record:save", reason, subject=subject.uid, site=subject.site_uid) as change:
            subject = lock_subject(session, subject.uid)
            standing = None if crf.log or crf.repeats else find_record(session, subject, visit, crf)
            if standing is not None:
                raise AlreadyThere(path=standing.path, uid=standing.uid)
            record = new_record(session, subject, visit, crf, now(session))
            outcome = save_record(saving_for(change, reason), record, patch, expected_version=0)
            return jsonify(saved_json(saved_entry(outcome), scope(), outcome)), 201
    except RepeatedRequest as repeated:
        done = done_before(session, repeated, "record:save", subject.uid)
        record = get_record_by_uid(session, done.made("form_record", "crf_oid")[0])
        refuse_unless([record.crf_oid, record.visit and record.visit.oid], [crf.oid, body.get("visit")])
        return jsonify(_as_stored(record, patch)), 200


@blueprint.put("/records/<uid>")
@needs(P.RECORD_ENTER)
@blueprint.describes(requestBody=body_of(CHANGE))
@blueprint.answers(200, SAVED, "Saved.")
def save(uid: str) -> Response:
    """Save a record.

    The body names the items that get a new answer; the others stay as they are. All are stored together, or none. A
    changed answer needs its reason, for all by `reason` or one by one by `reasons`.
    """
    session = db()
    record = get_record_by_uid(session, uid)
    crf = get_crf(record.crf_oid)
    body = _object(read_body())
    if _form_of(body) is not crf:
        raise RequestUnreadable({"form": [f"This record is of the form {crf.oid}."]})
    patch, read_at, reason = read_patch(crf, body)
    try:
        with change_for_request("record:save", reason, subject=record.subject_uid, site=record.site_uid) as change:
            lock_subject(session, record.subject_uid)
            session.refresh(record)
            if read_at != record.row_version:
                entry = read_entry(record)
                clashes = find_clashes(open_book(record.subject), entry, patch, read_at)
                raise StaleVersion(clashes, read=read_at, now=record.row_version)
            outcome = save_record(saving_for(change, reason), record, patch, expected_version=read_at)
            return jsonify(saved_json(saved_entry(outcome), scope(), outcome))
    except RepeatedRequest as repeated:
        record = get_record_by_uid(session, uid)
        done_before(session, repeated, "record:save", record.subject_uid)
        return jsonify(_as_stored(record, patch))


@blueprint.post("/records/<uid>/remove")
@needs(P.RECORD_ENTER)
@blueprint.takes(Removal)
@blueprint.answers(200, DOCUMENT, "Removed.")
def remove(body: dict[str, Any], uid: str) -> Response:
    """Remove a line of a log, or a sample.

    It is marked as removed with its reason, and stays readable for ever; its number is not used again.
    """
    session = db()
    record = get_record_by_uid(session, uid)
    reason = body["reason"]
    try:
        with change_for_request("record:remove", reason, subject=record.subject_uid, site=record.site_uid) as change:
            lock_subject(session, record.subject_uid)
            session.refresh(record)
            refuse_stale(record, body["row_version"])
            remove_record(saving_for(change, reason), record, reason)
            return jsonify(record_json(read_entry(record), scope()))
    except RepeatedRequest as repeated:
        record = get_record_by_uid(session, uid)
        done_before(session, repeated, "record:remove", record.subject_uid)
        refuse_unless([record.removed, record.removed_reason], [True, reason])
        return jsonify(record_json(read_entry(record), scope()))


def read_patch(crf: type[CRF], body: dict[str, Any], *, is_new: bool = False, under: str = "") -> Read:
    """Patch, row version and reason of a body; raises RequestUnreadable with the path of each place."""
    answers = {name: value for name, value in body.items() if name not in ("form", *(("visit",) if is_new else ()))}
    if is_new:
        if "row_version" in answers:
            raise RequestUnreadable({f"{under}row_version": ["A record that is new has no version yet."]})
        answers["row_version"] = 0
    try:
        patch = load_patch(crf, answers)
    except ValidationError as error:
        problems: Any = error.messages
        raise RequestUnreadable({under + path: sentences for path, sentences in problems.items()}) from None
    return patch, answers["row_version"], (answers.get("reason") or "").strip() or None


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise RequestUnreadable({"body": ["Send an object here."]})
    return body


def _form_of(body: dict[str, Any]) -> type[CRF]:
    form = body.get("form")
    if not isinstance(form, str) or form not in REGISTRY:
        raise RequestUnreadable({"form": [f"Name the form: one of {', '.join(REGISTRY)}."]})
    return REGISTRY[form]


def _visit_of(body: dict[str, Any], crf: type[CRF], get: Any) -> Visit | None:
    oid = body.get("visit")
    if oid is not None and not (isinstance(oid, str) and oid.isascii() and oid.isalnum() and len(oid) <= 20):
        raise RequestUnreadable({"visit": ["Name the visit by its OID, such as C1D1, or send null for a log."]})
    visit: Visit | None = get(oid) if oid else None
    if not is_kept_at_visit(crf, visit):
        place = visit.label if visit else "the participant's logs"
        raise RequestUnreadable({"visit": [f"{crf.title} is not kept in {place}."]})
    return visit


def _brings_answers(patch: Patch) -> bool:
    given = [*patch.items.values(), *(a for rows in patch.rows.values() for row in rows for a in row.items.values())]
    return any(answer.is_given for answer in given)


def _as_stored(record: FormRecord, patch: Patch) -> dict[str, Any]:
    entry = read_entry(record)
    refuse_unless_stored(entry, patch)
    return saved_json(entry, scope(), None)
