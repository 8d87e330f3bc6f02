"""Medical history (SDTM MH): one record per condition, with what the eligibility criteria ask of it."""

from __future__ import annotations

from collections.abc import Sequence

from forms.checks import DOUBLE, earlier_twin
from forms.conditions import when
from forms.crf import CRF, Fail, check, fail
from forms.derive.dates import certainly_after
from forms.histories import is_residual_toxicity
from forms.items import Choice, Dictionary, PartialDate, Text, YesNo
from forms.views import Record


class MedicalHistory(
    CRF, oid="MH", title="Medical history", domain="MH", slug="medical-history", log=True, line_title="Condition"
):
    """A condition or event before treatment; the category tells which criterion it concerns."""

    term = Text("Condition or event", 200, required=True, sdtm="MH.MHTERM", cdash="MHTERM")
    ctcae_term = Dictionary("CTCAE term if graded", sdtm="SUPPMH.MHCTCTRM")
    category = Choice("Category", "MHCAT", required=True, sdtm="MH.MHCAT", cdash="MHCAT")
    start = PartialDate("Start", required=True, sdtm="MH.MHSTDTC", cdash="MHSTDAT", help="As far as known.")
    ongoing = YesNo("Ongoing at registration", required=True, sdtm="MH.MHENRTPT; MH.MHENTPT", cdash="MHONGO")
    end = PartialDate(
        "End", required=True, visible_if=when("ongoing", "N"), sdtm="MH.MHENDTC", cdash="MHENDAT",
        help="Of a malignancy: when it was last active.",
    )  # fmt: skip
    grade = Choice(
        "CTCAE grade at baseline", "GRADE1_5", subset=("1", "2", "3", "4"), required=True,
        visible_if=when("ongoing", "Y"), sdtm="SUPPMH.MHTOXGR",
    )  # fmt: skip
    prior_tx_toxicity = YesNo("Toxicity of earlier treatment", required=True, sdtm="SUPPMH.MHPRTXFL")
    malignancy_exception = Choice(
        "Allowed exception", "MALEXC", visible_if=when("category", "MALIGNANCY"), sdtm="SUPPMH.MHMALEXC",
        help="Leave empty when the malignancy is none of these.",
    )  # fmt: skip
    on_immunosuppressant = YesNo(
        "Needs immunosuppression now", required=True, visible_if=when("category", "AUTOIMMUNE"), sdtm="SUPPMH.MHIMMSUP"
    )

    @check("MH-01", "'{term}' is ongoing but has an end date {end}.", on="term ongoing end", target="end")
    def has_no_end_while_ongoing(term: str, ongoing: str, end: str) -> bool:
        """What goes on has no end."""
        return ongoing != "Y"

    @check("MH-01", "'{term}' ends {end}, before its start {start}.", on="term start end", target="end")
    def ends_after_start(term: str, start: str, end: str) -> bool:
        """A condition does not end before it starts."""
        return not certainly_after(start, end)

    @check(
        "MH-02", "'{term}' grade {g} from earlier treatment is ongoing; grade 1 or less expected. "
        "Explain if acceptable.", on="self term grade", target="grade",
    )  # fmt: skip
    def toxicity_is_mild(line: Record, term: str, grade: str) -> Fail | None:
        """What earlier treatment left is grade 1 or less, but for hair and skin colour."""
        return fail(g=grade) if is_residual_toxicity(line) else None

    @check("GEN-06", DOUBLE, on="self term start all:MH", target="start")
    def is_no_double(line: Record, term: str, start: str, lines: Sequence[Record]) -> Fail | None:
        """Term and start stand in one line only."""
        twin = earlier_twin(line, lines, _key)
        return fail(n=line.number, m=twin.number, key=f"{term}, {start}") if twin else None


def _key(line: Record) -> tuple[str, str] | None:
    if not line.term or not line.start:
        return None
    return " ".join(line.term.lower().split()), line.start
