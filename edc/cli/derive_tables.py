"""`edc derive best-response` and `edc derive pfs`: assessments from CSV, one row of result for each case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edc.cli.handed_files import Table, TableRow, read_csv, write_csv
from forms.derive.recist_best import OVERALL_RESPONSES, Assessment, best_response
from forms.derive.recist_response import NE
from forms.derive.recist_settings import ResponseSettings, with_setting
from forms.derive.survival import FollowUp, progression_free_survival

ASSESSMENT_COLUMNS = ("case_id", "start_date", "visit_date", "response")
SETTING_COLUMNS = (
    "confirmation_required", "confirmation_window_days", "ref_window_days", "max_ne", "accept_sd", "missing_as_ne",
    "pd_cut_date", "schedule_days",
)  # fmt: skip
FOLLOW_UP_COLUMNS = ("death_date", "nact_date", "schedule_days", "cutoff_date")
_KNOWN = {*ASSESSMENT_COLUMNS, *SETTING_COLUMNS, *FOLLOW_UP_COLUMNS}


@dataclass(frozen=True)
class Case:
    """The rows of a case."""

    case_id: str
    rows: Sequence[TableRow]

    def single(self, column: str) -> tuple[TableRow, str]:
        """The value that the rows of a case repeat, with a row where it stands; a refusal where they differ."""
        filled = [row for row in self.rows if row.cells.get(column)]
        first = filled[0] if filled else self.rows[0]
        value = first.cells.get(column, "")
        for row in filled:
            if row.cells[column] != value:
                row.refuse(column, f"'{row.cells[column]}', but row {first.number} of {self.case_id} has '{value}'")
        return first, value

    def day(self, column: str) -> dt.date | None:
        """The date that the rows of a case repeat."""
        row, _ = self.single(column)
        return row.day(column)

    def start(self) -> dt.date:
        """The start date, which has to be there."""
        found = self.day("start_date")
        if found is None:
            self.rows[0].refuse("start_date", f"the start date of {self.case_id} is missing")
        return found

    def settings(self, settings: ResponseSettings) -> ResponseSettings:
        """The settings with what the case has in their place."""
        for column in SETTING_COLUMNS:
            row, value = self.single(column)
            if value:
                try:
                    settings = with_setting(settings, column, value)
                except ValueError as error:
                    row.refuse(column, str(error))
        return settings

    def assessments(self) -> list[Assessment]:
        """The assessments; a row without a visit date has none."""
        return [found for row in self.rows if (found := _assessment(row))]


def derive_best_response(source: Path, target: Path, settings: ResponseSettings) -> None:
    """Write the best response of each case of a file."""

    def result(case: Case) -> dict[str, str]:
        assessments = case.assessments()
        start = case.start() if assessments else case.day("start_date") or dt.date.min
        best = best_response(assessments, start, case.settings(settings), new_therapy=case.day("nact_date"))
        return {
            "best_response": best.response,
            "date": str(best.date or ""),
            "confirmed": {True: "Y", False: "N", None: ""}[best.confirmed],
        }

    _derive(source, target, ASSESSMENT_COLUMNS, ("best_response", "date", "confirmed"), result)


def derive_pfs(source: Path, target: Path, settings: ResponseSettings, style: str) -> None:
    """Write event or censoring of progression-free survival of each case of a file."""

    def result(case: Case) -> dict[str, str]:
        known = FollowUp(
            start=case.start(),
            assessments=case.assessments(),
            death=case.day("death_date"),
            new_therapy=case.day("nact_date"),
            cutoff=case.day("cutoff_date"),
        )
        found = progression_free_survival(known, case.settings(settings), style=style)
        return {"event_or_censored": found.outcome, "date": str(found.date), "reason": found.reason}

    required = (*ASSESSMENT_COLUMNS, *FOLLOW_UP_COLUMNS)
    _derive(source, target, required, ("event_or_censored", "date", "reason"), result)


def _derive(
    source: Path,
    target: Path,
    required: Sequence[str],
    results: Sequence[str],
    result: Callable[[Case], Mapping[str, str]],
) -> None:
    table = read_csv(source, required)
    others = [name for name in table.columns if name not in _KNOWN and name not in results]
    rows = [
        {"case_id": case.case_id, **result(case), **{name: _common(case, name) for name in others}}
        for case in _cases(table)
    ]
    write_csv(target, ("case_id", *results, *others), rows)


def _cases(table: Table) -> list[Case]:
    found: dict[str, list[TableRow]] = {}
    for row in table.rows:
        if not row.cells["case_id"]:
            row.refuse("case_id", "the case is missing")
        found.setdefault(row.cells["case_id"], []).append(row)
    return [Case(name, rows) for name, rows in found.items()]


def _common(case: Case, column: str) -> str:
    # What differs between the rows of a case has no place in its one row.
    values = {row.cells[column] for row in case.rows}
    return values.pop() if len(values) == 1 else ""


def _assessment(row: TableRow) -> Assessment | None:
    day, response = row.day("visit_date"), row.cells["response"]
    if day is None and response in ("", NE):
        return None
    if day is None:
        row.refuse("visit_date", f"the date of the response {response} is missing")
    if response not in OVERALL_RESPONSES:
        row.refuse("response", f"'{response}' is none of {', '.join(OVERALL_RESPONSES)}")
    return Assessment(day, response)
