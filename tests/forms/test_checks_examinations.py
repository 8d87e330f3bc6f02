"""Checks of physical exam, pregnancy test, heart and lungs, and what doses and admissions ask of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.evaluation import explanations, open_required
from tests.forms.casebooks import asks, judge, passes, record, subject, visit
from tests.forms.test_checks_il2_admission import admission

TREATED = {"c1d1": "2024-03-04"}
RASH = {"body_system": "SKIN", "finding": "rash", "clinically_significant": "Y"}


def exam(date: str = "2024-03-25", *findings: dict, at: str = "C1A2", **given):
    """A physical exam with its findings."""
    plain = {"performed": "Y", "assess_date": date, "abnormal_findings": "Y" if findings else "N", "ecog": "1",
             "ecog_date": date}  # fmt: skip
    return record("PE", at, FINDING=list(findings), **(plain | given))


def event(start: str, end: str | None = None):
    """A rash in the log of adverse events."""
    return record("AE", name="ae1", verbatim="rash", start_date=start, **({"end_date": end} if end else {}))


def history(start: str, end: str | None = None):
    """A rash in the medical history."""
    return record("MH", name="mh1", term="rash", start=start, **({"end": end} if end else {}))


def earlier(ecog: str, date: str = "2024-03-04"):
    """An earlier performance status."""
    return exam(date, at="C1D1", ecog=ecog)


def pregnancy_test(sample: str | None = "2024-03-03 13:00", result: str | None = "NEGATIVE", at: str = "SCR", **given):
    """A pregnancy test."""
    known = {"sample_dt": sample, "result": result, "performed": "Y"} | given
    return record("PREG", at, **{name: value for name, value in known.items() if value is not None})


def infusion(start: str = "2024-03-04 09:00", at: str = "C1D1", **given):
    """A dose of nivolumab."""
    return record("NIVO", at, given="Y", start_dt=start, **given)


def grid(start: str, at: str = "C1A1"):
    """A dose grid whose first dose was given."""
    return record("IL2D", at, SLOT=[{"status": "GIVEN", "start_dt": start}])


WOMAN = record("DM", "SCR", sex="F", childbearing="Y")
NO_CHILDREN = record("DM", "SCR", sex="F", childbearing="N")
AHEAD = [visit("SCR", "2024-03-01"), visit("C1D1")]
BEHIND = [visit("SCR", "2024-03-01"), visit("C1D1", status="not applicable")]
ECG = {"ecg_done": "Y", "ecg_rate": "60", "qt": "430", "adequate_il2": "Y"}


def heart(date: str = "2024-03-01", at: str = "SCR", **given):
    """An assessment of heart and lungs."""
    return record("CARD", at, assess_date=date, **given)


CASES = [
    passes("PE-01", "rash with an adverse event", exam("2024-03-25", RASH), event("2024-03-24"), **TREATED),
    asks("PE-01", "rash without one", exam("2024-03-25", RASH), item="finding", **TREATED,
         message="Significant finding 'rash' has no matching adverse event."),
    passes("PE-01", "an event that began 7 days later", exam("2024-03-25", RASH), event("2024-04-01"), **TREATED),
    asks("PE-01", "an event that began 8 days later", exam("2024-03-25", RASH), event("2024-04-02"), **TREATED),
    passes("PE-01", "an event that ended 7 days before", exam("2024-03-25", RASH), event("2024-03-10", "2024-03-18"), **TREATED),
    asks("PE-01", "an event that ended 8 days before", exam("2024-03-25", RASH), event("2024-03-10", "2024-03-17"), **TREATED),
    passes("PE-01", "an old event that goes on", exam("2024-03-25", RASH), event("2024-03-05"), **TREATED),
    passes("PE-01", "a finding that is not significant", exam("2024-03-25", RASH | {"clinically_significant": "N"}), **TREATED),
    asks("PE-01", "on the day of the first dose", exam("2024-03-04", RASH, at="C1D1"), history("2024-02"), **TREATED),
    passes("PE-01", "before the first dose, in the medical history", exam("2024-03-01", RASH, at="SCR"), history("2024-02"), **TREATED),
    asks("PE-01", "before the first dose, not in the history", exam("2024-03-01", RASH, at="SCR"), **TREATED,
         message="Significant finding 'rash' has no matching line of the medical history."),
    asks("PE-01", "no dose yet, history ended long ago", exam("2024-03-01", RASH, at="SCR"), history("2020", "2021")),
    passes("PE-01", "no dose yet, history of that year", exam("2024-03-01", RASH, at="SCR"), history("2020", "2024")),
    passes("PE-01", "ECOG 1 after 0", exam(), earlier("0"), **TREATED),
    asks("PE-01", "ECOG 2 after 0", exam(ecog="2"), earlier("0"), item="ecog", **TREATED,
         message="ECOG changed from 0 to 2 since 2024-03-04: confirm it."),
    asks("PE-01", "ECOG 0 after 2", exam(ecog="0"), earlier("2"), **TREATED),
    passes("PE-01", "ECOG compared with the last one only", exam(ecog="2"), earlier("0"), exam("2024-03-11", at="C1A1"),
           **TREATED),
    passes("GEN-08", "abnormal, one finding", exam("2024-03-25", RASH), event("2024-03-24"), **TREATED),
    asks("GEN-08", "abnormal, none listed", exam(abnormal_findings="Y"), item="abnormal_findings",
         message="You answered yes to 'Any abnormal finding' but 0 lines exist."),
    asks("GEN-08", "nothing abnormal, one listed", exam("2024-03-25", RASH, abnormal_findings="N")),
    # pregnancy
    passes("PT-01", "tested 20 hours before nivolumab", infusion(), pregnancy_test(), WOMAN),
    asks("PT-01", "tested 9 days before nivolumab", infusion(), pregnancy_test("2024-02-24 09:00"), WOMAN, item="start_dt",
         message="No pregnancy test in the 72 hours before nivolumab on 2024-03-04 09:00."),
    asks("PT-01", "not tested", infusion(), WOMAN),
    asks("PT-01", "test not done", infusion(), pregnancy_test(None, None, performed="N"), WOMAN),
    passes("PT-01", "72 hours before", infusion(), pregnancy_test("2024-03-01 09:00"), WOMAN),
    asks("PT-01", "72 hours and a minute before", infusion(), pregnancy_test("2024-03-01 08:59"), WOMAN),
    passes("PT-01", "three days before, time not known", infusion(), pregnancy_test("2024-03-01"), WOMAN),
    asks("PT-01", "tested after the dose", infusion(), pregnancy_test("2024-03-04 10:00"), WOMAN),
    passes("PT-01", "no childbearing potential", infusion(), NO_CHILDREN),
    passes("PT-01", "nivolumab was not given", record("NIVO", "C1D1", given="N"), WOMAN),
    asks("PT-01", "no new test before day 35", infusion("2024-04-07 09:00", "C1D35"), pregnancy_test(), WOMAN),
    passes("PT-01", "tested the day before admission", admission(), pregnancy_test("2024-03-10 09:00", at="C1A1"), WOMAN),
    asks("PT-01", "no new test before admission", admission(), pregnancy_test(), WOMAN, item="admit_dt",
         message="No pregnancy test in the 72 hours before IL-2 on 2024-03-11 10:00."),
    passes("PT-01", "tested on admission, before the first dose", admission(), pregnancy_test("2024-03-11 11:00", at="C1A1"), WOMAN,
           grid("2024-03-11 14:00")),
    asks("PT-01", "tested after the first dose", admission(), pregnancy_test("2024-03-11 15:00", at="C1A1"), WOMAN,
         grid("2024-03-11 14:00")),
    passes("PT-01", "no childbearing potential, admitted", admission(), NO_CHILDREN),
    passes("PT-02", "negative, dose next day", pregnancy_test(), infusion()),
    asks("PT-02", "positive, dose next day", pregnancy_test(result="POSITIVE"), infusion(), item="result", message=(
        "Pregnancy test positive on 2024-03-03 13:00: dosing must not proceed; inform the investigator at once.")),
    asks("PT-02", "indeterminate, IL-2 later", pregnancy_test(result="INDETERMINATE"), grid("2024-03-11 14:00")),
    asks("PT-02", "positive, a visit with a dose is planned", pregnancy_test(result="POSITIVE"), visits=AHEAD),
    passes("PT-02", "positive, no dose is planned any more", pregnancy_test(result="POSITIVE"), visits=BEHIND),
    passes("PT-02", "positive after the last dose", pregnancy_test("2024-03-05 09:00", "POSITIVE"), infusion()),
    passes("PT-02", "indeterminate, then negative before the dose", pregnancy_test(result="INDETERMINATE"),
           pregnancy_test("2024-03-04 07:00", at="C1D1"), infusion(), visits=AHEAD),
    asks("PT-02", "indeterminate, negative only after the dose", pregnancy_test(result="INDETERMINATE"),
         pregnancy_test("2024-03-05 07:00", at="C1D1"), infusion()),
    asks("PT-02", "breastfeeding at screening, dosed", pregnancy_test(at=visit("SCR", "2024-03-01"), breastfeeding="Y"), infusion(),
         item="breastfeeding", message=(
             "Breastfeeding at Screening: dosing must not proceed; inform the investigator at once.")),
    passes("PT-02", "breastfeeding ended before the dose", pregnancy_test(at=visit("SCR", "2024-02-01"), breastfeeding="Y"),
           pregnancy_test(at=visit("C1D1", "2024-03-04"), breastfeeding="N"), infusion("2024-03-04 09:00")),
    passes("PT-02", "not breastfeeding", pregnancy_test(at=visit("SCR", "2024-03-01"), breastfeeding="N"), infusion()),
    # heart and lungs
    passes("CA-01", "stress test negative", heart(adequate_il2="Y", stress_test="NEGATIVE")),
    asks("CA-01", "stress test positive", heart(adequate_il2="Y", stress_test="POSITIVE"), item="stress_test",
         message="Stress test is positive, but function is called adequate for HD IL-2: confirm it."),
    asks("CA-01", "stress test positive, inclusion 11 is yes", heart(adequate_il2="Y", stress_test="POSITIVE"),
         record("IE", "SCR", incl11="Y"), message=(
             "Inclusion 11 is 'yes' but the assessment says yes, stress test positive.")),
    passes("CA-01", "stress test negative, inclusion 11 is yes", heart(adequate_il2="Y", stress_test="NEGATIVE"),
           record("IE", "SCR", incl11="Y")),
    asks("CA-01", "stress test positive at an admission", heart("2024-03-11", "C1A1", adequate_il2="Y", stress_test="POSITIVE"),
         record("IE", "SCR", incl11="Y"),
         message="Stress test is positive, but function is called adequate for HD IL-2: confirm it."),
    passes("CA-01", "stress test positive, not adequate", heart(adequate_il2="N", stress_test="POSITIVE")),
    passes("CA-01", "assessed at screening, admission 1", admission(), heart()),
    asks("CA-01", "never assessed", admission(), item="eligible_to_start", message=(
        "No cardiac and pulmonary assessment since screening is recorded before the admission of 2024-03-11.")),
    asks("CA-01", "assessed after the admission", admission(), heart("2024-03-12", "C1A1")),
    passes("CA-01", "assessed on the day of admission", admission(), heart("2024-03-11", "C1A1")),
    asks("CA-01", "not assessed again before admission 2", admission(
        "C1A2", admit_dt="2024-03-25 10:00", discharge_dt="2024-03-30 12:00"), admission(), heart(), message=(
            "No cardiac and pulmonary assessment since the discharge of 2024-03-16 is recorded before the admission of "
            "2024-03-25.")),
    passes("CA-01", "assessed on the day of discharge", admission(
        "C1A2", admit_dt="2024-03-25 10:00", discharge_dt="2024-03-30 12:00"), admission(), heart("2024-03-16", "UNS1")),
    passes("CA-02", "QTcF 430", heart(**ECG)),
    asks("CA-02", "QTcF 504", heart(**(ECG | {"qt": "400", "ecg_rate": "120"})), item="qtcf",
         message="QTcF 504 ms: confirm that function is adequate for HD IL-2."),
    passes("CA-02", "QTcF 500, typed", heart(**ECG, qtcf="500")),
    asks("CA-02", "QTcF 500.1, typed", heart(**ECG, qtcf="500.1")),
    asks("CA-02", "QTcF 500.8, calculated", heart(**(ECG | {"qt": "455", "ecg_rate": "80"}))),
    passes("CA-02", "LVEF 50", heart(adequate_il2="Y", lvef="50")),
    asks("CA-02", "LVEF 38", heart(adequate_il2="Y", lvef="38"), item="lvef",
         message="LVEF 38 %: confirm that function is adequate for HD IL-2."),
    passes("CA-02", "LVEF 38, not adequate", heart(adequate_il2="N", lvef="38")),
    passes("CA-02", "FEV1 65 % predicted", heart(adequate_il2="Y", fev1_pct="65")),
    asks("CA-02", "FEV1 64 % predicted", heart(adequate_il2="Y", fev1_pct="64"), item="fev1_pct"),
    passes("CA-02", "ECG abnormal, not significant", heart(**ECG, ecg_interpretation="ABNORMAL NCS")),
    asks("CA-02", "ECG abnormal, significant", heart(**ECG, ecg_interpretation="ABNORMAL CS"), item="ecg_interpretation",
         message="ECG abnormal, clinically significant: confirm that function is adequate for HD IL-2."),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


def test_qtcf_is_calculated_with_its_arithmetic_and_a_typed_one_is_kept():
    judged = heart(**(ECG | {"qt": "400", "ecg_rate": "75"}))
    judge(judged, subject(judged))
    assert judged.qtcf == Decimal("430.9")
    assert explanations(judged, subject(judged)) == {("", "qtcf"): "400 ms / cube root of (60 / 75) = 430.9 ms"}
    typed = heart(**ECG, qtcf="441")
    judge(typed, subject(typed))
    assert typed.qtcf == Decimal("441") and explanations(typed, subject(typed)) == {}


@pytest.mark.parametrize(("at", "needed"), [("SCR", True), ("C1D1", False)])
def test_breastfeeding_is_needed_at_screening(at, needed):
    judged = pregnancy_test(at=at, specimen="URINE")
    assert ("breastfeeding" in {item.name for _, _, item in open_required(judged)}) is needed
