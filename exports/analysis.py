"""Everything that is said about the outcomes of a set of data: figures as plain values, and tables."""

from __future__ import annotations

from exports.analysis_settings import EVALUABLE, SETS, TREATED, AnalysisSettings
from exports.outcome_shapes import Outcomes
from forms.outcome_model import StudyData

__all__ = ["EVALUABLE", "SETS", "TREATED", "AnalysisSettings", "outcomes"]


def outcomes(data: StudyData, settings: AnalysisSettings = AnalysisSettings()) -> Outcomes:
    """The outcomes of the participants that the settings choose, at their cut-off."""
    raise NotImplementedError
