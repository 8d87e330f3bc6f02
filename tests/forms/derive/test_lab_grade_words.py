"""The grade of a laboratory result by all terms of its test, with every word of what is said about it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.derive import lab_grades
from forms.derive.ctcae import NOTHING_ELSE, Grading
from forms.derive.ctcae_facts import Context, Measured
from forms.derive.lab_grades import ResultGrade, correct_calcium, grade_result

CALCIUM, POTASSIUM, ALT, INR = ("CHEM", "CA"), ("CHEM", "K"), ("CHEM", "ALT"), ("COAG", "INR")


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Each case is graded anew."""
    for name in ("terms_of", "keys_of", "depends_on_symptoms", "grade_result"):
        getattr(lab_grades, name).cache_clear()


def measured(value: str, unit: str, lln: str | None = None, uln: str | None = None, **more) -> Measured:
    """A result with its limits."""
    low, high = (None if limit is None else Decimal(limit) for limit in (lln, uln))
    return Measured(Decimal(value), unit, lln=low, uln=high, **more)


UNCORRECTED = "Graded as reported: uncorrected, unless the laboratory corrected it for albumin."
CASES = [
    ("potassium inside its range", POTASSIUM, measured("4", "mmol/L", "3.5", "5.1"), NOTHING_ELSE, None,
     ResultGrade(0, "", "", "In no graded range of Hyperkalemia or Hypokalemia.")),
    ("potassium high", POTASSIUM, measured("6.1", "mmol/L", "3.5", "5.1"), NOTHING_ELSE, None,
     ResultGrade(3, "Hyperkalemia", "main", "6.1 mmol/L is above 6 and at or below 7.")),
    ("potassium low, symptoms not known", POTASSIUM, measured("3.2", "mmol/L", "3.5", "5.1"), NOTHING_ELSE, None,
     ResultGrade(None, "", "", "Cannot be graded because it is not known whether there were symptoms: "
                               "grade 1 or 2 of Hypokalemia is possible.")),
    ("potassium low, symptoms", POTASSIUM, measured("3.2", "mmol/L", "3.5", "5.1"), Context(symptomatic=True), None,
     ResultGrade(2, "Hypokalemia", "main",
                 "3.2 mmol/L is at or above 3 and below LLN (3.5), with symptoms.")),
    ("potassium in a unit that is not known", POTASSIUM, measured("6", "mg/dL", "3.5", "5.1"), NOTHING_ELSE, None,
     ResultGrade(None, "", "", "Cannot be graded because the unit is none that CTCAE prints (mmol/L): grade 1 to 4 of "
                               "Hyperkalemia and grade 3 or 4 of Hypokalemia is possible.")),
    ("calcium in mEq/L", CALCIUM, measured("4.1", "mEq/L", "4.2", "5.2"), NOTHING_ELSE, None,
     ResultGrade(1, "Hypocalcemia", "main", "2.05 mmol/L is at or above 2 and below LLN (2.1). CTCAE prints no number "
                                            f"in mEq/L: graded as 2.05 mmol/L (x 0.5). {UNCORRECTED}")),
    ("calcium inside its range", CALCIUM, measured("2.3", "mmol/L", "2.15", "2.6"), NOTHING_ELSE, None,
     ResultGrade(0, "", "", f"In no graded range of Hypercalcemia or Hypocalcemia. {UNCORRECTED}")),
    ("calcium with an albumin of 30 g/L", CALCIUM, measured("7.9", "mg/dL", "8.5", "10.5"), NOTHING_ELSE, Decimal("30.0"),
     ResultGrade(0, "", "", "7.9 mg/dL with albumin 30 g/L is 8.7 mg/dL corrected. "
                            "In no graded range of Hypercalcemia or Hypocalcemia. Corrected for albumin.")),
    ("calcium with an albumin, in a unit that is not known", CALCIUM, measured("7.9", "furlongs"), NOTHING_ELSE,
     Decimal(30),
     ResultGrade(None, "", "", "Cannot be graded because there is no upper limit of normal and the unit is none that CTCAE "
                               "prints (mg/dL, mmol/L) and there is no lower limit of normal: grade 1 to 4 of "
                               f"Hypercalcemia and grade 1 to 4 of Hypocalcemia is possible. {UNCORRECTED}")),
    ("another test does not look at albumin", POTASSIUM, measured("4", "mmol/L", "3.5", "5.1"), NOTHING_ELSE, Decimal(30),
     ResultGrade(0, "", "", "In no graded range of Hyperkalemia or Hypokalemia.")),
    ("ALT without a baseline", ALT, measured("150", "U/L", None, "40"), NOTHING_ELSE, None,
     ResultGrade(None, "", "", "Cannot be graded because there is no baseline: grade 1 or 2 of "
                               "Alanine aminotransferase increased is possible.")),
    ("INR, nothing known", INR, measured("1.3", ""), NOTHING_ELSE, None,
     ResultGrade(None, "", "", "Cannot be graded because there is no baseline and it is not known whether an anticoagulant "
                               "was taken: grade 1 to 3 of INR increased is possible.")),
    ("sodium between whole numbers", ("CHEM", "SODIUM"), measured("129.5", "mmol/L", "135", "145"),
     Context(symptomatic=False), None,
     ResultGrade(None, "", "", "Cannot be graded because the criteria leave it open: grade 1 or 2 of Hyponatremia is "
                               "possible. It lies between the bands of whole numbers that end at 129 and begin at 130.")),
    ("a test without numbers", ("CHEM", "PROT"), measured("90", "g/L", "60", "80"), NOTHING_ELSE, None, None),
    ("no value", POTASSIUM, Measured(None, "mmol/L"), NOTHING_ELSE, None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "test", "result", "context", "albumin", "expected"), CASES, ids=[case[0] for case in CASES]
)
def test_the_grade_of_a_result_and_its_words(words, test, result, context, albumin, expected):
    assert grade_result(*test, result, context, albumin) == expected


@pytest.mark.parametrize(
    ("value", "unit", "albumin", "corrected"),
    [("7.9", "mg/dL", "40", "7.9"), ("7.9", "mg/dL", "30", "8.7"), ("7.9", "mg/dL", "45", "7.5"),
     ("2", "mmol/L", "30", "2.2"), ("4", "meq/l", "30", "4.4"), ("4", "furlongs", "30", None), (None, "mg/dL", "30", None)],
)  # fmt: skip
def test_calcium_at_an_albumin_of_40(value, unit, albumin, corrected):
    reported = Measured(value and Decimal(value), unit, lln=Decimal(2))
    found = correct_calcium(reported, Decimal(albumin))
    assert found == (corrected and Measured(Decimal(corrected), unit, lln=Decimal(2)))


def test_every_graded_test_is_listed_and_none_of_urine():
    listed = set(lab_grades.list_graded_tests())
    assert {CALCIUM, POTASSIUM, ALT, INR} <= listed
    assert not {("UA", "PH"), ("CHEM", "PROT")} & listed


def certain(grade: int, rule: str = "main", *notes: str) -> Grading:
    return Grading(grade, rule, f"Grade {grade}.", notes=notes)


def undecided(*possible: int) -> Grading:
    return Grading(None, "", "", possible, ("duration_hours",))


OPEN = "Cannot be graded because it needs duration_hours:"
TERMS = [
    ("the worse of two", [("Low", certain(1)), ("High", certain(3))], ResultGrade(3, "High", "main", "Grade 3.")),
    ("the first of two alike", [("Low", certain(2, "first")), ("High", certain(2))], ResultGrade(2, "Low", "first", "Grade 2.")),
    ("an open one that could be worse", [("Low", certain(2)), ("High", undecided(1, 3))],
     ResultGrade(None, "", "", f"{OPEN} grade 1 or 3 of High is possible.")),
    ("an open one that could be no worse", [("Low", certain(2)), ("High", undecided(1, 2))],
     ResultGrade(2, "Low", "main", "Grade 2.")),
    ("an open one of two, the other mild", [("Low", undecided(1)), ("High", certain(0))],
     ResultGrade(None, "", "", f"{OPEN} grade 1 of Low is possible.")),
    ("an open one alone", [("Low", undecided(1))], ResultGrade(None, "", "", f"{OPEN} grade 1 of Low is possible.")),
    ("notes once each", [("Low", certain(0, "", "One.", "Two.")), ("High", certain(0, "", "One."))],
     ResultGrade(0, "", "", "In no graded range of Low or High. One. Two.")),
]  # fmt: skip


@pytest.mark.parametrize(("words", "found", "expected"), TERMS, ids=[case[0] for case in TERMS])
def test_of_several_terms_the_worst_counts_unless_an_open_one_could_be_worse(words, found, expected):
    assert lab_grades._worst(found) == expected
