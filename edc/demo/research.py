"""Made-up nivolumab doses, archived tissue and research blood."""

from __future__ import annotations

import datetime as dt
from random import Random

from edc.demo.entry import Page
from edc.demo.profiles import Profile

NIVOLUMAB_AT = dt.time(9, 0)
BLOOD_BEFORE = dt.timedelta(minutes=40)
LOCATIONS = {"001": "UCSD Jacobs Medical Center"}


def nivolumab_page(rng: Random, profile: Profile, visit: str, day: dt.date) -> Page:
    """A dose of 480 mg in half an hour."""
    start = dt.datetime.combine(day, NIVOLUMAB_AT) + dt.timedelta(minutes=5 * rng.randrange(12))
    end = start + dt.timedelta(minutes=rng.randrange(28, 36))
    typed = {
        "given": "Y", "start_dt": f"{start:%Y-%m-%d %H:%M}", "end_dt": f"{end:%Y-%m-%d %H:%M}", "dose_mg": "480",
        "interrupted": "N", "lot": f"NV{rng.randrange(10000, 100000)}", "premedication": "N",
    }  # fmt: skip
    if profile.site in LOCATIONS:
        typed["location"] = LOCATIONS[profile.site]
    return Page(f"{visit}/NIVO", "NIVO", typed, visit=visit)


def blood_page(profile: Profile, visit: str, taken: dt.datetime) -> Page:
    """A tube of blood, stored for the flow laboratory."""
    processed = taken + dt.timedelta(hours=3)
    typed = {
        "collected": "Y", "sample_dt": f"{taken:%Y-%m-%d %H:%M}", "sample_id": f"B{profile.code}-{visit}",
        "tube_type": "EDTA", "volume_ml": "20", "processing_dt": f"{processed:%Y-%m-%d %H:%M}",
        "storage": "LIQUID NITROGEN",
    }  # fmt: skip
    return Page(f"{visit}/BIOB", "BIOB", typed, visit=visit)


def tissue_page(rng: Random, profile: Profile) -> Page:
    """Archived tissue, with PD-L1 of some."""
    taken = profile.consent_on - dt.timedelta(days=rng.randrange(200, 900))
    typed = {
        "tissue_available": "Y", "specimen_id": f"T{profile.code}", "biopsy_date": f"{taken:%Y-%m}",
        "site_of_biopsy": "KIDNEY" if profile.is_renal else "SKIN", "primary_or_met": "PRIMARY", "fixation": "FFPE",
        "block_or_slides": "SLIDES", "pdl1_done": "N", "tmb_done": "N",
    }  # fmt: skip
    if rng.random() < 0.6:
        typed |= {
            "pdl1_done": "Y", "pdl1_assay": "22C3", "pdl1_score_type": "TPS",
            "pdl1_value": str(rng.choice((0, 1, 5, 10, 40, 80))),
            "result_date": (profile.consent_on + dt.timedelta(days=5)).isoformat(),
        }  # fmt: skip
    return Page("SCR/BIOT", "BIOT", typed, visit="SCR")
