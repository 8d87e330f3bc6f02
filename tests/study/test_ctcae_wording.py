"""The wording of CTCAE from NCI's file: read from its columns, loaded whole or not at all, and found by term."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import Result
from sqlalchemy import func, select

from audit.models import audit_change
from edc.cli.workplace import Workplace
from edc.study.ctcae_wording import TermWording, has_wording, wording_of
from forms.dictionaries.ctcae import find_term, get_term, list_terms
from tests.cli.conftest import edc, home

__all__ = ["edc", "home"]

Edc = Callable[..., Result]
Cells = list[list[str]]
HEADING = ["MedDRA Code", "MedDRA SOC", "CTCAE Term", *(f"Grade {n}  " for n in range(1, 6)), "Definition"]
PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ctcae_v5.csv"


def table(word: str = "Words", dash: str = "-") -> Cells:
    """A file as NCI's, with words of our own: 'Words 3 of\\nChills'."""
    return [list(HEADING)] + [
        [t.code, t.soc, t.name, *(f"{word} {n} of\n{t.name}" if t.offers(n) else dash for n in range(1, 6)), "None"]
        for t in list_terms()
    ]


def write_csv(folder: Path, rows: Cells) -> Path:
    path = folder / "ctcae.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_workbook(folder: Path, rows: Cells) -> Path:
    """A workbook with a sheet of something else first, a title above the table, and codes as numbers."""
    book = xlsxwriter.Workbook(folder / "ctcae.xlsx")
    book.add_worksheet("Read me").write_row(0, 0, ["About this file"])
    sheet = book.add_worksheet("Terms")
    sheet.write_row(0, 0, ["CTCAE"])
    sheet.write_row(2, 0, rows[0])
    for number, (code, *rest) in enumerate(rows[1:], 3):
        sheet.write_number(number, 0, int(code))
        sheet.write_row(number, 1, rest)
    book.close()
    return folder / "ctcae.xlsx"


def stored(name: str) -> dict[int, str]:
    with Workplace.open().session() as session:
        return dict(wording_of(session, find_term(name)))


def changes() -> int:
    with Workplace.open().session() as session:
        return session.scalar(select(func.count()).select_from(audit_change)) or 0


@pytest.mark.parametrize("write", [write_csv, write_workbook])
def test_each_offered_grade_has_its_wording_in_one_line(
    edc: Edc, tmp_path: Path, write: Callable[[Path, Cells], Path]
) -> None:
    answer = edc("ctcae", "load", write(tmp_path, table()))
    assert (answer.exit_code, answer.output) == (0, "837 of 837 terms loaded.\n")
    assert stored("Chills") == {n: f"Words {n} of Chills" for n in (1, 2, 3)}
    assert stored("Eosinophilia") == {n: f"Words {n} of Eosinophilia" for n in (1, 3)}


def test_before_the_file_there_is_no_wording(home: Path) -> None:
    assert stored("Chills") == {} and stored("Rigors") == {}
    with Workplace.open().session() as session:
        assert not has_wording(session)


def test_the_same_file_again_changes_nothing(edc: Edc, tmp_path: Path) -> None:
    edc("ctcae", "load", write_csv(tmp_path, table()))
    before = changes()
    answer = edc("ctcae", "load", write_csv(tmp_path, table(dash="–")))
    assert (answer.exit_code, answer.output) == (0, "Every term is loaded already.\n")
    assert changes() == before


def test_a_corrected_file_replaces_what_differs_and_the_trail_holds(edc: Edc, tmp_path: Path) -> None:
    edc("ctcae", "load", write_csv(tmp_path, table()))
    corrected = table()
    corrected[5][3] = "Corrected words"
    answer = edc("ctcae", "load", write_csv(tmp_path, corrected))
    assert answer.output == "1 of 837 terms loaded.\n"
    assert stored(list_terms()[4].name)[1] == "Corrected words"
    assert edc("audit", "verify").exit_code == 0


def test_columns_in_another_order_and_spelling_are_found(edc: Edc, tmp_path: Path) -> None:
    rows = [list(reversed(row)) for row in table()]
    rows[0] = ["definition", *(f"grade_{n}" for n in range(5, 0, -1)), "term", "soc", "meddra_code"]
    assert edc("ctcae", "load", write_csv(tmp_path, rows)).exit_code == 0
    assert stored("Chills")[3] == "Words 3 of Chills"


def without_grade(rows: Cells) -> None:
    next(row for row in rows if row[2] == "Chills")[5] = "-"


def of_another_version(rows: Cells) -> None:
    rows[1][2] = "Anaemia, iron deficiency"


def too_long(rows: Cells) -> None:
    rows[1][3] = "w" * 2001


@pytest.mark.parametrize(
    ("what", "spoil", "sentence"),
    [
        ("a term is missing", lambda rows: rows.pop(), "1 terms of CTCAE v5.0 are missing"),
        ("a term twice", lambda rows: rows.append(rows[1]), "Row 839: Anemia stands in row 2 already"),
        ("a grade without wording", without_grade, "Chills has grades 1, 2, in CTCAE v5.0 1, 2, 3"),
        ("another version", of_another_version, "Row 2: 10002272 'Anaemia, iron deficiency' is no term of CTCAE v5.0"),
        ("wording beyond all measure", too_long, "Row 2: a grade of Anemia is longer than 2000 characters"),
        ("no such columns", lambda rows: rows[0].__setitem__(3, "Mild"), "no table with the columns MedDRA Code"),
        ("no rows", lambda rows: rows.__delitem__(slice(1, None)), "no table with the columns"),
    ],
)
def test_a_file_that_is_not_ctcae_5_is_refused_as_a_whole(
    edc: Edc, tmp_path: Path, what: str, spoil: Callable[[Cells], object], sentence: str
) -> None:
    rows = table()
    spoil(rows)
    answer = edc("ctcae", "load", write_csv(tmp_path, rows))
    assert answer.exit_code == 2 and sentence in answer.output
    with Workplace.open().session() as session:
        assert session.scalar(select(func.count()).select_from(TermWording)) == 0


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("ctcae.csv", b"MedDRA Code\xff", "no CSV in UTF-8 that can be read"),
        ("ctcae.xlsx", b"no workbook", "no workbook that can be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    edc: Edc, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    answer = edc("ctcae", "load", tmp_path / name)
    assert answer.exit_code == 2 and sentence in answer.output


@pytest.mark.skipif(not PUBLISHED.exists(), reason=f"the published wording {PUBLISHED} does not stand beside the checkout")
def test_the_published_wording_is_loaded(edc: Edc) -> None:
    assert edc("ctcae", "load", PUBLISHED).output == "837 of 837 terms loaded.\n"
    for name in ("Chills", "Urine output decreased", "Hypotension"):
        assert tuple(stored(name)) == get_term(name).grades
