"""Spellings of laboratory units: which strings mean the same unit, for arithmetic only.

What a laboratory printed is stored and exported as printed.
"""

from __future__ import annotations

import re
from functools import lru_cache

_MICRO = str.maketrans({"µ": "u", "μ": "u", "×": "x", "³": "^3", "⁶": "^6", "⁹": "^9", "¹": "1"})

# Each pattern sees the text in lower case without spaces; powers come out as 10^n, litres as l.
_REWRITES: tuple[tuple[str, str], ...] = (
    (r"^(nounits?|none|unitless|1)$", ""),
    (r"^x(?=10)", ""),
    (r"(?<=10)(?:e|\*\*|\*|\^)\+?0?(?=\d)", "^"),
    (r"(?<=10)\((\d+)\)", r"^\1"),
    (r"mc(?=[lg]|mol|iu|kat)", "u"),
    (r"(cumm|mm\^?3|mm\*3)$", "ul"),
    (r"^(thou|thousand|th|k)(?=/ul)", "10^3"),
    (r"^(mill?|million|m)(?=/ul)", "10^6"),
    (r"^(gi|giga)(?=/l)", "10^9"),
    (r"^(ti|tera|t)(?=/l)", "10^12"),
    (r"^(cells?|cell|#)(?=/)", ""),
    (r"^10\^9/ml$", "10^12/l"),
    (r"^10\^3/mm$", "10^3/ul"),
    (r"^gm?s?(?=/)", "g"),
    (r"^(sec|secs|second|seconds)$", "s"),
    (r"^(fraction|l/l|fractionof1|proportionof1)$", "fractionof1"),
    (r"^(percent|pct)$", "%"),
    (r"^u(?=u/ml$)", "ui"),
    (r"^mu/l$", "miu/l"),
    (r"^units?/l$", "u/l"),
    (r"^inr$", "ratio"),
)


@lru_cache(maxsize=1024)
def normalise_unit(unit: str) -> str:
    """A key that all spellings of one unit share."""
    text = re.sub(r"\s+", "", unit.translate(_MICRO)).lower()
    for pattern, replacement in _REWRITES:
        text = re.sub(pattern, replacement, text)
    return text


def same_unit(one: str, other: str) -> bool:
    """Whether two strings are spellings of one unit; U/L and IU/L stay two, with a factor of 1."""
    return normalise_unit(one) == normalise_unit(other)
