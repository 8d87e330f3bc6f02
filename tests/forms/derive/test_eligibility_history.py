"""Exclusions 1, 3, 5, 7, 8 and 11 to 14: medical history, medications and procedures around their limits."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.derive import eligibility_history as judge
from forms.derive.eligibility import Anchors
from tests.forms.casebooks import record

MET, NOT_MET, CANNOT_TELL, MANUAL = "MET", "NOT MET", "CANNOT TELL", "MANUAL"
WHEN = Anchors(dt.date(2024, 3, 1), dt.date(2024, 3, 4), dt.date(2024, 2, 1))


def condition(category: str, start: str, end: str | None = None, term: str = "condition", **more):
    """A line of medical history; without an end it goes on."""
    state = {"ongoing": "N", "end": end} if end else {"ongoing": "Y"}
    return record("MH", term=term, category=category, start=start, **(state | more))


def drug(flag: str, start: str, end: str | None = None, name: str = "drug", **more):
    """A line of medication."""
    state = {"ongoing": "N", "end": end} if end else {"ongoing": "Y"}
    return record("CM", drug=name, class_flag=flag, start=start, **({"route": "ORAL"} | state | more))


INFECTIONS = [
    ("oral antibiotic at registration", drug("ANTIBIOTIC", "2024-02-25"), NOT_MET),
    ("ended on the day of registration", drug("ANTIBIOTIC", "2024-02-20", "2024-03-01"), NOT_MET),
    ("ended the day before", drug("ANTIBIOTIC", "2024-02-20", "2024-02-29"), MANUAL),
    ("prophylactic", drug("ANTIBIOTIC", "2024-02-25", prophylaxis="Y"), MANUAL),
    ("topical", drug("ANTIBIOTIC", "2024-02-25", route="TOPICAL"), MANUAL),
    ("ended in some day of March", drug("ANTIBIOTIC", "2024-02-25", "2024-03"), NOT_MET),
    ("began some day in March", drug("ANTIBIOTIC", "2024-03"), CANNOT_TELL),
    ("another class", drug("DIURETIC", "2024-02-25"), MANUAL),
]


@pytest.mark.parametrize(("words", "line", "expected"), INFECTIONS, ids=[case[0] for case in INFECTIONS])
def test_infection(words, line, expected):
    assert judge.infection(WHEN, [line]).result == expected


MALIGNANCIES = [
    ("active 4 years ago", condition("MALIGNANCY", "2015", "2020"), NOT_MET),
    ("ended a day inside the 5 years", condition("MALIGNANCY", "2015", "2019-03-02"), NOT_MET),
    ("ended exactly 5 years before", condition("MALIGNANCY", "2015", "2019-03-01"), MANUAL),
    ("ended in March 2019", condition("MALIGNANCY", "2015", "2019-03"), CANNOT_TELL),
    ("ongoing", condition("MALIGNANCY", "2010"), NOT_MET),
    ("basal cell skin cancer", condition("MALIGNANCY", "2023", malignancy_exception="BASAL/SQUAMOUS SKIN"), MANUAL),
    ("no malignancy", condition("GENERAL", "2023"), MANUAL),
]


@pytest.mark.parametrize(("words", "line", "expected"), MALIGNANCIES, ids=[case[0] for case in MALIGNANCIES])
def test_second_malignancy(words, line, expected):
    assert judge.malignancy(WHEN, [line]).result == expected


WOUNDS = [
    ("unhealed", condition("WOUND_FRACTURE", "2023"), NOT_MET),
    ("healed 27 days before treatment", condition("WOUND_FRACTURE", "2023", "2024-02-06"), NOT_MET),
    ("healed 28 days before treatment", condition("WOUND_FRACTURE", "2023", "2024-02-05"), MANUAL),
    ("healed in February", condition("WOUND_FRACTURE", "2023", "2024-02"), CANNOT_TELL),
]


@pytest.mark.parametrize(("words", "line", "expected"), WOUNDS, ids=[case[0] for case in WOUNDS])
def test_wounds(words, line, expected):
    assert judge.wound(WHEN, [line]).result == expected


ARTERIAL = [
    ("infarction 4 months before", condition("ARTERIAL_TE", "2023-11-04", "2023-11-10"), NOT_MET),
    ("infarction 2021", condition("ARTERIAL_TE", "2021", "2021"), MANUAL),
    ("exactly 6 months before", condition("ARTERIAL_TE", "2023-09-04", "2023-09-10"), MANUAL),
    ("a day less than 6 months", condition("ARTERIAL_TE", "2023-09-05", "2023-09-10"), NOT_MET),
    ("in September", condition("ARTERIAL_TE", "2023-09", "2023-10"), CANNOT_TELL),
]


@pytest.mark.parametrize(("words", "line", "expected"), ARTERIAL, ids=[case[0] for case in ARTERIAL])
def test_arterial_events(words, line, expected):
    found = judge.arterial_event(WHEN, [line])
    assert found.result == expected
    assert (found.question is not None) is (expected == NOT_MET)


@pytest.mark.parametrize(
    ("term", "expected"),
    [("allergy to aldesleukin", NOT_MET), ("IL-2 rash", NOT_MET), ("nivolumab infusion reaction", NOT_MET),
     ("interleukin-2", NOT_MET), ("penicillin", MANUAL), ("IL-23 antibody", MANUAL)],
)  # fmt: skip
def test_allergy_to_a_study_drug(term, expected):
    assert judge.hypersensitivity(WHEN, [condition("ALLERGY", "2020", term=term)]).result == expected


def test_tuberculosis():
    assert judge.tuberculosis(WHEN, [condition("TB", "1990", "1991")]).result == NOT_MET
    assert judge.tuberculosis(WHEN, []).result == MANUAL


def operation(start: str, minor: str | None = "N", category: str = "SURGERY"):
    """A line of the procedures."""
    return record("PR", term="resection", category=category, start=start, **({"minor": minor} if minor else {}))


OPERATIONS = [
    ("40 days before", operation("2024-01-24"), MET),
    ("12 days before", operation("2024-02-21"), NOT_MET),
    ("28 days before is outside", operation("2024-02-05"), MET),
    ("27 days before", operation("2024-02-06"), NOT_MET),
    ("12 days before, minor", operation("2024-02-21", "Y"), MET),
    ("12 days before, not said whether minor", operation("2024-02-21", None), CANNOT_TELL),
    ("40 days before, not said whether minor", operation("2024-01-24", None), MET),
    ("some day in February", operation("2024-02"), CANNOT_TELL),
    ("after the first dose", operation("2024-03-20"), MET),
    ("a biopsy", operation("2024-02-21", None, "BIOPSY"), MET),
]


@pytest.mark.parametrize(("words", "line", "expected"), OPERATIONS, ids=[case[0] for case in OPERATIONS])
def test_surgery(words, line, expected):
    assert judge.surgery(WHEN, [line], []).result == expected


def test_surgery_asks_with_the_days():
    asked = judge.surgery(WHEN, [operation("2024-02-21")], []).question
    assert (asked.name, dict(asked.values)) == ("IE-07", {"t": "resection", "x": "2024-02-21", "n": 12})


def test_no_procedure_is_an_answer_and_none_entered_is_not():
    assert judge.surgery(WHEN, [], []).result == CANNOT_TELL
    assert judge.surgery(WHEN, [], [record("PRYN", any_pr="N")]).result == MET


def steroid(name: str, daily: str | None, start: str = "2024-02-01", end: str | None = None, **more):
    """A line of a steroid with its dose of the day."""
    dose = {"daily_dose": daily, "unit": "mg"} if daily else {}
    return drug("STEROID", start, end, name, **(dose | more))


STEROIDS = [
    ("prednisone 8 mg", [steroid("prednisone", "8")], MET),
    ("prednisone 10 mg", [steroid("prednisone", "10")], MET),
    ("prednisone 10.001 mg", [steroid("prednisone", "10.001")], NOT_MET),
    ("dexamethasone 4 mg", [steroid("dexamethasone", "4")], NOT_MET),
    ("dexamethasone 1.5 mg is exactly 10", [steroid("dexamethasone", "1.5")], MET),
    ("hydrocortisone 30 mg", [steroid("hydrocortisone", "30")], MET),
    ("two that add up to 11", [steroid("prednisone", "6"), steroid("prednisolone", "5")], NOT_MET),
    ("topical", [steroid("betamethasone", "50", route="TOPICAL")], MET),
    ("ended before the first dose", [steroid("prednisone", "40", end="2024-03-03")], MET),
    ("ended in March", [steroid("prednisone", "40", end="2024-03")], CANNOT_TELL),
    ("dose not known", [steroid("prednisone", None)], CANNOT_TELL),
    ("dose not known beside 20 mg", [steroid("prednisone", None), steroid("prednisone", "20")], NOT_MET),
    ("no steroid", [drug("DIURETIC", "2023")], MET),
    ("no medication entered", [], CANNOT_TELL),
]


@pytest.mark.parametrize(("words", "lines", "expected"), STEROIDS, ids=[case[0] for case in STEROIDS])
def test_steroids_on_the_day_of_the_first_dose(words, lines, expected):
    assert judge.steroids(WHEN, lines, []).result == expected


def test_no_medication_is_an_answer():
    assert judge.steroids(WHEN, [], [record("CMYN", any_cm="N")]).result == MET


THYROIDITIS = condition("AUTOIMMUNE", "2020", term="thyroiditis", on_immunosuppressant="N")
AUTOIMMUNE = [
    ("nothing", [], [], MANUAL),
    ("needs immunosuppression", [condition("AUTOIMMUNE", "2020", on_immunosuppressant="Y")], [], NOT_MET),
    ("needs none", [THYROIDITIS], [], MANUAL),
    ("need not answered", [condition("AUTOIMMUNE", "2020")], [], CANNOT_TELL),
    ("an immunosuppressant on the first dose", [], [drug("IMMUNOSUPPRESSANT", "2023")], NOT_MET),
    ("an immunosuppressant ended before", [], [drug("IMMUNOSUPPRESSANT", "2023", "2024-02")], MANUAL),
    ("autoimmune disease with prednisone 9 mg", [THYROIDITIS], [steroid("prednisone", "9")], MANUAL),
    ("autoimmune disease with prednisone 10 mg", [THYROIDITIS], [steroid("prednisone", "10")], NOT_MET),
    ("prednisone 10 mg alone", [], [steroid("prednisone", "10")], MANUAL),
]


@pytest.mark.parametrize(("words", "lines", "drugs", "expected"), AUTOIMMUNE, ids=[case[0] for case in AUTOIMMUNE])
def test_autoimmune_disease(words, lines, drugs, expected):
    assert judge.autoimmune_disease(WHEN, lines, drugs).result == expected


def test_without_its_date_nothing_is_judged():
    nowhere = Anchors()
    assert judge.surgery(nowhere, [operation("2024-02-21")], []).result == CANNOT_TELL
    assert judge.malignancy(nowhere, [condition("MALIGNANCY", "2023")]).result == CANNOT_TELL
