"""Item to JSON Schema and value to JSON: what the API says and shows of each item type."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from forms import items as it
from forms.items import Item
from forms.reading import canonical

STORABLE = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]*$"
YEAR, MONTH, DAY = "(19|20|21)[0-9]{2}", "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
UID = "^[0-9a-f]{32}$"


@singledispatch
def json_type(item: Item) -> dict[str, Any]:
    """The JSON Schema of an item's value; one arm per item type."""
    raise TypeError(f"{type(item).__name__} has no JSON type")


@json_type.register
def _(item: it.Text) -> dict[str, Any]:
    return {"type": "string", "maxLength": item.length, "pattern": STORABLE}


@json_type.register
def _(item: it.Integer) -> dict[str, Any]:
    most = 10**item.digits - 1
    sign, least = ("-?", -most) if item.signed else ("", 0)
    return {
        "type": ["integer", "string"], "minimum": least, "maximum": most,
        "pattern": f"^(0|{sign}[1-9][0-9]{{0,{item.digits - 1}}})$",
    }  # fmt: skip


@json_type.register
def _(item: it.Decimal) -> dict[str, Any]:
    whole = f"(0|[1-9][0-9]{{0,{item.precision - item.scale - 1}}})" if item.precision > item.scale else "0"
    places = f"(\\.[0-9]{{1,{item.scale}}})?" if item.scale else ""
    return {"type": ["string", "number"], "pattern": f"^{'-?' if item.signed else ''}{whole}{places}$"}


@json_type.register
def _(item: it.Date) -> dict[str, Any]:
    return {"type": "string", "format": "date", "pattern": f"^{YEAR}-{MONTH}-{DAY}$"}


@json_type.register
def _(item: it.PartialDate) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{YEAR}(-{MONTH}(-{DAY})?)?$"}


@json_type.register
def _(item: it.Time) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{CLOCK}$"}


@json_type.register
def _(item: it.DateTime) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{YEAR}-{MONTH}-{DAY}(T{CLOCK})?$"}


@json_type.register
def _(item: it.Choice) -> dict[str, Any]:
    if item.open_list:
        return {"type": "string", "maxLength": item.length, "pattern": STORABLE}
    return {"type": "string", "enum": [value for value, _ in item.options]}


@json_type.register
def _(item: it.MultiChoice) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": [value for value, _ in item.options]}}


@json_type.register(it.SiteChoice)
@json_type.register(it.Dictionary)
def _(item: it.SiteChoice | it.Dictionary) -> dict[str, Any]:
    return {"type": "string", "maxLength": item.length, "pattern": STORABLE}


@json_type.register
def _(item: it.Reference) -> dict[str, Any]:
    one = {"type": "string", "pattern": UID}
    return {"type": "array", "items": one} if item.many else one


def to_json(item: Item, value: object) -> Any:
    """The JSON value of an item's value: whole numbers as numbers, several values as an array, the rest as text."""
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int) else canonical(item, value)
