"""Proves that the trail is whole: contents, seals, versions, times, anchors, guards, and the state it replays to.

Streams in one read-only snapshot; memory does not depend on the length of the trail.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from audit.append_only import check_rights, check_triggers
from audit.audited import Audited
from audit.check_content import check_content
from audit.check_seals import check_seals, check_unsealed
from audit.check_state import check_state
from audit.findings import GUARD, RESTORED, Finding
from audit.models import audit_anchor, audit_seal
from audit.signing import TrustedKey

Anchor = tuple[int, str]
Check = Callable[[Connection], Iterator[Finding]]


def verify(
    engine: Engine,
    registry: Iterable[type[Audited]],
    fast: bool = False,
    anchors: Iterable[Anchor] = (),
    *,
    keys: Iterable[TrustedKey] = (),
    app_role: str | None = None,
    maskings: Container[str] = frozenset(),
    further: Iterable[Check] = (),
    now: datetime | None = None,
) -> Iterator[Finding]:
    """Yield what is wrong, each kind with its first row; nothing when the trail is whole.

    `fast` leaves out the comparison with the state. `keys` are the public keys trusted; `app_role` the PostgreSQL role
    whose rights are looked at; `maskings` the changes whose texts two people agreed to mask; `further` more checks to
    run in the same snapshot.
    """
    with _snapshot(engine) as connection:
        yield from _check_guards(connection, app_role)
        yield from check_content(connection, maskings)
        yield from check_seals(connection, tuple(keys))
        yield from check_unsealed(connection, now or datetime.now(UTC))
        yield from check_anchors(connection, anchors)
        if not fast:
            yield from check_state(connection, registry)
        for check in further:
            yield from check(connection)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a connection whose reads all see the same moment."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.begin()
            if not _in_transaction(connection):
                connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection
        connection.rollback()


def _in_transaction(connection: Connection) -> bool:
    """Return True when the engine itself begins transactions in SQLite; the driver waits for the first write."""
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.in_transaction)


def _check_guards(connection: Connection, app_role: str | None) -> Iterator[Finding]:
    sentences = check_triggers(connection)
    if app_role is not None and connection.dialect.name != "sqlite":
        sentences += check_rights(connection, app_role)
    for sentence in sentences:
        yield Finding(GUARD, f"trigger or right missing: {sentence}")


def check_anchors(connection: Connection, given: Iterable[Anchor] = ()) -> Iterator[Finding]:
    """Compare the seals with the anchors given and those remembered here; the beginning of a digest will do."""
    seals = select(audit_seal.c.seq, audit_seal.c.digest).order_by(audit_seal.c.seq)
    digests = {row.seq: row.digest for row in connection.execute(seals)}
    head = max(digests, default=0)
    known = connection.execute(select(audit_anchor.c.seal_seq, audit_anchor.c.digest).order_by(audit_anchor.c.id))
    for seq, digest in dict.fromkeys((*given, *((row.seal_seq, row.digest) for row in known))):
        if seq > head:
            sentence = f"anchor {seq} is newer than the database (head {head}): an older state was restored"
            yield Finding(RESTORED, sentence, seal_seq=seq)
        elif not digests.get(seq, "").startswith(digest.lower()) or not digest:
            sentence = f"anchor {seq} is of another seal than the database holds: history was rewritten"
            yield Finding(RESTORED, sentence, seal_seq=seq)
