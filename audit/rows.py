"""From the facts of a change to its rows and its digest."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from audit.canonical import FORM, change_digest, change_header, committed, text_commitment
from audit.models import audit_change, audit_record, database_time, instant_text


@dataclass(frozen=True)
class Actor:
    """Who acts: a person in a role, or a process with its version."""

    user_uid: str | None
    user_name: str
    role: str
    process: str = "web"
    process_version: str = ""
    session_hash: str = ""


@dataclass(frozen=True)
class Installation:
    """Where changes are made; a session carries it in `session.info["installation"]`."""

    name: str = ""
    study: str = ""
    build: str = ""


class Place(NamedTuple):
    """The row that records belong to."""

    entity: str
    key: str
    path: str
    version: int | None
    crf_version: str | None
    site_uid: str | None
    subject_uid: str | None


class Written(NamedTuple):
    """The header of a change about to be written."""

    uid: str
    by: Actor
    act: str
    reason: str | None
    request_id: str | None
    site_uid: str | None
    subject_uid: str | None


def database_now(connection: Connection) -> datetime:
    """Return the one clock's time: the database's on PostgreSQL, the host's on SQLite."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    return connection.execute(select(database_time())).scalar_one()


def record_row(
    place: Place, oid: str, attribute: str, old: str | None, new: str | None, origin: str | None, reason: str | None,
    *, is_text: bool,
) -> dict[str, Any]:  # fmt: skip
    """Return one row of `audit_record` but for its change; free text and reasons get their commitments."""
    salt = os.urandom(16).hex() if is_text or reason is not None else None
    return {
        **place._asdict(),
        "oid": oid,
        "attribute": attribute,
        "old": old,
        "new": new,
        "origin": origin,
        "reason": reason,
        "salt": salt,
        "old_commitment": _commit(salt, old) if is_text else None,
        "new_commitment": _commit(salt, new) if is_text else None,
        "reason_commitment": _commit(salt, reason),
    }


def _commit(salt: str | None, text: str | None) -> str | None:
    return None if salt is None or text is None else text_commitment(salt, text)


def digest_item(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a row of `audit_record` in the order of `canonical.Item`."""
    return (
        row["entity"], row["key"], row["oid"], row["attribute"],
        committed(row["old"], row["old_commitment"]), committed(row["new"], row["new_commitment"]),
        row["origin"], committed(row["reason"], row["reason_commitment"]),
        row["path"], row["version"], row["crf_version"], row["site_uid"], row["subject_uid"],
    )  # fmt: skip


def _change_row(written: Written, installation: Installation, at: datetime) -> dict[str, Any]:
    salt = None if written.reason is None else os.urandom(16).hex()
    by = written.by
    return {
        "uid": written.uid,
        "form": FORM,
        "installation": installation.name,
        "study": installation.study,
        "build": installation.build,
        "at": at,
        "user_uid": by.user_uid,
        "user_name": by.user_name,
        "role": by.role,
        "process": by.process,
        "process_version": by.process_version,
        "request_id": written.request_id,
        "session_hash": by.session_hash[:16],
        "act": written.act,
        "reason": written.reason,
        "salt": salt,
        "reason_commitment": _commit(salt, written.reason),
        "site_uid": written.site_uid,
        "subject_uid": written.subject_uid,
    }


def write_change(
    connection: Connection, written: Written, rows: list[dict[str, Any]], installation: Installation
) -> None:
    """Insert the change and its records: two statements."""
    row = _change_row(written, installation, database_now(connection))
    header = change_header(row, instant_text(row["at"]))
    row["digest"] = change_digest(header, [digest_item(record) for record in rows])
    for record in rows:
        record["change_uid"] = written.uid
    connection.execute(insert(audit_change), row)
    connection.execute(insert(audit_record), rows)
