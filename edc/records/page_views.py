"""What a form page is made of and made into: the plain objects that its templates read (templates/_item.html)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from edc.queries.models import Query
from edc.records.controls import Options
from edc.records.drafts import Typed
from edc.records.models import ItemReview
from forms.evaluation import NOTE, Finding
from forms.views import Record


@dataclass(frozen=True)
class Viewer:
    """What the reader of a page may see, and whether answers may be entered now.

    `may_sponsor`: the sponsor's medical monitor, who answers those items and no others.
    """

    may_enter: bool = False
    may_assess: bool = False
    may_sponsor: bool = False
    identifiers: bool = False
    freetext: bool = True


@dataclass(frozen=True)
class ItemMarks:
    """The marks beside one item."""

    open_queries: int = 0
    verification: str = ""
    origin: str = ""


@dataclass
class ItemView:
    """One item as the macros of _item.html want it."""

    name: str
    id: str
    label: str
    kind: str
    prefix: str = ""
    options: Options = ()
    value_text: str = ""
    stored_text: str = ""
    display_text: str = ""
    unit: str = ""
    help: str = ""
    required: bool = False
    missing: str = ""
    missing_options: Options = ()
    previous: tuple[str, str] | None = None
    error: str = ""
    findings: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    marks: ItemMarks = ItemMarks()
    item_url: str = ""
    needs_reason: bool = False
    reason: str = ""
    confirm: str = ""
    assess_only: str = ""
    read_only: bool = False
    echo: str = ""
    width: str = ""
    index_url: str = ""
    signed: bool = False
    when: str = ""
    is_asked: bool = True
    has_answer: bool = False
    row_key: str = ""
    hook: str = ""
    explanation: str = ""

    @property
    def review_key(self) -> str:
        """The name of the item in a verification."""
        return f"{self.row_key}:{self.name}"

    @property
    def is_due_for_verification(self) -> bool:
        """Whether a monitor may verify the item now; one with a live query is left out."""
        has_live_query = any(severity != NOTE for _, _, severity, _, _ in self.findings)
        return self.marks.verification in ("todo", "changed") and not has_live_query


@dataclass
class RowView:
    """One row of a group on the page; `key` is its number, or `new1` for one to be added; a fixed one stays."""

    key: str
    prefix: str
    title: str
    items: list[ItemView]
    is_stored: bool = False
    is_fixed: bool = False
    remove_error: str = ""
    remove_reason: str = ""
    is_removal_typed: bool = False


@dataclass
class GroupView:
    """One repeating group: its rows, a blank one to be added, and the rows that were removed."""

    oid: str
    title: str
    rows: list[RowView]
    blank: RowView | None = None
    removed: list[tuple[int, str]] = field(default_factory=list)
    is_required: bool = False


@dataclass(frozen=True)
class Previous:
    """The same form before this one, and when that was."""

    view: Record
    when: str


@dataclass
class Sources:
    """What a page is made of besides the entry."""

    queries: Sequence[Query] = ()
    reviews: Sequence[ItemReview] = ()
    notes: Sequence[Finding] = ()
    explanations: Mapping[tuple[str, str], str] = field(default_factory=dict)
    previous: Previous | None = None
    typed: Typed | None = None
    references: Mapping[str, Options] = field(default_factory=dict)
    tables: Mapping[str, Options] = field(default_factory=dict)
    index_url: Callable[[str], str] = lambda name: ""
    item_url: Callable[[str], str] = lambda path: ""
    query_url: Callable[[Query], str] = lambda query: ""
