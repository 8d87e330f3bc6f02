"""The rows of a tumour assessment: scans, and what they show of targets, fragments and non-targets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP
from decimal import Decimal as Number

from forms.checks import DOUBLE
from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import Fail, Group, check, fail
from forms.items import Choice, Date, Decimal, Reference, Text, YesNo
from forms.tumours import (
    IMAGING,
    NODE_IS_NORMAL_MM,
    STATE_WORDS,
    TARGET,
    TENTH,
    find_lesion,
    lesion_name,
    modality,
    name_of,
    previous_value,
)
from forms.views import Record, Row

SCANNED = when("record.performed", "Y")
SMALL_MM = Number(5)
LARGE_CHANGE = (Number("0.5"), Number(10))
LEAST_FRAGMENTS = 2


class Scan(Group, oid="SCAN", title="Scans"):
    """One imaging procedure of the time point."""

    scan_region = Choice("Region", "REGION", required=True, visible_if=SCANNED, sdtm="PR.PRLOC; PRCAT=IMAGING")
    scan_method = Choice(
        "Modality", "METHOD", required=True, subset=IMAGING, visible_if=SCANNED, sdtm="PR.PRDECOD; TR.TRMETHOD"
    )
    scan_date = Date(
        "Date of scan", required=True, visible_if=SCANNED, after_consent=True, sdtm="PR.PRSTDTC; TR.TRDTC"
    )
    scan_contrast = YesNo("Contrast", visible_if=SCANNED, sdtm="SUPPPR.PRCONTR")
    scan_slice_mm = Decimal(
        "Slice thickness", 4, 1, visible_if=SCANNED, unit="mm", plausible=("0.5", "20"), sdtm="SUPPPR.PRSLICE"
    )


class Target(Group, oid="TARGET", title="Targets"):
    """What the scans show of one target."""

    lesion = Reference("Lesion", "TLB", required=True, verify=False, sdtm="TR.TRLNKID")
    t_state = Choice(
        "State", "TLSTATE", required=True, sdtm="TR.TRORRES; TRTESTCD=TUMSTATE",
        help="Too small to measure counts 5 mm unless a smaller number is given.",
    )  # fmt: skip
    t_diameter_mm = Decimal(
        "Diameter (node: short axis)", 5, 1, required=True, visible_if=when("t_state", "MEASURED"), unit="mm",
        plausible=("0.1", "300"), sdtm="TR.TRORRES; TRTESTCD=LDIAM or LPERP",
    )  # fmt: skip
    t_scan_ref = Reference(
        "From which scan", "TA.SCAN", required=True, sdtm="TR.TRDTC; TR.TRMETHOD",
        visible_if=when("t_state", "MEASURED", "ABSENT", "TSTM", "MERGED", "SPLIT"),
    )  # fmt: skip
    t_merged_into = Reference(
        "Merged into", "TLB", required=True, visible_if=when("t_state", "MERGED"),
        sdtm="TU.TUORRES; TUTESTCD=TUMERGE",
    )  # fmt: skip
    t_ne_reason = Text(
        "Why not evaluable", 120, required=True, visible_if=when("t_state", "NOT_EVALUABLE"), sdtm="TR.TRREASND"
    )

    @check("GEN-06", DOUBLE, on="self lesion rows:TARGET all:TLB", target="lesion")
    def is_no_double(row: Row, lesion: str, rows: Sequence[Row], lesions: Sequence[Record]) -> Fail | None:
        """A target stands once in a time point."""
        twin = next((r for r in rows if r.number < row.number and r.lesion == lesion), None)
        return fail(n=row.number, m=twin.number, key=name_of(lesion, lesions)) if twin else None

    @check(
        "RE-06", "{id}: baseline by {before}, now {now_by}.", on="self lesion t_scan_ref rows:SCAN all:TLB",
        target="t_scan_ref",
    )  # fmt: skip
    def method_is_that_of_baseline(
        row: Row, uid: str, scan_uid: str, scans: Sequence[Row], lesions: Sequence[Record]
    ) -> Fail | None:
        """A target is followed by the method of its baseline; contrast does not matter here."""
        lesion, scan = find_lesion(lesions, uid), next((s for s in scans if s.uid == scan_uid), None)
        if lesion is None or scan is None or not lesion.method or not scan.scan_method:
            return None
        if modality(lesion.method) == modality(scan.scan_method):
            return None
        label = LISTS["METHOD"].label
        return fail(id=lesion_name(lesion), before=label(lesion.method), now_by=label(scan.scan_method))

    @check(
        "RE-07", "{id} is '{words}' but has {x} mm.", on="lesion t_state t_diameter_mm all:TLB",
        target="t_diameter_mm",
    )  # fmt: skip
    def state_fits_number(uid: str, state: str, diameter: Number, lesions: Sequence[Record]) -> Fail | None:
        """Only a measured target has a number above 0, one too small to measure at most 5 mm (node: below 10)."""
        lesion = find_lesion(lesions, uid)
        if _fits(state, diameter, lesion is not None and lesion.is_node == "Y"):
            return None
        return fail(id=lesion_name(lesion), words=STATE_WORDS[state], x=diameter)

    @check(
        "RE-07", "{id} changed from {a} to {b} mm ({p}%): confirm the measurement.",
        on="self lesion t_state t_diameter_mm all:TLB all:TA", target="t_diameter_mm",
    )  # fmt: skip
    def change_is_credible(
        row: Row, uid: str, state: str, diameter: Number, lesions: Sequence[Record], assessments: Sequence[Record]
    ) -> Fail | None:  # fmt: skip
        """A change of more than half and more than 10 mm since the last known value is confirmed."""
        lesion = find_lesion(lesions, uid)
        own = next((a for a in assessments if any(r.uid == row.uid for r in a.rows("TARGET"))), None)
        before = previous_value(lesion, own, assessments) if lesion and own and state == "MEASURED" else None
        if not before:
            return None
        change = diameter - before
        if abs(change) <= LARGE_CHANGE[1] or abs(change) <= LARGE_CHANGE[0] * before:
            return None
        percent = (change * 100 / before).quantize(TENTH, ROUND_HALF_UP)
        return fail(id=lesion_name(lesion), a=before, b=diameter, p=f"{percent:+}")

    @check("RE-08", "Which lesion did {id} merge with?", on="self lesion t_state all:TLB", target="t_merged_into")
    def merges_into_target(row: Row, uid: str, state: str, lesions: Sequence[Record]) -> Fail | None:
        """A merged target names another target."""
        other = find_lesion(lesions, row.t_merged_into)
        is_told = other is not None and other.uid != uid and other.role == TARGET
        if state != "MERGED" or is_told or row.answer("t_merged_into").missing:
            return None
        return fail(id=name_of(uid, lesions))

    @check(
        "RE-08", "{id} is split: enter at least {least} fragments.", on="lesion t_state rows:FRAGMENT all:TLB",
        target="t_state",
    )  # fmt: skip
    def split_has_fragments(
        uid: str, state: str, fragments: Sequence[Row], lesions: Sequence[Record]
    ) -> Fail | None:
        """A split target has two fragments or more."""
        count = sum(1 for fragment in fragments if fragment.lesion == uid)
        if state != "SPLIT" or count >= LEAST_FRAGMENTS:
            return None
        return fail(id=name_of(uid, lesions), least=LEAST_FRAGMENTS)


class Fragment(Group, oid="FRAGMENT", title="Fragments of split targets"):
    """One fragment of a split target."""

    lesion = Reference("Lesion", "TLB", required=True, verify=False, sdtm="TR.TRLNKID")
    t_fragment_mm = Decimal(
        "Fragment diameter", 5, 1, required=True, unit="mm", plausible=("0.1", "300"),
        sdtm="TR.TRORRES; TRTESTCD=LDIAM",
    )  # fmt: skip


class NonTarget(Group, oid="NONTARGET", title="Non-targets"):
    """What the scans show of one non-target."""

    lesion = Reference("Lesion", "TLB", required=True, verify=False, sdtm="TR.TRLNKID")
    nt_state = Choice("State", "NTSTATE", required=True, sdtm="TR.TRORRES; TRTESTCD=TUMSTATE or LNSTATE")
    nt_upd_reason = Text(
        "Describe unequivocal progression", 200, required=True, visible_if=when("nt_state", "UPD"),
        sdtm="SUPPTR.TRUPD",
    )  # fmt: skip

    @check(
        "RE-09", "Unequivocal progression of {id}: describe it.", on="self lesion nt_state all:TLB",
        target="nt_upd_reason",
    )  # fmt: skip
    def progression_is_described(row: Row, uid: str, state: str, lesions: Sequence[Record]) -> Fail | None:
        """Unequivocal progression is described."""
        is_told = state != "UPD" or row.answer("nt_upd_reason").is_given
        return None if is_told else fail(id=name_of(uid, lesions))

    @check(
        "RE-09", "Unequivocal progression of {id} while targets are {r}: confirm it.",
        on="lesion nt_state record.inv_target all:TLB", target="nt_state",
    )  # fmt: skip
    def progression_is_exceptional(uid: str, state: str, response: str, lesions: Sequence[Record]) -> Fail | None:
        """Progression of non-targets while the targets are stable or better is confirmed."""
        is_odd = state == "UPD" and response in ("CR", "PR", "SD")
        return fail(id=name_of(uid, lesions), r=response) if is_odd else None


def _fits(state: str, diameter: Number, is_node: bool) -> bool:
    if state == "MEASURED":
        return diameter > 0
    if state == "TSTM":
        return diameter < NODE_IS_NORMAL_MM if is_node else diameter <= SMALL_MM
    return False
