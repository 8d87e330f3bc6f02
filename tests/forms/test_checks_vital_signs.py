"""Checks and derivations of vital signs: units, swaps, weight from visit to visit, blood pressure, body size."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.evaluation import explanations, open_required
from tests.forms.casebooks import asks, judge, passes, record, subject
from tests.forms.test_checks_il2_admission import admission

PLAIN = {
    "performed": "Y", "assess_date": "2024-03-01", "height": "178", "height_unit": "cm", "weight": "82.4",
    "weight_unit": "kg", "systolic": "120", "diastolic": "70", "pulse": "80", "temperature": "37.0",
    "temperature_unit": "C", "spo2": "98",
}  # fmt: skip
NO_HEIGHT = {"height": None, "height_unit": None}


def vitals(at="SCR", **given):
    """Vital signs as usual, at screening unless said."""
    return record("VS", at, **{name: value for name, value in (PLAIN | given).items() if value is not None})


def later(date: str = "2024-03-04", at: str = "C1D1", **given):
    """Vital signs of a visit after screening, where height is not asked."""
    return vitals(at, assess_date=date, **(NO_HEIGHT | given))


STAY = record("IL2A", "C1A1", admission_occurred="Y", admit_dt="2024-03-11 10:00", discharge_dt="2024-03-16 12:00")

CASES = [
    passes("VS-01", "178 cm and 82.4 kg", vitals()),
    asks("VS-01", "82 cm and 178 kg", vitals(height="82", weight="178"), item="height",
         message="Height 82 cm and weight 178 kg: are they swapped or in inches/pounds?"),
    asks("VS-01", "70 cm, which fits inches", vitals(height="70"), item="height",
         message="Height 70 cm and weight 82.4 kg: are they swapped or in inches/pounds?"),
    asks("VS-01", "178 inches, which fits cm", vitals(height_unit="in"), item="height",
         message="Height 452.1 cm and weight 82.4 kg: are they swapped or in inches/pounds?"),
    asks("VS-01", "250 kg, which fits pounds", vitals(height="200", weight="250"), item="weight"),
    passes("VS-01", "70 inches and 181.7 pounds", vitals(height="70", height_unit="in", weight="181.7", weight_unit="LB")),
    passes("VS-01", "height and weight are the same number", vitals(height="120", weight="120")),
    asks("VS-01", "weight above height", vitals(height="120", weight="120.1")),
    asks("VS-01", "no height, 250 kg", later(weight="250"), item="weight",
         message="Weight 250 kg is unusual, but 250 lb would be normal. Is the unit right?"),
    asks("VS-01", "98.6 C", vitals(temperature="98.6"), item="temperature",
         message="Temperature 98.6 C is unusual, but 98.6 F would be normal. Is the unit right?"),
    asks("VS-01", "37 F", vitals(temperature="37", temperature_unit="F"), item="temperature",
         message="Temperature 37 F is unusual, but 37 C would be normal. Is the unit right?"),
    passes("VS-01", "3.84 C fits no unit", vitals(temperature="3.8")),
    passes("GEN-05", "temperature 38.4", vitals(temperature="38.4")),
    asks("GEN-05", "temperature 3.8", vitals(temperature="3.8"), item="temperature", message=(
        "Temperature 3.8 C is outside the usual 34-42 C. If correct, confirm; check decimal point and unit.")),
    asks("GEN-05", "temperature 80 F", vitals(temperature="80", temperature_unit="F"), message=(
        "Temperature 80 F is outside the usual 34-42 C. If correct, confirm; check decimal point and unit.")),
    passes("GEN-05", "the unit is asked about", vitals(temperature="98.6")),
    passes("GEN-05", "42.0 C", vitals(temperature="42.0")),
    asks("GEN-05", "42.1 C", vitals(temperature="42.1")),
    passes("GEN-05", "120 cm", vitals(height="120", weight="45")),
    asks("GEN-05", "119.9 cm", vitals(height="119.9", weight="45"), item="height"),
    asks("GEN-05", "178 cm and 160 kg, BMI 50.5", vitals(weight="160"), item="bmi"),
    asks("GEN-05", "34.9 kg", vitals(weight="34.9", height="150"), item="weight"),
    passes("VS-02", "82 kg to 80 kg", later(weight="80"), vitals(weight="82")),
    asks("VS-02", "82 kg to 62 kg", later(weight="62"), vitals(weight="82"), item="weight",
         message="Weight changed from 82 to 62 kg (-24.4%) since 2024-03-01."),
    passes("VS-02", "exactly 10 percent more", later(weight="88"), vitals(weight="80")),
    asks("VS-02", "more than 10 percent more", later(weight="88.1"), vitals(weight="80")),
    passes("VS-02", "the same weight in pounds", later(weight="181.7", weight_unit="LB"), vitals()),
    passes("VS-02", "at an admission", later("2024-03-11", "C1A1", weight="95"), vitals()),
    passes("VS-02", "compared with before the admission, not with it", later("2024-04-07", "C1D35", weight="83"),
           later("2024-03-11", "C1A1", weight="95"), vitals()),
    passes("VS-02", "unscheduled, during an admission", later("2024-03-14", "UNS1", weight="95"), vitals(), STAY),
    asks("VS-02", "unscheduled, the day after discharge", later("2024-03-17", "UNS1", weight="95"), vitals(), STAY),
    passes("VS-02", "the first weight of all", vitals(), later(weight="62")),
    passes("VS-03", "150/90 at screening", vitals(systolic="150", diastolic="90")),
    asks("VS-03", "172/96 at screening", vitals(systolic="172", diastolic="96"), item="systolic", message=(
        "BP 172/96 at screening. Exclusion 6 concerns > 160 or > 100 for more than 4 weeks: confirm the duration.")),
    passes("VS-03", "160/100", vitals(systolic="160", diastolic="100")),
    asks("VS-03", "161/80", vitals(systolic="161", diastolic="80")),
    asks("VS-03", "150/101", vitals(systolic="150", diastolic="101")),
    passes("VS-03", "172/96 after screening", later(systolic="172", diastolic="96")),
    asks("VS-03", "172/96, said not to last", vitals(systolic="172", diastolic="96"), record("CARD", "SCR", htn_duration="N")),
    passes("VS-03", "172/96, said to last", vitals(systolic="172", diastolic="96"), record("CARD", "SCR", htn_duration="Y")),
    asks("VS-03", "172/96, exclusion 6 is no", vitals(systolic="172", diastolic="96"), record("IE", "SCR", excl06="N")),
    passes("VS-03", "172/96, exclusion 6 is yes", vitals(systolic="172", diastolic="96"), record("IE", "SCR", excl06="Y")),
    passes("VS-04", "120/70", vitals()),
    asks("VS-04", "70/120", vitals(systolic="70", diastolic="120"), message="Diastolic 120 is not below systolic 70."),
    asks("VS-04", "100/100", vitals(systolic="100", diastolic="100")),
    asks("GEN-02", "tomorrow", vitals(assess_date="2024-07-01")),
    passes("IL2-02", "82.4 kg for 81.0 kg", admission(), later("2024-03-11", "C1A1", weight="81.0")),
    asks("IL2-02", "82.4 kg for 74.0 kg", admission(), later("2024-03-11", "C1A1", weight="74.0"), item="dosing_weight_kg",
         message="Dosing weight 82.4 kg differs +11.4% from 74 kg on 2024-03-11."),
    passes("IL2-02", "5 percent", admission(dosing_weight_kg="84"), later("2024-03-11", "C1A1", weight="80")),
    asks("IL2-02", "more than 5 percent", admission(dosing_weight_kg="84.1"), later("2024-03-11", "C1A1", weight="80")),
    asks("IL2-02", "a weight of 7 days before", admission(), later("2024-03-04", weight="74")),
    passes("IL2-02", "a weight of 8 days before", admission(), later("2024-03-03", weight="74")),
    passes("IL2-02", "a weight after the admission", admission(), later("2024-03-12", "C1A1", weight="74")),
    asks("IL2-02", "163 pounds", admission(), later("2024-03-11", "C1A1", weight="163", weight_unit="LB"),
         message="Dosing weight 82.4 kg differs +11.4% from 73.9 kg on 2024-03-11."),
    passes("IL2-02", "weight capped with a reason", admission(dose_cap_applied="Ideal weight"), later("2024-03-11", weight="99")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


def derived(judged, *others):
    """The record once derivations have run, and the sentences beside its values."""
    around = subject(judged, *others)
    judge(judged, around, others)
    return judged, {item: words for (_, item), words in explanations(judged, around).items()}


def test_body_size_is_derived_with_its_arithmetic():
    judged, told = derived(vitals())
    assert (judged.bmi, judged.bsa) == (Decimal("26.0"), Decimal("2.02"))
    assert told == {
        "bmi": "82.4 kg / (1.78 m)^2 = 26.0 kg/m2",
        "bsa": "square root of (178 cm x 82.4 kg / 3600) = 2.02 m2",
    }


def test_values_in_other_units_are_kept_and_converted_with_their_arithmetic():
    judged, told = derived(vitals(
        height="70.1", height_unit="in", weight="181.7", weight_unit="LB", temperature="98.6", temperature_unit="F"
    ))  # fmt: skip
    assert (judged.height, judged.weight, judged.temperature) == (Decimal("70.1"), Decimal("181.7"), Decimal("98.6"))
    assert (judged.height_cm, judged.weight_kg, judged.temperature_c) == (
        Decimal("178.05"), Decimal("82.42"), Decimal("37.00")
    )  # fmt: skip
    assert told["weight_kg"] == "181.7 lb x 0.45359237 = 82.42 kg"
    assert (judged.bmi, judged.bsa) == (Decimal("26.0"), Decimal("2.02"))


@pytest.mark.parametrize(
    ("words", "judged", "others", "area"),
    [
        ("height of screening", later(weight="90"), [vitals()], "2.11"),
        ("no height at all", later(), [], None),
        ("a height that is measured later does not count", later(), [vitals("EOT")], None),
        ("no weight", vitals(weight=None), [], None),
        ("no unit", vitals(weight_unit=None), [], None),
    ],
)
def test_body_surface_uses_the_last_height(words, judged, others, area):
    found = derived(judged, *others)[0].bsa
    assert found == (area and Decimal(area))


@pytest.mark.parametrize(("at", "needed"), [("SCR", True), ("C1A1", True), ("C1A2", True), ("C1D1", False), ("EOT", False)])
def test_oxygen_is_needed_at_screening_and_admissions(at, needed):
    judged = vitals(at, spo2=None) if at == "SCR" else later(at=at, spo2=None)
    assert [item.name for _, _, item in open_required(judged)] == (["spo2"] if needed else [])


def test_height_is_asked_at_screening_only():
    assert "height" in {item.name for _, _, item in open_required(vitals(**NO_HEIGHT))}
    assert "height" not in {item.name for _, _, item in open_required(later(spo2="98"))}
