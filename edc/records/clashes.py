"""What other people changed since a person opened a form: kept where they touched different items, shown where not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from audit.models import audit_change, audit_record
from edc.clock import instant_text
from edc.records.book import Entry, SubjectBook, context_of
from edc.records.problems import Clash
from edc.records.tables import MISSING, ItemRow
from forms.items import EMPTY, MISSING_REASONS, Answer, Item
from forms.patch import Patch, path_of
from forms.reading import canonical, display, from_canonical


class Since(NamedTuple):
    """One attribute that changed: its text before, and who changed it last and when."""

    old: str | None
    user_name: str
    at: dt.datetime


def changed_since(connection: Connection, keys: Collection[str], version: int) -> dict[tuple[str, str], Since]:
    """What changed in some rows after a row version of their record, by row uid and attribute."""
    record, change = audit_record.c, audit_change.c
    statement = (
        select(record.key, record.attribute, record.old, change.user_name, change.at)
        .join_from(audit_record, audit_change, record.change_uid == change.uid)
        .where(record.key.in_(sorted(keys)), record.version > version)
        .order_by(record.id)
    )
    found: dict[tuple[str, str], Since] = {}
    for key, attribute, old, user_name, at in connection.execute(statement):
        first = found.get((key, attribute))
        found[key, attribute] = Since(first.old if first else old, user_name, at)
    return found


class Patched(NamedTuple):
    """One answer of a patch with the stored row it belongs to."""

    row: ItemRow
    path: str
    item: Item
    answer: Answer


def answers_of(entry: Entry, patch: Patch) -> Iterator[Patched]:
    """Each answer that a patch names in a stored row; rows yet to be made cannot clash."""
    for name, answer in patch.items.items():
        yield Patched(entry.row, name, entry.crf.items[name], answer)
    for group, row_patches in patch.rows.items():
        by_number = {row.row_no: row for row in entry.groups[group]}
        for row_patch in row_patches:
            row = by_number.get(row_patch.number or 0)
            for name, answer in row_patch.items.items() if row else ():
                assert row is not None
                yield Patched(row, path_of(name, group, row.row_no), row.collection.items[name], answer)


def differs(item: Item, old: Answer, new: Answer) -> bool:
    """Whether two answers of an item are not the same record: value with its digits, or missing reason."""
    return old.missing != new.missing or canonical(item, old.value) != canonical(item, new.value)


class Reading:
    """What a person read when the record stood at `version`, beside what it holds now."""

    def __init__(self, book: SubjectBook, entry: Entry, version: int) -> None:
        self._book, self._entry = book, entry
        self._since = changed_since(book.session.connection(), list(entry.stored), version)

    def now(self, one: Patched) -> Answer:
        """The answer as it stands now."""
        return self._book.answers(self._entry, one.row).get(one.item.name, EMPTY)

    def change_of(self, one: Patched) -> Since | None:
        """Who changed the item meanwhile, or None."""
        name = one.item.name
        return self._since.get((one.row.uid, name)) or self._since.get((one.row.uid, name + MISSING))

    def then(self, one: Patched) -> Answer:
        """The answer as the person read it."""
        now = self.now(one)
        value = self._since.get((one.row.uid, one.item.name))
        missing = self._since.get((one.row.uid, one.item.name + MISSING))
        return Answer(
            self._opened(one, value.old) if value else now.value, missing.old if missing else now.missing, now.origin
        )

    def _opened(self, one: Patched, text: str | None) -> object:
        if text is not None and one.item.identifier:
            text = self._book.cipher.open(text, context_of(one.row, one.item))
        return from_canonical(one.item, text)


def find_clashes(book: SubjectBook, entry: Entry, patch: Patch, version: int) -> list[Clash]:
    """The items of a patch that somebody else changed to something else since `version` was read."""
    reading = Reading(book, entry, version)
    clashes = []
    for one in answers_of(entry, patch):
        changed, now = reading.change_of(one), reading.now(one)
        if changed and differs(one.item, now, one.answer):
            then = words(one.item, reading.then(one))
            at = instant_text(changed.at, book.subject.site.time_zone)
            clashes.append(Clash(one.path, one.item.label, words(one.item, now), changed.user_name, at, then))
    return clashes


def drop_untouched(book: SubjectBook, entry: Entry, patch: Patch, version: int) -> dict[str, str]:
    """Take out of a patch what only repeats the answers that its writer read: a browser sends the whole form.

    Without this, everything that somebody else changed meanwhile would look like a wish to change it back. Returns
    what was taken over from others: label of the item and who changed it.
    """
    reading = Reading(book, entry, version)
    repeated = [
        (one, changed.user_name)
        for one in answers_of(entry, patch)
        if (changed := reading.change_of(one)) and not differs(one.item, reading.then(one), one.answer)
    ]
    take_out(patch, {one.path for one, _ in repeated})
    return {one.item.label: name for one, name in repeated}


def take_out(patch: Patch, paths: Collection[str]) -> None:
    """Take the answers of some paths out of a patch."""
    for name in [name for name in patch.items if name in paths]:
        del patch.items[name]
    for group, rows in patch.rows.items():
        for row in rows:
            row.items = {n: a for n, a in row.items.items() if path_of(n, group, row.number) not in paths}


def words(item: Item, answer: Answer) -> str:
    """An answer in words: the value, or why there is none."""
    return MISSING_REASONS.label(answer.missing) if answer.missing else display(item, answer.value)
