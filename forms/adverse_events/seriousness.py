"""Whether an adverse event is serious, and that it was reported (AE-08 to AE-10)."""

from __future__ import annotations

from collections.abc import Sequence

from forms.crf import Fail, check, fail
from forms.derive.dates import certainly_after, certainly_before
from forms.derive.sae import INITIAL
from forms.episodes import onset
from forms.serious import CRITERION_WORDS, linked_events
from forms.views import Record

CRITERIA = tuple(CRITERION_WORDS)


@check(
    "AE-08", "Grade 4 recorded as not serious, or hospitalisation equals the planned IL-2 stay: confirm it.",
    on="self serious max_grade? all:IL2A all:SAE", target="serious",
)  # fmt: skip
def seriousness_is_considered(
    event: Record, serious: str, max_grade: str | None, admissions: Sequence[Record], reports: Sequence[Record]
) -> bool | None:
    """Life-threatening was considered at grade 4, and a planned admission is not the only criterion."""
    if serious == "N":
        return max_grade != "4"
    if [name for name in CRITERIA if event.value(name) == "Y"] != ["ser_hosp"]:
        return True
    stays = [report.first_admission_dt for report in reports if event.uid in (report.ae_ref or ())]
    return not any(
        _began_during(event, admission) and not any(s and certainly_after(s, admission.discharge_dt) for s in stays)
        for admission in admissions
    )


@check("AE-09", "Tick at least one seriousness criterion.", on="self serious", target="serious")
def has_criterion(event: Record, serious: str) -> bool:
    """A serious event has a criterion."""
    return serious == "N" or any(event.value(name) == "Y" for name in CRITERIA)


@check("AE-09", "Serious is 'no', but '{what}' is 'yes'.", on="self serious", target="serious")
def has_no_criterion(event: Record, serious: str) -> Fail | None:
    """An event that is not serious has no criterion."""
    told = [event.collection.items[name].label for name in CRITERIA if event.value(name) == "Y"]
    return fail(what=told[0]) if serious == "N" and told else None


@check(
    "AE-10", "No SAE report for line {n}. The {hours}-hour clock runs from awareness.",
    on="self serious all:SAE study.sae_clock", target="serious",
)  # fmt: skip
def serious_event_is_reported(
    event: Record, serious: str, reports: Sequence[Record], hours: int
) -> Fail | None:  # fmt: skip
    """A serious event has an initial report."""
    is_told = any(r.report_type == INITIAL and linked_events(r, [event]) for r in reports)
    return fail(n=event.number, hours=hours) if serious == "Y" and not is_told else None


def _began_during(event: Record, admission: Record) -> bool:
    """Whether an event began between admission and discharge of a stay that took place."""
    start, admitted, discharged = onset(event), admission.admit_dt, admission.discharge_dt
    if start is None or admitted is None or discharged is None:
        return False
    return not certainly_before(start, admitted) and not certainly_before(discharged, start)
