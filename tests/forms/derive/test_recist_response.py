"""Target, non-target and overall response: every rule, table row and limit (recist.md 4 to 8, 12, 13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest

from forms.derive.recist_lesions import Target
from forms.derive.recist_response import Response, Scan, first_progression, overall_response, responses
from forms.derive.recist_settings import DEFAULTS, ResponseSettings, with_setting
from forms.derive.tumour_sums import Reading

Value = str | int | Reading | None

START = dt.date(2024, 1, 22)
GONE, TSTM, MISSING = "0", "TSTM", None
MERGED_INTO_FIRST = Reading("MERGED", merged_into="T1")


def split(*fragments: str) -> Reading:
    return Reading("SPLIT", fragments_mm=tuple(Decimal(mm) for mm in fragments))


def reading(value: Value) -> Reading:
    if isinstance(value, Reading):
        return value
    if value is None:
        return Reading("NOT_EVALUABLE")
    return Reading("TSTM") if value == TSTM else Reading("MEASURED", Decimal(value))


def lesions(*sizes: str) -> list[Target]:
    """Targets T1, T2, ... with their baseline diameters; "n15" is a node."""
    return [
        Target(f"T{n}", size.startswith("n"), Decimal(size.removeprefix("n"))) for n, size in enumerate(sizes, 1)
    ]


def scan(
    number: int,
    values: Sequence[Value],
    nontargets: Sequence[str] = (),
    *,
    new: bool = False,
    confirms: tuple[str, ...] = (),
) -> Scan:
    readings = {f"T{n}": reading(value) for n, value in enumerate(values, 1)}
    return Scan(str(number), START + dt.timedelta(56 * number), readings, nontargets, new, confirms)


def course(
    baseline: Sequence[str],
    *visits: Sequence[Value],
    nontargets: Sequence[Sequence[str]] | None = None,
    settings: ResponseSettings = DEFAULTS,
) -> list[Response]:
    """The responses of visits given as target values, with the non-target states of each."""
    states = nontargets or [()] * len(visits)
    scans = [scan(n, values, states[n - 1]) for n, values in enumerate(visits, 1)]
    return responses(lesions(*baseline), len(states[0]), scans, settings)


def last_target(baseline: Sequence[str], *visits: Sequence[Value]) -> tuple[str, str]:
    """Target response and rule of the last visit."""
    verdict = course(baseline, *visits)[-1].target
    return verdict.response, verdict.rule


# --- 4: what a target adds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "baseline", "values", "total"),
    [
        ("measured, even 2 mm", ["30"], ["2"], 2),
        ("gone", ["30"], [GONE], 0),
        ("too small to measure counts 5 mm", ["30"], [TSTM], 5),
        ("too small, with a smaller number", ["30"], [Reading("TSTM", Decimal(3))], 3),
        ("a normal node keeps its short axis", ["n20"], ["7"], 7),
        ("a node too small to measure", ["n20"], [TSTM], 5),
        ("not evaluable is missing, not 0", ["30"], [MISSING], None),
        ("fragments add up under their lesion", ["30"], [split("12", "8.5")], Decimal("20.5")),
        ("coalesced: the mass on one lesion, nothing on the other", ["30", "20"], ["45", MERGED_INTO_FIRST], 45),
    ],
)
def test_value_of_a_target(what: str, baseline: list[str], values: list[Value], total: Decimal | None) -> None:
    assert course(baseline, values)[0].sums.sum_mm == total


def test_the_number_for_too_small_is_a_setting() -> None:
    changed = with_setting(DEFAULTS, "tstm_mm", "7")
    assert course(["30"], [TSTM], settings=changed)[0].sums.sum_mm == 7


# --- 5: target response ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "baseline", "visits", "expected"),
    [
        ("69.9 of 100 mm", ["100"], [["69.9"]], ("PR", "5.5")),
        ("70 of 100 mm: 30 % less is PR", ["100"], [["70"]], ("PR", "5.5")),
        ("70.1 of 100 mm", ["100"], [["70.1"]], ("SD", "5.6")),
        ("16.1 of 23 mm, exactly 30 % less", ["23"], [["16.1"]], ("PR", "5.5")),
        ("7.7 of 11 mm, exactly 30 % less", ["11"], [["7.7"]], ("PR", "5.5")),
        ("16.2 of 23 mm", ["23"], [["16.2"]], ("SD", "5.6")),
        ("from nadir 60 to 71.9: 19.8 %", ["60"], [["71.9"]], ("SD", "5.6")),
        ("from nadir 60 to 72: 20 %", ["60"], [["72"]], ("PD", "5.2")),
        ("from nadir 60 to 72.1", ["60"], [["72.1"]], ("PD", "5.2")),
        ("from nadir 22 to 26.9: 22 % but 4.9 mm", ["22"], [["26.9"]], ("SD", "5.6")),
        ("from nadir 22 to 27: 5 mm", ["22"], [["27"]], ("PD", "5.2")),
        ("from nadir 22 to 27.1", ["22"], [["27.1"]], ("PD", "5.2")),
        ("from nadir 25 to 29.9: both just short", ["25"], [["29.9"]], ("SD", "5.6")),
        ("from nadir 25 to 30: both exactly", ["25"], [["30"]], ("PD", "5.2")),
        ("from nadir 0 to 4.9 mm, no overall CR", ["30"], [[GONE], ["4.9"]], ("PR", "5.5")),
        ("from nadir 0 to 5 mm, no overall CR", ["30"], [[GONE], ["5"]], ("PD", "5.2")),
        ("from nadir 0 to too small to measure, no overall CR", ["30"], [[GONE], [TSTM]], ("PD", "5.2")),
        ("judged from the nadir, not from baseline", ["100"], [["50"], ["61"]], ("PD", "5.2")),
        ("20 % from nadir but still 39 % below baseline", ["100"], [["50"], ["59.9"]], ("PR", "5.5")),
        ("the nadir may be baseline", ["60"], [["65"], ["72"]], ("PD", "5.2")),
        ("a later sum is no nadir of an earlier", ["60"], [["62"], ["40"]], ("PR", "5.5")),
        ("an incomplete sum is no nadir", ["42", "28"], [["24", "14"], [MISSING, "6"], ["26", "18"]], ("PR", "5.5")),
        ("an imputed 5 mm sum is a nadir", ["30"], [[TSTM], ["9.9"]], ("PR", "5.5")),
        ("an imputed 5 mm sum is a nadir, 5 mm on", ["30"], [[TSTM], ["10"]], ("PD", "5.2")),
        ("one missing, the others 60 of 60", ["20", "20", "20"], [["30", "30", MISSING]], ("NE", "5.3")),
        ("one missing, the others prove 25 %", ["20", "20", "20"], [["40", "35", MISSING]], ("PD", "5.2")),
        ("one missing, the others 71.9 of 60", ["20", "20", "20"], [["40", "31.9", MISSING]], ("NE", "5.3")),
        ("one missing, the others 72 of 60", ["20", "20", "20"], [["40", "32", MISSING]], ("PD", "5.2")),
        ("one missing, the others gone", ["20", "20"], [[GONE, MISSING]], ("NE", "5.3")),
        ("all gone", ["20", "20"], [[GONE, GONE]], ("CR", "5.4")),
        ("all gone but one too small to measure", ["16", "20"], [[GONE, TSTM]], ("PR", "5.5")),
        ("only a node, 19 to 9.5 mm: CR with a sum above 0", ["n19"], [["9.5"]], ("CR", "5.4")),
        ("node of 9.9 mm", ["n19"], [["9.9"]], ("CR", "5.4")),
        ("node of 10 mm is not normal", ["n19"], [["10"]], ("PR", "5.5")),
        ("node of 10.1 mm", ["n19"], [["10.1"]], ("PR", "5.5")),
        ("node too small to measure is normal", ["n19"], [[TSTM]], ("CR", "5.4")),
        ("node no longer visible", ["n19"], [[GONE]], ("CR", "5.4")),
        ("liver gone, node 9 mm", ["30", "n19"], [[GONE, "9"]], ("CR", "5.4")),
        ("liver gone, node 12 mm", ["30", "n19"], [[GONE, "12"]], ("PR", "5.5")),
        ("merged mass still there", ["30", "30"], [["12", MERGED_INTO_FIRST]], ("PR", "5.5")),
        ("merged mass gone: both absent", ["30", "30"], [[GONE, MERGED_INTO_FIRST]], ("CR", "5.4")),
        ("merged mass not evaluated", ["30", "30"], [[MISSING, MERGED_INTO_FIRST]], ("NE", "5.3")),
        ("merged mass grown from the nadir", ["30", "30"], [["20", "20"], ["48", MERGED_INTO_FIRST]], ("PD", "5.2")),
        ("fragments grown", ["30"], [[split("20", "16")]], ("PD", "5.2")),
        ("fragments gone", ["30"], [[split("0", "0")]], ("CR", "5.4")),
    ],
)
def test_target_response(
    what: str, baseline: list[str], visits: list[list[Value]], expected: tuple[str, str]
) -> None:
    # A non-target that stays keeps an overall CR away, so that only the rules of the sum apply.
    found = course(baseline, *visits, nontargets=[["PRESENT"]] * len(visits))[-1].target
    assert (found.response, found.rule) == expected


@pytest.mark.parametrize(
    ("what", "baseline", "visits", "expected"),
    [
        ("3 mm at the old site", ["30"], [[GONE], ["3"]], ("PD", "5.1")),
        ("0.1 mm at the old site", ["30"], [[GONE], ["0.1"]], ("PD", "5.1")),
        ("seen again, too small to measure", ["30"], [[GONE], [TSTM]], ("PD", "5.1")),
        ("one seen again, the other missing", ["30", "20"], [[GONE, GONE], ["3", MISSING]], ("PD", "5.1")),
        ("one still gone, the other missing", ["30", "20"], [[GONE, GONE], [GONE, MISSING]], ("NE", "5.3")),
        ("node grown to 9.9 mm is normal", ["n20"], [["6"], ["9.9"]], ("CR", "5.4")),
        ("node grown to 10 mm", ["n20"], [["6"], ["10"]], ("PD", "5.1")),
        ("node grown to 10.1 mm", ["n20"], [["6"], ["10.1"]], ("PD", "5.1")),
        ("normal node grown by 5 mm: the sum rule", ["n20"], [["4"], ["9"]], ("PD", "5.2")),
        ("two visits after the complete response", ["30"], [[GONE], [GONE], ["2"]], ("PD", "5.1")),
        ("fragments at the old site", ["30"], [[GONE], [split("1", "0")]], ("PD", "5.1")),
    ],
)
def test_disease_again_after_overall_complete_response(
    what: str, baseline: list[str], visits: list[list[Value]], expected: tuple[str, str]
) -> None:
    assert last_target(baseline, *visits) == expected


def test_target_complete_response_with_non_targets_left_gives_no_protection() -> None:
    found = course(["30"], [GONE], ["3"], nontargets=[["PRESENT"], ["PRESENT"]])
    assert [one.overall.response for one in found] == ["PR", "PR"]


def test_disease_again_may_be_left_to_the_sum_rule() -> None:
    changed = with_setting(DEFAULTS, "reappear_after_cr", "sum")
    found = course(["30"], [GONE], ["3"], nontargets=[["ABSENT"], ["PRESENT"]], settings=changed)
    assert [one.overall.response for one in found] == ["CR", "PR"]


def test_the_size_of_a_node_that_is_disease_again_is_a_setting() -> None:
    changed = with_setting(DEFAULTS, "node_reappear_mm", "15")
    assert course(["n40"], ["9"], ["13.9"], settings=changed)[-1].target.response == "PR"


@pytest.mark.parametrize(
    ("what", "carried", "visits", "expected"),
    [
        ("off: each on its own numbers", "N", ["60", "71", "65"], ["PR", "SD", "PR"]),
        ("on: stays PR", "Y", ["60", "71", "65"], ["PR", "PR", "PR"]),
        ("on: ends with progression", "Y", ["60", "72", "80"], ["PR", "PD", "PD"]),
        ("on: not over a time point that was not evaluated", "Y", ["60", None, "71"], ["PR", "NE", "PR"]),
        ("on: no PR yet", "Y", ["90", "80"], ["SD", "SD"]),
    ],
)
def test_partial_response_carried_forward(
    what: str, carried: str, visits: list[str | None], expected: list[str]
) -> None:
    changed = with_setting(DEFAULTS, "pr_carry_forward", carried)
    found = course(["100"], *[[value] for value in visits], settings=changed)
    assert [one.target.response for one in found] == expected


def test_no_targets_at_baseline_is_not_applicable() -> None:
    found = course([], [], nontargets=[["PRESENT"]])[0]
    assert (found.target.response, found.overall.response, found.sums.sum_mm) == ("NA", "NON-CR/NON-PD", None)


# --- 6: non-target response -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "states", "expected"),
    [
        ("one progressed unequivocally, another not evaluated", ["UPD", "NE"], ("PD", "6.1")),
        ("one not evaluated, the others absent", ["NE", "ABSENT"], ("NE", "6.3")),
        ("one not evaluated, another present", ["PRESENT", "NE"], ("NE", "6.3")),
        ("all absent", ["ABSENT", "ABSENT"], ("CR", "6.4")),
        ("one present", ["ABSENT", "PRESENT"], ("NON-CR/NON-PD", "6.5")),
        ("none at baseline", [], ("NA", "")),
    ],
)
def test_nontarget_response(what: str, states: list[str], expected: tuple[str, str]) -> None:
    found = course(["30"], ["30"], nontargets=[states])[0].nontarget
    assert (found.response, found.rule) == expected


def test_a_non_target_seen_again_after_overall_complete_response_is_progression() -> None:
    found = course(["30"], [GONE], [GONE], nontargets=[["ABSENT", "ABSENT"], ["PRESENT", "NE"]])[1]
    assert (found.nontarget.response, found.nontarget.rule, found.overall.response) == ("PD", "6.2", "PD")


def test_a_non_target_seen_again_without_complete_response_before_is_none() -> None:
    found = course(["30"], ["15"], ["15"], nontargets=[["ABSENT"], ["PRESENT"]])[1]
    assert (found.nontarget.response, found.overall.response) == ("NON-CR/NON-PD", "PR")


def test_a_non_target_without_a_state_was_not_evaluated() -> None:
    found = responses(lesions("30"), 2, [scan(1, ["30"], ["ABSENT"])])[0]
    assert found.nontarget.response == "NE"


# --- 7: new lesions -------------------------------------------------------------------------------------------------


def test_a_new_lesion_is_progression_whatever_the_rest() -> None:
    found = responses(lesions("30"), 0, [scan(1, ["10"], new=True)])[0]
    assert (found.target.response, found.overall.response, found.overall.rule) == ("PR", "PD", "8a row 9")


def test_an_equivocal_lesion_confirmed_later_dates_progression_to_where_it_was_first_seen() -> None:
    scans = [scan(1, ["20"]), scan(2, ["20"]), scan(3, ["20"]), scan(4, ["20"], confirms=("2",))]
    found = responses(lesions("30"), 0, scans)
    assert [one.overall.response for one in found] == ["PR", "PD", "PR", "PD"]
    progression = first_progression(found)
    assert progression and progression.key == "2"


def test_an_equivocal_lesion_that_is_not_confirmed_changes_nothing() -> None:
    found = responses(lesions("30"), 0, [scan(1, ["20"]), scan(2, ["20"])])
    assert first_progression(found) is None


def test_backdated_progression_takes_the_place_of_a_complete_response() -> None:
    scans = [scan(1, [GONE]), scan(2, ["3"], confirms=("1",))]
    found = responses(lesions("30"), 0, scans)
    assert [(one.overall.response, one.target.rule) for one in found] == [("PD", "5.4"), ("PD", "5.5")]


# --- 8: overall response --------------------------------------------------------------------------------------------

ANY = ("CR", "NON-CR/NON-PD", "NE", "NA")
TABLE_8A = [
    ("CR", ("CR", "NA"), False, "CR"),
    ("CR", ("NON-CR/NON-PD",), False, "PR"),
    ("CR", ("NE",), False, "PR"),
    ("PR", ANY, False, "PR"),
    ("SD", ANY, False, "SD"),
    ("NE", ANY, False, "NE"),
    ("PD", (*ANY, "PD"), False, "PD"),
    ("PD", (*ANY, "PD"), True, "PD"),
    ("CR", ("PD",), False, "PD"),
    ("PR", ("PD",), True, "PD"),
    ("SD", ("PD",), False, "PD"),
    ("NE", ("PD",), False, "PD"),
    ("CR", ANY, True, "PD"),
    ("PR", ANY, True, "PD"),
    ("SD", ANY, True, "PD"),
    ("NE", ANY, True, "PD"),
]
TABLE_8B = [
    ("NA", ("CR",), False, "CR"),
    ("NA", ("NON-CR/NON-PD",), False, "NON-CR/NON-PD"),
    ("NA", ("NE",), False, "NE"),
    ("NA", ("PD",), False, "PD"),
    ("NA", ("PD",), True, "PD"),
    ("NA", ANY, True, "PD"),
]


@pytest.mark.parametrize(
    ("target", "nontarget", "new", "overall"),
    [(target, one, new, overall) for target, others, new, overall in TABLE_8A + TABLE_8B for one in others],
)
def test_overall_response(target: str, nontarget: str, new: bool, overall: str) -> None:
    found = overall_response(target, nontarget, new)
    assert found.response == overall
    assert found.rule.startswith("8b row" if target == "NA" else "8a row")


def test_nothing_at_baseline_has_no_response() -> None:
    assert overall_response("NA", "NA", False).response == "NA"


def test_nothing_imaged_is_not_evaluable() -> None:
    found = responses(lesions("30", "n20"), 1, [Scan("1", START)])[0]
    assert (found.target.response, found.nontarget.response, found.overall.response) == ("NE", "NE", "NE")


# --- 12: worked example ---------------------------------------------------------------------------------------------

WORKED = [
    (["30", "18", "14"], "PRESENT", 62, 92, "PR", "PR"),
    (["24", TSTM, "9"], "PRESENT", 38, 62, "PR", "PR"),
    ([MISSING, "6", "9"], "PRESENT", None, 38, "NE", "NE"),
    (["26", "7", "11"], "NE", 44, 38, "PR", "PR"),
    (["29", "7", "11"], "PRESENT", 47, 38, "PD", "PD"),
]


def test_worked_example() -> None:
    found = course(["42", "28", "n22"], *[row[0] for row in WORKED], nontargets=[[row[1]] for row in WORKED])
    assert [
        (one.sums.sum_mm, one.sums.nadir_mm, one.target.response, one.overall.response) for one in found
    ] == [row[2:] for row in WORKED]
    assert found[2].sums.measured_mm == 15
    assert found[4].rule == "5.2, 6.5, 8a row 7"
    assert found[4].explanation == (
        "PD: sum 47 mm, +9 mm and +23.7 % from nadir 38 mm, at least 5 mm and 20 % more; "
        "1 of 1 non-targets present; no new lesion."
    )


def test_time_points_are_judged_by_date_not_by_number() -> None:
    later, earlier = scan(2, ["72"]), scan(1, ["60"])
    found = responses(lesions("80"), 0, [later, earlier])
    assert [(one.key, one.overall.response) for one in found] == [("1", "SD"), ("2", "PD")]


def test_a_late_correction_of_an_older_scan_moves_the_nadir() -> None:
    assert course(["80"], ["61"], ["72"])[1].overall.response == "SD"
    assert course(["80"], ["60"], ["72"])[1].overall.response == "PD"
