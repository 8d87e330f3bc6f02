"""What is planted: mistakes as sites make them, over as many different checks as there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

from edc.demo.entry import Page
from edc.demo.planted_care import CARE
from edc.demo.planted_responses import RESPONSES
from edc.demo.planted_screening import SCREENING
from edc.demo.planting import (
    Planted,
    after_last_given,
    both,
    in_row,
    last_given,
    missing,
    moved,
    nth,
    only_status,
    replanned,
    result_of,
    row_missing,
    typing,
)

_ADMISSION, _DOSES = "C1A1/IL2A", "C1A1/IL2D"


def _event(
    name: str, words: str, term: str, grade: str, *, days: int = 4, ended_after: int | None = None,
    typed: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[dt.date], Page]:  # fmt: skip
    """An adverse event so many days after a visit, entered whole by the investigator; `typed` makes the mistake."""

    def made(visit_date: dt.date) -> Page:
        start = visit_date + dt.timedelta(days=days)
        right = {
            "verbatim": words, "ctcae_term": term, "start_date": start.isoformat(), "ongoing": "Y", "serious": "N",
            "rel_nivolumab": "UNLIKELY", "rel_il2": "UNLIKELY", "immune_related": "N",
            "action_nivolumab": "DOSE NOT CHANGED", "action_il2": "DOSE NOT CHANGED", "treatment_given": "NONE",
            "outcome": "NOT RECOVERED/NOT RESOLVED",
        }  # fmt: skip
        if ended_after is not None:
            end = start + dt.timedelta(days=ended_after)
            right |= {"ongoing": "N", "end_date": end.isoformat(), "outcome": "RECOVERED/RESOLVED"}
        grades = [{"from_date": start.isoformat(), "grade": grade}]
        return Page(f"AE/{name}", "AE", {**right, **typed}, {"GRADE": grades}, by="investigator")

    return made


def _target(name: str, organ: str, mm: int, *, days: int = 0) -> Callable[[dt.date], Page]:
    """One more target in the register, scanned so many days from the date of a visit or assessment."""

    def made(day: dt.date) -> Page:
        typed = {
            "role": "TARGET", "organ": organ, "detail": "Read again later", "is_node": "N", "method": "CT SCAN",
            "slice_mm": "3.0", "baseline_scan_date": (day + dt.timedelta(days=days)).isoformat(), "irradiated": "N",
            "baseline_mm": str(mm),
        }  # fmt: skip
        return Page(f"TLB/{name}", "TLB", typed)

    return made


_ALL_NO = dict.fromkeys(("ser_death", "ser_life", "ser_hosp", "ser_disab", "ser_cong", "ser_mie"), "N")
_UNRELATED = {"rel_il2": "UNRELATED", "rel_nivolumab": "UNRELATED"}
_LATE = "EOT/VISIT"
_SCAN = "C1RESP/TA"

GENERAL = (
    Planted("IC-02", "001-004", "IC/1", "consent_version", "signed the version that came later",
            typing(consent_version="v2.0")),
    Planted("IC-01", "001-005", "SCR/LAB", "sample_dt", "sample dated before consent",
            moved(None, None, ["sample_dt"], days=-7)),
    Planted("VIS-01", "001-007", "C1D35/VISIT", "visit_date", "four days late",
            moved(None, None, ["visit_date"], days=4)),
    Planted("VIS-02", "001-008", "C1A2/VISIT", "visit_end_date", "discharged before admission",
            moved(None, None, ["visit_end_date"], days=-14)),
    Planted("DM-01", "001-025", "SCR/DM", "age_at_consent", "born this century", typing(birth_date="2007-05-02")),
    Planted("DM-02", "001-010", "SCR/DM", "not_childbearing_reason", "no reason given",
            typing(childbearing="N", contraception_agreed=None)),
    Planted("GEN-02", "001-012", "C1D1/LAB", "sample_dt", "year typed wrong", typing(sample_dt="2123-10-02 08:10")),
    Planted("EOS-02", "001-012", "EOS", "completion_date", "the same: a sample after the study", follows=True),
    Planted("GEN-05", "001-015", _DOSES, "pre_temp", "decimal point slipped",
            in_row("SLOT", nth(2), pre_temp="3.8"), row=("SLOT", nth(2))),
    Planted("GEN-06", "001-016", "C1D35/LAB", "accession", "accession number of an earlier sample",
            typing(accession="A-016"), also=(("C1D1/LAB", typing(accession="A-016")),)),
    Planted("IC-03", "001-013", "IC/2", "consent_type", "second initial consent", typing(consent_type="INITIAL")),
    Planted("GEN-07", "001-017", "SCR/DM", "race_other", "other race not described", typing(race="OTHER")),
    Planted("GEN-08", "001-018", "AEYN", "any_ae", "says no, but there are lines", typing(any_ae="N")),
)  # fmt: skip

LABORATORY = (
    Planted("LB-01", "001-019", "C1D1/LAB", "value", "decimal point slipped",
            in_row("RESULT", result_of("HGB"), value="1.2", clinical_significance="NCS"),
            row=("RESULT", result_of("HGB"))),
    Planted("LB-05", "001-019", "C1D1/LAB", "ae_ref", "the same: a grade 3 without its event",
            row=("RESULT", result_of("HGB")), follows=True),
    Planted("LB-02", "001-020", "C1D1/LAB", "value", "value of another unit",
            in_row("RESULT", result_of("CREAT"), value="84", clinical_significance="NCS"),
            row=("RESULT", result_of("CREAT"))),
    Planted("LB-05", "001-020", "C1D1/LAB", "ae_ref", "the same: a grade 4 without its event",
            row=("RESULT", result_of("CREAT")), follows=True),
    Planted("LB-05", "001-013", "C1A1/LAB/DAILY", "ae_ref", "platelets called not significant, and no reason why",
            in_row("RESULT", result_of("PLAT"), value="38", clinical_significance="NCS"),
            row=("RESULT", result_of("PLAT"))),
    Planted("LB-06", "001-017", "C1D1/VISIT", "grade", "anaemia graded worse than the haemoglobin of the day",
            row=("GRADE", nth(1)),
            later=_event("anaemia", "Anaemia during the first stay", "Anemia", "2", days=8, ended_after=3)),
    Planted("LB-06", "001-015", "C1A1/AE/Blood bilirubin increased", "grade",
            "the same as LB-07: by a baseline so high the bilirubin of the stay is grade 2", row=("GRADE", nth(1)),
            follows=True),
    Planted("LB-03", "001-022", "SCR/LAB", "lln", "unit without a range",
            in_row("RESULT", result_of("ALB"), value="41", unit="g/L", clinical_significance=None),
            row=("RESULT", result_of("ALB"))),
    Planted("LB-03", "001-013", "C1D1/LAB", "lln", "typed range differs from the table",
            in_row("RESULT", result_of("K"), lln="3.2", uln="5.1"), row=("RESULT", result_of("K"))),
    Planted("LB-13", "001-023", "SCR/LAB", "value", "direct bilirubin above the total",
            in_row("RESULT", result_of("BILDIR"), value="1.6", clinical_significance="NCS"),
            row=("RESULT", result_of("BILDIR"))),
)  # fmt: skip

DOSING = (
    Planted("IL2-01", "001-005", "C1A2/IL2A", "discharge_dt", "month of discharge typed wrong",
            moved(None, None, ["discharge_dt"], days=31)),
    Planted("NIV-06", "001-005", "C1D35/NIVO", "start_dt", "the same: the dose now lies inside the stay", follows=True),
    Planted("IL2-03", "001-021", "C1A2/IL2A", "dose_level", "other level in admission 2",
            typing(dose_level="720000", dose_cap_applied="Level of the pharmacy order")),
    Planted("IL2-04", "002-001", _ADMISSION, "prescribed_dose_iu", "prescription does not fit the weight",
            typing(prescribed_dose_iu="90000000")),
    Planted("IL2-05", "001-011", _DOSES, "planned_dt", "last slot planned an hour late",
            replanned(14, hours=1), row=("SLOT", nth(14))),
    Planted("IL2-06", "001-012", _DOSES, "start_dt", "two doses too close",
            moved("SLOT", nth(2), ["start_dt", "end_dt"], hours=-1, minutes=-30), row=("SLOT", nth(2))),
    Planted("IL2-07", "001-014", _DOSES, "start_dt", "a long gap without a held dose",
            moved("SLOT", last_given, ["start_dt", "end_dt"], hours=4, minutes=20), row=("SLOT", last_given)),
    Planted("IL2-08", "001-015", "C2A1/IL2D", "start_dt", "day of the first dose typed wrong",
            moved("SLOT", nth(1), ["start_dt", "end_dt"], days=-1), row=("SLOT", nth(1))),
    Planted("IL2-07", "001-015", "C2A1/IL2D", "start_dt", "the same: the second dose now comes a day later",
            row=("SLOT", nth(2)), follows=True),
    Planted("BM-03", "001-015", "C2A1/BIOB", "sample_dt", "the same: the blood now comes after it", follows=True),
    Planted("IL2-11", "001-016", _DOSES, "status", "a dose in the middle marked as not reached",
            only_status("SLOT", last_given, "NOT_REACHED"), row=("SLOT", after_last_given)),
    Planted("IL2-13", "001-017", _DOSES, "dose_iu", "a zero lost",
            in_row("SLOT", nth(1), dose_iu="4200000"), row=("SLOT", nth(1))),
    Planted("IL2-14", "001-018", "C2A1/IL2A", "stop_reason", "all doses given, says the form",
            typing(stop_reason="MAX DOSES", stop_ae_ref=None)),
    Planted("IL2-15", "001-020", "C2A2/IL2A", "stop_ae_ref", "stopped for toxicity, event not linked",
            missing("stop_ae_ref")),
    Planted("IL2-16", "001-006", _ADMISSION, "icu_in_dt", "left intensive care after discharge",
            moved(None, None, ["icu_out_dt"], days=9)),
    Planted("IL2-17", "001-011", _DOSES, "ae_ref", "held slot without its event",
            row_missing("SLOT", after_last_given, "ae_ref"), row=("SLOT", after_last_given)),
    Planted("IL2-19", "001-003", _DOSES, "pre_sbp", "given at a pressure that practice withholds for",
            in_row("SLOT", nth(1), pre_sbp="84", pre_dbp="46"), row=("SLOT", nth(1))),
    Planted("VS-04", "001-008", _DOSES, "pre_dbp", "pressures swapped",
            in_row("SLOT", nth(1), pre_sbp="98", pre_dbp="112"), row=("SLOT", nth(1))),
)  # fmt: skip

EVENTS = (
    Planted("AE-02", "001-003", _LATE, "grade", "grade that the term does not have", row=("GRADE", nth(1)),
            later=_event("bacteria", "Bacteria in one blood culture", "Bacteremia", "3")),
    Planted("AE-03", "001-004", "C1D1/VISIT", "start_date", "began before the first dose",
            later=_event("back", "Pain in the back", "Back pain", "2", days=-6,
                         typed={**_UNRELATED, "rel_other": "DISEASE"})),
    Planted("AE-04", "001-020", _LATE, "end_date", "ended before it began",
            later=_event("sleep", "Cannot sleep", "Insomnia", "1", ended_after=-9)),
    Planted("AE-06", "001-020", "AE/sleep", "from_date", "the same: the grade now lies after the end",
            row=("GRADE", nth(1)), follows=True),
    Planted("AE-05", "001-005", _LATE, "outcome", "recovered but ongoing",
            later=_event("headache", "Headache", "Headache", "1", typed={"outcome": "RECOVERED/RESOLVED"})),
    Planted("AE-07", "001-007", _LATE, "outcome", "fatal at grade 3",
            later=_event("clot", "Clot in the lung", "Thromboembolic event", "3", ended_after=4,
                         typed={"outcome": "FATAL"})),
    Planted("AE-08", "001-008", _LATE, "serious", "grade 4 and not serious",
            later=_event("lipase", "Lipase high", "Lipase increased", "4")),
    Planted("AE-09", "001-011", _LATE, "serious", "serious without a criterion",
            later=_event("urine", "Infection of the bladder", "Urinary tract infection", "3",
                         typed={"serious": "Y", **_ALL_NO})),
    Planted("AE-10", "001-011", "AE/urine", "serious", "the same: no report of the serious event", follows=True),
    *(Planted("SAE-06", code, "SAE/C1A1/AE/Hypotension/INITIAL", "ae_ref", "recovered after the first report",
              settled=True) for code in ("001-006", "001-013", "001-019")),
    Planted("AE-11", "001-012", _LATE, "immune_related", "immune-related, but to neither drug",
            later=_event("eyes", "Inflamed eye", "Uveitis", "2", typed={"immune_related": "Y"})),
    Planted("AE-11", "001-014", _LATE, "rel_other", "severe and unrelated, no cause given",
            later=_event("hip", "Broken hip after a fall", "Fracture", "3", typed=_UNRELATED)),
    Planted("AE-12", "001-015", _LATE, "action_il2", "interrupted, but no slot was held",
            later=_event("cough", "Cough", "Cough", "1", typed={"action_il2": "DRUG INTERRUPTED"})),
    Planted("AE-13", "001-017", _LATE, "action_nivolumab", "dose reduced, which the study does not foresee",
            later=_event("mouth", "Dry mouth", "Dry mouth", "1", typed={"action_nivolumab": "DOSE REDUCED"})),
    Planted("AE-14", "001-016", _LATE, "treatment_given", "drained, but no procedure is listed",
            later=_event("effusion", "Fluid around the lung", "Pleural effusion", "2",
                         typed={"treatment_given": "PROCEDURE"})),
    Planted("AE-15", "001-019", _LATE, "ctcae_term", "term that CTCAE does not use for these words",
            later=_event("vitiligo", "Vitiligo", "Dry skin", "1")),
)  # fmt: skip

TUMOURS = (
    Planted("RE-01", "001-023", _LATE, "role", "a target added after the first follow-up",
            later=_target("T8", "SPLEEN", 22, days=-75)),
    Planted("RE-02", "001-024", "SCR/TA", "baseline_mm", "too small for a target",
            later=_target("T8", "PERITONEUM", 7)),
    Planted("RE-03", "001-011", "TLB/T1", "baseline_scan_date", "baseline scan after the first dose",
            moved(None, None, ["baseline_scan_date"], days=30)),
    Planted("RE-04", "001-004", "TLB/T1", "progressed_since", "irradiated target that did not progress",
            typing(irradiated="Y", progressed_since="N")),
    Planted("RE-05", "001-007", _SCAN, "scan_date", "one scan three weeks later",
            moved("SCAN", nth(3), ["scan_date"], days=21), row=("SCAN", nth(3))),
    Planted("RE-06", "002-002", _SCAN, "t_scan_ref", "baseline by MRI, follow-up by CT", row=("TARGET", nth(1)),
            also=(("TLB/T1", typing(method="MRI")),)),
    Planted("RE-07", "001-016", _SCAN, "t_diameter_mm", "digits swapped",
            in_row("TARGET", nth(1), t_diameter_mm="140"), row=("TARGET", nth(1))),
    Planted("RE-08", "001-012", _SCAN, "t_merged_into", "merged, but with which lesion?",
            in_row("TARGET", nth(2), t_state="MERGED", t_diameter_mm=None), row=("TARGET", nth(2))),
    Planted("RE-09", "001-017", _SCAN, "nt_upd_reason", "progression of a non-target not described",
            both(in_row("NONTARGET", nth(1), nt_state="UPD"), typing(inv_nontarget="PD")), row=("NONTARGET", nth(1))),
    Planted("RE-10", "001-005", _SCAN, "any_new", "a new lesion that nobody registered", typing(any_new="Y")),
    Planted("RE-13", "001-003", _SCAN, "inv_overall", "complete response while targets are measured",
            typing(inv_overall="CR")),
    *RESPONSES,
)  # fmt: skip

ERRORS: tuple[Planted, ...] = (*GENERAL, *SCREENING, *CARE, *LABORATORY, *DOSING, *EVENTS, *TUMOURS)
