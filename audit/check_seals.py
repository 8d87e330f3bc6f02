"""Is the chain of seals unbroken, and does it cover every change in its time?"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, func, select

from audit.canonical import seal_digest
from audit.findings import (
    BROKEN_SEAL,
    LOST,
    SIGNATURE,
    TIME,
    UNSEALED,
    Finding,
    Firsts,
    find_change_name,
    moment_text,
)
from audit.models import audit_change, audit_leaf, audit_seal
from audit.seal import CLOCK_TOLERANCE, FIRST_PREV, merkle_root, seal_content
from audit.signing import TrustedKey

_AT_ONCE = 5000
_GRACE = timedelta(minutes=5)


def check_seals(connection: Connection, keys: tuple[TrustedKey, ...] = ()) -> Iterator[Finding]:
    """Yield each seal that does not hold, the changes that are lost, and those that claim a time outside their seal."""
    found = Firsts()
    before: Any = None
    leaves = _leaves_by_seal(connection)
    group_seq, group = next(leaves, (None, []))
    seals = select(audit_seal).order_by(audit_seal.c.seq)
    for seal in connection.execute(seals, execution_options={"yield_per": _AT_ONCE}):
        while group_seq is not None and group_seq < seal.seq:
            found.add(_sealless(group_seq))
            group_seq, group = next(leaves, (None, []))
        mine = group if group_seq == seal.seq else []
        if group_seq == seal.seq:
            group_seq, group = next(leaves, (None, []))
        _check_seal(connection, found, seal, before, mine)
        for finding in _check_signature(seal, keys):
            found.add(finding)
        before = seal
    if group_seq is not None:
        found.add(_sealless(group_seq))
    yield from found
    if before is not None and not keys:
        yield Finding(SIGNATURE, "signatures were not checked: no public key is known", is_note=True)


def _sealless(seq: int) -> Finding:
    return Finding(BROKEN_SEAL, f"seal {seq} is missing, but the list of its changes is there", seal_seq=seq)


def _leaves_by_seal(connection: Connection) -> Iterator[tuple[int, list[Any]]]:
    query = (
        select(
            audit_leaf.c.seal_seq, audit_leaf.c.position, audit_leaf.c.change_uid,
            audit_change.c.digest, audit_change.c.at,
        )
        .outerjoin(audit_change, audit_change.c.uid == audit_leaf.c.change_uid)
        .order_by(audit_leaf.c.seal_seq, audit_leaf.c.position)
    )  # fmt: skip
    rows = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
    for seq, group in groupby(rows, attrgetter("seal_seq")):
        yield seq, list(group)


def _check_seal(connection: Connection, found: Firsts, seal: Any, before: Any, leaves: list[Any]) -> None:
    lost = [leaf.change_uid for leaf in leaves if leaf.digest is None]
    for uid in lost:
        found.add(Finding(LOST, f"change {uid} is listed in seal {seal.seq} but missing", uid, seal_seq=seal.seq))
    if wrong := _mismatches(seal, before, leaves, is_whole=not lost):
        sentence = f"seal {seal.seq}: {' and '.join(wrong)} {'does' if len(wrong) == 1 else 'do'} not match"
        found.add(Finding(BROKEN_SEAL, sentence, seal_seq=seal.seq))
    earliest = before.sealed_at - CLOCK_TOLERANCE if before else None
    for leaf in leaves:
        if leaf.at is not None and (leaf.at > seal.sealed_at or (earliest and leaf.at < earliest)):
            sentence = f"{find_change_name(connection, leaf.change_uid)} claims {moment_text(leaf.at)}"
            sentence += f" but was first sealed {moment_text(seal.sealed_at)}"
            found.add(Finding(TIME, sentence, leaf.change_uid, seal_seq=seal.seq))


def _mismatches(seal: Any, before: Any, leaves: list[Any], is_whole: bool) -> list[str]:
    """Return the parts of the seal that do not agree with its changes, with the seal before, or with its own digest."""
    seq, prev, total = (before.seq, before.digest, before.total) if before else (0, FIRST_PREV, 0)
    wrong = []
    if is_whole and seal.root != merkle_root(_digest_bytes(leaf.digest) for leaf in leaves).hex():
        wrong.append("root")
    if seal.count != len(leaves) or [leaf.position for leaf in leaves] != list(range(len(leaves))):
        wrong.append("count")
    if seal.total != total + seal.count:
        wrong.append("total")
    if seal.prev != prev or seal.seq != seq + 1:
        wrong.append(f"link to seal {seal.seq - 1}")
    if seal.digest != seal_digest(seal_content(seal._mapping)):
        wrong.append("digest")
    return wrong


def _digest_bytes(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return digest.encode()


def _check_signature(seal: Any, keys: Iterable[TrustedKey]) -> Iterator[Finding]:
    keys = tuple(keys)
    if not keys:
        return
    key = next((key for key in keys if key.key_id == seal.key_id), None)
    if seal.signature is None:
        fault = "signature missing"
    elif key is None:
        fault = f"key {seal.key_id} unknown"
    elif not key.has_signed(seal.digest, seal.signature):
        fault = "signature wrong"
    elif not key.is_valid_at(seal.sealed_at):
        fault = f"key {seal.key_id} not yet or no longer valid"
    else:
        return
    yield Finding(SIGNATURE, f"seal {seal.seq}: {fault}", seal_seq=seal.seq)


def check_unsealed(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Yield the first change that should be sealed by now and is not."""
    waiting = (
        select(func.min(audit_change.c.id), func.count())
        .outerjoin(audit_leaf, audit_leaf.c.change_uid == audit_change.c.uid)
        .where(audit_leaf.c.change_uid.is_(None), audit_change.c.at < now - _GRACE)
    )
    first, number = connection.execute(waiting).one()
    if number:
        uid = connection.execute(select(audit_change.c.uid).where(audit_change.c.id == first)).scalar_one()
        more = f" ({number - 1} more of this kind)" if number > 1 else ""
        sentence = f"{find_change_name(connection, uid)} is not in any seal though older than 5 minutes{more}"
        yield Finding(UNSEALED, sentence, uid)
