"""Where a participant stands, as a table of casebooks."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.derive.status import ENDED, Completion, Life, Status, last_dose_between, status, status_on


def day(text: str) -> dt.date:
    """A date."""
    return dt.date.fromisoformat(text)


REGISTERED = {"registered": day("2024-03-01")}
DOSED = REGISTERED | {"first_dose": day("2024-03-04"), "last_dose": day("2024-04-08")}
ENDED_TREATMENT = DOSED | {"treatment_ended": True}
LEFT = day("2024-08-01")


def left(reason: str, date: dt.date | None = LEFT, **more: str) -> dict[str, Completion]:
    """Study completion."""
    return {"completion": Completion(reason, date, **more)}


CASES = [
    ("consent only", {}, "SCREENING"),
    ("not eligible, study not left yet", {"eligible": "N"}, "SCREENING"),
    ("not eligible and left as a screen failure", {"eligible": "N", **left("SCREEN FAILURE")}, "SCREEN_FAILED"),
    ("screen failure before the checklist was done", left("SCREEN FAILURE"), "SCREEN_FAILED"),
    ("left as a screen failure although eligible", {"eligible": "Y", **left("SCREEN FAILURE")}, "NOT_TREATED"),
    ("screened again, visit without a date", {**left("SCREEN FAILURE"), "attempt_open": True}, "SCREENING"),
    ("screened again after the failure", {**left("SCREEN FAILURE"), "attempt_from": day("2024-09-01")}, "SCREENING"),
    ("failed a second time", {**left("SCREEN FAILURE", day("2024-09-10")), "attempt_from": day("2024-09-01")},
     "SCREEN_FAILED"),
    ("registered at the second attempt", REGISTERED | left("SCREEN FAILURE") | {"attempt_from": day("2024-09-01")},
     "REGISTERED"),
    ("registered", REGISTERED, "REGISTERED"),
    ("registered, left before a dose", REGISTERED | left("WITHDRAWAL BY SUBJECT"), "NOT_TREATED"),
    ("withdrew in screening", left("WITHDRAWAL BY SUBJECT"), "NOT_TREATED"),
    ("first dose", DOSED, "ON_TREATMENT"),
    ("dosed without registration", {"first_dose": day("2024-03-04")}, "ON_TREATMENT"),
    ("both drugs stopped", ENDED_TREATMENT, "OFF_TREATMENT"),
    ("completed", ENDED_TREATMENT | left("COMPLETED"), "COMPLETED"),
    ("withdrew all contact", DOSED | left("WITHDRAWAL BY SUBJECT", withdrawn_from="ALL CONTACT"), "WITHDRAWN"),
    ("withdrew from treatment only", ENDED_TREATMENT | left("WITHDRAWAL BY SUBJECT", withdrawn_from="TREATMENT ONLY"),
     "OFF_TREATMENT"),
    ("taken off by the physician", ENDED_TREATMENT | left("PHYSICIAN DECISION"), "WITHDRAWN"),
    ("study stopped by the sponsor", ENDED_TREATMENT | left("STUDY TERMINATED BY SPONSOR"), "WITHDRAWN"),
    ("lost", ENDED_TREATMENT | left("LOST TO FOLLOW-UP") | {"last_contact": day("2024-06-01")}, "LOST"),
    ("lost, contact on the day of leaving", ENDED_TREATMENT | left("LOST TO FOLLOW-UP") | {"last_contact": LEFT}, "LOST"),
    ("lost and found again", ENDED_TREATMENT | left("LOST TO FOLLOW-UP") | {"last_contact": day("2024-08-02")},
     "OFF_TREATMENT"),
    ("left by death, form not in yet", ENDED_TREATMENT | left("DEATH"), "DIED"),
    ("left by death before a dose, form not in yet", REGISTERED | left("DEATH"), "DIED"),
    ("died on treatment", DOSED | {"is_dead": True}, "DIED"),
    ("died after completion", ENDED_TREATMENT | left("COMPLETED") | {"is_dead": True}, "DIED"),
    ("died in screening", {"is_dead": True}, "DIED"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "facts", "expected"), CASES, ids=[words for words, *_ in CASES])
def test_status_follows_from_the_data(words, facts, expected):
    assert status(Life(**facts)) == expected


TURNS = [
    ("OFF_TREATMENT", "on the day of the last dose", "2024-04-08", "OFF_TREATMENT"),
    ("OFF_TREATMENT", "the day after", "2024-04-09", "SAFETY_FOLLOW_UP"),
    ("OFF_TREATMENT", "90 days after", "2024-07-07", "SAFETY_FOLLOW_UP"),
    ("OFF_TREATMENT", "91 days after", "2024-07-08", "LONG_TERM_FOLLOW_UP"),
    ("ON_TREATMENT", "years after", "2026-07-08", "ON_TREATMENT"),
    ("COMPLETED", "years after", "2026-07-08", "COMPLETED"),
]  # fmt: skip


@pytest.mark.parametrize(("stored", "words", "on", "expected"), TURNS, ids=[f"{one} {words}" for one, words, *_ in TURNS])
def test_status_turns_with_time(stored, words, on, expected):
    assert status_on(stored, day("2024-04-08"), day(on)) == expected


@pytest.mark.parametrize("on", ["2024-04-08", "2024-04-09", "2024-07-07", "2024-07-08"])
def test_a_list_narrowed_to_a_state_finds_who_is_in_it(on):
    last = day("2024-04-08")
    shown = status_on("OFF_TREATMENT", last, day(on))
    for state in Status:
        limits = last_dose_between(state, day(on))
        if limits is not None:
            first, latest = limits
            assert ((first is None or first <= last) and (latest is None or last <= latest)) == (state == shown)


def test_only_states_that_time_turns_have_limits_of_the_last_dose():
    on = day("2024-07-08")
    assert {state: limits for state in Status if (limits := last_dose_between(state, on)) is not None} == {
        Status.OFF_TREATMENT: (on, None),
        Status.SAFETY_FOLLOW_UP: (day("2024-04-09"), day("2024-07-07")),
        Status.LONG_TERM_FOLLOW_UP: (None, day("2024-04-08")),
    }


def test_nothing_is_due_after_the_end():
    assert Status.DIED in ENDED and Status.ON_TREATMENT not in ENDED
