"""`edc derive ctcae-labs`: its columns, what passes through, and a sentence for each fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from edc.cli.derive_grades import COLUMNS
from tests.cli.test_derive import derive, derive_csv, refused

HEADER = f"participant,{','.join(COLUMNS)},note"
RESULTS = f"""\
{HEADER}
003,Anemia,low,HGB,94,g/L,120,160,,,,"  kept, as it is "
001,Alanine aminotransferase increased,high,ALT,150,U/L,5,40,60,,,
001,Alanine aminotransferase increased,HIGH,alt,150,U/L,5,40,60,normal,,
002,Alanine aminotransferase increased,high,ALT,150,U/L,5,40,,,,
004,Lipase increased,high,LIPASET,130,U/L,10,60,,,symptomatic=no,
004,Lipase increased,high,LIPASET,301,U/L,10,60,,,symptomatic=YES;,
005,Fever,,TEMP,104.1,degF,,,,,duration_hours=24.5,
006,Weight loss,low,WEIGHT,,,,,,,pct_change_from_baseline=-10,
007,Cardiac troponin T increased,high,TROPONT,1.2E2,ng/L,,14,,,symptomatic=no; mi_level=100,
008,Platelet count decreased,low,PLAT,<20,10^3/uL,150,400,,,,
009,Hyperglycemia,high,GLUC,300,mg/dL,70,100,,,,
010,Hyponatremia,low,SODIUM,129.5,mEq/L,135,145,,,symptomatic=no,
"""


def test_each_row_gets_a_grade_in_the_order_given(tmp_path: Path) -> None:
    rows = derive_csv(tmp_path, "ctcae-labs", RESULTS)
    assert [(row["participant"], row["grade"], row["rule"]) for row in rows] == [
        ("003", "2", "main"),
        ("001", "1", "baseline_multiple"),
        ("001", "2", "uln_multiple"),
        ("002", "ungradable", ""),
        ("004", "2", "asymptomatic"),
        ("004", "4", "symptomatic"),
        ("005", "4", "main"),
        ("006", "2", "main"),
        ("007", "3", "main"),
        ("008", "4", "main"),
        ("009", "ungradable", ""),
        ("010", "ungradable", ""),
    ]
    assert rows[0]["explanation"] == "94 g/L is at or above 80 and below 100."
    assert "Missing: a baseline." in rows[3]["explanation"]


def test_columns_pass_through_as_they_stand(tmp_path: Path) -> None:
    rows = derive_csv(tmp_path, "ctcae-labs", RESULTS)
    assert list(rows[0]) == [*HEADER.split(","), "grade", "rule", "explanation"]
    assert (rows[0]["note"], rows[2]["direction"], rows[5]["context"]) == ("  kept, as it is ", "HIGH", "symptomatic=YES;")


def test_grades_of_an_earlier_run_are_replaced(tmp_path: Path) -> None:
    first = derive_csv(tmp_path, "ctcae-labs", RESULTS)
    again = derive_csv(tmp_path, "ctcae-labs", (tmp_path / "out.csv").read_text())
    assert again == first


def test_a_table_without_rows_is_answered_with_its_header(tmp_path: Path) -> None:
    assert derive_csv(tmp_path, "ctcae-labs", f"{HEADER}\n") == []
    assert (tmp_path / "out.csv").read_text() == f"{HEADER},grade,rule,explanation\n"


def test_it_has_help() -> None:
    answer = derive("ctcae-labs", "--help")
    assert answer.exit_code == 0 and "CTCAE v5.0" in answer.output


@pytest.mark.parametrize(
    ("what", "change", "sentence"),
    [
        ("a column missing", (",baseline_flag,", ",flag,"), "row 1: the column baseline_flag is missing"),
        ("no term", ("003,Anemia", "003,"), "row 2, column term: the term is missing"),
        ("no such direction", ("Anemia,low", "Anemia,down"), "row 2, column direction: 'down' is none of high, low"),
        ("a word for a number", ("HGB,94", "HGB,haemolysed"), "row 2, column value: 'haemolysed' is no number"),
        ("a comma for a point", ("HGB,94", 'HGB,"9,4"'), "row 2, column value: '9,4' is no number, such as 12.5"),
        ("infinity", ("HGB,94", "HGB,inf"), "row 2, column value: 'inf' is no number"),
        ("a number out of all bounds", ("HGB,94", "HGB,1e99"), "row 2, column value: '1e99' is no number"),
        ("a sign alone", ("HGB,94", "HGB,<"), "row 2, column value: '<' stands without a number"),
        ("a limit with a sign", ("g/L,120", "g/L,>120"), "row 2, column lln: '>120' is no number"),
        ("no upper limit", ("120,160", "120,-"), "row 2, column uln: '-' is no number"),
        ("no baseline", ("5,40,60,normal", "5,40,n/a,normal"), "row 4, column baseline: 'n/a' is no number"),
        ("no such flag", ("60,normal", "60,ABNORMAL"), "row 4, column baseline_flag: 'ABNORMAL' is none of NORMAL, HIGH"),
        ("no such fact", ("duration_hours=24.5", "hours=24.5"), "row 8, column context: 'hours=24.5' is not one of"),
        ("a fact without a value", ("symptomatic=no,\n", "symptomatic,\n"), "row 6, column context: 'symptomatic' is not"),
        ("neither yes nor no", ("symptomatic=no,\n", "symptomatic=maybe,\n"), "symptomatic is 'maybe', neither yes nor no"),
        ("no duration", ("duration_hours=24.5", "duration_hours="), "row 8, column context: duration_hours has no number"),
        ("words for a duration", ("=24.5", "=a day"), "row 8, column context: 'a day' is no number"),
        ("a fact twice", ("no; mi_level=100", "no; symptomatic=yes"), "row 10, column context: symptomatic stands twice"),
        ("a cell too few", ("009,Hyperglycemia,high,GLUC,300,mg/dL,70,100,,,,", "009,Hyperglycemia"), "row 12, column"),
    ],
)
def test_bad_input_is_a_sentence_with_row_and_column(
    tmp_path: Path, what: str, change: tuple[str, str], sentence: str
) -> None:
    assert change[0] in RESULTS
    (tmp_path / "in.csv").write_text(RESULTS.replace(*change, 1))
    refused(derive("ctcae-labs", tmp_path / "in.csv", tmp_path / "out.csv"), tmp_path, "in.csv", sentence)
