"""CTCAE grading: units, baselines, the facts around a value, what cannot be graded, and what is said about it."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.derive.ctcae import grade
from forms.derive.ctcae_facts import BASELINE_FLAGS, Context, Measured
from forms.dictionaries.ctcae_bands import HIGH, Band
from forms.dictionaries.ctcae_thresholds import list_bands
from tests.forms.derive.ctcae_table import graded

ALT = "Alanine aminotransferase increased"
QTC = "Electrocardiogram QT corrected interval prolonged"
EJECTION = "Ejection fraction decreased"
TROPONIN = "Cardiac troponin I increased"


@pytest.mark.parametrize(
    ("what", "term", "test", "value", "unit", "facts", "expected"),
    [
        ("platelets in 10^3/uL", "Platelet count decreased", "PLAT", "49", "10^3/uL", "lln=150", 3),
        ("platelets in K/uL", "Platelet count decreased", "PLAT", "50", "K/uL", "lln=150", 2),
        ("platelets per microlitre", "Platelet count decreased", "PLAT", "24999", "/uL", "lln=150000", 4),
        ("CD4 cells in 10^6/L", "CD4 lymphocytes decreased", "CD4", "199", "10^6/L", "lln=500", 3),
        ("potassium in mEq/L", "Hyperkalemia", "K", "6.1", "mEq/L", "uln=5", 3),
        ("sodium in mEq/L", "Hypernatremia", "SODIUM", "156", "mEq/L", "uln=145", 3),
        ("glucose 54 mg/dL is 3.0 mmol/L, and below 55", "Hypoglycemia", "GLUC", "54", "mg/dL", "lln=70", 2),
        ("glucose 3.0 mmol/L is not below 3.0", "Hypoglycemia", "GLUC", "3.0", "mmol/L", "lln=3.9", 1),
        ("haemoglobin 6.2 mmol/L, 99.9 g/L", "Anemia", "HGB", "6.2", "mmol/L", "lln=7.4", 1),
        ("temperature in C", "Fever", "TEMP", "39.1", "°C", "", 2),
        ("temperature in F", "Fever", "TEMP", "102.2", "F", "", 1),
        ("QTc in msec", QTC, "QTC", "501", "msec", "", 3),
        ("urine of 8 hours in mL", "Urine output decreased", "URINOUT8", "79", "mL", "", 3),
        ("urine a day", "Urine output decreased", "URINOUT24", "239", "mL/day", "", 4),
        ("filtration rate per square metre", "Chronic kidney disease", "EGFR", "29", "mL/min/1.73 m²", "", 3),
        ("INR without a unit", "INR increased", "INR", "2.6", "", "", 3),
        ("blood pH without a unit", "Acidosis", "PH", "7.29", "", "", 3),
        ("ALT in any unit", ALT, "ALT", "2.1", "ukat/L", "uln=0.7 baseline=0.5", 1),
        ("creatinine in any unit", "Creatinine increased", "CREAT", "19", "mg/L", "uln=12 baseline=10", 2),
    ],
)  # fmt: skip
def test_units_that_are_graded_as_reported(
    what: str, term: str, test: str, value: str, unit: str, facts: str, expected: int
) -> None:
    found = graded(term, test, value, unit, facts)
    assert (found.grade, "graded as" in found.explanation) == (expected, False)


@pytest.mark.parametrize(
    ("what", "term", "test", "value", "unit", "facts", "expected", "said"),
    [
        ("calcium in mEq/L", "Hypocalcemia", "CA", "3.4", "mEq/L", "lln=4.2", 3, "graded as 1.7 mmol/L (x 0.5)"),
        ("magnesium in mEq/L", "Hypomagnesemia", "MG", "0.78", "mEq/L", "lln=1.4", 3, "graded as 0.39 mmol/L (x 0.5)"),
        ("magnesium at the bound", "Hypomagnesemia", "MG", "0.80", "mEq/L", "lln=1.4", 2, "graded as 0.4 mmol/L"),
        ("high haemoglobin in mmol/L", "Hemoglobin increased", "HGB", "11.8", "mmol/L", "uln=10.5", 2, "(x 16.114)"),
        ("protein in mg a day", "Proteinuria", "UPROT24", "1000", "mg/24 h", "uln=150", 2, "graded as 1 g/24h (x 0.001)"),
    ],
)  # fmt: skip
def test_other_units_are_graded_in_the_standard_unit_and_it_is_said(
    what: str, term: str, test: str, value: str, unit: str, facts: str, expected: int, said: str
) -> None:
    found = graded(term, test, value, unit, facts)
    assert found.grade == expected and said in found.explanation


@pytest.mark.parametrize(
    ("what", "value", "facts", "expected", "rule"),
    [
        ("baseline at ULN is normal", "120", "uln=40 baseline=40", 1, "uln_multiple"),
        ("baseline just above ULN is abnormal", "120", "uln=40 baseline=40.1", 1, "baseline_multiple"),
        ("abnormal baseline, between ULN and 1.5 x baseline", "89", "uln=40 baseline=60", 0, "baseline_multiple"),
        ("abnormal baseline, value back to normal", "38", "uln=40 baseline=60", 0, "baseline_multiple"),
        ("flagged normal against the limits", "150", "uln=40 baseline=60 baseline_flag=NORMAL", 2, "uln_multiple"),
        ("flagged high against the limits", "150", "uln=40 baseline=30 baseline_flag=HIGH", 2, "baseline_multiple"),
        ("flagged high, ULN not needed", "150", "baseline=60 baseline_flag=HIGH", 1, "baseline_multiple"),
        ("a low baseline is not abnormal here", "150", "uln=40 baseline_flag=LOW", 2, "uln_multiple"),
        ("flagged normal, baseline not needed", "41", "uln=40 baseline_flag=NORMAL", 1, "uln_multiple"),
        ("no baseline, value at ULN", "40", "uln=40", 0, "uln_multiple, baseline_multiple"),
    ],
)  # fmt: skip
def test_baseline_decides_the_rule_of_alt(what: str, value: str, facts: str, expected: int, rule: str) -> None:
    found = graded(ALT, "ALT", value, "U/L", facts)
    assert (found.grade, found.rule) == (expected, rule)


@pytest.mark.parametrize(
    ("what", "value", "facts", "expected", "rule"),
    [
        ("baseline normal, though it fell by more than half", "160", "lln=200 baseline=400", 1, "lln_multiple"),
        ("baseline low, both rules agree", "150", "lln=200 baseline=180", 1, "lln_multiple, baseline_decrease"),
        ("baseline low, no further decrease", "180", "lln=200 baseline=180", 1, "lln_multiple"),
        ("baseline high is not abnormal here", "160", "lln=200 baseline=400 baseline_flag=HIGH", 1, "lln_multiple"),
        ("no baseline: a lower one cannot make it worse", "160", "lln=200", 1, "lln_multiple"),
        ("the change is told", "160", "lln=200 baseline_flag=LOW pct_change_from_baseline=-60", 3, "baseline_decrease"),
        ("below 50 without limits", "49", "", 4, "absolute"),
    ],
)  # fmt: skip
def test_rules_of_fibrinogen(what: str, value: str, facts: str, expected: int, rule: str) -> None:
    found = graded("Fibrinogen decreased", "FIBRINO", value, "mg/dL", facts)
    assert (found.grade, found.rule) == (expected, rule)


@pytest.mark.parametrize(
    ("what", "term", "test", "value", "unit", "facts", "expected", "rule"),
    [
        ("creatinine within limits, above 1.5 x baseline", "Creatinine increased", "CREAT", "1.0", "mg/dL",
         "uln=1.2 baseline=0.6", 2, "baseline_multiple"),
        ("creatinine of grade 4 needs no baseline", "Creatinine increased", "CREAT", "7.3", "mg/dL", "uln=1.2", 4,
         "uln_multiple"),
        ("creatinine of grade 3 needs no baseline", "Creatinine increased", "CREAT", "3.7", "mg/dL", "uln=1.2", 3,
         "uln_multiple"),
        ("INR 2.2, stable on warfarin", "INR increased", "INR", "2.2", "", "on_anticoagulation=yes baseline=2.2", 2,
         "absolute"),
        ("INR above 2.5 needs nothing else", "INR increased", "INR", "2.51", "", "", 3, "absolute"),
        ("lipase up to twice ULN needs no symptoms", "Lipase increased", "LIPASET", "120", "U/L", "uln=60", 2, "main"),
        ("calcium, symptoms denied", "Hypercalcemia", "CA", "2.7", "mmol/L", "uln=2.6 symptomatic=no", 1, "main"),
        ("calcium, symptoms not told", "Hypercalcemia", "CA", "2.7", "mmol/L", "uln=2.6", 1, "main"),
        ("calcium, symptoms", "Hypercalcemia", "CA", "2.7", "mmol/L", "uln=2.6 symptomatic=yes", 2, "symptomatic"),
        ("normal calcium with symptoms of something else", "Hypercalcemia", "CA", "2.5", "mmol/L",
         "uln=2.6 symptomatic=yes", 0, "main, symptomatic"),
        ("normal troponin needs no infarction level", TROPONIN, "TROPONI", "26", "ng/L", "uln=26", 0, "main"),
        ("infarction level without ULN", TROPONIN, "TROPONI", "400", "ng/L", "mi_level=300", 3, "main"),
        ("neutrophils within limits that cross 1.5", "Neutrophil count decreased", "NEUT", "1.4", "10^9/L", "lln=1.2",
         2, "main"),
        ("haemoglobin below 8 needs no limit", "Anemia", "HGB", "7.9", "g/dL", "", 3, "main"),
        ("normal TSH needs no answer", "Thyroid stimulating hormone increased", "TSH", "4", "mIU/L", "uln=4.2", 0, "main"),
        ("treated TSH is of another term", "Thyroid stimulating hormone increased", "TSH", "9", "mIU/L",
         "uln=4.2 intervention_initiated=yes", 0, "main"),
        ("ejection fraction 30 needs no baseline", EJECTION, "LVEF", "30", "%", "", 3, "resting_ef"),
        ("QTc 502 needs no baseline", QTC, "QTC", "502", "ms", "", 3, "absolute"),
        ("QTc 461, 61 more than before", QTC, "QTC", "461", "ms", "baseline=400", 3, "change"),
        ("weight gain told as a change", "Weight gain", "WEIGHT", None, "", "pct_change_from_baseline=10", 2, "main"),
        ("weight loss told as a change", "Weight loss", "WEIGHT", None, "", "pct_change_from_baseline=-9.99", 1, "main"),
        ("a gain is no loss", "Weight loss", "WEIGHT", None, "", "pct_change_from_baseline=12", 0, "main"),
        ("change and weights agree on the grade", "Weight loss", "WEIGHT", "71.9", "kg",
         "baseline=80 pct_change_from_baseline=-10.1", 2, "main"),
    ],
)  # fmt: skip
def test_facts_around_a_value(
    what: str, term: str, test: str, value: str | None, unit: str, facts: str, expected: int, rule: str
) -> None:
    found = graded(term, test, value, unit, facts)
    assert (found.grade, found.rule) == (expected, rule)


@pytest.mark.parametrize(
    ("what", "term", "test", "value", "unit", "facts", "reasons"),
    [
        ("no value", "Anemia", "HGB", None, "g/dL", "lln=12", ("Missing: a value",)),
        ("a negative value", "Anemia", "HGB", "-1", "g/dL", "lln=12", ("a value that is not negative",)),
        ("no limit", "Anemia", "HGB", "11", "g/dL", "", ("Grade 1 is possible", "a lower limit of normal")),
        ("limits swapped", "Anemia", "HGB", "11", "g/dL", "lln=16 uln=12", ("limits in order",)),
        ("a limit of zero", ALT, "ALT", "90", "U/L", "uln=0 baseline=30", ("an upper limit of normal above zero",)),
        ("no unit", "Anemia", "HGB", "11", "", "lln=12", ("Grade 1 or 2 or 3", "prints (g/dL, g/L, mmol/L)")),
        ("ionized calcium in mg/dL", "Hypocalcemia", "CAION", "3.9", "mg/dL", "lln=4.6", ("CTCAE prints (mmol/L)",)),
        ("unit unknown", "Hyperkalemia", "K", "6", "mg/dL", "uln=5", ("a unit that CTCAE prints (mmol/L)",)),
        ("no baseline", ALT, "ALT", "150", "U/L", "uln=40", ("Grade 1 or 2 is possible", "a baseline")),
        ("no baseline, flagged high", ALT, "ALT", "150", "U/L", "uln=40 baseline_flag=HIGH", ("Missing: a baseline",)),
        ("a lower limit of zero", "Fibrinogen decreased", "FIBRINO", "0.6", "g/L", "lln=0", ("Missing: a baseline",)),
        ("no ULN", ALT, "ALT", "150", "U/L", "baseline=30", ("an upper limit of normal",)),
        ("a baseline of zero", "Creatinine increased", "CREAT", "1", "mg/dL", "uln=1.2 baseline=0", ("above zero",)),
        ("creatinine without baseline", "Creatinine increased", "CREAT", "1.3", "mg/dL", "uln=1.2",
         ("Grade 1 or 2 or 3 is possible", "Missing: a baseline.")),
        ("INR, anticoagulant not known", "INR increased", "INR", "1.3", "", "baseline=0.8", ("Missing: on_anticoag",)),
        ("INR, baseline not known", "INR increased", "INR", "1.3", "", "on_anticoagulation=yes", ("a baseline",)),
        ("eosinophils without baseline", "Eosinophilia", "EOS", "0.6", "10^9/L", "uln=0.5", ("Missing: a baseline",)),
        ("symptoms", "Hypokalemia", "K", "3.2", "mmol/L", "lln=3.5", ("Grade 1 or 2", "symptomatic (yes or no)")),
        ("fever without duration", "Fever", "TEMP", "40.1", "C", "", ("Grade 3 or 4", "duration_hours")),
        ("troponin without infarction level", TROPONIN, "TROPONI", "27", "ng/L", "uln=26", ("Grade 1 or 3", "mi_level")),
        ("weight without baseline", "Weight loss", "WEIGHT", "72", "kg", "", ("a baseline or pct_change_from_baseline",)),
        ("weights and change disagree", "Weight loss", "WEIGHT", "72", "kg", "baseline=80 pct_change_from_baseline=-9",
         ("Grade 1 or 2", "agrees with value and baseline")),
        ("sodium between whole numbers", "Hyponatremia", "SODIUM", "129.5", "mmol/L", "lln=135 symptomatic=no",
         ("Grade 1 or 2 is possible", "end at 129 and begin at 130")),
        ("ejection fraction between whole numbers", EJECTION, "LVEF", "39.5", "%", "baseline=45", ("Grade 2 or 3", "39")),
        ("drop between whole numbers", EJECTION, "LVEF", "50.5", "%", "baseline=70", ("Grade 2 or 3", "end at 19")),
        ("QTc between whole numbers", QTC, "QTC", "480.5", "ms", "baseline=470", ("Grade 1 or 2", "481")),
        ("filtration rate between whole numbers", "Chronic kidney disease", "EGFR", "59.5", "mL/min/1.73m2", "lln=90",
         ("Grade 1 or 2", "end at 59 and begin at 60")),
        ("no numbers in v5.0", "Hyperglycemia", "GLUC", "300", "mg/dL", "uln=100", ("has no numbers for Hyperglycemia",)),
        ("no term", "Oliguria", "URINOUT8", "70", "mL/8h", "", ("'Oliguria' is no term of CTCAE v5.0",)),
        ("another test", "Hypocalcemia", "MG", "1", "mmol/L", "", ("graded by CA, CAION, not by MG",)),
        ("no test", "Hypocalcemia", "", "1", "mmol/L", "", ("not by a test that is not named",)),
    ],
)  # fmt: skip
def test_what_cannot_be_graded_says_why(
    what: str, term: str, test: str, value: str | None, unit: str, facts: str, reasons: tuple[str, ...]
) -> None:
    found = graded(term, test, value, unit, facts)
    assert (found.grade, found.rule) == (None, "")
    for reason in reasons:
        assert reason in found.explanation


def test_the_other_direction_is_not_graded() -> None:
    found = grade("Hypokalemia", "K", Measured(Decimal(6), "mmol/L"), direction=HIGH)
    assert (found.grade, found.explanation) == (None, "Hypokalemia grades low values only, not high ones.")


@pytest.mark.parametrize(
    ("what", "value", "facts", "expected"),
    [
        ("below 20 is grade 4 whatever it was", "20", "sign=LT", 4),
        ("below 25 is grade 4", "25", "sign=LT", 4),
        ("below 26 may be 25", "26", "sign=LT", None),
        ("above 150 is normal", "150", "sign=GT lln=150", 0),
        ("above 75 is not known without a limit", "75", "sign=GT", None),
        ("above 60 may be anything", "60", "sign=GT lln=150", None),
    ],
)
def test_a_result_with_a_sign_is_graded_when_all_it_may_be_is_one_grade(
    what: str, value: str, facts: str, expected: int | None
) -> None:
    found = graded("Platelet count decreased", "PLAT", value, "10^9/L", facts)
    assert found.grade == expected
    assert expected is not None or "not" in found.explanation or "limit" in found.explanation


@pytest.mark.parametrize(
    ("what", "value", "facts", "expected"),
    [
        ("lost more than 30 of 80 kg", "50", "sign=LT baseline=80", 3),
        ("gained, or lost at most 3 of 80 kg", "77", "sign=GT baseline=80", 0),
        ("no baseline", "50", "sign=LT", None),
    ],
)
def test_a_change_from_a_result_with_a_sign(what: str, value: str, facts: str, expected: int | None) -> None:
    assert graded("Weight loss", "WEIGHT", value, "kg", facts).grade == expected


def test_between_whole_numbers_a_grade_that_both_neighbours_give_stands() -> None:
    found = graded("Hyponatremia", "SODIUM", "124.5", "mmol/L", "lln=135 symptomatic=yes")
    assert (found.grade, found.rule) == (3, "any_symptoms, symptomatic")
    assert "It lies between the bands of whole numbers that end at 124 and begin at 125." in found.explanation
    assert graded(EJECTION, "LVEF", "39.5", "%", "baseline=60").rule == "drop"


@pytest.mark.parametrize(
    ("term", "test", "value", "unit", "facts", "said"),
    [
        ("Anemia", "HGB", "94", "g/L", "lln=120", "94 g/L is at or above 80 and below 100."),
        (ALT, "ALT", "150", "U/L", "uln=40 baseline=60",
         "150 is at or above 1.5 x baseline (90) and at or below 3 x baseline (180). "
         "The baseline (60) counts as abnormal: abnormal is above ULN."),
        (ALT, "ALT", "41", "U/L", "uln=40 baseline_flag=LOW", "The baseline (flagged LOW) counts as normal"),
        ("Neutrophil count decreased", "NEUT", "1.4", "10^9/L", "lln=1.2", "The value is within the normal limits"),
        ("Creatinine increased", "CREAT", "1.0", "mg/dL", "uln=1.2 baseline=0.6", "within the normal limits"),
        ("Lipase increased", "LIPASET", "301", "U/L", "uln=60 symptomatic=no", "Grade 4 asks for symptomatic=yes."),
        ("Hemoglobin increased", "HGB", "19", "g/dL", "uln=16.5", "2.5 g/dL above ULN is above 2 and at or below 4."),
        ("Weight loss", "WEIGHT", "70", "kg", "baseline=90", "A decrease of 22.2222 % from baseline is at or above 20."),
        (QTC, "QTC", "461", "ms", "baseline=400", "An increase of 61 ms from baseline is above 60."),
        (EJECTION, "LVEF", "48", "%", "baseline=60", "The drop is read as percentage points; it is 20 % of the baseline."),
        ("Hypocalcemia", "CA", "1.9", "mmol/L", "lln=2.1", "uncorrected, unless the laboratory corrected it"),
        ("Hypocalcemia", "CA", "1.9", "mmol/L", "lln=2.1 albumin_corrected=no", "Total calcium, uncorrected for albumin."),
        ("Hypocalcemia", "CA", "1.9", "mmol/L", "lln=2.1 albumin_corrected=yes", "Corrected for albumin."),
        ("Thyroid stimulating hormone increased", "TSH", "9", "mIU/L", "uln=4.2 intervention_initiated=yes",
         "In no graded range. Grade 1 asks for intervention_initiated=no."),
        ("INR increased", "INR", "2.6", "", "", "2.6 is above 2.5."),
    ],
)  # fmt: skip
def test_the_explanation_shows_the_numbers_and_what_was_read_into_them(
    term: str, test: str, value: str, unit: str, facts: str, said: str
) -> None:
    assert said in graded(term, test, value, unit, facts).explanation


# --- whatever the facts ---------------------------------------------------------------------------------------------

NUMBERS = st.decimals(min_value=0, max_value=3000, places=2)
MAYBE = st.none() | NUMBERS
ANSWERS = st.sampled_from([None, True, False])
CONTEXTS = st.builds(Context, **{
    field.name: ANSWERS if "bool" in str(field.type) else MAYBE for field in fields(Context)
})  # fmt: skip


@st.composite
def situations(draw: st.DrawFn) -> tuple[Band, Measured]:
    """A term with a result in one of its units, around its numbers and limits."""
    band = draw(st.sampled_from(list_bands()))
    lln = draw(NUMBERS)
    result = Measured(
        draw(NUMBERS), draw(st.sampled_from(sorted(band.edges))), draw(st.sampled_from(["", "", "LT", "GT"])),
        draw(st.sampled_from([None, lln])), draw(MAYBE.map(lambda one: one and one + lln)), draw(MAYBE),
        draw(st.sampled_from(["", *BASELINE_FLAGS])),
    )  # fmt: skip
    return band, result


@settings(max_examples=300, deadline=None)
@given(situations(), CONTEXTS, st.lists(NUMBERS, min_size=2, max_size=12))
def test_a_worse_value_is_never_a_milder_grade(
    situation: tuple[Band, Measured], context: Context, values: list[Decimal]
) -> None:
    band, measured = situation
    worse_last = sorted(values, reverse=band.direction != HIGH)
    context = replace(context, pct_change_from_baseline=None)
    found = [
        grade(band.term, band.test, replace(measured, value=value, sign=""), context).grade for value in worse_last
    ]
    grades = [one for one in found if one is not None]
    assert all(milder <= worse for milder, worse in pairwise(grades))


@settings(max_examples=300, deadline=None)
@given(situations(), CONTEXTS)
def test_a_fact_that_becomes_known_never_changes_a_grade(situation: tuple[Band, Measured], context: Context) -> None:
    band, measured = situation
    found = grade(band.term, band.test, measured, context)
    for blank in (
        replace(measured, lln=None), replace(measured, uln=None), replace(measured, baseline=None),
        replace(measured, baseline=None, baseline_flag=""),
    ):  # fmt: skip
        without = grade(band.term, band.test, blank, context)
        is_flagged_against_limits = bool(measured.baseline_flag) and not blank.baseline_flag
        assert without.grade in (None, found.grade) or found.grade is None or is_flagged_against_limits


ANY_NUMBER = st.none() | st.decimals()


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list_bands()), st.text(max_size=12) | st.sampled_from(["g/L", "mEq/L", "%"]),
    st.lists(ANY_NUMBER, min_size=7, max_size=7), st.sampled_from(["", "LT", "GT"]),
    st.sampled_from(["", *BASELINE_FLAGS]), CONTEXTS,
)  # fmt: skip
def test_no_number_is_too_odd(
    band: Band, unit: str, numbers: list[Decimal | None], sign: str, flag: str, context: Context
) -> None:
    value, lln, uln, baseline, hours, level, change = numbers
    context = replace(context, duration_hours=hours, mi_level=level, pct_change_from_baseline=change)
    found = grade(band.term, band.test, Measured(value, unit, sign, lln, uln, baseline, flag), context)
    assert found.grade in (None, 0, 1, 2, 3, 4) and found.explanation


@given(st.text(), st.text(), st.text())
def test_no_words_are_too_odd(term: str, test: str, unit: str) -> None:
    assert grade(term, test, Measured(Decimal(1), unit)).grade is None
