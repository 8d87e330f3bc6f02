"""What the resources say and take besides the records themselves, whose schemas come from the CRFs."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from forms import items as it
from forms.json_types import STORABLE
from forms.reading import Unreadable, read
from forms.schema import LARGEST_VERSION, StrictSchema

UID = "^[0-9a-f]{32}$"
CODE = "^[A-Z0-9-]{1,16}$"
NAME = "^[A-Za-z0-9_]{1,20}$"
PAGE, LARGEST_PAGE = 50, 200
LARGEST_NUMBER = 2**31 - 1


class Words(fields.String):
    """Free text, read like every other text: nothing that cannot be stored, outer blanks cut."""

    def __init__(self, label: str, length: int, **keywords: Any) -> None:
        shape = {"minLength": 1, "maxLength": length, "pattern": STORABLE}
        super().__init__(required=True, metadata=shape, **keywords)
        self.item = it.Text(label, length)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **keywords: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Send text.")
        try:
            text = read(self.item, value)
        except Unreadable as unreadable:
            raise ValidationError(str(unreadable)) from None
        if not text:
            raise ValidationError(f"{self.item.label} needs words.")
        return str(text)


def named(pattern: str, **keywords: Any) -> fields.String:
    """A name of ours: a code, an OID, a uid."""
    return fields.String(validate=validate.Regexp(pattern + r"\Z"), metadata={"pattern": pattern}, **keywords)


def version() -> fields.Integer:
    """The row version that was read."""
    return fields.Integer(required=True, strict=True, validate=validate.Range(0, LARGEST_VERSION))


class Paged(StrictSchema):
    """A page of a list by key: `after` is the `next` of the page before."""

    size = fields.Integer(load_default=PAGE, validate=validate.Range(1, LARGEST_PAGE))


class Problem(StrictSchema):
    """RFC 9457: a refusal in sentences, with its code of the catalogue."""

    type = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "What happened."})
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "Why, and what to do next."})
    code = fields.String(required=True)
    reference = fields.String(required=True, metadata={"description": "The request, as it stands in trail and log."})
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    row_version = fields.Integer()
    clashes = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class Counts(StrictSchema):
    """The forms of a participant and their marks, counted."""

    forms = fields.Integer(required=True)
    complete = fields.Integer(required=True)
    queries_open = fields.Integer(required=True)
    queries_answered = fields.Integer(required=True)
    to_verify = fields.Integer(required=True)
    verified = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    signed = fields.Integer(required=True)
    void = fields.Integer(required=True)


class ListedParticipant(StrictSchema):
    """A participant as the list shows one."""

    code = named(CODE, required=True)
    site = fields.String(required=True)
    status = fields.String(required=True)
    frozen = fields.Boolean(required=True)
    locked = fields.Boolean(required=True)
    counts = fields.Nested(Counts, required=True)


class Participant(ListedParticipant):
    """A participant with the dates that visits are planned by."""

    consent_date = fields.Date(required=True, allow_none=True)
    registration_date = fields.Date(required=True, allow_none=True)
    c1d1 = fields.Date(required=True, allow_none=True)
    last_dose = fields.Date(required=True, allow_none=True)


class Visit(StrictSchema):
    """A visit with its window and the forms that are kept there."""

    oid = fields.String(required=True)
    kind = fields.String(required=True)
    course = fields.Integer(required=True, allow_none=True)
    label = fields.String(required=True)
    status = fields.String(required=True)
    date = fields.Date(required=True, allow_none=True)
    planned_on = fields.Date(required=True, allow_none=True)
    window_from = fields.Date(required=True, allow_none=True)
    window_to = fields.Date(required=True, allow_none=True)
    frozen = fields.Boolean(required=True)
    locked = fields.Boolean(required=True)
    forms = fields.List(fields.String(), required=True)


class QueryMessage(StrictSchema):
    """One line of a query's thread."""

    act = fields.String(required=True)
    text = fields.String(required=True)
    value_then = fields.String(required=True, allow_none=True)
    user_name = fields.String(required=True)
    role = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})


class Query(StrictSchema):
    """A question about an item or a form, with its thread."""

    number = fields.Integer(required=True)
    participant = fields.String(required=True)
    record = named(UID, required=True)
    place = fields.String(required=True)
    item = fields.String(required=True, allow_none=True, metadata={"description": "The path of the item."})
    item_oid = fields.String(required=True, allow_none=True)
    check = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(["open", "answered", "closed"]))
    text = fields.String(required=True)
    opened_by = fields.String(required=True)
    opened_at = fields.String(required=True, metadata={"format": "date-time"})
    closed_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    messages = fields.List(fields.Nested(QueryMessage), required=True)


class VerifiedItem(StrictSchema):
    """An item that source verification looks at."""

    item = fields.String(required=True, metadata={"description": "The path of the item."})
    label = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(["due", "verified", "changed"]))
    has_open_query = fields.Boolean(required=True)
    verified_by = fields.String(required=True, allow_none=True)
    verified_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class Verification(StrictSchema):
    """The verification of one record, item by item."""

    record = named(UID, required=True)
    row_version = fields.Integer(required=True)
    items = fields.List(fields.Nested(VerifiedItem), required=True)
    left_out = fields.Integer(required=True, metadata={"description": "Items named that have an open query."})


class TrailLine(StrictSchema):
    """One line of the trail of an item."""

    change = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    user_name = fields.String(required=True)
    role = fields.String(required=True)
    process = fields.String(required=True)
    act = fields.String(required=True)
    path = fields.String(required=True)
    oid = fields.String(required=True)
    version = fields.Integer(required=True, allow_none=True)
    crf_version = fields.String(required=True, allow_none=True)
    old = fields.String(required=True, allow_none=True)
    new = fields.String(required=True, allow_none=True)
    origin = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class Trail(StrictSchema):
    """What happened to one item, oldest first."""

    record = named(UID, required=True)
    item = fields.String(required=True)
    lines = fields.List(fields.Nested(TrailLine), required=True)


class ListedDataset(StrictSchema):
    """A data file that can be taken away."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)


class Datasets(StrictSchema):
    """The data files that the acting role may take away."""

    datasets = fields.List(fields.Nested(ListedDataset), required=True)
