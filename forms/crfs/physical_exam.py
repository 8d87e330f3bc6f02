"""Physical exam (SDTM PE) and ECOG performance status (RS): one record per visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms.checks import HEADER, disagrees_with_log
from forms.conditions import when
from forms.crf import CRF, Fail, Group, check, fail
from forms.derive.dates import add_days, earliest, latest
from forms.episodes import may_be_present
from forms.items import Choice, Date, Text, YesNo
from forms.views import Record, Row

DONE = when("performed", "Y")
MATCHING_DAYS = 7
GREAT_CHANGE = 2


class PhysicalExam(CRF, oid="PE", title="Physical exam and ECOG", domain="PE", slug="physical-exam"):
    """What was found at an examination, and the performance status."""

    performed = YesNo("Physical exam performed", required=True, sdtm="PE.PESTAT", cdash="PEPERF")
    reason_not_done = Text(
        "Reason not done", 200, required=True, visible_if=when("performed", "N"), sdtm="PE.PEREASND", cdash="PEREASND"
    )
    assess_date = Date("Date", required=True, visible_if=DONE, after_consent=True, sdtm="PE.PEDTC", cdash="PEDAT")
    abnormal_findings = YesNo("Any abnormal finding", required=True, visible_if=DONE)

    class Finding(Group, oid="FINDING", title="Findings"):
        """One abnormal finding of one body system."""

        body_system = Choice("Body system", "PESYS", required=True, sdtm="PE.PETESTCD")
        finding = Text("Finding", 200, required=True, sdtm="PE.PEORRES", cdash="PEORRES")
        clinically_significant = YesNo(
            "Clinically significant", required=True, sdtm="SUPPPE.PECLSIG",
            help="Before the first dose it also belongs to the medical history, from then on to the adverse events.",
        )  # fmt: skip

        @check(
            "PE-01", "Significant finding '{t}' has no matching adverse event.",
            on="finding clinically_significant record.assess_date subject.c1d1 all:AE",
        )  # fmt: skip
        def has_event(t: str, significant: str, day: dt.date, c1d1: dt.date, events: Sequence[Record]) -> Fail | None:
            """A significant finding after the first dose has an adverse event within 7 days."""
            if significant != "Y" or day < c1d1:
                return None
            first, last = add_days(day, -MATCHING_DAYS).isoformat(), add_days(day, MATCHING_DAYS).isoformat()
            return None if any(may_be_present(event, first, last) for event in events) else fail("finding", t=t)

        @check(
            "PE-01", "Significant finding '{t}' has no matching line of the medical history.",
            on="finding clinically_significant record.assess_date subject.c1d1? all:MH",
        )  # fmt: skip
        def has_history(
            t: str, significant: str, day: dt.date, c1d1: dt.date | None, lines: Sequence[Record]
        ) -> Fail | None:  # fmt: skip
            """A significant finding before the first dose has a condition of the medical history within 7 days."""
            if significant != "Y" or (c1d1 is not None and day >= c1d1):
                return None
            return None if any(_was_ill(line, day) for line in lines) else fail("finding", t=t)

    ecog = Choice(
        "ECOG performance status", "ECOG", required=True, sdtm="RS.RSORRES; RSCAT=ECOG; RSTESTCD=ECOG101",
        cdash="RSORRES",
    )  # fmt: skip
    ecog_date = Date("Date assessed", required=True, after_consent=True, sdtm="RS.RSDTC", cdash="RSDAT")

    @check("GEN-08", HEADER, on="abnormal_findings rows:FINDING")
    def agrees_with_findings(abnormal_findings: str, rows: Sequence[Row]) -> Fail | None:
        """The answer agrees with the findings listed."""
        return disagrees_with_log(abnormal_findings, rows)

    @check(
        "PE-01", "ECOG changed from {a} to {b} since {date}: confirm it.", on="self ecog ecog_date all:PE",
        target="ecog", yields_to="IE-05",
    )  # fmt: skip
    def status_is_steady(exam: Record, ecog: str, day: dt.date, exams: Sequence[Record]) -> Fail | None:
        """The performance status moves by at most 1 from one assessment to the next."""
        before = [e for e in exams if e.ecog is not None and e.ecog_date is not None and e.ecog_date < day]
        last = max(before, key=lambda e: e.ecog_date, default=None)
        if last is None or abs(int(ecog) - int(last.ecog)) < GREAT_CHANGE:
            return None
        return fail(a=int(last.ecog), b=int(ecog), date=last.ecog_date)


def _was_ill(line: Record, day: dt.date) -> bool:
    """Whether a condition of the medical history may have been there within 7 days of an examination."""
    first, last = add_days(day, -MATCHING_DAYS), add_days(day, MATCHING_DAYS)
    if line.start is None or earliest(line.start) > last:
        return False
    return line.end is None or latest(line.end) >= first
