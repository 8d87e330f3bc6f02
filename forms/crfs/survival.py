"""Survival follow-up (SDTM SS) with the anticancer therapy that followed (CM)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms import schedule
from forms.checks import HEADER, disagrees_with_log
from forms.conditions import when
from forms.crf import CRF, Fail, Group, check, fail
from forms.derive.dates import certainly_after, certainly_before
from forms.items import Choice, Date, PartialDate, Text, YesNo
from forms.views import Record, Row, VisitView

TREATED_ANEW = when("record.new_therapy", "Y")


class Survival(CRF, oid="SURV", title="Survival follow-up", domain="SS"):
    """What is known of a participant at one contact after treatment."""

    status_date = Date("Date of contact", required=True, sdtm="SS.SSDTC", cdash="SSDAT")
    status = Choice("Survival status", "SURVSTAT", required=True, sdtm="SS.SSORRES; SSTESTCD=SURVSTAT")
    source = Choice("Source", "CNTMODE", required=True, sdtm="SUPPSS")
    disease_status = Choice("Progression since last contact", "DISSTAT", required=True, sdtm="SUPPSS")
    new_therapy = YesNo("New anticancer therapy", required=True)

    class Sact(Group, oid="SACT", title="New anticancer therapy"):
        """One treatment that followed; radiotherapy and surgery are lines of the procedure log."""

        sact_agent = Text(
            "Agent", 100, required=True, visible_if=TREATED_ANEW,
            sdtm="CM.CMTRT; CMCAT=SUBSEQUENT ANTICANCER THERAPY", cdash="CMTRT",
        )  # fmt: skip
        sact_category = Choice("Class", "TXCAT", required=True, visible_if=TREATED_ANEW, sdtm="CM.CMSCAT")
        sact_start = PartialDate(
            "Start", required=True, visible_if=TREATED_ANEW, sdtm="CM.CMSTDTC", cdash="CMSTDAT"
        )
        sact_stop = PartialDate("Stop", visible_if=TREATED_ANEW, sdtm="CM.CMENDTC", cdash="CMENDAT")
        sact_best_response = Choice("Best response", "RESP", visible_if=TREATED_ANEW, sdtm="SUPPCM")

        @check(
            "FU-01", "New therapy started {x}, before last study dose {y}.", on="sact_start subject.last_dose"
        )
        def follows_study_treatment(start: str, last_dose: dt.date) -> Fail | None:
            """New therapy begins after the last study dose."""
            return fail(x=start, y=last_dose) if certainly_before(start, last_dose) else None

        @check(
            "FU-01", "New therapy from {x}: the tumour assessment of {y} came after it.", on="sact_start all:TA",
            severity="N",
        )  # fmt: skip
        def precedes_no_assessment(start: str, assessments: Sequence[Record]) -> Fail | None:
            """Time points after new therapy do not count for the response to the study treatment."""
            scans = sorted(row.scan_date for a in assessments for row in a.rows("SCAN") if row.scan_date)
            later = next((scan for scan in scans if certainly_after(scan, start)), None)
            return fail(x=start, y=later) if later else None

    @check("FU-01", "Alive on {x}, but the date of death is {d}.", on="status status_date all:DTH", target="status")
    def is_alive_before_death(status: str, seen: dt.date, deaths: Sequence[Record]) -> Fail | None:
        """Nobody is alive after the date of death."""
        died = next((death.death_date for death in deaths if death.death_date), None)
        return fail(x=seen, d=died) if status == "ALIVE" and died and certainly_after(seen, died) else None

    @check("FU-02", "Progression reported without an assessment.", on="disease_status all:TA")
    def progression_is_assessed(status: str, assessments: Sequence[Record]) -> bool:
        """Progression has a time point that shows it, or a clinical basis."""
        return status != "PD SINCE LAST" or any(map(_shows_progression, assessments))

    @check(
        "FU-02", "The one-year assessment needs the disease status between {first} and {last}; it is unknown.",
        on="disease_status visit",
    )  # fmt: skip
    def landmark_is_known(status: str, visit: VisitView) -> Fail | None:
        """At one year it is known whether the disease progressed."""
        if visit.kind != schedule.PFS_12 or status != "UNKNOWN" or visit.window_from is None:
            return None
        return fail(first=visit.window_from, last=visit.window_to)

    @check(
        "FU-02", "The contact of {x} is outside the window of the one-year assessment ({first} to {last}).",
        on="status_date visit",
    )  # fmt: skip
    def landmark_is_in_window(seen: dt.date, visit: VisitView) -> Fail | None:
        """The contact of the one-year assessment lies in its window; the visit header speaks for a date they share."""
        first, last = visit.window_from, visit.window_to
        if visit.kind != schedule.PFS_12 or first is None or last is None or seen == visit.date:
            return None
        return None if first <= seen <= last else fail(x=seen, first=first, last=last)

    @check("GEN-08", HEADER, on="new_therapy rows:SACT")
    def agrees_with_rows(new_therapy: str, rows: Sequence[Row]) -> Fail | None:
        """The answer agrees with the lines below it."""
        return disagrees_with_log(new_therapy, rows)


def _shows_progression(assessment: Record) -> bool:
    return "PD" in (assessment.inv_overall, assessment.der_overall) or assessment.symptomatic_deterioration == "Y"
