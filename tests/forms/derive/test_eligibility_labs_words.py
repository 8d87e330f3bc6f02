"""Inclusions 7 and 8: the evidence and the question of every judgement, word by word."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from forms.derive import eligibility_labs as judge
from forms.derive.eligibility import Anchors, Judgement
from forms.views import Record
from tests.forms.casebooks import record
from tests.forms.derive.test_eligibility_labs import (
    GILBERT,
    LIVER,
    LUNG,
    MAN_OF_60,
    NO_GILBERT,
    WHEN,
    derived,
    history,
    person,
    row,
    sample,
    size,
)
from tests.forms.derive.told import told


def measured(on: str, line: int = 1, **given: int) -> Record:
    """Height or weight of a day."""
    made = record("VS", "SCR", line=line, performed="Y", assess_date=on)
    units = {"height": "height_cm", "weight": "weight_kg"}
    made.answers |= {units[name]: derived(Decimal(value)) for name, value in given.items()}
    return made

Cases = list[tuple[str, Callable[[], Judgement], str]]

WHAT_COUNTS: Cases = [
    ("date of the form not entered", lambda: judge.platelets(Anchors(), [sample("HEM PLAT 150 10^9/L")]),
     "CANNOT TELL: - | - | - | the date of this form is not entered"),
    ("no result", lambda: judge.platelets(WHEN, [sample("HEM WBC 5 10^9/L")]),
     "CANNOT TELL: - | - | - | no result of Platelets from 2024-02-02 to 2024-03-01 ? LB-04 test=Platelets, k=9d, "
     "first=2024-02-02, last=2024-03-01"),
    ("28 days before registration",
     lambda: judge.platelets(WHEN, [sample("HEM PLAT 150 10^9/L", on="2024-02-02 08:00")]),
     "MET: Platelets 150 10^9/L | 2024-02-02 | LAB.RESULT.VALUE (SCR, row 1) | 150 10^9/L, at least 100 expected; "
     "28 days before registration"),
    ("29 days before registration",
     lambda: judge.platelets(WHEN, [sample("HEM PLAT 150 10^9/L", on="2024-02-01 08:00")]),
     "CANNOT TELL: Platelets 150 10^9/L | 2024-02-01 | LAB.RESULT.VALUE (SCR, row 1) | older than 28 days; 29 "
     "days before registration ? LB-12 test=Platelets, x=2024-02-01, n=29"),
    ("on the day of registration",
     lambda: judge.platelets(WHEN, [sample("HEM PLAT 150 10^9/L", on="2024-03-01 08:00")]),
     "MET: Platelets 150 10^9/L | 2024-03-01 | LAB.RESULT.VALUE (SCR, row 1) | 150 10^9/L, at least 100 expected; "
     "0 days before registration"),
    ("a later sample of the same morning",
     lambda: judge.platelets(WHEN, [sample("HEM PLAT 90 10^9/L", line=2), sample("HEM PLAT 150 10^9/L")]),
     "NOT MET: Platelets 90 10^9/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, line 2, row 1) | 90 10^9/L, at least 100 "
     "expected; 10 days before registration ? LB-10 test=Platelets, x=90 10^9/L, limit=100 10^9/L"),
    ("two results of one sample, the first line",
     lambda: judge.platelets(WHEN, [sample("HEM PLAT 90 10^9/L", "HEM PLAT 150 10^9/L")]),
     "NOT MET: Platelets 90 10^9/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 90 10^9/L, at least 100 "
     "expected; 10 days before registration ? LB-10 test=Platelets, x=90 10^9/L, limit=100 10^9/L"),
    ("of another panel", lambda: judge.haemoglobin(WHEN, [sample("UA HGB 9.5 g/dL")]),
     "CANNOT TELL: - | - | - | no result of Haemoglobin from 2024-02-02 to 2024-03-01 ? LB-04 test=Haemoglobin, "
     "k=9a, first=2024-02-02, last=2024-03-01"),
    ("a sample without its time",
     lambda: judge.platelets(WHEN, [record("LAB", "SCR", performed="Y", RESULT=[row("HEM PLAT 150 10^9/L")])]),
     "CANNOT TELL: - | - | - | no result of Platelets from 2024-02-02 to 2024-03-01 ? LB-04 test=Platelets, k=9d, "
     "first=2024-02-02, last=2024-03-01"),
]  # fmt: skip

BILIRUBIN: Cases = [
    ("no bilirubin", lambda: judge.bilirubin(WHEN, [], [NO_GILBERT]),
     "CANNOT TELL: - | - | - | no result of Bilirubin, total from 2024-02-02 to 2024-03-01 ? LB-04 "
     "test=Bilirubin, total, k=7a, first=2024-02-02, last=2024-03-01"),
    ("total at 1.5 x ULN", lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.8 mg/dL of1.2")], [NO_GILBERT]),
     "MET: Bilirubin, total 1.8 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | total 1.5 "
     "x ULN (limit 1.5); 10 days before registration"),
    ("total above, direct at ULN",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.9 mg/dL of1.2", "CHEM BILDIR 0.3 mg/dL of0.3")],
         [NO_GILBERT]),
     "MET: Bilirubin, total 1.9 mg/dL, direct 0.3 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | total 1.58 "
     "x ULN (limit 1.5), direct 1 x ULN (limit 1); 10 days before registration"),
    ("total above, direct above ULN",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.9 mg/dL of1.2", "CHEM BILDIR 0.4 mg/dL of0.3")],
         [NO_GILBERT]),
     "NOT MET: Bilirubin, total 1.9 mg/dL, direct 0.4 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | total "
     "1.58 x ULN (limit 1.5), direct 1.33 x ULN (limit 1); 10 days before registration ? LB-07 x=1.9 mg/dL, "
     "r=1.58, y=0.4 mg/dL"),
    ("total above, direct not measured",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.9 mg/dL of1.2")], [NO_GILBERT]),
     "CANNOT TELL: Bilirubin, total 1.9 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "total 1.58 x ULN (limit 1.5); 10 days before registration ? LB-04 test=Bilirubin, direct, k=7a, "
     "first=2024-02-02, last=2024-03-01"),
    ("total above, direct too old",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.9 mg/dL of1.2"), sample("CHEM BILDIR 0.2 mg/dL of0.3",
         on="2024-01-20 08:00", line=2)], [NO_GILBERT]),
     "CANNOT TELL: Bilirubin, total 1.9 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "total 1.58 x ULN (limit 1.5); 10 days before registration ? LB-12 test=Bilirubin, direct, x=2024-01-20, n=41"),
    ("total above, direct without a limit",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.9 mg/dL of1.2", "CHEM BILDIR 0.4 mg/dL")], [NO_GILBERT]),
     "CANNOT TELL: Bilirubin, total 1.9 mg/dL, direct 0.4 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "total 1.58 x ULN (limit 1.5), direct ? x ULN (limit 1); 10 days before registration"),
    ("total without a limit, direct above its own",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.9 mg/dL", "CHEM BILDIR 0.4 mg/dL of0.3")], [NO_GILBERT]),
     "CANNOT TELL: Bilirubin, total 1.9 mg/dL, direct 0.4 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "total ? x ULN (limit 1.5), direct 1.33 x ULN (limit 1); 10 days before registration"),
    ("Gilbert, 2.9 mg/dL", lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 2.9 mg/dL of1.2")], [GILBERT]),
     "MET: Bilirubin, total 2.9 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | Gilbert's "
     "syndrome: total below 3.0 mg/dL decides; 10 days before registration"),
    ("Gilbert, 3.0 mg/dL", lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 3.0 mg/dL of1.2")], [GILBERT]),
     "NOT MET: Bilirubin, total 3.0 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "Gilbert's syndrome: total below 3.0 mg/dL decides; 10 days before registration ? LB-07 x=3.0 mg/dL, r=2.5, "
     "y=not known"),
    ("Gilbert, below 3.0 mg/dL by a sign",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI <3.0 mg/dL of1.2")], [GILBERT]),
     "MET: Bilirubin, total <3.0 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | Gilbert's "
     "syndrome: total below 3.0 mg/dL decides; 10 days before registration"),
    ("Gilbert, more than 2.9 mg/dL", lambda: judge.bilirubin(WHEN, [sample("CHEM BILI >2.9 mg/dL of1.2")], [GILBERT]),
     "CANNOT TELL: Bilirubin, total >2.9 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "Gilbert's syndrome: total below 3.0 mg/dL decides; 10 days before registration"),
    ("Gilbert, more than 3.0 mg/dL", lambda: judge.bilirubin(WHEN, [sample("CHEM BILI >3.0 mg/dL of1.2")], [GILBERT]),
     "NOT MET: Bilirubin, total >3.0 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "Gilbert's syndrome: total below 3.0 mg/dL decides; 10 days before registration ? LB-07 x=>3.0 mg/dL, r=2.5, "
     "y=not known"),
    ("Gilbert, a unit without a factor",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.0 furlongs of1.2")], [GILBERT]),
     "CANNOT TELL: Bilirubin, total 1.0 furlongs, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "Gilbert's syndrome: total below 3.0 mg/dL decides; 10 days before registration"),
    ("Gilbert not answered, the rules differ",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 2.5 mg/dL of1.2", "CHEM BILDIR 0.4 mg/dL of0.3")], [history()]),
     "CANNOT TELL: Bilirubin, total 2.5 mg/dL, direct 0.4 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "total 2.08 x ULN (limit 1.5), direct 1.33 x ULN (limit 1); Gilbert's syndrome unknown; 10 days before "
     "registration"),
    ("Gilbert not answered, direct not measured",
     lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 3.5 mg/dL of1.2")], [history()]),
     "CANNOT TELL: Bilirubin, total 3.5 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "total 2.92 x ULN (limit 1.5); Gilbert's syndrome unknown; 10 days before registration"),
    ("no history, either rule passes", lambda: judge.bilirubin(WHEN, [sample("CHEM BILI 1.0 mg/dL of1.2")], []),
     "MET: Bilirubin, total 1.0 mg/dL, direct not known | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | total 0.83 "
     "x ULN (limit 1.5); Gilbert's syndrome unknown; 10 days before registration"),
]  # fmt: skip

AST_AND_ALT: Cases = [
    ("no AST", lambda: judge.ast(WHEN, [], [LUNG], []),
     "CANNOT TELL: - | - | - | no result of AST from 2024-02-02 to 2024-03-01 ? LB-04 test=AST, k=7b, "
     "first=2024-02-02, last=2024-03-01"),
    ("no ALT", lambda: judge.alt(WHEN, [], [LUNG], []),
     "CANNOT TELL: - | - | - | no result of ALT from 2024-02-02 to 2024-03-01 ? LB-04 test=ALT, k=7c, "
     "first=2024-02-02, last=2024-03-01"),
    ("2.5 x ULN without liver metastases", lambda: judge.ast(WHEN, [sample("CHEM AST 100 U/L of40")], [LUNG], []),
     "MET: AST 100 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.5 x ULN 40, limit 2.5 (liver metastases: "
     "no); 10 days before registration"),
    ("just above 2.5 x ULN", lambda: judge.ast(WHEN, [sample("CHEM AST 100.1 U/L of40")], [LUNG], []),
     "NOT MET: AST 100.1 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.5 x ULN 40, limit 2.5 (liver "
     "metastases: no); 10 days before registration ? LB-08 test=AST, r=2.5, limit=2.5, liver=no"),
    ("5 x ULN with liver metastases", lambda: judge.alt(WHEN, [sample("CHEM ALT 200 U/L of40")], [LIVER], []),
     "MET: ALT 200 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 5 x ULN 40, limit 5 (liver metastases: "
     "yes); 10 days before registration"),
    ("above 5 x ULN with liver metastases", lambda: judge.alt(WHEN, [sample("CHEM ALT 240 U/L of40")], [LIVER], []),
     "NOT MET: ALT 240 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 6 x ULN 40, limit 5 (liver metastases: "
     "yes); 10 days before registration ? LB-08 test=ALT, r=6, limit=5, liver=yes"),
    ("sites not entered, between the limits",
     lambda: judge.alt(WHEN, [sample("CHEM ALT 120 U/L of40")], [history()], []),
     "CANNOT TELL: ALT 120 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 3 x ULN 40, limit 2.5 (liver "
     "metastases: not known); 10 days before registration"),
    ("sites not entered, above both", lambda: judge.alt(WHEN, [sample("CHEM ALT 240 U/L of40")], [], []),
     "NOT MET: ALT 240 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 6 x ULN 40, limit 2.5 (liver "
     "metastases: not known); 10 days before registration ? LB-08 test=ALT, r=6, limit=2.5, liver=not known"),
    ("no upper limit", lambda: judge.ast(WHEN, [sample("CHEM AST 80 U/L")], [LUNG], []),
     "CANNOT TELL: AST 80 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | ? x ULN not known, limit 2.5 (liver "
     "metastases: no); 10 days before registration"),
    ("less than the limit by a sign", lambda: judge.ast(WHEN, [sample("CHEM AST <100 U/L of40")], [LUNG], []),
     "MET: AST <100 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.5 x ULN 40, limit 2.5 (liver metastases: "
     "no); 10 days before registration"),
    ("less than a little more", lambda: judge.ast(WHEN, [sample("CHEM AST <100.1 U/L of40")], [LUNG], []),
     "CANNOT TELL: AST <100.1 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.5 x ULN 40, limit 2.5 (liver "
     "metastases: no); 10 days before registration"),
    ("more than the limit", lambda: judge.ast(WHEN, [sample("CHEM AST >100 U/L of40")], [LUNG], []),
     "NOT MET: AST >100 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.5 x ULN 40, limit 2.5 (liver "
     "metastases: no); 10 days before registration ? LB-08 test=AST, r=2.5, limit=2.5, liver=no"),
    ("more than a little less", lambda: judge.ast(WHEN, [sample("CHEM AST >99.9 U/L of40")], [LUNG], []),
     "CANNOT TELL: AST >99.9 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.5 x ULN 40, limit 2.5 (liver "
     "metastases: no); 10 days before registration"),
    ("a non-target in the liver",
     lambda: judge.ast(WHEN, [sample("CHEM AST 200 U/L of40")], [], [record("TLB", role="NON-TARGET",
         organ="LIVER")]),
     "MET: AST 200 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 5 x ULN 40, limit 5 (liver metastases: "
     "yes); 10 days before registration"),
    ("a target elsewhere says nothing of the liver",
     lambda: judge.ast(WHEN, [sample("CHEM AST 120 U/L of40")], [history()], [record("TLB", role="TARGET",
         organ="LUNG")]),
     "CANNOT TELL: AST 120 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 3 x ULN 40, limit 2.5 (liver "
     "metastases: not known); 10 days before registration"),
    ("no metastasis", lambda: judge.ast(WHEN, [sample("CHEM AST 120 U/L of40")], [history(any_metastasis="N")], []),
     "NOT MET: AST 120 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 3 x ULN 40, limit 2.5 (liver "
     "metastases: no); 10 days before registration ? LB-08 test=AST, r=3, limit=2.5, liver=no"),
]  # fmt: skip

CREATININE: Cases = [
    ("no creatinine", lambda: judge.creatinine(WHEN, [], [person()], []),
     "CANNOT TELL: - | - | - | no result of Creatinine from 2024-02-02 to 2024-03-01 ? LB-04 test=Creatinine, "
     "k=8, first=2024-02-02, last=2024-03-01"),
    ("1.50 mg/dL", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.50 mg/dL")], [person()], []),
     "MET: Creatinine 1.50 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.50 mg/dL, limit 1.5; 10 days "
     "before registration"),
    ("100 umol/L", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 100 umol/L")], [person()], []),
     "MET: Creatinine 100 umol/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.131 mg/dL, limit 1.5; 10 days "
     "before registration"),
    ("150 umol/L, man of 45", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 150 umol/L")], [person()], []),
     "MET: Creatinine 150 umol/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.696 mg/dL is above 1.5; eGFR "
     "(CKD-EPI 2021) 50.2 mL/min/1.73 m2, 50 expected; 10 days before registration"),
    ("a unit without a factor", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.2 furlongs")], [person()], []),
     "CANNOT TELL: Creatinine 1.2 furlongs | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | the unit has no factor "
     "to mg/dL; 10 days before registration"),
    ("less than 1.5", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT <1.5 mg/dL")], [person()], []),
     "MET: Creatinine <1.5 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.5 mg/dL, limit 1.5; 10 days "
     "before registration"),
    ("less than 1.6", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT <1.6 mg/dL")], [person()], []),
     "CANNOT TELL: Creatinine <1.6 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.6 mg/dL, limit 1.5; 10 "
     "days before registration"),
    ("more than 1.6", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT >1.6 mg/dL")], [person()], []),
     "CANNOT TELL: Creatinine >1.6 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.6 mg/dL, limit 1.5; 10 "
     "days before registration"),
    ("1.6, nobody entered", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.6 mg/dL")], [], []),
     "CANNOT TELL: Creatinine 1.6 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.6 mg/dL, limit 1.5; eGFR "
     "needs sex and birth date; 10 days before registration"),
    ("1.6, no birth date", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.6 mg/dL")], [person(birth=None)], []),
     "CANNOT TELL: Creatinine 1.6 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.6 mg/dL, limit 1.5; eGFR "
     "needs sex and birth date; 10 days before registration"),
    ("1.6, sex not entered", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.6 mg/dL")], [person(None)], []),
     "CANNOT TELL: Creatinine 1.6 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.6 mg/dL, limit 1.5; eGFR "
     "needs sex and birth date; 10 days before registration"),
    ("1.6, man of 45", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.6 mg/dL")], [person()], []),
     "MET: Creatinine 1.6 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.6 mg/dL is above 1.5; eGFR "
     "(CKD-EPI 2021) 53.8 mL/min/1.73 m2, 50 expected; 10 days before registration"),
    ("1.7, man of 60", lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.7 mg/dL")], [MAN_OF_60], []),
     "NOT MET: Creatinine 1.7 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.7 mg/dL is above 1.5; eGFR "
     "(CKD-EPI 2021) 45.6 mL/min/1.73 m2, 50 expected; 10 days before registration ? LB-09 x=1.7, e=45.6"),
    ("1.731, born in 1982",
     lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.731 mg/dL")], [person(birth="1982")], []),
     "CANNOT TELL: Creatinine 1.731 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.731 mg/dL is above "
     "1.5; eGFR (CKD-EPI 2021) 49.9 to 50.2 mL/min/1.73 m2, 50 expected; 10 days before registration"),
    ("1.731, born in 1982, of 2.4 m2",
     lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.731 mg/dL")], [person(birth="1982")], [size(185, 117)]),
     "CANNOT TELL: Creatinine 1.731 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.731 mg/dL is above "
     "1.5; eGFR (CKD-EPI 2021) 49.9 to 50.2 mL/min/1.73 m2, 50 expected; 70.7 mL/min at 2.452 m2; 10 days before "
     "registration"),
    ("1.7, man of 60, of 2.45 m2",
     lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.7 mg/dL")], [MAN_OF_60], [size(185, 117)]),
     "NOT MET: Creatinine 1.7 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.7 mg/dL is above 1.5; eGFR "
     "(CKD-EPI 2021) 45.6 mL/min/1.73 m2, 50 expected; 64.6 mL/min at 2.452 m2; 10 days before registration ? "
     "LB-09 both e=45.6, d=64.6, area=2.452"),
    ("1.7, man of 60, of 1.44 m2",
     lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.7 mg/dL")], [MAN_OF_60], [size(150, 50)]),
     "NOT MET: Creatinine 1.7 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.7 mg/dL is above 1.5; eGFR "
     "(CKD-EPI 2021) 45.6 mL/min/1.73 m2, 50 expected; 38 mL/min at 1.443 m2; 10 days before registration ? LB-09 "
     "x=1.7, e=45.6"),
    ("1.6, man of 45, of 1.44 m2",
     lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.6 mg/dL")], [person()], [size(150, 50)]),
     "MET: Creatinine 1.6 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.6 mg/dL is above 1.5; eGFR "
     "(CKD-EPI 2021) 53.8 mL/min/1.73 m2, 50 expected; 44.9 mL/min at 1.443 m2; 10 days before registration ? "
     "LB-09 both e=53.8, d=44.9, area=1.443"),
    ("height alone",
     lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.7 mg/dL")], [MAN_OF_60], [measured("2024-02-20",
         height=185)]),
     "NOT MET: Creatinine 1.7 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.7 mg/dL is above 1.5; eGFR "
     "(CKD-EPI 2021) 45.6 mL/min/1.73 m2, 50 expected; 10 days before registration ? LB-09 x=1.7, e=45.6"),
    ("height and weight of two days, one of them later",
     lambda: judge.creatinine(WHEN, [sample("CHEM CREAT 1.7 mg/dL")], [MAN_OF_60], [measured("2024-02-01",
         height=185), measured("2024-02-20", weight=117, line=2), measured("2024-02-21", weight=60, line=3)]),
     "NOT MET: Creatinine 1.7 mg/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.7 mg/dL is above 1.5; eGFR "
     "(CKD-EPI 2021) 45.6 mL/min/1.73 m2, 50 expected; 64.6 mL/min at 2.452 m2; 10 days before registration ? "
     "LB-09 both e=45.6, d=64.6, area=2.452"),
]  # fmt: skip


ALL = [*WHAT_COUNTS, *BILIRUBIN, *AST_AND_ALT, *CREATININE]


@pytest.mark.parametrize(("words", "found", "expected"), ALL, ids=[case[0] for case in ALL])
def test_the_words_of_a_judgement(words: str, found: Callable[[], Judgement], expected: str) -> None:
    assert told(found()) == expected
