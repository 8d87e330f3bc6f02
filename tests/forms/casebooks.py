"""Plain casebooks for tests of checks: records written as a person would type them, with no database behind."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import forms.crfs  # noqa: F401  (declares the CRFs)
from forms import schedule, study
from forms.crf import CRF, Group, get_crf
from forms.evaluation import Finding, findings, run_derivations
from forms.items import Answer, Item, Reference
from forms.reading import read
from forms.views import Record, Row, SubjectView, VisitView

NOW = "2024-06-30T12:00"
STUDY = {name: setting.value for name, setting in study.SETTINGS.items()}


def uid(name: str) -> str:
    """The uid of a record, row or visit that a test calls by a name."""
    return hashlib.md5(name.encode()).hexdigest()


def day(text: str | None) -> dt.date | None:
    """A date from ISO text."""
    return None if text is None else dt.date.fromisoformat(text)


def visit(
    oid: str, date: str | None = None, window: str = "", status: str = "planned", appeared: str | None = None
) -> VisitView:  # fmt: skip
    """A visit of the schedule; `window` is 'target first last'."""
    definition = schedule.find_visit(oid)
    assert definition is not None, oid
    target, first, last = (day(part) for part in window.split()) if window else (None, None, None)
    status = "occurred" if date else status
    return VisitView(
        uid(oid), oid, definition.label, definition.kind, definition.course, day(date), target, first, last, status,
        day(appeared),
    )


def value_of(item: Item, given: object) -> object:
    """The typed value of what a test wrote: text as typed, names of linked lines, or the value itself."""
    if isinstance(item, Reference) and isinstance(given, str):
        uids = tuple(uid(name) for name in given.split())
        return uids if item.many else uids[0]
    return read(item, given, today=day(NOW[:10])) if isinstance(given, str) else given


def answers_of(collection: type[CRF] | type[Group], given: Mapping[str, object]) -> dict[str, Answer]:
    """Answers by item name; a name ending in `_missing` gives the missing reason."""
    found: dict[str, Answer] = {}
    for name, written in given.items():
        item_name = name.removesuffix("_missing")
        item = collection.items[item_name]
        is_missing = name != item_name
        found[item_name] = Answer(None, str(written)) if is_missing else Answer(value_of(item, written))
    return found


def record(
    oid: str, at: str | VisitView | None = None, *, line: int = 1, name: str = "", status: str = "incomplete",
    **given: Any,
) -> Record:  # fmt: skip
    """A record of a CRF; keyword in capitals gives the rows of a group, others the items."""
    crf = get_crf(oid)
    rows = {group: list(rows) for group, rows in given.items() if group in crf.groups}
    items = {item: written for item, written in given.items() if item not in crf.groups}
    where = visit(at) if isinstance(at, str) else at
    called = name or f"{oid} {where.oid if where else ''} {line}"
    made = Record(uid(called), line, crf, answers_of(crf, items), visit=where, entry_status=status)
    for group, written in rows.items():
        for position, row in enumerate(written, start=1):
            number = int(row.get("number", position))
            row_name = str(row.get("name", f"{called} {group} {number}"))
            plain = {key: value for key, value in row.items() if key not in ("number", "name")}
            made.group_rows[group].append(
                Row(uid(row_name), number, crf.groups[group], answers_of(crf.groups[group], plain))
            )
    return made


def _place(record: Record) -> tuple[float, int]:
    definition = schedule.find_visit(record.visit.oid) if record.visit else None
    return float(definition.visitnum or 0) if definition else 0, record.number


def subject(
    *records: Record, now: str = NOW, visits: Sequence[VisitView] = (), site: Mapping[str, Any] | None = None,
    consent: str | None = "2024-03-01", registration: str | None = None, c1d1: str | None = None,
    last_dose: str | None = None,
) -> SubjectView:  # fmt: skip
    """A participant with these records, which checks see in the order of visit and line."""
    ordered = sorted(records, key=_place)
    return SubjectView(
        code="001-001", now=now, load=lambda oid: [r for r in ordered if r.crf.oid == oid],
        consent_date=day(consent), registration_date=day(registration), c1d1=day(c1d1), last_dose=day(last_dose),
        visits=visits, site=dict(site or {}), study=STUDY,
    )  # fmt: skip


def judge(judged: Record, around: SubjectView, others: Sequence[Record] = ()) -> list[Finding]:
    """The findings of a record after all derivations have run twice, so that derived values reach other records."""
    known = {r.uid: r for r in [judged, *others]}
    for _ in range(2):
        for each in sorted(known.values(), key=_place):
            run_derivations(each, around)
    return findings(judged, around)


@dataclass(frozen=True)
class Case:
    """One example of a check in clinical words: what stands in the casebook, and whether the check asks."""

    check: str
    words: str
    asks: bool
    judged: Record
    others: Sequence[Record] = ()
    message: str = ""
    item: str = ""
    around: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.check} {self.words}"

    def found(self) -> list[Finding]:
        """The findings of the check in question."""
        records = [*self.others] if any(r.uid == self.judged.uid for r in self.others) else [self.judged, *self.others]
        around = subject(*records, **self.around)
        return [f for f in judge(self.judged, around, records) if f.check_id == self.check]

    def verify(self) -> None:
        """Assert that the check asks as the case says, at the item and in the words that it names."""
        found = self.found()
        assert bool(found) == self.asks, [f.message for f in found] or "no finding"
        if self.message:
            assert self.message in [f.message for f in found]
        if self.item:
            assert self.item in [f.item for f in found]


def passes(check: str, words: str, judged: Record, *others: Record, **around: Any) -> Case:
    """A case in which the check has nothing to ask."""
    return Case(check, words, False, judged, others, around=around)


def asks(
    check: str, words: str, judged: Record, *others: Record, message: str = "", item: str = "", **around: Any
) -> Case:
    """A case in which the check asks, in these words and at this item."""
    return Case(check, words, True, judged, others, message, item, around)
