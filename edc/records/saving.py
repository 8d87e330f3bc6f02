"""The one write path of study data: every door ends in save_items, inside `change(by=, reason=)`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from audit.capture import Actor, Change, new_uid
from edc.db import Session
from edc.queries import service as queries
from edc.queries.models import OPEN, Query
from edc.records.axes import count_items, count_queries, void_signatures, withdraw_verification
from edc.records.book import Entry, SubjectBook
from edc.records.clashes import differs, find_clashes
from edc.records.models import COMPLETE, INCOMPLETE, NOT_DONE, FormRecord
from edc.records.problems import (
    BrokenReference,
    ChangeReasonMissing,
    DerivedLocked,
    ItemNotYours,
    RecordLocked,
    RecordRemoved,
    StaleVersion,
    UnknownRow,
)
from edc.records.scheduling import follow_schedule
from edc.records.tables import GROUP_TABLES, GroupRow, ItemRow
from edc.study.models import Site, StudyState, Subject, Visit
from forms import evaluation
from forms.crf import Group
from forms.evaluation import Finding
from forms.items import EMPTY, Answer, Item, Reference
from forms.patch import Patch, RowPatch, path_of
from forms.reading import canonical

# What rules call the dates that the schedule keeps: they move when a visit, a dose or a consent is dated.
SCHEDULE = frozenset({"visit", "subject"})


_HELD = "held_subjects"


@dataclass
class Changed:
    """One item that a save altered."""

    entry: Entry
    row: ItemRow
    group: str | None
    number: int | None
    item: Item
    old: Answer
    new: Answer

    @property
    def path(self) -> str:
        """The path of the item in its record."""
        return path_of(self.item.name, self.group, self.number)


@dataclass
class SaveOutcome:
    """What a save did, for the sentence on the screen and the answer of the API."""

    record: FormRecord
    changed: list[Changed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    opened: list[Query] = field(default_factory=list)
    closed: list[Query] = field(default_factory=list)
    answered: list[Query] = field(default_factory=list)
    open_required: list[tuple[str | None, int | None, Item]] = field(default_factory=list)
    verification_withdrawn: list[str] = field(default_factory=list)
    signatures_voided: list[str] = field(default_factory=list)
    completed: bool = False
    fell_back: bool = False


@dataclass
class Saving:
    """The circumstances of one save: who, with which rights, when, and inside which change."""

    session: Session
    change: Change
    by: Actor
    now: dt.datetime
    may_assess: bool = False
    is_site: bool = True
    default_reason: str | None = None


def lock_subject(session: Session, subject_uid: str) -> Subject:
    """The participant's row, held until the end of the transaction, so that saves of one casebook follow each other.

    Whatever the session read before it had the lock is read anew at its next use.
    """
    held = _held_subjects(session)
    if subject_uid in held:
        return session.get_one(Subject, subject_uid)
    session.flush()
    session.expire_all()
    subject = session.scalars(select(Subject).where(Subject.uid == subject_uid).with_for_update(of=Subject)).one()
    # The transaction may have begun with that statement.
    _held_subjects(session).add(subject_uid)
    return subject


def _held_subjects(session: Session) -> set[str]:
    """The participants locked in the present transaction; one that ends gives its locks back."""
    now: tuple[object, set[str]] = (session.get_nested_transaction() or session.get_transaction(), set())
    held: tuple[object, set[str]] = session.info.get(_HELD, now)
    session.info[_HELD] = held if held[0] is now[0] else now
    return session.info[_HELD][1]  # type: ignore[no-any-return]


def hold(session: Session, record: FormRecord) -> Subject:
    """Lock the participant of a record, so that the record is as it stands behind that lock."""
    return lock_subject(session, record.subject_uid)


def save_items(saving: Saving, record: FormRecord, patch: Patch, *, expected_version: int | None) -> SaveOutcome:
    """Store the new answers of a record and everything that follows from them.

    `expected_version` is the row version that was read (None: the writer owns the record, as an import that made it).
    Raises a Problem and changes nothing when the record is locked, a reason is missing, or the same items changed
    meanwhile. Order: version, restrictions, answers, derivations, completeness, checks, verification, signatures.
    """
    subject = hold(saving.session, record)
    book = SubjectBook(saving.session, subject, saving.now)
    entry = book.entry(record)
    refuse_restricted(saving.session, record)
    if expected_version is not None and expected_version != record.row_version:
        clashes = find_clashes(book, entry, patch, expected_version)
        if clashes:
            raise StaleVersion(clashes, read=expected_version, now=record.row_version)
    if not record.row_version and not _brings_anything(patch):
        return SaveOutcome(record)
    with saving.session.no_autoflush:
        return _save(saving, book, entry, patch)


def _save(saving: Saving, book: SubjectBook, entry: Entry, patch: Patch) -> SaveOutcome:
    outcome = SaveOutcome(entry.header)
    keep(saving.session, entry)
    outcome.changed = _apply(saving, book, entry, patch)
    _complete(entry, patch, outcome)
    if outcome.changed or not entry.header.row_version or saving.session.is_modified(entry.header):
        return follow_up(saving, book, [entry], outcome, patch)
    if patch.confirmations:
        known = queries.list_for_record(saving.session, [entry.header.uid])
        outcome.answered = _confirm(saving, entry, patch, known)
        count_queries([entry], known)
    return outcome


def _brings_anything(patch: Patch) -> bool:
    """Whether a patch says something about a form that nobody has saved yet."""
    answers = [*patch.items.values(), *(a for rows in patch.rows.values() for row in rows for a in row.items.values())]
    return bool(patch.complete) or any(answer.is_given for answer in answers)


def keep(session: Session, entry: Entry) -> None:
    """Add a record that is new to the session, with its row."""
    if entry.header not in session:
        session.add_all([entry.header, entry.row])


def follow_up(
    saving: Saving, book: SubjectBook, entries: Sequence[Entry], outcome: SaveOutcome, patch: Patch | None = None
) -> SaveOutcome:
    """What every change of values brings: derivations, checks, verification, signatures, marks, versions.

    Nothing here needs the database to know what changed already: it is told once, at the end of the change.
    """
    with saving.session.no_autoflush:
        return _follow_up(saving, book, entries, outcome, patch)


def _follow_up(
    saving: Saving, book: SubjectBook, entries: Sequence[Entry], outcome: SaveOutcome, patch: Patch | None
) -> SaveOutcome:
    touched = {entry.header.uid: entry for entry in entries}
    evaluated = {**touched}
    facts = frozenset(entry.header.crf_oid for entry in entries)
    for entry in entries:
        _derive(saving, book, entry, outcome)
    for entry in _dependents(book, entries):
        if evaluation.may_move(entry.view, book.view(), facts) and _derive(saving, book, entry, outcome):
            touched[entry.header.uid] = entry
        evaluated[entry.header.uid] = entry
    for entry in touched.values():
        _new_version(saving, entry)
        _fall_back(entry, outcome)
    consented = book.subject.consent_date
    moved = [follow_schedule(book, entry.header.crf_oid) for entry in entries]
    if any(moved):
        facts |= SCHEDULE
        # The general checks of every date read the consent.
        is_everything = book.subject.consent_date != consented
        evaluated = _everything(saving, book, touched, evaluated, outcome, None if is_everything else facts)
        judged = list(evaluated.values()) if is_everything else _judged_anew(book, touched, evaluated, facts)
    else:
        judged = _judged_anew(book, touched, evaluated, facts)
    asked = _evaluate(saving, book, judged, outcome)
    withdraw_verification(saving, outcome)
    void_signatures(saving, list(touched.values()), outcome)
    if patch is not None:
        outcome.answered = _confirm(saving, entries[0], patch, asked)
    count_queries(judged, asked)
    count_items(judged)
    return outcome


def _judged_anew(
    book: SubjectBook, touched: dict[str, Entry], evaluated: dict[str, Entry], facts: frozenset[str]
) -> list[Entry]:
    """The records whose findings may differ now: changed, asked about, or found wanting by a check that reads them."""
    view = book.view()
    return [
        entry
        for uid, entry in evaluated.items()
        if uid in touched
        or entry.header.queries_open + entry.header.queries_answered
        or evaluation.may_fire(entry.view, view, facts)
    ]


def _everything(
    saving: Saving, book: SubjectBook, touched: dict[str, Entry], evaluated: dict[str, Entry], outcome: SaveOutcome,
    facts: frozenset[str] | None,
) -> dict[str, Entry]:  # fmt: skip
    """The records of the participant with rules that read `facts` (None: all), derived anew: a date moved."""
    for oid in sorted(book.present):
        if facts is not None and not evaluation.rules_reading(oid, facts):
            continue
        for entry in book.entries(oid):
            if entry.header.removed or (entry.header.uid in evaluated and entry.header.uid in touched):
                continue
            evaluated[entry.header.uid] = entry
            is_moved = facts is None or evaluation.may_move(entry.view, book.view(), facts)
            if is_moved and _derive(saving, book, entry, outcome):
                touched[entry.header.uid] = entry
                _new_version(saving, entry)
    return evaluated


@dataclass(frozen=True)
class Restriction:
    """A freeze or lock that holds for a record, and the row of the trail that says who set it."""

    entity: str
    key: str
    name: str
    state: str


def find_restriction(
    session: Session, record: FormRecord, states: Sequence[str] = ("locked", "frozen")
) -> Restriction | None:
    """The freeze or lock of record, participant, site, visit or study that keeps a record from changing, or None."""
    subject, visit = record.subject, record.visit
    levels: list[tuple[FormRecord | Subject | Site | Visit, str]] = [
        (record, record.path), (subject, subject.code), (subject.site, f"site {subject.site.code}"),
        *([(visit, visit.label)] if visit else []),
    ]  # fmt: skip
    for holder, name in levels:
        for state in states:
            if getattr(holder, state, False):
                return Restriction(holder.__audit_entity__, holder.uid, name, state)
    for study in session.scalars(select(StudyState)):
        for state in states:
            if getattr(study, state):
                return Restriction(study.__audit_entity__, study.uid, "the study", state)
    return None


def refuse_restricted(session: Session, record: FormRecord, states: Sequence[str] = ("locked", "frozen")) -> None:
    """Raise RecordLocked or RecordRemoved when record, visit, participant, site or study do not take changes."""
    if record.removed:
        raise RecordRemoved
    found = find_restriction(session, record, states)
    if found is not None:
        raise RecordLocked(what_is=f"{found.name} is {found.state}")


def _apply(saving: Saving, book: SubjectBook, entry: Entry, patch: Patch) -> list[Changed]:
    """Put the answers that differ into the stored rows and the view; returns what changed."""
    changed: list[Changed] = []
    _apply_items(book, entry, entry.row, entry.view.answers, (None, None), patch.items, changed)
    for group, rows in patch.rows.items():
        for row_patch in rows:
            _apply_row(saving, book, entry, entry.crf.groups[group], row_patch, changed, patch)
    _refuse_not_yours(saving, changed)
    _refuse_broken_references(book, changed)
    _require_reasons(saving, patch, changed)
    return changed


def _apply_items(
    book: SubjectBook, entry: Entry, row: ItemRow, answers: dict[str, Answer], where: tuple[str | None, int | None],
    items: dict[str, Answer], changed: list[Changed],
) -> None:  # fmt: skip
    for name, new in items.items():
        item = row.collection.items[name]
        old = answers.get(name, EMPTY)
        if differs(item, old, new):
            book.store(row, item, new)
            answers[name] = new
            changed.append(Changed(entry, row, where[0], where[1], item, old, new))


def _apply_row(
    saving: Saving, book: SubjectBook, entry: Entry, group: type[Group], row_patch: RowPatch, changed: list[Changed],
    patch: Patch,
) -> None:  # fmt: skip
    row = _stored_row(saving, book, entry, group, row_patch)
    if row is None:
        return
    view = next((r for r in entry.view.rows(group.oid) if r.uid == row.uid), None)
    if view is None or row.removed:
        raise RecordRemoved
    _apply_items(book, entry, row, view.answers, (group.oid, row.row_no), row_patch.items, changed)
    if row_patch.remove_reason is not None:
        if not row_patch.remove_reason.strip():
            raise ChangeReasonMissing(labels=f"{group.title} {row.row_no}, removed")
        row.removed, row.removed_reason = True, row_patch.remove_reason.strip()[:200]
        entry.view.group_rows[group.oid] = [r for r in entry.view.rows(group.oid) if r.uid != row.uid]
        marker = next(iter(group.items.values()))
        changed.append(Changed(entry, row, group.oid, row.row_no, marker, view.answer(marker.name), EMPTY))
        patch.reasons.setdefault(path_of(marker.name, group.oid, row.row_no), row.removed_reason)


def _stored_row(
    saving: Saving, book: SubjectBook, entry: Entry, group: type[Group], row_patch: RowPatch
) -> GroupRow | None:
    """The row of a patch: found by number, or made when it brings an answer."""
    stored = entry.groups[group.oid]
    found = next((row for row in stored if row.row_no == row_patch.number), None)
    if found is not None or (row_patch.number is None and not any(a.is_given for a in row_patch.items.values())):
        return found
    if row_patch.number is not None and not (group.fixed and 1 <= row_patch.number <= group.fixed):
        raise UnknownRow(group=group.title, row=row_patch.number)
    if not any(answer.is_given for answer in row_patch.items.values()):
        return None
    number = row_patch.number or max((row.row_no for row in stored), default=0) + 1
    if group.fixed and number > group.fixed:
        raise UnknownRow(group=group.title, row=number)
    row = GROUP_TABLES[entry.crf.oid, group.oid]()
    row.uid, row.record_uid, row.site_uid = row_patch.uid or new_uid(), entry.header.uid, entry.header.site_uid
    row.stored_under = entry.header
    row.row_no, row.removed = number, False
    row_patch.number = number
    book.attach(entry, row)
    saving.session.add(row)
    stored.append(row)
    stored.sort(key=lambda r: r.row_no)
    entry.view.group_rows[group.oid].append(book.row_view(entry, row))
    entry.view.group_rows[group.oid].sort(key=lambda r: r.number)
    return row


def _refuse_not_yours(saving: Saving, changed: list[Changed]) -> None:
    computed = [c.item.label for c in changed if c.item.derived and not c.item.editable]
    if computed:
        raise ItemNotYours(labels=", ".join(computed), who="the system's derivations")
    assessed = [c.item.label for c in changed if c.item.assess]
    if assessed and not saving.may_assess:
        raise ItemNotYours(labels=", ".join(assessed), who="an investigator")


def _refuse_broken_references(book: SubjectBook, changed: list[Changed]) -> None:
    for one in changed:
        if isinstance(one.item, Reference) and one.new.value is not None:
            wanted = set(one.new.value) if isinstance(one.new.value, tuple) else {str(one.new.value)}
            if not wanted <= _known_uids(book, one.item.target, one.entry):
                raise BrokenReference(label=one.item.label)


def _known_uids(book: SubjectBook, target: str, entry: Entry) -> set[str]:
    oid, _, group = target.partition(".")
    if group:
        return {row.uid for row in entry.view.rows(group)}
    return {record.uid for record in book.load(oid)}


def _require_reasons(saving: Saving, patch: Patch, changed: list[Changed]) -> None:
    """A change of something recorded needs its reason (C19); a first entry does not."""
    lacking = []
    for one in changed:
        if not one.old.is_given:
            continue
        reason = (patch.reasons.get(one.path) or saving.default_reason or "").strip()
        if not reason:
            lacking.append(one.item.label)
        else:
            for attribute in (one.item.name, one.item.name + "_missing"):
                saving.change.item_reasons[one.row.uid, attribute] = reason
    if lacking:
        raise ChangeReasonMissing(labels=", ".join(dict.fromkeys(lacking)))


def _complete(entry: Entry, patch: Patch, outcome: SaveOutcome) -> None:
    """Set the entry status as asked; a form marked not done is open again once something is answered in it."""
    header = entry.header
    is_answered_after_all = header.entry_status == NOT_DONE and bool(outcome.changed or patch.complete)
    if not is_answered_after_all and (patch.complete is None or header.entry_status == NOT_DONE):
        return
    if is_answered_after_all:
        header.not_done_reason = None
    missing = open_required(entry) if patch.complete else []
    outcome.open_required = missing
    outcome.completed = bool(patch.complete) and not missing
    status = COMPLETE if outcome.completed else INCOMPLETE
    if header.entry_status != status:
        header.entry_status = status


def open_required(entry: Entry) -> list[tuple[str | None, int | None, Item]]:
    """What still hinders completing: required items by group and row, and groups without any row."""
    found: list[tuple[str | None, int | None, Item]] = [
        (group, None if group is None else row.number, item)
        for group, row, item in evaluation.open_required(entry.view)
    ]
    for group_class in evaluation.empty_required_groups(entry.view):
        found.append((group_class.oid, 1, next(iter(group_class.items.values()))))
    return found


def _fall_back(entry: Entry, outcome: SaveOutcome) -> None:
    """A complete form in which an item became required is incomplete again (GEN-04)."""
    if entry.header.entry_status == COMPLETE and open_required(entry):
        entry.header.entry_status = INCOMPLETE
        outcome.fell_back = True


def _derive(saving: Saving, book: SubjectBook, entry: Entry, outcome: SaveOutcome) -> bool:
    """Recompute the derived items of a record; True when one changed. A locked record refuses."""
    changes = evaluation.run_derivations(entry.view, book.view())
    for group, row, name, _, rule in changes:
        stored = entry.stored[row.uid]
        item = stored.collection.items[name]
        if entry.header.locked:
            raise DerivedLocked(path=entry.header.path, label=item.label)
        old = stored.answer(name)
        book.store(stored, item, row.answer(name))
        reason = f"Derived by {rule.id} {rule.version}"
        saving.change.item_reasons[stored.uid, name] = reason
        number = row.number if group else None
        outcome.changed.append(Changed(entry, stored, group, number, item, old, row.answer(name)))
    return bool(changes)


def _dependents(book: SubjectBook, entries: Sequence[Entry]) -> list[Entry]:
    """The other records of the participant whose checks or derivations read one of these records."""
    own = {entry.header.uid for entry in entries}
    oids = {oid for entry in entries for oid in evaluation.dependents(entry.header.crf_oid)}
    same = {entry.header.crf_oid for entry in entries if _reads_siblings(entry.header.crf_oid)}
    found = [entry for oid in sorted(oids | same) for entry in book.entries(oid)]
    return [entry for entry in found if entry.header.uid not in own and not entry.header.removed]


def _reads_siblings(oid: str) -> bool:
    """Whether checks of a CRF look at its own other records (logs, tumour assessments)."""
    return oid in evaluation.self_readers()


def _new_version(saving: Saving, entry: Entry) -> None:
    entry.header.row_version += 1
    entry.header.changed_at = saving.now


def _evaluate(saving: Saving, book: SubjectBook, entries: list[Entry], outcome: SaveOutcome) -> list[Query]:
    """Run the checks, open and close their queries; returns every query of the records, closed ones too."""
    view = book.view()
    found = [finding for entry in entries for finding in evaluation.findings(entry.view, view)]
    with_queries = [
        e.header.uid for e in entries if e.header.queries_open + e.header.queries_answered + e.header.queries_closed
    ]
    known = queries.list_for_record(saving.session, with_queries, threads=False) if with_queries else []
    places = {
        queries.place_key(f.record_uid, f.row_uid, f.item): place_of(book, f.record_uid, f.row_uid, f.item, entries)
        for f in found
    }
    synced = queries.sync_findings(saving.session, known, found, places, by=saving.by, now=saving.now)
    outcome.findings, outcome.opened, outcome.closed = found, synced.opened, synced.closed
    headers = {entry.header.uid: entry.header for entry in entries}
    for query in synced.opened:
        headers[query.record_uid].queries.add(query)
    return known + synced.opened


def place_of(
    book: SubjectBook, record_uid: str, row_uid: str | None, item_name: str | None, entries: Sequence[Entry]
) -> queries.Place:
    """Where a query on an item stands."""
    entry = next(e for e in entries if e.header.uid == record_uid)
    row = entry.stored.get(row_uid or record_uid, entry.row)
    item = row.collection.items.get(item_name or "")
    value = row.answer(item.name) if item else EMPTY
    number = f"/{row.collection.oid}/{row.row_no}" if isinstance(row, GroupRow) else ""
    shown = None if item is None or item.identifier else (canonical(item, value.value) or value.missing)
    return queries.Place(
        entry.header.site_uid, book.subject.uid, book.subject.code, record_uid, entry.header.path + number,
        row_uid, item_name, item.oid if item else None, shown,
    )  # fmt: skip


def _confirm(saving: Saving, entry: Entry, patch: Patch, asked: Sequence[Query]) -> list[Query]:
    """'It is what the source says': the note answers the open queries of that item."""
    answered: list[Query] = []
    if not patch.confirmations:
        return answered
    numbers = {row.uid: (row.collection.oid, row.row_no) for row in entry.stored.values() if isinstance(row, GroupRow)}
    for query in asked:
        if query.record_uid != entry.header.uid or query.status != OPEN:
            continue
        group, number = numbers.get(query.row_uid or "", (None, None))
        note = patch.confirmations.get(path_of(query.item_name or "", group, number))
        if note:
            row = entry.stored.get(query.row_uid or entry.header.uid, entry.row)
            item = row.collection.items.get(query.item_name or "")
            value = canonical(item, row.answer(item.name).value) if item and not item.identifier else None
            queries.answer_query(query, note, by=saving.by, now=saving.now, value=value)
            answered.append(query)
    return answered
