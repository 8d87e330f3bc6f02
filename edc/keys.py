"""The secret keys of an installation, each with an id and one purpose, in a file outside the database.

keys = Keyring.load(Path("/etc/casebook/keys.json"))
keys.current("cookie").secret ; keys.get("pepper-1").secret
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PURPOSES = ("cookie", "pepper", "lookup", "kek", "draft", "seal")


@dataclass(frozen=True)
class Key:
    """One secret; `key_id` is stored beside whatever it protects."""

    key_id: str
    purpose: str
    secret: bytes


class KeyMissing(Exception):
    """A key that is needed is not in the key file."""


@dataclass(frozen=True)
class Keyring:
    """All keys; the last one of a purpose is the current one."""

    keys: tuple[Key, ...]

    @classmethod
    def new(cls) -> Self:
        """Return a fresh key for each purpose."""
        return cls(tuple(Key(f"{purpose}-1", purpose, secrets.token_bytes(32)) for purpose in PURPOSES))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key file; raises `KeyMissing` for any other file."""
        try:
            entries = json.loads(path.read_text())["keys"]
            return cls(tuple(Key(e["id"], e["purpose"], base64.b64decode(e["secret"], validate=True)) for e in entries))
        except (ValueError, KeyError, TypeError):
            raise KeyMissing(f"{path} is not a key file: `edc keys new` makes one") from None

    def save(self, path: Path) -> None:
        """Write a new key file that only its owner may read; an existing file is never overwritten."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump({"keys": [_entry(key) for key in self.keys]}, file, indent=1)

    def replace(self, path: Path) -> None:
        """Put this ring in place of the key file, at once and entirely."""
        beside = path.with_name(f"{path.name}.new")
        beside.unlink(missing_ok=True)
        self.save(beside)
        beside.replace(path)

    def rotated(self, purpose: str) -> "Keyring":
        """Return a ring with one more key of the purpose, which becomes the current one."""
        number = sum(key.purpose == purpose for key in self.keys) + 1
        return Keyring((*self.keys, Key(f"{purpose}-{number}", purpose, secrets.token_bytes(32))))

    def current(self, purpose: str) -> Key:
        """Return the key that new work uses."""
        for key in reversed(self.keys):
            if key.purpose == purpose:
                return key
        raise KeyMissing(f"the key file has no key for {purpose}")

    def get(self, key_id: str) -> Key:
        """Return the key with this id, also an older one."""
        for key in self.keys:
            if key.key_id == key_id:
                return key
        raise KeyMissing(f"the key file has no key {key_id}")

    def weaknesses(self) -> list[str]:
        """Return a sentence for each purpose without a key and each key shorter than 32 bytes."""
        missing = set(PURPOSES) - {key.purpose for key in self.keys}
        short = [key.key_id for key in self.keys if len(key.secret) < 32]
        return [f"CASEBOOK_KEYS has no key for {purpose}." for purpose in sorted(missing)] + [
            f"CASEBOOK_KEYS: {key_id} is shorter than 32 bytes." for key_id in short
        ]


def _entry(key: Key) -> dict[str, str]:
    return {"id": key.key_id, "purpose": key.purpose, "secret": base64.b64encode(key.secret).decode()}
