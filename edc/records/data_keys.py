"""The data key that seals identifying values: kept wrapped by the key-encryption key, opened when first needed.

Rotation of the key-encryption key wraps the data key anew and touches no row: what stands in the trail cannot change.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, String, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.capture import Actor, Audited, change, new_uid
from edc.clock import now
from edc.db import Base, Session, UtcDateTime, make_session_factory
from edc.keys import Key, Keyring
from edc.records.identifiers import Cipher, Undecipherable

UID = String(32)
MADE, REWRAPPED = "data-key:make", "data-key:rewrap"


class DataKeyMissing(Exception):
    """The database has no data key yet: `edc db upgrade` makes it."""


class DataKey(Audited, Base):
    """The data key of a study, wrapped; the key itself is neither here nor in the trail."""

    __tablename__ = "data_key"
    __audit_entity__ = "data_key"
    __audit_exclude__ = frozenset({"wrapped"})

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    study_id: Mapped[str] = mapped_column(String(40), unique=True)
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    kek_id: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[str] = mapped_column(String(200))


def ensure_data_key(session: Session, keys: Keyring, *, by: Actor, study: str) -> DataKey:
    """Return the data key of a study; make one when there is none, wrap it anew under a newer key-encryption key."""
    kek = keys.current("kek")
    row = session.scalar(select(DataKey).where(DataKey.study_id == study))
    if row is None:
        row = DataKey(uid=new_uid(), study_id=study, made_at=now(session), kek_id=kek.key_id)
        row.wrapped = _wrap(secrets.token_bytes(32), kek, row.uid)
        with change(session, by=by, act=MADE):
            session.add(row)
    elif row.kek_id != kek.key_id:
        with change(session, by=by, act=REWRAPPED, reason=f"Key rotation: {row.kek_id} to {kek.key_id}"):
            row.wrapped = _wrap(_unwrap(row, keys), kek, row.uid)
            row.kek_id = kek.key_id
    return row


def data_cipher(engine: Engine, keys: Keyring, study: str) -> Cipher:
    """Return the cipher of an installation; its data key is read when first needed."""
    return Cipher(lambda: _read_key(engine, keys, study))


def _read_key(engine: Engine, keys: Keyring, study: str) -> bytes:
    # A connection of its own, which only reads: the caller's transaction may be about to fail, or hold the write lock.
    with make_session_factory(engine.execution_options(sqlite_begin="DEFERRED"))() as session:
        row = session.scalar(select(DataKey).where(DataKey.study_id == study))
    if row is None:
        raise DataKeyMissing("the database has no data key: run `edc db upgrade`")
    return _unwrap(row, keys)


def _wrap(key: bytes, kek: Key, context: str) -> str:
    nonce = secrets.token_bytes(12)
    return base64.urlsafe_b64encode(nonce + AESGCM(kek.secret).encrypt(nonce, key, context.encode())).decode()


def _unwrap(row: DataKey, keys: Keyring) -> bytes:
    raw = base64.urlsafe_b64decode(row.wrapped)
    try:
        return AESGCM(keys.get(row.kek_id).secret).decrypt(raw[:12], raw[12:], row.uid.encode())
    except InvalidTag:
        raise Undecipherable(f"the data key of {row.study_id} does not open with {row.kek_id}") from None
