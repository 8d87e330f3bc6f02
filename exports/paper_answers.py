"""Where an answer is written on paper: boxes for figures, lines for words, tick boxes for choices; one arm a type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch

from exports.pdf_frame import BODY, SMALL, SMALL_MUTED, SMALL_STRONG
from exports.pdf_sheet import Sheet
from exports.pdf_text import Style, printable, text_width, wrap
from forms import items as it
from forms.crf import REGISTRY
from forms.items import Item

BOX, BOX_HEIGHT = 10.0, 13.0
GAP = 5.0
LINE_HEIGHT = 20.0
# A longer list is written in from the appendix; a longer text gets this many lines.
MOST_TICKS = 30
MOST_LINES, MOST_LINES_OF_A_PHRASE = 8, 2
CHARACTERS_PER_LINE = 60
TICK = 7.0


@dataclass(frozen=True)
class Words:
    """Something said in the place of an answer, or about how to give it."""

    text: str
    style: Style = SMALL_MUTED

    def height(self, width: float) -> float:
        """The height that the words take."""
        return len(wrap(self.text, self.style, width)) * self.style.leading + 2

    def draw(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        """Draw the words with their top at y."""
        for line in wrap(self.text, self.style, width):
            y -= self.style.leading
            sheet.text(x, y + self.style.leading * 0.28, line, self.style)


@dataclass(frozen=True)
class Lines:
    """Ruled lines to write on."""

    count: int = 1
    unit: str = ""

    def height(self, width: float) -> float:
        """The height of the lines."""
        return self.count * LINE_HEIGHT

    def draw(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        """Draw the lines with their top at y; the unit stands behind the last."""
        unit = text_width(printable(self.unit), BODY) + GAP if self.unit else 0
        for number in range(1, self.count + 1):
            sheet.rule(x, y - number * LINE_HEIGHT + 4, width - unit, weight=0.5, grey=0.45)
        if self.unit:
            sheet.text(x + width - unit + GAP, y - self.count * LINE_HEIGHT + 6, printable(self.unit), BODY)


@dataclass(frozen=True)
class Boxes:
    """Boxes for single characters: how many in each block, what stands between blocks, a hint below each."""

    blocks: tuple[int, ...]
    between: str = " "
    hints: tuple[str, ...] = ()
    unit: str = ""
    sign: bool = False

    def height(self, width: float) -> float:
        """The height of the boxes with their hints."""
        return BOX_HEIGHT + (9 if self.hints else 0) + 5

    def width(self) -> float:
        """The width of the boxes without their unit."""
        return sum(self.blocks) * BOX + (len(self.blocks) - 1) * GAP + (BOX if self.sign else 0)

    def draw(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        """Draw the boxes with their top at y."""
        bottom = y - BOX_HEIGHT - 2
        if self.sign:
            sheet.text(x, bottom + 3, "±", BODY)
            x += BOX
        for number, count in enumerate(self.blocks):
            if number:
                sign = self.between[number - 1] if number <= len(self.between) else " "
                sheet.text(x + 1, bottom + 2, sign.strip(), BODY)
                x += GAP
            for place in range(count):
                sheet.frame(x + place * BOX, bottom, BOX, BOX_HEIGHT)
            if number < len(self.hints):
                shown = self.hints[number]
                sheet.text(x + (count * BOX - text_width(shown, HINT)) / 2, bottom - 7, shown, HINT)
            x += count * BOX
        sheet.text(x + GAP, bottom + 3, printable(self.unit), BODY)


@dataclass(frozen=True)
class Ticks:
    """Options with a box to tick before each, in as many columns as fit."""

    labels: tuple[str, ...]

    def _columns(self, width: float) -> tuple[int, int]:
        """How many columns there are, and how many options stand in each."""
        widest = max(text_width(label, SMALL) for label in self.labels) + TICK + 3 + 2 * GAP
        count = len(self.labels)
        columns = max(1, min(count, int((width + GAP) // widest)))
        return columns, -(-count // columns)

    def _lines(self, width: float) -> list[tuple[str, ...]]:
        columns, _ = self._columns(width)
        inner = width / columns - TICK - 3 - (GAP if columns > 1 else 0)
        return [wrap(label, SMALL, inner) for label in self.labels]

    def _row_heights(self, width: float) -> list[float]:
        _, rows = self._columns(width)
        lines = self._lines(width)
        return [
            max(len(lines[at]) for at in range(row, len(lines), rows)) * SMALL.leading + 2 for row in range(rows)
        ]  # fmt: skip

    def height(self, width: float) -> float:
        """The height of all options."""
        return sum(self._row_heights(width)) + 3

    def draw(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        """Draw the options column by column with their top at y."""
        columns, rows = self._columns(width)
        heights, lines = self._row_heights(width), self._lines(width)
        step = width / columns
        for at, broken in enumerate(lines):
            left, top = x + (at // rows) * step, y - 2 - sum(heights[: at % rows])
            sheet.frame(left, top - TICK - 1.5, TICK, TICK)
            for number, line in enumerate(broken, 1):
                sheet.text(left + TICK + 3, top - number * SMALL.leading + 2.2, line, SMALL)


INVESTIGATOR = "An investigator answers this."
HINT = Style(size=5.5, leading=7, grey=0.35)
Part = Words | Lines | Boxes | Ticks


def answer_parts(item: Item) -> list[Part]:
    """Where the answer of an item is written, from top to bottom."""
    if who := not_by_site(item):
        return [Words(f"{who} ({item.unit})" if item.unit else who)]
    return [*(_written(item)), *([Words(INVESTIGATOR, SMALL_STRONG)] if item.assess else [])]


def not_by_site(item: Item) -> str:
    """Who or what answers an item that the site does not fill in; empty for one that it does."""
    if item.sponsor:
        return "The sponsor's medical monitor answers this."
    if item.stamped:
        return "Set by the system when the report is submitted."
    if item.derived:
        return "Calculated by the system." + (" Changed only where that is wrong." if item.editable else "")
    return ""


@singledispatch
def _written(item: Item) -> Sequence[Part]:
    """Where an answer that a person gives is written; one arm per item type."""
    raise TypeError(f"{type(item).__name__} has no place on paper")


@_written.register
def _(item: it.Text) -> Sequence[Part]:
    if item.lines > 1:
        return [Lines(min(item.lines, MOST_LINES), item.unit)]
    return [Lines(min(-(-item.length // CHARACTERS_PER_LINE), MOST_LINES_OF_A_PHRASE), item.unit)]


@_written.register
def _(item: it.Integer) -> Sequence[Part]:
    return [Boxes((item.digits,), unit=item.unit, sign=item.signed)]


@_written.register
def _(item: it.Decimal) -> Sequence[Part]:
    whole = max(item.precision - item.scale, 1)
    blocks = (whole, item.scale) if item.scale else (whole,)
    return [Boxes(blocks, ".", unit=item.unit, sign=item.signed)]


_DAY = ((2, 3, 4), ("day", "month", "year"))


@_written.register
def _(item: it.Date) -> Sequence[Part]:
    return [Boxes(_DAY[0], hints=_DAY[1])]


@_written.register
def _(item: it.PartialDate) -> Sequence[Part]:
    return [Boxes(_DAY[0], hints=_DAY[1]), Words("Leave empty what is not known: day, or day and month.")]


@_written.register
def _(item: it.Time) -> Sequence[Part]:
    return [Boxes((2, 2), ":", hints=("hour", "min"))]


@_written.register
def _(item: it.DateTime) -> Sequence[Part]:
    return [Boxes((*_DAY[0], 2, 2), "   :", hints=(*_DAY[1], "hour", "min"))]


@_written.register
def _(item: it.Choice) -> Sequence[Part]:
    if is_long(item):
        more = ", or other words" if item.open_list else ""
        return [Lines(1, item.unit), Words(f"One of the list {item.codelist_name}{more}.")]
    parts: list[Part] = [Ticks(tuple(label for _, label in item.options))]
    return [*parts, Words("or other words:"), Lines(1)] if item.open_list else parts


@_written.register
def _(item: it.MultiChoice) -> Sequence[Part]:
    if is_long(item):
        return [Lines(2), Words(f"All that apply of the list {item.codelist_name}.")]
    return [Ticks(tuple(label for _, label in item.options)), Words("Tick all that apply.")]


@_written.register
def _(item: it.SiteChoice) -> Sequence[Part]:
    return [Lines(1), Words(f"One of the site's {item.table.replace('_', ' ')}.")]


@_written.register
def _(item: it.Reference) -> Sequence[Part]:
    which = "Numbers of the lines or rows" if item.many else "Number of the line or row"
    return [Lines(1), Words(f"{which}: {target_title(item)}.")]


@_written.register
def _(item: it.Dictionary) -> Sequence[Part]:
    return [Lines(1), Words(f"A term of {item.dictionary}, as it prints it.")]


def is_long(item: Item) -> bool:
    """Whether the answers on offer are too many for tick boxes; they stand in the appendix."""
    return isinstance(item, it.Choice) and len(item.options) > MOST_TICKS


def target_title(item: it.Reference) -> str:
    """What a reference leads to, in the words of the forms."""
    oid, _, group = item.target.partition(".")
    crf = REGISTRY.get(oid)
    if crf is None:
        return item.target
    return f"{crf.title}, {crf.groups[group].title}" if group in crf.groups else crf.title


def draw_parts(sheet: Sheet, parts: Sequence[Part], x: float, y: float, width: float) -> None:
    """Draw the parts of an answer below each other with their top at y."""
    for part in parts:
        part.draw(sheet, x, y, width)
        y -= part.height(width)


def height_of(parts: Sequence[Part], width: float) -> float:
    """The height of parts below each other."""
    return sum(part.height(width) for part in parts)
