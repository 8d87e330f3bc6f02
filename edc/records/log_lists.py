"""The lines of a log as rows: narrowed, sorted and paged as the address says, and the same rows as CSV."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from edc.queries import service as queries
from edc.queries.models import OPEN, Query
from edc.records.book import Entry, SubjectBook
from edc.records.links import Link, Links, links_of
from edc.records.marks import Marks, marks_of
from edc.records.models import FormRecord
from forms.logs import Column, Filter, LogList
from forms.views import Record

# A spreadsheet runs a text that begins with one of these.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
NUMBER, WITH_QUERY, ALL = "no", "query", 10_000
PAGE_SIZES = (50, 200, ALL)
Test = Callable[[Entry], bool]


@dataclass(frozen=True)
class Asked:
    """What the address of a list asks for; `line` is the line that was saved just now."""

    only: tuple[str, ...] = ()
    words: str = ""
    sort: str = ""
    page: int = 1
    size: int = PAGE_SIZES[0]
    line: int | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether some lines are left out."""
        return bool(self.only or self.words)

    def query(self, **changes: object) -> str:
        """The query string of this list with some changes; what is as usual is left out."""
        asked = replace(self, line=None, **changes)  # type: ignore[arg-type]
        pairs: list[tuple[str, object]] = [("only", name) for name in asked.only]
        usual = {"words": ("q", ""), "sort": ("sort", ""), "page": ("page", 1), "size": ("size", PAGE_SIZES[0])}
        pairs += [(key, value) for name, (key, default) in usual.items() if (value := getattr(asked, name)) != default]
        return f"?{urlencode(pairs)}" if pairs else ""

    def toggled(self, name: str) -> str:
        """The query string with a filter put on or taken off."""
        only = tuple(one for one in self.only if one != name)
        return self.query(only=only if name in self.only else (*only, name), page=1)

    def sorted_by(self, key: str) -> str:
        """The query string that sorts by a column, the other way round the second time."""
        return self.query(sort=f"-{key}" if self.sort == key else key, page=1)

    def direction_of(self, key: str) -> str:
        """How the list is sorted by a column, in the words of aria-sort."""
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort, "")


@dataclass(frozen=True)
class Line:
    """One line as its row shows it: the words of each part of each column."""

    record: FormRecord
    cells: Sequence[Sequence[str]]
    marks: Marks
    links: Sequence[Link] = ()
    queries: Sequence[Query] = ()

    @property
    def number(self) -> int:
        """The number of the line, which is never given again."""
        return self.record.repeat_no

    @property
    def name(self) -> str:
        """What the line is about: its first words."""
        return next((words for words in self.cells[0] if words), "")


@dataclass
class LogPage:
    """One page of a log: `rows` with those of removed lines, `found` without them, `total` what is not narrowed."""

    listed: LogList
    asked: Asked
    lines: Sequence[Line]
    rows: int
    found: int
    total: int

    @property
    def pages(self) -> int:
        """The number of pages."""
        return pages_of(self.rows, self.asked.size)

    @property
    def filters(self) -> dict[str, str]:
        """The filters by name with their words; every log can be narrowed to lines that somebody asks about."""
        return {one.name: one.label for one in self.listed.filters} | {WITH_QUERY: "With query"}


def pages_of(count: int, size: int) -> int:
    """The number of pages of so many lines; an empty list has one."""
    return max(1, -(-count // size))


def list_entries(listed: LogList, book: SubjectBook, asked: Asked, *, freetext: bool = True) -> list[Entry]:
    """The lines that pass every filter, in the order asked for; removed ones stand in the list that is not narrowed."""
    tests: dict[str, Test] = {one.name: _of_answers(one) for one in listed.filters} | {WITH_QUERY: _is_asked_about}
    wanted = [tests[name] for name in asked.only if name in tests]
    if asked.words:
        wanted.append(lambda entry: _holds(listed, entry.view, asked.words, freetext))
    found = book.entries(listed.crf.oid)
    if wanted:
        found = [entry for entry in found if not entry.header.removed and all(test(entry) for test in wanted)]
    return _sorted(listed, list(found), asked.sort)


def _of_answers(narrowing: Filter) -> Test:
    return lambda entry: narrowing.test(entry.view)


def _is_asked_about(entry: Entry) -> bool:
    return entry.header.queries_open + entry.header.queries_answered > 0


def _holds(listed: LogList, record: Record, words: str, freetext: bool) -> bool:
    text = " ".join(part for cell in cells_of(listed, record, freetext=freetext) for part in cell).lower()
    return all(word in text for word in words.lower().split())


def _sorted(listed: LogList, entries: list[Entry], sort: str) -> list[Entry]:
    entries.sort(key=lambda entry: entry.header.repeat_no)
    key = sort.removeprefix("-")
    if key == NUMBER:
        entries.sort(key=lambda entry: entry.header.repeat_no, reverse=sort.startswith("-"))
    elif key.isascii() and key.isdigit() and int(key) < len(listed.columns):
        column = listed.columns[int(key)]
        given = [entry for entry in entries if _sort_words(column, entry.view)]
        given.sort(key=lambda entry: _sort_words(column, entry.view), reverse=sort.startswith("-"))
        return given + [entry for entry in entries if not _sort_words(column, entry.view)]
    return entries


def _sort_words(column: Column, record: Record) -> str:
    words = column.parts[0].words(record).lower()
    return words.rjust(12) if column.num else words


def cells_of(listed: LogList, record: Record, *, freetext: bool = True) -> list[list[str]]:
    """The words of a line, column by column; free text only for who may read it."""
    return [
        [part.words(record) if freetext or not part.freetext else "" for part in column.parts]
        for column in listed.columns
    ]


def build_page(listed: LogList, book: SubjectBook, asked: Asked, *, freetext: bool = True) -> LogPage:
    """The page of a list that holds the line asked for, else the one of the page number."""
    entries = list_entries(listed, book, asked, freetext=freetext)
    numbers = [entry.header.repeat_no for entry in entries]
    page = numbers.index(asked.line) // asked.size + 1 if asked.line in numbers else asked.page
    page = max(1, min(page, pages_of(len(entries), asked.size)))
    shown = entries[(page - 1) * asked.size : page * asked.size]
    links, questions = links_of(book, listed.crf), _queries(book, shown)
    lines = [_line(listed, entry, links, questions, freetext) for entry in shown]
    live = sum(1 for entry in entries if not entry.header.removed)
    return LogPage(listed, replace(asked, page=page), lines, len(entries), live, len(book.load(listed.crf.oid)))


def _line(listed: LogList, entry: Entry, links: Links, questions: Mapping[str, list[Query]], freetext: bool) -> Line:
    uid = entry.header.uid
    cells = cells_of(listed, entry.view, freetext=freetext)
    return Line(entry.header, cells, marks_of(entry.header), links.get(uid, ()), questions.get(uid, ()))


def _queries(book: SubjectBook, entries: Sequence[Entry]) -> dict[str, list[Query]]:
    """The questions that wait for the site, by record uid."""
    asked = [entry.header.uid for entry in entries if entry.header.queries_open]
    found: dict[str, list[Query]] = defaultdict(list)
    for query in queries.list_for_record(book.session, asked, closed=False, threads=False) if asked else ():
        if query.status == OPEN:
            found[query.record_uid].append(query)
    return found


def csv_text(listed: LogList, book: SubjectBook, asked: Asked, *, freetext: bool = True) -> str:
    """The lines as CSV with one head row; nothing in it runs as a formula of a spreadsheet."""
    links = links_of(book, listed.crf)
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    parts = [part.label for column in listed.columns for part in column.parts]
    writer.writerow(["Participant", "No.", *parts, "Linked with", "Open queries", "Removed because"])
    for entry in list_entries(listed, book, asked, freetext=freetext):
        header = entry.header
        words = [text for cell in cells_of(listed, entry.view, freetext=freetext) for text in cell]
        reason = header.removed_reason or "" if header.removed else ""
        linked = "; ".join(link.words for link in links.get(header.uid, ())) if freetext else ""
        cells = [book.subject.code, header.repeat_no, *words, linked, header.queries_open, reason]
        writer.writerow([_harmless(cell) for cell in cells])
    return made.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
