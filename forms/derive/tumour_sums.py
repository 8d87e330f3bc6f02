"""Sums of target lesions and their change from baseline and nadir (DER-17; RECIST 1.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from forms import study

MEASURED, ABSENT, TSTM = "MEASURED", "ABSENT", "TSTM"
NOT_EVALUABLE, MERGED, SPLIT = "NOT_EVALUABLE", "MERGED", "SPLIT"

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Reading:
    """One target at one time point: its state and diameters in mm (of a node the short axis)."""

    state: str | None
    diameter_mm: Decimal | None = None
    fragments_mm: tuple[Decimal, ...] = ()
    merged_into: str | None = None


@dataclass(frozen=True)
class TimePoint:
    """The readings of all targets at one assessment, by lesion id; a lesion without a reading is missing."""

    key: str
    readings: Mapping[str, Reading] = field(default_factory=dict)


@dataclass(frozen=True)
class Sums:
    """The sum of a time point against baseline and nadir; nothing is rounded.

    An incomplete sum has no value, so no change either; `measured_mm` still adds what was measured. `nadir_mm` is the
    smallest complete sum before this time point, baseline included; `nadir_key` is its time point ("" = baseline).
    """

    key: str
    values: Mapping[str, Decimal | None]
    measured_mm: Decimal
    missing: tuple[str, ...]
    baseline_mm: Decimal | None
    nadir_mm: Decimal | None
    nadir_key: str

    @property
    def sum_mm(self) -> Decimal | None:
        """The sum of all targets, or None when one is missing or there are none."""
        return None if self.missing or not self.values else self.measured_mm

    @property
    def abs_baseline(self) -> Decimal | None:
        """Millimetres above (positive) or below baseline."""
        return _difference(self.sum_mm, self.baseline_mm)

    @property
    def pct_baseline(self) -> Decimal | None:
        """Change from baseline in percent of baseline (PCBSD)."""
        return _percent(self.abs_baseline, self.baseline_mm)

    @property
    def abs_nadir(self) -> Decimal | None:
        """Millimetres above (positive) or below the nadir (ACNSD)."""
        return _difference(self.sum_mm, self.nadir_mm)

    @property
    def pct_nadir(self) -> Decimal | None:
        """Change from the nadir in percent of it (PCNSD); None for a nadir of 0."""
        return _percent(self.abs_nadir, self.nadir_mm)


def reading_value(reading: Reading | None, tstm_mm: Decimal = study.TSTM_MM.value) -> Decimal | None:
    """What a target adds to the sum: None when it is missing, 0 when it is gone or merged into another target.

    Too small to measure counts `tstm_mm` unless a smaller number was given; fragments add up.
    """
    if reading is None:
        return None
    match reading.state:
        case "MEASURED":
            return reading.diameter_mm
        case "ABSENT" | "MERGED":
            return _ZERO
        case "TSTM":
            return tstm_mm if reading.diameter_mm is None else min(reading.diameter_mm, tstm_mm)
        case "SPLIT":
            return sum(reading.fragments_mm, _ZERO) if reading.fragments_mm else None
    return None


def baseline_sum(baseline: Mapping[str, Decimal | None]) -> Decimal | None:
    """The sum of all target diameters at baseline; None when one is missing or there are no targets."""
    known = [value for value in baseline.values() if value is not None]
    return sum(known, _ZERO) if baseline and len(known) == len(baseline) else None


def target_sums(
    baseline: Mapping[str, Decimal | None], time_points: Iterable[TimePoint], *, tstm_mm: Decimal = study.TSTM_MM.value
) -> list[Sums]:
    """The sums of time points given in the order of their scans; incomplete sums never become the nadir."""
    start = baseline_sum(baseline)
    complete: list[tuple[Decimal, str]] = [] if start is None else [(start, "")]
    result = []
    for point in time_points:
        values = {target: reading_value(point.readings.get(target), tstm_mm) for target in baseline}
        sums = _sums(point.key, values, start, min(complete, key=lambda pair: pair[0], default=None))
        result.append(sums)
        if sums.sum_mm is not None:
            complete.append((sums.sum_mm, point.key))
    return result


def _sums(
    key: str, values: Mapping[str, Decimal | None], start: Decimal | None, nadir: tuple[Decimal, str] | None
) -> Sums:
    known = [value for value in values.values() if value is not None]
    missing = tuple(target for target, value in values.items() if value is None)
    nadir_mm, nadir_key = nadir or (None, "")
    return Sums(key, values, sum(known, _ZERO), missing, start, nadir_mm, nadir_key)


def _difference(value: Decimal | None, reference: Decimal | None) -> Decimal | None:
    return None if value is None or reference is None else value - reference


def _percent(change: Decimal | None, reference: Decimal | None) -> Decimal | None:
    return None if change is None or not reference else change * 100 / reference


def shown_percent(percent: Decimal | None) -> str:
    """A percent change for the eye: sign and one decimal, such as -48.9 %; never for a comparison."""
    if percent is None:
        return ""
    rounded = percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{rounded:+} %" if rounded else "0.0 %"
