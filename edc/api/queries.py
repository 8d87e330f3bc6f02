"""Queries: read, opened by review, answered by the site, asked again, closed."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit.capture import RepeatedRequest
from audit.models import instant_text
from edc.api import schemas
from edc.api.acting import open_book, saving_for
from edc.api.blueprint import ApiBlueprint
from edc.api.record_json import get_place
from edc.api.replays import done_before, refuse_unless
from edc.api.schemas import CODE, LARGEST_NUMBER, UID, Paged, Words, named
from edc.clock import now
from edc.db import Session
from edc.errors import NotFound
from edc.permissions import Permission, Role
from edc.queries import service
from edc.queries.models import ANSWERED, CLOSED, OPEN, Query
from edc.records.axes import count_axes
from edc.records.saving import lock_subject, place_of
from edc.records.service import get_record_by_uid
from edc.review.views import recount
from edc.web import change_for_request, current, db, needs
from forms.patch import path_of
from forms.schema import StrictSchema

blueprint = ApiBlueprint("api_queries", __name__, "Questions about items and forms, with their threads.")
P = Permission
LONGEST = 2000
ACTS = {"answer": "answered", "again": "asked again", "close": "closed"}


class QueryFilter(Paged):
    """What the list is narrowed to."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, LARGEST_NUMBER))
    status = fields.String(load_default=None, validate=validate.OneOf([OPEN, ANSWERED, CLOSED]))
    participant = named(CODE, load_default=None)


class QueryPage(StrictSchema):
    """A page of queries in order of number."""

    queries = fields.List(fields.Nested(schemas.Query), required=True)
    next = fields.Integer(required=True, allow_none=True)


class NewQuery(StrictSchema):
    """A question about an item of a record, or about the form as a whole."""

    record = named(UID, required=True)
    item = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=120))
    text = Words("The question", LONGEST)


class Said(StrictSchema):
    """The words of an answer, of a further question, of a closing."""

    text = Words("The text", LONGEST)


@blueprint.get("/queries")
@needs(P.QUERY_READ)
@blueprint.asks(QueryFilter)
@blueprint.answers(200, QueryPage, "The queries behind `after`.")
def list_queries(asked: dict[str, Any]) -> dict[str, Any]:
    """List queries with their threads.

    Paged in order of number.
    """
    size = asked["size"]
    statement = select(Query).where(Query.number > asked["after"])
    if asked["status"]:
        statement = statement.where(Query.status == asked["status"])
    if asked["participant"]:
        statement = statement.where(Query.subject_code == asked["participant"])
    statement = statement.options(selectinload(Query.messages)).order_by(Query.number).limit(size + 1)
    found = list(db().scalars(statement))
    following = found[size - 1].number if len(found) > size else None
    return {"queries": [query_json(query) for query in found[:size]], "next": following}


@blueprint.get("/queries/<int:number>")
@needs(P.QUERY_READ)
@blueprint.answers(200, schemas.Query, "The query.")
def get_query(number: int) -> dict[str, Any]:
    """Read one query with its thread."""
    return query_json(_query(db(), number))


def _query(session: Session, number: int) -> Query:
    found = session.scalars(select(Query).where(Query.number == number)).one_or_none()
    if found is None:
        raise NotFound
    return found


def query_json(query: Query) -> dict[str, Any]:
    """A query as JSON."""
    messages = [
        {"act": m.act, "text": m.text, "value_then": m.value_then, "user_name": m.user_name, "role": m.role,
         "at": instant_text(m.at)}
        for m in query.messages
    ]  # fmt: skip
    return {
        "number": query.number, "participant": query.subject_code, "record": query.record_uid, "place": query.place,
        "item": _path_of(query), "item_oid": query.item_oid, "check": query.check_id, "status": query.status,
        "text": query.text, "opened_by": query.opened_by, "opened_at": instant_text(query.opened_at),
        "closed_at": query.closed_at and instant_text(query.closed_at), "messages": messages,
    }  # fmt: skip


def _path_of(query: Query) -> str | None:
    """The path of the item; the place of a query about a row ends in group and row number."""
    if query.row_uid is None or query.item_name is None:
        return query.item_name
    group, number = query.place.split("/")[-2:]
    return path_of(query.item_name, group, number)


@blueprint.post("/queries")
@needs(P.QUERY_OPEN)
@blueprint.takes(NewQuery)
@blueprint.may_answer(200, schemas.Query, "Opened by an earlier request with this key.")
@blueprint.answers(201, schemas.Query, "Opened.")
def open_query(body: dict[str, Any]) -> Any:
    """Open a query about an item, or about the form as a whole."""
    session, me = db(), current()
    record = get_record_by_uid(session, body["record"])
    try:
        with change_for_request("query:open", subject=record.subject_uid, site=record.site_uid) as change:
            lock_subject(session, record.subject_uid)
            saving = saving_for(change)
            book = open_book(record.subject)
            entry = book.one(record)
            item = get_place(entry, body["item"]) if body["item"] else None
            row_uid, name = (item.row_uid, item.item.name) if item else (None, None)
            place = place_of(book, record.uid, row_uid, name, [entry])
            asked = [(place, body["text"], None)]
            opened = service.open_queries(session, asked, by=me.actor, source=me.role, now=saving.now)
            count_axes(session, [entry])
            return query_json(opened[0])
    except RepeatedRequest as repeated:
        number = done_before(session, repeated, "query:open", record.subject_uid).made("query", "number")[1]
        found = _query(session, int(number))
        refuse_unless([found.record_uid, found.text], [body["record"], body["text"]])
        return query_json(found), 200


@blueprint.post("/queries/<int:number>/answer")
@needs(P.QUERY_ANSWER)
@blueprint.takes(Said)
@blueprint.answers(200, schemas.Query, "Answered.")
def answer_query(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Answer a query for the site; it waits for its reviewer then."""
    return _act("answer", number, body["text"])


@blueprint.post("/queries/<int:number>/ask-again")
@needs(P.QUERY_OPEN)
@blueprint.takes(Said)
@blueprint.answers(200, schemas.Query, "Asked again.")
def ask_again(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Ask again: the answer does not settle the question."""
    return _act("again", number, body["text"])


@blueprint.post("/queries/<int:number>/close")
@needs(P.QUERY_CLOSE)
@blueprint.takes(Said)
@blueprint.answers(200, schemas.Query, "Closed.")
def close_query(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Close a query with a word why; one that a check opened is closed by data management only."""
    return _act("close", number, body["text"])


def _act(act: str, number: int, text: str) -> dict[str, Any]:
    session, me = db(), current()
    found = _query(session, number)
    try:
        with change_for_request(f"query:{act}", subject=found.subject_uid, site=found.site_uid) as change:
            lock_subject(session, found.subject_uid)
            session.refresh(found)
            at = now(session)
            if act == "answer":
                service.answer_query(found, text, by=me.actor, now=at)
            elif act == "again":
                service.ask_again(found, text, by=me.actor, now=at)
            else:
                may_close_checks = me.role is Role.DATA_MANAGER
                service.close_query(found, text, by=me.actor, now=at, may_close_checks=may_close_checks)
            recount(saving_for(change), found.record_uid)
            return query_json(found)
    except RepeatedRequest as repeated:
        found = _query(session, number)
        done_before(session, repeated, f"query:{act}", found.subject_uid)
        last = found.messages[-1]
        refuse_unless([last.act, last.text], [ACTS[act], text])
        return query_json(found)
