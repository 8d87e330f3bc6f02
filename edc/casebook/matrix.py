"""The casebook as a matrix: visits across, forms down, the four marks in each cell; and one visit's forms."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from edc.clock import now
from edc.db import Session
from edc.records.blank import LOG_PLACE
from edc.records.marks import Marks, due_state, is_past_screening, marks_of, total
from edc.records.models import FormRecord
from edc.records.ruled_out import crfs_ruled_out
from edc.study.activation import crfs_not_in_use
from edc.study.models import Subject, Visit
from forms import schedule
from forms.crf import CRF, all_crfs
from forms.logs import list_of, log_answered_by


@dataclass(frozen=True)
class Cell:
    """One form at one visit: its marks and the records behind it."""

    crf: type[CRF]
    visit: Visit
    marks: Marks
    records: Sequence[FormRecord] = ()
    is_due: bool = True


@dataclass(frozen=True)
class LogLine:
    """One log of the participant with the marks of all its lines, and of the answer whether there are any."""

    crf: type[CRF]
    marks: Marks
    count: int
    removed: int


@dataclass
class Matrix:
    """Everything the casebook page shows, from three statements whatever the size of the study."""

    subject: Subject
    visits: list[Visit]
    rows: list[tuple[type[CRF], list[Cell | None]]] = field(default_factory=list)
    logs: list[LogLine] = field(default_factory=list)


@dataclass(frozen=True)
class VisitColumn:
    """One visit of the matrix by itself, for a narrow screen."""

    visit: Visit
    cells: Sequence[Cell]

    @property
    def waiting(self) -> str:
        """What the visit waits for, in words: `2 overdue, 1 due, 3 queries`."""
        entries = [cell.marks.entry for cell in self.cells if cell.is_due]
        counts = {word: entries.count(word) for word in ("overdue", "due")}
        counts |= {"incomplete": entries.count("started")}
        words = [f"{count} {word}" for word, count in counts.items() if count]
        queries = sum(cell.marks.open_queries + cell.marks.answered_queries for cell in self.cells)
        return ", ".join([*words, *([f"{queries} {'query' if queries == 1 else 'queries'}"] if queries else [])])


def columns_of(matrix: Matrix) -> list[VisitColumn]:
    """The matrix visit by visit."""
    return [
        VisitColumn(visit, [cell for _, cells in matrix.rows if (cell := cells[number]) is not None])
        for number, visit in enumerate(matrix.visits)
    ]


def choose_column(columns: Sequence[VisitColumn], slug: str) -> int | None:
    """The place of the visit with a slug, else of the first one that waits for something; None without visits."""
    named = (number for number, column in enumerate(columns) if column.visit.slug == slug)
    waiting = (number for number, column in enumerate(columns) if column.waiting)
    return next(named, next(waiting, 0 if columns else None))


def visit_forms(visit: Visit) -> list[tuple[type[CRF], schedule.Due]]:
    """The forms that exist and belong to a visit, in the order of the casebook."""
    belong = schedule.forms_of_visit(visit.kind, visit.oid)
    order = list(belong)
    crfs = [crf for crf in all_crfs() if crf.oid in belong and not crf.log]
    return sorted(((crf, belong[crf.oid]) for crf in crfs), key=lambda pair: order.index(pair[0].oid))


def build_matrix(session: Session, subject: Subject, today: dt.date) -> Matrix:
    """The matrix of one participant."""
    statement = select(Visit).where(Visit.subject_uid == subject.uid).order_by(Visit.position)
    visits = list(session.scalars(statement).unique())
    records = _by_place(session, subject)
    matrix = Matrix(subject, visits)
    hidden = crfs_not_in_use(session, subject.site, now(session))
    ruled_out = crfs_ruled_out(session, [subject.uid])[subject.uid]
    columns = {
        visit.uid: {crf: due for crf, due in visit_forms(visit) if crf.oid not in hidden} for visit in visits
    }  # fmt: skip
    for crf in _crfs_of(columns.values()):
        cells = [_cell(crf, visit, columns[visit.uid], records, today) for visit in visits]
        if crf.oid in ruled_out:
            cells = [cell if cell and cell.records else None for cell in cells]
        if any(cells):
            matrix.rows.append((crf, cells))
    matrix.logs = [_log(crf, records) for crf in log_crfs() if log_answered_by(crf) is None and crf.oid not in hidden]
    return matrix


def log_crfs() -> list[type[CRF]]:
    """The forms kept once for a participant or line by line, outside visits."""
    return [crf for crf in all_crfs() if crf.log or crf.oid in schedule.SUBJECT_FORMS]


def _crfs_of(columns: Iterable[dict[type[CRF], schedule.Due]]) -> list[type[CRF]]:
    order = list(schedule.FORMS_BY_VISIT)
    found = {crf for column in columns for crf in column}
    return sorted(found, key=lambda crf: order.index(crf.oid))


def _by_place(session: Session, subject: Subject) -> dict[tuple[str, str], list[FormRecord]]:
    found: dict[tuple[str, str], list[FormRecord]] = defaultdict(list)
    statement = select(FormRecord).where(FormRecord.subject_uid == subject.uid).order_by(FormRecord.repeat_no)
    for record in session.scalars(statement).unique():
        found[record.place, record.crf_oid].append(record)
    return found


def _cell(
    crf: type[CRF], visit: Visit, belong: dict[type[CRF], schedule.Due],
    records: dict[tuple[str, str], list[FormRecord]], today: dt.date,
) -> Cell | None:  # fmt: skip
    if crf not in belong:
        return None
    live = [record for record in records[visit.uid, crf.oid] if not record.removed]
    is_past = is_past_screening(visit, visit.subject.screening_attempt)
    unstarted = due_state(visit, today, is_optional=belong[crf].is_conditional, is_past=is_past)
    marks = total([marks_of(record, unstarted) for record in live]) if live else marks_of(None, unstarted)
    return Cell(crf, visit, marks, live, not belong[crf].is_conditional)


def _log(crf: type[CRF], records: dict[tuple[str, str], list[FormRecord]]) -> LogLine:
    lines, any_crf = records[LOG_PLACE, crf.oid], list_of(crf).any_crf
    answered = records[LOG_PLACE, any_crf.oid] if any_crf else []
    live = [record for record in lines if not record.removed]
    marked = [marks_of(record) for record in [*answered, *live]]
    return LogLine(crf, total(marked) if marked else Marks(), len(live), len(lines) - len(live))


def short_name(visit: Visit) -> str:
    """The name of a visit as it heads a column, with its own course or running number."""
    found = schedule.find_visit(visit.oid)
    return found.short if found else visit.label


def window_words(visit: Visit) -> tuple[str, str]:
    """How a visit stands to its window: tone and words."""
    if visit.status == "missed":
        return "warn", "missed"
    if visit.status == "not applicable":
        return "idle", "not applicable"
    day, first, last = visit.visit_date, visit.window_from, visit.window_to
    if day is None:
        return "idle", f"planned {visit.planned_on}" if visit.planned_on else "no date yet"
    if first is None or last is None or first <= day <= last or visit.kind == schedule.SCREENING:
        return "ok", "in window" if first else ""
    days = (day - last).days if day > last else (first - day).days
    return "warn", f"{days} days {'late' if day > last else 'early'}"
