"""The view objects of a dose grid: slots with plan, start and state, and the totals, around a general form page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from edc.clock import day_text
from edc.dosing.reading import DATE, FULL, REST, moment_of, plans_of, shown_start
from edc.records.page import FormPage
from edc.records.page_views import ItemView, RowView
from forms.dose_grids import DoseGrid, Totals, totals
from forms.items import MISSING_REASONS
from forms.reading import display
from forms.views import Record, Row

MINUTE = dt.timedelta(minutes=1)
# The clock line is for a stay that goes on; a chart entered days later needs none.
STALE = dt.timedelta(hours=36)


@dataclass
class SlotView:
    """One slot of the grid and its panel."""

    number: int
    row: RowView
    items: dict[str, ItemView]
    plan: str
    time: str
    date: str
    state: str
    word: str
    day: str
    note: str = ""
    rest: str = ""
    errors: int = 0
    open_queries: int = 0
    findings: list[str] = field(default_factory=list)
    before_count: int = 0
    before_open: bool = False

    @property
    def plan_time(self) -> str:
        """The planned clock time."""
        return self.plan[11:16]


@dataclass
class GridPage:
    """A dose grid: the form page it is made of, its slots, its totals, and what the stay says."""

    grid: DoseGrid
    page: FormPage
    stay: Record | None
    totals: Totals
    slots: list[SlotView]
    full_dose: int | None
    facts: list[tuple[str, str]]
    clock: str
    at_plan: int
    accepted: int
    stated: int
    full_typed: str = ""

    @property
    def first_plan(self) -> ItemView:
        """The control of the planned start of the first slot."""
        return next(view for view in self.page.items if view.name == self.grid.first_plan)

    @property
    def full_words(self) -> str:
        """The full dose in words, in its unit and in millions of it where charts write it so."""
        unit = self.grid.item(self.grid.dose).unit
        if self.full_dose is None:
            return ""
        words = f"{self.full_dose:,} {unit}"
        return f"{words} ({millions(self.full_dose)} M{unit})" if self.grid.in_millions else words

    @property
    def no_longer_asked(self) -> list[ItemView]:
        """Answers that others made superfluous; a start stays in its slot."""
        return [view for view in self.page.no_longer_asked if view.name != self.grid.start]

    @property
    def to_look_at(self) -> list[tuple[int, str]]:
        """Slot and sentence of each finding that nobody answered: their panels may be closed."""
        return [(slot.number, message) for slot in self.slots for message in slot.findings]


def millions(amount: int) -> str:
    """An amount in millions, exact: `43.2`."""
    return f"{Decimal(amount) / 1_000_000:,.6f}".rstrip("0").rstrip(".")


class GridBuilder:
    """Makes a grid page from a form page, the record of the stay, and the site's time now."""

    def __init__(self, grid: DoseGrid, page: FormPage, stay: Record | None, now: str) -> None:
        self.grid, self.page, self.stay = grid, page, stay
        self.now = dt.datetime.fromisoformat(now)
        self.record = page.entry.view
        first = page.typed.text(grid.first_plan) or ""
        self.plans = plans_of(grid, self.record, first, self.now.date())
        self.rows = grid.rows(self.record)

    def build(self, all_grids: list[Record]) -> GridPage:
        """The whole page."""
        first_plan = next(view for view in self.page.items if view.name == self.grid.first_plan)
        first_plan.hook = "first-plan"
        group = next(group for group in self.page.groups if group.oid == self.grid.group.oid)
        slots = [self._slot(int(row.key), row) for row in group.rows]
        self._note_gaps(slots)
        rows, grid = self.rows.values(), self.grid
        for slot in slots:
            slot.row.is_stored = slot.number in self.rows and bool(self.rows[slot.number].uid)
        typed = self.page.typed.text(FULL) or ""
        return GridPage(
            grid, self.page, self.stay, totals(grid, self.record, self.stay, all_grids), slots,
            grid.full_dose(self.stay), self._facts(), self._clock(slots),
            at_plan=sum(bool(r.value(grid.start)) and r.value(grid.start) == r.value(grid.plan) for r in rows),
            accepted=sum(_is_accepted_plan(grid, r) for r in rows),
            stated=sum(r.answer(grid.dose).origin == "stated for all" for r in rows), full_typed=typed,
        )  # fmt: skip

    def _slot(self, number: int, row: RowView) -> SlotView:
        grid, stored = self.grid, self.rows.get(number, Row("", number, self.grid.group))
        items = {view.name: view for view in row.items}
        lost = [v for v in self.page.no_longer_asked if (v.prefix, v.name) == (row.prefix, grid.start)]
        items |= {view.name: view for view in lost}
        row.title = f"Dose {number}"
        for view in row.items:
            # One reason for all that a chart lacks is asked below; one of its own is for what is needed.
            if not view.required and not view.missing:
                view.missing_options = ()
        for name, hook in ((grid.status, "status"), (grid.hold_reason, "hold-reason")):
            if name in items:
                items[name].hook = hook
        plan = self.plans.get(number, "")
        time, date = self._start_texts(row, stored, plan)
        status = items[grid.status].value_text
        start = moment_of(stored.value(grid.start))
        if not stored.answer(grid.plan).is_given or stored.answer(grid.plan).origin == "derived":
            items[grid.plan].value_text = self.page.typed.text(f"{row.prefix}{grid.plan}") or ""
        self._show_end(items, stored, row)
        return SlotView(
            number, row, items, plan, time, date, status, display(grid.item(grid.status), status or None),
            f"{start:%a} {day_text(start.date())}" if start else "",
            rest=self.page.typed.text(f"{row.prefix}{REST}.missing") or "",
            errors=sum(bool(view.error) for view in row.items),
            open_queries=sum(view.marks.open_queries for view in row.items),
            findings=[message for view in row.items for _, message, severity, _, answered in view.findings
                      if severity != "N" and not answered],
            before_count=sum(items[name].has_answer for name in grid.before if name in items),
            before_open=any(items[name].error for name in grid.before if name in items),
        )  # fmt: skip

    def _start_texts(self, row: RowView, stored: Row, plan: str) -> tuple[str, str]:
        """What stands in the fields of time and date: as typed, else as stored."""
        path = f"{row.prefix}{self.grid.start}"
        time, date = self.page.typed.text(path), self.page.typed.text(f"{path}.{DATE}")
        shown_time, shown_date = shown_start(stored.value(self.grid.start), plan)
        return (shown_time if time is None else time), (shown_date if date is None else date)

    def _show_end(self, items: dict[str, ItemView], stored: Row, row: RowView) -> None:
        """An end on the day of its start shows its clock time only, as it is typed."""
        start, end = moment_of(stored.value(self.grid.start)), moment_of(stored.value(self.grid.end))
        is_typed = self.page.typed.text(f"{row.prefix}{self.grid.end}") is not None
        if self.grid.end in items and start and end and not is_typed and dt.timedelta() <= end - start < STALE / 2:
            items[self.grid.end].value_text = f"{end:%H:%M}"

    def _note_gaps(self, slots: list[SlotView]) -> None:
        """The amber sentence of a given slot that comes long after the given one before it."""
        before: tuple[int, dt.datetime] | None = None
        for slot in slots:
            start = moment_of(self.rows[slot.number].value(self.grid.start)) if slot.number in self.rows else None
            if slot.state == self.grid.held:
                before = None
            if slot.state != self.grid.given or start is None:
                continue
            if before and start - before[1] > self.grid.longest_gap_minutes * MINUTE:
                plan = span(self.grid.interval_minutes * MINUTE)
                slot.note = (
                    f"{span(start - before[1])} after dose {before[0]}; the plan is {plan}. "
                    "Correct the time, or say why in the comment."
                )
            before = slot.number, start

    def _facts(self) -> list[tuple[str, str]]:
        if self.stay is None:
            return []
        items = self.grid.stay.items
        answers = [(items[name], self.stay.answer(name)) for name in self.grid.facts]
        return [
            (item.label, MISSING_REASONS.label(a.missing) if a.missing else in_unit(item.unit, display(item, a.value)))
            for item, a in answers
        ]

    def _clock(self, slots: list[SlotView]) -> str:
        """How long ago the last dose started, while the stay goes on."""
        starts = [(n, moment_of(row.value(self.grid.start))) for n, row in self.rows.items()]
        known = [(number, start) for number, start in starts if start and start <= self.now]
        following = next((slot for slot in slots if not slot.state), None)
        if not known or following is None:
            return ""
        number, start = max(known, key=lambda pair: pair[1])
        if self.now - start > STALE:
            return ""
        plan = f" Dose {following.number} is planned for {following.plan_time}." if following.plan else ""
        return (
            f"Dose {number} started {start:%a} {day_text(start.date())} {start:%H:%M} "
            f"({span(self.now - start)} ago).{plan}"
        )


def _is_accepted_plan(grid: DoseGrid, row: Row) -> bool:
    """Whether a start is the plan time as proposed; the time of the clock is proposed at the bedside too."""
    start = row.answer(grid.start)
    return start.origin == "accepted proposal" and start.value == row.value(grid.plan)


def in_unit(unit: str, text: str) -> str:
    """A value with its unit, a long whole number with its thousands apart; a label that has the unit stays."""
    if not text or (unit and text.endswith(unit)):
        return text
    grouped = f"{int(text):,}" if text.isdigit() and len(text) > 4 else text
    return f"{grouped} {unit}".strip()


def span(length: dt.timedelta) -> str:
    """`12 h 20 min`."""
    minutes = length // MINUTE
    return f"{minutes // 60} h {minutes % 60:02d} min"


def wait_words(wait: dt.timedelta) -> str:
    """`in 22 min`, `1 h 05 min ago`."""
    words = f"{abs(wait) // MINUTE} min" if abs(wait) < dt.timedelta(hours=1) else span(abs(wait))
    return f"{words} ago" if wait < dt.timedelta() else f"in {words}"
