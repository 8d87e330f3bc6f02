"""The anchors of the schedule from a participant's records: what nivolumab, IL-2 and visit headers say."""

from __future__ import annotations

import pytest

from forms.anchors import SOURCES, timeline
from forms.views import Record
from tests.forms.casebooks import day, record, subject, visit


def header(at: str, date: str) -> Record:
    """A visit that took place."""
    return record("VISIT", at, visit_occurred="Y", visit_date=date)


def infusion(at: str, start: str) -> Record:
    """A dose of nivolumab."""
    return record("NIVO", at, given="Y", start_dt=start)


def il2(at: str, start: str) -> Record:
    """A dose of IL-2."""
    return record("IL2D", at, SLOT=[{"status": "GIVEN", "start_dt": start}, {"status": "HELD"}])


D1, D35 = header("C1D1", "2024-03-04"), header("C1D35", "2024-04-07")
NIVO_1, NIVO_35 = infusion("C1D1", "2024-03-05 09:00"), infusion("C1D35", "2024-04-08 09:00")
REFUSED = record("NIVO", "C1D35", given="N")
DOSE = il2("C1A1", "2024-03-12 14:00")


@pytest.mark.parametrize(
    ("words", "records", "day_one", "day_35", "first", "last"),
    [
        ("visits only: nobody was dosed yet", [D1, D35], "2024-03-04", "2024-04-07", None, None),
        ("nivolumab says when", [D1, NIVO_1], "2024-03-05", "2024-04-08", "2024-03-05", "2024-03-05"),
        ("both days given", [D1, D35, NIVO_1, NIVO_35], "2024-03-05", "2024-04-08", "2024-03-05", "2024-04-08"),
        ("day 35 not given: 34 days after day 1", [D1, D35, NIVO_1, REFUSED], "2024-03-05", "2024-04-08", "2024-03-05",
         "2024-03-05"),
        ("day 1 not given: the visit, and IL-2 is the first dose", [D1, record("NIVO", "C1D1", given="N"), DOSE],
         "2024-03-04", "2024-04-07", "2024-03-12", "2024-03-12"),
        ("IL-2 is the last dose", [D1, NIVO_1, DOSE], "2024-03-05", "2024-04-08", "2024-03-05", "2024-03-12"),
        ("given without a start", [D1, record("NIVO", "C1D1", given="Y")], "2024-03-04", "2024-04-07", None, None),
        ("a start of a dose that was not given", [D1, record("NIVO", "C1D1", given="N", start_dt="2024-03-06")],
         "2024-03-04", "2024-04-07", None, None),
        ("nothing", [], None, None, None, None),
    ],
)  # fmt: skip
def test_anchors(words, records, day_one, day_35, first, last):
    anchors = timeline(subject(*records).load).anchors
    found = anchors.course_day_one(1), anchors.course_day_35(1), anchors.c1d1, anchors.last_dose
    assert found == (day(day_one), day(day_35), day(first), day(last))


def test_a_course_has_its_own_days():
    records = [D1, NIVO_1, header("C2D1", "2024-05-13"), infusion("C2D1", "2024-05-15 09:00")]
    anchors = timeline(subject(*records).load).anchors
    assert (anchors.course_day_one(1), anchors.course_day_one(2)) == (day("2024-03-05"), day("2024-05-15"))


def test_day_one_as_checks_see_it_is_that_of_the_infusion():
    visits = [visit("C1D1", "2024-03-04")]
    assert subject(visits=visits).course_day_one(1) == day("2024-03-04")
    assert subject(NIVO_1, visits=visits).course_day_one(1) == day("2024-03-05")
    assert subject(NIVO_1, visits=visits).course_day_one(2) is None


def test_answers_about_doses_move_anchors():
    assert {"NIVO", "IL2D", "VISIT", "TA", "IC"} <= SOURCES
