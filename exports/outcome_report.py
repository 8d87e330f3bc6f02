"""The report of the outcomes as PDF: how they came about, every figure as vectors, every table.

reportlab writes the pages and leaves room; the figures, which matplotlib writes as PDF, are laid into that room after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import IO, BinaryIO, cast

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    StreamObject,
)

from edc.clock import day_text
from exports.figures.look import POINTS, WIDE
from exports.outcome_digest import digests_of
from exports.outcome_figures import Drawn, figures_of
from exports.outcome_shapes import About, Cell, Outcomes, OutcomeTable
from exports.pdf_document import Block, CasebookDocument, Column
from exports.pdf_frame import (
    BOTTOM,
    COLUMN_HEAD,
    GUTTER,
    MARGIN,
    MUTED,
    SMALL,
    SMALL_MUTED,
    TOP,
    WIDTH,
    Imprint,
)
from exports.pdf_sheet import Sheet
from exports.pdf_text import Style, printable, text_width

METHOD = (
    "Response by RECIST 1.1 as derived from the measurements of each time point; the investigator's assessments stand "
    "beside it where they are told.",
    "Intervals of proportions are exact (Clopper-Pearson). Times to event are estimated by Kaplan-Meier with "
    "Greenwood's variance; the figures show pointwise log-log intervals, a tick is a censored participant.",
    "Adverse events are graded by CTCAE v5.0; each participant counts once in a term, with the highest grade.",
)
TALLEST = TOP - BOTTOM - 140
WIDEST_COLUMN, MOST_KEYS = 120.0, 4
_FACTS = (Column("", 30, MUTED), Column("", 70))


@dataclass(frozen=True)
class Place:
    """Where a figure belongs: its page from 0, its lower left corner, its scale."""

    page: int
    x: float
    y: float
    scale: float
    pdf: bytes


def write_report(found: Outcomes, target: BinaryIO, imprint: Imprint, draft: IO[bytes]) -> int:
    """Write the report, its pages first to `draft`; returns the number of pages."""
    about = found.about
    source = replace(imprint, seal=about.seal or imprint.seal, as_of=_as_of(about))
    document = CasebookDocument(draft, source)  # type: ignore[arg-type]
    state = source_words(about)
    document.section("Outcomes", state=state)
    _write_about(document, found)
    digests = digests_of(found)
    if digests:
        document.section("Results", state=state)
    for digest in digests:
        texts = tuple(tuple(cell.text for cell in row) for row in digest.rows)
        _write_table(document, OutcomeTable(digest.key, digest.title, digest.columns, texts, digest.notes))
    places = [place for one in figures_of(found) for place in _draw(document, one, state)]
    document.section("Tables", state=state)
    for table in found.tables:
        _write_table(document, table)
    pages = document.finish()
    _merge(draft, places, target)
    return pages


def _as_of(about: About) -> str:
    return f"{about.moment:%Y-%m-%d %H:%M} UTC" if about.source == "as of" else ""


def source_words(about: About) -> str:
    """What the data are, for a header: a release, or data that may still change."""
    if about.name:
        return f"Release {about.name}"
    return "Locked" if about.is_locked else "Not locked"


def about_facts(about: About) -> list[tuple[str, str]]:
    """What everybody wants to know of the data, in pairs."""
    return [
        ("Data as of", f"{about.moment:%Y-%m-%d %H:%M} UTC, {source_words(about).lower()}"),
        ("Cut-off", day_text(about.cutoff)),
        ("Analysis set", f"{about.analysis_set}, n = {about.in_set}"),
        ("Tumour type", about.tumour_type or "All"),
        ("Participants", f"{about.participants}, of whom {about.treated} treated and {about.unlocked} not locked"),
        ("Open queries", str(about.open_queries)),
        ("Seal", about.seal or "none yet"),
    ]


def _write_about(document: CasebookDocument, found: Outcomes) -> None:
    document.table(_FACTS, about_facts(found.about))
    document.heading("Method")
    for sentence in METHOD:
        document.prose(sentence)
    document.heading("Settings")
    document.table((Column("Setting", 40, SMALL), Column("Value", 60, SMALL)), found.about.settings)


def _draw(document: CasebookDocument, drawn: Drawn, state: str) -> Iterator[Place]:
    if not drawn.titles:
        document.section(drawn.kind.title, state=state)
        document.text(drawn.kind.empty)
    for part, title in enumerate(drawn.titles):
        document.section(title, state=state)
        document.prose(drawn.describe(part), SMALL_MUTED)
        document.space(6)
        yield _place(document, drawn.pdf(part))


def _place(document: CasebookDocument, pdf: bytes) -> Place:
    """Leave room for a figure, on this page or, where it is too tall for what is left, on the next."""
    box = PdfReader(BytesIO(pdf)).pages[0].mediabox
    scale = min(WIDTH / (WIDE * POINTS), TALLEST / float(box.height), 1.0)
    places: list[Place] = []

    def note(sheet: Sheet, top: float) -> None:
        places.append(Place(sheet.page - 1, MARGIN, top - float(box.height) * scale, scale, pdf))

    document.blocks([Block(float(box.height) * scale, note)])
    return places[0]


def _merge(draft: IO[bytes], places: Sequence[Place], target: BinaryIO) -> None:
    """Lay each figure into its room, as one object that is drawn there: its own drawing is copied unread."""
    writer = PdfWriter(clone_from=draft)
    for number, place in enumerate(places):
        page, name = writer.pages[place.page], NameObject(f"/Figure{number}")
        resources = cast(DictionaryObject, page["/Resources"])
        drawn = cast(DictionaryObject, resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object())
        # pypdf's own examples add objects by this name; there is no other.
        drawn[name] = writer._add_object(_as_object(place.pdf).clone(writer))
        moved = DecodedStreamObject()
        moved.set_data(f"q {place.scale:.4f} 0 0 {place.scale:.4f} {place.x:.2f} {place.y:.2f} cm {name} Do Q".encode())
        page[NameObject("/Contents")] = ArrayObject([page.raw_get("/Contents"), writer._add_object(moved)])
    writer.write(target)


def _as_object(pdf: bytes) -> StreamObject:
    """The one page of a PDF as something that another page can draw."""
    (page,) = PdfReader(BytesIO(pdf)).pages
    contents = page.get_contents()
    assert contents is not None
    drawing = DecodedStreamObject()
    drawing.set_data(contents.get_data())
    drawing[NameObject("/Type")], drawing[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    drawing[NameObject("/BBox")], drawing[NameObject("/Resources")] = page.mediabox, page["/Resources"]
    return drawing.flate_encode()


# --- tables ---------------------------------------------------------------------------------------------------------


def _write_table(document: CasebookDocument, table: OutcomeTable) -> None:
    """A table, in several below each other where its columns do not fit beside each other."""
    document.heading(table.title)
    shown = [[_text(cell) for cell in row] for row in table.rows]
    for columns in _bands(table.columns, shown):
        widths = [_width(table.columns[n], [row[n] for row in shown]) for n in columns]
        heads = [Column(table.columns[n], width, SMALL) for n, width in zip(columns, widths, strict=True)]
        rows = ([row[n] for n in columns] for row in shown)
        document.table(_padded(heads, sum(widths)), (_fitted(row, len(heads), sum(widths)) for row in rows))
    for note in table.notes:
        document.prose(note, SMALL_MUTED)


def _padded(heads: list[Column], width: float) -> list[Column]:
    """An empty column at the end keeps narrow columns narrow."""
    return [*heads, Column("", WIDTH - width)] if WIDTH - width > GUTTER else heads


def _fitted(row: list[str], count: int, width: float) -> list[str]:
    return [*row, ""] if WIDTH - width > GUTTER and len(row) == count else row


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _bands(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[list[int]]:
    """The columns in groups that fit the page, each after those that say which row it is."""
    keys = _keys(rows, len(columns))
    widths = [_width(name, [row[n] for row in rows]) for n, name in enumerate(columns)]
    band, used = list(range(keys)), sum(widths[:keys])
    for n in range(keys, len(columns)):
        if used + widths[n] > WIDTH and len(band) > keys:
            yield band
            band, used = list(range(keys)), sum(widths[:keys])
        band.append(n)
        used += widths[n]
    yield band


def _keys(rows: Sequence[Sequence[str]], columns: int) -> int:
    """How many leading columns tell the rows apart."""
    for count in range(1, min(MOST_KEYS, columns)):
        if len({tuple(row[:count]) for row in rows}) == len(rows):
            return count
    return min(MOST_KEYS, columns)


def _width(head: str, cells: Sequence[str]) -> float:
    """The width of a column: no word is broken, and a long text has a few lines."""
    words = max([_widest(text.split(), SMALL) for text in cells], default=0.0)
    whole = max([text_width(printable(text.replace("\n", " ")), SMALL) for text in cells], default=0.0)
    needed = max(_widest(head.split(), COLUMN_HEAD), words, min(whole, WIDEST_COLUMN))
    return min(needed + GUTTER + 1, WIDTH / (MOST_KEYS + 1))


def _widest(words: Sequence[str], style: Style) -> float:
    return max([text_width(printable(word, style.face), style) for word in words], default=0.0)
