"""Every word of a grading: what is missing, in which order, and the sentences that a person reads."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.derive.ctcae import grade
from forms.derive.ctcae_facts import Measured
from forms.dictionaries.ctcae_bands import HIGH, LOW
from tests.forms.derive.ctcae_table import graded

ALT = ("Alanine aminotransferase increased", "ALT")
FIBRINOGEN = ("Fibrinogen decreased", "FIBRINO")
ANAEMIA, PLATELETS = ("Anemia", "HGB"), ("Platelet count decreased", "PLAT")
TROPONIN, CREATININE = ("Cardiac troponin I increased", "TROPONI"), ("Creatinine increased", "CREAT")
GAIN, LOSS = ("Weight gain", "WEIGHT"), ("Weight loss", "WEIGHT")
INR = ("INR increased", "INR")
CHANGE = "a baseline or pct_change_from_baseline"


@pytest.mark.parametrize(
    ("term", "value", "unit", "facts", "possible", "missing"),
    [
        (ALT, "150", "U/L", "", (1, 2, 3, 4), ("an upper limit of normal", "a baseline")),
        (ALT, "150", "U/L", "uln=40", (1, 2), ("a baseline",)),
        (ALT, "150", "U/L", "baseline=30", (1, 2, 3, 4), ("an upper limit of normal",)),
        (ALT, "150", "U/L", "baseline_flag=HIGH", (1, 2, 3, 4), ("a baseline",)),
        (ALT, "90", "U/L", "uln=0 baseline=30", (1, 2, 3, 4), ("an upper limit of normal above zero",)),
        (FIBRINOGEN, "120", "mg/dL", "", (1, 2, 3, 4), ("a lower limit of normal", CHANGE, "a baseline")),
        (FIBRINOGEN, "120", "mg/dL", "baseline=300", (1, 2, 3, 4), ("a lower limit of normal",)),
        (FIBRINOGEN, "120", "mg/dL", "lln=200 baseline=0", (2, 3, 4), ("a baseline above zero",)),
        (FIBRINOGEN, "0.6", "g/L", "lln=0", (1, 2, 3, 4), (CHANGE, "a baseline")),
        (FIBRINOGEN, "180", "mg/dL", "lln=200 baseline_flag=LOW", (1, 2, 3, 4), (CHANGE,)),
        (LOSS, None, "kg", "baseline=80", (1, 2, 3), ("a value",)),
        (LOSS, None, "kg", "", (1, 2, 3), ("a value", CHANGE)),
        (LOSS, "72", "kg", "", (1, 2, 3), (CHANGE,)),
        (LOSS, "72", "kg", "baseline=0", (1, 2, 3), ("a baseline above zero",)),
        (GAIN, "72", "kg", "baseline=0", (1, 2, 3), ("a baseline above zero",)),
        (LOSS, "72", "kg", "baseline=80 pct_change_from_baseline=-9", (1, 2),
         ("a percent change that agrees with value and baseline",)),
        (TROPONIN, "27", "ng/L", "uln=26", (1, 3), ("mi_level",)),
        (TROPONIN, "27", "ng/L", "", (1, 3), ("an upper limit of normal", "mi_level")),
        (TROPONIN, "27", "ng/L", "uln=26 mi_level=0", (1, 3), ("mi_level above zero",)),
        (("Fever", "TEMP"), "40.1", "C", "", (3, 4), ("duration_hours",)),
        (CREATININE, "1.3", "mg/dL", "uln=1.2", (1, 2, 3), ("a baseline",)),
        (CREATININE, "1", "mg/dL", "uln=1.2 baseline=0", (2, 3), ("a baseline above zero",)),
        (INR, "1.3", "", "baseline=0.8", (1, 2), ("on_anticoagulation (yes or no)",)),
        (INR, "1.3", "", "", (1, 2, 3), ("a baseline", "on_anticoagulation (yes or no)")),
        (("Eosinophilia", "EOS"), "0.6", "10^9/L", "uln=0.5", (1,), ("a baseline",)),
        (("Hypokalemia", "K"), "3.2", "mmol/L", "lln=3.5", (1, 2), ("symptomatic (yes or no)",)),
        (ANAEMIA, "11", "g/dL", "", (1,), ("a lower limit of normal",)),
        (ANAEMIA, "11", "g/dL", "lln=16 uln=12", (1,), ("normal limits in order: the lower one is above the upper one",)),
        (ANAEMIA, "11", "", "lln=12", (1, 2, 3), ("a unit that CTCAE prints (g/dL, g/L, mmol/L)",)),
        (ANAEMIA, "-1", "g/dL", "lln=12", (1, 2, 3), ("a value that is not negative",)),
        (ANAEMIA, None, "g/dL", "lln=12", (1, 2, 3), ("a value",)),
        (PLATELETS, "60", "10^9/L", "lln=150 sign=GT", (1, 2), ("the number itself, not > 60",)),
        (PLATELETS, "26", "10^9/L", "sign=LT", (3, 4), ("the number itself, not < 26",)),
    ],
)  # fmt: skip
def test_what_is_missing_and_which_grades_remain(
    term: tuple[str, str], value: str | None, unit: str, facts: str, possible: tuple[int, ...], missing: tuple[str, ...]
) -> None:
    found = graded(*term, value, unit, facts)
    assert (found.grade, found.possible, found.missing) == (None, possible, missing)
    shown = " or ".join(str(grade) for grade in possible)
    assert found.explanation.startswith(f"Grade {shown} is possible. Missing: {'; '.join(missing)}.")


CONVERTED = "CTCAE prints no number in mEq/L: graded as"
AS_REPORTED = "Graded as reported: uncorrected, unless the laboratory corrected it for albumin."
DISAGREE = "Missing: a percent change that agrees with value and baseline."


@pytest.mark.parametrize(
    ("term", "value", "unit", "facts", "expected", "explanation"),
    [
        (("Hypocalcemia", "CA"), "4.1", "mEq/L", "lln=4.2", 1,
         f"2.05 mmol/L is at or above 2 and below LLN (2.1). {CONVERTED} 2.05 mmol/L (x 0.5). {AS_REPORTED}"),
        (("Hypocalcemia", "CA"), "4.2", "mEq/L", "lln=4.2", 0,
         f"In no graded range. {CONVERTED} 2.1 mmol/L (x 0.5). {AS_REPORTED}"),
        (("Hemoglobin increased", "HGB"), "11.8", "mmol/L", "uln=10.5", 2,
         "20.9482 g/L above ULN is above 20 and at or below 40. "
         "CTCAE prints no number in mmol/L: graded as 190.1452 g/L (x 16.114)."),
        (ALT, "150", "U/L", "baseline=60 baseline_flag=HIGH", 1,
         "150 is at or above 1.5 x baseline (90) and at or below 3 x baseline (180). "
         "The baseline (flagged HIGH) counts as abnormal: abnormal is above ULN."),
        (FIBRINOGEN, "120", "mg/dL", "lln=200", 2, "120 is at or above 0.5 x LLN (100) and below 0.75 x LLN (150)."),
        (LOSS, "72", "kg", "baseline=80 pct_change_from_baseline=-10", 2,
         "A decrease of 10 % from baseline is at or above 10 and below 20."),
        (LOSS, "72", "kg", "baseline=80 pct_change_from_baseline=-9.9", None, f"Grade 1 or 2 is possible. {DISAGREE}"),
        (("Hyponatremia", "SODIUM"), "129.5", "mmol/L", "lln=135 symptomatic=no", None,
         "Grade 1 or 2 is possible. It lies between the bands of whole numbers that end at 129 and begin at 130."),
        (CREATININE, "1.0", "mg/dL", "uln=1.2 baseline=0.6", 2,
         "1 is above 1.5 x baseline (0.9) and at or below 3 x baseline (1.8). "
         "The value is within the normal limits; the criteria count all the same."),
        (FIBRINOGEN, "150", "mg/dL", "lln=200 baseline=180", 1,
         "150 is at or above 0.75 x LLN (150) and below LLN (200). "
         "A decrease of 16.6666 % from baseline is above 0 and below 25. "
         "The baseline (180) counts as abnormal: abnormal is below LLN."),
        (PLATELETS, "20", "10^9/L", "sign=LT", 4, "The value is below 25."),
        (PLATELETS, "49.99999", "10^9/L", "lln=150", 3, "49.9999 10^9/L is at or above 25 and below 50."),
        (PLATELETS, "100000.00", "/mm3", "lln=150000", 1, "100000 /mm3 is at or above 75000 and below LLN (150000)."),
        (LOSS, "50", "kg", "sign=LT baseline=80", 3, "A decrease of at least that % from baseline is at or above 20."),
        (("Electrocardiogram QT corrected interval prolonged", "QTC"), "470", "ms", "sign=GT baseline=400", 3,
         "An increase of at least that from baseline is above 60."),
        (("Hypokalemia", "CA"), "3", "mmol/L", "", None, "Hypokalemia is graded by K, not by CA."),
        (ANAEMIA, "11", "g/dL", "lln=12 uln=12", 1, "11 g/dL is at or above 10 and below LLN (12)."),
    ],
)  # fmt: skip
def test_the_whole_explanation(
    term: tuple[str, str], value: str, unit: str, facts: str, expected: int | None, explanation: str
) -> None:
    found = graded(*term, value, unit, facts)
    assert (found.grade, found.explanation) == (expected, explanation)


@pytest.mark.parametrize(("told", "rule"), [("yes", "main, symptomatic"), ("no", "main")])
def test_grade_0_names_the_rules_that_could_have_given_another(told: str, rule: str) -> None:
    found = graded("Hypercalcemia", "CA", "2.5", "mmol/L", f"uln=2.6 symptomatic={told}")
    assert (found.grade, found.rule) == (0, rule)


@pytest.mark.parametrize(
    ("term", "test", "direction", "explanation"),
    [
        ("Hypokalemia", "K", HIGH, "Hypokalemia grades low values only, not high ones."),
        ("Blood lactate dehydrogenase increased", "LDH", LOW,
         "Blood lactate dehydrogenase increased grades high values only, not low ones."),
    ],
)  # fmt: skip
def test_a_term_of_the_other_direction_says_so(term: str, test: str, direction: str, explanation: str) -> None:
    found = grade(term, test, Measured(Decimal(6)), direction=direction)
    assert (found.grade, found.explanation) == (None, explanation)


def test_in_another_unit_all_numbers_of_a_result_are_converted() -> None:
    reported = Measured(Decimal(8), "mg/dL", "LT", Decimal(6), Decimal(10), Decimal(9), "NORMAL")
    assert reported.in_unit(Decimal("0.5")) == Measured(
        Decimal(4), "mg/dL", "LT", Decimal(3), Decimal(5), Decimal("4.5"), "NORMAL"
    )


def test_numbers_that_nothing_can_be_calculated_with_are_missing() -> None:
    odd = Measured(Decimal("NaN"), "", "", Decimal("1E+21"), Decimal("Infinity"), Decimal("1E-21"))
    assert odd.in_unit(Decimal(1)) == Measured(None)
    edges = Measured(Decimal("1E+20"), "", "", Decimal("1E-20"), Decimal(0))
    assert edges.in_unit(Decimal(1)) == edges
