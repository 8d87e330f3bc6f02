"""The trail read: the history of an item, a row or a subject; pages and streams; the state replayed from it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from audit.models import audit_change, audit_leaf, audit_record

_change, _record = audit_change.c, audit_record.c
_AT_ONCE = 2000


class Entry(NamedTuple):
    """One line of the trail: a value or an act, with who, when and why."""

    change_id: int
    record_id: int
    change_uid: str
    at: datetime
    user_uid: str | None
    user_name: str
    role: str
    process: str
    process_version: str
    act: str
    entity: str
    key: str
    path: str
    version: int | None
    crf_version: str | None
    oid: str
    attribute: str
    old: str | None
    new: str | None
    origin: str | None
    reason: str | None
    site_uid: str | None
    subject_uid: str | None


_ENTRY = (
    _change.id, _record.id, _change.uid, _change.at, _change.user_uid, _change.user_name, _change.role,
    _change.process, _change.process_version, _change.act,
    _record.entity, _record.key, _record.path, _record.version, _record.crf_version, _record.oid, _record.attribute,
    _record.old, _record.new, _record.origin, func.coalesce(_record.reason, _change.reason),
    func.coalesce(_record.site_uid, _change.site_uid), func.coalesce(_record.subject_uid, _change.subject_uid),
)  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """What to show; None does not narrow. `sites` are the reader's: lines of other sites and of none stay hidden."""

    sites: Collection[str] | None = None
    subject_uid: str | None = None
    user_uid: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    entity: str | None = None
    acts: Collection[str] | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions on change and record."""
        if self.sites is not None:
            yield func.coalesce(_record.site_uid, _change.site_uid).in_(sorted(self.sites))
        if self.subject_uid is not None:
            yield _record.subject_uid == self.subject_uid
        if self.user_uid is not None:
            yield _change.user_uid == self.user_uid
        if self.since is not None:
            yield _change.at >= self.since
        if self.before is not None:
            yield _change.at < self.before
        if self.entity is not None:
            yield _record.entity == self.entity
        if self.acts is not None:
            yield _change.act.in_(sorted(self.acts))


class Position(NamedTuple):
    """Where a page ended: give it back as `after` for the next one."""

    change_id: int
    record_id: int


class Page(NamedTuple):
    """Entries, newest change first, and where the next page starts; None at the end."""

    entries: list[Entry]
    next: Position | None


def _entries() -> Select[Any]:
    return select(*_ENTRY).join_from(audit_change, audit_record, _record.change_uid == _change.uid)


def _read(connection: Connection, query: Select[Any]) -> list[Entry]:
    return [Entry._make(row) for row in connection.execute(query)]


def item_history(connection: Connection, entity: str, key: str, oid: str) -> list[Entry]:
    """Return what happened to one item, oldest first."""
    query = _entries().where(_record.entity == entity, _record.key == key, _record.oid == oid)
    return _read(connection, query.order_by(_record.id))


def record_history(
    connection: Connection, entity: str, key: str, attributes: Collection[str] | None = None
) -> list[Entry]:
    """Return what happened to one row, or to some of its attributes, oldest first."""
    query = _entries().where(_record.entity == entity, _record.key == key)
    if attributes is not None:
        query = query.where(_record.attribute.in_(sorted(attributes)))
    return _read(connection, query.order_by(_record.id))


def subject_history(connection: Connection, subject_uid: str) -> Iterator[Entry]:
    """Stream what happened to one subject, oldest first."""
    return _stream(connection, _entries().where(_record.subject_uid == subject_uid).order_by(_record.id))


def browse(connection: Connection, narrowed: Filter, after: Position | None = None, limit: int = 50) -> Page:
    """Return one page of the trail."""
    query = _entries().where(*narrowed.conditions())
    if after is not None:
        same = and_(_change.id == after.change_id, _record.id > after.record_id)
        query = query.where(_change.id <= after.change_id, or_(_change.id < after.change_id, same))
    entries = _read(connection, query.order_by(_change.id.desc(), _record.id).limit(limit + 1))
    shown = entries[:limit]
    has_more = len(entries) > limit
    return Page(shown, Position(shown[-1].change_id, shown[-1].record_id) if has_more else None)


def stream(connection: Connection, narrowed: Filter | None = None) -> Iterator[Entry]:
    """Stream the trail in the order of writing, whole or narrowed."""
    conditions = (narrowed or Filter()).conditions()
    return _stream(connection, _entries().where(*conditions).order_by(_change.id, _record.id))


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Entry]:
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield Entry._make(row)


Moment = datetime | int
State = dict[str, dict[str, dict[str, str]]]


class Line(NamedTuple):
    """What replay needs of one record."""

    key: str
    attribute: str
    new: str | None
    old: str | None
    change_uid: str
    oid: str
    path: str


_LINE = (_record.key, _record.attribute, _record.new, _record.old, _record.change_uid, _record.oid, _record.path)


def lines_by_row(
    connection: Connection, entity: str, until: Moment | None = None, *, subjects: Select[Any] | None = None,
    attributes: Collection[str] | None = None,
) -> Iterator[tuple[str, list[Line]]]:  # fmt: skip
    """Stream the rows of an entity by key, each with its values in the order of change.

    `until` is an instant, or the number of a seal: what that seal and those before it cover. `subjects` selects the
    uids of the participants whose rows are wanted, `attributes` names the columns; None does not narrow.
    """
    query = select(*_LINE).where(_record.entity == entity, _record.attribute != "")
    if subjects is not None:
        query = query.where(_record.subject_uid.in_(subjects))
    if attributes is not None:
        query = query.where(_record.attribute.in_(sorted(attributes)))
    query = _until(query, until).order_by(_record.key, _record.id)
    rows: Iterable[Any] = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
    for key, lines in groupby(rows, itemgetter(0)):
        yield key, [Line._make(line) for line in lines]


def _until(query: Select[Any], until: Moment | None) -> Select[Any]:
    if until is None:
        return query
    if isinstance(until, int):
        return query.join(audit_leaf, audit_leaf.c.change_uid == _record.change_uid).where(
            audit_leaf.c.seal_seq <= until
        )
    return query.join(audit_change, _change.uid == _record.change_uid).where(_change.at <= until)


def recorded_entities(connection: Connection) -> list[str]:
    """Return the entities whose rows can be replayed."""
    query = select(_record.entity).where(_record.attribute != "").distinct().order_by(_record.entity)
    return list(connection.scalars(query))


def replay(connection: Connection, until: Moment | None = None, entities: Iterable[str] | None = None) -> State:
    """Return the state that the trail gives: entity, uid of the row, attribute, text; empty attributes are left out.

    Holds all of it in memory; name the entities, or walk `lines_by_row`, where that is too much.
    """
    names = recorded_entities(connection) if entities is None else entities
    return {entity: {key: _values(lines) for key, lines in lines_by_row(connection, entity, until)} for entity in names}


def _values(lines: list[Line]) -> dict[str, str]:
    latest = {line.attribute: line.new for line in lines}
    return {attribute: text for attribute, text in latest.items() if text is not None and attribute != "uid"}
