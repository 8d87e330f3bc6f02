"""Eligibility by the person and the examinations: inclusions 1, 2, 5, 6, 11 to 13, exclusions 2, 6, 9 and 10."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms.derive.dates import age_range
from forms.derive.eligibility import (
    CANNOT_TELL,
    MANUAL,
    MET,
    NOT_MET,
    WINDOW,
    Anchors,
    Evidence,
    Judgement,
    Question,
    cannot_tell,
    contradicted,
    either,
    every,
    item_place,
    judged,
    last_answered,
    last_assessed,
    not_applicable,
    until_treatment,
    yes,
)
from forms.schedule import SCREENING
from forms.study import MIN_AGE
from forms.tumours import MEASURING, lesion_name, measurable_from, modality, scan_dates
from forms.views import Record

Records = Sequence[Record]

ADULT = MIN_AGE.value
MOST_ECOG = "1"
MOST_SYSTOLIC, MOST_DIASTOLIC = 160, 100
NO_DATE = "the date of this form is not entered"
NO_DEMOGRAPHICS = "demographics are not entered"
_WORDS = {"Y": "yes", "N": "no"}


def consent(when: Anchors, consents: Records) -> Judgement:
    """Inclusion 1: able to understand and willing to sign, with a date of signature."""
    signed = [record for record in consents if record.signature_date]
    if not signed:
        return cannot_tell("no consent with a date of signature")
    first = min(signed, key=lambda record: (record.signature_date, record.number))
    value = f"able and willing: {_WORDS.get(first.capacity_confirmed, 'not answered')}"
    evidence = Evidence(value, f"{first.signature_date}", item_place(first, "capacity_confirmed"), "signed")
    return judged(yes(first.capacity_confirmed), evidence)


def adult(when: Anchors, people: Records) -> Judgement:
    """Inclusion 2: at least 18 years old at consent; a partial birth date counts when both sides agree."""
    person = next(iter(people), None)
    if person is None or person.birth_date is None or when.consent is None:
        return cannot_tell("birth date or consent is not entered")
    low, high = age_range(person.birth_date, when.consent)
    holds = True if low >= ADULT else False if high < ADULT else None
    shown = f"{low} years" if low == high else f"{low} or {high} years"
    words = f"at consent; at least {ADULT} expected"
    return judged(holds, Evidence(shown, f"{when.consent}", item_place(person, "birth_date"), words))


def measurable_disease(when: Anchors, lesions: Records, assessments: Records) -> Judgement:
    """Inclusion 5: a target that is large enough, on a scan 0 to 28 days before registration."""
    if when.registration is None:
        return cannot_tell(NO_DATE)
    targets = [lesion for lesion in lesions if lesion.role == "TARGET"]
    if not targets:
        return cannot_tell("no target in the lesion register")
    answers = [(every(_is_measurable(t), _is_recent(t.baseline_scan_date, when.registration)), t) for t in targets]
    scans = [day for a in assessments if a.visit and a.visit.kind == SCREENING for day in scan_dates(a)]
    holds = every(
        either(*(answer for answer, _ in answers)),
        either(*(_is_recent(day, when.registration) for day in scans)) if scans else True,
    )
    wanted = either(*(answer for answer, _ in answers))
    target = next(t for answer, t in answers if answer is wanted)
    return judged(holds, _target_evidence(target, scans, when.registration))


def _is_measurable(target: Record) -> bool | None:
    if target.method is None or target.baseline_mm is None or target.is_node is None:
        return None
    limit, _ = measurable_from(modality(target.method), target.is_node == "Y", target.slice_mm)
    return modality(target.method) in MEASURING and target.baseline_mm >= limit


def _is_recent(day: dt.date | None, registration: dt.date) -> bool | None:
    return None if day is None else 0 <= (registration - day).days <= WINDOW


def _target_evidence(target: Record, scans: Sequence[dt.date], registration: dt.date) -> Evidence:
    value = f"{lesion_name(target)} {target.baseline_mm or '?'} mm"
    words = "method or kind of the lesion is not entered"
    if target.method is not None and target.is_node is not None:
        words = f"at least {measurable_from(modality(target.method), target.is_node == 'Y', target.slice_mm)[1]}"
    days = [f"scan {day} is {(registration - day).days} days before {registration}, limit {WINDOW}"
            for day in [target.baseline_scan_date or next(iter(scans), None)] if day]  # fmt: skip
    place = item_place(target, "baseline_mm")
    return Evidence(value, f"{target.baseline_scan_date or ''}", place, "; ".join([words, *days]))


def performance(when: Anchors, examinations: Records) -> Judgement:
    """Inclusion 6: the last ECOG status, 0 or 1, assessed 0 to 28 days before registration."""
    if when.registration is None:
        return cannot_tell(NO_DATE)
    last = last_assessed(examinations, "ecog_date", when.registration, "ecog")
    if last is None:
        return cannot_tell("no ECOG status with its date up to registration")
    days = (when.registration - last.ecog_date).days
    evidence = Evidence(f"ECOG {last.ecog}", f"{last.ecog_date}", item_place(last, "ecog"),
                        f"0 or 1 expected; {days} days before {when.registration}, limit {WINDOW}")  # fmt: skip
    asked = Question("IE-05", {"g": last.ecog, "date": last.ecog_date, "reg": when.registration})
    if days > WINDOW:
        return Judgement(CANNOT_TELL, evidence, asked)
    return judged(last.ecog <= MOST_ECOG, evidence, asked)


def heart_and_lungs(when: Anchors, assessments: Records) -> Judgement:
    """Inclusion 11 (A22): the investigator's assessment is the criterion."""
    last = last_answered(until_treatment(assessments, "assess_date", when), "adequate_il2", "assess_date")
    if last is None:
        return cannot_tell("no cardiac and pulmonary assessment")
    value = f"adequate for HD IL-2: {_WORDS[last.adequate_il2]}"
    evidence = Evidence(value, f"{last.assess_date or ''}", item_place(last, "adequate_il2"), "assessed clinically")
    return judged(last.adequate_il2 == "Y", evidence)


def women(when: Anchors, people: Records, tests: Records) -> Judgement:
    """Inclusion 12 (A12): childbearing potential: negative test before dosing and two methods of contraception."""
    person = next(iter(people), None)
    if person is None or person.sex is None:
        return cannot_tell(NO_DEMOGRAPHICS)
    if person.sex == "M" or person.childbearing == "N":
        why = "sex at birth is male" if person.sex == "M" else "no childbearing potential"
        return not_applicable(why, item_place(person, "sex" if person.sex == "M" else "childbearing"))
    test = _last_test(when, tests)
    holds = every(yes(person.childbearing), yes(person.contraception_agreed), _is_negative(test))
    agreed = {"Y": "agreed", "N": "not agreed"}.get(person.contraception_agreed, "not answered")
    result = test.result.lower() if test is not None else "not entered"
    place = item_place(test, "result") if test is not None else item_place(person, "contraception_agreed")
    evidence = Evidence(f"test {result}, contraception {agreed}", _sampled(test), place,
                        "negative before dosing and two methods expected")  # fmt: skip
    return judged(holds, evidence, Question("IE-09") if person.contraception_agreed == "N" else None)


def _last_test(when: Anchors, tests: Records) -> Record | None:
    """The last pregnancy test with a result, not later than the day of the first dose."""
    return last_answered((t for t in until_treatment(tests, "sample_dt", when) if t.sample_dt), "result", "sample_dt")


def _is_negative(test: Record | None) -> bool | None:
    return None if test is None else {"NEGATIVE": True, "POSITIVE": False}.get(test.result)


def _sampled(test: Record | None) -> str:
    return test.sample_dt.replace("T", " ") if test is not None else ""


def men(when: Anchors, people: Records) -> Judgement:
    """Inclusion 13: a man who is not sterile agrees to contraception."""
    person = next(iter(people), None)
    if person is None or person.sex is None:
        return cannot_tell(NO_DEMOGRAPHICS)
    if person.sex == "F" or person.surgically_sterile_m == "Y":
        why = "sex at birth is female" if person.sex == "F" else "surgically sterile"
        return not_applicable(why, item_place(person, "sex" if person.sex == "F" else "surgically_sterile_m"))
    agreed = {"Y": "agreed", "N": "not agreed"}.get(person.contraception_agreed, "not answered")
    place = item_place(person, "contraception_agreed")
    holds = None if person.surgically_sterile_m is None else yes(person.contraception_agreed)
    evidence = Evidence(f"contraception {agreed}", "", place, "adequate contraception expected")
    return judged(holds, evidence, Question("IE-09"))


def pregnancy(when: Anchors, people: Records, tests: Records) -> Judgement:
    """Exclusion 2: neither pregnant nor breastfeeding."""
    person = next(iter(people), None)
    if person is None or person.sex is None:
        return cannot_tell(NO_DEMOGRAPHICS)
    if person.sex == "M":
        return not_applicable("sex at birth is male", item_place(person, "sex"))
    if person.childbearing == "N":
        return Judgement(MANUAL, Evidence("no childbearing potential", "", item_place(person, "childbearing")))
    test = _last_test(when, tests)
    said = last_answered(until_treatment(tests, "sample_dt", when), "breastfeeding", "sample_dt")
    feeding = said.breastfeeding if said else None
    negative = _is_negative(test)
    present = either(None if negative is None else not negative, yes(feeding))
    result = test.result.lower() if test is not None else "not entered"
    value = f"test {result}, breastfeeding {_WORDS.get(feeding or '', 'not answered')}"
    source = item_place(test, "result") if test is not None else "PREG.RESULT"
    evidence = Evidence(value, _sampled(test), source, "neither expected")
    return judged(None if present is None else not present, evidence)


def hypertension(when: Anchors, assessments: Records, vitals: Records) -> Judgement:
    """Exclusion 6: blood pressure above 160 or 100 mmHg for more than 4 weeks is told by the assessment."""
    last = last_answered(until_treatment(assessments, "assess_date", when), "htn_duration", "assess_date")
    if last is not None:
        value = f"above 160/100 for more than 4 weeks: {_WORDS[last.htn_duration]}"
        evidence = Evidence(value, f"{last.assess_date or ''}", item_place(last, "htn_duration"))
        return Judgement(MET if last.htn_duration == "N" else NOT_MET, evidence)
    screened = [v for v in vitals if v.visit and v.visit.kind == SCREENING and v.systolic and v.diastolic]
    high = next((v for v in screened if v.systolic > MOST_SYSTOLIC or v.diastolic > MOST_DIASTOLIC), None)
    shown = high or next(iter(screened), None)
    if shown is None:
        return cannot_tell("no blood pressure at screening")
    value = f"{shown.systolic}/{shown.diastolic} mmHg"
    evidence = Evidence(value, f"{shown.assess_date or ''}", item_place(shown, "systolic"), "more than 4 weeks unknown")
    return contradicted(None if high else False, evidence)


def any_condition(when: Anchors) -> Judgement:
    """Exclusion 9: a judgement of the investigator."""
    return Judgement(MANUAL, Evidence(arithmetic="the investigator judges"))


def mental_condition(when: Anchors, consents: Records) -> Judgement:
    """Exclusion 10: a judgement of the investigator, beside what the consent says of capacity."""
    said = next((c for c in consents if c.capacity_confirmed), None)
    if said is None:
        return Judgement(MANUAL, Evidence(arithmetic="the investigator judges"))
    value = f"able to understand and willing: {_WORDS[said.capacity_confirmed]}"
    place = item_place(said, "capacity_confirmed")
    return Judgement(MANUAL, Evidence(value, f"{said.signature_date or ''}", place, "the investigator judges"))
