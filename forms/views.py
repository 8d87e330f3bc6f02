"""What checks and derivations see: plain records, rows and the participant around them, with no database behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.crf import CRF, Group
from forms.items import EMPTY, Answer


class Row:
    """One group row: answers by item name, with attribute access to the values."""

    __slots__ = ("answers", "collection", "number", "uid")

    def __init__(
        self, uid: str, number: int, collection: type[CRF] | type[Group], answers: Mapping[str, Answer] | None = None
    ) -> None:
        self.uid = uid
        self.number = number
        self.collection = collection
        self.answers: dict[str, Answer] = dict(answers or {})

    def answer(self, name: str) -> Answer:
        """The answer of an item, EMPTY when none was ever given."""
        return self.answers.get(name, EMPTY)

    def value(self, name: str) -> Any:
        """The value of an item or None."""
        return self.answers.get(name, EMPTY).value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.collection.items:
            raise AttributeError(f"{self.collection.oid} has no item '{name}'")
        return self.value(name)


class Record(Row):
    """One filled-in CRF with its groups; removed rows are not here."""

    __slots__ = ("entry_status", "group_rows", "version", "visit")

    def __init__(
        self, uid: str, number: int, crf: type[CRF], answers: Mapping[str, Answer] | None = None, *,
        rows: Mapping[str, Sequence[Row]] | None = None, visit: VisitView | None = None,
        entry_status: str = "incomplete", version: str = "",
    ) -> None:  # fmt: skip
        super().__init__(uid, number, crf, answers)
        self.version = version or crf.version
        self.group_rows: dict[str, list[Row]] = {oid: list((rows or {}).get(oid, ())) for oid in crf.groups}
        self.visit = visit
        self.entry_status = entry_status

    @property
    def crf(self) -> type[CRF]:
        """The definition that this record fills in."""
        assert issubclass(self.collection, CRF)
        return self.collection

    def rows(self, group: str) -> list[Row]:
        """The rows of a group in row order."""
        return self.group_rows[group]


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as checks see it; `kind` is that of the schedule (SCR, D1, A1, ...), without the course number.

    `appeared` is the day on which the schedule, or a person, added it.
    """

    uid: str
    oid: str
    label: str
    kind: str
    course: int | None
    date: dt.date | None = None
    planned: dt.date | None = None
    window_from: dt.date | None = None
    window_to: dt.date | None = None
    status: str = "planned"
    appeared: dt.date | None = None


@dataclass
class SubjectView:
    """The participant around a record: anchors, visits, site reference data, and records on demand.

    `load(oid)` gives all records of a CRF of this participant in the order of date or line; `load_removed(oid)` those
    that were removed, whose numbers are never given again. `remembered` is for what rules have worked out of the
    records of others already: it lasts as long as this view.
    """

    code: str
    now: str
    load: Callable[[str], list[Record]]
    load_removed: Callable[[str], list[Record]] = lambda oid: []
    consent_date: dt.date | None = None
    registration_date: dt.date | None = None
    c1d1: dt.date | None = None
    last_dose: dt.date | None = None
    visits: Sequence[VisitView] = ()
    site: Mapping[str, Any] = field(default_factory=dict)
    study: Mapping[str, Any] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def today(self) -> dt.date:
        """The site's date of the evaluation."""
        return dt.date.fromisoformat(self.now[:10])

    def course_day_one(self, course: int | None) -> dt.date | None:
        """The date of day 1 of a course: that of its nivolumab, until it is given that of its visit."""
        return self._day_one_dose(course) or next(
            (v.date for v in self.visits if v.kind == "D1" and v.course == course), None
        )

    def _day_one_dose(self, course: int | None) -> dt.date | None:
        for record in self.load("NIVO"):
            visit, start = record.visit, record.value("start_dt")
            is_day_one = visit is not None and visit.kind == "D1" and visit.course == course
            if is_day_one and record.value("given") == "Y" and start:
                return dt.date.fromisoformat(start[:10])
        return None
