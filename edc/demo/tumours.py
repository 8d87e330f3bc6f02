"""Made-up lesions and how they change, with the investigator's responses as RECIST 1.1 gives them for these numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from edc.demo.entry import Page
from edc.demo.profiles import Course, Profile

#: Sum of targets at each scan as a share of baseline; 0 is gone.
TRAJECTORIES = {
    Course.CR: (0.55, 0.0, 0.0),
    Course.PR: (0.66, 0.50, 0.44),
    Course.SD: (0.90, 0.98),
    Course.PD: (1.34,),
}
SITES_OF_DISEASE = {
    True: (("LUNG", "Left lower lobe"), ("LUNG", "Right upper lobe"), ("LIVER", "Segment VI"),
           ("ADRENAL GLAND", "Left adrenal"), ("PANCREAS", "Tail")),
    False: (("LIVER", "Segment VIII"), ("LUNG", "Right lower lobe"), ("SUBCUTIS", "Left flank"),
            ("LUNG", "Lingula"), ("SOFT TISSUE", "Right thigh, proximal")),
}  # fmt: skip
REGIONS = ("CHEST", "ABDOMEN", "PELVIS")
REGION_OF = {"LUNG": "CHEST", "MEDIASTINUM": "CHEST", "LYMPH NODE": "CHEST"}
NEW_LESION_EVERY = 3
LEAST_PROGRESSION_MM = 5


@dataclass(frozen=True)
class Lesion:
    """One lesion of the baseline."""

    name: str
    role: str
    organ: str
    detail: str
    is_node: bool = False
    mm: int = 0


@dataclass
class Disease:
    """The lesions of a participant and the sums so far."""

    scanned_on: dt.date
    lesions: list[Lesion]
    sums: list[int] = field(default_factory=list)

    @property
    def targets(self) -> list[Lesion]:
        """The lesions that are measured."""
        return [lesion for lesion in self.lesions if lesion.role == "TARGET"]

    @property
    def others(self) -> list[Lesion]:
        """The lesions that are followed without a number."""
        return [lesion for lesion in self.lesions if lesion.role == "NON-TARGET"]


def make_disease(rng: Random, profile: Profile, scanned_on: dt.date) -> Disease:
    """Two to four targets and one or two non-targets; without a response one target may be a node."""
    places = rng.sample(SITES_OF_DISEASE[profile.is_renal], rng.choice((2, 3, 3)))
    targets = [
        Lesion(f"T{n}", "TARGET", organ, detail, mm=rng.randrange(14, 42))
        for n, (organ, detail) in enumerate(places, start=1)
    ]
    if profile.course in (Course.SD, Course.PD) and rng.random() < 0.5:
        targets.append(Lesion("T9", "TARGET", "LYMPH NODE", "Subcarinal", is_node=True, mm=rng.randrange(17, 29)))
    others = [Lesion("N1", "NON-TARGET", "LYMPH NODE", "Right hilum, small", is_node=True)]
    if rng.random() < 0.4:
        others.append(Lesion("N2", "NON-TARGET", "BONE", "L3, mixed"))
    disease = Disease(scanned_on, [*targets, *others])
    disease.sums.append(sum(lesion.mm for lesion in disease.targets))
    return disease


def register_pages(disease: Disease) -> list[Page]:
    """One page of the register for each lesion of the baseline."""
    return [_register(lesion, disease.scanned_on) for lesion in disease.lesions]


def _register(lesion: Lesion, scanned_on: dt.date) -> Page:
    typed = {
        "role": lesion.role, "organ": lesion.organ, "detail": lesion.detail, "is_node": "Y" if lesion.is_node else "N",
        "method": "CT SCAN", "slice_mm": "3.0", "baseline_scan_date": scanned_on.isoformat(), "irradiated": "N",
    }  # fmt: skip
    if lesion.role == "TARGET":
        typed["baseline_mm"] = str(lesion.mm)
    return Page(f"TLB/{lesion.name}", "TLB", typed)


def scan_page(visit: str, scanned_on: dt.date, *, is_baseline: bool = False) -> Page:
    """The scans of a time point."""
    typed = {"performed": "Y", "assess_date": scanned_on.isoformat(), "reader": "Dr P. Sandoval"}
    rows = [
        {"scan_region": region, "scan_method": "CT SCAN", "scan_date": scanned_on.isoformat(), "scan_contrast": "Y",
         "scan_slice_mm": "3.0"}
        for region in REGIONS
    ]  # fmt: skip
    return Page(f"{visit}/TA", "TA", typed, {"SCAN": rows}, visit=visit, complete=is_baseline)


def new_lesion_page(course: int, scanned_on: dt.date) -> Page:
    """A new lesion in the liver, beyond doubt."""
    typed = {
        "role": "NEW", "organ": "LIVER", "detail": "Segment II, not seen before", "is_node": "N", "method": "CT SCAN",
        "slice_mm": "3.0", "irradiated": "N", "first_seen": scanned_on.isoformat(), "certainty": "UNEQUIVOCAL",
    }  # fmt: skip
    return Page(f"TLB/NEW{course}", "TLB", typed)


def has_new_lesion(profile: Profile) -> bool:
    """Whether the progression of this participant shows a new lesion too."""
    return profile.course is Course.PD and profile.number % NEW_LESION_EVERY == 0


def reading_page(rng: Random, disease: Disease, visit: str, share: float, *, is_new: bool) -> Page:
    """What the scans show and how the investigator reads it."""
    rows = [_target(rng, lesion, visit, share) for lesion in disease.targets]
    total = sum(int(row.get("t_diameter_mm", 0)) for row in rows)
    other = "ABSENT" if share == 0 else "PRESENT"
    nodes = [{"lesion": f"@TLB/{lesion.name}", "nt_state": other} for lesion in disease.others]
    target = _target_response(total, disease.sums, all(row["t_state"] == "ABSENT" for row in rows))
    non_target = ("CR" if share == 0 else "NON-CR/NON-PD") if nodes else "NA"
    disease.sums.append(total)
    typed = {
        "any_new": "Y" if is_new else "N", "inv_target": target, "inv_nontarget": non_target,
        "inv_overall": "PD" if is_new else _overall(target, non_target), "symptomatic_deterioration": "N",
    }  # fmt: skip
    groups = {"TARGET": rows, **({"NONTARGET": nodes} if nodes else {})}
    return Page(f"{visit}/TA", "TA", typed, groups, visit=visit, by="investigator")


def _target(rng: Random, lesion: Lesion, visit: str, share: float) -> dict[str, str]:
    region = REGION_OF.get(lesion.organ, "ABDOMEN")
    row = {"lesion": f"@TLB/{lesion.name}", "t_scan_ref": f"@{visit}/TA#SCAN.{REGIONS.index(region) + 1}"}
    if share == 0:
        return row | {"t_state": "ABSENT"}
    exact = Decimal(str(lesion.mm * share * rng.uniform(0.98, 1.02)))
    return row | {"t_state": "MEASURED", "t_diameter_mm": str(exact.quantize(Decimal(1), ROUND_HALF_UP))}


def _target_response(total: int, earlier: Sequence[int], is_gone: bool) -> str:
    baseline, nadir = earlier[0], min(earlier)
    if is_gone:
        return "CR"
    if total - nadir >= LEAST_PROGRESSION_MM and 5 * (total - nadir) >= nadir:
        return "PD"
    return "PR" if 10 * total <= 7 * baseline else "SD"


def _overall(target: str, non_target: str) -> str:
    return "PR" if target == "CR" and non_target == "NON-CR/NON-PD" else target
