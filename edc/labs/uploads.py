"""Uploaded files: kept for their owner until they are imported, and then as the source of what was imported."""

from __future__ import annotations

import csv
import hashlib
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from edc.errors import NotFound
from edc.labs.csv_rows import MOST_BYTES, FileUnreadable, safe_name

WAITING_SECONDS = 24 * 3600
DIGEST = re.compile(r"[0-9a-f]{64}")
REPORT = "report.csv"
HEADER = ("row", "participant", "test", "state", "column", "what to do")
#: A cell that begins so is taken for a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


class Uploads:
    """The files of one person, in a folder that nothing serves; those never imported go after a day."""

    def __init__(self, folder: Path, user_uid: str) -> None:
        self._kept = folder / "kept"
        self._waiting = folder / "waiting" / user_uid

    def keep(self, stream: IO[bytes], name: str) -> str:
        """Store a file; returns its SHA-256. Raises FileUnreadable for one that is too large."""
        self._waiting.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._drop_old()
        partial = self._waiting / f"{secrets.token_hex(8)}.part"
        digest, size = hashlib.sha256(), 0
        with partial.open("wb") as target:
            while block := stream.read(1024 * 1024):
                size += len(block)
                if size > MOST_BYTES:
                    partial.unlink()
                    megabytes = MOST_BYTES // 1024 // 1024
                    raise FileUnreadable(f"It is larger than {megabytes} MB.", "Split it and import the parts.")
                digest.update(block)
                target.write(block)
        place = self._waiting / digest.hexdigest()
        shutil.rmtree(place, ignore_errors=True)
        (place / "file").mkdir(parents=True)
        partial.replace(place / "file" / safe_name(name))
        return digest.hexdigest()

    def find(self, sha256: str) -> Path:
        """A waiting file of this person; raises NotFound."""
        found = next((self._place(sha256) / "file").glob("*"), None)
        if found is None:
            raise NotFound
        return found

    def settle(self, sha256: str) -> None:
        """Keep an imported file as a source: once, whoever sends the same file again."""
        self._kept.mkdir(parents=True, exist_ok=True, mode=0o700)
        place, kept = self._place(sha256), self._kept / sha256
        if not kept.exists():
            (place / "file").replace(kept)
        shutil.rmtree(place, ignore_errors=True)

    def write_report(self, sha256: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Keep the report of every row beside the file."""
        with (self._place(sha256) / REPORT).open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(HEADER)
            writer.writerows([_harmless(cell) for cell in row] for row in rows)

    def report(self, sha256: str) -> Path:
        """The report of a waiting file; raises NotFound."""
        found = self._place(sha256) / REPORT
        if not found.exists():
            raise NotFound
        return found

    def _place(self, sha256: str) -> Path:
        if not DIGEST.fullmatch(sha256):
            raise NotFound
        return self._waiting / sha256

    def _drop_old(self) -> None:
        for place in self._waiting.iterdir():
            if place.stat().st_mtime < time.time() - WAITING_SECONDS:
                shutil.rmtree(place, ignore_errors=True)


def _harmless(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
