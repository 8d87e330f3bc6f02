"""What a file says of a participant: its samples with their rows, and what an import would do with each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from edc.labs.result_rows import ResultRow
from edc.records.book import Entry
from edc.records.models import FormRecord
from edc.study.models import Visit
from forms.patch import Patch


class State(StrEnum):
    """What an import would do with a row."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"
    REFUSED = "refused"


#: A row in one of these states stops the import of its file.
STOPS = frozenset({State.DIFFERS, State.REFUSED})


@dataclass(slots=True)
class Line:
    """What the report says of a row: its place in the file, its test, the state, and where it stops what to do."""

    row: int
    participant: str
    test: str
    state: State
    column: str = ""
    sentence: str = ""


@dataclass
class Sample:
    """The rows of one sample with the record they belong to."""

    visit: Visit
    rows: list[ResultRow]
    record: FormRecord
    entry: Entry | None = None
    patch: Patch = field(default_factory=Patch)

    @property
    def place(self) -> str:
        """Where the sample stands, in words."""
        visit = self.record.visit or self.visit
        return f"Sample {self.record.repeat_no} of {visit.oid}"

    @property
    def first(self) -> ResultRow:
        """The row that stands for the sample."""
        return self.rows[0]


@dataclass
class Plan:
    """What an import would do to one participant."""

    lines: list[Line] = field(default_factory=list)
    brought: list[tuple[FormRecord, Patch]] = field(default_factory=list)

    @property
    def stops(self) -> bool:
        """Whether a row keeps the file from being imported."""
        return any(line.state in STOPS for line in self.lines)
