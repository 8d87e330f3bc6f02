"""The packet of a serious event report: events, doses, laboratory, medications and history around it, as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms.codelists import LISTS
from forms.derive.dates import add_days, certainly_after, certainly_before, earliest, latest
from forms.episodes import onset, resolution
from forms.infusions import given_infusions
from forms.items import Item
from forms.lab_sheets import LAB_SHEETS
from forms.reading import display
from forms.serious import CRITERION_WORDS, linked_events
from forms.treatments import began, ended, may_cover
from forms.views import Record, Row, SubjectView

LAB_DAYS = 7
Line = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One table of the packet."""

    title: str
    head: Line
    lines: Sequence[Line]
    empty: str


@dataclass(frozen=True)
class Span:
    """The days around the events of a report."""

    first: dt.date
    last: dt.date
    until: str


def packet_of(report: Record, subject: SubjectView) -> list[Section]:
    """The sections of a report's packet; only the events where none of them has an onset."""
    events = linked_events(report, subject.load("AE"))
    sections = [Section("Adverse events", _EVENT_HEAD, [_event(event) for event in events], "No event is linked.")]
    span = span_of(events, subject)
    if span is None:
        return sections
    around = f"{span.first} to {span.last}"
    return [
        *sections,
        Section("Nivolumab", ("Visit", "Start", "Dose", "Interrupted"), list(_infusions(subject, span)), "None given."),
        Section("IL-2", ("Visit", "Slot", "Status", "Start", "Dose", "Held for"), list(_slots(subject, span)), "None."),
        Section(f"Laboratory, {around}", _LAB_HEAD, list(_results(subject, span)), "No result in these days."),
        Section("Medications in these days", _DRUG_HEAD, list(_drugs(subject, span)), "None recorded."),
        Section("Medical history", ("Condition", "Start", "End", "Grade"), list(_history(subject)), "None recorded."),
    ]


def span_of(events: Sequence[Record], subject: SubjectView) -> Span | None:
    """Seven days before the first onset to seven days after the last."""
    starts = [start for event in events if (start := onset(event))]
    if not starts:
        return None
    ends = [resolution(event) or subject.now for event in events]
    first = min(earliest(start) for start in starts)
    last = max(latest(start) for start in starts)
    return Span(add_days(first, -LAB_DAYS), add_days(last, LAB_DAYS), max(ends))


_EVENT_HEAD = (
    "No.", "Term", "Words of the source", "Onset", "End", "Grade", "Serious because", "Nivolumab", "IL-2", "Outcome",
)  # fmt: skip
_LAB_HEAD = ("Sample", "Test", "Result", "Normal range", "Indicator")
_DRUG_HEAD = ("Medication", "Reason", "Dose", "Start", "Stop")


def _words(row: Row, *names: str) -> str:
    items: dict[str, Item] = row.collection.items
    given = ((items[name], row.value(name)) for name in names)
    return " ".join(f"{display(item, value)} {item.unit}".strip() for item, value in given if value is not None)


def _time(text: str | None) -> str:
    return (text or "").replace("T", " ")


def _event(event: Record) -> Line:
    criteria = [words for name, words in CRITERION_WORDS.items() if event.value(name) == "Y"]
    drugs = (
        "; ".join(part for part in (_words(event, relation), _words(event, action)) if part)
        for relation, action in (("rel_nivolumab", "action_nivolumab"), ("rel_il2", "action_il2"))
    )
    end = "ongoing" if event.ongoing == "Y" else _time(resolution(event))
    return (
        str(event.number), _words(event, "ctcae_term"), _words(event, "verbatim"), _time(onset(event)), end,
        event.max_grade or "", ", ".join(criteria), *drugs, _words(event, "outcome"),
    )  # fmt: skip


def _infusions(subject: SubjectView, span: Span) -> Iterator[Line]:
    for one in given_infusions(subject.load("NIVO")):
        if not certainly_after(one.start_dt, span.last):
            yield _visit(one), _time(one.start_dt), _words(one, "dose_mg"), _words(one, "interrupted")


def _slots(subject: SubjectView, span: Span) -> Iterator[Line]:
    for grid in subject.load("IL2D"):
        for slot in grid.rows("SLOT"):
            at = slot.start_dt or slot.planned_dt
            if slot.status in ("GIVEN", "HELD") and at and not certainly_after(at, span.last):
                dose = f"{slot.dose_iu:,} IU" if slot.dose_iu else ""
                status, held = _words(slot, "status"), _words(slot, "hold_reason")
                yield _visit(grid), str(slot.number), status, _time(at), dose, held


def _results(subject: SubjectView, span: Span) -> Iterator[Line]:
    sheet = LAB_SHEETS[0]
    for sample in subject.load("LAB"):
        if not sample.sample_dt or _is_outside(sample.sample_dt, span):
            continue
        for row in sample.rows("RESULT"):
            if row.row_status == "DONE":
                limits = f"{row.lln if row.lln is not None else ''} to {row.uln if row.uln is not None else ''}"
                known = limits if row.lln is not None or row.uln is not None else ""
                test = row.other_name or LISTS["LBTESTCD"].label(row.test or "")
                yield _time(sample.sample_dt), test, sheet.shown_result(row), known, _words(row, "indicator")


def _is_outside(when: str, span: Span) -> bool:
    return certainly_before(when, span.first) or certainly_after(when, span.last)


def _drugs(subject: SubjectView, span: Span) -> Iterator[Line]:
    for line in subject.load("CM"):
        if may_cover(line, span.first, span.until):
            dose = _words(line, "dose", "unit", "frequency", "route")
            end = "ongoing" if line.ongoing == "Y" else _time(ended(line))
            yield line.drug or "", line.indication or "", dose, _time(began(line)), end


def _history(subject: SubjectView) -> Iterator[Line]:
    for line in subject.load("MH"):
        end = "ongoing" if line.ongoing == "Y" else line.end or ""
        yield line.term or "", line.start or "", end, line.grade or ""


def _visit(record: Record) -> str:
    return record.visit.label if record.visit else ""
