"""Item types: what a question may hold, declared once; column, field, schema and export are derived from here."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field, replace

from forms.codelists import LISTS, CodeList
from forms.conditions import Condition, When
from forms.versions import FIRST, spans

MISSING_REASONS = LISTS["MISSRSN"]


@dataclass
class Item:
    """One question of a CRF; subclasses say what its answer may be.

    `required` with `visible_if` means required while visible; a condition there means required while it holds.
    `assess` items are answered by an investigator only, `sponsor` items by the sponsor's medical monitor only;
    `stamped` ones are set when a record is submitted, or follow from that, and nobody types them. `derived` items are
    computed and read-only; a `told` one that moves with a save of another record is named to the person who saved.
    `identifier` values are encrypted wherever they are stored. `after_consent` marks dates of
    procedures, which check IC-01 compares with the consent. `since` and `retired` are the CRF versions in which the
    item came and from which on it is not asked.
    """

    label: str
    _: KW_ONLY
    required: bool | Condition = False
    visible_if: Condition | None = None
    unit: str = ""
    plausible: tuple[str, str] | None = None
    sdtm: str = ""
    cdash: str = ""
    loinc: str = ""
    help: str = ""
    identifier: bool = False
    assess: bool = False
    sponsor: bool = False
    stamped: bool = False
    derived: bool = False
    editable: bool = False
    told: bool = False
    verify: bool = True
    not_future: bool = True
    after_consent: bool = False
    since: str = FIRST
    retired: str = ""
    name: str = field(default="", init=False)
    oid: str = field(default="", init=False)

    @property
    def limits(self) -> tuple[decimal.Decimal, decimal.Decimal] | None:
        """The plausible range in the item's unit, both ends included (outside: query, stored)."""
        if self.plausible is None:
            return None
        low, high = self.plausible
        return decimal.Decimal(low), decimal.Decimal(high)

    @property
    def is_text(self) -> bool:
        """Whether the answer is free text, which the trail commits to with a salt."""
        return isinstance(self, Text)

    @property
    def is_verified_against_source(self) -> bool:
        """Whether a monitor compares this item with the source document (derived values never are)."""
        return self.verify and not self.derived and not self.sponsor and not self.stamped

    @property
    def is_signed_for(self) -> bool:
        """Whether an investigator's signature of the record covers the item."""
        return not self.sponsor and not self.stamped

    @property
    def is_computed(self) -> bool:
        """Whether nobody types an answer here."""
        return self.stamped or (self.derived and not self.editable)

    def is_in(self, version: str) -> bool:
        """Whether a record of this CRF version is asked the item."""
        return spans(self.since, self.retired, version)

    def bound(self, name: str, prefix: str) -> Item:
        """A copy that knows its name and OID inside a CRF or group."""
        bound = replace(self)
        bound.name, bound.oid = name, f"{prefix}.{name.upper()}"
        return bound


@dataclass
class Text(Item):
    """Free text of at most `length` characters."""

    length: int = 200
    _: KW_ONLY
    lines: int = 1


@dataclass
class Integer(Item):
    """A whole number of at most `digits` digits."""

    _: KW_ONLY
    digits: int = 9
    signed: bool = False


@dataclass
class Decimal(Item):
    """A decimal number of at most `precision` digits, `scale` of them after the point, kept as recorded."""

    precision: int = 12
    scale: int = 4
    _: KW_ONLY
    signed: bool = False


@dataclass
class Date(Item):
    """A full calendar date."""


@dataclass
class PartialDate(Item):
    """A date known to the year, month or day: ISO 8601 with reduced precision, never completed."""


@dataclass
class Time(Item):
    """A clock time, `HH:MM`, 24 hours."""


@dataclass
class DateTime(Item):
    """A date with clock time in the site's zone, `YYYY-MM-DDTHH:MM`; the date alone when the time is unknown."""

    _: KW_ONLY
    year_first: bool = False


@dataclass
class Choice(Item):
    """One value of a code list; `subset` narrows it; `open_list` also takes other text as reported."""

    codelist_name: str = "NY"
    _: KW_ONLY
    subset: tuple[str, ...] = ()
    open_list: bool = False
    length: int = 40

    @property
    def codelist(self) -> CodeList:
        """The code list that the values come from."""
        return LISTS[self.codelist_name]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The offered values with their labels, in code-list order."""
        values = self.subset or tuple(self.codelist.values)
        return [(value, self.codelist.label(value)) for value in values]

    def accepts(self, value: str) -> bool:
        """Whether a submission value may be stored."""
        return value in (self.subset or tuple(self.codelist.values))


@dataclass
class YesNo(Choice):
    """Yes or no, with 'unknown' or 'not applicable' where declared by `subset`."""

    subset: tuple[str, ...] = ("Y", "N")


@dataclass
class MultiChoice(Choice):
    """Several values of one code list, stored in code-list order."""


@dataclass
class SiteChoice(Item):
    """One row of a site's reference table, such as `laboratories` or `treatment_locations`; its label is stored."""

    table: str = ""
    _: KW_ONLY
    length: int = 60


@dataclass
class Reference(Item):
    """A link to one row (or several rows) of a CRF of the same participant, stored by its permanent uid.

    `offered`: which rows a screen offers to choose from; any row may be linked.
    """

    target: str = ""
    _: KW_ONLY
    many: bool = False
    offered: When | None = None

    @property
    def choice(self) -> str:
        """The name of the rows on offer: those of the target, or the part of them that is offered."""
        return f"{self.target} where {self.offered.words()}" if self.offered else self.target


@dataclass
class Dictionary(Item):
    """A term of a dictionary shipped with the study build (CTCAE)."""

    dictionary: str = "CTCAE"
    _: KW_ONLY
    length: int = 200


ITEM_TYPES: tuple[type[Item], ...] = (
    Text, Integer, Decimal, Date, PartialDate, Time, DateTime, YesNo, Choice, MultiChoice, SiteChoice, Reference,
    Dictionary,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What is recorded for one item: a value or a coded reason why it is missing, and where it came from."""

    value: object = None
    missing: str | None = None
    origin: str = "typed"

    @property
    def is_given(self) -> bool:
        """Whether a value or a missing reason stands."""
        return self.value is not None or self.missing is not None


EMPTY = Answer()
ORIGINS = ("typed", "accepted proposal", "stated for all", "imported", "derived", "EHR")
DateValue = dt.date | str


def conditions_of(item: Item) -> list[Condition]:
    """When an item is asked and when it must be answered, as far as that depends on other answers."""
    return [part for part in (item.visible_if, item.required) if part is not None and not isinstance(part, bool)]


def in_codelist_order(item: MultiChoice, values: Iterable[str]) -> tuple[str, ...]:
    """The given values without doubles in the order of the code list."""
    given = set(values)
    return tuple(value for value, _ in item.options if value in given)
