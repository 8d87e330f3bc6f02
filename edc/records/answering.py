"""A patch put into a record: rows found or made, reasons asked for, what is not theirs refused, completeness told."""

from __future__ import annotations

from audit.capture import new_uid
from edc.records.book import Entry, SubjectBook
from edc.records.clashes import differs
from edc.records.models import COMPLETE, INCOMPLETE, NOT_DONE, NOT_STARTED
from edc.records.outcome import Changed, SaveOutcome, Saving
from edc.records.problems import (
    BrokenReference,
    ChangeReasonMissing,
    ItemNotInVersion,
    ItemNotYours,
    RecordRemoved,
    UnknownRow,
)
from edc.records.tables import GROUP_TABLES, GroupRow, ItemRow
from forms import evaluation
from forms.crf import Group
from forms.items import EMPTY, Answer, Item, Reference
from forms.patch import Patch, RowPatch, path_of


def apply_patch(saving: Saving, book: SubjectBook, entry: Entry, patch: Patch) -> list[Changed]:
    """Put the answers that differ into the stored rows and the view; returns what changed."""
    changed: list[Changed] = []
    _apply_items(book, entry, entry.row, entry.view.answers, (None, None), patch.items, changed)
    for group, rows in patch.rows.items():
        for row_patch in rows:
            _apply_row(saving, book, entry, entry.crf.groups[group], row_patch, changed, patch)
    _refuse_other_versions(entry, changed)
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


def _refuse_other_versions(entry: Entry, changed: list[Changed]) -> None:
    """A record takes no answers to items that its CRF version does not have; the last answer may be cleared."""
    version = entry.header.crf_version
    strange = [c.item.label for c in changed if c.new.is_given and not c.item.is_in(version)]
    if strange:
        raise ItemNotInVersion(labels=", ".join(strange), version=version)


def _refuse_not_yours(saving: Saving, changed: list[Changed]) -> None:
    items = [one.item for one in changed]
    _refuse([i for i in items if i.is_computed and not (i.stamped and saving.may_stamp)], "the system's derivations")
    if saving.may_sponsor:
        _refuse([item for item in items if not item.sponsor], "the site")
    else:
        _refuse([item for item in items if item.sponsor], "the sponsor's medical monitor")
    if not saving.may_assess:
        _refuse([item for item in items if item.assess], "an investigator")


def _refuse(items: list[Item], who: str) -> None:
    if items:
        raise ItemNotYours(labels=", ".join(item.label for item in items), who=who)


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


def complete(entry: Entry, patch: Patch, outcome: SaveOutcome) -> None:
    """Set the entry status as asked; a form marked not done is open again once something is answered in it."""
    header = entry.header
    is_answered_after_all = header.entry_status in (NOT_DONE, NOT_STARTED) and bool(outcome.changed or patch.complete)
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


def fall_back(entry: Entry, outcome: SaveOutcome) -> None:
    """A complete form in which an item became required is incomplete again (GEN-04)."""
    if entry.header.entry_status == COMPLETE and open_required(entry):
        entry.header.entry_status = INCOMPLETE
        outcome.fell_back = True
