"""Checks of the continuation decision."""

from __future__ import annotations

import pytest

from forms.evaluation import is_visible
from tests.forms.casebooks import asks, judge, passes, record, subject, visit


def scan(overall: str | None = "PR", on: str = "2024-05-05"):
    """The response scan of course 1."""
    given = {"inv_overall": overall} if overall else {}
    return record("TA", visit("C1RESP", on), name="scan", performed="Y", SCAN=[{"scan_date": on}], **given)


def decided(next_course: str = "Y", **more: str):
    """The decision after course 1."""
    return record("CONT", "C1RESP", next_course=next_course, **{"scan_ref": "scan", "toxicity_allows": "Y", **more})


REFUSED = "Course 2 day 1 was given on 2024-05-13, but the decision was against another course."
CONTINUATION = [
    passes("RE-14", "partial response, another course", decided(), scan()),
    passes("RE-14", "progression, no other course", decided("N"), scan("PD")),
    asks("RE-14", "progression, another course, no reason", decided(), scan("PD"), item="treat_beyond_pd_reason",
         message="Response is PD; continuing needs a reason."),
    passes("RE-14", "progression, another course, explained", decided(treat_beyond_pd_reason="clinical benefit"), scan("PD")),
    passes("RE-14", "no response given yet", decided(), scan(None)),
    asks("RE-14", "another course after a scan that is not evaluable", decided(), scan("NE"), item="next_course",
         message="The response scan is not evaluable (NE); continuing needs one that is."),
    asks("RE-14", "another course without a scan", record("CONT", "C1RESP", next_course="Y", scan_ref_missing="NOT DONE"),
         message="The response scan is not evaluable (no scan); continuing needs one that is."),
    passes("RE-14", "not evaluable, no other course", decided("N"), scan("NE")),
    asks("RE-14", "another course against toxicity", decided(toxicity_allows="N"), scan(), item="next_course",
         message="Toxicity does not permit treatment, but another course is decided."),
    passes("NIV-05", "planned on the day of the scan", decided(planned_date="2024-05-05"), scan()),
    asks("NIV-05", "planned a day before the scan", decided(planned_date="2024-05-04"), scan(), item="planned_date",
         message="Course 2 day 1 is 2024-05-04, before the response scan of course 1 (2024-05-05)."),
    passes("NIV-05", "course 2 after a yes", decided(), scan(), record("NIVO", "C2D1", given="Y", start_dt="2024-05-13T09:00")),
    asks("NIV-05", "course 2 after a no", decided("N"), scan(), record("NIVO", "C2D1", given="Y", start_dt="2024-05-13T09:00"),
         item="next_course", message=REFUSED),
    passes("NIV-05", "course 2 not given after a no", decided("N"), scan(), record("NIVO", "C2D1", given="N")),
]  # fmt: skip

CASES = CONTINUATION


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


def test_the_decision_shows_course_and_response_and_asks_why_beyond_progression():
    judged, assessed = decided(), scan("PD")
    judge(judged, subject(judged, assessed), [assessed])
    assert (judged.course, judged.investigator_response) == (1, "PD")
    assert is_visible(judged.crf.items["treat_beyond_pd_reason"], judged, judged)
