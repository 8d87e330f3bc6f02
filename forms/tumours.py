"""Lesions and time points as the checks and sums of the tumour CRFs need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from forms import schedule
from forms.derive.tumour_sums import Reading, Sums, TimePoint, baseline_sum, reading_value, target_sums
from forms.views import Record, Row

NODE = "LYMPH NODE"
_SLICED = ("CT", "MRI")
MEASURING = (*_SLICED, "CALIPER MEASUREMENT METHOD", "X-RAY")
_THICK_SLICE_MM = Decimal(5)
_MODALITIES = {"CT SCAN WITHOUT CONTRAST": "CT", "CT SCAN": "CT", "MRI WITHOUT CONTRAST": "MRI"}


def organ_group(lesion: Record) -> str:
    """The organ that counts for the limit of two targets: paired organs are one code, all nodes are one organ."""
    return NODE if lesion.is_node == "Y" else str(lesion.organ)


def modality(method: str) -> str:
    """The imaging method without regard to contrast."""
    return _MODALITIES.get(method, method)


def measurable_from(method: str, is_node: bool, slice_mm: Decimal | None) -> tuple[Decimal, str]:
    """The smallest diameter of a target in mm and the rule in words (recist.md 2)."""
    least = Decimal(15 if is_node else 20 if method == "X-RAY" else 10)
    if method in _SLICED and slice_mm is not None and slice_mm > _THICK_SLICE_MM and 2 * slice_mm > least:
        return 2 * slice_mm, f"2 x slice thickness {slice_mm} mm"
    return least, f"{least} mm, {'short axis of a node' if is_node else 'longest diameter'}"


def lesion_name(lesion: Record | None) -> str:
    """The lesion's id, or its line while it has none."""
    if lesion is None:
        return "A lesion"
    return str(lesion.lesion_id or f"Line {lesion.number}")


def find_lesion(lesions: Sequence[Record], uid: str | None) -> Record | None:
    """The lesion of a reference."""
    return next((lesion for lesion in lesions if lesion.uid == uid), None)


def scan_dates(assessment: Record) -> list[dt.date]:
    """The dates of the scans of a time point, in order."""
    return sorted(row.scan_date for row in assessment.rows("SCAN") if row.scan_date)


def first_scan(assessment: Record) -> dt.date | None:
    """The date of a time point: its earliest scan, else the assessment's date."""
    dates = scan_dates(assessment)
    found: dt.date | None = dates[0] if dates else assessment.assess_date
    return found


def is_baseline(assessment: Record) -> bool:
    """Whether a time point is the one of screening."""
    return assessment.visit is not None and assessment.visit.kind == schedule.SCREENING


def follow_ups(assessments: Sequence[Record]) -> list[Record]:
    """The performed time points after baseline in the order of their scans."""
    dated = [(day, a) for a in assessments if a.performed == "Y" and not is_baseline(a) and (day := first_scan(a))]
    return [a for _, a in sorted(dated, key=lambda pair: pair[0])]


def reading(row: Row, assessment: Record) -> Reading:
    """What a time point says of one target."""
    fragments = [f.t_fragment_mm for f in assessment.rows("FRAGMENT") if f.lesion == row.lesion]
    known = tuple(mm for mm in fragments if mm is not None)
    return Reading(row.t_state, row.t_diameter_mm, known if len(known) == len(fragments) else (), row.t_merged_into)


def target_diameters(lesions: Sequence[Record]) -> dict[str, Decimal | None]:
    """The baseline diameters of the targets by the lesion's uid."""
    return {lesion.uid: lesion.baseline_mm for lesion in lesions if lesion.role == "TARGET"}


def sums_of(assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record]) -> Sums | None:
    """The sums of a follow-up time point against baseline and nadir."""
    points = [
        TimePoint(a.uid, {row.lesion: reading(row, a) for row in a.rows("TARGET") if row.lesion})
        for a in follow_ups(assessments)
    ]
    found = target_sums(target_diameters(lesions), points)
    return next((sums for sums in found if sums.key == assessment.uid), None)


def sum_at_baseline(lesions: Sequence[Record]) -> Decimal | None:
    """The sum of the baseline diameters of all targets."""
    return baseline_sum(target_diameters(lesions))


def previous_value(lesion: Record, assessment: Record, assessments: Sequence[Record]) -> Decimal | None:
    """The last known value of a target before a time point; at the first one that of baseline."""
    value: Decimal | None = lesion.baseline_mm
    for earlier in follow_ups(assessments):
        if earlier.uid == assessment.uid:
            break
        row = next((r for r in earlier.rows("TARGET") if r.lesion == lesion.uid), None)
        known = reading_value(reading(row, earlier)) if row else None
        value = value if known is None else known
    return value
