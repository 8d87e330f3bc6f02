"""Numbers known in part: every comparison and calculation at, beside and between the ends of two spans."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.derive.spans import INFINITY, Span, above, anything, below, exactly


def at(number: str) -> Span:
    return exactly(Decimal(number))


def less(number: str) -> Span:
    return below(Decimal(number), f"not < {number}")


def more(number: str) -> Span:
    return above(Decimal(number), f"not > {number}")


@pytest.mark.parametrize(
    ("one", "other", "is_above", "is_at_least"),
    [
        (at("5"), at("4.9"), True, True),
        (at("5"), at("5"), False, True),
        (at("5"), at("5.1"), False, False),
        (less("5"), at("5"), False, False),
        (less("5"), at("4.9"), None, None),
        (less("5"), at("0"), None, True),
        (more("5"), at("5"), True, True),
        (more("5"), at("5.1"), None, None),
        (at("5"), less("5"), True, True),
        (at("5"), more("5"), False, False),
        (at("5"), anything("a limit"), None, None),
        (anything("a value"), at("0"), None, True),
        (more("5"), less("5"), True, True),
        (less("5"), more("5"), False, False),
        (Span(Decimal(4), Decimal(5)), at("5"), False, None),
        (Span(Decimal(5), Decimal(6)), at("5"), None, True),
    ],
)
def test_an_order_is_told_when_it_is_certain(
    one: Span, other: Span, is_above: bool | None, is_at_least: bool | None
) -> None:
    assert (one.is_above(other), one.is_at_least(other)) == (is_above, is_at_least)


@pytest.mark.parametrize(
    ("span", "is_exact"),
    [
        (at("5"), True), (less("5"), False), (more("5"), False), (less("0"), False),
        (Span(Decimal(5), Decimal(5), low_in=False), False), (Span(Decimal(4), Decimal(5)), False),
    ],
)  # fmt: skip
def test_a_number_is_known_when_both_ends_are_it(span: Span, is_exact: bool) -> None:
    assert span.is_exact is is_exact


def test_what_is_known_of_a_number_in_part() -> None:
    assert less("5") == Span(Decimal(0), Decimal(5), True, False, ("not < 5",))
    assert more("5") == Span(Decimal(5), INFINITY, False, False, ("not > 5",))
    assert anything("a value") == Span(Decimal(0), INFINITY, True, False, ("a value",))
    assert at("5") == Span(Decimal(5), Decimal(5), True, True, ())


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda: less("5").times(Decimal(2)), Span(Decimal(0), Decimal(10), True, False, ("not < 5",))),
        (lambda: more("5").times(Decimal(2)), Span(Decimal(10), INFINITY, False, False, ("not > 5",))),
        (lambda: at("7").minus(less("5")), Span(Decimal(2), Decimal(7), False, True, ("not < 5",))),
        (lambda: less("5").minus(at("7")), Span(Decimal(-7), Decimal(-2), True, False, ("not < 5",))),
        (lambda: less("5").minus(more("1")), Span(-INFINITY, Decimal(4), False, False, ("not < 5", "not > 1"))),
        (lambda: at("6").over(at("3")), at("2")),
        (lambda: less("6").over(at("3")), Span(Decimal(0), Decimal(2), True, False, ("not < 6",))),
        (lambda: at("6").over(more("3")), Span(Decimal(0), Decimal(2), False, False, ("not > 3",))),
        (lambda: at("6").over(less("3")), Span(Decimal(2), INFINITY, False, False, ("not < 3",))),
        (lambda: more("6").over(at("3")), Span(Decimal(2), INFINITY, False, False, ("not > 6",))),
        (lambda: at("6").hull(at("3")), Span(Decimal(3), Decimal(6))),
        (lambda: less("6").hull(more("3")), Span(Decimal(0), INFINITY, wants=("not < 6", "not > 3"))),
    ],
)
def test_calculations_keep_the_ends_and_what_is_missing(found, expected) -> None:
    assert found() == expected
