"""Which lesions may be targets, and what a target adds to the sum (RECIST 1.1; recist.md 2 to 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms.derive.tumour_sums import MERGED, TSTM, Reading
from forms.derive.words import number_words

NODE_NORMAL_MM = Decimal(10)
NODE_TARGET_MM = Decimal(15)
LESION_TARGET_MM = Decimal(10)
XRAY_TARGET_MM = Decimal(20)
THICK_SLICE_MM = Decimal(5)
MAX_TARGETS, MAX_PER_ORGAN = 5, 2
NODE_ORGAN = "LYMPH NODE"

SLICED = ("CT", "MRI")
NEVER_MEASURABLE_BY = ("ULTRASOUND", "ENDOSCOPY", "PET")
# A lytic or mixed bone lesion with a soft-tissue part is entered as that part, in soft tissue.
NEVER_MEASURABLE = (
    "BONE", "EFFUSION", "ASCITES", "LEPTOMENINGEAL", "LYMPHANGITIC SPREAD", "INFLAMMATORY BREAST", "SIMPLE CYST",
)  # fmt: skip

MEASURABLE, NON_MEASURABLE = "MEASURABLE", "NON-MEASURABLE"
NON_TARGET_NODE, NORMAL_NODE = "NON-TARGET NODE", "NORMAL NODE"


@dataclass(frozen=True)
class BaselineLesion:
    """A lesion at baseline: organ or kind of disease, CT, MRI, CALIPER, X-RAY, ...; of a node the short axis.

    Both lungs are one organ, so are both kidneys and all lymph nodes together.
    """

    organ: str
    is_node: bool
    method: str
    diameter_mm: Decimal | None
    slice_mm: Decimal | None = None
    treated_locally: bool = False
    progressed_since: bool = False


@dataclass(frozen=True)
class Measurability:
    """Whether a lesion is measurable at baseline, by which row of recist.md 2, in words."""

    kind: str
    rule: str
    sentence: str


def measurability(lesion: BaselineLesion) -> Measurability:
    """Whether a lesion may be a target (recist.md 2)."""
    if lesion.method in NEVER_MEASURABLE_BY:
        return Measurability(NON_MEASURABLE, "2 method", f"{lesion.method} alone never measures a lesion.")
    if lesion.organ in NEVER_MEASURABLE:
        return Measurability(NON_MEASURABLE, "2 kind", f"{lesion.organ} is never measurable.")
    if lesion.diameter_mm is None:
        return Measurability(NON_MEASURABLE, "2 diameter", "No diameter was given.")
    if lesion.treated_locally and not lesion.progressed_since:
        return Measurability(NON_MEASURABLE, "2 irradiated", "A treated lesion counts only once it has progressed.")
    return _measured_node(lesion.diameter_mm) if lesion.is_node else _measured(lesion, lesion.diameter_mm)


def _measured_node(short_axis: Decimal) -> Measurability:
    shown = f"Short axis {number_words(short_axis)} mm"
    if short_axis >= NODE_TARGET_MM:
        return Measurability(MEASURABLE, "2 node", f"{shown}, {NODE_TARGET_MM} mm or more.")
    if short_axis >= NODE_NORMAL_MM:
        return Measurability(NON_TARGET_NODE, "2 node", f"{shown}: pathological, but below {NODE_TARGET_MM} mm.")
    return Measurability(NORMAL_NODE, "2 node", f"{shown}: a normal node, below {NODE_NORMAL_MM} mm.")


def _measured(lesion: BaselineLesion, longest: Decimal) -> Measurability:
    least, rule = LESION_TARGET_MM, "2 " + ("CT or MRI" if lesion.method in SLICED else "caliper")
    if lesion.method == "X-RAY":
        least, rule = XRAY_TARGET_MM, "2 chest X-ray"
    elif lesion.method in SLICED and lesion.slice_mm is not None and lesion.slice_mm > THICK_SLICE_MM:
        least, rule = 2 * lesion.slice_mm, "2 thick slice"
    kind, word = (MEASURABLE, "reaches") if longest >= least else (NON_MEASURABLE, "is below")
    return Measurability(
        kind, rule, f"Longest diameter {number_words(longest)} mm {word} the limit of {number_words(least)} mm."
    )


def choice_faults(targets: Iterable[BaselineLesion]) -> list[str]:
    """What breaks the choice of targets (recist.md 3): measurable, at most 5, at most 2 of an organ."""
    chosen = list(targets)
    organs = Counter(NODE_ORGAN if lesion.is_node else lesion.organ for lesion in chosen)
    found = [measurability(lesion) for lesion in chosen]
    return [
        *(f"Target {n}: {one.sentence}" for n, one in enumerate(found, 1) if one.kind != MEASURABLE),
        *([f"{len(chosen)} targets; at most {MAX_TARGETS}."] if len(chosen) > MAX_TARGETS else []),
        *(f"{n} targets in {organ}; at most {MAX_PER_ORGAN}." for organ, n in organs.items() if n > MAX_PER_ORGAN),
    ]


@dataclass(frozen=True)
class Target:
    """A target lesion; of a node the short axis is measured, of any other lesion the longest diameter."""

    key: str
    is_node: bool
    baseline_mm: Decimal | None


@dataclass(frozen=True)
class Readings:
    """What a time point says of the targets, and the value in mm that each adds to the sum (None = missing)."""

    by_lesion: Mapping[str, Reading]
    values: Mapping[str, Decimal | None]

    def is_gone(self, target: Target) -> bool:
        """Whether a target allows a complete response: absent, or a node below 10 mm (recist.md 5.4)."""
        value = self.values[target.key]
        if value is None:
            return False
        match self.by_lesion[target.key].state:
            case "MERGED":
                return not self._mass_exists(target.key)
            case "TSTM" if not target.is_node:
                return False
        return value < NODE_NORMAL_MM if target.is_node else value == 0

    def is_disease(self, target: Target, value: Decimal, node_mm: Decimal) -> bool:
        """Whether a target of this value is disease again after a complete response (recist.md 5.1)."""
        if target.is_node:
            return value >= node_mm
        return value > 0 or self.by_lesion[target.key].state == TSTM

    def _mass_exists(self, lesion: str) -> bool:
        # A mass that was not evaluated is not known to be gone.
        seen, host = {lesion}, self.by_lesion[lesion].merged_into
        while host is not None and host not in seen and host in self.by_lesion:
            if self.by_lesion[host].state != MERGED:
                return self.values.get(host) != 0
            seen.add(host)
            host = self.by_lesion[host].merged_into
        return True
