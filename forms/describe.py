"""Item to data dictionary: what a column holds, in words and as a statistician declares it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from forms import items as it
from forms.items import Item


@dataclass(frozen=True, slots=True)
class Column:
    """How the values of an item are kept: in words, and as SAS type (Char or Num), length in bytes and format."""

    words: str
    type: str
    length: int
    format: str = ""


@singledispatch
def column(item: Item) -> Column:
    """The column of an item; one arm per item type."""
    raise TypeError(f"{type(item).__name__} has no description")


@column.register
def _(item: it.Text) -> Column:
    return Column(f"Text, at most {item.length} characters", "Char", item.length)


@column.register
def _(item: it.Integer) -> Column:
    sign = ", may be negative" if item.signed else ""
    return Column(f"Whole number, at most {item.digits} digits{sign}", "Num", 8, f"{item.digits + item.signed}.")


@column.register
def _(item: it.Decimal) -> Column:
    sign = ", may be negative" if item.signed else ""
    words = f"Number, at most {item.precision} digits, {item.scale} of them after the point{sign}, kept as recorded"
    return Column(words, "Num", 8, f"{item.precision + 1 + item.signed}.{item.scale}")


@column.register
def _(item: it.Date) -> Column:
    return Column("Date", "Num", 8, "YYMMDD10.")


@column.register
def _(item: it.PartialDate) -> Column:
    return Column("Date as far as known: YYYY, YYYY-MM or YYYY-MM-DD", "Char", 10)


@column.register
def _(item: it.Time) -> Column:
    return Column("Time of day, HH:MM, 24 hours", "Num", 8, "TIME5.")


@column.register
def _(item: it.DateTime) -> Column:
    return Column("Date and time of the site, YYYY-MM-DDTHH:MM; the date alone when the time is unknown", "Char", 16)


@column.register
def _(item: it.Choice) -> Column:
    length = item.length if item.open_list else max(len(value) for value, _ in item.options)
    other = ", or other text as reported" if item.open_list else ""
    return Column(f"One value of {item.codelist_name}{other}", "Char", length, f"${item.codelist_name}.")


@column.register
def _(item: it.YesNo) -> Column:
    labels = ", ".join(f"{value} = {label}" for value, label in item.options)
    return Column(labels, "Char", max(len(value) for value, _ in item.options), f"${item.codelist_name}.")


@column.register
def _(item: it.MultiChoice) -> Column:
    joined = "|".join(value for value, _ in item.options)
    return Column(f"Values of {item.codelist_name} in the order of the list", "Char", len(joined))


@column.register
def _(item: it.SiteChoice) -> Column:
    return Column(f"One row of the site's table of {item.table.replace('_', ' ')}", "Char", item.length)


@column.register
def _(item: it.Reference) -> Column:
    several = "identifiers of rows" if item.many else "identifier of a row"
    return Column(f"Record {several} of {item.target}", "Char", 2000 if item.many else 32)


@column.register
def _(item: it.Dictionary) -> Column:
    return Column(f"A term of {item.dictionary}", "Char", item.length)


def data_dictionary_row(item: Item) -> dict[str, str | int]:
    """One line of the data dictionary: the question, its column and the rules that go with it."""
    kept = column(item)
    return {
        "oid": item.oid, "name": item.name, "label": item.label, "words": kept.words, "type": kept.type,
        "length": kept.length, "format": kept.format,
        "codelist": item.codelist_name if isinstance(item, it.Choice) else "",
        "unit": item.unit, "required": _required(item),
        "asked_when": item.visible_if.words() if item.visible_if else "",
        "plausible_range": " to ".join(item.plausible) if item.plausible else "",
        "sdtm": item.sdtm, "cdash": item.cdash, "loinc": item.loinc, "help": item.help,
        "answered_by": _answered_by(item), "identifies": "yes" if item.identifier else "",
        "verified": "yes" if item.is_verified_against_source else "", "since": item.since, "retired": item.retired,
    }  # fmt: skip


def _required(item: Item) -> str:
    if not isinstance(item.required, bool):
        return f"when {item.required.words()}"
    if not item.required:
        return "no"
    return "when asked" if item.visible_if else "yes"


def _answered_by(item: Item) -> str:
    if item.derived:
        return "calculated, may be changed" if item.editable else "calculated"
    if item.stamped:
        return "set when submitted"
    return "sponsor" if item.sponsor else "investigator" if item.assess else "site"
