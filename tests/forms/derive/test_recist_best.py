"""Best overall response: the table of two time points, the limits of days, and each setting (recist.md 9)."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.derive.recist_best import Assessment, BestResponse, best_response
from forms.derive.recist_settings import DEFAULTS, ResponseSettings, with_setting

START = dt.date(2024, 2, 5)


def on_day(day: int) -> dt.date:
    return START + dt.timedelta(day)


def best(*assessments: tuple[int, str], settings: ResponseSettings = DEFAULTS, therapy: int | None = None) -> BestResponse:
    """The best response of assessments given as (days after the start, response)."""
    given = [Assessment(on_day(day), response) for day, response in assessments]
    return best_response(given, START, settings, new_therapy=None if therapy is None else on_day(therapy))


def summary(found: BestResponse) -> tuple[str, int | None]:
    return found.response, (found.date - START).days if found.date else None


def changed(*pairs: tuple[str, str]) -> ResponseSettings:
    settings = DEFAULTS
    for name, value in pairs:
        settings = with_setting(settings, name, value)
    return settings


# Two consecutive time points; the first before or after stable disease counts (42 days).
@pytest.mark.parametrize(
    ("first", "second", "early", "late"),
    [
        ("CR", "CR", "CR", "CR"),
        ("CR", "SD", "SD", "SD"),
        ("CR", "PD", "PD", "SD"),
        ("CR", "NE", "NE", "SD"),
        ("PR", "CR", "PR", "PR"),
        ("PR", "PR", "PR", "PR"),
        ("PR", "SD", "SD", "SD"),
        ("PR", "PD", "PD", "SD"),
        ("PR", "NE", "NE", "SD"),
        ("SD", "PD", "PD", "SD"),
        ("SD", "NE", "NE", "SD"),
        ("NE", "NE", "NE", "NE"),
        ("NE", "PD", "PD", "PD"),
        ("PD", "CR", "PD", "PD"),
        ("NON-CR/NON-PD", "PD", "PD", "NON-CR/NON-PD"),
        ("NON-CR/NON-PD", "NE", "NE", "NON-CR/NON-PD"),
    ],
)
def test_two_consecutive_time_points(first: str, second: str, early: str, late: str) -> None:
    assert best((30, first), (60, second)).response == early
    assert best((56, first), (112, second)).response == late


def test_complete_response_that_was_progression_is_derived_at_the_time_point() -> None:
    # CR then PR: the second is PD when the time point is derived (recist.md 5.1); given as PR it is taken as given.
    assert summary(best((30, "CR"), (60, "PD"))) == ("PD", 60)
    assert summary(best((56, "CR"), (112, "PD"))) == ("SD", 56)
    assert summary(best((56, "CR"), (112, "PR"))) == ("SD", 56)


@pytest.mark.parametrize(
    ("what", "assessments", "expected"),
    [
        ("27 days later does not confirm", [(56, "PR"), (83, "PR")], ("SD", 56)),
        ("28 days later confirms", [(56, "PR"), (84, "PR")], ("PR", 56)),
        ("29 days later confirms", [(56, "PR"), (85, "PR")], ("PR", 56)),
        ("too early, then late enough", [(56, "PR"), (70, "PR"), (84, "PR")], ("PR", 56)),
        ("complete response 28 days later", [(56, "CR"), (84, "CR")], ("CR", 56)),
        ("complete response 27 days later", [(56, "CR"), (83, "CR")], ("SD", 56)),
        ("one not evaluable between", [(56, "CR"), (70, "NE"), (112, "CR")], ("CR", 56)),
        ("two not evaluable between", [(56, "CR"), (70, "NE"), (84, "NE"), (112, "CR")], ("SD", 56)),
        ("two not evaluable between partial responses", [(56, "PR"), (70, "NE"), (84, "NE"), (112, "PR")], ("SD", 56)),
        ("partial between complete responses", [(56, "CR"), (84, "PR"), (112, "CR")], ("PR", 84)),
        ("complete confirms partial", [(56, "PR"), (84, "CR")], ("PR", 56)),
        ("partial, then confirmed complete", [(56, "PR"), (84, "CR"), (112, "CR")], ("CR", 84)),
        ("partial after complete in the stretch", [(56, "PR"), (66, "CR"), (109, "PR")], ("SD", 56)),
        ("stable between partial responses", [(56, "PR"), (84, "SD"), (112, "PR")], ("SD", 56)),
        ("the second pair confirms", [(56, "PR"), (84, "SD"), (112, "PR"), (140, "PR")], ("PR", 112)),
        ("confirmation in days, not visits", [(50, "PR"), (60, "PR"), (70, "PR")], ("SD", 50)),
        ("progression is a limit", [(56, "PR"), (84, "PD"), (112, "PR"), (140, "PR")], ("SD", 56)),
        ("stable on day 41", [(41, "SD")], ("NE", 41)),
        ("stable on day 42", [(42, "SD")], ("SD", 42)),
        ("stable on day 43", [(43, "SD")], ("SD", 43)),
        ("stable too early, then on day 42", [(30, "SD"), (42, "SD")], ("SD", 42)),
        ("partial too early, then stable", [(20, "PR"), (60, "SD")], ("SD", 60)),
        ("stable before progression", [(56, "SD"), (112, "PD")], ("SD", 56)),
        ("stable too early, then progression", [(41, "SD"), (80, "PD")], ("PD", 80)),
        ("non-CR/non-PD on day 41", [(41, "NON-CR/NON-PD")], ("NE", 41)),
        ("non-CR/non-PD on day 42", [(42, "NON-CR/NON-PD")], ("NON-CR/NON-PD", 42)),
        ("not evaluable, dated to the first", [(56, "NE"), (112, "NE")], ("NE", 56)),
        ("before the start does not count", [(-1, "CR"), (56, "CR")], ("SD", 56)),
        ("order of entry does not matter", [(84, "PR"), (56, "PR")], ("PR", 56)),
        ("no assessment", [], ("NE", None)),
    ],
)
def test_with_confirmation(
    what: str, assessments: list[tuple[int, str]], expected: tuple[str, int | None]
) -> None:
    found = best(*assessments)
    assert summary(found) == expected
    assert found.confirmed is (True if expected[0] in ("CR", "PR") else None)


@pytest.mark.parametrize(
    ("what", "assessments", "expected", "confirmed"),
    [
        ("complete beats partial", [(56, "PR"), (112, "CR")], ("CR", 112), False),
        ("partial beats stable", [(56, "SD"), (112, "PR"), (168, "PD")], ("PR", 112), False),
        ("confirmed as well", [(56, "PR"), (112, "PR")], ("PR", 56), True),
        ("partial before stable counts", [(30, "PR"), (60, "PD")], ("PR", 30), False),
        ("stable on day 41, then progression", [(41, "SD"), (80, "PD")], ("PD", 80), None),
        ("stable on day 42, then progression", [(42, "SD"), (80, "PD")], ("SD", 42), None),
        ("stable too early, then not evaluable", [(41, "SD"), (80, "NE")], ("NE", 41), None),
        ("progression beats not evaluable", [(56, "NE"), (112, "PD")], ("PD", 112), None),
    ],
)
def test_without_confirmation(
    what: str, assessments: list[tuple[int, str]], expected: tuple[str, int], confirmed: bool | None
) -> None:
    found = best(*assessments, settings=changed(("confirm_required", "N")))
    assert (summary(found), found.confirmed) == (expected, confirmed)


@pytest.mark.parametrize(
    ("what", "setting", "assessments", "expected"),
    [
        ("one stable between", ("accept_sd", "Y"), [(56, "PR"), (84, "SD"), (112, "PR")], "PR"),
        ("one stable before complete", ("accept_sd", "Y"), [(56, "PR"), (84, "SD"), (112, "CR")], "PR"),
        ("two stable between", ("accept_sd", "Y"), [(56, "PR"), (84, "SD"), (98, "SD"), (112, "PR")], "SD"),
        ("stable between complete", ("accept_sd", "Y"), [(56, "CR"), (84, "SD"), (112, "CR")], "SD"),
        ("no not evaluable allowed", ("max_ne", "0"), [(56, "PR"), (70, "NE"), (112, "PR")], "SD"),
        ("two not evaluable allowed", ("max_ne", "2"), [(56, "PR"), (70, "NE"), (84, "NE"), (112, "PR")], "PR"),
        ("56 days to confirm", ("confirmation_window_days", "56"), [(56, "PR"), (111, "PR")], "SD"),
        ("stable from day 28", ("ref_window_days", "28"), [(28, "SD")], "SD"),
        ("no assessment is missing", ("missing_as_ne", "N"), [], "MISSING"),
        ("cut before the second scan", ("pd_cut_date", "2024-05-01"), [(56, "PR"), (112, "PR")], "SD"),
        ("cut on the second scan", ("pd_cut_date", "2024-05-27"), [(56, "PR"), (112, "PR")], "PR"),
        ("cut before all scans", ("pd_cut_date", "2024-02-06"), [(56, "PR")], "NE"),
    ],
)
def test_settings(what: str, setting: tuple[str, str], assessments: list[tuple[int, str]], expected: str) -> None:
    assert best(*assessments, settings=changed(setting)).response == expected


@pytest.mark.parametrize(
    ("what", "stops", "therapy", "expected"),
    [
        ("therapy before the confirming scan", "Y", 111, "SD"),
        ("therapy on the day of the confirming scan", "Y", 112, "PR"),
        ("the plan counts on", "N", 60, "PR"),
    ],
)
def test_new_anticancer_therapy(what: str, stops: str, therapy: int, expected: str) -> None:
    settings = changed(("bor_stop_at_new_therapy", stops))
    assert best((56, "PR"), (112, "PR"), settings=settings, therapy=therapy).response == expected


def test_the_reason_names_days() -> None:
    assert best((63, "PR"), (126, "PR")).reason == "PR on 2024-04-08, confirmed by PR on 2024-06-10, 63 days later."
