"""Check a Casebook release with nothing but Python (3.10 or later) and its standard library.

    python verify.py RELEASE.zip          or the folder that it was unpacked to

One sentence is printed per finding, beginning with the name of the file. Exit code 0: clean. 1: findings.
2: could not run. The signature over a seal's digest (Ed25519) needs a library and is not checked here.

What a release holds. Text is UTF-8. "Canonical JSON" is JSON with sorted keys, no blanks and no escapes beyond those
JSON asks for.

manifest.json   canonical JSON and a line feed. Keys (more are allowed):
    v: 1; installation, study, release: names; formula_guard: "none"
    seal: {seq, digest}, the seal that the release reads up to, the last of seals.json
    trail: {changes, withheld}: the lines of trail.jsonl, and the sealed changes of participants not released
    values: how many item values stand in the data files, the sum over `files`
    files: one object per file but manifest.json, by name: {name, bytes, sha256} and for a CSV file
        rows: lines without the header; cells: cells that are not empty
        values: those of them in the columns named under `replay`
        replay (of files whose rows are rows of the database):
            entity: its name in the trail; key: the column that holds the uid of the row
            columns: {column: attribute in the trail}; lists: the columns that hold several values joined by ";"
            omit: rules by which rows that the trail knows are left out, each {attribute, values} and, where the
                attribute belongs to another row, its entity and `through`, the own attribute with its uid
                ("uid" for the own uid)
    digest: SHA-256 of the canonical JSON of the manifest without this key
trail.jsonl     a line of canonical JSON per change in the order of the trail: {change, digest, texts}. `change` is what
    the digest covers; a free text stands in it as {"c": commitment}, and `texts` has {commitment: [salt, text]} unless
    the text was masked. A change is there if none of its records belongs to a participant not released.
seals.json      canonical JSON and a line feed: [{content, digest, leaves, ...}], leaves being the digests of the
    changes that the seal covers, withheld changes included.
verify.py       this file; README.txt; and the data: crf_<oid>.csv, crf_<oid>_<group>.csv, subjects.csv, visits.csv,
    queries.csv, signatures.csv, data_dictionary.csv.

The zip archive stores its members uncompressed in one exact form; up to 2 GB each byte of it is checked.
"""

import csv
import hashlib
import io
import json
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

MANIFEST, TRAIL, SEALS = "manifest.json", "trail.jsonl", "seals.json"
CHUNK = 1 << 20
DAMAGED = (
    zipfile.BadZipFile, struct.error, csv.Error, EOFError, OSError, RuntimeError,
    ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip

State = dict[tuple[str, str], dict[str, str | None]]


class Release:
    """The files of a release, from its archive or its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.zip = zipfile.ZipFile(path) if path.is_file() else None
        for info in self.zip.infolist() if self.zip else ():
            if info.compress_type != zipfile.ZIP_STORED:
                raise zipfile.BadZipFile(f"{info.filename} is not stored as a release stores it")

    def names(self) -> list[str]:
        """The names of all files."""
        if self.zip:
            return self.zip.namelist()
        return [found.relative_to(self.path).as_posix() for found in self.path.rglob("*") if found.is_file()]

    def open(self, name: str) -> IO[bytes]:
        """A file to read from."""
        return self.zip.open(name) if self.zip else (self.path / name).open("rb")

    def read(self, name: str) -> bytes:
        """A file's whole content."""
        with self.open(name) as stream:
            return stream.read()


def canonical(value: object) -> bytes:
    """The canonical JSON of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def prefixed_digest(prefix: str, *parts: bytes) -> str:
    """SHA-256 of a prefix, a zero byte and the parts."""
    return hashlib.sha256(b"\0".join((prefix.encode(), b"".join(parts)))).hexdigest()


def merkle_root(leaves: list[bytes]) -> bytes:
    """The root of RFC 6962 over the leaves."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        # A node without a neighbour moves up as it is, which gives the tree of the RFC.
        pairs = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0] if level else hashlib.sha256().digest()


def verify(path: Path) -> Iterator[str]:
    """The findings of a release, each a sentence that begins with the name of a file."""
    opened = path.name
    try:
        release = Release(path)
        opened = MANIFEST
        manifest = read_manifest(release)
    except DAMAGED as error:
        yield f"{opened}: damaged, so nothing else could be checked ({error})."
        return
    yield from guarded(path.name, check_archive(release))
    yield from check_files(release, manifest)
    state: State = {}
    digests: set[str] = set()
    yield from guarded(TRAIL, check_trail(release, manifest, state, digests))
    yield from guarded(SEALS, check_seals(release, manifest, digests))
    for entry in manifest["files"]:
        if entry["name"].endswith(".csv"):
            yield from guarded(entry["name"], check_table(release, entry, state))
    total = sum(entry.get("values", 0) for entry in manifest["files"])
    if total != manifest["values"]:
        yield f"{MANIFEST}: says {manifest['values']} values, its files add up to {total}."


def guarded(name: str, findings: Iterator[str]) -> Iterator[str]:
    """The findings, with a last one if the file cannot be read to its end."""
    try:
        yield from findings
    except DAMAGED as error:
        yield f"{name}: cannot be read to its end ({type(error).__name__}: {error})."


def read_manifest(release: Release) -> dict[str, Any]:
    """The manifest; ValueError if any byte of it was changed."""
    content = release.read(MANIFEST)
    manifest: dict[str, Any] = json.loads(content)
    body = {key: value for key, value in manifest.items() if key != "digest"}
    if hashlib.sha256(canonical(body)).hexdigest() != manifest["digest"]:
        raise ValueError("its content does not match its digest")
    if canonical(manifest) + b"\n" != content:
        raise ValueError("it is not in canonical form")
    return manifest


def check_archive(release: Release) -> Iterator[str]:
    """Compare everything in the archive that is not content with the form that Casebook writes."""
    if release.zip is None or release.path.stat().st_size > 1 << 31:
        return
    directory, position = b"", 0
    with release.path.open("rb") as stream:
        for info in sorted(release.zip.infolist(), key=lambda info: info.header_offset):
            header, entry = headers_of(info, position)
            if stream.read(len(header)) != header:
                yield f"{info.filename}: its header in {release.path.name} was changed."
            directory += entry
            position += len(header) + info.file_size
            stream.seek(position)
        count = len(release.zip.infolist())
        end = b"PK\5\6" + struct.pack("<4H2LH", 0, 0, count, count, len(directory), position, 0)
        if stream.read() != directory + end:
            yield f"{release.path.name}: the archive's directory was changed."


def headers_of(info: zipfile.ZipInfo, position: int) -> tuple[bytes, bytes]:
    """The header before a member and its entry in the directory; a member that might have been large has its sizes
    in an extra field of the header."""
    name, size, large = info.filename.encode(), info.file_size, info.extract_version == 45
    # Version, flags, method, time, date, checksum.
    start = struct.pack("<5HL", 45 if large else 20, 0, 0, 0, 33, info.CRC)
    plain_sizes = struct.pack("<2L2H", size, size, len(name), 0)
    header = plain_sizes + name
    if large:
        header = (
            struct.pack("<2L2H", 0xFFFFFFFF, 0xFFFFFFFF, len(name), 20) + name + struct.pack("<2H2Q", 1, 16, size, size)
        )
    made_by, place = start[:1] + b"\3", struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, position)
    return b"PK\3\4" + start + header, b"PK\1\2" + made_by + start + plain_sizes + place + name


def check_files(release: Release, manifest: dict[str, Any]) -> Iterator[str]:
    """Compare names, sizes and hashes of all files with the manifest."""
    names = release.names()
    expected = [entry["name"] for entry in manifest["files"]]
    for name in sorted(set(names) - {MANIFEST, *expected}):
        yield f"{name}: does not belong to the release."
    for name in sorted(set(expected) - set(names)):
        yield f"{name}: is missing."
    if len(set(names)) != len(names):
        yield f"{release.path.name}: holds two files of one name."
    for entry in manifest["files"]:
        if entry["name"] in names:
            yield from guarded(entry["name"], check_hash(release, entry))


def check_hash(release: Release, entry: dict[str, Any]) -> Iterator[str]:
    """Compare one file's bytes with the manifest."""
    digest, size = hashlib.sha256(), 0
    with release.open(entry["name"]) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    if digest.hexdigest() != entry["sha256"] or size != entry["bytes"]:
        yield f"{entry['name']}: was changed; its SHA-256 is not the one in {MANIFEST}."


def check_trail(release: Release, manifest: dict[str, Any], state: State, digests: set[str]) -> Iterator[str]:
    """Check the digest and the texts of each change and replay it into `state`."""
    with release.open(TRAIL) as stream:
        for number, line in enumerate(stream, 1):
            entry = json.loads(line)
            change, digest = entry["change"], entry["digest"]
            where = f"{TRAIL}: line {number}, change {change['uid']} ({change['at']}, {change['act']})"
            if prefixed_digest("casebook/change/1", canonical(change)) != digest:
                yield f"{where}: content does not match its digest."
            for commitment, (salt, text) in entry["texts"].items():
                if prefixed_digest("casebook/text/1", bytes.fromhex(salt), text.encode()) != commitment:
                    yield f"{where}: a text does not match its commitment."
            if digest in digests:
                yield f"{where}: stands in the trail twice."
            digests.add(digest)
            yield from replay(change, entry["texts"], state, where)
    if len(digests) != manifest["trail"]["changes"]:
        yield f"{TRAIL}: holds {len(digests)} changes, {MANIFEST} says {manifest['trail']['changes']}."


def replay(change: dict[str, Any], texts: dict[str, list[str]], state: State, where: str) -> Iterator[str]:
    """Apply a change to the rows; each old value must be the one that the changes before left."""
    for record in change["records"]:
        row = state.setdefault((record["entity"], record["key"]), {})
        for item in record["items"]:
            # An act that no column holds, such as a download, has no attribute and leaves no state.
            if not (attribute := item["attribute"]):
                continue
            old, new = plain(item["old"], texts), plain(item["new"], texts)
            if row.get(attribute) != old and MASKED not in (old, row.get(attribute)):
                yield f"{where}: {item['oid']} of {record['path'] or record['key']} was not {old!r} before."
            row[attribute] = new


MASKED = "(masked)"


def plain(value: Any, texts: dict[str, list[str]]) -> str | None:
    """The text of a value that may stand as a commitment."""
    if isinstance(value, dict):
        return texts[value["c"]][1] if value["c"] in texts else MASKED
    text: str | None = value
    return text


def check_seals(release: Release, manifest: dict[str, Any], digests: set[str]) -> Iterator[str]:
    """Check roots, counts and links of the seals, and that they cover each change once."""
    previous, total, covered = "0" * 64, 0, set()
    seals = json.loads(release.read(SEALS))
    for seq, seal in enumerate(seals, 1):
        content, leaves = seal["content"], seal["leaves"]
        total += len(leaves)
        covered.update(leaves)
        found = (content["seq"], content["prev"], content["count"], content["total"], content["root"], seal["digest"])
        root = merkle_root([bytes.fromhex(leaf) for leaf in leaves]).hex()
        digest = prefixed_digest("casebook/seal/1", canonical(content))
        if found != (seq, previous, len(leaves), total, root, digest):
            yield f"{SEALS}: seal {content['seq']}: root, count, total, digest or link to seal {seq - 1} is wrong."
        previous = seal["digest"]
    if manifest["seal"] != {"seq": len(seals), "digest": previous}:
        yield f"{SEALS}: ends with seal {len(seals)}, which is not the seal that {MANIFEST} names."
    if total != len(covered):
        yield f"{SEALS}: a change is listed twice."
    if unsealed := len(digests - covered):
        yield f"{TRAIL}: {unsealed} changes are in no seal."
    missing, withheld = len(covered - digests), manifest["trail"]["withheld"]
    if missing != withheld:
        yield f"{TRAIL}: {missing} sealed changes are not in it, {MANIFEST} says that {withheld} were withheld."


def check_table(release: Release, entry: dict[str, Any], state: State) -> Iterator[str]:
    """Count rows and cells of a CSV file and compare its cells with the replayed trail."""
    name, mapping = entry["name"], entry.get("replay")
    columns: dict[str, str] = mapping["columns"] if mapping else {}
    rows = cells = values = 0
    keys: set[str] = set()
    with release.open(name) as stream:
        reader = csv.DictReader(io.TextIOWrapper(stream, "utf-8", newline=""), strict=True)
        for row in reader:
            rows += 1
            cells += sum(1 for cell in row.values() if cell)
            values += sum(1 for column in columns if row[column])
            if mapping:
                keys.add(row[mapping["key"]])
                yield from compare_row(name, rows, row, mapping, state)
    for kind, count in (("rows", rows), ("cells", cells), ("values", values)):
        if count != entry.get(kind, 0):
            yield f"{name}: holds {count} {kind}, {MANIFEST} says {entry.get(kind, 0)}."
    if mapping:
        yield from missing_rows(name, mapping, keys, state)


def compare_row(name: str, number: int, row: dict[str, str], mapping: dict[str, Any], state: State) -> Iterator[str]:
    """Compare the cells of one row with what the trail says of it."""
    key = row[mapping["key"]]
    known = state.get((mapping["entity"], key))
    if known is None:
        yield f"{name}: row {number} ({key}) was made by no change of the trail."
        return
    for column, attribute in mapping["columns"].items():
        text = known.get(attribute) or ""
        if text and column in mapping.get("lists", ()):
            text = ";".join(json.loads(text))
        if text != row[column] and text != MASKED:
            yield f"{name}: row {number} ({key}), {column} is {row[column]!r}, the trail says {text!r}."


def missing_rows(name: str, mapping: dict[str, Any], keys: set[str], state: State) -> Iterator[str]:
    """Name the rows that the trail knows, no rule leaves out, and the file lacks."""
    rules = mapping.get("omit", ())
    for (entity, key), row in state.items():
        if entity != mapping["entity"] or key in keys:
            continue
        if not any(is_omitted(rule, entity, key, row, state) for rule in rules):
            yield f"{name}: row {key} of the trail is missing."


def is_omitted(rule: dict[str, Any], entity: str, key: str, row: dict[str, str | None], state: State) -> bool:
    """Whether a rule of the manifest leaves a row out."""
    through = rule.get("through", "uid")
    other = key if through == "uid" else row.get(through)
    known = state.get((rule.get("entity", entity), other or ""), {})
    return known.get(rule["attribute"]) in rule["values"]


def main(arguments: list[str]) -> int:
    """Check the release named by the only argument; the exit code says what came of it."""
    if len(arguments) != 1 or not Path(arguments[0]).exists():
        sys.stderr.write("Usage: python verify.py RELEASE.zip (or the folder it was unpacked to)\n")
        return 2
    csv.field_size_limit((1 << 31) - 1)
    findings = 0
    for finding in verify(Path(arguments[0])):
        sys.stdout.write(finding + "\n")
        findings += 1
    sys.stdout.write("Clean.\n" if not findings else f"{findings} findings.\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
