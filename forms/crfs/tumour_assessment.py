"""Tumour assessment (SDTM TR, RS, PR): one record per time point. Baseline diameters stand in the lesion register."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP
from decimal import Decimal as Number
from typing import Any

from forms import responses, schedule
from forms import tumour_readings as rows
from forms.checks import WINDOW, outside_window
from forms.codelists import LISTS
from forms.conditions import both, when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive.recist_response import Response
from forms.items import Choice, Date, Decimal, Text, YesNo
from forms.responses import DERIVED, response_of
from forms.tumours import (
    TARGET,
    TENTH,
    first_scan,
    is_baseline,
    lesion_name,
    new_at,
    scan_dates,
    still_there,
    sum_at_baseline,
)
from forms.views import Record, Row, VisitView

DONE = when("performed", "Y")
FOLLOW_UP = when("visit.kind", "RESP", "EOT", "PFS12", "LTFU", "UNS")
ASSESSED = both(DONE, FOLLOW_UP)
MOST_SPAN_DAYS = 14
MOST_LETTERS = 1000
#: What the responses of a time point follow from: its own record, the register, and all time points.
HISTORY = "self all:TLB all:TA"
ANSWERED = f"{HISTORY} study.derived_after_answer"


class TumourAssessment(CRF, oid="TA", title="Tumour assessment", domain="RS", slug="tumour-assessment"):
    """The scans of a time point and what they show of each lesion."""

    performed = YesNo("Assessment performed", required=True, sdtm="TR.TRSTAT; RS.RSSTAT")
    reason_not_done = Text("Reason not done", 200, required=True, visible_if=when("performed", "N"), sdtm="TR.TRREASND")
    assess_date = Date("Date of assessment", required=True, visible_if=DONE, after_consent=True, sdtm="RS.RSDTC")

    Scan = rows.Scan
    reader = Text("Read by", 80, visible_if=DONE)

    Target, Fragment, NonTarget = rows.Target, rows.Fragment, rows.NonTarget
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
    differs = YesNo("Investigator and derived response differ", derived=True, sdtm="SUPPRS.RSDIFFER")
    inv_reason = Text(
        "Reason for difference", 300, required=True, assess=True, visible_if=both(ASSESSED, when("differs", "Y")),
        sdtm="SUPPRS.RSDIFF", help="Both responses are kept.",
    )  # fmt: skip
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
    der_overall = Choice(
        "Overall response (derived)", "RESP", derived=True, told=True, sdtm="RS.RSORRES; RSTESTCD=OVRLRESP"
    )
    der_rule = Text("Rule of the derived response", 40, derived=True, sdtm="SUPPRS.RSRULE")
    der_sentence = Text("Derived response in words", MOST_LETTERS, derived=True, sdtm="SUPPRS.RSWORDS")

    @derive("DER-17", "sum_mm", on=HISTORY)
    def derive_sum(assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record]) -> Number | None:
        """The sum of all targets; at screening that of the baseline diameters; none while a target is missing."""
        if is_baseline(assessment):
            return sum_at_baseline(lesions)
        found = response_of(assessment, lesions, assessments)
        return found.sums.sum_mm if found else None

    @derive("DER-17", "nadir_mm", on=HISTORY)
    def derive_nadir(*history: Any) -> Number | None:
        """The smallest complete sum before this time point, baseline included."""
        found = response_of(*history)
        return found.sums.nadir_mm if found else None

    @derive("DER-17", "pct_baseline", on=HISTORY)
    def derive_pct_baseline(*history: Any) -> Number | None:
        """Change from baseline in percent, to one decimal."""
        found = response_of(*history)
        return _to_tenth(found.sums.pct_baseline) if found else None

    @derive("DER-17", "pct_nadir", on=HISTORY)
    def derive_pct_nadir(*history: Any) -> Number | None:
        """Change from the lowest sum in percent, to one decimal."""
        found = response_of(*history)
        return _to_tenth(found.sums.pct_nadir) if found else None

    @derive("DER-17", "abs_nadir", on=HISTORY)
    def derive_abs_nadir(*history: Any) -> Number | None:
        """Millimetres above or below the lowest sum."""
        found = response_of(*history)
        return found.sums.abs_nadir if found else None

    @derive("DER-18", "der_target", on=ANSWERED)
    def derive_target(*history: Any) -> str | None:
        """The response of the targets to RECIST 1.1, once the investigator has answered."""
        found = _shown(*history)
        return found.target.response if found else None

    @derive("DER-18", "der_nontarget", on=ANSWERED)
    def derive_nontarget(*history: Any) -> str | None:
        """The response of the non-targets to RECIST 1.1, once the investigator has answered."""
        found = _shown(*history)
        return found.nontarget.response if found else None

    @derive("DER-18", "der_overall", on=ANSWERED)
    def derive_overall(*history: Any) -> str | None:
        """The overall response of the time point to RECIST 1.1, once the investigator has answered."""
        found = _shown(*history)
        return found.overall.response if found else None

    @derive("DER-18", "der_rule", on=ANSWERED)
    def derive_rule(*history: Any) -> str | None:
        """The rules that gave the derived responses, by their numbers."""
        found = _shown(*history)
        return found.rule if found else None

    @derive("DER-18", "der_sentence", on=ANSWERED)
    def derive_sentence(*history: Any) -> str | None:
        """What the derived responses rest on, in words with the numbers."""
        found = _shown(*history)
        return found.explanation[:MOST_LETTERS] if found else None

    @derive("DER-18", "differs", on="self der_target der_nontarget der_overall")
    def derive_difference(assessment: Record, *_: str) -> str:
        """Whether the investigator's responses and the derived ones differ."""
        return "Y" if responses.differing(assessment) else "N"

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
        seen = [lesion for lesion in new_at(assessment, lesions) if lesion.resolved_to != "NOT CONFIRMED"]
        return fail(id=lesion_name(seen[0]), x=seen[0].first_seen) if any_new == "N" and seen else None

    @check(
        "RE-10", "'New lesion: yes' but none is registered as first seen on these scans.", on="self any_new all:TLB",
        target="any_new",
    )  # fmt: skip
    def new_lesions_are_registered(assessment: Record, any_new: str, lesions: Sequence[Record]) -> bool | None:
        """A time point with new lesions has one in the register."""
        return None if any_new != "Y" or first_scan(assessment) is None else bool(new_at(assessment, lesions))

    @check(
        "RE-12", "You entered {a}; measurements give {b} (sum {s} mm, baseline {B}, lowest {N}, rule {r}). "
        "Both are kept; confirm or correct.", on=f"{HISTORY} der_overall", yields_to="RE-13", target="inv_overall",
    )  # fmt: skip
    def agrees_with_measurements(
        assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record], _: str
    ) -> list[Fail]:
        """The investigator's responses are those that the measurements give."""
        found = response_of(assessment, lesions, assessments)
        return _differences(assessment, found) if found and found.sums.values else []

    @check(
        "RE-12", "You entered {a}; the states of the lesions give {b} (rule {r}). Both are kept; confirm or correct.",
        on=f"{HISTORY} der_overall", yields_to="RE-13", target="inv_overall",
    )  # fmt: skip
    def agrees_with_states(
        assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record], _: str
    ) -> list[Fail]:
        """Without targets, the investigator's responses are those that the states of the other lesions give."""
        found = response_of(assessment, lesions, assessments)
        return _differences(assessment, found) if found and not found.sums.values else []

    @check(
        "RE-13", "Complete response with {id} still {state}.", on="self inv_overall all:TLB", target="inv_overall"
    )
    def complete_response_is_complete(assessment: Record, overall: str, lesions: Sequence[Record]) -> Fail | None:
        """With a complete response no lesion is left but nodes below 10 mm."""
        left = still_there(assessment, lesions) if overall == "CR" else None
        return fail(id=left[0], state=left[1]) if left else None

    @check(
        "RE-13", "Progression rests on symptoms alone: the overall response follows the scans.",
        on="self inv_overall symptomatic_deterioration inv_target inv_nontarget any_new", target="inv_overall",
    )  # fmt: skip
    def progression_is_on_scans(_: Record, overall: str, deteriorated: str, *found: str) -> bool | None:
        """Progression is seen in targets, in non-targets or as a new lesion."""
        *responses, any_new = found
        return None if overall != "PD" or deteriorated != "Y" else "PD" in responses or any_new == "Y"


def _to_tenth(percent: Number | None) -> Number | None:
    return None if percent is None else percent.quantize(TENTH, ROUND_HALF_UP)


def _shown(
    assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record], is_kept_back: bool
) -> Response | None:
    """The derived response, unless it is kept back until the investigator has answered."""
    if is_kept_back and not responses.is_answered(assessment):
        return None
    return response_of(assessment, lesions, assessments)


def _differences(assessment: Record, found: Response) -> list[Fail]:
    return [
        fail(name, a=assessment.value(name), b=assessment.value(DERIVED[name]), **responses.sums_in_words(found))
        for name in responses.differing(assessment)
    ]
