"""The settings of the response rules: defaults and reading from text (recist.md 14)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from forms.derive.recist_settings import DEFAULTS, with_setting


def test_defaults_of_the_specification() -> None:
    assert DEFAULTS.__dict__ == {
        "confirm_required": True, "confirm_days": 28, "sd_min_days": 42, "max_ne": 1, "sd_between_pr": 0,
        "pr_carry_forward": False, "reappear_after_cr": "PD", "node_reappear_mm": 10, "tstm_mm": 5,
        "bor_stop_at_new_therapy": True, "orr_denominator": "treated", "pfs_start": "first_dose",
        "censor_new_therapy": True, "missed_assessments": 2, "scan_interval_days": None, "scan_window_days": 0,
        "day_plus_one": False, "month_days": Decimal("30.4375"), "km_ci": "loglog", "ci_level": Decimal("0.95"),
        "missing_as_ne": True, "pd_cut_date": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "own", "value"),
    [
        ("confirm_required", "no", "confirm_required", False),
        ("confirmation_required", "FALSE", "confirm_required", False),
        ("confirmation_window_days", "56", "confirm_days", 56),
        ("ref_window_days", "0", "sd_min_days", 0),
        ("accept_sd", "Y", "sd_between_pr", 1),
        ("accept_sd", "0", "sd_between_pr", 0),
        ("schedule_days", "84", "scan_interval_days", 84),
        ("scan_interval_days", "", "scan_interval_days", None),
        ("tstm_mm", "4.5", "tstm_mm", Decimal("4.5")),
        ("orr_denominator", "Evaluable", "orr_denominator", "evaluable"),
        ("pd_cut_date", "2024-03-09", "pd_cut_date", dt.date(2024, 3, 9)),
        ("missing_as_ne", "n", "missing_as_ne", False),
        ("pd_cut_date", "None", "pd_cut_date", None),
        ("pd_cut_date", " ", "pd_cut_date", None),
        ("scan_interval_days", "NONE", "scan_interval_days", None),
        ("confirm_days", "999999", "confirm_days", 999999),
        ("ci_level", "0.9", "ci_level", Decimal("0.9")),
        ("month_days", "30", "month_days", Decimal(30)),
        ("tstm_mm", "0", "tstm_mm", Decimal(0)),
    ],
)
def test_a_setting_is_read_from_text(name: str, text: str, own: str, value: object) -> None:
    assert getattr(with_setting(DEFAULTS, name, text), own) == value


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("confirm_day", "28", "'confirm_day' is no setting; there are bor_stop_at_new_therapy, censor_new_therapy, ci_l"),
        ("confirm_days", "4 weeks", "'4 weeks' is no whole number from 0 to 999,999$"),
        ("confirm_days", "1000000", "'1000000' is no whole number"),
        ("tstm_mm", "five", "'five' is no number of 0 or more$"),
        ("tstm_mm", "-0.1", "'-0.1' is no number"),
        ("ci_level", "0", "'0' is out of range"),
        ("ci_level", "1", "'1' is out of range"),
        ("confirm_days", "-1", "'-1' is no whole number"),
        ("confirm_required", "maybe", "'maybe' is neither Y nor N"),
        ("tstm_mm", "NaN", "'NaN' is no number"),
        ("ci_level", "95", "'95' is out of range"),
        ("month_days", "0", "'0' is out of range"),
        ("km_ci", "plain", "'plain' is none of loglog, log"),
        ("pd_cut_date", "2024-02-30", "'2024-02-30' is no date"),
        ("pd_cut_date", "20240209", "'20240209' is no date"),
    ],
)
def test_what_is_no_setting_is_refused(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        with_setting(DEFAULTS, name, text)
