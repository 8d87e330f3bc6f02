"""The row of the NIH enrolment table."""

import pytest

from forms.derive import nih


@pytest.mark.parametrize(
    ("who", "races", "ethnicity", "sex", "row"),
    [
        ("one race", ["WHITE"], "NOT HISPANIC OR LATINO", "F", "White / Not Hispanic or Latino / Female"),
        ("two races", ["ASIAN", "WHITE"], "HISPANIC OR LATINO", "M", "More than one race / Hispanic or Latino / Male"),
        ("a race that the table does not name", ["OTHER"], "NOT HISPANIC OR LATINO", "M",
         "Unknown or not reported / Not Hispanic or Latino / Male"),
        ("a named race and one not named", ["ASIAN", "OTHER"], "NOT REPORTED", "F",
         "More than one race / Unknown or not reported / Female"),
        ("a race beside 'not reported'", ["ASIAN", "NOT REPORTED"], "UNKNOWN", "F",
         "Asian / Unknown or not reported / Female"),
        ("a race beside 'unknown'", ["WHITE", "UNKNOWN"], "HISPANIC OR LATINO", "F", "White / Hispanic or Latino / Female"),
        ("nothing answered", [], None, None, "Unknown or not reported / Unknown or not reported / Unknown or not reported"),
    ],
)
def test_enrolment_row(who: str, races: list[str], ethnicity: str | None, sex: str | None, row: str) -> None:
    found = nih.enrolment_row(races, ethnicity, sex)
    assert str(found) == row
    assert found.race in nih.RACES and found.ethnicity in nih.ETHNICITIES and found.sex in nih.SEXES
