"""One typed table per CRF and per repeating group, derived from the declaration: plain SQL for analysts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache, singledispatch
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator, TypeEngine

from audit.capture import Audited, new_uid
from edc.db import Base, ExactDecimal, SiteScoped
from edc.records.models import FormRecord
from forms import items as it
from forms.crf import CRF, Group, all_crfs

UID = String(32)
MISSING = "_missing"
# What a column of 32 bits holds for certain; a dose in IU may be longer.
MOST_INTEGER_DIGITS = 9


# What pages look for in the forms of the whole study; with a value, rows with that answer alone.
LOOKED_FOR = {("AE", "ctcae_term"): None, ("AE", "serious"): "Y"}


class TextArray(TypeDecorator[tuple[str, ...]]):
    """Several submission values or uids in one column, as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Any) -> str | None:
        """The JSON text of the values."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Any) -> tuple[str, ...] | None:
        """The values of the JSON text."""
        return None if value is None else tuple(json.loads(value))


@singledispatch
def column_type(item: it.Item) -> TypeEngine[Any]:
    """The column type of an item; one arm per item type."""
    raise TypeError(f"{type(item).__name__} has no column type")


@column_type.register
def _(item: it.Text) -> TypeEngine[Any]:
    return String(item.length)


@column_type.register
def _(item: it.Integer) -> TypeEngine[Any]:
    return BigInteger() if item.digits > MOST_INTEGER_DIGITS else Integer()


@column_type.register
def _(item: it.Decimal) -> TypeEngine[Any]:
    return ExactDecimal()


@column_type.register
def _(item: it.Date) -> TypeEngine[Any]:
    return Date()


@column_type.register
def _(item: it.PartialDate) -> TypeEngine[Any]:
    return String(10)


@column_type.register
def _(item: it.Time) -> TypeEngine[Any]:
    return String(5)


@column_type.register
def _(item: it.DateTime) -> TypeEngine[Any]:
    return String(16)


@column_type.register
def _(item: it.Choice) -> TypeEngine[Any]:
    return String(max([item.length if item.open_list else 1, *(len(value) for value, _ in item.options)]))


@column_type.register
def _(item: it.MultiChoice) -> TypeEngine[Any]:
    return TextArray()


@column_type.register
def _(item: it.SiteChoice) -> TypeEngine[Any]:
    return String(item.length)


@column_type.register
def _(item: it.Reference) -> TypeEngine[Any]:
    return TextArray() if item.many else UID


@column_type.register
def _(item: it.Dictionary) -> TypeEngine[Any]:
    return String(item.length)


@lru_cache(maxsize=4096)
def _read_origins(text: str) -> Mapping[str, str]:
    """The origins that a row keeps as text; rows of one form tend to have the same."""
    return MappingProxyType(json.loads(text))


@lru_cache(maxsize=4096)
def _write_origins(origins: tuple[tuple[str, str], ...]) -> str | None:
    return json.dumps(dict(origins), separators=(",", ":")) if origins else None


class ItemRow(Audited, SiteScoped):
    """What tables of records and of rows share: answers by item, their missing reasons and origins."""

    collection: ClassVar[type[CRF] | type[Group]]

    uid: Mapped[str]
    origins: Mapped[str | None]
    if TYPE_CHECKING:
        # Set on a new row, which is written after its header then.
        stored_under: Mapped[FormRecord]

    _record: FormRecord | None = None

    def attach(self, record: FormRecord) -> None:
        """Tell the row its record header, which names it in the trail."""
        self._record = record

    @property
    def header(self) -> FormRecord:
        """The record header this row belongs to."""
        assert self._record is not None, "the row was not attached to its record"
        return self._record

    def answer(self, name: str) -> it.Answer:
        """The answer of an item as stored."""
        return self._answer(name, self._origins())

    def answers(self) -> dict[str, it.Answer]:
        """All given answers by item name."""
        origins, found = self._origins(), {}
        # What a new row has not set is not there; an expired row was read anew just now, for its origins.
        columns = vars(self)
        for name in self.collection.items:
            value, missing = columns.get(name), columns.get(name + MISSING)
            if value is not None or missing is not None:
                found[name] = it.Answer(value, missing, origins.get(name, "typed"))
        return found

    def _answer(self, name: str, origins: Mapping[str, str]) -> it.Answer:
        value, missing = getattr(self, name), getattr(self, name + MISSING)
        if value is None and missing is None:
            return it.EMPTY
        return it.Answer(value, missing, origins.get(name, "typed"))

    def store(self, name: str, answer: it.Answer) -> None:
        """Set value, missing reason and origin of an item."""
        setattr(self, name, answer.value)
        setattr(self, name + MISSING, answer.missing)
        origin = answer.origin if answer.is_given and answer.origin != "typed" else None
        if origin == self._origins().get(name):
            return
        origins = {**self._origins(), name: origin}
        self.origins = _write_origins(tuple(sorted((item, found) for item, found in origins.items() if found)))

    def _origins(self) -> Mapping[str, str]:
        return _read_origins(self.origins) if self.origins else {}

    def audit_path(self) -> str:
        """The record's path with group and row."""
        return self.header.path

    def audit_site(self) -> str | None:
        """The participant's site."""
        return self.site_uid

    def audit_subject(self) -> str | None:
        """The participant."""
        return self.header.subject_uid

    def audit_version(self) -> int | None:
        """The row version of the record after the change."""
        return self.header.row_version

    def audit_crf_version(self) -> str | None:
        """The CRF version of the record."""
        return self.header.crf_version

    def audit_oid(self, attribute: str) -> str:
        """`VS.SYSTOLIC` for the value and `VS.SYSTOLIC.MISSRSN` for its missing reason."""
        if attribute.endswith(MISSING) and attribute[: -len(MISSING)] in self.collection.items:
            return f"{self.collection.items[attribute[: -len(MISSING)]].oid}.MISSRSN"
        if attribute in self.collection.items:
            return self.collection.items[attribute].oid
        return f"{self.__audit_entity__}.{attribute}"

    def audit_needs_reason(self, attribute: str) -> bool:
        """An answer that stands never changes without a reason, by whatever door (C19)."""
        return attribute.removesuffix(MISSING) in self.collection.items

    def audit_origin(self, attribute: str) -> str | None:
        """Where an item's value came from."""
        return self._origins().get(attribute, "typed") if attribute in self.collection.items else None


class CrfRow(ItemRow):
    """The row of a record; its uid is the record's."""

    record_uid: ClassVar[None] = None


class GroupRow(ItemRow):
    """One row of a repeating group; `row_no` is permanent, removal is a state with a reason."""

    record_uid: Mapped[str]
    row_no: Mapped[int]
    removed: Mapped[bool]
    removed_reason: Mapped[str | None]

    @property
    def title(self) -> str:
        """What the row is called."""
        assert issubclass(self.collection, Group)
        return self.collection.row_title(self.row_no)

    def audit_path(self) -> str:
        """The record's path with group and row number."""
        return f"{self.header.path}/{self.collection.oid}/{self.row_no}"


def _columns(collection: type[CRF] | type[Group]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for item in collection.items.values():
        kind = Text() if item.identifier else column_type(item)
        columns[item.name] = mapped_column(kind, nullable=True)
        columns[item.name + MISSING] = mapped_column(String(24), nullable=True)
    columns["origins"] = mapped_column(Text, nullable=True)
    return columns


def _text_columns(collection: type[CRF] | type[Group]) -> frozenset[str]:
    return frozenset(item.name for item in collection.items.values() if item.is_text)


def _index(table: str, name: str, value: str | None) -> Index:
    only = text(f"{name} = '{value}'") if value else None
    return Index(f"ix_{table}_{name}", name, "site_uid", sqlite_where=only, postgresql_where=only)


def _crf_table(crf: type[CRF]) -> type[CrfRow]:
    table = f"crf_{crf.oid.lower()}"
    body: dict[str, Any] = {
        "__tablename__": table, "__audit_entity__": table, "__audit_text__": _text_columns(crf), "collection": crf,
        "__module__": __name__,
        "__table_args__": tuple(
            _index(table, name, value) for (oid, name), value in LOOKED_FOR.items() if oid == crf.oid
        ),
        "uid": mapped_column(UID, ForeignKey("form_record.uid"), primary_key=True),
        "stored_under": relationship(FormRecord, lazy="raise"),
        **_columns(crf),
    }  # fmt: skip
    return type(f"Crf{crf.oid.title()}", (CrfRow, Base), body)


def _group_table(crf: type[CRF], group: type[Group]) -> type[GroupRow]:
    table = f"crf_{crf.oid.lower()}_{group.oid.lower()}"
    body: dict[str, Any] = {
        "__tablename__": table, "__audit_entity__": table, "__audit_text__": _text_columns(group), "collection": group,
        "__module__": __name__,
        "__table_args__": (Index(f"ux_{table}_row", "record_uid", "row_no", unique=True),),
        "uid": mapped_column(UID, primary_key=True, default=new_uid),
        "record_uid": mapped_column(UID, ForeignKey("form_record.uid")),
        "row_no": mapped_column(Integer),
        "removed": mapped_column(Boolean, default=False),
        "removed_reason": mapped_column(String(200), nullable=True),
        "stored_under": relationship(FormRecord, lazy="raise"),
        **_columns(group),
    }  # fmt: skip
    return type(f"Crf{crf.oid.title()}{group.oid.title()}", (GroupRow, Base), body)


CRF_TABLES: dict[str, type[CrfRow]] = {}
GROUP_TABLES: dict[tuple[str, str], type[GroupRow]] = {}


def map_crfs() -> None:
    """Make the tables of every registered CRF that has none yet (once at import of the study build; tests add toys)."""
    for crf in all_crfs():
        if crf.oid not in CRF_TABLES:
            CRF_TABLES[crf.oid] = _crf_table(crf)
            for group in crf.groups.values():
                GROUP_TABLES[crf.oid, group.oid] = _group_table(crf, group)


def tables_of(crf: type[CRF]) -> Iterator[type[ItemRow]]:
    """The record table and the group tables of a CRF."""
    yield CRF_TABLES[crf.oid]
    for group in crf.groups.values():
        yield GROUP_TABLES[crf.oid, group.oid]
