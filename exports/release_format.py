"""How the files of a release are written; `verify_release.py` says what they hold and reads them back."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from exports import verify_release
from exports.verify_release import canonical
from exports.zip_stream import Member

_NOTHING: tuple[object, ...] = (None, "", (), [])


class Tally:
    """Counts the rows, cells and item values of a table while its rows pass by on their way to the file."""

    def __init__(self, header: Sequence[str], value_columns: Iterable[str] = ()) -> None:
        self._places = [header.index(column) for column in value_columns]
        self.rows = self.cells = self.values = 0

    def count(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The same rows, counted."""
        for row in rows:
            filled = [value not in _NOTHING for value in row]
            self.rows += 1
            self.cells += sum(filled)
            self.values += sum([filled[place] for place in self._places])
            yield row


def table_entry(member: Member, tally: Tally, replay: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the manifest says of a CSV file."""
    entry = {**file_entry(member), "rows": tally.rows, "cells": tally.cells, "values": tally.values}
    return {**entry, "replay": dict(replay)} if replay else entry


def file_entry(member: Member) -> dict[str, Any]:
    """What the manifest says of any file."""
    return {"name": member.name, "bytes": member.size, "sha256": member.sha256}


def trail_line(content: Mapping[str, Any], digest: str, texts: Iterable[tuple[str, str, str]]) -> bytes:
    """A line of the trail: what the digest covers, and (commitment, salt, text) of each text that may be read."""
    readable = {commitment: [salt, text] for commitment, salt, text in texts}
    return canonical({"change": dict(content), "digest": digest, "texts": readable}) + b"\n"


def seals_chunks(seals: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The file of seals, each {content, digest, leaves, ...}."""
    separator = b"["
    for seal in seals:
        yield separator + canonical(dict(seal))
        separator = b","
    yield b"]\n" if separator == b"," else b"[]\n"


def manifest(body: Mapping[str, Any], files: Iterable[Mapping[str, Any]]) -> bytes:
    """The manifest of a release: `body` with its files, the sum of their values and its own digest."""
    entries = sorted((dict(entry) for entry in files), key=lambda entry: str(entry["name"]))
    values = sum(entry.get("values", 0) for entry in entries)
    whole = {**body, "v": 1, "formula_guard": "none", "files": entries, "values": values}
    return canonical({**whole, "digest": hashlib.sha256(canonical(whole)).hexdigest()}) + b"\n"


def verifier() -> bytes:
    """The program that goes into every release as verify.py."""
    return Path(verify_release.__file__).read_bytes()
