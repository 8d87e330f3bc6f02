"""Seals: each lists the changes it covers, their Merkle root and the digest of the seal before.

Whoever holds the number and digest of a seal, on any old PDF or manifest, can prove later that no change before it was
rewritten. Sealing never makes writers wait: a change that commits late falls into the next seal.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from audit.canonical import FORM, seal_digest
from audit.models import audit_anchor, audit_change, audit_leaf, audit_seal, instant_text
from audit.rows import database_now
from audit.signing import SigningKey

FIRST_PREV = "0" * 64
_ADVISORY_LOCK = 0x5EA1
_LARGEST = 50_000
_SETTLED = timedelta(hours=24)
# How far apart the clocks of a change and of its seal may stand.
CLOCK_TOLERANCE = timedelta(seconds=90)


@dataclass(frozen=True)
class Seal:
    """One seal as stored."""

    seq: int
    form: int
    installation: str
    study: str
    prev: str
    count: int
    total: int
    root: str
    sealed_at: datetime
    software: str
    definitions: str
    digest: str
    key_id: str | None
    signature: str | None

    @property
    def mark(self) -> str:
        """Return what documents print: number and 32 digits of the digest."""
        return f"{self.seq}:{self.digest[:32]}"


@dataclass(frozen=True)
class Sealer:
    """What a sealer says of itself in each seal, and its key where it has one."""

    installation: str = ""
    study: str = ""
    software: str = ""
    definitions: str = ""
    key: SigningKey | None = None


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root of RFC 6962 over the leaves, which may be a stream."""
    # Roots of the full subtrees so far; their sizes are the bits of the number of leaves, largest first.
    peaks: list[bytes] = []
    for number, leaf in enumerate(leaves):
        node = hashlib.sha256(b"\0" + leaf).digest()
        while number & 1:
            node = _joined(peaks.pop(), node)
            number >>= 1
        peaks.append(node)
    if not peaks:
        return hashlib.sha256().digest()
    root = peaks.pop()
    while peaks:
        root = _joined(peaks.pop(), root)
    return root


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def seal_content(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the canonical content of a seal."""
    names = ("installation", "study", "seq", "prev", "count", "total", "root", "software", "definitions")
    return {"v": row["form"], "sealed_at": instant_text(row["sealed_at"]), **{name: row[name] for name in names}}


def latest_seal(connection: Connection) -> Seal | None:
    """Return the newest seal."""
    row = connection.execute(select(audit_seal).order_by(audit_seal.c.seq.desc()).limit(1)).one_or_none()
    return Seal(*row) if row else None


def seal(engine: Engine, sealer: Sealer | None = None) -> Seal | None:
    """Seal every committed change that no seal covers; return the newest seal made.

    Returns None when nothing waits, or when another sealer is at work.
    """
    newest = None
    while made := _seal_some(engine, sealer or Sealer()):
        newest = made
        if made.count < _LARGEST:
            break
    return newest


def _seal_some(engine: Engine, sealer: Sealer) -> Seal | None:
    try:
        with engine.begin() as connection:
            waiting = _unsealed(connection) if _take_turn(connection) else []
            return _write_seal(connection, sealer, waiting) if waiting else None
    except IntegrityError:
        # Another sealer was faster, and the unique keys keep the chain single.
        return None


def _take_turn(connection: Connection) -> bool:
    """Return True when no other sealer is at work; SQLite waits until it is done."""
    if connection.dialect.name == "sqlite":
        # An insert of no rows takes the write lock, however the engine begins its transactions.
        connection.exec_driver_sql("INSERT INTO audit_leaf SELECT * FROM audit_leaf WHERE 0")
        return True
    return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(_ADVISORY_LOCK))))


def _unsealed(connection: Connection) -> list[tuple[str, str]]:
    query = (
        select(audit_change.c.uid, audit_change.c.digest)
        .outerjoin(audit_leaf, audit_leaf.c.change_uid == audit_change.c.uid)
        .where(audit_leaf.c.change_uid.is_(None), audit_change.c.id > _settled_id(connection))
        .order_by(audit_change.c.id)
        .limit(_LARGEST)
    )
    return [(row.uid, row.digest) for row in connection.execute(query)]


def _settled_id(connection: Connection) -> int:
    """Return a change id below which all was sealed a day ago: no transaction lives that long."""
    old = select(func.max(audit_seal.c.seq)).where(audit_seal.c.sealed_at <= database_now(connection) - _SETTLED)
    query = (
        select(func.max(audit_change.c.id))
        .join(audit_leaf, audit_leaf.c.change_uid == audit_change.c.uid)
        .where(audit_leaf.c.seal_seq == old.scalar_subquery())
    )
    return connection.scalar(query) or 0


def _write_seal(connection: Connection, sealer: Sealer, waiting: list[tuple[str, str]]) -> Seal:
    before = latest_seal(connection)
    row: dict[str, Any] = {
        "seq": before.seq + 1 if before else 1,
        "form": FORM,
        "installation": sealer.installation,
        "study": sealer.study,
        "prev": before.digest if before else FIRST_PREV,
        "count": len(waiting),
        "total": len(waiting) + (before.total if before else 0),
        "root": merkle_root(bytes.fromhex(digest) for _uid, digest in waiting).hex(),
        "sealed_at": database_now(connection),
        "software": sealer.software,
        "definitions": sealer.definitions,
    }
    row["digest"] = seal_digest(seal_content(row))
    row["key_id"] = sealer.key and sealer.key.key_id
    row["signature"] = sealer.key and sealer.key.sign(row["digest"])
    connection.execute(insert(audit_seal), row)
    connection.execute(insert(audit_leaf), list(_leaves(row["seq"], waiting)))
    return Seal(**row)


def _leaves(seq: int, waiting: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for position, (uid, _digest) in enumerate(waiting):
        yield {"seal_seq": seq, "position": position, "change_uid": uid}


def record_anchor(connection: Connection, seal: Seal, medium: str, place: str) -> None:
    """Remember that the seal's mark left the house: in which medium, and where to."""
    values = {"seal_seq": seal.seq, "digest": seal.digest, "medium": medium, "place": place}
    connection.execute(insert(audit_anchor), values)
