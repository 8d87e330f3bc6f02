"""Finding a CTCAE term while somebody types: ranked matches over names and synonyms."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from forms.dictionaries.ctcae import Term, list_terms
from forms.dictionaries.synonyms import terms_by_word


class Rank(IntEnum):
    """Where the typed text was found; lower comes first."""

    TERM_START = 1
    WORD_START = 2
    SYNONYM = 3
    INSIDE_WORD = 4


@dataclass(frozen=True)
class Hit:
    """A found term; `synonym` is the word that led to it, when the name did not."""

    term: Term
    rank: Rank
    synonym: str = ""


@dataclass(frozen=True)
class SearchResult:
    """The first hits and how many more there are."""

    hits: tuple[Hit, ...]
    more: int


def fold(text: str) -> str:
    """Lower case with British spellings read as American: oedema as edema, tumour as tumor."""
    return re.sub(r"our\b", "or", " ".join(text.lower().split()).replace("ae", "e").replace("oe", "e"))


@cache
def _folded_names() -> tuple[tuple[Term, str], ...]:
    return tuple((term, fold(term.name)) for term in list_terms())


def search(text: str, limit: int = 8, used: Collection[str] = ()) -> SearchResult:
    """Terms for a typed text: start of term, start of word, synonym, inside a word; among equals `used` terms first."""
    wanted = fold(text)
    if not wanted:
        return SearchResult((), 0)
    synonyms = _synonyms_of(text)
    hits = [hit for term, name in _folded_names() if (hit := _match(term, name, wanted, synonyms.get(term.name, "")))]
    hits.sort(key=lambda hit: (hit.rank, hit.term.name not in used))
    return SearchResult(tuple(hits[:limit]), max(len(hits) - limit, 0))


def _match(term: Term, name: str, wanted: str, synonym: str) -> Hit | None:
    if name.startswith(wanted):
        return Hit(term, Rank.TERM_START)
    if re.search(rf"\b{re.escape(wanted)}", name):
        return Hit(term, Rank.WORD_START)
    if synonym:
        return Hit(term, Rank.SYNONYM, synonym)
    return Hit(term, Rank.INSIDE_WORD) if wanted in name else None


def _synonyms_of(text: str) -> dict[str, str]:
    """Term name -> the synonym in which a word starts with the text, as typed or folded."""
    typed, found = " ".join(text.lower().split()), dict[str, str]()
    pattern = re.compile(rf"\b(?:{re.escape(typed)}|{re.escape(fold(text))})")
    for word, terms in terms_by_word().items():
        if pattern.search(word):
            for term in terms:
                found.setdefault(term.name, word)
    return found
