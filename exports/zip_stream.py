"""Zip archives written chunk by chunk, the same bytes for the same members, with the SHA-256 of each member.

Members are stored, not deflated: what zlib writes changes with its version, and a stored archive has no bit that
could change unnoticed. Names ascend, times are fixed, and only the last member (a manifest of the others) may stand
out of order.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PERMISSIONS = 0o100644 << 16
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True)
class Member:
    """A file in the archive: its name, its size in bytes and its SHA-256 in hex digits."""

    name: str
    size: int
    sha256: str


class ZipStream:
    """An archive in the making in a file that is open for writing; `members` are those written so far."""

    def __init__(self, target: BinaryIO) -> None:
        self.members: list[Member] = []
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_STORED)

    def add(self, name: str, chunks: Iterable[bytes], *, large: bool = False) -> Member:
        """Write a member whose name comes after the one before; `large` if it may exceed 2 GB."""
        if self.members and name <= self.members[-1].name:
            raise ValueError(f"{name} does not come after {self.members[-1].name}")
        return self._write(name, chunks, large)

    def finish(self, name: str = "", chunks: Iterable[bytes] = ()) -> None:
        """Write a last member, if named, and the directory of the archive."""
        if any(name == member.name for member in self.members):
            raise ValueError(f"{name} is in the archive already")
        if name:
            self._write(name, chunks, False)
        self._zip.close()

    def _write(self, name: str, chunks: Iterable[bytes], large: bool) -> Member:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a file in an archive")
        digest, size = hashlib.sha256(), 0
        with self._zip.open(_entry(name), "w", force_zip64=large) as entry:
            for chunk in chunks:
                entry.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.members.append(Member(name, size, digest.hexdigest()))
        return self.members[-1]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIRST_TIME)
    entry.create_system = _UNIX
    entry.external_attr = _PERMISSIONS
    return entry
