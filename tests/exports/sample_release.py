"""A small release: two participants with vital signs and adverse events, their trail, and two seals.

001-004 has its weight corrected, one event removed with a reason, a race of two values, a comment that was masked and
one that was not; 002-001 is not released, but its change is sealed.
"""

import io
import json
import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from audit.canonical import change_content, change_digest, committed, seal_digest, text_commitment
from audit.seal import FIRST_PREV
from exports.csv_stream import csv_chunks
from exports.release_format import Tally, file_entry, manifest, seals_chunks, table_entry, trail_line, verifier
from exports.zip_stream import Member, ZipStream

SALT = "00112233445566778899aabbccddeeff"
MASKED = "Called by her sister Maria"

VITALS = {
    "entity": "crf_vs",
    "key": "RECORD_UID",
    "columns": {"WEIGHT": "weight", "RACE": "race", "COMMENT": "comment", "MISSING": "weight_missing"},
    "lists": ["RACE"],
}
EVENTS = {
    "entity": "crf_ae",
    "key": "RECORD_UID",
    "columns": {"TERM": "term"},
    "omit": [{"entity": "form_record", "through": "record_uid", "attribute": "removed", "values": ["true"]}],
}
VITALS_HEADER = ["SUBJECT", "RECORD_UID", "WEIGHT", "RACE", "COMMENT", "MISSING"]
EVENTS_HEADER = ["SUBJECT", "RECORD_UID", "TERM"]


def item(entity: str, key: str, attribute: str, old: str | None, new: str | None, *, text: bool = False) -> tuple:
    """One changed item, as `canonical.Item` orders it."""
    held = [committed(value, text_commitment(SALT, value) if text and value else None) for value in (old, new)]
    return (entity, key, f"X.{attribute.upper()}", attribute, *held, "typed", None, "001-004/C1D1", 1, "1.0", "s", "p")


def change(number: int, *items: tuple, reason: str | None = None) -> dict[str, Any]:
    """A change with its digest."""
    header = {
        "uid": f"{number:032x}", "installation": "demo", "study": "NCT03991130", "build": "b1",
        "at": f"2024-01-22T08:31:{number:02}.000000Z", "user": "u1", "user_name": "R. Diaz", "role": "coordinator",
        "process": "web", "version": "1", "request": None, "session": "", "act": "save", "site": "s", "subject": "p",
        "reason": committed(reason, text_commitment(SALT, reason) if reason else None),
    }  # fmt: skip
    return {"content": change_content(header, items), "digest": change_digest(header, items)}


CHANGES = [
    change(
        1,
        item("crf_vs", "r1", "weight", None, "72.0"),
        item("crf_vs", "r1", "race", None, '["WHITE","ASIAN"]'),
        item("crf_vs", "r1", "comment", None, MASKED, text=True),
    ),
    change(2, item("crf_vs", "r1", "weight", "72.0", "73.0"), reason="Entry error"),
    change(3, item("crf_vs", "r2", "weight_missing", None, "NOT DONE")),
    change(4, item("crf_ae", "a1", "term", None, "Chills"), item("crf_ae", "a1", "record_uid", None, "a1")),
    change(5, item("crf_ae", "a2", "term", None, "=HYPERLINK()"), item("crf_ae", "a2", "record_uid", None, "a2")),
    change(6, item("form_record", "a1", "removed", None, "true"), reason="Entered twice"),
    change(7, item("crf_vs", "r2", "comment", None, "≥ 38 °C, Иванов", text=True)),
]
WITHHELD = change(8, item("crf_vs", "r9", "weight", None, "80.0"))
TEXTS = ["Entry error", "Entered twice", "≥ 38 °C, Иванов"]

VITALS_ROWS = [
    ("001-004", "r1", "73.0", ("WHITE", "ASIAN"), None, None),
    ("001-004", "r2", None, None, "≥ 38 °C, Иванов", "NOT DONE"),
]
EVENTS_ROWS = [("001-004", "a2", "=HYPERLINK()")]


def root_of(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, word for word."""
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def seals_over(*groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A chain of seals, one over each group of changes."""
    seals: list[dict[str, Any]] = []
    total = 0
    for seq, group in enumerate(groups, 1):
        leaves = [entry["digest"] for entry in group]
        total += len(leaves)
        content = {
            "v": 1, "installation": "demo", "study": "NCT03991130", "seq": seq,
            "prev": seals[-1]["digest"] if seals else FIRST_PREV, "count": len(leaves), "total": total,
            "root": root_of([bytes.fromhex(leaf) for leaf in leaves]).hex(),
            "sealed_at": f"2024-01-22T08:4{seq}:00.000000Z", "software": "1", "definitions": "",
        }  # fmt: skip
        seals.append({"content": content, "digest": seal_digest(content), "leaves": leaves})
    return seals


def trail_of(changes: Iterable[dict[str, Any]]) -> list[bytes]:
    """The lines of the trail; texts that were not masked go with the change that holds them."""
    lines = []
    for entry in changes:
        held = json.dumps(entry["content"])
        texts = [(text_commitment(SALT, text), SALT, text) for text in TEXTS]
        lines.append(trail_line(entry["content"], entry["digest"], [text for text in texts if text[0] in held]))
    return lines


class SampleRelease:
    """The parts of a release, to be changed before `build` puts them together."""

    def __init__(self) -> None:
        self.vitals = list(VITALS_ROWS)
        self.events = list(EVENTS_ROWS)
        self.changes = list(CHANGES)
        self.seals = seals_over([*CHANGES[:4], WITHHELD], CHANGES[4:])
        self.tables = {"crf_ae.csv": EVENTS, "crf_vs.csv": VITALS}
        self.withheld = 1
        self.body: Callable[[dict[str, Any]], dict[str, Any]] = lambda body: body

    def build(self) -> bytes:
        """The archive."""
        target = io.BytesIO()
        stream = ZipStream(target)
        files = [file_entry(stream.add("README.txt", [b"Open with any program.\n"]))]
        for name, header, rows in (
            ("crf_ae.csv", EVENTS_HEADER, self.events),
            ("crf_vs.csv", VITALS_HEADER, self.vitals),
        ):
            files.append(self._table(stream, name, header, rows))
        files.append(file_entry(stream.add("seals.json", seals_chunks(self.seals))))
        files.append(file_entry(stream.add("trail.jsonl", trail_of(self.changes), large=True)))
        files.append(file_entry(stream.add("verify.py", [verifier()])))
        stream.finish("manifest.json", [self._manifest(files)])
        return target.getvalue()

    def _table(self, stream: ZipStream, name: str, header: list[str], rows: list[tuple]) -> dict[str, Any]:
        mapping = self.tables[name]
        tally = Tally(header, mapping["columns"])
        member: Member = stream.add(name, csv_chunks(header, tally.count(rows)))
        return table_entry(member, tally, mapping)

    def _manifest(self, files: list[dict[str, Any]]) -> bytes:
        last = self.seals[-1]
        body = {
            "installation": "demo",
            "study": "NCT03991130",
            "release": "interim-1",
            "seal": {"seq": last["content"]["seq"], "digest": last["digest"]},
            "trail": {"changes": len(self.changes), "withheld": self.withheld},
        }
        return manifest(self.body(body), files)


def random_positions(count: int, size: int) -> list[int]:
    """Positions spread over a file, new ones each time."""
    return [int.from_bytes(os.urandom(8)) % size for _ in range(count)]
