"""Participants and their visits."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from audit.capture import RepeatedRequest
from edc.api import schemas
from edc.api.acting import get_visit_by_oid, read_entry, saved_entry, saving_for, scope
from edc.api.blueprint import ApiBlueprint
from edc.api.record_json import saved_json
from edc.api.record_schemas import body_of, first_schema, saved_schema
from edc.api.records import read_patch
from edc.api.replays import done_before, refuse_unless, refuse_unless_stored
from edc.api.schemas import CODE, NAME, Paged, named
from edc.casebook import enrolment, lists
from edc.clock import now
from edc.permissions import Permission
from edc.records import scheduling
from edc.records.book import SubjectBook
from edc.records.problems import RecordLocked
from edc.records.ruled_out import crfs_ruled_out
from edc.records.saving import lock_subject
from edc.records.service import get_record_by_uid, get_subject
from edc.records.states import state_of
from edc.study.activation import crfs_not_in_use
from edc.study.models import Subject, Visit
from edc.web import change_for_request, db, needs, sites
from forms import schedule
from forms.crf import REGISTRY, get_crf
from forms.schema import StrictSchema

blueprint = ApiBlueprint("api_participants", __name__, "Participants of the sites within the token's scope.")
P = Permission
CONSENT = "IC"
KINDS = [kind for kind in schedule.VISIT_KINDS if kind not in (schedule.SCREENING, schedule.LOG)]


class ParticipantQuery(Paged):
    """What the list is narrowed to."""

    after = fields.String(load_default="", validate=validate.Length(max=16))
    status = fields.String(load_default="", validate=validate.Length(max=24))
    site = fields.String(load_default="", validate=validate.Length(max=8))


class ParticipantPage(StrictSchema):
    """A page of participants in order of code."""

    participants = fields.List(fields.Nested(schemas.ListedParticipant), required=True)
    next = fields.String(required=True, allow_none=True)


class _Place(StrictSchema):
    site = named(NAME, required=True)
    code = named(CODE, load_default=None, allow_none=True)


class Enrolment(_Place):
    """A new participant: the site, and the first consent with its date of signature."""

    consent = fields.Nested(first_schema(get_crf(CONSENT)), required=True)


class UnreadEnrolment(_Place):
    """The same before the consent is read by the door that all forms share."""

    consent = fields.Dict(required=True)


class Enrolled(schemas.Participant):
    """The participant with the consent as stored."""

    consent = fields.Nested(saved_schema(get_crf(CONSENT)), required=True)


class NewVisit(StrictSchema):
    """A visit to be added: its kind, and the course or number where there are several of the kind."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    number = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, scheduling.LAST_NUMBER)
    )


class VisitList(StrictSchema):
    """The visits of a participant in their order."""

    visits = fields.List(fields.Nested(schemas.Visit), required=True)


@blueprint.get("/participants")
@needs(P.PARTICIPANT_LIST)
@blueprint.asks(ParticipantQuery)
@blueprint.answers(200, ParticipantPage, "The participants behind `after`.")
def list_participants(asked: dict[str, Any]) -> dict[str, Any]:
    """List participants.

    Paged in order of code.
    """
    narrowed = lists.ParticipantFilter(status=asked["status"], site=asked["site"])
    page = lists.list_participants(db(), narrowed, asked["after"], asked["size"])
    return {"participants": [_listed(row) for row in page.rows], "next": page.next_key}


def _listed(row: object) -> dict[str, Any]:
    assert isinstance(row, lists.ParticipantRow)
    subject = row.subject
    counts = {name: int(getattr(row, name) or 0) for name in schemas.Counts._declared_fields}
    return {
        "code": subject.code, "site": sites()[subject.site_uid].code, "status": state_of(db(), subject).value,
        "frozen": subject.frozen, "locked": subject.locked, "counts": counts,
    }  # fmt: skip


@blueprint.get("/participants/<code>")
@needs(P.RECORD_READ)
@blueprint.answers(200, schemas.Participant, "The participant.")
def get_participant(code: str) -> dict[str, Any]:
    """Read one participant."""
    return participant_json(get_subject(db(), code))


def participant_json(subject: Subject) -> dict[str, Any]:
    """A participant with counts and the dates that visits are planned by."""
    dates = ("consent_date", "registration_date", "c1d1", "last_dose")
    listed = _listed(lists.participant_rows(db(), [subject])[0])
    return {**listed, **{name: getattr(subject, name) for name in dates}}


@blueprint.post("/participants")
@needs(P.PARTICIPANT_ENROL)
@blueprint.describes(requestBody=body_of(Enrolment))
@blueprint.takes(UnreadEnrolment)
@blueprint.may_answer(200, Enrolled, "Enrolled by an earlier request with this key.")
@blueprint.answers(201, Enrolled, "Enrolled.")
def enrol(body: dict[str, Any]) -> Any:
    """Enrol a participant.

    The signed consent makes the participant, with the next code of the site. Send the code that you expect to have
    409 answered when it was given to somebody else.
    """
    session = db()
    site = enrolment.get_site(session, body["site"])
    crf = get_crf(CONSENT)
    patch, _, reason = read_patch(crf, body["consent"], is_new=True, under="consent.")
    try:
        with change_for_request("participant:enrol", reason, site=site.uid) as change:
            outcome = enrolment.enrol(saving_for(change, reason), site, patch, code=body["code"])
            subject = outcome.record.subject
            return {**participant_json(subject), "consent": saved_json(saved_entry(outcome), scope(), outcome)}
    except RepeatedRequest as repeated:
        done = done_before(session, repeated, "participant:enrol")
        subject = get_subject(session, done.made("subject", "code")[1])
        refuse_unless([subject.site_uid], [site.uid])
        entry = read_entry(get_record_by_uid(session, done.made("form_record", "crf_oid")[0]))
        refuse_unless_stored(entry, patch)
        return {**participant_json(subject), "consent": saved_json(entry, scope(), None)}, 200


@blueprint.get("/participants/<code>/visits")
@needs(P.RECORD_READ)
@blueprint.answers(200, VisitList, "The visits.")
def list_visits(code: str) -> dict[str, Any]:
    """List the visits of a participant, planned, done and missed."""
    book = SubjectBook(db(), get_subject(db(), code), now(db()))
    return {"visits": [visit_json(visit) for visit in book.visits]}


def visit_json(visit: Visit) -> dict[str, Any]:
    """A visit with the forms of this build that are kept there."""
    same = ("oid", "kind", "course", "label", "status", "planned_on", "window_from", "window_to", "frozen", "locked")
    kept = [oid for oid in schedule.forms_of_visit(visit.kind, visit.oid) if oid in REGISTRY and not REGISTRY[oid].log]
    hidden = crfs_not_in_use(db(), visit.subject.site, now(db()))
    hidden |= crfs_ruled_out(db(), [visit.subject_uid])[visit.subject_uid]
    in_use = [oid for oid in kept if oid not in hidden]
    return {**{name: getattr(visit, name) for name in same}, "date": visit.visit_date, "forms": in_use}


@blueprint.post("/participants/<code>/visits")
@needs(P.RECORD_ENTER)
@blueprint.takes(NewVisit)
@blueprint.may_answer(200, schemas.Visit, "Added by an earlier request with this key.")
@blueprint.answers(201, schemas.Visit, "Added.")
def add_visit(body: dict[str, Any], code: str) -> Any:
    """Add a visit.

    An unscheduled one, or a planned one before what makes it appear: the next course, the end of treatment.
    """
    session = db()
    subject = get_subject(session, code)
    try:
        with change_for_request("visit:add", subject=subject.uid, site=subject.site_uid):
            subject = lock_subject(session, subject.uid)
            if subject.locked or subject.frozen:
                raise RecordLocked(what_is=f"{subject.code} is {'locked' if subject.locked else 'frozen'}")
            book = SubjectBook(session, subject, now(session))
            return visit_json(scheduling.add_visit(session, book, body["kind"], body["number"]))
    except RepeatedRequest as repeated:
        subject = get_subject(session, code)
        oid = done_before(session, repeated, "visit:add", subject.uid).made("visit", "oid")[1]
        visit = get_visit_by_oid(session, subject, oid)
        refuse_unless([visit.kind], [body["kind"]])
        return visit_json(visit), 200
