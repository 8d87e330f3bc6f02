"""Of which data, whom and by which rules the outcomes speak, as a table of its own."""

from __future__ import annotations

from collections.abc import Iterator

from audit.models import instant_text
from exports.outcome_shapes import About, Cell, Outcomes, OutcomeTable
from forms.outcome_model import RELEASE


def about_table(found: Outcomes) -> OutcomeTable:
    """What every figure and table of these outcomes rests on, with the notes of the tables."""
    notes = ((f"{table.title}", note) for table in found.tables for note in table.notes)
    rows = (*_facts(found.about), *notes)
    return OutcomeTable("about", "What these outcomes rest on", ("What", "Value"), rows)


def _facts(about: About) -> Iterator[tuple[Cell, ...]]:
    yield "Data", f"release {about.name}" if about.source == RELEASE else about.source
    yield "Moment of the data (UTC)", instant_text(about.moment)
    yield "Cut-off", about.cutoff
    yield "Seal of the trail", about.seal or "none yet"
    yield "Analysis set", about.analysis_set
    yield "Tumour type", about.tumour_type or "all"
    yield "Participants", about.participants
    yield "Treated", about.treated
    yield "In the analysis set", about.in_set
    yield "Open queries", about.open_queries
    yield "Participants not locked", about.unlocked
    yield from ((f"Rule {name}", value) for name, value in about.settings)
