"""Inclusions 7 to 10: laboratory values at, below and above each limit, and what partial data leave open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from forms.derive import eligibility_labs as labs
from forms.derive.eligibility import Anchors
from forms.items import Answer
from tests.forms.casebooks import record

MET, NOT_MET, CANNOT_TELL = "MET", "NOT MET", "CANNOT TELL"
REGISTRATION = dt.date(2024, 3, 1)
WHEN = Anchors(REGISTRATION, dt.date(2024, 3, 4), dt.date(2024, 2, 1))


def sample(*results: str, on: str = "2024-02-20 08:00", line: int = 1):
    """A screening sample; a result is 'CHEM AST 80 U/L' with '<' before the number and '/40' for the upper limit."""
    made = record("LAB", "SCR", line=line, performed="Y", sample_dt=on, RESULT=[row(text) for text in results])
    for each in made.rows("RESULT"):
        for derivation in each.collection.derivations:
            if derivation.item in ("std_value", "std_unit"):
                given = (each.row_status, each.panel, each.test, each.value("value"), each.unit)
                each.answers[derivation.item] = derived(derivation.function(*given))
    return made


def derived(value: object) -> Answer:
    """A computed answer."""
    return Answer(value, None, "derived")


def row(text: str) -> dict[str, object]:
    """One result line of a sample."""
    panel, test, number, *rest = text.split()
    unit = next((part for part in rest if not part.startswith("of")), None)
    uln = next((part[2:] for part in rest if part.startswith("of")), None)
    sign = {"<": "LT", ">": "GT"}.get(number[0])
    found = {"panel": panel, "test": test, "row_status": "DONE", "value": number.lstrip("<>")}
    return found | ({"unit": unit} if unit else {}) | ({"uln": uln} if uln else {}) | ({"qualifier": sign} if sign else {})


def history(**given):
    """A disease history."""
    return record("DH", "SCR", **given)


NO_GILBERT, GILBERT = history(gilbert="N"), history(gilbert="Y")
BILIRUBIN = [
    ("total at 1.5 x ULN", ["CHEM BILI 1.8 mg/dL of1.2"], NO_GILBERT, MET),
    ("total just above 1.5 x ULN, direct at ULN", ["CHEM BILI 1.81 mg/dL of1.2", "CHEM BILDIR 0.3 mg/dL of0.3"], NO_GILBERT, MET),
    ("total above, direct above ULN", ["CHEM BILI 1.9 mg/dL of1.2", "CHEM BILDIR 0.4 mg/dL of0.3"], NO_GILBERT, NOT_MET),
    ("total above, direct not measured", ["CHEM BILI 1.9 mg/dL of1.2"], NO_GILBERT, CANNOT_TELL),
    ("no upper limit", ["CHEM BILI 1.9 mg/dL"], NO_GILBERT, CANNOT_TELL),
    ("Gilbert, 2.9 mg/dL", ["CHEM BILI 2.9 mg/dL of1.2"], GILBERT, MET),
    ("Gilbert, 3.0 mg/dL", ["CHEM BILI 3.0 mg/dL of1.2"], GILBERT, NOT_MET),
    ("Gilbert, 3.0 mg/dL with direct at ULN", ["CHEM BILI 3.0 mg/dL of1.2", "CHEM BILDIR 0.3 mg/dL of0.3"], GILBERT, NOT_MET),
    ("Gilbert, 51.3 umol/L is below 3.0 mg/dL", ["CHEM BILI 51.3 umol/L of20"], GILBERT, MET),
    ("Gilbert, 51.312 umol/L is 3.0 mg/dL", ["CHEM BILI 51.312 umol/L of20"], GILBERT, NOT_MET),
    ("Gilbert not answered, either rule passes", ["CHEM BILI 1.0 mg/dL of1.2"], history(), MET),
    ("Gilbert not answered, the rules differ", ["CHEM BILI 2.5 mg/dL of1.2", "CHEM BILDIR 0.4 mg/dL of0.3"], history(), CANNOT_TELL),
    ("Gilbert not answered, neither passes", ["CHEM BILI 3.5 mg/dL of1.2", "CHEM BILDIR 0.9 mg/dL of0.3"], history(), NOT_MET),
]  # fmt: skip


@pytest.mark.parametrize(("words", "results", "disease", "expected"), BILIRUBIN, ids=[case[0] for case in BILIRUBIN])
def test_bilirubin(words, results, disease, expected):
    assert labs.bilirubin(WHEN, [sample(*results)], [disease]).result == expected


LIVER = history(any_metastasis="Y", MET=[{"organ": "LIVER"}])
LUNG = history(any_metastasis="Y", MET=[{"organ": "LUNG"}])
LIVER_LESION = record("TLB", role="TARGET", organ="LIVER")
ENZYMES = [
    ("2.5 x ULN without liver metastases", "100 U/L of40", LUNG, [], MET),
    ("just above 2.5 x ULN", "100.1 U/L of40", LUNG, [], NOT_MET),
    ("2.6 x ULN, no metastasis", "104 U/L of40", history(any_metastasis="N"), [], NOT_MET),
    ("5 x ULN with liver metastases", "200 U/L of40", LIVER, [], MET),
    ("just above 5 x ULN with liver metastases", "200.1 U/L of40", LIVER, [], NOT_MET),
    ("a liver lesion in the register counts", "200 U/L of40", history(), [LIVER_LESION], MET),
    ("a new liver lesion does not", "200 U/L of40", LUNG, [record("TLB", role="NEW", organ="LIVER")], NOT_MET),
    ("sites not entered, below both limits", "40 U/L of40", history(), [], MET),
    ("sites not entered, between the limits", "120 U/L of40", history(), [], CANNOT_TELL),
    ("sites not entered, above both limits", "240 U/L of40", history(), [], NOT_MET),
    ("no upper limit", "80 U/L", LUNG, [], CANNOT_TELL),
    ("below a limit of detection", "<5 U/L of40", LUNG, [], MET),
    ("more than the analyser counts", ">1000 U/L of40", LUNG, [], NOT_MET),
]  # fmt: skip


@pytest.mark.parametrize(("words", "result", "disease", "lesions", "expected"), ENZYMES, ids=[c[0] for c in ENZYMES])
def test_ast_and_alt(words, result, disease, lesions, expected):
    assert labs.ast(WHEN, [sample(f"CHEM AST {result}")], [disease], lesions).result == expected
    assert labs.alt(WHEN, [sample(f"CHEM ALT {result}")], [disease], lesions).result == expected


def person(sex: str | None = "M", birth: str | None = "1979-01-15"):
    """Demographics."""
    return record("DM", "SCR", **({"sex": sex} if sex else {}), **({"birth_date": birth} if birth else {}))


CREATININE = [
    ("1.5 mg/dL", "1.5 mg/dL", person(), MET),
    ("1.51 mg/dL, man of 45: eGFR 57.6", "1.51 mg/dL", person(), MET),
    ("1.6 mg/dL, man of 45: eGFR 53.8", "1.6 mg/dL", person(), MET),
    ("1.7 mg/dL, man of 60: eGFR 45.6", "1.7 mg/dL", person(birth="1964-01-15"), NOT_MET),
    ("1.6 mg/dL, woman of 65: eGFR 35.6", "1.6 mg/dL", person("F", "1959-01-15"), NOT_MET),
    ("132.63 umol/L is 1.5 mg/dL", "132.63 umol/L", person(), MET),
    ("above 1.5, sex not entered", "1.7 mg/dL", person(None), CANNOT_TELL),
    ("above 1.5, birth year: both ages below 50", "1.7 mg/dL", person(birth="1964"), NOT_MET),
]  # fmt: skip


@pytest.mark.parametrize(("words", "result", "who", "expected"), CREATININE, ids=[case[0] for case in CREATININE])
def test_creatinine(words, result, who, expected):
    assert labs.creatinine(WHEN, [sample(f"CHEM CREAT {result}")], [who], []).result == expected


COUNTS = [
    (labs.haemoglobin, "HGB 9.0 g/dL", MET), (labs.haemoglobin, "HGB 8.9 g/dL", NOT_MET),
    (labs.haemoglobin, "HGB 90 g/L", MET), (labs.haemoglobin, "HGB 89.9 g/L", NOT_MET),
    (labs.leukocytes, "WBC 3.0 10^9/L", MET), (labs.leukocytes, "WBC 2.9 10^3/uL", NOT_MET),
    (labs.leukocytes, "WBC 3000 /uL", MET), (labs.leukocytes, "WBC 2999 /uL", NOT_MET),
    (labs.platelets, "PLAT 100 10^9/L", MET), (labs.platelets, "PLAT 99 10^9/L", NOT_MET),
    (labs.platelets, "PLAT >100 10^9/L", MET), (labs.platelets, "PLAT <100 10^9/L", NOT_MET),
    (labs.platelets, "PLAT >20 10^9/L", CANNOT_TELL), (labs.platelets, "PLAT <200 10^9/L", CANNOT_TELL),
    (labs.platelets, "PLAT 100 furlongs", CANNOT_TELL),
]  # fmt: skip


@pytest.mark.parametrize(("judge", "result", "expected"), COUNTS, ids=[case[1] for case in COUNTS])
def test_counts(judge, result, expected):
    assert judge(WHEN, [sample(f"HEM {result}")]).result == expected


def drug(flag: str, start: str, end: str | None = None, **more):
    """A line of medication."""
    state = {"ongoing": "N", "end": end} if end else {"ongoing": "Y"}
    return record("CM", drug=more.pop("drug", "filgrastim"), class_flag=flag, start=start, **(state | more))


NEUTROPHILS = [
    ("1.0 without G-CSF", "1.0 10^9/L", [], MET),
    ("1000 per microlitre", "1000 /uL", [], MET),
    ("0.99", "0.99 10^9/L", [], NOT_MET),
    ("G-CSF ended 14 days before", "1.5 10^9/L", [drug("G-CSF", "2024-02-01", "2024-02-06")], MET),
    ("G-CSF ended 13 days before", "1.5 10^9/L", [drug("G-CSF", "2024-02-01", "2024-02-07")], CANNOT_TELL),
    ("G-CSF goes on", "1.5 10^9/L", [drug("G-CSF", "2024-02-01")], NOT_MET),
    ("G-CSF ended on the day of the sample", "1.5 10^9/L", [drug("G-CSF", "2024-02-01", "2024-02-20")], NOT_MET),
    ("G-CSF began after the sample", "1.5 10^9/L", [drug("G-CSF", "2024-02-21")], MET),
    ("G-CSF ended some day in February", "1.5 10^9/L", [drug("G-CSF", "2024-01", "2024-02")], CANNOT_TELL),
    ("another drug", "1.5 10^9/L", [drug("DIURETIC", "2024-02-01")], MET),
    ("0.9 under G-CSF", "0.9 10^9/L", [drug("G-CSF", "2024-02-01")], NOT_MET),
]  # fmt: skip


@pytest.mark.parametrize(("words", "result", "drugs", "expected"), NEUTROPHILS, ids=[case[0] for case in NEUTROPHILS])
def test_neutrophils(words, result, drugs, expected):
    assert labs.neutrophils(WHEN, [sample(f"HEM NEUT {result}")], drugs).result == expected


def heart(stable: str | None):
    """A cardiac assessment with its answer on anticoagulation."""
    return record("CARD", "SCR", assess_date="2024-02-20", **({"anticoag_stable": stable} if stable else {}))


WARFARIN = drug("ANTICOAGULANT", "2023", drug="warfarin")
INR = [
    ("1.49 x ULN", "1.639 of1.1", [], [], MET, ""),
    ("exactly 1.5 x ULN, no anticoagulant", "1.65 of1.1", [], [], NOT_MET, "LB-11"),
    ("2.5 on stable warfarin", "2.5 of1.1", [WARFARIN], [heart("Y")], MET, ""),
    ("2.5 on unstable warfarin", "2.5 of1.1", [WARFARIN], [heart("N")], NOT_MET, "LB-11 unstable"),
    ("2.5 on warfarin, stability not answered", "2.5 of1.1", [WARFARIN], [heart(None)], CANNOT_TELL, ""),
    ("2.5, warfarin ended before", "2.5 of1.1", [drug("ANTICOAGULANT", "2023", "2024-01")], [heart("Y")], NOT_MET, "LB-11"),
    ("no upper limit", "1.0", [], [], CANNOT_TELL, ""),
    ("1.2 with a target range up to 3.0", "1.2 of3.0", [], [], MET, "LB-11 range"),
    ("1.2 with an upper limit of 1.3", "1.2 of1.3", [], [], MET, ""),
]  # fmt: skip


@pytest.mark.parametrize(("words", "result", "drugs", "hearts", "expected", "asked"), INR, ids=[case[0] for case in INR])
def test_inr(words, result, drugs, hearts, expected, asked):
    found = labs.coagulation(WHEN, [sample(f"COAG INR {result}")], drugs, hearts)
    assert (found.result, found.question.name if found.question else "") == (expected, asked)


WINDOW = [
    ("28 days before registration", "2024-02-02 08:00", MET, ""),
    ("29 days before registration", "2024-02-01 08:00", CANNOT_TELL, "LB-12"),
    ("on the day of registration", "2024-03-01 08:00", MET, ""),
    ("after registration", "2024-03-02 08:00", CANNOT_TELL, "LB-04"),
]


@pytest.mark.parametrize(("words", "on", "expected", "asked"), WINDOW, ids=[case[0] for case in WINDOW])
def test_a_result_counts_from_0_to_28_days_before_registration(words, on, expected, asked):
    found = labs.platelets(WHEN, [sample("HEM PLAT 150 10^9/L", on=on)])
    assert (found.result, found.question.name if found.question else "") == (expected, asked)


def test_the_last_result_in_the_window_counts():
    old, new = sample("HEM PLAT 80 10^9/L"), sample("HEM PLAT 120 10^9/L", on="2024-02-25 08:00", line=2)
    found = labs.platelets(WHEN, [new, old])
    assert (found.result, found.evidence.date) == (MET, "2024-02-25")
    assert found.evidence.source == "LAB.RESULT.VALUE (SCR, line 2, row 1)"
    assert found.evidence.arithmetic == "120 10^9/L, at least 100 expected; 5 days before registration"


def test_without_a_date_nothing_can_be_told():
    assert labs.platelets(Anchors(), [sample("HEM PLAT 150 10^9/L")]).result == CANNOT_TELL


def size(height: int, weight: int):
    """Height and weight of screening."""
    made = record("VS", "SCR", performed="Y", assess_date="2024-02-20")
    made.answers |= {"height_cm": derived(Decimal(height)), "weight_kg": derived(Decimal(weight))}
    return made


MAN_OF_60 = person(birth="1964-01-15")
AREAS = [
    ("45.6 indexed, 64 mL/min at 2.45 m2", size(185, 117), "LB-09 both"),
    ("45.6 indexed, 38 mL/min at 1.44 m2", size(150, 50), "LB-09"),
]


@pytest.mark.parametrize(("words", "body", "asked"), AREAS, ids=[case[0] for case in AREAS])
def test_the_indexed_rate_decides_and_one_that_straddles_is_asked_about(words, body, asked):
    found = labs.creatinine(WHEN, [sample("CHEM CREAT 1.7 mg/dL")], [MAN_OF_60], [body])
    assert (found.result, found.question.name) == (NOT_MET, asked)


@pytest.mark.parametrize(
    ("rates", "expected", "shown"),
    [
        (["49.9"], NOT_MET, "49.9"), (["50"], MET, "50"), (["50.1"], MET, "50.1"), (["50", "50.26"], MET, "50 to 50.3"),
        (["49.94", "50"], CANNOT_TELL, "49.9 to 50"), (["49.8", "49.9"], NOT_MET, "49.8 to 49.9"),
    ],
)  # fmt: skip
def test_a_rate_of_50_is_enough(rates, expected, shown):
    found = labs.last_result([sample("CHEM CREAT 1.7 mg/dL")], "CHEM", "CREAT", REGISTRATION)
    judged = labs._by_filtration(found, Decimal("1.7"), [Decimal(rate) for rate in rates], None)
    assert judged.result == expected
    assert f" {shown} mL/min/1.73 m2, 50 expected" in judged.evidence.arithmetic
    assert judged.question is None or judged.question.values["e"] == shown


def test_a_rate_that_straddles_is_asked_about_with_one_decimal():
    found = labs.last_result([sample("CHEM CREAT 1.7 mg/dL")], "CHEM", "CREAT", REGISTRATION)
    judged = labs._by_filtration(found, Decimal("1.7"), [Decimal("45.62")], Decimal("2.45219"))
    assert dict(judged.question.values) == {"e": "45.6", "d": "64.7", "area": "2.452"}


def test_a_birth_year_leaves_the_rate_open_where_the_ages_differ():
    """Born in 1982: a man of 41 has 50.2, one of 42 has 49.9 mL/min/1.73 m2."""
    found = labs.creatinine(WHEN, [sample("CHEM CREAT 1.731 mg/dL")], [person(birth="1982")], [])
    assert found.result == CANNOT_TELL
