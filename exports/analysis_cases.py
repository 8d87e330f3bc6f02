"""Each participant of an analysis with what the rules of response and survival make of it at the cut-off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from exports.analysis_settings import COMPLETE_COURSE, EVALUABLE, AnalysisSettings
from forms.codelists import LISTS
from forms.derive.recist_best import Assessment, BestResponse, best_response, candidate_set
from forms.derive.recist_response import CR, PD, PR
from forms.derive.recist_settings import ResponseSettings
from forms.derive.survival import (
    ADEQUATE,
    EMA,
    FDA,
    Outcome,
    duration_of_response,
    overall_survival,
    progression_free_survival,
)
from forms.derive.words import rounded
from forms.outcome_model import Assessed, Participant, StudyData

STYLES = (FDA, EMA)


@dataclass(frozen=True)
class Case:
    """A treated participant at a cut-off.

    `counted` are the assessments that best response looks at; `unconfirmed` is the best response without confirmation;
    `pfs` and `duration` by style of censoring.
    """

    of: Participant
    start: dt.date
    first_dose: dt.date
    cutoff: dt.date
    best: BestResponse
    unconfirmed: BestResponse
    investigator: BestResponse
    counted: tuple[Assessed, ...]
    pfs: dict[str, Outcome]
    duration: dict[str, tuple[dt.date, Outcome]]
    survival: Outcome

    @property
    def code(self) -> str:
        """The participant's code."""
        return self.of.code

    @property
    def tumour_type(self) -> str:
        """The tumour type in words."""
        return tumour_words(self.of.tumour_type)

    @property
    def best_change(self) -> Decimal | None:
        """The lowest change of the sum from baseline in percent; None without a complete sum after baseline."""
        return min((one.pct_baseline for one in self.counted if one.pct_baseline is not None), default=None)

    @property
    def is_confirmed(self) -> bool:
        """False when there was a CR or PR that no later scan confirmed."""
        return self.unconfirmed.response not in (CR, PR) or self.unconfirmed.confirmed is True

    def week(self, day: dt.date) -> Decimal:
        """Weeks from the first dose to a day, to one decimal."""
        return rounded(Decimal((day - self.first_dose).days) / 7, 1)

    def until_cutoff(self) -> list[Assessed]:
        """All time points up to the cut-off."""
        return [one for one in self.of.assessments if one.counts_on <= self.cutoff]

    @property
    def died_on(self) -> dt.date | None:
        """The day of death, if by the cut-off."""
        return self.of.death if self.of.death and self.of.death <= self.cutoff else None


def tumour_words(tumour_type: str) -> str:
    """A tumour type as people read it."""
    return LISTS["TUMTYPE"].label(tumour_type) if tumour_type else ""


def cases_of(data: StudyData, settings: AnalysisSettings) -> list[Case]:
    """The treated participants of the tumour type, in the order of their codes."""
    cutoff = cutoff_of(data, settings)
    chosen = (one for one in data.treated if not settings.tumour_type or one.tumour_type == settings.tumour_type)
    return [_case(one, cutoff, data.rules) for one in chosen if one.first_dose and one.first_dose <= cutoff]


def cutoff_of(data: StudyData, settings: AnalysisSettings) -> dt.date:
    """The cut-off of an analysis: never after the day of the data."""
    day = data.moment.date()
    return min(settings.cutoff, day) if settings.cutoff else day


def in_set(cases: Iterable[Case], analysis_set: str) -> list[Case]:
    """The cases of an analysis set."""
    if analysis_set == EVALUABLE:
        return [case for case in cases if is_evaluable(case)]
    if analysis_set == COMPLETE_COURSE:
        return [case for case in cases if case.of.has_complete_course]
    return list(cases)


def is_evaluable(case: Case) -> bool:
    """Measurable disease at baseline, and after it an adequate assessment, progression or death (recist.md 10)."""
    is_judged = any(one.derived in (*ADEQUATE, PD) for one in case.counted)
    return case.of.has_targets and (is_judged or case.died_on is not None)


def _case(one: Participant, cutoff: dt.date, rules: ResponseSettings) -> Case:
    assert one.first_dose is not None
    start = one.start or one.first_dose
    therapy = one.new_therapy if one.new_therapy and one.new_therapy <= cutoff else None
    known = [found for found in one.responses if found.date <= cutoff]
    told = [found for found in one.investigator_responses if found.date <= cutoff]
    best = best_response(known, start, rules, new_therapy=therapy)
    follow_up = replace(one, start=start).follow_up(cutoff)
    pfs = {style: progression_free_survival(follow_up, rules, style=style) for style in STYLES}
    return Case(
        of=one, start=start, first_dose=one.first_dose, cutoff=cutoff, best=best,
        unconfirmed=best_response(known, start, replace(rules, confirm_required=False), new_therapy=therapy),
        investigator=best_response(told, start, rules, new_therapy=therapy),
        counted=_counted(one.assessments, candidate_set(known, start, rules, new_therapy=therapy)), pfs=pfs,
        duration={style: found for style, pfs in pfs.items() if (found := duration_of_response(best, pfs))},
        survival=overall_survival(start, one.death, one.last_contact, cutoff),
    )  # fmt: skip


def _counted(assessments: Sequence[Assessed], candidates: Sequence[Assessment]) -> tuple[Assessed, ...]:
    days = {one.date for one in candidates}
    return tuple(one for one in assessments if one.counts_on in days)
