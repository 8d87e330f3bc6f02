"""IL-2 dose log (SDTM EC, EX, VS): one record per admission, a grid of 14 slots."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal as Number
from zoneinfo import ZoneInfo

from forms.admissions import ADMISSIONS
from forms.codelists import HOLD_REASONS_WITH_AE, LISTS
from forms.conditions import both, when
from forms.crf import CRF, Fail, Group, check, derive, fail
from forms.crfs.il2_admission import difference_words
from forms.derive.dates import certainly_after, certainly_before, course_day, minutes_between
from forms.derive.dosing import (
    GIVEN,
    HELD,
    NOT_REACHED,
    calculated_dose,
    differs_by_more_than,
    is_dosing_day,
    planned_slot_times,
)
from forms.episodes import around, grade_from, may_be_present, onset
from forms.items import Choice, DateTime, Decimal, Integer, Reference, Text, YesNo
from forms.treatments import may_cover
from forms.views import Record, Row, SubjectView, VisitView

IS_GIVEN = when("status", GIVEN)
HANDLED = when("status", GIVEN, HELD)
REASONS_WITH_EVENT = tuple(reason for reason in LISTS["HOLDREAS"].values if reason in HOLD_REASONS_WITH_AE)

PLAN_TOLERANCE_MIN = 15
SHORTEST_GAP_MIN = 7 * 60
LONGEST_GAP_MIN = 12 * 60
LATE_START_MIN = 2 * 60
INFUSION_MIN = (10, 60)
EVENT_HOURS = {"before": 48, "after": 2}
MOST_WEIGHT_GAIN = Number("1.15")

# A date that is wrong as such is asked about once, not by each rule that reads it.
WRONG_DATE = "GEN-02 IC-01"
WRONG_START = f"{WRONG_DATE} IL2-06 IL2-07 IL2-08 IL2-09 IL2-11"


class Il2Doses(CRF, oid="IL2D", title="IL-2 doses", domain="EC", slug="il2-doses"):
    """The 14 slots of an admission, every 8 hours; no status is filled in beforehand."""

    planned_start = DateTime(
        "Planned start of slot 1", required=True, not_future=False, sdtm="EC.ECSTDTC; ECMOOD=SCHEDULED",
        help="Slot 2 to 14 are planned every 8 hours after it.",
    )  # fmt: skip

    class Slot(Group, oid="SLOT", title="Slots", fixed=14):
        """One planned dose: given, held, or not reached because dosing had ended."""

        slot = Integer("Slot", derived=True, digits=2, plausible=("1", "14"), sdtm="EC.ECTPTNUM; EC.ECTPT")
        planned_dt = DateTime(
            "Planned date and time", derived=True, editable=True, not_future=False,
            sdtm="EC.ECSTDTC; ECMOOD=SCHEDULED", help="Change it only when the plan itself was changed.",
        )  # fmt: skip
        status = Choice(
            "Given / held / not reached", "SLOTSTAT", required=True, sdtm="EC.ECOCCUR; SUPPEC.ECSLOTST",
            help="Held: this slot is skipped and dosing goes on. Not reached: dosing had ended before it.",
        )  # fmt: skip
        start_dt = DateTime(
            "Actual start", required=True, visible_if=IS_GIVEN, after_consent=True, sdtm="EC.ECSTDTC", cdash="ECSTDAT"
        )
        end_dt = DateTime("Actual end", visible_if=IS_GIVEN, sdtm="EC.ECENDTC", cdash="ECENDAT")
        dose_iu = Integer(
            "Dose given", required=True, visible_if=IS_GIVEN, unit="IU", digits=11,
            plausible=("20000000", "145000000"), sdtm="EC.ECDOSE; ECDOSU=IU; ECTRT=ALDESLEUKIN", cdash="ECDOSE",
        )  # fmt: skip
        hold_reason = Choice(
            "Reason held", "HOLDREAS", required=True, visible_if=when("status", HELD), sdtm="EC.ECREASOC"
        )
        hold_reason_other = Text(
            "Specify", 120, required=True, visible_if=when("hold_reason", "OTHER"), sdtm="SUPPEC.ECREASOT"
        )
        ae_ref = Reference(
            "Linked adverse event", "AE", many=True, required=True,
            visible_if=both(when("status", HELD), when("hold_reason", *REASONS_WITH_EVENT)), sdtm="RELREC",
        )  # fmt: skip
        pre_sbp = Integer(
            "Systolic blood pressure before dose", required=True, visible_if=HANDLED, unit="mmHg", digits=3,
            plausible=("60", "200"), sdtm="VS.VSORRES; VSTESTCD=SYSBP", loinc="8480-6",
        )  # fmt: skip
        pre_dbp = Integer(
            "Diastolic blood pressure before dose", required=True, visible_if=HANDLED, unit="mmHg", digits=3,
            plausible=("30", "120"), sdtm="VS.VSORRES; VSTESTCD=DIABP", loinc="8462-4",
        )  # fmt: skip
        pre_hr = Integer(
            "Heart rate before dose", required=True, visible_if=HANDLED, unit="beats/min", digits=3,
            plausible=("40", "180"), sdtm="VS.VSORRES; VSTESTCD=PULSE", loinc="8867-4",
        )  # fmt: skip
        pre_temp = Decimal(
            "Temperature", 4, 1, required=True, visible_if=HANDLED, unit="C", plausible=("34", "42"),
            sdtm="VS.VSORRES; VSTESTCD=TEMP", loinc="8310-5",
        )  # fmt: skip
        pre_spo2 = Integer(
            "Oxygen saturation", required=True, visible_if=HANDLED, unit="%", digits=3, plausible=("80", "100"),
            sdtm="VS.VSORRES; VSTESTCD=OXYSAT", loinc="59408-5",
        )  # fmt: skip
        pre_o2_lpm = Decimal(
            "Oxygen flow", 3, 1, required=True, visible_if=HANDLED, unit="L/min", plausible=("0", "15"), sdtm="SUPPVS",
            help="0 on room air.",
        )  # fmt: skip
        pre_urine_ml_8h = Integer(
            "Urine in last 8 h", visible_if=HANDLED, unit="mL", digits=5, plausible=("0", "5000"),
            sdtm="LB.LBORRES; LBTESTCD=VOLUME",
        )  # fmt: skip
        pre_neuro = YesNo("Mental status normal", visible_if=HANDLED, sdtm="SUPPNV")
        pre_weight_kg = Decimal(
            "Weight of the day", 5, 1, visible_if=both(HANDLED, when("slot", "1", "4", "7", "10", "13")), unit="kg",
            plausible=("35", "200"), sdtm="VS.VSORRES; VSTESTCD=WEIGHT", loinc="29463-7",
        )  # fmt: skip
        vasopressor_running = YesNo("Vasopressor at dose time", visible_if=HANDLED)
        interrupted = YesNo("Infusion stopped early", required=True, visible_if=IS_GIVEN, sdtm="EC.ECADJ")
        comment = Text("Comment", 200, sdtm="CO.COVAL")

        @derive("IL2-SLOT", "slot", on="self")
        def derive_slot(row: Row) -> int:
            """The number of the row in the grid."""
            return row.number

        @derive("IL2-PLAN", "planned_dt", on="slot record.planned_start")
        def derive_plan(slot: int, planned_start: str) -> str | None:
            """Slot 1 plus 8 hours for each slot after it; kept where a person changed it."""
            times = planned_slot_times(planned_start)
            return times[slot - 1] if slot <= len(times) else None

        @check("VS-04", "Diastolic {pre_dbp} is not below systolic {pre_sbp}.", on="pre_dbp pre_sbp")
        def diastolic_below_systolic(diastolic: int, systolic: int) -> bool:
            """The diastolic pressure lies below the systolic."""
            return diastolic < systolic

        @check(
            "GEN-05", "Infusion time {n} min is outside the usual {lo}-{hi} min. If correct, confirm; "
            "check decimal point and unit.", on="end_dt start_dt site.time_zone?",
        )  # fmt: skip
        def infusion_time_is_usual(end_dt: str, start_dt: str, zone: str | None) -> Fail | None:
            """The infusion took 10 to 60 minutes."""
            minutes = _minutes(start_dt, end_dt, zone)
            if minutes is None or INFUSION_MIN[0] <= minutes <= INFUSION_MIN[1]:
                return None
            return fail(n=minutes, lo=INFUSION_MIN[0], hi=INFUSION_MIN[1])

        @check(
            "IL2-05", "Slot {k} is planned {n} h after slot {j}; {hours} h expected.",
            on="self planned_dt rows:SLOT study.il2_interval", target="planned_dt",
        )  # fmt: skip
        def is_planned_on_time(row: Row, planned: str, rows: Sequence[Row], hours: int) -> Fail | None:
            """Neighbouring slots are planned 8 hours apart, give or take a quarter."""
            before = next((r for r in rows if r.number == row.number - 1), None)
            minutes = minutes_between(before.planned_dt if before else None, planned)
            if minutes is None or abs(minutes - 60 * hours) <= PLAN_TOLERANCE_MIN:
                return None
            return fail(k=row.number, n=_hours(minutes), j=row.number - 1, hours=hours)

        @check(
            "IL2-06", "Slot {k} started {n} h {m} min after slot {j}; 8 h planned, less than 7 h is queried. "
            "Check time and date (past midnight?).", on="self status start_dt rows:SLOT site.time_zone?",
            target="start_dt", yields_to=WRONG_DATE,
        )  # fmt: skip
        def is_not_too_early(row: Row, _: str, start: str, rows: Sequence[Row], zone: str | None) -> Fail | None:
            """Given doses are at least 7 hours apart."""
            before = _given_before(row, rows)
            minutes = _minutes(before.start_dt, start, zone) if before else None
            if before is None or minutes is None or not 0 < minutes < SHORTEST_GAP_MIN:
                return None
            return fail(k=row.number, n=minutes // 60, m=minutes % 60, j=before.number)

        @check(
            "IL2-07", "{n} h passed between slots {j} and {k} with no held dose recorded.",
            on="self status start_dt rows:SLOT site.time_zone?", target="start_dt", yields_to=WRONG_DATE,
        )  # fmt: skip
        def gap_has_held_slot(row: Row, _: str, start: str, rows: Sequence[Row], zone: str | None) -> Fail | None:
            """More than 12 hours between given doses have a held slot."""
            before = _given_before(row, rows)
            minutes = _minutes(before.start_dt, start, zone) if before else None
            if before is None or minutes is None or minutes <= LONGEST_GAP_MIN:
                return None
            if any(r.status == HELD and before.number < r.number < row.number for r in rows):
                return None
            return fail(n=_hours(minutes), j=before.number, k=row.number)

        @check(
            "IL2-08", "Slot {k} {x} is outside the admission ({a} to {d}).", on="self start_dt same:IL2A",
            target="start_dt", yields_to=f"{WRONG_DATE} IL2-11",
        )  # fmt: skip
        def is_inside_admission(row: Row, start: str, admission: Record) -> Fail | None:
            """A dose starts between admission and discharge."""
            admitted, discharged = admission.admit_dt, admission.discharge_dt
            is_early = admitted is not None and certainly_before(start, admitted)
            is_late = discharged is not None and certainly_after(start, discharged)
            if not is_early and not is_late:
                return None
            return fail(k=row.number, x=start, a=admitted or "not entered", d=discharged or "not entered")

        @check(
            "IL2-09", "Slot {k} is on course day {n}; expected days {r}. A deviation line is offered.",
            on="self start_dt visit subject study.il2_admission_days", target="start_dt",
            yields_to=f"{WRONG_DATE} IL2-08 IL2-11",
        )  # fmt: skip
        def is_on_course_day(
            row: Row, start: str, visit: VisitView, subject: SubjectView, days: dict[int, tuple[int, int]]
        ) -> Fail | None:  # fmt: skip
            """A dose starts on the course days of its admission."""
            day_one, admission = subject.course_day_one(visit.course), ADMISSIONS.get(visit.kind)
            if day_one is None or admission is None or is_dosing_day(start, day_one, admission) is not False:
                return None
            first, last = days[admission]
            return fail(k=row.number, n=course_day(start, day_one), r=f"{first}-{last}")

        @check(
            "IL2-11", "Slot {k} is '{state}' but slot {j} is 'not reached'. Use 'held' for skipped doses.",
            on="self status rows:SLOT", target="status",
        )  # fmt: skip
        def nothing_follows_the_end(row: Row, status: str, rows: Sequence[Row]) -> Fail | None:
            """No slot is given or held after one that was not reached; the first such slot is asked about."""
            ended = next((r for r in rows if r.status == NOT_REACHED), None)
            after = [r for r in rows if ended and r.number > ended.number and r.status in (GIVEN, HELD)]
            if ended is None or not after or after[0].uid != row.uid:
                return None
            return fail(k=row.number, state=LISTS["SLOTSTAT"].label(status).lower(), j=ended.number)

        @check(
            "IL2-11", "Slot {k} started {x}, not after slot {j} ({y}). Check time and date (past midnight?).",
            on="self status start_dt rows:SLOT site.time_zone?", target="start_dt", yields_to=WRONG_DATE,
        )  # fmt: skip
        def starts_rise(row: Row, _: str, start: str, rows: Sequence[Row], zone: str | None) -> Fail | None:
            """Start times rise with the slot."""
            before = _given_before(row, rows)
            if before is None:
                return None
            minutes = _minutes(before.start_dt, start, zone)
            falls = certainly_before(start, before.start_dt) if minutes is None else minutes <= 0
            return fail(k=row.number, x=start, j=before.number, y=before.start_dt) if falls else None

        @check(
            "IL2-12", "Slot {k} started {n} h {side} plan.", on="self planned_dt start_dt", severity="N",
            target="start_dt", yields_to=WRONG_START,
        )  # fmt: skip
        def starts_as_planned(row: Row, planned: str, start: str) -> Fail | None:
            """A dose starts within 2 hours of its plan."""
            minutes = minutes_between(planned, start)
            if minutes is None or abs(minutes) <= LATE_START_MIN:
                return None
            return fail(k=row.number, n=_hours(abs(minutes)), side="after" if minutes > 0 else "before")

        @check(
            "IL2-13", "Slot {k}: {x} IU entered, {c} IU expected ({w} kg x {l} IU/kg), difference {d}%. "
            "Check zeros: {c} not {x}.", on="self dose_iu same:IL2A study.il2_dose_tolerance", target="dose_iu",
        )  # fmt: skip
        def dose_fits_weight(row: Row, dose: int, admission: Record, tolerance: Number) -> Fail | None:
            """The dose is weight x level within the tolerance, unless interrupted.

            A dose as prescribed is not asked about again: IL2-04 speaks for a prescription that does not fit.
            """
            weight, level = admission.dosing_weight_kg, admission.dose_level
            if row.interrupted == "Y" or weight is None or level is None or dose == admission.prescribed_dose_iu:
                return None
            expected = calculated_dose(weight, Number(level))
            if admission.dose_cap_applied and admission.prescribed_dose_iu:
                expected = Number(admission.prescribed_dose_iu)
            if not differs_by_more_than(Number(dose), expected, tolerance):
                return None
            difference = difference_words(Number(dose), expected)
            return fail(k=row.number, x=f"{dose:,}", c=f"{int(expected):,}", w=weight, l=level, d=difference)

        @check(
            "CM-05", "Vasopressor at slot {k}: no medication line covers {t}.",
            on="self vasopressor_running planned_dt? all:CM", target="vasopressor_running",
        )  # fmt: skip
        def vasopressor_is_listed(row: Row, running: str, planned: str | None, lines: Sequence[Record]) -> Fail | None:
            """A vasopressor at dose time has a line of the medications that may have run then."""
            when = row.start_dt or planned
            listed = (line for line in lines if line.class_flag == "VASOPRESSOR")
            if running != "Y" or when is None or any(may_cover(line, when, when) for line in listed):
                return None
            return fail(k=row.number, t=when)

        @check(
            "IL2-17", "Slot {k} held for {reason}. No matching adverse event between {first} and {t}. Add or link one.",
            on="self status hold_reason planned_dt all:AE", target="ae_ref",
        )  # fmt: skip
        def hold_has_event(
            row: Row, status: str, reason: str, planned: str, events: Sequence[Record]
        ) -> Fail | None:
            """The linked event began or changed grade in the 48 hours before the slot and was still present."""
            if status != HELD or reason not in HOLD_REASONS_WITH_AE:
                return None
            first, last = around(planned, **EVENT_HOURS)
            linked = [event for event in events if event.uid in (row.ae_ref or ())]
            if any(_moved_between(event, first, last) and may_be_present(event, planned, last) for event in linked):
                return None
            return fail(k=row.number, reason=LISTS["HOLDREAS"].label(reason).lower(), first=first, t=planned)

        @check(
            "IL2-18", "Held for {reason}, but pre-dose {what} is {x}.", on="self status hold_reason", severity="N"
        )
        def hold_agrees_with_values(row: Row, status: str, reason: str) -> Fail | None:
            """The reason for a hold agrees with the values before the dose."""
            name = _contradicts_hold(row, reason) if status == HELD else None
            if name is None:
                return None
            item = row.collection.items[name]
            words = LISTS["HOLDREAS"].label(reason).lower()
            return fail(name, reason=words, what=WORDS[name], x=f"{row.value(name)} {item.unit}")

        @check(
            "IL2-19", "Slot {k} given with {what} {x}. Confirm it; label and practice usually withhold.",
            on="self status same:IL2A?",
        )  # fmt: skip
        def is_not_withheld_by_practice(row: Row, status: str, admission: Record | None) -> list[Fail]:
            """Values before a given dose at which label and practice usually withhold it."""
            if status != GIVEN:
                return []
            weight = admission.dosing_weight_kg if admission else None
            found = _reasons_to_withhold(row, weight)
            return [fail(name, k=row.number, what=WORDS[name], x=x) for name, x in found.items()]


WORDS = {
    "pre_sbp": "systolic blood pressure",
    "pre_hr": "heart rate",
    "pre_spo2": "oxygen saturation",
    "pre_neuro": "mental status",
    "pre_urine_ml_8h": "urine in 8 h",
    "pre_weight_kg": "weight gain",
}


def _minutes(start: str, end: str, zone: str | None) -> int | None:
    return minutes_between(start, end, ZoneInfo(zone) if zone else None)


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}".removesuffix(".0")


def _given_before(row: Row, rows: Sequence[Row]) -> Row | None:
    """The last given slot with a start before a given slot."""
    before = [r for r in rows if r.number < row.number and r.status == GIVEN and r.start_dt]
    return before[-1] if before and row.status == GIVEN else None


def _moved_between(event: Record, first: str, last: str) -> bool:
    """Whether an event began, or one of its grades did, between two times as far as is known."""
    moments = [onset(event), *(grade_from(row) for row in event.rows("GRADE"))]
    return any(m and not certainly_before(m, first) and not certainly_after(m, last) for m in moments)


def _contradicts_hold(row: Row, reason: str) -> str | None:
    """The item whose value speaks against a reason for holding, if any (limits from common practice)."""
    if reason == "HYPOTENSION" and row.pre_sbp is not None and row.pre_sbp >= 100:
        return "pre_sbp"
    if reason == "HYPOXIA OR DYSPNOEA" and row.pre_spo2 is not None and row.pre_spo2 >= 95 and row.pre_o2_lpm == 0:
        return "pre_spo2"
    if reason == "OLIGURIA" and row.pre_urine_ml_8h is not None and row.pre_urine_ml_8h >= 240:
        return "pre_urine_ml_8h"
    return None


def _reasons_to_withhold(row: Row, dosing_weight: Number | None) -> dict[str, str]:
    """Items whose values usually withhold a dose, with the value in words (limits from common practice)."""
    found = {}
    if row.pre_sbp is not None and row.pre_sbp < 90:
        found["pre_sbp"] = f"{row.pre_sbp} mmHg"
    if row.pre_spo2 is not None and row.pre_spo2 < 90:
        found["pre_spo2"] = f"{row.pre_spo2} %"
    if row.pre_hr is not None and row.pre_hr > 130:
        found["pre_hr"] = f"{row.pre_hr} beats/min"
    if row.pre_neuro == "N":
        found["pre_neuro"] = "not normal"
    if dosing_weight and row.pre_weight_kg is not None and row.pre_weight_kg > dosing_weight * MOST_WEIGHT_GAIN:
        gain = (row.pre_weight_kg / dosing_weight - 1) * 100
        found["pre_weight_kg"] = f"{gain:.1f} %"
    return found
