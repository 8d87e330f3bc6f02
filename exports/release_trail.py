"""The trail and the seals of a release: every sealed change that names no participant who is not released."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from audit.canonical import change_content, change_header
from audit.models import audit_change, audit_leaf, audit_record, audit_seal, instant_text
from audit.rows import digest_item
from audit.seal import seal_content
from exports.release_format import trail_line

AT_ONCE = 2000


class TrailCut:
    """The changes up to a seal; counts what it wrote and what it withheld while it streams."""

    def __init__(self, connection: Connection, seal_seq: int, subject_uids: Collection[str]) -> None:
        self._connection, self._seal_seq = connection, seal_seq
        self._subjects = frozenset(subject_uids)
        self.changes = self.withheld = 0

    def lines(self) -> Iterator[bytes]:
        """The lines of trail.jsonl in the order of writing."""
        for rows in self._changes():
            if self._is_withheld(rows):
                self.withheld += 1
                continue
            self.changes += 1
            yield _line(rows)

    def _changes(self) -> Iterator[list[Any]]:
        sealed = select(audit_leaf.c.change_uid).where(audit_leaf.c.seal_seq <= self._seal_seq)
        records = [column.label(f"r_{column.name}") for column in audit_record.c]
        statement = (
            select(*audit_change.c, *records)
            .outerjoin(audit_record, audit_record.c.change_uid == audit_change.c.uid)
            .where(audit_change.c.uid.in_(sealed))
            .order_by(audit_change.c.id, audit_record.c.id)
        )
        result = self._connection.execution_options(yield_per=AT_ONCE).execute(statement)
        for _, rows in groupby(result.mappings(), key=lambda row: row["uid"]):
            yield list(rows)

    def _is_withheld(self, rows: list[Any]) -> bool:
        named = {rows[0]["subject_uid"], *(row["r_subject_uid"] for row in rows)} - {None}
        return not named <= self._subjects


def _line(rows: list[Any]) -> bytes:
    change = rows[0]
    records = [{column.name: row[f"r_{column.name}"] for column in audit_record.c} for row in rows if row["r_id"]]
    content = change_content(change_header(change, instant_text(change["at"])), [digest_item(one) for one in records])
    return trail_line(content, change["digest"], _texts(change, records))


def _texts(change: Any, records: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Each readable text with its commitment and salt."""
    for row, names in [(change, ("reason",)), *((record, ("old", "new", "reason")) for record in records)]:
        for name in names:
            commitment, text = row[f"{name}_commitment"], row[name]
            if commitment is not None and text is not None and row["salt"] is not None:
                yield commitment, row["salt"], text


def seals(connection: Connection, seal_seq: int) -> Iterator[dict[str, Any]]:
    """The seals up to one, each with the digests of the changes it covers."""
    statement = select(audit_seal).where(audit_seal.c.seq <= seal_seq).order_by(audit_seal.c.seq)
    for row in connection.execute(statement).mappings().all():
        leaves = (
            select(audit_change.c.digest)
            .join(audit_leaf, audit_leaf.c.change_uid == audit_change.c.uid)
            .where(audit_leaf.c.seal_seq == row["seq"])
            .order_by(audit_leaf.c.position)
        )
        yield {
            "content": seal_content(dict(row)), "digest": row["digest"], "key_id": row["key_id"],
            "signature": row["signature"], "leaves": list(connection.scalars(leaves)),
        }  # fmt: skip
