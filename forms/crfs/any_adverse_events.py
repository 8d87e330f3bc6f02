"""Whether there was any adverse event (CDASH AEYN): one record per participant."""

from __future__ import annotations

from collections.abc import Sequence

from forms.checks import HEADER, disagrees_with_log
from forms.crf import CRF, Fail, check
from forms.items import YesNo
from forms.views import Record


class AnyAdverseEvents(CRF, oid="AEYN", title="Adverse events: any?", domain="AE", slug="any-adverse-events"):
    """The header of the adverse-event log."""

    any_ae = YesNo(
        "Any adverse event", required=True, cdash="AEYN",
        help="From the first dose until 90 days after the last; before it, serious or procedure-related ones only.",
    )  # fmt: skip

    @check("GEN-08", HEADER, on="any_ae all:AE")
    def agrees_with_log(any_ae: str, events: Sequence[Record]) -> Fail | None:
        """The answer agrees with the lines of the log."""
        return disagrees_with_log(any_ae, events)
