"""The protocol's constants: what the registration text says, and what was assumed until the protocol confirms it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One value of the protocol with its unit and source; `assumed` until checked against the full protocol."""

    value: T
    unit: str = ""
    source: str = "registration text"
    assumed: bool = False
    label: str = ""


def _assumed(value: T, unit: str = "", source: str = "common practice", *, label: str) -> Setting[T]:
    return Setting(value, unit, source, True, label)


def _stated(value: T, unit: str = "", *, label: str) -> Setting[T]:
    return Setting(value, unit, label=label)


STUDY_ID = _stated("NCT03991130", label="Study")
TITLE = _stated(
    "High Dose IL-2 in Combination With Anti-PD-1 to Overcome Anti-PD-1 Resistance in Metastatic Melanoma and "
    "Renal Cell Carcinoma",
    label="Title",
)
OTHER_IDS = _stated(("UCSD IIT HD IL-2",), label="Other identifiers")
OBSOLETE_IDS = _stated(("NCT03889782",), label="Obsolete identifiers")
PHASE = _stated("2", label="Phase")
DESIGN = _stated(
    "Single arm, open label, non-randomised, treatment, FDA-regulated drug, no device",
    label="Design",
)
ARM_CODE = _assumed("NIVOIL2", source="named here", label="Arm code")
ARM = _stated("High Dose IL-2 and Nivolumab", label="Arm")
MAX_SUBJECTS = _stated(25, "participants", label="Participants registered at most")
MIN_AGE = _stated(18, "years", label="Lowest age at consent")
STUDY_DURATION = _stated(48, "months", label="Study duration")
START_DATE = _stated(dt.date(2019, 5, 23), label="Start")
PRIMARY_COMPLETION = _stated("2022-08", label="Primary completion")
COMPLETION = _stated("2024-08", label="Completion")
COURSE_LENGTH = _stated(35, "days", label="Course length")
NIVOLUMAB_DOSE = _stated(Decimal(480), "mg", label="Nivolumab dose")
NIVOLUMAB_ROUTE = _stated("INTRAVENOUS", label="Nivolumab route")
NIVOLUMAB_DAYS = _stated((1, 35), "course day", label="Nivolumab days")
NIVOLUMAB_INFUSION = _assumed(30, "min", "label", label="Nivolumab infusion")
NIVOLUMAB_MIN_GAP = _assumed(28, "days", label="Shortest distance between nivolumab doses")
IL2_INTERVAL = _stated(8, "h", label="IL-2 interval")
IL2_MAX_DOSES = _stated(14, "doses", label="IL-2 doses per admission at most")
IL2_ADMISSIONS = _stated(2, "admissions", label="IL-2 admissions per course")
IL2_ADMISSION_DAYS = _stated({1: (8, 12), 2: (22, 28)}, "course day", label="Days of the IL-2 admissions")
IL2_DOSE_LEVEL = _assumed(600000, "IU/kg", "text says only 'standard HD IL-2'", label="IL-2 dose level")
IL2_DOSE_LEVELS = _assumed((600000, 720000), "IU/kg", "published high-dose regimens", label="IL-2 dose levels offered")
IL2_INFUSION = _assumed(15, "min", "label", label="IL-2 infusion")
IL2_DOSE_TOLERANCE = _assumed(Decimal(5), "%", label="Difference from the calculated dose without a query")
RESPONSE_SCAN_OFFSET = _stated(28, "days", label="Response scan after day-35 nivolumab")
AE_WINDOW = _stated(90, "days", label="Adverse events after the last study treatment")
ORR_HORIZON = _stated(3, "years", label="Response follow-up after the last study treatment")
PFS_LANDMARK = _stated(12, "months", label="PFS landmark")
PFS_LANDMARK_WINDOW = _stated(3, "months", label="Window of the PFS landmark, before and after")
MAX_COURSES: Setting[int | None] = Setting(None, "courses", "not stated", False, "Courses at most")
CTCAE_VERSION = _stated("5.0", label="CTCAE version")
RESPONSE_CRITERIA = _stated("RECIST 1.1", label="Response criteria")
REGISTRATION_TO_FIRST_DOSE = _assumed(14, "days", label="First dose after registration at most")
ELIGIBILITY_WINDOW = _stated(28, "days", label="Eligibility assessments before registration")
LATE_ENTRY = _assumed(7, "days", label="Time to enter a visit that appeared after its window")
SAE_CLOCK = _assumed(24, "h", label="Serious event to the sponsor after awareness")
STEROID_LIMIT = _stated(Decimal(10), "mg/day", label="Prednisone equivalent at most")
G_CSF_FREE = _assumed(14, "days", label="Without G-CSF before the neutrophil count of eligibility")
DEVIATION_ANSWER = _assumed(14, "days", label="Answer to an offered deviation")
PREGNANCY_TEST_WINDOW = _assumed(72, "h", label="Pregnancy test before dosing")

# Settings of the response derivations (RECIST 1.1).
CONFIRMATION_REQUIRED = _assumed(True, "", "single arm, response is primary", label="Response must be confirmed")
CONFIRM_DAYS = _assumed(28, "days", "RECIST 1.1", label="Confirmation after at least")
SD_MIN_DAYS = _assumed(42, "days", "RECIST 1.1", label="Stable disease from the first dose at least")
TSTM_MM = _assumed(Decimal(5), "mm", "RECIST 1.1", label="Value of a lesion too small to measure")
DERIVED_AFTER_ANSWER = _assumed(
    True, "", "an independent reading", label="Derived response only once the investigator has answered"
)
DAYS_PER_YEAR = _assumed(Decimal("365.25"), "days", label="One year in time-to-event analyses")
DAYS_PER_MONTH = _assumed(Decimal("30.4375"), "days", label="One month in time-to-event analyses")

SETTINGS: dict[str, Setting[object]] = {
    name.lower(): setting for name, setting in list(globals().items()) if isinstance(setting, Setting)
}


@dataclass(frozen=True)
class Site:
    """A site of the study; `treatment_locations` belong to it and are no sites of their own."""

    code: str
    name: str
    city: str
    country: str
    timezone: str
    treatment_locations: tuple[str, ...] = ()


SITES = (
    Site("001", "UC San Diego Moores Cancer Center", "La Jolla", "US", "America/Los_Angeles",
         ("UCSD Jacobs Medical Center",)),
)  # fmt: skip


def subject_number(site_code: str, sequence: int) -> str:
    """The number of a participant, such as 001-004; given once, never reused."""
    return f"{site_code}-{sequence:03d}"


def usubjid(subject: str) -> str:
    """The identifier of a participant across studies, such as NCT03991130-001-004."""
    return f"{STUDY_ID.value}-{subject}"
