"""Tables of the trail: changes, their records, the seals over them, and the anchors that were given away.

`metadata` is shared: the application declares its own tables on it, so one migration history covers both.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def instant_text(instant: datetime) -> str:
    """Return the instant in UTC with six digits, `2024-01-22T08:31:05.000000Z`."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Instant(TypeDecorator[datetime]):
    """An instant in UTC to the microsecond: canonical text on SQLite, `timestamptz` on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        text = instant_text(value)
        return text if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


class database_time(ColumnElement[datetime]):  # noqa: N801 - an SQL function
    """The database's own clock; it moves within a transaction."""

    type = Instant()
    inherit_cache = True


@compiles(database_time)
def _postgresql_time(_element: database_time, _compiler: Any, **_kw: Any) -> str:
    return "clock_timestamp()"


@compiles(database_time, "sqlite")
def _sqlite_time(_element: database_time, _compiler: Any, **_kw: Any) -> str:
    return "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')"


# Plain byte order on both databases, so that a sorted stream can be merged in Python.
Ordered = String().with_variant(String(collation="C"), "postgresql")
Id = BigInteger().with_variant(Integer, "sqlite")


def _id_column() -> Column[int]:
    return Column("id", Id, Identity(always=True), primary_key=True)


audit_change = Table(
    "audit_change",
    metadata,
    _id_column(),
    Column("uid", Ordered, nullable=False, unique=True),
    Column("form", Integer, nullable=False, comment="number of the canonical form that the digest is of"),
    Column("installation", String, nullable=False),
    Column("study", String, nullable=False),
    Column("build", String, nullable=False),
    Column("at", Instant, nullable=False, comment="when it was done: the database's clock on PostgreSQL"),
    Column("db_at", Instant, nullable=False, server_default=database_time(), comment="when the row was written"),
    Column("user_uid", String),
    Column("user_name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("process", String, nullable=False, comment="web, api, import, derivation, migration, command"),
    Column("process_version", String, nullable=False),
    Column("request_id", String, comment="the token of the request, once per user"),
    Column("session_hash", String, nullable=False),
    Column("act", String, nullable=False),
    Column("reason", Text),
    Column("salt", String(32), comment="salt of the commitment to the reason"),
    Column("reason_commitment", String(64)),
    Column("site_uid", String),
    Column("subject_uid", String),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the canonical form"),
    UniqueConstraint("user_uid", "request_id"),
    Index("ix_audit_change_subject", "subject_uid", "id"),
    Index("ix_audit_change_user", "user_uid", "id"),
    Index("ix_audit_change_act", "act", "id"),
    Index("ix_audit_change_site", "site_uid", "id"),
    Index("ix_audit_change_at", "at", "id"),
)

audit_record = Table(
    "audit_record",
    metadata,
    _id_column(),
    Column("change_uid", Ordered, ForeignKey("audit_change.uid"), nullable=False),
    Column("entity", Ordered, nullable=False),
    Column("key", Ordered, nullable=False, comment="uid of the row"),
    Column("path", String, nullable=False, comment="participant/visit/CRF/group/row"),
    Column("version", Integer, comment="row version after the change"),
    Column("crf_version", String),
    Column("oid", String, nullable=False, comment="item"),
    Column("attribute", String, nullable=False, comment="column; empty for an act that no column holds"),
    Column("old", Text),
    Column("new", Text),
    Column("origin", String),
    Column("reason", Text),
    Column("salt", String(32), comment="salt of the commitments of this row"),
    Column("old_commitment", String(64)),
    Column("new_commitment", String(64)),
    Column("reason_commitment", String(64)),
    Column("site_uid", String),
    Column("subject_uid", String),
    Index("ix_audit_record_change", "change_uid", "id"),
    Index("ix_audit_record_row", "entity", "key", "id"),
    Index("ix_audit_record_subject", "subject_uid", "id"),
)

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("form", Integer, nullable=False),
    Column("installation", String, nullable=False),
    Column("study", String, nullable=False),
    Column("prev", String(64), nullable=False, unique=True, comment="digest of the seal before"),
    Column("count", Id, nullable=False, comment="changes in this seal"),
    Column("total", Id, nullable=False, comment="changes in all seals so far"),
    Column("root", String(64), nullable=False, comment="Merkle root over the digests of the changes, RFC 6962"),
    Column("sealed_at", Instant, nullable=False),
    Column("software", String, nullable=False),
    Column("definitions", String, nullable=False, comment="digest of the released CRFs"),
    Column("digest", String(64), nullable=False, unique=True),
    Column("key_id", String),
    Column("signature", String(128), comment="Ed25519 over the digest"),
)

audit_leaf = Table(
    "audit_leaf",
    metadata,
    Column("seal_seq", Id, ForeignKey("audit_seal.seq"), primary_key=True, autoincrement=False),
    Column("position", Id, primary_key=True, autoincrement=False),
    Column("change_uid", Ordered, ForeignKey("audit_change.uid"), nullable=False, unique=True),
)

audit_anchor = Table(
    "audit_anchor",
    metadata,
    _id_column(),
    Column("seal_seq", Id, ForeignKey("audit_seal.seq"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("medium", String, nullable=False, comment="document, manifest, backup, file, mail, timestamp"),
    Column("place", String, nullable=False, comment="where the anchor went"),
    Column("at", Instant, nullable=False, server_default=database_time()),
)

TABLES = (audit_change, audit_record, audit_seal, audit_leaf, audit_anchor)
