"""Verification of this installation's trail: every audited class, and the public halves of its own seal keys."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Engine

import edc.schema  # noqa: F401 (declares every audited class)
from audit.audited import Audited
from audit.findings import Finding
from audit.signing import SigningKey, TrustedKey
from audit.verify import Anchor, verify
from edc.db import Base
from edc.keys import Keyring


def audited_classes() -> list[type[Audited]]:
    """Return every class whose rows the trail remembers."""
    Base.registry.configure()
    found = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted((one for one in found if issubclass(one, Audited)), key=lambda one: one.__audit_entity__)


def trusted_keys(keys: Keyring) -> list[TrustedKey]:
    """Return the public keys of this installation's seals."""
    return [SigningKey(key.key_id, key.secret).trusted() for key in keys.keys if key.purpose == "seal"]


def find_faults(
    engine: Engine, keys: Keyring, *, fast: bool = False, anchors: Iterable[Anchor] = (), app_role: str | None = None
) -> Iterator[Finding]:
    """Yield what is wrong with the trail and the tables it explains."""
    return verify(engine, audited_classes(), fast, anchors, keys=trusted_keys(keys), app_role=app_role)
