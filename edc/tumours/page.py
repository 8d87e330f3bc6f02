"""The view objects of an assessment: a line per lesion with what was known before, the sums, and the sums over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from edc.records.controls import Options
from edc.records.page import FormPage
from edc.records.page_views import ItemView, RowView
from edc.tumours.reading import ALL_SCANS, MOST_FRAGMENTS, key_of
from forms.crf import Group
from forms.reading import display
from forms.responses import rule_word
from forms.tumour_sheets import (
    SumLine,
    TargetBefore,
    TumourSheet,
    axis_words,
    before,
    earlier_points,
    lesion_words,
    lesions_of,
    lowest_before,
    new_lesion_words,
    news_until,
    row_of,
    scan_words,
    sum_lines,
    target_words,
)
from forms.tumours import NON_TARGET, TARGET, first_scan, is_baseline, lesion_name, sum_at_baseline
from forms.views import Record

BLANK_SCANS = 3
LEAST_FRAGMENTS = 3


@dataclass
class LesionLine:
    """One lesion of the assessment: what is in its controls, and what stands beside them as text."""

    lesion: Record
    name: str
    place: str
    axis: str
    row: RowView
    items: dict[str, ItemView]
    shown: str
    previous: str = ""
    before: TargetBefore | None = None
    fragments: list[ItemView] = field(default_factory=list)

    @property
    def asked(self) -> list[ItemView]:
        """The items of the line that have findings."""
        return [view for view in (*self.items.values(), *self.fragments) if view.findings]

    @property
    def open_queries(self) -> int:
        """How many queries wait for the site."""
        return sum(view.marks.open_queries for view in self.items.values())

    @property
    def is_changed(self) -> bool:
        """Whether a stored answer of the line was changed without a reason."""
        return any(view.needs_reason for view in self.items.values())

    @property
    def reason(self) -> str:
        """The reason as typed."""
        return next((view.reason for view in self.items.values() if view.reason), "")

    @property
    def verification(self) -> str:
        """The verification of the line: the least of its items."""
        states = [view.marks.verification for view in self.items.values()]
        return next((state for state in ("changed", "todo", "done") if state in states), "")


@dataclass(frozen=True)
class Figures:
    """The sums of the time point in words, as the server has them."""

    baseline: str
    baseline_on: dt.date | None
    previous: str
    lowest: str
    lowest_on: dt.date | None
    now: str
    from_baseline: str
    from_lowest: str


@dataclass(frozen=True)
class Compared:
    """One response of the investigator beside the derived one, in words."""

    label: str
    investigator: str
    derived: str
    differs: bool


@dataclass(frozen=True)
class Derived:
    """The derived response of the time point: the three responses, what they rest on, and the rules."""

    responses: list[Compared]
    sentence: str
    rule: str


@dataclass
class AssessmentPage:
    """An assessment as its screen shows it."""

    sheet: TumourSheet
    page: FormPage
    is_baseline: bool
    parts: dict[str, list[ItemView]]
    scans: list[RowView]
    scans_at_baseline: list[str]
    targets: list[LesionLine]
    non_targets: list[LesionLine]
    news: list[str]
    derived: Derived | None
    figures: Figures
    history: list[SumLine]
    scan_options: Options
    all_scan: str
    previous_on: dt.date | None

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """Control, lesion and sentence of each answer that could not be read."""
        lines = [*self.targets, *self.non_targets]
        found = [(v.id, f"{line.name}, {v.label}", v.error) for line in lines for v in line.items.values() if v.error]
        found += [(v.id, f"{line.name}, {v.label}", v.error) for line in lines for v in line.fragments if v.error]
        known = {control for control, _, _ in found}
        return [error for error in self.page.errors if error[0] not in known] + found

    @property
    def spark(self) -> list[tuple[float, float, str]]:
        """The complete sums as points of a small drawing, 0 to 100 wide and 0 to 30 high."""
        known = [(line.day, line.total, line) for line in self.history if line.day and line.total is not None]
        if len(known) < 2:
            return []
        first, last = known[0][0], known[-1][0]
        top = max(total for _, total, _ in known) or Decimal(1)
        length = max((last - first).days, 1)
        return [
            (round(100 * (day - first).days / length, 1), round(float(30 - 28 * total / top), 1), line.label)
            for day, total, line in known
        ]


class AssessmentBuilder:
    """Makes an assessment from a form page, the register and the other time points."""

    def __init__(
        self, sheet: TumourSheet, page: FormPage, lesions: Sequence[Record], assessments: Sequence[Record]
    ) -> None:
        self.sheet, self.page, self.lesions, self.assessments = sheet, page, lesions, assessments
        self.record: Record = page.entry.view
        self.earlier = earlier_points(self.record, assessments)
        self.lowest_mm, self.lowest_at = lowest_before(lesions, self.earlier)
        self.rows = {(group.oid, row.key): row for group in page.groups for row in group.rows}
        self.may_enter = page.viewer.may_enter

    def build(self) -> AssessmentPage:
        """The whole page."""
        history = sum_lines(self.sheet, self.lesions, self.assessments)
        at_screening = is_baseline(self.record)
        baseline = next((a for a in self.assessments if is_baseline(a)), None)
        return AssessmentPage(
            self.sheet, self.page, at_screening, self._parts(), self._scans(),
            [scan_words(self.sheet, row) for row in baseline.rows(self.sheet.scans.oid)]
            if baseline and not at_screening else [],
            [] if at_screening else self._lines(TARGET), [] if at_screening else self._lines(NON_TARGET),
            [new_lesion_words(lesion) for lesion in news_until(self.record, self.lesions)], self._derived(),
            self._figures(history), history, self._scan_options(),
            self.page.typed.text(ALL_SCANS) or "", first_scan(self.earlier[-1]) if self.earlier else None,
        )  # fmt: skip

    def _parts(self) -> dict[str, list[ItemView]]:
        """The items of the record by the part of the page they stand in."""
        sheet = self.sheet
        places = {
            "head": sheet.head, "reader": (sheet.reader,), "new": (sheet.any_new,), "response": sheet.response,
            "deterioration": sheet.deterioration,
        }  # fmt: skip
        return {name: [view for view in self.page.items if view.name in names] for name, names in places.items()}

    def _scans(self) -> list[RowView]:
        """The scans of the time point, those being typed, and empty lines for more."""
        oid = self.sheet.scans.oid
        rows = [row for (group, _), row in self.rows.items() if group == oid]
        if not self.may_enter:
            return rows
        wanted = 1 if any(row.is_stored for row in rows) else BLANK_SCANS
        keys = {row.key for row in rows}
        new = [f"new{n}" for n in range(1, wanted + len(keys) + 1) if f"new{n}" not in keys]
        return rows + [self.page.new_row(self.sheet.scans, key) for key in new[:wanted]]

    def _scan_options(self) -> Options:
        """The scans that a target may be read from: the stored ones, and those that this page adds."""
        stored = [(row.uid, scan_words(self.sheet, row)) for row in self.record.rows(self.sheet.scans.oid)]
        new = [row for row in self._scans() if row.key.startswith("new")] if self.may_enter else []
        return stored + [(row.key, f"New scan, line {len(stored) + n}") for n, row in enumerate(new, start=1)]

    def _lines(self, role: str) -> list[LesionLine]:
        group = self.sheet.targets if role == TARGET else self.sheet.non_targets
        return [self._line(group, lesion) for lesion in lesions_of(self.lesions, role)]

    def _line(self, group: type[Group], lesion: Record) -> LesionLine:
        stored = row_of(self.sheet, group, lesion, self.record)
        key = str(stored.number) if stored else key_of(lesion)
        row = self.rows.get((group.oid, key)) or self.page.new_row(group, key)
        line = LesionLine(
            lesion, lesion_name(lesion), lesion_words(lesion).removeprefix(f"{lesion_name(lesion)} "),
            axis_words(lesion), row, {view.name: view for view in row.items}, "",
        )  # fmt: skip
        if group is self.sheet.targets:
            line.before = before(self.sheet, lesion, self.earlier, self.lowest_at)
            line.shown = target_words(self.sheet, lesion, self.record) if stored else ""
            line.fragments = self._fragments(lesion)
            self._offer(line, lesion)
        else:
            last = next((r for a in reversed(self.earlier) if (r := row_of(self.sheet, group, lesion, a))), None)
            item = group.items[self.sheet.found]
            line.previous = display(item, last.value(item.name)) if last else ""
            line.shown = display(item, stored.value(item.name)) if stored else ""
        return line

    def _offer(self, line: LesionLine, lesion: Record) -> None:
        """Which scans and lesions the references of a target may name."""
        if view := line.items.get(self.sheet.scan):
            view.options = self._scan_options()
            view.display_text = dict(view.options).get(view.value_text, view.display_text)
        if view := line.items.get(self.sheet.merged):
            targets = lesions_of(self.lesions, TARGET)
            view.options = [(other.uid, lesion_words(other)) for other in targets if other.uid != lesion.uid]
            view.display_text = dict(view.options).get(view.value_text, view.display_text)

    def _fragments(self, lesion: Record) -> list[ItemView]:
        """The diameters of the fragments of a target that split, and empty ones for more."""
        sheet, group = self.sheet, self.sheet.fragments
        stored = [row for row in self.record.rows(group.oid) if row.value(sheet.lesion) == lesion.uid]
        views = [self._fragment(group, str(row.number)) for row in stored]
        if self.may_enter:
            blank = max(LEAST_FRAGMENTS - len(stored), 1)
            keys = [key_of(lesion, n) for n in range(1, MOST_FRAGMENTS + 1)]
            typed = [key for key in keys if (group.oid, key) in self.rows]
            keys = typed + [key for key in keys if key not in typed]
            views += [self._fragment(group, key) for key in keys[: max(blank, len(typed) + 1)]]
        return [view for view in views if view is not None]

    def _fragment(self, group: type[Group], key: str) -> ItemView | None:
        row = self.rows.get((group.oid, key)) or self.page.new_row(group, key)
        return next((view for view in row.items if view.name == self.sheet.fragment), None)

    def _derived(self) -> Derived | None:
        """What the rules make of the measurements, as stored; nothing while it is kept back."""
        sheet, record = self.sheet, self.record
        if record.value(sheet.overall[1]) is None:
            return None
        return Derived(
            [self._compared(*names) for names in sheet.compared], record.value(sheet.sentence) or "",
            record.value(sheet.rule) or "",
        )  # fmt: skip

    def _compared(self, said: str, derived: str) -> Compared:
        items, record = self.sheet.crf.items, self.record
        given, made = record.value(said), record.value(derived)
        label = items[said].label.partition(" (")[0]
        differs = given is not None and rule_word(given) != made
        return Compared(label, display(items[said], given), display(items[derived], made), differs)

    def _figures(self, history: list[SumLine]) -> Figures:
        """The sums as stored; before the first save of a time point only those of others."""
        start = sum_at_baseline(self.lesions)
        own = next((line for line in history if line.uid == self.record.uid), None)
        previous = [line for line in history if self.earlier and line.uid == self.earlier[-1].uid]
        return Figures(
            "" if start is None else f"{start}", history[0].day if history else None,
            previous[-1].words if previous else "", "" if self.lowest_mm is None else f"{self.lowest_mm}",
            first_scan(self.lowest_at) if self.lowest_at else history[0].day if history else None,
            own.words if own else "", own.from_baseline if own else "", own.from_lowest if own else "",
        )  # fmt: skip
