"""Pregnancy test (SDTM LB, RP): asked of women of childbearing potential only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from forms import schedule
from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, check, fail
from forms.items import Choice, DateTime, Text, YesNo
from forms.pregnancy import dosing_follows, next_negative, next_refusal
from forms.views import Record, VisitView

DONE = when("performed", "Y")


class PregnancyTest(CRF, oid="PREG", title="Pregnancy test", domain="LB", slug="pregnancy-test"):
    """A test of urine or serum before dosing."""

    performed = YesNo("Pregnancy test done", required=True, sdtm="LB.LBSTAT", cdash="LBPERF")
    reason_not_done = Text(
        "Reason not done", 200, required=True, visible_if=when("performed", "N"), sdtm="LB.LBREASND", cdash="LBREASND"
    )
    sample_dt = DateTime(
        "Sample date and time", required=True, visible_if=DONE, after_consent=True, sdtm="LB.LBDTC", cdash="LBDAT"
    )
    specimen = Choice(
        "Urine or serum", "PREGSPEC", required=True, visible_if=DONE, sdtm="LB.LBSPEC; LBTESTCD=HCG",
        loinc="2106-3 (urine); 2118-8 (serum)",
    )  # fmt: skip
    result = Choice("Result", "POSNEGIND", required=True, visible_if=DONE, sdtm="LB.LBORRES", cdash="LBORRES")
    breastfeeding = YesNo("Breastfeeding", required=when("visit.kind", schedule.SCREENING), sdtm="SUPPRP.RPBRSTFD")

    @check(
        "PT-02", "Pregnancy test {words} on {x}: dosing must not proceed; inform the investigator at once.",
        on="sample_dt result all:PREG all:NIVO all:IL2D subject", target="result",
    )  # fmt: skip
    def result_allows_dosing(sample: str, result: str, tests: Sequence[Record], *around: Any) -> Fail | None:
        """No dose follows, or is planned after, a test that was not negative, unless the next test was."""
        if result == "NEGATIVE" or not dosing_follows(sample, next_negative(sample, tests), *around):
            return None
        return fail(words=LISTS["POSNEGIND"].label(result).lower(), x=sample)

    @check(
        "PT-02", "Breastfeeding at {visit}: dosing must not proceed; inform the investigator at once.",
        on="breastfeeding visit.date visit all:PREG all:NIVO all:IL2D subject", target="breastfeeding",
    )  # fmt: skip
    def is_not_breastfeeding(
        breastfeeding: str, said: dt.date, visit: VisitView, tests: Sequence[Record], *around: Any
    ) -> Fail | None:  # fmt: skip
        """No dose follows, or is planned after, the answer that she breastfeeds, until she says otherwise."""
        if breastfeeding != "Y" or not dosing_follows(said, next_refusal(said, tests), *around):
            return None
        return fail(visit=visit.label)
