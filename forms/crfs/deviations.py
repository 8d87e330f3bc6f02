"""Protocol deviations (SDTM DV): one record per deviation, entered by a person or offered by a check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms.checks import DOUBLE, earlier_twin
from forms.conditions import when
from forms.crf import CRF, Fail, check, derive, fail
from forms.items import Choice, Date, Text, YesNo
from forms.views import Record

OFFERED = when("source", "CHECK")


class Deviations(
    CRF, oid="DV", title="Protocol deviations", domain="DV", slug="deviations", log=True, line_title="Deviation"
):
    """One line per deviation; the line of one that a check offered names the check and the item."""

    dev_date = Date("Date", required=True, sdtm="DV.DVSTDTC", cdash="DVSTDAT")
    category = Choice("Category", "DVCAT", required=True, sdtm="DV.DVCAT")
    severity = Choice("Minor or major", "DVSEV", required=True, sdtm="DV.DVSCAT")
    description = Text("Description", 500, required=True, lines=2, sdtm="DV.DVTERM; DV.DVDECOD", cdash="DVTERM")
    source = Choice("Source", "DVSOURCE", derived=True)
    check_id = Text(
        "Check that offered it", 12, visible_if=OFFERED, derived=True, stamped=True, sdtm="DV.DVSPID"
    )
    related_item = Text("Item concerned", 200, visible_if=OFFERED, derived=True, stamped=True)
    corrective_action = Text(
        "Corrective action", 500, required=True, visible_if=when("severity", "MAJOR"), lines=2, sdtm="SUPPDV.DVCORR"
    )
    irb_reportable = YesNo("To be reported to the IRB", required=True, sdtm="SUPPDV.DVIRB")
    irb_date = Date(
        "Date of the IRB report", required=True, visible_if=when("irb_reportable", "Y"), sdtm="SUPPDV.DVIRBDTC"
    )

    @derive("DV-SOURCE", "source", on="check_id?")
    def derive_source(check_id: str | None) -> str:
        """Offered by a check where one is named, else entered by a person."""
        return "CHECK" if check_id else "MANUAL"

    @check("GEN-06", DOUBLE, on="self dev_date description all:DV", target="description")
    def is_no_double(line: Record, date: dt.date, description: str, lines: Sequence[Record]) -> Fail | None:
        """Date, category and description stand in one line only."""
        twin = earlier_twin(line, lines, _key)
        return fail(n=line.number, m=twin.number, key=f"{date}, {description[:60]}") if twin else None


def _key(line: Record) -> tuple[str, ...] | None:
    if line.dev_date is None or line.description is None:
        return None
    return line.dev_date.isoformat(), line.category or "", " ".join(line.description.lower().split())
