"""Visit header (SDTM SV): one record per visit."""

from __future__ import annotations

import datetime as dt

from forms import schedule
from forms.checks import OVERDUE, WINDOW, is_overdue, later_dated_before, outside_window
from forms.conditions import both, when
from forms.crf import CRF, Fail, check, fail
from forms.items import Choice, Date, Text, YesNo
from forms.views import Record, SubjectView, VisitView

TOOK_PLACE = when("visit_occurred", "Y")


class Visit(CRF, oid="VISIT", title="Visit header", domain="SV", slug="visit-header"):
    """Whether and when a visit took place; its date moves the windows of the visits after it."""

    visit_occurred = YesNo("Did this visit take place?", required=True, sdtm="SV.SVOCCUR")
    reason_missed = Choice(
        "Reason not done", "VISITMISS", required=True, visible_if=when("visit_occurred", "N"), sdtm="SV.SVREASOC"
    )
    visit_date = Date(
        "Date of visit", required=True, visible_if=TOOK_PLACE, after_consent=True, sdtm="SV.SVSTDTC", cdash="VISDAT",
        help="For an admission: the date of admission.",
    )  # fmt: skip
    visit_end_date = Date(
        "Last date of visit", visible_if=both(TOOK_PLACE, when("visit.kind", "A1", "A2")), sdtm="SV.SVENDTC",
        help="The date of discharge.",
    )  # fmt: skip
    contact_mode = Choice(
        "Mode of contact", "CNTMODE", required=True,
        visible_if=both(TOOK_PLACE, when("visit.kind", "SFU30", "SFU90", "LTFU")), sdtm="SV.SVCNTMOD",
    )  # fmt: skip
    unscheduled_reason = Text(
        "Reason for unscheduled visit", 200, required=True, visible_if=when("visit.kind", "UNS"), sdtm="SV.SVUPDES"
    )

    @check("VIS-01", WINDOW, on="visit visit_date", yields_to="VIS-02 IC-01 GEN-02")
    def is_in_window(visit: VisitView, visit_date: dt.date) -> Fail | None:
        """The date lies in the window of the visit."""
        return outside_window(visit, visit_date, "visit_date")

    @check(
        "VIS-01", "{label} {x} is {n} days {side} registration ({registered}); 0 to {most} days before it expected. "
        "If real, record the reason; a deviation line is offered.",
        on="visit visit_date subject study.eligibility_window", target="visit_date", yields_to="VIS-02 IC-01 GEN-02",
    )  # fmt: skip
    def is_before_registration(
        visit: VisitView, visit_date: dt.date, subject: SubjectView, most: int
    ) -> Fail | None:
        """The last screening lies 0 to 28 days before the registration that it led to."""
        registered = subject.registration_date
        screenings = [other.uid for other in subject.visits if other.kind == schedule.SCREENING] or [visit.uid]
        if registered is None or visit.uid != screenings[-1]:
            return None
        days = (registered - visit_date).days
        values = {"label": visit.label, "x": visit_date, "n": abs(days), "registered": registered, "most": most}
        return None if 0 <= days <= most else fail(side="before" if days > 0 else "after", **values)

    @check("VIS-03", OVERDUE, on="self visit today", target="visit_occurred")
    def is_entered_in_time(header: Record, visit: VisitView, today: dt.date) -> Fail | None:
        """A visit past its window was entered, or marked missed."""
        if header.answer("visit_occurred").is_given or not is_overdue(visit, today):
            return None
        return fail(visit=visit.label, to=visit.window_to)

    @check("VIS-02", "{visit} {x} is before {prev} {y}.", on="visit visit_date subject")
    def follows_earlier_visits(visit: VisitView, visit_date: dt.date, subject: SubjectView) -> Fail | None:
        """Visits follow each other in the order of the schedule."""
        prev = later_dated_before(visit, visit_date, subject.visits)
        if prev is None:
            return None
        return fail("visit_date", visit=visit.label, x=visit_date, prev=prev.label, y=prev.date)

    @check("VIS-02", "{visit} {x} is before {prev} {y}.", on="visit_end_date visit_date")
    def ends_after_start(visit_end_date: dt.date, visit_date: dt.date) -> Fail | None:
        """A visit does not end before it starts."""
        if visit_end_date >= visit_date:
            return None
        return fail("visit_end_date", visit="Last date of visit", x=visit_end_date, prev="date of visit", y=visit_date)
