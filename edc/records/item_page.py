"""One item with everything that ever happened to it: values from the first on, reasons, verification, queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from audit.trail import Entry as TrailEntry
from audit.trail import record_history
from edc.errors import NotFound
from edc.queries.models import Query
from edc.queries.service import list_for_record
from edc.records.book import Entry, SubjectBook, context_of
from edc.records.identifiers import Undecipherable
from edc.records.models import ItemReview
from edc.records.page import FormPage
from edc.records.page_views import ItemView
from edc.records.tables import MISSING, GroupRow, ItemRow
from forms.items import MISSING_REASONS, Item
from forms.reading import canonical, from_canonical

REVIEW_WORDS = {"verified": "verified against the source", "changed": "no longer verified: the value changed",
                "withdrawn": "verification taken back"}  # fmt: skip
UNREADABLE = "(does not open with the present key)"


@dataclass(frozen=True)
class ItemPlace:
    """An item of a stored record: its row, and where that stands."""

    row: ItemRow
    item: Item
    path: str

    @property
    def row_uid(self) -> str | None:
        """The uid of the group row, None for an item of the record."""
        return self.row.uid if isinstance(self.row, GroupRow) else None

    @property
    def review_key(self) -> str:
        """The name of the item in a verification."""
        return f"{self.row_uid or ''}:{self.item.name}"

    @property
    def label(self) -> str:
        """The item's label, with its row."""
        if isinstance(self.row, GroupRow):
            return f"{self.item.label}, {self.row.title}"
        return self.item.label


def find_item(entry: Entry, path: str) -> ItemPlace:
    """The item of a path such as `weight` or `SLOT.3.dose`; raises NotFound, also for a row that was never there."""
    group, _, rest = path.partition(".")
    row: ItemRow | None = entry.row
    name = path
    if rest:
        number, _, name = rest.partition(".")
        row = next((one for one in entry.groups.get(group, ()) if str(one.row_no) == number), None)
    if row is None or name not in row.collection.items:
        raise NotFound
    return ItemPlace(row, row.collection.items[name], path)


@dataclass(frozen=True)
class HistoryLine:
    """One line of an item's history; `old` is None for the first value, both are None for an act without a value."""

    at: dt.datetime
    user_name: str
    role: str
    old: str | None
    new: str | None
    origin: str
    reason: str
    act: str = ""


@dataclass
class ItemPage:
    """What the page of an item shows."""

    place: ItemPlace
    view: ItemView | None
    words: str
    is_missing: bool
    history: list[HistoryLine]
    queries: list[Query]
    review: ItemReview | None


def build_item_page(book: SubjectBook, page: FormPage, path: str, review: ItemReview | None) -> ItemPage:
    """The page of an item, from the form page that shows it."""
    place = find_item(page.entry, path)
    asked = list_for_record(book.session, [page.entry.header.uid])
    own = [q for q in asked if (q.row_uid, q.item_name) == (place.row_uid, place.item.name)]
    told = {place.item.name, place.item.name + MISSING, "removed_reason"}
    values = record_history(book.session.connection(), place.row.__audit_entity__, place.row.uid, told)
    acts = record_history(book.session.connection(), "item_review", review.uid, {"status"}) if review else []
    lines = [*_value_lines(book, page, place, values), *_review_lines(acts), *_removal_lines(values)]
    lines.sort(key=lambda line: line.at, reverse=True)
    answer = place.row.answer(place.item.name)
    words = "" if not answer.is_given else _words(book, page, place, _stored_text(place), answer.missing)
    return ItemPage(place, page.find_view(path), words, bool(answer.missing), lines, own, review)


def _stored_text(place: ItemPlace) -> str | None:
    """The value as the trail holds it: canonical text, or the ciphertext of an identifying value."""
    value = place.row.answer(place.item.name).value
    return str(value) if place.item.identifier and value is not None else canonical(place.item, value)


def _value_lines(
    book: SubjectBook, page: FormPage, place: ItemPlace, history: Iterable[TrailEntry]
) -> Iterator[HistoryLine]:
    """Each change of value or missing reason, oldest first, with the words before and after."""
    name = place.item.name
    told: dict[str, str | None] = {name: None, name + MISSING: None}
    before: str | None = None
    for _, lines in groupby((line for line in history if line.attribute in told), key=lambda line: line.change_uid):
        group = list(lines)
        told.update({line.attribute: line.new for line in group})
        last = group[-1]
        reason = next((line.reason for line in group if line.reason), "")
        origin = next((line.origin for line in group if line.attribute == name and line.origin), "") or "typed"
        words = _words(book, page, place, told[name], told[name + MISSING])
        yield HistoryLine(last.at, last.user_name, last.role, before, words, origin, reason)
        before = words


def _words(book: SubjectBook, page: FormPage, place: ItemPlace, text: str | None, missing: str | None) -> str:
    if missing is not None:
        return MISSING_REASONS.label(missing)
    if text is None:
        return "(empty)"
    if place.item.identifier:
        try:
            text = book.cipher.open(text, context_of(place.row, place.item))
        except Undecipherable:
            return UNREADABLE
    return f"{page.words(place.item, from_canonical(place.item, text))} {place.item.unit}".strip()


def _review_lines(history: Iterable[TrailEntry]) -> Iterator[HistoryLine]:
    for line in history:
        if line.attribute == "status" and line.new:
            act = REVIEW_WORDS.get(line.new, line.new)
            yield HistoryLine(line.at, line.user_name, line.role, None, None, "", line.reason or "", act)


def _removal_lines(history: Iterable[TrailEntry]) -> Iterator[HistoryLine]:
    removed = [line for line in history if line.attribute == "removed_reason" and line.new]
    for line in removed:
        yield HistoryLine(line.at, line.user_name, line.role, None, None, "", line.new or "", "row removed")
