"""The one query behind every export: a CRF or group, a scope and a set of participants give rows to stream."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from edc.db import ALL, Base, Scope
from edc.records.models import FormRecord
from edc.records.tables import MISSING
from edc.study.models import Site, Subject, Visit
from forms import items as it
from forms.crf import CRF, Group, all_crfs
from forms.reading import display
from forms.study import STUDY_ID

AT_ONCE = 2000
KEYS = (
    "STUDYID", "SITEID", "SUBJID", "VISIT", "VISIT_DATE", "RECORD_UID", "REPEAT_NO", "CRF_VERSION", "ENTRY_STATUS",
    "NOT_DONE_REASON",
)  # fmt: skip
ROW_KEYS = ("ROW_UID", "ROW_NO")

_record: Table = FormRecord.__table__  # type: ignore[assignment]
_subject: Table = Subject.__table__  # type: ignore[assignment]
_site: Table = Site.__table__  # type: ignore[assignment]
_visit: Table = Visit.__table__  # type: ignore[assignment]

Convert = Callable[[Any, str], Any]


@dataclass(frozen=True)
class Column:
    """One column of a data file: its name, what it is, and how a stored value is written."""

    name: str
    item: it.Item | None = None
    kind: str = "key"
    attribute: str = ""


@dataclass(frozen=True)
class Dataset:
    """One data file: a CRF, or one of its groups, as rows with named columns."""

    crf: type[CRF]
    group: type[Group] | None
    columns: Sequence[Column] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """The file's name without extension, and the name of the database table."""
        return f"crf_{self.crf.oid.lower()}" + (f"_{self.group.oid.lower()}" if self.group else "")

    @property
    def title(self) -> str:
        """What the file holds, in words."""
        return f"{self.crf.title}: {self.group.title}" if self.group else self.crf.title

    @property
    def collection(self) -> type[CRF] | type[Group]:
        """The declaration of its items."""
        return self.group or self.crf

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    @property
    def value_columns(self) -> list[Column]:
        """The columns that hold recorded values and missing reasons, as the trail knows them."""
        return [column for column in self.columns if column.kind in ("value", "missing")]

    @property
    def table(self) -> Table:
        """The database table."""
        return Base.metadata.tables[self.name]


def list_datasets(scope: Scope) -> list[Dataset]:
    """Every data file of the study build, with the columns that the scope may see."""
    found = []
    for crf in all_crfs():
        found.append(_dataset(crf, None, scope))
        found.extend(_dataset(crf, group, scope) for group in crf.groups.values())
    return found


def get_dataset(name: str, scope: Scope) -> Dataset | None:
    """The data file of a name, or None."""
    return next((dataset for dataset in list_datasets(scope) if dataset.name == name), None)


def _dataset(crf: type[CRF], group: type[Group] | None, scope: Scope) -> Dataset:
    items = (group or crf).items
    # The visit header asks for the date of the visit itself: its answer stands where other files repeat it.
    keys = [name for name in (*KEYS, *(ROW_KEYS if group else ())) if name.lower() not in items]
    columns = [Column(name) for name in keys]
    for item in items.values():
        columns.extend(_item_columns(item, scope))
    return Dataset(crf, group, columns)


def _item_columns(item: it.Item, scope: Scope) -> Iterator[Column]:
    """Value, decode, missing reason and unit of an item; identifiers by their year, free text by its own right."""
    name = item.name.upper()
    if item.identifier:
        yield Column(f"{name}_YEAR", item, "year", item.name)
    elif not item.is_text or scope.freetext:
        yield Column(name, item, "value", item.name)
    if isinstance(item, it.Choice):
        yield Column(f"{name}_DECODE", item, "decode", item.name)
    if item.unit:
        yield Column(f"{name}_UNIT", item, "unit", item.name)
    if not item.derived or item.editable:
        yield Column(f"{name}_MISSING", item, "missing", item.name + MISSING)


def stream_rows(
    connection: Connection, scope: Scope, dataset: Dataset, *, subjects: Collection[str] | None = None,
    open_identifier: Callable[[str, str], str] | None = None,
) -> Iterator[list[Any]]:  # fmt: skip
    """The rows of a data file within the scope, in the order of site, participant, visit, repeat and row.

    `subjects`: uids of the participants to take (None: all in the scope). `open_identifier(ciphertext, context)` opens
    identifying values; without it they stay out. Removed records and rows are not among the rows.
    """
    chosen = _chosen(dataset)
    places = {column: place for place, column in enumerate(dict.fromkeys(chosen))}
    statement = _statement(scope, dataset, list(places), subjects)
    plan = [
        (places[source], _converter(column, open_identifier))
        for column, source in zip(dataset.columns, chosen, strict=True)
    ]
    for row in connection.execution_options(yield_per=AT_ONCE).execute(statement):
        yield [convert(row[place], row[-1]) if convert else row[place] for place, convert in plan]


def _chosen(dataset: Dataset) -> list[ColumnElement[Any]]:
    """The column of the database behind each column of a data file."""
    table = dataset.table
    sources = {
        "STUDYID": _subject.c.code, "SITEID": _site.c.code, "SUBJID": _subject.c.code, "VISIT": _visit.c.oid,
        "VISIT_DATE": _visit.c.visit_date, "RECORD_UID": _record.c.uid, "REPEAT_NO": _record.c.repeat_no,
        "CRF_VERSION": _record.c.crf_version, "ENTRY_STATUS": _record.c.entry_status,
        "NOT_DONE_REASON": _record.c.not_done_reason,
    }  # fmt: skip
    if dataset.group:
        sources |= {"ROW_UID": table.c.uid, "ROW_NO": table.c.row_no}
    return [sources[c.name] if c.kind == "key" else table.c[c.attribute] for c in dataset.columns]


def _statement(
    scope: Scope, dataset: Dataset, wanted: Sequence[ColumnElement[Any]], subjects: Collection[str] | None
) -> Select[*tuple[Any, ...]]:
    table = dataset.table
    joined_on = table.c.record_uid == _record.c.uid if dataset.group else table.c.uid == _record.c.uid
    statement = (
        select(*[column.label(f"c{number}") for number, column in enumerate(wanted)], table.c.uid.label("row_key"))
        .select_from(table)
        .join(_record, joined_on)
        .join(_subject, _subject.c.uid == _record.c.subject_uid)
        .join(_site, _site.c.uid == _record.c.site_uid)
        .outerjoin(_visit, _visit.c.uid == _record.c.visit_uid)
        .where(_record.c.removed.is_(False))
    )
    if dataset.group:
        statement = statement.where(table.c.removed.is_(False))
    if scope.sites is not ALL:
        statement = statement.where(_record.c.site_uid.in_(sorted(scope.sites)))
    if subjects is not None:
        statement = statement.where(_record.c.subject_uid.in_(sorted(subjects)))
    order = [_subject.c.code, _visit.c.position, _record.c.repeat_no, *([table.c.row_no] if dataset.group else [])]
    return statement.order_by(*order)


def _converter(column: Column, open_identifier: Callable[[str, str], str] | None) -> Convert | None:
    """What makes a cell of a stored value and the uid of its row; None where the value stands as it is."""
    item = column.item
    if column.name == "STUDYID":
        study = STUDY_ID.value
        return lambda value, uid: study
    if column.kind == "decode" and item is not None:
        words = _Words(item)
        return lambda value, uid: words[value]
    if column.kind == "unit" and item is not None:
        unit = item.unit
        return lambda value, uid: None if value is None else unit
    if column.kind == "year" and item is not None:
        oid = item.oid
        return lambda value, uid: _year(value, uid, oid, open_identifier)
    return None


class _Words(dict[Any, str | None]):
    """The words of each value of an item, found once: a code list has few."""

    def __init__(self, item: it.Item) -> None:
        super().__init__({None: None})
        self.item = item

    def __missing__(self, value: Any) -> str | None:
        self[value] = display(self.item, value)
        return self[value]


def _year(stored: Any, uid: str, oid: str, open_identifier: Callable[[str, str], str] | None) -> str | None:
    """The year of an identifying date, the most that leaves the site."""
    return None if stored is None or open_identifier is None else open_identifier(stored, f"{uid}|{oid}")[:4]
