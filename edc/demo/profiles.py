"""Who takes part in the made-up study: person, dates, courses and the way the disease goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random

from forms.study import subject_number

# All dates lie in the past of any clock that this software meets, so nothing ever falls due by itself.
ANCHOR = dt.date(2023, 1, 16)
DAYS_BETWEEN_CONSENTS = 21


class Course(StrEnum):
    """How the disease goes: best confirmed response, or how far the participant has come."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    TREATED = "on treatment"
    SCREENED = "in screening"
    FAILED = "screen failure"


class Ending(StrEnum):
    """How a treated participant left the study, or that the follow-up goes on."""

    COMPLETED = "completed"
    FOLLOWED = "in follow-up"
    DIED = "died"
    DIED_EARLY = "died in the safety window"
    WITHDREW = "withdrew"
    LOST = "lost to follow-up"


#: One in five of site 001 responds: 1 CR, 4 PR; one is in an admission, one in screening, one was never eligible.
OUTCOMES = {
    "001": "PR PD SD PD PD PR PD SD CR FAILED PD SD PR PD SD PD PD PR PD SD PD SD PD TREATED SCREENED",
    "002": "SD PD",
}
ENDINGS = {
    "001-001": Ending.FOLLOWED, "001-003": Ending.WITHDREW, "001-004": Ending.DIED, "001-005": Ending.LOST,
    "001-006": Ending.FOLLOWED, "001-009": Ending.FOLLOWED, "001-016": Ending.DIED_EARLY, "001-018": Ending.FOLLOWED,
}  # fmt: skip
#: Failed the first screening and was screened again.
RESCREENED = "001-021"
#: Scanned between the visits, too.
SCANNED_BETWEEN = ("001-008", "001-018")
#: Women who may become pregnant, so that pregnancy tests are asked in every study.
FERTILE = ("001-011", "001-021")
YEARS_OF_FERTILE = 43
COURSES = {Course.CR: 3, Course.PR: 2, Course.SD: 2, Course.PD: 1, Course.TREATED: 1}
RENAL_EVERY = 5
RACES = ("WHITE",) * 7 + ("ASIAN", "BLACK OR AFRICAN AMERICAN", "WHITE|AMERICAN INDIAN OR ALASKA NATIVE")


@dataclass(frozen=True)
class Profile:
    """One made-up participant."""

    site: str
    number: int
    course: Course
    sex: str
    birth_date: dt.date
    race: str
    ethnicity: str
    weight_kg: Decimal
    dose_level: int
    is_renal: bool
    consent_on: dt.date
    day_one: dt.date

    @property
    def code(self) -> str:
        """The number that enrolment gives."""
        return subject_number(self.site, self.number)

    @property
    def courses(self) -> int:
        """The courses begun."""
        return COURSES.get(self.course, 0)

    @property
    def ending(self) -> Ending:
        """How the participant left the study."""
        return ENDINGS.get(self.code, Ending.COMPLETED)

    @property
    def is_treated(self) -> bool:
        """Whether the participant was registered and treated."""
        return self.courses > 0

    @property
    def registered_on(self) -> dt.date:
        """The day of eligibility assessment and registration."""
        return self.day_one - dt.timedelta(days=3)

    @property
    def age(self) -> int:
        """Whole years at consent."""
        before = (self.consent_on.month, self.consent_on.day) < (self.birth_date.month, self.birth_date.day)
        return self.consent_on.year - self.birth_date.year - before


def make_profiles(seed: int) -> list[Profile]:
    """Return everybody in the order of enrolment."""
    return [
        _profile(Random(f"{seed} {site} {number}"), site, number, Course[outcome])  # nosec B311 # noqa: S311 (made-up data)
        for site, outcomes in OUTCOMES.items()
        for number, outcome in enumerate(outcomes.split(), start=1)
    ]


def _profile(rng: Random, site: str, number: int, course: Course) -> Profile:
    sex = rng.choice("MMMFF")
    consent_on = ANCHOR + dt.timedelta(DAYS_BETWEEN_CONSENTS * (number - 1) + rng.randrange(4))
    born = consent_on - dt.timedelta(days=rng.randrange(41 * 365, 72 * 365))
    if subject_number(site, number) in FERTILE:
        sex, born = "F", consent_on.replace(year=consent_on.year - YEARS_OF_FERTILE, day=15)
    weight = rng.gauss(88, 11) if sex == "M" else rng.gauss(71, 9)
    return Profile(
        site=site, number=number, course=course, sex=sex, birth_date=born, race=rng.choice(RACES),
        ethnicity="HISPANIC OR LATINO" if rng.random() < 0.2 else "NOT HISPANIC OR LATINO",
        weight_kg=Decimal(f"{min(max(weight, 52), 118):.1f}"),
        dose_level=720000 if rng.random() < 0.12 else 600000, is_renal=number % RENAL_EVERY in (0, 3),
        consent_on=consent_on, day_one=consent_on + dt.timedelta(days=15 + rng.randrange(5)),
    )  # fmt: skip
