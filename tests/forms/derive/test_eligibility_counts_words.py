"""Inclusions 9 and 10: the evidence and the question of every judgement, word by word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forms.derive import eligibility_labs as judge
from forms.derive.eligibility import Judgement
from tests.forms.casebooks import record
from tests.forms.derive.test_eligibility_labs import WARFARIN, WHEN, drug, heart, sample
from tests.forms.derive.told import told

Cases = list[tuple[str, Callable[[], Judgement], str]]

BLOOD_COUNTS: Cases = [
    ("haemoglobin 8.9 g/dL", lambda: judge.haemoglobin(WHEN, [sample("HEM HGB 8.9 g/dL")]),
     "NOT MET: Haemoglobin 8.9 g/dL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 89 g/L, at least 90 expected; "
     "10 days before registration ? LB-10 test=Haemoglobin, x=8.9 g/dL, limit=90 g/L"),
    ("haemoglobin of urine", lambda: judge.haemoglobin(WHEN, []),
     "CANNOT TELL: - | - | - | no result of Haemoglobin from 2024-02-02 to 2024-03-01 ? LB-04 test=Haemoglobin, "
     "k=9a, first=2024-02-02, last=2024-03-01"),
    ("leukocytes 2.9", lambda: judge.leukocytes(WHEN, [sample("HEM WBC 2.9 10^3/uL")]),
     "NOT MET: Leukocytes 2.9 10^3/uL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.9 10^9/L, at least 3.0 "
     "expected; 10 days before registration ? LB-10 test=Leukocytes, x=2.9 10^3/uL, limit=3.0 10^9/L"),
    ("leukocytes not counted", lambda: judge.leukocytes(WHEN, []),
     "CANNOT TELL: - | - | - | no result of Leukocytes from 2024-02-02 to 2024-03-01 ? LB-04 test=Leukocytes, "
     "k=9c, first=2024-02-02, last=2024-03-01"),
    ("platelets 99", lambda: judge.platelets(WHEN, [sample("HEM PLAT 99 10^9/L")]),
     "NOT MET: Platelets 99 10^9/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 99 10^9/L, at least 100 "
     "expected; 10 days before registration ? LB-10 test=Platelets, x=99 10^9/L, limit=100 10^9/L"),
    ("platelets in a unit without a factor", lambda: judge.platelets(WHEN, [sample("HEM PLAT 100 furlongs")]),
     "CANNOT TELL: Platelets 100 furlongs | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | no standard value, at "
     "least 100 expected; 10 days before registration"),
    ("platelets without a unit", lambda: judge.platelets(WHEN, [sample("HEM PLAT 100")]),
     "CANNOT TELL: Platelets 100 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | no standard value, at least 100 "
     "expected; 10 days before registration"),
    ("platelets more than 20", lambda: judge.platelets(WHEN, [sample("HEM PLAT >20 10^9/L")]),
     "CANNOT TELL: Platelets >20 10^9/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 20 10^9/L, at least 100 "
     "expected; 10 days before registration"),
    ("leukocytes that have five decimals in the standard unit",
     lambda: judge.leukocytes(WHEN, [sample("HEM WBC 3000.16 /uL")]),
     "MET: Leukocytes 3000.16 /uL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 3.0002 10^9/L, at least 3.0 "
     "expected; 10 days before registration"),
]  # fmt: skip

NEUTROPHILS: Cases = [
    ("not counted", lambda: judge.neutrophils(WHEN, [], []),
     "CANNOT TELL: - | - | - | no result of Neutrophils (ANC) from 2024-02-02 to 2024-03-01 ? LB-04 "
     "test=Neutrophils (ANC), k=9b, first=2024-02-02, last=2024-03-01"),
    ("1000 per microlitre", lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1000 /uL")], []),
     "MET: Neutrophils (ANC) 1000 /uL | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1 10^9/L, at least 1.0 "
     "expected; 10 days before registration"),
    ("0.99", lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 0.99 10^9/L")], []),
     "NOT MET: Neutrophils (ANC) 0.99 10^9/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 0.99 10^9/L, at least "
     "1.0 expected; 10 days before registration ? LB-10 test=Neutrophils (ANC), x=0.99 10^9/L, limit=1.0 10^9/L"),
    ("more than 0.5", lambda: judge.neutrophils(WHEN, [sample("HEM NEUT >0.5 10^9/L")], []),
     "CANNOT TELL: Neutrophils (ANC) >0.5 10^9/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 0.5 10^9/L, at "
     "least 1.0 expected; 10 days before registration"),
    ("G-CSF goes on", lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1.5 10^9/L")], [drug("G-CSF", "2024-02-01")]),
     "NOT MET: Neutrophils (ANC) 1.5 10^9/L, filgrastim until now | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "1.5 10^9/L, at least 1.0 expected; 10 days before registration"),
    ("G-CSF ended 13 days before",
     lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1.5 10^9/L")], [drug("G-CSF", "2024-02-01", "2024-02-07")]),
     "CANNOT TELL: Neutrophils (ANC) 1.5 10^9/L, filgrastim until 2024-02-07 | 2024-02-20 | LAB.RESULT.VALUE "
     "(SCR, row 1) | 1.5 10^9/L, at least 1.0 expected; 10 days before registration"),
    ("G-CSF ended 14 days before",
     lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1.5 10^9/L")], [drug("G-CSF", "2024-02-01", "2024-02-06")]),
     "MET: Neutrophils (ANC) 1.5 10^9/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.5 10^9/L, at least 1.0 "
     "expected; 10 days before registration"),
    ("G-CSF began on the day of the sample",
     lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1.5 10^9/L")], [drug("G-CSF", "2024-02-20")]),
     "NOT MET: Neutrophils (ANC) 1.5 10^9/L, filgrastim until now | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "1.5 10^9/L, at least 1.0 expected; 10 days before registration"),
    ("G-CSF began the day after",
     lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1.5 10^9/L")], [drug("G-CSF", "2024-02-21")]),
     "MET: Neutrophils (ANC) 1.5 10^9/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.5 10^9/L, at least 1.0 "
     "expected; 10 days before registration"),
    ("G-CSF long over, after one that goes on",
     lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1.5 10^9/L")], [drug("G-CSF", "2024-02-01"), drug("G-CSF",
         "2023", "2023", drug="lenograstim")]),
     "NOT MET: Neutrophils (ANC) 1.5 10^9/L, filgrastim until now | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "1.5 10^9/L, at least 1.0 expected; 10 days before registration"),
    ("0.9 under G-CSF, after a diuretic",
     lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 0.9 10^9/L")], [drug("DIURETIC", "2024-02-01"), drug("G-CSF",
         "2024-02-01")]),
     "NOT MET: Neutrophils (ANC) 0.9 10^9/L, filgrastim until now | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | "
     "0.9 10^9/L, at least 1.0 expected; 10 days before registration ? LB-10 test=Neutrophils (ANC), x=0.9 "
     "10^9/L, limit=1.0 10^9/L"),
    ("G-CSF without an answer whether it goes on",
     lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1.5 10^9/L")], [record("CM", drug="filgrastim",
         class_flag="G-CSF", start="2024-01", end="2024-01")]),
     "CANNOT TELL: Neutrophils (ANC) 1.5 10^9/L, filgrastim until 2024-01 | 2024-02-20 | LAB.RESULT.VALUE (SCR, "
     "row 1) | 1.5 10^9/L, at least 1.0 expected; 10 days before registration"),
    ("G-CSF began on some day of the month and goes on",
     lambda: judge.neutrophils(WHEN, [sample("HEM NEUT 1.5 10^9/L")], [drug("G-CSF", "2024-02")]),
     "CANNOT TELL: Neutrophils (ANC) 1.5 10^9/L, filgrastim until now | 2024-02-20 | LAB.RESULT.VALUE (SCR, row "
     "1) | 1.5 10^9/L, at least 1.0 expected; 10 days before registration"),
]  # fmt: skip

INR: Cases = [
    ("less than 1.65, which is the limit", lambda: judge.coagulation(WHEN, [sample("COAG INR <1.65 of1.1")], [], []),
     "MET: INR <1.65 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.5 x ULN 1.1, below 1.5 expected; 10 days "
     "before registration"),
    ("less than 1.66", lambda: judge.coagulation(WHEN, [sample("COAG INR <1.66 of1.1")], [], []),
     "CANNOT TELL: INR <1.66 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.51 x ULN 1.1, below 1.5 expected; "
     "no anticoagulant recorded; 10 days before registration"),
    ("more than 1.64", lambda: judge.coagulation(WHEN, [sample("COAG INR >1.64 of1.1")], [], []),
     "CANNOT TELL: INR >1.64 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.49 x ULN 1.1, below 1.5 expected; "
     "no anticoagulant recorded; 10 days before registration"),
    ("more than 1.65", lambda: judge.coagulation(WHEN, [sample("COAG INR >1.65 of1.1")], [], []),
     "NOT MET: INR >1.65 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.5 x ULN 1.1, below 1.5 expected; no "
     "anticoagulant recorded; 10 days before registration ? LB-11 x=>1.65, r=1.5"),
    ("no INR", lambda: judge.coagulation(WHEN, [], [], []),
     "CANNOT TELL: - | - | - | no result of INR from 2024-02-02 to 2024-03-01 ? LB-04 test=INR, k=10, "
     "first=2024-02-02, last=2024-03-01"),
    ("1.49 x ULN", lambda: judge.coagulation(WHEN, [sample("COAG INR 1.639 of1.1")], [], []),
     "MET: INR 1.639 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.49 x ULN 1.1, below 1.5 expected; 10 days "
     "before registration"),
    ("exactly 1.5 x ULN", lambda: judge.coagulation(WHEN, [sample("COAG INR 1.65 of1.1")], [], []),
     "NOT MET: INR 1.65 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 1.5 x ULN 1.1, below 1.5 expected; no "
     "anticoagulant recorded; 10 days before registration ? LB-11 x=1.65, r=1.5"),
    ("a wide range", lambda: judge.coagulation(WHEN, [sample("COAG INR 1.2 of3.0")], [], []),
     "MET: INR 1.2 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 0.4 x ULN 3.0, below 1.5 expected; 10 days "
     "before registration ? LB-11 range uln=3.0"),
    ("a range up to 1.3", lambda: judge.coagulation(WHEN, [sample("COAG INR 1.2 of1.3")], [], []),
     "MET: INR 1.2 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 0.92 x ULN 1.3, below 1.5 expected; 10 days "
     "before registration"),
    ("a range up to 1.31", lambda: judge.coagulation(WHEN, [sample("COAG INR 1.2 of1.31")], [], []),
     "MET: INR 1.2 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 0.92 x ULN 1.31, below 1.5 expected; 10 days "
     "before registration ? LB-11 range uln=1.31"),
    ("no upper limit of INR", lambda: judge.coagulation(WHEN, [sample("COAG INR 1.0")], [], []),
     "CANNOT TELL: INR 1.0 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | ? x ULN not known, below 1.5 expected; "
     "no anticoagulant recorded; 10 days before registration"),
    ("no upper limit, on stable warfarin",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 1.0")], [WARFARIN], [heart("Y")]),
     "MET: INR 1.0 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | ? x ULN not known, below 1.5 expected; on "
     "warfarin; 10 days before registration"),
    ("on stable warfarin",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [drug("DIURETIC", "2023", drug="furosemide"),
         WARFARIN], [heart("Y")]),
     "MET: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; on "
     "warfarin; 10 days before registration"),
    ("on unstable warfarin",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [WARFARIN], [heart("N")]),
     "NOT MET: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; on "
     "warfarin; 10 days before registration ? LB-11 unstable x=2.5, r=2.27"),
    ("stability not answered",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [WARFARIN], [heart(None)]),
     "CANNOT TELL: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; on "
     "warfarin; 10 days before registration"),
    ("stable, but no anticoagulant",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [], [heart("Y")]),
     "NOT MET: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; no "
     "anticoagulant recorded; 10 days before registration ? LB-11 x=2.5, r=2.27"),
    ("warfarin ended the day before",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [drug("ANTICOAGULANT", "2023", "2024-02-19",
         drug="warfarin")], [heart("Y")]),
     "NOT MET: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; no "
     "anticoagulant recorded; 10 days before registration ? LB-11 x=2.5, r=2.27"),
    ("warfarin ended on the day",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [drug("ANTICOAGULANT", "2023", "2024-02-20",
         drug="warfarin")], [heart("Y")]),
     "MET: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; on "
     "warfarin; 10 days before registration"),
    ("warfarin begun the day after",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [drug("ANTICOAGULANT", "2024-02-21",
         drug="warfarin")], [heart("Y")]),
     "NOT MET: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; no "
     "anticoagulant recorded; 10 days before registration ? LB-11 x=2.5, r=2.27"),
    ("warfarin begun on the day",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [drug("ANTICOAGULANT", "2024-02-20",
         drug="warfarin")], [heart("Y")]),
     "MET: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; on "
     "warfarin; 10 days before registration"),
    ("stability answered after the first dose",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [WARFARIN], [record("CARD", "SCR",
         assess_date="2024-03-05", anticoag_stable="Y")]),
     "CANNOT TELL: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; on "
     "warfarin; 10 days before registration"),
    ("the last answer on stability in time, not in line",
     lambda: judge.coagulation(WHEN, [sample("COAG INR 2.5 of1.1")], [WARFARIN], [record("CARD", "SCR",
         assess_date="2024-02-25", anticoag_stable="N"), record("CARD", "SCR", line=2, assess_date="2024-02-20",
         anticoag_stable="Y")]),
     "NOT MET: INR 2.5 | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 1) | 2.27 x ULN 1.1, below 1.5 expected; on "
     "warfarin; 10 days before registration ? LB-11 unstable x=2.5, r=2.27"),
]  # fmt: skip


ALL = [*BLOOD_COUNTS, *NEUTROPHILS, *INR]


@pytest.mark.parametrize(("words", "found", "expected"), ALL, ids=[case[0] for case in ALL])
def test_the_words_of_a_judgement(words: str, found: Callable[[], Judgement], expected: str) -> None:
    assert told(found()) == expected
