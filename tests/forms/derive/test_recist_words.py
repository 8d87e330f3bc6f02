"""The rule that fired and the sentence a person reads, for every rule of recist.md 2, 5, 6, 7, 8 and 9."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from forms.derive.recist_best import BestResponse
from forms.derive.recist_lesions import BaselineLesion, Readings, Target, measurability
from forms.derive.recist_response import Response, Scan, Verdict, overall_response, responses
from forms.derive.recist_settings import DEFAULTS, ResponseSettings, with_setting
from forms.derive.tumour_sums import Reading
from tests.forms.derive.test_recist_best import best
from tests.forms.derive.test_recist_response import GONE, MISSING, START, TSTM, Value, course, lesions, scan

# --- 2: measurable at baseline --------------------------------------------------------------------------------------

LIVER = BaselineLesion("LIVER", False, "CT", Decimal(30), Decimal(5))


def liver(mm: str, slice_mm: str) -> BaselineLesion:
    return replace(LIVER, diameter_mm=Decimal(mm), slice_mm=Decimal(slice_mm))


def node(mm: str) -> BaselineLesion:
    return BaselineLesion("LYMPH NODE", True, "CT", Decimal(mm))


@pytest.mark.parametrize(
    ("lesion", "rule", "sentence"),
    [
        (replace(LIVER, method="PET"), "2 method", "PET alone never measures a lesion."),
        (replace(LIVER, organ="BONE"), "2 kind", "BONE is never measurable."),
        (replace(LIVER, diameter_mm=None), "2 diameter", "No diameter was given."),
        (replace(LIVER, treated_locally=True), "2 irradiated", "A treated lesion counts only once it has progressed."),
        (node("15"), "2 node", "Short axis 15 mm, 15 mm or more."),
        (node("14.9"), "2 node", "Short axis 14.9 mm: pathological, but below 15 mm."),
        (node("9.9"), "2 node", "Short axis 9.9 mm: a normal node, below 10 mm."),
        (liver("10", "5"), "2 CT or MRI", "Longest diameter 10 mm reaches the limit of 10 mm."),
        (liver("9.9", "5"), "2 CT or MRI", "Longest diameter 9.9 mm is below the limit of 10 mm."),
        (liver("10.2", "5.1"), "2 thick slice", "Longest diameter 10.2 mm reaches the limit of 10.2 mm."),
        (liver("10", "4.9"), "2 CT or MRI", "Longest diameter 10 mm reaches the limit of 10 mm."),
        (replace(LIVER, method="MRI"), "2 CT or MRI", "Longest diameter 30 mm reaches the limit of 10 mm."),
        (replace(LIVER, method="CALIPER"), "2 caliper", "Longest diameter 30 mm reaches the limit of 10 mm."),
        (replace(LIVER, method="X-RAY"), "2 chest X-ray", "Longest diameter 30 mm reaches the limit of 20 mm."),
    ],
)
def test_measurability_says_by_which_row(lesion: BaselineLesion, rule: str, sentence: str) -> None:
    found = measurability(lesion)
    assert (found.rule, found.sentence) == (rule, sentence)


# --- 5: targets -----------------------------------------------------------------------------------------------------

STAYS = ["PRESENT"]


@pytest.mark.parametrize(
    ("what", "baseline", "visits", "verdict"),
    [
        ("grown", ["60"], [["72"]],
         Verdict("PD", "5.2", "sum 72 mm, +12 mm and +20.0 % from nadir 60 mm, at least 5 mm and 20 % more")),
        ("back from nothing", ["30"], [[GONE], ["5"]],
         Verdict("PD", "5.2", "sum 5 mm, +5 mm from nadir 0 mm, at least 5 mm and 20 % more")),
        ("part of them grown", ["20", "20", "20"], [["40", "32", MISSING]],
         Verdict("PD", "5.2", "sum of those measured 72 mm, +12 mm and +20.0 % from nadir 60 mm, "
                              "at least 5 mm and 20 % more")),
        ("two not evaluable", ["20", "20", "20"], [["30", MISSING, MISSING]],
         Verdict("NE", "5.3", "2 of 3 targets missing (T2, T3), "
                              "sum of those measured 30 mm, -30 mm and -50.0 % from nadir 60 mm")),
        ("gone but for a normal node", ["30", "n20"], [[GONE, "9.5"]],
         Verdict("CR", "5.4", "all targets are gone, nodes below 10 mm (sum 9.5 mm)")),
        ("shrunk", ["100"], [["70"]],
         Verdict("PR", "5.5", "sum 70 mm, -30.0 % from baseline 100 mm, at least 30 % less")),
        ("a little less", ["100"], [["90"]],
         Verdict("SD", "5.6", "sum 90 mm, -10.0 % from baseline 100 mm, "
                              "sum 90 mm, -10 mm and -10.0 % from nadir 100 mm")),
        ("as before", ["60"], [["60"]],
         Verdict("SD", "5.6", "sum 60 mm, 0.0 % from baseline 60 mm, sum 60 mm, 0 mm and 0.0 % from nadir 60 mm")),
        ("a millimetre more", ["60"], [["60.5"]],
         Verdict("SD", "5.6", "sum 60.5 mm, +0.8 % from baseline 60 mm, "
                              "sum 60.5 mm, +0.5 mm and +0.8 % from nadir 60 mm")),
        ("no target at baseline", [], [[]], Verdict("NA", "", "no target at baseline")),
    ],
)  # fmt: skip
def test_target_response_says_its_numbers(
    what: str, baseline: list[str], visits: list[list[Value]], verdict: Verdict
) -> None:
    assert course(baseline, *visits, nontargets=[STAYS] * len(visits))[-1].target == verdict


def test_disease_again_names_each_target_with_its_size() -> None:
    found = course(["30", "n20", "25"], [GONE, "6", GONE], ["3", "10", GONE])[-1]
    assert found.target == Verdict("PD", "5.1", "T1 (3 mm) and T2 (10 mm) is disease again after an overall CR")


def test_a_partial_response_that_lasts_is_said_so() -> None:
    lasts = with_setting(DEFAULTS, "pr_carry_forward", "Y")
    verdict = Verdict(
        "PR", "5 pr_carry_forward", "sum 71 mm, -29.0 % from baseline 100 mm, an earlier PR lasts until CR or PD"
    )
    assert course(["100"], ["60"], ["71"], settings=lasts)[-1].target == verdict
    assert course(["100"], ["60"], ["60"], ["71"], settings=lasts)[-1].target == verdict


def without_baseline(values: Sequence[Value]) -> Verdict:
    """The target response where the second target has no diameter at baseline."""
    targets = [*lesions("30"), Target("T2", False, None)]
    return responses(targets, 0, [scan(1, values)])[0].target


def test_a_target_without_a_baseline_diameter_leaves_no_nadir() -> None:
    assert without_baseline(["10", "10"]) == Verdict("NE", "5.3", "a target has no baseline diameter")
    assert without_baseline(["10", MISSING]) == Verdict(
        "NE", "5.3", "1 of 2 targets missing (T2), sum of those measured 10 mm, no nadir"
    )


def test_the_nadir_is_named_by_its_time_point() -> None:
    found = course(["60"], ["50"], ["40"], ["45"])
    assert [one.sums.nadir_key for one in found] == ["", "1", "2"]
    assert [one.date for one in found] == [START + dt.timedelta(56 * n) for n in (1, 2, 3)]


# --- 4 and 5.4: merged targets, and those that are seen but not measured ----------------------------------------------


def merged(into: str) -> Reading:
    return Reading("MERGED", merged_into=into)


@pytest.mark.parametrize(
    ("what", "values", "expected"),
    [
        ("into a node of 9 mm: the mass exists", ["9", merged("T1"), GONE], "PR"),
        ("into a node that is gone", [GONE, merged("T1"), GONE], "CR"),
        ("by way of another into a node of 9 mm", ["9", merged("T3"), merged("T1")], "PR"),
        ("by way of another into a node that is gone", [GONE, merged("T3"), merged("T1")], "CR"),
        ("into each other: nobody knows of a mass", [GONE, merged("T3"), merged("T2")], "PR"),
        ("into itself", [GONE, merged("T2"), GONE], "PR"),
        ("into what is no target", [GONE, merged("N1"), GONE], "PR"),
        ("into nothing that is named", [GONE, Reading("MERGED"), GONE], "PR"),
    ],
)
def test_merged_targets_are_gone_with_their_mass(what: str, values: list[Value], expected: str) -> None:
    assert course(["n20", "30", "30"], values)[0].target.response == expected


def test_a_ring_of_merged_targets_that_one_leads_into_ends() -> None:
    found = course(["n20", "30", "30", "30"], [GONE, merged("T3"), merged("T4"), merged("T3")])[0]
    assert found.target.response == "PR"


def test_too_small_to_measure_is_seen_whatever_it_counts() -> None:
    counts_nothing = with_setting(DEFAULTS, "tstm_mm", "0")
    assert course(["30"], [TSTM], settings=counts_nothing)[0].target.response == "PR"
    assert course(["30"], [GONE], [TSTM], settings=counts_nothing)[1].target.rule == "5.1"


def test_a_target_that_was_not_evaluated_is_not_gone() -> None:
    (target,) = lesions("30")
    assert not Readings({"T1": Reading("NOT_EVALUABLE")}, {"T1": None}).is_gone(target)


# --- 6 and 7: non-targets and new lesions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([], Verdict("NA", "", "no non-target at baseline")),
        (["UPD", "UPD", "NE"], Verdict("PD", "6.1", "2 of 3 non-targets progressed unequivocally")),
        (["NE", "PRESENT", "NE"], Verdict("NE", "6.3", "2 of 3 non-targets not evaluated")),
        (["ABSENT", "ABSENT"], Verdict("CR", "6.4", "2 of 2 non-targets absent")),
        (["ABSENT", "PRESENT", "PRESENT"], Verdict("NON-CR/NON-PD", "6.5", "2 of 3 non-targets present")),
    ],
)
def test_nontarget_response_counts_what_decided(states: list[str], verdict: Verdict) -> None:
    assert course(["30"], ["30"], nontargets=[states])[0].nontarget == verdict


def test_non_targets_seen_again_are_counted() -> None:
    found = course(["30"], [GONE], [GONE], nontargets=[["ABSENT"] * 3, ["PRESENT", "ABSENT", "PRESENT"]])[1]
    assert found.nontarget == Verdict("PD", "6.2", "2 of 3 non-targets seen again after an overall CR")


@pytest.mark.parametrize(
    ("what", "is_new", "news", "verdict"),
    [
        ("none", False, (), Verdict("NA", "", "no new lesion")),
        ("one that nothing tells of", True, (), Verdict("PD", "7", "a new lesion")),
        ("two", True, ("new lesion 4 first seen 2024-03-18", "new lesion 5 first seen 2024-03-18"),
         Verdict("PD", "7", "new lesion 4 first seen 2024-03-18 and new lesion 5 first seen 2024-03-18")),
    ],
)  # fmt: skip
def test_new_lesions_are_told_of(what: str, is_new: bool, news: tuple[str, ...], verdict: Verdict) -> None:
    point = Scan("1", START, {"T1": Reading("MEASURED", Decimal(30))}, (), is_new, (), news)
    assert responses(lesions("30"), 0, [point])[0].new_lesion == verdict


# --- 8: overall -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "nontarget", "new", "overall", "rule"),
    [
        ("CR", "CR", False, "CR", "8a row 1"),
        ("CR", "NA", False, "CR", "8a row 1"),
        ("CR", "NON-CR/NON-PD", False, "PR", "8a row 2"),
        ("CR", "NE", False, "PR", "8a row 3"),
        ("PR", "NE", False, "PR", "8a row 4"),
        ("SD", "NA", False, "SD", "8a row 5"),
        ("NE", "CR", False, "NE", "8a row 6"),
        ("PD", "PD", True, "PD", "8a row 7"),
        ("SD", "PD", True, "PD", "8a row 8"),
        ("CR", "CR", True, "PD", "8a row 9"),
        ("NA", "CR", False, "CR", "8b row 1"),
        ("NA", "NON-CR/NON-PD", False, "NON-CR/NON-PD", "8b row 2"),
        ("NA", "NE", False, "NE", "8b row 3"),
        ("NA", "PD", True, "PD", "8b row 4"),
        ("NA", "CR", True, "PD", "8b row 5"),
        ("NA", "NA", False, "NA", "8b"),
    ],
)
def test_the_row_of_the_table_of_overall_responses(
    target: str, nontarget: str, new: bool, overall: str, rule: str
) -> None:
    assert overall_response(target, nontarget, new) == Verdict(overall, rule)


def told(found: Response) -> tuple[str, str]:
    return found.rule, found.explanation


def test_a_time_point_is_told_in_one_line_of_rules_and_one_sentence() -> None:
    first, second = course(["30"], [GONE], ["3"], nontargets=[["ABSENT"], ["UPD"]])
    assert told(first) == (
        "5.4, 6.4, 8a row 1",
        "CR: all targets are gone, nodes below 10 mm (sum 0 mm); 1 of 1 non-targets absent; no new lesion.",
    )
    assert told(second) == (
        "5.1, 6.1, 8a row 7",
        "PD: T1 (3 mm) is disease again after an overall CR; 1 of 1 non-targets progressed unequivocally; no new lesion.",
    )
    assert told(responses([], 0, [scan(1, [], new=True)])[0]) == (
        "7, 8b row 5", "PD: no target at baseline; no non-target at baseline; a new lesion.",
    )  # fmt: skip


# --- 9: best response -----------------------------------------------------------------------------------------------


def day(number: int) -> dt.date:
    return dt.date(2024, 2, 5) + dt.timedelta(number)


NO_CONFIRMATION = with_setting(DEFAULTS, "confirm_required", "N")
ONE_STABLE = with_setting(DEFAULTS, "accept_sd", "Y")


@pytest.mark.parametrize(
    ("what", "settings", "assessments", "expected"),
    [
        ("confirmed complete", DEFAULTS, [(56, "CR"), (84, "CR")],
         BestResponse("CR", day(56), True, "9 confirmed CR",
                      "CR on 2024-04-01, confirmed by CR on 2024-04-29, 28 days later.")),
        ("partial, confirmed by the first that is late enough", DEFAULTS, [(56, "PR"), (70, "PR"), (84, "CR"), (112, "PR")],
         BestResponse("PR", day(56), True, "9 confirmed PR",
                      "PR on 2024-04-01, confirmed by CR on 2024-04-29, 28 days later.")),
        ("not to be confirmed, and not", NO_CONFIRMATION, [(56, "PR"), (84, "SD")],
         BestResponse("PR", day(56), False, "9 PR", "PR on 2024-04-01, not confirmed.")),
        ("not to be confirmed, but it is", NO_CONFIRMATION, [(56, "CR"), (84, "CR")],
         BestResponse("CR", day(56), True, "9 CR", "CR on 2024-04-01, confirmed by CR on 2024-04-29, 28 days later.")),
        ("stable", DEFAULTS, [(42, "SD")],
         BestResponse("SD", day(42), None, "9 SD", "SD on 2024-03-18, 42 days after the start (at least 42).")),
        ("a response that was not confirmed is stable", DEFAULTS, [(56, "PR"), (84, "PD")],
         BestResponse("SD", day(56), None, "9 SD", "PR on 2024-04-01, 56 days after the start (at least 42).")),
        ("neither complete nor progressive", DEFAULTS, [(43, "NON-CR/NON-PD")],
         BestResponse("NON-CR/NON-PD", day(43), None, "9 NON-CR/NON-PD",
                      "NON-CR/NON-PD on 2024-03-19, 43 days after the start (at least 42).")),
        ("progression first", DEFAULTS, [(41, "SD"), (80, "PD")],
         BestResponse("PD", day(80), None, "9 PD", "PD on 2024-04-25, nothing better before.")),
        ("progression on the first day", DEFAULTS, [(0, "PD")],
         BestResponse("PD", day(0), None, "9 PD", "PD on 2024-02-05, nothing better before.")),
        ("nothing counts", DEFAULTS, [(30, "SD"), (60, "NE")],
         BestResponse("NE", day(30), None, "9 NE", "None of 2 assessments counts for a response.")),
        ("no scan", DEFAULTS, [], BestResponse("NE", None, None, "9 no usable assessment", "No assessment counts.")),
        ("complete, not evaluable and complete between", DEFAULTS, [(56, "CR"), (66, "CR"), (76, "NE"), (109, "CR")],
         BestResponse("CR", day(56), True, "9 confirmed CR",
                      "CR on 2024-04-01, confirmed by CR on 2024-05-24, 53 days later.")),
        ("all that may lie between partial responses", ONE_STABLE,
         [(56, "PR"), (60, "PR"), (64, "SD"), (70, "NE"), (76, "CR"), (90, "CR")],
         BestResponse("PR", day(56), True, "9 confirmed PR",
                      "PR on 2024-04-01, confirmed by CR on 2024-05-05, 34 days later.")),
    ],
)  # fmt: skip
def test_best_response_says_what_decided(
    what: str, settings: ResponseSettings, assessments: list[tuple[int, str]], expected: BestResponse
) -> None:
    assert best(*assessments, settings=settings) == expected
