"""The facts of the life cycle in a participant's records, and which planned visits fall away because of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from forms import schedule
from forms.crf import REGISTRY
from forms.derive.dates import known_day
from forms.derive.status import ENDED, Completion, Life, Status
from forms.schedule import VisitDef
from forms.views import Record
from forms.windows import Anchors, is_cancelled_by_end_of_treatment, is_pfs_visit_due

Load = Callable[[str], list[Record]]

# The CRFs whose answers move the state of a participant or the visits of the plan.
SOURCES = frozenset({"IE", "REG", "CONT", "EOT", "EOS", "DTH", "SURV"})


def load_known(load: Load, oid: str) -> list[Record]:
    """The records of a CRF, none where the study has no such CRF."""
    return load(oid) if oid in REGISTRY else []


def registration_date(load: Load) -> dt.date | None:
    """The day on which the participant was registered."""
    return next((r.registration_date for r in load_known(load, "REG") if r.registration_date), None)


def planned_first_dose(load: Load) -> dt.date | None:
    """The day planned for the first dose on the latest eligibility checklist."""
    found = [record.value("planned_c1d1") for record in load_known(load, "IE")]
    return found[-1] if found else None


def decisions_to_stop(load: Load) -> dict[int, dt.date]:
    """The day of the decision to stop each drug, by the row of the drug, where date and reason are told."""
    return {
        row.number: row.decision_date
        for record in load_known(load, "EOT")
        for row in record.rows("DRUG")
        if row.decision_date and row.answer("reason").is_given
    }


def drugs_of_study() -> int:
    """How many study drugs have a line of their own at the end of treatment."""
    return REGISTRY["EOT"].groups["DRUG"].fixed if "EOT" in REGISTRY else 0


def decisions_on_courses(load: Load) -> dict[int, str]:
    """Whether another course follows, by the course that was assessed."""
    found = ((record.visit, record.next_course) for record in load_known(load, "CONT"))
    return {visit.course: answer for visit, answer in found if visit and visit.course and answer}


def first_progression(load: Load) -> dt.date | None:
    """The first scan date of a time point with progression."""
    dates = [
        row.scan_date
        for record in load_known(load, "TA")
        if "PD" in (record.inv_overall, record.der_overall)
        for row in record.rows("SCAN")
        if row.scan_date
    ]
    return min(dates, default=None)


def life_of(load: Load, anchors: Anchors, headers: Sequence[Record], attempt: int) -> Life:
    """What the state of a participant follows from; `headers` are the visit headers, `attempt` that of screening."""
    dates = {h.visit.oid: h.visit_date for h in headers if h.visit and h.visit_date}
    checklists = load_known(load, "IE")
    again = schedule.get_visit(schedule.SCREENING, attempt).oid if attempt > 1 else ""
    alive = (r.status_date for r in load_known(load, "SURV") if r.value("status") == "ALIVE")
    return Life(
        eligible=checklists[-1].value("eligible") if checklists else None,
        attempt_from=dates.get(again),
        attempt_open=bool(again) and again not in dates,
        registered=anchors.registration_date,
        first_dose=anchors.c1d1,
        last_dose=anchors.last_dose,
        treatment_ended=0 < drugs_of_study() <= len(decisions_to_stop(load)),
        completion=_completion(load_known(load, "EOS")),
        last_contact=max([*dates.values(), *(day for day in alive if day)], default=None),
        is_dead=any(record.death_date for record in load_known(load, "DTH")),
    )


def _completion(records: Sequence[Record]) -> Completion | None:
    told = next((record for record in records if record.reason), None)
    return Completion(told.reason, told.completion_date, told.withdrawn_from) if told else None


def died_on(load: Load) -> dt.date | None:
    """The day of death where it is known to the day."""
    return next((known_day(r.death_date) for r in load_known(load, "DTH") if r.death_date), None)


def is_not_applicable(visit: VisitDef, state: Status, load: Load, anchors: Anchors) -> bool:
    """Whether a planned visit falls away: the study or treatment ended, or the course is not to come.

    The one-year assessment falls away after progression or death before it. Screening always took place.
    """
    if visit.kind in (schedule.SCREENING, schedule.UNSCHEDULED):
        return False
    if state in ENDED:
        return True
    if state is Status.OFF_TREATMENT and is_cancelled_by_end_of_treatment(visit, anchors):
        return True
    if visit.kind == schedule.DAY_1 and visit.course:
        return decisions_on_courses(load).get(visit.course - 1) == "N"
    if visit.kind == schedule.PFS_12:
        ends = [day for day in (first_progression(load), died_on(load)) if day]
        return not is_pfs_visit_due(anchors, min(ends, default=None))
    return False
