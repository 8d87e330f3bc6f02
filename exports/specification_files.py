"""The study specification as a workbook and as PDF; the same study build gives the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any, BinaryIO

from edc import __version__
from exports.paper_crf import imprint
from exports.pdf_document import CasebookDocument, Column
from exports.pdf_frame import BODY, MUTED, SMALL, STRONG, Styled
from exports.pdf_text import Face, Style
from exports.specification import SpecificationTable, specification
from forms import study
from forms.crf import CRF, REGISTRY, all_crfs
from forms.releases import definitions_digest
from forms.versions import FIRST

# A workbook says when it was made; a fixed day keeps equal specifications equal.
MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
WIDEST = 80
_CONTENTS = (Column("Part", 18), Column("Says", 70, SMALL), Column("Rows", 12, SMALL))
STATE = "Specification"
TINY = Style(size=6.5, leading=8.5)
TINY_STRONG = Style(Face.BOLD, size=6.5, leading=8.5)
# Which columns stand beside each other on paper, and which follow below them in words.
PAPER: dict[str, tuple[dict[str, int], tuple[str, ...]]] = {
    "Settings": ({"Setting": 32, "Value": 30, "Unit": 11, "Source": 17, "Status": 10}, ()),
    "Visits": ({"OID": 10, "Visit": 30, "Number": 15, "Window": 45}, ()),
    "Forms": ({"OID": 9, "Form": 22, "Version": 8, "Kept": 12, "Items": 7, "Checks": 8, "Visits": 34}, ()),
    "Items": (
        {"OID": 25, "Question": 31, "Holds": 44},
        ("Code list", "Unit", "Answered by", "Required", "Asked when", "Plausible range", "SDTM", "CDASH", "LOINC",
         "Checks", "Since", "Retired"),
    ),
    "Code lists": ({"Value": 38, "Label": 50, "C-code": 12}, ()),
    "Checks": ({"Check": 10, "Severity": 9, "Speaks at": 24, "Rule": 57}, ("Message", "Reads", "Yields to", "Since")),
    "Derivations": ({"Rule": 13, "Version": 9, "Item": 28, "What it gives": 50}, ("Reads",)),
}  # fmt: skip
# The rows of these parts stand under a heading for each form or list.
GROUPED = {"Items": "Form", "Checks": "Form", "Derivations": "Form", "Code lists": "Code list"}
# What goes without saying.
USUAL = {("Since", FIRST), ("Answered by", "site"), ("Reads", "")}


def write_workbook(target: BinaryIO, crfs: Sequence[type[CRF]] | None = None) -> None:
    """Write the specification as a workbook, a sheet for each part; every cell is text, never a formula or a link."""
    from xlsxwriter import Workbook

    book: Any = Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": _title(), "author": "Casebook", "comments": _source(crfs), "created": MADE})
    head = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
    cell = book.add_format({"valign": "top", "text_wrap": True})
    _about(book, head, cell, crfs)
    for table in specification(crfs):
        _sheet(book, table, head, cell)
    book.close()


def _about(book: Any, head: Any, cell: Any, crfs: Sequence[type[CRF]] | None) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, _title(), head)
    for row, text in enumerate((str(study.TITLE.value), _source(crfs)), start=1):
        sheet.write_string(row, 0, text, cell)


def _sheet(book: Any, table: SpecificationTable, head: Any, cell: Any) -> None:
    sheet = book.add_worksheet(table.name)
    for column, (name, width) in enumerate(table.columns.items()):
        sheet.set_column(column, column, min(width, WIDEST))
        sheet.write_string(0, column, name, head)
    for number, row in enumerate(table.rows, start=1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text, cell)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _title() -> str:
    return f"Specification of {study.STUDY_ID.value}"


def _source(crfs: Sequence[type[CRF]] | None) -> str:
    return f"Casebook {__version__}, definitions {definitions_digest(crfs)}"


def write_pdf(target: BinaryIO, crfs: Sequence[type[CRF]] | None = None) -> int:
    """Write the specification as PDF with an outline; returns the number of pages."""
    chosen = all_crfs() if crfs is None else list(crfs)
    document = CasebookDocument(target, imprint(chosen))
    tables = specification(chosen)
    document.chapter(_title(), state=STATE)
    document.text(str(study.TITLE.value))
    document.space(8)
    document.table(_CONTENTS, [(table.name, table.about, str(len(table.rows))) for table in tables])
    for table in tables:
        document.chapter(table.name, state=STATE)
        document.text(table.about, MUTED)
        if table.name in PAPER:
            _paper_table(document, table)
        else:
            _paper_matrix(document, table)
    return document.finish()


def _paper_table(document: CasebookDocument, table: SpecificationTable) -> None:
    """The columns that fit across the page; the others in words in the last of them."""
    shown, below = PAPER[table.name]
    places = {name: number for number, name in enumerate(table.columns)}

    def row(cells: Sequence[str]) -> list[str | tuple[Styled, ...]]:
        first = [cells[places[name]] for name in shown]
        told = [(name, cells[places[name]]) for name in below]
        rest = "; ".join(f"{name.lower()} {text}" for name, text in told if text and (name, text) not in USUAL)
        return [*first[:-1], (Styled(first[-1], SMALL), *([Styled(rest, TINY)] if rest else []))]

    columns = [Column(name, share, SMALL) for name, share in shown.items()]
    by = places[GROUPED[table.name]] if table.name in GROUPED else None
    for title, rows in groupby(table.rows, key=lambda cells: "" if by is None else cells[by]):
        if title:
            document.heading(_heading(title), STRONG)
        document.table(columns, map(row, rows))


def _heading(title: str) -> str:
    """The name of a form beside its OID; what is no form keeps its own."""
    return f"{title}, {REGISTRY[title].title}" if title in REGISTRY else title


def _paper_matrix(document: CasebookDocument, table: SpecificationTable) -> None:
    """Forms down, visits across, small enough for the page."""
    first, *others = table.columns
    columns = [Column(first, 23, TINY), *(Column(name, 6, TINY) for name in others)]
    document.table(columns, ([Styled(row[0], TINY_STRONG), *row[1:]] for row in table.rows))
    document.text("Empty: the form does not belong to the visit.", BODY)
