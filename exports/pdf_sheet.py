"""Sheets of paper: text, rules and boxes at given places, one page after the other, on a reportlab canvas.

Each finished page is compressed at once and its drawing commands dropped, so that a long document needs a few
kilobytes of memory a page. Distances are points from the lower left corner.
"""

import threading
import zlib
from functools import lru_cache
from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from exports.pdf_text import Face, Style, text_width, typeface

PRODUCT = "Casebook"
PAGE_WIDTH, PAGE_HEIGHT = A4
_TOTAL = "total"
# reportlab cuts the used characters out of the one loaded font file with a shared reading position.
_font_lock = threading.Lock()
_ESCAPES = {code: chr(code) if 32 <= code < 127 else f"\\{code:03o}" for code in range(256)}
_ESCAPES |= {ord(char): f"\\{char}" for char in "\\()"}


class Sheet:
    """The pages of one PDF file, written to `target` by `finish`; the same calls give the same bytes."""

    def __init__(self, target: BinaryIO) -> None:
        # Otherwise every page would name Helvetica, which is not in the file. The stub takes the name for a number.
        first_font: Any = typeface(Face.REGULAR).font.fontName
        self._canvas = Canvas(
            target, pagesize=A4, invariant=1, pageCompression=1, lang="en", initialFontName=first_font
        )
        self._canvas.setTitle(PRODUCT)
        self._canvas.setAuthor(PRODUCT)
        # reportlab has no public name for it, and subsets of fonts are kept per document.
        self._document: Any = self._canvas._doc  # type: ignore[attr-defined]
        self._shown = lru_cache(maxsize=8192)(self._show)
        self._outlined = 0
        self._total_at: tuple[float, float, Style] | None = None
        self.page = 1

    def text(self, x: float, y: float, line: str, style: Style) -> None:
        """One printable line with its baseline starting at (x, y)."""
        if line:
            self._canvas.addLiteral(f"BT {style.grey:g} g {x:.2f} {y:.2f} Td {self._shown(line, style)} ET")

    def text_right(self, x: float, y: float, line: str, style: Style) -> None:
        """One printable line that ends at x."""
        self.text(x - text_width(line, style), y, line, style)

    def _show(self, line: str, style: Style) -> str:
        font = typeface(style.face).font
        runs = font.splitString(line, self._document)
        return " ".join(
            f"{font.getSubsetInternalName(subset, self._document)} {style.size:g} Tf "
            f"({''.join(map(_ESCAPES.__getitem__, codes))}) Tj"
            for subset, codes in runs
        )

    def rule(self, x: float, y: float, width: float, *, weight: float = 0.4, grey: float = 0.75) -> None:
        """A horizontal rule."""
        self._canvas.addLiteral(f"{grey:g} G {weight:g} w {x:.2f} {y:.2f} m {x + width:.2f} {y:.2f} l S")

    def box(self, x: float, y: float, width: float, height: float, *, fill: float) -> None:
        """A filled rectangle with its lower left corner at (x, y)."""
        self._canvas.addLiteral(f"{fill:g} g {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def frame(self, x: float, y: float, width: float, height: float, *, grey: float = 0.4) -> None:
        """An outlined rectangle with its lower left corner at (x, y)."""
        self._canvas.addLiteral(f"{grey:g} G 0.6 w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")

    def place(self, flowable: Flowable, x: float, y: float) -> None:
        """A laid out flowable of reportlab with its lower left corner at (x, y)."""
        flowable.drawOn(self._canvas, x, y)

    def outline(self, title: str, level: int) -> None:
        """An entry of the document outline that leads to this page; levels from 0, none skipped."""
        key = f"entry{self._outlined}"
        self._outlined += 1
        self._canvas.bookmarkPage(key)
        self._canvas.addOutlineEntry(title, key, level=level, closed=level > 0)

    def page_of_total(self, x: float, y: float, style: Style) -> None:
        """The page number, its total to be drawn by `finish` at the same place of every page; ends near x."""
        start = x - text_width("of 000", style)
        self._total_at = (start, y, style)
        self.text_right(start - text_width(" ", style), y, f"Page {self.page}", style)
        self._canvas.doForm(_TOTAL)

    def next_page(self) -> None:
        """End this page."""
        name = self._document.thisPageName()
        self._canvas.showPage()
        page = self._document.idToObject[name]
        content = zlib.compress(page.stream.encode("latin-1"), 6)
        page.Contents = PDFStream(PDFDictionary({"Filter": PDFName("FlateDecode")}), content)
        page.stream = None
        self.page += 1

    def finish(self, total: str) -> None:
        """End the last page, draw the total where the pages left room for it, and write the file."""
        self.next_page()
        if self._total_at:
            x, y, style = self._total_at
            self._canvas.beginForm(_TOTAL)
            self.text(x, y, total, style)
            self._canvas.endForm()
        with _font_lock:
            self._canvas.save()
