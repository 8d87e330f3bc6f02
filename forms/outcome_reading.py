"""A participant's records as the plain values that the analysis of the outcomes reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from forms.admissions import ADMISSIONS
from forms.codelists import LISTS
from forms.courses_of_disease import AssessedPoint, disease_course
from forms.derive.dates import earliest
from forms.derive.recist_settings import DEFAULTS, ResponseSettings
from forms.doses import ALDESLEUKIN, NIVOLUMAB
from forms.outcome_model import Assessed, Event, Infusion, Participant, SlotDose
from forms.outcome_records import CaseFile
from forms.tumours import TARGET, first_scan, sum_at_baseline
from forms.views import Record

# The item of an adverse event that tells its relation to each study drug.
RELATIONS = {NIVOLUMAB: "rel_nivolumab", ALDESLEUKIN: "rel_il2"}
TREATMENT_ONLY = "TREATMENT ONLY"


def read_participant(file: CaseFile, rules: ResponseSettings = DEFAULTS) -> Participant:
    """The outcomes of one participant; responses are derived here and now from lesions and scans."""
    disease, lesions = disease_course(file.load, rules), file.load("TLB")
    return Participant(
        code=file.code, site=file.site, tumour_type=_tumour_type(file), first_dose=file.first_dose,
        start=disease.start, last_dose=file.last_dose, baseline_mm=sum_at_baseline(lesions),
        has_baseline=disease.has_baseline, has_targets=any(lesion.role == TARGET for lesion in lesions),
        assessments=tuple(map(_assessed, disease.points)), investigator_best=_investigator_best(file),
        death=disease.death, new_therapy=disease.new_therapy, last_contact=disease.last_alive,
        has_left=any(_counts(end) for end in file.load("EOS")),
        has_complete_course=disease.has_complete_course, events=tuple(map(_event, file.load("AE"))),
        slots=tuple(_slots(file.load("IL2D"))),
        infusions=tuple(_infusions(file.load("NIVO"))), is_locked=file.is_locked, completed=disease.completed,
    )  # fmt: skip


def _tumour_type(file: CaseFile) -> str:
    return next((record.tumour_type for record in file.load("DH") if record.tumour_type), "")


def _investigator_best(file: CaseFile) -> str:
    told = [record.inv_bor for record in file.load("BOR") if record.inv_bor]
    return told[-1] if told else ""


def _counts(end: Record) -> bool:
    """Whether study completion means that nothing more is learned of the participant."""
    return end.reason is not None and end.withdrawn_from != TREATMENT_ONLY


def _assessed(point: AssessedPoint) -> Assessed:
    day = first_scan(point.record)
    assert day is not None
    told = Assessed(point.label, day, day, "", point.investigator or "", told_on=point.investigator_on)
    if point.derived is None:
        return told
    sums = point.derived.sums
    return replace(
        told, counts_on=point.derived_on or day, derived=point.derived.overall.response, sum_mm=sums.sum_mm,
        pct_baseline=sums.pct_baseline, pct_nadir=sums.pct_nadir, rule=point.derived.rule,
    )  # fmt: skip


def _event(record: Record) -> Event:
    """An episode; one of which the onset leaves it open counts as treatment-emergent (DER-11)."""
    return Event(
        term=record.ctcae_term or "", soc=record.soc or "",
        grades=tuple((_first_day(row.from_date), int(row.grade)) for row in record.rows("GRADE") if row.grade),
        began=_first_day(record.start_date), is_serious=record.serious == "Y",
        is_immune_related=record.immune_related == "Y", is_emergent=record.teae != "N",
        relations={drug: record.value(item) for drug, item in RELATIONS.items()},
    )  # fmt: skip


def _first_day(value: str | None) -> dt.date | None:
    """The first day that a date, known as far as it is, can mean."""
    return earliest(value) if value else None


def _day(moment: str | None) -> dt.date | None:
    """The day of a date with a time, which is always known."""
    return dt.date.fromisoformat(moment[:10]) if moment else None


def _slots(grids: Sequence[Record]) -> Iterator[SlotDose]:
    for grid in grids:
        admission = ADMISSIONS.get(grid.visit.kind) if grid.visit else None
        if grid.visit is None or admission is None or grid.visit.course is None:
            continue
        for row in grid.rows("SLOT"):
            if row.status:
                reason = LISTS["HOLDREAS"].label(row.hold_reason) if row.hold_reason else ""
                day = _day(row.start_dt or row.planned_dt)
                yield SlotDose(grid.visit.course, admission, row.number, row.status, reason, row.dose_iu, day)


def _infusions(records: Sequence[Record]) -> Iterator[Infusion]:
    for record in records:
        visit = record.visit
        if visit is None or visit.course is None or record.given is None:
            continue
        reason = LISTS["DOSEREAS"].label(record.reason_not_given) if record.reason_not_given else ""
        is_given = record.given == "Y"
        day = _day(record.start_dt) if is_given else visit.date
        yield Infusion(visit.course, visit.oid, is_given, day, record.dose_mg if is_given else None, reason)
