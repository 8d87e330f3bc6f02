"""Inclusions 1, 2, 5, 6 and 11 to 13, exclusions 2, 6, 9 and 10: the evidence and the question of every judgement, word by word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from forms.derive import eligibility_person as judge
from forms.derive.eligibility import Anchors, Judgement
from tests.forms.casebooks import record
from tests.forms.derive.test_eligibility_person import (
    WHEN,
    WOMAN,
    heart,
    person,
    pregnancy_test,
    pressure,
    scan,
    status,
    target,
)
from tests.forms.derive.told import told

Cases = list[tuple[str, Callable[[], Judgement], str]]

CONSENT: Cases = [
    ("no consent", lambda: judge.consent(WHEN, [record("IC", capacity_confirmed="Y")]),
     "CANNOT TELL: - | - | - | no consent with a date of signature"),
    ("able and willing",
     lambda: judge.consent(WHEN, [record("IC", signature_date="2024-02-01", capacity_confirmed="Y")]),
     "MET: able and willing: yes | 2024-02-01 | IC.CAPACITY_CONFIRMED (line 1) | signed"),
    ("not able", lambda: judge.consent(WHEN, [record("IC", signature_date="2024-02-01", capacity_confirmed="N")]),
     "NOT MET: able and willing: no | 2024-02-01 | IC.CAPACITY_CONFIRMED (line 1) | signed"),
    ("not answered", lambda: judge.consent(WHEN, [record("IC", signature_date="2024-02-01")]),
     "CANNOT TELL: able and willing: not answered | 2024-02-01 | IC.CAPACITY_CONFIRMED (line 1) | signed"),
    ("the first of two signatures counts",
     lambda: judge.consent(WHEN, [record("IC", line=2, signature_date="2024-02-10", capacity_confirmed="N"),
         record("IC", signature_date="2024-02-01", capacity_confirmed="Y")]),
     "MET: able and willing: yes | 2024-02-01 | IC.CAPACITY_CONFIRMED (line 1) | signed"),
    ("of two on one day the first line",
     lambda: judge.consent(WHEN, [record("IC", line=2, signature_date="2024-02-01", capacity_confirmed="N"),
         record("IC", signature_date="2024-02-01", capacity_confirmed="Y")]),
     "MET: able and willing: yes | 2024-02-01 | IC.CAPACITY_CONFIRMED (line 1) | signed"),
]  # fmt: skip

AGE: Cases = [
    ("nobody of any age", lambda: judge.adult(WHEN, []),
     "CANNOT TELL: - | - | - | birth date or consent is not entered"),
    ("no birth date", lambda: judge.adult(WHEN, [person()]),
     "CANNOT TELL: - | - | - | birth date or consent is not entered"),
    ("no consent for the age", lambda: judge.adult(Anchors(), [person(birth_date="1960")]),
     "CANNOT TELL: - | - | - | birth date or consent is not entered"),
    ("born in 2006", lambda: judge.adult(WHEN, [person(birth_date="2006")]),
     "CANNOT TELL: 17 or 18 years | 2024-02-01 | DM.BIRTH_DATE (SCR) | at consent; at least 18 expected"),
    ("17 years", lambda: judge.adult(WHEN, [person(birth_date="2006-02-02")]),
     "NOT MET: 17 years | 2024-02-01 | DM.BIRTH_DATE (SCR) | at consent; at least 18 expected"),
]  # fmt: skip

MEASURABLE_DISEASE: Cases = [
    ("date of the form not entered", lambda: judge.measurable_disease(Anchors(), [target()], []),
     "CANNOT TELL: - | - | - | the date of this form is not entered"),
    ("no target", lambda: judge.measurable_disease(WHEN, [target(role="NON-TARGET")], []),
     "CANNOT TELL: - | - | - | no target in the lesion register"),
    ("20 mm on CT", lambda: judge.measurable_disease(WHEN, [target()], []),
     "MET: Line 1 20 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("9.9 mm on CT", lambda: judge.measurable_disease(WHEN, [target("9.9")], []),
     "NOT MET: Line 1 9.9 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("node of 15 mm", lambda: judge.measurable_disease(WHEN, [target("15", is_node="Y")], []),
     "MET: Line 1 15 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | at least 15 mm, short axis of a node; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("20 mm on X-ray", lambda: judge.measurable_disease(WHEN, [target("20", method="X-RAY")], []),
     "MET: Line 1 20 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | at least 20 mm, longest diameter; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("size not entered", lambda: judge.measurable_disease(WHEN, [target(None)], []),
     "CANNOT TELL: Line 1 ? mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("method not entered", lambda: judge.measurable_disease(WHEN, [target(method=None)], []),
     "CANNOT TELL: Line 1 20 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | method or kind of the lesion is not "
     "entered; scan 2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("not said whether a node", lambda: judge.measurable_disease(WHEN, [target(is_node=None)], []),
     "CANNOT TELL: Line 1 20 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | method or kind of the lesion is not "
     "entered; scan 2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("no scan dated", lambda: judge.measurable_disease(WHEN, [target(on=None)], []),
     "CANNOT TELL: Line 1 20 mm | - | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter"),
    ("no scan dated in the register",
     lambda: judge.measurable_disease(WHEN, [target(on=None)], [scan("2024-02-10", "2024-02-12")]),
     "CANNOT TELL: Line 1 20 mm | - | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("scan on the day of registration", lambda: judge.measurable_disease(WHEN, [target(on="2024-03-01")], []),
     "MET: Line 1 20 mm | 2024-03-01 | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter; scan "
     "2024-03-01 is 0 days before 2024-03-01, limit 28"),
    ("scan after registration", lambda: judge.measurable_disease(WHEN, [target(on="2024-03-02")], []),
     "NOT MET: Line 1 20 mm | 2024-03-02 | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter; scan "
     "2024-03-02 is -1 days before 2024-03-01, limit 28"),
    ("the second of two is measurable",
     lambda: judge.measurable_disease(WHEN, [target("5"), target("20", line=2)], []),
     "MET: Line 2 20 mm | 2024-02-10 | TLB.BASELINE_MM (line 2) | at least 10 mm, longest diameter; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("scans of screening too old", lambda: judge.measurable_disease(WHEN, [target()], [scan("2024-01-20")]),
     "NOT MET: Line 1 20 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("scans of treatment do not count",
     lambda: judge.measurable_disease(WHEN, [target()], [record("TA", "C1D1", performed="Y",
         SCAN=[{"scan_date": "2023-01-20"}])]),
     "MET: Line 1 20 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | at least 10 mm, longest diameter; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
    ("10 mm with slices of 8 mm", lambda: judge.measurable_disease(WHEN, [target("10", slice_mm="8")], []),
     "NOT MET: Line 1 10 mm | 2024-02-10 | TLB.BASELINE_MM (line 1) | at least 2 x slice thickness 8 mm; scan "
     "2024-02-10 is 20 days before 2024-03-01, limit 28"),
]  # fmt: skip

PERFORMANCE_STATUS: Cases = [
    ("date not entered", lambda: judge.performance(Anchors(), []),
     "CANNOT TELL: - | - | - | the date of this form is not entered"),
    ("none", lambda: judge.performance(WHEN, []),
     "CANNOT TELL: - | - | - | no ECOG status with its date up to registration"),
    ("ECOG 1", lambda: judge.performance(WHEN, [status("1", "2024-02-20")]),
     "MET: ECOG 1 | 2024-02-20 | PE.ECOG (SCR) | 0 or 1 expected; 10 days before 2024-03-01, limit 28"),
    ("ECOG 2", lambda: judge.performance(WHEN, [status("2", "2024-03-01")]),
     "NOT MET: ECOG 2 | 2024-03-01 | PE.ECOG (SCR) | 0 or 1 expected; 0 days before 2024-03-01, limit 28 ? IE-05 "
     "g=2, date=2024-03-01, reg=2024-03-01"),
    ("29 days before", lambda: judge.performance(WHEN, [status("1", "2024-02-01")]),
     "CANNOT TELL: ECOG 1 | 2024-02-01 | PE.ECOG (SCR) | 0 or 1 expected; 29 days before 2024-03-01, limit 28 ? "
     "IE-05 g=1, date=2024-02-01, reg=2024-03-01"),
    ("28 days before", lambda: judge.performance(WHEN, [status("0", "2024-02-02")]),
     "MET: ECOG 0 | 2024-02-02 | PE.ECOG (SCR) | 0 or 1 expected; 28 days before 2024-03-01, limit 28"),
    ("a later examination without a status",
     lambda: judge.performance(WHEN, [status("1", "2024-02-20"), record("PE", "SCR", line=2,
         ecog_date="2024-02-25")]),
     "MET: ECOG 1 | 2024-02-20 | PE.ECOG (SCR) | 0 or 1 expected; 10 days before 2024-03-01, limit 28"),
]  # fmt: skip

HEART_AND_LUNGS: Cases = [
    ("no assessment", lambda: judge.heart_and_lungs(WHEN, [heart()]),
     "CANNOT TELL: - | - | - | no cardiac and pulmonary assessment"),
    ("adequate", lambda: judge.heart_and_lungs(WHEN, [heart(adequate_il2="Y")]),
     "MET: adequate for HD IL-2: yes | 2024-02-20 | CARD.ADEQUATE_IL2 (SCR) | assessed clinically"),
    ("not adequate, no date", lambda: judge.heart_and_lungs(WHEN, [record("CARD", "SCR", adequate_il2="N")]),
     "NOT MET: adequate for HD IL-2: no | - | CARD.ADEQUATE_IL2 (SCR) | assessed clinically"),
    ("the last of three, on the day of the first dose",
     lambda: judge.heart_and_lungs(WHEN, [heart("2024-02-20", adequate_il2="Y"), heart("2024-03-04",
         adequate_il2="N", line=2), heart("2024-02-25", adequate_il2="Y", line=3)]),
     "NOT MET: adequate for HD IL-2: no | 2024-03-04 | CARD.ADEQUATE_IL2 (SCR, line 2) | assessed clinically"),
    ("of two on one day the later line",
     lambda: judge.heart_and_lungs(WHEN, [heart("2024-02-20", adequate_il2="N", line=2), heart("2024-02-20",
         adequate_il2="Y")]),
     "NOT MET: adequate for HD IL-2: no | 2024-02-20 | CARD.ADEQUATE_IL2 (SCR, line 2) | assessed clinically"),
    ("one without a date is the oldest",
     lambda: judge.heart_and_lungs(WHEN, [record("CARD", "SCR", adequate_il2="N", line=2), heart("2024-02-20",
         adequate_il2="Y")]),
     "MET: adequate for HD IL-2: yes | 2024-02-20 | CARD.ADEQUATE_IL2 (SCR) | assessed clinically"),
    ("before the first dose is planned, up to registration",
     lambda: judge.heart_and_lungs(Anchors(dt.date(2024, 3, 1)), [heart("2024-03-01", adequate_il2="Y"),
         heart("2024-03-02", adequate_il2="N", line=2)]),
     "MET: adequate for HD IL-2: yes | 2024-03-01 | CARD.ADEQUATE_IL2 (SCR) | assessed clinically"),
    ("no date to judge by", lambda: judge.heart_and_lungs(Anchors(), [heart("2024-03-02", adequate_il2="N")]),
     "NOT MET: adequate for HD IL-2: no | 2024-03-02 | CARD.ADEQUATE_IL2 (SCR) | assessed clinically"),
]  # fmt: skip

CONTRACEPTION_OF_WOMEN: Cases = [
    ("nobody entered", lambda: judge.women(WHEN, [], []),
     "CANNOT TELL: - | - | - | demographics are not entered"),
    ("sex not entered", lambda: judge.women(WHEN, [person()], []),
     "CANNOT TELL: - | - | - | demographics are not entered"),
    ("a man", lambda: judge.women(WHEN, [person(sex="M")], []),
     "MET: not applicable | - | DM.SEX (SCR) | sex at birth is male"),
    ("no childbearing potential", lambda: judge.women(WHEN, [person(sex="F", childbearing="N")], []),
     "MET: not applicable | - | DM.CHILDBEARING (SCR) | no childbearing potential"),
    ("negative, two methods", lambda: judge.women(WHEN, [person(**WOMAN)], [pregnancy_test("NEGATIVE")]),
     "MET: test negative, contraception agreed | 2024-03-03 08:00 | PREG.RESULT (SCR) | negative before dosing "
     "and two methods expected"),
    ("positive", lambda: judge.women(WHEN, [person(**WOMAN)], [pregnancy_test("POSITIVE")]),
     "NOT MET: test positive, contraception agreed | 2024-03-03 08:00 | PREG.RESULT (SCR) | negative before "
     "dosing and two methods expected"),
    ("indeterminate", lambda: judge.women(WHEN, [person(**WOMAN)], [pregnancy_test("INDETERMINATE")]),
     "CANNOT TELL: test indeterminate, contraception agreed | 2024-03-03 08:00 | PREG.RESULT (SCR) | negative "
     "before dosing and two methods expected"),
    ("no test, methods not answered", lambda: judge.women(WHEN, [person(sex="F", childbearing="Y")], []),
     "CANNOT TELL: test not entered, contraception not answered | - | DM.CONTRACEPTION_AGREED (SCR) | negative "
     "before dosing and two methods expected"),
    ("methods not agreed",
     lambda: judge.women(WHEN, [person(**(WOMAN | {"contraception_agreed": "N"}))], [pregnancy_test("NEGATIVE")]),
     "NOT MET: test negative, contraception not agreed | 2024-03-03 08:00 | PREG.RESULT (SCR) | negative before "
     "dosing and two methods expected ? IE-09"),
    ("potential not answered",
     lambda: judge.women(WHEN, [person(sex="F", contraception_agreed="Y")], [pregnancy_test("NEGATIVE")]),
     "CANNOT TELL: test negative, contraception agreed | 2024-03-03 08:00 | PREG.RESULT (SCR) | negative before "
     "dosing and two methods expected"),
    ("the last of two tests",
     lambda: judge.women(WHEN, [person(**WOMAN)], [pregnancy_test("POSITIVE", line=2), pregnancy_test("NEGATIVE",
         "2024-03-03 07:00")]),
     "NOT MET: test positive, contraception agreed | 2024-03-03 08:00 | PREG.RESULT (SCR, line 2) | negative "
     "before dosing and two methods expected"),
    ("of two tests the last in time, not in line",
     lambda: judge.women(WHEN, [person(**WOMAN)], [pregnancy_test("POSITIVE"), pregnancy_test("NEGATIVE",
         "2024-03-01 08:00", line=2)]),
     "NOT MET: test positive, contraception agreed | 2024-03-03 08:00 | PREG.RESULT (SCR) | negative before "
     "dosing and two methods expected"),
    ("a test without a date does not count",
     lambda: judge.women(WHEN, [person(**WOMAN)], [record("PREG", "SCR", performed="Y", result="NEGATIVE")]),
     "CANNOT TELL: test not entered, contraception agreed | - | DM.CONTRACEPTION_AGREED (SCR) | negative before "
     "dosing and two methods expected"),
]  # fmt: skip

CONTRACEPTION_OF_MEN: Cases = [
    ("nobody", lambda: judge.men(WHEN, []),
     "CANNOT TELL: - | - | - | demographics are not entered"),
    ("a woman", lambda: judge.men(WHEN, [person(sex="F")]),
     "MET: not applicable | - | DM.SEX (SCR) | sex at birth is female"),
    ("sterile", lambda: judge.men(WHEN, [person(sex="M", surgically_sterile_m="Y")]),
     "MET: not applicable | - | DM.SURGICALLY_STERILE_M (SCR) | surgically sterile"),
    ("agreed", lambda: judge.men(WHEN, [person(sex="M", surgically_sterile_m="N", contraception_agreed="Y")]),
     "MET: contraception agreed | - | DM.CONTRACEPTION_AGREED (SCR) | adequate contraception expected"),
    ("not agreed", lambda: judge.men(WHEN, [person(sex="M", surgically_sterile_m="N", contraception_agreed="N")]),
     "NOT MET: contraception not agreed | - | DM.CONTRACEPTION_AGREED (SCR) | adequate contraception expected ? "
     "IE-09"),
    ("not answered by him", lambda: judge.men(WHEN, [person(sex="M", surgically_sterile_m="N")]),
     "CANNOT TELL: contraception not answered | - | DM.CONTRACEPTION_AGREED (SCR) | adequate contraception expected"),
    ("sterility not answered", lambda: judge.men(WHEN, [person(sex="M", contraception_agreed="Y")]),
     "CANNOT TELL: contraception agreed | - | DM.CONTRACEPTION_AGREED (SCR) | adequate contraception expected"),
]  # fmt: skip

PREGNANCY: Cases = [
    ("nobody to be pregnant", lambda: judge.pregnancy(WHEN, [], []),
     "CANNOT TELL: - | - | - | demographics are not entered"),
    ("a man, not pregnant", lambda: judge.pregnancy(WHEN, [person(sex="M")], []),
     "MET: not applicable | - | DM.SEX (SCR) | sex at birth is male"),
    ("no potential", lambda: judge.pregnancy(WHEN, [person(sex="F", childbearing="N")], []),
     "MANUAL: no childbearing potential | - | DM.CHILDBEARING (SCR) | -"),
    ("negative, not breastfeeding",
     lambda: judge.pregnancy(WHEN, [person(**WOMAN)], [pregnancy_test("NEGATIVE", breastfeeding="N")]),
     "MET: test negative, breastfeeding no | 2024-03-03 08:00 | PREG.RESULT (SCR) | neither expected"),
    ("breastfeeding",
     lambda: judge.pregnancy(WHEN, [person(**WOMAN)], [pregnancy_test("NEGATIVE", breastfeeding="Y")]),
     "NOT MET: test negative, breastfeeding yes | 2024-03-03 08:00 | PREG.RESULT (SCR) | neither expected"),
    ("positive test", lambda: judge.pregnancy(WHEN, [person(**WOMAN)], [pregnancy_test("POSITIVE")]),
     "NOT MET: test positive, breastfeeding not answered | 2024-03-03 08:00 | PREG.RESULT (SCR) | neither expected"),
    ("breastfeeding not answered", lambda: judge.pregnancy(WHEN, [person(**WOMAN)], [pregnancy_test("NEGATIVE")]),
     "CANNOT TELL: test negative, breastfeeding not answered | 2024-03-03 08:00 | PREG.RESULT (SCR) | neither "
     "expected"),
    ("no test", lambda: judge.pregnancy(WHEN, [person(**WOMAN)], []),
     "CANNOT TELL: test not entered, breastfeeding not answered | - | PREG.RESULT | neither expected"),
    ("breastfeeding answered at another test",
     lambda: judge.pregnancy(WHEN, [person(**WOMAN)], [pregnancy_test("NEGATIVE"), record("PREG", "SCR", line=2,
         performed="N", sample_dt="2024-02-20 08:00", breastfeeding="N")]),
     "MET: test negative, breastfeeding no | 2024-03-03 08:00 | PREG.RESULT (SCR) | neither expected"),
    ("breastfeeding answered after the first dose",
     lambda: judge.pregnancy(WHEN, [person(**WOMAN)], [pregnancy_test("NEGATIVE", breastfeeding="N"),
         pregnancy_test("NEGATIVE", "2024-03-05 08:00", breastfeeding="Y", line=2)]),
     "MET: test negative, breastfeeding no | 2024-03-03 08:00 | PREG.RESULT (SCR) | neither expected"),
    ("of two answers the later in time",
     lambda: judge.pregnancy(WHEN, [person(**WOMAN)], [pregnancy_test("NEGATIVE", breastfeeding="N"),
         pregnancy_test("NEGATIVE", "2024-03-01 08:00", breastfeeding="Y", line=2)]),
     "MET: test negative, breastfeeding no | 2024-03-03 08:00 | PREG.RESULT (SCR) | neither expected"),
]  # fmt: skip

HYPERTENSION: Cases = [
    ("told after the first dose",
     lambda: judge.hypertension(WHEN, [heart(htn_duration="N"), heart("2024-03-05", htn_duration="Y", line=2)], []),
     "MET: above 160/100 for more than 4 weeks: no | 2024-02-20 | CARD.HTN_DURATION (SCR) | -"),
    ("of two answers the last in time",
     lambda: judge.hypertension(WHEN, [heart("2024-02-25", htn_duration="N"), heart("2024-02-20", htn_duration="Y",
         line=2)], []),
     "MET: above 160/100 for more than 4 weeks: no | 2024-02-25 | CARD.HTN_DURATION (SCR) | -"),
    ("more than 4 weeks", lambda: judge.hypertension(WHEN, [heart(htn_duration="Y")], []),
     "NOT MET: above 160/100 for more than 4 weeks: yes | 2024-02-20 | CARD.HTN_DURATION (SCR) | -"),
    ("not more than 4 weeks", lambda: judge.hypertension(WHEN, [heart(htn_duration="N")], []),
     "MET: above 160/100 for more than 4 weeks: no | 2024-02-20 | CARD.HTN_DURATION (SCR) | -"),
    ("told without a date", lambda: judge.hypertension(WHEN, [record("CARD", "SCR", htn_duration="N")], []),
     "MET: above 160/100 for more than 4 weeks: no | - | CARD.HTN_DURATION (SCR) | -"),
    ("nothing measured", lambda: judge.hypertension(WHEN, [], []),
     "CANNOT TELL: - | - | - | no blood pressure at screening"),
    ("not measured at screening",
     lambda: judge.hypertension(WHEN, [], [record("VS", "C1D1", systolic="172", diastolic="80")]),
     "CANNOT TELL: - | - | - | no blood pressure at screening"),
    ("160/100", lambda: judge.hypertension(WHEN, [], [pressure("160", "100")]),
     "MANUAL: 160/100 mmHg | 2024-02-20 | VS.SYSTOLIC (SCR) | more than 4 weeks unknown"),
    ("161/100",
     lambda: judge.hypertension(WHEN, [], [pressure("160", "100"), record("VS", "SCR", line=2, systolic="161",
         diastolic="100")]),
     "CANNOT TELL: 161/100 mmHg | - | VS.SYSTOLIC (SCR, line 2) | more than 4 weeks unknown"),
    ("150/101", lambda: judge.hypertension(WHEN, [], [pressure("150", "101")]),
     "CANNOT TELL: 150/101 mmHg | 2024-02-20 | VS.SYSTOLIC (SCR) | more than 4 weeks unknown"),
    ("one number missing", lambda: judge.hypertension(WHEN, [], [record("VS", "SCR", systolic="172")]),
     "CANNOT TELL: - | - | - | no blood pressure at screening"),
]  # fmt: skip

THE_INVESTIGATOR_JUDGES: Cases = [
    ("any condition", lambda: judge.any_condition(WHEN),
     "MANUAL: - | - | - | the investigator judges"),
    ("capacity not answered", lambda: judge.mental_condition(WHEN, [record("IC", signature_date="2024-02-01")]),
     "MANUAL: - | - | - | the investigator judges"),
    ("capacity confirmed",
     lambda: judge.mental_condition(WHEN, [record("IC", signature_date="2024-02-01", capacity_confirmed="Y")]),
     "MANUAL: able to understand and willing: yes | 2024-02-01 | IC.CAPACITY_CONFIRMED (line 1) | the "
     "investigator judges"),
    ("capacity denied, no signature", lambda: judge.mental_condition(WHEN, [record("IC", capacity_confirmed="N")]),
     "MANUAL: able to understand and willing: no | - | IC.CAPACITY_CONFIRMED (line 1) | the investigator judges"),
]  # fmt: skip


ALL = [
    *CONSENT,
    *AGE,
    *MEASURABLE_DISEASE,
    *PERFORMANCE_STATUS,
    *HEART_AND_LUNGS,
    *CONTRACEPTION_OF_WOMEN,
    *CONTRACEPTION_OF_MEN,
    *PREGNANCY,
    *HYPERTENSION,
    *THE_INVESTIGATOR_JUDGES,
]


@pytest.mark.parametrize(("words", "found", "expected"), ALL, ids=[case[0] for case in ALL])
def test_the_words_of_a_judgement(words: str, found: Callable[[], Judgement], expected: str) -> None:
    assert told(found()) == expected
