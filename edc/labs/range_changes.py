"""What a normal range changes: the stored results that it governs and that were judged by other limits.

Approving a range edits no result. The checks of the results are run again in the same act, and ask where limits differ
from the table; a person then takes the new limits over, result by result or all at once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from audit.capture import Actor
from edc.clock import now
from edc.db import Session
from edc.errors import ReasonMissing, Refused
from edc.records.book import Entry, SubjectBook, context_of
from edc.records.holding import find_restriction
from edc.records.models import FormRecord
from edc.records.outcome import SaveOutcome, Saving
from edc.records.saving import follow_up, judge_again, lock_subject
from edc.records.service import get_record_by_uid
from edc.records.tables import CRF_TABLES, GROUP_TABLES
from edc.study.models import NormalRange, Subject
from edc.study.normal_ranges import approve_range, end_range
from edc.study.reference import range_row, ranges
from forms.derive.dates import age_range, earliest
from forms.derive.labs import RangeRow, Sample, indicator, select_range
from forms.dictionaries.lab_tests import find_test
from forms.lab_sheets import PERSON, SHEET, SHOWN_SIGNS

Limits = tuple[Decimal | None, Decimal | None]
#: What is forgotten of a result so that its limits are looked up anew.
BASIS = "range_basis"
TYPED = "typed"


@dataclass(frozen=True)
class RangeChange:
    """One stored result with the limits it was judged by, and what the range says instead.

    `state` says why the limits stay: the record is locked or frozen, or they were typed from the printout.
    """

    row_uid: str
    record: FormRecord
    sampled: str
    result: str
    now: Limits
    then: Limits
    flag_now: str
    flag_then: str
    state: str

    @property
    def place(self) -> str:
        """Participant, visit and sample."""
        visit = self.record.visit.oid if self.record.visit else ""
        return f"{self.record.subject.code} {visit} sample {self.record.repeat_no}"


@dataclass
class Summary:
    """How many results a range changes, and how; with one page of them."""

    flags: Counter[tuple[str, str]] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    total: int = 0
    page: list[RangeChange] = field(default_factory=list)
    following: str = ""

    @property
    def reflagged(self) -> int:
        """How many results change their flag."""
        return sum(count for (one, other), count in self.flags.items() if one != other)

    @property
    def open(self) -> int:
        """How many results may take the range over."""
        return self.states[""]


@dataclass
class Taken:
    """What a take-over did: how many results have the range now, and the places that stay with their reason."""

    count: int = 0
    left: list[str] = field(default_factory=list)


def summarise(session: Session, proposed: NormalRange, after: str = "", size: int = 50) -> Summary:
    """The counts of all results that a range changes, and the page of them behind the result `after`."""
    found, is_behind = Summary(), not after
    for change in list_changes(session, proposed):
        found.total += 1
        found.flags[change.flag_now, change.flag_then] += 1
        found.states[change.state] += 1
        if is_behind and len(found.page) < size:
            found.page.append(change)
        elif is_behind and not found.following:
            found.following = found.page[-1].row_uid
        is_behind = is_behind or change.row_uid == after
    return found


def list_changes(session: Session, proposed: NormalRange) -> Iterator[RangeChange]:
    """Each result that the range governs, or will once it is approved, and that stands with other limits."""
    for stored, then in _governed(session, proposed):
        own = stored.lln, stored.uln
        if own != then:
            record, value = stored.FormRecord, stored.value
            sign = SHOWN_SIGNS.get(stored.qualifier or "", "")
            yield RangeChange(
                stored.row_uid, record, stored.sample_dt, f"{sign}{value} {stored.unit or ''}".strip(), own, then,
                stored.indicator or "", indicator(value, stored.qualifier, lln=then[0], uln=then[1]) or "",
                _state_of(session, record, own, stored.origins),
            )  # fmt: skip


def _state_of(session: Session, record: FormRecord, own: Limits, origins: str | None) -> str:
    restriction = find_restriction(session, record)
    if restriction is not None:
        return restriction.state
    kept = json.loads(origins or "{}")
    is_typed = any(
        limit is not None and kept.get(name, TYPED) != "derived" for name, limit in zip(SHEET.limits, own, strict=True)
    )
    return TYPED if is_typed else ""


def _governed(session: Session, proposed: NormalRange) -> Iterator[tuple[Any, Limits]]:
    """The stored results whose limits come from this range, with those limits."""
    test = find_test(proposed.panel, proposed.test)
    if test is None:
        return
    table = [row for row in ranges(session, proposed.site_uid) if row.lab == proposed.laboratory]
    table += [] if proposed.approved_by else [range_row(proposed)]
    people = _people(session, proposed.site_uid)
    for stored in session.execute(_results(proposed)).yield_per(500):
        sex, birth = people.get(stored.FormRecord.subject_uid, (None, None))
        on = earliest(stored.sample_dt)
        age = age_range(birth, on)[0] if birth else None
        found: RangeRow | None = select_range(
            table, test, stored.unit or test.std_unit, Sample(proposed.laboratory, on, sex, age)
        )
        if found is not None and found.uid == proposed.uid:
            yield stored, (found.lln, found.uln)


def _results(proposed: NormalRange) -> Select[Any]:
    """The numeric results of the range's laboratory and test in its time, in the order of participants and samples."""
    sample, row = CRF_TABLES[SHEET.crf.oid], GROUP_TABLES[SHEET.crf.oid, SHEET.group.oid]
    columns: Any = {name: getattr(row, name) for name in ("value", "qualifier", "unit", "lln", "uln", "indicator")}
    at: Any = sample.sample_dt  # type: ignore[attr-defined]
    statement = (
        select(FormRecord, row.uid.label("row_uid"), row.origins, at, *columns.values())
        .join(row, row.record_uid == FormRecord.uid)
        .join(sample, sample.uid == FormRecord.uid)
        .join(Subject, Subject.uid == FormRecord.subject_uid)
        .where(
            FormRecord.site_uid == proposed.site_uid, ~FormRecord.removed, ~row.removed,
            sample.lab == proposed.laboratory, row.panel == proposed.panel, row.test == proposed.test,  # type: ignore[attr-defined]
            row.row_status == SHEET.done, columns["value"].is_not(None),  # type: ignore[attr-defined]
            at >= proposed.valid_from.isoformat(),
        )
        .order_by(Subject.code, at, row.uid)
    )  # fmt: skip
    if proposed.valid_to is not None:
        statement = statement.where(at < (proposed.valid_to + dt.timedelta(days=1)).isoformat())
    return statement


def _people(session: Session, site_uid: str) -> Mapping[str, tuple[str | None, str | None]]:
    """Sex and date of birth of the participants of a site; the dates are sealed in the database."""
    oid, sex, birth = PERSON
    table, cipher = CRF_TABLES[oid], session.info["cipher"]
    statement = (
        select(FormRecord.subject_uid, table)
        .join(table, table.uid == FormRecord.uid)
        .where(FormRecord.site_uid == site_uid, FormRecord.crf_oid == oid, ~FormRecord.removed)
    )
    found = {}
    for subject_uid, row in session.execute(statement):
        sealed = getattr(row, birth)
        opened = cipher.open(sealed, context_of(row, row.collection.items[birth])) if sealed else None
        found[subject_uid] = getattr(row, sex), opened
    return found


def approve(session: Session, *, by: Actor, proposed: NormalRange, opened: Any) -> int:
    """Put a range in force and run the checks of the results that it changes; returns how many these are."""
    approve_range(session, by=by, proposed=proposed)
    session.flush()
    changed = list(list_changes(session, proposed))
    _judge(Saving(session, opened, by, now(session)), (one.record for one in changed))
    return len(changed)


def end(session: Session, *, by: Actor, standing: NormalRange, last_day: dt.date, reason: str, opened: Any) -> None:
    """Let a range count up to a day only, and run the checks of the later results that it governed."""
    ruled = _governed(session, standing)
    governed = [stored.FormRecord for stored, _ in ruled if stored.sample_dt[:10] > last_day.isoformat()]
    end_range(session, by=by, standing=standing, last_day=last_day, reason=reason)
    session.flush()
    _judge(Saving(session, opened, by, now(session)), governed)


def _judge(saving: Saving, records: Iterable[FormRecord]) -> None:
    for subject_uid, uids in _by_subject(records):
        book = SubjectBook(saving.session, lock_subject(saving.session, subject_uid), saving.now)
        entries = [entry for uid in uids if (entry := _open_entry(saving.session, book, uid))]
        if entries:
            judge_again(saving, book, entries)


def _by_subject(records: Iterable[FormRecord]) -> list[tuple[str, list[str]]]:
    """Record uids by participant, in one order for everybody who locks several."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for record in records:
        found[record.subject_uid][record.uid] = None
    return [(subject, list(uids)) for subject, uids in sorted(found.items())]


def _open_entry(session: Session, book: SubjectBook, uid: str) -> Entry | None:
    """A record that may change now; what is locked or frozen is left as it stands, its queries too."""
    record = get_record_by_uid(session, uid)
    return None if record.removed or find_restriction(session, record) else book.entry(record)


def take_over(saving: Saving, standing: NormalRange, chosen: Collection[str] | None) -> Taken:
    """Judge results by the range in force: the chosen rows, or with None all that it changes.

    Limits are derived values, so this derives them anew; typed limits, locked and frozen records stay and are named.
    """
    if not (saving.default_reason or "").strip():
        raise ReasonMissing
    if standing.approved_by is None:
        raise Refused(reason="This range waits for approval.", remedy="Have it approved first.")
    done, wanted = Taken(), [
        one for one in list_changes(saving.session, standing) if chosen is None or one.row_uid in chosen
    ]
    done.left = [f"{one.place} ({one.state})" for one in wanted if one.state]
    rows = {one.row_uid for one in wanted if not one.state}
    for subject_uid, uids in _by_subject(one.record for one in wanted if not one.state):
        book = SubjectBook(saving.session, lock_subject(saving.session, subject_uid), saving.now)
        entries = [entry for uid in uids if (entry := _open_entry(saving.session, book, uid))]
        done.count += _look_up_anew(saving, book, entries, rows) if entries else 0
    return done


def _look_up_anew(saving: Saving, book: SubjectBook, entries: list[Entry], rows: set[str]) -> int:
    """Let the derivation find the limits of some results again; returns how many moved."""
    for entry in entries:
        for row in entry.view.rows(SHEET.group.oid):
            if row.uid in rows:
                row.answers.pop(BASIS, None)
    outcome = follow_up(saving, book, entries, SaveOutcome(entries[0].header, entries[0]))
    moved = {one.row.uid for one in outcome.changed if one.item.name in SHEET.limits}
    return len(moved & rows)
