"""The numeric criteria of CTCAE v5.0 for laboratory and measured values: numbers only, none of its wording.

Units are those that CTCAE prints, and the few that follow exactly from them. The numbers of different units are CTCAE's
own and no conversions of each other. Of rules by age the adult one stands here. Hypertension and lung function are
graded by more than numbers and are left out; the terms without numbers in v5.0, such as Hyperglycemia, have no bands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from forms.dictionaries.ctcae_bands import (
    ABNORMAL,
    ABOVE_ULN,
    DROP,
    HIGH,
    INCREASE,
    LOW,
    NO_UNIT,
    NORMAL,
    PCT_DECREASE,
    PCT_INCREASE,
    Band,
    Rule,
)

_CELLS, _GIGA = "/mm3", "10^9/L"
_MG, _MMOL = "mg/dL", "mmol/L"


def _any(cuts: str) -> Mapping[str, str]:
    return {NO_UNIT: cuts}


def _blood_counts() -> Iterator[Band]:
    yield from Rule("Anemia", "HGB", LOW).falling({"g/dL": "LLN 10.0 8.0", "g/L": "LLN 100 80", _MMOL: "LLN 6.2 4.9"})
    yield from Rule("Hemoglobin increased", "HGB", HIGH, metric=ABOVE_ULN).rising({"g/dL": "0 2 4", "g/L": "0 20 40"})
    for term, test, cells, giga in (
        ("Platelet count decreased", "PLAT", "75000 50000 25000", "75 50 25"),
        ("Neutrophil count decreased", "NEUT", "1500 1000 500", "1.5 1.0 0.5"),
        ("White blood cell decreased", "WBC", "3000 2000 1000", "3.0 2.0 1.0"),
        ("Lymphocyte count decreased", "LYM", "800 500 200", "0.8 0.5 0.2"),
        ("CD4 lymphocytes decreased", "CD4", "500 200 50", "0.5 0.2 0.05"),
    ):
        yield from Rule(term, test, LOW).falling({_CELLS: f"LLN {cells}", _GIGA: f"LLN {giga}"})
    yield from Rule("Lymphocyte count increased", "LYM", HIGH).rising({_CELLS: "4000 20000", _GIGA: "4 20"}, (2, 3))
    yield from Rule("Leukocytosis", "WBC", HIGH).rising({_CELLS: "100000", _GIGA: "100"}, (3,))
    yield from Rule("Eosinophilia", "EOS", HIGH, needs="value>BASELINE").rising(_any("ULN"))
    yield from Rule("Methemoglobinemia", "METHGB", HIGH).rising(_any("ULN"), (2,))
    yield from Rule("Haptoglobin decreased", "HAPTOG", LOW).falling(_any("LLN"))


def _coagulation() -> Iterator[Band]:
    yield from Rule("Activated partial thromboplastin time prolonged", "APTT", HIGH).rising(_any("ULN 1.5*ULN 2.5*ULN"))
    yield from Rule("INR increased", "INR", HIGH, "absolute").rising({"ratio": "1.2 1.5 2.5"})
    yield from Rule("INR increased", "INR", HIGH, "anticoagulated", needs="on_anticoagulation=yes").rising(
        _any("BASELINE 1.5*BASELINE 2.5*BASELINE")
    )
    fibrinogen = "Fibrinogen decreased", "FIBRINO", LOW
    yield from Rule(*fibrinogen, "lln_multiple").falling(_any("LLN 0.75*LLN 0.5*LLN 0.25*LLN"))
    of_baseline = Rule(*fibrinogen, "baseline_decrease", PCT_DECREASE, ABNORMAL)
    yield from of_baseline.reaching(_any("0 25 50 75"), first_in=False)
    yield from Rule(*fibrinogen, "absolute").falling({_MG: "50", "g/L": "0.5"}, (4,))


def _multiples(of: str, factors: str) -> Mapping[str, str]:
    return _any(" ".join(f"{factor}*{of}" for factor in factors.split()))


def _liver() -> Iterator[Band]:
    for term, test, above, lowest, is_lowest_in in (
        ("Alanine aminotransferase increased", "ALT", "3.0 5.0 20.0", "1.5", True),
        ("Aspartate aminotransferase increased", "AST", "3.0 5.0 20.0", "1.5", True),
        ("Alkaline phosphatase increased", "ALP", "2.5 5.0 20.0", "2.0", True),
        ("GGT increased", "GGT", "2.5 5.0 20.0", "2.0", True),
        ("Blood bilirubin increased", "BILI", "1.5 3.0 10.0", "1.0", False),
    ):
        yield from Rule(term, test, HIGH, "uln_multiple", baseline=NORMAL).rising(_multiples("ULN", f"1 {above}"))
        yield from Rule(term, test, HIGH, "baseline_multiple", baseline=ABNORMAL).rising(
            _multiples("BASELINE", f"{lowest} {above}"), first_in=is_lowest_in
        )
    yield from Rule("Blood lactate dehydrogenase increased", "LDH", HIGH).rising(_any("ULN"))
    yield from Rule("CPK increased", "CK", HIGH).rising(_multiples("ULN", "1 2.5 5 10"))


def _pancreas() -> Iterator[Band]:
    for term, test in (("Lipase increased", "LIPASET"), ("Serum amylase increased", "AMYLASE")):
        yield from Rule(term, test, HIGH).rising(_multiples("ULN", "1 1.5 2.0"), capped=True)
        for name, answer, grades in (("asymptomatic", "no", (2, 3)), ("symptomatic", "yes", (3, 4))):
            rule = Rule(term, test, HIGH, name, needs=f"symptomatic={answer}")
            yield from rule.rising(_multiples("ULN", "2.0 5.0"), grades)


def _kidney() -> Iterator[Band]:
    creatinine = "Creatinine increased", "CREAT", HIGH
    yield from Rule(*creatinine, "uln_multiple").rising(_multiples("ULN", "1 1.5 3.0 6.0"))
    yield from Rule(*creatinine, "baseline_multiple").rising(_multiples("BASELINE", "1.5 3.0"), (2, 3))
    yield from Rule("Proteinuria", "UPROT24", HIGH).reaching({"g/24h": "ULN 1.0 3.5"})
    yield from Rule("Urine output decreased", "URINOUT8", LOW).falling({"mL/8h": "80"}, (3,))
    yield from Rule("Urine output decreased", "URINOUT24", LOW).falling({"mL/24h": "240"}, (4,))
    rate, unit = Rule("Chronic kidney disease", "EGFR", LOW), "mL/min/1.73m2"
    yield from rate.falling({unit: "LLN 60"}, capped=True)
    yield rate.closed(2, unit, "30", "59")
    yield rate.closed(3, unit, "15", "29")
    yield from rate.falling({unit: "15"}, (4,))


def _calcium() -> Iterator[Band]:
    for test, name, high, low in (
        ("CA", "main", {_MG: "11.5 12.5 13.5", _MMOL: "2.9 3.1 3.4"}, {_MG: "8.0 7.0 6.0", _MMOL: "2.0 1.75 1.5"}),
        ("CAION", "ionized", {_MMOL: "1.5 1.6 1.8"}, {_MMOL: "1.0 0.9 0.8"}),
    ):
        yield from Rule("Hypercalcemia", test, HIGH, name).rising({u: f"ULN {cuts}" for u, cuts in high.items()})
        yield from Rule("Hypocalcemia", test, LOW, name).falling({u: f"LLN {cuts}" for u, cuts in low.items()})
        told = {"needs": "symptomatic=yes"}
        yield from Rule("Hypercalcemia", test, HIGH, "symptomatic", **told, only_if_told=True).rising(_any("ULN"), (2,))
        yield from Rule("Hypocalcemia", test, LOW, "symptomatic", **told, only_if_told=True).falling(_any("LLN"), (2,))


def _electrolytes() -> Iterator[Band]:
    yield from Rule("Hyperkalemia", "K", HIGH).rising({_MMOL: "ULN 5.5 6.0 7.0"})
    yield from Rule("Hypernatremia", "SODIUM", HIGH).rising({_MMOL: "ULN 150 155 160"})
    for term, test in (("Hyperkalemia", "K"), ("Hypernatremia", "SODIUM")):
        rule = Rule(term, test, HIGH, "intervention", needs="intervention_initiated=yes", only_if_told=True)
        yield from rule.rising(_any("ULN"), (2,))
    for answer, grade in (("no", 1), ("yes", 2)):
        rule = Rule("Hypokalemia", "K", LOW, needs=f"symptomatic={answer}")
        yield from rule.falling({_MMOL: "LLN 3.0"}, (grade,), capped=True)
    yield from Rule("Hypokalemia", "K", LOW).falling({_MMOL: "3.0 2.5"}, (3, 4))
    yield from _sodium_low()
    yield from Rule("Hypermagnesemia", "MG", HIGH).rising({_MG: "ULN 3.0 8.0", _MMOL: "ULN 1.23 3.3"}, (1, 3, 4))
    yield from Rule("Hypomagnesemia", "MG", LOW).falling({_MG: "LLN 1.2 0.9 0.7", _MMOL: "LLN 0.5 0.4 0.3"})


def _sodium_low() -> Iterator[Band]:
    low = "Hyponatremia", "SODIUM", LOW
    yield from Rule(*low).falling({_MMOL: "LLN 130"}, capped=True)
    yield Rule(*low, needs="symptomatic=no").closed(2, _MMOL, "125", "129")
    yield Rule(*low, "symptomatic", needs="symptomatic=yes").closed(3, _MMOL, "125", "129")
    yield Rule(*low, "any_symptoms").closed(3, _MMOL, "120", "124")
    yield from Rule(*low).falling({_MMOL: "120"}, (4,))


def _metabolism() -> Iterator[Band]:
    glucose = {_MG: "LLN 55 40 30", _MMOL: "LLN 3.0 2.2 1.7"}
    yield from Rule("Hypoglycemia", "GLUC", LOW).falling(glucose)
    yield from Rule("Hypoalbuminemia", "ALB", LOW).falling({"g/dL": "LLN 3 2", "g/L": "LLN 30 20"})
    cholesterol = {_MG: "ULN 300 400 500", _MMOL: "ULN 7.75 10.34 12.92"}
    yield from Rule("Cholesterol high", "CHOL", HIGH).rising(cholesterol)
    fats = {_MG: "150 300 500 1000", _MMOL: "1.71 3.42 5.7 11.4"}
    yield from Rule("Hypertriglyceridemia", "TRIG", HIGH).rising(fats, first_in=True)
    for answer, grade in (("no", 1), ("yes", 3)):
        rule = Rule("Hyperuricemia", "URATE", HIGH, needs=f"physiologic_consequences={answer}")
        yield from rule.rising(_any("ULN"), (grade,))
    yield from Rule("Acidosis", "PH", LOW).falling({"pH": "LLN 7.3"}, (1, 3))
    yield from Rule("Alkalosis", "PH", HIGH).rising({"pH": "ULN 7.5"}, (1, 3))
    untreated = "intervention_initiated=no"
    yield from Rule("Blood bicarbonate decreased", "BICARB", LOW, needs=untreated).falling(_any("LLN"))
    yield from Rule("Thyroid stimulating hormone increased", "TSH", HIGH, needs=untreated).rising(_any("ULN"))


def _heart() -> Iterator[Band]:
    for term, test in (("Cardiac troponin I increased", "TROPONI"), ("Cardiac troponin T increased", "TROPONT")):
        yield from Rule(term, test, HIGH).reaching(_any("ULN MI_LEVEL"), (1, 3), first_in=False)
    ejection = "Ejection fraction decreased", "LVEF", LOW
    yield Rule(*ejection, "resting_ef").closed(2, "%", "40", "50")
    yield Rule(*ejection, "resting_ef").closed(3, "%", "20", "39")
    yield from Rule(*ejection, "resting_ef").falling({"%": "20"}, (4,))
    yield Rule(*ejection, "drop", DROP).closed(2, "%", "10", "19")
    yield from Rule(*ejection, "drop", DROP).reaching({"%": "20"}, (3,))
    interval = "Electrocardiogram QT corrected interval prolonged", "QTC", HIGH
    yield Rule(*interval, "absolute").closed(1, "ms", "450", "480")
    yield Rule(*interval, "absolute").closed(2, "ms", "481", "500")
    yield from Rule(*interval, "absolute").reaching({"ms": "501"}, (3,))
    yield from Rule(*interval, "change", INCREASE).rising({"ms": "60"}, (3,))


def _body() -> Iterator[Band]:
    cuts = {"degC": "38.0 39.0 40.0", "degF": "100.4 102.2 104.0"}
    yield from Rule("Fever", "TEMP", HIGH).rising(cuts, capped=True, first_in=True)
    for hours, grade in (("<=24", 3), (">24", 4)):
        rule = Rule("Fever", "TEMP", HIGH, needs=f"duration_hours{hours}")
        yield from rule.rising({"degC": "40.0", "degF": "104.0"}, (grade,))
    yield from Rule("Weight gain", "WEIGHT", HIGH, metric=PCT_INCREASE).reaching(_any("5 10 20"))
    yield from Rule("Weight loss", "WEIGHT", LOW, metric=PCT_DECREASE).reaching(_any("5 10 20"))


@cache
def list_bands() -> tuple[Band, ...]:
    """All bands, by term in the order above."""
    parts = (
        _blood_counts, _coagulation, _liver, _pancreas, _kidney, _calcium, _electrolytes, _metabolism, _heart, _body,
    )  # fmt: skip
    return tuple(band for part in parts for band in part())


@cache
def bands_of(term: str) -> tuple[Band, ...]:
    """The bands of a term, over all its tests; empty for a term without numbers."""
    return tuple(band for band in list_bands() if band.term == term)
