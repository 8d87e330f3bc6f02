"""A repeating group on paper: a table with its items down and its rows across, so that a grid of many items fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.paper_answers import INVESTIGATOR, TICK, Ticks, is_long, not_by_site, target_title
from exports.paper_items import PAD, REQUIRED_MARK
from exports.pdf_document import Block
from exports.pdf_frame import MARGIN, SMALL, SMALL_MUTED, SMALL_STRONG, WIDTH, Styled
from exports.pdf_sheet import Sheet
from exports.pdf_text import printable, text_width, wrap
from forms import items as it
from forms.crf import CRF, Group
from forms.items import Item
from forms.wording import condition_words

OPEN_ROWS = 4
MOST_ACROSS = 7
# Many rows across leave less room for the questions.
LABEL_SHARES = {OPEN_ROWS: 0.36, MOST_ACROSS: 0.3}
CELL_PAD = 2.5
CELL_HEIGHT = 24.0
MOST_TICKS_IN_CELL = {OPEN_ROWS: 6, MOST_ACROSS: 3}


def strips_of(group: type[Group]) -> list[list[str]]:
    """The headings of the rows, in strips that fit across the page; an open group gets a few blank rows."""
    if not group.fixed:
        return [[str(number) for number in range(1, OPEN_ROWS + 1)]]
    names = [group.row_names[n - 1] if n <= len(group.row_names) else str(n) for n in range(1, group.fixed + 1)]
    across = MOST_ACROSS if group.fixed > OPEN_ROWS and not group.row_names else OPEN_ROWS
    return [names[start : start + across] for start in range(0, len(names), across)]


def group_blocks(group: type[Group], crf: type[CRF], version: str) -> Iterator[tuple[Block, list[Block]]]:
    """Each strip of a group: its head, to be repeated on a new page, and a block for each item."""
    items = group.items_in(version)
    strips = strips_of(group)
    for number, names in enumerate(strips):
        strip = Strip(names, across=len(strips[0]), is_first=number == 0)
        yield _head(strip), [_line(item, crf, group, strip) for item in items]


@dataclass(frozen=True)
class Strip:
    """The rows that stand beside each other; how to fill them in is said in the first strip only."""

    names: Sequence[str]
    across: int
    is_first: bool

    @property
    def density(self) -> int:
        """Whether few or many rows share the width of the page."""
        return MOST_ACROSS if self.across > OPEN_ROWS else OPEN_ROWS

    @property
    def label_width(self) -> float:
        """The width of the questions."""
        return LABEL_SHARES[self.density] * WIDTH

    @property
    def step(self) -> float:
        """The width of one row's cells."""
        return (WIDTH - self.label_width) / self.across

    def left(self, number: int) -> float:
        """Where the cells of a row begin."""
        return MARGIN + self.label_width + number * self.step


def _head(strip: Strip) -> Block:
    broken = [wrap(name, SMALL_STRONG, strip.step - 2 * PAD) for name in strip.names]
    height = max(map(len, broken)) * SMALL_STRONG.leading + PAD

    def draw(sheet: Sheet, y: float) -> None:
        sheet.text(MARGIN, y - 10, "Row", SMALL_STRONG)
        for number, lines in enumerate(broken):
            for at, line in enumerate(lines, 1):
                sheet.text(strip.left(number) + PAD, y - at * SMALL_STRONG.leading, line, SMALL_STRONG)
        sheet.rule(MARGIN, y - height, WIDTH, weight=0.8, grey=0.35)

    return Block(height, draw)


def _line(item: Item, crf: type[CRF], group: type[Group], strip: Strip) -> Block:
    """One item of the group: what is asked on the left, a cell for each row."""
    ticks, step = _ticks(item, strip), strip.step
    texts = _label(item, crf, group, ticks)
    said = texts if strip.is_first else texts[:1]
    label = [(line, style) for text, style in said for line in wrap(text, style, strip.label_width - 2 * PAD)]
    inside = ticks.height(step - 2 * CELL_PAD) if ticks else CELL_HEIGHT - 2 * PAD
    height = max(sum(style.leading for _, style in label), inside) + 2 * PAD

    def draw(sheet: Sheet, y: float) -> None:
        top = y - PAD
        for line, style in label:
            top -= style.leading
            sheet.text(MARGIN, top + style.leading * 0.28, line, style)
        for number in range(len(strip.names)):
            left = strip.left(number)
            sheet.frame(left, y - height, step, height, grey=0.6)
            if ticks:
                ticks.draw(sheet, left + CELL_PAD, y - PAD, step - 2 * CELL_PAD)
            elif item.is_computed:
                sheet.box(left + 0.5, y - height + 0.5, step - 1, height - 1, fill=0.92)
        sheet.rule(MARGIN, y - height, WIDTH)

    return Block(height, draw)


def _ticks(item: Item, strip: Strip) -> Ticks | None:
    """Tick boxes for a choice whose labels fit into a cell without breaking a word."""
    if item.is_computed or not isinstance(item, it.Choice) or len(item.options) > MOST_TICKS_IN_CELL[strip.density]:
        return None
    labels = [label for _, label in item.options]
    room = strip.step - 2 * CELL_PAD - TICK - 3
    fits = all(text_width(word, SMALL) <= room for label in labels for word in printable(label).split(" "))
    return Ticks(tuple(labels)) if fits else None


def _label(item: Item, crf: type[CRF], group: type[Group], ticks: Ticks | None) -> list[Styled]:
    unit = f" ({item.unit})" if item.unit else ""
    mark = REQUIRED_MARK if item.required and not item.is_computed else ""
    condition = f"Only if {condition_words(item.visible_if, crf, group)}" if item.visible_if is not None else ""
    smaller = [Styled(text, SMALL_MUTED) for text in (condition, _hint(item, ticks), item.help) if text]
    return [Styled(f"{item.label}{unit}{mark}", SMALL), *smaller]


def _hint(item: Item, ticks: Ticks | None) -> str:
    """How a cell is filled in, where the cell does not say so itself."""
    if who := not_by_site(item):
        return who
    parts = []
    if isinstance(item, it.Choice) and ticks is None:
        several = "all that apply" if isinstance(item, it.MultiChoice) else "one"
        named = f"the list {item.codelist_name}" if is_long(item) else "; ".join(label for _, label in item.options)
        parts.append(f"Write {several} of: {named}.")
    elif isinstance(item, it.MultiChoice):
        parts.append("Tick all that apply.")
    elif isinstance(item, it.Reference):
        parts.append(f"Number of the line or row: {target_title(item)}.")
    elif isinstance(item, it.Dictionary):
        parts.append(f"A term of {item.dictionary}.")
    elif isinstance(item, it.SiteChoice):
        parts.append(f"One of the site's {item.table.replace('_', ' ')}.")
    elif isinstance(item, it.Date | it.PartialDate | it.DateTime):
        parts.append("Day, month, year" + (", hour, minute." if isinstance(item, it.DateTime) else "."))
    if item.assess:
        parts.append(INVESTIGATOR)
    return " ".join(parts)
