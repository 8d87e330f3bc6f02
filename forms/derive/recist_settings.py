"""The settings of the response rules (recist.md 14): what a protocol may choose, with the defaults of this study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from forms import study
from forms.derive.words import number_words

CHOICES: dict[str, tuple[str, ...]] = {
    "reappear_after_cr": ("PD", "SUM"),
    "orr_denominator": ("treated", "evaluable"),
    "pfs_start": ("first_dose", "registration", "consent"),
    "km_ci": ("loglog", "log"),
}
# The names that analysis programs give to the same settings.
ANALYSIS_NAMES = {
    "confirmation_required": "confirm_required",
    "confirmation_window_days": "confirm_days",
    "ref_window_days": "sd_min_days",
    "accept_sd": "sd_between_pr",
    "schedule_days": "scan_interval_days",
}
_TRUE, _FALSE = ("Y", "YES", "TRUE", "T", "1"), ("N", "NO", "FALSE", "F", "0")


@dataclass(frozen=True)
class ResponseSettings:
    """What the guideline leaves to the protocol; `scan_interval_days` is None where no schedule is to be judged.

    `reappear_after_cr` SUM leaves disease seen again after CR to the sum rule: recist.md 5.1 and 6.2 do not apply.
    """

    confirm_required: bool = study.CONFIRMATION_REQUIRED.value
    confirm_days: int = study.CONFIRM_DAYS.value
    sd_min_days: int = study.SD_MIN_DAYS.value
    max_ne: int = 1
    sd_between_pr: int = 0
    pr_carry_forward: bool = False
    reappear_after_cr: str = "PD"
    node_reappear_mm: Decimal = Decimal(10)
    tstm_mm: Decimal = study.TSTM_MM.value
    bor_stop_at_new_therapy: bool = True
    orr_denominator: str = "treated"
    pfs_start: str = "first_dose"
    censor_new_therapy: bool = True
    missed_assessments: int = 2
    scan_interval_days: int | None = None
    scan_window_days: int = 0
    day_plus_one: bool = False
    month_days: Decimal = study.DAYS_PER_MONTH.value
    km_ci: str = "loglog"
    ci_level: Decimal = Decimal("0.95")
    missing_as_ne: bool = True
    pd_cut_date: dt.date | None = None


DEFAULTS = ResponseSettings()


def with_setting(settings: ResponseSettings, name: str, text: str) -> ResponseSettings:
    """The settings with one of them read from text; ValueError with a sentence for a name or value that is none."""
    own = ANALYSIS_NAMES.get(name, name)
    if own not in _KINDS:
        raise ValueError(f"'{name}' is no setting; there are {', '.join(sorted(_KINDS))}")
    if name == "accept_sd":
        return replace(settings, sd_between_pr=int(_truth(text)))
    read = _PARSERS[_KINDS[own]]
    changed: dict[str, Any] = {own: _choice(own, text) if own in CHOICES else read(text)}
    if (own == "ci_level" and not 0 < changed[own] < 1) or (own == "month_days" and not changed[own]):
        raise ValueError(f"'{text}' is out of range")
    return replace(settings, **changed)


def days_from(start: dt.date, end: dt.date, settings: ResponseSettings) -> int:
    """Days of a time to event: end - start, and one more where the study counts both days (recist.md 11)."""
    return (end - start).days + settings.day_plus_one


def months_from(start: dt.date, end: dt.date, settings: ResponseSettings) -> Decimal:
    """The same in months of 30.4375 days, unrounded."""
    return days_from(start, end, settings) / settings.month_days


def _choice(name: str, text: str) -> str:
    found = next((choice for choice in CHOICES[name] if choice.lower() == text.strip().lower()), None)
    if found is None:
        raise ValueError(f"'{text}' is none of {', '.join(CHOICES[name])}")
    return found


def _truth(text: str) -> bool:
    word = text.strip().upper()
    if word not in _TRUE + _FALSE:
        raise ValueError(f"'{text}' is neither Y nor N")
    return word in _TRUE


def _count(text: str) -> int:
    word = text.strip()
    if not (word.isascii() and word.isdigit() and len(word) <= 6):
        raise ValueError(f"'{text}' is no whole number from 0 to {number_words(999999)}")
    return int(word)


def _optional_count(text: str) -> int | None:
    return None if text.strip().lower() in ("", "none") else _count(text)


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise ValueError(f"'{text}' is no number of 0 or more")
    return value


def _optional_day(text: str) -> dt.date | None:
    return None if text.strip().lower() in ("", "none") else read_day(text)


def read_day(text: str) -> dt.date:
    """A full ISO date, such as 2024-03-09; ValueError with a sentence otherwise."""
    word = text.strip()
    try:
        if len(word) != len("2024-03-09"):
            raise ValueError
        return dt.date.fromisoformat(word)
    except ValueError:
        raise ValueError(f"'{text}' is no date of the form 2024-03-09") from None


_KINDS = {field.name: str(field.type) for field in fields(ResponseSettings)}
_PARSERS: dict[str, Callable[[str], object]] = {
    "bool": _truth,
    "int": _count,
    "int | None": _optional_count,
    "Decimal": _number,
    "dt.date | None": _optional_day,
    "str": str,
}
