"""The data dictionary: one row per column of every data file, derived from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.dataset import Column, Dataset
from forms import items as it
from forms.describe import data_dictionary_row

ITEM_FACTS = (
    "type", "length", "format", "unit", "codelist", "required", "asked_when", "plausible_range", "sdtm", "cdash",
    "loinc", "answered_by", "identifies", "verified", "since", "retired", "help",
)  # fmt: skip
HEADER = ("FILE", "COLUMN", "OID", "LABEL", "HOLDS", *(fact.upper() for fact in ITEM_FACTS), "CODES")
KEYS = {
    "STUDYID": "Study", "SITEID": "Site code", "SUBJID": "Participant code", "VISIT": "Visit OID; empty for logs",
    "VISIT_DATE": "Date of the visit", "RECORD_UID": "Permanent id of the form record",
    "REPEAT_NO": "Number of the sample or log line", "CRF_VERSION": "Version the record was entered under",
    "ENTRY_STATUS": "incomplete, complete or not done", "NOT_DONE_REASON": "Why the form was not done",
    "ROW_UID": "Permanent id of the row", "ROW_NO": "Permanent number of the row",
}  # fmt: skip
COMPANIONS = {
    "decode": "The label of the code", "missing": "Coded reason why the value is missing", "unit": "Unit of the value",
    "year": "Year of the identifying date, the most that leaves the site",
}  # fmt: skip


def dictionary_rows(datasets: Sequence[Dataset]) -> Iterator[list[str]]:
    """The rows of the data dictionary, in the order of files and columns."""
    for dataset in datasets:
        for column in dataset.columns:
            yield [dataset.name, column.name, *_facts(column)]


def _facts(column: Column) -> list[str]:
    item = column.item
    if item is None:
        return ["", KEYS[column.name], "Key", *[""] * (len(ITEM_FACTS) + 1)]
    if column.kind != "value":
        return [item.oid, item.label, COMPANIONS[column.kind], *[""] * (len(ITEM_FACTS) + 1)]
    described = data_dictionary_row(item)
    return [item.oid, item.label, str(described["words"]), *(str(described[fact]) for fact in ITEM_FACTS), _codes(item)]


def _codes(item: it.Item) -> str:
    return " | ".join(f"{value} = {label}" for value, label in item.options) if isinstance(item, it.Choice) else ""
