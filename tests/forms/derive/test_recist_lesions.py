"""Which lesions may be targets at baseline, at each limit and 0.1 mm to either side (recist.md 2 and 3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from forms.derive.recist_lesions import (
    MEASURABLE,
    NON_MEASURABLE,
    NON_TARGET_NODE,
    NORMAL_NODE,
    BaselineLesion,
    choice_faults,
    measurability,
)

LIVER = BaselineLesion("LIVER", False, "CT", Decimal(30), Decimal(5))
NODE = BaselineLesion("LYMPH NODE", True, "CT", Decimal(20), Decimal(5))


def lesion(organ: str, method: str, mm: str, slice_mm: str | None = None) -> BaselineLesion:
    return BaselineLesion(organ, False, method, Decimal(mm), None if slice_mm is None else Decimal(slice_mm))


@pytest.mark.parametrize(
    ("what", "given", "kind"),
    [
        ("liver on CT, 5 mm slices, 9.9 mm", lesion("LIVER", "CT", "9.9", "5"), NON_MEASURABLE),
        ("liver on CT, 5 mm slices, 10 mm", lesion("LIVER", "CT", "10", "5"), MEASURABLE),
        ("liver on CT, 5 mm slices, 10.1 mm", lesion("LIVER", "CT", "10.1", "5"), MEASURABLE),
        ("brain on MRI, slices unknown, 10 mm", lesion("BRAIN", "MRI", "10"), MEASURABLE),
        ("liver on CT, 5.1 mm slices, 10.1 mm", lesion("LIVER", "CT", "10.1", "5.1"), NON_MEASURABLE),
        ("liver on CT, 5.1 mm slices, 10.2 mm", lesion("LIVER", "CT", "10.2", "5.1"), MEASURABLE),
        ("liver on CT, 8 mm slices, 15.9 mm", lesion("LIVER", "CT", "15.9", "8"), NON_MEASURABLE),
        ("liver on CT, 8 mm slices, 16 mm", lesion("LIVER", "CT", "16", "8"), MEASURABLE),
        ("liver on CT, 8 mm slices, 16.1 mm", lesion("LIVER", "CT", "16.1", "8"), MEASURABLE),
        ("skin by caliper, 9.9 mm", lesion("SKIN", "CALIPER", "9.9"), NON_MEASURABLE),
        ("skin by caliper, 10 mm", lesion("SKIN", "CALIPER", "10"), MEASURABLE),
        ("skin by caliper, 10.1 mm", lesion("SKIN", "CALIPER", "10.1"), MEASURABLE),
        ("lung on chest X-ray, 19.9 mm", lesion("LUNG", "X-RAY", "19.9"), NON_MEASURABLE),
        ("lung on chest X-ray, 20 mm", lesion("LUNG", "X-RAY", "20"), MEASURABLE),
        ("lung on chest X-ray, 20.1 mm", lesion("LUNG", "X-RAY", "20.1"), MEASURABLE),
        ("node of 9.9 mm short axis is normal", replace(NODE, diameter_mm=Decimal("9.9")), NORMAL_NODE),
        ("node of 10 mm is pathological, not a target", replace(NODE, diameter_mm=Decimal(10)), NON_TARGET_NODE),
        ("node of 10.1 mm", replace(NODE, diameter_mm=Decimal("10.1")), NON_TARGET_NODE),
        ("node of 14.9 mm", replace(NODE, diameter_mm=Decimal("14.9")), NON_TARGET_NODE),
        ("node of 15 mm may be a target", replace(NODE, diameter_mm=Decimal(15)), MEASURABLE),
        ("node of 15.1 mm", replace(NODE, diameter_mm=Decimal("15.1")), MEASURABLE),
        ("large by ultrasound alone", lesion("LIVER", "ULTRASOUND", "80"), NON_MEASURABLE),
        ("large by endoscopy alone", lesion("STOMACH", "ENDOSCOPY", "80"), NON_MEASURABLE),
        ("large by PET alone", lesion("LIVER", "PET", "80"), NON_MEASURABLE),
        ("bone", lesion("BONE", "CT", "80", "5"), NON_MEASURABLE),
        ("pleural effusion", lesion("EFFUSION", "CT", "80", "5"), NON_MEASURABLE),
        ("ascites", lesion("ASCITES", "CT", "80", "5"), NON_MEASURABLE),
        ("leptomeningeal disease", lesion("LEPTOMENINGEAL", "MRI", "80", "5"), NON_MEASURABLE),
        ("lymphangitic spread", lesion("LYMPHANGITIC SPREAD", "CT", "80", "5"), NON_MEASURABLE),
        ("inflammatory breast", lesion("INFLAMMATORY BREAST", "CALIPER", "80"), NON_MEASURABLE),
        ("a simple cyst is no disease", lesion("SIMPLE CYST", "CT", "80", "5"), NON_MEASURABLE),
        ("irradiated, not progressed since", replace(LIVER, treated_locally=True), NON_MEASURABLE),
        ("irradiated, progressed since", replace(LIVER, treated_locally=True, progressed_since=True), MEASURABLE),
        ("not measured", replace(LIVER, diameter_mm=None), NON_MEASURABLE),
    ],
)
def test_measurable_at_baseline(what: str, given: BaselineLesion, kind: str) -> None:
    found = measurability(given)
    assert found.kind == kind
    assert found.rule.startswith("2 ") and found.sentence.endswith(".")


LUNG, BRAIN = replace(LIVER, organ="LUNG"), replace(LIVER, organ="BRAIN")


@pytest.mark.parametrize(
    ("what", "targets", "faults"),
    [
        ("five targets, two of an organ", [LIVER, LIVER, LUNG, LUNG, NODE], []),
        ("six targets", [LIVER, LIVER, LUNG, LUNG, NODE, NODE], ["6 targets; at most 5."]),
        ("three in the liver", [LIVER] * 3, ["3 targets in LIVER; at most 2."]),
        (
            "nodes of three stations are one organ",
            [NODE, replace(NODE, organ="NECK"), replace(NODE, organ="GROIN")],
            ["3 targets in LYMPH NODE; at most 2."],
        ),
        (
            "a target below the limit",
            [BRAIN, replace(LIVER, diameter_mm=Decimal("9.9"))],
            ["Target 2: Longest diameter 9.9 mm is below the limit of 10 mm."],
        ),
        ("no target at all is an eligibility matter", [], []),
    ],
)
def test_choice_of_targets(what: str, targets: list[BaselineLesion], faults: list[str]) -> None:
    assert choice_faults(targets) == faults
