"""Checks of the visit header: windows, order, visits that are overdue."""

from __future__ import annotations

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject, visit

D35 = "2024-04-07 2024-04-04 2024-04-10"
C1 = [visit("SCR", "2024-03-01"), visit("C1D1", "2024-03-04"), visit("C1A1", "2024-03-11"), visit("C1A2", "2024-03-25")]

ENROLLED = {"consent": "2024-01-30", "registration": "2024-03-01"}


def header(oid: str, date: str, window: str = "", **more: str):
    """A visit header with its date."""
    return record("VISIT", visit(oid, date, window), visit_occurred="Y", visit_date=date, **more)


CASES = [
    passes("VIS-01", "day 35 nivolumab on course day 36", header("C1D35", "2024-04-08", D35)),
    passes("VIS-01", "on the first day of the window", header("C1D35", "2024-04-04", D35)),
    passes("VIS-01", "on the last day of the window", header("C1D35", "2024-04-10", D35)),
    asks("VIS-01", "day 35 nivolumab on course day 41", header("C1D35", "2024-04-13", D35), message=(
        "Course 1, day 35 nivolumab expected 2024-04-07 (2024-04-04 to 2024-04-10); entered 2024-04-13 (3 days late). "
        "If real, record the reason; a deviation line is offered.")),
    asks("VIS-01", "one day before the window", header("C1D35", "2024-04-03", D35), item="visit_date"),
    passes("VIS-01", "screening is judged from registration", header("SCR", "2024-01-02", "2024-03-01 2024-02-05 2024-03-03"),
           consent="2024-01-01"),
    passes("VIS-01", "screening 28 days before registration", header("SCR", "2024-02-02"), **ENROLLED),
    asks("VIS-01", "screening 29 days before registration", header("SCR", "2024-02-01"), **ENROLLED, message=(
        "Screening 2024-02-01 is 29 days before registration (2024-03-01); 0 to 28 days before it expected. "
        "If real, record the reason; a deviation line is offered.")),
    passes("VIS-01", "screening on the day of registration", header("SCR", "2024-03-01"), **ENROLLED),
    asks("VIS-01", "screening after registration", header("SCR", "2024-03-02"), **ENROLLED),
    passes("VIS-01", "the first of two screenings", header("SCR", "2024-02-01"), **ENROLLED,
           visits=[visit("SCR", "2024-02-01"), visit("SCR2", "2024-02-20")]),
    passes("VIS-01", "no window known yet", header("C1D35", "2024-08-08")),
    passes("VIS-01", "the order of visits speaks first", header("C1A2", "2024-03-09", "2024-03-25 2024-03-24 2024-03-31"),
           visits=C1),
    passes("VIS-02", "admission 1 on 11 March, admission 2 on 25 March", header("C1A2", "2024-03-25"), visits=C1),
    passes("VIS-02", "two visits on one day", header("C1A2", "2024-03-11"), visits=C1),
    asks("VIS-02", "admission 2 on 9 March, before admission 1", header("C1A2", "2024-03-09"), visits=C1,
         message="Course 1, admission 2 (IL-2) 2024-03-09 is before Course 1, admission 1 (IL-2) 2024-03-11."),
    passes("VIS-02", "the one-year assessment has no place in the order", header("PFS12", "2024-03-09"),
           visits=[*C1, visit("PFS12", "2024-03-09")]),
    passes("VIS-02", "follow-up 1 before the 90-day safety visit", header("LTFU1", "2024-05-01"),
           visits=[*C1, visit("SFU90", "2024-05-05"), visit("LTFU1", "2024-05-01")]),
    asks("VIS-02", "follow-up 1 before the last admission", header("LTFU1", "2024-03-20"),
         visits=[*C1, visit("SFU90", "2024-05-05"), visit("LTFU1", "2024-03-20")]),
    passes("VIS-02", "admission ends after it starts", header("C1A1", "2024-03-11", visit_end_date="2024-03-16"), visits=C1),
    asks("VIS-02", "admission ends before it starts", header("C1A1", "2024-03-11", visit_end_date="2024-03-10"), visits=C1,
         item="visit_end_date", message="Last date of visit 2024-03-10 is before date of visit 2024-03-11."),
    passes("IC-01", "visit on the day of consent", header("SCR", "2024-03-01")),
    asks("IC-01", "visit before consent", header("SCR", "2024-02-20"), message=(
        "Date of visit 2024-02-20 is before consent (2024-03-01). "
        "If it was standard of care, answer so; otherwise correct a date.")),
    passes("VIS-03", "day 35 entered", header("C1D35", "2024-04-08", D35)),
    asks("VIS-03", "day 35 twenty days overdue and blank", record("VISIT", visit("C1D35", None, D35)), item="visit_occurred",
         message="Course 1, day 35 nivolumab was due by 2024-04-10. Enter it or mark it missed with a reason."),
    passes("VIS-03", "last day of the window", record("VISIT", visit("C1D35", None, "2024-06-30 2024-06-27 2024-06-30"))),
    asks("VIS-03", "one day after the window", record("VISIT", visit("C1D35", None, "2024-06-29 2024-06-26 2024-06-29"))),
    passes("VIS-03", "appeared seven days ago, after its window", record("VISIT", visit("C1D35", None, D35, appeared="2024-06-23"))),
    asks("VIS-03", "appeared eight days ago, after its window", record("VISIT", visit("C1D35", None, D35, appeared="2024-06-22"))),
    asks("VIS-03", "appeared on the last day of its window",
         record("VISIT", visit("C1D35", None, "2024-06-29 2024-06-26 2024-06-29", appeared="2024-06-29"))),
    passes("VIS-03", "marked missed", record("VISIT", visit("C1D35", None, D35), visit_occurred="N")),
    passes("VIS-03", "cancelled because treatment ended", record("VISIT", visit("C1D35", None, D35, status="not applicable"))),
    passes("VIS-03", "no window known", record("VISIT", visit("C1D35"))),
    passes("VIS-03", "screening has no last day", record("VISIT", visit("SCR", None, D35))),
    passes("GEN-02", "a visit of yesterday", header("C1D35", "2024-06-29")),
    asks("GEN-02", "a visit of tomorrow", header("C1D35", "2024-07-01"), message=(
        "Date of visit 2024-07-01 is in the future (now 2024-06-30 12:00). Check day, month and year.")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


def test_date_of_visit_that_is_wrong_by_a_year_makes_one_query():
    wrong = header("C1A2", "2023-03-25", "2024-03-25 2024-03-24 2024-03-31")
    found = judge(wrong, subject(wrong, visits=C1, consent="2023-01-01"))
    assert [f.check_id for f in found] == ["VIS-02"]
