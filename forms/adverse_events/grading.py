"""The history of the grades of an adverse event: what the term offers, and the order of its lines (AE-02, AE-06)."""

from __future__ import annotations

from collections.abc import Sequence

from forms.crf import Fail, check, fail
from forms.derive.dates import certainly_before, interval
from forms.dictionaries.ctcae import find_term
from forms.episodes import grade_from, moment
from forms.views import Row


@check(
    "AE-02", "{term} has grades {list} in CTCAE 5.0; you entered {grade}.",
    on="grade record.ctcae_term", target="grade",
)  # fmt: skip
def is_offered(grade: str, name: str) -> Fail | None:
    """CTCAE offers the grade for the term."""
    term = find_term(name)
    if term is None or term.offers(int(grade)):
        return None
    return fail(term=name, list=", ".join(str(g) for g in term.grades), grade=int(grade))


@check(
    "AE-06", "Grade {g} from {x} lies outside the event ({s} to {e}).",
    on="self from_date record.start_date record.start_time? record.end_date? record.end_time?",
)  # fmt: skip
def is_inside_event(row: Row, _: str, *around: str | None) -> Fail | None:
    """The grade began during the event."""
    begins, start, end = grade_from(row), moment(*around[:2]), moment(*around[2:])
    assert begins and start
    if not certainly_before(begins, start) and (end is None or not certainly_before(end, begins)):
        return None
    return fail("from_date", g=row.grade, x=begins, s=start, e=end or "ongoing")


@check("AE-06", "Grade history is not in order of time: {x} follows {y}.", on="self from_date rows:GRADE")
def rises_in_time(row: Row, _: str, rows: Sequence[Row]) -> Fail | None:
    """A grade began after the one in the line before."""
    before, begins = _line_before(row, rows), grade_from(row)
    earlier = grade_from(before) if before else None
    if earlier is None or begins is None:
        return None
    one, other = interval(earlier), interval(begins)
    is_same_minute = one == other and one.is_minute
    if not is_same_minute and not certainly_before(begins, earlier):
        return None
    return fail("from_date", x=begins, y=earlier)


@check(
    "AE-06", "The first grade is from {x}, but onset is {s}: they are the same.",
    on="self from_date record.start_date record.start_time? rows:GRADE",
)  # fmt: skip
def first_begins_at_onset(row: Row, _: str, date: str, time: str | None, rows: Sequence[Row]) -> Fail | None:
    """The first grade begins with the event."""
    begins, start = grade_from(row), moment(date, time)
    assert begins and start
    is_apart = certainly_before(begins, start) or certainly_before(start, begins)
    if rows[0].uid != row.uid or not is_apart:
        return None
    return fail("from_date", x=begins, s=start)


@check(
    "AE-06", "Grade {g} follows the same grade: one line is enough.", on="self grade rows:GRADE", target="grade"
)
def differs_from_line_before(row: Row, grade: str, rows: Sequence[Row]) -> Fail | None:
    """Neighbouring lines have different grades."""
    before = _line_before(row, rows)
    return fail(g=int(grade)) if before is not None and before.grade == grade else None


def _line_before(row: Row, rows: Sequence[Row]) -> Row | None:
    before = [other for other in rows if other.number < row.number]
    return before[-1] if before else None
