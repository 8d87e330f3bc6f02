"""Where a participant stands in the study (crfs.md 1.3): derived from the data, never typed.

What turns with time alone (the end of the safety window) is judged on a day; everything else changes with the data.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from forms import study
from forms.derive.dates import add_days


class Status(StrEnum):
    """The states of the life cycle."""

    SCREENING = "SCREENING"
    SCREEN_FAILED = "SCREEN_FAILED"
    REGISTERED = "REGISTERED"
    NOT_TREATED = "NOT_TREATED"
    ON_TREATMENT = "ON_TREATMENT"
    OFF_TREATMENT = "OFF_TREATMENT"
    SAFETY_FOLLOW_UP = "SAFETY_FOLLOW_UP"
    LONG_TERM_FOLLOW_UP = "LONG_TERM_FOLLOW_UP"
    COMPLETED = "COMPLETED"
    WITHDRAWN = "WITHDRAWN"
    LOST = "LOST"
    DIED = "DIED"

    @property
    def words(self) -> str:
        """The state as people read it."""
        plain = self.value.replace("FOLLOW_UP", "FOLLOW-UP").replace("LONG_TERM", "LONG-TERM")
        return plain.replace("_", " ").capitalize()


#: Nothing is due any more in these states; what was collected stays.
ENDED = frozenset(
    {Status.SCREEN_FAILED, Status.NOT_TREATED, Status.COMPLETED, Status.WITHDRAWN, Status.LOST, Status.DIED}
)
_TREATMENT_ONLY = "TREATMENT ONLY"
_BY_REASON = {"COMPLETED": Status.COMPLETED, "LOST TO FOLLOW-UP": Status.LOST, "DEATH": Status.DIED}


@dataclass(frozen=True)
class Completion:
    """What study completion says: when, why, and what a participant who withdrew withdrew from."""

    reason: str
    date: dt.date | None = None
    withdrawn_from: str | None = None


@dataclass(frozen=True)
class Life:
    """The facts of a participant's casebook that the state follows from.

    `attempt_from`: when the latest further screening attempt began (None: there is none); `attempt_open` while its
    visit has no date yet. `last_contact`: the last day on which the participant was seen or heard of.
    """

    eligible: str | None = None
    attempt_from: dt.date | None = None
    attempt_open: bool = False
    registered: dt.date | None = None
    first_dose: dt.date | None = None
    last_dose: dt.date | None = None
    treatment_ended: bool = False
    completion: Completion | None = None
    last_contact: dt.date | None = None
    is_dead: bool = False


def status(life: Life) -> Status:
    """The state that the data give, before time turns it: treatment that ended is OFF_TREATMENT here."""
    if life.is_dead:
        return Status.DIED
    if life.completion is not None and _counts(life, life.completion):
        return _left(life, life.completion)
    if life.first_dose is not None:
        return Status.OFF_TREATMENT if life.treatment_ended else Status.ON_TREATMENT
    return Status.REGISTERED if life.registered else Status.SCREENING


def _counts(life: Life, completion: Completion) -> bool:
    """Whether study completion still holds: who withdrew from treatment only, or was found again, stays."""
    if completion.withdrawn_from == _TREATMENT_ONLY:
        return False
    if completion.reason == "LOST TO FOLLOW-UP":
        return not _is_later(life.last_contact, completion.date)
    if completion.reason == "SCREEN FAILURE":
        return not life.attempt_open and not _is_later(life.attempt_from, completion.date)
    return True


def _is_later(one: dt.date | None, other: dt.date | None) -> bool:
    return one is not None and other is not None and one > other


def _left(life: Life, completion: Completion) -> Status:
    if completion.reason == "DEATH":
        return Status.DIED
    if life.first_dose is None:
        is_failure = completion.reason == "SCREEN FAILURE" and life.registered is None and life.eligible != "Y"
        return Status.SCREEN_FAILED if is_failure else Status.NOT_TREATED
    return _BY_REASON.get(completion.reason, Status.WITHDRAWN)


def status_on(stored: str, last_dose: dt.date | None, day: dt.date) -> Status:
    """The state on a day: after the end of treatment the safety window runs from the day after the last dose to +90."""
    found = Status(stored)
    if found is not Status.OFF_TREATMENT or last_dose is None or day <= last_dose:
        return found
    window = add_days(last_dose, study.AE_WINDOW.value)
    return Status.SAFETY_FOLLOW_UP if day <= window else Status.LONG_TERM_FOLLOW_UP


def last_dose_between(shown: str, day: dt.date) -> tuple[dt.date | None, dt.date | None] | None:
    """For a state that time turns: first and last day of the last dose that give it on a day; None for other states."""
    window = study.AE_WINDOW.value
    if shown == Status.OFF_TREATMENT:
        return day, None
    if shown == Status.SAFETY_FOLLOW_UP:
        return add_days(day, -window), add_days(day, -1)
    return (None, add_days(day, -window - 1)) if shown == Status.LONG_TERM_FOLLOW_UP else None
