"""Is each table what the trail replays to, row by row, and are its row versions without a gap?"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Select, inspect, select

from audit.audited import Audited
from audit.canonical import NotCanonical, value_text
from audit.findings import ROW, VALUE, VERSIONS, Finding, Firsts
from audit.trail import Line, lines_by_row, recorded_entities

_AT_ONCE = 2000
_END: tuple[str, list[Line]] = ("", [])


def check_state(connection: Connection, registry: Iterable[type[Audited]]) -> Iterator[Finding]:
    """Yield the first row and value of each table that the trail does not explain."""
    classes = {mapped.__audit_entity__: mapped for mapped in registry}
    for entity in recorded_entities(connection):
        if entity not in classes:
            yield Finding(ROW, f"the trail has rows of {entity}, but no table holds them", entity=entity)
    for entity in sorted(classes):
        yield from _check_table(connection, classes[entity])


def _check_table(connection: Connection, mapped: type[Audited]) -> Iterator[Finding]:
    found = Firsts()
    trail = lines_by_row(connection, mapped.__audit_entity__)
    key, lines = next(trail, _END)
    state = _state_query(mapped, connection.dialect.name == "sqlite")
    for uid, *values in connection.execute(state, execution_options={"yield_per": _AT_ONCE}):
        while lines and key < uid:
            found.add(_vanished(mapped, key, lines))
            key, lines = next(trail, _END)
        if key != uid:
            sentence = f"row {uid} in {mapped.__audit_entity__} that no change created"
            found.add(Finding(ROW, sentence, entity=mapped.__audit_entity__, key=uid), "unexplained")
            continue
        for finding in _check_row(mapped, uid, values, lines):
            found.add(finding)
        key, lines = next(trail, _END)
    while lines:
        found.add(_vanished(mapped, key, lines))
        key, lines = next(trail, _END)
    yield from found


def _state_query(mapped: type[Audited], is_sqlite: bool) -> Select[Any]:
    """Select uid and audited columns, by uid in plain byte order as the trail has it."""
    attributes = inspect(mapped).column_attrs
    uid = attributes["uid"].columns[0]
    columns = [attributes[name].columns[0] for name in mapped.__audit_attributes__]
    query: Select[Any] = select(uid, *columns)
    return query.order_by(uid if is_sqlite else uid.collate("C"))


def _vanished(mapped: type[Audited], key: str, lines: list[Line]) -> Finding:
    entity = mapped.__audit_entity__
    sentence = f"row {key} ({lines[-1].path}) is missing in {entity}; change {lines[-1].change_uid} wrote it last"
    return Finding(ROW, sentence, lines[-1].change_uid, entity, key)


def _check_row(mapped: type[Audited], uid: str, values: list[Any], lines: list[Line]) -> Iterator[Finding]:
    latest = {line.attribute: line for line in lines}
    for name, value in zip(mapped.__audit_attributes__, values, strict=True):
        line = latest.pop(name, None)
        replayed = line.new if line else None
        if value is replayed:
            continue
        stored = _text(value)
        if stored != replayed:
            yield _differing(mapped, uid, name, stored, line, lines[-1])
    yield from _check_counter(mapped, lines)


def _text(value: Any) -> str | None:
    try:
        return value_text(value)
    except NotCanonical:
        return repr(value)


def _differing(
    mapped: type[Audited], uid: str, name: str, stored: str | None, line: Line | None, latest: Line
) -> Finding:
    entity = mapped.__audit_entity__
    replayed = line.new if line else None
    says = f"table says {stored or 'nothing'}, replay says {replayed or 'nothing'}"
    if name in mapped.__audit_text__:
        says = "table and replay have different texts"
    where = f"{line.oid if line else f'{entity}.{name}'} of {latest.path or uid}"
    return Finding(
        VALUE, f"value {where}: {says} (change {(line or latest).change_uid})", (line or latest).change_uid, entity, uid
    )


def _check_counter(mapped: type[Audited], lines: list[Line]) -> Iterator[Finding]:
    """A change taken out or put in breaks the chain of row versions, even before it is sealed."""
    version: str | None = None
    for line in lines:
        if line.attribute != mapped.__audit_counter__:
            continue
        if line.old != version:
            sentence = f"record {mapped.__audit_entity__} {line.path or line.key}: versions jump from "
            sentence += f"{version or 'nothing'} to {line.new} (change {line.change_uid})"
            yield Finding(VERSIONS, sentence, line.change_uid, mapped.__audit_entity__, line.key)
        version = line.new
