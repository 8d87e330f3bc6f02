"""Does each change still say what its digest was made of?"""

from collections.abc import Container, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from audit.canonical import change_digest, change_header, committed, text_commitment
from audit.findings import CONTENT, LOST, MASKED, TIME, Finding, Firsts, moment_text, named_change
from audit.models import audit_change, audit_record, instant_text
from audit.seal import CLOCK_TOLERANCE

_AT_ONCE = 2000
_record = audit_record.c


class _Line(NamedTuple):
    """One row of `audit_record`: first the fields of `canonical.Item`, so that most rows serve as they are."""

    entity: str
    key: str
    oid: str
    attribute: str
    old: str | None
    new: str | None
    origin: str | None
    reason: str | None
    path: str
    version: int | None
    crf_version: str | None
    site_uid: str | None
    subject_uid: str | None
    salt: str | None
    old_commitment: str | None
    new_commitment: str | None
    reason_commitment: str | None
    change_uid: str


_ITEM, _COMMITMENTS = slice(0, 13), slice(14, 17)
_NO_COMMITMENTS = (None, None, None)

Records = list[Any]


def check_content(connection: Connection, maskings: Container[str] = frozenset()) -> Iterator[Finding]:
    """Yield changes whose content, texts or times are not as recorded."""
    found = Firsts()
    for change, records in _changes_with_records(connection, found):
        if not _holds(change, records):
            found.add(Finding(CONTENT, f"{_named(change, records)}: content does not match its digest", change.uid))
        if abs(change.db_at - change.at) > CLOCK_TOLERANCE:
            times = f"claims {moment_text(change.at)} but was written {moment_text(change.db_at)}"
            found.add(Finding(TIME, f"{_named(change, records)} {times}", change.uid))
        if _is_masked(change, records) and change.uid not in maskings:
            found.add(Finding(MASKED, f"{_named(change, records)}: masked text without two approvals", change.uid))
    yield from found


def _named(change: Any, records: Records) -> str:
    return named_change(change, _Line._make(records[0]) if records else None)


def _changes_with_records(connection: Connection, found: Firsts) -> Iterator[tuple[Any, Records]]:
    """Merge two streams in the order of the changes' uids; records without a change are a finding."""
    groups = _records_by_change(connection)
    uid, records = next(groups, ("", []))
    query = select(audit_change).order_by(audit_change.c.uid)
    for change in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        while records and uid < change.uid:
            found.add(_orphan(_Line._make(records[0])))
            uid, records = next(groups, ("", []))
        if uid == change.uid:
            yield change, records
            uid, records = next(groups, ("", []))
        else:
            yield change, []
    while records:
        found.add(_orphan(_Line._make(records[0])))
        uid, records = next(groups, ("", []))


def _records_by_change(connection: Connection) -> Iterator[tuple[str, Records]]:
    columns = (_record[name] for name in _Line._fields)
    rows = connection.execute(
        select(*columns).order_by(_record.change_uid, _record.id), execution_options={"yield_per": _AT_ONCE}
    )
    for uid, group in groupby(rows, itemgetter(len(_Line._fields) - 1)):
        yield uid, list(group)


def _orphan(line: _Line) -> Finding:
    sentence = f"change {line.change_uid} is missing, but its {line.oid} of {line.path or line.key} is there"
    return Finding(LOST, sentence, line.change_uid, line.entity, line.key)


def _holds(change: Any, records: Records) -> bool:
    """Return True when the stored texts match their commitments and the content matches its digest."""
    items = []
    for row in records:
        if row[_COMMITMENTS] == _NO_COMMITMENTS:
            items.append(row[_ITEM])
            continue
        line = _Line._make(row)
        if not all(_keeps(line.salt, text, commitment) for text, commitment in _texts(line)):
            return False
        old, new, reason = (committed(text, commitment) for text, commitment in _texts(line))
        items.append((*line[:4], old, new, line.origin, reason, *line[8:13]))
    if not _keeps(change.salt, change.reason, change.reason_commitment):
        return False
    return bool(change_digest(change_header(change._mapping, instant_text(change.at)), items) == change.digest)


def _texts(line: _Line) -> tuple[tuple[str | None, str | None], ...]:
    return (
        (line.old, line.old_commitment),
        (line.new, line.new_commitment),
        (line.reason, line.reason_commitment),
    )


def _keeps(salt: str | None, text: str | None, commitment: str | None) -> bool:
    """Return True when the text is the one committed to, was never committed to, or is masked."""
    if text is None or commitment is None:
        return True
    try:
        return text_commitment(salt or "", text) == commitment
    except ValueError:
        return False


def _is_masked(change: Any, records: Records) -> bool:
    if change.reason is None and change.reason_commitment is not None:
        return True
    committing = (_Line._make(row) for row in records if row[_COMMITMENTS] != _NO_COMMITMENTS)
    return any(text is None and commitment is not None for line in committing for text, commitment in _texts(line))
