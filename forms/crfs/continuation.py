"""Continuation decision (SDTM DS): whether another course follows the response scan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms import schedule
from forms.conditions import both, when
from forms.crf import CRF, Fail, check, derive, fail
from forms.infusions import infusion_days
from forms.items import Choice, Date, Integer, Reference, Text, YesNo
from forms.views import Record, VisitView

GOES_ON = when("next_course", "Y")
NOT_EVALUABLE = ("NE", "NOT ALL EVALUATED")


class Continuation(CRF, oid="CONT", title="Continuation decision", domain="DS"):
    """The investigator's decision after the scan of a course."""

    course = Integer("Course just assessed", derived=True, digits=2, sdtm="SUPPDS")
    scan_ref = Reference("Response time point", "TA", required=True, assess=True, sdtm="RELREC")
    investigator_response = Choice("Response", "RESP", derived=True, sdtm="RS.RSORRES; RSTESTCD=OVRLRESP")
    toxicity_allows = YesNo("Toxicity permits treatment", required=True, assess=True, sdtm="SUPPDS")
    next_course = YesNo("Another course", required=True, assess=True, sdtm="DS.DSTERM")
    reason_no = Choice(
        "Reason", "CONTREAS", required=True, assess=True, visible_if=when("next_course", "N"), sdtm="DS.DSTERM"
    )
    treat_beyond_pd_reason = Text(
        "Why treat beyond progression", 300, required=True, assess=True,
        visible_if=both(when("investigator_response", "PD"), GOES_ON), sdtm="SUPPDS",
    )  # fmt: skip
    planned_date = Date("Planned day 1", required=True, assess=True, visible_if=GOES_ON, not_future=False)

    @derive("CONT-COURSE", "course", on="visit")
    def derive_course(visit: VisitView) -> int | None:
        """The course of the visit."""
        return visit.course

    @derive("CONT-RESP", "investigator_response", on="scan_ref all:TA")
    def derive_response(scan: str, assessments: Sequence[Record]) -> str | None:
        """The investigator's overall response of the time point."""
        response: str | None = next((a.inv_overall for a in assessments if a.uid == scan), None)
        return response

    @check("RE-14", "Response is {r}; continuing needs a reason.", on="self next_course investigator_response")
    def progression_is_explained(decision: Record, next_course: str, response: str) -> Fail | None:
        """Treatment beyond progression has a reason."""
        is_told = response != "PD" or decision.answer("treat_beyond_pd_reason").is_given
        return None if next_course == "N" or is_told else fail("treat_beyond_pd_reason", r=response)

    @check(
        "RE-14", "The response scan is not evaluable ({r}); continuing needs one that is.",
        on="self next_course investigator_response?", target="next_course",
    )  # fmt: skip
    def scan_is_evaluable(decision: Record, next_course: str, response: str | None) -> Fail | None:
        """Another course follows a scan that could be assessed."""
        if next_course == "N" or (response not in NOT_EVALUABLE and not decision.answer("scan_ref").missing):
            return None
        return fail(r=response or "no scan")

    @check(
        "RE-14", "Toxicity does not permit treatment, but another course is decided.", on="next_course toxicity_allows"
    )
    def toxicity_permits(next_course: str, allows: str) -> bool:
        """Another course is given only when toxicity permits it."""
        return next_course == "N" or allows == "Y"

    @check(
        "NIV-05", "Course {n} day 1 is {x}, before the response scan of course {m} ({y}).",
        on="planned_date scan_ref course all:TA",
    )  # fmt: skip
    def is_planned_after_scan(planned: dt.date, scan: str, course: int, assessments: Sequence[Record]) -> Fail | None:
        """Day 1 of the next course is planned after the scan."""
        dates = [row.scan_date for a in assessments if a.uid == scan for row in a.rows("SCAN") if row.scan_date]
        if not dates or planned >= min(dates):
            return None
        return fail("planned_date", n=course + 1, x=planned, m=course, y=min(dates))

    @check(
        "NIV-05", "Course {n} day 1 was given on {x}, but the decision was against another course.",
        on="next_course course all:NIVO",
    )  # fmt: skip
    def none_follows_refusal(next_course: str, course: int, infusions: Sequence[Record]) -> Fail | None:
        """No course follows a decision against it."""
        given = infusion_days(infusions, schedule.DAY_1).get(course + 1)
        return fail("next_course", n=course + 1, x=given) if next_course == "N" and given else None
