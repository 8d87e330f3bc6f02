"""The settings that the accounts obey, read from the configuration by the application and the command line."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta

from edc.keys import Keyring


@dataclass(frozen=True)
class Rules:
    """Times, lengths and names; one object per installation."""

    keys: Keyring
    idle: timedelta = timedelta(minutes=20)
    absolute: timedelta = timedelta(hours=12)
    signing: timedelta = timedelta(minutes=60)
    fresh: timedelta = timedelta(minutes=5)
    password_min_length: int = 15
    password_max_age: timedelta | None = None
    own_words: frozenset[str] = field(default=frozenset({"casebook"}))
    breached_passwords: str = ""
    security_contact: str = ""
    training_build: str = "1.0"
    monitor_may_manage_data: bool = False
    cheap_hashes: bool = False
    software: str = ""

    def lookup(self, *parts: str) -> str:
        """Return a keyed digest of names or addresses, so that tables of counters name nobody."""
        text = "\x00".join(parts).encode()
        return hmac.new(self.keys.current("lookup").secret, text, hashlib.sha256).hexdigest()


def digest(secret: str) -> str:
    """Return the SHA-256 of a random secret; enough for 256 random bits, never for a password."""
    return hashlib.sha256(secret.encode()).hexdigest()
