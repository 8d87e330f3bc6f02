"""Made-up laboratory samples: values near the middle of the range, moved by IL-2 and by the events of the stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from edc.demo.entry import Page
from edc.demo.normal_limits import LIMITS, Limits
from edc.demo.profiles import Profile
from forms.dictionaries.lab_tests import Kind, LabTest, list_tests

Key = tuple[str, str]
Band = tuple[float, float]

#: What a stay on IL-2 does to values, kept to mild grades; men and women alike.
ON_IL2: Mapping[Key, Band] = {
    ("HEM", "HGB"): (10.6, 11.8),
    ("HEM", "LYM"): (0.52, 0.78),
    ("HEM", "EOS"): (0.6, 1.3),
    ("HEM", "PLAT"): (88, 138),
    ("CHEM", "SODIUM"): (131, 135),
    ("CHEM", "BICARB"): (18, 21),
    ("CHEM", "ALB"): (3.05, 3.4),
    ("CHEM", "CA"): (8.1, 8.4),
    ("CHEM", "ALT"): (45, 95),
    ("CHEM", "AST"): (44, 92),
}
#: Values that belong to the grade of a laboratory event, for men and women.
IN_EVENT: Mapping[str, tuple[Key, Band, Band]] = {
    "Creatinine increased": (("CHEM", "CREAT"), (2.0, 2.4), (1.7, 1.95)),
    "Platelet count decreased": (("HEM", "PLAT"), (28, 47), (28, 47)),
    "Blood bilirubin increased": (("CHEM", "BILI"), (3.8, 5.9), (3.8, 5.9)),
}
#: What is slightly off in people with cancer, at any time.
AT_ANY_TIME: Mapping[Key, Band] = {("HEM", "HGB"): (11.3, 14.8), ("CHEM", "LDH"): (165, 330), ("CHEM", "CRP"): (1, 24)}
BASELINE_CREATININE: Band = (0.78, 1.02)
#: A potassium of a haemolysed sample, which the investigator set aside with the reason.
HAEMOLYSED = ("001-011", "C1A1/LAB/DAILY", ("CHEM", "K"), "6.3")
#: What is asked at screening only where somebody wants it.
RARE_TESTS = frozenset({
    "RBC", "BASO", "CL", "URATE", "GGT", "LIPASET", "AMYLASE", "FIBRINO", "T3FR", "TROPONT", "CKMB", "BNPPRONT",
    "SPGRAV", "PH", "LEUKASE", "NITRITE", "KETONES",
})  # fmt: skip
#: What is asked of every sample after screening.
ROUTINE_TESTS = frozenset({
    "HGB", "WBC", "NEUT", "LYM", "EOS", "PLAT", "SODIUM", "K", "CREAT", "ALB", "BILI", "ALT", "AST", "TROPONI", "CK",
    "TSH", "CORTISOL", "INR",
})  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One sample: where it stands, when it was taken, what was asked of it and which events it shows."""

    name: str
    visit: str
    taken: dt.datetime
    panels: tuple[str, ...]
    laboratory: str
    timing: str = ""
    is_whole: bool = False
    on_il2: bool = False
    events: Sequence[str] = ()


def sample_page(rng: Random, profile: Profile, sample: Sample) -> Page:
    """The sample with its results as the laboratory printed them."""
    typed = {
        "performed": "Y", "sample_dt": sample.taken.strftime("%Y-%m-%d %H:%M"), "lab": sample.laboratory,
        "fasting": "U", "panel": "|".join(sample.panels),
        "accession": f"{profile.code[-3:]}{sample.taken:%y%m%d%H}",
    }  # fmt: skip
    if sample.timing:
        typed["timing"] = sample.timing
    tests = [
        test for test in list_tests(sample.panels)
        if test.code in ROUTINE_TESTS or (sample.is_whole and test.code not in RARE_TESTS)
    ]  # fmt: skip
    rows = list(_results(rng, profile, sample, tests))
    return Page(sample.name, "LAB", typed, {"RESULT": rows}, visit=sample.visit)


def _results(rng: Random, profile: Profile, sample: Sample, tests: Sequence[LabTest]) -> Iterable[dict[str, str]]:
    bands = _bands(profile, sample)
    values: dict[Key, Decimal] = {}
    for test in tests:
        key = test.panel, test.code
        row = {"panel": test.panel, "test": test.code, "row_status": "DONE"}
        if test.kind is not Kind.NUMERIC:
            yield row | {"value_code": "NEGATIVE"}
            continue
        limits = _limits(key, profile.sex)
        value = values[key] = _value(rng, key, limits, bands, values)
        row["value"] = str(value)
        if limits.unit not in ("", "RATIO"):
            row["unit"] = limits.unit
        if (profile.code, sample.name, key) == HAEMOLYSED[:3]:
            yield row | _haemolysed()
            continue
        if not Decimal(limits.lln) <= value <= Decimal(limits.uln):
            row["clinical_significance"] = "CS" if key in _event_keys(sample) else "NCS"
            if key in _event_keys(sample):
                row["ae_ref"] = f"@{_event_keys(sample)[key]}"
        yield row


def _haemolysed() -> dict[str, str]:
    return {
        "value": HAEMOLYSED[3], "clinical_significance": "NCS", "ncs_reason": "Haemolysed; 4.3 mmol/L when repeated",
    }  # fmt: skip


def _event_keys(sample: Sample) -> dict[Key, str]:
    return {IN_EVENT[term][0]: name for name in sample.events for term in IN_EVENT if name.endswith(f"/{term}")}


def _bands(profile: Profile, sample: Sample) -> dict[Key, Band]:
    bands = {**AT_ANY_TIME, ("CHEM", "CREAT"): BASELINE_CREATININE, **(ON_IL2 if sample.on_il2 else {})}
    for name in sample.events:
        for term, (key, men, women) in IN_EVENT.items():
            if name.endswith(f"/{term}"):
                bands[key] = men if profile.sex == "M" else women
    return bands


def _limits(key: Key, sex: str) -> Limits:
    return next(limits for limits in LIMITS[key] if limits.sex in ("BOTH", sex))


#: Tests that follow another one of the sample: share of it that is usual.
FOLLOWS: Mapping[Key, tuple[Key, float]] = {
    ("HEM", "HCT"): (("HEM", "HGB"), 3.0),
    ("HEM", "RBC"): (("HEM", "HGB"), 0.33),
    ("HEM", "NEUT"): (("HEM", "WBC"), 0.62),
    ("HEM", "LYM"): (("HEM", "WBC"), 0.22),
    ("HEM", "MONO"): (("HEM", "WBC"), 0.06),
    ("HEM", "EOS"): (("HEM", "WBC"), 0.02),
    ("HEM", "BASO"): (("HEM", "WBC"), 0.005),
    ("CHEM", "BILDIR"): (("CHEM", "BILI"), 0.2),
}


def _value(
    rng: Random, key: Key, limits: Limits, bands: Mapping[Key, Band], values: Mapping[Key, Decimal]
) -> Decimal:
    leader, share = FOLLOWS.get(key, (key, 0.0))
    if key in bands:
        low, high = bands[key]
        number = rng.uniform(low, high)
    elif leader in values:
        number = float(values[leader]) * share
    else:
        low, high = float(limits.lln), float(limits.uln)
        number = min(max(rng.gauss(low + 0.5 * (high - low), 0.13 * (high - low)), low), high)
    return Decimal(f"{number:.{_decimals(limits)}f}")


def _decimals(limits: Limits) -> int:
    return len(limits.uln.partition(".")[2])
