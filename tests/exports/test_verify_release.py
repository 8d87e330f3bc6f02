"""The verifier of a release, run as its recipient runs it: a file of its own, with Python and nothing else."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import canonical as audit_canonical
from audit import seal
from exports import verify_release
from exports.release_format import verifier
from tests.exports.sample_release import (
    CHANGES,
    SampleRelease,
    change,
    item,
    random_positions,
    root_of,
    seals_over,
)

POSITIONS = 200


def findings(path: Path) -> list[str]:
    return list(verify_release.verify(path))


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "release.zip"
    path.write_bytes(content)
    return path


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = tmp_path / "verify.py"
    program.write_bytes(verifier())
    command = [sys.executable, "-I", "-S", str(program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.requirement("C47", "C49")
def test_a_release_is_clean_as_archive_and_as_folder(tmp_path: Path) -> None:
    path = written(tmp_path, SampleRelease().build())
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(path).extractall(folder)
    for place in (path, folder):
        done = run(tmp_path, str(place))
        assert (done.returncode, done.stdout) == (0, "Clean.\n")


@pytest.mark.requirement("C49")
def test_the_verifier_inside_the_release_verifies_it(tmp_path: Path) -> None:
    path = written(tmp_path, SampleRelease().build())
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(path).extractall(folder)
    done = subprocess.run([sys.executable, "-I", "-S", "verify.py", "."], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0


@pytest.mark.requirement("C47")
def test_building_a_release_twice_gives_the_same_bytes() -> None:
    assert SampleRelease().build() == SampleRelease().build()


@pytest.mark.parametrize("arguments", [(), ("nowhere.zip",), ("a", "b")])
def test_it_says_when_it_cannot_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage:")


def owner_of(archive: zipfile.ZipFile, position: int) -> str:
    """The member whose header or content holds the byte; nothing for the directory, which speaks of all members."""
    for info in archive.infolist():
        if info.header_offset <= position < info.header_offset + 30 + len(info.filename) + info.file_size:
            return info.filename
    return ""


@pytest.mark.requirement("T26")
def test_a_changed_byte_anywhere_is_found_and_its_file_named(tmp_path: Path) -> None:
    content = SampleRelease().build()
    archive = zipfile.ZipFile(written(tmp_path, content))
    damaged = tmp_path / "damaged.zip"
    for position in random_positions(POSITIONS, len(content)):
        for flip in (1, 0x20, 0xFF):
            changed = bytearray(content)
            changed[position] ^= flip
            damaged.write_bytes(changed)
            owner = owner_of(archive, position)
            assert any(owner in finding for finding in findings(damaged)), (position, flip, owner)


@pytest.mark.requirement("T26")
@pytest.mark.parametrize(
    "name", ["crf_vs.csv", "trail.jsonl", "seals.json", "manifest.json", "verify.py", "README.txt"]
)
def test_a_changed_byte_in_the_unpacked_folder_is_found(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(written(tmp_path, SampleRelease().build())).extractall(folder)
    original = (folder / name).read_bytes()
    for position in random_positions(30, len(original)):
        changed = bytearray(original)
        changed[position] ^= 1
        (folder / name).write_bytes(changed)
        assert any(finding.startswith(f"{name}: ") for finding in findings(folder)), position


def test_a_cut_archive_is_found(tmp_path: Path) -> None:
    content = SampleRelease().build()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        assert findings(written(tmp_path, content[:length]))[0].startswith("release.zip: damaged")


def test_missing_and_foreign_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(written(tmp_path, SampleRelease().build())).extractall(folder)
    (folder / "crf_vs.csv").unlink()
    (folder / "crf_xx.csv").write_text("x")
    found = findings(folder)
    assert "crf_vs.csv: is missing." in found
    assert "crf_xx.csv: does not belong to the release." in found


def with_cell(sample: SampleRelease) -> None:
    sample.vitals[0] = ("001-004", "r1", "72.0", ("WHITE", "ASIAN"), None, None)


def with_list(sample: SampleRelease) -> None:
    sample.vitals[0] = ("001-004", "r1", "73.0", ("ASIAN",), None, None)


def with_missing_reason(sample: SampleRelease) -> None:
    sample.vitals[1] = ("001-004", "r2", None, None, "≥ 38 °C, Иванов", None)


def without_row(sample: SampleRelease) -> None:
    del sample.vitals[1]


def with_invented_row(sample: SampleRelease) -> None:
    sample.events.append(("001-004", "a9", "Fever"))


def without_change(sample: SampleRelease) -> None:
    del sample.changes[1]


def with_change_twice(sample: SampleRelease) -> None:
    sample.changes.insert(2, sample.changes[1])


def with_unsealed_change(sample: SampleRelease) -> None:
    sample.changes.append(change(9, item("crf_vs", "r1", "weight", "73.0", "73.0")))


def with_other_digest(sample: SampleRelease) -> None:
    sample.changes[0] = {**sample.changes[0], "digest": "0" * 64}


def with_gap(sample: SampleRelease) -> None:
    sample.changes[1] = change(2, item("crf_vs", "r1", "weight", "71.0", "73.0"), reason="Entry error")


def without_first_seal(sample: SampleRelease) -> None:
    del sample.seals[0]


def with_other_root(sample: SampleRelease) -> None:
    sample.seals[0]["content"]["root"] = "0" * 64


def with_leaf_twice(sample: SampleRelease) -> None:
    sample.seals = seals_over(CHANGES, CHANGES[:1])
    sample.withheld = 0


def with_older_seal(sample: SampleRelease) -> None:
    sample.body = lambda body: {**body, "seal": {"seq": 1, "digest": sample.seals[0]["digest"]}}


def with_other_withheld(sample: SampleRelease) -> None:
    sample.withheld = 0


CASES: list[tuple[Callable[[SampleRelease], None], str]] = [
    (with_cell, "crf_vs.csv: row 1 (r1), WEIGHT is '72.0', the trail says '73.0'."),
    (with_list, "crf_vs.csv: row 1 (r1), RACE is 'ASIAN', the trail says 'WHITE;ASIAN'."),
    (with_missing_reason, "crf_vs.csv: row 2 (r2), MISSING is '', the trail says 'NOT DONE'."),
    (without_row, "crf_vs.csv: row r2 of the trail is missing."),
    (with_invented_row, "crf_ae.csv: row 2 (a9) was made by no change of the trail."),
    (without_change, "trail.jsonl: 2 sealed changes are not in it, manifest.json says that 1 were withheld."),
    (with_change_twice, "stands in the trail twice."),
    (with_unsealed_change, "trail.jsonl: 1 changes are in no seal."),
    (with_other_digest, "content does not match its digest."),
    (with_gap, "X.WEIGHT of 001-004/C1D1 was not '71.0' before."),
    (without_first_seal, "seals.json: seal 2: root, count, total, digest or link to seal 0 is wrong."),
    (with_other_root, "seals.json: seal 1: root, count, total, digest or link to seal 0 is wrong."),
    (with_leaf_twice, "seals.json: a change is listed twice."),
    (with_older_seal, "seals.json: ends with seal 2, which is not the seal that manifest.json names."),
    (with_other_withheld, "trail.jsonl: 1 sealed changes are not in it, manifest.json says that 0 were withheld."),
]


@pytest.mark.requirement("C47", "T14")
@pytest.mark.parametrize(("forge", "sentence"), CASES, ids=[forge.__name__ for forge, _ in CASES])
def test_a_forged_release_with_a_matching_manifest_is_found(
    tmp_path: Path, forge: Callable[[SampleRelease], None], sentence: str
) -> None:
    sample = SampleRelease()
    forge(sample)
    found = findings(written(tmp_path, sample.build()))
    assert any(sentence in finding for finding in found), found


def test_counts_of_the_manifest_are_those_of_the_files(tmp_path: Path) -> None:
    manifest = json.loads(zipfile.ZipFile(written(tmp_path, SampleRelease().build())).read("manifest.json"))
    vitals = next(entry for entry in manifest["files"] if entry["name"] == "crf_vs.csv")
    assert (vitals["rows"], vitals["cells"], vitals["values"]) == (2, 8, 4)
    assert manifest["values"] == 5


def test_a_wrong_text_under_a_commitment_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(written(tmp_path, SampleRelease().build())).extractall(folder)
    trail = folder / "trail.jsonl"
    trail.write_text(trail.read_text("utf-8").replace('"Entry error"', '"Other words"'), "utf-8")
    assert any("line 2" in finding and "does not match its commitment" in finding for finding in findings(folder))


VECTORS = json.loads((Path(__file__).parents[1] / "audit" / "canonical_vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda vector: vector["name"])
def test_the_verifier_keeps_the_canonical_form(vector: dict) -> None:
    assert verify_release.canonical(vector["value"]).decode() == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["commitments"])
def test_the_verifier_keeps_the_form_of_commitments(vector: dict) -> None:
    salted = bytes.fromhex(vector["salt"]), vector["text"].encode()
    assert verify_release.prefixed_digest("casebook/text/1", *salted) == vector["commitment"]


@pytest.mark.parametrize("vector", VECTORS["changes"], ids=lambda vector: vector["name"])
def test_the_verifier_keeps_the_digest_of_a_change(vector: dict) -> None:
    content = verify_release.canonical(json.loads(vector["text"]))
    assert content.decode() == vector["text"]
    assert verify_release.prefixed_digest("casebook/change/1", content) == vector["digest"]


@pytest.mark.parametrize("vector", VECTORS["roots"])
def test_the_verifier_keeps_the_merkle_root(vector: dict) -> None:
    assert verify_release.merkle_root([bytes.fromhex(leaf) for leaf in vector["leaves"]]).hex() == vector["root"]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
)


@given(PLAIN)
def test_the_verifier_and_the_trail_have_one_canonical_form(value: object) -> None:
    assert verify_release.canonical(value) == audit_canonical.canonical(value)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40))
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert verify_release.merkle_root(leaves) == root_of(leaves) == seal.merkle_root(leaves)
