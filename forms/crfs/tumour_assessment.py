"""Tumour assessment (SDTM TR, RS, PR): one record per time point. Baseline diameters stand in the lesion register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP
from decimal import Decimal as Number

from forms import schedule
from forms.checks import DOUBLE, WINDOW, outside_window
from forms.codelists import LISTS
from forms.conditions import both, when
from forms.crf import CRF, Fail, Group, check, derive, fail
from forms.crfs.lesions import IMAGING, NEW, TARGET
from forms.derive import tumour_sums
from forms.items import Choice, Date, Decimal, Reference, Text, YesNo
from forms.tumours import (
    find_lesion,
    first_scan,
    is_baseline,
    lesion_name,
    modality,
    previous_value,
    scan_dates,
    sum_at_baseline,
    sums_of,
)
from forms.views import Record, Row, VisitView

DONE = when("performed", "Y")
SCANNED = when("record.performed", "Y")
FOLLOW_UP = when("visit.kind", "RESP", "EOT", "PFS12", "LTFU", "UNS")
ASSESSED = both(DONE, FOLLOW_UP)
STATE_WORDS = {
    "MEASURED": "measured", "ABSENT": "absent", "TSTM": "too small to measure", "NOT_EVALUABLE": "not evaluable",
    "MERGED": "merged", "SPLIT": "split",
}  # fmt: skip
NODE_IS_NORMAL_MM = Number(10)
SMALL_MM = Number(5)
MOST_SPAN_DAYS = 14
LARGE_CHANGE = (Number("0.5"), Number(10))
LEAST_FRAGMENTS = 2
TENTH = Number("0.1")


class TumourAssessment(CRF, oid="TA", title="Tumour assessment", domain="RS", slug="tumour-assessment"):
    """The scans of a time point and what they show of each lesion."""

    performed = YesNo("Assessment performed", required=True, sdtm="TR.TRSTAT; RS.RSSTAT")
    reason_not_done = Text("Reason not done", 200, required=True, visible_if=when("performed", "N"), sdtm="TR.TRREASND")
    assess_date = Date("Date of assessment", required=True, visible_if=DONE, after_consent=True, sdtm="RS.RSDTC")

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

    reader = Text("Read by", 80, visible_if=DONE)

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
            return fail(n=row.number, m=twin.number, key=_name(lesion, lesions)) if twin else None

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
            return fail(id=_name(uid, lesions))

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
            return fail(id=_name(uid, lesions), least=LEAST_FRAGMENTS)

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
            return None if is_told else fail(id=_name(uid, lesions))

        @check(
            "RE-09", "Unequivocal progression of {id} while targets are {r}: confirm it.",
            on="lesion nt_state record.inv_target all:TLB", target="nt_state",
        )  # fmt: skip
        def progression_is_exceptional(uid: str, state: str, response: str, lesions: Sequence[Record]) -> Fail | None:
            """Progression of non-targets while the targets are stable or better is confirmed."""
            is_odd = state == "UPD" and response in ("CR", "PR", "SD")
            return fail(id=_name(uid, lesions), r=response) if is_odd else None

    any_new = YesNo(
        "Any new lesion", required=True, visible_if=ASSESSED, sdtm="RS.RSORRES; RSTESTCD=NEWLIND",
        help="Register each new lesion with the scan on which it was first seen.",
    )  # fmt: skip
    inv_target = Choice(
        "Target response (investigator)", "RESP", required=True, assess=True, visible_if=ASSESSED,
        sdtm="RS.RSORRES; RSTESTCD=TRGRESP; RSEVAL=INVESTIGATOR",
    )  # fmt: skip
    inv_nontarget = Choice(
        "Non-target response (investigator)", "RESP", required=True, assess=True, visible_if=ASSESSED,
        sdtm="RS.RSORRES; RSTESTCD=NTRGRESP; RSEVAL=INVESTIGATOR",
    )  # fmt: skip
    inv_overall = Choice(
        "Overall response (investigator)", "RESP", required=True, assess=True, visible_if=ASSESSED,
        sdtm="RS.RSORRES; RSTESTCD=OVRLRESP; RSEVAL=INVESTIGATOR",
    )  # fmt: skip
    inv_reason = Text("Reason for difference", 300, assess=True, visible_if=ASSESSED, sdtm="SUPPRS.RSDIFF")
    symptomatic_deterioration = YesNo(
        "Clinical deterioration without scan progression", required=True, visible_if=FOLLOW_UP,
        sdtm="RS.RSORRES; RSTESTCD=SYMPTDTR",
    )  # fmt: skip
    deterioration_text = Text(
        "Describe the deterioration", 200, required=True, visible_if=when("symptomatic_deterioration", "Y"),
        sdtm="SUPPRS.RSDETER",
    )  # fmt: skip
    sum_mm = Decimal("Sum of targets", 6, 1, derived=True, unit="mm", sdtm="TR.TRSTRESN; TRTESTCD=SUMDIAM")
    nadir_mm = Decimal("Lowest earlier sum", 6, 1, derived=True, unit="mm")
    pct_baseline = Decimal(
        "Change from baseline", 7, 1, derived=True, signed=True, unit="%", sdtm="TR.TRSTRESN; TRTESTCD=PCBSD"
    )
    pct_nadir = Decimal(
        "Change from lowest", 7, 1, derived=True, signed=True, unit="%", sdtm="TR.TRSTRESN; TRTESTCD=PCNSD"
    )
    abs_nadir = Decimal(
        "Difference from lowest", 6, 1, derived=True, signed=True, unit="mm", sdtm="TR.TRSTRESN; TRTESTCD=ACNSD"
    )
    der_target = Choice("Target response (derived)", "RESP", derived=True, sdtm="RS.RSORRES; RSTESTCD=TRGRESP")
    der_nontarget = Choice("Non-target response (derived)", "RESP", derived=True, sdtm="RS.RSORRES; RSTESTCD=NTRGRESP")
    der_overall = Choice("Overall response (derived)", "RESP", derived=True, sdtm="RS.RSORRES; RSTESTCD=OVRLRESP")
    der_rule = Text("Rule of the derived response", 20, derived=True, sdtm="SUPPRS.RSRULE")

    @derive("DER-17", "sum_mm", on="self all:TLB all:TA")
    def derive_sum(assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record]) -> Number | None:
        """The sum of all targets; at screening that of the baseline diameters; none while a target is missing."""
        if is_baseline(assessment):
            return sum_at_baseline(lesions)
        sums = sums_of(assessment, lesions, assessments)
        return sums.sum_mm if sums else None

    @derive("DER-17", "nadir_mm", on="self all:TLB all:TA")
    def derive_nadir(assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record]) -> Number | None:
        """The smallest complete sum before this time point, baseline included."""
        sums = sums_of(assessment, lesions, assessments)
        return sums.nadir_mm if sums else None

    @derive("DER-17", "pct_baseline", on="self all:TLB all:TA")
    def derive_pct_baseline(
        assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record]
    ) -> Number | None:
        """Change from baseline in percent, to one decimal."""
        sums = sums_of(assessment, lesions, assessments)
        return _to_tenth(sums.pct_baseline) if sums else None

    @derive("DER-17", "pct_nadir", on="self all:TLB all:TA")
    def derive_pct_nadir(assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record]) -> Number | None:
        """Change from the lowest sum in percent, to one decimal."""
        sums = sums_of(assessment, lesions, assessments)
        return _to_tenth(sums.pct_nadir) if sums else None

    @derive("DER-17", "abs_nadir", on="self all:TLB all:TA")
    def derive_abs_nadir(assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record]) -> Number | None:
        """Millimetres above or below the lowest sum."""
        sums = sums_of(assessment, lesions, assessments)
        return sums.abs_nadir if sums else None

    @check("VIS-01", WINDOW, on="visit rows:SCAN", target="assess_date", yields_to="RE-05 IC-01 GEN-02")
    def is_in_window(visit: VisitView, scans: Sequence[Row]) -> Fail | None:
        """The first scan lies in the window; the visit header speaks for a date that both share."""
        dated = [(scan.scan_date, scan.number, scan) for scan in scans if scan.scan_date]
        if not dated:
            return None
        day, _, scan = min(dated)
        return None if day == visit.date else outside_window(visit, day, "scan_date", scan)

    @check("RE-01", "{n} targets are registered; at least 1 is expected.", on="performed visit all:TLB")
    def has_target(performed: str, visit: VisitView, lesions: Sequence[Record]) -> Fail | None:
        """A participant whose lesions are registered has a target."""
        is_early = visit.kind == schedule.SCREENING and not lesions
        if performed != "Y" or is_early or any(lesion.role == TARGET for lesion in lesions):
            return None
        return fail(n=0)

    @check("RE-05", "Scans of this time point span {n} days.", on="self rows:SCAN", target="assess_date")
    def scans_are_close(assessment: Record, scans: Sequence[Row]) -> Fail | None:
        """The scans of a time point lie within 14 days of each other."""
        dates = scan_dates(assessment)
        span = (dates[-1] - dates[0]).days if dates else 0
        if span <= MOST_SPAN_DAYS:
            return None
        return fail("scan_date", next(scan for scan in scans if scan.scan_date == dates[-1]), n=span)

    @check("RE-05", "{what} of baseline is missing.", on="self rows:SCAN all:TA", target="assess_date")
    def regions_are_those_of_baseline(
        assessment: Record, scans: Sequence[Row], assessments: Sequence[Record]
    ) -> Fail | None:
        """The regions of the baseline were scanned again; a scan of the whole body covers all."""
        before = [scan for a in assessments if is_baseline(a) and a.uid != assessment.uid for scan in a.rows("SCAN")]
        now = {scan.scan_region for scan in scans}
        missing = [scan for scan in before if scan.scan_region and scan.scan_region not in now]
        if not now or "WHOLE BODY" in now or is_baseline(assessment) or not missing:
            return None
        regions, methods = LISTS["REGION"], LISTS["METHOD"]
        shown = dict.fromkeys(f"{regions.label(s.scan_region)} {methods.label(s.scan_method or '')}" for s in missing)
        return fail(what=", ".join(shown))

    @check("RE-05", "Scan {x} is not after the baseline scan ({y}).", on="self rows:SCAN all:TLB", target="assess_date")
    def follows_baseline(assessment: Record, scans: Sequence[Row], lesions: Sequence[Record]) -> list[Fail]:
        """Scans of a follow-up are later than those of baseline."""
        baseline = max((lesion.baseline_scan_date for lesion in lesions if lesion.baseline_scan_date), default=None)
        if baseline is None or is_baseline(assessment):
            return []
        early = [scan for scan in scans if scan.scan_date and scan.scan_date <= baseline]
        return [fail("scan_date", scan, x=scan.scan_date, y=baseline) for scan in early]

    @check("RE-10", "'New lesion: no' but {id} was first seen {x}.", on="self any_new all:TLB", target="any_new")
    def new_lesions_are_told(assessment: Record, any_new: str, lesions: Sequence[Record]) -> Fail | None:
        """No new lesion was first seen at a time point without new lesions."""
        seen = [lesion for lesion in _new_at(assessment, lesions) if lesion.resolved_to != "NOT CONFIRMED"]
        return fail(id=lesion_name(seen[0]), x=seen[0].first_seen) if any_new == "N" and seen else None

    @check(
        "RE-10", "'New lesion: yes' but none is registered as first seen on these scans.", on="self any_new all:TLB",
        target="any_new",
    )  # fmt: skip
    def new_lesions_are_registered(assessment: Record, any_new: str, lesions: Sequence[Record]) -> bool | None:
        """A time point with new lesions has one in the register."""
        return None if any_new != "Y" or first_scan(assessment) is None else bool(_new_at(assessment, lesions))

    @check(
        "RE-13", "Complete response with {id} still {state}.", on="self inv_overall all:TLB", target="inv_overall"
    )
    def complete_response_is_complete(assessment: Record, overall: str, lesions: Sequence[Record]) -> Fail | None:
        """With a complete response no lesion is left but nodes below 10 mm."""
        left = _still_there(assessment, lesions) if overall == "CR" else None
        return fail(id=left[0], state=left[1]) if left else None

    @check(
        "RE-13", "Progression rests on symptoms alone: the overall response follows the scans.",
        on="self inv_overall symptomatic_deterioration inv_target inv_nontarget any_new", target="inv_overall",
    )  # fmt: skip
    def progression_is_on_scans(_: Record, overall: str, deteriorated: str, *found: str) -> bool | None:
        """Progression is seen in targets, in non-targets or as a new lesion."""
        *responses, any_new = found
        return None if overall != "PD" or deteriorated != "Y" else "PD" in responses or any_new == "Y"


def _name(uid: str, lesions: Sequence[Record]) -> str:
    return lesion_name(find_lesion(lesions, uid))


def _fits(state: str, diameter: Number, is_node: bool) -> bool:
    if state == "MEASURED":
        return diameter > 0
    if state == "TSTM":
        return diameter < NODE_IS_NORMAL_MM if is_node else diameter <= SMALL_MM
    return False


def _to_tenth(percent: Number | None) -> Number | None:
    return None if percent is None else percent.quantize(TENTH, ROUND_HALF_UP)


def _new_at(assessment: Record, lesions: Sequence[Record]) -> list[Record]:
    """The new lesions first seen on the scans of a time point."""
    dates = scan_dates(assessment) or [day for day in [first_scan(assessment)] if isinstance(day, dt.date)]
    seen = ((lesion, lesion.first_seen) for lesion in lesions if lesion.role == NEW and lesion.first_seen)
    return [lesion for lesion, day in seen if dates and dates[0] <= day <= dates[-1]]


def _still_there(assessment: Record, lesions: Sequence[Record]) -> tuple[str, str] | None:
    """The first lesion that a complete response contradicts, and its state in words."""
    for row in assessment.rows("TARGET"):
        lesion = find_lesion(lesions, row.lesion)
        if _is_disease(row, lesion is not None and lesion.is_node == "Y"):
            size = f" {row.t_diameter_mm} mm" if row.t_state == "MEASURED" else ""
            return lesion_name(lesion), f"{STATE_WORDS[row.t_state]}{size}"
    for row in assessment.rows("NONTARGET"):
        if row.nt_state in ("PRESENT", "UPD"):
            return _name(row.lesion, lesions), LISTS["NTSTATE"].label(row.nt_state).lower()
    return None


def _is_disease(row: Row, is_node: bool) -> bool:
    """Whether a target is still disease: a node below 10 mm is not."""
    if row.t_state == tumour_sums.MEASURED:
        return row.t_diameter_mm is not None and row.t_diameter_mm >= (NODE_IS_NORMAL_MM if is_node else TENTH)
    return row.t_state in (tumour_sums.MERGED, tumour_sums.SPLIT) or (row.t_state == tumour_sums.TSTM and not is_node)
