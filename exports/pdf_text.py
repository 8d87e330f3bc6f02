"""Text of PDF files: embedded fonts, characters no font holds, line breaks, and the only maker of paragraphs.

Text that people typed never reaches a markup parser unescaped: reportlab's paragraphs read local files and open
addresses that they find in it. Lines that `wrap` breaks are drawn as they are and know no markup at all.
"""

import importlib.util
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from html import escape
from itertools import groupby
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.colors import Color
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

rl_config.trustedSchemes = []
rl_config.trustedHosts = []

CACHED_LENGTH = 120
TAB = " " * 4


class Face(StrEnum):
    """The four fonts of the house and their files."""

    REGULAR = "DejaVuSans"
    BOLD = "DejaVuSans-Bold"
    OBLIQUE = "DejaVuSans-Oblique"
    MONO = "DejaVuSansMono"


@dataclass(frozen=True)
class Style:
    """How a run of text looks: font, size and leading in points, grey from 0 (black) to 1 (white)."""

    face: Face = Face.REGULAR
    size: float = 9.0
    leading: float = 12.0
    grey: float = 0.0


class Typeface:
    """A loaded font with the advance width (thousandths of the size) of each character it can print."""

    def __init__(self, face: Face) -> None:
        self.font = TTFont(face.value, str(font_folder() / f"{face.value}.ttf"), asciiReadable=False)
        pdfmetrics.registerFont(self.font)
        widths = self.font.face.charWidths
        self.widths: dict[str, float] = {
            chr(code): widths[code] for code in self.font.face.charToGlyph if is_printable(code)
        }
        self.known = frozenset(self.widths)


def font_folder() -> Path:
    """The folder of the DejaVu fonts inside matplotlib, found without importing it, which would take half a second."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("matplotlib, whose package holds the fonts of the PDF files, is not installed")
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


def is_printable(code: int) -> bool:
    """Whether a character may be drawn: invisible ones would hide what was recorded, those beyond U+FFFF lose their
    identity when text is copied out of the file."""
    if code in (0x200E, 0x200F):
        return True
    return code <= 0xFFFF and unicodedata.category(chr(code)) not in ("Cc", "Cf", "Zl", "Zp", "Cs")


@cache
def typeface(face: Face) -> Typeface:
    """The font, loaded once per process."""
    return Typeface(face)


def printable(text: str, face: Face = Face.REGULAR) -> str:
    """The text with each character that the font lacks written as its code point, as U+4E2D; line feeds stay."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\t", TAB)
    known = typeface(face).known
    if known.issuperset(text.replace("\n", "")):
        return text
    return "".join(_spell_unknown(text, known))


def _spell_unknown(text: str, known: frozenset[str]) -> Iterator[str]:
    previous = "\n"
    for is_known, group in groupby(text, lambda char: char in known or char == "\n"):
        chars = list(group)
        run = "".join(chars) if is_known else " ".join(f"U+{ord(char):04X}" for char in chars)
        # A blank sets a code point off from a letter beside it, which could be read as one more digit.
        yield run if previous.isspace() or run[0].isspace() else " " + run
        previous = run[-1]


def text_width(text: str, style: Style) -> float:
    """The width in points of one printable line."""
    return sum(map(typeface(style.face).widths.__getitem__, text)) * style.size / 1000


def wrap(text: str, style: Style, width: float) -> tuple[str, ...]:
    """The lines of a text, none wider than `width` points; a word too long for a line is broken where the line ends."""
    return _wrap_cached(text, style, width) if len(text) <= CACHED_LENGTH else _wrap(text, style, width)


def _wrap(text: str, style: Style, width: float) -> tuple[str, ...]:
    limit = width * 1000 / style.size
    widths = typeface(style.face).widths
    lines: list[str] = []
    for line in printable(text, style.face).split("\n"):
        if sum(map(widths.__getitem__, line)) <= limit:
            lines.append(line)
        else:
            lines.extend(_broken(line, widths, limit))
    return tuple(lines)


_wrap_cached = lru_cache(maxsize=8192)(_wrap)


def _broken(line: str, widths: dict[str, float], limit: float) -> Iterator[str]:
    kept: list[str] = []
    used = 0.0
    for word, size in _pieces(line, widths, limit):
        if kept and used + widths[" "] + size > limit:
            yield " ".join(kept)
            kept, used = [], 0.0
        used += size + (widths[" "] if kept else 0.0)
        kept.append(word)
    yield " ".join(kept)


def _pieces(line: str, widths: dict[str, float], limit: float) -> Iterator[tuple[str, float]]:
    """The words of a line with their widths, those too long for any line cut into pieces that fill one."""
    for word in line.split(" "):
        start, used = 0, 0.0
        for position, char in enumerate(word):
            if used + widths[char] > limit and position > start:
                yield word[start:position], used
                start, used = position, 0.0
            used += widths[char]
        yield word[start:], used


def para(text: str, style: Style | None = None) -> Paragraph:
    """A paragraph that prints the text as typed: nothing in it is markup, a file name or an address."""
    style = style or Style()
    shown = escape(printable(text, style.face), quote=False).replace("  ", "\u00a0 ").replace("\n", "<br/>")
    return Paragraph(shown, _paragraph_style(style))


@cache
def _paragraph_style(style: Style) -> ParagraphStyle:
    typeface(style.face)
    return ParagraphStyle(
        f"{style.face}-{style.size}",
        fontName=style.face.value,
        fontSize=style.size,
        leading=style.leading,
        textColor=Color(style.grey, style.grey, style.grey),
        splitLongWords=True,
    )
