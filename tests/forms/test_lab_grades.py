"""CTCAE grades of laboratory results as the form derives them: baseline, unit, both directions, and what is not known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.derive.ctcae_facts import Measured
from forms.derive.lab_grades import depends_on_symptoms, grade_result, keys_of, list_graded_tests, terms_of
from forms.views import Record, Row
from tests.forms.casebooks import judge, record, subject

C1D1 = "2024-03-12"
K = {"lln": "3.5", "uln": "5.1"}
ALT = {"lln": "7", "uln": "40"}
PLAT = {"panel": "HEM", "lln": "150", "uln": "400"}
SODIUM = {"lln": "136", "uln": "145"}
CREAT = {"lln": "0.5", "uln": "1.2"}
CALCIUM = {"lln": "8.5", "uln": "10.5"}
ALBUMIN = {"lln": "35", "uln": "52"}
INR = {"panel": "COAG", "lln": "0.9", "uln": "1.2"}


def result(code: str, value: str, unit: str | None = None, panel: str = "CHEM", **more: str):
    """One result as the laboratory printed it."""
    given = {"panel": panel, "test": code, "row_status": "DONE", "value": value, "unit": unit} | more
    return {name: each for name, each in given.items() if each is not None}


def sample(*results: dict, on: str = "2024-03-12 07:30", at: str = "C1D1", line: int = 1, **more) -> Record:
    """A sample; by default in the morning of the first dose."""
    panels = {"panel": "|".join(dict.fromkeys(row["panel"] for row in results))}
    given = {"performed": "Y", "sample_dt": on, "lab": "UCSD"} | panels | more
    return record("LAB", at, line=line, RESULT=list(results), **given)


def screened(*results: dict, on: str = "2024-03-05 08:00", line: int = 1) -> Record:
    """A sample of screening."""
    return sample(*results, on=on, at="SCR", line=line)


def graded(judged: Record, *others: Record, c1d1: str | None = C1D1) -> Row:
    """The first result of a sample with its grade."""
    judge(judged, subject(judged, *others, c1d1=c1d1, site={"ranges": ()}), others)
    return judged.rows("RESULT")[0]


GRADES = [
    ("platelets 28", sample(result("PLAT", "28", "10^9/L", **PLAT)), 3, "Platelet count decreased", "main"),
    ("platelets at the limit", sample(result("PLAT", "150", "10^9/L", **PLAT)), 0, None, None),
    ("platelets 50, the milder band", sample(result("PLAT", "50", "10^9/L", **PLAT)), 2, "Platelet count decreased", "main"),
    ("platelets 49.9", sample(result("PLAT", "49.9", "10^9/L", **PLAT)), 3, "Platelet count decreased", "main"),
    ("a unit that is exactly one of CTCAE's", sample(result("PLAT", "28", "10^3/uL", **PLAT)), 3,
     "Platelet count decreased", "main"),
    ("potassium high", sample(result("K", "6.1", "mmol/L", **K)), 3, "Hyperkalemia", "main"),
    ("potassium low", sample(result("K", "2.9", "mmol/L", **K)), 3, "Hypokalemia", "main"),
    ("potassium low without symptoms", sample(result("K", "3.2", "mmol/L", symptomatic="N", **K)), 1, "Hypokalemia", "main"),
    ("potassium low with symptoms", sample(result("K", "3.2", "mmol/L", symptomatic="Y", **K)), 2, "Hypokalemia", "main"),
    ("potassium inside", sample(result("K", "4", "mmol/L", **K)), 0, None, None),
    ("potassium high, the lower limit is not known", sample(result("K", "6.1", "mmol/L", uln="5.1")), 3, "Hyperkalemia", "main"),
    ("glucose of blood", sample(result("GLUC", "45", "mg/dL", lln="70", uln="110")), 2, "Hypoglycemia", "main"),
    ("pH of urine is none of blood", sample(result("PH", "5", panel="UA", lln="5.5", uln="8")), None, None, None),
    ("protein has no numbers", sample(result("PROT", "90", "g/L", lln="60", uln="80")), None, None, None),
    ("a test that is not on the sheet", sample(result("OTHER", "90", "mg/L", other_name="Zinc")), None, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "judged", "grade", "term", "rule"), GRADES, ids=[words for words, *_ in GRADES])
def test_the_worst_grade_of_both_directions_with_its_term_and_rule(words, judged, grade, term, rule):
    row = graded(judged)
    assert (row.ctcae_grade, row.ctcae_term, row.ctcae_rule) == (grade, term, rule)


NOT_GRADED = [
    ("symptoms are not known", sample(result("K", "3.2", "mmol/L", **K)),
     "Cannot be graded because it is not known whether there were symptoms: grade 1 or 2 of Hypokalemia is possible."),
    ("no baseline", sample(result("ALT", "90", "U/L", **ALT)),
     "Cannot be graded because there is no baseline: grade 1 of Alanine aminotransferase increased is possible."),
    ("no range", sample(result("PLAT", "120", "10^9/L", "HEM")),
     "Cannot be graded because there is no lower limit of normal: grade 1 of Platelet count decreased is possible."),
    ("a unit that is not known", sample(result("K", "6", "mg/dL", **K)),
     "Cannot be graded because the unit is none that CTCAE prints (mmol/L): "
     "grade 1 to 4 of Hyperkalemia and grade 3 or 4 of Hypokalemia is possible."),
    ("less than a number across two grades", sample(result("PLAT", "30", "10^9/L", qualifier="LT", **PLAT)),
     "Cannot be graded because it needs the number itself, not < 30: "
     "grade 3 or 4 of Platelet count decreased is possible."),
    ("an intervention decides", sample(result("BICARB", "19", "mmol/L", lln="22", uln="29")),
     "Cannot be graded because it is not known whether treatment was started for it: "
     "grade 1 of Blood bicarbonate decreased is possible."),
]  # fmt: skip


@pytest.mark.parametrize(("words", "judged", "why"), NOT_GRADED, ids=[words for words, *_ in NOT_GRADED])
def test_what_cannot_be_graded_says_why_and_has_no_grade(words, judged, why):
    row = graded(judged)
    assert (row.ctcae_grade, row.ctcae_term, row.ctcae_rule) == (None, None, None)
    assert row.ctcae_words.startswith(why)


def test_less_than_a_number_inside_one_grade_is_graded():
    assert graded(sample(result("PLAT", "25", "10^9/L", qualifier="LT", **PLAT))).ctcae_grade == 4


def test_a_result_that_is_not_done_or_has_no_number_is_not_graded():
    not_done = {"panel": "CHEM", "test": "K", "row_status": "NOT DONE"}
    in_words = {"panel": "CHEM", "test": "K", "row_status": "DONE", "value_text": "haemolysed"}
    for row in (not_done, in_words):
        assert graded(sample(row)).ctcae_words is None


# --- the baseline -----------------------------------------------------------------------------------------------------


def alt(value: str, unit: str = "U/L", **more: str) -> dict:
    return result("ALT", value, unit, **(ALT | more))


BASELINES = [
    ("the last sample before the first dose", [screened(alt("30")), screened(alt("35"), on="2024-03-11 08:00", line=2)],
     ("35", "NORMAL")),
    ("a sample of the day of the first dose is none", [screened(alt("30")), sample(alt("90"), line=2)], ("30", "NORMAL")),
    ("by its own range", [screened(alt("30", uln="25"))], ("30", "HIGH")),
    ("in an equivalent unit", [screened(alt("0.5", "ukat/L", lln="0.1", uln="0.6"))], ("30", "NORMAL")),
    ("in a unit without a factor the one before it", [screened(alt("30")), screened(alt("3", "stones"), on="2024-03-11 08:00",
     line=2)], ("30", "NORMAL")),
    ("a spelling of the unit", [screened(alt("30", "u/l"))], ("30", "NORMAL")),
    ("below what can be measured", [screened(alt("10", qualifier="LT"))], (None, None)),
    ("not done", [screened({"panel": "CHEM", "test": "ALT", "row_status": "NOT DONE"})], (None, None)),
    ("another panel", [screened(result("ALT", "30", "U/L", "HEM", **ALT))], (None, None)),
    ("none", [], (None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "others", "expected"), BASELINES, ids=[words for words, *_ in BASELINES])
def test_the_baseline_is_the_last_result_before_the_first_dose(words, others, expected):
    row = graded(sample(alt("90")), *others)
    value, indicator = expected
    assert (row.baseline_value, row.baseline_indicator) == (value and Decimal(value), indicator)


def test_a_sample_before_the_first_dose_has_no_baseline():
    row = graded(screened(alt("90"), on="2024-03-11 08:00", line=2), screened(alt("30")))
    assert (row.baseline_value, row.ctcae_grade) == (None, None)


def test_without_a_first_dose_there_is_no_baseline():
    assert graded(sample(alt("90")), screened(alt("30")), c1d1=None).baseline_value is None


def test_an_abnormal_baseline_takes_the_place_of_the_upper_limit():
    above = graded(sample(alt("90")), screened(alt("60")))
    assert (above.ctcae_grade, above.ctcae_rule) == (1, "baseline_multiple")
    between = graded(sample(alt("89")), screened(alt("60")))
    assert (between.ctcae_grade, between.ctcae_term) == (0, None)


def test_creatinine_is_judged_by_limit_and_baseline_the_worse_counts():
    row = graded(sample(result("CREAT", "2.5", "mg/dL", **CREAT)), screened(result("CREAT", "0.8", "mg/dL", **CREAT)))
    assert (row.ctcae_grade, row.ctcae_rule) == (3, "baseline_multiple")
    assert row.ctcae_words == "2.5 is above 3 x baseline (2.4)."


# --- calcium and anticoagulants ---------------------------------------------------------------------------------------


def test_calcium_is_corrected_by_the_albumin_of_the_sample():
    row = graded(sample(result("CA", "7.9", "mg/dL", **CALCIUM), result("ALB", "28", "g/L", **ALBUMIN)))
    assert row.ctcae_grade == 0
    assert row.ctcae_words.startswith("7.9 mg/dL with albumin 28 g/L is 8.86 mg/dL corrected.")


@pytest.mark.parametrize(
    ("unit", "value", "corrected"),
    [("mg/dL", "7.9", "8.7"), ("mmol/L", "2", "2.2"), ("mEq/L", "4", "4.4")],
)
def test_ten_grams_of_albumin_correct_calcium_in_its_unit(unit, value, corrected):
    found = grade_result("CHEM", "CA", Measured(Decimal(value), unit, lln=Decimal(1)), albumin=Decimal(30))
    assert found is not None and f"is {corrected} {unit} corrected." in found.words


@pytest.mark.parametrize("albumin", [None, result("ALB", "28", "g/L", qualifier="LT", **ALBUMIN)])
def test_calcium_without_albumin_is_graded_as_reported_and_says_so(albumin):
    row = graded(sample(*[one for one in (result("CA", "7.9", "mg/dL", **CALCIUM), albumin) if one]))
    assert (row.ctcae_grade, row.ctcae_term) == (2, "Hypocalcemia")
    assert "uncorrected" in row.ctcae_words


def taken(start: str, end: str | None = None, class_flag: str = "ANTICOAGULANT") -> Record:
    given = {"ongoing": "Y"} if end is None else {"ongoing": "N", "end": end}
    return record("CM", drug="Warfarin", class_flag=class_flag, start=start, **given)


NO_MEDICATION = record("CMYN", any_cm="N")
ANTICOAGULANTS = [
    ("taken", [taken("2024-01-05")], "Y"),
    ("until that day", [taken("2024-01-05", "2024-03-12")], "Y"),
    ("until the day before", [taken("2024-01-05", "2024-03-11")], "N"),
    ("from that day", [taken("2024-03-12")], "Y"),
    ("from the day after", [taken("2024-03-13")], "N"),
    ("begun in that month", [taken("2024-03")], None),
    ("another class", [taken("2024-01-05", class_flag="OTHER")], "N"),
    ("no medication at all", [NO_MEDICATION], "N"),
    ("nobody said yet", [], None),
]


@pytest.mark.parametrize(("words", "others", "expected"), ANTICOAGULANTS, ids=[words for words, *_ in ANTICOAGULANTS])
def test_an_anticoagulant_is_what_the_medications_say(words, others, expected):
    judged = sample(result("INR", "1.4", **INR))
    graded(judged, *others)
    assert judged.on_anticoagulant == expected


def test_an_inr_on_an_anticoagulant_is_graded_by_its_baseline_too():
    judged, baseline = sample(result("INR", "4", **INR)), screened(result("INR", "2.2", **INR))
    assert graded(judged, baseline, NO_MEDICATION).ctcae_grade == 3
    mild = sample(result("INR", "1.45", **INR))
    low = screened(result("INR", "0.9", **INR))
    assert graded(mild, low, NO_MEDICATION).ctcae_grade == 1
    assert graded(sample(result("INR", "1.45", **INR)), low, taken("2024-01-05")).ctcae_grade == 2
    assert graded(sample(result("INR", "1.45", **INR)), low).ctcae_grade is None


# --- the tests and their terms ----------------------------------------------------------------------------------------


def test_symptoms_decide_some_grades_only():
    asked = {code for panel, code in list_graded_tests() if depends_on_symptoms(panel, code)}
    assert asked == {"K", "SODIUM", "CA", "LIPASET", "AMYLASE"}


def test_only_numbers_of_blood_have_terms():
    assert {panel for panel, _ in list_graded_tests()} == {"HEM", "CHEM", "COAG", "THY", "CARD"}
    assert terms_of("UA", "PH") == terms_of("UA", "GLUC") == terms_of("CHEM", "PROT") == ()
    assert keys_of("Acidosis") == frozenset()
    assert keys_of("Hyperkalemia") == {("CHEM", "K")}
