"""Checks and derivations of disease history, medical history and registration."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject
from tests.forms.eligible import form

PLAIN = {
    "tumour_type": "MELANOMA", "histology_confirmed": "Y", "initial_stage": "IIIB", "current_stage": "IV",
    "initial_dx_date": "2019-06", "metastatic_dx_date": "2021-02",
}  # fmt: skip


def history(**given):
    """A disease history; what is None is left blank."""
    return record("DH", "SCR", **{name: value for name, value in (PLAIN | given).items() if value is not None})


def line(**given):
    """A disease history with one line of anti-PD-1."""
    return history(PD1=[{"agent": "PEMBROLIZUMAB", "first_dose": "2023-01", "last_dose": "2023-09"} | given])


def other(**given):
    """A disease history with one other treatment."""
    row = {"category": "VEGF TKI", "agent": "axitinib", "start": "2023-01", "ongoing": "N", "stop": "2023-09"} | given
    return history(PTX=[row])


def registered(day: str = "2024-03-01", **given):
    """A registration."""
    return record("REG", "SCR", registration_date=day, **given)


STAGE = {"current_stage": "IIIC", "metastatic_dx_date": None}
BORN = record("DM", "SCR", birth_date="1960-05-02")
LIVER = [{"organ": "LIVER"}]
CASES = [
    passes("DH-01", "unresectable melanoma IIIC", history(**STAGE, unresectable="Y")),
    asks("DH-01", "resectable melanoma IIIB", history(**STAGE | {"current_stage": "IIIB"}, unresectable="N"),
         item="unresectable", message="Entry needs histologically confirmed unresectable stage III or stage IV melanoma or "
         "RCC. You entered Melanoma, stage IIIB, unresectable no."),
    passes("DH-01", "stage III, not said whether resectable", history(**STAGE)),
    asks("DH-01", "stage II", history(current_stage="II", initial_stage="I"), item="current_stage"),
    asks("DH-01", "not confirmed by histology", history(histology_confirmed="N"), item="histology_confirmed"),
    asks("DH-01", "IIIC after IV", history(**STAGE, initial_stage="IV", unresectable="Y"), item="current_stage",
         message="Stage at study entry IIIC is below the stage at first diagnosis IV."),
    passes("DH-02", "June 2019, February 2021", history(), BORN),
    asks("DH-02", "diagnosis 2022, metastasis 2021", history(initial_dx_date="2022", metastatic_dx_date="2021"),
         item="metastatic_dx_date",
         message="Date of first diagnosis 2022 is after date of first metastatic disease 2021."),
    passes("DH-02", "both in 2021", history(initial_dx_date="2021-06", metastatic_dx_date="2021")),
    asks("DH-02", "diagnosis before birth", history(initial_dx_date="1959"), BORN, item="initial_dx_date",
         message="Year of birth 1960 is after date of first diagnosis 1959."),
    asks("DH-02", "diagnosis on the day of birth", history(initial_dx_date="1960-05-02"), BORN),
    passes("DH-02", "diagnosis in the year of birth", history(initial_dx_date="1960"), BORN),
    asks("DH-02", "metastasis after consent", history(metastatic_dx_date="2024-04"), item="metastatic_dx_date"),
    passes("DH-02", "metastasis in the month of consent", history(metastatic_dx_date="2024-03")),
    asks("DH-02", "first diagnosis after consent", history(initial_dx_date="2024-04", metastatic_dx_date=None),
         item="initial_dx_date"),
    passes("DH-03", "January to September 2023", line()),
    asks("DH-03", "October to September 2023", line(first_dose="2023-10"), item="last_dose",
         message="Pembrolizumab: First dose date 2023-10 is after last dose date 2023-09."),
    passes("DH-03", "first and last dose in one month", line(first_dose="2023-09")),
    asks("DH-03", "progression before the first dose", line(progression_documented="Y", progression_date="2022-12"),
         item="progression_date"),
    passes("DH-03", "progression in the month of the first dose", line(progression_documented="Y", progression_date="2023-01")),
    asks("DH-03", "progression after registration", line(progression_documented="Y", progression_date="2024-04"),
         registration="2024-03-01",
         message="Pembrolizumab: Date of progression 2024-04 is after registration 2024-03-01."),
    asks("DH-03", "anti-PD-1 on the day of the first study dose", line(last_dose="2024-03-04"), c1d1="2024-03-04",
         message="Pembrolizumab: Last dose date 2024-03-04 is not before the first study dose 2024-03-04."),
    passes("DH-03", "anti-PD-1 the day before", line(last_dose="2024-03-03"), c1d1="2024-03-04"),
    passes("DH-03", "other treatment in order", other()),
    asks("DH-03", "other treatment out of order", other(start="2023-10"), item="stop"),
    asks("DH-03", "other treatment stopped after the first study dose", other(stop="2024-04"), c1d1="2024-03-04"),
    passes("DH-03", "other treatment ongoing", other(ongoing="Y", stop="2024-04"), c1d1="2024-03-04"),
    passes("DH-04", "M1d with a brain metastasis", history(m_category="M1d", MET=[{"organ": "BRAIN"}])),
    asks("DH-04", "M1d without one", history(m_category="M1d", MET=LIVER), item="m_category"),
    passes("DH-04", "M1c without one", history(m_category="M1c", MET=LIVER)),
    passes("DH-05", "liver in both", history(MET=LIVER), record("TLB", role="TARGET", organ="LIVER")),
    asks("DH-05", "T01 in the liver, no line of it", history(), record("TLB", role="TARGET", organ="LIVER"),
         item="any_metastasis",
         message="A liver lesion (T01) is recorded but hepatic metastases are not in disease history."),
    passes("DH-05", "a new liver lesion is not one of baseline", history(), record("TLB", role="NEW", organ="LIVER")),
    asks("DH-05", "a line of the liver, other lesions only", history(MET=LIVER), record("TLB", role="TARGET", organ="LUNG"),
         item="organ"),
    passes("DH-05", "a line of the liver, no lesion registered yet", history(MET=LIVER)),
    passes("GEN-08", "any metastasis: yes, one line", history(any_metastasis="Y", MET=LIVER)),
    asks("GEN-08", "any metastasis: no, one line", history(any_metastasis="N", MET=LIVER), item="any_metastasis",
         message="You answered no to 'Any metastasis' but 1 lines exist."),
    asks("GEN-08", "any metastasis: yes, no line", history(any_metastasis="Y")),
    passes("IE-03", "documented, January 2024", line(progression_documented="Y", progression_date="2024-01")),
    asks("IE-03", "not documented", line(progression_documented="N"), item="progression_documented",
         message="Progression on anti-PD-1 must be documented (clinical or radiographic) with a date."),
    passes("IE-03", "documented in one of two lines", history(PD1=[
        {"progression_documented": "N"}, {"progression_documented": "Y"}])),
    passes("IE-03", "not answered", line()),
    passes("MH-01", "ongoing, no end", record("MH", term="asthma", start="2010", ongoing="Y")),
    asks("MH-01", "ongoing, end 2020", record("MH", term="asthma", start="2010", ongoing="Y", end="2020"), item="end",
         message="'asthma' is ongoing but has an end date 2020."),
    asks("MH-01", "ends before it starts", record("MH", term="asthma", start="2020", ongoing="N", end="2019"),
         message="'asthma' ends 2019, before its start 2020."),
    passes("MH-01", "starts and ends in one year", record("MH", term="asthma", start="2020-05", ongoing="N", end="2020")),
    passes("MH-02", "neuropathy grade 1", record("MH", term="neuropathy", prior_tx_toxicity="Y", ongoing="Y", grade="1")),
    asks("MH-02", "colitis grade 2", record("MH", term="colitis", prior_tx_toxicity="Y", ongoing="Y", grade="2"),
         item="grade", message="'colitis' grade 2 from earlier treatment is ongoing; grade 1 or less expected. "
         "Explain if acceptable."),
    passes("MH-02", "alopecia grade 2", record("MH", term="Alopecia", prior_tx_toxicity="Y", ongoing="Y", grade="2")),
    passes("MH-02", "not from treatment", record("MH", term="colitis", prior_tx_toxicity="N", ongoing="Y", grade="2")),
    asks("GEN-06", "the same condition twice", record("MH", term="Asthma", start="2010", line=2),
         record("MH", term="asthma", start="2010", line=1)),
    passes("GEN-06", "another start", record("MH", term="Asthma", start="2011", line=2),
           record("MH", term="asthma", start="2010", line=1)),
    passes("GEN-08", "any history: no, no line", record("MHYN", any_history="N")),
    asks("GEN-08", "any history: no, one line", record("MHYN", any_history="N"), record("MH", term="asthma")),
    passes("IE-11", "registered 1 March, first dose 4 March", registered(), c1d1="2024-03-04"),
    asks("IE-11", "first dose 28 March", registered(), c1d1="2024-03-28",
         message="First dose 2024-03-28 is 27 days after registration; at most 14 are expected."),
    passes("IE-11", "14 days", registered(), c1d1="2024-03-15"),
    asks("IE-11", "15 days", registered(), c1d1="2024-03-16"),
    passes("IE-11", "on the same day", registered(), c1d1="2024-03-01"),
    asks("IE-11", "first dose before registration", registered(), c1d1="2024-02-29",
         message="First dose 2024-02-29 is before registration 2024-03-01."),
    passes("IE-11", "registered on the day of consent", registered(), consent="2024-03-01"),
    asks("IE-11", "registered before consent", registered("2024-02-29"), consent="2024-03-01",
         message="Registration 2024-02-29 is before consent 2024-03-01."),
    passes("IE-10", "a form with every criterion met", registered(eligibility_confirmed="Y"), form()),
    asks("IE-10", "the checklist was not signed", registered(eligibility_confirmed="N"), form(),
         item="eligibility_confirmed",
         message="Registration needs a signed eligibility form. Still open: the answer here is 'no'."),
    asks("IE-10", "inclusion 7b not met", registered(), form(incl07b="N"), message="Registration needs a signed eligibility "
         "form. Still open: inclusion 7b is not met and has no waiver."),
    passes("IE-10", "inclusion 7b not met, with a waiver", registered(), form(incl07b="N", incl07b_waiver="W-1")),
    asks("IE-10", "no eligibility form", registered(), message="Registration needs a signed eligibility form. Still open: "
         "the eligibility form is not filled in."),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


def test_arm_and_cohort_follow():
    entered, told = registered(), history()
    judge(entered, subject(entered, told), [told])
    assert (entered.arm_code, entered.cohort) == ("NIVOIL2", "MELANOMA")


EXPOSURES = [
    ("2024-01-02", "2024-03-05", Decimal("9.0")), ("2024-01-02", "2024-01-30", Decimal("4.0")),
    ("2024-01", "2024-03-05", None),
]  # fmt: skip


@pytest.mark.parametrize(("first", "last", "weeks"), EXPOSURES)
def test_weeks_of_exposure(first, last, weeks):
    entered = line(first_dose=first, last_dose=last)
    judge(entered, subject(entered))
    assert entered.rows("PD1")[0].weeks_exposed == weeks


def ldh(value: str, on: str, number: int = 1):
    """A sample with LDH, upper limit 250."""
    row = {"panel": "CHEM", "test": "LDH", "row_status": "DONE", "value": value, "unit": "U/L", "uln": "250"}
    return record("LAB", "SCR", line=number, performed="Y", sample_dt=on, RESULT=[row])


BASELINES = [
    ("above its limit", [ldh("251", "2024-02-20 08:00")], "Y"),
    ("at its limit", [ldh("250", "2024-02-20 08:00")], "N"),
    ("the last before the first dose", [ldh("300", "2024-02-20 08:00"), ldh("200", "2024-03-01 08:00", 2)], "N"),
    ("not one of treatment", [ldh("200", "2024-02-20 08:00"), ldh("900", "2024-03-04 08:00", 2)], "N"),
    ("none", [], None),
]


@pytest.mark.parametrize(("words", "samples", "raised"), BASELINES, ids=[case[0] for case in BASELINES])
def test_ldh_at_baseline(words, samples, raised):
    entered = history()
    judge(entered, subject(entered, *samples, c1d1="2024-03-04", site={"ranges": ()}), samples)
    assert entered.baseline_ldh_raised == raised
