"""Made-up examinations: vital signs, physical exam, heart and lungs, and the pregnancy test where it is asked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

from edc.demo.entry import Page
from edc.demo.profiles import Profile

POSTMENOPAUSAL_AGE = 50
SCREENINGS = ("SCR", "SCR2")


def vital_signs_page(rng: Random, profile: Profile, visit: str, day: dt.date) -> Page:
    """Vital signs of a visit; the height is that of screening."""
    typed = {
        "performed": "Y", "assess_date": day.isoformat(), "time": f"07:{5 * rng.randrange(12):02d}",
        "position": "SITTING", "weight": str(profile.weight_kg), "weight_unit": "kg",
        "systolic": str(rng.randrange(108, 142)), "diastolic": str(rng.randrange(62, 88)),
        "pulse": str(rng.randrange(58, 92)), "resp_rate": str(rng.randrange(12, 19)),
        "temperature": f"36.{rng.randrange(3, 10)}", "temperature_unit": "C", "spo2": str(rng.randrange(95, 100)),
    }  # fmt: skip
    if visit in SCREENINGS:
        typed |= {"height": str(_height(rng, profile)), "height_unit": "cm"}
    return Page(f"{visit}/VS", "VS", typed, visit=visit)


def _height(rng: Random, profile: Profile) -> int:
    """A height that goes with the weight."""
    mass_index = Decimal(rng.randrange(22, 31))
    return int((profile.weight_kg / mass_index).sqrt() * 100)


def physical_exam_page(rng: Random, visit: str, day: dt.date) -> Page:
    """An examination without a finding, and a performance status of 0 or 1."""
    typed = {
        "performed": "Y", "assess_date": day.isoformat(), "abnormal_findings": "N", "ecog": str(rng.choice((0, 0, 1))),
        "ecog_date": day.isoformat(),
    }  # fmt: skip
    return Page(f"{visit}/PE", "PE", typed, visit=visit)


def cardiac_page(rng: Random, visit: str, day: dt.date) -> Page:
    """Heart and lungs: with ECG and echo at screening, by history and exam at an admission."""
    is_whole = visit in SCREENINGS
    typed = {
        "adequate_il2": "Y", "assess_date": day.isoformat(), "htn_duration": "N", "anticoag_stable": "NA",
        "basis": "HISTORY AND EXAM|ECG|ECHO" if is_whole else "HISTORY AND EXAM", "ecg_done": "Y" if is_whole else "N",
    }  # fmt: skip
    if is_whole:
        typed |= {
            "ecg_dt": f"{day.isoformat()} 11:20", "ecg_rate": str(rng.randrange(58, 80)),
            "pr": str(rng.randrange(140, 190)), "qrs": str(rng.randrange(82, 104)), "qt": str(rng.randrange(370, 410)),
            "ecg_interpretation": "NORMAL", "lvef": str(rng.randrange(55, 68)), "stress_test": "NOT DONE",
        }  # fmt: skip
    return Page(f"{visit}/CARD", "CARD", typed, visit=visit)


def is_of_childbearing_potential(profile: Profile) -> bool:
    """Whether a participant is asked for pregnancy tests."""
    return profile.sex == "F" and profile.age < POSTMENOPAUSAL_AGE


def pregnancy_page(visit: str, taken: dt.datetime) -> Page:
    """A negative test."""
    typed = {
        "performed": "Y", "sample_dt": f"{taken:%Y-%m-%d %H:%M}", "result": "NEGATIVE", "breastfeeding": "N",
        "specimen": "SERUM" if visit in SCREENINGS else "URINE",
    }  # fmt: skip
    return Page(f"{visit}/PREG", "PREG", typed, visit=visit)
