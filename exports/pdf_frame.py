"""The frame of each page: its measures and styles, the running header, the footer and the bands."""

from dataclasses import dataclass
from typing import NamedTuple

from reportlab.lib.units import mm

from exports.pdf_sheet import PAGE_HEIGHT, PAGE_WIDTH, Sheet
from exports.pdf_text import Face, Style, printable, text_width, wrap

MARGIN = 15 * mm
WIDTH = PAGE_WIDTH - 2 * MARGIN
TOP = PAGE_HEIGHT - 12 * mm
BOTTOM = 24 * mm

BODY = Style()
STRONG = Style(Face.BOLD)
MUTED = Style(grey=0.35)
SMALL = Style(size=7.5, leading=10)
SMALL_STRONG = Style(Face.BOLD, size=7.5, leading=10)
SMALL_MUTED = Style(size=7.5, leading=10, grey=0.35)
HASH = Style(Face.MONO, size=7, leading=10, grey=0.35)
TITLE = Style(Face.BOLD, size=16, leading=22)
HEADING = Style(Face.BOLD, size=11.5, leading=16)
COLUMN_HEAD = Style(Face.BOLD, size=7.5, leading=10, grey=0.25)
STATE = Style(Face.BOLD, size=8.5, leading=12)
INVERSE = Style(Face.BOLD, size=8.5, leading=12, grey=1.0)
GUTTER = 7.0


@dataclass(frozen=True)
class Imprint:
    """What each page says of the document: study, who printed it when, the seal it reads up to, the moment it shows.

    `source`: what a document without data was made from; it then says nothing of who printed it, so that the same
    definitions give the same bytes.
    """

    study: str
    printed: str
    seal: str = ""
    as_of: str = ""
    training: bool = False
    source: str = ""


@dataclass(frozen=True)
class Running:
    """What a page is about, as its header says it."""

    site: str = ""
    participant: str = ""
    visit: str = ""
    form: str = ""
    state: str = ""


class Styled(NamedTuple):
    """A text in a style of its own."""

    text: str
    style: Style


def draw_header(sheet: Sheet, imprint: Imprint, running: Running) -> float:
    """Draw the bands and the running header; return where the body starts."""
    y = TOP
    if imprint.training:
        sheet.box(MARGIN, y - 4, WIDTH, 15, fill=0.15)
        sheet.text(MARGIN + 6, y, "TRAINING: not study data", INVERSE)
        y -= 20
    if imprint.as_of:
        y = _draw_as_of(sheet, imprint.as_of, y)
    site = f"{imprint.study}   Site {running.site}" if running.site else imprint.study
    participant = f"Participant {running.participant}" if running.participant else ""
    y = _draw_pair(sheet, y, Styled(site, STRONG), Styled(participant, STRONG))
    subject = " · ".join(filter(None, (running.visit, running.form)))
    if subject or running.state:
        y = _draw_pair(sheet, y - 1, Styled(subject, BODY), Styled(running.state, STATE))
    y += BODY.leading - 6
    sheet.rule(MARGIN, y, WIDTH, weight=0.8, grey=0.2)
    return y - 8


def _draw_as_of(sheet: Sheet, as_of: str, y: float) -> float:
    lines = wrap(f"AS OF {as_of}", STRONG, WIDTH)
    _draw_double_rule(sheet, y + 10)
    for line in lines:
        sheet.text(MARGIN, y - 1, line, STRONG)
        y -= STRONG.leading
    _draw_double_rule(sheet, y + 5)
    return y - 8


def _draw_double_rule(sheet: Sheet, y: float) -> None:
    for offset in (0, 2):
        sheet.rule(MARGIN, y + offset, WIDTH, weight=0.6, grey=0.0)


def _draw_pair(sheet: Sheet, y: float, left: Styled, right: Styled) -> float:
    """A line with text at both ends; what does not fit goes on below, nothing is cut."""
    right_lines = wrap(right.text, right.style, WIDTH * 0.45)
    taken = max(text_width(line, right.style) for line in right_lines)
    left_lines = wrap(left.text, left.style, WIDTH - taken - GUTTER)
    for number, line in enumerate(left_lines):
        sheet.text(MARGIN, y - number * left.style.leading, line, left.style)
    end = MARGIN + WIDTH
    if right.style is STATE and taken:
        sheet.box(end - taken - 8, y - 3, taken + 8, len(right_lines) * right.style.leading - 1, fill=0.86)
        end -= 4
    for number, line in enumerate(right_lines):
        sheet.text_right(end, y - number * right.style.leading, line, right.style)
    return y - max(len(left_lines) * left.style.leading, len(right_lines) * right.style.leading)


def draw_footer(sheet: Sheet, imprint: Imprint) -> None:
    """Draw who printed the page when, the seal it reads up to, and the page number."""
    y = BOTTOM - 12
    if imprint.as_of:
        _draw_double_rule(sheet, y)
    else:
        sheet.rule(MARGIN, y, WIDTH, weight=0.4, grey=0.35)
    sheet.page_of_total(MARGIN + WIDTH, y - 11, SMALL)
    for line in wrap(imprint.source or f"Printed {imprint.printed}", SMALL, WIDTH - 90):
        y -= SMALL.leading
        sheet.text(MARGIN, y - 1, line, SMALL)
    if imprint.seal:
        sheet.text(MARGIN, y - 11, printable(f"Seal {imprint.seal}", HASH.face), HASH)
