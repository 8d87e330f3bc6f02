"""Eligibility by medical history, medications and procedures: exclusions 1, 3, 5, 7, 8 and 11 to 14."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from forms.derive.dates import add_days, days_between
from forms.derive.eligibility import (
    MANUAL,
    Anchors,
    Evidence,
    Judgement,
    Question,
    by,
    cannot_tell,
    contradicted,
    either,
    every,
    item_place,
    judged,
    months_before,
    short_number,
    since,
    yes,
)
from forms.derive.steroids import SYSTEMIC_ROUTES, find_steroid
from forms.study import STEROID_LIMIT
from forms.treatments import equivalent_of
from forms.views import Record

Records = Sequence[Record]
Present = Callable[[Record], bool | None]

SURGERY_DAYS = 28
WOUND_DAYS = 28
ARTERIAL_MONTHS = 6
MALIGNANCY_MONTHS = 60
STUDY_DRUGS = re.compile(r"nivolumab|opdivo|aldesleukin|proleukin|interleukin[- ]?2\b|\bil[- ]?2\b", re.IGNORECASE)
NO_DATE = "the date of this form is not entered"
NO_FIRST_DOSE = "the planned first dose is not entered"
_NO_NAME, _LEFT_OPEN = "no name", "what is entered leaves it open"


def infection(when: Anchors, medications: Records) -> Judgement:
    """Exclusion 1: no anti-infective that is systemic, not prophylactic and running at registration."""
    on = when.registration
    if on is None:
        return cannot_tell(NO_DATE)

    def is_present(line: Record) -> bool | None:
        if line.class_flag != "ANTIBIOTIC" or line.prophylaxis == "Y":
            return False
        systemic = None if line.route is None else line.route in SYSTEMIC_ROUTES
        return every(systemic, runs_at(line, on))

    return _by_lines(medications, is_present, "drug", "no anti-infective runs at registration")


def runs_at(line: Record, on: dt.date) -> bool | None:
    """Whether a medication runs on a day; None where its dates leave both open."""
    goes_on = True if line.ongoing == "Y" else since(line.end, on, included=True)
    return every(by(line.start, on), goes_on)


def malignancy(when: Anchors, lines: Records) -> Judgement:
    """Exclusion 3: no other malignancy that was active in the last 5 years, but for the exceptions."""
    if when.registration is None:
        return cannot_tell(NO_DATE)
    limit = months_before(when.registration, MALIGNANCY_MONTHS)

    def is_present(line: Record) -> bool | None:
        if line.category != "MALIGNANCY" or line.malignancy_exception:
            return False
        return either(yes(line.ongoing), since(line.end, limit), since(line.start, limit))

    return _by_lines(lines, is_present, "term", f"no other malignancy after {limit}")


def wound(when: Anchors, lines: Records) -> Judgement:
    """Exclusion 7: no serious or unhealed wound, ulcer or fracture in the 28 days before treatment."""
    if when.first_dose is None:
        return cannot_tell(NO_FIRST_DOSE)
    first_dose, limit = when.first_dose, add_days(when.first_dose, -WOUND_DAYS)

    def is_present(line: Record) -> bool | None:
        if line.category != "WOUND_FRACTURE":
            return False
        goes_on = either(yes(line.ongoing), since(line.end, limit), since(line.start, limit))
        return every(by(line.start, first_dose), goes_on)

    return _by_lines(lines, is_present, "term", f"no wound or fracture from {limit} on")


def arterial_event(when: Anchors, lines: Records) -> Judgement:
    """Exclusion 8: no arterial thromboembolic event in the 6 months before treatment."""
    if when.first_dose is None:
        return cannot_tell(NO_FIRST_DOSE)
    first_dose, limit = when.first_dose, months_before(when.first_dose, ARTERIAL_MONTHS)

    def is_present(line: Record) -> bool | None:
        if line.category != "ARTERIAL_TE":
            return False
        return every(since(line.start, limit), by(line.start, first_dose))

    return _by_lines(lines, is_present, "term", f"no arterial event after {limit}")


def hypersensitivity(when: Anchors, lines: Records) -> Judgement:
    """Exclusion 11: no allergy line that names nivolumab or IL-2."""

    def is_present(line: Record) -> bool | None:
        return line.category == "ALLERGY" and bool(STUDY_DRUGS.search(line.term or ""))

    return _by_lines(lines, is_present, "term", "no allergy to a study drug recorded")


def tuberculosis(when: Anchors, lines: Records) -> Judgement:
    """Exclusion 12: no line of tuberculosis."""
    return _by_lines(lines, lambda line: line.category == "TB", "term", "no tuberculosis recorded")


def _by_lines(lines: Records, is_present: Present, name: str, absent: str) -> Judgement:
    """A criterion that a line can contradict: the first that certainly does, else one that may."""
    answers = [(is_present(line), line) for line in lines]
    present = either(*(answer for answer, _ in answers))
    if present is False or not answers:
        return Judgement(MANUAL, Evidence(arithmetic=absent))
    line = next(line for answer, line in answers if answer is present)
    text, dates = str(line.value(name) or _NO_NAME), _dates(line)
    evidence = Evidence(text, dates, item_place(line, name), "recorded" if present else _LEFT_OPEN)
    asked = {"form": line.crf.title.lower(), "n": line.number, "text": text, "dates": dates}
    return contradicted(present, evidence, Question("IE-06", asked))


def _dates(line: Record) -> str:
    return f"{line.start or 'unknown'} to {line.end or ('now' if line.ongoing == 'Y' else 'unknown')}"


def surgery(when: Anchors, procedures: Records, headers: Records) -> Judgement:
    """Exclusion 5: no surgery in the 28 days before treatment, minor surgery excepted."""
    if when.first_dose is None:
        return cannot_tell(NO_FIRST_DOSE)
    if not procedures and not any(header.any_pr == "N" for header in headers):
        return cannot_tell("procedures are not entered")
    first_dose, limit = when.first_dose, add_days(when.first_dose, -SURGERY_DAYS)
    operations = [line for line in procedures if line.category == "SURGERY" and line.minor != "Y"]
    answers = [
        (every(None if line.minor is None else True, since(line.start, limit), by(line.start, first_dose)), line)
        for line in operations
    ]
    present = either(*(answer for answer, _ in answers))
    if not answers:
        return judged(True, Evidence("", "", "PR.CATEGORY", "no surgery recorded that is not minor"))
    line = next(line for answer, line in answers if answer is present)
    days = days_between(line.start, first_dose)
    shown = "an unknown number of" if days is None else days
    words = f"{shown} days before {first_dose}, {SURGERY_DAYS} expected"
    name = line.term or "surgery"
    evidence = Evidence(name, line.start or "", item_place(line, "start"), words)
    asked = Question("IE-07", {"t": name, "x": line.start, "n": shown})
    return judged(None if present is None else not present, evidence, asked)


def steroids(when: Anchors, medications: Records, headers: Records) -> Judgement:
    """Exclusion 13 (A7): not more than 10 mg prednisone a day on the day of the first dose (DER-09)."""
    if when.first_dose is None:
        return cannot_tell(NO_FIRST_DOSE)
    if not medications and not any(header.any_cm == "N" for header in headers):
        return cannot_tell("medications are not entered")
    least, most, lines = daily_steroids(medications, when.first_dose)
    limit = STEROID_LIMIT.value
    holds = False if least > limit else True if most is not None and most <= limit else None
    names = ", ".join(f"{line.drug or _NO_NAME} {_plain(line.daily_dose)} {line.unit or ''}".strip() for line in lines)
    shown = short_number(least, 1) if least == most else f"at least {short_number(least, 1)}"
    words = f"{shown} mg/day prednisone on {when.first_dose}, at most {limit} expected"
    place = ", ".join(item_place(line, "pred_equiv") for line in lines) or "CM.PRED_EQUIV"
    return judged(holds, Evidence(names or "no systemic steroid", f"{when.first_dose}", place, words))


def _plain(value: Decimal | None) -> str:
    return "unknown dose" if value is None else short_number(value, 3)


def daily_steroids(medications: Iterable[Record], on: dt.date) -> tuple[Decimal, Decimal | None, list[Record]]:
    """Least and most prednisone in mg on a day (None: a dose is not known), and the lines of steroids that count."""
    least, most, lines, is_known = Decimal(0), Decimal(0), [], True
    for line in medications:
        runs = runs_at(line, on)
        if line.class_flag != "STEROID" or runs is False:
            continue
        equivalent = equivalent_of(line)
        if equivalent is None:
            is_open = _may_be_systemic(line)
            is_known = is_known and not is_open
            lines += [line] if is_open else []
            continue
        most += equivalent
        least += equivalent if runs else 0
        lines.append(line)
    return least, most if is_known else None, lines


def _may_be_systemic(line: Record) -> bool:
    """Whether a steroid without an equivalent may count: its route, dose or unit is not known."""
    if line.route is not None and line.route not in SYSTEMIC_ROUTES:
        return False
    is_open = line.route is None or line.daily_dose is None or line.unit is None
    return is_open and (line.drug is None or find_steroid(line.drug) is not None)


def autoimmune_disease(when: Anchors, lines: Records, medications: Records) -> Judgement:
    """Exclusion 14 (A7): no autoimmune disease in need of treatment, no immunosuppressant, and no 10 mg with one."""
    if when.first_dose is None:
        return cannot_tell(NO_FIRST_DOSE)
    on, absent = when.first_dose, "no autoimmune disease that needs treatment"
    treated = _by_lines(lines, _needs_treatment, "term", absent)

    def is_suppressant(line: Record) -> bool | None:
        return line.class_flag == "IMMUNOSUPPRESSANT" and runs_at(line, on)

    suppressed = _by_lines(medications, is_suppressant, "drug", absent)
    with_steroid = _steroid_with_autoimmune(lines, medications, on)
    parts = [treated, suppressed, *([with_steroid] if with_steroid else [])]
    order = ("NOT MET", "CANNOT TELL", MANUAL)
    return min(parts, key=lambda part: order.index(part.result))


def _needs_treatment(line: Record) -> bool | None:
    return line.category == "AUTOIMMUNE" and yes(line.on_immunosuppressant)


def _steroid_with_autoimmune(lines: Records, medications: Records, on: dt.date) -> Judgement | None:
    """With active autoimmune disease 10 mg prednisone a day is too much already."""
    disease = next((line for line in lines if line.category == "AUTOIMMUNE" and line.ongoing == "Y"), None)
    least, _, counted = daily_steroids(medications, on)
    if disease is None or least < STEROID_LIMIT.value:
        return None
    amount = f"{short_number(least, 1)} mg/day prednisone"
    place = ", ".join(item_place(line, "pred_equiv") for line in counted)
    evidence = Evidence(f"{disease.term}, {amount}", f"{on}", place, f"less than {STEROID_LIMIT.value} mg expected")
    asked = {"form": "medical history", "n": disease.number, "text": f"{disease.term} with {amount}",
             "dates": _dates(disease)}  # fmt: skip
    return contradicted(True, evidence, Question("IE-06", asked))
