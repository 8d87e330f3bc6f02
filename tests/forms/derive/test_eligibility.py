"""What judgements of eligibility are made of: evidence as text, dates with unknown parts, places and numbers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from forms.derive.eligibility import Evidence, by, either, every, item_place, short_number, since
from tests.forms.casebooks import record

LIMIT = dt.date(2024, 2, 28)


@pytest.mark.parametrize(
    ("letters", "stored"), [(239, "a" * 239), (240, "a" * 240), (241, "a" * 237 + "..."), (900, "a" * 237 + "...")]
)
def test_a_part_of_the_evidence_has_at_most_240_letters(letters, stored):
    assert Evidence("a" * letters).text == f"{stored} | - | - | -"


def test_evidence_is_read_as_it_was_stored():
    evidence = Evidence("ECOG 1", "2024-02-20", "", "0 or 1 expected")
    assert evidence.text == "ECOG 1 | 2024-02-20 | - | 0 or 1 expected"
    assert Evidence.read(evidence.text) == evidence
    assert Evidence.read(None) == Evidence.read("") == Evidence()
    assert evidence.sentence == "ECOG 1; 2024-02-20; 0 or 1 expected"


def test_the_separator_in_a_part_divides_nothing():
    assert Evidence("a | b").text == "a, b | - | - | -"


@pytest.mark.parametrize(
    ("value", "after", "from_it_on"),
    [
        ("2024-02-27", False, False),
        ("2024-02-28", False, True),
        ("2024-02-29", True, True),
        ("2024-02", None, None),
        ("2024-03", True, True),
        ("2024-01", False, False),
        (None, None, None),
    ],
)
def test_since_a_day(value, after, from_it_on):
    assert (since(value, LIMIT), since(value, LIMIT, included=True)) == (after, from_it_on)
    assert by(value, LIMIT) is (None if after is None else not after)


def test_a_month_that_ends_on_the_day_may_still_lie_before_it():
    end = dt.date(2024, 2, 29)
    assert (since("2024-02", end), since("2024-02", end, included=True)) == (False, None)


@pytest.mark.parametrize(
    ("parts", "one_holds", "all_hold"),
    [
        ((True, None, False), True, False),
        ((None, False), None, False),
        ((True, None), True, None),
        ((True, True), True, True),
        ((False, False), False, False),
        ((), False, True),
    ],
)
def test_logic_with_unknown(parts, one_holds, all_hold):
    assert (either(*parts), every(*parts)) == (one_holds, all_hold)


def test_the_place_of_an_item_names_visit_line_and_row_where_there_are_any():
    assert item_place(record("DM"), "sex") == "DM.SEX"
    assert item_place(record("DM", "SCR"), "sex") == "DM.SEX (SCR)"
    assert item_place(record("PE", "SCR", line=2), "ecog") == "PE.ECOG (SCR, line 2)"
    assert item_place(record("MH"), "term") == "MH.TERM (line 1)"
    history = record("DH", "SCR", PD1=[{}, {}])
    assert item_place(history, "agent", history.rows("PD1")[1]) == "DH.PD1.AGENT (SCR, row 2)"


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [("2.125", 2, "2.13"), ("2.5", 2, "2.5"), ("120", 2, "120"), ("1000", 0, "1000"), ("0.05", 1, "0.1"), ("2.004", 2, "2")],
)
def test_numbers_for_reading(value, places, shown):
    assert short_number(Decimal(value), places) == shown


def test_two_decimals_are_shown_unless_others_are_asked_for():
    assert short_number(Decimal("1.23456")) == "1.23"
