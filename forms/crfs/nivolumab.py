"""Nivolumab administration (SDTM EC, EX): one record for day 1 and one for day 35 of a course."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal as Number
from zoneinfo import ZoneInfo

from forms import schedule
from forms.admissions import doses_of_course
from forms.checks import WINDOW, outside_window
from forms.conditions import either, when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive import dosing
from forms.derive.dates import certainly_before, days_between, known_day, minutes_between
from forms.infusions import falls_inside, infusion_before, infusion_days
from forms.items import Choice, DateTime, Decimal, Integer, Reference, SiteChoice, Text, YesNo
from forms.pregnancy import NO_TEST, lacks_test
from forms.views import Record, VisitView

GIVEN = when("given", "Y")
INFUSION_MIN = (20, 120)
# A date that is wrong as such is asked about once, not by each rule that reads it.
WRONG_DATE = "GEN-02 IC-01"


def interval_words(infusion: Record, start: str, infusions: Sequence[Record]) -> str | None:
    """The two doses that the interval lies between."""
    before = infusion_before(infusion, infusions)
    return f"{before.start_dt[:10]} to {start[:10]}" if before else None


def course_words(_: str, visit: VisitView, infusions: Sequence[Record], grids: Sequence[Record]) -> str:
    """What was given in the course."""
    return dosing.course_words(*doses_of_course(visit, infusions, grids))


class Nivolumab(CRF, oid="NIVO", title="Nivolumab", domain="EC", slug="nivolumab"):
    """Whether nivolumab was given at its visit, when and how much."""

    given = YesNo("Nivolumab given", required=True, sdtm="EC.ECOCCUR; ECTRT=NIVOLUMAB", cdash="ECYN")
    start_dt = DateTime(
        "Infusion start", required=True, visible_if=GIVEN, after_consent=True, sdtm="EC.ECSTDTC", cdash="ECSTDAT"
    )
    end_dt = DateTime("Infusion end", required=True, visible_if=GIVEN, sdtm="EC.ECENDTC", cdash="ECENDAT")
    outside_window = YesNo("Given outside the window of the visit", derived=True)
    reason_not_given = Choice(
        "Reason not given or delayed", "DOSEREAS", required=True,
        visible_if=either(when("given", "N"), when("outside_window", "Y")), sdtm="EC.ECREASOC",
    )  # fmt: skip
    ae_ref = Reference(
        "Adverse event causing it", "AE", required=True, visible_if=when("reason_not_given", "ADVERSE EVENT"),
        sdtm="RELREC",
    )  # fmt: skip
    planned_mg = Decimal("Planned dose", 6, 1, derived=True, unit="mg", sdtm="EC.ECDOSE; ECMOOD=SCHEDULED")
    dose_mg = Decimal(
        "Dose given", 6, 1, required=True, visible_if=GIVEN, unit="mg", plausible=("480", "480"),
        sdtm="EC.ECDOSE; ECDOSU=mg; EX.EXDOSE", cdash="ECDOSE",
    )  # fmt: skip
    interrupted = YesNo("Infusion interrupted", required=True, visible_if=GIVEN, sdtm="EC.ECADJ")
    interruption_reason = Choice(
        "Reason for the interruption", "DOSEREAS", required=True, visible_if=when("interrupted", "Y"), sdtm="EC.ECADJ"
    )
    lot = Text("Lot number", 40, visible_if=GIVEN, sdtm="EC.ECLOT", cdash="ECLOT")
    location = SiteChoice("Where given", "treatment_locations", visible_if=GIVEN)
    premedication = YesNo(
        "Premedication", visible_if=GIVEN, sdtm="CM", help="Each drug is a line of the concomitant medications."
    )
    days_since_last = Integer("Days since the nivolumab dose before", derived=True, unit="days", digits=4)
    course_complete = YesNo("Course complete", derived=True, visible_if=when("visit.kind", schedule.DAY_35))

    @derive("NIV-PLAN", "planned_mg", on="study.nivolumab_dose")
    def derive_plan(dose: Number) -> Number:
        """The dose of the protocol."""
        return dose

    @derive("NIV-WINDOW", "outside_window", on="given start_dt visit")
    def derive_window(given: str, start: str, visit: VisitView) -> str | None:
        """Whether a given dose lies outside the window of its visit; none while the window is not known."""
        day = known_day(start)
        if given != "Y" or day is None or visit.window_from is None or visit.window_to is None:
            return None
        return "N" if visit.window_from <= day <= visit.window_to else "Y"

    @derive("DER-23", "days_since_last", on="self start_dt all:NIVO", explain=interval_words)
    def derive_interval(infusion: Record, start: str, infusions: Sequence[Record]) -> int | None:
        """Days since the dose before, of this course or the one before it."""
        before = infusion_before(infusion, infusions)
        return days_between(before.start_dt, start) if before else None

    @derive("DER-22", "course_complete", on="given visit all:NIVO all:IL2D", explain=course_words)
    def derive_completeness(
        _: str, visit: VisitView, infusions: Sequence[Record], grids: Sequence[Record]
    ) -> str | None:  # fmt: skip
        """Whether both nivolumab doses and IL-2 in both admissions were given; known once day 35 is answered."""
        if visit.kind != schedule.DAY_35:
            return None
        return "Y" if dosing.is_course_complete(*doses_of_course(visit, infusions, grids)) else "N"

    @check(
        "VIS-01", WINDOW, on="given visit start_dt", target="start_dt",
        yields_to=f"{WRONG_DATE} NIV-04 NIV-05 NIV-06",
    )  # fmt: skip
    def is_in_window(given: str, visit: VisitView, start: str) -> Fail | None:
        """The infusion lies in the window of its visit; the visit header speaks for a date that both share."""
        day = known_day(start)
        return None if given != "Y" or not day or day == visit.date else outside_window(visit, day, "start_dt")

    @check("NIV-01", "Nivolumab was not given on {visit}: give the reason.", on="self given visit")
    def absence_has_reason(infusion: Record, given: str, visit: VisitView) -> Fail | None:
        """A dose that was not given has a reason."""
        if given != "N" or infusion.answer("reason_not_given").is_given:
            return None
        return fail("reason_not_given", visit=visit.label)

    @check(
        "NIV-01", "Nivolumab was given outside the window of {visit} ({first} to {last}): give the reason.",
        on="self outside_window visit", target="reason_not_given",
    )  # fmt: skip
    def delay_has_reason(infusion: Record, outside: str, visit: VisitView) -> Fail | None:
        """A dose outside the window of its visit has a reason."""
        if outside != "Y" or infusion.answer("reason_not_given").is_given:
            return None
        return fail(visit=visit.label, first=visit.window_from, last=visit.window_to)

    @check(
        "NIV-01", "Nivolumab was {what} on {visit}: give the reason and the adverse event.",
        on="self given reason_not_given visit", target="ae_ref",
    )  # fmt: skip
    def event_is_linked(infusion: Record, given: str, reason: str, visit: VisitView) -> Fail | None:
        """An adverse event as the reason is linked."""
        if reason != "ADVERSE EVENT" or infusion.answer("ae_ref").is_given:
            return None
        return fail(visit=visit.label, what="not given" if given == "N" else "not given on time")

    @check(
        "NIV-01", "Nivolumab was not given as planned for adverse event {n}, but its action with nivolumab is "
        "'Dose not changed'.", on="ae_ref reason_not_given all:AE",
    )  # fmt: skip
    def event_changed_dosing(ref: str, reason: str, events: Sequence[Record]) -> Fail | None:
        """The linked event says that dosing was affected."""
        linked = next((event for event in events if event.uid == ref), None)
        if linked is None or reason != "ADVERSE EVENT" or linked.action_nivolumab != "DOSE NOT CHANGED":
            return None
        return fail(n=linked.number)

    @check(
        "NIV-02", "Infusion lasted {n} min (30 expected).", on="end_dt start_dt site.time_zone?", yields_to=WRONG_DATE
    )
    def infusion_time_is_usual(end: str, start: str, zone: str | None) -> Fail | None:
        """The infusion took 20 to 120 minutes."""
        minutes = minutes_between(start, end, ZoneInfo(zone) if zone else None)
        if minutes is None or INFUSION_MIN[0] <= minutes <= INFUSION_MIN[1]:
            return None
        return fail(n=minutes)

    @check("NIV-02", "Infusion end {e} is before its start {s}.", on="end_dt start_dt", yields_to=WRONG_DATE)
    def ends_after_start(end: str, start: str) -> Fail | None:
        """The infusion does not end on a day before it started, also where a time is not known."""
        is_timed = minutes_between(start, end) is not None
        return fail(e=end, s=start) if not is_timed and certainly_before(end, start) else None

    @check("NIV-02", "The infusion was interrupted: give the reason.", on="self interrupted")
    def interruption_has_reason(infusion: Record, interrupted: str) -> Fail | None:
        """An interruption has a reason."""
        is_told = interrupted != "Y" or infusion.answer("interruption_reason").is_given
        return None if is_told else fail("interruption_reason")

    @check(
        "NIV-03", "Protocol dose is {dose} mg; you entered {x} mg. A deviation line is offered.",
        on="dose_mg study.nivolumab_dose",
    )  # fmt: skip
    def dose_is_planned(dose_mg: Number, planned: Number) -> Fail | None:
        """The dose is that of the protocol."""
        return None if dose_mg == planned else fail(dose=planned, x=dose_mg)

    @check(
        "NIV-04", "Nivolumab {x} is {n} days after the previous dose {y}; at least {least} expected.",
        on="self start_dt all:NIVO study.nivolumab_min_gap", target="start_dt", yields_to=f"{WRONG_DATE} NIV-05",
    )  # fmt: skip
    def is_far_from_dose_before(infusion: Record, start: str, infusions: Sequence[Record], least: int) -> Fail | None:
        """Nivolumab doses are at least 28 days apart."""
        before = infusion_before(infusion, infusions)
        days = days_between(before.start_dt, start) if before else None
        if before is None or days is None or days >= least:
            return None
        return fail(x=start[:10], n=days, y=before.start_dt[:10], least=least)

    @check(
        "NIV-05", "Course {n} day 1 is {x}, before the response scan of course {m} ({y}).",
        on="given start_dt visit all:TA", target="start_dt", yields_to=WRONG_DATE,
    )  # fmt: skip
    def follows_scan(given: str, start: str, visit: VisitView, assessments: Sequence[Record]) -> Fail | None:
        """Day 1 of a next course is not before the response scan of the course before."""
        scans = [row.scan_date for one in assessments if _is_before(one, schedule.RESPONSE, visit)
                 for row in one.rows("SCAN") if row.scan_date]  # fmt: skip
        day = known_day(start)
        if given != "Y" or not scans or day is None or day >= min(scans):
            return None
        return fail(n=visit.course, x=day, m=_course_before(visit), y=min(scans))

    @check(
        "NIV-05", "Course {n} day 1 is {x}, before the day-35 dose of course {m} ({y}).",
        on="given start_dt visit all:NIVO", target="start_dt", yields_to=WRONG_DATE,
    )  # fmt: skip
    def follows_day_35(given: str, start: str, visit: VisitView, infusions: Sequence[Record]) -> Fail | None:
        """Day 1 of a next course comes after day 35 of the course before."""
        day = known_day(start)
        last = infusion_days(infusions, schedule.DAY_35).get(_course_before(visit))
        if given != "Y" or visit.kind != schedule.DAY_1 or day is None or last is None or day >= last:
            return None
        return fail(n=visit.course, x=day, m=_course_before(visit), y=last)

    @check(
        "NIV-05", "Nivolumab {x} stands at {other} too: one administration belongs to one visit only.",
        on="self given start_dt all:NIVO", target="start_dt", yields_to=WRONG_DATE,
    )  # fmt: skip
    def is_one_visits_dose(infusion: Record, given: str, start: str, infusions: Sequence[Record]) -> Fail | None:
        """No other visit has a dose on the same day; the later visit is asked."""
        twin = _earlier_visit_with(infusion, infusions) if given == "Y" else None
        return fail(x=start[:10], other=twin.visit.label) if twin and twin.visit else None

    @check(
        "PT-01", NO_TEST, on="given start_dt DM.childbearing all:PREG study.pregnancy_test_window", target="start_dt",
        yields_to=WRONG_DATE,
    )  # fmt: skip
    def pregnancy_was_tested(
        given: str, start: str, childbearing: str, tests: Sequence[Record], hours: int
    ) -> Fail | None:  # fmt: skip
        """A woman of childbearing potential was tested in the 72 hours before the dose."""
        is_asked = given == "Y" and childbearing == "Y"
        return lacks_test(start, tests, hours, "nivolumab") if is_asked else None

    @check(
        "NIV-06", "Nivolumab {x} falls inside the IL-2 admission {a} to {b}.", on="given start_dt all:IL2A",
        target="start_dt", yields_to=WRONG_DATE,
    )  # fmt: skip
    def is_outside_admissions(given: str, start: str, admissions: Sequence[Record]) -> Fail | None:
        """Nivolumab is not given between admission and discharge of an IL-2 stay."""
        stay = next((one for one in admissions if falls_inside(start, one)), None) if given == "Y" else None
        return fail(x=start, a=stay.admit_dt, b=stay.discharge_dt) if stay else None


def _course_before(visit: VisitView) -> int:
    return (visit.course or 0) - 1


def _is_before(record: Record, kind: str, visit: VisitView) -> bool:
    """Whether a record stands at a visit of that kind in the course before a day 1."""
    if record.visit is None or visit.kind != schedule.DAY_1:
        return False
    return record.visit.kind == kind and record.visit.course == _course_before(visit)


def _earlier_visit_with(infusion: Record, infusions: Sequence[Record]) -> Record | None:
    """The first visit with a dose on the same day, unless that is the visit of this one."""
    day = known_day(infusion.start_dt)
    same = (one for one in infusions if one.given == "Y" and day and known_day(one.start_dt) == day)
    first = next(same, None)
    return None if first is None or first.uid == infusion.uid else first
