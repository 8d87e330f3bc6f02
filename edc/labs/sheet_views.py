"""What a sheet of results is made of, for its templates: lines of tests, panels, and the sheet around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from edc.records.controls import Options
from edc.records.page import MISSING_OPTIONS, FormPage
from edc.records.page_views import ItemView
from forms.lab_sheets import Earlier, LabSheet


@dataclass(frozen=True)
class GradeView:
    """The grade of a result: in short, how it was found, and what it asks for.

    `offer_url` leads to a new adverse event of it; `events` are those of its term that cover the day, with their
    addresses.
    """

    short: str = ""
    title: str = ""
    words: str = ""
    rule: str = ""
    offer_url: str = ""
    events: tuple[tuple[str, str], ...] = ()


@dataclass
class ResultLine:
    """One test of a panel: what is in its control, and everything that stands beside it as text."""

    key: str
    prefix: str
    name: str
    result: str
    id: str
    is_stored: bool
    test_key: str = ""
    options: Options = ()
    text: str = ""
    has_unit: bool = False
    unit_name: str = ""
    unit: str = ""
    units: list[str] = field(default_factory=list)
    missing: str = ""
    error: str = ""
    range_text: str = ""
    range_note: str = ""
    flag: tuple[str, str, str] | None = None
    standard: str = ""
    grade: GradeView | None = None
    baseline: Earlier | None = None
    previous: Earlier | None = None
    shown: str = ""
    no_result: str = ""
    reason: str = ""
    needs_reason: bool = False
    items: dict[str, ItemView] = field(default_factory=dict)
    main: ItemView | None = None
    significance: ItemView | None = None
    details: list[ItemView] = field(default_factory=list)
    limits: list[ItemView] = field(default_factory=list)
    names: list[ItemView] = field(default_factory=list)
    missing_options: Options = tuple(MISSING_OPTIONS)

    @property
    def asked(self) -> list[ItemView]:
        """The items of the line that have findings, in the order of the form."""
        return [view for view in self.items.values() if view.findings]

    @property
    def open_queries(self) -> int:
        """How many queries wait for the site."""
        return sum(view.marks.open_queries for view in self.items.values())

    @property
    def verification(self) -> str:
        """The verification of the line: the least of its items."""
        states = [view.marks.verification for view in self.items.values()]
        return next((state for state in ("changed", "todo", "done") if state in states), "")


@dataclass
class PanelView:
    """One panel of the sheet."""

    code: str
    label: str
    lines: list[ResultLine]
    is_due: bool
    is_chosen: bool
    none_name: str
    none_value: str

    @property
    def is_open(self) -> bool:
        """Whether a test of the panel has neither result nor reason yet."""
        return any(not line.is_stored for line in self.lines)

    @property
    def has_results(self) -> bool:
        """Whether a result or a reason stands in the record."""
        return any(line.is_stored for line in self.lines)


@dataclass
class SheetPage:
    """A sheet: its header items, panels, other tests, and the units of each laboratory for the browser."""

    sheet: LabSheet
    page: FormPage
    head: list[ItemView]
    panels: list[PanelView]
    others: list[ResultLine]
    units: Mapping[str, Mapping[str, str]]

    @property
    def panels_name(self) -> str:
        """The name of the control that chooses the panels."""
        return self.sheet.panels

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """Control, test and sentence of each result that could not be read, after those of the other items."""
        group = f"{self.sheet.group.oid}-"
        rest = [error for error in self.page.errors if not error[0].startswith(group)]
        return rest + [(line.id, line.name, line.error) for line in self._lines() if line.error]

    def _lines(self) -> Iterator[ResultLine]:
        for panel in self.panels:
            yield from panel.lines
        yield from self.others
