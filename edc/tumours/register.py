"""The lesion register as its page shows it: lesions by role, and what each time point says of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from edc.clock import day_text
from edc.records.book import Entry, SubjectBook
from edc.records.marks import Marks, marks_of
from forms.items import Item
from forms.reading import display
from forms.tumour_sheets import (
    ROLES,
    SumLine,
    TumourSheet,
    axis_words,
    lesion_words,
    row_of,
    sum_lines,
    target_words,
)
from forms.tumours import TARGET, first_scan, follow_ups, lesion_name
from forms.views import Record


@dataclass(frozen=True)
class RegisterLine:
    """One lesion: where it is, how it was found, and its reading at each time point."""

    number: int
    name: str
    place: str
    facts: tuple[str, ...]
    axis: str
    baseline: str
    readings: tuple[str, ...]
    marks: Marks
    removed_reason: str | None


@dataclass(frozen=True)
class RegisterPart:
    """The lesions of one role."""

    role: str
    label: str
    lines: list[RegisterLine]

    @property
    def is_measured(self) -> bool:
        """Whether the lesions of the role have diameters and a sum."""
        return self.role == TARGET


@dataclass(frozen=True)
class Register:
    """The register: its parts, the time points, and the sums over time."""

    sheet: TumourSheet
    parts: list[RegisterPart]
    points: list[tuple[str, dt.date | None]]
    sums: list[SumLine]
    is_followed: bool

    @property
    def is_empty(self) -> bool:
        """Whether no lesion was ever registered."""
        return not any(part.lines for part in self.parts)


def build_register(sheet: TumourSheet, book: SubjectBook) -> Register:
    """The register of a participant."""
    entries = book.entries(sheet.register.oid)
    assessments = book.load(sheet.crf.oid)
    points = follow_ups(assessments)
    parts = [
        RegisterPart(role, label, [_line(sheet, e, points) for e in entries if e.view.value(sheet.role) == role])
        for role, label in ROLES.items()
    ]
    rest = [_line(sheet, e, points) for e in entries if e.view.value(sheet.role) not in ROLES]
    if rest:
        parts.append(RegisterPart("", "Without a role yet", rest))
    return Register(
        sheet, parts, [(a.visit.label if a.visit else "", first_scan(a)) for a in points],
        sum_lines(sheet, book.load(sheet.register.oid), assessments), bool(points),
    )  # fmt: skip


def _line(sheet: TumourSheet, entry: Entry, points: list[Record]) -> RegisterLine:
    lesion, header = entry.view, entry.header
    name = lesion_name(lesion)
    items = sheet.register.items
    facts = [_fact(items[fact], lesion.value(fact)) for fact in sheet.register_facts if lesion.value(fact)]
    return RegisterLine(
        header.repeat_no, name, lesion_words(lesion).removeprefix(f"{name} "), tuple(facts), axis_words(lesion),
        target_words(sheet, lesion, None), tuple(_reading(sheet, lesion, point) for point in points),
        marks_of(header), header.removed_reason if header.removed else None,
    )  # fmt: skip


def _fact(item: Item, value: object) -> str:
    """A value with its unit; a day as people write it."""
    return day_text(value) if isinstance(value, dt.date) else f"{display(item, value)} {item.unit}".strip()


def _reading(sheet: TumourSheet, lesion: Record, point: Record) -> str:
    if lesion.value(sheet.role) == TARGET:
        return target_words(sheet, lesion, point)
    row = row_of(sheet, sheet.non_targets, lesion, point)
    return display(sheet.non_targets.items[sheet.found], row.value(sheet.found)) if row else ""
