"""An item on paper: its question, where the answer is written, and on an annotated CRF what the system knows of it."""

from __future__ import annotations

from collections.abc import Iterator

from exports.paper_answers import Part, answer_parts, draw_parts, height_of
from exports.pdf_document import Block
from exports.pdf_frame import BODY, MARGIN, SMALL, SMALL_MUTED, SMALL_STRONG, STRONG, WIDTH, Styled
from exports.pdf_sheet import Sheet
from exports.pdf_text import Face, Style, wrap
from forms import items as it
from forms.crf import CRF
from forms.describe import column
from forms.items import Item
from forms.wording import Collection, checks_at, condition_words, required_words, sdtm_words

SPACE = 12.0
PAD = 4.0
# Question, answer, and on the annotated CRF what is known of the item.
BLANK = (0.42, 0.58)
ANNOTATED = (0.27, 0.36, 0.37)
NOTE_HEAD = Style(Face.BOLD, size=7, leading=9)
NOTE = Style(size=7, leading=9)
SHADE = 0.94
# Never alone on a line.
REQUIRED_MARK = "\u00a0*"


def item_block(item: Item, crf: type[CRF], collection: Collection, *, annotated: bool) -> Block:
    """One item over the whole width of the page, with a rule below it."""
    shares = ANNOTATED if annotated else BLANK
    widths = [share * WIDTH - SPACE for share in shares]
    question = _broken(_question(item, crf, collection, annotated), widths[0])
    parts: list[Part] = answer_parts(item)
    notes = _broken(_notes(item, crf, collection), widths[2] - PAD) if annotated else []
    height = max(_height(question), height_of(parts, widths[1]), _height(notes)) + 2 * PAD

    def draw(sheet: Sheet, y: float) -> None:
        if annotated:
            left = MARGIN + (shares[0] + shares[1]) * WIDTH
            sheet.box(left, y - height, WIDTH + MARGIN - left, height, fill=SHADE)
            _draw_lines(sheet, notes, left + PAD, y - PAD)
        _draw_lines(sheet, question, MARGIN, y - PAD)
        draw_parts(sheet, parts, MARGIN + shares[0] * WIDTH, y - PAD, widths[1])
        sheet.rule(MARGIN, y - height, WIDTH)

    return Block(height, draw)


def _question(item: Item, crf: type[CRF], collection: Collection, annotated: bool) -> Iterator[Styled]:
    is_asked_for = item.required and not item.derived
    yield Styled(item.label + (REQUIRED_MARK if is_asked_for else ""), BODY)
    if item.visible_if is not None and not annotated:
        yield Styled(f"Only if {condition_words(item.visible_if, crf, collection)}", SMALL)
    if item.help:
        yield Styled(item.help, SMALL_MUTED)


def _notes(item: Item, crf: type[CRF], collection: Collection) -> Iterator[Styled]:
    """What stands beside an item on the annotated CRF."""
    yield Styled(item.oid, NOTE_HEAD)
    yield Styled(type_words(item), NOTE)
    yield Styled(f"{required_words(item, crf, collection)}.", NOTE)
    if submitted := sdtm_words(item):
        yield Styled(submitted, NOTE)
    if item.plausible:
        yield Styled(f"Plausible {' to '.join(item.plausible)}{f' {item.unit}' if item.unit else ''}.", NOTE)
    if item.identifier:
        yield Styled("Identifies a person: stored encrypted.", NOTE)
    if item.assess:
        yield Styled("Answered by an investigator.", NOTE)
    if item.sponsor:
        yield Styled("Answered by the sponsor's medical monitor.", NOTE)
    if versions := version_words(item):
        yield Styled(versions, NOTE)
    if checks := checks_at(item, crf, collection):
        yield Styled("Checks " + ", ".join(f"{check_id} ({severity})" for check_id, severity in checks), NOTE)


def type_words(item: Item) -> str:
    """Type, length and code list of an item: `Text, at most 200 characters`, `Choice, code list SEX, 8 characters`."""
    kept = column(item)
    if isinstance(item, it.Choice):
        several = "Several values" if isinstance(item, it.MultiChoice) else "One value"
        return f"{several}, code list {item.codelist_name}, {kept.length} characters."
    words = kept.words.rstrip(".")
    stated = str(kept.length) in words or kept.type == "Num"
    return f"{words}{'' if stated else f', {kept.length} characters'}."


def version_words(item: Item) -> str:
    """With which version an item came or goes; empty for what was always there."""
    came = f"Since version {item.since}." if item.since != "1.0" else ""
    gone = f"Not asked from version {item.retired} on." if item.retired else ""
    return " ".join(filter(None, (came, gone)))


Broken = list[tuple[str, Style]]


def _broken(texts: Iterator[Styled], width: float) -> Broken:
    return [(line, style) for text, style in texts for line in wrap(text, style, width)]


def _height(lines: Broken) -> float:
    return sum(style.leading for _, style in lines)


def _draw_lines(sheet: Sheet, lines: Broken, x: float, y: float) -> None:
    for line, style in lines:
        y -= style.leading
        sheet.text(x, y + style.leading * 0.28, line, style)


def head_block(*, annotated: bool) -> Block:
    """The heads of the columns."""
    shares = ANNOTATED if annotated else BLANK
    names = ("Question", "Answer", "Item, type, standards, checks")[: len(shares)]

    def draw(sheet: Sheet, y: float) -> None:
        x = MARGIN
        for name, share in zip(names, shares, strict=True):
            inset = PAD if name == names[-1] and annotated else 0
            sheet.text(x + inset, y - 10, name, SMALL_STRONG)
            x += share * WIDTH
        sheet.rule(MARGIN, y - 14, WIDTH, weight=0.8, grey=0.35)

    return Block(14, draw)


def place_block(names: tuple[str, ...]) -> Block:
    """Where a filled-in form says whose it is: a line to write on behind each name."""
    step = WIDTH / len(names)

    def draw(sheet: Sheet, y: float) -> None:
        for number, name in enumerate(names):
            left, written = MARGIN + number * step, 5.2 * len(name)
            sheet.text(left, y - 16, name, STRONG)
            sheet.rule(left + written + 8, y - 18, step - written - 20, weight=0.5, grey=0.45)

    return Block(26, draw)
