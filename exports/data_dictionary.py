"""The data dictionary: one row per column of every data file, derived from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch

from exports.dataset import Column, Dataset
from forms import items as it

HEADER = (
    "FILE", "COLUMN", "OID", "LABEL", "TYPE", "LENGTH", "UNIT", "CODELIST", "CODES", "REQUIRED", "ASKED_WHEN",
    "PLAUSIBLE_RANGE", "SDTM", "CDASH", "LOINC", "ORIGIN", "MEANING",
)  # fmt: skip
KEY_MEANINGS = {
    "STUDYID": "Study", "SITEID": "Site code", "SUBJID": "Participant code", "VISIT": "Visit OID; empty for logs",
    "VISIT_DATE": "Date of the visit", "RECORD_UID": "Permanent id of the form record",
    "REPEAT_NO": "Number of the sample or log line", "CRF_VERSION": "Version the record was entered under",
    "ENTRY_STATUS": "incomplete, complete or not done", "NOT_DONE_REASON": "Why the form was not done",
    "ROW_UID": "Permanent id of the row", "ROW_NO": "Permanent number of the row",
}  # fmt: skip


@singledispatch
def type_of(item: it.Item) -> tuple[str, str]:
    """The type of an item in words and its length; one arm per item type."""
    raise TypeError(f"{type(item).__name__} has no type in the data dictionary")


@type_of.register
def _(item: it.Text) -> tuple[str, str]:
    return "text", str(item.length)


@type_of.register
def _(item: it.Integer) -> tuple[str, str]:
    return "integer", str(item.digits)


@type_of.register
def _(item: it.Decimal) -> tuple[str, str]:
    return "decimal", f"{item.precision}.{item.scale}"


@type_of.register
def _(item: it.Date) -> tuple[str, str]:
    return "date (ISO 8601)", "10"


@type_of.register
def _(item: it.PartialDate) -> tuple[str, str]:
    return "partial date (ISO 8601, reduced precision)", "10"


@type_of.register
def _(item: it.Time) -> tuple[str, str]:
    return "time (HH:MM)", "5"


@type_of.register
def _(item: it.DateTime) -> tuple[str, str]:
    return "date and time (ISO 8601, site time)", "16"


@type_of.register
def _(item: it.Choice) -> tuple[str, str]:
    return "code, or text as reported" if item.open_list else "code", str(max(len(value) for value, _ in item.options))


@type_of.register
def _(item: it.MultiChoice) -> tuple[str, str]:
    return "codes joined by ;", ""


@type_of.register
def _(item: it.SiteChoice) -> tuple[str, str]:
    return "row of a site table", str(item.length)


@type_of.register
def _(item: it.Reference) -> tuple[str, str]:
    return ("uids joined by ;" if item.many else "uid"), "" if item.many else "32"


@type_of.register
def _(item: it.Dictionary) -> tuple[str, str]:
    return f"term of {item.dictionary}", str(item.length)


def dictionary_rows(datasets: Sequence[Dataset]) -> Iterator[list[str]]:
    """The rows of the data dictionary, in the order of files and columns."""
    for dataset in datasets:
        for column in dataset.columns:
            yield _row(dataset, column)


def _row(dataset: Dataset, column: Column) -> list[str]:
    item = column.item
    if item is None:
        meaning = KEY_MEANINGS[column.name]
        return [dataset.name, column.name, "", meaning, "key", *[""] * 11, meaning]
    kind, length = type_of(item)
    if column.kind != "value":
        meaning = {
            "decode": "The label of the code", "missing": "Coded reason why the value is missing",
            "unit": "Unit of the value", "year": "Year of the identifying date",
        }[column.kind]  # fmt: skip
        return [dataset.name, column.name, item.oid, item.label, "text", "", *[""] * 10, meaning]
    codes = " | ".join(f"{value} = {label}" for value, label in item.options) if isinstance(item, it.Choice) else ""
    return [
        dataset.name, column.name, item.oid, item.label, kind, length, item.unit,
        item.codelist_name if isinstance(item, it.Choice) else "", codes, "yes" if item.required else "no",
        item.visible_if.words() if item.visible_if else "", "-".join(item.plausible) if item.plausible else "",
        item.sdtm, item.cdash, item.loinc, "derived" if item.derived else "collected", item.help,
    ]  # fmt: skip
