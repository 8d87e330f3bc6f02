"""Inclusions 3, 4 and 14, exclusions 4 and 15: the evidence and the question of every judgement, word by word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from forms.derive import eligibility_disease as judge
from forms.derive.eligibility import Anchors, Judgement
from tests.forms.casebooks import record
from tests.forms.derive.test_eligibility_disease import WHEN, agent, brain, history, left, line, progressed
from tests.forms.derive.told import told

Cases = list[tuple[str, Callable[[], Judgement], str]]

EXPOSURE: Cases = [
    ("no line", lambda: judge.exposure(WHEN, [history()]),
     "CANNOT TELL: - | - | - | no line of anti-PD-1 with first and last dose"),
    ("63 days, the interval adds nothing",
     lambda: judge.exposure(WHEN, [history(PD1=[line("2023-01-02", "2023-03-06", dosing_interval_weeks="3")])]),
     "MET: Pembrolizumab | 2023-01-02 to 2023-03-06 | DH.PD1.LAST_DOSE (SCR, row 1) | 63 days = 9 weeks; at least "
     "42 days (6 weeks) expected"),
    ("41 days", lambda: judge.exposure(WHEN, [history(PD1=[line("2023-01-02", "2023-02-12")])]),
     "NOT MET: Pembrolizumab | 2023-01-02 to 2023-02-12 | DH.PD1.LAST_DOSE (SCR, row 1) | 41 days = 5.9 weeks; at "
     "least 42 days (6 weeks) expected ? IE-02 n=41, first=2023-01-02, last=2023-02-12"),
    ("10 days with an interval of 6 weeks",
     lambda: judge.exposure(WHEN, [history(PD1=[line("2023-01-02", "2023-01-12", dosing_interval_weeks="6")])]),
     "NOT MET: Pembrolizumab | 2023-01-02 to 2023-01-12 | DH.PD1.LAST_DOSE (SCR, row 1) | 10 days = 1.4 weeks; at "
     "least 42 days (6 weeks) expected; 7.4 weeks with the dosing interval of 6 ? IE-02 n=10, first=2023-01-02, "
     "last=2023-01-12"),
    ("January to March, days unknown",
     lambda: judge.exposure(WHEN, [history(PD1=[{"first_dose": "2023-01", "last_dose": "2023-03"}])]),
     "CANNOT TELL: anti-PD-1 | 2023-01 to 2023-03 | DH.PD1.LAST_DOSE (SCR, row 1) | 29 to 89 days = 4.1 to 12.7 "
     "weeks; at least 42 days (6 weeks) expected"),
    ("the longer of two lines is shown",
     lambda: judge.exposure(WHEN, [history(PD1=[line("2022-01-02", "2022-01-30"), line("2023-01-02",
         "2023-02-01")])]),
     "NOT MET: Pembrolizumab | 2023-01-02 to 2023-02-01 | DH.PD1.LAST_DOSE (SCR, row 2) | 30 days = 4.3 weeks; at "
     "least 42 days (6 weeks) expected ? IE-02 n=30, first=2023-01-02, last=2023-02-01"),
    ("of two as long by the days that are sure, the one that may be longer",
     lambda: judge.exposure(WHEN, [history(PD1=[line("2023-01-31", "2023-02-28"), line("2023-01", "2023-02-28")])]),
     "CANNOT TELL: Pembrolizumab | 2023-01 to 2023-02-28 | DH.PD1.LAST_DOSE (SCR, row 2) | 28 to 58 days = 4 to "
     "8.3 weeks; at least 42 days (6 weeks) expected"),
    ("42 days at most", lambda: judge.exposure(WHEN, [history(PD1=[line("2023-01", "2023-02-12")])]),
     "CANNOT TELL: Pembrolizumab | 2023-01 to 2023-02-12 | DH.PD1.LAST_DOSE (SCR, row 1) | 12 to 42 days = 1.7 to "
     "6 weeks; at least 42 days (6 weeks) expected"),
    ("of two the one that leaves it open, not the surer",
     lambda: judge.exposure(WHEN, [history(PD1=[line("2023-01-02", "2023-02-01"), line("2022-01", "2022-02-20")])]),
     "CANNOT TELL: Pembrolizumab | 2022-01 to 2022-02-20 | DH.PD1.LAST_DOSE (SCR, row 2) | 20 to 50 days = 2.9 to "
     "7.1 weeks; at least 42 days (6 weeks) expected"),
]  # fmt: skip

PROGRESSION: Cases = [
    ("no line of anti-PD-1", lambda: judge.progression(WHEN, [history()]),
     "CANNOT TELL: - | - | - | no line of anti-PD-1"),
    ("two kinds of progression",
     lambda: judge.progression(WHEN, [history(PD1=[progressed("Y", "RADIOGRAPHIC|CLINICAL")])]),
     "MET: documented, clinical and radiographic | 2024-01 | DH.PD1.PROGRESSION_DOCUMENTED (SCR, row 1) | on "
     "Pembrolizumab from 2023-01-02"),
    ("not documented", lambda: judge.progression(WHEN, [history(PD1=[progressed("N", None, None)])]),
     "NOT MET: not documented | - | DH.PD1.PROGRESSION_DOCUMENTED (SCR, row 1) | on Pembrolizumab from 2023-01-02"),
    ("documented, no type", lambda: judge.progression(WHEN, [history(PD1=[progressed("Y", None)])]),
     "CANNOT TELL: documented | 2024-01 | DH.PD1.PROGRESSION_DOCUMENTED (SCR, row 1) | on Pembrolizumab from "
     "2023-01-02"),
    ("agent, answer and dates not entered", lambda: judge.progression(WHEN, [history(PD1=[{}])]),
     "CANNOT TELL: not answered | - | DH.PD1.PROGRESSION_DOCUMENTED (SCR, row 1) | on anti-PD-1 from an unknown "
     "date"),
    ("documented, no day of the first dose",
     lambda: judge.progression(WHEN, [history(PD1=[{"agent": "NIVOLUMAB", "progression_documented": "Y",
         "progression_type": "CLINICAL", "progression_date": "2024-01"}])]),
     "CANNOT TELL: documented, clinical | 2024-01 | DH.PD1.PROGRESSION_DOCUMENTED (SCR, row 1) | on Nivolumab "
     "from an unknown date"),
    ("on the day of the first dose",
     lambda: judge.progression(WHEN, [history(PD1=[progressed("Y", date="2023-01-02")])]),
     "MET: documented, radiographic | 2023-01-02 | DH.PD1.PROGRESSION_DOCUMENTED (SCR, row 1) | on Pembrolizumab "
     "from 2023-01-02"),
    ("on the first of two lines",
     lambda: judge.progression(WHEN, [history(PD1=[progressed("Y"), progressed("N", None, None)])]),
     "MET: documented, radiographic | 2024-01 | DH.PD1.PROGRESSION_DOCUMENTED (SCR, row 1) | on Pembrolizumab "
     "from 2023-01-02"),
    ("on the second of two lines",
     lambda: judge.progression(WHEN, [history(PD1=[progressed("N", None, None), progressed("Y")])]),
     "MET: documented, radiographic | 2024-01 | DH.PD1.PROGRESSION_DOCUMENTED (SCR, row 2) | on Pembrolizumab "
     "from 2023-01-02"),
]  # fmt: skip

RECENCY: Cases = [
    ("date of the form not entered",
     lambda: judge.recency(Anchors(), [history(PD1=[line("2022-01-02", "2023-11-02")])]),
     "CANNOT TELL: - | - | - | the date of this form is not entered"),
    ("no last dose", lambda: judge.recency(WHEN, [history(PD1=[line("2022-01-02", None)])]),
     "CANNOT TELL: - | - | - | no line of anti-PD-1 with a last dose"),
    ("20 August 2023", lambda: judge.recency(WHEN, [history(PD1=[line("2022-01-02", "2023-08-20")])]),
     "NOT MET: Pembrolizumab | 2023-08-20 | DH.PD1.LAST_DOSE (SCR, row 1) | 6 months 10 days before 2024-03-01; "
     "not before 2023-09-01 expected ? IE-04 x=2023-08-20, limit=2023-09-01, reg=2024-03-01"),
    ("on the day of registration", lambda: judge.recency(WHEN, [history(PD1=[line("2022-01-02", "2024-03-01")])]),
     "MET: Pembrolizumab | 2024-03-01 | DH.PD1.LAST_DOSE (SCR, row 1) | 0 months 0 days before 2024-03-01; not "
     "before 2023-09-01 expected"),
    ("the day after registration", lambda: judge.recency(WHEN, [history(PD1=[line("2022-01-02", "2024-03-02")])]),
     "MET: Pembrolizumab | 2024-03-02 | DH.PD1.LAST_DOSE (SCR, row 1) | 0 months before 2024-03-01; not before "
     "2023-09-01 expected"),
    ("year known, on both sides", lambda: judge.recency(WHEN, [history(PD1=[line("2022-01-02", "2023")])]),
     "CANNOT TELL: Pembrolizumab | 2023 | DH.PD1.LAST_DOSE (SCR, row 1) | an unknown number of months before "
     "2024-03-01; not before 2023-09-01 expected"),
    ("the latest of three lines",
     lambda: judge.recency(WHEN, [history(PD1=[line("2021", "2022-01"), line("2023", "2023-12-05"), line("2022",
         "2023-10-01")])]),
     "MET: Pembrolizumab | 2023-12-05 | DH.PD1.LAST_DOSE (SCR, row 2) | 2 months 25 days before 2024-03-01; not "
     "before 2023-09-01 expected"),
    ("of two the one that may be later",
     lambda: judge.recency(WHEN, [history(PD1=[line("2023", "2023-12-05"), line("2022", "2023-12")])]),
     "MET: Pembrolizumab | 2023-12 | DH.PD1.LAST_DOSE (SCR, row 2) | an unknown number of months before "
     "2024-03-01; not before 2023-09-01 expected"),
    ("of two that may end on the same day, the surer",
     lambda: judge.recency(WHEN, [history(PD1=[line("2023", "2023-12-31"), line("2022", "2023-12")])]),
     "MET: Pembrolizumab | 2023-12-31 | DH.PD1.LAST_DOSE (SCR, row 1) | 2 months 1 days before 2024-03-01; not "
     "before 2023-09-01 expected"),
]  # fmt: skip

DISEASE: Cases = [
    ("no history entered", lambda: judge.disease(WHEN, []),
     "CANNOT TELL: - | - | - | disease history is not entered"),
    ("melanoma of stage IV",
     lambda: judge.disease(WHEN, [history(tumour_type="MELANOMA", histology_confirmed="Y", current_stage="IV")]),
     "MET: Melanoma, stage IV | - | DH.CURRENT_STAGE (SCR) | histology confirmed; stage IV, or III and "
     "unresectable, expected"),
    ("unresectable IIIC",
     lambda: judge.disease(WHEN, [history(tumour_type="RENAL CELL CARCINOMA", histology_confirmed="Y",
         current_stage="IIIC", unresectable="Y")]),
     "MET: Renal cell carcinoma, stage IIIC, unresectable | - | DH.CURRENT_STAGE (SCR) | histology confirmed; "
     "stage IV, or III and unresectable, expected"),
    ("resectable IIIA, not confirmed",
     lambda: judge.disease(WHEN, [history(tumour_type="RENAL CELL CARCINOMA", histology_confirmed="N",
         current_stage="IIIA", unresectable="N")]),
     "NOT MET: Renal cell carcinoma, stage IIIA, resectable | - | DH.CURRENT_STAGE (SCR) | histology not "
     "confirmed; stage IV, or III and unresectable, expected"),
    ("unresectable IIID",
     lambda: judge.disease(WHEN, [history(tumour_type="MELANOMA", histology_confirmed="Y", current_stage="IIID",
         unresectable="Y")]),
     "MET: Melanoma, stage IIID, unresectable | - | DH.CURRENT_STAGE (SCR) | histology confirmed; stage IV, or "
     "III and unresectable, expected"),
    ("unresectable IIIB, tumour not entered",
     lambda: judge.disease(WHEN, [history(histology_confirmed="Y", current_stage="IIIB", unresectable="Y")]),
     "CANNOT TELL: tumour not entered, stage IIIB, unresectable | - | DH.CURRENT_STAGE (SCR) | histology "
     "confirmed; stage IV, or III and unresectable, expected"),
    ("nothing entered", lambda: judge.disease(WHEN, [history()]),
     "CANNOT TELL: tumour not entered, stage not entered | - | DH.CURRENT_STAGE (SCR) | histology not answered; "
     "stage IV, or III and unresectable, expected"),
]  # fmt: skip

RESIDUAL_TOXICITY: Cases = [
    ("medical history not entered", lambda: judge.residual_toxicity(WHEN, [], [record("MHYN", any_history="Y")]),
     "CANNOT TELL: - | - | - | medical history is not entered"),
    ("no medical history", lambda: judge.residual_toxicity(WHEN, [], [record("MHYN", any_history="N")]),
     "MET: 0 ongoing toxicities | - | MH.GRADE | none of grade 2 or more"),
    ("colitis of grade 2", lambda: judge.residual_toxicity(WHEN, [left("1", "rash"), left()], []),
     "NOT MET: colitis, grade 2 | 2023 | MH.GRADE (line 1) | grade 1 or less expected"),
    ("a toxicity without a name",
     lambda: judge.residual_toxicity(WHEN, [record("MH", prior_tx_toxicity="Y", ongoing="Y", grade="2")], []),
     "NOT MET: no name, grade 2 | - | MH.GRADE (line 1) | grade 1 or less expected"),
    ("neither name nor grade",
     lambda: judge.residual_toxicity(WHEN, [record("MH", prior_tx_toxicity="Y", ongoing="Y")], []),
     "CANNOT TELL: no name | - | MH.GRADE (line 1) | grade or course is not entered"),
    ("a toxicity without a start",
     lambda: judge.residual_toxicity(WHEN, [record("MH", term="colitis", prior_tx_toxicity="Y", ongoing="Y",
         grade="3")], []),
     "NOT MET: colitis, grade 3 | - | MH.GRADE (line 1) | grade 1 or less expected"),
    ("grade not entered", lambda: judge.residual_toxicity(WHEN, [left("1", "rash"), left(None)], []),
     "CANNOT TELL: colitis | - | MH.GRADE (line 1) | grade or course is not entered"),
    ("not said whether from treatment", lambda: judge.residual_toxicity(WHEN, [left(prior_tx_toxicity=None)], []),
     "CANNOT TELL: colitis | - | MH.GRADE (line 1) | grade or course is not entered"),
    ("not said whether it goes on", lambda: judge.residual_toxicity(WHEN, [left(ongoing=None)], []),
     "CANNOT TELL: colitis | - | MH.GRADE (line 1) | grade or course is not entered"),
    ("grade not entered, not from treatment",
     lambda: judge.residual_toxicity(WHEN, [left(None, prior_tx_toxicity="N")], []),
     "MET: 0 ongoing toxicities | - | MH.GRADE | none of grade 2 or more"),
    ("grade not entered, over", lambda: judge.residual_toxicity(WHEN, [left(None, ongoing="N")], []),
     "MET: 0 ongoing toxicities | - | MH.GRADE | none of grade 2 or more"),
    ("alopecia without a grade", lambda: judge.residual_toxicity(WHEN, [left(None, "alopecia")], []),
     "MET: 1 ongoing toxicities | - | MH.GRADE | none of grade 2 or more"),
    ("two go on, one is over, one is not from treatment",
     lambda: judge.residual_toxicity(WHEN, [left("1"), left("1"), left("1", ongoing="N"), left("1",
         prior_tx_toxicity="N")], []),
     "MET: 2 ongoing toxicities | - | MH.GRADE | none of grade 2 or more"),
]  # fmt: skip

BRAIN_METASTASES: Cases = [
    ("no history at all", lambda: judge.brain_metastases(WHEN, []),
     "CANNOT TELL: - | - | - | disease history is not entered"),
    ("other organs only",
     lambda: judge.brain_metastases(WHEN, [history(any_metastasis="Y", MET=[{"organ": "LUNG"}])]),
     "MET: - | - | DH.ANY_METASTASIS (SCR) | no brain metastasis recorded"),
    ("no metastasis", lambda: judge.brain_metastases(WHEN, [history(any_metastasis="N")]),
     "MET: - | - | DH.ANY_METASTASIS (SCR) | no brain metastasis recorded"),
    ("sites not entered", lambda: judge.brain_metastases(WHEN, [history()]),
     "CANNOT TELL: - | - | DH.ANY_METASTASIS (SCR) | metastatic sites are not entered"),
    ("active and symptomatic",
     lambda: judge.brain_metastases(WHEN, [history(MET=[{"organ": "BRAIN", "cns_status": "ACTIVE",
         "symptomatic": "Y", "cns_last_imaging": "2024-02-10"}])]),
     "NOT MET: Active, symptomatic yes | 2024-02-10 | DH.MET.CNS_STATUS (SCR, row 1) | active and symptomatic is "
     "excluded ? DH-04 status=active, symptoms=yes"),
    ("active, no symptoms", lambda: judge.brain_metastases(WHEN, [brain("ACTIVE", "N")]),
     "MET: Active, symptomatic no | - | DH.MET.CNS_STATUS (SCR, row 1) | active and symptomatic is excluded"),
    ("treated and stable", lambda: judge.brain_metastases(WHEN, [brain("TREATED STABLE", "Y")]),
     "MET: Treated and stable, symptomatic yes | - | DH.MET.CNS_STATUS (SCR, row 1) | active and symptomatic is "
     "excluded"),
    ("neither status nor symptoms", lambda: judge.brain_metastases(WHEN, [brain()]),
     "CANNOT TELL: status not entered, symptomatic not answered | - | DH.MET.CNS_STATUS (SCR, row 1) | active and "
     "symptomatic is excluded"),
    ("the second of two is active and symptomatic",
     lambda: judge.brain_metastases(WHEN, [history(MET=[{"organ": "BRAIN", "cns_status": "TREATED STABLE",
         "symptomatic": "N"}, {"organ": "BRAIN", "cns_status": "ACTIVE", "symptomatic": "Y"}])]),
     "NOT MET: Active, symptomatic yes | - | DH.MET.CNS_STATUS (SCR, row 2) | active and symptomatic is excluded "
     "? DH-04 status=active, symptoms=yes"),
]  # fmt: skip

INVESTIGATIONAL_AGENTS: Cases = [
    ("no history for agents", lambda: judge.investigational_agent(WHEN, []),
     "CANNOT TELL: - | - | - | disease history is not entered"),
    ("first dose not planned", lambda: judge.investigational_agent(Anchors(dt.date(2024, 3, 1)), [history()]),
     "CANNOT TELL: - | - | - | the planned first dose is not entered"),
    ("no other treatment", lambda: judge.investigational_agent(WHEN, [history()]),
     "MET: - | - | DH.PTX | no investigational agent recorded"),
    ("none that is investigational",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[agent("2024-02-24", investigational="N")])]),
     "MET: - | - | DH.PTX | no investigational agent recorded"),
    ("30 days before, recovered", lambda: judge.investigational_agent(WHEN, [history(PTX=[agent("2024-02-03")])]),
     "MET: XL-1 | 2024-02-03 | DH.PTX.STOP (SCR, row 1) | stopped 30 days before 2024-03-04, 21 expected; recovered"),
    ("9 days before", lambda: judge.investigational_agent(WHEN, [history(PTX=[agent("2024-02-24")])]),
     "NOT MET: XL-1 | 2024-02-24 | DH.PTX.STOP (SCR, row 1) | stopped 9 days before 2024-03-04, 21 expected; "
     "recovered ? IE-08 agent=XL-1, n=9"),
    ("21 days before, not recovered",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[agent("2024-02-12", recovered="N")])]),
     "NOT MET: XL-1 | 2024-02-12 | DH.PTX.STOP (SCR, row 1) | stopped 21 days before 2024-03-04, 21 expected; not "
     "recovered ? IE-08 state agent=XL-1, state=has no known recovery from its toxicity"),
    ("20 days before, not recovered",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[agent("2024-02-13", recovered="N")])]),
     "NOT MET: XL-1 | 2024-02-13 | DH.PTX.STOP (SCR, row 1) | stopped 20 days before 2024-03-04, 21 expected; not "
     "recovered ? IE-08 agent=XL-1, n=20"),
    ("goes on", lambda: judge.investigational_agent(WHEN, [history(PTX=[agent(ongoing="Y")])]),
     "NOT MET: XL-1 | - | DH.PTX.STOP (SCR, row 1) | ongoing, 21 expected; recovered ? IE-08 state agent=XL-1, "
     "state=is ongoing"),
    ("said to go on with a day on which it stopped",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[agent(ongoing="Y", stop="2024-02-24")])]),
     "NOT MET: XL-1 | 2024-02-24 | DH.PTX.STOP (SCR, row 1) | ongoing, 21 expected; recovered ? IE-08 state "
     "agent=XL-1, state=is ongoing"),
    ("an agent without a name, 9 days before",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[{"investigational": "Y", "ongoing": "N",
         "stop": "2024-02-24", "recovered": "Y"}])]),
     "NOT MET: no name | 2024-02-24 | DH.PTX.STOP (SCR, row 1) | stopped 9 days before 2024-03-04, 21 expected; "
     "recovered ? IE-08 agent=no name, n=9"),
    ("an agent without a name that goes on",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[{"investigational": "Y", "ongoing": "Y",
         "recovered": "Y"}])]),
     "NOT MET: no name | - | DH.PTX.STOP (SCR, row 1) | ongoing, 21 expected; recovered ? IE-08 state agent=no "
     "name, state=is ongoing"),
    ("no day of stopping, recovery not answered",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[{"agent": "XL-1", "investigational": "Y",
         "ongoing": "N"}])]),
     "CANNOT TELL: XL-1 | - | DH.PTX.STOP (SCR, row 1) | stopped an unknown number of days before 2024-03-04, 21 "
     "expected; recovery not entered"),
    ("9 days before, not said whether investigational",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[{"agent": "XL-1", "ongoing": "N", "stop": "2024-02-24",
         "recovered": "Y"}])]),
     "CANNOT TELL: XL-1 | 2024-02-24 | DH.PTX.STOP (SCR, row 1) | stopped 9 days before 2024-03-04, 21 expected; "
     "recovered"),
    ("the second of three is too recent",
     lambda: judge.investigational_agent(WHEN, [history(PTX=[agent("2024-02-24", investigational="N"),
         agent("2024-02-03"), agent("2024-02-20")])]),
     "NOT MET: XL-1 | 2024-02-20 | DH.PTX.STOP (SCR, row 3) | stopped 13 days before 2024-03-04, 21 expected; "
     "recovered ? IE-08 agent=XL-1, n=13"),
]  # fmt: skip


ALL = [*EXPOSURE, *PROGRESSION, *RECENCY, *DISEASE, *RESIDUAL_TOXICITY, *BRAIN_METASTASES, *INVESTIGATIONAL_AGENTS]


@pytest.mark.parametrize(("words", "found", "expected"), ALL, ids=[case[0] for case in ALL])
def test_the_words_of_a_judgement(words: str, found: Callable[[], Judgement], expected: str) -> None:
    assert told(found()) == expected
