"""Which forms are the lesion register and the assessments made from it: items and figures of the tumour screens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forms.crf import CRF, Group
from forms.crfs import lesions as declared
from forms.crfs.tumour_assessment import TumourAssessment
from forms.derive.tumour_sums import NOT_EVALUABLE, TSTM, Sums, reading_value, shown_percent
from forms.reading import display
from forms.responses import last_scan, responses_of
from forms.tumours import NEW, NON_TARGET, TARGET, first_scan, follow_ups, lesion_name, reading, sum_at_baseline
from forms.views import Record, Row


@dataclass(frozen=True)
class TumourSheet:
    """One CRF that assesses the lesions of a register, time point by time point.

    `head` to `deterioration` are items of the record, `scan` to `why` of a target, the others of their own groups.
    `derived` has the derived response to each of the first items of `response`, the overall one last.
    """

    crf: type[CRF]
    register: type[CRF]
    scans: type[Group]
    targets: type[Group]
    fragments: type[Group]
    non_targets: type[Group]
    head: tuple[str, ...]
    reader: str
    any_new: str
    response: tuple[str, ...]
    derived: tuple[str, ...]
    rule: str
    sentence: str
    deterioration: tuple[str, ...]
    role: str
    lesion: str
    state: str
    size: str
    scan: str
    merged: str
    why: str
    fragment: str
    found: str
    found_reason: str
    measured: str
    split: str
    not_evaluable: str
    scan_facts: tuple[str, ...]
    register_facts: tuple[str, ...]

    @property
    def compared(self) -> list[tuple[str, str]]:
        """The responses of the investigator, each with the derived one."""
        return list(zip(self.response, self.derived, strict=False))

    @property
    def overall(self) -> tuple[str, str]:
        """The overall response of the investigator and the derived one."""
        return self.compared[-1]


@dataclass(frozen=True)
class TargetBefore:
    """What is known of a target before a time point, in words."""

    baseline: str
    previous: str
    previous_on: dt.date | None
    lowest: str


@dataclass(frozen=True)
class SumLine:
    """The sum of the targets at one time point, complete or not, with its changes in words."""

    uid: str
    label: str
    day: dt.date | None
    total: Decimal | None
    measured: Decimal
    is_complete: bool
    from_baseline: str = ""
    from_lowest: str = ""
    investigator: str = ""
    derived: str = ""

    @property
    def words(self) -> str:
        """The sum, or what was measured of it."""
        return f"{self.total}" if self.is_complete else f"({self.measured}) incomplete, not a lowest"


def lesions_of(lesions: Sequence[Record], role: str) -> list[Record]:
    """The lesions of a role in the order of the register."""
    return [lesion for lesion in lesions if lesion.role == role]


def change_words(millimetres: Decimal | None, percent: Decimal | None) -> str:
    """`+9 mm, +23.7 %`; the percentage is left out where the lowest sum is 0."""
    if millimetres is None:
        return ""
    sized = f"{millimetres:+} mm" if millimetres else "0 mm"
    return f"{sized}, {shown_percent(percent)}" if percent is not None else sized


def lesion_words(lesion: Record) -> str:
    """A lesion by id, organ and place: `T01 Liver, segment VI`."""
    organ = display(lesion.collection.items["organ"], lesion.organ)
    return f"{lesion_name(lesion)} {organ}{', ' + lesion.detail if lesion.detail else ''}".strip()


def axis_words(lesion: Record) -> str:
    """Which diameter of a lesion counts."""
    return "short axis" if lesion.is_node == "Y" else "longest diameter"


def sum_lines(sheet: TumourSheet, lesions: Sequence[Record], assessments: Sequence[Record]) -> list[SumLine]:
    """The sums over time, that of baseline first; none without targets."""
    start, targets = sum_at_baseline(lesions), lesions_of(lesions, TARGET)
    if not targets:
        return []
    days = [lesion.baseline_scan_date for lesion in targets if lesion.baseline_scan_date]
    known = sum((lesion.baseline_mm for lesion in targets if lesion.baseline_mm is not None), Decimal(0))
    lines = [SumLine("", "Baseline", max(days, default=None), start, known, start is not None)]
    points = follow_ups(assessments)
    for assessment, sums in zip(points, _sums(lesions, points), strict=True):
        label = assessment.visit.label if assessment.visit else ""
        lines.append(
            SumLine(
                assessment.uid, label, first_scan(assessment), sums.sum_mm, sums.measured_mm, sums.sum_mm is not None,
                shown_percent(sums.pct_baseline), change_words(sums.abs_nadir, sums.pct_nadir),
                *(assessment.value(name) or "" for name in sheet.overall),
            )
        )  # fmt: skip
    return lines


def _sums(lesions: Sequence[Record], points: Sequence[Record]) -> list[Sums]:
    return [found.sums for found in responses_of(lesions, points)]


def earlier_points(assessment: Record, assessments: Sequence[Record]) -> list[Record]:
    """The performed time points before this one; all others while it has no scan date."""
    day = first_scan(assessment)
    others = [a for a in follow_ups(assessments) if a.uid != assessment.uid]
    return others if day is None else [a for a in others if (earlier := first_scan(a)) is not None and earlier < day]


def lowest_before(lesions: Sequence[Record], earlier: Sequence[Record]) -> tuple[Decimal | None, Record | None]:
    """The smallest complete sum of earlier time points or baseline, and its time point (None: baseline)."""
    start = sum_at_baseline(lesions)
    found: list[tuple[Decimal, int]] = [] if start is None else [(start, -1)]
    sums = _sums(lesions, earlier)
    found += [(one.sum_mm, number) for number, one in enumerate(sums) if one.sum_mm is not None]
    if not found:
        return None, None
    total, number = min(found)
    return total, earlier[number] if number >= 0 else None


def before(sheet: TumourSheet, lesion: Record, earlier: Sequence[Record], lowest: Record | None) -> TargetBefore:
    """What stands beside the measurement of a target: baseline, the last time point, and the one of the lowest sum."""
    words, day = _last(sheet, lesion, earlier)
    baseline = target_words(sheet, lesion, None)
    return TargetBefore(baseline, words, day, target_words(sheet, lesion, lowest))


def _last(sheet: TumourSheet, lesion: Record, earlier: Sequence[Record]) -> tuple[str, dt.date | None]:
    for point in reversed(earlier):
        if words := target_words(sheet, lesion, point):
            return words, first_scan(point)
    return "", None


def target_words(sheet: TumourSheet, lesion: Record, point: Record | None) -> str:
    """The reading of a target at a time point: `26`, `TS (5)`, `NE`; at baseline its diameter."""
    if point is None:
        return "" if lesion.baseline_mm is None else f"{lesion.baseline_mm}"
    row = row_of(sheet, sheet.targets, lesion, point)
    state = row.value(sheet.state) if row else None
    if row is None or state is None:
        return ""
    value = reading_value(reading(row, point))
    if state == sheet.measured:
        return "" if value is None else f"{value}"
    if state == TSTM:
        return f"TS ({value})"
    if state == NOT_EVALUABLE:
        return "NE"
    shown = display(sheet.targets.items[sheet.state], state).lower().partition(" (")[0]
    return f"{shown} ({value})" if state == sheet.split and value is not None else shown


def row_of(sheet: TumourSheet, group: type[Group], lesion: Record, point: Record) -> Row | None:
    """The row of a lesion at a time point."""
    return next((row for row in point.rows(group.oid) if row.value(sheet.lesion) == lesion.uid), None)


def new_lesion_words(lesion: Record) -> str:
    """A new lesion by id, with the day it was first seen, how certain it is, and what a later scan made of it."""
    items = lesion.collection.items
    certainty = display(items["certainty"], lesion.certainty)
    seen = f"first seen {lesion.first_seen}" if lesion.first_seen else ""
    verdict = display(items["resolved_to"], lesion.resolved_to) if lesion.resolved_to else ""
    later = f"{verdict} {lesion.resolved_date or ''}".strip()
    return ", ".join(part for part in (lesion_words(lesion), seen, certainty.lower(), later.lower()) if part)


def news_until(assessment: Record, lesions: Sequence[Record]) -> list[Record]:
    """The new lesions first seen on the scans of a time point or before; all of them while it has no scan."""
    last = last_scan(assessment)
    news = lesions_of(lesions, NEW)
    return [one for one in news if last is None or one.first_seen is None or one.first_seen <= last]


def scan_words(sheet: TumourSheet, row: Row) -> str:
    """A scan in words: `Chest, CT scan, 2024-12-16`."""
    items = row.collection.items
    facts = [display(items[name], row.value(name)) for name in sheet.scan_facts if row.value(name)]
    return ", ".join(facts) or f"Scan {row.number}"


SHEET = TumourSheet(
    crf=TumourAssessment, register=declared.Lesions, scans=TumourAssessment.Scan, targets=TumourAssessment.Target,
    fragments=TumourAssessment.Fragment, non_targets=TumourAssessment.NonTarget,
    head=("performed", "reason_not_done", "assess_date"), reader="reader", any_new="any_new",
    response=("inv_target", "inv_nontarget", "inv_overall", "inv_reason"),
    derived=("der_target", "der_nontarget", "der_overall"), rule="der_rule", sentence="der_sentence",
    deterioration=("symptomatic_deterioration", "deterioration_text"), role="role", lesion="lesion", state="t_state",
    size="t_diameter_mm", scan="t_scan_ref", merged="t_merged_into", why="t_ne_reason", fragment="t_fragment_mm",
    found="nt_state", found_reason="nt_upd_reason", measured="MEASURED", split="SPLIT", not_evaluable=NOT_EVALUABLE,
    scan_facts=("scan_region", "scan_method", "scan_date"),
    register_facts=(
        "laterality", "method", "slice_mm", "baseline_scan_date", "first_seen", "certainty", "resolved_to",
        "resolved_date",
    ),
)  # fmt: skip

TUMOUR_SHEETS: Sequence[TumourSheet] = (SHEET,)
ROLES = {TARGET: "Targets", NON_TARGET: "Non-targets", NEW: "New lesions"}
