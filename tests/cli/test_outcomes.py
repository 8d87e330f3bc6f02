"""`edc outcomes`: a folder of tables, or a sentence, exit code 2 and no folder."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.models import audit_record
from edc.cli.workplace import Workplace
from exports.analysis import outcomes
from exports.analysis_about import about_table
from exports.outcome_files import write_outcomes
from tests.cli.conftest import Edc
from tests.exports.outcome_people import admission, event, person, study


def table(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_study_without_participants_has_every_table_and_the_trail_notes_it(edc: Edc, home: Path) -> None:
    answer = edc("outcomes", home / "out")
    assert answer.exit_code == 0, answer.output
    assert {"about.csv", "response.csv", "time_to_event.csv", "adverse_events.csv", "dose_intensity.csv"} <= {
        file.name for file in (home / "out").iterdir()
    }
    facts = {line["What"]: line["Value"] for line in table(home / "out" / "about.csv")}
    assert (facts["Data"], facts["Treated"], facts["Analysis set"]) == ("now", "0", "All treated")
    with Workplace.open().engine.connect() as connection:
        noted = connection.scalars(select(audit_record.c.new).where(audit_record.c.key == "outcomes"))
        assert list(noted) == ["outcomes, now"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as-of", "yesterday"], "'yesterday' is no time"),
        (["--as-of", "2999-01-01"], "still to come"),
        (["--as-of", "2024-01-01", "--release", "final"], "not both"),
        (["--release", "final"], ""),
        (["--cutoff", "March"], "'March' is no date"),
        (["--set", "confirm_days=soon"], "confirm_days"),
        (["--tumour-type", "glioma"], "glioma"),
        (["--analysis-set", "per-protocol"], "per-protocol"),
    ],
)
def test_wrong_input_gets_a_sentence_and_no_folder(edc: Edc, home: Path, arguments: list[str], sentence: str) -> None:
    before = sorted(home.iterdir())
    answer = edc("outcomes", home / "out", *arguments)
    assert answer.exit_code == 2 and sentence in answer.output, answer.output
    assert "Traceback" not in answer.output
    assert [file for file in sorted(home.iterdir()) if file not in before and "sqlite" not in file.name] == []


def test_folder_that_holds_something_is_left_alone(edc: Edc, home: Path) -> None:
    (home / "out").mkdir()
    (home / "out" / "notes.txt").write_text("mine")
    answer = edc("outcomes", home / "out")
    assert answer.exit_code == 2 and "is there already" in answer.output
    assert [file.name for file in (home / "out").iterdir()] == ["notes.txt"]


def test_as_of_a_moment_before_anything_knows_nobody(edc: Edc, home: Path) -> None:
    assert edc("outcomes", home / "out", "--as-of", "2020-01-01T08:00").exit_code == 0
    facts = {line["What"]: line["Value"] for line in table(home / "out" / "about.csv")}
    assert (facts["Data"], facts["Moment of the data (UTC)"]) == ("as of", "2020-01-01T08:00:00.000000Z")


@pytest.mark.parametrize(
    ("arguments", "analysis_set"),
    [
        (["--set", "orr_denominator=evaluable"], "Response-evaluable"),
        (["--analysis-set", "complete-course"], "At least one complete course"),
    ],
)
def test_set_is_chosen_by_name_or_by_the_rules(edc: Edc, home: Path, arguments: list[str], analysis_set: str) -> None:
    assert edc("outcomes", home / "out", *arguments).exit_code == 0
    facts = {line["What"]: line["Value"] for line in table(home / "out" / "about.csv")}
    assert facts["Analysis set"] == analysis_set


def test_files_are_counted_again_by_hand(tmp_path: Path) -> None:
    """The rates and totals, counted once more from the listings with nothing but a CSV reader."""
    people = [
        person("001-001", "63 PR -34, 132 PR -50", events=(event("Chills", 2), event("Rash", 3)), slots=admission("GGHN")),
        person("001-002", "63 SD -10", events=(event("Chills", 3),), slots=admission("GHHN")),
        person("001-003", "63 PD 40"),
    ]
    found = outcomes(study(*people))
    write_outcomes(found, tmp_path / "out")
    best = table(tmp_path / "out" / "best_response.csv")
    [rates, *_] = table(tmp_path / "out" / "response.csv")
    assert int(rates["Response x"]) == sum(line["Best response"] in ("CR", "PR") for line in best) == 1
    assert int(rates["n"]) == len(best)
    ends = [line for line in table(tmp_path / "out" / "events_and_censoring.csv") if line["Censoring"] == "FDA"]
    summary = table(tmp_path / "out" / "time_to_event.csv")[0]
    progressed = [line for line in ends if line["PARAMCD"] == "PFS" and line["CNSR"] == "0"]
    assert int(summary["Events"]) == len(progressed) == 1
    admissions = table(tmp_path / "out" / "admissions.csv")
    total = table(tmp_path / "out" / "dose_intensity.csv")[-1]
    assert total["Participant"] == "All"
    assert int(total["Aldesleukin (IL-2): given"]) == sum(int(line["Given"]) for line in admissions) == 3
    holds = table(tmp_path / "out" / "hold_reasons.csv")
    assert sum(int(line["Doses"]) for line in holds) == sum(int(line["Held"]) for line in admissions) == 3
    notes = [row[1] for row in about_table(found).rows]
    assert any("Clopper-Pearson" in str(note) for note in notes)
