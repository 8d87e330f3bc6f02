"""Whether there was any concomitant medication (CDASH CMYN): one record per participant."""

from __future__ import annotations

from collections.abc import Sequence

from forms.checks import HEADER, disagrees_with_log
from forms.crf import CRF, Fail, check
from forms.items import YesNo
from forms.views import Record


class AnyMedications(CRF, oid="CMYN", title="Concomitant medications: any?", domain="CM", slug="any-medications"):
    """The header of the medication log."""

    any_cm = YesNo(
        "Any medication", required=True, cdash="CMYN",
        help="Every drug other than the study drugs, from screening until 90 days after the last dose.",
    )  # fmt: skip

    @check("GEN-08", HEADER, on="any_cm all:CM")
    def agrees_with_log(any_cm: str, medications: Sequence[Record]) -> Fail | None:
        """The answer agrees with the lines of the log."""
        return disagrees_with_log(any_cm, medications)
