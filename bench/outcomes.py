"""The outcomes of a large study: what it takes to read it as it stands, and to make every figure and table of it."""

from __future__ import annotations

from bench.report import AT_MOST, Goal, Report
from bench.stage import Stage
from bench.timing import counted, seconds
from edc.db import Scope
from edc.web import shell
from exports.analysis import outcomes
from exports.outcome_data import StudyData, read_now

SCOPE = Scope.system("bench")
MOST_STATEMENTS = 30


def measure(stage: Stage, report: Report, participants: int) -> None:
    """Seconds for reading and for the analysis, and the number of SQL statements."""
    read: list[StudyData] = []
    with counted(shell(stage.app).engine) as counts:
        taken = seconds(lambda: read.append(_read(stage)))
    report.add(stage.kind, f"outcomes: read and derive {participants:,} participants", "s", taken)
    report.add(
        stage.kind, "outcomes: SQL statements", "", counts.statements, goal=Goal(AT_MOST, MOST_STATEMENTS)
    )  # fmt: skip
    taken = seconds(lambda: outcomes(read[0]))
    report.add(stage.kind, f"outcomes: every figure and table of {participants:,} participants", "s", taken)


def _read(stage: Stage) -> StudyData:
    parts = shell(stage.app)
    with parts.session(writes=False) as session:
        session.info["scope"] = SCOPE
        return read_now(session, SCOPE, now=parts.clock())
