"""Whether there is any relevant medical history (CDASH MHYN): one record per participant."""

from __future__ import annotations

from collections.abc import Sequence

from forms.checks import HEADER, disagrees_with_log
from forms.crf import CRF, Fail, check
from forms.items import YesNo
from forms.views import Record


class AnyHistory(CRF, oid="MHYN", title="Medical history: any?", domain="MH", slug="any-history"):
    """The header of the log of medical history."""

    any_history = YesNo(
        "Any relevant history", required=True, cdash="MHYN",
        help="Conditions before consent, and what earlier treatment left; the disease under study has its own form.",
    )  # fmt: skip

    @check("GEN-08", HEADER, on="any_history all:MH")
    def agrees_with_log(any_history: str, lines: Sequence[Record]) -> Fail | None:
        """The answer agrees with the lines of the log."""
        return disagrees_with_log(any_history, lines)
