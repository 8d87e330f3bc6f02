"""The eligibility form: results of a whole casebook, what is asked at each criterion, and who may enter."""

from __future__ import annotations

import pytest

from forms.eligibility import CRITERIA, EVIDENCE, RESULT, open_criteria, open_words
from forms.evaluation import open_required
from tests.forms.casebooks import Case, judge, record, subject
from tests.forms.eligible import form, history, others, sample

AROUND = {"consent": "2024-02-01", "site": {"ranges": ()}}
MANUAL = {"excl01", "excl03", "excl07", "excl08", "excl09", "excl10", "excl11", "excl12", "excl14"}


def judged(judged_form, *replaced, **around):
    """The findings of the form in a casebook of an eligible participant, with some forms replaced."""
    rest = others(*replaced)
    return judge(judged_form, subject(judged_form, *rest, **(AROUND | around)), rest)


def passes(check: str, words: str, judged_form, *replaced, **around):
    """A case in which the check has nothing to ask."""
    return Case(check, words, False, judged_form, others(*replaced), around=AROUND | around)


def asks(check: str, words: str, judged_form, *replaced, message: str = "", item: str = "", **around):
    """A case in which the check asks."""
    return Case(check, words, True, judged_form, others(*replaced), message, item, AROUND | around)


def test_a_participant_who_fulfils_everything_may_enter_and_nothing_is_asked():
    entered = form()
    assert [finding.message for finding in judged(entered)] == []
    results = {criterion.code: entered.value(criterion.code + RESULT) for criterion in CRITERIA}
    assert {code for code, result in results.items() if result != "MET"} == MANUAL
    assert {results[code] for code in MANUAL} == {"MANUAL"}
    assert (entered.eligible, entered.attempt, open_criteria(entered)) == ("Y", 1, [])


def test_each_result_says_why():
    entered = form()
    judged(entered)
    assert all(entered.value(criterion.code + EVIDENCE) for criterion in CRITERIA)
    assert entered.incl07b_evidence == (
        "AST 30 U/L | 2024-02-20 | LAB.RESULT.VALUE (SCR, row 8) | 0.75 x ULN 40, limit 2.5 (liver metastases: no); "
        "10 days before registration"
    )


def drug(flag: str = "ANTIBIOTIC", **more: str):
    """A medication that goes on."""
    given = {"drug": "drug", "class_flag": flag, "route": "ORAL", "start": "2024-02-25", "ongoing": "Y"} | more
    return record("CM", **given)


def condition(category: str, term: str, start: str = "2023-12-20", **more: str):
    """A line of medical history that goes on."""
    return record("MH", term=term, category=category, start=start, **({"ongoing": "Y"} | more))


def operation(start: str, minor: str = "N"):
    """A line of the procedures."""
    return record("PR", category="SURGERY", term="resection", start=start, minor=minor)


LIVER = history(MET=[{"organ": "LIVER"}])
SHORT = history(PD1=[{"agent": "NIVOLUMAB", "first_dose": "2024-01-02", "last_dose": "2024-01-30"}])
OLD = history(PD1=[{"agent": "NIVOLUMAB", "first_dose": "2023-05-02", "last_dose": "2023-08-20"}])
BRAIN = history(MET=[{"organ": "BRAIN", "cns_status": "ACTIVE", "symptomatic": "Y"}])
STABLE = history(MET=[{"organ": "BRAIN", "cns_status": "TREATED STABLE", "symptomatic": "N"}])
WOMAN = record("DM", "SCR", birth_date="1990", sex="F", childbearing="Y", contraception_agreed="Y")
RELUCTANT = record("DM", "SCR", birth_date="1990", sex="F", childbearing="Y", contraception_agreed="N")
NEGATIVE = record("PREG", "SCR", performed="Y", sample_dt="2024-03-01 08:00", result="NEGATIVE", breastfeeding="N")
UNSTABLE = record("CARD", "SCR", assess_date="2024-02-20", adequate_il2="Y", htn_duration="N", anticoag_stable="N")
SMALL = record("VS", "SCR", performed="Y", assess_date="2024-02-20", height="156", height_unit="cm", weight="38",
               weight_unit="kg")  # fmt: skip
AGENT = {"agent": "XL-1", "investigational": "Y", "ongoing": "N", "recovered": "Y"}
CASES = [
    passes("IE-01", "yes, and the data agree", form()),
    asks("IE-01", "yes, although the histology is not confirmed", form(), history(histology_confirmed="N"), item="incl04",
         message="You answered yes; data show not met: Melanoma, stage IV; histology not confirmed; stage IV, or III and "
         "unresectable, expected. Correct the data or explain."),
    asks("IE-01", "no, although the data say yes", form(incl02="N"), item="incl02"),
    passes("IE-01", "exclusion 9 is the investigator's alone", form(excl09="Y")),
    passes("IE-01", "the data cannot tell", form(incl04="N"), history(current_stage="IIIC")),
    asks("IE-01", "able to consent, and a condition that prevents it", form(excl10="Y"), item="excl10"),
    passes("IE-01", "the question at the limit speaks for the value", form(), sample(PLAT="99")),
    passes("IE-02", "2 May to 2 November", form()),
    asks("IE-02", "2 January to 30 January", form(), SHORT, item="incl03a",
         message="Longest anti-PD-1 exposure is 28 days (2024-01-02 to 2024-01-30); at least 42 (6 weeks) expected. If the "
         "dosing interval counts, explain."),
    passes("IE-02", "answered no", form(incl03a="N"), SHORT),
    passes("IE-04", "2 November, registered 1 March", form()),
    asks("IE-04", "20 August, registered 1 March", form(), OLD, item="incl03c",
         message="Last dose 2023-08-20 is before 2023-09-01 (6 months before registration 2024-03-01)."),
    passes("IE-05", "1, ten days before", form()),
    asks("IE-05", "2, ten days before", form(), record("PE", "SCR", ecog="2", ecog_date="2024-02-20"), item="incl06",
         message="ECOG 2 on 2024-02-20: 0 or 1 within 28 days before 2024-03-01 expected."),
    asks("IE-05", "1, 29 days before", form(), record("PE", "SCR", ecog="1", ecog_date="2024-02-01")),
    passes("IE-06", "infarction in 2021", form(), condition("ARTERIAL_TE", "infarction", "2021")),
    asks("IE-06", "infarction 4 months before", form(), condition("ARTERIAL_TE", "infarction", "2023-11-04"), item="excl08",
         message="Exclusion 8 answered 'no', but medical history line 1 says infarction, 2023-11-04 to now. Correct one of "
         "them, or say why both hold."),
    passes("IE-06", "infarction 4 months before, exclusion answered yes", form(excl08="Y"),
           condition("ARTERIAL_TE", "infarction", "2023-11-04")),
    passes("IE-06", "infarction 4 months before, not answered yet", form(excl08=None),
           condition("ARTERIAL_TE", "infarction", "2023-11-04")),
    asks("IE-06", "an antibiotic at registration", form(), drug(), item="excl01"),
    asks("IE-06", "tuberculosis", form(), condition("TB", "tuberculosis", "1990"), item="excl12"),
    asks("IE-06", "a malignancy of last year", form(), condition("MALIGNANCY", "breast cancer"), item="excl03"),
    asks("IE-06", "a fracture that does not heal", form(), condition("WOUND_FRACTURE", "fracture"), item="excl07"),
    asks("IE-06", "allergy to IL-2", form(), condition("ALLERGY", "rash on aldesleukin"), item="excl11"),
    asks("IE-06", "autoimmune disease under treatment", form(),
         condition("AUTOIMMUNE", "colitis", on_immunosuppressant="Y"), item="excl14"),
    passes("IE-07", "40 days before", form(), operation("2024-01-24")),
    asks("IE-07", "12 days before", form(), operation("2024-02-21"), item="excl05",
         message="Surgery 'resection' on 2024-02-21 is 12 days before first dose; 28 expected unless minor."),
    passes("IE-07", "12 days before, minor", form(), operation("2024-02-21", "Y")),
    passes("IE-08", "30 days before, recovered", form(), history(PTX=[AGENT | {"stop": "2024-02-03"}])),
    asks("IE-08", "9 days before", form(), history(PTX=[AGENT | {"stop": "2024-02-24"}]), item="excl15",
         message="XL-1 stopped 9 days before first dose; 21 expected."),
    asks("IE-08", "not recovered", form(), history(PTX=[AGENT | {"stop": "2024-01-02", "recovered": "N"}]), item="excl15",
         message="XL-1 has no known recovery from its toxicity; 21 days without it and recovery are expected before the "
         "first dose."),
    passes("IE-09", "a woman, two methods agreed", form(incl12="Y", incl13="NA"), WOMAN, NEGATIVE),
    asks("IE-09", "a woman to whom it applies, answered not applicable", form(incl13="NA"), WOMAN, NEGATIVE, item="incl12",
         message="Contraception is recorded as not agreed / not applicable for a participant it applies to."),
    asks("IE-09", "a woman, not agreed", form(incl12="Y", incl13="NA"), RELUCTANT, NEGATIVE, item="incl12"),
    passes("IE-09", "a man, inclusion 12 not applicable", form()),
    asks("IE-09", "a man to whom it applies, answered not applicable", form(incl13="NA"), item="incl13"),
    passes("DH-04", "treated and stable", form(), STABLE),
    asks("DH-04", "active and symptomatic, exclusion 4 answered no", form(), BRAIN, item="excl04",
         message="Brain metastasis is marked active, symptomatic yes; exclusion 4 is answered no."),
    passes("DH-04", "active and symptomatic, exclusion 4 answered yes", form(excl04="Y"), BRAIN),
    passes("LB-04", "ALT present", form()),
    asks("LB-04", "ALT missing", form(), sample(without="ALT"), item="incl07c",
         message="ALT is needed for inclusion 7c and has no result between 2024-02-02 and 2024-03-01."),
    passes("LB-07", "2.9 mg/dL with Gilbert's syndrome", form(), history(gilbert="Y"), sample(BILI="2.9")),
    asks("LB-07", "3.0 mg/dL with Gilbert's syndrome", form(), history(gilbert="Y"), sample(BILI="3.0"), item="incl07a",
         message="Total bilirubin 3.0 mg/dL is 2.5 x ULN, direct 0.2 mg/dL: expected total <= 1.5 x ULN, or direct <= ULN, or "
         "Gilbert with total < 3.0 mg/dL."),
    passes("LB-08", "AST 2.5 x ULN", form(), sample(AST="100")),
    asks("LB-08", "AST 2.6 x ULN, no liver metastases", form(), sample(AST="104"), item="incl07b",
         message="AST is 2.6 x ULN; limit 2.5 (liver metastases: no)."),
    passes("LB-08", "AST 2.6 x ULN with liver metastases", form(), LIVER, sample(AST="104")),
    passes("LB-09", "1.6 mg/dL, man of 53", form(), sample(CREAT="1.6")),
    asks("LB-09", "2.0 mg/dL", form(), sample(CREAT="2.0"), item="incl08",
         message="Creatinine 2.0 mg/dL is above 1.5 and eGFR is 39.2 (50 expected)."),
    asks("LB-09", "1.6 mg/dL, man of 53 with 38 kg", form(), SMALL, sample(CREAT="1.6"), item="incl08",
         message="eGFR is 51.2 mL/min/1.73 m2 but 38 mL/min at 1.283 m2: one of them is below 50. The indexed value "
         "decides; say whether it should."),
    passes("LB-10", "platelets 100", form(), sample(PLAT="100")),
    asks("LB-10", "platelets 99", form(), sample(PLAT="99"), item="incl09d",
         message="Platelets 99 10^9/L is below 100 10^9/L, required within 28 days before registration."),
    passes("LB-10", "platelets 99, answered no", form(incl09d="N"), sample(PLAT="99")),
    passes("LB-11", "1.6, ULN 1.1", form(), sample(INR="1.6")),
    asks("LB-11", "1.65, ULN 1.1", form(), sample(INR="1.65"), item="incl10",
         message="INR 1.65 is 1.5 x ULN (must be below 1.5) and no anticoagulant is recorded."),
    asks("LB-11", "2.5 on warfarin that is not stable", form(), drug("ANTICOAGULANT", start="2023"), UNSTABLE, sample(INR="2.5"),
         item="incl10", message="INR 2.5 is 2.27 x ULN (must be below 1.5) and anticoagulation is not recorded as stable."),
    asks("LB-11", "the upper limit is that of a target range", form(), sample(uln={"INR": "3.0"}), item="incl10",
         message="The upper limit of INR is 3.0; that of an untreated person is at most 1.3. Is it a target range?"),
    passes("LB-12", "28 days before", form(), sample("2024-02-02 08:00")),
    asks("LB-12", "29 days before", form(), sample("2024-02-01 08:00"), item="incl09d",
         message="Platelets 2024-02-01 is 29 days before registration; 28 is the limit. Enter a newer result."),
    asks("LB-12", "28 days before the form, 30 before registration", form(), sample("2024-02-02 08:00"),
         registration="2024-03-03"),
    passes("IE-11", "first dose as planned", form(), operation("2024-02-05"), registration="2024-03-01", c1d1="2024-03-04"),
    asks("IE-11", "a surgery 28 days before the planned dose is 27 before the real one", form(), operation("2024-02-05"),
         registration="2024-03-01", c1d1="2024-03-03", item="excl05",
         message="First dose 2024-03-03 is 2 days after registration; exclusion 5 now evaluates to present."),
    passes("IE-11", "the exclusion is acknowledged", form(excl05="Y"), operation("2024-02-05"),
           registration="2024-03-01", c1d1="2024-03-03"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


def test_one_fact_makes_one_question():
    found = judged(form(), sample(PLAT="99"))
    assert [(finding.check_id, finding.item) for finding in found] == [("LB-10", "incl09d")]


def test_the_real_dates_count_only_where_they_change_a_result():
    signed, later = form(), form()
    judged(signed)
    judged(later, registration="2024-03-01", c1d1="2024-03-10")
    assert {name: signed.value(name) for name in signed.answers} == {name: later.value(name) for name in later.answers}


def test_a_result_that_the_real_dates_change_shows_them():
    entered = form()
    judged(entered, operation("2024-02-05"), registration="2024-03-01", c1d1="2024-03-03")
    assert (entered.excl05_result, entered.excl05_evidence) == (
        "NOT MET", "resection | 2024-02-05 | PR.START (line 1) | 27 days before 2024-03-03, 28 expected"
    )  # fmt: skip


ENTRY = [
    ("all fulfilled", {}, "Y"),
    ("one inclusion unmet", {"incl07b": "N"}, "N"),
    ("one exclusion present", {"excl01": "Y"}, "N"),
    ("not applicable is fulfilled where it may be", {"incl13": "NA"}, "Y"),
    ("one not answered", {"incl07b": None}, None),
    ("one unmet beside one not answered", {"incl07b": None, "excl01": "Y"}, "N"),
]


@pytest.mark.parametrize(("words", "changed", "expected"), ENTRY, ids=[case[0] for case in ENTRY])
def test_who_is_eligible(words, changed, expected):
    entered = form(**changed)
    judged(entered)
    assert entered.eligible == expected


def test_an_answer_that_is_unmet_or_contradicts_the_data_needs_a_comment():
    entered = form(incl02="N")
    judged(entered, history(histology_confirmed="N"))
    assert [item.name for _, _, item in open_required(entered)] == ["incl02_comment", "incl04_comment"]


def test_a_waiver_settles_an_unmet_criterion():
    entered = form(incl07b="N", excl01="Y", excl01_waiver="W-7", incl03a=None)
    assert open_words(entered) == ["inclusion 3a is not answered", "inclusion 7b is not met and has no waiver"]


def test_there_are_36_criteria_with_codes_for_tabulation():
    assert len(CRITERIA) == len({criterion.test_code for criterion in CRITERIA}) == 36
    assert max(len(criterion.test_code) for criterion in CRITERIA) <= 8
