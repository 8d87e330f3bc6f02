"""Checks and derivations of demographics: age, childbearing potential, the row of the enrolment table."""

from __future__ import annotations

import pytest

from forms.evaluation import run_derivations
from tests.forms.casebooks import asks, judge, passes, record, subject


def person(birth: str = "1960-05-02", sex: str = "F", **more: str):
    """Demographics of one person."""
    return record("DM", "SCR", birth_date=birth, sex=sex, **more)


CASES = [
    passes("DM-01", "born 1960", person("1960-05-02")),
    asks("DM-01", "born 2008", person("2008-01-01"), message=(
        "Age at consent is 16. This study enrols adults (18 or older).")),
    passes("DM-01", "eighteenth birthday on the day of consent", person("2006-03-01")),
    asks("DM-01", "a day before the eighteenth birthday", person("2006-03-02")),
    passes("DM-01", "only the year is known and 18 is possible", person("2006")),
    asks("DM-01", "only the year is known and 18 is impossible", person("2007")),
    passes("DM-02", "woman of 62, postmenopausal", person("1961-05-02", childbearing="N",
           not_childbearing_reason="POSTMENOPAUSAL")),
    asks("DM-02", "woman of 34, no reason", person("1989-06-01", childbearing="N"), item="not_childbearing_reason",
         message="Childbearing potential is 'no' for a woman aged 34 without a reason."),
    passes("DM-02", "woman of 34, hysterectomy", person("1989-06-01", childbearing="N",
           not_childbearing_reason="HYSTERECTOMY")),
    passes("DM-02", "woman of 34, reason not asked", person("1989-06-01", childbearing="N",
           not_childbearing_reason_missing="NOT ASKED")),
    passes("DM-02", "woman of 50 without a reason", person("1974-03-01", childbearing="N")),
    passes("DM-02", "woman who may be 50", person("1974", childbearing="N")),
    passes("DM-02", "woman of childbearing potential", person("1989-06-01", childbearing="Y")),
    asks("DM-02", "childbearing potential of a man", person(sex="M", childbearing="N"), item="childbearing",
         message="Childbearing potential is recorded for a man."),
    passes("GEN-05", "aged 90", person("1934-03-01")),
    asks("GEN-05", "aged 91", person("1933-03-01"), item="age_at_consent"),
    passes("GEN-05", "a child is asked about once, by DM-01", person("2008-01-01")),
    passes("GEN-07", "other race with words", person(race="OTHER", race_other="Guamanian")),
    asks("GEN-07", "other race, blank", person(race="OTHER"), item="race_other"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


AGES = [
    ("full birth date", "1960-05-02", 63),
    ("month only, both sides adult: lowest", "1960-03", 63),
    ("year only, both sides adult: lowest", "1960", 63),
    ("year only, one side a minor: none", "2006", None),
]


@pytest.mark.parametrize(("words", "birth", "age"), AGES, ids=[words for words, _, _ in AGES])
def test_age_at_consent_is_derived(words, birth, age):
    record_ = person(birth)
    judge(record_, subject(record_))
    assert record_.age_at_consent == age


def test_age_waits_for_the_consent():
    record_ = person()
    run_derivations(record_, subject(record_, consent=None))
    assert record_.age_at_consent is None


def test_enrolment_row_names_race_ethnicity_and_sex():
    record_ = person(race="ASIAN|WHITE", ethnicity="NOT HISPANIC OR LATINO")
    judge(record_, subject(record_))
    assert record_.nih_enrolment_row == "More than one race / Not Hispanic or Latino / Female"
