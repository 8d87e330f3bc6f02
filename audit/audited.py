"""What a mapped class says of itself so that the trail can name its rows."""

import os
import time
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Table, event
from sqlalchemy.orm import Mapped, Mapper

_audited_tables: set[Table] = set()


def new_uid() -> str:
    """Return a new UUIDv7 as 32 hex digits; later ones sort after earlier ones of the same host."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    tail = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF
    return f"{milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | tail:032x}"


class Audited:
    """Mixin of every class whose rows are in the trail; each has a text primary key `uid`, by `new_uid` or shared."""

    __audit_entity__: ClassVar[str]
    # Columns outside the trail: caches that can be computed again.
    __audit_exclude__: ClassVar[frozenset[str]] = frozenset()
    # Columns of free text: the digest holds a salted commitment to them.
    __audit_text__: ClassVar[frozenset[str]] = frozenset()
    # The row version, where a class has one: the trail must show each of its steps.
    __audit_counter__: ClassVar[str] = "row_version"
    __audit_attributes__: ClassVar[tuple[str, ...]]

    if TYPE_CHECKING:
        uid: Mapped[str]

    def audit_path(self) -> str:
        """Return where the row belongs, "001-004/C1D1/VS"; never an identifying value."""
        return ""

    def audit_site(self) -> str | None:
        """Return the uid of the site."""
        return None

    def audit_subject(self) -> str | None:
        """Return the uid of the subject."""
        return None

    def audit_oid(self, attribute: str) -> str:
        """Return the item's name in the trail, "VS.SYSTOLIC"."""
        return f"{self.__audit_entity__}.{attribute}"

    def audit_origin(self, attribute: str) -> str | None:
        """Return where the value came from: typed, imported, derived."""
        return None

    def audit_version(self) -> int | None:
        """Return the row version after the change; None for entities without one."""
        return None

    def audit_crf_version(self) -> str | None:
        """Return the version of the CRF that the row was entered under."""
        return None

    def audit_needs_reason(self, attribute: str) -> bool:
        """Return True when a given value of this attribute may not change without a reason."""
        return False


def audited_tables() -> set[Table]:
    """Return the tables of all audited classes configured so far."""
    return _audited_tables


def is_audited_table(table: Any) -> bool:
    """Return True when rows of the table are in the trail."""
    return table in _audited_tables


@event.listens_for(Mapper, "mapper_configured")
def _prepare(mapper: Mapper[Any], mapped: type[Any]) -> None:
    """Make old values known after a commit, and refuse columns that change behind the trail's back."""
    if not issubclass(mapped, Audited):
        return
    names = []
    for prop in mapper.column_attrs:
        column = prop.columns[0]
        if prop.key == "uid" or prop.key in mapped.__audit_exclude__ or not isinstance(column, Column):
            continue
        _require_visible(mapper, column)
        getattr(mapped, prop.key).impl.active_history = True
        names.append(prop.key)
    mapped.__audit_attributes__ = tuple(names)
    _audited_tables.update(table for table in mapper.tables if isinstance(table, Table))


def _require_visible(mapper: Mapper[Any], column: Column[Any]) -> None:
    counted = column is mapper.version_id_col and mapper.version_id_generator is not False
    if counted or column.onupdate is not None or column.server_onupdate is not None:
        raise TypeError(f"{column} changes without a history: set it in the service, or exclude it from the trail")


@event.listens_for(Mapper, "before_delete")
def _refuse_deletion(_mapper: Mapper[Any], _connection: Any, row: object) -> None:
    if isinstance(row, Audited):
        raise DeletionRefused(f"{row.__audit_entity__} {row.uid} cannot be deleted: mark it removed, with a reason")


class TrailRefusal(Exception):
    """The trail refuses a write."""


class UnattributedChange(TrailRefusal):
    """An audited row was written outside `change(...)`, or committed without leaving it."""


class BulkWriteRefused(TrailRefusal):
    """A statement would write audited rows past the trail."""


class DeletionRefused(TrailRefusal):
    """An audited row was to be deleted."""


class ReasonMissing(TrailRefusal):
    """A given value changed and nobody said why."""


class RepeatedRequest(TrailRefusal):
    """The request was carried out before; `change_uid` is the change it made."""

    def __init__(self, change_uid: str) -> None:
        super().__init__(f"this request was carried out before, as change {change_uid}")
        self.change_uid = change_uid
