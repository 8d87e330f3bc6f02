"""The grade at every number of CTCAE v5.0, and one reporting step to either side."""

import csv
from pathlib import Path

import pytest

from forms.dictionaries.ctcae import get_term
from forms.dictionaries.ctcae_bands import Edge, read_edge
from forms.dictionaries.ctcae_thresholds import bands_of, list_bands
from tests.forms.derive.ctcae_table import Case, graded, list_cases

CASES = tuple(list_cases())
PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "data" / "ctcae_v5_lab_thresholds.csv"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_grade_around_a_threshold(case: Case) -> None:
    assert graded(case.term, case.test, case.value, case.unit, case.facts).grade == case.expected


def test_every_term_test_and_unit_has_its_cases() -> None:
    tried = {(case.term, case.test, case.unit) for case in CASES}
    for band in list_bands():
        for unit in band.edges:
            assert any((band.term, band.test) == (t, c) and unit in ("", u) for t, c, u in tried), (band.term, unit)


def test_every_grade_of_every_term_is_reached() -> None:
    reached = {(case.term, case.test, case.expected) for case in CASES}
    assert {(band.term, band.test, band.grade) for band in list_bands()} <= reached


def test_every_band_is_of_a_term_that_offers_the_grade() -> None:
    assert all(get_term(band.term).offers(band.grade) for band in list_bands())


def test_a_term_has_one_direction() -> None:
    assert all(len({one.direction for one in bands_of(band.term)}) == 1 for band in list_bands())


def test_a_bound_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="'two' is no bound"):
        read_edge("two")


def bound(edge: Edge | None, is_in: bool) -> tuple[object, ...] | None:
    return None if edge is None else (edge.number, edge.of, is_in)


@pytest.mark.skipif(not PUBLISHED.exists(), reason=f"the reference data {PUBLISHED} do not stand beside the checkout")
def test_bands_are_those_of_the_reference_data() -> None:
    ours = {
        (band.term, band.test, band.direction, str(band.grade), band.rule, band.baseline, band.metric, band.needs,
         bound(lower, band.lower_in), bound(upper, band.upper_in))
        for band in list_bands() if not band.only_if_told
        for lower, upper in band.edges.values()
    }  # fmt: skip
    theirs = set()
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for system in ("us", "si", "si2"):
                lower, upper = (row[f"{system}_{end}"] for end in ("lower", "upper"))
                if lower or upper:
                    theirs.add((
                        *(row[name] for name in ("term", "test", "direction", "grade", "rule", "baseline_condition")),
                        row["metric"], row["requires_context"],
                        bound(read_edge(lower) if lower else None, row["lower_inclusive"] == "yes"),
                        bound(read_edge(upper) if upper else None, row["upper_inclusive"] == "yes"),
                    ))  # fmt: skip
    assert ours == theirs
