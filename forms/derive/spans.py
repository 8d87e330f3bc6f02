"""Numbers that are known only in part: a span from low to high, and comparisons that answer None when undecided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

INFINITY = Decimal("Infinity")


@dataclass(frozen=True)
class Span:
    """All that a number may be; `wants` names what would have to be known to make it one."""

    low: Decimal
    high: Decimal
    low_in: bool = True
    high_in: bool = True
    wants: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether the number is known."""
        return self.low == self.high and self.low_in and self.high_in

    def is_above(self, other: Span) -> bool | None:
        """Whether this number is above the other."""
        if self.low > other.high or (self.low == other.high and not (self.low_in and other.high_in)):
            return True
        return False if self.high <= other.low else None

    def is_at_least(self, other: Span) -> bool | None:
        """Whether this number is the other or above it."""
        answer = other.is_above(self)
        return None if answer is None else not answer

    def times(self, factor: Decimal) -> Span:
        """The number times a factor above zero."""
        return Span(self.low * factor, self.high * factor, self.low_in, self.high_in, self.wants)

    def minus(self, other: Span) -> Span:
        """The difference of two numbers."""
        ends = self.low - other.high, self.high - other.low
        return Span(*ends, self.low_in and other.high_in, self.high_in and other.low_in, self.wants + other.wants)

    def over(self, other: Span) -> Span:
        """The ratio of a number that is not negative to one above zero."""
        high = self.high / other.low if other.low else INFINITY
        low_in, high_in = self.low_in and other.high_in, self.high_in and other.low_in and high.is_finite()
        return Span(self.low / other.high, high, low_in, high_in, self.wants + other.wants)

    def hull(self, other: Span) -> Span:
        """All from the lower to the higher of two known numbers."""
        return Span(min(self.low, other.low), max(self.high, other.high), wants=self.wants + other.wants)


def exactly(number: Decimal) -> Span:
    """A number that is known."""
    return Span(number, number)


def below(number: Decimal, wants: str) -> Span:
    """A number of which only an upper end is known; it is not negative."""
    return Span(Decimal(0), number, high_in=False, wants=(wants,))


def above(number: Decimal, wants: str) -> Span:
    """A number of which only a lower end is known."""
    return Span(number, INFINITY, low_in=False, high_in=False, wants=(wants,))


def anything(wants: str) -> Span:
    """A number of which nothing is known but that it is not negative."""
    return Span(Decimal(0), INFINITY, high_in=False, wants=(wants,))
