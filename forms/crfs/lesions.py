"""Lesion register (SDTM TU, TR): one record per lesion, targets and non-targets of baseline and new lesions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal as Number

from forms import schedule
from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive.dates import certainly_before
from forms.items import Choice, Date, Decimal, Text, YesNo
from forms.responses import is_answered
from forms.tumours import (
    IMAGING,
    MEASURING,
    NEW,
    NON_TARGET,
    SLICING_METHODS,
    TARGET,
    first_scan,
    lesion_name,
    measurable_from,
    modality,
    organ_group,
)
from forms.views import Record

PREFIXES = {TARGET: "T", NON_TARGET: "NT", NEW: "NEW"}
MOST_TARGETS, MOST_PER_ORGAN = 5, 2
NODE_MM = (15, 150)


class Lesions(CRF, oid="TLB", title="Lesions", domain="TU", slug="lesions", log=True, line_title="Lesion"):
    """A lesion is registered once and keeps its identity; each assessment refers to it."""

    lesion_id = Text("Lesion", 8, derived=True, sdtm="TU.TULNKID; TR.TRLNKID")
    role = Choice(
        "Target / non-target / new", "LESROLE", required=True, sdtm="TU.TUORRES; TUTESTCD=TUMIDENT",
        help="At most 5 targets, at most 2 in an organ; all lymph nodes together are one organ.",
    )  # fmt: skip
    organ = Choice("Organ", "ORGAN", required=True, sdtm="TU.TULOC")
    detail = Text("Location detail", 80, required=True, sdtm="SUPPTU.TULOCDTL")
    laterality = Choice("Side", "LAT", sdtm="TU.TULAT")
    is_node = YesNo("Lymph node", required=True, sdtm="SUPPTU.TUNODE", help="A node is measured by its short axis.")
    method = Choice("Imaging method", "METHOD", required=True, subset=IMAGING, sdtm="TU.TUMETHOD")
    slice_mm = Decimal(
        "Slice thickness", 4, 1, required=True, unit="mm", plausible=("0.5", "20"), sdtm="SUPPTR.TRSLICE",
        visible_if=when("method", *SLICING_METHODS),
    )  # fmt: skip
    baseline_scan_date = Date(
        "Date of scan", required=True, visible_if=when("role", TARGET, NON_TARGET), after_consent=True,
        sdtm="TU.TUDTC; TR.TRDTC",
    )  # fmt: skip
    baseline_mm = Decimal(
        "Longest diameter (node: short axis)", 5, 1, required=True, visible_if=when("role", TARGET), unit="mm",
        plausible=("10", "300"), sdtm="TR.TRORRES; TRTESTCD=LDIAM or LPERP",
    )  # fmt: skip
    irradiated = YesNo("Previously irradiated", required=True, sdtm="SUPPTU.TUIRRAD")
    progressed_since = YesNo(
        "Progressed since irradiation", required=True, visible_if=when("irradiated", "Y"), sdtm="SUPPTU.TUIRRPD"
    )
    multiple = YesNo("Several lesions as one entry", visible_if=when("role", NON_TARGET), sdtm="SUPPTU.TUMULT")
    first_seen = Date(
        "First seen on the scan of", required=True, visible_if=when("role", NEW), after_consent=True, sdtm="TU.TUDTC"
    )
    certainty = Choice(
        "Certainty", "NEWCERT", required=True, visible_if=when("role", NEW), sdtm="TR.TRORRES; TRTESTCD=TUMSTATE",
        help="Equivocal: not counted until a later scan confirms it; progression is then dated from this scan.",
    )  # fmt: skip
    resolved_to = Choice("Later verdict", "NEWRES", visible_if=when("certainty", "EQUIVOCAL"), sdtm="TR.TRORRES")
    resolved_date = Date(
        "Date of the later scan", required=True, visible_if=when("resolved_to", *LISTS["NEWRES"].values),
        sdtm="TR.TRDTC",
    )  # fmt: skip

    @derive("TLB-ID", "lesion_id", on="self role ever:TLB")
    def derive_id(lesion: Record, role: str, lesions: Sequence[Record]) -> str:
        """The next number of the role; identities stay, and that of a removed lesion is not given again."""
        pattern = re.compile(rf"{PREFIXES[role]}(\d+)")
        if lesion.lesion_id and pattern.fullmatch(lesion.lesion_id):
            return str(lesion.lesion_id)
        taken = [int(m[1]) for other in lesions if (m := pattern.fullmatch(other.lesion_id or ""))]
        return f"{PREFIXES[role]}{max(taken, default=0) + 1:02d}"

    @check("RE-01", "{n} targets ({m} in {place}); at most 5 and 2 per organ.", on="self role organ all:TLB")
    def targets_are_few(lesion: Record, role: str, _: str, lesions: Sequence[Record]) -> Fail | None:
        """At most 5 targets and 2 in an organ; the lesions beyond are asked about."""
        if role != TARGET:
            return None
        group = organ_group(lesion)
        targets = [other for other in lesions if other.role == TARGET and other.organ]
        in_organ = [other for other in targets if organ_group(other) == group]
        if _place(lesion, targets) <= MOST_TARGETS and _place(lesion, in_organ) <= MOST_PER_ORGAN:
            return None
        return fail("role", n=len(targets), m=len(in_organ), place=LISTS["ORGAN"].label(group))

    @check(
        "RE-01", "{id} is not among the targets of the first follow-up ({x}): the baseline set is fixed by then.",
        on="self role all:TA", target="role",
    )  # fmt: skip
    def set_is_fixed(lesion: Record, role: str, assessments: Sequence[Record]) -> Fail | None:
        """No target joins after the first follow-up was completed, or read by the investigator."""
        dated = [(day, a) for a in assessments if _is_finished_follow_up(a) and (day := first_scan(a))]
        if role != TARGET or not dated:
            return None
        day, first = min(dated, key=lambda pair: pair[0])
        is_followed = any(row.lesion == lesion.uid for row in first.rows("TARGET"))
        return None if is_followed else fail(id=lesion_name(lesion), x=day)

    @check(
        "RE-02", "{id} {x} mm is below the limit for a target ({limit}).", on="self role method is_node baseline_mm",
        target="baseline_mm",
    )  # fmt: skip
    def is_measurable(lesion: Record, role: str, method: str, is_node: str, diameter: Number) -> Fail | None:
        """A target is large enough for its method."""
        limit, words = measurable_from(modality(method), is_node == "Y", lesion.slice_mm)
        if role != TARGET or diameter >= limit:
            return None
        return fail(id=lesion_name(lesion), x=diameter, limit=words)

    @check("RE-02", "{id}: {method} cannot measure a target; CT, MRI, caliper or X-ray can.", on="self role method")
    def method_measures(lesion: Record, role: str, method: str) -> Fail | None:
        """A target is measured by CT, MRI, caliper or chest X-ray."""
        if role != TARGET or modality(method) in MEASURING:
            return None
        return fail("method", id=lesion_name(lesion))

    @check(
        "GEN-05", "{label} {baseline_mm} mm is outside the usual {lo}-{hi} mm. If correct, confirm; "
        "check decimal point and unit.", on="baseline_mm is_node",
    )  # fmt: skip
    def node_size_is_usual(diameter: Number, is_node: str) -> Fail | None:
        """A node is hardly wider than 150 mm."""
        return fail(lo=NODE_MM[0], hi=NODE_MM[1]) if is_node == "Y" and diameter > NODE_MM[1] else None

    @check(
        "RE-03", "Baseline scan {x} is {n} days {side} registration ({window} allowed).",
        on="role baseline_scan_date subject.registration_date study.eligibility_window", target="baseline_scan_date",
    )  # fmt: skip
    def baseline_is_recent(role: str, scanned: dt.date, registered: dt.date, window: int) -> Fail | None:
        """The baseline scan lies 0 to 28 days before registration."""
        days = (registered - scanned).days
        if role == NEW or 0 <= days <= window:
            return None
        return fail(x=scanned, n=abs(days), side="before" if days > 0 else "after", window=window)

    @check(
        "RE-03", "Baseline scan {x} is not before the first dose ({c1d1}).",
        on="role baseline_scan_date subject.c1d1", target="baseline_scan_date",
    )  # fmt: skip
    def baseline_is_before_dose(role: str, scanned: dt.date, c1d1: dt.date) -> Fail | None:
        """The baseline scan was made before treatment."""
        return fail(x=scanned) if role != NEW and scanned >= c1d1 else None

    @check(
        "RE-04", "{id} was irradiated: has it progressed since?", on="self role irradiated progressed_since",
        target="progressed_since",
    )  # fmt: skip
    def irradiated_target_progressed(lesion: Record, role: str, irradiated: str, progressed: str) -> Fail | None:
        """An irradiated target has progressed since."""
        is_wrong = role == TARGET and irradiated == "Y" and progressed == "N"
        return fail(id=lesion_name(lesion)) if is_wrong else None

    @check(
        "RE-04", "{id} was irradiated on {x} (procedure line {n}): has it progressed since?",
        on="self role irradiated baseline_scan_date all:PR", target="irradiated",
    )  # fmt: skip
    def irradiation_is_told(
        lesion: Record, role: str, irradiated: str, scanned: dt.date, procedures: Sequence[Record]
    ) -> Fail | None:
        """A target in the field of a radiotherapy before its baseline scan is called irradiated."""
        if role != TARGET or irradiated == "Y":
            return None
        rays = (p for p in procedures if p.category == "RADIOTHERAPY" and lesion.uid in (p.lesion_refs or ()))
        before = next((p for p in rays if p.start and certainly_before(p.start, scanned)), None)
        return fail(id=lesion_name(lesion), x=before.start, n=before.number) if before else None

    @check(
        "RE-11", "{id} is still equivocal after {n} scans. If confirmed, progression is dated {x}.",
        on="self role certainty first_seen all:TA", severity="N", target="resolved_to",
    )  # fmt: skip
    def equivocal_is_resolved(
        lesion: Record, role: str, certainty: str, first_seen: dt.date, assessments: Sequence[Record]
    ) -> Fail | None:
        """An equivocal new lesion is settled at the next scan."""
        if role != NEW or certainty != "EQUIVOCAL" or lesion.resolved_to:
            return None
        later = sum(1 for a in assessments if (day := first_scan(a)) and day > first_seen)
        return fail(id=lesion_name(lesion), n=later + 1, x=first_seen) if later else None


def _place(lesion: Record, among: Sequence[Record]) -> int:
    return sum(1 for other in among if other.number <= lesion.number)


def _is_finished_follow_up(assessment: Record) -> bool:
    # A target that joins makes the time point incomplete again: it lacks the reason of a difference then.
    is_follow_up = assessment.visit is not None and assessment.visit.kind != schedule.SCREENING
    return is_follow_up and (assessment.entry_status == "complete" or is_answered(assessment))
