"""The derived responses of a participant's time points: what RECIST 1.1 makes of the lesion register and the scans.

DER-17 and DER-18: sums, lowest sum and responses come from one run of the rules over all time points, by scan date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from forms.derive.recist_lesions import Target
from forms.derive.recist_response import CR, NE, PD, PR, SD, Response, Scan, overall_response, responses
from forms.derive.recist_settings import DEFAULTS, ResponseSettings
from forms.derive.survival import progression_date
from forms.derive.tumour_sums import Reading
from forms.derive.words import number_words
from forms.tumours import NEW, NON_TARGET, TARGET, first_scan, follow_ups, is_baseline, lesion_name, reading, scan_dates
from forms.views import Record

UNEQUIVOCAL, CONFIRMED = "UNEQUIVOCAL", "CONFIRMED"
INVESTIGATOR = ("inv_target", "inv_nontarget", "inv_overall")
DERIVED = {"inv_target": "der_target", "inv_nontarget": "der_nontarget", "inv_overall": "der_overall"}
# The investigator's words for what the rules call otherwise.
SAME_RESPONSE = {"NOT ALL EVALUATED": NE}


def is_answered(assessment: Record) -> bool:
    """Whether the investigator has given all three responses of a time point."""
    return all(assessment.answer(name).is_given for name in INVESTIGATOR)


def rule_word(response: str | None) -> str | None:
    """A response of the investigator in the words of the rules."""
    return SAME_RESPONSE.get(response or "", response)


def responses_of(
    lesions: Sequence[Record], assessments: Sequence[Record], settings: ResponseSettings = DEFAULTS
) -> list[Response]:
    """The derived response of every performed time point after baseline, by scan date; the key is the record's uid.

    A new lesion counts from the time point of its first scan on: at once when it is unequivocal, in retrospect when a
    later scan confirmed it, never while it is equivocal or when it was not confirmed.
    """
    names = {lesion.uid: lesion_name(lesion) for lesion in lesions}
    targets = [
        Target(names[lesion.uid], lesion.is_node == "Y", lesion.baseline_mm)
        for lesion in lesions
        if lesion.role == TARGET
    ]
    others = [lesion.uid for lesion in lesions if lesion.role == NON_TARGET]
    news = [lesion for lesion in lesions if counts_as_new(lesion)]
    scans = [_scan(point, names, others, _seen_by(point, news)) for point in follow_ups(assessments)]
    return responses(targets, len(others), scans, settings)


def response_of(
    assessment: Record, lesions: Sequence[Record], assessments: Sequence[Record]
) -> Response | None:
    """The derived response of one time point; None for that of screening and for one without scans.

    What came later changes nothing here, so it is not worked out.
    """
    day = first_scan(assessment)
    if day is None or is_baseline(assessment):
        return None
    until = [one for one in assessments if (scanned := first_scan(one)) and scanned <= day]
    return next((one for one in responses_of(lesions, until) if one.key == assessment.uid), None)


def _scan(point: Record, names: Mapping[str, str], others: Sequence[str], news: Sequence[Record]) -> Scan:
    rows = {row.value("lesion"): row for row in point.rows("TARGET")}
    readings = {names[uid]: _named(reading(row, point), names) for uid, row in rows.items() if uid in names}
    states = {row.value("lesion"): row.value("nt_state") for row in point.rows("NONTARGET")}
    day = first_scan(point)
    assert day is not None
    return Scan(
        point.uid, day, readings, [states.get(uid) or NE for uid in others], bool(news),
        news=tuple(_seen(lesion) for lesion in news),
    )  # fmt: skip


def _named(found: Reading, names: Mapping[str, str]) -> Reading:
    return replace(found, merged_into=names.get(found.merged_into)) if found.merged_into else found


def _seen(lesion: Record) -> str:
    confirmed = f", confirmed {lesion.resolved_date or 'later'}" if lesion.certainty != UNEQUIVOCAL else ""
    return f"new lesion {lesion_name(lesion)} first seen {lesion.first_seen}{confirmed}"


def counts_as_new(lesion: Record) -> bool:
    """Whether a lesion of the register proves progression: new beyond doubt, or confirmed by a later scan."""
    if lesion.role != NEW or lesion.first_seen is None:
        return False
    is_certain: bool = lesion.certainty == UNEQUIVOCAL or lesion.resolved_to == CONFIRMED
    return is_certain


def _seen_by(point: Record, news: Sequence[Record]) -> list[Record]:
    """Those of the new lesions that were first seen on the scans of a time point or before."""
    last = last_scan(point)
    return [lesion for lesion in news if last and lesion.first_seen <= last]


def last_scan(assessment: Record) -> dt.date | None:
    """The latest scan date of a time point, else the assessment's date."""
    dates = scan_dates(assessment)
    return dates[-1] if dates else first_scan(assessment)


# --- the day that counts --------------------------------------------------------------------------------------------


def day_of(point: Record, found: Response, lesions: Sequence[Record], since: dt.date | None = None) -> dt.date:
    """The date of a time point: that of progression where it shows it (recist.md 11), else its first scan.

    `since`: the last scan of the time point before; a new lesion that was seen by then dates that one.
    """
    if found.overall.response != PD:
        return found.date
    parts = (found.target.response == PD, found.nontarget.response == PD, found.target.rule == "5.1")
    return _progression_day(point, found.date, parts, _fresh(point, lesions, since)) or found.date


def day_read_by_investigator(
    point: Record, lesions: Sequence[Record], since: dt.date | None = None
) -> dt.date | None:  # fmt: skip
    """The same by the investigator's responses; None without a scan."""
    first = first_scan(point)
    if first is None or point.inv_overall != PD:
        return first
    parts = (point.inv_target == PD, point.inv_nontarget == PD, False)
    return _progression_day(point, first, parts, _fresh(point, lesions, since)) or first


def _fresh(point: Record, lesions: Sequence[Record], since: dt.date | None) -> list[dt.date]:
    """The days on which new lesions were first seen after the time point before."""
    seen = (lesion.first_seen for lesion in _seen_by(point, [one for one in lesions if counts_as_new(one)]))
    return [day for day in seen if since is None or day > since]


def _progression_day(
    point: Record, first: dt.date, parts: tuple[bool, bool, bool], news: Sequence[dt.date]
) -> dt.date | None:  # fmt: skip
    """The day by what proves progression: targets, non-targets, and whether a target came back after CR."""
    is_target, is_nontarget, is_back = parts
    return progression_date(
        target_scans=_target_scans(point) if is_target else (),
        nontarget_scans=[first] if is_nontarget else (),
        new_lesions_seen=news,
        target_reappeared=is_back,
    )


def _target_scans(point: Record) -> list[dt.date]:
    dates = {row.uid: row.scan_date for row in point.rows("SCAN") if row.scan_date}
    named = [dates[row.t_scan_ref] for row in point.rows("TARGET") if row.t_scan_ref in dates]
    return named or list(dates.values())


# --- beside the investigator's --------------------------------------------------------------------------------------


def differing(assessment: Record) -> list[str]:
    """The responses of the investigator that are not the derived ones, as the record stores both.

    Where a part differs and the overall response only follows from it, the part stands for both.
    """
    pairs = [(name, rule_word(assessment.value(name)), assessment.value(DERIVED[name])) for name in INVESTIGATOR]
    found = [name for name, said, derived in pairs if said and derived and said != derived]
    return found[:-1] if len(found) > 1 and found[-1] == "inv_overall" and _follows(assessment) else found


def _follows(assessment: Record) -> bool:
    """Whether the investigator's overall response is what the tables make of the other two."""
    target, nontarget, overall = (rule_word(assessment.value(name)) for name in INVESTIGATOR)
    if target not in (CR, PR, SD, PD, NE) or not nontarget:
        return False
    return overall_response(target, nontarget, assessment.any_new == "Y").response == overall


def sums_in_words(found: Response) -> dict[str, str]:
    """Sum, baseline and lowest sum for the question about a difference; an incomplete sum as what it is at least."""
    sums = found.sums
    least = f"at least {number_words(sums.measured_mm)}"
    return {
        "s": least if sums.sum_mm is None else number_words(sums.sum_mm),
        "B": "?" if sums.baseline_mm is None else number_words(sums.baseline_mm),
        "N": "?" if sums.nadir_mm is None else number_words(sums.nadir_mm),
        "r": found.rule,
    }
