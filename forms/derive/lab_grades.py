"""The CTCAE grade of one laboratory result (DER-13): each term of its test is judged, and the worst grade is taken.

Which terms a test has follows from the table of criteria. They mean blood: nothing measured in urine is graded,
whatever its code. Total calcium is graded as corrected for an albumin of the same sample, by the customary 0.8 mg/dL or
0.2 mmol/L for each 10 g/L below 40 g/L; without an albumin as reported, and the words say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache

from forms.derive.ctcae import NOTHING_ELSE, Grading, grade
from forms.derive.ctcae_facts import Context, Measured
from forms.dictionaries.ctcae_thresholds import list_bands
from forms.dictionaries.lab_tests import LAB_TESTS, Kind
from forms.dictionaries.units import normalise_unit

SEVERE = (3, 4)
CALCIUM = "CA"
_NORMAL_ALBUMIN = Decimal(40)
#: What a gram per litre of albumin stands for, by unit of calcium.
_PER_GRAM: Mapping[str, Decimal] = {"mg/dl": Decimal("0.08"), "mmol/l": Decimal("0.02"), "meq/l": Decimal("0.04")}
#: What is missing, as a site would say it; other facts begin with an article, and there is none of them.
_UNKNOWN: Mapping[str, str] = {
    "symptomatic (yes or no)": "it is not known whether there were symptoms",
    "on_anticoagulation (yes or no)": "it is not known whether an anticoagulant was taken",
    "physiologic_consequences (yes or no)": "it is not known whether there were physiologic consequences",
    "intervention_initiated (yes or no)": "it is not known whether treatment was started for it",
    "mi_level": "the level of a myocardial infarction in this assay is not known",
}
#: What a grade asks for beside the value.
_NEEDS: Mapping[str, str] = {
    "symptomatic=yes": "symptoms",
    "symptomatic=no": "no symptoms",
    "physiologic_consequences=yes": "physiologic consequences",
    "physiologic_consequences=no": "no physiologic consequences",
    "intervention_initiated=yes": "treatment for it",
    "intervention_initiated=no": "no treatment for it",
    "on_anticoagulation=yes": "an anticoagulant",
    "value>BASELINE": "a value above the baseline",
}


@dataclass(frozen=True)
class ResultGrade:
    """The worst grade of a result with its term and rule; None when it cannot be told, and `words` says why.

    A result in no graded range has grade 0, which is none of CTCAE's, and neither term nor rule.
    """

    grade: int | None
    term: str
    rule: str
    words: str


@cache
def terms_of(panel: str, code: str) -> tuple[tuple[str, str], ...]:
    """The terms that grade a test, each with the direction in which it does."""
    test = next((test for test in LAB_TESTS if (test.panel, test.code) == (panel, code)), None)
    if test is None or test.specimen != "BLOOD" or test.kind is not Kind.NUMERIC:
        return ()
    return tuple(dict.fromkeys((band.term, band.direction) for band in list_bands() if band.test == code))


@cache
def keys_of(term: str) -> frozenset[tuple[str, str]]:
    """The tests by which a term is graded, by panel and code."""
    keys = ((test.panel, test.code) for test in LAB_TESTS)
    return frozenset(key for key in keys if any(name == term for name, _ in terms_of(*key)))


@cache
def depends_on_symptoms(panel: str, code: str) -> bool:
    """Whether some grade of a test asks for symptoms, or for none."""
    terms = {term for term, _ in terms_of(panel, code)}
    return any(band.term in terms and band.test == code and "symptomatic" in band.needs for band in list_bands())


@lru_cache(maxsize=4096)
def grade_result(
    panel: str, code: str, measured: Measured, context: Context = NOTHING_ELSE, albumin: Decimal | None = None
) -> ResultGrade | None:
    """Grade a result by every term of its test; None when CTCAE has no numbers for it. `albumin` in g/L."""
    terms = terms_of(panel, code)
    if not terms or measured.value is None:
        return None
    words = ""
    if code == CALCIUM and albumin is not None:
        corrected = correct_calcium(measured, albumin)
        if corrected is not None:
            context = replace(context, albumin_corrected=True)
            words = _correction_words(measured, corrected, albumin)
            measured = corrected
    found = [(term, grade(term, code, measured, context, direction=direction)) for term, direction in terms]
    worst = _worst(found)
    return replace(worst, words=f"{words} {worst.words}".strip())


def correct_calcium(measured: Measured, albumin: Decimal) -> Measured | None:
    """A total calcium as it would be at an albumin of 40 g/L; None in a unit that is not known."""
    factor = _PER_GRAM.get(normalise_unit(measured.unit))
    if factor is None or measured.value is None:
        return None
    return replace(measured, value=measured.value + factor * (_NORMAL_ALBUMIN - albumin))


def _correction_words(reported: Measured, corrected: Measured, albumin: Decimal) -> str:
    assert reported.value is not None and corrected.value is not None
    values = f"{_plain(reported.value)} {reported.unit} with albumin {_plain(albumin)} g/L"
    return f"{values} is {_plain(corrected.value)} {reported.unit} corrected."


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _worst(found: Sequence[tuple[str, Grading]]) -> ResultGrade:
    """The worst grade that is certain, unless a term that is open could be worse."""
    certain = [(one.grade, term, one) for term, one in found if one.grade is not None]
    sure = max((number for number, _, _ in certain), default=0)
    still_open = [(term, one) for term, one in found if one.grade is None and max(one.possible) > sure]
    if still_open:
        return ResultGrade(None, "", "", _open_words(still_open))
    if not sure:
        notes = dict.fromkeys(note for _, _, one in certain for note in one.notes)
        terms = " or ".join(term for _, term, _ in certain)
        words = _in_words(" ".join([f"In no graded range of {terms}.", *notes]))
        return ResultGrade(0, "", "", words)
    number, term, one = next(each for each in certain if each[0] == sure)
    return ResultGrade(number, term, one.rule, _in_words(one.explanation))


def _in_words(explanation: str) -> str:
    """The explanation without the names of facts."""
    for need, words in _NEEDS.items():
        explanation = explanation.replace(need, words)
    return explanation


def _open_words(found: Sequence[tuple[str, Grading]]) -> str:
    """'Cannot be graded because there is no baseline: grade 1 or 2 of INR increased is possible.'"""
    facts = dict.fromkeys(_is_unknown(fact) for _, one in found for fact in one.missing)
    possible = " and ".join(f"grade {_range(one.possible)} of {term}" for term, one in found)
    notes = dict.fromkeys(note for _, one in found for note in one.notes)
    why = " and ".join(facts) or "the criteria leave it open"
    return " ".join([f"Cannot be graded because {why}: {possible} is possible.", *notes])


def _is_unknown(fact: str) -> str:
    if fact in _UNKNOWN:
        return _UNKNOWN[fact]
    if fact.startswith("a unit that"):
        return f"the unit is none {fact.removeprefix('a unit ')}"
    article, _, rest = fact.partition(" ")
    return f"there is no {rest}" if article in ("a", "an") else f"it needs {fact}"


def _range(grades: Sequence[int]) -> str:
    return f"{grades[0]} to {grades[-1]}" if len(grades) > 2 else " or ".join(map(str, grades))


def list_graded_tests() -> Iterator[tuple[str, str]]:
    """Every test that CTCAE grades by number, by panel and code."""
    return ((test.panel, test.code) for test in LAB_TESTS if terms_of(test.panel, test.code))
