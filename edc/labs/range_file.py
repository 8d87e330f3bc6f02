"""Normal ranges from a CSV file: each row checked, then all of them proposed or none; approval stays one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

from sqlalchemy import select

from audit.capture import Actor, change
from edc.db import Session
from edc.errors import Problem
from edc.labs.csv_rows import Bytes, Column, RawRow, clean_cells, read_rows, safe_name
from edc.labs.ranges import read_proposal
from edc.labs.samples import STOPS, Line, State
from edc.study.acts import Act
from edc.study.models import Laboratory, Site
from edc.study.normal_ranges import RangeProposal, faults_of, is_same_ground, list_standing, propose_range

COLUMNS: Sequence[Column] = (
    Column("site", "code of the site", needed=True),
    Column("laboratory", "name of the laboratory as the study lists it for the site", needed=True),
    Column("panel", "panel of the test", needed=True),
    Column("test", "LBTESTCD", needed=True),
    Column("unit", "as the laboratory prints it; empty for a test without one"),
    Column("sex", "F, M or BOTH", needed=True),
    Column("age_from", "first year of age; empty: any"),
    Column("age_to", "last year of age, included"),
    Column("lln", "lower limit of normal"),
    Column("uln", "upper limit of normal"),
    Column("valid_from", "first day, 2024-01-01", needed=True),
    Column("valid_to", "last day; empty while it is valid"),
    Column("source_document", "title, date or revision of the laboratory's document", needed=True),
)
#: What the sentence of an unreadable value says besides, which holds for forms only.
OF_FORMS = " Nothing was stored for this field; the rest of the form is safe."
FACTS = ("age_from", "age_to", "lln", "uln", "valid_from", "valid_to", "source_document")


class RangesStopped(Problem):
    """A file in which ranges are refused: carries its report."""

    code, status = "ranges-stopped", 422
    what = "No range was proposed."
    why = "{count} of {total} rows are refused."
    next = "Each is listed with what to do. Correct the file and import the whole file again."

    def __init__(self, report: RangeReport) -> None:
        self.report = report
        super().__init__(count=len(report.stopping), total=len(report.lines))


@dataclass
class RangeReport:
    """What a file of ranges says, row by row, and the proposals that are new."""

    name: str
    sha256: str
    lines: list[Line] = field(default_factory=list)
    new: list[tuple[Site, RangeProposal]] = field(default_factory=list)

    @property
    def stopping(self) -> list[Line]:
        """The rows that keep the file from being imported."""
        return [line for line in self.lines if line.state in STOPS]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        return {s.value: sum(line.state is s for line in self.lines) for s in State if s is not State.DIFFERS}


def check_ranges(session: Session, stream: IO[bytes], name: str, today: dt.date) -> RangeReport:
    """Read and judge each row of a file; raises FileUnreadable. Nothing is stored."""
    source = Bytes(stream)
    rows = list(read_rows(source, COLUMNS))
    report = RangeReport(safe_name(name), source.sha256)
    for row in rows:
        line = Line(row.number, "", "", State.NEW)
        report.lines.append(line)
        fault = _judge(session, row, line, report, today)
        if fault:
            line.state, line.column, line.sentence = State.REFUSED, *fault
    return report


def _judge(
    session: Session, row: RawRow, line: Line, report: RangeReport, today: dt.date
) -> tuple[str, str] | None:  # fmt: skip
    """Add the row's proposal to the report, or say which column keeps it from being one."""
    cells, fault = clean_cells(row, COLUMNS)
    if fault:
        return fault
    line.participant, line.test = cells["site"], f"{cells['panel']} {cells['test']}"
    found = session.execute(
        select(Laboratory, Site)
        .join(Site, Site.uid == Laboratory.site_uid)
        .where(Laboratory.name == cells["laboratory"], Site.code == cells["site"])
    ).first()
    if found is None:
        return "laboratory", "The site has no laboratory of this name that you can see. Check both."
    sent = {**cells, "test": f"{cells['panel'].upper()} {cells['test'].upper()}", "sex": cells["sex"].upper()}
    given, errors = read_proposal(sent, cells["laboratory"], today)
    if given is None:
        column, sentence = next(iter(errors.items()))
        return column, sentence.replace(OF_FORMS, "")
    return _compare(session, found[1], given, line, report)


def _compare(
    session: Session, site: Site, given: RangeProposal, line: Line, report: RangeReport
) -> tuple[str, str] | None:  # fmt: skip
    standing = list_standing(session, site, given)
    if any(all(getattr(row, name) == getattr(given, name) for name in FACTS) for row in standing):
        line.state = State.SAME
        return None
    for fault in faults_of(session, site, given):
        return "valid_from" if "overlaps" in fault else "test", fault
    for other_site, other in report.new:
        is_twin = (other_site.uid, *_identity(other)) == (site.uid, *_identity(given))
        if is_twin and is_same_ground(other, given):
            return "valid_from", "Another row of the file is for the same people on the same days. Keep one of them."
    report.new.append((site, given))
    return None


def _identity(given: RangeProposal) -> tuple[str, ...]:
    return given.laboratory, given.panel, given.test, given.unit, given.sex


def propose_all(session: Session, by: Actor, report: RangeReport) -> int:
    """Propose every new range of a checked file in one change; raises RangesStopped while a row is refused."""
    if report.stopping:
        raise RangesStopped(report)
    if not report.new:
        return 0
    with change(session, by=by, act=Act.RANGE_PROPOSE) as opened:
        for site, given in report.new:
            propose_range(session, by=by, site=site, proposal=given)
        opened.note("range_import", report.sha256, "file", None, f"{report.name}, {len(report.new)} ranges")
    return len(report.new)
