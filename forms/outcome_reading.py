"""A participant's records as the plain values that the analysis of the outcomes reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms.admissions import ADMISSIONS
from forms.codelists import LISTS
from forms.courses_of_disease import AssessedPoint, DiseaseCourse, disease_course
from forms.derive.dates import known_day
from forms.derive.recist_settings import DEFAULTS, ResponseSettings
from forms.doses import ALDESLEUKIN, NIVOLUMAB
from forms.life import decisions_to_stop, drugs_of_study
from forms.outcome_model import Assessed, Event, Infusion, Participant, SlotDose
from forms.outcome_records import CaseFile
from forms.responses import TARGET
from forms.tumours import first_scan, sum_at_baseline
from forms.views import Record

# The item of an adverse event that tells its relation to each study drug.
RELATIONS = {NIVOLUMAB: "rel_nivolumab", ALDESLEUKIN: "rel_il2"}
TREATMENT_ONLY = "TREATMENT ONLY"


def read_participant(file: CaseFile, rules: ResponseSettings = DEFAULTS) -> Participant:
    """The outcomes of one participant; responses are derived here and now from lesions and scans."""
    disease, lesions = disease_course(file.load, rules), file.load("TLB")
    slots, infusions = tuple(_slots(file.load("IL2D"))), tuple(_infusions(file.load("NIVO")))
    has_left = any(_counts(end) for end in file.load("EOS"))
    return Participant(
        code=file.code, site=file.site, tumour_type=_tumour_type(file), first_dose=file.first_dose,
        start=disease.start, last_dose=file.last_dose, baseline_mm=sum_at_baseline(lesions),
        has_baseline=disease.has_baseline, has_targets=any(lesion.role == TARGET for lesion in lesions),
        assessments=tuple(map(_assessed, disease.points)), investigator_best=_investigator_best(file),
        death=disease.death, new_therapy=disease.new_therapy, last_contact=disease.last_alive,
        is_on_treatment=_is_on_treatment(file, disease, has_left=has_left), has_left=has_left,
        has_complete_course=disease.has_complete_course, events=tuple(map(_event, file.load("AE"))), slots=slots,
        infusions=infusions, courses=len(_started(slots, infusions)), is_locked=file.is_locked,
        completed=disease.completed,
    )  # fmt: skip


def _tumour_type(file: CaseFile) -> str:
    return next((record.tumour_type for record in file.load("DH") if record.tumour_type), "")


def _investigator_best(file: CaseFile) -> str:
    told = [record.inv_bor for record in file.load("BOR") if record.inv_bor]
    return told[-1] if told else ""


def _counts(end: Record) -> bool:
    """Whether study completion means that nothing more is learned of the participant."""
    return end.reason is not None and end.withdrawn_from != TREATMENT_ONLY


def _is_on_treatment(file: CaseFile, disease: DiseaseCourse, *, has_left: bool) -> bool:
    is_stopped = 0 < drugs_of_study() <= len(decisions_to_stop(file.load))
    return file.first_dose is not None and disease.death is None and not has_left and not is_stopped


def _assessed(point: AssessedPoint) -> Assessed:
    day = first_scan(point.record)
    assert day is not None
    found = point.derived
    if found is None:
        return Assessed(point.label, day, day, "", point.investigator or "")
    sums = found.sums
    return Assessed(
        point.label, day, point.derived_on or day, found.overall.response, point.investigator or "", sums.sum_mm,
        sums.pct_baseline, sums.pct_nadir, found.rule,
    )  # fmt: skip


def _event(record: Record) -> Event:
    """An episode; one of which the onset leaves it open counts as treatment-emergent (DER-11)."""
    return Event(
        number=record.number, term=record.ctcae_term or "", soc=record.soc or "",
        grade=int(record.max_grade) if record.max_grade else None, is_serious=record.serious == "Y",
        is_immune_related=record.immune_related == "Y", is_emergent=record.teae != "N",
        relations={drug: record.value(item) for drug, item in RELATIONS.items()},
    )  # fmt: skip


def _slots(grids: Sequence[Record]) -> Iterator[SlotDose]:
    for grid in grids:
        admission = ADMISSIONS.get(grid.visit.kind) if grid.visit else None
        if grid.visit is None or admission is None or grid.visit.course is None:
            continue
        for row in grid.rows("SLOT"):
            if row.status:
                reason = LISTS["HOLDREAS"].label(row.hold_reason) if row.hold_reason else ""
                yield SlotDose(
                    grid.visit.course, admission, row.number, row.status, reason, row.dose_iu, known_day(row.start_dt)
                )


def _infusions(records: Sequence[Record]) -> Iterator[Infusion]:
    for record in records:
        visit = record.visit
        if visit is None or visit.course is None or record.given is None:
            continue
        reason = LISTS["DOSEREAS"].label(record.reason_not_given) if record.reason_not_given else ""
        is_given = record.given == "Y"
        day = known_day(record.start_dt) if is_given else None
        yield Infusion(visit.course, visit.oid, is_given, day, record.dose_mg if is_given else None, reason)


def _started(slots: Sequence[SlotDose], infusions: Sequence[Infusion]) -> set[int]:
    """The courses in which a dose of either drug was given."""
    return {one.course for one in infusions if one.is_given} | {one.course for one in slots if one.day or one.amount}
