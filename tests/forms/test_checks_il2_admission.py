"""Checks and derivations of IL-2 admissions: times, prescription, end of dosing, intensive care, rest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject, visit

PLAIN = {
    "admission_occurred": "Y", "admit_dt": "2024-03-11 10:00", "discharge_dt": "2024-03-16 12:00",
    "dosing_weight_kg": "82.4", "dose_level": "600000", "prescribed_dose_iu": "49,440,000",
}  # fmt: skip
COURSE = [visit("SCR", "2024-03-01"), visit("C1D1", "2024-03-04"), visit("C1A1", "2024-03-11"), visit("C1A2", "2024-03-25")]
A1_WINDOW = "2024-03-11 2024-03-10 2024-03-15"


def admission(at="C1A1", **given):
    """An admission that took place."""
    return record("IL2A", at, **{name: value for name, value in (PLAIN | given).items() if value is not None})


def second(admitted: str = "2024-03-25 10:00", **given):
    """Admission 2 of course 1."""
    return admission("C1A2", **({"admit_dt": admitted, "discharge_dt": "2024-03-30 12:00"} | given))


def doses(count: int, *starts: str, at: str = "C1A1"):
    """A dose grid with so many doses given; the last of them at the starts named."""
    slots = [{"status": "GIVEN", "dose_iu": "49,440,000"} for _ in range(count)]
    for slot, start in zip(slots[-len(starts) :] if starts else [], starts, strict=True):
        slot["start_dt"] = start
    return record("IL2D", at, SLOT=slots)


def event(action: str = "DRUG INTERRUPTED", start: str = "2024-03-13", **more):
    """Hypotension that began on 13 March."""
    grade = more.pop("grade", "4")
    rows = [{"from_date": start, "grade": grade}]
    given = {"ctcae_term": "Hypotension", "start_date": start, "ongoing": "Y", "action_il2": action} | more
    return record("AE", name="ae1", GRADE=rows, **given)


STOPPED = {"stop_reason": "TOXICITY", "stop_ae_ref": "ae1"}
ICU = {"icu_transfer": "Y", "icu_in_dt": "2024-03-13 20:00", "icu_out_dt": "2024-03-14 18:00"}

CASES = [
    passes("IL2-01", "11 March to 16 March", admission()),
    asks("IL2-01", "16 March to 11 March", admission(admit_dt="2024-03-16 10:00", discharge_dt="2024-03-11 12:00"),
         item="discharge_dt", message="Discharge 2024-03-11 12:00 is before admission 2024-03-16 10:00."),
    passes("IL2-01", "a stay of 14 days", admission(discharge_dt="2024-03-25 12:00")),
    asks("IL2-01", "a stay of 15 days", admission(discharge_dt="2024-03-26 12:00"),
         message="The stay lasts 15 days; 1 to 14 are expected."),
    asks("IL2-01", "discharged on the day of admission", admission(discharge_dt="2024-03-11 18:00")),
    passes("IL2-01", "times unknown, next day", admission(admit_dt="2024-03-11", discharge_dt="2024-03-12")),
    passes("IL2-01", "admitted after day 1", admission(), visits=COURSE),
    asks("IL2-01", "admitted on day 1", admission(admit_dt="2024-03-04 10:00"), visits=COURSE, item="admit_dt",
         message="Admission 2024-03-04 10:00 is not after day 1 of the course (2024-03-04)."),
    passes("IL2-01", "admission 2 after admission 1", second(), admission()),
    asks("IL2-01", "admission 2 before the end of admission 1", second("2024-03-15 10:00"), admission(), message=(
        "Admission 2 2024-03-15 10:00 is before the end of admission 1 (2024-03-16 12:00).")),
    passes("VIS-01", "admitted in the window", admission(visit("C1A1", None, A1_WINDOW))),
    asks("VIS-01", "admitted four days early, no visit date yet", admission(
        visit("C1A1", None, A1_WINDOW), admit_dt="2024-03-06 10:00"), item="admit_dt"),
    passes("VIS-01", "the visit header speaks for the same date", admission(
        visit("C1A1", "2024-03-06", A1_WINDOW), admit_dt="2024-03-06 10:00")),
    passes("IL2-03", "600,000 in both admissions", second(), admission()),
    asks("IL2-03", "720,000 after 600,000", second(dose_level="720000"), admission(), item="dose_level",
         message="Dose level 720,000 IU/kg; admission 1 used 600,000 IU/kg."),
    passes("IL2-03", "admission 1 itself", admission(dose_level="720000"), second()),
    passes("IL2-04", "49,000,000 of 49,440,000", admission(prescribed_dose_iu="49,000,000")),
    asks("IL2-04", "59,000,000 of 49,440,000", admission(prescribed_dose_iu="59,000,000"), item="prescribed_dose_iu",
         message="Prescribed 59,000,000 IU; weight x level = 49,440,000 IU (difference +19.3%)."),
    passes("IL2-04", "5 % above", admission(prescribed_dose_iu="51,912,000")),
    asks("IL2-04", "1 IU more than 5 % above", admission(prescribed_dose_iu="51,912,001")),
    passes("IL2-04", "5 % below", admission(prescribed_dose_iu="46,968,000")),
    asks("IL2-04", "1 IU more than 5 % below", admission(prescribed_dose_iu="46,967,999")),
    passes("IL2-04", "capped with a reason", admission(prescribed_dose_iu="42,000,000", dose_cap_applied="Capped at 70 kg")),
    passes("IL2-14", "14 given, all doses given", admission(stop_reason="MAX DOSES"), doses(14)),
    asks("IL2-14", "9 given, all doses given", admission(stop_reason="MAX DOSES"), doses(9), item="stop_reason",
         message="Reason 'all 14 doses given' but 9 were given."),
    passes("IL2-14", "9 given, toxicity", admission(stop_reason="TOXICITY"), doses(9)),
    asks("IL2-14", "14 given, toxicity", admission(stop_reason="TOXICITY"), doses(14),
         message="All 14 doses were given, but the reason is 'Toxicity'."),
    passes("IL2-15", "event linked, IL-2 interrupted", admission(**STOPPED), event(), doses(2, "2024-03-13 18:00")),
    asks("IL2-15", "no event linked", admission(stop_reason="TOXICITY"), event(), item="stop_ae_ref",
         message="Dosing stopped for toxicity: link the event and set its action for IL-2."),
    asks("IL2-15", "event linked, dose not changed", admission(**STOPPED), event("DOSE NOT CHANGED")),
    passes("IL2-15", "event linked, IL-2 withdrawn", admission(**STOPPED), event("DRUG WITHDRAWN")),
    asks("IL2-15", "event had ended before the last dose", admission(**STOPPED), event(
        ongoing="N", end_date="2024-03-13", end_time="10:00"), doses(2, "2024-03-13 18:00")),
    passes("IL2-15", "event began 24 h after the last dose", admission(**STOPPED), event(
        start="2024-03-14", start_time="18:00"), doses(2, "2024-03-13 18:00")),
    asks("IL2-15", "event began later than that", admission(**STOPPED), event(
        start="2024-03-14", start_time="18:01"), doses(2, "2024-03-13 18:00")),
    passes("IL2-15", "stopped for another reason", admission(stop_reason="LOGISTIC")),
    passes("IL2-16", "intensive care with hypotension grade 4", admission(**ICU), event()),
    asks("IL2-16", "intensive care without an event", admission(**ICU), item="icu_transfer",
         message="ICU stay 2024-03-13 20:00-2024-03-14 18:00 has no serious or grade 3+ event."),
    asks("IL2-16", "intensive care with a grade 2 event only", admission(**ICU), event(grade="2")),
    passes("IL2-16", "intensive care with a serious grade 2 event", admission(**ICU), event(grade="2", serious="Y")),
    asks("IL2-16", "the severe event came after intensive care", admission(**ICU), event(start="2024-03-15")),
    asks("IL2-16", "intensive care after discharge", admission(**(ICU | {"icu_out_dt": "2024-03-17 18:00"})), event(),
         item="icu_in_dt", message=(
             "ICU stay 2024-03-13 20:00-2024-03-17 18:00 is not inside the admission (2024-03-11 10:00 to 2024-03-16 12:00).")),
    asks("IL2-16", "intensive care ends before it begins", admission(**(ICU | {"icu_out_dt": "2024-03-13 18:00"})), event()),
    passes("IL2-20", "ten days after the last dose", second("2024-03-25 10:00"), doses(1, "2024-03-15 22:00")),
    passes("IL2-20", "nine days after the last dose", second("2024-03-24 10:00"), doses(1, "2024-03-15 22:00")),
    asks("IL2-20", "eight days after the last dose", second("2024-03-23 10:00"), doses(1, "2024-03-15 22:00"),
         item="admit_dt", message="Only 8 days between admissions."),
    asks("IL2-20", "four days after the last dose", second("2024-03-19 10:00"), doses(1, "2024-03-15 22:00")),
    passes("IL2-20", "course 2 seven weeks after discharge", admission("C2A1", admit_dt="2024-05-18 10:00", discharge_dt=None),
           second()),
    asks("IL2-20", "course 2 a day earlier", admission("C2A1", admit_dt="2024-05-17 10:00", discharge_dt=None), second(),
         message="Only 48 days between admissions."),
    passes("GEN-05", "weight of 82.4 kg", admission()),
    asks("GEN-05", "weight of 824 kg", admission(dosing_weight_kg="824")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


def test_totals_of_an_admission_are_derived():
    judged, grid = admission(), doses(9)
    judge(judged, subject(judged, grid), [grid])
    assert judged.calculated_dose_iu == 49_440_000
    assert (judged.doses_given, judged.total_iu, judged.pct_planned) == (9, 444_960_000, Decimal("64.3"))


def test_total_waits_for_every_amount():
    judged = admission()
    grid = record("IL2D", "C1A1", SLOT=[{"status": "GIVEN", "dose_iu": "49,440,000"}, {"status": "GIVEN"}])
    judge(judged, subject(judged, grid), [grid])
    assert (judged.doses_given, judged.total_iu) == (2, None)


def test_admission_2_inside_admission_1_makes_one_query():
    judged, first = second("2024-03-15 10:00"), admission()
    found = judge(judged, subject(judged, first, doses(1, "2024-03-14 22:00")))
    assert [f.check_id for f in found if f.item == "admit_dt"] == ["IL2-01"]
