"""What a drug was given for: whether its reason names an event or condition, and the line that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from forms.dictionaries.synonyms import suggest
from forms.episodes import moment
from forms.views import Row


def names_event(indication: str, lines: Sequence[Row]) -> bool:
    """Whether the words of a reason name a listed event or condition, or a term of CTCAE."""
    return bool(suggest(indication)) or any(_holds(indication, words) for line in lines for words in _words_of(line))


def _words_of(line: Row) -> list[str]:
    return [words for name in ("verbatim", "ctcae_term", "term") if (words := line.value(name))]


def _holds(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words.strip())}(?!\w)", text, re.IGNORECASE) is not None


def name_of(line: Row) -> str:
    """What an event or a condition is called."""
    return line.value("ctcae_term") or line.value("term") or line.value("verbatim") or "no term yet"


def began_event(line: Row) -> str | None:
    """When an adverse event or a condition began."""
    return moment(line.value("start_date") or line.value("start"), line.value("start_time"))
