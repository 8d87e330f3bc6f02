"""What an analysis of the outcomes may choose: the set of participants, the tumour type and the cut-off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

TREATED, EVALUABLE, COMPLETE_COURSE = "treated", "evaluable", "complete-course"
SETS = {
    TREATED: "All treated", EVALUABLE: "Response-evaluable", COMPLETE_COURSE: "At least one complete course",
}  # fmt: skip


@dataclass(frozen=True)
class AnalysisSettings:
    """The choices of one analysis; no `cutoff` is the day of the data, no `tumour_type` is all of them.

    The rules of response and survival are chosen when the data are read.
    """

    analysis_set: str = TREATED
    tumour_type: str = ""
    cutoff: dt.date | None = None
