"""An adverse event and the laboratory: its grades are those that the results give (LB-06)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.crf import Fail, check, fail
from forms.derive.dates import certainly_after, certainly_before, interval
from forms.derive.lab_grades import keys_of
from forms.episodes import grade_from, onset, resolution
from forms.views import Record, Row


@check(
    "LB-06", "AE line {n} is grade {a} on {x}; the laboratory value gives grade {b}.",
    on="self ctcae_term start_date all:LAB", target="grade",
)  # fmt: skip
def grades_agree_with_laboratory(event: Record, term: str, _: str, samples: Sequence[Record]) -> list[Fail]:
    """On each day with results of its term an event has the worst grade of the day.

    On the day of a change either grade will do, and on the first and the last day also none.
    """
    found = []
    for day, worst in worst_by_day(term, samples).items():
        held = [period for period in _periods(event) if period.may_hold_on(day)]
        if held and worst not in {int(period.row.grade) for period in held} | _none_on(event, day):
            found.append(fail("grade", held[-1].row, n=event.number, a=int(held[-1].row.grade), x=day, b=worst))
    return found


def worst_by_day(term: str, samples: Sequence[Record]) -> Mapping[str, int]:
    """The worst grade of a term on each day with results that can be graded; 0 where none is in a graded range."""
    keys = keys_of(term)
    found: dict[str, int] = {}
    for sample in samples if keys else ():
        for row in sample.rows("RESULT") if sample.sample_dt else ():
            if (row.panel, row.test) in keys and row.ctcae_grade is not None:
                day, grade = sample.sample_dt[:10], row.ctcae_grade if row.ctcae_term == term else 0
                found[day] = max(found.get(day, 0), grade)
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class _Period:
    """A grade with the time from which it held, and that of the next grade or of the end."""

    row: Row
    begin: str
    end: str | None

    def may_hold_on(self, day: str) -> bool:
        return not certainly_after(self.begin, day) and (self.end is None or not certainly_before(self.end, day))


def _periods(event: Record) -> Iterator[_Period]:
    dated = [(begin, row) for row in event.rows("GRADE") if row.grade and (begin := grade_from(row))]
    dated.sort(key=lambda pair: interval(pair[0]))
    ends = [*(begin for begin, _ in dated[1:]), resolution(event)]
    for (begin, row), end in zip(dated, ends, strict=False):
        yield _Period(row, begin, end)


def _none_on(event: Record, day: str) -> set[int]:
    """Grade 0 on a day on which the event may have begun or ended."""
    start, end = onset(event), resolution(event)
    assert start
    is_whole = certainly_before(start, day) and (end is None or certainly_after(end, day))
    return set() if is_whole else {0}
