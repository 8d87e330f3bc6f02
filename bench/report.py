"""What was measured, as one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

KINDS = ("sqlite", "postgresql")
AT_MOST, AT_LEAST = "<=", ">="


@dataclass(frozen=True)
class Goal:
    """What a ratio (or a count) has to keep to."""

    sense: str
    value: float

    def is_kept(self, measured: float) -> bool:
        """Whether a figure keeps the goal."""
        return measured <= self.value if self.sense == AT_MOST else measured >= self.value

    def __str__(self) -> str:
        return f"{self.sense} {number(self.value)}"


@dataclass(frozen=True)
class Figure:
    """One measured figure with its limit; the goal is about the ratio, or about the figure where there is no limit."""

    ours: float
    limit: float | None = None

    @property
    def judged(self) -> float:
        """The ratio to the limit, else the figure itself."""
        return self.ours if self.limit is None else self.ours / self.limit


@dataclass
class Line:
    """One row of the table: the figures of each database."""

    what: str
    unit: str
    limit: str = ""
    goal: Goal | None = None
    others: str = ""
    figures: dict[str, Figure] = field(default_factory=dict)


class Report:
    """The lines in the order in which they were first named."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.remarks: list[str] = []

    def add(
        self, kind: str, what: str, unit: str, ours: float, limit: float | None = None, *, limit_is: str = "",
        goal: Goal | None = None, others: str = "",
    ) -> None:  # fmt: skip
        """Put a figure into the table; a line is named by its words."""
        line = self.lines.setdefault(what, Line(what, unit, limit_is, goal, others))
        line.figures[kind] = Figure(ours, limit)
        shown = "" if limit is None else f" (limit {number(limit)}, ratio {ours / limit:.2f})"
        print(f"  {kind}: {what}: {number(ours)} {unit}{shown}", flush=True)

    def markdown(self) -> str:
        """The table."""
        return "\n".join([*self._rows(), "", *(f"- {remark}" for remark in self.remarks)])

    def _rows(self) -> Iterator[str]:
        columns = [name for kind in KINDS for name in (kind, "limit", "ratio", "kept")]
        head = ["work", "unit", *columns, "goal", "limit is", "clinicedc; lean Django (S/P)"]
        yield "| " + " | ".join(head) + " |"
        yield "|" + "---|" * len(head)
        for line in self.lines.values():
            cells = [line.what, line.unit]
            for kind in KINDS:
                cells += _cells(line, line.figures.get(kind))
            yield "| " + " | ".join([*cells, str(line.goal or ""), line.limit, line.others]) + " |"


def _cells(line: Line, figure: Figure | None) -> list[str]:
    if figure is None:
        return [""] * 4
    kept = "" if line.goal is None else "yes" if line.goal.is_kept(figure.judged) else "NO"
    if figure.limit is None:
        return [number(figure.ours), "", "", kept]
    return [number(figure.ours), number(figure.limit), f"{figure.judged:.2f}", kept]


def number(value: float) -> str:
    """A figure in as many digits as it deserves."""
    if value == int(value) and abs(value) < 1000:
        return str(int(value))
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
