"""What is planted in the care of a participant: examinations, infusions, treatments, reports, and how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from edc.demo.entry import Page
from edc.demo.planted_screening import Typed, line
from edc.demo.planting import Planted, in_row, last_given, moved, nth, typing
from edc.demo.story import Story


def _drug(days: int, until: int | None, **typed: str) -> Callable[[Story], Typed]:
    """A line of medication that starts so many days after the first dose."""

    def made(story: Story) -> Typed:
        first = story.profile.day_one
        told = {
            "class_flag": "OTHER", "indication": "Taken at home", "unit": "mg", "frequency": "QD", "route": "ORAL",
            "form": "TABLET", "start": (first + dt.timedelta(days=days)).isoformat(), "ongoing": "Y",
        }  # fmt: skip
        if until is not None:
            told |= {"ongoing": "N", "end": (first + dt.timedelta(days=until)).isoformat()}
        return told | typed

    return made


def _rays(story: Story) -> Typed:
    """Radiotherapy of a target between the first and the second scan."""
    return {
        "category": "RADIOTHERAPY", "term": "Radiotherapy of one lesion", "prior": "N", "indication": "Pain",
        "start": (story.profile.day_one + dt.timedelta(days=66)).isoformat(), "location": "SOFT TISSUE",
        "rt_total_gy": "20", "rt_fractions": "5", "lesion_refs": "@TLB/T1", "medically_necessary_reason": "Pain",
    }  # fmt: skip


def _line_placed(story: Story) -> Typed:
    return {
        "category": "CENTRAL LINE", "term": "Tunnelled central line", "prior": "Y", "indication": "Doses of IL-2",
        "start": story.profile.day_one.isoformat(),
    }  # fmt: skip


def _finding(page: Page) -> Page:
    row = {"body_system": "RESPIRATORY", "finding": "Crackles at both bases", "clinically_significant": "Y"}
    return Page(page.name, page.crf, {**page.typed, "abnormal_findings": "Y"}, {"FINDING": [row]}, page.visit)


def _lighter(page: Page) -> Page:
    """Weighed with the load of another scale: a tenth less."""
    return typing(weight=f"{float(page.typed['weight']) * 0.88:.1f}")(page)


EXAMINATIONS = (
    Planted("PE-01", "001-024", "C1D1/PE", "finding", "a finding that is no event", _finding, row=("FINDING", nth(1))),
    Planted("VS-01", "001-005", "C1D35/VS", "temperature", "read in Fahrenheit", typing(temperature="98.2")),
    Planted("VS-02", "001-011", "SFU90/VS", "weight", "weighed on another scale", _lighter),
    Planted("IL2-02", "001-023", "C1A1/IL2A", "dosing_weight_kg", "the ward weighed less",
            also=(("C1A1/VS", _lighter),)),
    Planted("CA-01", "001-004", "C1A2/CARD", "stress_test", "positive stress test, called adequate",
            typing(stress_test="POSITIVE")),
    Planted("PT-01", "001-021", "C1D1/NIVO", "start_dt", "test of nine days before",
            also=(("C1D1/PREG", moved(None, None, ["sample_dt"], days=-9)),)),
    Planted("PT-02", "001-011", "C1A2/PREG", "result", "positive, and dosed all the same", typing(result="POSITIVE")),
    Planted("BM-02", "001-006", "C1RESP/BIOB", "reason_not", "no blood and no reason",
            lambda page: Page(page.name, page.crf, {"collected": "N"}, visit=page.visit, complete=False)),
)  # fmt: skip

INFUSIONS = (
    Planted("NIV-01", "001-007", "C1D35/NIVO", "reason_not_given", "given late without a reason",
            moved(None, None, ["start_dt", "end_dt"], days=4)),
    Planted("BM-03", "001-007", "C1D35/BIOB", "sample_dt", "the same: the blood is days older", follows=True),
    Planted("NIV-02", "001-003", "C1D1/NIVO", "end_dt", "end typed three hours late",
            moved(None, None, ["end_dt"], hours=3)),
    Planted("NIV-03", "001-004", "C1D35/NIVO", "dose_mg", "dose of another schedule", typing(dose_mg="240")),
    Planted("NIV-04", "001-008", "C1D35/NIVO", "start_dt", "a week typed wrong",
            moved(None, None, ["start_dt", "end_dt"], days=-7)),
    Planted("NIV-01", "001-008", "C1D35/NIVO", "reason_not_given", "the same: outside the window", follows=True),
    Planted("BM-03", "001-008", "C1D35/BIOB", "sample_dt", "the same: the blood now comes after it", follows=True),
    Planted("NIV-05", "001-020", "C1RESP/CONT", "planned_date", "next course planned before the scan",
            moved(None, None, ["planned_date"], days=-10)),
)  # fmt: skip

DOSES = (
    Planted("IL2-08", "002-002", "C1A1/IL2D", "start_dt", "last dose typed a week late",
            moved("SLOT", last_given, ["start_dt", "end_dt"], days=7), row=("SLOT", last_given)),
    Planted("IL2-07", "002-002", "C1A1/IL2D", "start_dt", "the same: a long gap", row=("SLOT", last_given),
            follows=True),
    Planted("IL2-15", "002-002", "C1A1/IL2A", "stop_ae_ref", "the same: the event was over by then", follows=True),
    Planted("IL2-20", "002-002", "C1A2/IL2A", "admit_dt", "the same: too little rest", follows=True),
)  # fmt: skip

TREATMENTS = (
    Planted("CM-01", "001-003", "CM/late", "end", "stopped before it was started",
            added=line("CM", "late", _drug(20, 12, drug="Ibuprofen", dose="400"))),
    Planted("CM-02", "001-014", "CM/late", "daily_dose", "a steroid on the day of the first dose",
            added=line("CM", "late", _drug(-3, 2, drug="Dexamethasone", dose="4", class_flag="STEROID"))),
    Planted("IE-01", "001-014", "SCR/IE", "excl13", "the same: the criterion rests on it", follows=True),
    Planted("CM-03", "001-019", "CM/late", "ae_ref", "given for an event that is not named",
            added=line("CM", "late", _drug(9, 11, drug="Acetaminophen", dose="500", indication="Fever"))),
    Planted("CM-04", "001-009", "CM/late", "end", "G-CSF shortly before the count", added=line(
        "CM", "late", _drug(-20, -15, drug="Filgrastim", dose="300", unit="ug", class_flag="G-CSF",
                            indication="Prophylaxis", prophylaxis="Y", route="SUBCUTANEOUS"))),
    Planted("CM-05", "001-016", "CM/late", "ae_ref", "a vasopressor without hypotension", added=line(
        "CM", "late", _drug(50, 50, drug="Norepinephrine", dose="0.1", unit="ug/kg/min", class_flag="VASOPRESSOR",
                            frequency="CONTINUOUS", route="INTRAVENOUS", form="INJECTION, SOLUTION", vp_max_rate="0.1",
                            start_time="02:00", end_time="09:00"))),
    Planted("PR-01", "001-023", "PR/late", "prior", "called prior, but after consent",
            added=line("PR", "late", _line_placed)),
    Planted("PR-02", "001-022", "PR/late", "lesion_refs", "a target was irradiated and measured again",
            added=line("PR", "late", _rays)),
)  # fmt: skip

_FIRST_REPORT = "SAE/C1A1/AE/Hypotension/INITIAL"
REPORTS = (
    Planted("SAE-01", "001-013", _FIRST_REPORT, "awareness_dt", "day of awareness typed wrong",
            moved(None, None, ["awareness_dt"], days=-1)),
    Planted("SAE-02", "001-013", _FIRST_REPORT, "reported_dt", "the same: so it was sent late", follows=True),
    Planted("SAE-03", "001-019", _FIRST_REPORT, "first_admission_dt", "hospital dates are wanting",
            also=(("C1A1/AE/Hypotension", typing(ser_hosp="Y")),)),
    Planted("SAE-03", "001-019", "SAE/C1A1/AE/Hypotension/FOLLOW-UP", "first_admission_dt", "the same", follows=True),
)  # fmt: skip

ENDINGS = (
    Planted("RE-14", "001-015", "C1RESP/CONT", "next_course", "another course against toxicity",
            typing(toxicity_allows="N")),
    Planted("EOT-01", "001-017", "EOT/EOT", "decision_date", "month of the decision typed wrong",
            moved("DRUG", nth(1), ["decision_date"], days=-61), row=("DRUG", nth(1))),
    Planted("EOT-02", "001-001", "EOT/EOT", "reason", "progression that no scan shows",
            in_row("DRUG", nth(1), reason="PROGRESSIVE DISEASE", pd_basis="RADIOGRAPHIC"), row=("DRUG", nth(1))),
    Planted("EOS-01", "001-011", "EOS", "completion_date", "month of completion typed wrong",
            moved(None, None, ["completion_date"], days=-92)),
    Planted("EOS-02", "001-005", "EOS", "lost_attempts", "sought twice only", typing(lost_attempts="2")),
    Planted("FU-01", "001-014", "SFU90/SURV", "sact_start", "next therapy before the last dose",
            moved("SACT", nth(1), ["sact_start"], days=-95), row=("SACT", nth(1))),
    Planted("FU-02", "001-018", "SFU90/SURV", "disease_status", "progression without an assessment",
            typing(disease_status="PD SINCE LAST")),
    Planted("DTH-01", "001-004", "DTH", "death_date", "month of death typed wrong",
            moved(None, None, ["death_date"], days=-61)),
    Planted("FU-01", "001-004", "LTFU1/SURV", "status", "the same: alive after death", follows=True),
    Planted("DTH-02", "001-016", "DTH", "primary_cause", "an early death without its cause",
            typing(primary_cause="OTHER")),
)  # fmt: skip

CARE = (*EXAMINATIONS, *INFUSIONS, *DOSES, *TREATMENTS, *REPORTS, *ENDINGS)
