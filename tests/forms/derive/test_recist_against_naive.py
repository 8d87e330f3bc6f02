"""Double programming: two independent evaluators agree on thousands of random courses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.derive.recist_lesions import Target
from forms.derive.recist_response import Scan, first_progression, responses
from forms.derive.tumour_sums import Reading
from tests.forms.derive.recist_naive import NaiveVisit, Value, evaluate

BASELINE_DAY = dt.date(2024, 1, 22)
STATES = ("PRESENT", "ABSENT", "ABSENT", "NE", "UPD")


def reading(value: Value) -> Reading:
    """What a naive value is to the rules."""
    if value is None:
        return Reading("NOT_EVALUABLE")
    if value == "TSTM":
        return Reading("TSTM")
    if isinstance(value, tuple) and value[0] == "split":
        return Reading("SPLIT", fragments_mm=tuple(Decimal(part) / 10 for part in value[1]))
    if isinstance(value, tuple):
        return Reading("MERGED", merged_into=str(value[1]))
    return Reading("MEASURED", Decimal(value) / 10) if value else Reading("ABSENT")


# Values crowd where the rules change: gone, normal nodes, 10 mm, and small steps around what baseline may hold.
SIZES = st.one_of(
    st.sampled_from([0, 0, 0, 20, 50, 95, 99, 100, 101, 105, 110]), st.integers(0, 200), st.integers(0, 500)
)


@st.composite
def courses(draw: st.DrawFn) -> tuple[list[tuple[bool, int]], int, list[NaiveVisit]]:
    """Targets, the number of non-targets and the visits of a participant."""
    targets = draw(st.lists(st.tuples(st.booleans(), st.integers(100, 450)), max_size=4))
    nontargets = draw(st.integers(0, 2))
    value = st.one_of(
        SIZES,
        SIZES,
        SIZES,
        st.just("TSTM"),
        st.none(),
        st.tuples(st.just("split"), st.lists(st.integers(0, 150), min_size=1, max_size=3)),
    )
    visits: list[NaiveVisit] = []
    for n in range(draw(st.integers(1, 6))):
        values = [draw(value) for _ in targets]
        if len(targets) > 1 and draw(st.integers(0, 5)) == 0:
            host = draw(st.integers(0, len(targets) - 1))
            values[draw(st.sampled_from([k for k in range(len(targets)) if k != host]))] = ("merged", host)
        states = [draw(st.sampled_from(STATES)) for _ in range(nontargets)]
        visits.append(NaiveVisit(BASELINE_DAY + dt.timedelta(56 * (n + 1)), values, states, draw(st.integers(0, 9)) == 0))
    if len(visits) > 1 and draw(st.integers(0, 3)) == 0:
        later = draw(st.integers(1, len(visits) - 1))
        visits[later].confirms = draw(st.integers(1, later))
    order = draw(st.permutations(range(len(visits))))
    for visit in visits:
        if visit.confirms is not None:
            visit.confirms = order.index(visit.confirms - 1) + 1
    return targets, nontargets, [visits[n] for n in order]


def by_the_rules(
    targets: list[tuple[bool, int]], nontargets: int, visits: list[NaiveVisit]
) -> tuple[list[dict[str, Any]], int | None]:
    """The results of the rules in the order of the visits, and the visit of progression."""
    scans = [
        Scan(
            key=str(n),
            date=visit.day,
            targets={str(k): reading(value) for k, value in enumerate(visit.values)},
            nontargets=visit.states,
            new_lesion=visit.new,
            confirms=(str(visit.confirms),) if visit.confirms else (),
        )
        for n, visit in enumerate(visits, 1)
    ]
    lesions = [Target(str(k), node, Decimal(size) / 10) for k, (node, size) in enumerate(targets)]
    found = responses(lesions, nontargets, scans)
    progression = first_progression(found)
    results = [
        {
            "sum": None if one.sums.sum_mm is None else one.sums.sum_mm * 10,
            "target": one.target.response,
            "nontarget": one.nontarget.response,
            "overall": one.overall.response,
        }
        for one in sorted(found, key=lambda one: int(one.key))
    ]
    return results, int(progression.key) if progression else None


@settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(courses())
def test_both_evaluators_agree_on_random_courses(course: tuple[list[tuple[bool, int]], int, list[NaiveVisit]]) -> None:
    targets, nontargets, visits = course
    naive = evaluate(targets, nontargets, visits)
    results, progression = by_the_rules(targets, nontargets, visits)
    assert results == naive
    progressed = [n for n, result in enumerate(naive, 1) if result["overall"] == "PD"]
    assert progression == min(progressed, key=lambda n: visits[n - 1].day, default=None)
