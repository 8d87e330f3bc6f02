"""Inclusions 3, 4 and 14, exclusions 4 and 15: the disease, what it was treated with, and what that left behind."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.derive import eligibility_disease as disease
from forms.derive.eligibility import Anchors
from tests.forms.casebooks import record

MET, NOT_MET, CANNOT_TELL = "MET", "NOT MET", "CANNOT TELL"
WHEN = Anchors(dt.date(2024, 3, 1), dt.date(2024, 3, 4), dt.date(2024, 2, 1))


def history(**given):
    """A disease history."""
    return record("DH", "SCR", **given)


def line(first: str | None, last: str | None, **more):
    """One line of anti-PD-1."""
    dates = {name: date for name, date in (("first_dose", first), ("last_dose", last)) if date}
    return {"agent": "PEMBROLIZUMAB"} | dates | more


def name_of(found) -> str:
    """The name of the question that a judgement asks."""
    return found.question.name if found.question else ""


EXPOSURE = [
    ("2 January to 5 March", [line("2023-01-02", "2023-03-05")], MET, ""),
    ("42 days", [line("2023-01-02", "2023-02-13")], MET, ""),
    ("41 days", [line("2023-01-02", "2023-02-12")], NOT_MET, "IE-02"),
    ("2 January to 30 January", [line("2023-01-02", "2023-01-30")], NOT_MET, "IE-02"),
    ("the longer of two lines counts", [line("2022-01-02", "2022-01-30"), line("2023-01-02", "2023-03-05")], MET, ""),
    ("two short lines do not add up", [line("2022-01-02", "2022-01-30"), line("2023-01-02", "2023-01-30")], NOT_MET, "IE-02"),
    ("January to March, days unknown", [line("2023-01", "2023-03")], CANNOT_TELL, ""),
    ("January to April, days unknown", [line("2023-01", "2023-04")], MET, ""),
    ("within one month", [line("2023-01", "2023-01")], NOT_MET, "IE-02"),
    ("no last dose", [line("2023-01-02", None)], CANNOT_TELL, ""),
    ("no line", [], CANNOT_TELL, ""),
]  # fmt: skip


@pytest.mark.parametrize(("words", "lines", "expected", "asked"), EXPOSURE, ids=[case[0] for case in EXPOSURE])
def test_exposure_to_anti_pd1(words, lines, expected, asked):
    found = disease.exposure(WHEN, [history(PD1=lines)])
    assert (found.result, name_of(found)) == (expected, asked)


def test_exposure_shows_its_arithmetic_and_the_dosing_interval():
    long = disease.exposure(WHEN, [history(PD1=[line("2024-01-02", "2024-03-05")])])
    assert long.evidence.arithmetic == "63 days = 9 weeks; at least 42 days (6 weeks) expected"
    short = disease.exposure(WHEN, [history(PD1=[line("2024-01-02", "2024-01-23", dosing_interval_weeks="3")])])
    assert short.evidence.arithmetic.endswith("6 weeks with the dosing interval of 3")


def progressed(answer: str | None, kind: str | None = "RADIOGRAPHIC", date: str | None = "2024-01"):
    """A line of anti-PD-1 from 2023 with what is said of progression."""
    given = {"progression_documented": answer, "progression_type": kind, "progression_date": date}
    return line("2023-01-02", "2023-09-05", **{name: text for name, text in given.items() if text})


PROGRESSION = [
    ("radiographic, January 2024", [progressed("Y")], MET),
    ("not documented", [progressed("N", None, None)], NOT_MET),
    ("documented, no type", [progressed("Y", None)], CANNOT_TELL),
    ("documented, no date", [progressed("Y", date=None)], CANNOT_TELL),
    ("dated before the first dose", [progressed("Y", date="2022-12")], NOT_MET),
    ("dated in the month of the first dose", [progressed("Y", date="2023-01")], MET),
    ("not answered", [progressed(None, None, None)], CANNOT_TELL),
    ("on the second of two lines", [progressed("N", None, None), progressed("Y")], MET),
]


@pytest.mark.parametrize(("words", "lines", "expected"), PROGRESSION, ids=[case[0] for case in PROGRESSION])
def test_progression_on_anti_pd1(words, lines, expected):
    assert disease.progression(WHEN, [history(PD1=lines)]).result == expected


RECENCY = [
    ("2 November 2023", "2024-03-01", "2023-11-02", MET, ""),
    ("20 August 2023", "2024-03-01", "2023-08-20", NOT_MET, "IE-04"),
    ("6 calendar months to the day", "2024-03-01", "2023-09-01", MET, ""),
    ("a day more than 6 months", "2024-03-01", "2023-08-31", NOT_MET, "IE-04"),
    ("29 February counts for 31 August", "2024-08-31", "2024-02-29", MET, ""),
    ("28 February does not", "2024-08-31", "2024-02-28", NOT_MET, "IE-04"),
    ("month known, inside", "2024-03-01", "2023-09", MET, ""),
    ("month known, on both sides", "2024-03-15", "2023-09", CANNOT_TELL, ""),
    ("year known, on both sides", "2024-03-01", "2023", CANNOT_TELL, ""),
    ("year known, before", "2024-03-01", "2022", NOT_MET, "IE-04"),
]


@pytest.mark.parametrize(("words", "registered", "last", "expected", "asked"), RECENCY, ids=[case[0] for case in RECENCY])
def test_last_anti_pd1(words, registered, last, expected, asked):
    when = Anchors(dt.date.fromisoformat(registered), None, None)
    found = disease.recency(when, [history(PD1=[line("2022-01-02", last)])])
    assert (found.result, name_of(found)) == (expected, asked)


def test_the_evidence_counts_months_and_days():
    found = disease.recency(WHEN, [history(PD1=[line("2023-01-02", "2023-11-02")])])
    assert found.evidence.arithmetic == "3 months 28 days before 2024-03-01; not before 2023-09-01 expected"


STAGES = [
    ("stage IV", {"current_stage": "IV"}, MET),
    ("unresectable IIIC", {"current_stage": "IIIC", "unresectable": "Y"}, MET),
    ("resectable IIIB", {"current_stage": "IIIB", "unresectable": "N"}, NOT_MET),
    ("IIIB, not said", {"current_stage": "IIIB"}, CANNOT_TELL),
    ("stage II", {"current_stage": "II"}, NOT_MET),
    ("not confirmed by histology", {"current_stage": "IV", "histology_confirmed": "N"}, NOT_MET),
    ("no stage", {}, CANNOT_TELL),
]


@pytest.mark.parametrize(("words", "given", "expected"), STAGES, ids=[case[0] for case in STAGES])
def test_stage_of_the_disease(words, given, expected):
    plain = {"tumour_type": "MELANOMA", "histology_confirmed": "Y"}
    assert disease.disease(WHEN, [history(**(plain | given))]).result == expected


def left(grade: str | None = "2", term: str = "colitis", **more):
    """A toxicity of earlier treatment."""
    given = {"prior_tx_toxicity": "Y", "ongoing": "Y", "grade": grade} | more
    return record("MH", term=term, start="2023", **{name: text for name, text in given.items() if text is not None})


TOXICITY = [
    ("colitis grade 2", [left()], NOT_MET),
    ("neuropathy grade 1", [left("1", "neuropathy")], MET),
    ("alopecia grade 2", [left("2", "Alopecia")], MET),
    ("vitiligo grade 2", [left("2", "vitiligo")], MET),
    ("skin hypopigmentation by its term", [left("2", "white spots", ctcae_term="Skin hypopigmentation")], MET),
    ("hypothyroidism grade 2 on replacement", [left("2", "hypothyroidism")], NOT_MET),
    ("resolved", [left(ongoing="N")], MET),
    ("not from treatment", [left(prior_tx_toxicity="N")], MET),
    ("grade unknown", [left(None)], CANNOT_TELL),
    ("no history entered", [], CANNOT_TELL),
]


@pytest.mark.parametrize(("words", "lines", "expected"), TOXICITY, ids=[case[0] for case in TOXICITY])
def test_residual_toxicity(words, lines, expected):
    assert disease.residual_toxicity(WHEN, lines, []).result == expected


def test_no_history_is_an_answer():
    assert disease.residual_toxicity(WHEN, [], [record("MHYN", any_history="N")]).result == MET


def brain(status: str | None = None, symptomatic: str | None = None):
    """A history with a brain metastasis."""
    site = {"organ": "BRAIN"} | ({"cns_status": status} if status else {})
    return history(any_metastasis="Y", MET=[site | ({"symptomatic": symptomatic} if symptomatic else {})])


BRAIN = [
    ("active and symptomatic", brain("ACTIVE", "Y"), NOT_MET),
    ("active, no symptoms", brain("ACTIVE", "N"), MET),
    ("treated and stable, symptoms", brain("TREATED STABLE", "Y"), MET),
    ("active, symptoms not answered", brain("ACTIVE"), CANNOT_TELL),
    ("symptoms, status not answered", brain(None, "Y"), CANNOT_TELL),
    ("other organs only", history(any_metastasis="Y", MET=[{"organ": "LUNG"}]), MET),
    ("no metastasis", history(any_metastasis="N"), MET),
    ("sites not entered", history(), CANNOT_TELL),
]


@pytest.mark.parametrize(("words", "told", "expected"), BRAIN, ids=[case[0] for case in BRAIN])
def test_brain_metastases(words, told, expected):
    assert disease.brain_metastases(WHEN, [told]).result == expected


def agent(stop: str | None = None, **more):
    """An investigational agent."""
    state = {"ongoing": "N", "stop": stop} if stop else {}
    return {"agent": "XL-1", "investigational": "Y", "recovered": "Y", "start": "2023"} | state | more


AGENTS = [
    ("30 days before, recovered", agent("2024-02-03"), MET, ""),
    ("21 days before is outside", agent("2024-02-12"), MET, ""),
    ("20 days before", agent("2024-02-13"), NOT_MET, "IE-08"),
    ("9 days before", agent("2024-02-24"), NOT_MET, "IE-08"),
    ("30 days before, not recovered", agent("2024-02-03", recovered="N"), NOT_MET, "IE-08 state"),
    ("ongoing", agent(ongoing="Y"), NOT_MET, "IE-08 state"),
    ("some day in February", agent("2024-02"), CANNOT_TELL, ""),
    ("no stop", agent(), CANNOT_TELL, ""),
    ("not investigational", agent("2024-02-24", investigational="N"), MET, ""),
]


@pytest.mark.parametrize(("words", "row", "expected", "asked"), AGENTS, ids=[case[0] for case in AGENTS])
def test_investigational_agents(words, row, expected, asked):
    found = disease.investigational_agent(WHEN, [history(PTX=[row])])
    assert (found.result, name_of(found)) == (expected, asked)


def test_without_other_treatment_there_is_none():
    assert disease.investigational_agent(WHEN, [history()]).result == MET
    assert disease.investigational_agent(WHEN, []).result == CANNOT_TELL
