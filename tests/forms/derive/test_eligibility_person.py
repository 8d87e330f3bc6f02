"""Inclusions 1, 2, 5, 6 and 11 to 13, exclusions 2, 6, 9 and 10: consent, age, disease on scans, examinations."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.derive import eligibility_person as judge
from forms.derive.eligibility import Anchors
from tests.forms.casebooks import record

MET, NOT_MET, CANNOT_TELL, MANUAL = "MET", "NOT MET", "CANNOT TELL", "MANUAL"
WHEN = Anchors(dt.date(2024, 3, 1), dt.date(2024, 3, 4), dt.date(2024, 2, 1))


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"signature_date": "2024-02-01", "capacity_confirmed": "Y"}, MET),
     ({"signature_date": "2024-02-01", "capacity_confirmed": "N"}, NOT_MET),
     ({"signature_date": "2024-02-01"}, CANNOT_TELL), ({"capacity_confirmed": "Y"}, CANNOT_TELL)],
)  # fmt: skip
def test_consent(given, expected):
    assert judge.consent(WHEN, [record("IC", **given)]).result == expected


AGES = [
    ("1960", "1960-05-02", MET), ("18 on the day of consent", "2006-02-01", MET), ("18 the day after", "2006-02-02", NOT_MET),
    ("born in 2006", "2006", CANNOT_TELL), ("born in January 2006", "2006-01", MET), ("born in 2005", "2005", MET),
    ("born in 2008", "2008", NOT_MET),
]  # fmt: skip


@pytest.mark.parametrize(("words", "birth", "expected"), AGES, ids=[case[0] for case in AGES])
def test_age(words, birth, expected):
    assert judge.adult(WHEN, [record("DM", "SCR", birth_date=birth)]).result == expected


def test_evidence_of_the_age_holds_no_birth_date():
    found = judge.adult(WHEN, [record("DM", "SCR", birth_date="1960-05-02")])
    assert found.evidence.text == "63 years | 2024-02-01 | DM.BIRTH_DATE (SCR) | at consent; at least 18 expected"


def target(mm: str | None = "20", on: str | None = "2024-02-10", **more):
    """A target of the lesion register."""
    given = {"role": "TARGET", "organ": "LUNG", "is_node": "N", "method": "CT SCAN", "slice_mm": "5"}
    given |= {"baseline_mm": mm, "baseline_scan_date": on} | more
    return record("TLB", **{name: text for name, text in given.items() if text is not None})


def scan(*days: str):
    """The assessment of screening with its scans."""
    return record("TA", "SCR", performed="Y", SCAN=[{"scan_date": day} for day in days])


TARGETS = [
    ("10 mm on CT", [target("10")], [], MET),
    ("9.9 mm on CT", [target("9.9")], [], NOT_MET),
    ("10 mm with slices of 8 mm", [target("10", slice_mm="8")], [], NOT_MET),
    ("16 mm with slices of 8 mm", [target("16", slice_mm="8")], [], MET),
    ("node of 15 mm", [target("15", is_node="Y")], [], MET),
    ("node of 14.9 mm", [target("14.9", is_node="Y")], [], NOT_MET),
    ("20 mm on X-ray", [target("20", method="X-RAY")], [], MET),
    ("19 mm on X-ray", [target("19", method="X-RAY")], [], NOT_MET),
    ("ultrasound cannot measure", [target("30", method="ULTRASOUND")], [], NOT_MET),
    ("scan 28 days before", [target(on="2024-02-02")], [], MET),
    ("scan 29 days before", [target(on="2024-02-01")], [], NOT_MET),
    ("one of two is enough", [target("5"), target("20")], [], MET),
    ("size not entered", [target(None)], [], CANNOT_TELL),
    ("no target", [target(role="NON-TARGET")], [], CANNOT_TELL),
    ("the scans of screening are too old", [target()], [scan("2024-01-20")], NOT_MET),
    ("one scan of screening is recent", [target()], [scan("2024-01-20", "2024-02-10")], MET),
]


@pytest.mark.parametrize(("words", "lesions", "scans", "expected"), TARGETS, ids=[case[0] for case in TARGETS])
def test_measurable_disease(words, lesions, scans, expected):
    assert judge.measurable_disease(WHEN, lesions, scans).result == expected


def status(ecog: str, on: str):
    """An examination with its ECOG status."""
    return record("PE", "SCR", ecog=ecog, ecog_date=on)


STATUS = [
    ("1, 10 days before", [status("1", "2024-02-20")], MET, False),
    ("0, 28 days before", [status("0", "2024-02-02")], MET, False),
    ("1, 29 days before", [status("1", "2024-02-01")], CANNOT_TELL, True),
    ("2, 10 days before", [status("2", "2024-02-20")], NOT_MET, True),
    ("the last one counts", [status("2", "2024-02-10"), status("1", "2024-02-20")], MET, False),
    ("after registration", [status("1", "2024-03-02")], CANNOT_TELL, False),
    ("none", [], CANNOT_TELL, False),
]


@pytest.mark.parametrize(("words", "found", "expected", "asks"), STATUS, ids=[case[0] for case in STATUS])
def test_performance_status(words, found, expected, asks):
    judged = judge.performance(WHEN, found)
    assert (judged.result, judged.question is not None) == (expected, asks)


def heart(on: str = "2024-02-20", **given):
    """A cardiac and pulmonary assessment."""
    return record("CARD", "SCR", assess_date=on, **given)


@pytest.mark.parametrize(
    ("found", "expected"),
    [([heart(adequate_il2="Y")], MET), ([heart(adequate_il2="N")], NOT_MET), ([heart()], CANNOT_TELL), ([], CANNOT_TELL),
     ([heart(adequate_il2="Y"), heart("2024-04-01", adequate_il2="N")], MET)],
    ids=["adequate", "not adequate", "not answered", "none", "a later one belongs to treatment"],
)  # fmt: skip
def test_heart_and_lungs(found, expected):
    assert judge.heart_and_lungs(WHEN, found).result == expected


WOMAN = {"sex": "F", "childbearing": "Y", "contraception_agreed": "Y"}


def person(**given):
    """Demographics."""
    return record("DM", "SCR", **given)


def pregnancy_test(result: str, on: str = "2024-03-03 08:00", **more):
    """A pregnancy test."""
    return record("PREG", "SCR", performed="Y", sample_dt=on, result=result, **more)


WOMEN = [
    ("negative, two methods", person(**WOMAN), [pregnancy_test("NEGATIVE")], MET),
    ("positive", person(**WOMAN), [pregnancy_test("POSITIVE")], NOT_MET),
    ("indeterminate", person(**WOMAN), [pregnancy_test("INDETERMINATE")], CANNOT_TELL),
    ("no test", person(**WOMAN), [], CANNOT_TELL),
    ("methods not agreed", person(**(WOMAN | {"contraception_agreed": "N"})), [pregnancy_test("NEGATIVE")], NOT_MET),
    ("the test is later than the first dose", person(**WOMAN), [pregnancy_test("NEGATIVE", "2024-03-05 08:00")], CANNOT_TELL),
    ("no childbearing potential", person(sex="F", childbearing="N"), [], MET),
    ("a man", person(sex="M"), [], MET),
    ("sex not entered", person(), [], CANNOT_TELL),
]  # fmt: skip


@pytest.mark.parametrize(("words", "who", "tests", "expected"), WOMEN, ids=[case[0] for case in WOMEN])
def test_contraception_of_women(words, who, tests, expected):
    assert judge.women(WHEN, [who], tests).result == expected


MEN = [
    ("agreed", person(sex="M", surgically_sterile_m="N", contraception_agreed="Y"), MET),
    ("not agreed", person(sex="M", surgically_sterile_m="N", contraception_agreed="N"), NOT_MET),
    ("not answered", person(sex="M", surgically_sterile_m="N"), CANNOT_TELL),
    ("sterile", person(sex="M", surgically_sterile_m="Y"), MET),
    ("a woman", person(sex="F"), MET),
]


@pytest.mark.parametrize(("words", "who", "expected"), MEN, ids=[case[0] for case in MEN])
def test_contraception_of_men(words, who, expected):
    assert judge.men(WHEN, [who]).result == expected


PREGNANCY = [
    ("negative, not breastfeeding", person(**WOMAN), [pregnancy_test("NEGATIVE", breastfeeding="N")], MET),
    ("breastfeeding", person(**WOMAN), [pregnancy_test("NEGATIVE", breastfeeding="Y")], NOT_MET),
    ("positive", person(**WOMAN), [pregnancy_test("POSITIVE")], NOT_MET),
    ("breastfeeding not answered", person(**WOMAN), [pregnancy_test("NEGATIVE")], CANNOT_TELL),
    ("a man", person(sex="M"), [], MET),
    ("no childbearing potential", person(sex="F", childbearing="N"), [], MANUAL),
]


@pytest.mark.parametrize(("words", "who", "tests", "expected"), PREGNANCY, ids=[case[0] for case in PREGNANCY])
def test_pregnancy(words, who, tests, expected):
    assert judge.pregnancy(WHEN, [who], tests).result == expected


def pressure(systolic: str, diastolic: str):
    """Blood pressure at screening."""
    return record("VS", "SCR", performed="Y", assess_date="2024-02-20", systolic=systolic, diastolic=diastolic)


HYPERTENSION = [
    ("more than 4 weeks", [heart(htn_duration="Y")], [], NOT_MET),
    ("not more than 4 weeks", [heart(htn_duration="N")], [pressure("172", "96")], MET),
    ("160/100, duration not answered", [heart()], [pressure("160", "100")], MANUAL),
    ("161/100, duration not answered", [heart()], [pressure("161", "100")], CANNOT_TELL),
    ("150/101, duration not answered", [], [pressure("150", "101")], CANNOT_TELL),
    ("nothing measured", [], [], CANNOT_TELL),
]


@pytest.mark.parametrize(("words", "hearts", "found", "expected"), HYPERTENSION, ids=[case[0] for case in HYPERTENSION])
def test_hypertension(words, hearts, found, expected):
    assert judge.hypertension(WHEN, hearts, found).result == expected


def test_what_only_the_investigator_judges():
    assert judge.any_condition(WHEN).result == MANUAL
    assert judge.mental_condition(WHEN, [record("IC", signature_date="2024-02-01", capacity_confirmed="Y")]).result == MANUAL
