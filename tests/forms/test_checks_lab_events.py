"""LB-05 and LB-06: a severe laboratory result has its adverse event, and the event has the grades of the laboratory."""

from __future__ import annotations

import pytest

from forms.views import Record
from tests.forms.casebooks import asks, passes, record
from tests.forms.test_lab_grades import ALT, PLAT, result, sample, screened

TERM = "Platelet count decreased"
AROUND = {"c1d1": "2024-03-12", "site": {"ranges": ()}}
BASELINE = screened(result("ALT", "30", "U/L", **ALT))


def platelets(value: str = "28", on: str = "2024-03-15 06:00", *, line: int = 2, **more: str) -> Record:
    """A count during the first admission."""
    return sample(result("PLAT", value, "10^9/L", **(PLAT | more)), on=on, at="C1A1", line=line)


def event(
    grades: str = "2024-03-15 3", term: str = TERM, start: str = "2024-03-15", end: str | None = "2024-03-20", *,
    line: int = 1, time: str | None = None,
) -> Record:  # fmt: skip
    """An event with the history of its grades."""
    rows = []
    for position, text in enumerate(grades.split(", ")):
        moment, grade = text.split()
        date, _, clock = moment.partition("T")
        rows.append({"from_date": date, "grade": grade, "name": f"grade {position + 1}"})
        rows[-1] |= {"from_time": clock} if clock else {}
    over = {"ongoing": "Y"} if end is None else {"ongoing": "N", "end_date": end}
    timed = {"start_time": time} if time else {}
    return record(
        "AE", name=f"event{line}", line=line, verbatim="Platelets low", ctcae_term=term, start_date=start, GRADE=rows,
        **over, **timed,
    )  # fmt: skip


ASKED = (
    "Platelets 28 10^9/L is CTCAE grade 3 (Platelet count decreased). Add or link an adverse event, or mark as not "
    "significant with reason."
)
WITHOUT_EVENT = [
    asks("LB-05", "platelets 28, no event", platelets(), message=ASKED, item="ae_ref", **AROUND),
    passes("LB-05", "the same with an event of the term", platelets(), event(), **AROUND),
    passes("LB-05", "platelets 50, grade 2", platelets("50"), **AROUND),
    asks("LB-05", "platelets 49.9, grade 3", platelets("49.9"), **AROUND),
    asks("LB-05", "platelets 24, grade 4", platelets("24"), **AROUND),
    passes("LB-05", "the day before the first dose", platelets(on="2024-03-11 23:59"), **AROUND),
    asks("LB-05", "the morning of the first dose", platelets(on="2024-03-12 00:00"), **AROUND),
    passes("LB-05", "no first dose yet", platelets(), c1d1=None, site={"ranges": ()}),
    passes("LB-05", "ALT grade 3 with its event", sample(result("ALT", "201", "U/L", **ALT)), BASELINE,
           event(term="Alanine aminotransferase increased", start="2024-03-12"), **AROUND),
    asks("LB-05", "ALT grade 3 with an event of another term", sample(result("ALT", "201", "U/L", **ALT)), BASELINE,
         event(start="2024-03-12"), **AROUND),
    asks("LB-05", "an event that ended the day before", platelets(), event(start="2024-03-13", end="2024-03-14"), **AROUND),
    passes("LB-05", "an event that ended that day", platelets(), event(start="2024-03-13", end="2024-03-15"), **AROUND),
    passes("LB-05", "an event noted later that day", platelets(), event(time="16:00"), **AROUND),
    asks("LB-05", "an event from the day after", platelets(), event(start="2024-03-16"), **AROUND),
    passes("LB-05", "an event of that month", platelets(), event(start="2024-03", end=None), **AROUND),
    passes("LB-05", "linked to an event of another term, its diagnosis", platelets(ae_ref="event1"),
           event(term="Disseminated intravascular coagulation"), **AROUND),
    asks("LB-05", "linked to an event that was removed", platelets(ae_ref="event9"), **AROUND),
    asks("LB-05", "not significant, no reason", platelets(clinical_significance="NCS"), **AROUND),
    passes("LB-05", "not significant with reason",
           platelets(clinical_significance="NCS", ncs_reason="Clumped; 180 in citrate"), **AROUND),
    asks("LB-05", "significant, a reason from before", platelets(clinical_significance="CS", ncs_reason="Clumped"), **AROUND),
    asks("LB-05", "significant at grade 2", platelets("60", clinical_significance="CS"), message=(
        "Platelets 60 10^9/L is CTCAE grade 2 (Platelet count decreased). Add or link an adverse event, or mark as not "
        "significant with reason."), **AROUND),
    passes("LB-05", "not significant at grade 2", platelets("60", clinical_significance="NCS"), **AROUND),
    asks("LB-05", "significant without a grade", sample(result("CRP", "80", "mg/L", clinical_significance="CS")),
         message="C-reactive protein 80 mg/L is clinically significant. Add or link an adverse event, or mark as not "
         "significant.", **AROUND),
    passes("LB-05", "the same, linked", sample(result("CRP", "80", "mg/L", clinical_significance="CS", ae_ref="event1")),
           event(), **AROUND),
    asks("LB-05", "a dipstick that is significant",
         sample({"panel": "UA", "test": "PROT", "row_status": "DONE", "value_code": "2+", "clinical_significance": "CS"}),
         **AROUND),
    passes("LB-05", "ALT cannot be graded without a baseline", sample(result("ALT", "900", "U/L", uln="40")), **AROUND),
]  # fmt: skip

DIFFERS = "AE line 1 is grade 2 on 2024-03-15; the laboratory value gives grade 3."
GRADES_DIFFER = [
    passes("LB-06", "3 and 3", event(), platelets(), **AROUND),
    asks("LB-06", "2 and 3", event("2024-03-15 2"), platelets(), message=DIFFERS, item="grade", **AROUND),
    asks("LB-06", "3 and 2", event(), platelets("60", on="2024-03-17 06:00"), message=(
        "AE line 1 is grade 3 on 2024-03-17; the laboratory value gives grade 2."), **AROUND),
    passes("LB-06", "the worst result of the day", event(), platelets("60"), platelets(on="2024-03-15 18:00", line=3), **AROUND),
    passes("LB-06", "the grade changed that day: the new one", event("2024-03-13 2, 2024-03-15T09:00 3", start="2024-03-13"),
           platelets(), **AROUND),
    passes("LB-06", "the grade changed that day: the old one", event("2024-03-13 3, 2024-03-15T02:00 2", start="2024-03-13"),
           platelets(), **AROUND),
    asks("LB-06", "the grade changed the day before", event("2024-03-13 3, 2024-03-14 2", start="2024-03-13"), platelets(),
         message=DIFFERS, **AROUND),
    passes("LB-06", "the day before the event", event("2024-03-15 2"), platelets(on="2024-03-14 06:00"), **AROUND),
    passes("LB-06", "the day after the event", event("2024-03-15 2"), platelets(on="2024-03-21 06:00"), **AROUND),
    asks("LB-06", "the last day of the event", event("2024-03-15 2"), platelets(on="2024-03-20 06:00"), **AROUND),
    passes("LB-06", "normal on the last day", event(), platelets("160", on="2024-03-20 06:00"), **AROUND),
    passes("LB-06", "normal on the first day", event(), platelets("160"), **AROUND),
    asks("LB-06", "normal in between", event(), platelets("160", on="2024-03-17 06:00"), message=(
        "AE line 1 is grade 3 on 2024-03-17; the laboratory value gives grade 0."), **AROUND),
    asks("LB-06", "an event that goes on", event("2024-03-15 2", end=None), platelets(on="2024-05-01 06:00"), **AROUND),
    passes("LB-06", "an event of another term", event("2024-03-15 2", term="Anemia"), platelets(), **AROUND),
    passes("LB-06", "an event that no test grades", event("2024-03-15 2", term="Hypotension"), platelets(), **AROUND),
    passes("LB-06", "a result that cannot be graded", event("2024-03-15 2"), platelets(qualifier="LT", value="60"), **AROUND),
    passes("LB-06", "a grade whose date may be later", event("2024-03-14 3, 2024-03 2", start="2024-03-14"), platelets(), **AROUND),
    passes("LB-06", "no grade yet", record("AE", ctcae_term=TERM, start_date="2024-03-15", ongoing="Y"), platelets(), **AROUND),
]  # fmt: skip


CASES = [*WITHOUT_EVENT, *GRADES_DIFFER]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


def test_each_result_and_each_grade_is_asked_about_once():
    judged = event("2024-03-13 1, 2024-03-15 2", start="2024-03-13")
    case = asks("LB-06", "two grades", judged, platelets(), platelets(on="2024-03-16 06:00", line=3),
                platelets("100", on="2024-03-14 06:00", line=4), **AROUND)  # fmt: skip
    assert [finding.message for finding in case.found()] == [DIFFERS]
