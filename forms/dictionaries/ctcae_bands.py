"""Numeric criteria of CTCAE v5.0 as bands: which interval of a measured value is which grade."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

HIGH, LOW = "high", "low"
ANY, NORMAL, ABNORMAL = "any", "normal", "abnormal"

VALUE = "value"
ABOVE_ULN = "increase_above_uln"
PCT_DECREASE = "pct_decrease_from_baseline"
PCT_INCREASE = "pct_increase_from_baseline"
DROP = "drop_from_baseline"
INCREASE = "increase_from_baseline"

# Bounds of a band that are multiples of a limit or of a share hold in whatever unit value and limit have in common.
NO_UNIT = ""


@dataclass(frozen=True)
class Edge:
    """A bound of a band: a plain number, or a multiple of LLN, ULN, BASELINE or MI_LEVEL."""

    number: Decimal
    of: str = ""


Interval = tuple[Edge | None, Edge | None]


@dataclass(frozen=True)
class Band:
    """An interval that is one grade; `edges` has it in each unit that CTCAE prints.

    `needs` is a fact that the band asks for beside the value, such as "symptomatic=yes". With `only_if_told` a fact
    that nobody told counts as not so; otherwise the band is undecided without it.
    """

    term: str
    test: str
    direction: str
    grade: int
    rule: str
    edges: Mapping[str, Interval]
    lower_in: bool
    upper_in: bool
    metric: str = VALUE
    baseline: str = ANY
    needs: str = ""
    only_if_told: bool = False

    @property
    def has_plain_numbers(self) -> bool:
        """Whether the band holds in the units of its edges only."""
        return NO_UNIT not in self.edges


@dataclass(frozen=True)
class Rule:
    """What the bands of one rule of a term have in common."""

    term: str
    test: str
    direction: str
    name: str = "main"
    metric: str = VALUE
    baseline: str = ANY
    needs: str = ""
    only_if_told: bool = False

    def falling(self, cuts: Mapping[str, str], grades: Sequence[int] = (), *, capped: bool = False) -> Iterator[Band]:
        """Bands below each cut, downwards; a cut belongs to the milder band. `capped`: nothing below the last cut."""
        for grade, (upper, lower) in _between(cuts, grades, capped):
            yield self._band(grade, {u: (lower.get(u), upper[u]) for u in cuts}, lower_in=True, upper_in=False)

    def rising(
        self, cuts: Mapping[str, str], grades: Sequence[int] = (), *, capped: bool = False, first_in: bool = False
    ) -> Iterator[Band]:
        """Bands above each cut, upwards; a cut belongs to the milder band. `first_in`: the first cut is graded too."""
        for number, (grade, (lower, upper)) in enumerate(_between(cuts, grades, capped)):
            edges: dict[str, Interval] = {u: (lower[u], upper.get(u)) for u in cuts}
            yield self._band(grade, edges, lower_in=first_in and number == 0, upper_in=True)

    def reaching(self, cuts: Mapping[str, str], grades: Sequence[int] = (), *, first_in: bool = True) -> Iterator[Band]:
        """Bands from each cut, upwards; a cut belongs to the worse band."""
        for number, (grade, (lower, upper)) in enumerate(_between(cuts, grades, False)):
            edges: dict[str, Interval] = {u: (lower[u], upper.get(u)) for u in cuts}
            yield self._band(grade, edges, lower_in=first_in or number > 0, upper_in=False)

    def closed(self, grade: int, unit: str, lower: str, upper: str) -> Band:
        """A band with both ends, as CTCAE prints whole numbers."""
        return self._band(grade, {unit: (read_edge(lower), read_edge(upper))}, lower_in=True, upper_in=True)

    def _band(self, grade: int, edges: Mapping[str, Interval], *, lower_in: bool, upper_in: bool) -> Band:
        return Band(
            self.term, self.test, self.direction, grade, self.name, edges, lower_in, upper_in,
            self.metric, self.baseline, self.needs, self.only_if_told,
        )  # fmt: skip


def read_edge(text: str) -> Edge:
    """A bound as written: 10.0, LLN, or 1.5*ULN."""
    found = re.fullmatch(r"(?:([\d.]+)\*)?([A-Z_]+)|([\d.]+)", text)
    if not found:
        raise ValueError(f"'{text}' is no bound")
    factor, limit, number = found.groups()
    return Edge(Decimal(number)) if number else Edge(Decimal(factor or 1), limit)


def _between(
    cuts: Mapping[str, str], grades: Sequence[int], capped: bool
) -> Iterator[tuple[int, tuple[dict[str, Edge], dict[str, Edge]]]]:
    """Each grade with the cut where its band begins and, unless it is open, the next one, both in every unit."""
    read = {unit: [read_edge(text) for text in line.split()] for unit, line in cuts.items()}
    (count,) = {len(edges) for edges in read.values()}
    bands = count - 1 if capped else count
    for number, grade in zip(range(bands), grades or range(1, bands + 1), strict=True):
        first, second = ({u: e[n] for u, e in read.items() if n < count} for n in (number, number + 1))
        yield grade, (first, second)
