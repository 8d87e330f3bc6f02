"""The schemas of records: one body and one answer per form, told apart by `form`; made from the CRFs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from marshmallow import Schema, fields, validate

import forms.crfs  # noqa: F401 (registers the CRFs of the study build)
from edc.api.schemas import UID, Words, named, version
from forms.crf import CRF, all_crfs
from forms.schema import StrictSchema, crf_schema, record_schema

STATES = ("unsigned", "signed", "void")
VISIT = "^[A-Z0-9]{1,20}$"


class QueryCounts(StrictSchema):
    """The queries of a record by state."""

    open = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    closed = fields.Integer(required=True)


class VerificationCounts(StrictSchema):
    """The items of a record that source verification looks at, by state."""

    to_verify = fields.Integer(required=True)
    verified = fields.Integer(required=True)
    changed_since = fields.Integer(required=True)


class RecordHeader(StrictSchema):
    """What every record says besides its items: where it stands, and its four axes."""

    uid = named(UID, required=True)
    form = fields.String(required=True)
    participant = fields.String(required=True)
    visit = fields.String(required=True, allow_none=True, metadata={"description": "The OID; null in the log."})
    line = fields.Integer(required=True, metadata={"description": "The line of a log, or the sample of a visit."})
    path = fields.String(required=True)
    crf_version = fields.String(required=True)
    row_version = fields.Integer(required=True)
    entry_status = fields.String(
        required=True, validate=validate.OneOf(["not started", "incomplete", "complete", "not done"])
    )
    not_done_reason = fields.String(required=True, allow_none=True)
    removed = fields.Boolean(required=True)
    removed_reason = fields.String(required=True, allow_none=True)
    restriction = fields.String(required=True, validate=validate.OneOf(["", "frozen", "locked"]))
    signature = fields.String(required=True, validate=validate.OneOf(STATES))
    queries = fields.Nested(QueryCounts, required=True)
    verification = fields.Nested(VerificationCounts, required=True)


class Outcome(StrictSchema):
    """What a save did; null when a repeated request is answered."""

    changed = fields.List(fields.String(), required=True, metadata={"description": "The paths of changed items."})
    also_changed = fields.List(
        fields.String(), required=True, metadata={"description": "Derived items of other records that followed."}
    )
    queries_opened = fields.List(fields.Integer(), required=True)
    queries_closed = fields.List(fields.Integer(), required=True)
    open_required = fields.List(
        fields.String(), required=True, metadata={"description": "What keeps the form from being complete."}
    )
    completed = fields.Boolean(required=True)
    fell_back = fields.Boolean(required=True)
    verification_withdrawn = fields.List(fields.String(), required=True)
    signatures_voided = fields.List(fields.String(), required=True)


class RecordPage(StrictSchema):
    """A page of a participant's records without their items."""

    records = fields.List(fields.Nested(RecordHeader), required=True)
    next = fields.String(required=True, allow_none=True)


class Removal(StrictSchema):
    """Why a line is removed."""

    row_version = version()
    reason = Words("The reason", 200)


def _form(crf: type[CRF]) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf([crf.oid]))


def _made(name: str, bases: tuple[type[Schema], ...], members: dict[str, Any]) -> type[Schema]:
    return cast("type[Schema]", type(name, bases, members))


def change_schema(crf: type[CRF]) -> type[Schema]:
    """The body that saves a record: new answers, the row version that was read, reasons."""
    return _made(f"{crf.oid}Change", (crf_schema(crf),), {"form": _form(crf)})


def first_schema(crf: type[CRF]) -> type[Schema]:
    """The body of a record that nobody has saved yet, without its place; made once per CRF."""
    return _first_schema(cast(Any, crf))


@cache
def _first_schema(crf: Any) -> type[Schema]:
    without = type("Meta", (), {"exclude": ("row_version",)})
    return _made(f"{crf.oid}First", (crf_schema(crf),), {"Meta": without})


def new_schema(crf: type[CRF]) -> type[Schema]:
    """The body that adds a record: where, and its first answers."""
    visit = named(VISIT, allow_none=True, load_default=None)
    return _made(f"{crf.oid}New", (first_schema(crf),), {"form": _form(crf), "visit": visit})


def document_schema(crf: type[CRF]) -> type[Schema]:
    """The answer that shows a record with all its items."""
    return _made(f"{crf.oid}Document", (RecordHeader, record_schema(crf)), {"form": _form(crf)})


def saved_schema(crf: type[CRF]) -> type[Schema]:
    """The answer to a save: the record as it is now, and what the save did; made once per CRF."""
    return _saved_schema(cast(Any, crf))


@cache
def _saved_schema(crf: Any) -> type[Schema]:
    outcome = fields.Nested(Outcome, required=True, allow_none=True)
    return _made(f"{crf.oid}Saved", (document_schema(crf),), {"outcome": outcome})


def one_of(schemas: Sequence[type[Schema]]) -> dict[str, Any]:
    """A JSON Schema that takes one of several; `form` says which."""
    return {"oneOf": list(schemas)}


DOCUMENT = one_of([document_schema(crf) for crf in all_crfs()])
SAVED = one_of([saved_schema(crf) for crf in all_crfs()])
CHANGE = one_of([change_schema(crf) for crf in all_crfs()])
NEW = one_of([new_schema(crf) for crf in all_crfs()])


def body_of(schema: type[Schema] | dict[str, Any]) -> dict[str, Any]:
    """The description of a body that the view reads by the form it names."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}
