"""The dictionary as the picker needs it: an index for the browser under an address of its content, and a search."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import cache

from forms.dictionaries.ctcae import list_terms
from forms.dictionaries.synonyms import WORDS


@cache
def index() -> tuple[bytes, str]:
    """The index as compressed JSON, `[[term, class, grades, [synonym, ...], 0], ...]`, and its digest."""
    rows = [[t.name, t.soc, grades_text(t.grades), list(WORDS.get(t.name, ())), 0] for t in list_terms()]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(text, 9, mtime=0), hashlib.sha256(text).hexdigest()[:12]


def grades_text(grades: tuple[int, ...]) -> str:
    """The offered grades in short: `G1-5`, or `G1, 3` where one is left out."""
    first, last = grades[0], grades[-1]
    if grades == tuple(range(first, last + 1)) and first != last:
        return f"G{first}-{last}"
    return f"G{', '.join(map(str, grades))}"
