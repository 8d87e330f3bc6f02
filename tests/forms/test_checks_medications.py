"""Checks and derivations of medications: dates, steroids, vasopressors, G-CSF, what a drug was given for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.evaluation import open_required
from tests.forms.casebooks import asks, judge, passes, record, subject

PLAIN = {
    "drug": "Paracetamol", "class_flag": "NSAID/ANTIPYRETIC", "indication": "Comfort", "dose": "500", "unit": "mg",
    "frequency": "QID", "route": "ORAL", "form": "TABLET", "start": "2024-03-10", "ongoing": "N", "end": "2024-03-12",
}  # fmt: skip
TREATED = {"c1d1": "2024-03-04", "last_dose": "2024-03-16"}
HYPOTENSION = {"ctcae_term": "Hypotension", "verbatim": "Hypotension", "start_date": "2024-03-11", "ongoing": "Y"}


def drug(line: int = 1, **given):
    """A medication line; None leaves an item out."""
    answers = {name: value for name, value in (PLAIN | given).items() if value is not None}
    return record("CM", line=line, name=f"cm{line}", **answers)


def steroid(name: str = "dexamethasone", dose: str = "4", start: str = "2024-03-01", end: str | None = "2024-03-10",
            line: int = 1, **given):  # fmt: skip
    """A systemic steroid once a day."""
    times = {"start": start, "end": end, "ongoing": "N" if end else "Y"}
    return drug(line, **({"drug": name, "class_flag": "STEROID", "dose": dose, "frequency": "QD"} | times | given))


def pressor(**given):
    """Phenylephrine on 12 March from 02:00 to 14:00."""
    times = {"start": "2024-03-12", "start_time": "02:00", "end": "2024-03-12", "end_time": "14:00"}
    return drug(**({"drug": "phenylephrine", "class_flag": "VASOPRESSOR", "vp_max_rate": "0.5"} | times | given))


def g_csf(end: str | None, **given):
    """Filgrastim until a day (none: it goes on)."""
    times = {"start": "2024-02-01", "end": end, "ongoing": "N" if end else "Y"}
    return drug(**({"drug": "Filgrastim", "class_flag": "G-CSF"} | times | given))


def hypotension(grade: str, **given):
    """A hypotension that reached a grade."""
    return record("AE", name="low", GRADE=[{"from_date": "2024-03-11", "grade": grade}], **(HYPOTENSION | given))


def history(**given):
    """Psoriasis in the medical history."""
    plain = {"term": "Psoriasis", "category": "AUTOIMMUNE", "start": "2015", "ongoing": "Y"}
    return record("MH", name="mh1", **(plain | given))


def dose(start: str):
    """A dose grid with one given dose."""
    return record("IL2D", "C1A1", SLOT=[{"number": 1, "status": "GIVEN", "start_dt": start}])


def infusion(start: str, given: str = "Y"):
    """Nivolumab on day 35."""
    return record("NIVO", "C1D35", given=given, start_dt=start)


def count(taken: str, at: str = "SCR", status: str = "DONE"):
    """A sample with a neutrophil count."""
    row = {"panel": "HEM", "test": "NEUT", "row_status": status}
    return record("LAB", at, performed="Y", sample_dt=taken, RESULT=[row])


CASES = [
    passes("CM-01", "stopped after it was started", drug()),
    asks("CM-01", "stopped before it was started", drug(start="2024-04-02", end="2024-03-30"), item="end",
         message="Stop 2024-03-30 is before start 2024-04-02."),
    passes("CM-01", "started and stopped on one day", drug(end="2024-03-10")),
    passes("CM-01", "started some day in the month of the stop", drug(start="2024-03", end="2024-03-02")),
    asks("CM-01", "a vasopressor stopped before it was started", pressor(end_time="01:00"),
         message="Stop 2024-03-12 01:00 is before start 2024-03-12 02:00."),
    asks("CM-01", "ongoing with a stop date", drug(ongoing="Y"), item="ongoing",
         message="'Paracetamol' is ongoing but has a stop date 2024-03-12."),
    passes("CM-01", "ongoing without one", drug(ongoing="Y", end=None)),
    # steroids
    passes("CM-02", "prednisone 8 mg on the day of the first dose", steroid("prednisone", "8"), **TREATED),
    asks("CM-02", "dexamethasone 4 mg on the day of the first dose", steroid(), item="daily_dose", **TREATED,
         message="dexamethasone 4 mg/day = 26.7 mg/day prednisone; more than 10 mg conflicts with exclusion 13."),
    passes("CM-02", "dexamethasone 1.5 mg is exactly 10", steroid(dose="1.5"), **TREATED),
    asks("CM-02", "dexamethasone 1.501 mg is above 10", steroid(dose="1.501"), **TREATED),
    passes("CM-02", "dexamethasone on the skin", steroid(route="TOPICAL"), **TREATED),
    passes("CM-02", "no study dose yet", steroid()),
    passes("CM-02", "stopped the day before the first dose", steroid(end="2024-03-03"), **TREATED),
    asks("CM-02", "stopped on the day of the first dose", steroid(end="2024-03-04"), **TREATED),
    asks("CM-02", "goes on", steroid(end=None), **TREATED),
    passes("CM-02", "nobody says whether it goes on", steroid(end=None, ongoing=None), **TREATED),
    passes("CM-02", "started some day in the month of the first dose", steroid(start="2024-03"), **TREATED),
    asks("CM-02", "given at an IL-2 dose", steroid(start="2024-03-11", end="2024-03-12"), dose("2024-03-12 06:00"),
         **TREATED),
    passes("CM-02", "given after the last IL-2 dose", steroid(start="2024-03-13", end="2024-03-14"),
           dose("2024-03-12 06:00"), **TREATED),
    asks("CM-02", "given at the nivolumab of day 35", steroid(start="2024-04-01", end="2024-04-10"),
         infusion("2024-04-07 09:00"), **TREATED),
    passes("CM-02", "the nivolumab of day 35 was not given", steroid(start="2024-04-01", end="2024-04-10"),
           infusion("2024-04-07 09:00", given="N"), **TREATED),
    passes("CM-02", "as needed without an average", steroid(frequency="PRN"), **TREATED),
    asks("CM-02", "as needed with an average", steroid(frequency="PRN", daily_dose="4"), **TREATED),
    asks("CM-02", "two lines add up", steroid("prednisone", "6", line=2), steroid("hydrocortisone", "30"), **TREATED,
         message="Steroids together on 2024-03-04: line 1 7.5 mg + line 2 6 mg = 13.5 mg/day prednisone; more than 10 mg "
         "conflicts with exclusion 13."),
    passes("CM-02", "the first of two lines that add up", steroid("hydrocortisone", "30"),
           steroid("prednisone", "6", line=2), **TREATED),
    passes("CM-02", "two lines that are 10 together", steroid("prednisone", "5", line=2), steroid("prednisone", "5"),
           **TREATED),
    passes("CM-02", "a small line beside one that is too much alone", steroid("prednisone", "5", line=2), steroid(),
           **TREATED),
    asks("CM-02", "exactly 10 mg with an active autoimmune disease", steroid(dose="1.5"), history(), **TREATED,
         message="Steroids on 2024-03-04 = 10 mg/day prednisone; with an active autoimmune disease less than 10 mg is "
         "needed (exclusion 14)."),
    passes("CM-02", "9 mg with an active autoimmune disease", steroid("prednisone", "9"), history(), **TREATED),
    passes("CM-02", "exactly 10 mg with an autoimmune disease of the past", steroid(dose="1.5"), history(ongoing="N"),
           **TREATED),
    passes("CM-02", "exactly 10 mg with another condition", steroid(dose="1.5"), history(category="GENERAL"), **TREATED),
    # what for
    passes("CM-03", "given for no event", drug()),
    asks("CM-03", "given for a term of CTCAE", drug(indication="Fever"), item="ae_ref",
         message="Given for 'Fever', but no adverse event or history line is linked."),
    asks("CM-03", "given for words of an event", drug(indication="for low BP after dose 8"),
         hypotension("3", verbatim="low BP after dose 8")),
    asks("CM-03", "given for a condition of the history", drug(indication="psoriasis"), history()),
    passes("CM-03", "given against a fever that may come", drug(indication="Fever", prophylaxis="Y")),
    passes("CM-03", "given for a linked event that began before", drug(indication="Fever", ae_ref="low", start="2024-03-11"),
           hypotension("3")),
    passes("CM-03", "given for a linked condition", drug(indication="Psoriasis", mh_ref="mh1"), history()),
    asks("CM-03", "given for a linked event that began later", drug(indication="Fever", ae_ref="low"), hypotension("3"),
         item="start", message="Given for line 1 (Hypotension), which began 2024-03-11, after the drug was started "
         "2024-03-10."),
    passes("CM-03", "started in the month in which the linked event began",
           drug(indication="Fever", ae_ref="low", start="2024-03", end="2024-04"), hypotension("3")),
    # G-CSF
    passes("CM-04", "filgrastim 20 days before the count", g_csf("2024-02-05"), count("2024-02-25 08:00")),
    asks("CM-04", "filgrastim 5 days before the count", g_csf("2024-02-20"), count("2024-02-25 08:00"), item="end",
         message="Filgrastim until 2024-02-20; ANC taken 5 days later must be unsupported."),
    passes("CM-04", "filgrastim 14 days before the count", g_csf("2024-02-11"), count("2024-02-25 08:00")),
    asks("CM-04", "filgrastim 13 days before the count", g_csf("2024-02-12"), count("2024-02-25 08:00")),
    asks("CM-04", "filgrastim goes on", g_csf(None), count("2024-02-25 08:00")),
    passes("CM-04", "filgrastim started after the count", g_csf(None, start="2024-02-26"), count("2024-02-25 08:00")),
    passes("CM-04", "the count was not done", g_csf("2024-02-20"), count("2024-02-25 08:00", status="NOT DONE")),
    passes("CM-04", "a count during treatment", g_csf("2024-02-20"), count("2024-02-25 08:00", at="C1D1")),
    passes("CM-04", "another drug", g_csf("2024-02-20", class_flag="OTHER"), count("2024-02-25 08:00")),
    passes("CM-04", "a count after registration", g_csf("2024-02-20"), count("2024-02-25 08:00"),
           registration="2024-02-24"),
    passes("CM-04", "only the month of the stop is known", g_csf("2024-02"), count("2024-02-25 08:00")),
    # vasopressors
    passes("CM-05", "during a hypotension of grade 3", pressor(), hypotension("3")),
    asks("CM-05", "during a hypotension of grade 2", pressor(), hypotension("2"), item="ae_ref",
         message="phenylephrine from 2024-03-12 02:00: no hypotension of grade 3 or more covers the vasopressor."),
    asks("CM-05", "without a hypotension", pressor()),
    asks("CM-05", "after the hypotension", pressor(), hypotension("3", ongoing="N", end_date="2024-03-11")),
    passes("CM-05", "another drug", drug()),
    # doubles
    asks("GEN-06", "the same drug from the same day twice", drug(2), drug(), item="start",
         message="Line 2 looks the same as line 1 (Paracetamol, 2024-03-10). Remove one, or say how they differ."),
    passes("GEN-06", "the same drug again later", drug(2, start="2024-03-11"), drug()),
    passes("GEN-06", "another drug from the same day", drug(2, drug="Ibuprofen"), drug()),
    # the header
    passes("GEN-08", "any medication: yes, one line", record("CMYN", any_cm="Y"), drug()),
    asks("GEN-08", "any medication: no, one line", record("CMYN", any_cm="N"), drug(), item="any_cm",
         message="You answered no to 'Any medication' but 1 lines exist."),
    asks("GEN-08", "any medication: yes, no line", record("CMYN", any_cm="Y")),
    passes("GEN-08", "any medication: no, no line", record("CMYN", any_cm="N")),
    # general
    asks("GEN-05", "highest rate of 50 ug/kg/min", pressor(vp_max_rate="50"), item="vp_max_rate"),
    asks("GEN-02", "started tomorrow", drug(start="2024-07-01", end="2024-07-02"), item="start"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


def derived(line, *others, **around):
    """A medication line after its derivations."""
    judge(line, subject(line, *others, **around), [line, *others])
    return line


@pytest.mark.parametrize(
    ("frequency", "total"), [("QD", "4"), ("BID", "8"), ("QOD", "2"), ("PRN", None), ("CONTINUOUS", None)]
)
def test_total_per_day_of_a_steroid(frequency, total):
    assert derived(steroid(frequency=frequency)).daily_dose == (None if total is None else Decimal(total))


def test_total_per_day_is_computed_for_steroids_only():
    assert derived(drug()).daily_dose is None


def test_a_typed_average_stays():
    assert derived(steroid(frequency="PRN", daily_dose="3")).pred_equiv == Decimal("20.0")


def test_prednisone_equivalent_shows_its_arithmetic():
    line = derived(steroid())
    assert (line.pred_equiv, line.pred_equiv_how) == (
        Decimal("26.7"), "dexamethasone 4 mg/day x 20/3 = 26.7 mg/day prednisone",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "line", "flag"),
    [
        ("stopped before the first dose", drug(start="2024-02-01", end="2024-03-03"), "Y"),
        ("stopped on the day of the first dose", drug(start="2024-02-01", end="2024-03-04"), "N"),
        ("goes on", drug(start="2024-02-01", ongoing="Y", end=None), "N"),
        ("nobody says whether it goes on", drug(start="2024-02-01", ongoing=None, end=None), None),
        ("stopped some day in the month of the first dose", drug(start="2024-02-01", end="2024-03"), "N"),
    ],
)
def test_before_first_dose_only(words, line, flag):
    assert derived(line, **TREATED).prior_flag == flag


def test_the_average_of_a_steroid_as_needed_is_needed_to_complete():
    asked = {item.name for _, _, item in open_required(derived(steroid(frequency="PRN")))}
    assert "daily_dose" in asked
    assert "daily_dose" not in {item.name for _, _, item in open_required(derived(steroid()))}
