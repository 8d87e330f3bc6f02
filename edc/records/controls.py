"""Which control an item gets on a form page, what it offers, and when it is asked: plain values for templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import singledispatch

from forms import items as it
from forms.conditions import Both, Condition, Either, Read, When
from forms.items import Item

Options = Sequence[tuple[str, str]]
#: A condition for the browser: known already, or the control to watch with the values that count.
WhenData = bool | dict[str, object]


@singledispatch
def kind_of(item: Item) -> str:
    """The kind of control, in the words of templates/_item.html; one arm per item type."""
    raise TypeError(f"{type(item).__name__} has no control")


@kind_of.register
def _(item: it.Text) -> str:
    return "textarea" if item.lines > 1 else "text"


@kind_of.register
def _(item: it.Integer) -> str:
    return "integer"


@kind_of.register
def _(item: it.Decimal) -> str:
    return "decimal"


@kind_of.register
def _(item: it.Date) -> str:
    return "date"


@kind_of.register
def _(item: it.PartialDate) -> str:
    return "partialdate"


@kind_of.register
def _(item: it.Time) -> str:
    return "time"


@kind_of.register
def _(item: it.DateTime) -> str:
    return "datetime"


@kind_of.register
def _(item: it.Choice) -> str:
    return "combobox" if item.open_list else "choice"


@kind_of.register
def _(item: it.YesNo) -> str:
    return "yesno"


@kind_of.register
def _(item: it.MultiChoice) -> str:
    return "multichoice"


@kind_of.register
def _(item: it.SiteChoice) -> str:
    return "choice"


@kind_of.register
def _(item: it.Reference) -> str:
    return "multichoice" if item.many else "reference"


@kind_of.register
def _(item: it.Dictionary) -> str:
    return "combobox"


def options_of(item: Item, references: Mapping[str, Options], tables: Mapping[str, Options]) -> Options:
    """The values on offer with their labels: of a code list, a table of the site, or the participant's own lines."""
    if isinstance(item, it.Choice):
        return () if item.open_list else item.options
    if isinstance(item, it.SiteChoice):
        return tables.get(item.table, ())
    return references.get(item.choice, ()) if isinstance(item, it.Reference) else ()


def index_of(item: Item) -> str:
    """The name of the list that a text control looks its terms up in, or nothing."""
    if isinstance(item, it.Dictionary):
        return item.dictionary
    return item.codelist_name if isinstance(item, it.Choice) and item.open_list else ""


def width_of(item: Item) -> str:
    """The width of a text control, following the answer: characters, or nothing for the width of its kind."""
    if isinstance(item, it.Integer):
        return "3" if item.digits <= 3 else "5" if item.digits <= 5 else "12"
    if isinstance(item, it.Text) and item.lines == 1:
        return "12" if item.length <= 12 else "20" if item.length <= 40 else ""
    return ""


def condition_data(condition: Condition, control_of: Callable[[str], str | None], read: Read) -> WhenData:
    """A condition as the browser can follow it; what no control on the page can change is decided now."""
    if isinstance(condition, When):
        control = control_of(condition.item)
        return condition.holds(read) if control is None else {"name": control, "values": list(condition.values)}
    word = {Both: "all", Either: "any"}[type(condition)]
    return {word: [condition_data(part, control_of, read) for part in condition.parts]}
