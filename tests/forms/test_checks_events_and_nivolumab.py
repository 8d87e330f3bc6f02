"""Checks of adverse events and IL-2 admissions that look at nivolumab."""

from __future__ import annotations

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject, visit
from tests.forms.test_checks_adverse_events import event, lasting
from tests.forms.test_checks_il2_admission import COURSE, admission


def infusion(start: str, at: str = "C1D35", **given):
    """A dose of nivolumab."""
    return record("NIVO", at, given="Y", start_dt=start, **given)


def omitted(at: str = "C1D35", because: str = "ae1", date: str = "2024-04-07"):
    """A visit without nivolumab because of an adverse event."""
    return record("NIVO", visit(at, date), given="N", reason_not_given="ADVERSE EVENT", ae_ref=because)


DAY_ONE = infusion("2024-03-04 09:00", "C1D1")
DAY_35 = infusion("2024-04-07 09:00")
BEFORE = lasting("2024-03-02", "2024-03-05")
INTERRUPTED, WITHDRAWN = {"action_nivolumab": "DRUG INTERRUPTED"}, {"action_nivolumab": "DRUG WITHDRAWN"}

CASES = [
    asks("AE-11", "possibly nivolumab, two days before its first dose", BEFORE, DAY_ONE, item="rel_nivolumab", message=(
        "Related to nivolumab, but first nivolumab dose is 2024-03-04 09:00, after onset 2024-03-02.")),
    passes("AE-11", "unlikely nivolumab, before its first dose", lasting(
        "2024-03-02", "2024-03-05", rel_nivolumab="UNLIKELY"), DAY_ONE),
    passes("AE-11", "on the day of the first dose, time unknown", lasting("2024-03-04", "2024-03-05"), DAY_ONE),
    passes("AE-11", "no dose of nivolumab yet", BEFORE, record("NIVO", "C1D1", given="N")),
    passes("AE-11", "a given dose still has no start", BEFORE, DAY_ONE, record("NIVO", "C1D35", given="Y")),
    passes("AE-12", "day 35 left out, nivolumab interrupted", event(**INTERRUPTED), omitted()),
    passes("AE-12", "day 35 left out, nivolumab withdrawn", event(**WITHDRAWN), omitted()),
    asks("AE-12", "day 35 left out, action does not apply", event(action_nivolumab="NOT APPLICABLE"), omitted(),
         item="action_nivolumab", message=(
             "Nivolumab was not given as planned at C1D35 for this event but action with nivolumab is 'Not applicable'.")),
    passes("AE-12", "day 35 left out, dose not changed: the infusion is asked about", event(), omitted()),
    passes("AE-12", "day 35 left out for another event", event(action_nivolumab="NOT APPLICABLE"), event(2),
           omitted(because="ae2")),
    asks("AE-12", "nivolumab interrupted, the next dose was given in time", event(**INTERRUPTED), DAY_35,
         item="action_nivolumab", message=(
             "Action with nivolumab is 'Drug interrupted', but no infusion that was left out, late or interrupted "
             "names this event.")),
    passes("AE-12", "nivolumab interrupted, no dose was due since", event(**INTERRUPTED), DAY_ONE),
    passes("AE-12", "nivolumab interrupted, the next dose was late for it", event(**INTERRUPTED), infusion(
        "2024-04-20 09:00", reason_not_given="ADVERSE EVENT", ae_ref="ae1")),
    passes("AE-12", "nivolumab interrupted, an infusion was stopped for an adverse event", event(**INTERRUPTED), infusion(
        "2024-04-07 09:00", interrupted="Y", interruption_reason="ADVERSE EVENT")),
    asks("AE-13", "nivolumab withdrawn, day 35 given", event(**WITHDRAWN), DAY_35, item="action_nivolumab",
         message="Nivolumab withdrawn for this event, but a dose was given on 2024-04-07."),
    passes("AE-13", "nivolumab withdrawn, day 35 left out", event(**WITHDRAWN), DAY_ONE, omitted()),
    passes("AE-13", "withdrawn when it became severe after day 35", event(
        grades="2024-03-12 2, 2024-04-20 4", ongoing="Y", end_date=None, **WITHDRAWN), DAY_35),
    passes("AE-13", "nivolumab interrupted, day 35 given", event(**INTERRUPTED), DAY_35),
    asks("IL2-01", "admitted on the day of nivolumab", admission(admit_dt="2024-03-13 10:00"), infusion(
        "2024-03-13 09:00", "C1D1"), visits=COURSE, item="admit_dt",
         message="Admission 2024-03-13 10:00 is not after day 1 of the course (2024-03-13)."),
    passes("IL2-01", "admitted after the visit, before its nivolumab was known", admission(), visits=COURSE),
    passes("IL2-01", "admitted the day after registration", admission(), registration="2024-03-10"),
    asks("IL2-01", "admitted on the day of registration", admission(), registration="2024-03-11", item="admit_dt",
         message="Admission 2024-03-11 10:00 is not after registration (2024-03-11)."),
    passes("IL2-01", "nivolumab inside the stay is asked about there", admission(), infusion(
        "2024-03-13 09:00", "C1D1"), visits=COURSE),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


def test_an_event_names_the_infusions_that_were_left_out_for_it():
    judged = event()
    others = [DAY_ONE, omitted()]
    judge(judged, subject(judged, *others), others)
    assert judged.dose_links == "C1D35"
