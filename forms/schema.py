"""CRF to marshmallow: the JSON body of a save as a patch, and a record as JSON; also the OpenAPI schemas of both.

Values travel in canonical text: dates in ISO 8601, choices as submission values, several values as an array. Whole
numbers may also be JSON numbers, and so may decimals, which are read from their literal digits: parse a body with
`read_json`, never with a parser that makes binary floats. `null` clears; `{"missing": "NOT DONE"}` says why there is
no value.
"""

from __future__ import annotations

import decimal
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from marshmallow import Schema, ValidationError, fields, validate

from forms import items as it
from forms.crf import CRF
from forms.items import EMPTY, ORIGINS, Answer, Item
from forms.json_types import STORABLE, json_type, to_json
from forms.patch import Patch, RowPatch, path_of
from forms.reading import Unreadable, canonical, read
from forms.views import Record, Row

DEEPEST = 20
LARGEST_VERSION = 2**31 - 1
REASON = it.Text("The reason", 200)
MISSING_VALUES = list(it.MISSING_REASONS.values)


def read_json(body: str | bytes) -> Any:
    """A JSON body with exact decimals; refuses NaN and Infinity, a name given twice and more than 20 levels."""
    try:
        parsed = json.loads(
            body, parse_float=decimal.Decimal, parse_constant=_refuse_constant, object_pairs_hook=_refuse_doubles
        )
    except ValidationError:
        raise
    except (ValueError, RecursionError, decimal.InvalidOperation):
        raise ValidationError({"body": ["This is not JSON that can be read."]}) from None
    if _is_deeper(parsed, DEEPEST):
        raise ValidationError({"body": [f"The body is nested deeper than {DEEPEST} levels."]})
    return parsed


def _refuse_constant(name: str) -> Any:
    raise ValidationError({"body": [f"{name} is not a number that can be stored."]})


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValidationError({"body": ["A name stands twice in the same object."]})
    return made


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(part, levels - 1) for part in inner)


class ItemField(fields.Field):  # type: ignore[type-arg]
    """One item in a JSON body: a value, null, or an object with the reason why it is missing."""

    def __init__(self, item: Item) -> None:
        unit = f" ({item.unit})" if item.unit else ""
        missing = {
            "type": "object", "properties": {"missing": {"type": "string", "enum": MISSING_VALUES}},
            "required": ["missing"], "additionalProperties": False,
        }  # fmt: skip
        shape = {"anyOf": [json_type(item), missing, {"type": "null"}], "description": f"{item.label}{unit}"}
        super().__init__(allow_none=True, dump_only=item.derived and not item.editable, metadata=shape)
        self.item = item

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **keywords: Any) -> Any:
        """The answer of a JSON value; raises ValidationError with the sentence."""
        if value is None:
            return EMPTY
        return super().deserialize(value, attr, data, **keywords)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **keywords: Any) -> Answer:
        if isinstance(value, dict):
            return self._missing(value)
        try:
            text = _as_text(self.item, value)
            parsed = read(self.item, text)
        except Unreadable as unreadable:
            raise ValidationError(str(unreadable)) from None
        if not isinstance(self.item, it.Text) and not _is_canonical(self.item, parsed, text):
            raise ValidationError(f"{self.item.label} is sent as it is stored: {canonical(self.item, parsed)!r} here.")
        return Answer(parsed)

    def _missing(self, value: Mapping[str, Any]) -> Answer:
        if set(value) != {"missing"} or value["missing"] not in MISSING_VALUES:
            reasons = ", ".join(MISSING_VALUES)
            raise ValidationError(f'{self.item.label}: send a value, or {{"missing": reason}} with one of {reasons}.')
        return Answer(None, value["missing"])

    def _serialize(self, value: Any, attr: str | None, obj: Any, **keywords: Any) -> Any:
        return value


def _is_canonical(item: Item, value: object, text: str) -> bool:
    return isinstance(value, tuple) or (canonical(item, value) or "") == text


def _as_text(item: Item, value: Any) -> str:
    """The text of a JSON value, for the one reading that all doors share."""
    several = isinstance(item, it.MultiChoice) or (isinstance(item, it.Reference) and item.many)
    if several and isinstance(value, list) and all(isinstance(part, str) and "|" not in part for part in value):
        return "|".join(value)
    number = isinstance(value, int | decimal.Decimal) and not isinstance(value, bool)
    if number and isinstance(item, it.Integer | it.Decimal):
        return str(value)
    if isinstance(value, str) and not several:
        return value
    raise Unreadable(f"{item.label} takes {_expected(item, several)}. Nothing was stored for this field.")


def _expected(item: Item, several: bool) -> str:
    if several:
        return "an array of texts"
    return "a number, or its digits as text" if isinstance(item, it.Integer | it.Decimal) else "text"


class Sentence(fields.String):
    """A reason in words, read like every other text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **keywords: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Send the reason as text.")
        try:
            return str(read(REASON, value) or "")
        except Unreadable as unreadable:
            raise ValidationError(str(unreadable)) from None


class Flag(fields.Boolean):
    """True or false and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **keywords: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Send true or false.")
        return value


class StrictSchema(Schema):
    """A schema that refuses every name it does not know."""

    error_messages = {"unknown": "There is nothing of this name to fill in here.", "type": "Send an object here."}


def crf_schema(crf: type[CRF]) -> type[Schema]:
    """The schema of the body of a save; made once per CRF."""
    return _patch_schema(cast(Any, crf))


def record_schema(crf: type[CRF]) -> type[Schema]:
    """The schema of what `dump_record` gives; made once per CRF."""
    return _record_schema(cast(Any, crf))


def _reason() -> Sentence:
    return Sentence(allow_none=True, metadata={"maxLength": REASON.length, "pattern": STORABLE})


@cache
def _items_schema(collection: Any) -> type[Schema]:
    prefix = collection.oid if issubclass(collection, CRF) else collection.crf_oid + collection.oid.title()
    made = {name: ItemField(item) for name, item in collection.items.items()}
    return StrictSchema.from_dict(cast(Any, made), name=f"{prefix}Items")


@cache
def _patch_schema(crf: Any) -> type[Schema]:
    groups: dict[str, Any] = {oid: fields.List(fields.Nested(_row_schema(group))) for oid, group in crf.groups.items()}
    made: dict[str, Any] = {
        "row_version": fields.Integer(required=True, strict=True, validate=validate.Range(0, LARGEST_VERSION)),
        "reason": _reason(),
        "complete": Flag(allow_none=True),
        "items": fields.Nested(_items_schema(crf)),
        "groups": fields.Nested(StrictSchema.from_dict(groups, name=f"{crf.oid}Groups")),
        "reasons": fields.Dict(keys=fields.String(), values=_reason()),
    }
    return StrictSchema.from_dict(made, name=f"{crf.oid}Save")


@cache
def _row_schema(group: Any) -> type[Schema]:
    row = fields.Integer(required=True, allow_none=True, strict=True, validate=validate.Range(min=1, max=9999))
    made: dict[str, Any] = {"row": row, "items": fields.Nested(_items_schema(group)), "remove_reason": _reason()}
    return StrictSchema.from_dict(made, name=f"{group.crf_oid}{group.oid.title()}Row")


@cache
def _record_schema(crf: Any) -> type[Schema]:
    def part(collection: Any) -> dict[str, Any]:
        origin = fields.String(validate=validate.OneOf(ORIGINS))
        return {
            "items": fields.Nested(_items_schema(collection)),
            "origins": fields.Dict(keys=fields.String(), values=origin),
        }

    groups: dict[str, Any] = {}
    for oid, group in crf.groups.items():
        row = {"row": fields.Integer(), "uid": fields.String(), **part(group)}
        stored = StrictSchema.from_dict(row, name=f"{crf.oid}{oid.title()}StoredRow")
        groups[oid] = fields.List(fields.Nested(stored))
    made = {**part(crf), "groups": fields.Nested(StrictSchema.from_dict(groups, name=f"{crf.oid}StoredGroups"))}
    return StrictSchema.from_dict(made, name=f"{crf.oid}Record")


def load_patch(crf: type[CRF], body: Any) -> Patch:
    """The patch of a JSON body; raises ValidationError with the sentences by path (`item`, `GROUP.3.item`)."""
    try:
        loaded: Any = crf_schema(crf)().load(body)
    except ValidationError as error:
        raise ValidationError(_by_path(cast(Any, error).normalized_messages(), body)) from None
    patch = Patch(loaded.get("items", {}), complete=loaded.get("complete"))
    patch.reasons = {path: text for path, text in loaded.get("reasons", {}).items() if text}
    for oid, rows in loaded.get("groups", {}).items():
        patch.rows[oid] = list(_row_patches(rows))
    problems = {**_wrong_rows(crf, patch), **_wrong_reasons(crf, patch)}
    if problems:
        raise ValidationError(problems)
    return patch


def _row_patches(rows: list[dict[str, Any]]) -> Iterator[RowPatch]:
    for key, row in zip(_row_keys(rows), rows, strict=True):
        yield RowPatch(row["row"], row.get("items", {}), row.get("remove_reason") or None, key)


def _row_keys(rows: list[Any]) -> list[str]:
    """The names of rows in paths: their number, or new1, new2 in the order of the body."""
    keys: list[str] = []
    for row in rows:
        number = row.get("row") if isinstance(row, dict) else None
        added = sum(key.startswith("new") for key in keys) + 1
        keys.append(f"new{added}" if number is None else str(number))
    return keys


def _wrong_rows(crf: type[CRF], patch: Patch) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    for oid, rows in patch.rows.items():
        group, seen = crf.groups[oid], set()
        for row in rows:
            if row.key in seen:
                problems[f"{oid}.{row.key}"] = [f"Row {row.key} stands twice in the body."]
            elif not group.takes_row(row.number):
                problems[f"{oid}.{row.key}"] = [f"{group.title} has {group.fixed} rows; there is no further one."]
            elif row.number is None and not any(answer.is_given for answer in row.items.values()):
                problems[f"{oid}.{row.key}"] = [f"A new row of {group.title} needs at least one answer."]
            elif row.remove_reason and row.items:
                problems[f"{oid}.{row.key}"] = [f"Row {row.key} is either changed or removed, not both."]
            seen.add(row.key)
    return problems


def _wrong_reasons(crf: type[CRF], patch: Patch) -> dict[str, list[str]]:
    sent = set(patch.items) | {
        path_of(name, oid, row.key) for oid, rows in patch.rows.items() for row in rows for name in row.items
    }
    return {path: ["This reason belongs to no item of the body."] for path in patch.reasons if path not in sent}


def _by_path(messages: Mapping[Any, Any], body: Any) -> dict[str, list[str]]:
    flat: dict[str, list[str]] = {}
    for keys, sentences in _leaves(messages):
        flat.setdefault(_path(keys, body), []).extend(sentences)
    return flat


def _leaves(messages: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], list[str]]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _leaves(inner, (*keys, key))
    else:
        yield keys, [str(message) for message in messages]


def _path(keys: tuple[Any, ...], body: Any) -> str:
    named = [key for key in keys if key != "_schema"]
    if len(named) > 1 and named[0] == "items":
        return ".".join(map(str, named[1:]))
    if len(named) > 2 and named[0] == "groups" and isinstance(named[2], int):
        row = _row_keys(body["groups"][named[1]])[named[2]]
        inner = [key for key in named[3:] if key != "items"]
        return ".".join([named[1], row, *map(str, inner)])
    return ".".join(map(str, named)) or "body"


def dump_record(crf: type[CRF], record: Record) -> dict[str, Any]:
    """A record as JSON: every item's value or missing reason, origins other than typed, and the rows of its groups."""
    groups = {
        oid: [{"row": row.number, "uid": row.uid, **_dump_row(row)} for row in record.rows(oid)] for oid in crf.groups
    }
    return {**_dump_row(record), "groups": groups}


def _dump_row(row: Row) -> dict[str, Any]:
    items: dict[str, Any] = {}
    for name, item in row.collection.items.items():
        answer = row.answer(name)
        items[name] = {"missing": answer.missing} if answer.missing else to_json(item, answer.value)
    given = {name: answer for name, answer in row.answers.items() if answer.is_given}
    origins = {name: answer.origin for name, answer in given.items() if answer.origin != "typed"}
    return {"items": items, "origins": origins}
