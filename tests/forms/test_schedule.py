"""Visits: names, numbers, slugs, and which CRF is due where."""

from decimal import Decimal

import pytest

from forms import schedule
from forms.codelists import LISTS
from forms.dictionaries.lab_tests import PANELS, list_tests
from forms.schedule import Due, find_visit, find_visit_by_slug, forms_of_visit, get_visit


@pytest.mark.parametrize(
    ("kind", "n", "oid", "slug", "visitnum", "label"),
    [
        ("SCR", None, "SCR", "screening", 1, "Screening"),
        ("SCR", 2, "SCR2", "screening-2", 2, "Screening 2"),
        ("D1", 1, "C1D1", "c1-d1", 101, "Course 1, day 1 nivolumab"),
        ("A1", 1, "C1A1", "c1-admission-1", 108, "Course 1, admission 1 (IL-2)"),
        ("A2", 2, "C2A2", "c2-admission-2", 222, "Course 2, admission 2 (IL-2)"),
        ("D35", 1, "C1D35", "c1-d35", 135, "Course 1, day 35 nivolumab"),
        ("RESP", 3, "C3RESP", "c3-response", 363, "Course 3, response scan"),
        ("EOT", None, "EOT", "end-of-treatment", 9000, "End of treatment"),
        ("SFU30", None, "SFU30", "safety-30", 9030, "Safety follow-up 30 d"),
        ("SFU90", None, "SFU90", "safety-90", 9090, "Safety follow-up 90 d"),
        ("PFS12", None, "PFS12", "pfs-12", 9365, "1-year PFS assessment"),
        ("LTFU", 4, "LTFU4", "follow-up-4", 9404, "Long-term follow-up 4"),
        ("UNS", 3, "UNS3", "unscheduled-3", None, "Unscheduled 3"),
        ("LOG", None, "LOG", "logs", None, "Subject-level logs"),
    ],
)
def test_names_of_a_visit(kind: str, n: int | None, oid: str, slug: str, visitnum: int | None, label: str) -> None:
    visit = get_visit(kind, n)
    assert (visit.oid, visit.slug, visit.visitnum, visit.label) == (oid, slug, visitnum, label)
    assert find_visit(oid) == find_visit_by_slug(slug) == visit


def test_course_visits_know_their_course_and_others_their_number() -> None:
    assert (get_visit("A1", 2).course, get_visit("A1", 2).number) == (2, None)
    assert (get_visit("LTFU", 2).course, get_visit("LTFU", 2).number) == (None, 2)


@pytest.mark.parametrize("oid", ["C0D1", "D1", "C1", "C01D1", "EOT2", "c1-d1", "LTFU", "SCR0", "C1D1x", "", "C١D1"])
def test_what_is_no_visit(oid: str) -> None:
    assert find_visit(oid) is None


def test_a_course_visit_needs_a_course() -> None:
    with pytest.raises(ValueError, match="number"):
        get_visit("D1")


def test_courses_have_no_upper_limit() -> None:
    assert find_visit("C12A1") == get_visit("A1", 12)


@pytest.mark.parametrize(
    ("previous", "expected"),
    [("101", "101.1"), ("101.1", "101.2"), ("101.9", "101.91"), ("101.91", "101.92"), ("9000", "9000.1")],
)
def test_unscheduled_visits_stand_between_the_planned_ones(previous: str, expected: str) -> None:
    assert schedule.unscheduled_visitnum(Decimal(previous)) == Decimal(expected)


def test_forms_of_an_admission() -> None:
    assert forms_of_visit("A1") == {
        "VISIT": Due.DUE,
        "PE": Due.PRACTICE,
        "VS": Due.PRACTICE,
        "PREG": Due.CONDITIONAL_PRACTICE,
        "CARD": Due.CONDITIONAL,
        "LAB": Due.PRACTICE,
        "BIOB": Due.DUE,
        "IL2A": Due.DUE,
        "IL2D": Due.DUE,
    }


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("D1", {"VISIT", "BIOB", "NIVO"}),
        ("D35", {"VISIT", "BIOB", "NIVO"}),
        ("RESP", {"VISIT", "BIOB", "TA", "CONT"}),
        ("EOT", {"VISIT", "BOR", "EOT"}),
        ("PFS12", {"VISIT", "TA", "SURV"}),
        ("LTFU", {"VISIT", "SURV"}),
        ("SFU30", {"VISIT"}),
        ("UNS", {"VISIT"}),
    ],
)
def test_forms_that_the_protocol_asks_for(kind: str, due: set[str]) -> None:
    assert {crf for crf, mark in forms_of_visit(kind).items() if mark is Due.DUE} == due


def test_subject_level_forms() -> None:
    assert set(schedule.SUBJECT_FORMS) == {"MHYN", "MH", "TLB", "AE", "AEYN", "CMYN", "CM", "PRYN", "PR", "DV", "SAE", "EOS", "DTH"}
    assert schedule.ONCE_FORMS <= schedule.SUBJECT_FORMS


def test_best_response_is_due_at_the_last_follow_up_only() -> None:
    mark = schedule.FORMS_BY_VISIT["BOR"]["LTFU"]
    assert (mark, mark.is_conditional) == (Due.LAST, True)


def test_conditional_and_assumed_marks() -> None:
    marks = schedule.FORMS_BY_VISIT["PREG"]
    assert (marks["SCR"].is_conditional, marks["D1"].is_conditional, marks["A1"].is_conditional) == (False, True, True)
    assert (marks["SCR"].is_assumed, marks["D1"].is_assumed, marks["A1"].is_assumed) == (False, False, True)


@pytest.mark.parametrize(
    ("kind", "panels"),
    [
        ("SCR", "HEM CHEM COAG THY ADR CARD UA"),
        ("D1", "HEM CHEM THY ADR"),
        ("A1", "HEM CHEM COAG CARD"),
        ("A2", "HEM CHEM COAG CARD"),
        ("D35", "HEM CHEM THY ADR"),
        ("EOT", "HEM CHEM COAG THY CARD UA"),
        ("SFU30", "HEM CHEM THY"),
        ("SFU90", "HEM CHEM THY"),
    ],
)
def test_panels_of_a_visit(kind: str, panels: str) -> None:
    assert [due.panel for due in schedule.PANELS_BY_VISIT[kind]] == panels.split()


def test_counts_chemistry_troponin_and_ck_are_daily_in_an_admission() -> None:
    daily = {due.panel: due.tests for due in schedule.PANELS_BY_VISIT["A1"] if due.daily}
    assert daily == {"HEM": (), "CHEM": (), "CARD": ("TROPONI", "TROPONT", "CK")}


def test_scheduled_panels_tests_and_time_points_exist() -> None:
    for panels in schedule.PANELS_BY_VISIT.values():
        assert {due.panel for due in panels} <= set(PANELS)
        assert all(set(due.tests) <= {test.code for test in list_tests([due.panel])} for due in panels)
    assert set(schedule.BLOOD_TIMEPOINTS.values()) <= set(LISTS["BIOTPT"].values)
    assert set(schedule.BLOOD_TIMEPOINTS) == set(schedule.FORMS_BY_VISIT["BIOB"]) - {"UNS"}
