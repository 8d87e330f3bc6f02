"""Checks and derivations of the IL-2 dose grid: plan, order, gaps, doses, reasons for holding, values before a dose."""

from __future__ import annotations

import pytest

from forms.crf import get_crf
from tests.forms.casebooks import asks, judge, passes, record, subject, visit

ADMISSION = {
    "admission_occurred": "Y", "admit_dt": "2024-03-11 10:00", "discharge_dt": "2024-03-16 12:00",
    "dosing_weight_kg": "82.4", "dose_level": "600000", "prescribed_dose_iu": "49,440,000",
}  # fmt: skip
COURSE = [visit("C1D1", "2024-03-04"), visit("C1A1", "2024-03-11"), visit("C1A2", "2024-03-25")]
PACIFIC = {"time_zone": "America/Los_Angeles"}


def grid(*slots: dict, planned: str = "2024-03-11 14:00", at: str = "C1A1"):
    """A dose grid; slots without a number follow each other from 1."""
    return record("IL2D", at, planned_start=planned, SLOT=list(slots))


def given(start: str | None = None, number: int | None = None, **more):
    """A slot given."""
    found = {"status": "GIVEN"} | ({"start_dt": start} if start else {}) | ({"number": number} if number else {})
    return found | more


def held(reason: str = "LOGISTIC", number: int | None = None, **more):
    """A slot held."""
    return {"status": "HELD", "hold_reason": reason} | ({"number": number} if number else {}) | more


def not_reached(number: int | None = None):
    """A slot not reached."""
    return {"status": "NOT_REACHED"} | ({"number": number} if number else {})


def admission(at: str = "C1A1", **more):
    """The admission of the grid."""
    return record("IL2A", at, **(ADMISSION | more))


def oliguria(start: str = "2024-03-11", time: str = "09:00", grade: str = "3", **more):
    """Urine output decreased; the slot of these cases is planned for 11 March, 14:00."""
    rows = more.pop("GRADE", [{"from_date": start, "from_time": time, "grade": grade}])
    plain = {"ctcae_term": "Urine output decreased", "start_date": start, "start_time": time, "ongoing": "Y"}
    return record("AE", name="ae1", GRADE=rows, **(plain | more))


def pressor(start: str, end: str):
    """Phenylephrine on 12 March."""
    times = {"start": "2024-03-12", "start_time": start, "ongoing": "N", "end": "2024-03-12", "end_time": end}
    return record("CM", drug="phenylephrine", class_flag="VASOPRESSOR", **times)


OLIGURIA = held("OLIGURIA", ae_ref="ae1")
DAY_12 = given("2024-03-15 23:30")

CASES = [
    # plan
    passes("IL2-05", "planned at 14:00 and 22:00", grid(given(), given())),
    asks("IL2-05", "planned at 14:00 and 20:00", grid(given(), given(planned_dt="2024-03-11 20:00")), item="planned_dt",
         message="Slot 2 is planned 6 h after slot 1; 8 h expected."),
    passes("IL2-05", "a quarter of an hour early", grid(given(), given(planned_dt="2024-03-11 21:45"))),
    asks("IL2-05", "16 minutes early", grid(given(), given(planned_dt="2024-03-11 21:44"))),
    passes("IL2-05", "a quarter of an hour late", grid(given(), given(planned_dt="2024-03-11 22:15"))),
    asks("IL2-05", "16 minutes late", grid(given(), given(planned_dt="2024-03-11 22:16"))),
    passes("IL2-12", "an hour after plan", grid(given("2024-03-11 15:00"))),
    passes("IL2-12", "two hours after plan", grid(given("2024-03-11 16:00"))),
    asks("IL2-12", "three hours after plan", grid(given("2024-03-11 17:00")), message="Slot 1 started 3 h after plan."),
    asks("IL2-12", "two hours and a minute before plan", grid(given("2024-03-11 11:59")),
         message="Slot 1 started 2 h before plan."),
    # order and gaps
    passes("IL2-06", "7 h 30 after the dose before", grid(given("2024-03-11 14:00"), given("2024-03-11 21:30"))),
    asks("IL2-06", "6 h 20 after the dose before", grid(given("2024-03-11 14:00"), given("2024-03-11 20:20")), message=(
        "Slot 2 started 6 h 20 min after slot 1; 8 h planned, less than 7 h is queried. "
        "Check time and date (past midnight?).")),
    passes("IL2-06", "exactly 7 h", grid(given("2024-03-11 14:00"), given("2024-03-11 21:00"))),
    asks("IL2-06", "6 h 59", grid(given("2024-03-11 14:00"), given("2024-03-11 20:59"))),
    passes("IL2-06", "time of the dose before unknown", grid(given("2024-03-11"), given("2024-03-11 20:00"))),
    asks("IL2-06", "6 h 30 on the night the clocks go forward", grid(given("2024-03-09 22:00"), given("2024-03-10 05:30")),
         site=PACIFIC, message=(
             "Slot 2 started 6 h 30 min after slot 1; 8 h planned, less than 7 h is queried. "
             "Check time and date (past midnight?).")),
    passes("IL2-07", "22 h with one slot held", grid(given("2024-03-11 14:00"), held(), given("2024-03-12 12:00"))),
    asks("IL2-07", "20 h with none held", grid(given("2024-03-11 14:00"), given("2024-03-12 10:00")),
         message="20 h passed between slots 1 and 2 with no held dose recorded."),
    passes("IL2-07", "exactly 12 h", grid(given("2024-03-11 14:00"), given("2024-03-12 02:00"))),
    asks("IL2-07", "12 h and a minute", grid(given("2024-03-11 14:00"), given("2024-03-12 02:01"))),
    passes("IL2-11", "given, given, held, given, not reached", grid(
        given(), given(), held(), given(), not_reached(), not_reached())),
    asks("IL2-11", "given, not reached, given", grid(given(), not_reached(), given()), item="status",
         message="Slot 3 is 'given' but slot 2 is 'not reached'. Use 'held' for skipped doses."),
    asks("IL2-11", "given, not reached, held", grid(given(), not_reached(), held()),
         message="Slot 3 is 'held' but slot 2 is 'not reached'. Use 'held' for skipped doses."),
    asks("IL2-11", "starts before the slot before", grid(given("2024-03-12 00:10"), given("2024-03-11 08:00")),
         item="start_dt",
         message="Slot 2 started 2024-03-11 08:00, not after slot 1 (2024-03-12 00:10). Check time and date (past midnight?)."),
    asks("IL2-11", "two slots at one time", grid(given("2024-03-11 14:00"), given("2024-03-11 14:00"))),
    asks("IL2-11", "a day earlier, time unknown", grid(given("2024-03-12 00:10"), given("2024-03-11"))),
    passes("IL2-11", "the same day, time unknown", grid(given("2024-03-11 14:00"), given("2024-03-11"))),
    # admission and course
    passes("IL2-08", "inside the admission", grid(given("2024-03-11 14:00")), admission()),
    asks("IL2-08", "a day after discharge", grid(given("2024-03-17 14:00")), admission(),
         message="Slot 1 2024-03-17 14:00 is outside the admission (2024-03-11 10:00 to 2024-03-16 12:00)."),
    passes("IL2-08", "at the minute of admission", grid(given("2024-03-11 10:00")), admission()),
    asks("IL2-08", "a minute before admission", grid(given("2024-03-11 09:59")), admission()),
    passes("IL2-08", "on the day of admission, time of admission unknown", grid(given("2024-03-11 06:00")),
           admission(admit_dt="2024-03-11")),
    passes("IL2-09", "day 12 at 23:30", grid(DAY_12), visits=COURSE),
    asks("IL2-09", "day 13", grid(given("2024-03-16 00:10")), visits=COURSE,
         message="Slot 1 is on course day 13; expected days 8-12. A deviation line is offered."),
    passes("IL2-09", "day 8", grid(given("2024-03-11 00:10")), visits=COURSE),
    asks("IL2-09", "day 7", grid(given("2024-03-10 23:50")), visits=COURSE),
    passes("IL2-09", "admission 2 on day 22", grid(given("2024-03-25 00:10"), at="C1A2"), visits=COURSE),
    asks("IL2-09", "admission 2 on day 21", grid(given("2024-03-24 23:50"), at="C1A2"), visits=COURSE),
    passes("IL2-09", "admission 2 on day 28", grid(given("2024-03-31 23:50"), at="C1A2"), visits=COURSE),
    asks("IL2-09", "admission 2 on day 29", grid(given("2024-04-01 00:10"), at="C1A2"), visits=COURSE,
         message="Slot 1 is on course day 29; expected days 22-28. A deviation line is offered."),
    passes("IL2-09", "day 1 of the course not known", grid(given("2024-03-16 00:10"))),
    # dose
    passes("IL2-13", "49,000,000 of 49,440,000", grid(given(dose_iu="49,000,000")), admission()),
    asks("IL2-13", "a zero is missing", grid(given(), given(), given(dose_iu="4,944,000")), admission(), item="dose_iu",
         message="Slot 3: 4,944,000 IU entered, 49,440,000 IU expected (82.4 kg x 600000 IU/kg), difference -90.0%. "
                 "Check zeros: 49,440,000 not 4,944,000."),
    passes("IL2-13", "5 % below", grid(given(dose_iu="46,968,000")), admission()),
    asks("IL2-13", "1 IU more than 5 % below", grid(given(dose_iu="46,967,999")), admission()),
    passes("IL2-13", "infusion stopped early", grid(given(dose_iu="4,944,000", interrupted="Y")), admission()),
    passes("IL2-13", "as prescribed, and the prescription is asked about", grid(given(dose_iu="59,000,000")),
           admission(prescribed_dose_iu="59,000,000")),
    passes("IL2-13", "capped prescription with a reason", grid(given(dose_iu="42,000,000")),
           admission(prescribed_dose_iu="42,000,000", dose_cap_applied="Capped at 70 kg")),
    asks("IL2-13", "full dose although the prescription is capped", grid(given(dose_iu="49,440,000")),
         admission(prescribed_dose_iu="42,000,000", dose_cap_applied="Capped at 70 kg")),
    passes("IL2-13", "weight not entered yet", grid(given(dose_iu="4,944,000"))),
    # reasons for holding
    passes("IL2-17", "oliguria 5 h before", grid(OLIGURIA), oliguria()),
    asks("IL2-17", "oliguria that ended 3 days before", grid(OLIGURIA), oliguria(
        "2024-03-07", ongoing="N", end_date="2024-03-08"), item="ae_ref", message=(
            "Slot 1 held for oliguria. No matching adverse event between 2024-03-09 14:00 and 2024-03-11 14:00. "
            "Add or link one.")),
    asks("IL2-17", "no event linked", grid(held("OLIGURIA")), oliguria()),
    passes("IL2-17", "event 48 h before", grid(OLIGURIA), oliguria("2024-03-09", "14:00")),
    asks("IL2-17", "event 48 h and a minute before", grid(OLIGURIA), oliguria("2024-03-09", "13:59")),
    passes("IL2-17", "event 2 h after the planned time", grid(OLIGURIA), oliguria("2024-03-11", "16:00")),
    asks("IL2-17", "event more than 2 h after the planned time", grid(OLIGURIA), oliguria("2024-03-11", "16:01")),
    passes("IL2-17", "older event whose grade rose within 48 h", grid(OLIGURIA), oliguria("2024-03-05", GRADE=[
        {"from_date": "2024-03-05", "grade": "3"}, {"from_date": "2024-03-10", "grade": "4"}])),
    asks("IL2-17", "event of the day before that had cleared", grid(OLIGURIA), oliguria(
        "2024-03-10", ongoing="N", end_date="2024-03-11", end_time="13:00")),
    passes("IL2-17", "event known to the month", grid(OLIGURIA), oliguria(
        "2024-03", GRADE=[{"from_date": "2024-03", "grade": "3"}])),
    passes("IL2-17", "held for a logistic reason", grid(held())),
    passes("IL2-18", "held for hypotension with 78", grid(held("HYPOTENSION", pre_sbp="78"))),
    asks("IL2-18", "held for hypotension with 128", grid(held("HYPOTENSION", pre_sbp="128")), item="pre_sbp",
         message="Held for hypotension, but pre-dose systolic blood pressure is 128 mmHg."),
    passes("IL2-18", "held for hypotension with 99", grid(held("HYPOTENSION", pre_sbp="99"))),
    asks("IL2-18", "held for hypotension with 100", grid(held("HYPOTENSION", pre_sbp="100"))),
    asks("IL2-18", "held for hypoxia with 95 % on room air", grid(
        held("HYPOXIA OR DYSPNOEA", pre_spo2="95", pre_o2_lpm="0"))),
    passes("IL2-18", "held for hypoxia with 95 % on oxygen", grid(
        held("HYPOXIA OR DYSPNOEA", pre_spo2="95", pre_o2_lpm="2"))),
    passes("IL2-18", "held for hypoxia, oxygen not recorded", grid(held("HYPOXIA OR DYSPNOEA", pre_spo2="95"))),
    passes("IL2-18", "held for hypoxia with 94 %", grid(held("HYPOXIA OR DYSPNOEA", pre_spo2="94", pre_o2_lpm="0"))),
    asks("IL2-18", "held for oliguria with 240 mL", grid(held("OLIGURIA", pre_urine_ml_8h="240"))),
    passes("IL2-18", "held for oliguria with 239 mL", grid(held("OLIGURIA", pre_urine_ml_8h="239"))),
    # values before a dose
    passes("IL2-19", "given with 96", grid(given(pre_sbp="96"))),
    asks("IL2-19", "given with 82", grid(given(pre_sbp="82")), item="pre_sbp", message=(
        "Slot 1 given with systolic blood pressure 82 mmHg. Confirm it; label and practice usually withhold.")),
    passes("IL2-19", "given with 90", grid(given(pre_sbp="90"))),
    asks("IL2-19", "given with 89", grid(given(pre_sbp="89"))),
    passes("IL2-19", "given with saturation 90 %", grid(given(pre_spo2="90"))),
    asks("IL2-19", "given with saturation 89 %", grid(given(pre_spo2="89"))),
    passes("IL2-19", "given with heart rate 130", grid(given(pre_hr="130"))),
    asks("IL2-19", "given with heart rate 131", grid(given(pre_hr="131"))),
    asks("IL2-19", "given with mental status not normal", grid(given(pre_neuro="N")), item="pre_neuro"),
    passes("IL2-19", "weight gain of 15 %", grid(given(pre_weight_kg="92.0")), admission(dosing_weight_kg="80.0")),
    asks("IL2-19", "weight gain of more than 15 %", grid(given(pre_weight_kg="92.1")), admission(dosing_weight_kg="80.0"),
         message="Slot 1 given with weight gain 15.1 %. Confirm it; label and practice usually withhold."),
    passes("IL2-19", "held with 82", grid(held("HYPOTENSION", pre_sbp="82"))),
    passes("VS-04", "120 over 70", grid(given(pre_sbp="120", pre_dbp="70"))),
    asks("VS-04", "70 over 120", grid(given(pre_sbp="70", pre_dbp="120")), item="pre_dbp",
         message="Diastolic 120 is not below systolic 70."),
    asks("VS-04", "90 over 90", grid(given(pre_sbp="90", pre_dbp="90"))),
    # plain ranges
    passes("GEN-05", "infusion of 15 minutes", grid(given("2024-03-11 14:00", end_dt="2024-03-11 14:15"))),
    passes("GEN-05", "infusion of 10 minutes", grid(given("2024-03-11 14:00", end_dt="2024-03-11 14:10"))),
    asks("GEN-05", "infusion of 9 minutes", grid(given("2024-03-11 14:00", end_dt="2024-03-11 14:09")), item="end_dt",
         message="Infusion time 9 min is outside the usual 10-60 min. If correct, confirm; check decimal point and unit."),
    passes("GEN-05", "infusion of an hour", grid(given("2024-03-11 14:00", end_dt="2024-03-11 15:00"))),
    asks("GEN-05", "infusion that ends before it starts", grid(given("2024-03-11 14:00", end_dt="2024-03-11 13:30"))),
    passes("GEN-05", "temperature 38.4", grid(given(pre_temp="38.4"))),
    asks("GEN-05", "temperature 3.84", grid(given(pre_temp="3.8")), item="pre_temp",
         message="Temperature 3.8 C is outside the usual 34-42 C. If correct, confirm; check decimal point and unit."),
    passes("GEN-05", "a dose with a missing zero is asked about by IL2-13", grid(given(dose_iu="4,944,000")), admission()),
    passes("CM-05", "no vasopressor at dose time", grid(given("2024-03-12 06:00", vasopressor_running="N"))),
    asks("CM-05", "a vasopressor at dose time, and no line of one",
         grid(given("2024-03-12 06:00", vasopressor_running="Y")), item="vasopressor_running",
         message="Vasopressor at slot 1: no medication line covers 2024-03-12 06:00."),
    passes("CM-05", "a vasopressor at dose time with its line", grid(given("2024-03-12 06:00", vasopressor_running="Y")),
           pressor("02:00", "14:00")),
    asks("CM-05", "a vasopressor that was stopped before", grid(given("2024-03-12 06:00", vasopressor_running="Y")),
         pressor("02:00", "05:59")),
    passes("CM-05", "a held slot is judged at its plan", grid(held(vasopressor_running="Y"), planned="2024-03-12 14:00"),
           pressor("02:00", "14:00")),
    passes("GEN-07", "held for another reason with words", grid(held("OTHER", hold_reason_other="Line blocked"))),
    asks("GEN-07", "held for another reason, blank", grid(held("OTHER")), item="hold_reason_other"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


def test_slots_are_planned_every_eight_hours():
    judged = grid(given(), given(), given(), given(number=14))
    judge(judged, subject(judged))
    planned = [(row.slot, row.planned_dt) for row in judged.rows("SLOT")]
    assert planned == [
        (1, "2024-03-11T14:00"), (2, "2024-03-11T22:00"), (3, "2024-03-12T06:00"), (14, "2024-03-15T22:00"),
    ]  # fmt: skip


def test_plan_that_a_person_changed_stays():
    judged = grid(given(), given(planned_dt="2024-03-11 23:00"))
    judge(judged, subject(judged))
    assert judged.rows("SLOT")[1].planned_dt == "2024-03-11T23:00"


def test_plan_waits_for_the_clock_time():
    judged = grid(given(), planned="2024-03-11")
    judge(judged, subject(judged))
    assert judged.rows("SLOT")[0].planned_dt is None


def test_grid_has_fourteen_slots_and_takes_no_fifteenth():
    slots = get_crf("IL2D").groups["SLOT"]
    assert slots.fixed == 14
    assert not slots.takes_row(15)


def test_slot_with_a_wrong_month_makes_one_query():
    judged, stay = grid(given("2024-03-11 14:00"), given("2024-02-11 22:00")), admission()
    found = judge(judged, subject(judged, stay, visits=COURSE, consent="2024-01-01"))
    assert [f.check_id for f in found] == ["IL2-11"]


def test_only_the_first_slot_after_the_end_of_dosing_is_asked_about():
    judged = grid(given(), not_reached(), given(), given(), given())
    found = [f for f in judge(judged, subject(judged)) if f.check_id == "IL2-11"]
    assert [f.message for f in found] == [
        "Slot 3 is 'given' but slot 2 is 'not reached'. Use 'held' for skipped doses."
    ]
