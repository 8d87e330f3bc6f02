"""The censoring table of progression-free survival in both styles, response duration, survival, dates (recist.md 11)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from forms.derive.recist_best import Assessment, best_response
from forms.derive.recist_settings import DEFAULTS, days_from, months_from, with_setting
from forms.derive.survival import (
    EMA,
    FDA,
    ROWS,
    FollowUp,
    Outcome,
    completed_date,
    duration_of_response,
    one_year_status,
    overall_survival,
    progression_date,
    progression_free_survival,
)

START = dt.date(2024, 2, 5)
EVERY_84 = with_setting(DEFAULTS, "schedule_days", "84")


def on_day(day: int | None) -> dt.date | None:
    return None if day is None else START + dt.timedelta(day)


def follow_up(
    *assessments: tuple[int, str],
    death: int | None = None,
    therapy: int | None = None,
    cutoff: int | None = None,
    baseline: bool = True,
) -> FollowUp:
    """A follow-up given in days after the start."""
    given = [Assessment(START + dt.timedelta(day), response) for day, response in assessments]
    return FollowUp(START, given, on_day(death), on_day(therapy), on_day(cutoff), baseline)


SD56, SD140, PD224 = (56, "SD"), (140, "SD"), (224, "PD")


# Each case: outcome, day and row in the FDA style, then in the EMA style.
@pytest.mark.parametrize(
    ("what", "known", "fda", "ema"),
    [
        ("no evaluable baseline", follow_up(SD56, PD224, baseline=False), ("censored", 0, 1), ("censored", 0, 1)),
        ("therapy before progression", follow_up(SD56, SD140, PD224, therapy=200), ("censored", 140, 2), ("event", 224, 4)),
        ("therapy on the day of a scan", follow_up(SD56, SD140, PD224, therapy=140), ("censored", 140, 2), ("event", 224, 4)),
        ("therapy the day before a scan", follow_up(SD56, SD140, PD224, therapy=139), ("censored", 56, 2), ("event", 224, 4)),
        ("therapy before any scan", follow_up(SD56, therapy=10), ("censored", 0, 2), ("censored", 56, 8)),
        ("therapy on the day of progression", follow_up(SD56, SD140, PD224, therapy=224), ("event", 224, 4), ("event", 224, 4)),
        ("therapy the day before progression", follow_up(SD140, PD224, therapy=223), ("censored", 140, 2), ("event", 224, 4)),
        ("therapy after progression", follow_up(SD140, PD224, therapy=230), ("event", 224, 4), ("event", 224, 4)),
        ("therapy before death", follow_up(SD56, death=100, therapy=90), ("censored", 56, 2), ("event", 100, 5)),
        ("therapy, no event", follow_up(SD56, SD140, therapy=100), ("censored", 56, 2), ("censored", 140, 8)),
        ("167 days from last scan to progression", follow_up(SD56, (223, "PD")), ("event", 223, 4), ("event", 223, 4)),
        ("168 days from last scan to progression", follow_up(SD56, (224, "PD")), ("event", 224, 4), ("event", 224, 4)),
        ("169 days from last scan to progression", follow_up(SD56, (225, "PD")), ("censored", 56, 3), ("event", 225, 4)),
        ("inadequate scans do not shorten the gap", follow_up(SD56, (140, "NE"), (225, "PD")), ("censored", 56, 3), ("event", 225, 4)),
        ("no scan, progression at day 168", follow_up((168, "PD")), ("event", 168, 4), ("event", 168, 4)),
        ("no scan, progression at day 169", follow_up((169, "PD")), ("censored", 0, 3), ("event", 169, 4)),
        ("death 168 days after the last scan", follow_up(SD56, death=224), ("event", 224, 5), ("event", 224, 5)),
        ("death 169 days after the last scan", follow_up(SD56, death=225), ("censored", 56, 3), ("event", 225, 5)),
        ("no scan, death within two intervals", follow_up(death=168), ("event", 168, 5), ("event", 168, 5)),
        ("no scan, death after two intervals", follow_up(death=169), ("censored", 0, 3), ("event", 169, 5)),
        ("progression", follow_up(SD56, SD140, PD224), ("event", 224, 4), ("event", 224, 4)),
        ("first of two progressions", follow_up(SD56, (140, "PD"), PD224), ("event", 140, 4), ("event", 140, 4)),
        ("progression, then death", follow_up(SD140, PD224, death=230), ("event", 224, 4), ("event", 224, 4)),
        ("death on the day of progression", follow_up(SD140, PD224, death=224), ("event", 224, 4), ("event", 224, 4)),
        ("scan dated after death", follow_up(SD140, PD224, death=200), ("event", 200, 5), ("event", 200, 5)),
        ("no scan after baseline, alive", follow_up(), ("censored", 0, 6), ("censored", 0, 6)),
        ("scan before the start only", follow_up((-20, "SD")), ("censored", 0, 6), ("censored", 0, 6)),
        ("alive", follow_up(SD56, SD140), ("censored", 140, 8), ("censored", 140, 8)),
        ("last scan inadequate", follow_up(SD56, (140, "NE")), ("censored", 56, 8), ("censored", 56, 8)),
        ("all scans inadequate", follow_up((56, "NE")), ("censored", 0, 8), ("censored", 0, 8)),
        ("non-CR/non-PD is adequate", follow_up((56, "NON-CR/NON-PD")), ("censored", 56, 8), ("censored", 56, 8)),
        ("progression after the cut-off", follow_up(SD140, PD224, cutoff=223), ("censored", 140, 8), ("censored", 140, 8)),
        ("progression on the cut-off", follow_up(SD140, PD224, cutoff=224), ("event", 224, 4), ("event", 224, 4)),
        ("death on the cut-off", follow_up(SD140, death=200, cutoff=200), ("event", 200, 5), ("event", 200, 5)),
        ("death after the cut-off", follow_up(SD140, death=200, cutoff=199), ("censored", 140, 8), ("censored", 140, 8)),
        ("therapy on the cut-off", follow_up(SD56, SD140, therapy=150, cutoff=150), ("censored", 140, 2), ("censored", 140, 8)),
        ("scan on the first day only", follow_up((0, "SD")), ("censored", 0, 8), ("censored", 0, 8)),
        ("better again after progression, past a gap", follow_up(SD56, (225, "PD"), (280, "SD")), ("censored", 56, 3), ("event", 225, 4)),
        ("therapy after the cut-off", follow_up(SD56, SD140, therapy=150, cutoff=149), ("censored", 140, 8), ("censored", 140, 8)),
    ],
)  # fmt: skip
def test_censoring_table(
    what: str, known: FollowUp, fda: tuple[str, int, int], ema: tuple[str, int, int]
) -> None:
    for style, (outcome, day, row) in ((FDA, fda), (EMA, ema)):
        found = progression_free_survival(known, EVERY_84, style=style)
        assert (found.outcome, (found.date - START).days, found.row) == (outcome, day, row)
        assert found.reason.startswith(f"Row {row}: {ROWS[row][:12]}")


@pytest.mark.parametrize(
    ("known", "style", "kind", "reason"),
    [
        (follow_up(SD56, baseline=False), FDA, "", "Row 1: No evaluable baseline"),
        (follow_up(SD56, therapy=60), FDA, "", "Row 2: New anticancer therapy before PD/death"),
        (follow_up((169, "PD")), FDA, "",
         "Row 3: PD or death after >= 2 consecutive missed/inadequate scheduled assessments"),
        (follow_up((56, "PD")), FDA, "PD", "Row 4: PD"),
        (follow_up(SD56, death=100), EMA, "DEATH", "Row 5: Death, no PD"),
        (follow_up(), FDA, "", "Row 6: No post-baseline assessment, alive"),
        (follow_up(SD56), EMA, "", "Row 8: Otherwise (alive, lost, withdrew, cut-off)"),
    ],
)  # fmt: skip
def test_the_row_of_the_censoring_table_in_words(known: FollowUp, style: str, kind: str, reason: str) -> None:
    found = progression_free_survival(known, EVERY_84, style=style)
    assert (found.kind, found.reason) == (kind, reason)


def test_the_words_of_a_gap_name_the_number_of_the_plan() -> None:
    settings = with_setting(EVERY_84, "missed_assessments", "3")
    reason = "Row 3: PD or death after >= 3 consecutive missed/inadequate scheduled assessments"
    assert progression_free_survival(follow_up((400, "PD")), settings).reason == reason


def test_without_a_schedule_missed_assessments_are_not_judged() -> None:
    assert progression_free_survival(follow_up(SD56, (800, "PD"))).outcome == "event"


@pytest.mark.parametrize(
    ("what", "setting", "day", "row"),
    [
        ("a window of 7 days", ("scan_window_days", "7"), 231, 4),
        ("a day past the window", ("scan_window_days", "7"), 232, 3),
        ("three missed assessments", ("missed_assessments", "3"), 308, 4),
        ("a day past three", ("missed_assessments", "3"), 309, 3),
    ],
)
def test_settings_of_the_gap(what: str, setting: tuple[str, str], day: int, row: int) -> None:
    settings = with_setting(EVERY_84, *setting)
    assert progression_free_survival(follow_up(SD56, (day, "PD")), settings).row == row


def test_new_therapy_need_not_censor() -> None:
    settings = with_setting(EVERY_84, "censor_new_therapy", "N")
    assert progression_free_survival(follow_up(SD140, PD224, therapy=200), settings).row == 4


# --- worked example -------------------------------------------------------------------------------------------------

WORKED = [
    Assessment(dt.date(2024, 4, 8), "PR"), Assessment(dt.date(2024, 6, 10), "PR"), Assessment(dt.date(2024, 8, 12), "NE"),
    Assessment(dt.date(2024, 10, 14), "PR"), Assessment(dt.date(2024, 12, 16), "PD"),
]  # fmt: skip


def test_worked_example() -> None:
    pfs = progression_free_survival(FollowUp(START, WORKED), EVERY_84)
    assert (pfs.outcome, pfs.kind, pfs.date) == ("event", "PD", dt.date(2024, 12, 16))
    plus_one = with_setting(DEFAULTS, "day_plus_one", "Y")
    assert days_from(START, pfs.date, DEFAULTS) == 315
    assert days_from(START, pfs.date, plus_one) == 316
    assert round(months_from(START, pfs.date, DEFAULTS), 2) == Decimal("10.35")
    assert round(months_from(START, pfs.date, plus_one), 2) == Decimal("10.38")
    response = duration_of_response(best_response(WORKED, START), pfs)
    assert response
    since, end = response
    assert (since, days_from(since, end.date, DEFAULTS), days_from(since, end.date, plus_one)) == (
        dt.date(2024, 4, 8), 252, 253,
    )  # fmt: skip


def test_duration_of_response_is_for_responders_and_censored_alike() -> None:
    known = follow_up((56, "PR"), (84, "PR"), PD224, therapy=100)
    best = best_response(known.assessments, START, new_therapy=known.new_therapy)
    response = duration_of_response(best, progression_free_survival(known, EVERY_84))
    assert response and (response[0], response[1].date, response[1].row) == (on_day(56), on_day(84), 2)
    stable = best_response([Assessment(START + dt.timedelta(56), "SD")], START)
    assert duration_of_response(stable, progression_free_survival(known)) is None


def test_a_response_never_ends_before_it_began() -> None:
    known = follow_up((56, "PR"), (84, "PR"), baseline=False)
    best = best_response(known.assessments, START)
    response = duration_of_response(best, progression_free_survival(known))
    assert response and (response[0], response[1].date) == (on_day(56), on_day(56))


@pytest.mark.parametrize(
    ("what", "death", "alive", "cutoff", "outcome", "day", "reason"),
    [
        ("died", 400, 390, None, "event", 400, "Death"),
        ("alive", None, 390, None, "censored", 390, "Last known alive"),
        ("nothing known after the start", None, None, None, "censored", 0, "Last known alive"),
        ("died on the cut-off", 400, 390, 400, "event", 400, "Death"),
        ("died after the cut-off: alive at it", 400, 390, 399, "censored", 399, "Alive at the cut-off"),
        ("seen alive after the cut-off", None, 390, 300, "censored", 300, "Alive at the cut-off"),
        ("seen alive the day before the cut-off", None, 390, 391, "censored", 390, "Last known alive"),
    ],
)
def test_overall_survival(
    what: str, death: int | None, alive: int | None, cutoff: int | None, outcome: str, day: int, reason: str
) -> None:
    found = overall_survival(START, on_day(death), on_day(alive), on_day(cutoff))
    assert found == Outcome(outcome, START + dt.timedelta(day), 0, reason, "DEATH" if outcome == "event" else "")


@pytest.mark.parametrize(
    ("what", "known", "status"),
    [
        ("progression on day 365", follow_up((365, "PD")), "EVENT"),
        ("progression on day 366", follow_up((366, "PD")), "EVENT-FREE"),
        ("last scan on day 365", follow_up((365, "SD")), "CENSORED"),
        ("last scan on day 366", follow_up((366, "SD")), "EVENT-FREE"),
    ],
)
def test_status_at_one_year(what: str, known: FollowUp, status: str) -> None:
    assert one_year_status(START, progression_free_survival(known)) == status


# --- dates ----------------------------------------------------------------------------------------------------------

D1, D3, D9 = dt.date(2024, 3, 1), dt.date(2024, 3, 3), dt.date(2024, 3, 9)


def test_progression_date_is_that_of_the_component_that_proves_it() -> None:
    assert progression_date(target_scans=[D1, D3]) == D3
    assert progression_date(target_scans=[D3, D9, D1]) == D9
    assert progression_date(target_scans=[D1, D3], target_reappeared=True) == D1
    assert progression_date(nontarget_scans=[D3, D9]) == D3
    assert progression_date(target_scans=[D3, D9], new_lesions_seen=[D1]) == D1
    assert progression_date() is None


@pytest.mark.parametrize(
    ("value", "known_alive", "expected"),
    [
        ("2024-03-09", None, (D9, "")),
        ("2024-03", None, (D1, "D")),
        ("2024", None, (dt.date(2024, 1, 1), "M")),
        ("2024-03", D3, (D3, "D")),
        ("2024-03", dt.date(2024, 2, 10), (D1, "D")),
        ("2024-03", dt.date(2024, 3, 31), (dt.date(2024, 3, 31), "D")),
        ("2024", D9, (D9, "M")),
    ],
)
def test_partial_dates(value: str, known_alive: dt.date | None, expected: tuple[dt.date, str]) -> None:
    assert completed_date(value, known_alive) == expected


def test_a_death_before_the_participant_was_seen_alive_is_refused() -> None:
    with pytest.raises(ValueError, match="known alive") as refused:
        completed_date("2024-03", dt.date(2024, 4, 1))
    assert str(refused.value) == "2024-03 lies before 2024-04-01, when the participant was known alive"
