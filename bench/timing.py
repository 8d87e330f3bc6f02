"""Clocks, medians, memory and exact counts of statements."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TypeVar

from sqlalchemy import Engine, event

from edc.db import Session

Name = TypeVar("Name", str, int)


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    """How long each of some repetitions takes."""
    return [seconds(work) * 1000 for _ in range(times)]


def interleaved(works: dict[Name, Callable[[], object]], *, rounds: int, times: int) -> dict[Name, float]:
    """The median time of each work in ms: of the medians of rounds that take turns, so that noise meets all alike."""
    for work in works.values():
        work()
    found: dict[Name, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(median(milliseconds(work, times)))
    return {name: median(medians) for name, medians in found.items()}


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[-1]


@dataclass
class Counts:
    """What one work sent to the database."""

    statements: int = 0
    commits: int = 0
    flushes: int = 0


@contextmanager
def counted(engine: Engine) -> Iterator[Counts]:
    """Count statements, commits and flushes; BEGIN and COMMIT are no statements."""
    counts = Counts()

    def statement(_conn: Any, _cursor: Any, text: str, *_: Any) -> None:
        counts.statements += not text.startswith("BEGIN")

    def commit(_conn: Any) -> None:
        counts.commits += 1

    def flush(*_: Any) -> None:
        counts.flushes += 1

    listeners: list[tuple[Any, str, Any]] = [
        (engine, "before_cursor_execute", statement), (engine, "commit", commit), (Session, "after_flush", flush),
    ]  # fmt: skip
    for target, name, listener in listeners:
        event.listen(target, name, listener)
    try:
        yield counts
    finally:
        for target, name, listener in listeners:
            event.remove(target, name, listener)


def forget_peak() -> None:
    """Let VmHWM of this process begin anew: a sign-in before took 64 MB for the hash of the password."""
    Path("/proc/self/clear_refs").write_text("5")


def memory_kb(field: str = "VmRSS") -> int:
    """The memory of this process in kilobytes; `VmHWM` is the most it ever had."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    raise KeyError(field)
