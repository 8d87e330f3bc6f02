"""The arithmetic of derived values in words, and the rules of heart, measures and courses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.derive import body, dosing, heart
from forms.derive.dosing import GIVEN, HELD, Slot
from forms.derive.measures import HEIGHT, TEMPERATURE, WEIGHT, shown_standard
from forms.derive.words import number_words, rounded


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        ("49440000", None, "49,440,000"), ("82.40", None, "82.4"), ("82.0", None, "82"), ("100", None, "100"),
        ("26.006", 1, "26.0"), ("2.0184", 2, "2.02"), ("0.45359237", None, "0.45359237"), ("-0.5", None, "-0.5"),
    ],
)  # fmt: skip
def test_numbers_read_as_people_write_them(value, places, words):
    assert number_words(Decimal(value), places) == words


@pytest.mark.parametrize(("value", "result"), [("2.345", "2.35"), ("-2.345", "-2.35"), ("2.3449", "2.34")])
def test_halves_are_rounded_away_from_zero(value, result):
    assert rounded(Decimal(value), 2) == Decimal(result)


SLOTS = [
    Slot(1, GIVEN, "2024-03-11T14:00", 49440000), Slot(2, GIVEN, "2024-03-11T22:00", 49440000),
    Slot(3, HELD, None, None), Slot(4, GIVEN, "2024-03-16T14:00", 24000000),
]  # fmt: skip
DAY_ONE = dosing.interval("2024-03-04").earliest.date()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (lambda: dosing.calculated_dose_words(Decimal("82.4"), 600000), "82.4 kg x 600,000 IU/kg = 49,440,000 IU"),
        (lambda: dosing.cumulative_iu_words(SLOTS), "2 x 49,440,000 IU + 1 x 24,000,000 IU = 122,880,000 IU"),
        (lambda: dosing.cumulative_iu_words([Slot(1, GIVEN), *SLOTS]), None),
        (lambda: dosing.cumulative_iu_words([]), None),
        (lambda: dosing.percent_of_planned_words([9]), "9 of 14 planned doses = 64.3 %"),
        (lambda: dosing.percent_of_planned_words([9, 7], 2), "9 + 7 = 16 of 28 planned doses = 57.1 %"),
        (lambda: dosing.rest_words("2024-03-15T22:00", "2024-03-25T10:00", Decimal(228)),
         "2024-03-15 22:00 to 2024-03-25 10:00 = 228.0 h (9.5 days)"),
        (lambda: dosing.dosing_days(SLOTS, DAY_ONE, 1).words(1),
         "2 of 3 doses on course days 8-12 = 66.7 %; slot 4 on day 13"),
        (lambda: dosing.dosing_days(SLOTS, DAY_ONE, 1).listed, "8, 13"),
        (lambda: dosing.course_words(2, [9, 7]), "2 of 2 nivolumab doses; IL-2 doses: 9 in admission 1 and 7 in admission 2"),
        (lambda: body.bmi_words(Decimal(178), Decimal("82.4")), "82.4 kg / (1.78 m)^2 = 26.0 kg/m2"),
        (lambda: body.bsa_words(Decimal(178), Decimal("82.4")), "square root of (178 cm x 82.4 kg / 3600) = 2.02 m2"),
        (lambda: heart.qtcf_words(400, 75), "400 ms / cube root of (60 / 75) = 430.9 ms"),
        (lambda: HEIGHT.words(Decimal("70.1"), "in"), "70.1 in x 2.54 = 178.05 cm"),
        (lambda: HEIGHT.words(Decimal("178"), "cm"), None),
        (lambda: WEIGHT.words(Decimal("181.7"), "LB"), "181.7 lb x 0.45359237 = 82.42 kg"),
        (lambda: TEMPERATURE.words(Decimal("98.6"), "F"), "(98.6 F - 32) x 5/9 = 37.00 C"),
    ],
)  # fmt: skip
def test_arithmetic_in_words(told, words):
    assert told() == words


@pytest.mark.parametrize(
    ("qt", "rate", "corrected"), [(430, 60, "430.0"), (400, 75, "430.9"), (400, 120, "504.0"), (400, 50, "376.4"), (400, 0, None)]
)
def test_qt_is_corrected_by_the_cube_root_of_the_interval(qt, rate, corrected):
    found = heart.qtcf(qt, rate)
    assert (found if found is None else str(rounded(found, 1))) == corrected


@pytest.mark.parametrize(
    ("infusions", "slots", "complete"),
    [
        (2, [9, 7], True), (2, [1, 1], True), (1, [9, 7], False), (2, [9, 0], False), (2, [0, 7], False), (2, [9], False),
    ],
)  # fmt: skip
def test_a_course_is_complete_with_both_infusions_and_a_dose_in_each_admission(infusions, slots, complete):
    assert dosing.is_course_complete(infusions, slots) is complete


@pytest.mark.parametrize(
    ("measure", "value", "unit", "standard"),
    [
        (HEIGHT, "178", "cm", "178"), (HEIGHT, "70", "in", "177.80"), (WEIGHT, "82.4", "kg", "82.4"),
        (WEIGHT, "100", "LB", "45.36"), (TEMPERATURE, "37.0", "C", "37.0"), (TEMPERATURE, "100.4", "F", "38.00"),
    ],
)  # fmt: skip
def test_a_value_in_the_standard_unit_stays_as_typed_and_others_have_two_decimals(measure, value, unit, standard):
    assert str(shown_standard(Decimal(value), measure, unit)) == standard


@pytest.mark.parametrize(
    ("measure", "value", "unit", "usual", "fits_other"),
    [
        (HEIGHT, "120", "cm", True, False), (HEIGHT, "119.9", "cm", False, False), (HEIGHT, "220", "cm", True, False),
        (HEIGHT, "220.1", "cm", False, False), (HEIGHT, "68", "cm", False, True), (HEIGHT, "178", "in", False, True),
        (WEIGHT, "250", "kg", False, True), (WEIGHT, "200", "kg", True, False), (WEIGHT, "35", "kg", True, False),
        (WEIGHT, "34.9", "kg", False, False), (WEIGHT, "70", "LB", False, True), (TEMPERATURE, "98.6", "C", False, True),
        (TEMPERATURE, "37", "F", False, True), (TEMPERATURE, "3.84", "C", False, False),
        (TEMPERATURE, "107.6", "F", True, False), (TEMPERATURE, "93.2", "F", True, False),
        (TEMPERATURE, "107.7", "F", False, False),
    ],
)  # fmt: skip
def test_usual_values_and_values_of_the_other_unit(measure, value, unit, usual, fits_other):
    found = measure.is_usual(Decimal(value), unit), measure.fits_other_unit(Decimal(value), unit)
    assert found == (usual, fits_other)
