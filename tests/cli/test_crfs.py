"""`edc crf`: what is asked, on paper and in words, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from forms import releases
from forms.crf import all_crfs, collections, get_crf
from forms.releases import canonical_json, definition
from tests.cli.conftest import Edc


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of releases of the test's own in which every CRF of the study stands as it is in the code."""
    folder = tmp_path / "released"
    folder.mkdir()
    for crf in all_crfs():
        (folder / f"{crf.oid}-{crf.version}.json").write_text(canonical_json(definition(crf)))
    for function in (releases.find_release, releases.released_versions, releases.find_last_release):
        monkeypatch.setattr(function, "__defaults__", (folder,))
    monkeypatch.setattr(releases.changed_crfs, "__defaults__", (None, folder))
    monkeypatch.setattr(releases.release_all, "__defaults__", (folder,))
    return folder


def rewrite(path: Path, version: str, **changed: object) -> None:
    """Put an older release beside the one of now, with some settings as they were."""
    made = json.loads(path.read_text())
    made |= {"version": version, **changed}
    (path.parent / f"{made['oid']}-{version}.json").write_text(canonical_json(made))


@pytest.mark.parametrize("oid", [crf.oid for crf in all_crfs()])
def test_show_names_everything_a_form_declares(edc: Edc, oid: str) -> None:
    answer = edc("crf", "show", oid.lower())
    assert answer.exit_code == 0
    text = " ".join(answer.output.split())
    for _, part in collections(get_crf(oid)):
        for item in part.items.values():
            assert f"{item.oid} {' '.join(item.label.split())}" in text
        for check in part.checks:
            assert f"{check.id} (" in text and " ".join(check.message.split()) in text
        for rule in part.derivations:
            assert f"{rule.id} {rule.version} {part.items[rule.item].oid}:" in text
    assert all(len(line) <= 110 for line in answer.output.splitlines() if "  " in line)


@pytest.mark.parametrize(
    "arguments",
    [("show", "NIX"), ("diff", "NIX"), ("blank", "--form", "NIX", "x.pdf"), ("annotated", "--form", "NIX", "x.pdf")],
)
def test_an_unknown_form_is_a_sentence(edc: Edc, arguments: tuple[str, ...]) -> None:
    answer = edc("crf", *arguments)
    assert (answer.exit_code, answer.output) == (2, "Error: There is no CRF NIX. See `edc crf list`.\n")


def test_paper_is_written_whole_or_not_at_all(edc: Edc, tmp_path: Path) -> None:
    for kind in ("blank", "annotated"):
        book = tmp_path / f"{kind}.pdf"
        assert edc("crf", kind, book).output == f"{book}\n"
        assert len(PdfReader(book).pages) > len(all_crfs())
    one = tmp_path / "dm.pdf"
    assert edc("crf", "blank", "--form", "dm", one).exit_code == 0
    assert "Date of birth" in PdfReader(one).pages[0].extract_text()
    assert edc("crf", "specification", tmp_path / "spec.xlsx").exit_code == 0
    assert "Checks" in openpyxl.load_workbook(tmp_path / "spec.xlsx", read_only=True).sheetnames
    assert edc("crf", "specification", tmp_path / "spec.pdf").exit_code == 0
    wrong = edc("crf", "specification", tmp_path / "spec.docx")
    assert (wrong.exit_code, "ends in .pdf or .xlsx" in wrong.output) == (2, True)
    nowhere = edc("crf", "blank", tmp_path / "nowhere" / "x.pdf")
    assert (nowhere.exit_code, "Traceback" in nowhere.output) == (2, False)
    assert list(tmp_path.glob("*.part")) == []


def test_nothing_differs_from_what_was_released(edc: Edc, released: Path) -> None:
    answer = edc("crf", "diff", "DM")
    assert (answer.exit_code, answer.output) == (0, "Nothing differs between DM 1.0 as released and DM 1.0.\n")
    assert edc("crf", "release", "--check").output == "Every CRF is as released.\n"


def test_a_difference_is_told_in_words(edc: Edc, released: Path) -> None:
    path = released / "DM-1.0.json"
    made = json.loads(path.read_text())
    for item in made["items"]:
        if item["name"] == "sex":
            item |= {"label": "Sex", "required": False, "subset": ["F", "M", "U"]}
    made["items"] = [item for item in made["items"] if item["name"] != "childbearing"]
    made["checks"] = [check for check in made["checks"] if check["id"] != "DM-01"]
    made["codelists"]["RACE"]["values"][0][1] = "Another wording"
    rewrite(path, "0.9", **{key: made[key] for key in ("items", "checks", "codelists")})
    answer = edc("crf", "diff", "DM", "--from", "0.9", "--to", "current")
    assert answer.exit_code == 1
    for sentence in (
        "From DM 0.9 to DM 1.0:",
        "Sex (DM.SEX): the question is now 'Sex at birth'; it was 'Sex'.",
        "Sex at birth (DM.SEX) is now required.",
        "Sex (DM.SEX): the values on offer is now F, M; it was F, M, U.",
        "New item: Childbearing potential (DM.CHILDBEARING), yes no, required, code list NY, asked when sex is F.",
        "New check DM-01 (query: Age at consent is {n}. This study enrols adults (18 or older).).",
        "; it read 'Another wording'.",
    ):
        assert sentence in answer.output, answer.output
    assert edc("crf", "diff", "DM").output == answer.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--from", "7.0"), "DM has no released version 7.0. Released: 1.0."),
        (("--to", "7.0"), "DM has no released version 7.0. Released: 1.0."),
        (("--to", "1.0"), "DM has no released version before 1.0."),
        (("--to", "newest"), "'newest' is no version; one reads like 1.0 or 2.1."),
    ],
)
def test_an_unknown_version_is_a_sentence(
    edc: Edc, released: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    answer = edc("crf", "diff", "DM", *arguments)
    assert (answer.exit_code, answer.output) == (2, f"Error: {sentence}\n")


def test_a_release_that_cannot_be_read_is_a_sentence(edc: Edc, released: Path) -> None:
    (released / "DM-1.0.json").write_text("{")
    for arguments in (("diff", "DM", "--from", "1.0"), ("release", "--check"), ("release",)):
        answer = edc("crf", *arguments)
        assert (answer.exit_code, "Traceback" in answer.output) == (2, False)
        assert "DM-1.0.json is no released definition" in answer.output


def test_what_is_new_is_released_and_what_breaks_a_promise_is_refused(edc: Edc, released: Path) -> None:
    (released / "DM-1.0.json").unlink()
    assert edc("crf", "release", "--check").exit_code == 1
    assert (edc("crf", "release").output, edc("crf", "release").exit_code) == ("Released DM-1.0.json\n", 0)
    path = released / "AE-1.0.json"
    made = json.loads(path.read_text())
    made["items"].append({**made["items"][0], "name": "gone", "oid": "AE.GONE"})
    path.write_text(canonical_json(made))
    answer = edc("crf", "release")
    assert answer.exit_code == 1
    assert "Refused: AE.GONE was released and is gone or renamed. Keep it with retired=" in answer.output
