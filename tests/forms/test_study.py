"""Constants of the protocol and what of them is assumed."""

import datetime as dt

import pytest

from forms import study


@pytest.mark.parametrize(
    ("key", "value", "assumed"),
    [
        ("study_id", "NCT03991130", False),
        ("max_subjects", 25, False),
        ("start_date", dt.date(2019, 5, 23), False),
        ("course_length", 35, False),
        ("nivolumab_dose", 480, False),
        ("il2_interval", 8, False),
        ("il2_max_doses", 14, False),
        ("il2_admission_days", {1: (8, 12), 2: (22, 28)}, False),
        ("il2_dose_level", 600000, True),
        ("il2_infusion", 15, True),
        ("nivolumab_infusion", 30, True),
        ("ae_window", 90, False),
        ("max_courses", None, False),
        ("registration_to_first_dose", 14, True),
    ],
)
def test_settings_say_whether_the_protocol_must_confirm_them(key: str, value: object, assumed: bool) -> None:
    setting = study.SETTINGS[key]
    assert (setting.value, setting.assumed) == (value, assumed)


def test_every_setting_has_a_label_and_a_source() -> None:
    assert all(setting.label and setting.source for setting in study.SETTINGS.values())


def test_participant_numbers() -> None:
    number = study.subject_number(study.SITES[0].code, 4)
    assert (number, study.usubjid(number)) == ("001-004", "NCT03991130-001-004")
