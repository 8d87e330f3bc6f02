"""When an item is asked: conditions as data, so that screens, exports and documents can all read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Read = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class When:
    """True when a named answer is one of the values (for several answers: when one of them is).

    `item` is an item of the same row or record, `record.x` (the record around a group row) or `visit.kind`.
    """

    item: str
    values: tuple[str, ...]

    def holds(self, read: Read) -> bool:
        """Whether the answer read by name satisfies this condition; an empty answer never does."""
        answer = read(self.item)
        if isinstance(answer, tuple):
            return any(value in self.values for value in answer)
        return answer is not None and str(answer) in self.values

    def names(self) -> tuple[str, ...]:
        """The names this condition reads."""
        return (self.item,)

    def words(self) -> str:
        """The condition as a reader of the data dictionary sees it."""
        return f"{self.item} = {' or '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Both:
    """True when every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, read: Read) -> bool:
        """Whether every part holds."""
        return all(part.holds(read) for part in self.parts)

    def names(self) -> tuple[str, ...]:
        """The names that the parts read."""
        return tuple(name for part in self.parts for name in part.names())

    def words(self) -> str:
        """The parts joined by 'and'."""
        return " and ".join(part.words() for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    """True when at least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, read: Read) -> bool:
        """Whether one part holds."""
        return any(part.holds(read) for part in self.parts)

    def names(self) -> tuple[str, ...]:
        """The names that the parts read."""
        return tuple(name for part in self.parts for name in part.names())

    def words(self) -> str:
        """The parts joined by 'or'."""
        return " or ".join(part.words() for part in self.parts)


Condition = When | Both | Either


def parts_of(condition: Condition | None) -> Iterator[When]:
    """Each comparison of a condition."""
    if isinstance(condition, When):
        yield condition
    elif condition is not None:
        for part in condition.parts:
            yield from parts_of(part)


def when(item: str, *values: str) -> When:
    """The condition that `item` has one of `values`."""
    return When(item, values)


def both(*parts: Condition) -> Both:
    """The condition that all parts hold."""
    return Both(parts)


def either(*parts: Condition) -> Either:
    """The condition that one of the parts holds."""
    return Either(parts)
