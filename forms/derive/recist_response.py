"""Target, non-target and overall response of each time point (RECIST 1.1; recist.md 5 to 8).

Every rule stands in the order in which it is tried, with its number in recist.md; nothing is rounded before it is
compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from forms.derive.recist_lesions import Readings, Target
from forms.derive.recist_settings import DEFAULTS, ResponseSettings
from forms.derive.tumour_sums import Reading, Sums, TimePoint, shown_percent, target_sums
from forms.derive.words import number_words

CR, PR, SD, PD, NE, NA = "CR", "PR", "SD", "PD", "NE", "NA"
NON_CR_NON_PD = "NON-CR/NON-PD"
PRESENT, NOT_SEEN, UPD = "PRESENT", "ABSENT", "UPD"
NONTARGET_STATES = (PRESENT, NOT_SEEN, UPD, NE)
PD_LEAST_MM = Decimal(5)


@dataclass(frozen=True)
class Verdict:
    """A response with the rule of recist.md that fired and its reason in words with numbers.

    An overall response has no words of its own: the reasons of its parts say all.
    """

    response: str
    rule: str
    reason: str = ""


@dataclass(frozen=True)
class Scan:
    """What a time point after baseline showed; a target without a reading is missing.

    `nontargets` has a state for each non-target of baseline. `new_lesion` is an unequivocal one, `news` tells of it in
    words; `confirms` names the scans where a lesion confirmed now was first seen, equivocal then.
    """

    key: str
    date: dt.date
    targets: Mapping[str, Reading] = field(default_factory=dict)
    nontargets: Sequence[str] = ()
    new_lesion: bool = False
    confirms: tuple[str, ...] = ()
    news: tuple[str, ...] = ()


@dataclass(frozen=True)
class Response:
    """The derived responses of a time point with the sums they rest on."""

    key: str
    date: dt.date
    sums: Sums
    target: Verdict
    nontarget: Verdict
    new_lesion: Verdict
    overall: Verdict

    @property
    def rule(self) -> str:
        """The rules that fired, such as '5.5, 6.5, 8a row 4'."""
        parts = (self.target, self.nontarget, self.new_lesion, self.overall)
        return ", ".join(part.rule for part in parts if part.rule)

    @property
    def explanation(self) -> str:
        """One sentence: the overall response and what it rests on."""
        parts = (self.target, self.nontarget, self.new_lesion)
        return f"{self.overall.response}: {'; '.join(part.reason for part in parts)}."


def responses(
    targets: Sequence[Target], nontarget_count: int, scans: Iterable[Scan], settings: ResponseSettings = DEFAULTS
) -> list[Response]:
    """The responses of all time points in the order of their dates; lesions confirmed later count where first seen."""
    ordered = backdated(sorted(scans, key=lambda scan: scan.date))
    points = [TimePoint(scan.key, scan.targets) for scan in ordered]
    baseline = {target.key: target.baseline_mm for target in targets}
    sums = target_sums(baseline, points, tstm_mm=settings.tstm_mm)
    found: list[Response] = []
    for scan, of_scan in zip(ordered, sums, strict=True):
        found.append(_response(scan, targets, nontarget_count, of_scan, Earlier.of(found, settings)))
    return found


def first_progression(found: Iterable[Response]) -> Response | None:
    """The time point to which progression is dated: the first with overall PD, in the order of dates."""
    return next((response for response in found if response.overall.response == PD), None)


def backdated(scans: Sequence[Scan]) -> list[Scan]:
    """The scans with each confirmed lesion counted from the scan where it was first seen (recist.md 7)."""
    first_seen = {key for scan in scans for key in scan.confirms}
    return [
        replace(scan, new_lesion=scan.new_lesion or bool(scan.confirms) or scan.key in first_seen) for scan in scans
    ]


@dataclass(frozen=True)
class Earlier:
    """What the time points before this one came to, as far as later ones depend on it."""

    settings: ResponseSettings
    complete_response: bool = False
    partial_response_lasts: bool = False

    @classmethod
    def of(cls, found: Sequence[Response], settings: ResponseSettings) -> Earlier:
        """Whether there was an overall CR, and whether a target PR has not yet ended in CR or PD."""
        ends = [one.target.response for one in found if one.target.response in (CR, PR, PD)]
        return cls(settings, any(one.overall.response == CR for one in found), ends[-1:] == [PR])


def _response(
    scan: Scan, targets: Sequence[Target], nontarget_count: int, sums: Sums, earlier: Earlier
) -> Response:
    target = target_response(targets, Readings(scan.targets, sums.values), sums, earlier)
    states = [*scan.nontargets, *[NE] * (nontarget_count - len(scan.nontargets))]
    nontarget = nontarget_response(states, earlier)
    overall = overall_response(target.response, nontarget.response, scan.new_lesion)
    return Response(scan.key, scan.date, sums, target, nontarget, _new_lesion(scan), overall)


# --- targets: recist.md 5 -------------------------------------------------------------------------------------------


def target_response(targets: Sequence[Target], readings: Readings, sums: Sums, earlier: Earlier) -> Verdict:
    """The response of the target lesions: the first rule that applies (recist.md 5)."""
    if not targets:
        return Verdict(NA, "", "no target at baseline")
    if verdict := _reappeared(targets, readings, earlier) or _progressed(sums):
        return verdict
    total, baseline = sums.sum_mm, sums.baseline_mm
    if total is None or baseline is None:
        return Verdict(NE, "5.3", _missing(targets, sums))
    if all(readings.is_gone(target) for target in targets):
        return Verdict(CR, "5.4", f"all targets are gone, nodes below 10 mm (sum {_mm(total)})")
    change = f"sum {_mm(total)}, {shown_percent(sums.pct_baseline)} from baseline {_mm(baseline)}"
    if total * 10 <= baseline * 7:
        return Verdict(PR, "5.5", f"{change}, at least 30 % less")
    if earlier.settings.pr_carry_forward and earlier.partial_response_lasts:
        return Verdict(PR, "5 pr_carry_forward", f"{change}, an earlier PR lasts until CR or PD")
    return Verdict(SD, "5.6", f"{change}, {_against_nadir(total, sums)}")


def _reappeared(targets: Sequence[Target], readings: Readings, earlier: Earlier) -> Verdict | None:
    settings = earlier.settings
    if not earlier.complete_response or settings.reappear_after_cr != PD:
        return None
    known = [(target, value) for target in targets if (value := readings.values[target.key]) is not None]
    back = [
        f"{target.key} ({_mm(value)})"
        for target, value in known
        if readings.is_disease(target, value, settings.node_reappear_mm)
    ]
    return Verdict(PD, "5.1", f"{' and '.join(back)} is disease again after an overall CR") if back else None


def _progressed(sums: Sums) -> Verdict | None:
    # What was measured may prove progression alone: the missing targets could only add to it.
    if sums.nadir_mm is None:
        return None
    increase = sums.measured_mm - sums.nadir_mm
    if increase < PD_LEAST_MM or increase * 5 < sums.nadir_mm:
        return None
    return Verdict(PD, "5.2", f"{_against_nadir(sums.measured_mm, sums)}, at least 5 mm and 20 % more")


def _missing(targets: Sequence[Target], sums: Sums) -> str:
    if not sums.missing:
        return "a target has no baseline diameter"
    few = f"{len(sums.missing)} of {len(targets)} targets missing ({', '.join(sums.missing)})"
    return f"{few}, {_against_nadir(sums.measured_mm, sums)}"


def _against_nadir(total: Decimal, sums: Sums) -> str:
    name = "sum" if sums.sum_mm is not None else "sum of those measured"
    if sums.nadir_mm is None:
        return f"{name} {_mm(total)}, no nadir"
    change = total - sums.nadir_mm
    percent = f" and {shown_percent(change * 100 / sums.nadir_mm)}" if sums.nadir_mm else ""
    return f"{name} {_mm(total)}, {'+' * (change > 0)}{_mm(change)}{percent} from nadir {_mm(sums.nadir_mm)}"


def _mm(value: Decimal) -> str:
    return f"{number_words(value)} mm"


# --- non-targets and new lesions: recist.md 6 and 7 -----------------------------------------------------------------


def nontarget_response(states: Sequence[str], earlier: Earlier) -> Verdict:
    """The response of the non-target lesions: the first rule that applies (recist.md 6)."""
    if not states:
        return Verdict(NA, "", "no non-target at baseline")
    count = f"of {len(states)} non-targets"
    if UPD in states:
        return Verdict(PD, "6.1", f"{states.count(UPD)} {count} progressed unequivocally")
    if PRESENT in states and earlier.complete_response and earlier.settings.reappear_after_cr == PD:
        return Verdict(PD, "6.2", f"{states.count(PRESENT)} {count} seen again after an overall CR")
    if NE in states:
        return Verdict(NE, "6.3", f"{states.count(NE)} {count} not evaluated")
    if all(state == NOT_SEEN for state in states):
        return Verdict(CR, "6.4", f"{len(states)} {count} absent")
    return Verdict(NON_CR_NON_PD, "6.5", f"{states.count(PRESENT)} {count} present")


def _new_lesion(scan: Scan) -> Verdict:
    if not scan.new_lesion:
        return Verdict(NA, "", "no new lesion")
    return Verdict(PD, "7", " and ".join(scan.news) or "a new lesion")


# --- overall: recist.md 8, tables 8a and 8b -------------------------------------------------------------------------


def overall_response(target: str, nontarget: str, new_lesion: bool) -> Verdict:
    """The overall response of a time point from its parts (recist.md 8a, or 8b without targets at baseline)."""
    if target == NA:
        return _overall_without_targets(nontarget, new_lesion)
    if target == PD:
        return Verdict(PD, "8a row 7")
    if nontarget == PD:
        return Verdict(PD, "8a row 8")
    if new_lesion:
        return Verdict(PD, "8a row 9")
    if target != CR:
        return Verdict(target, {PR: "8a row 4", SD: "8a row 5", NE: "8a row 6"}[target])
    if nontarget in (CR, NA):
        return Verdict(CR, "8a row 1")
    return Verdict(PR, "8a row 3" if nontarget == NE else "8a row 2")


def _overall_without_targets(nontarget: str, new_lesion: bool) -> Verdict:
    if nontarget == PD:
        return Verdict(PD, "8b row 4")
    if new_lesion:
        return Verdict(PD, "8b row 5")
    rows = {CR: "8b row 1", NON_CR_NON_PD: "8b row 2", NE: "8b row 3", NA: "8b"}
    return Verdict(nontarget, rows[nontarget])
