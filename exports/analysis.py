"""Everything that is said about the outcomes of a set of data: figures as plain values, and tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from exports import analysis_doses as doses
from exports import analysis_response as response
from exports import analysis_safety as safety
from exports import analysis_survival as survival
from exports.analysis_cases import Case, cases_of, cutoff_of, in_set, tumour_words
from exports.analysis_course import lanes
from exports.analysis_settings import SETS, AnalysisSettings
from exports.csv_stream import Mode, csv_chunks
from exports.outcome_shapes import About, Outcomes, OutcomeTable
from forms.derive.recist_settings import ResponseSettings
from forms.outcome_model import StudyData

__all__ = ["outcomes", "table_csv", "tumour_types", "tumour_words"]
ALL_TREATED = AnalysisSettings()
# The denominator is the analysis set, which stands by itself.
RULES = tuple(field.name for field in fields(ResponseSettings) if field.name != "orr_denominator")


def outcomes(data: StudyData, settings: AnalysisSettings = ALL_TREATED) -> Outcomes:
    """The outcomes of the participants that the settings choose, at their cut-off.

    The analysis set governs response and times to event; doses and adverse events are those of all treated.
    """
    treated = cases_of(data, settings)
    chosen = in_set(treated, settings.analysis_set)
    return Outcomes(
        about=_about(data, settings, treated, chosen), bars=response.bars(chosen), lanes=lanes(chosen),
        tracks=response.tracks(chosen), curves=survival.curves(treated, settings.analysis_set, data.rules),
        toxicities=safety.toxicities(treated, safety.selections(treated)[0]), doses=doses.dose_cells(treated),
        tables=tuple(_tables(treated, settings.analysis_set, data.rules)),
    )  # fmt: skip


def tumour_types(data: StudyData) -> list[str]:
    """The tumour types of the treated participants, to choose from; `tumour_words` has their words."""
    return sorted({one.tumour_type for one in data.treated if one.tumour_type})


def table_csv(table: OutcomeTable) -> Iterator[bytes]:
    """A table as a CSV file for a spreadsheet, in chunks."""
    return csv_chunks(table.columns, table.rows, mode=Mode.LISTING)


def _tables(treated: list[Case], analysis_set: str, rules: ResponseSettings) -> Iterator[OutcomeTable]:
    chosen = in_set(treated, analysis_set)
    yield response.rate_table(treated, analysis_set, rules)
    yield response.best_table(chosen)
    yield response.assessment_table(chosen)
    yield survival.summary_table(treated, analysis_set, rules)
    yield survival.listing_table(chosen, rules)
    yield survival.step_table(treated, analysis_set, rules)
    yield survival.at_risk_table(treated, analysis_set, rules)
    yield safety.overview_table(treated)
    for selection in safety.selections(treated):
        yield safety.toxicity_table(treated, selection)
    yield doses.intensity_table(treated)
    yield doses.admission_table(treated)
    yield doses.hold_table(treated)


def _about(data: StudyData, settings: AnalysisSettings, treated: list[Case], chosen: list[Case]) -> About:
    return About(
        source=data.source, name=data.name, moment=data.moment, cutoff=cutoff_of(data, settings),
        analysis_set=SETS[settings.analysis_set], participants=len(data.participants), treated=len(treated),
        in_set=len(chosen), tumour_type=settings.tumour_type, open_queries=data.open_queries,
        unlocked=sum(not one.is_locked for one in data.participants), seal=data.seal,
        settings=tuple((name, _shown(data.rules, name)) for name in RULES),
    )  # fmt: skip


def _shown(rules: ResponseSettings, name: str) -> str:
    value = getattr(rules, name)
    return "none" if value is None else ("Y" if value else "N") if isinstance(value, bool) else str(value)
