"""The row of the NIH inclusion enrolment table that a participant counts in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

UNKNOWN = "Unknown or not reported"

# The table has no row for a race that it does not name.
_RACES: Mapping[str, str] = {
    "AMERICAN INDIAN OR ALASKA NATIVE": "American Indian/Alaska Native",
    "ASIAN": "Asian",
    "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER": "Native Hawaiian or other Pacific Islander",
    "BLACK OR AFRICAN AMERICAN": "Black or African American",
    "WHITE": "White",
}
_ETHNICITIES: Mapping[str, str] = {
    "HISPANIC OR LATINO": "Hispanic or Latino",
    "NOT HISPANIC OR LATINO": "Not Hispanic or Latino",
}
_SEXES: Mapping[str, str] = {"F": "Female", "M": "Male"}

RACES = (*_RACES.values(), "More than one race", UNKNOWN)
ETHNICITIES = (*_ETHNICITIES.values(), UNKNOWN)
SEXES = (*_SEXES.values(), UNKNOWN)


@dataclass(frozen=True)
class EnrolmentRow:
    """Race, ethnicity and sex in the words of the table."""

    race: str
    ethnicity: str
    sex: str

    def __str__(self) -> str:
        return f"{self.race} / {self.ethnicity} / {self.sex}"


def enrolment_row(races: Collection[str], ethnicity: str | None, sex: str | None) -> EnrolmentRow:
    """The cell for the answers given; several named races count as more than one race."""
    return EnrolmentRow(_race(races), _ETHNICITIES.get(ethnicity or "", UNKNOWN), _SEXES.get(sex or "", UNKNOWN))


def _race(races: Collection[str]) -> str:
    answered = [race for race in races if race not in ("NOT REPORTED", "UNKNOWN")]
    if len(answered) > 1:
        return "More than one race"
    return _RACES.get(answered[0], UNKNOWN) if answered else UNKNOWN
