"""The log of a participant's adverse events: its lines, the filters over them, and the same rows as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from edc.records.book import Entry, SubjectBook
from edc.records.marks import Marks, marks_of
from forms import episodes
from forms.event_logs import EventLog
from forms.items import Item
from forms.reading import display
from forms.views import Record

# A spreadsheet runs a text that begins with one of these.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True)
class Line:
    """One event as the log shows it."""

    number: int
    term: str
    words: str
    grade_now: str
    highest: str
    start: str
    end: str
    serious: str
    relations: tuple[str, ...]
    actions: tuple[str, ...]
    doses: str
    marks: Marks
    removed_reason: str | None = None


Test = Callable[[EventLog, Entry], bool]
FILTERS: dict[str, tuple[str, Test]] = {
    "open": ("Open only", lambda log, entry: log.is_open(entry.view)),
    "serious": ("Serious", lambda log, entry: entry.view.value(log.serious) == "Y"),
    "severe": ("Grade {severe}+", lambda log, entry: log.is_severe(entry.view)),
    "query": ("With query", lambda log, entry: entry.header.queries_open + entry.header.queries_answered > 0),
}


def filter_labels(log: EventLog) -> dict[str, str]:
    """The filters by name with their words."""
    return {name: label.format(severe=log.severe_from) for name, (label, _) in FILTERS.items()}


def list_lines(log: EventLog, book: SubjectBook, only: Iterable[str], *, freetext: bool = True) -> list[Line]:
    """The events that pass every filter; removed ones stand in the unfiltered log with their reason."""
    wanted = [FILTERS[name][1] for name in only if name in FILTERS]
    found = [
        entry
        for entry in book.entries(log.crf.oid)
        if all(test(log, entry) and not entry.header.removed for test in wanted)
    ]
    return [_line(log, entry, freetext) for entry in sorted(found, key=lambda entry: entry.header.repeat_no)]


def _line(log: EventLog, entry: Entry, freetext: bool) -> Line:
    record = entry.view

    def words(name: str) -> str:
        return shown(log.crf.items[name], record)

    return Line(
        number=entry.header.repeat_no, term=record.value(log.term) or "", words=words(log.words) if freetext else "",
        grade_now=log.grade_now(record) or "", highest=record.value(log.highest) or "",
        start=(episodes.onset(record) or words(log.start[0])).replace("T", " "),
        end="ongoing" if record.value(log.ongoing) == "Y" else (episodes.resolution(record) or "").replace("T", " "),
        serious=words(log.serious), relations=tuple(words(drug.relation) for drug in log.drugs),
        actions=tuple(words(drug.action) for drug in log.drugs), doses=words(log.links),
        marks=marks_of(entry.header), removed_reason=entry.header.removed_reason if entry.header.removed else None,
    )  # fmt: skip


def shown(item: Item, record: Record) -> str:
    """An answer in words: its value, or that it was stated why there is none."""
    answer = record.answer(item.name)
    return "no value" if answer.missing else display(item, answer.value)


def columns(log: EventLog) -> list[str]:
    """The heads of the CSV."""
    drugs = [text for drug in log.drugs for text in (f"Related to {drug.name}", f"Action with {drug.name}")]
    return [
        "Participant", "No.", "Term", "Words of the source", "Grade now", "Highest grade", "Start", "End", "Serious",
        *drugs, "Doses held", "Open queries", "Removed because",
    ]  # fmt: skip


def csv_text(log: EventLog, code: str, lines: Sequence[Line]) -> str:
    """The filtered log as CSV with one head row; nothing in it runs as a formula of a spreadsheet."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(columns(log))
    for line in lines:
        drugs = [text for pair in zip(line.relations, line.actions, strict=True) for text in pair]
        cells = [
            code, line.number, line.term, line.words, line.grade_now, line.highest, line.start, line.end, line.serious,
            *drugs, line.doses, line.marks.open_queries, line.removed_reason or "",
        ]  # fmt: skip
        writer.writerow([_harmless(cell) for cell in cells])
    return made.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
