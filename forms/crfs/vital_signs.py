"""Vital signs (SDTM VS): one record per visit; what was read is kept as read, with its unit, beside the standard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal as Number

from forms import schedule
from forms.conditions import both, when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive.body import bmi, bmi_words, bsa, bsa_words
from forms.derive.dosing import difference_percent, differs_by_more_than
from forms.derive.measures import HEIGHT, MEASURES, TEMPERATURE, WEIGHT, Measure, shown_standard, unit_words
from forms.derive.words import number_words, rounded
from forms.items import Choice, Date, Decimal, Integer, Text, Time, YesNo
from forms.measured import current_height, fits_other_unit, in_standard, last_weight, was_in_hospital
from forms.views import Record, VisitView

DONE = when("performed", "Y")
AT_SCREENING = both(DONE, when("visit.kind", schedule.SCREENING))
OXYGEN_EXPECTED = when("visit.kind", schedule.SCREENING, *schedule.ADMISSION_KINDS)
MOST_WEIGHT_CHANGE = 10
HIGHEST_PRESSURE = {"systolic": 160, "diastolic": 100}


class VitalSigns(CRF, oid="VS", title="Vital signs", domain="VS", slug="vital-signs"):
    """Height, weight, blood pressure, pulse, respiration, temperature and oxygen at a visit.

    The standard values are derived always and shown where they say something: of what was read in the other unit.
    """

    performed = YesNo("Vital signs taken", required=True, sdtm="VS.VSSTAT", cdash="VSPERF")
    reason_not_done = Text(
        "Reason not done", 200, required=True, visible_if=when("performed", "N"), sdtm="VS.VSREASND", cdash="VSREASND"
    )
    assess_date = Date("Date", required=True, visible_if=DONE, after_consent=True, sdtm="VS.VSDTC", cdash="VSDAT")
    time = Time("Time", visible_if=DONE, sdtm="VS.VSDTC", cdash="VSTIM")
    position = Choice("Position", "POSITION", visible_if=DONE, sdtm="VS.VSPOS")
    height = Decimal(
        "Height", 5, 1, required=True, visible_if=AT_SCREENING, sdtm="VS.VSORRES; VSTESTCD=HEIGHT", loinc="8302-2",
    )  # fmt: skip
    height_unit = Choice("Unit of height", "HEIGHTU", required=True, visible_if=AT_SCREENING, sdtm="VS.VSORRESU")
    height_cm = Decimal(
        "Height in cm", 6, 2, derived=True, unit="cm", visible_if=when("height_unit", "in"),
        sdtm="VS.VSSTRESN; VSSTRESU=cm",
    )  # fmt: skip
    weight = Decimal(
        "Weight", 5, 1, required=True, visible_if=DONE, sdtm="VS.VSORRES; VSTESTCD=WEIGHT", loinc="29463-7"
    )
    weight_unit = Choice("Unit of weight", "WEIGHTU", required=True, visible_if=DONE, sdtm="VS.VSORRESU")
    weight_kg = Decimal(
        "Weight in kg", 6, 2, derived=True, unit="kg", visible_if=when("weight_unit", "LB"),
        sdtm="VS.VSSTRESN; VSSTRESU=kg",
    )  # fmt: skip
    systolic = Integer(
        "Systolic blood pressure", required=True, visible_if=DONE, unit="mmHg", digits=3, plausible=("80", "200"),
        sdtm="VS.VSORRES; VSTESTCD=SYSBP", loinc="8480-6",
    )  # fmt: skip
    diastolic = Integer(
        "Diastolic blood pressure", required=True, visible_if=DONE, unit="mmHg", digits=3, plausible=("40", "120"),
        sdtm="VS.VSORRES; VSTESTCD=DIABP", loinc="8462-4",
    )  # fmt: skip
    pulse = Integer(
        "Pulse", required=True, visible_if=DONE, unit="beats/min", digits=3, plausible=("40", "160"),
        sdtm="VS.VSORRES; VSTESTCD=PULSE", loinc="8867-4",
    )  # fmt: skip
    resp_rate = Integer(
        "Respiratory rate", visible_if=DONE, unit="breaths/min", digits=3, plausible=("8", "40"),
        sdtm="VS.VSORRES; VSTESTCD=RESP", loinc="9279-1",
    )  # fmt: skip
    temperature = Decimal(
        "Temperature", 4, 1, required=True, visible_if=DONE, sdtm="VS.VSORRES; VSTESTCD=TEMP", loinc="8310-5"
    )
    temperature_unit = Choice("Unit of temperature", "TEMPU", required=True, visible_if=DONE, sdtm="VS.VSORRESU")
    temperature_c = Decimal(
        "Temperature in degrees Celsius", 5, 2, derived=True, unit="C", visible_if=when("temperature_unit", "F"),
        sdtm="VS.VSSTRESN; VSSTRESU=C",
    )  # fmt: skip
    spo2 = Integer(
        "Oxygen saturation", required=OXYGEN_EXPECTED, visible_if=DONE, unit="%", digits=3, plausible=("80", "100"),
        sdtm="VS.VSORRES; VSTESTCD=OXYSAT; VSMETHOD=PULSE OXIMETRY", loinc="59408-5",
    )  # fmt: skip
    bmi = Decimal(
        "Body mass index", 5, 1, derived=True, unit="kg/m2", plausible=("15", "50"), sdtm="VS.VSORRES; VSTESTCD=BMI",
        loinc="39156-5",
    )  # fmt: skip
    bsa = Decimal(
        "Body surface area", 4, 2, derived=True, unit="m2", plausible=("1.2", "2.8"),
        sdtm="VS.VSORRES; VSTESTCD=BSA", loinc="3140-1",
    )  # fmt: skip

    @derive("VS-STD", "height_cm", on="height height_unit", explain=HEIGHT.words)
    def derive_height(height: Number, unit: str) -> Number:
        """Height in cm."""
        return shown_standard(height, HEIGHT, unit)

    @derive("VS-STD", "weight_kg", on="weight weight_unit", explain=WEIGHT.words)
    def derive_weight(weight: Number, unit: str) -> Number:
        """Weight in kg."""
        return shown_standard(weight, WEIGHT, unit)

    @derive("VS-STD", "temperature_c", on="temperature temperature_unit", explain=TEMPERATURE.words)
    def derive_temperature(temperature: Number, unit: str) -> Number:
        """Temperature in degrees Celsius."""
        return shown_standard(temperature, TEMPERATURE, unit)

    @derive(
        "DER-01", "bmi", on="self all:VS weight weight_unit height? height_unit?",
        explain=lambda vitals, known, *_: _told(bmi_words, vitals, known),
    )  # fmt: skip
    def derive_bmi(vitals: Record, known: Sequence[Record], *_: object) -> Number | None:
        """Body mass index with the last height."""
        size = _size(vitals, known)
        return rounded(bmi(*size), 1) if size else None

    @derive(
        "DER-01", "bsa", on="self all:VS weight weight_unit height? height_unit?",
        explain=lambda vitals, known, *_: _told(bsa_words, vitals, known),
    )  # fmt: skip
    def derive_bsa(vitals: Record, known: Sequence[Record], *_: object) -> Number | None:
        """Body surface area by Mosteller with the last height."""
        size = _size(vitals, known)
        return rounded(bsa(*size), 2) if size else None

    @check(
        "VS-01", "Height {h} cm and weight {w} kg: are they swapped or in inches/pounds?",
        on="self height height_unit weight weight_unit",
    )  # fmt: skip
    def size_is_possible(vitals: Record, *_: object) -> Fail | None:
        """Height is more than weight, and neither would only fit in the other unit."""
        height, weight = in_standard(vitals, "height"), in_standard(vitals, "weight")
        assert height is not None and weight is not None
        misfits = [name for name in ("height", "weight") if fits_other_unit(vitals, name)]
        if height >= weight and not misfits:
            return None
        return fail((misfits or ["height"])[0], h=number_words(rounded(height, 1)), w=number_words(rounded(weight, 1)))

    @check("VS-01", "{name} {x} {unit} is unusual, but {x} {other} would be normal. Is the unit right?", on="self")
    def unit_is_right(vitals: Record) -> list[Fail]:
        """A measure alone does not fit the other unit only."""
        has_both = vitals.height is not None and vitals.weight is not None
        alone = ("temperature",) if has_both else tuple(MEASURES)
        return [_misfit(vitals, name, MEASURES[name]) for name in alone if fits_other_unit(vitals, name)]

    @check(
        "GEN-05", "{name} {x} {unit} is outside the usual {lo}-{hi} {standard}. If correct, confirm; "
        "check decimal point and unit.", on="self",
    )  # fmt: skip
    def measures_are_usual(vitals: Record) -> list[Fail]:
        """Height, weight and temperature lie in their usual range, whatever the unit."""
        found = ((name, in_standard(vitals, name), measure) for name, measure in MEASURES.items())
        return [
            fail(name, name=measure.name, x=vitals.value(name), unit=unit_words(vitals.value(f"{name}_unit")),
                 lo=measure.lo, hi=measure.hi, standard=measure.unit)
            for name, value, measure in found
            if value is not None and not measure.lo <= value <= measure.hi
        ]  # fmt: skip

    @check(
        "VS-02", "Weight changed from {a} to {b} kg ({p}%) since {date}.",
        on="self assess_date weight weight_unit all:VS all:IL2A", target="weight", yields_to="VS-01",
    )  # fmt: skip
    def weight_is_steady(
        vitals: Record, day: dt.date, _: Number, __: str, known: Sequence[Record], admissions: Sequence[Record]
    ) -> Fail | None:  # fmt: skip
        """Outside admissions the weight changes by at most 10 percent from one visit to the next."""
        outside = [one for one in known if not was_in_hospital(one, admissions)]
        before = last_weight(outside, dt.date.min, day - dt.timedelta(days=1))
        old, new = in_standard(before, "weight") if before else None, in_standard(vitals, "weight")
        if before is None or old is None or new is None or was_in_hospital(vitals, admissions):
            return None
        change = difference_percent(new, old)
        if change is None or not differs_by_more_than(new, old, MOST_WEIGHT_CHANGE):
            return None
        shown = [number_words(rounded(value, 1)) for value in (old, new)]
        return fail(a=shown[0], b=shown[1], p=f"{rounded(change, 1):+}", date=before.assess_date)

    @check(
        "VS-03", "BP {s}/{d} at screening. Exclusion 6 concerns > 160 or > 100 for more than 4 weeks: "
        "confirm the duration.", on="systolic diastolic visit CARD.htn_duration? IE.excl06?",
    )  # fmt: skip
    def high_pressure_is_short(
        systolic: int, diastolic: int, visit: VisitView, *lasting: str | None
    ) -> Fail | None:  # fmt: skip
        """A high blood pressure at screening is asked about, unless it is said to last."""
        is_high = systolic > HIGHEST_PRESSURE["systolic"] or diastolic > HIGHEST_PRESSURE["diastolic"]
        if visit.kind != schedule.SCREENING or not is_high or "Y" in lasting:
            return None
        return fail(s=systolic, d=diastolic)

    @check("VS-04", "Diastolic {diastolic} is not below systolic {systolic}.", on="diastolic systolic")
    def diastolic_below_systolic(diastolic: int, systolic: int) -> bool:
        """The diastolic pressure lies below the systolic."""
        return diastolic < systolic


def _size(vitals: Record, known: Sequence[Record]) -> tuple[Number, Number] | None:
    """Height in cm and weight in kg, unrounded."""
    height, weight = current_height(vitals, known), in_standard(vitals, "weight")
    return (height, weight) if height and weight else None


def _told(words: Callable[[Number, Number], str], vitals: Record, known: Sequence[Record]) -> str | None:
    size = _size(vitals, known)
    return words(rounded(size[0], 2), rounded(size[1], 2)) if size else None


def _misfit(vitals: Record, name: str, measure: Measure) -> Fail:
    unit = vitals.value(f"{name}_unit")
    other = measure.other if unit == measure.unit else measure.unit
    return fail(name, name=measure.name, x=vitals.value(name), unit=unit_words(unit), other=unit_words(other))
