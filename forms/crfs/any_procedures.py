"""Whether there was any procedure, surgery or radiation (CDASH PRYN): one record per participant."""

from __future__ import annotations

from collections.abc import Sequence

from forms.checks import HEADER, disagrees_with_log
from forms.crf import CRF, Fail, check
from forms.items import YesNo
from forms.views import Record


class AnyProcedures(CRF, oid="PRYN", title="Procedures: any?", domain="PR", slug="any-procedures"):
    """The header of the procedure log."""

    any_pr = YesNo("Any procedure", required=True, cdash="PRYN")

    @check("GEN-08", HEADER, on="any_pr all:PR")
    def agrees_with_log(any_pr: str, procedures: Sequence[Record]) -> Fail | None:
        """The answer agrees with the lines of the log."""
        return disagrees_with_log(any_pr, procedures)
