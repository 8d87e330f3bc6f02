"""Lesions and time points as the checks and derivations of the tumour CRFs need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from forms import schedule
from forms.codelists import LISTS
from forms.derive import tumour_sums
from forms.derive.tumour_sums import Reading, baseline_sum, reading_value
from forms.views import Record, Row

TARGET, NON_TARGET, NEW = "TARGET", "NON-TARGET", "NEW"
SLICING_METHODS = ("CT SCAN", "CT SCAN WITHOUT CONTRAST", "MRI", "MRI WITHOUT CONTRAST")
IMAGING = (
    *SLICING_METHODS, "PET/CT SCAN", "CALIPER MEASUREMENT METHOD", "X-RAY", "ULTRASOUND", "PHYSICAL EXAMINATION"
)  # fmt: skip
STATE_WORDS = {
    "MEASURED": "measured", "ABSENT": "absent", "TSTM": "too small to measure", "NOT_EVALUABLE": "not evaluable",
    "MERGED": "merged", "SPLIT": "split",
}  # fmt: skip
NODE_IS_NORMAL_MM = Decimal(10)
TENTH = Decimal("0.1")
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


def name_of(uid: str | None, lesions: Sequence[Record]) -> str:
    """The name of the lesion of a reference."""
    return lesion_name(find_lesion(lesions, uid))


def find_lesion(lesions: Sequence[Record], uid: str | None) -> Record | None:
    """The lesion of a reference."""
    return next((lesion for lesion in lesions if lesion.uid == uid), None)


def scan_dates(assessment: Record) -> list[dt.date]:
    """The dates of the scans of a time point, in order."""
    return sorted(day for row in assessment.rows("SCAN") if (day := row.value("scan_date")))


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
    lesion = row.value("lesion")
    fragments = [f.value("t_fragment_mm") for f in assessment.rows("FRAGMENT") if f.value("lesion") == lesion]
    known = tuple(mm for mm in fragments if mm is not None)
    complete = known if len(known) == len(fragments) else ()
    return Reading(row.value("t_state"), row.value("t_diameter_mm"), complete, row.value("t_merged_into"))


def target_diameters(lesions: Sequence[Record]) -> dict[str, Decimal | None]:
    """The baseline diameters of the targets by the lesion's uid."""
    return {lesion.uid: lesion.baseline_mm for lesion in lesions if lesion.role == TARGET}


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


def new_at(assessment: Record, lesions: Sequence[Record]) -> list[Record]:
    """The new lesions first seen on the scans of a time point."""
    dates = scan_dates(assessment) or [day for day in [first_scan(assessment)] if isinstance(day, dt.date)]
    seen = ((lesion, lesion.first_seen) for lesion in lesions if lesion.role == NEW and lesion.first_seen)
    return [lesion for lesion, day in seen if dates and dates[0] <= day <= dates[-1]]


def still_there(assessment: Record, lesions: Sequence[Record]) -> tuple[str, str] | None:
    """The first lesion that a complete response contradicts, and its state in words."""
    for row in assessment.rows("TARGET"):
        lesion = find_lesion(lesions, row.lesion)
        if _is_disease(row, lesion is not None and lesion.is_node == "Y"):
            size = f" {row.t_diameter_mm} mm" if row.t_state == "MEASURED" else ""
            return lesion_name(lesion), f"{STATE_WORDS[row.t_state]}{size}"
    for row in assessment.rows("NONTARGET"):
        if row.nt_state in ("PRESENT", "UPD"):
            return name_of(row.lesion, lesions), LISTS["NTSTATE"].label(row.nt_state).lower()
    return None


def _is_disease(row: Row, is_node: bool) -> bool:
    """Whether a target is still disease: a node below 10 mm is not."""
    if row.t_state == tumour_sums.MEASURED:
        return row.t_diameter_mm is not None and row.t_diameter_mm >= (NODE_IS_NORMAL_MM if is_node else TENTH)
    return row.t_state in (tumour_sums.MERGED, tumour_sums.SPLIT) or (row.t_state == tumour_sums.TSTM and not is_node)
