"""A document of many pages, drawn as it is told: running header and footer, outline, text and tables.

    document = CasebookDocument(target, Imprint(study="NCT03991130", printed="...", seal="..."))
    document.participant("001-004", site="001 UCSD")
    document.visit("C1 D1, 22 Jan 2024")
    document.form("Vital signs", version="1.0", state="Locked 26 Jan 2024")
    document.table(columns, rows)
    document.finish()

Only the page being drawn is held, so rows may come from a cursor over any number of records.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, NamedTuple

from reportlab.platypus import Flowable

from exports.pdf_frame import (
    BODY,
    BOTTOM,
    COLUMN_HEAD,
    GUTTER,
    HEADING,
    MARGIN,
    MUTED,
    TOP,
    WIDTH,
    Imprint,
    Running,
    Styled,
    draw_footer,
    draw_header,
)
from exports.pdf_sheet import Sheet
from exports.pdf_text import Style, para, wrap

PADDING = 2.6
# Room for the head of a table; a part of a row that is split has this many lines.
TOGETHER = 30.0
FEWEST_LINES = 4
TOGETHER_SHARE = 0.3


Content = str | Styled | tuple[Styled, ...]
Row = Sequence[Content]


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its share of the width, and how its text looks."""

    head: str
    share: float
    style: Style = BODY


class Cell(NamedTuple):
    """The broken lines of one cell, the style of each, and where they start."""

    x: float
    lines: Sequence[str]
    styles: Sequence[Style]


class Block(NamedTuple):
    """Something of a known height that its `draw` puts on the sheet, given where its top is."""

    height: float
    draw: Callable[[Sheet, float], None]


class CasebookDocument:
    """Pages of A4 that fill from top to bottom; `finish` writes them to `target`."""

    def __init__(self, target: BinaryIO, imprint: Imprint) -> None:
        self._sheet = Sheet(target)
        self._imprint = imprint
        self._running = Running()
        self._entries: list[tuple[str, int]] = []
        self._headings: list[tuple[Sequence[str], Style]] = []
        self._level = -1
        self._is_open = False
        self._top = self._y = TOP

    def participant(self, code: str, *, site: str) -> None:
        """Begin a participant; what follows stands on a new page."""
        self._begin(Running(site=site, participant=code), f"Participant {code}", 0)

    def visit(self, name: str) -> None:
        """Begin a visit of the participant."""
        self._begin(Running(self._running.site, self._running.participant, visit=name), name, 1)

    def form(self, title: str, *, version: str = "", state: str = "") -> None:
        """Begin a form of the visit, with its version and the state it is printed in."""
        name = f"{title}, form version {version}" if version else title
        self._begin(replace(self._running, form=name, state=state), title, 2)
        self.heading(title)

    def section(self, title: str, *, site: str = "", state: str = "") -> None:
        """Begin a part that belongs to no visit, such as a participant's audit trail or a listing."""
        participant = self._running.participant
        self._begin(
            Running(site or self._running.site, participant, form=title, state=state), title, 1 if participant else 0
        )
        self.heading(title)

    def chapter(self, title: str, *, version: str = "", state: str = "") -> None:
        """Begin a part of a document about definitions, such as one form of a blank CRF."""
        name = f"{title}, form version {version}" if version else title
        self._begin(Running(form=name, state=state), title, 0)
        self.heading(title)

    @property
    def page(self) -> int:
        """The number of the page that is being drawn."""
        return self._sheet.page

    def _begin(self, running: Running, entry: str, level: int) -> None:
        if self._headings:
            self._need(0)
        if self._is_open:
            self._close_page()
        self._running = running
        # An outline can skip no level, as a visit printed without its participant would.
        self._level = min(level, self._level + 1)
        self._entries.append((entry, self._level))

    def _open_page(self) -> None:
        self._is_open = True
        self._y = self._top = draw_header(self._sheet, self._imprint, self._running)
        for title, level in self._entries:
            self._sheet.outline(title, level)
        self._entries.clear()

    def _close_page(self) -> None:
        draw_footer(self._sheet, self._imprint)
        self._is_open = False
        self._sheet.next_page()

    def _need(self, height: float) -> bool:
        """Go to a page with room for the headings that wait and `height` points below them; draw the headings.

        Returns whether a new page was begun.
        """
        is_turned = not self._is_open
        if is_turned:
            self._open_page()
        waiting = sum(len(lines) * style.leading + style.leading * 0.7 + 3 for lines, style in self._headings)
        if self._y - waiting - height < BOTTOM and self._y != self._top:
            self._close_page()
            self._open_page()
            is_turned = True
        headings, self._headings = self._headings, []
        for lines, style in headings:
            self._draw_heading(lines, style)
        return is_turned

    def _draw_heading(self, lines: Sequence[str], style: Style) -> None:
        self.space(style.leading * 0.7)
        for line in lines:
            self._draw_line(line, style)
        self.space(3)

    def _draw_line(self, line: str, style: Style) -> None:
        self._y -= style.leading
        self._sheet.text(MARGIN, self._y + style.leading * 0.28, line, style)

    def space(self, height: float) -> None:
        """Leave a gap, but none at the top of a page."""
        if self._is_open and self._y < self._top:
            self._y = max(self._y - height, BOTTOM)

    def text(self, text: str, style: Style = BODY) -> None:
        """Lines over the whole width."""
        for line in wrap(text, style, WIDTH):
            self._need(style.leading)
            self._draw_line(line, style)

    def heading(self, title: str, style: Style = HEADING) -> None:
        """A heading that is drawn together with what follows."""
        self._headings.append((wrap(title, style, WIDTH), style))

    def prose(self, text: str, style: Style = BODY) -> None:
        """Running text in a paragraph."""
        self.flow(para(text, style))

    def flow(self, flowable: Flowable) -> None:
        """A flowable of reportlab, split over pages where it can be."""
        self._need(BODY.leading)
        _, height = flowable.wrap(WIDTH, self._y - BOTTOM)
        if height <= self._y - BOTTOM:
            self._y -= height
            self._sheet.place(flowable, MARGIN, self._y)
            return
        parts = flowable.split(WIDTH, self._y - BOTTOM)
        if not parts and self._y == self._top:
            raise ValueError(f"{type(flowable).__name__} is taller than a page")
        if not parts:
            self._close_page()
            parts = [flowable]
        for part in parts:
            self.flow(part)

    def blocks(
        self, blocks: Sequence[Block], *, head: Block | None = None, together: float = TOGETHER_SHARE
    ) -> None:  # fmt: skip
        """Blocks below each other, none of them split; the head stands over the first and again on each new page.

        All of them stay on one page when they take less than a share of it, `together`.
        """
        above = head.height if head else 0.0
        whole = above + sum(block.height for block in blocks)
        if whole < together * (TOP - BOTTOM):
            self._need(whole)
        for number, block in enumerate(blocks):
            is_turned = self._need(block.height + (0.0 if number else above))
            for part in ([head] if head and (is_turned or not number) else []) + [block]:
                part.draw(self._sheet, self._y)
                self._y -= part.height

    def boxed(self, lines: Sequence[Styled]) -> None:
        """A few lines in a frame that is never split; more than a page holds go without one."""
        inner = WIDTH - 4 * PADDING - 8
        broken = [Styled(line, style) for text, style in lines for line in wrap(text, style, inner)]
        height = sum(style.leading for _, style in broken) + 4 * PADDING
        self.space(6)
        self._need(height)
        if height > self._y - BOTTOM:
            for line, style in lines:
                self.text(line, style)
            return
        self._sheet.frame(MARGIN, self._y - height, WIDTH, height)
        y = self._y - 2 * PADDING
        for line, style in broken:
            y -= style.leading
            self._sheet.text(MARGIN + 2 * PADDING + 4, y + style.leading * 0.28, line, style)
        self._y -= height
        self.space(6)

    def table(self, columns: Sequence[Column], rows: Iterable[Row], *, empty: str = "None recorded.") -> int:
        """A table whose head is repeated on each page; returns the number of rows."""
        places = _places(columns)
        count = 0
        for count, row in enumerate(rows, 1):
            cells = _cells(columns, places, row)
            if count == 1:
                self._begin_table(columns, places, _height(cells))
            self._draw_row(cells, columns, places)
        if not count:
            self._begin_table(columns, places, BODY.leading)
            self.text(empty, MUTED)
        self.space(6)
        return count

    def _begin_table(self, columns: Sequence[Column], places: Sequence[tuple[float, float]], first_row: float) -> None:
        """Draw the head where the first row fits below it; a row taller than a page begins anywhere."""
        fits_a_page = first_row < TOP - BOTTOM - 3 * TOGETHER
        self._need(TOGETHER + (first_row if fits_a_page else 0))
        self._draw_table_head(columns, places)

    def _draw_table_head(self, columns: Sequence[Column], places: Sequence[tuple[float, float]]) -> None:
        if not any(column.head for column in columns):
            return
        cells = _cells(columns, places, [Styled(column.head, COLUMN_HEAD) for column in columns])
        self._draw_lines(cells, 0, max(len(cell.lines) for cell in cells), COLUMN_HEAD.leading)
        self._sheet.rule(MARGIN, self._y, WIDTH, weight=0.8, grey=0.35)

    def _draw_row(self, cells: list[Cell], columns: Sequence[Column], places: Sequence[tuple[float, float]]) -> None:
        """Draw a row whole, on the next page if need be; only a row taller than a page is split between its lines."""
        leading, count = _extent(cells)
        if count * leading + 2 * PADDING > self._y - BOTTOM:
            self._make_room(count, leading, columns, places)
        start = 0
        while start < count:
            room = max(int((self._y - BOTTOM - 2 * PADDING) // leading), 1)
            self._draw_lines(cells, start, min(start + room, count), leading)
            start += room
            if start < count:
                self._turn(columns, places)
        self._sheet.rule(MARGIN, self._y, WIDTH)

    def _make_room(
        self, count: int, leading: float, columns: Sequence[Column], places: Sequence[tuple[float, float]]
    ) -> None:
        on_full_page = (self._top - BOTTOM - TOGETHER) // leading
        here = (self._y - BOTTOM - 2 * PADDING) // leading
        if count <= on_full_page or here < FEWEST_LINES:
            self._turn(columns, places)

    def _turn(self, columns: Sequence[Column], places: Sequence[tuple[float, float]]) -> None:
        self._close_page()
        self._open_page()
        self._draw_table_head(columns, places)

    def _draw_lines(self, cells: list[Cell], start: int, stop: int, leading: float) -> None:
        first = self._y - PADDING - leading * 0.75
        for x, lines, styles in cells:
            y = first
            for line, style in zip(lines[start:stop], styles[start:stop], strict=True):
                self._sheet.text(x, y, line, style)
                y -= leading
        self._y -= (stop - start) * leading + 2 * PADDING

    def finish(self) -> int:
        """Write the file; returns its number of pages."""
        self._need(0)
        draw_footer(self._sheet, self._imprint)
        pages = self._sheet.page
        self._sheet.finish(f"of {pages}")
        return pages


def _places(columns: Sequence[Column]) -> list[tuple[float, float]]:
    """Where each column starts and how wide its text may be."""
    unit = WIDTH / sum(column.share for column in columns)
    places, x = [], MARGIN
    for column in columns:
        places.append((x, column.share * unit - GUTTER))
        x += column.share * unit
    return places


def _extent(cells: Sequence[Cell]) -> tuple[float, int]:
    """The leading of a row and the number of its lines."""
    return max([style.leading for cell in cells for style in cell.styles]), max([len(cell.lines) for cell in cells])


def _height(cells: Sequence[Cell]) -> float:
    leading, count = _extent(cells)
    return leading * count + 2 * PADDING


def _cells(columns: Sequence[Column], places: Sequence[tuple[float, float]], row: Row) -> list[Cell]:
    return [
        _cell(x, width, column.style, content) for column, (x, width), content in zip(columns, places, row, strict=True)
    ]


def _cell(x: float, width: float, style: Style, content: Content) -> Cell:
    """Break a cell's content: a text in the column's style, a text in its own, or several below each other."""
    if isinstance(content, str):
        lines = wrap(content, style, width)
        return Cell(x, lines, [style] * len(lines))
    parts = (content,) if isinstance(content, Styled) else content
    pairs = [(line, own) for text, own in parts for line in wrap(text, own, width)]
    return Cell(x, [line for line, _ in pairs], [own for _, own in pairs])
