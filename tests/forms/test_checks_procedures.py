"""Checks of procedures: dates, consent, radiotherapy of targets, doubles; and of the lesions in the field."""

from __future__ import annotations

import pytest

from forms.evaluation import open_required
from tests.forms.casebooks import asks, passes, record, visit

PLAIN = {
    "category": "DIAGNOSTIC", "term": "Bronchoscopy", "prior": "N", "indication": "Cough", "start": "2024-03-20",
}  # fmt: skip
RADIOTHERAPY = {
    "category": "RADIOTHERAPY", "term": "Stereotactic radiotherapy", "start": "2024-04-01", "end": "2024-04-05",
    "location": "LUNG", "rt_total_gy": "30", "rt_fractions": "5",
}  # fmt: skip
TREATED = {"c1d1": "2024-03-04"}


def procedure(line: int = 1, **given):
    """A procedure line; None leaves an item out."""
    answers = {name: value for name, value in (PLAIN | given).items() if value is not None}
    return record("PR", line=line, name=f"pr{line}", **answers)


def rays(lesions: str, **given):
    """A radiotherapy with lesions in its field."""
    return procedure(**(RADIOTHERAPY | {"lesion_refs": lesions} | given))


def lesion(name: str, role: str = "TARGET", **given):
    """A lesion of the register."""
    plain = {"role": role, "organ": "LUNG", "detail": "left", "is_node": "N", "method": "CT SCAN"}
    dated = {"baseline_scan_date": "2024-02-20", "baseline_mm": "20"} if role == "TARGET" else {}
    return record("TLB", line=int(name[-1]), name=name, **(plain | dated | given))


def scan(date: str, state: str = "MEASURED", mm: str | None = "18", target: str = "t1"):
    """A follow-up with one reading of a target."""
    reading = {"lesion": target, "t_state": state} | ({"t_diameter_mm": mm} if mm else {})
    where = visit("C1RESP", date)
    return record("TA", where, performed="Y", SCAN=[{"scan_date": date}], TARGET=[reading])


CASES = [
    passes("PR-01", "ends after it began", procedure(end="2024-03-21")),
    asks("PR-01", "ends before it began", procedure(end="2024-03-19"), item="end",
         message="End 2024-03-19 is before start 2024-03-20."),
    passes("PR-01", "ends in the month in which it began", procedure(end="2024-03")),
    passes("PR-01", "prior, in 2022", procedure(prior="Y", start="2022")),
    asks("PR-01", "prior, but after consent", procedure(prior="Y"), item="prior",
         message="Marked prior, but date 2024-03-20 is after consent."),
    passes("PR-01", "prior, on the day of consent", procedure(prior="Y", start="2024-03-01")),
    passes("PR-01", "prior, in the month of consent", procedure(prior="Y", start="2024-03")),
    asks("PR-01", "not prior, but before consent", procedure(start="2024-02-29"), item="prior",
         message="Not marked prior, but date 2024-02-29 is before consent 2024-03-01."),
    passes("PR-01", "not prior, on the day of consent", procedure(start="2024-03-01")),
    # radiotherapy
    passes("PR-02", "a non-target was irradiated", rays("nt2"), lesion("nt2", "NON-TARGET"),
           scan("2024-05-06", target="nt2"), **TREATED),
    asks("PR-02", "a target was irradiated and measured later", rays("t1"), lesion("t1"), scan("2024-05-06"),
         item="lesion_refs", **TREATED,
         message="Lesion T01 was irradiated on 2024-04-01; later measurement 18 mm needs a decision."),
    passes("PR-02", "a target was irradiated and is not evaluable later", rays("t1"), lesion("t1"),
           scan("2024-05-06", "NOT_EVALUABLE", None), **TREATED),
    passes("PR-02", "a target was measured before it was irradiated", rays("t1"), lesion("t1"), scan("2024-03-30"),
           **TREATED),
    passes("PR-02", "irradiated before the first dose", rays("t1", start="2024-03-03"), lesion("t1"),
           scan("2024-05-06"), **TREATED),
    asks("PR-02", "irradiated on the day of the first dose", rays("t1", start="2024-03-04"), lesion("t1"),
         scan("2024-05-06"), **TREATED),
    asks("PR-02", "the second of two lesions is a target", rays("nt2 t1"), lesion("t1"), lesion("nt2", "NON-TARGET"),
         scan("2024-05-06"), **TREATED),
    passes("PR-02", "only the month of the irradiation is known, and it is that of the scan",
           rays("t1", start="2024-05", end=None), lesion("t1"), scan("2024-05-06"), **TREATED),
    asks("GEN-05", "200 Gy", rays("t1", rt_total_gy="200"), item="rt_total_gy"),
    asks("GEN-05", "60 fractions", rays("t1", rt_fractions="60"), item="rt_fractions"),
    # doubles and the header
    asks("GEN-06", "the same procedure on one day twice", procedure(2), procedure(), item="start",
         message="Line 2 looks the same as line 1 (Bronchoscopy, 2024-03-20). Remove one, or say how they differ."),
    passes("GEN-06", "the same procedure on another day", procedure(2, start="2024-03-21"), procedure()),
    passes("GEN-06", "two sites on one day", procedure(2, category="BIOPSY", term="Biopsy", location="SKIN"),
           procedure(category="BIOPSY", term="Biopsy", location="LIVER")),
    passes("GEN-08", "any procedure: yes, one line", record("PRYN", any_pr="Y"), procedure()),
    asks("GEN-08", "any procedure: no, one line", record("PRYN", any_pr="N"), procedure(), item="any_pr",
         message="You answered no to 'Any procedure' but 1 lines exist."),
    asks("GEN-08", "any procedure: yes, no line", record("PRYN", any_pr="Y")),
    passes("GEN-08", "any procedure: no, no line", record("PRYN", any_pr="N")),
    # the lesion's side
    passes("RE-04", "not in the field of a radiotherapy", lesion("t1", irradiated="N"), rays("t3")),
    asks("RE-04", "in the field of a radiotherapy before baseline, called not irradiated", lesion("t1", irradiated="N"),
         rays("t1", start="2023-11", end=None, prior="Y"), item="irradiated",
         message="T01 was irradiated on 2023-11 (procedure line 1): has it progressed since?"),
    passes("RE-04", "irradiated after baseline", lesion("t1", irradiated="N"), rays("t1")),
    passes("RE-04", "a non-target", lesion("nt2", "NON-TARGET", irradiated="N", baseline_scan_date="2024-02-20"),
           rays("nt2", start="2023-11", end=None, prior="Y")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


@pytest.mark.parametrize(
    ("words", "line", "asked"),
    [
        ("surgery", procedure(category="SURGERY"), {"minor", "location"}),
        ("a biopsy", procedure(category="BIOPSY"), {"location"}),
        ("a transfusion", procedure(category="TRANSFUSION"), set()),
        ("radiotherapy during the study", procedure(category="RADIOTHERAPY"),
         {"location", "rt_total_gy", "rt_fractions", "lesion_refs", "medically_necessary_reason"}),
        ("radiotherapy before consent", procedure(category="RADIOTHERAPY", prior="Y", start="2022"),
         {"location", "rt_total_gy", "rt_fractions", "lesion_refs"}),
    ],
)  # fmt: skip
def test_what_a_procedure_is_asked_besides(words, line, asked):
    assert {item.name for _, _, item in open_required(line)} == asked
