"""The figures of the outcomes by name: what each shows, in words and as a table, and how it is drawn.

Drawing takes one figure at a time; matplotlib is imported when the first is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from exports import outcome_figure_tables as tables
from exports.figures.look import Look, count_parts
from exports.outcome_shapes import Outcomes, OutcomeTable

SURVIVAL = "survival"


@dataclass(frozen=True)
class FigureKind:
    """A kind of figure. `pick` takes its values out of the outcomes; `module` draws them; `empty` is said without any.

    `names` gives the names of its parts, each of them a drawing of its own; () where it is one.
    """

    key: str
    title: str
    module: str
    empty: str
    pick: Callable[[Outcomes], Sequence[Any]]
    table: Callable[[Any], OutcomeTable]
    tell: Callable[[Any], str]
    names: Callable[[Any], tuple[str, ...]]


@dataclass(frozen=True)
class Drawn:
    """A figure of some outcomes: its kind, its values, and the titles of its parts."""

    kind: FigureKind
    values: Sequence[Any]

    @property
    def titles(self) -> list[str]:
        """The title of each drawing; none where there is nothing to draw."""
        if not self.values:
            return []
        names = self.kind.names(self.values)
        return [f"{self.kind.title}: {name}" for name in names] or [self.kind.title]

    def describe(self, part: int = 0) -> str:
        """What a part shows, in words: of the curves those of its endpoint, of other figures the whole."""
        if not self.values:
            return self.kind.empty
        return self.kind.tell(tables.endpoint(self.values, part) if self.kind.key == SURVIVAL else self.values)

    @property
    def table(self) -> OutcomeTable:
        """The values as a table."""
        return self.kind.table(self.values)

    def svg(self, part: int, look: Look) -> bytes:
        """A part of the figure as SVG; raises IndexError for one that is not there."""
        from exports.figures.canvas import to_svg

        return to_svg(self._draw(part), look, title=self.titles[part], description=self.describe(part))

    def pdf(self, part: int) -> bytes:
        """A part of the figure as a page of PDF."""
        from exports.figures.canvas import to_pdf

        return to_pdf(self._draw(part), Look(), title=self.titles[part])

    def _draw(self, part: int) -> Callable[[Look], Any]:
        draw = import_module(f"exports.figures.{self.kind.module}").draw
        return lambda look: draw(self.values, look, part)


def _whole(_values: Sequence[Any]) -> tuple[str, ...]:
    return ()


def _parts(values: Sequence[Any]) -> tuple[str, ...]:
    return _numbered(count_parts(len(values)))


def _people(values: Sequence[Any]) -> tuple[str, ...]:
    return _numbered(count_parts(len({cell.subject for cell in values})))


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"part {number} of {count}" for number in range(1, count + 1)) if count > 1 else ()


KINDS = (
    FigureKind(
        "waterfall", "Lowest change from baseline", "waterfall", "No participant has a scan after baseline yet.",
        lambda found: found.bars, tables.waterfall, tables.tell_waterfall, _whole,
    ),
    FigureKind(
        "swimmer", "Time in the study", "swimmer", "No participant has had a dose yet.",
        lambda found: found.lanes, tables.swimmer, tables.tell_swimmer, _parts,
    ),
    FigureKind(
        "spider", "Change over time", "spider", "No participant has a scan after baseline yet.",
        lambda found: found.tracks, tables.spider, tables.tell_spider, _whole,
    ),
    FigureKind(
        SURVIVAL, "Kaplan-Meier", "kaplan_meier", "No participant has had a dose yet.",
        lambda found: found.curves, tables.survival, tables.tell_survival, tables.endpoint_names,
    ),
    FigureKind(
        "adverse-events", "Adverse events by highest grade", "toxicity", "No adverse event since the first dose yet.",
        lambda found: found.toxicities, tables.adverse_events, tables.tell_adverse_events, _parts,
    ),
    FigureKind(
        "doses", "Doses given, held and not reached", "dose_grid", "No admission has doses yet.",
        lambda found: found.doses, tables.doses, tables.tell_doses, _people,
    ),
)  # fmt: skip


def figures_of(found: Outcomes) -> list[Drawn]:
    """All figures of some outcomes, those without values too."""
    return [Drawn(kind, kind.pick(found)) for kind in KINDS]


def find_figure(found: Outcomes, key: str) -> Drawn | None:
    """A figure by its key."""
    return next((one for one in figures_of(found) if one.kind.key == key), None)
