"""A laboratory's file taken into the records: checked row by row, then taken whole or not at all.

    file = read_file(stream, "results.csv")
    report = Report(file)
    for done in check(session, file, report): ...        # done: rows looked at so far
    for done in take(session, by, file, report): ...     # raises ImportStopped and leaves nothing behind
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from sqlalchemy import select

from audit.capture import Actor, change, together
from edc.clock import now
from edc.db import Session
from edc.errors import Problem
from edc.labs.acts import Act
from edc.labs.csv_rows import Bytes, FileUnreadable, RawRow, read_rows, safe_name
from edc.labs.matching import Matcher
from edc.labs.result_rows import COLUMNS, Codes, ResultRow, RowFault, read_result
from edc.labs.samples import STOPS, Line, Plan, State
from edc.memory import rare_collections
from edc.records.book import SubjectBook
from edc.records.models import FormRecord
from edc.records.outcome import Saving
from edc.records.saving import lock_subject, save_several
from edc.records.shelf import put_away
from edc.study.lab_codes import codes_of
from edc.study.models import Subject
from edc.study.reference import laboratories
from forms.patch import Patch

PROCESS = "import"
NAMES = tuple(column.name for column in COLUMNS)
SHOWN = 500
#: Results of one change; each takes some forty lines of the trail.
MOST_AT_ONCE = 1_000
CODE = re.compile(r"[A-Z0-9-]{1,16}")


class ImportStopped(Problem):
    """A file in which rows differ or are refused: carries the report."""

    code, status = "import-stopped", 422
    what = "Nothing was imported."
    why = "Of {total} rows {differs} differ from what is recorded and {refused} are refused."
    next = "Each is listed with what to do. Correct the file or the forms, then import the whole file again."

    def __init__(self, report: Report) -> None:
        self.report = report
        counts = report.counts
        super().__init__(
            total=f"{report.file.total:,}", differs=f"{counts[State.DIFFERS]:,}",
            refused=f"{counts[State.REFUSED]:,}",
        )  # fmt: skip

    @property
    def details(self) -> dict[str, Any]:
        """The first rows that stop the import."""
        return {"counts": self.report.count_words, "rows": [vars_of(line) for line in self.report.stopping[:SHOWN]]}


@dataclass
class ResultFile:
    """A file that was read: its rows by participant, in the order of the file."""

    name: str
    sha256: str
    people: dict[str, list[RawRow]]
    broken: list[RawRow]

    @property
    def total(self) -> int:
        """How many rows the file has, its header and blank rows left out."""
        return sum(len(rows) for rows in self.people.values()) + len(self.broken)


@dataclass
class Report:
    """What was found of each row, in the order of the file once it is finished."""

    file: ResultFile
    lines: list[Line] = field(default_factory=list)
    taken: int = 0

    @property
    def counts(self) -> Counter[State]:
        """How many rows are in each state."""
        return Counter(line.state for line in self.lines)

    @property
    def count_words(self) -> dict[str, int]:
        """The counts of all states by their names."""
        counts = self.counts
        return {state.value: counts[state] for state in State}

    @property
    def stopping(self) -> list[Line]:
        """The rows that keep the file from being imported."""
        return [line for line in self.lines if line.state in STOPS]

    @property
    def stops(self) -> int:
        """How many rows keep the file from being imported."""
        return sum(line.state in STOPS for line in self.lines)


def vars_of(line: Line) -> dict[str, Any]:
    """A line of the report as plain values."""
    return {**dataclasses.asdict(line), "state": line.state.value}


def read_file(stream: IO[bytes], name: str, advance: Callable[[], None] = lambda: None) -> ResultFile:
    """The rows of a CSV file by participant; raises FileUnreadable. `advance` is called after every thousand rows."""
    file = ResultFile(safe_name(name), "", {}, [])
    for _ in read_into(file, stream):
        advance()
    return file


def read_into(file: ResultFile, stream: IO[bytes]) -> Iterator[int]:
    """Read the rows of a CSV file; yields the rows done after every thousand. Raises FileUnreadable."""
    source = Bytes(stream)
    for count, row in enumerate(read_rows(source, COLUMNS), start=1):
        kept = RawRow(row.number, tuple(map(sys.intern, row.cells)), row.fault)
        (file.broken if row.fault else file.people.setdefault(row.cells[0].strip(), [])).append(kept)
        if not count % 1_000:
            yield count
    file.sha256 = source.sha256


def file_of_rows(rows: Sequence[Mapping[str, str]], name: str, sha256: str) -> ResultFile:
    """The rows that a program sent, as those of a file whose header is row 1."""
    if not rows:
        raise FileUnreadable("It has no rows.", "Send at least one row, or nothing at all.")
    people: dict[str, list[RawRow]] = {}
    for number, row in enumerate(rows, start=2):
        cells = tuple(sys.intern(row.get(column, "")) for column in NAMES)
        people.setdefault(cells[0].strip(), []).append(RawRow(number, cells))
    return ResultFile(safe_name(name), sha256, people, [])


def check(session: Session, file: ResultFile, report: Report) -> Iterator[int]:
    """Compare every row with what is recorded, in a session that only reads; yields the rows done so far."""
    for row in file.broken:
        assert row.fault
        report.lines.append(Line(row.number, "", "", State.REFUSED, *row.fault))
    tables = _Tables(session)
    done = len(file.broken)
    for code, rows in file.people.items():
        subject = _find_subject(session, code)
        report.lines += _plan(session, subject, rows, tables).lines if subject else _unknown(code, rows)
        put_away(session)
        done += len(rows)
        yield done
    report.lines.sort(key=lambda line: line.row)


def _find_subject(session: Session, code: str) -> Subject | None:
    if not CODE.fullmatch(code):
        return None
    return session.scalars(select(Subject).where(Subject.code == code)).one_or_none()


def take(session: Session, by: Actor, file: ResultFile, report: Report) -> Iterator[int]:
    """Store the new results of a checked file: one change a participant, all in one transaction.

    Each participant is compared again behind the lock; raises ImportStopped when something moved meanwhile.
    """
    if report.stops:
        raise ImportStopped(report)
    by = dataclasses.replace(by, process=PROCESS)
    new = {line.participant for line in report.lines if line.state is State.NEW}
    done = 0
    with together(session), rare_collections():
        for code, rows in sorted(file.people.items()):
            if code in new:
                report.taken += _take_one(session, by, file, code, rows)
                put_away(session)
            done += len(rows)
            yield done


def _take_one(session: Session, by: Actor, file: ResultFile, code: str, rows: Sequence[RawRow]) -> int:
    """Store the new results of one participant; returns how many rows brought something."""
    found = session.scalars(select(Subject).where(Subject.code == code)).one()
    subject = lock_subject(session, found.uid)
    plan = _plan(session, subject, rows, _Tables(session))
    if plan.stops:
        raise ImportStopped(Report(file, sorted(plan.lines, key=lambda line: line.row)))
    for brought in _parts(plan.brought):
        with change(session, by=by, act=Act.IMPORT, site=subject.site_uid, subject=subject.uid) as opened:
            save_several(Saving(session, opened, by, now(session)), subject.uid, brought)
            count = sum(_size(patch) for _, patch in brought)
            opened.note("lab_import", file.sha256, "file", None, f"{file.name}, {count} results", path=code)
    return sum(line.state is State.NEW for line in plan.lines)


def _parts(brought: Sequence[tuple[FormRecord, Patch]]) -> Iterator[list[tuple[FormRecord, Patch]]]:
    """Samples in portions whose trail fits into memory, however many a participant has."""
    part: list[tuple[FormRecord, Patch]] = []
    for one in brought:
        if part and sum(_size(patch) for _, patch in (*part, one)) > MOST_AT_ONCE:
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def _size(patch: Patch) -> int:
    return sum(len(rows) for rows in patch.rows.values())


class _Tables:
    """Laboratories and listed codes of each site, read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[str, tuple[Codes, Sequence[str]]] = {}

    def of(self, site_uid: str) -> tuple[Codes, Sequence[str]]:
        """The codes and laboratories of a site."""
        if site_uid not in self._found:
            self._found[site_uid] = codes_of(self._session, site_uid), laboratories(self._session, site_uid)
        return self._found[site_uid]


def _plan(session: Session, subject: Subject, rows: Sequence[RawRow], tables: _Tables) -> Plan:
    """What the rows of one participant would do."""
    matcher = Matcher(session, SubjectBook(session, subject, now(session)))
    readable: list[ResultRow] = []
    for row in rows:
        cells = dict(zip(NAMES, row.cells, strict=True))
        try:
            if cells["site"].strip() not in ("", subject.site.code):
                raise RowFault("site", f"{subject.code} is not of this site. Correct the site or the participant.")
            readable.append(read_result(row, *tables.of(subject.site_uid)))
        except RowFault as fault:
            matcher.refuse(row.number, cells["test"][:40], fault)
    return matcher.compare(readable)


def _unknown(code: str, rows: Sequence[RawRow]) -> list[Line]:
    """A code that the scope does not have: absent and of another site look the same."""
    shown = code if len(code) <= 20 else f"{code[:17]}..."
    sentence = f"There is no participant '{shown}' that you can see. Check the code." if code else (
        "The cell is empty. Every row needs the code of its participant."
    )
    return [Line(row.number, shown, row.cells[7][:40], State.REFUSED, "participant", sentence) for row in rows]
