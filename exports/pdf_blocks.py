"""The parts of a casebook page: items with their values, query threads, signatures, and histories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exports.pdf_document import CasebookDocument, Column, Row
from exports.pdf_frame import BODY, HASH, MUTED, SMALL, SMALL_MUTED, SMALL_STRONG, STRONG, Styled

NO_VALUE = "(empty)"

# What the letters beside an item mean, in the order in which they are printed.
MARKS: Mapping[str, str] = {
    "Q": "open query",
    "A": "answered query",
    "V": "verified",
    "D": "verification due",
    "C": "changed since verified",
    "S": "signed",
    "F": "frozen",
    "L": "locked",
    "*": "derived",
}

_ITEM_COLUMNS = (Column("Item", 38, MUTED), Column("Value", 50), Column("Marks", 12, SMALL))
_MESSAGE_COLUMNS = (Column("", 21, SMALL_MUTED), Column("", 23, SMALL_MUTED), Column("", 56, SMALL))
_HISTORY_COLUMNS = (
    Column("When, who", 25, SMALL_MUTED),
    Column("Item", 21, SMALL),
    Column("From", 17, SMALL),
    Column("To", 17, SMALL),
    Column("Reason", 20, SMALL),
)


@dataclass(frozen=True)
class ItemLine:
    """An item as recorded: its label, its value as shown or why there is none, a note below the value, its marks."""

    label: str
    value: str | None
    unit: str = ""
    missing: str = ""
    note: str = ""
    marks: str = ""


@dataclass(frozen=True)
class Message:
    """One entry of a query's thread."""

    at: str
    who: str
    text: str


@dataclass(frozen=True)
class SignatureLine:
    """A signature: whose, when, meaning what, over which content, and why it no longer holds."""

    name: str
    at: str
    meaning: str
    fingerprint: str = ""
    void: str = ""


@dataclass(frozen=True)
class HistoryLine:
    """One changed item of the audit trail; an empty old or new text is printed as no value."""

    at: str
    who: str
    item: str
    old: str | None
    new: str | None
    reason: str = ""


def draw_items(document: CasebookDocument, lines: Iterable[ItemLine]) -> int:
    """Draw items one below the other; returns their number."""
    return document.table(_ITEM_COLUMNS, (_item_row(line) for line in lines))


def _item_row(line: ItemLine) -> Row:
    value = (
        Styled(f"{line.value} {line.unit}".rstrip(), BODY) if line.value else Styled(line.missing or NO_VALUE, MUTED)
    )
    return (line.label, (value, Styled(line.note, SMALL_MUTED)) if line.note else value, line.marks)


def draw_thread(document: CasebookDocument, title: str, messages: Iterable[Message]) -> None:
    """Draw a query: what it is about and its messages from the first to the last."""
    document.heading(title, SMALL_STRONG)
    document.table(_MESSAGE_COLUMNS, ((message.at, message.who, message.text) for message in messages))


def draw_signature(document: CasebookDocument, signature: SignatureLine) -> None:
    """Draw a signature in a frame: name, time and meaning together, and that it is void if it is."""
    lines = [Styled(f"Signed by {signature.name}, {signature.at}", STRONG), Styled(signature.meaning, BODY)]
    if signature.fingerprint:
        lines.append(Styled(f"Signed content {signature.fingerprint}", HASH))
    if signature.void:
        lines.append(Styled(f"No longer valid: {signature.void}", STRONG))
    document.boxed(lines)


def draw_history(document: CasebookDocument, lines: Iterable[HistoryLine]) -> int:
    """Draw changes in the order given; returns their number."""
    return document.table(_HISTORY_COLUMNS, (_history_row(line) for line in lines), empty="No change recorded.")


def _history_row(line: HistoryLine) -> Row:
    old, new = (text or Styled(NO_VALUE, SMALL_MUTED) for text in (line.old, line.new))
    signed = (Styled(line.at, SMALL), Styled(line.who, SMALL_MUTED))
    return (signed, line.item, old, new, line.reason)


def draw_legend(document: CasebookDocument, letters: Sequence[str] = tuple(MARKS)) -> None:
    """Draw what the letters of the marks mean."""
    document.text("Marks: " + ", ".join(f"{letter} {MARKS[letter]}" for letter in letters), SMALL_MUTED)
