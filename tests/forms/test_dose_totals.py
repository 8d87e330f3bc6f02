"""What is counted of a course and of all courses: shares, days, rest, completeness, and the arithmetic shown beside."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.crf import CRF, DefinitionError, derive, verify_registry
from forms.evaluation import explanations
from forms.items import Answer, Integer, PartialDate
from tests.forms.casebooks import judge, record, subject, visit

COURSE_1 = [visit("C1D1", "2024-03-04"), visit("C1A1", "2024-03-11"), visit("C1A2", "2024-03-25")]
COURSES = [*COURSE_1, visit("C2D1", "2024-05-13"), visit("C2A1", "2024-05-20")]


def grid(at: str, count: int, first: str, last: str):
    """A grid with so many doses given; the first and last have a start."""
    slots = [{"status": "GIVEN", "dose_iu": "49,440,000"} for _ in range(count)]
    slots[0]["start_dt"], slots[-1]["start_dt"] = first, last
    return record("IL2D", at, SLOT=slots)


A1 = grid("C1A1", 9, "2024-03-11 14:00", "2024-03-15 22:00")
A2 = grid("C1A2", 7, "2024-03-25 14:00", "2024-03-28 06:00")
C2A1 = grid("C2A1", 5, "2024-05-20 14:00", "2024-05-22 06:00")
LATE = grid("C1A1", 3, "2024-03-11 14:00", "2024-03-16 06:00")


def admission(at: str, *others, visits=COURSES):
    """What stands in an admission, and the sentences beside it."""
    judged = record("IL2A", at, admission_occurred="Y", dosing_weight_kg="82.4", dose_level="600000")
    around = subject(judged, *others, visits=visits)
    judge(judged, around, others)
    return judged, {item: words for (_, item), words in explanations(judged, around).items()}


@pytest.mark.parametrize(
    ("at", "others", "course", "total", "words"),
    [
        ("C1A1", [A1], "32.1", "32.1", "9 of 28 planned doses = 32.1 %"),
        ("C1A2", [A1, A2], "57.1", "57.1", "9 + 7 = 16 of 28 planned doses = 57.1 %"),
        ("C1A1", [A1, A2], "32.1", "32.1", "9 of 28 planned doses = 32.1 %"),
        ("C1A2", [A2], "25.0", "25.0", "0 + 7 = 7 of 28 planned doses = 25.0 %"),
        ("C2A1", [A1, A2, C2A1], "17.9", "37.5", "9 + 7 + 5 = 21 of 56 planned doses = 37.5 %"),
        ("C2A1", [A1, C2A1], "17.9", "25.0", "9 + 0 + 5 = 14 of 56 planned doses = 25.0 %"),
    ],
)
def test_share_of_planned_doses_by_course_and_of_all_courses_so_far(at, others, course, total, words):
    judged, told = admission(at, *others)
    assert (judged.pct_course, judged.pct_total) == (Decimal(course), Decimal(total))
    assert told["pct_total"] == words


def test_nothing_is_counted_before_there_is_a_grid():
    judged, told = admission("C1A1")
    assert (judged.pct_course, judged.pct_total, judged.dosing_days, judged.rest_hours) == (None, None, None, None)
    assert set(told) == {"calculated_dose_iu"}


def test_calculated_dose_and_sum_of_doses_show_their_arithmetic():
    _, told = admission("C1A1", A1)
    assert told["calculated_dose_iu"] == "82.4 kg x 600,000 IU/kg = 49,440,000 IU"
    assert told["total_iu"] == "9 x 49,440,000 IU = 444,960,000 IU"
    assert told["pct_planned"] == "9 of 14 planned doses = 64.3 %"


def test_days_of_the_doses_and_their_share_on_the_days_of_the_protocol():
    judged, told = admission("C1A1", LATE)
    assert (judged.dosing_days, judged.pct_on_days) == ("8, 13", Decimal("50.0"))
    assert told["pct_on_days"] == "1 of 2 doses on course days 8-12 = 50.0 %; slot 3 on day 13"


def test_rest_from_the_last_dose_of_admission_one_to_the_first_of_admission_two():
    judged, told = admission("C1A2", A1, A2)
    assert judged.rest_hours == Decimal("232.0")
    assert told["rest_hours"] == "2024-03-15 22:00 to 2024-03-25 14:00 = 232.0 h (9.7 days)"
    assert admission("C1A1", A1, A2)[0].rest_hours is None


DAY_ONE = record("NIVO", "C1D1", given="Y", start_dt="2024-03-04 09:00")


@pytest.mark.parametrize(
    ("words", "given", "others", "complete"),
    [
        ("both doses, both admissions", "Y", [DAY_ONE, A1, A2], "Y"),
        ("day 35 not given", "N", [DAY_ONE, A1, A2], "N"),
        ("day 1 not given", "Y", [A1, A2], "N"),
        ("no dose in admission 2", "Y", [DAY_ONE, A1], "N"),
        ("another course's admission", "Y", [DAY_ONE, A1, C2A1], "N"),
    ],
)
def test_completeness_of_a_course(words, given, others, complete):
    judged = record("NIVO", "C1D35", given=given)
    judge(judged, subject(judged, *others), others)
    assert judged.course_complete == complete


def test_completeness_tells_what_was_given():
    judged = record("NIVO", "C1D35", given="Y", start_dt="2024-04-07 09:00")
    around = subject(judged, DAY_ONE, A1, A2)
    judge(judged, around, [DAY_ONE, A1, A2])
    told = {item: words for (_, item), words in explanations(judged, around).items()}
    assert told == {
        "course_complete": "2 of 2 nivolumab doses; IL-2 doses: 9 in admission 1 and 7 in admission 2",
        "days_since_last": "2024-03-04 to 2024-04-07",
    }


def test_a_value_that_a_person_typed_has_no_arithmetic_beside_it():
    judged, around = record("IL2A", "C1A1", dosing_weight_kg="82.4", dose_level="600000"), subject()
    assert explanations(judged, around) == {}
    judged.answers["calculated_dose_iu"] = Answer(49440000)
    assert explanations(judged, around) == {}


def test_arithmetic_is_refused_that_would_tell_an_identifying_answer(monkeypatch):
    monkeypatch.setattr("forms.crf.REGISTRY", {})

    class Teller(CRF, oid="TELL", title="Teller", domain="XX"):
        born = PartialDate("Date of birth", identifier=True)
        year = Integer("Year of birth", derived=True)

        @derive("T-1", "year", on="born", explain=lambda born: f"from {born}")
        def derive_year(born: str) -> int:
            return int(born[:4])

    with pytest.raises(DefinitionError, match=r"T-1 would tell the answer of TELL\.BORN"):
        verify_registry()
