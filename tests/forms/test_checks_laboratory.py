"""Checks and derivations of laboratory samples: plausibility, units, normal ranges, related results."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from forms.derive.labs import RangeRow
from tests.forms.casebooks import asks, judge, passes, record, subject, uid


def table(code: str, unit: str, lln: str | None, uln: str | None, **more):
    """A row of the normal ranges of the UCSD laboratory, valid in 2024."""
    limits = {"lln": lln and Decimal(lln), "uln": uln and Decimal(uln)}
    valid = {"valid_from": dt.date(2024, 1, 1), "valid_to": dt.date(2024, 12, 31)}
    return RangeRow(lab="UCSD", test=code, unit=unit, **(limits | valid | more))


EXPIRED = {"valid_from": dt.date(2023, 1, 1), "valid_to": dt.date(2023, 12, 31)}
SITE = {"ranges": (
    table("HGB", "g/dL", "12.0", "15.5", sex="F"), table("HGB", "g/dL", "13.5", "17.5", sex="M"),
    table("CREAT", "mg/dL", "0.6", "1.2"), table("PLAT", "10^9/L", "150", "400"), table("CRP", "mg/L", None, "5"),
    table("ALT", "U/L", "7", "40", **EXPIRED),
)}  # fmt: skip
NO_TABLE: dict = {"ranges": ()}
WOMAN = record("DM", "SCR", birth_date="1960-05-02", sex="F")


def result(code: str, value: str | None = None, unit: str | None = None, panel: str = "CHEM", **more):
    """One result, done unless said."""
    given = {"panel": panel, "test": code, "row_status": "DONE", "value": value, "unit": unit} | more
    return {name: each for name, each in given.items() if each is not None}


def sample(*results: dict, at: str = "SCR", line: int = 1, **more):
    """A sample of 5 March 2024 of the UCSD laboratory."""
    plain = {"performed": "Y", "sample_dt": "2024-03-05 06:10", "lab": "UCSD"} | more
    return record("LAB", at, line=line, RESULT=list(results), **plain)


def blood(**counts: str):
    """A differential blood count in 10^9/L."""
    return sample(*(result(code, value, "10^9/L", "HEM") for code, value in counts.items()))


BILIRUBIN = {"panel": "CHEM", "unit": "mg/dL"}

CASES = [
    passes("LB-01", "haemoglobin 12.1 g/dL", sample(result("HGB", "12.1", "g/dL", "HEM"))),
    asks("LB-01", "haemoglobin 1.21 g/dL", sample(result("HGB", "1.21", "g/dL", "HEM")), item="value", message=(
        "Haemoglobin 1.21 g/dL = 12.1 g/L, outside 40-220. Check decimal point and unit.")),
    passes("LB-01", "haemoglobin at the lower end of plausible", sample(result("HGB", "4.0", "g/dL", "HEM"))),
    asks("LB-01", "haemoglobin just below plausible", sample(result("HGB", "39.9", "g/L", "HEM"))),
    passes("LB-01", "haemoglobin at the upper end of plausible", sample(result("HGB", "220", "g/L", "HEM"))),
    asks("LB-01", "INR 15, which has no unit", sample(result("INR", "15", panel="COAG")),
         message="INR 15 = 15 RATIO, outside 0.7-12. Check decimal point and unit."),
    passes("LB-01", "a unit that the table does not have", sample(result("HGB", "1.21", "stones", "HEM"))),
    passes("LB-01", "a test that the table does not have", sample(result("OTHER", "9999", "mg", other_name="Zinc"))),
    passes("LB-01", "the unit speaks first", sample(result("CREAT", "88", "mg/dL"))),
    asks("LB-01", "'less than' without a number", sample(result("TROPONI", qualifier="LT", panel="CARD")),
         item="qualifier", message="'<' belongs to a number, and Troponin I has none."),
    passes("LB-01", "'less than' with a number", sample(result("TROPONI", "3", "ng/L", "CARD", qualifier="LT"))),
    passes("LB-02", "creatinine 0.9 mg/dL", sample(result("CREAT", "0.9", "mg/dL"))),
    asks("LB-02", "creatinine 88 mg/dL", sample(result("CREAT", "88", "mg/dL")), item="value", message=(
        "Creatinine 88 mg/dL is unusual, but 88 umol/L would be normal. Is the unit right?")),
    passes("LB-02", "no accepted unit fits", sample(result("HGB", "1.21", "g/dL", "HEM"))),
    passes("LB-03", "range valid in 2024", sample(result("CREAT", "0.9", "mg/dL")), site=SITE),
    asks("LB-03", "range expired in 2023", sample(result("ALT", "38", "U/L")), site=SITE, item="lln", message=(
        "No normal range for ALT at UCSD on 2024-03-05. Grades and eligibility cannot be calculated until it is added.")),
    passes("LB-03", "no range in the table, but one typed", sample(result("ALT", "38", "U/L", lln="7", uln="40")), site=SITE),
    passes("LB-03", "range of the woman", sample(result("HGB", "12.1", "g/dL", "HEM")), WOMAN, site=SITE),
    asks("LB-03", "range by sex, and the sex is not known", sample(result("HGB", "12.1", "g/dL", "HEM")), site=SITE),
    asks("LB-03", "another unit than the table's", sample(result("CREAT", "80", "umol/L")), site=SITE),
    passes("LB-03", "range with an upper limit only", sample(result("CRP", "2", "mg/L")), site=SITE),
    passes("LB-03", "test not done", sample(result("ALT", row_status="NOT DONE")), site=SITE),
    passes("LB-03", "unit not entered yet", sample(result("ALT", "38")), site=SITE),
    asks("LB-03", "typed limits the wrong way round", sample(result("ALT", "38", "U/L", lln="40", uln="7")), site=SITE,
         message="Lower limit 40 is not below upper limit 7."),
    asks("LB-03", "typed range differs from the table", sample(result("CREAT", "0.9", "mg/dL", lln="0.5", uln="1.1")),
         site=SITE, message="The range 0.5-1.1 of Creatinine differs from the laboratory's table: 0.6-1.2."),
    passes("LB-03", "typed range equals the table", sample(result("CREAT", "0.9", "mg/dL", lln="0.6", uln="1.2")), site=SITE),
    passes("LB-13", "direct bilirubin 0.3 of 0.9", sample(
        result("BILI", "0.9", **BILIRUBIN), result("BILDIR", "0.3", **BILIRUBIN))),
    asks("LB-13", "direct bilirubin 1.2 of 0.9", sample(
        result("BILI", "0.9", **BILIRUBIN), result("BILDIR", "1.2", **BILIRUBIN)),
         message="Direct bilirubin 1.2 mg/dL is above total 0.9 mg/dL."),
    passes("LB-13", "direct bilirubin equals total", sample(
        result("BILI", "0.9", **BILIRUBIN), result("BILDIR", "0.9", **BILIRUBIN))),
    asks("LB-13", "direct bilirubin in another unit", sample(
        result("BILI", "0.9", **BILIRUBIN), result("BILDIR", "17", "umol/L")),
         message="Direct bilirubin 17 umol/L is above total 0.9 mg/dL."),
    passes("LB-13", "direct bilirubin below the limit of detection", sample(
        result("BILI", "0.1", **BILIRUBIN), result("BILDIR", "0.2", qualifier="LT", **BILIRUBIN))),
    passes("LB-13", "differential adds up to 1.05 times the leukocytes", blood(WBC="4.0", NEUT="3.0", LYM="1.0", MONO="0.2")),
    asks("LB-13", "differential adds up to more", blood(WBC="4.0", NEUT="3.0", LYM="1.0", MONO="0.21"), item="value",
         message="Differential counts add up to 4.21 10^9/L, more than leukocytes 4 10^9/L."),
    passes("LB-13", "leukocytes not counted", blood(NEUT="3.0", LYM="9.0")),
    asks("GEN-06", "the same accession number twice", sample(line=2, accession="A1"), sample(accession="A1"),
         item="accession", message=(
             "Line 2 (SCR) looks the same as line 1 (SCR) (accession A1). Remove one, or say how they differ.")),
    passes("GEN-06", "accession number of another laboratory", sample(line=2, accession="A1", lab="Quest"),
           sample(accession="A1")),
    asks("GEN-06", "a test twice in a sample", sample(result("ALT", "38", "U/L"), result("ALT", "39", "U/L")), item="test"),
    passes("GEN-06", "protein in blood and urine", sample(
        result("PROT", "70", "g/L"), result("PROT", panel="UA", value_code="TRACE"))),
    passes("GEN-07", "other test with a name", sample(result("OTHER", "5", other_code="ZN", other_name="Zinc"))),
    asks("GEN-07", "other test without a name", sample(result("OTHER", "5")), item="other_name"),
    asks("IC-01", "sample before consent", sample(sample_dt="2024-02-20 08:00")),
    passes("IC-01", "sample on the day of consent", sample(sample_dt="2024-03-01 08:00")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


INDICATORS = [
    ("below the range", result("HGB", "11.9", "g/dL", "HEM"), "LOW"),
    ("at the lower limit", result("HGB", "12.0", "g/dL", "HEM"), "NORMAL"),
    ("above the range", result("CREAT", "1.3", "mg/dL"), "HIGH"),
    ("no range", result("ALT", "38", "U/L"), None),
    ("dipstick negative", result("KETONES", panel="UA", value_code="NEGATIVE"), "NORMAL"),
    ("dipstick 2+", result("KETONES", panel="UA", value_code="2+"), "ABNORMAL"),
    ("not done", result("CREAT", "1.3", "mg/dL", row_status="NOT DONE"), None),
]


@pytest.mark.parametrize(("words", "row", "indicator"), INDICATORS, ids=[words for words, *_ in INDICATORS])
def test_indicator_compares_with_the_range(words, row, indicator):
    judged = sample(row)
    judge(judged, subject(judged, WOMAN, site=SITE))
    assert judged.rows("RESULT")[0].indicator == indicator


def test_result_has_standard_value_and_range():
    judged = sample(result("CREAT", "0.9", "mg/dL"))
    judge(judged, subject(judged, WOMAN, site=SITE))
    row = judged.rows("RESULT")[0]
    assert (row.std_value, row.std_unit) == (Decimal("79.578"), "umol/L")
    assert (row.lln, row.uln) == (Decimal("0.6"), Decimal("1.2"))
    assert row.range_basis == "UCSD; CHEM CREAT; mg/dL; F, 63; 2024-03-05"


def test_typed_limits_stay():
    judged = sample(result("CREAT", "0.9", "mg/dL", lln="0.5", uln="1.1"))
    judge(judged, subject(judged, WOMAN, site=SITE))
    assert (judged.rows("RESULT")[0].lln, judged.rows("RESULT")[0].uln) == (Decimal("0.5"), Decimal("1.1"))


def test_range_that_changes_later_is_shown_not_edited():
    judged = sample(result("CREAT", "0.9", "mg/dL"))
    judge(judged, subject(judged, WOMAN, site=SITE))
    changed = {"ranges": (table("CREAT", "mg/dL", "0.5", "1.1"),)}
    found = judge(judged, subject(judged, WOMAN, site=changed))
    assert judged.rows("RESULT")[0].lln == Decimal("0.6")
    assert [f.message for f in found] == [
        "The range 0.6-1.2 of Creatinine differs from the laboratory's table: 0.5-1.1."
    ]


def test_range_follows_a_corrected_unit():
    judged = sample(result("CREAT", "80", "mg/dL"))
    around = subject(judged, WOMAN, site={"ranges": (*SITE["ranges"], table("CREAT", "umol/L", "53", "106"))})
    judge(judged, around)
    corrected = sample(result("CREAT", "80", "umol/L")).rows("RESULT")[0].answers["unit"]
    judged.rows("RESULT")[0].answers["unit"] = corrected
    judge(judged, around)
    assert (judged.rows("RESULT")[0].lln, judged.rows("RESULT")[0].uln) == (53, 106)


def test_range_added_later_is_taken():
    judged = sample(result("CREAT", "0.9", "mg/dL"))
    judge(judged, subject(judged, WOMAN, site=NO_TABLE))
    judge(judged, subject(judged, WOMAN, site=SITE))
    assert judged.rows("RESULT")[0].uln == Decimal("1.2")


def test_finding_points_at_the_result():
    judged = sample(result("HGB", "1.21", "g/dL", "HEM"))
    found = judge(judged, subject(judged, site=NO_TABLE))
    assert ("LB-01", uid("LAB SCR 1 RESULT 1"), "value") in [(f.check_id, f.row_uid, f.item) for f in found]
