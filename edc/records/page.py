"""The view objects of a form page (templates/_item.html) from an entry, its queries and reviews, and what was typed."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence

from edc.clock import day_text
from edc.queries.models import ANSWERED, CLOSED, OPEN, Query
from edc.records.book import Entry
from edc.records.controls import Options, condition_data, index_of, kind_of, options_of, width_of
from edc.records.drafts import Typed
from edc.records.models import CHANGED, VERIFIED
from edc.records.page_views import GroupView, ItemMarks, ItemView, RowView, Sources, Viewer
from forms import evaluation
from forms import items as it
from forms.crf import CRF, Group
from forms.entry_form import ROW_NAME
from forms.evaluation import NOTE, Finding
from forms.items import MISSING_REASONS, Answer, Item
from forms.patch import path_of
from forms.reading import display, typed_text
from forms.views import Record, Row

MISSING_OPTIONS = [(entry.value, entry.label) for entry in MISSING_REASONS]
ORIGIN_WORDS = {"typed": "", "derived": "calculated", "EHR": "from EHR"}
LONG_NUMBER = re.compile(r"[1-9][0-9]{4,}", re.ASCII)
NOT_SHOWN = "(not shown to your role)"


class FormPage:
    """A form page: items, groups, answers that no longer apply, and the list of what could not be read."""

    def __init__(self, entry: Entry, viewer: Viewer, sources: Sources) -> None:
        self.entry, self.viewer, self.sources = entry, viewer, sources
        self.typed = sources.typed or Typed()
        self._queries = _by_item(sources.queries)
        self._reviews = {(review.row_key, review.item_name): review.status for review in sources.reviews}
        self._notes: dict[tuple[str, str | None], list[Finding]] = {}
        for note in sources.notes:
            if note.severity == NOTE:
                self._notes.setdefault((note.row_uid or "", note.item), []).append(note)
        hidden = evaluation.hidden_answers(entry.view)
        self._hidden = {(row.uid, item.name) for _, row, item in hidden}
        self.items = self._views(entry.view, None, "")
        self.groups = [self._group(group) for group in entry.crf.groups.values() if group.items_in(entry.view.version)]
        self.no_longer_asked = [
            self._view(item, row, group, str(row.number) if group else "") for group, row, item in hidden
        ]

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """Control, label and sentence of each answer that could not be read."""
        unread = [
            (v.id, f"{row.title}, {v.label}" if row else v.label, _without_label(v.error, v.label))
            for row, v in self._all()
            if v.error
        ]
        rows = [row for group in self.groups for row in group.rows]
        return unread + [(control_id(f"{r.prefix}remove"), r.title, r.remove_error) for r in rows if r.remove_error]

    @property
    def has_answers(self) -> bool:
        """Whether anything stands in the record."""
        return any(view.has_answer for _, view in self._all())

    @property
    def to_verify(self) -> list[ItemView]:
        """The items on the page that a monitor may verify now."""
        return [view for _, view in self._all() if view.is_due_for_verification]

    @property
    def left_out(self) -> int:
        """How many items wait for verification but have a live query."""
        waiting = [view for _, view in self._all() if view.marks.verification in ("todo", "changed")]
        return len(waiting) - len(self.to_verify)

    @property
    def form_queries(self) -> list[Query]:
        """The live queries about the form as a whole, or about an item that is not on the page."""
        shown = {(view.row_key, view.name) for _, view in self._all()}
        return [query for place, found in self._queries.items() if place not in shown for query in found]

    def find_view(self, path: str) -> ItemView | None:
        """The item of a path as the page shows it; None where it is not asked now."""
        return next((view for _, view in self._all() if view.prefix + view.name == path), None)

    def _all(self) -> Iterator[tuple[RowView | None, ItemView]]:
        yield from ((None, view) for view in self.items)
        yield from ((row, view) for group in self.groups for row in group.rows for view in row.items)
        yield from ((None, view) for view in self.no_longer_asked)

    def _group(self, group: type[Group]) -> GroupView:
        stored = {row.number: row for row in self.entry.view.rows(group.oid)}
        gone = [(row.row_no, row.removed_reason or "") for row in self.entry.groups[group.oid] if row.removed]
        numbers = range(1, group.fixed + 1) if group.fixed else sorted(stored)
        taken_out = {number for number, _ in gone}
        rows = [self._row(group, stored.get(n), str(n)) for n in numbers if n not in taken_out]
        view = GroupView(group.oid, group.title, rows, removed=gone, is_required=group.required)
        if self.viewer.may_enter and not group.fixed:
            new = _new_keys(group.oid, self.typed)
            rows += [self._row(group, None, key) for key in new]
            view.blank = self._row(group, None, f"new{1 + max((int(key[3:]) for key in new), default=0)}")
        return view

    def new_row(self, group: type[Group], key: str) -> RowView:
        """A row that holds nothing yet under a key that its page chose, such as `new7` for the seventh line."""
        return self._row(group, None, key)

    def _row(self, group: type[Group], row: Row | None, key: str) -> RowView:
        shown = row or Row("", int(key) if key.isdigit() else 0, group)
        prefix = path_of("", group.oid, key)
        typed, sentences = self.typed, self.typed.sentences
        return RowView(
            key, prefix, group.row_title(key) if key.isdigit() else f"{group.title}, new row",
            self._views(shown, group.oid, key), is_stored=row is not None, is_fixed=bool(group.fixed),
            remove_error=sentences.get(f"{prefix}remove") or sentences.get(f"{prefix}remove_reason", ""),
            remove_reason=typed.text(f"{prefix}remove_reason") or "",
            is_removal_typed=bool(typed.text(f"{prefix}remove")),
        )  # fmt: skip

    def _views(self, row: Row, group: str | None, key: str) -> list[ItemView]:
        """The items of a record or row that stand in their place: asked ones, and those an answer may bring up."""
        views = []
        for item in row.collection.items.values():
            is_asked = evaluation.is_visible(item, row, self.entry.view)
            if (row.uid, item.name) in self._hidden or not (is_asked or self.viewer.may_enter):
                continue
            if not item.is_in(self.entry.view.version):
                continue
            view = self._view(item, row, group, key)
            view.when, view.is_asked = self._when(item, row, group, key), is_asked
            if is_asked or view.when:
                views.append(view)
        return views

    def _when(self, item: Item, row: Row, group: str | None, key: str) -> str:
        """The item's condition for the browser, empty where nothing on the page can change it."""
        if item.visible_if is None or not self.viewer.may_enter:
            return ""

        def control_of(name: str) -> str | None:
            head, _, rest = name.rpartition(".")
            if head not in ("", "record"):
                return None
            collection: type[CRF] | type[Group] = row.collection if not head else self.entry.crf
            watched = collection.items[rest]
            return path_of(rest, None if head else group, key) if self._is_entered(watched) else None

        def read(name: str) -> object:
            head, _, rest = name.rpartition(".")
            if head == "visit":
                return getattr(self.entry.view.visit, rest, None)
            return (self.entry.view if head else row).value(rest)

        if not any(map(control_of, item.visible_if.names())):
            return ""
        return json.dumps(condition_data(item.visible_if, control_of, read))

    def _is_entered(self, item: Item) -> bool:
        return (
            self.viewer.may_enter
            and item.is_in(self.entry.view.version)
            and not item.is_computed
            and item.sponsor == self.viewer.may_sponsor
            and (self.viewer.may_assess or not item.assess)
        )

    def _view(self, item: Item, row: Row, group: str | None, key: str) -> ItemView:
        answer, is_entered = row.answer(item.name), self._is_entered(item)
        path = path_of(item.name, group, key)
        shown = self.words(item, answer.value)
        row_key = row.uid if group else ""
        view = ItemView(
            item.name, control_id(path), item.label, "derived" if item.is_computed else kind_of(item),
            prefix=path.removesuffix(item.name), options=self._options(item, answer), unit=item.unit, help=item.help,
            value_text=typed_text(item, answer.value), stored_text=shown,
            display_text=grouped(shown) if isinstance(item, it.Integer) else shown,
            required=evaluation.is_required(item, row, self.entry.view) and not item.derived,
            missing=answer.missing or "", read_only=not is_entered,
            previous=self._previous(item) if group is None else None, findings=self._findings(row_key, item),
            marks=self._marks(row_key, item, answer), width=width_of(item), echo=echo(item, answer.value),
            has_answer=answer.is_given and not item.derived, row_key=row_key, signed=getattr(item, "signed", False),
            explanation=self.sources.explanations.get((row_key, item.name), ""),
        )  # fmt: skip
        if row.uid:
            view.item_url = self.sources.item_url(path)
        if item.assess and self.viewer.may_enter and not is_entered:
            view.assess_only = "An investigator answers this."
        if item.sponsor and not is_entered and not item.is_computed and self.viewer.may_enter:
            view.assess_only = "The sponsor's medical monitor answers this."
        if is_entered:
            self._make_control(view, item, answer, path)
        return view

    def _make_control(self, view: ItemView, item: Item, answer: Answer, path: str) -> None:
        """What only a control needs: choices, and what was typed but not saved."""
        view.missing_options = MISSING_OPTIONS
        if answer.missing:
            view.stored_text = MISSING_REASONS.label(answer.missing)
        if index := index_of(item):
            view.index_url = self.sources.index_url(index)
        if view.kind == "combobox" and not view.index_url:
            view.kind = "text"
        if isinstance(item, it.SiteChoice) and not view.options:
            view.kind = "text"
        typed = self.typed
        if path in typed.fields:
            view.value_text = "|".join(text for text in typed.fields[path] if text.strip())
            view.echo = ""
        if (missing := typed.text(f"{path}.missing")) is not None:
            view.missing = missing
        view.reason = typed.text(f"{path}.reason") or ""
        view.confirm = typed.text(f"{path}.confirm") or ""
        sentences = (typed.sentences.get(path + part) for part in ("", ".reason", ".confirm"))
        view.error = next((sentence for sentence in sentences if sentence), "")
        is_changed = view.value_text != typed_text(item, answer.value) or view.missing != (answer.missing or "")
        view.needs_reason = answer.is_given and is_changed and not view.reason

    def words(self, item: Item, value: object) -> str:
        """A value in words, as far as the reader may see it."""
        if value is None:
            return ""
        if item.identifier and not self.viewer.identifiers:
            return f"{str(value)[:4]} (year only)" if isinstance(item, it.Date | it.PartialDate) else NOT_SHOWN
        if item.is_text and not self.viewer.freetext:
            return NOT_SHOWN
        if isinstance(item, it.Reference):
            lines = dict(self.sources.references.get(item.target, ()))
            uids = value if isinstance(value, tuple) else (str(value),)
            return "; ".join(lines.get(uid, "a removed line") for uid in uids)
        return display(item, value)

    def _options(self, item: Item, answer: Answer) -> Options:
        """What is offered, and the stored value where it is no longer on offer."""
        options = options_of(item, self.sources.references, self.sources.tables)
        if answer.value is None or not options:
            return options
        stored = answer.value if isinstance(answer.value, tuple) else (str(answer.value),)
        lost = [value for value in stored if value not in dict(options)]
        return [*options, *((value, self.words(item, value)) for value in lost)]

    def _previous(self, item: Item) -> tuple[str, str] | None:
        if self.sources.previous is None:
            return None
        text = self.words(item, self.sources.previous.view.value(item.name))
        return (f"{text} {item.unit}".strip(), self.sources.previous.when) if text else None

    def _findings(self, row_key: str, item: Item) -> list[tuple[str, str, str, str, str]]:
        asked = [
            (
                query.check_id or "", query.text if query.check_id else f"{query.opened_by} asks: {query.text}", "Q",
                self.sources.query_url(query), query.messages[-1].text if query.status == ANSWERED else "",
            )
            for query in self._queries.get((row_key, item.name), ())
        ]  # fmt: skip
        notes = self._notes.get((row_key, item.name), ())
        return asked + [(note.check_id, note.message, NOTE, "", "") for note in notes]

    def _marks(self, row_key: str, item: Item, answer: Answer) -> ItemMarks:
        asked = self._queries.get((row_key, item.name), ())
        state = ""
        if item.is_verified_against_source and answer.is_given:
            state = {VERIFIED: "done", CHANGED: "changed"}.get(self._reviews.get((row_key, item.name), ""), "todo")
        origin = ORIGIN_WORDS.get(answer.origin, answer.origin) if answer.is_given else ""
        return ItemMarks(sum(query.status == OPEN for query in asked), state, origin)


def _by_item(queries: Sequence[Query]) -> dict[tuple[str, str], list[Query]]:
    found: dict[tuple[str, str], list[Query]] = {}
    for query in queries:
        if query.status != CLOSED:
            found.setdefault((query.row_uid or "", query.item_name or ""), []).append(query)
    return found


def _new_keys(group: str, typed: Typed) -> list[str]:
    """The rows to be added that stand in a draft, in their order."""
    matches = (ROW_NAME.match(name) for name in typed.fields if typed.text(name))
    keys = {match[2] for match in matches if match and match[1] == group and match[2].startswith("new")}
    return sorted(keys, key=lambda key: int(key[3:]))


def _without_label(sentence: str, label: str) -> str:
    """The sentence for a list that names the item already."""
    rest = sentence.removeprefix(label).strip()
    return rest[:1].upper() + rest[1:]


def control_id(path: str) -> str:
    """The id of an item's control."""
    return path.replace(".", "-")


def grouped(shown: str) -> str:
    """Words for reading; a long whole number with its thousands apart, 49,440,000."""
    return f"{int(shown):,}" if LONG_NUMBER.fullmatch(shown) else shown


def echo(item: Item, value: object) -> str:
    """How a date was understood: 'Mon 22 Jan 2024'."""
    if not isinstance(item, it.Date | it.PartialDate | it.DateTime) or len(str(value)) < 10:
        return ""
    day = dt.date.fromisoformat(str(value)[:10])
    return f"{day:%a} {day_text(day)}"


def count_answers(record: Record) -> tuple[int, int]:
    """How many of the items asked now are answered, and how many there are; derived items do not count."""
    asked = [
        row.answer(item.name).is_given
        for _, row in evaluation.rows_of(record)
        for item in row.collection.items.values()
        if not item.derived and evaluation.is_visible(item, row, record)
    ]
    return sum(asked), len(asked)
