"""Text to typed value and back: one function per direction, one arm per item type."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import re
import unicodedata
from functools import singledispatch

from forms import items as it
from forms.dictionaries.ctcae import find_term

MONTH_NAMES = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
MONTHS = {word: number for number, name in enumerate(MONTH_NAMES, start=1) for word in (name, name[:3])} | {"sept": 9}
# Bidirectional overrides and isolates reorder what a reader sees; U+FFFE and U+FFFF may not stand in XML (ODM).
REFUSED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
LONGEST = 20_000
LONGEST_SHORT = 500


class Unreadable(ValueError):
    """Text that cannot be stored in this item; the message is the sentence for the person."""


def clean(text: str) -> str:
    """Normalised text (NFC, line feeds, no outer blanks), or Unreadable for characters that may not be stored.

    Refused: NUL and other controls but tab and line feed, lone surrogates, bidirectional overrides and isolates.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip(" \t\n")
    if found := REFUSED.search(text):
        raise Unreadable(f"The text holds a character that cannot be stored (U+{ord(found[0]):04X}). Type it again.")
    return text


def read(item: it.Item, text: str, *, today: dt.date | None = None) -> object:
    """The typed value of what a person typed, None for nothing; raises Unreadable with a sentence."""
    if len(text) > LONGEST:
        raise _too_long(item, LONGEST, text)
    cleaned = clean(text)
    # Text of any length would make the expressions below slow or overflow int(); only lists of several may be long.
    if not isinstance(item, it.Text | it.MultiChoice | it.Reference) and len(cleaned) > LONGEST_SHORT:
        raise _too_long(item, LONGEST_SHORT, cleaned)
    return None if cleaned == "" else parse(item, cleaned, today)


def _too_long(item: it.Item, most: int, text: str) -> Unreadable:
    holds = item.length if isinstance(item, it.Text) else most
    return Unreadable(
        f"{item.label} holds {holds} characters; you entered {len(text)}. Your text stays in the box: shorten it."
    )


def _wrong(item: it.Item, what: str, text: str) -> Unreadable:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return Unreadable(
        f"{item.label} takes {what}. You entered '{shown}'. "
        "Nothing was stored for this field; the rest of the form is safe."
    )


@singledispatch
def parse(item: it.Item, text: str, today: dt.date | None = None) -> object:
    """The value of cleaned, non-empty text; one arm per item type."""
    raise TypeError(f"{type(item).__name__} has no reading")


@parse.register
def _(item: it.Text, text: str, today: dt.date | None = None) -> str:
    if len(text) > item.length:
        raise _too_long(item, item.length, text)
    return text


def _number(text: str) -> str:
    text = text.replace("\u2212", "-")
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


@parse.register
def _(item: it.Integer, text: str, today: dt.date | None = None) -> int:
    compact = re.sub(r"(?<=[0-9])[ ,](?=[0-9]{3}([^0-9]|$))", "", text.replace("\u2212", "-"))
    if not re.fullmatch(r"-?[0-9]+", compact) or (compact.startswith("-") and not item.signed):
        raise _wrong(item, "a whole number, like 80", text)
    if len(compact.lstrip("-0")) > item.digits:
        raise _wrong(item, f"a whole number of at most {item.digits} digits", text)
    return int(compact)


@parse.register
def _(item: it.Decimal, text: str, today: dt.date | None = None) -> decimal.Decimal:
    number = _number(text)
    match = re.fullmatch(r"(-?)([0-9]*)(?:\.([0-9]+))?", number)
    if match is None or not (match[2] or match[3]) or (match[1] and not item.signed):
        raise _wrong(item, "a number, like 3.8", text)
    places = len(match[3] or "")
    if places > item.scale:
        raise _wrong(item, f"a number with at most {item.scale} decimals", text)
    if len(match[2].lstrip("0")) > item.precision - item.scale:
        raise _wrong(item, f"a number of at most {item.precision - item.scale} digits before the point", text)
    value = decimal.Decimal(f"{match[1]}{match[2] or '0'}" + (f".{match[3]}" if match[3] else ""))
    return abs(value) if value == 0 else value


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch("(19|20|21)[0-9]{2}", text) else None


def _date_parts(text: str) -> tuple[int, int | None, int | None] | None:
    """Year, month and day of `2024-03-09`, `2024-03`, `2024`, `9mar2024`, `mar 2024`; None when it is none of these."""
    if match := re.fullmatch("([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", text):
        year = _year(match[1])
        return (year, int(match[2]) if match[2] else None, int(match[3]) if match[3] else None) if year else None
    if match := re.fullmatch("(?:([0-9]{1,2})[ -]?)?([A-Za-z]{3,9})[ -]?([0-9]{4})", text):
        month, year = MONTHS.get(match[2].lower()), _year(match[3])
        return (year, month, int(match[1]) if match[1] else None) if month and year else None
    return None


def _relative(text: str, today: dt.date | None) -> dt.date | None:
    match = re.fullmatch("t(?:-([0-9]{1,3}))?", text.lower())
    return today - dt.timedelta(days=int(match[1] or 0)) if match and today else None


def _calendar_date(item: it.Item, text: str, today: dt.date | None) -> dt.date:
    if (relative := _relative(text, today)) is not None:
        return relative
    parts = _date_parts(text)
    if parts and parts[1] and parts[2]:
        try:
            return dt.date(parts[0], parts[1], parts[2])
        except ValueError:
            raise _wrong(item, "a date that exists in the calendar, like 2024-03-09", text) from None
    raise _wrong(item, "a full date, like 2024-03-09 or 9 mar 2024", text)


@parse.register
def _(item: it.Date, text: str, today: dt.date | None = None) -> dt.date:
    return _calendar_date(item, text, today)


@parse.register
def _(item: it.PartialDate, text: str, today: dt.date | None = None) -> str:
    if (relative := _relative(text, today)) is not None:
        return relative.isoformat()
    parts = _date_parts(text)
    if parts is None:
        raise _wrong(item, "a date as far as known: 2024, 2024-03 or 2024-03-09", text)
    year, month, day = parts
    try:
        dt.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise _wrong(item, "a date that exists in the calendar, like 2024-03-09", text) from None
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def _clock(text: str) -> str | None:
    match = re.fullmatch("([0-9]{1,2})[:.h]?([0-9]{2})", text)
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return f"{int(match[1]):02d}:{match[2]}"
    return None


@parse.register
def _(item: it.Time, text: str, today: dt.date | None = None) -> str:
    clock = _clock(text)
    if clock is None:
        raise _wrong(item, "a time of 24 hours, like 08:15", text)
    return clock


@parse.register
def _(item: it.DateTime, text: str, today: dt.date | None = None) -> str:
    match = re.fullmatch("(.*?)(?:[T ]+([0-9]{1,2}[:.h]?[0-9]{2})(?::00)?)?", text)
    date_text, clock_text = (match[1], match[2]) if match else (text, None)
    if clock_text and _date_parts(text):
        date_text, clock_text = text, None
    date = _calendar_date(item, date_text.strip(), today)
    if clock_text is None:
        return date.isoformat()
    clock = _clock(clock_text)
    if clock is None:
        raise _wrong(item, "a date and a time of 24 hours, like 2024-03-09 08:15", text)
    return f"{date.isoformat()}T{clock}"


@parse.register
def _(item: it.Choice, text: str, today: dt.date | None = None) -> str:
    if item.accepts(text):
        return text
    if item.open_list:
        if len(text) > item.length:
            raise _wrong(item, f"at most {item.length} characters", text)
        return text
    offered = ", ".join(value for value, _ in item.options[:8])
    raise _wrong(item, f"one of its choices ({offered}{', ...' if len(item.options) > 8 else ''})", text)


@parse.register
def _(item: it.MultiChoice, text: str, today: dt.date | None = None) -> tuple[str, ...]:
    values = [value.strip() for value in text.split("|")]
    for value in values:
        if not item.accepts(value):
            raise _wrong(item, "values of its list", value)
    return it.in_codelist_order(item, values)


@parse.register
def _(item: it.SiteChoice, text: str, today: dt.date | None = None) -> str:
    if len(text) > item.length:
        raise _wrong(item, "a row of the site's table", text)
    return text


@parse.register
def _(item: it.Reference, text: str, today: dt.date | None = None) -> object:
    uids = tuple(dict.fromkeys(part.strip() for part in text.split("|")))
    if any(not re.fullmatch(r"[0-9a-f]{32}", uid) for uid in uids) or (len(uids) > 1 and not item.many):
        raise _wrong(item, "a line of the participant's own records", text)
    return uids if item.many else uids[0]


@parse.register
def _(item: it.Dictionary, text: str, today: dt.date | None = None) -> str:
    term = find_term(text)
    if term is None:
        raise _wrong(item, "a CTCAE term; choose one from the list", text)
    return term.name


def canonical(item: it.Item, value: object) -> str | None:
    """The stored text of a value as trail, API and release carry it; several values as a JSON array."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, decimal.Decimal):
        return format(abs(value) if value == 0 else value, "f")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def from_canonical(item: it.Item, text: str | None) -> object:
    """The typed value of canonical text (the inverse of canonical)."""
    if text is None:
        return None
    if isinstance(item, it.MultiChoice) or (isinstance(item, it.Reference) and item.many):
        return tuple(json.loads(text))
    if isinstance(item, it.Decimal):
        return decimal.Decimal(text)
    if isinstance(item, it.Integer):
        return int(text)
    return dt.date.fromisoformat(text) if isinstance(item, it.Date) else text


def typed_text(item: it.Item, value: object) -> str:
    """The text that a person could have typed for a value, for the control of a form."""
    if isinstance(value, tuple):
        return "|".join(str(part) for part in value)
    if isinstance(item, it.DateTime) and isinstance(value, str):
        return value.replace("T", " ")
    return canonical(item, value) or ""


def display(item: it.Item, value: object) -> str:
    """A value in words: decodes for choices, the text as recorded for everything else (references: their uids)."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        parts = [_label(item, str(part)) for part in value]
        return "; ".join(parts)
    return _label(item, typed_text(item, value))


def _label(item: it.Item, text: str) -> str:
    if isinstance(item, it.Choice) and item.accepts(text):
        return item.codelist.label(text)
    return text
