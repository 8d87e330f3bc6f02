"""Best overall response (SDTM RS): the investigator's, beside what the assessments give."""

from __future__ import annotations

import datetime as dt

from forms.conditions import when
from forms.crf import CRF, Fail, check, fail
from forms.items import Choice, Date, Text, YesNo
from forms.views import Record

DIFFERS = "You entered {a}; confirmed assessments give {b}."


class BestResponse(CRF, oid="BOR", title="Best overall response", domain="RS"):
    """The best response of all time points until progression or new therapy."""

    inv_bor = Choice(
        "Best overall response (investigator)", "RESP", required=True, assess=True,
        sdtm="RS.RSORRES; RSTESTCD=BESTRESP; RSEVAL=INVESTIGATOR",
    )  # fmt: skip
    inv_bor_date = Date(
        "Date first seen", required=True, assess=True, visible_if=when("inv_bor", "CR", "PR"), sdtm="RS.RSDTC",
        help="The date of the first of the two scans that confirm the response.",
    )  # fmt: skip
    derived_bor = Choice("Best overall response (derived)", "RESP", derived=True, sdtm="RS.RSORRES; RSTESTCD=BESTRESP")
    derived_date = Date("Date of the derived response", derived=True, sdtm="RS.RSDTC")
    confirmed = YesNo("Confirmed", derived=True, sdtm="SUPPRS")
    rule = Text("Rule of the derived response", 20, derived=True, sdtm="SUPPRS.RSRULE")
    difference_reason = Text(
        "Reason for difference", 300, assess=True, sdtm="SUPPRS.RSDIFF",
        help="When your answer differs from what the assessments give; both are kept.",
    )  # fmt: skip

    @check("BOR-01", DIFFERS, on="self inv_bor derived_bor", target="inv_bor")
    def agrees_with_assessments(best: Record, entered: str, derived: str) -> Fail | None:
        """The investigator's answer is what the assessments give, or says why not."""
        if entered == derived or best.answer("difference_reason").is_given:
            return None
        return fail(a=entered, b=derived)

    @check(
        "BOR-01", DIFFERS, on="self inv_bor derived_bor inv_bor_date derived_date", target="inv_bor_date"
    )  # fmt: skip
    def begins_with_first_scan(
        best: Record, entered: str, derived: str, date: dt.date, first: dt.date
    ) -> Fail | None:
        """A response begins with the first scan of the pair that confirms it."""
        if entered != derived or date == first or best.answer("difference_reason").is_given:
            return None
        return fail(a=date, b=first)
