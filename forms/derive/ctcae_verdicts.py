"""Which bands of a CTCAE term hold for what is known: yes, no, or undecided with what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import product

from forms.derive.ctcae_facts import Known
from forms.derive.spans import Span, anything, exactly
from forms.dictionaries.ctcae_bands import ABNORMAL, ANY, HIGH, Band, Edge

_NEED = re.compile(r"(\w+)(=|<=|>)(\w+)")
Answer = tuple[bool | None, tuple[str, ...]]


@dataclass(frozen=True)
class Verdict:
    """Whether a band holds; None while what it wants is missing."""

    band: Band
    holds: bool | None
    wants: tuple[str, ...] = ()
    lacks_need_only: bool = False


@dataclass(frozen=True)
class Outcome:
    """The grade that is certain, the worst that is possible and all between, with the verdicts behind them."""

    sure: int
    possible: int
    verdicts: tuple[Verdict, ...]
    candidates: frozenset[int]
    between: tuple[Decimal, Decimal] | None = None

    @property
    def deciding(self) -> list[Band]:
        """The bands that hold at the certain grade."""
        return [one.band for one in self.verdicts if one.holds and one.band.grade == self.sure]

    @property
    def undecided(self) -> list[Verdict]:
        """The bands that could make the grade worse."""
        return [one for one in self.verdicts if one.holds is None and one.band.grade > self.sure]


def printed_units(bands: Iterable[Band]) -> tuple[str, ...]:
    """The units in which the bands have plain numbers."""
    return tuple(dict.fromkeys(unit for band in bands if band.has_plain_numbers for unit in band.edges))


def _by_metric(bands: Sequence[Band]) -> Iterator[list[Band]]:
    for metric in dict.fromkeys(band.metric for band in bands):
        yield [band for band in bands if band.metric == metric]


def judge(bands: Sequence[Band], known: Known) -> list[Outcome]:
    """The outcome of the bands of each metric of a term."""
    return [_outcome(group, known) for group in _by_metric(bands)]


def _outcome(bands: Sequence[Band], known: Known) -> Outcome:
    """The outcome of the bands of one metric; between two bands of whole numbers, of both neighbours together."""
    measured = known.metric(bands[0])
    gap = next((gap for gap in _gaps(bands) if measured.is_exact and gap[0] < measured.low < gap[1]), None)
    if gap is None:
        return _judge(bands, known)
    low, high = (_judge(bands, known, at=exactly(end)) for end in gap)
    sure, possible = min(low.sure, high.sure), max(low.possible, high.possible)
    return Outcome(sure, possible, low.verdicts + high.verdicts, low.candidates | high.candidates, gap)


def _gaps(bands: Sequence[Band]) -> Iterator[tuple[Decimal, Decimal]]:
    """The gaps of one between bands that end and begin with whole numbers."""
    for one, other in product(bands, bands):
        for unit, (_, upper) in one.edges.items():
            lower = other.edges.get(unit, (None, None))[0]
            both_in = one.upper_in and other.lower_in and upper and lower and not upper.of and not lower.of
            if both_in and lower and upper and lower.number - upper.number == 1:
                yield upper.number, lower.number


def _judge(bands: Sequence[Band], known: Known, *, at: Span | None = None) -> Outcome:
    verdicts = tuple(_verdict(band, known, at or known.metric(band)) for band in bands)
    sure = max((one.band.grade for one in verdicts if one.holds), default=0)
    candidates = frozenset({sure} | {max(sure, one.band.grade) for one in verdicts if one.holds is None})
    return Outcome(sure, max(candidates), verdicts, candidates)


def _verdict(band: Band, known: Known, measured: Span) -> Verdict:
    needs = meets_need(band, known)
    others = [*_bounds(band, known, measured), fits_baseline(band, known)]
    answers = [*others, needs]
    if any(holds is False for holds, _ in answers):
        return Verdict(band, False, lacks_need_only=all(holds for holds, _ in others))
    undecided = [wanted for holds, wanted in answers if holds is None]
    wants = tuple(dict.fromkeys(want for wanted in undecided for want in wanted))
    return Verdict(band, None if undecided else True, wants)


def _bounds(band: Band, known: Known, measured: Span) -> Iterator[Answer]:
    lower, upper = edges_in(band, known)
    if lower:
        edge = _span_of(lower, band, known)
        holds = measured.is_at_least(edge) if band.lower_in else measured.is_above(edge)
        yield holds, measured.wants + edge.wants
    if upper:
        edge = _span_of(upper, band, known)
        holds = edge.is_at_least(measured) if band.upper_in else edge.is_above(measured)
        yield holds, measured.wants + edge.wants


def edges_in(band: Band, known: Known) -> tuple[Edge | None, Edge | None]:
    """The bounds of a band in the graded unit; in another one its limits hold all the same, its numbers do not."""
    if known.unit and known.unit.unit in band.edges:
        return band.edges[known.unit.unit]
    return next(iter(band.edges.values()))


def _span_of(edge: Edge, band: Band, known: Known) -> Span:
    if edge.of:
        return known.reference(edge.of, band).times(edge.number)
    if band.has_plain_numbers and known.unit is None:
        return anything(f"a unit that CTCAE prints ({', '.join(band.edges)})")
    return exactly(edge.number)


def meets_need(band: Band, known: Known) -> Answer:
    """Whether the fact that a band asks for beside the value is so."""
    if not band.needs:
        return True, ()
    name, sign, wanted = _parts(band.needs)
    if name == "value":
        return known.value.is_above(known.baseline), known.value.wants + known.baseline.wants
    if name == "duration_hours":
        longer = known.hours.is_above(exactly(Decimal(wanted)))
        return (longer if sign == ">" or longer is None else not longer), known.hours.wants
    answer: bool | None = getattr(known.context, name)
    if answer is None:
        return (False if band.only_if_told else None), (f"{name} (yes or no)",)
    return answer is (wanted == "yes"), ()


@cache
def _parts(need: str) -> tuple[str, str, str]:
    found = _NEED.fullmatch(need)
    assert found, need
    name, sign, wanted = found.groups()
    return name, sign, wanted


def fits_baseline(band: Band, known: Known) -> Answer:
    """Whether the band is one for this kind of baseline."""
    if band.baseline == ANY:
        return True, ()
    is_abnormal = known.is_baseline_abnormal(band.direction)
    if is_abnormal is None:
        limit = known.uln if band.direction == HIGH else known.lln
        return None, (*known.baseline.wants, *limit.wants)
    return is_abnormal is (band.baseline == ABNORMAL), ()
