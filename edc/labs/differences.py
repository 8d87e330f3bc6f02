"""One sample of a file beside its record: the first thing that differs, and what the record does not have yet."""

from __future__ import annotations

from decimal import Decimal

from edc.labs.result_rows import ResultRow, RowFault
from edc.labs.samples import Sample
from edc.records.tables import GroupRow
from forms.items import Answer, Item, in_codelist_order
from forms.lab_sheets import SHEET
from forms.reading import display
from forms.views import Row

IMPORTED = "imported"
PERFORMED = "performed"
COLUMN_OF = {SHEET.sampled: "sample_datetime", SHEET.laboratory: "laboratory", PERFORMED: "sample_datetime"}
#: The items of a result that have a column of their own; all others came from the column result.
OWN_COLUMNS = frozenset({SHEET.unit, SHEET.qualifier, *SHEET.limits})
RESULT = (SHEET.qualifier, SHEET.value, SHEET.code, SHEET.words)
KEY = (SHEET.panel, SHEET.test, SHEET.other_code, SHEET.other_name)


def _head_of(sample: Sample) -> dict[str, object]:
    """The answers of a sample that a file gives, its panels left out."""
    first = sample.first
    given = {PERFORMED: "Y", SHEET.sampled: first.sampled, SHEET.laboratory: first.laboratory, **first.head}
    return given | ({"accession": first.accession} if first.accession else {})


def head_difference(sample: Sample) -> RowFault | None:
    """What the record says otherwise of the sample itself."""
    assert sample.entry is not None
    view = sample.entry.view
    if sample.record.visit_uid != sample.visit.uid and sample.record.visit is not None:
        return RowFault("visit", f"This sample is recorded as {sample.place}, the file says {sample.visit.oid}.")
    for name, value in _head_of(sample).items():
        answer = view.answer(name)
        if answer.is_given and answer.value != value:
            column = COLUMN_OF.get(name, name)
            return RowFault(column, _difference(sample, SHEET.crf.items[name], answer, value))
    return None


def fill_head(sample: Sample) -> None:
    """The answers of the sample that its record does not have, and the panels of its results."""
    view = sample.entry.view if sample.entry else None
    for name, value in _head_of(sample).items():
        if view is None or not view.answer(name).is_given:
            sample.patch.items[name] = Answer(value, origin=IMPORTED)
    stored: tuple[str, ...] = (view.value(SHEET.panels) if view else None) or ()
    item = SHEET.crf.items[SHEET.panels]
    panels = in_codelist_order(item, {*stored, *(row.panel for row in sample.rows)})  # type: ignore[arg-type]
    if panels != stored:
        sample.patch.items[SHEET.panels] = Answer(panels, origin=IMPORTED)
        sample.patch.reasons[SHEET.panels] = "Results of another panel were imported"


def find_stored(sample: Sample, row: ResultRow) -> Row | None:
    """The stored result of a row."""
    rows = sample.entry.view.rows(SHEET.group.oid) if sample.entry else []
    return next((one for one in rows if tuple(one.value(name) for name in KEY) == row.test_key), None)


def find_removed(sample: Sample, row: ResultRow) -> GroupRow | None:
    """A result of the same test that was removed on the form."""
    rows = sample.entry.groups[SHEET.group.oid] if sample.entry else []
    return next((r for r in rows if r.removed and tuple(getattr(r, name) for name in KEY) == row.test_key), None)


def row_difference(sample: Sample, stored: Row, row: ResultRow) -> tuple[RowFault | None, dict[str, object]]:
    """The first item that holds something else, and the items that hold nothing yet.

    A result is one thing: where a part of it stands, another part that only the file has is a difference.
    """
    standing = [name for name in RESULT if stored.answer(name).is_given]
    added: dict[str, object] = {}
    for name in dict.fromkeys((SHEET.status, *standing, *row.items)):
        answer, value = stored.answer(name), row.items.get(name)
        if not answer.is_given and not (standing and name in RESULT):
            added[name] = value
        elif not _is_equal(answer.value, value):
            item, column = SHEET.item(name), name if name in OWN_COLUMNS else "result"
            return RowFault(column, _difference(sample, item, answer, value)), {}
    return None, added


def _is_equal(stored: object, given: object) -> bool:
    if isinstance(stored, Decimal) and isinstance(given, Decimal):
        return stored == given
    return stored is not None and str(stored) == str(given)


def _difference(sample: Sample, item: Item, answer: Answer, given: object) -> str:
    kept = answer.missing or display(item, answer.value) or "nothing"
    return (
        f"{sample.place} holds {kept} ({item.label}), the file {display(item, given) or 'nothing'}. "
        "If the file is right, correct the form with a reason; then import again."
    )
