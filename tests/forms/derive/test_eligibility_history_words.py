"""Exclusions 1, 3, 5, 7, 8 and 11 to 14: the evidence and the question of every judgement, word by word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from forms.derive import eligibility_history as judge
from forms.derive.eligibility import Anchors, Judgement
from tests.forms.casebooks import record
from tests.forms.derive.test_eligibility_history import THYROIDITIS, WHEN, condition, drug, operation, steroid
from tests.forms.derive.told import told

Cases = list[tuple[str, Callable[[], Judgement], str]]

INFECTION: Cases = [
    ("date not entered", lambda: judge.infection(Anchors(), []),
     "CANNOT TELL: - | - | - | the date of this form is not entered"),
    ("no medication", lambda: judge.infection(WHEN, []),
     "MANUAL: - | - | - | no anti-infective runs at registration"),
    ("oral antibiotic", lambda: judge.infection(WHEN, [drug("ANTIBIOTIC", "2024-02-25", name="amoxicillin")]),
     "NOT MET: amoxicillin | 2024-02-25 to now | CM.DRUG (line 1) | recorded ? IE-06 form=concomitant "
     "medications, n=1, text=amoxicillin, dates=2024-02-25 to now"),
    ("ended on the day of registration",
     lambda: judge.infection(WHEN, [drug("ANTIBIOTIC", "2024-02-20", "2024-03-01")]),
     "NOT MET: drug | 2024-02-20 to 2024-03-01 | CM.DRUG (line 1) | recorded ? IE-06 form=concomitant "
     "medications, n=1, text=drug, dates=2024-02-20 to 2024-03-01"),
    ("route not entered", lambda: judge.infection(WHEN, [drug("ANTIBIOTIC", "2024-02-25", route=None)]),
     "CANNOT TELL: drug | 2024-02-25 to now | CM.DRUG (line 1) | what is entered leaves it open"),
    ("of three the one that certainly runs",
     lambda: judge.infection(WHEN, [drug("ANTIBIOTIC", "2024-03"), drug("DIURETIC", "2024"), drug("ANTIBIOTIC",
         "2024-02-25", line=3)]),
     "NOT MET: drug | 2024-02-25 to now | CM.DRUG (line 3) | recorded ? IE-06 form=concomitant medications, n=3, "
     "text=drug, dates=2024-02-25 to now"),
    ("a drug without a name or dates",
     lambda: judge.infection(WHEN, [record("CM", class_flag="ANTIBIOTIC", route="ORAL")]),
     "CANNOT TELL: no name | unknown to unknown | CM.DRUG (line 1) | what is entered leaves it open"),
]  # fmt: skip

MALIGNANCY: Cases = [
    ("date of the form", lambda: judge.malignancy(Anchors(), []),
     "CANNOT TELL: - | - | - | the date of this form is not entered"),
    ("none", lambda: judge.malignancy(WHEN, []),
     "MANUAL: - | - | - | no other malignancy after 2019-03-01"),
    ("goes on since 2010", lambda: judge.malignancy(WHEN, [condition("MALIGNANCY", "2010", term="prostate cancer")]),
     "NOT MET: prostate cancer | 2010 to now | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, "
     "text=prostate cancer, dates=2010 to now"),
    ("began on the day after the limit, over, end not known",
     lambda: judge.malignancy(WHEN, [record("MH", term="tumour", category="MALIGNANCY", start="2019-03-02",
         ongoing="N")]),
     "NOT MET: tumour | 2019-03-02 to unknown | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, "
     "text=tumour, dates=2019-03-02 to unknown"),
    ("began on the limit, end not known",
     lambda: judge.malignancy(WHEN, [record("MH", term="tumour", category="MALIGNANCY", start="2019-03-01",
         ongoing="N")]),
     "CANNOT TELL: tumour | 2019-03-01 to unknown | MH.TERM (line 1) | what is entered leaves it open"),
    ("basal cell cancer",
     lambda: judge.malignancy(WHEN, [condition("MALIGNANCY", "2023", malignancy_exception="BASAL/SQUAMOUS SKIN")]),
     "MANUAL: - | - | - | no other malignancy after 2019-03-01"),
]  # fmt: skip

WOUND: Cases = [
    ("first dose not planned", lambda: judge.wound(Anchors(dt.date(2024, 3, 1)), []),
     "CANNOT TELL: - | - | - | the planned first dose is not entered"),
    ("no wound", lambda: judge.wound(WHEN, []),
     "MANUAL: - | - | - | no wound or fracture from 2024-02-05 on"),
    ("healed 27 days before", lambda: judge.wound(WHEN, [condition("WOUND_FRACTURE", "2023", "2024-02-06")]),
     "NOT MET: condition | 2023 to 2024-02-06 | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, "
     "text=condition, dates=2023 to 2024-02-06"),
    ("began and healed on the day of the limit",
     lambda: judge.wound(WHEN, [condition("WOUND_FRACTURE", "2024-02-05", "2024-02-05")]),
     "MANUAL: - | - | - | no wound or fracture from 2024-02-05 on"),
    ("began after the first dose", lambda: judge.wound(WHEN, [condition("WOUND_FRACTURE", "2024-03-05")]),
     "MANUAL: - | - | - | no wound or fracture from 2024-02-05 on"),
    ("began on the day of the first dose", lambda: judge.wound(WHEN, [condition("WOUND_FRACTURE", "2024-03-04")]),
     "NOT MET: condition | 2024-03-04 to now | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, "
     "text=condition, dates=2024-03-04 to now"),
    ("a fracture on the day after the limit, over, end not known",
     lambda: judge.wound(WHEN, [record("MH", term="fracture", category="WOUND_FRACTURE", start="2024-02-06",
         ongoing="N")]),
     "NOT MET: fracture | 2024-02-06 to unknown | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, "
     "text=fracture, dates=2024-02-06 to unknown"),
    ("a disease that is no wound", lambda: judge.wound(WHEN, [condition("GENERAL", "2023")]),
     "MANUAL: - | - | - | no wound or fracture from 2024-02-05 on"),
]  # fmt: skip

ARTERIAL_EVENT: Cases = [
    ("first dose not planned yet", lambda: judge.arterial_event(Anchors(dt.date(2024, 3, 1)), []),
     "CANNOT TELL: - | - | - | the planned first dose is not entered"),
    ("no event", lambda: judge.arterial_event(WHEN, []),
     "MANUAL: - | - | - | no arterial event after 2023-09-04"),
    ("a day less than 6 months",
     lambda: judge.arterial_event(WHEN, [condition("ARTERIAL_TE", "2023-09-05", "2023-09-10", term="infarction")]),
     "NOT MET: infarction | 2023-09-05 to 2023-09-10 | MH.TERM (line 1) | recorded ? IE-06 form=medical history, "
     "n=1, text=infarction, dates=2023-09-05 to 2023-09-10"),
    ("on the day of the first dose", lambda: judge.arterial_event(WHEN, [condition("ARTERIAL_TE", "2024-03-04")]),
     "NOT MET: condition | 2024-03-04 to now | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, "
     "text=condition, dates=2024-03-04 to now"),
    ("the day after the first dose", lambda: judge.arterial_event(WHEN, [condition("ARTERIAL_TE", "2024-03-05")]),
     "MANUAL: - | - | - | no arterial event after 2023-09-04"),
    ("in September, open", lambda: judge.arterial_event(WHEN, [condition("ARTERIAL_TE", "2023-09", "2023-10")]),
     "CANNOT TELL: condition | 2023-09 to 2023-10 | MH.TERM (line 1) | what is entered leaves it open"),
    ("a disease that is no arterial event", lambda: judge.arterial_event(WHEN, [condition("GENERAL", "2024-01-10")]),
     "MANUAL: - | - | - | no arterial event after 2023-09-04"),
]  # fmt: skip

ALLERGY_AND_TUBERCULOSIS: Cases = [
    ("no allergy to a study drug",
     lambda: judge.hypersensitivity(WHEN, [condition("ALLERGY", "2020", term="penicillin")]),
     "MANUAL: - | - | - | no allergy to a study drug recorded"),
    ("Proleukin, as an allergy",
     lambda: judge.hypersensitivity(WHEN, [condition("ALLERGY", "2020", term="PROLEUKIN")]),
     "NOT MET: PROLEUKIN | 2020 to now | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, "
     "text=PROLEUKIN, dates=2020 to now"),
    ("nivolumab, but no allergy",
     lambda: judge.hypersensitivity(WHEN, [condition("GENERAL", "2020", term="nivolumab")]),
     "MANUAL: - | - | - | no allergy to a study drug recorded"),
    ("an allergy that is not named", lambda: judge.hypersensitivity(WHEN, [record("MH", category="ALLERGY")]),
     "MANUAL: - | - | - | no allergy to a study drug recorded"),
    ("no tuberculosis", lambda: judge.tuberculosis(WHEN, [condition("GENERAL", "1990")]),
     "MANUAL: - | - | - | no tuberculosis recorded"),
    ("tuberculosis in 1990", lambda: judge.tuberculosis(WHEN, [condition("TB", "1990", "1991", term="lung TB")]),
     "NOT MET: lung TB | 1990 to 1991 | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, text=lung "
     "TB, dates=1990 to 1991"),
]  # fmt: skip

SURGERY: Cases = [
    ("first dose not known", lambda: judge.surgery(Anchors(dt.date(2024, 3, 1)), [], []),
     "CANNOT TELL: - | - | - | the planned first dose is not entered"),
    ("procedures not entered", lambda: judge.surgery(WHEN, [], [record("PRYN", any_pr="Y")]),
     "CANNOT TELL: - | - | - | procedures are not entered"),
    ("no procedure", lambda: judge.surgery(WHEN, [], [record("PRYN", any_pr="N")]),
     "MET: - | - | PR.CATEGORY | no surgery recorded that is not minor"),
    ("12 days before, minor", lambda: judge.surgery(WHEN, [operation("2024-02-21", "Y")], []),
     "MET: - | - | PR.CATEGORY | no surgery recorded that is not minor"),
    ("12 days before", lambda: judge.surgery(WHEN, [operation("2024-02-21")], []),
     "NOT MET: resection | 2024-02-21 | PR.START (line 1) | 12 days before 2024-03-04, 28 expected ? IE-07 "
     "t=resection, x=2024-02-21, n=12"),
    ("40 days before", lambda: judge.surgery(WHEN, [operation("2024-01-24")], []),
     "MET: resection | 2024-01-24 | PR.START (line 1) | 40 days before 2024-03-04, 28 expected"),
    ("on the day of the first dose, in the operating theatre",
     lambda: judge.surgery(WHEN, [operation("2024-03-04")], []),
     "NOT MET: resection | 2024-03-04 | PR.START (line 1) | 0 days before 2024-03-04, 28 expected ? IE-07 "
     "t=resection, x=2024-03-04, n=0"),
    ("some day in February", lambda: judge.surgery(WHEN, [operation("2024-02")], []),
     "CANNOT TELL: resection | 2024-02 | PR.START (line 1) | an unknown number of days before 2024-03-04, 28 "
     "expected"),
    ("neither named nor dated", lambda: judge.surgery(WHEN, [record("PR", category="SURGERY", minor="N")], []),
     "CANNOT TELL: surgery | - | PR.START (line 1) | an unknown number of days before 2024-03-04, 28 expected"),
    ("12 days before, not named",
     lambda: judge.surgery(WHEN, [record("PR", category="SURGERY", minor="N", start="2024-02-21")], []),
     "NOT MET: surgery | 2024-02-21 | PR.START (line 1) | 12 days before 2024-03-04, 28 expected ? IE-07 "
     "t=surgery, x=2024-02-21, n=12"),
    ("the second of three",
     lambda: judge.surgery(WHEN, [operation("2024-01-24"), operation("2024-02-21"), operation("2024-02")], []),
     "NOT MET: resection | 2024-02-21 | PR.START (line 1) | 12 days before 2024-03-04, 28 expected ? IE-07 "
     "t=resection, x=2024-02-21, n=12"),
]  # fmt: skip

STEROIDS: Cases = [
    ("no first dose", lambda: judge.steroids(Anchors(dt.date(2024, 3, 1)), [], []),
     "CANNOT TELL: - | - | - | the planned first dose is not entered"),
    ("medications not entered", lambda: judge.steroids(WHEN, [], [record("CMYN", any_cm="Y")]),
     "CANNOT TELL: - | - | - | medications are not entered"),
    ("no medication at all", lambda: judge.steroids(WHEN, [], [record("CMYN", any_cm="N")]),
     "MET: no systemic steroid | 2024-03-04 | CM.PRED_EQUIV | 0 mg/day prednisone on 2024-03-04, at most 10 "
     "expected"),
    ("dexamethasone 4 mg", lambda: judge.steroids(WHEN, [steroid("dexamethasone", "4")], []),
     "NOT MET: dexamethasone 4 mg | 2024-03-04 | CM.PRED_EQUIV (line 1) | 26.7 mg/day prednisone on 2024-03-04, "
     "at most 10 expected"),
    ("two that add up, after a diuretic",
     lambda: judge.steroids(WHEN, [drug("DIURETIC", "2023"), steroid("prednisone", "6.0"), steroid("prednisolone",
         "5", line=3)], []),
     "NOT MET: prednisone 6 mg, prednisolone 5 mg | 2024-03-04 | CM.PRED_EQUIV (line 1), CM.PRED_EQUIV (line 3) | "
     "11 mg/day prednisone on 2024-03-04, at most 10 expected"),
    ("ended in March", lambda: judge.steroids(WHEN, [steroid("prednisone", "40", end="2024-03")], []),
     "CANNOT TELL: prednisone 40 mg | 2024-03-04 | CM.PRED_EQUIV (line 1) | at least 0 mg/day prednisone on "
     "2024-03-04, at most 10 expected"),
    ("ended in March, beside one that is over",
     lambda: judge.steroids(WHEN, [steroid("prednisone", "40", end="2024-02"), steroid("prednisone", "8"),
         steroid("prednisone", "8", end="2024-03")], []),
     "CANNOT TELL: prednisone 8 mg, prednisone 8 mg | 2024-03-04 | CM.PRED_EQUIV (line 1), CM.PRED_EQUIV (line 1) "
     "| at least 8 mg/day prednisone on 2024-03-04, at most 10 expected"),
    ("dose not known", lambda: judge.steroids(WHEN, [steroid("prednisone", None)], []),
     "CANNOT TELL: prednisone unknown dose | 2024-03-04 | CM.PRED_EQUIV (line 1) | at least 0 mg/day prednisone "
     "on 2024-03-04, at most 10 expected"),
    ("dose not known, unit known", lambda: judge.steroids(WHEN, [steroid("prednisone", None, unit="mg")], []),
     "CANNOT TELL: prednisone unknown dose mg | 2024-03-04 | CM.PRED_EQUIV (line 1) | at least 0 mg/day "
     "prednisone on 2024-03-04, at most 10 expected"),
    ("prednisone 10.001 mg", lambda: judge.steroids(WHEN, [steroid("prednisone", "10.001")], []),
     "NOT MET: prednisone 10.001 mg | 2024-03-04 | CM.PRED_EQUIV (line 1) | 10 mg/day prednisone on 2024-03-04, "
     "at most 10 expected"),
    ("dexamethasone 1 mg beside one that ended in March",
     lambda: judge.steroids(WHEN, [steroid("dexamethasone", "1"), steroid("prednisone", "40", end="2024-03",
         line=2)], []),
     "CANNOT TELL: dexamethasone 1 mg, prednisone 40 mg | 2024-03-04 | CM.PRED_EQUIV (line 1), CM.PRED_EQUIV "
     "(line 2) | at least 6.7 mg/day prednisone on 2024-03-04, at most 10 expected"),
    ("unit not known", lambda: judge.steroids(WHEN, [steroid("prednisone", "5", unit=None)], []),
     "CANNOT TELL: prednisone 5 | 2024-03-04 | CM.PRED_EQUIV (line 1) | at least 0 mg/day prednisone on "
     "2024-03-04, at most 10 expected"),
    ("route not known", lambda: judge.steroids(WHEN, [steroid("prednisone", "5", route=None)], []),
     "CANNOT TELL: prednisone 5 mg | 2024-03-04 | CM.PRED_EQUIV (line 1) | at least 0 mg/day prednisone on "
     "2024-03-04, at most 10 expected"),
    ("a dose not known, then one that is topical",
     lambda: judge.steroids(WHEN, [steroid("prednisone", None), steroid("betamethasone", "5", route="TOPICAL")], []),
     "CANNOT TELL: prednisone unknown dose | 2024-03-04 | CM.PRED_EQUIV (line 1) | at least 0 mg/day prednisone "
     "on 2024-03-04, at most 10 expected"),
    ("topical without a dose", lambda: judge.steroids(WHEN, [steroid("betamethasone", None, route="TOPICAL")], []),
     "MET: no systemic steroid | 2024-03-04 | CM.PRED_EQUIV | 0 mg/day prednisone on 2024-03-04, at most 10 "
     "expected"),
    ("a name that is no steroid, without a dose", lambda: judge.steroids(WHEN, [steroid("vitamin", None)], []),
     "MET: no systemic steroid | 2024-03-04 | CM.PRED_EQUIV | 0 mg/day prednisone on 2024-03-04, at most 10 "
     "expected"),
    ("no name and no dose",
     lambda: judge.steroids(WHEN, [record("CM", class_flag="STEROID", start="2024", ongoing="Y", route="ORAL")], []),
     "CANNOT TELL: no name unknown dose | 2024-03-04 | CM.PRED_EQUIV (line 1) | at least 0 mg/day prednisone on "
     "2024-03-04, at most 10 expected"),
    ("no dose, beside one of 10 mg",
     lambda: judge.steroids(WHEN, [steroid("prednisone", "10"), steroid("prednisone", None)], []),
     "CANNOT TELL: prednisone 10 mg, prednisone unknown dose | 2024-03-04 | CM.PRED_EQUIV (line 1), CM.PRED_EQUIV "
     "(line 1) | at least 10 mg/day prednisone on 2024-03-04, at most 10 expected"),
]  # fmt: skip

AUTOIMMUNE_DISEASE: Cases = [
    ("first dose missing", lambda: judge.autoimmune_disease(Anchors(dt.date(2024, 3, 1)), [], []),
     "CANNOT TELL: - | - | - | the planned first dose is not entered"),
    ("nothing", lambda: judge.autoimmune_disease(WHEN, [], []),
     "MANUAL: - | - | - | no autoimmune disease that needs treatment"),
    ("needs immunosuppression",
     lambda: judge.autoimmune_disease(WHEN, [condition("AUTOIMMUNE", "2020", term="colitis",
         on_immunosuppressant="Y")], []),
     "NOT MET: colitis | 2020 to now | MH.TERM (line 1) | recorded ? IE-06 form=medical history, n=1, "
     "text=colitis, dates=2020 to now"),
    ("need not answered",
     lambda: judge.autoimmune_disease(WHEN, [condition("AUTOIMMUNE", "2020", term="colitis")], []),
     "CANNOT TELL: colitis | 2020 to now | MH.TERM (line 1) | what is entered leaves it open"),
    ("need not answered, an immunosuppressant runs",
     lambda: judge.autoimmune_disease(WHEN, [condition("AUTOIMMUNE", "2020", term="colitis")],
         [drug("IMMUNOSUPPRESSANT", "2023", name="ciclosporin")]),
     "NOT MET: ciclosporin | 2023 to now | CM.DRUG (line 1) | recorded ? IE-06 form=concomitant medications, n=1, "
     "text=ciclosporin, dates=2023 to now"),
    ("an immunosuppressant that began in March",
     lambda: judge.autoimmune_disease(WHEN, [], [drug("IMMUNOSUPPRESSANT", "2024-03", name="ciclosporin")]),
     "CANNOT TELL: ciclosporin | 2024-03 to now | CM.DRUG (line 1) | what is entered leaves it open"),
    ("autoimmune disease with prednisone 10 mg of two lines",
     lambda: judge.autoimmune_disease(WHEN, [THYROIDITIS], [steroid("prednisone", "6"), steroid("prednisone", "4",
         line=2)]),
     "NOT MET: thyroiditis, 10 mg/day prednisone | 2024-03-04 | CM.PRED_EQUIV (line 1), CM.PRED_EQUIV (line 2) | "
     "less than 10 mg expected ? IE-06 form=medical history, n=1, text=thyroiditis with 10 mg/day prednisone, "
     "dates=2020 to now"),
    ("autoimmune disease that is over with prednisone 10 mg",
     lambda: judge.autoimmune_disease(WHEN, [condition("AUTOIMMUNE", "2020", "2021", on_immunosuppressant="N")],
         [steroid("prednisone", "10")]),
     "MANUAL: - | - | - | no autoimmune disease that needs treatment"),
    ("another disease with prednisone 10 mg",
     lambda: judge.autoimmune_disease(WHEN, [condition("GENERAL", "2020")], [steroid("prednisone", "10")]),
     "MANUAL: - | - | - | no autoimmune disease that needs treatment"),
    ("autoimmune disease with dexamethasone 2 mg",
     lambda: judge.autoimmune_disease(WHEN, [THYROIDITIS], [steroid("dexamethasone", "2")]),
     "NOT MET: thyroiditis, 13.3 mg/day prednisone | 2024-03-04 | CM.PRED_EQUIV (line 1) | less than 10 mg "
     "expected ? IE-06 form=medical history, n=1, text=thyroiditis with 13.3 mg/day prednisone, dates=2020 to now"),
]  # fmt: skip


ALL = [
    *INFECTION,
    *MALIGNANCY,
    *WOUND,
    *ARTERIAL_EVENT,
    *ALLERGY_AND_TUBERCULOSIS,
    *SURGERY,
    *STEROIDS,
    *AUTOIMMUNE_DISEASE,
]


@pytest.mark.parametrize(("words", "found", "expected"), ALL, ids=[case[0] for case in ALL])
def test_the_words_of_a_judgement(words: str, found: Callable[[], Judgement], expected: str) -> None:
    assert told(found()) == expected
