"""IL-2 admission (SDTM HO, EC): one record per admission, with the dose that its slots are judged by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP
from decimal import Decimal as Number
from zoneinfo import ZoneInfo

from forms.admissions import (
    ADMISSIONS,
    admission_one,
    days_of,
    discharge_before,
    ends_of_rest,
    given_in_course,
    given_so_far,
    rest_words,
    slots_of,
)
from forms.checks import WINDOW, outside_window
from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive import dosing
from forms.derive.dates import add_days, certainly_after, certainly_before, days_between, earliest, known_day
from forms.derive.words import number_words, rounded
from forms.episodes import STOPPING_ACTIONS, around, first_given, is_severe_or_serious, last_given, may_be_present
from forms.infusions import falls_inside, given_infusions
from forms.items import Choice, DateTime, Decimal, Integer, Reference, Text, YesNo
from forms.measured import in_standard, last_weight
from forms.pregnancy import NO_TEST, lacks_test
from forms.views import Record, SubjectView, VisitView

ADMITTED = when("admission_occurred", "Y")
IN_ICU = when("icu_transfer", "Y")
STAY_DAYS = (1, 14)
REST_DAYS = 9
REST_AFTER_COURSE_DAYS = 49
WEIGHT_DAYS, WEIGHT_TOLERANCE = 7, 5
# An event may stop dosing when it was present between the last dose and a day after it.
STOP_HOURS = 24


class Il2Admission(CRF, oid="IL2A", title="IL-2 admission", domain="HO", slug="il2-admission"):
    """An in-patient stay for high-dose IL-2."""

    admission_occurred = YesNo("Admitted for HD IL-2", required=True, sdtm="HO.HOOCCUR")
    reason_none = Choice(
        "Reason", "DOSEREAS", required=True, visible_if=when("admission_occurred", "N"), sdtm="SUPPHO.HOREASND"
    )
    admit_dt = DateTime("Admission", required=True, visible_if=ADMITTED, after_consent=True, sdtm="HO.HOSTDTC")
    discharge_dt = DateTime("Discharge", required=True, visible_if=ADMITTED, after_consent=True, sdtm="HO.HOENDTC")
    dosing_weight_kg = Decimal(
        "Weight used for dosing", 5, 1, required=True, visible_if=ADMITTED, unit="kg", plausible=("35", "200"),
        sdtm="VS.VSORRES; VSTESTCD=WEIGHT; SUPPEC", help="The weight on the prescription, also when it was capped.",
    )  # fmt: skip
    dose_level = Choice(
        "Dose level", "IL2LEVEL", required=True, visible_if=ADMITTED, unit="IU/kg", sdtm="EC.ECDOSRGM; SUPPEC"
    )
    calculated_dose_iu = Integer(
        "Dose per slot: weight x level", derived=True, unit="IU", digits=11, sdtm="EC.ECDOSE; ECMOOD=SCHEDULED"
    )
    prescribed_dose_iu = Integer(
        "Dose prescribed (after rounding)", required=True, visible_if=ADMITTED, unit="IU", digits=11,
        sdtm="EC.ECDOSE; ECMOOD=SCHEDULED",
    )  # fmt: skip
    dose_cap_applied = Text("Weight capped or rounded, reason", 120, visible_if=ADMITTED, sdtm="SUPPEC")
    eligible_to_start = YesNo("Pre-admission checks passed", required=True, visible_if=ADMITTED)
    icu_transfer = YesNo("Transferred to intensive care", required=True, visible_if=ADMITTED, sdtm="HO.HOTERM")
    icu_in_dt = DateTime("Intensive care from", required=True, visible_if=IN_ICU, sdtm="HO.HOSTDTC")
    icu_out_dt = DateTime("Intensive care to", required=True, visible_if=IN_ICU, sdtm="HO.HOENDTC")
    icu_reason = Text("Reason for intensive care", 200, required=True, visible_if=IN_ICU, sdtm="SUPPHO.HOREAS")
    stop_reason = Choice("Why dosing ended", "IL2STOP", required=True, visible_if=ADMITTED, sdtm="SUPPEC; DS")
    stop_ae_ref = Reference(
        "Adverse event that ended dosing", "AE", many=True, required=True, visible_if=when("stop_reason", "TOXICITY"),
        sdtm="RELREC",
    )  # fmt: skip
    doses_given = Integer("Doses given", derived=True, digits=2, plausible=("0", "14"), sdtm="EX")
    total_iu = Integer("IU given in this admission", derived=True, unit="IU", digits=12, sdtm="EX.EXDOSE")
    pct_planned = Decimal("Doses given of those planned", 5, 1, derived=True, unit="%")
    pct_course = Decimal("Doses given of those planned, this course so far", 5, 1, derived=True, unit="%")
    pct_total = Decimal("Doses given of those planned, all courses so far", 5, 1, derived=True, unit="%")
    dosing_days = Text("Course days with a dose", 40, derived=True)
    pct_on_days = Decimal("Doses on the course days of the protocol", 5, 1, derived=True, unit="%")
    rest_hours = Decimal(
        "Last dose of admission 1 to first dose", 7, 1, derived=True, unit="h", visible_if=when("visit.kind", "A2")
    )

    @derive(
        "DER-04", "calculated_dose_iu", on="dosing_weight_kg dose_level",
        explain=lambda weight, level: dosing.calculated_dose_words(weight, Number(level)),
    )  # fmt: skip
    def derive_dose(weight: Number, level: str) -> int:
        """IU of one slot."""
        return int(dosing.calculated_dose(weight, Number(level)))

    @derive("DER-05", "doses_given", on="same:IL2D")
    def derive_count(grid: Record) -> int:
        """The number of slots given."""
        return dosing.doses_given(slots_of(grid))

    @derive("DER-06", "total_iu", on="same:IL2D", explain=lambda grid: dosing.cumulative_iu_words(slots_of(grid)))
    def derive_total(grid: Record) -> int | None:
        """The sum of the doses given; none while one has no amount."""
        total = dosing.cumulative_iu(slots_of(grid))
        return None if total is None else int(total)

    @derive("DER-07", "pct_planned", on="doses_given", explain=lambda given: dosing.percent_of_planned_words([given]))
    def derive_share(given: int) -> Number | None:
        """Doses given of the 14 of an admission, to one decimal."""
        return _one_decimal(dosing.percent_of_planned(given))

    @derive(
        "DER-07", "pct_course", on="visit all:IL2D",
        explain=lambda visit, grids: dosing.percent_of_planned_words(*given_in_course(visit, grids)),
    )  # fmt: skip
    def derive_share_of_course(visit: VisitView, grids: Sequence[Record]) -> Number | None:
        """Doses given of the 28 of a course, up to this admission."""
        given, admissions = given_in_course(visit, grids)
        return _one_decimal(dosing.percent_of_planned(sum(given), admissions)) if given else None

    @derive(
        "DER-07", "pct_total", on="visit subject all:IL2D",
        explain=lambda visit, subject, grids: dosing.percent_of_planned_words(*given_so_far(visit, subject, grids)),
    )  # fmt: skip
    def derive_share_of_all(visit: VisitView, subject: SubjectView, grids: Sequence[Record]) -> Number | None:
        """Doses given of the 28 of each course that was started, up to this admission."""
        given, admissions = given_so_far(visit, subject, grids)
        return _one_decimal(dosing.percent_of_planned(sum(given), admissions)) if given else None

    @derive("DER-25", "dosing_days", on="visit subject same:IL2D")
    def derive_days(visit: VisitView, subject: SubjectView, grid: Record) -> str | None:
        """The course days on which doses fell."""
        return days_of(visit, subject, grid).listed or None

    @derive(
        "DER-25", "pct_on_days", on="visit subject same:IL2D",
        explain=lambda visit, subject, grid: days_of(visit, subject, grid).words(ADMISSIONS[visit.kind]),
    )  # fmt: skip
    def derive_share_on_days(visit: VisitView, subject: SubjectView, grid: Record) -> Number | None:
        """The share of doses on the course days that the protocol names for the admission."""
        return _one_decimal(days_of(visit, subject, grid).percent_inside)

    @derive("DER-23", "rest_hours", on="visit all:IL2D site.time_zone?", explain=rest_words)
    def derive_rest(visit: VisitView, grids: Sequence[Record], zone: str | None) -> Number | None:
        """Hours from the last dose of admission 1 to the first dose of admission 2."""
        return _one_decimal(dosing.rest_between(*ends_of_rest(visit, grids), ZoneInfo(zone) if zone else None))

    @check("VIS-01", WINDOW, on="visit admit_dt", yields_to="IL2-01 IC-01 GEN-02")
    def is_in_window(visit: VisitView, admit_dt: str) -> Fail | None:
        """The admission lies in the window of its visit; the visit header speaks for a date that both share."""
        day = known_day(admit_dt)
        return None if day is None or day == visit.date else outside_window(visit, day, "admit_dt")

    @check("IL2-01", "Discharge {d} is before admission {a}.", on="discharge_dt admit_dt")
    def leaves_after_admission(discharge_dt: str, admit_dt: str) -> Fail | None:
        """The stay does not end before it begins."""
        return fail(d=discharge_dt, a=admit_dt) if certainly_before(discharge_dt, admit_dt) else None

    @check("IL2-01", "The stay lasts {n} days; {lo} to {hi} are expected.", on="discharge_dt admit_dt")
    def stay_is_usual(discharge_dt: str, admit_dt: str) -> Fail | None:
        """The stay lasts 1 to 14 days."""
        days = days_between(admit_dt, discharge_dt)
        if days is None or STAY_DAYS[0] <= days <= STAY_DAYS[1]:
            return None
        return fail(n=days, lo=STAY_DAYS[0], hi=STAY_DAYS[1])

    @check(
        "IL2-01", "Admission {a} is not after day 1 of the course ({y}).", on="self admit_dt visit subject all:NIVO",
        target="admit_dt",
    )  # fmt: skip
    def follows_day_one(
        admission: Record, admit_dt: str, visit: VisitView, subject: SubjectView, infusions: Sequence[Record]
    ) -> Fail | None:  # fmt: skip
        """Admissions follow day 1 of their course; NIV-06 speaks for a dose inside the stay."""
        day_one, day = subject.course_day_one(visit.course), known_day(admit_dt)
        if day_one is None or day is None or day > day_one:
            return None
        is_asked_there = any(falls_inside(one.start_dt, admission) for one in given_infusions(infusions))
        return None if is_asked_there else fail(a=admit_dt, y=day_one)

    @check(
        "IL2-01", "Admission {a} is not after registration ({y}).",
        on="admit_dt subject.registration_date visit subject",
    )  # fmt: skip
    def follows_registration(
        admit_dt: str, registered: dt.date, visit: VisitView, subject: SubjectView
    ) -> Fail | None:  # fmt: skip
        """Admissions follow registration; day 1 of the course is asked about first."""
        day, day_one = known_day(admit_dt), subject.course_day_one(visit.course)
        if day is None or day > registered or (day_one is not None and day <= day_one):
            return None
        return fail("admit_dt", a=admit_dt, y=registered)

    @check("IL2-01", "Admission 2 {a} is before the end of admission 1 ({y}).", on="admit_dt visit all:IL2A")
    def followsadmission_one(admit_dt: str, visit: VisitView, admissions: Sequence[Record]) -> Fail | None:
        """Admission 2 follows admission 1 of its course."""
        first = admission_one(visit, admissions)
        ended = (first.discharge_dt or first.admit_dt) if first else None
        return fail(a=admit_dt, y=ended) if ended and certainly_before(admit_dt, ended) else None

    @check(
        "IL2-02", "Dosing weight {w} kg differs {p}% from {v} kg on {date}.",
        on="self dosing_weight_kg admit_dt all:VS", target="dosing_weight_kg",
    )  # fmt: skip
    def weight_is_recent(
        admission: Record, weight: Number, admit_dt: str, vitals: Sequence[Record]
    ) -> Fail | None:  # fmt: skip
        """The dosing weight is the last one of the 7 days before, give or take 5 percent, unless it was capped."""
        day = known_day(admit_dt)
        last = last_weight(vitals, add_days(day, -WEIGHT_DAYS), day) if day else None
        measured = in_standard(last, "weight") if last else None
        if admission.dose_cap_applied or last is None or measured is None:
            return None
        if not dosing.differs_by_more_than(weight, measured, WEIGHT_TOLERANCE):
            return None
        difference = difference_words(weight, measured)
        return fail(w=number_words(weight), p=difference, v=number_words(rounded(measured, 1)), date=last.assess_date)

    @check("IL2-03", "Dose level {x}; admission 1 used {y}.", on="dose_level visit all:IL2A")
    def level_stays(dose_level: str, visit: VisitView, admissions: Sequence[Record]) -> Fail | None:
        """Both admissions of a course use one dose level."""
        first = admission_one(visit, admissions)
        if first is None or first.dose_level in (None, dose_level):
            return None
        levels = LISTS["IL2LEVEL"]
        return fail(x=levels.label(dose_level), y=levels.label(first.dose_level))

    @check(
        "IL2-04", "Prescribed {p} IU; weight x level = {c} IU (difference {d}%).",
        on="self prescribed_dose_iu calculated_dose_iu study.il2_dose_tolerance", target="prescribed_dose_iu",
    )  # fmt: skip
    def prescription_fits(admission: Record, prescribed: int, calculated: int, tolerance: Number) -> Fail | None:
        """The prescription is the calculated dose within the tolerance, unless a cap is explained."""
        actual, expected = Number(prescribed), Number(calculated)
        if admission.dose_cap_applied or not dosing.differs_by_more_than(actual, expected, tolerance):
            return None
        return fail(p=f"{prescribed:,}", c=f"{calculated:,}", d=difference_words(actual, expected))

    @check("IL2-14", "Reason 'all 14 doses given' but {n} were given.", on="stop_reason same:IL2D")
    def all_doses_were_given(stop_reason: str, grid: Record) -> Fail | None:
        """All doses given means 14."""
        given = dosing.doses_given(slots_of(grid))
        return fail(n=given) if stop_reason == "MAX DOSES" and given < len(_grid_numbers(grid)) else None

    @check("IL2-14", "All 14 doses were given, but the reason is '{stop_reason}'.", on="stop_reason same:IL2D")
    def reason_is_all_doses(stop_reason: str, grid: Record) -> bool:
        """With 14 doses given there is no other reason."""
        return stop_reason == "MAX DOSES" or dosing.doses_given(slots_of(grid)) < len(_grid_numbers(grid))

    @check(
        "IL2-15", "Dosing stopped for toxicity: link the event and set its action for IL-2.",
        on="self stop_reason all:AE same:IL2D?", target="stop_ae_ref",
    )  # fmt: skip
    def toxicity_is_told(
        admission: Record, stop_reason: str, events: Sequence[Record], grid: Record | None
    ) -> bool | None:
        """An event that was present at the end of dosing is linked, and it interrupted or ended IL-2."""
        if stop_reason != "TOXICITY":
            return None
        linked = [event for event in events if event.uid in (admission.stop_ae_ref or ())]
        last = last_given([grid]) if grid else None
        end = around(last, after=STOP_HOURS) if last else None
        return any(e.action_il2 in STOPPING_ACTIONS and (end is None or may_be_present(e, *end)) for e in linked)

    @check("IL2-16", "ICU stay {a}-{b} is not inside the admission ({c} to {d}).", on="self icu_in_dt admit_dt")
    def icu_is_inside(admission: Record, icu_in: str, admitted: str) -> Fail | None:
        """Intensive care lies inside the admission and ends after it begins."""
        out, discharged = admission.icu_out_dt, admission.discharge_dt
        wrong = (
            certainly_before(icu_in, admitted)
            or (out is not None and certainly_before(out, icu_in))
            or (discharged is not None and certainly_after(out or icu_in, discharged))
        )
        shown = [time or "not entered" for time in (out, discharged)]
        return fail("icu_in_dt", a=icu_in, b=shown[0], c=admitted, d=shown[1]) if wrong else None

    @check(
        "IL2-16", "ICU stay {a}-{b} has no serious or grade 3+ event.",
        on="self icu_transfer icu_in_dt all:AE", target="icu_transfer",
    )  # fmt: skip
    def icu_has_event(admission: Record, transfer: str, icu_in: str, events: Sequence[Record]) -> Fail | None:
        """A severe or serious event was present during intensive care."""
        out = admission.icu_out_dt or icu_in
        if transfer != "Y" or any(is_severe_or_serious(e) and may_be_present(e, icu_in, out) for e in events):
            return None
        return fail(a=icu_in, b=admission.icu_out_dt or "not entered")

    @check(
        "PT-01", NO_TEST, on="admit_dt same:IL2D? DM.childbearing all:PREG study.pregnancy_test_window",
        target="admit_dt", yields_to="IL2-01 IC-01 GEN-02",
    )  # fmt: skip
    def pregnancy_was_tested(
        admit_dt: str, grid: Record | None, childbearing: str, tests: Sequence[Record], hours: int
    ) -> Fail | None:  # fmt: skip
        """A woman of childbearing potential was tested in the 72 hours before the first dose, else the admission."""
        first = (first_given([grid]) if grid else None) or admit_dt
        return lacks_test(first, tests, hours, "IL-2") if childbearing == "Y" else None

    @check(
        "CA-01", "No cardiac and pulmonary assessment since {since} is recorded before the admission of {a}.",
        on="admit_dt visit all:CARD all:IL2A", target="eligible_to_start", yields_to="IL2-01",
    )  # fmt: skip
    def heart_was_assessed(
        admit_dt: str, visit: VisitView, assessments: Sequence[Record], admissions: Sequence[Record]
    ) -> Fail | None:  # fmt: skip
        """Heart and lungs are assessed before each admission, after the one before it."""
        day, before = known_day(admit_dt), discharge_before(visit, admissions)
        days = [card.assess_date for card in assessments if card.assess_date]
        if day is None or any(card <= day and (before is None or card >= before) for card in days):
            return None
        return fail(a=day, since=f"the discharge of {before}" if before else "screening")

    @check("IL2-20", "Only {n} days between admissions.", on="admit_dt visit all:IL2D", yields_to="IL2-01")
    def rested_in_course(admit_dt: str, visit: VisitView, grids: Sequence[Record]) -> Fail | None:
        """Admission 2 starts at least 9 days after the last dose of admission 1."""
        first = admission_one(visit, grids)
        days = days_between(last_given([first]) if first else None, admit_dt)
        return fail(n=days) if days is not None and days < REST_DAYS else None

    @check("IL2-20", "Only {n} days between admissions.", on="admit_dt visit all:IL2A", yields_to="IL2-01")
    def rested_between_courses(admit_dt: str, visit: VisitView, admissions: Sequence[Record]) -> Fail | None:
        """IL-2 of the next course starts at least 7 weeks after discharge."""
        before = [a.discharge_dt for a in admissions if a.visit and _course(a.visit) == _course(visit) - 1]
        last = max((earliest(discharged) for discharged in before if discharged), default=None)
        days = days_between(last, admit_dt)
        return fail(n=days) if days is not None and days < REST_AFTER_COURSE_DAYS else None


def difference_words(actual: Number, expected: Number) -> str:
    """The signed difference in percent of the expected dose, to one decimal."""
    difference = dosing.difference_percent(actual, expected)
    return "" if difference is None else f"{difference.quantize(Number('0.1'), ROUND_HALF_UP):+}"


def _one_decimal(value: Number | None) -> Number | None:
    return None if value is None else rounded(value, 1)


def _grid_numbers(grid: Record) -> range:
    return range(grid.crf.groups["SLOT"].fixed)


def _course(visit: VisitView) -> int:
    return visit.course or 0
