"""Numeric grading by CTCAE v5.0 (DER-13): the grade of a laboratory or measured value, and the rule that gave it.

Every band of a term holds, does not hold, or is undecided because a fact is missing. The worst band that holds is the
grade, unless an undecided band is worse: then the value is ungradable, and the explanation names what is missing. Grade
0 is no grade of CTCAE; it stands for a value that can be graded and lies in no band. Where the document is open:

- A baseline is abnormal when it is beyond the limit on the side of harm, unless a flag says otherwise. Without one, a
  value inside the limits is grade 0 whichever it was, and any other that depends on it is ungradable.
- Limits of a laboratory that cross a fixed number leave the number in force; the explanation says so.
- A value between two bands of whole numbers is graded only when both neighbours give the same grade.
- A drop of ejection fraction is read as percentage points.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms.derive.ctcae_facts import Context, Measured, known_facts
from forms.derive.ctcae_verdicts import judge, printed_units
from forms.derive.ctcae_words import grade_words, notes_on, open_facts, open_grades, open_words, rules_at
from forms.dictionaries.ctcae import find_term
from forms.dictionaries.ctcae_thresholds import bands_of
from forms.dictionaries.ctcae_units import graded_unit

NOTHING_ELSE = Context()


@dataclass(frozen=True)
class Grading:
    """A grade from 0 to 4 with the rules that gave it, or None when the value is ungradable; `explanation` says why.

    Of an ungradable value `possible` has the grades that remain, `missing` what would decide; `notes` is the part of
    the explanation about what was converted or read into the criteria.
    """

    grade: int | None
    rule: str
    explanation: str
    possible: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def grade(
    term: str, test: str, measured: Measured, context: Context = NOTHING_ELSE, *, direction: str = ""
) -> Grading:
    """Grade a result under a term; a term without a number for this test and direction is ungradable."""
    bands = [band for band in bands_of(term) if band.test == test and direction in ("", band.direction)]
    if not bands:
        return Grading(None, "", _why_no_bands(term, test, direction))
    known = known_facts(measured, context, graded_unit(test, measured.unit, printed_units(bands)))
    outcomes = judge(bands, known)
    sure, possible = max(one.sure for one in outcomes), max(one.possible for one in outcomes)
    notes = notes_on(bands[0], outcomes, known, measured)
    if sure < possible:
        words = " ".join([*open_words(outcomes, sure), *notes])
        return Grading(None, "", words, open_grades(outcomes, sure), open_facts(outcomes, sure), tuple(notes))
    rules = rules_at(sure, bands, outcomes, known)
    words = " ".join([*grade_words(sure, outcomes, known), *notes])
    return Grading(sure, ", ".join(rules), words, notes=tuple(notes))


def _why_no_bands(term: str, test: str, direction: str) -> str:
    of_term = bands_of(term)
    if not of_term:
        return f"CTCAE v5.0 has no numbers for {term}." if find_term(term) else f"'{term}' is no term of CTCAE v5.0."
    tests = ", ".join(dict.fromkeys(band.test for band in of_term))
    if any(band.test == test for band in of_term):
        return f"{term} grades {of_term[0].direction} values only, not {direction} ones."
    return f"{term} is graded by {tests}, not by {test or 'a test that is not named'}."
