"""CTCAE v5.0 terms: names, classes, MedDRA LLT codes and offered grades.

The wording of the grades belongs to the file that NCI publishes; a site loads it. Until then the general meaning of a
grade, in our words, stands in its place.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Term:
    """One CTCAE term; `grades` are those that CTCAE offers."""

    code: str
    soc: str
    name: str
    grades: tuple[int, ...]

    @property
    def needs_text(self) -> bool:
        """Whether the term is one of 'Other, specify'."""
        return self.name.endswith("Other, specify")

    def offers(self, grade: int) -> bool:
        """Whether CTCAE offers the grade for this term."""
        return grade in self.grades


# Our own words for what a grade means in general.
GRADE_MEANINGS: Mapping[int, str] = {
    1: "Mild: no or few symptoms, seen on examination or in a test only; no treatment needed",
    2: "Moderate: simple or local treatment is enough; limits daily tasks such as cooking or shopping",
    3: "Severe: serious but not at once life-threatening; hospital care, or help needed to wash, dress or eat",
    4: "Life-threatening: urgent treatment needed",
    5: "Death caused by the event",
}


@cache
def list_terms() -> tuple[Term, ...]:
    """All terms in the order of the publication: by class, then by name."""
    text = files(__package__).joinpath("ctcae_v5_terms.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Term(r["code"], r["class"], r["term"], tuple(int(g) for g in r["grades"])) for r in rows)


@cache
def _by_name() -> Mapping[str, Term]:
    return {term.name: term for term in list_terms()}


def get_term(name: str) -> Term:
    """The term of a name; KeyError when CTCAE has none."""
    return _by_name()[name]


def find_term(name: str) -> Term | None:
    """The term of a name, or None."""
    return _by_name().get(name)
