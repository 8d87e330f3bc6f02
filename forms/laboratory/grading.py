"""The CTCAE grade of a result (DER-13), with baseline, albumin and anticoagulant as the casebook has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from forms.crf import derive
from forms.derive.ctcae_facts import Context, Measured
from forms.derive.dates import certainly_after, certainly_before
from forms.derive.lab_grades import CALCIUM, ResultGrade, grade_result, terms_of
from forms.dictionaries.lab_tests import find_test
from forms.dictionaries.units import same_unit
from forms.views import Record, Row, SubjectView

DONE = "DONE"
ALBUMIN = ("CHEM", "ALB")
ANTICOAGULANT = "ANTICOAGULANT"
COAGULATION = "COAG"
_YES_NO = {"Y": True, "N": False}
_PLACES = Decimal("1e-9")
_REMEMBERED = "results before the first dose"
Results = Mapping[tuple[str, str], Sequence[Row]]


# --- the baseline -----------------------------------------------------------------------------------------------------


def baseline_of(
    subject: SubjectView, row: Row, panel: str, code: str, sample_dt: str, c1d1: dt.date, samples: Sequence[Record]
) -> Row | None:
    """The last result of the test before the day of the first dose, in the unit of this one or one with a factor.

    A sample from before that day has no baseline: it may be one.
    """
    if not terms_of(panel, code) or sample_dt[:10] < c1d1.isoformat():
        return None
    if _REMEMBERED not in subject.remembered:
        subject.remembered[_REMEMBERED] = _results_before(c1d1, samples)
    earlier: Results = subject.remembered[_REMEMBERED]
    return next((one for one in earlier.get((panel, code), ()) if factor_between(one, row) is not None), None)


def _results_before(c1d1: dt.date, samples: Iterable[Record]) -> Results:
    """The numbers of the samples before a day by panel and test, the last first."""
    dated = ((sample.sample_dt, sample) for sample in samples)
    before = [(taken, sample) for taken, sample in dated if taken and taken[:10] < c1d1.isoformat()]
    found: dict[tuple[str, str], list[Row]] = {}
    for _, sample in sorted(before, key=lambda pair: str(pair[0]), reverse=True):
        for row in sample.rows("RESULT"):
            if row.row_status == DONE and row.value("value") is not None:
                found.setdefault((row.panel, row.test), []).append(row)
    return found


def factor_between(one: Row, other: Row) -> Decimal | None:
    """What a result of the one unit is multiplied with for the other unit; None where no factor is known."""
    if same_unit(one.unit or "", other.unit or ""):
        return Decimal(1)
    test = find_test(one.panel, one.test)
    factors = (test.factor(one.unit), test.factor(other.unit)) if test else (None, None)
    return factors[0] / factors[1] if factors[0] and factors[1] else None


def baseline_value(baseline: Row | None, row: Row) -> Decimal | None:
    """The number of the baseline in the unit of the result; none of a result below or above what can be measured."""
    if baseline is None or baseline.qualifier:
        return None
    value, factor = baseline.value("value"), factor_between(baseline, row)
    assert isinstance(value, Decimal) and factor is not None
    if factor == 1:
        return value
    return Decimal(format((value * factor).quantize(_PLACES).normalize(), "f"))


# --- what else decides ------------------------------------------------------------------------------------------------


def had_anticoagulant(sample_dt: str, lines: Sequence[Record], any_line: str | None) -> str | None:
    """Whether an anticoagulant was taken when a sample was drawn: yes, no, or None where the medications do not say."""
    courses = [_covers(line, sample_dt) for line in lines if line.class_flag == ANTICOAGULANT]
    if True in courses:
        return "Y"
    is_told = bool(lines) or any_line == "N"
    return "N" if is_told and None not in courses else None


def _covers(line: Record, moment: str) -> bool | None:
    """Whether a medication was taken at a moment; None while its dates leave it open."""
    day, start, end = moment[:10], line.start, line.end
    if start is None:
        return None
    if certainly_after(start, day) or (end is not None and certainly_before(end, day)):
        return False
    is_known = len(start) >= len(day) and (line.ongoing == "Y" or (end is not None and len(end) >= len(day)))
    return True if is_known else None


def albumin_of(rows: Iterable[Row]) -> Decimal | None:
    """The albumin of a sample in g/L."""
    found = (row for row in rows if (row.panel, row.test) == ALBUMIN and row.row_status == DONE and not row.qualifier)
    return next((row.std_value for row in found if row.std_value is not None), None)


# --- the grade --------------------------------------------------------------------------------------------------------

_BASELINE = "subject self panel test record.sample_dt subject.c1d1 all:LAB"
#: The derived items are named so that they come first; what is typed is read from the result itself.
_GRADE = "self panel test value lln? uln? baseline_value? baseline_indicator? record.on_anticoagulant? rows:RESULT"


@derive("DER-13", "baseline_value", on=_BASELINE)
def derive_baseline(subject: SubjectView, row: Row, *where: Any) -> Decimal | None:
    """The last number of the test before the day of the first dose, in the unit of this result."""
    return baseline_value(baseline_of(subject, row, *where), row)


@derive("DER-13", "baseline_indicator", on=_BASELINE)
def derive_baseline_indicator(subject: SubjectView, row: Row, *where: Any) -> str | None:
    """Whether that result was within the range beside it."""
    baseline = baseline_of(subject, row, *where)
    return baseline.indicator if baseline else None


@derive("DER-13", "on_anticoagulant", on="panel sample_dt all:CM CMYN.any_cm?")
def derive_anticoagulant(
    panels: tuple[str, ...], sample_dt: str, lines: Sequence[Record], any_line: str | None
) -> str | None:
    """Whether the medications have an anticoagulant on the day of a sample whose clotting was measured."""
    return had_anticoagulant(sample_dt, lines, any_line) if COAGULATION in panels else None


@derive("DER-13", "ctcae_grade", on=_GRADE)
def derive_grade(*of_row: Any) -> int | None:
    """The worst grade of the result as reported, 0 in no graded range; none where it cannot be told."""
    found = grade_row(*of_row)
    return found.grade if found else None


@derive("DER-13", "ctcae_term", on=_GRADE)
def derive_term(*of_row: Any) -> str | None:
    """The term of that grade."""
    found = grade_row(*of_row)
    return found.term or None if found else None


@derive("DER-13", "ctcae_rule", on=_GRADE)
def derive_rule(*of_row: Any) -> str | None:
    """The rule of the table of criteria that gave the grade."""
    found = grade_row(*of_row)
    return found.rule or None if found else None


@derive("DER-13", "ctcae_words", on=_GRADE)
def derive_words(*of_row: Any) -> str | None:
    """The numbers behind the grade, or why the result cannot be graded."""
    found = grade_row(*of_row)
    return found.words if found else None


def grade_row(
    row: Row, panel: str, code: str, value: Decimal, lln: Decimal | None, uln: Decimal | None,
    baseline: Decimal | None, flag: str | None, anticoagulant: str | None, rows: Sequence[Row],
) -> ResultGrade | None:  # fmt: skip
    """The worst grade of a result, by what stands beside it and around it; None where there is none."""
    if row.row_status != DONE or not terms_of(panel, code):
        return None
    measured = Measured(value, row.unit or "", row.qualifier or "", lln, uln, baseline, flag or "")
    context = Context(
        symptomatic=_YES_NO.get(row.symptomatic or ""), on_anticoagulation=_YES_NO.get(anticoagulant or "")
    )  # fmt: skip
    return grade_result(panel, code, measured, context, albumin_of(rows) if code == CALCIUM else None)
