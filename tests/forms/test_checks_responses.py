"""RE-12, BOR-01 and DER-18: the derived responses beside the investigator's, and when they are shown."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.evaluation import is_visible, open_required, run_derivations
from tests.forms.casebooks import STUDY, asks, judge, passes, record, subject
from tests.forms.test_checks_disposition import contact
from tests.forms.test_checks_tumour_assessment import fragment, lesion, non_target, point, scan, target
from tests.forms.test_courses_of_disease import BONE, DOSE, LIVER, LUNG, NODE, SAID, WORKED, read

LESIONS = (LIVER, LUNG, NODE, BONE)
BEFORE = (*LESIONS, *WORKED[:4])
LATER = {"now": "2025-06-30T12:00"}
SMALL = lesion("T01", "22")


def last(said, mm="29 7 11", **given):
    """The last time point of the worked example, as the investigator reads it."""
    return read("EOT", "2024-12-16", mm, said, **given)


def alone(mm, said, state="MEASURED", **given):
    """A first follow-up of one target, without non-targets."""
    return point(target("T01", state, mm), at="C1RESP", **dict(zip(SAID, said, strict=True)), **given)


NO_TARGET = (lesion("NT01", None),)
REAL = "You entered SD; measurements give PD (sum 47 mm, baseline 92, lowest 38, rule 5.2, 6.5, 8a row 7). Both are kept; confirm or correct."
TIME_POINTS = [
    passes("RE-12", "the same in all three", last(("PD", "NON-CR/NON-PD", "PD")), *BEFORE, **LATER),
    asks("RE-12", "stable, +23.7 % over the lowest sum", last(("SD", "NON-CR/NON-PD", "SD")), *BEFORE, item="inv_target",
         message=REAL, **LATER),
    passes("RE-12", "not all answered yet", last(()), *BEFORE, **LATER),
    asks("RE-12", "only the overall response differs", last(("PD", "NON-CR/NON-PD", "SD")), *BEFORE, item="inv_overall",
         message=REAL, **LATER),
    asks("RE-12", "non-targets called stable but one is gone", last(("PD", "NON-CR/NON-PD", "PD"), bone="ABSENT"), *BEFORE,
         item="inv_nontarget", **LATER),
    passes("RE-12", "'not all evaluated' is what the rules call not evaluable",
           last(("PD", "NOT ALL EVALUATED", "PD"), bone="NE"), *BEFORE, **LATER),
    asks("RE-12", "a missing target leaves an incomplete sum", last(("PR", "NON-CR/NON-PD", "PR"), mm="NE 7 11"), *BEFORE,
         item="inv_target", message="You entered PR; measurements give NE (sum at least 18 mm, baseline 92, lowest 38, "
         "rule 5.3, 6.5, 8a row 6). Both are kept; confirm or correct.", **LATER),
    # the limits of partial response and progression
    passes("RE-12", "exactly 30 % less is a partial response", alone("15.4", ("PR", "NA", "PR")), SMALL),
    asks("RE-12", "29.5 % less is none", alone("15.5", ("PR", "NA", "PR")), SMALL, item="inv_target"),
    passes("RE-12", "5 mm and 22.7 % more is progression", alone("27", ("PD", "NA", "PD")), SMALL),
    asks("RE-12", "4.9 mm and 22.3 % more is none", alone("26.9", ("PD", "NA", "PD")), SMALL, item="inv_target"),
    passes("RE-12", "too small to measure is a partial response", alone(None, ("PR", "NA", "PR"), "TSTM"), SMALL),
    passes("RE-12", "a node below 10 mm is a complete response", alone("9.9", ("CR", "NA", "CR")),
           lesion("T01", "22", organ="LYMPH NODE", is_node="Y")),
    asks("RE-12", "a node of 10 mm is none", alone("10", ("CR", "NA", "CR")),
         lesion("T01", "22", organ="LYMPH NODE", is_node="Y"), item="inv_target"),
    passes("RE-12", "merged: the mass is still there", point(
        target("T01", mm="40"), target("T02", "MERGED", t_merged_into="T01"), at="C1RESP",
        **dict(zip(SAID, ("PR", "NA", "PR"), strict=True))), LIVER, LUNG),
    passes("RE-12", "fragments add up", point(
        target("T01", "SPLIT"), fragments=[fragment("T01", "9"), fragment("T01", "7")], at="C1RESP",
        **dict(zip(SAID, ("SD", "NA", "SD"), strict=True))), SMALL),
    # new lesions
    passes("RE-12", "a new lesion is progression", alone("22", ("SD", "NA", "PD"), any_new="Y"), SMALL, lesion("NEW01", None)),
    asks("RE-12", "a new lesion overlooked", alone("22", ("SD", "NA", "SD"), any_new="N"), SMALL, lesion("NEW01", None),
         item="inv_overall"),
    passes("RE-12", "an equivocal lesion is none yet", alone("22", ("SD", "NA", "SD")), SMALL,
           lesion("NEW01", None, certainty="EQUIVOCAL")),
    asks("RE-12", "an equivocal lesion that a later scan confirmed", alone("22", ("SD", "NA", "SD")), SMALL,
         lesion("NEW01", None, certainty="EQUIVOCAL", resolved_to="CONFIRMED", resolved_date="2024-06-20"), item="inv_overall"),
    # no targets
    passes("RE-12", "non-targets only, present", point(
        others=[non_target("NT01")], at="C1RESP", inv_target="NA", inv_nontarget="NON-CR/NON-PD",
        inv_overall="NON-CR/NON-PD"), *NO_TARGET),
    asks("RE-12", "non-targets only, gone but called stable", point(
        others=[non_target("NT01", "ABSENT")], at="C1RESP", inv_target="NA", inv_nontarget="CR",
        inv_overall="NON-CR/NON-PD"), *NO_TARGET, item="inv_overall",
        message="You entered NON-CR/NON-PD; the states of the lesions give CR (rule 6.4, 8b row 1). "
                "Both are kept; confirm or correct."),
    passes("RE-12", "RE-13 speaks for a complete response with a target left", alone("22", ("SD", "NA", "CR")), SMALL),
]  # fmt: skip


def best(inv="PR", *, at="EOT", **more):
    """The best response at the end of treatment."""
    return record("BOR", at, inv_bor=inv, **more)


TREATED = {"c1d1": "2024-02-05", "last_dose": "2024-11-04", **LATER}
ALL = (*BEFORE, last(("PD", "NON-CR/NON-PD", "PD")))


def confirmed_after(days: int):
    """A partial response and a second one so many days later."""
    first = dt.date(2024, 4, 8)
    return (*LESIONS, WORKED[0], read("C2RESP", (first + dt.timedelta(days)).isoformat(), "30 18 14"))


BEST = [
    passes("BOR-01", "the confirmed response, dated by the first scan", best(inv_bor_date="2024-04-08"), *ALL, **TREATED),
    passes("BOR-01", "not answered yet", record("BOR", "EOT"), *ALL, **TREATED),
    asks("BOR-01", "complete where they give partial", best("CR", inv_bor_date="2024-04-08"), *ALL, item="inv_bor",
         message="You entered CR; confirmed assessments give PR.", **TREATED),
    asks("BOR-01", "explained, and asked all the same", best("SD", difference_reason="Second reading"), *ALL, item="inv_bor",
         message="You entered SD; confirmed assessments give PR.", **TREATED),
    asks("BOR-01", "dated by the second scan", best(inv_bor_date="2024-06-10"), *ALL, item="inv_bor_date",
         message="You entered 2024-06-10; confirmed assessments give 2024-04-08.", **TREATED),
    passes("BOR-01", "confirmed after 28 days", best(inv_bor_date="2024-04-08"), *confirmed_after(28), **TREATED),
    asks("BOR-01", "27 days confirm nothing", best(inv_bor_date="2024-04-08"), *confirmed_after(27), item="inv_bor",
         message="You entered PR; confirmed assessments give SD.", **TREATED),
    passes("BOR-01", "stable has no date to compare", best("SD", inv_bor_date="2024-05-01"), *confirmed_after(27), **TREATED),
    asks("BOR-01", "a response after new therapy does not count", best(inv_bor_date="2024-04-08"), *ALL, contact(
        "LTFU1", "2024-06-20", new_therapy="Y", SACT=[{"sact_start": "2024-05-01"}]), item="inv_bor", **TREATED),
]  # fmt: skip
CASES = [*TIME_POINTS, *BEST]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


DERIVED_ITEMS = ("der_target", "der_nontarget", "der_overall", "der_rule", "der_sentence", "differs")


def derived(judged, *others, **around):
    judge(judged, subject(judged, *others, **around), others)
    return [judged.value(name) for name in DERIVED_ITEMS]


def test_the_time_point_says_what_it_rests_on():
    assert derived(last(("SD", "NON-CR/NON-PD", "SD")), *BEFORE) == [
        "PD", "NON-CR/NON-PD", "PD", "5.2, 6.5, 8a row 7",
        "PD: sum 47 mm, +9 mm and +23.7 % from nadir 38 mm, at least 5 mm and 20 % more; 1 of 1 non-targets present; "
        "no new lesion.", "Y",
    ]  # fmt: skip


def test_a_new_lesion_is_named_with_its_date():
    new = lesion("NEW01", None, certainty="EQUIVOCAL", resolved_to="CONFIRMED", resolved_date="2024-06-20")
    assert derived(alone("22", ("SD", "NA", "PD")), SMALL, new)[4].endswith(
        "new lesion NEW01 first seen 2024-05-06, confirmed 2024-06-20."
    )


@pytest.mark.parametrize("left_out", SAID)
def test_nothing_is_derived_until_all_three_are_answered(left_out):
    judged = last(("SD", "NON-CR/NON-PD", "SD"))
    del judged.answers[left_out]
    assert derived(judged, *BEFORE) == [None] * len(DERIVED_ITEMS)


def test_a_study_may_show_the_derived_response_at_once(monkeypatch):
    monkeypatch.setitem(STUDY, "derived_after_answer", False)
    assert derived(last(()), *BEFORE)[:3] == ["PD", "NON-CR/NON-PD", "PD"]


def test_an_answer_that_is_taken_back_takes_the_derived_response_with_it():
    judged = last(("PD", "NON-CR/NON-PD", "PD"))
    assert derived(judged, *BEFORE)[2] == "PD"
    del judged.answers["inv_overall"]
    assert derived(judged, *BEFORE) == [None] * len(DERIVED_ITEMS)


def test_screening_and_assessments_not_performed_have_no_response():
    for judged in (record("TA", "SCR", performed="Y", SCAN=[scan("2024-01-22")]), record("TA", "C1RESP", performed="N")):
        assert derived(judged, *LESIONS)[:5] == [None] * 5


def test_a_difference_asks_for_its_reason():
    judged = last(("SD", "NON-CR/NON-PD", "SD"))
    derived(judged, *BEFORE)
    assert "inv_reason" in [item.name for _, _, item in open_required(judged)]
    agreed = last(("PD", "NON-CR/NON-PD", "PD"))
    derived(agreed, *BEFORE)
    assert not is_visible(agreed.crf.items["inv_reason"], agreed, agreed)


def test_a_corrected_scan_moves_the_later_time_points():
    later = last(("PD", "NON-CR/NON-PD", "PD"))
    assert derived(later, *BEFORE)[2] == "PD"
    corrected = read("C2RESP", "2024-06-10", "24 TSTM 19")
    assert derived(later, *LESIONS, WORKED[0], corrected, *WORKED[2:4])[2] == "PR"


def test_the_best_response_says_when_and_why():
    judged = best("SD")
    around = subject(judged, *ALL, **TREATED)
    run_derivations(judged, around)
    assert (judged.derived_bor, judged.derived_date, judged.confirmed) == ("PR", dt.date(2024, 4, 8), "Y")
    assert (judged.rule, judged.differs) == ("9 confirmed PR", "Y")
    assert judged.sentence == "PR on 2024-04-08, confirmed by PR on 2024-06-10, 63 days later."


def test_the_best_response_waits_for_the_investigator_and_for_each_time_point():
    unanswered = record("BOR", "EOT")
    run_derivations(unanswered, subject(unanswered, *ALL, **TREATED))
    assert (unanswered.derived_bor, unanswered.sentence) == (None, None)
    judged, unread = best("NE"), read("C1RESP", "2024-04-08", "30 18 14", said=())
    run_derivations(judged, subject(judged, *LESIONS, unread, DOSE, **TREATED))
    assert judged.derived_bor == "NE"
