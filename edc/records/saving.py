"""The one write path of study data: every door ends in save_items, inside `change(by=, reason=)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edc.db import Session
from edc.queries import service as queries
from edc.queries.models import Query
from edc.records.answering import apply_patch, complete, fall_back, open_required
from edc.records.asking import confirm, place_of
from edc.records.axes import count_items, count_queries, void_signatures, withdraw_verification
from edc.records.book import Entry, SubjectBook
from edc.records.clashes import find_clashes
from edc.records.holding import (
    Restriction,
    find_restriction,
    hold,
    lock_subject,
    refuse_restricted,
)
from edc.records.marks import restriction_of
from edc.records.models import FormRecord
from edc.records.offers import list_overdue_offers, unsettled
from edc.records.outcome import Changed, SaveOutcome, Saving
from edc.records.overdue import HEADER, await_headers
from edc.records.problems import DerivedLocked, StaleVersion
from edc.records.scheduling import follow_schedule
from edc.records.shelf import shelf_of
from forms import evaluation
from forms.patch import Patch

__all__ = [
    "Changed",
    "Restriction",
    "SaveOutcome",
    "Saving",
    "find_restriction",
    "follow_up",
    "hold",
    "judge_again",
    "keep",
    "lock_subject",
    "look_again",
    "open_required",
    "place_of",
    "refuse_restricted",
    "save_items",
    "save_several",
]

# What rules call the dates that the schedule keeps: they move when a visit, a dose or a consent is dated.
SCHEDULE = frozenset({"visit", "subject"})


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
        return SaveOutcome(record, entry)
    with saving.session.no_autoflush:
        return _save(saving, book, entry, patch)


def _save(saving: Saving, book: SubjectBook, entry: Entry, patch: Patch) -> SaveOutcome:
    outcome = SaveOutcome(entry.header, entry)
    keep(saving.session, entry)
    outcome.changed = apply_patch(saving, book, entry, patch)
    complete(entry, patch, outcome)
    if outcome.changed or not entry.header.row_version or saving.session.is_modified(entry.header):
        return follow_up(saving, book, [entry], outcome, patch)
    if patch.confirmations:
        known = queries.list_for_record(saving.session, [entry.header.uid])
        outcome.answered = confirm(saving, entry, patch, known)
        count_queries([entry], known)
    return outcome


def save_several(saving: Saving, subject_uid: str, brought: Sequence[tuple[FormRecord, Patch]]) -> SaveOutcome:
    """Store the answers of several records of one participant, with one round of what follows from them.

    For an import, which owns what it writes: it read the records behind the participant's lock.
    """
    book = SubjectBook(saving.session, lock_subject(saving.session, subject_uid), saving.now)
    with saving.session.no_autoflush:
        entries = [book.entry(record) for record, _ in brought]
        outcome = SaveOutcome(entries[0].header, entries[0])
        for entry, (record, patch) in zip(entries, brought, strict=True):
            refuse_restricted(saving.session, record)
            keep(saving.session, entry)
            outcome.changed += apply_patch(saving, book, entry, patch)
            complete(entry, patch, outcome)
        return follow_up(saving, book, entries, outcome)


def _brings_anything(patch: Patch) -> bool:
    """Whether a patch says something about a form that nobody has saved yet."""
    answers = [*patch.items.values(), *(a for rows in patch.rows.values() for row in rows for a in row.items.values())]
    return bool(patch.complete) or any(answer.is_given for answer in answers)


def keep(session: Session, entry: Entry) -> None:
    """Add a record that is new to the session, with its row."""
    if entry.header not in session:
        session.add_all([entry.header, entry.row])
        shelf_of(session, entry.header.subject_uid).forget()


def follow_up(
    saving: Saving, book: SubjectBook, entries: Sequence[Entry], outcome: SaveOutcome, patch: Patch | None = None
) -> SaveOutcome:
    """What every change of values brings: derivations, checks, verification, signatures, marks, versions.

    Nothing here needs the database to know what changed already: it is told once, at the end of the change.
    """
    with saving.session.no_autoflush:
        return _follow_up(saving, book, entries, outcome, patch)


def judge_again(saving: Saving, book: SubjectBook, entries: Sequence[Entry]) -> SaveOutcome:
    """Run the checks of records anew after a table of the site changed: queries open and close, no value moves."""
    outcome = SaveOutcome(entries[0].header, entries[0])
    with saving.session.no_autoflush:
        count_queries(entries, _evaluate(saving, book, list(entries), outcome))
    return outcome


def look_again(saving: Saving, book: SubjectBook) -> SaveOutcome | None:
    """Derive and check every record of a participant anew, as a changed build or table asks for; None without records.

    Records that are frozen or locked, themselves or with their visit, stay as they are.
    """
    present = sorted(book.present)
    book.fetch(present)
    every = [entry for oid in present for entry in book.entries(oid)]
    entries = [entry for entry in every if not entry.header.removed and not restriction_of(entry.header)]
    if not entries:
        return None
    outcome = SaveOutcome(entries[0].header, entries[0])
    with saving.session.no_autoflush:
        touched = _derive_all(saving, book, entries, outcome)
        entries += _await_overdue(saving, book, entries)
        asked = _evaluate(saving, book, entries, outcome)
        withdraw_verification(saving, outcome)
        void_signatures(saving, touched, outcome)
        count_queries(entries, asked)
        count_items(entries)
        shelf_of(saving.session, book.subject.uid).forget()
    return outcome


def _derive_all(
    saving: Saving, book: SubjectBook, entries: Sequence[Entry], outcome: SaveOutcome
) -> list[Entry]:
    """Derive records until neither a value nor a date of the schedule moves; returns those that changed."""
    touched: dict[str, Entry] = {}
    for _ in range(evaluation.MOST_PASSES):
        moved = {entry.header.uid: entry for entry in entries if _derive(saving, book, entry, outcome)}
        touched |= moved
        if not follow_schedule(book, HEADER) and not moved:
            break
    for entry in entries:
        fall_back(entry, outcome)
        if entry.header.uid in touched or saving.session.is_modified(entry.header):
            touched[entry.header.uid] = entry
            _new_version(saving, entry)
    return list(touched.values())


def _follow_up(
    saving: Saving, book: SubjectBook, entries: Sequence[Entry], outcome: SaveOutcome, patch: Patch | None
) -> SaveOutcome:
    touched = {entry.header.uid: entry for entry in entries}
    for entry in entries:
        _derive(saving, book, entry, outcome)
    if len(entries) > 1:
        _derive_together(saving, book, entries, outcome)
    evaluated = {**touched, **_derive_onwards(saving, book, entries, touched, outcome)}
    facts = _oids(touched)
    for entry in touched.values():
        _new_version(saving, entry)
        fall_back(entry, outcome)
    consented = book.subject.consent_date
    moved = [follow_schedule(book, entry.header.crf_oid) for entry in entries]
    if any(moved):
        facts |= SCHEDULE
        # The general checks of every date read the consent.
        is_everything = book.subject.consent_date != consented
        before = frozenset(touched)
        evaluated = _everything(saving, book, touched, evaluated, outcome, None if is_everything else facts)
        redated = {uid: entry for uid, entry in touched.items() if uid not in before}
        evaluated |= {entry.header.uid: entry for entry in _dependents(book, list(redated.values()))}
        facts |= _oids(redated)
        judged = list(evaluated.values()) if is_everything else _judged_anew(book, touched, evaluated, facts)
    else:
        judged = _judged_anew(book, touched, evaluated, facts)
    if book.subject.judged_on != book.view().today or any(moved):
        judged += _await_overdue(saving, book, judged)
        judged += _holding(book, list_overdue_offers(book), judged)
        book.subject.judged_on = book.view().today
    asked = _evaluate(saving, book, judged, outcome)
    withdraw_verification(saving, outcome)
    void_signatures(saving, list(touched.values()), outcome)
    if patch is not None:
        outcome.answered = confirm(saving, entries[0], patch, asked)
    count_queries(judged, asked)
    count_items(judged)
    # Rows that are not written yet were not among those read meanwhile.
    shelf_of(saving.session, book.subject.uid).forget()
    return outcome


def _derive_together(saving: Saving, book: SubjectBook, entries: Sequence[Entry], outcome: SaveOutcome) -> None:
    """Derive records that were brought at once until none of them moves by what moved in another."""
    facts = _oids({entry.header.uid: entry for entry in entries})
    for _ in range(evaluation.MOST_PASSES):
        moved = [entry for entry in entries if evaluation.may_move(entry.view, book.view(), facts)]
        for entry in moved:
            _derive(saving, book, entry, outcome)
        if not moved:
            return


def _derive_onwards(
    saving: Saving, book: SubjectBook, entries: Sequence[Entry], touched: dict[str, Entry], outcome: SaveOutcome
) -> dict[str, Entry]:
    """Derive the records that read what changed, then those that read what moved by that; returns all that were read.

    `touched` grows by the records that moved.
    """
    evaluated: dict[str, Entry] = {}
    moved = list(entries)
    for _ in range(evaluation.MOST_PASSES):
        facts, found, moved = _oids({entry.header.uid: entry for entry in moved}), _dependents(book, moved), []
        for entry in found:
            evaluated[entry.header.uid] = entry
            if evaluation.may_move(entry.view, book.view(), facts) and _derive(saving, book, entry, outcome):
                touched[entry.header.uid] = entry
                moved.append(entry)
        if not moved:
            break
    return evaluated


def _oids(entries: Mapping[str, Entry]) -> frozenset[str]:
    return frozenset(entry.header.crf_oid for entry in entries.values())


def _await_overdue(saving: Saving, book: SubjectBook, judged: Sequence[Entry]) -> list[Entry]:
    """The headers of overdue visits, besides those judged anyway: VIS-03 asks there until something is entered."""
    there, made = await_headers(book)
    for entry in made:
        keep(saving.session, entry)
        _new_version(saving, entry)
    known = {entry.header.uid for entry in judged}
    return made + [entry for entry in there if entry.header.uid not in known]


def _holding(book: SubjectBook, offered: Sequence[Query], judged: Sequence[Entry]) -> list[Entry]:
    """The records with deviations that were offered too long ago, besides those judged anyway."""
    known = {entry.header.uid for entry in judged}
    uids = dict.fromkeys(query.record_uid for query in offered if query.record_uid not in known)
    headers = [header for uid in uids if (header := book.session.get(FormRecord, uid))]
    return [book.entry(header) for header in headers if not (header.removed or header.locked or header.frozen)]


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
    oids = [oid for oid in sorted(book.present) if facts is None or evaluation.rules_reading(oid, facts)]
    book.fetch(evaluation.with_inputs(frozenset(oids)))
    for oid in oids:
        for entry in book.entries(oid):
            if entry.header.removed:
                continue
            evaluated[entry.header.uid] = entry
            is_moved = facts is None or evaluation.may_move(entry.view, book.view(), facts)
            if is_moved and _derive(saving, book, entry, outcome) and entry.header.uid not in touched:
                touched[entry.header.uid] = entry
                _new_version(saving, entry)
    return evaluated


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
    book.fetch(oids | same)
    book.fetch(evaluation.with_inputs(frozenset(oid for oid in oids | same if book.headers(oid))))
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
    found += unsettled(book, known, found)
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
