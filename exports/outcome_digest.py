"""The few tables that the page of outcomes shows in full: its numbers as people read them, each with what it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exports.figures.curves import NOT_ESTIMABLE
from exports.figures.look import short
from exports.outcome_shapes import Cell, Outcomes, OutcomeTable
from forms.derive.recist_best import OVERALL_RESPONSES

FEWEST = 5


@dataclass(frozen=True)
class Number:
    """A cell of the page: what it says, and the table, row and column that it opens the participants of."""

    text: str
    table: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True)
class Digest:
    """A table of the page, made of one of the tables of the outcomes."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Number, ...], ...]
    notes: tuple[str, ...] = ()


def digests_of(found: Outcomes) -> list[Digest]:
    """Response, times to event, and adverse events."""
    by_key = {table.key: table for table in found.tables}
    makers = (("response", _response), ("time_to_event", _times), ("adverse_events", _events))
    return [make(by_key[key]) for key, make in makers if key in by_key]


def share(count: Cell, whole: Cell, percent: Cell) -> str:
    """So many of how many, with percent where they are enough to speak of it."""
    shown = f" ({percent} %)" if percent is not None and isinstance(whole, int) and whole >= FEWEST else ""
    return f"{count}/{whole}{shown}"


def between(low: Cell, high: Cell) -> str:
    """An interval."""
    if low is None or high is None:
        return ""
    return str(low) if low == high == NOT_ESTIMABLE else f"{low} to {high}"


def _response(table: OutcomeTable) -> Digest:
    counts = map(short, OVERALL_RESPONSES)
    columns = ("Participants", "n", *counts, "Response", "95 % CI", "Disease control", "95 % CI ")
    rows = tuple(_response_row(table, number) for number in range(len(table.rows)))
    return Digest(table.key, table.title, columns, rows, table.notes)


def _response_row(table: OutcomeTable, number: int) -> tuple[Number, ...]:
    cells = dict(zip(table.columns, table.rows[number], strict=True))

    def rate(name: str) -> tuple[Number, Number]:
        text = share(cells[f"{name} x"], cells["n"], cells[f"{name} %"])
        limits = between(cells[f"{name} lower %"], cells[f"{name} upper %"])
        return Number(text, table.key, number, f"{name} x"), Number(limits)

    counts = (Number(str(cells[name]), table.key, number, name) for name in ("n", *OVERALL_RESPONSES))
    head = ", ".join(_told(cells["Set"], cells["Tumour type"], cells["Assessed by"]))
    return (Number(head), *counts, *rate("Response"), *rate("Disease control"))


def _told(analysis_set: Cell, tumour_type: Cell, by: Cell) -> list[str]:
    """What tells a row from the first, which is all of the set by the derived response."""
    told = [str(analysis_set)] + ([str(tumour_type)] if tumour_type != "All" else [])
    return told + (["by the investigator"] if str(by).startswith("Investigator") else [])


def _times(table: OutcomeTable) -> Digest:
    columns = ("Endpoint", "Participants", "n", "Events", "Median, months", "95 % CI", "At one year, %", "95 % CI ")
    seen: set[Sequence[Cell]] = set()
    rows = []
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        key = tuple(cells[name] for name in ("Endpoint", "Censoring", "Set", "Tumour type"))
        if key in seen:
            continue
        # The first landmark is one year; the others stand in the whole table.
        seen.add(key)
        name = f"{cells['Endpoint']}, {cells['Censoring']}" if cells["Censoring"] else str(cells["Endpoint"])
        whose = ", ".join(_told(cells["Set"], cells["Tumour type"], ""))
        median = between(cells["Median lower"], cells["Median upper"])
        rate = between(cells["Rate lower %"], cells["Rate upper %"])
        texts = (name, whose, cells["n"], cells["Events"], cells["Median months"], median, cells["Rate %"], rate)
        rows.append(tuple(Number("" if text is None else str(text)) for text in texts))
    return Digest(table.key, table.title, columns, tuple(rows), table.notes)


def _events(table: OutcomeTable) -> Digest:
    grades = tuple(f"Grade {grade}" for grade in range(1, 6))
    columns = ("Class or term", "Any grade", "Grade 3 or more", *grades)
    rows = []
    for number, row in enumerate(table.rows):
        cells = dict(zip(table.columns, row, strict=True))
        name = Number(str(cells["Term"] or cells["Class"]), column="" if cells["Term"] else "class")
        shares = (
            Number(share(cells[column], cells["Treated"], cells[f"{column} %"]), table.key, number, column)
            for column in ("Any grade", "Grade 3 or more")
        )
        counts = (Number(str(cells[grade]), table.key, number, grade) for grade in grades)
        rows.append((name, *shares, *counts))
    return Digest(table.key, table.title, columns, tuple(rows), table.notes)
