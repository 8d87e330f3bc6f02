"""Checks of tumour tissue and research blood: consent, time points, order of dates, results that belong together."""

from __future__ import annotations

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject

TISSUE = {
    "tissue_available": "Y", "specimen_id": "T-17", "biopsy_date": "2022-05", "sent_date": "2024-03-02",
    "pdl1_done": "Y", "pdl1_assay": "22C3", "pdl1_score_type": "TPS", "pdl1_value": "10", "tmb_done": "N",
    "result_date": "2024-03-10",
}  # fmt: skip
BLOOD = {
    "collected": "Y", "sample_dt": "2024-03-04 08:10", "sample_id": "B-1", "processing_dt": "2024-03-04 10:00",
    "analysed_on": "2024-03-20",
}  # fmt: skip


def tissue(at: str = "SCR", **given):
    """Archived tissue with PD-L1."""
    return record("BIOT", at, **{name: value for name, value in (TISSUE | given).items() if value is not None})


def blood(at: str = "C1D1", *results: dict, **given):
    """A tube of blood before nivolumab of day 1."""
    plain = {name: value for name, value in (BLOOD | given).items() if value is not None}
    return record("BIOB", at, RESULT=list(results), **plain)


def count(value: str = "12.5", markers: str | None = "CD11b+ CD14+ HLA-DRlow", **given):
    """Monocytic MDSC as a share of the leukocytes."""
    row = {"test": "MDSCM", "value": value, "unit": "%", "gate": "CD45+"} | given
    return row | ({"marker": markers} if markers else {})


def consent(tissue: str = "Y", blood: str = "Y", signed: str = "2024-03-01", line: int = 1):
    """A signed consent with its two answers about samples."""
    return record("IC", line=line, signature_date=signed, tissue_consent=tissue, blood_consent=blood)


def infusion(start: str = "2024-03-04 09:00", at: str = "C1D1", given: str = "Y"):
    """Nivolumab."""
    return record("NIVO", at, given=given, start_dt=start)


def grid(start: str, at: str = "C1A1"):
    """A dose grid with its first dose."""
    return record("IL2D", at, SLOT=[{"status": "GIVEN", "start_dt": start}])


DONE = {"tmb_done": "Y", "tmb_assay": "PANEL", "tmb_value": "14.2"}

CASES = [
    passes("BM-01", "tissue with consent", tissue(), consent()),
    asks("BM-01", "tissue without consent", tissue(), consent(tissue="N"), item="tissue_available",
         message="Tissue collected but consent for it is 'no'."),
    passes("BM-01", "no tissue, no consent", tissue(tissue_available="N"), consent(tissue="N")),
    passes("BM-01", "the last consent agrees", tissue(), consent(tissue="N"), consent(signed="2024-03-20", line=2)),
    passes("BM-01", "blood with consent", blood(), consent()),
    asks("BM-01", "blood without consent", blood(), consent(blood="N"), item="collected",
         message="Blood collected but consent for it is 'no'."),
    passes("BM-01", "no blood, no consent", blood(collected="N", reason_not="Declined"), consent(blood="N")),
    asks("BM-01", "consent to blood came later", blood(), consent(blood="N"), consent(signed="2024-03-20", line=2)),
    passes("BM-01", "blood before the consent was withdrawn", blood(), consent(), consent(blood="N", signed="2024-03-20", line=2)),
    passes("BM-02", "sample before admission 1", blood("C1A1", sample_dt="2024-03-11 10:00")),
    asks("BM-02", "time point left blank", blood(collected=None), item="collected",
         message="Blood for MDSC/T cells is expected before nivolumab on day 1 and after each course."),
    asks("BM-02", "not collected, no reason", blood("C1A2", collected="N"), item="reason_not",
         message="Blood for MDSC/T cells is expected before IL-2 of admission 2 and after each course."),
    passes("BM-02", "not collected, with a reason", blood(collected="N", reason_not="Tube broke")),
    passes("BM-02", "not collected, reason unknown", blood(collected="N", reason_not_missing="UNKNOWN")),
    passes("BM-02", "screening, where blood is optional", blood("SCR", collected="N")),
    asks("BM-02", "after the course, left blank", blood("C1RESP", collected=None)),
    passes("BM-03", "sample 08:10, dose 09:00", blood(), infusion()),
    asks("BM-03", "sample 10:15, dose 09:00", blood(sample_dt="2024-03-04 10:15"), infusion(), item="sample_dt",
         message="Pre-dose sample 2024-03-04 10:15 was taken after the dose started (2024-03-04 09:00)."),
    passes("BM-03", "in the minute of the dose", blood(sample_dt="2024-03-04 09:00"), infusion()),
    asks("BM-03", "a minute later", blood(sample_dt="2024-03-04 09:01"), infusion()),
    passes("BM-03", "24 hours before", blood(sample_dt="2024-03-03 09:00"), infusion()),
    asks("BM-03", "24 hours and a minute before", blood(sample_dt="2024-03-03 08:59"), infusion(), message=(
        "Pre-dose sample 2024-03-03 08:59 was taken more than 24 hours before the dose (2024-03-04 09:00).")),
    passes("BM-03", "time of the sample not known", blood(sample_dt="2024-03-04"), infusion()),
    passes("BM-03", "nivolumab was not given", blood(sample_dt="2024-03-04 10:15"), infusion(given="N")),
    asks("BM-03", "after the first IL-2 dose", blood("C1A1", sample_dt="2024-03-11 15:00"), grid("2024-03-11 14:00"),
         message="Pre-dose sample 2024-03-11 15:00 was taken after the dose started (2024-03-11 14:00)."),
    passes("BM-03", "another visit's dose", blood("C1A1", sample_dt="2024-03-11 13:00"), infusion()),
    passes("BM-03", "after the course, after day 35", blood("C1RESP", sample_dt="2024-05-06 09:00"), infusion(
        "2024-04-07 09:00", "C1D35")),
    asks("BM-03", "after the course, before day 35", blood("C1RESP", sample_dt="2024-04-01 09:00"), infusion(
        "2024-04-07 09:00", "C1D35"), message=(
            "The sample after the course 2024-04-01 09:00 was taken before the day-35 dose (2024-04-07 09:00).")),
    passes("BM-04", "22C3, TPS, 10", tissue()),
    asks("BM-04", "PD-L1 value only", tissue(pdl1_assay=None, pdl1_score_type=None), item="pdl1_assay",
         message="PD-L1 is marked done: assay, scoring method and value belong together."),
    asks("BM-04", "PD-L1 without a value", tissue(pdl1_value=None), item="pdl1_value"),
    passes("BM-04", "PD-L1 value reported as unknown", tissue(pdl1_value=None, pdl1_value_missing="UNKNOWN")),
    passes("BM-04", "PD-L1 not tested", tissue(pdl1_done="N", pdl1_assay=None, pdl1_score_type=None, pdl1_value=None)),
    passes("BM-04", "mutational burden with its assay", tissue(**DONE)),
    asks("BM-04", "mutational burden without its assay", tissue(**(DONE | {"tmb_assay": None})), item="tmb_assay",
         message="Tumour mutational burden is marked done: assay and value belong together."),
    asks("BM-04", "sent before it was taken", tissue(biopsy_date="2024-04"), item="sent_date",
         message="Date sent 2024-03-02 is before date tissue taken 2024-04."),
    passes("BM-04", "taken in the month in which it was sent", tissue(biopsy_date="2024-03")),
    asks("BM-04", "result before it was sent", tissue(result_date="2024-03-01"), item="result_date",
         message="Result date 2024-03-01 is before date sent 2024-03-02."),
    asks("BM-04", "result before it was taken, never sent", tissue(biopsy_date="2024-04", sent_date=None), item="result_date"),
    passes("BM-04", "processed and analysed after it was taken", blood()),
    asks("BM-04", "processed before it was taken", blood(processing_dt="2024-03-04 08:00"), item="processing_dt",
         message="Processed 2024-03-04 08:00 is before collection date and time 2024-03-04 08:10."),
    asks("BM-04", "analysed before it was processed", blood(analysed_on="2024-03-03"), item="analysed_on"),
    passes("BM-04", "analysed on the day of processing", blood(analysed_on="2024-03-04")),
    passes("BM-04", "flow value with its markers", blood("C1D1", count())),
    asks("BM-04", "flow value without markers", blood("C1D1", count(markers=None)), item="marker",
         message="MDSC, monocytic has a value but no marker string: the markers define the population."),
    passes("GEN-05", "100 %", blood("C1D1", count("100"))),
    asks("GEN-05", "100.1 %", blood("C1D1", count("100.1")), item="value", message=(
        "MDSC, monocytic 100.1 % is outside the usual 0-100 %. If correct, confirm; check decimal point and unit.")),
    passes("GEN-05", "500 cells/uL", blood("C1D1", count("500", unit="cells/uL"))),
    passes("GEN-06", "two populations", blood("C1D1", count(), count(test="TLC"))),
    asks("GEN-06", "a population twice", blood("C1D1", count(), count()), item="test",
         message="Line 2 looks the same as line 1 (MDSC, monocytic). Remove one, or say how they differ."),
    passes("GEN-06", "a population as share and as count", blood("C1D1", count(), count("500", unit="cells/uL"))),
    passes("GEN-06", "two tubes", blood("C1A1", sample_id="B-2", sample_dt="2024-03-11 09:00"), blood()),
    asks("GEN-06", "a tube at two visits", blood("C1A1", sample_dt="2024-03-11 09:00"), blood(), item="sample_id",
         message="Line C1A1 looks the same as line C1D1 (tube B-1). Remove one, or say how they differ."),
    passes("GEN-06", "the first of them", blood(), blood("C1A1")),
    asks("GEN-06", "a specimen on two forms", tissue("EOT"), tissue(), item="specimen_id"),
    passes("GEN-06", "another specimen", tissue("EOT", specimen_id="T-18"), tissue()),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


@pytest.mark.parametrize(
    ("at", "timepoint"),
    [
        ("SCR", "SCREENING"), ("C1D1", "BEFORE NIVOLUMAB DAY 1"), ("C2A1", "BEFORE IL-2 ADMISSION 1"),
        ("C1A2", "BEFORE IL-2 ADMISSION 2"), ("C1D35", "BEFORE NIVOLUMAB DAY 35"), ("C1RESP", "AFTER COURSE"),
        ("UNS1", "PROGRESSION"),
    ],
)  # fmt: skip
def test_time_point_follows_the_visit(at, timepoint):
    judged = blood(at)
    judge(judged, subject(judged))
    assert judged.timepoint == timepoint
