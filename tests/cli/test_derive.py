"""`edc derive`: the formats of its files, what passes through, and a sentence for each fault in them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from edc.cli import main

HEAVY = {"flask", "sqlalchemy", "reportlab", "alembic", "environs", "scipy", "matplotlib"}
CASE: dict[str, Any] = {
    "id": "worked",
    "note": {"kept": [1.5, None, "Ä"]},
    "baseline": {
        "date": "2024-01-22",
        "targets": [
            {"organ": "LIVER", "node": False, "mm": 42},
            {"organ": "LUNG", "node": False, "mm": 28},
            {"organ": "LYMPH NODE", "node": True, "mm": 22.0},
        ],
        "nontargets": ["bone"],
    },
    "visits": [
        {"date": "2024-12-16", "targets": [29, 7, 11], "nontargets": ["PRESENT"], "new_lesion": False, "n": 5},
        {"date": "2024-04-08", "targets": [30, 18, 14], "nontargets": ["PRESENT"], "new_lesion": False, "n": 1},
        {"date": "2024-06-10", "targets": [24, "TSTM", 9], "nontargets": ["PRESENT"], "new_lesion": False, "n": 2},
        {"date": "2024-08-12", "targets": [None, 6, 9], "nontargets": ["PRESENT"], "new_lesion": False, "n": 3},
        {"date": "2024-10-14", "targets": [26, 7, 11], "nontargets": ["NE"], "new_lesion": False, "n": 4},
    ],
}


def derive(*arguments: object) -> Result:
    """Run the command where nothing is installed: no settings, no database."""
    blank = {"CASEBOOK_DATABASE_URL": "none", "CASEBOOK_KEYS": "none"}
    return CliRunner(env=blank).invoke(main, ["derive", *[str(one) for one in arguments]])


def derive_json(folder: Path, command: str, document: Any, *options: str) -> Any:
    (folder / "in.json").write_text(document if isinstance(document, str) else json.dumps(document))
    answer = derive(command, folder / "in.json", folder / "out.json", *options)
    assert (answer.exit_code, answer.output) == (0, "")
    return json.loads((folder / "out.json").read_text())


def derive_csv(folder: Path, command: str, text: str, *options: str) -> list[dict[str, str]]:
    (folder / "in.csv").write_text(text)
    answer = derive(command, folder / "in.csv", folder / "out.csv", *options)
    assert (answer.exit_code, answer.output) == (0, "")
    with (folder / "out.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("command", ["", "recist", "best-response", "pfs", "survival"])
def test_every_command_has_help(command: str) -> None:
    answer = derive(*command.split(), "--help")
    assert answer.exit_code == 0 and "Usage" in answer.output


def test_a_derivation_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps([CASE]))
    program = (
        "import sys; from edc.cli import main; main(sys.argv[1:], standalone_mode=False);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    words = ["derive", "recist", str(tmp_path / "in.json"), str(tmp_path / "out.json")]
    told = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    assert HEAVY & set(told.stdout.split()) == set()


# --- recist ---------------------------------------------------------------------------------------------------------


def test_recist_adds_a_result_to_each_visit_in_the_order_given(tmp_path: Path) -> None:
    case = derive_json(tmp_path, "recist", [CASE])[0]
    results = {visit["n"]: visit.pop("result") for visit in case["visits"]}
    assert [results[n]["overall"] for n in (1, 2, 3, 4, 5)] == ["PR", "PR", "NE", "PR", "PD"]
    assert results[3] == {
        "sum": None, "sum_measured": 15, "nadir": 38, "target_response": "NE", "nontarget_response": "NON-CR/NON-PD",
        "overall": "NE", "rule": "5.3, 6.5, 8a row 6",
        "explanation": "NE: 1 of 3 targets missing (target 1 (LIVER)), sum of those measured 15 mm, -23 mm and -60.5 % "
        "from nadir 38 mm; 1 of 1 non-targets present; no new lesion.",
    }  # fmt: skip
    assert case.pop("progression_visit") == 1
    assert case == CASE


def course(*visits: dict[str, Any], nontargets: int = 0) -> dict[str, Any]:
    """A case with two liver targets of 30 and 20 mm; visits eight weeks apart."""
    sizes = ({"organ": "LIVER", "node": False, "mm": mm} for mm in (30, 20))
    dates = (f"2024-{month:02}-01" for month in range(2, 12, 2))
    told = ({"date": day, "nontargets": [], "new_lesion": False} | visit for day, visit in zip(dates, visits, strict=False))
    baseline = {"date": "2024-01-01", "targets": list(sizes), "nontargets": ["bone"] * nontargets}
    return {"id": 1, "baseline": baseline, "visits": list(told)}


@pytest.mark.parametrize(
    ("what", "targets", "total", "response"),
    [
        ("decimals are exact", [15.1, 19.9], 35, "PR"),
        ("one tenth more", [15.2, 19.9], 35.1, "SD"),
        ("fragments", [{"split": [10, 4.5]}, 20], 34.5, "PR"),
        ("merged mass", [{"merged_into": 1}, 40], 40, "SD"),
        ("merged mass gone", [{"merged_into": 1}, 0], 0, "CR"),
        ("too small to measure", ["TSTM", 0], 5, "PR"),
        ("gone", [0, 0.0], 0, "CR"),
        ("not evaluable", [None, 0], None, "NE"),
    ],
)
def test_values_of_targets(tmp_path: Path, what: str, targets: list[Any], total: float | None, response: str) -> None:
    result = derive_json(tmp_path, "recist", [course({"targets": targets})])[0]["visits"][0]["result"]
    assert (result["sum"], result["target_response"], result["overall"]) == (total, response, response)
    assert result["nontarget_response"] == "NA"


def test_a_confirmed_equivocal_lesion_dates_progression_back(tmp_path: Path) -> None:
    same = {"targets": [30, 20]}
    case = course(same, same | {"new_lesion_equivocal": True}, same, same | {"confirms_equivocal_of_visit": 2})
    found = derive_json(tmp_path, "recist", [case])[0]
    assert [visit["result"]["overall"] for visit in found["visits"]] == ["SD", "PD", "SD", "PD"]
    assert found["progression_visit"] == 2


def test_a_case_without_progression_or_visits(tmp_path: Path) -> None:
    found = derive_json(tmp_path, "recist", [course({"targets": [30, 20]}), course()])
    assert [case["progression_visit"] for case in found] == [None, None]


def test_a_setting_changes_the_result(tmp_path: Path) -> None:
    case = course({"targets": [10, 10]}, {"targets": [15, 8]}, {"targets": [20, 17]})
    for setting, expected in (("pr_carry_forward=Y", ["PR", "PR", "PD"]), ("tstm_mm=4", ["PR", "PR", "PD"])):
        found = derive_json(tmp_path, "recist", [case], "--set", setting)
        assert [visit["result"]["overall"] for visit in found[0]["visits"]] == expected
    small = derive_json(tmp_path, "recist", [course({"targets": ["TSTM", 0]})], "--set", "tstm_mm=4")
    assert small[0]["visits"][0]["result"]["sum"] == 4


@pytest.mark.parametrize(
    ("what", "broken", "sentence"),
    [
        ("no JSON", "[{", "line 1, column 3: this is no JSON"),
        ("no list", "{}", "the file: {} is not a list"),
        ("a case that is no object", "[7]", "[0]: 7 is not an object"),
        ("a number that is none", "[NaN]", "NaN is no number"),
        ("a number too large", "[1e999]", "1e999 is too large a number"),
        ("nested without end", "[" * 100000, "this is no JSON that can be read"),
        ("baseline missing", '[{"visits": []}]', "[0]: 'baseline' is missing"),
        ("negative size", {"targets": [-1, 20]}, "[0].visits[0].targets[0]: -1 is not a number from 0 to"),
        ("size as text", {"targets": ["30 mm", 20]}, '[0].visits[0].targets[0]: "30 mm" is not a number, "TSTM"'),
        ("size as truth", {"targets": [True, 20]}, "[0].visits[0].targets[0]: true is not a number"),
        ("a target too few", {"targets": [30]}, "[0].visits[0].targets: 1 values for 2 targets of baseline"),
        ("merged into itself", {"targets": [{"merged_into": 0}, 20]}, "targets[0].merged_into: 0 is not another of the 2"),
        ("merged into none", {"targets": [{"merged_into": 2}, 20]}, "targets[0].merged_into: 2 is not another of the 2"),
        ("merged in a circle", {"targets": [{"merged_into": 1}, {"merged_into": 0}]}, "target 1 (LIVER) is merged into itself"),
        ("no fragments", {"targets": [{"split": []}, 20]}, "targets[0].split: [] is not the diameters of the fragments"),
        ("no such date", {"date": "2024-02-30"}, '[0].visits[0].date: "2024-02-30" is not a date'),
        ("before baseline", {"date": "2023-12-31"}, '[0].visits[0].date: "2023-12-31" is not a date at or after baseline'),
        ("new lesion not said", {"new_lesion": None}, "[0].visits[0].new_lesion: null is not true or false"),
        ("a non-target too many", {"nontargets": ["NE"]}, "[0].visits[0].nontargets: 1 values for 0 non-targets"),
        ("confirms no visit", {"confirms_equivocal_of_visit": 3}, "confirms_equivocal_of_visit: 3 is not one of the 1"),
        ("confirms itself", {"confirms_equivocal_of_visit": 1}, "1 is not an earlier visit with new_lesion_equivocal"),
    ],
)
def test_bad_json_is_a_sentence_with_its_path(tmp_path: Path, what: str, broken: Any, sentence: str) -> None:
    # Text is the whole file, an object what its only visit says.
    text = broken if isinstance(broken, str) else json.dumps([course({"targets": [30, 20]} | broken)])
    (tmp_path / "in.json").write_text(text)
    refused(derive("recist", tmp_path / "in.json", tmp_path / "out.json"), tmp_path, "in.json", sentence)


def refused(answer: Result, folder: Path, *sentences: str) -> None:
    """Exit code 2, one sentence without a trace, and nothing written."""
    assert (answer.exit_code, answer.output.count("\n")) == (2, 1), answer.output
    for sentence in sentences:
        assert sentence in answer.output
    assert [path.name for path in folder.iterdir()] in (["in.json"], ["in.csv"])


# --- best-response and pfs ------------------------------------------------------------------------------------------

BEST = """\
site,case_id,start_date,visit_date,response,confirmation_required,confirmation_window_days,ref_window_days,max_ne,accept_sd,missing_as_ne,pd_cut_date,read
UC,b,2024-01-01,2024-04-29,PR,,,,,,,,1
UC,a,2024-01-01,2024-03-01,CR,N,,,,,,,1
UC,b,2024-01-01,2024-03-01,PR,,,,,,,,2
UC,c,2024-01-01,,,,,,,,N,,1
UC,d,2024-01-01,2024-03-01,PR,Y,28,42,1,Y,Y,,1
UC,d,2024-01-01,2024-03-15,SD,Y,28,42,1,Y,Y,,1
UC,d,2024-01-01,2024-04-29,PR,Y,28,42,1,Y,Y,,1
UC,e,2024-01-01,2024-03-01,SD,,,,,,,2024-02-29,1
UC,f,,,,,,,,,,,1
"""


def test_best_response_of_each_case(tmp_path: Path) -> None:
    rows = derive_csv(tmp_path, "best-response", BEST)
    assert [list(row.values()) for row in rows] == [
        ["b", "PR", "2024-03-01", "Y", "UC", ""],
        ["a", "CR", "2024-03-01", "N", "UC", "1"],
        ["c", "MISSING", "", "", "UC", "1"],
        ["d", "PR", "2024-03-01", "Y", "UC", "1"],
        ["e", "NE", "", "", "UC", "1"],
        ["f", "NE", "", "", "UC", "1"],
    ]
    assert list(rows[0]) == ["case_id", "best_response", "date", "confirmed", "site", "read"]


def test_settings_of_the_command_stand_where_a_case_has_none(tmp_path: Path) -> None:
    rows = derive_csv(tmp_path, "best-response", BEST, "--set", "confirm_days=90")
    assert [row["best_response"] for row in rows] == ["SD", "CR", "MISSING", "PR", "NE", "NE"]


PFS = """\
case_id,start_date,visit_date,response,death_date,nact_date,schedule_days,cutoff_date
a,2024-01-01,2024-03-01,SD,,,,
a,2024-01-01,2024-12-01,PD,,,,
b,2024-01-01,2024-03-01,SD,,,84,
b,2024-01-01,2024-12-01,PD,,,84,
c,2024-01-01,2024-03-01,SD,2024-04-01,2024-03-15,,
d,2024-01-01,2024-03-01,SD,2024-04-01,,,
e,2024-01-01,2024-03-01,SD,2024-04-01,,,2024-03-31
f,2024-01-01,,,,,,
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["event 4", "censored 3", "censored 2", "event 5", "censored 8", "censored 6"]),
        (("--style", "ema"), ["event 4", "event 4", "event 5", "event 5", "censored 8", "censored 6"]),
    ],
)
def test_progression_free_survival_of_each_case(tmp_path: Path, options: tuple[str, ...], expected: list[str]) -> None:
    rows = derive_csv(tmp_path, "pfs", PFS, *options)
    assert [f"{row['event_or_censored']} {row['reason'][4]}" for row in rows] == expected
    assert (rows[0]["date"], rows[0]["reason"]) == ("2024-12-01", "Row 4: PD")


@pytest.mark.parametrize(
    ("what", "change", "sentence"),
    [
        ("no such day", ("a,2024-01-01,2024-03-01", "a,2024-01-01,2024-02-30"), "row 2, column visit_date: '2024-02-30' is no"),
        ("partial date of death", ("2024-04-01,2024-03-15", "2024-04,2024-03-15"), "row 6, column death_date: '2024-04' is no"),
        ("unknown response", ("2024-12-01,PD,,,,", "2024-12-01,XX,,,,"), "row 3, column response: 'XX' is none of CR, PR"),
        ("response without a date", ("a,2024-01-01,2024-12-01,PD", "a,2024-01-01,,PD"), "row 3, column visit_date: the date"),
        ("no start", ("f,2024-01-01", "f,"), "row 9, column start_date: the start date of f is missing"),
        ("no case", ("\nd,", "\n,"), "row 7, column case_id: the case is missing"),
        ("values that differ", ("b,2024-01-01,2024-12-01", "b,2024-01-02,2024-12-01"), "row 5, column start_date: '2024-01-02', but row 4"),
        ("no number of days", ("PD,,,84", "PD,,,x"), "row 5, column schedule_days: 'x', but row 4"),
        ("a cell too few", ("f,2024-01-01,,,,,,", "f,2024-01-01,,,"), "row 9, column nact_date: 5 cells, but the header has 8"),
        ("a cell too many", ("f,2024-01-01,,,,,,", "f,2024-01-01,,,,,,,"), "row 9, column 9: 9 cells, but the header has 8"),
        ("a column missing", ("death_date,", "death,"), "row 1: the column death_date is missing"),
        ("a column twice", ("nact_date,", "death_date,"), "row 1: the column 'death_date' stands twice"),
        ("a quote without end", ("a,2024-01-01,2024-03-01", '"a,2024-01-01,2024-03-01'), "this is no CSV that can be read"),
    ],
)
def test_bad_csv_is_a_sentence_with_row_and_column(
    tmp_path: Path, what: str, change: tuple[str, str], sentence: str
) -> None:
    assert change[0] in PFS
    (tmp_path / "in.csv").write_text(PFS.replace(*change, 1))
    refused(derive("pfs", tmp_path / "in.csv", tmp_path / "out.csv"), tmp_path, "in.csv", sentence)


def test_text_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"case_id\n\xff\n")
    refused(derive("pfs", tmp_path / "in.csv", tmp_path / "out.csv"), tmp_path, "byte 9 is no UTF-8 text")


def test_a_wrong_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(PFS)
    for setting, sentence in (("confirm_day=3", "is no setting"), ("max_ne", "is not of the form name=value")):
        answer = derive("pfs", tmp_path / "in.csv", tmp_path / "out.csv", "--set", setting)
        refused(answer, tmp_path, f"--set {setting}: ", sentence)


def test_a_result_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(PFS)
    answer = derive("pfs", tmp_path / "in.csv", tmp_path / "nowhere" / "out.csv")
    refused(answer, tmp_path, "No such file or directory")
    assert derive("pfs", tmp_path / "in.csv", tmp_path / "in.csv").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


# --- survival -------------------------------------------------------------------------------------------------------


def test_survival_adds_its_estimates(tmp_path: Path) -> None:
    asked = [
        {"id": "curve", "kind": "kaplan_meier", "times": [1, 2.5, 3, 4, 6], "event": [1, True, 0, 1, 0], "at": [0.5, 3, 7]},
        {"id": "rate", "kind": "clopper_pearson", "x": 19, "n": 27, "level": 0.95, "set": "treated"},
    ]
    curve, rate = derive_json(tmp_path, "survival", asked)
    found = curve["result"]
    assert (found["median"], found["median_ci_loglog"], found["median_ci_log"]) == (4, [1, None], [2.5, None])
    assert found["at"][0] == {"t": 0.5, "estimate": 1, "ci_loglog": [None, None], "ci_log": [1, 1]}
    assert found["at"][1]["estimate"] == pytest.approx(0.6, abs=1e-15)
    assert found["at"][1]["ci_loglog"] == pytest.approx([0.125730, 0.881756], abs=1e-6)
    assert found["at"][1]["ci_log"] == pytest.approx([0.293316, 1], abs=1e-6)
    assert found["at"][2] == {"t": 7, "estimate": None, "ci_loglog": [None, None], "ci_log": [None, None]}
    assert rate["result"] == pytest.approx({"estimate": 19 / 27, "lower": 0.498192, "upper": 0.862473}, abs=1e-4)
    assert rate["set"] == "treated"


@pytest.mark.parametrize(
    ("what", "request_", "sentence"),
    [
        ("unknown kind", {"kind": "cox"}, '[0].kind: "cox" is not one of kaplan_meier, clopper_pearson'),
        ("an event too few", {"kind": "kaplan_meier", "times": [1, 2], "event": [1]}, "[0].event: 1 values for 2 times"),
        ("no event", {"kind": "kaplan_meier", "times": [1], "event": [2]}, "[0].event[0]: 2 is not an event"),
        ("negative time", {"kind": "kaplan_meier", "times": [-1], "event": [1]}, "[0].times[0]: -1 is not a number"),
        ("more than all", {"kind": "clopper_pearson", "x": 3, "n": 2}, "[0].x: 3 is not a count of at most n, 2"),
        ("half a responder", {"kind": "clopper_pearson", "x": 0.5, "n": 2}, "[0].x: \"0.5\" is not a whole number"),
        ("a level in percent", {"kind": "clopper_pearson", "x": 1, "n": 2, "level": 95}, "[0].level: 95 is not a level"),
    ],
)
def test_bad_requests_are_refused(tmp_path: Path, what: str, request_: dict[str, Any], sentence: str) -> None:
    (tmp_path / "in.json").write_text(json.dumps([request_]))
    refused(derive("survival", tmp_path / "in.json", tmp_path / "out.json"), tmp_path, sentence)
