"""Eligibility by the disease and its earlier treatment: inclusions 3 and 4, 14, exclusions 4 and 15."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from forms.codelists import LISTS
from forms.derive.dates import DateLike, add_days, days_between, earliest, known_day, latest, months_and_days
from forms.derive.eligibility import (
    CANNOT_TELL,
    NOT_MET,
    Anchors,
    Evidence,
    Judgement,
    Question,
    by,
    cannot_tell,
    either,
    every,
    item_place,
    judged,
    months_before,
    short_number,
    since,
    yes,
)
from forms.histories import is_residual_toxicity, is_spared
from forms.views import Record, Row

Records = Sequence[Record]

EXPOSURE_DAYS = 42
LAST_DOSE_MONTHS = 6
INVESTIGATIONAL_DAYS = 21
STAGE_III = ("IIIA", "IIIB", "IIIC", "IIID")
NO_HISTORY = "disease history is not entered"
NO_FIRST_DOSE = "the planned first dose is not entered"
NO_NAME = "no name"


def _lines(histories: Records, group: str) -> list[tuple[Record, Row]]:
    return [(record, row) for record in histories for row in record.rows(group)]


def exposure_days(line: Row) -> tuple[int, int] | None:
    """The fewest and most days from first to last dose that the dates allow (DER-15)."""
    if line.first_dose is None or line.last_dose is None:
        return None
    fewest = (earliest(line.last_dose) - latest(line.first_dose)).days
    return fewest, (latest(line.last_dose) - earliest(line.first_dose)).days


def exposure(when: Anchors, histories: Records) -> Judgement:
    """Inclusion 3a (A6): one line of anti-PD-1 with at least 42 days from first to last dose."""
    spans = [(days, record, row) for record, row in _lines(histories, "PD1") if (days := exposure_days(row))]
    if not spans:
        return cannot_tell("no line of anti-PD-1 with first and last dose")
    holds = either(*(_is_long_enough(days) for days, _, _ in spans))
    deciding = (span for span in spans if _is_long_enough(span[0]) is holds)
    (fewest, most), record, row = max(deciding, key=lambda span: span[0])
    shown = f"{most}" if fewest == most else f"{fewest} to {most}"
    words = f"{shown} days = {_weeks(fewest, most)} weeks; at least 42 days (6 weeks) expected"
    interval = row.dosing_interval_weeks
    if holds is not True and interval:
        words += f"; {short_number(_in_weeks(most) + interval, 1)} weeks with the dosing interval of {interval}"
    dates = f"{row.first_dose} to {row.last_dose}"
    evidence = Evidence(_agent(row), dates, item_place(record, "last_dose", row), words)
    asked = {"n": most, "first": row.first_dose, "last": row.last_dose}
    return judged(holds, evidence, Question("IE-02", asked))


def _is_long_enough(days: tuple[int, int]) -> bool | None:
    fewest, most = days
    return True if fewest >= EXPOSURE_DAYS else False if most < EXPOSURE_DAYS else None


def _in_weeks(days: int) -> Decimal:
    return Decimal(days) / 7


def _weeks(fewest: int, most: int) -> str:
    low, high = (short_number(_in_weeks(days), 1) for days in (fewest, most))
    return low if low == high else f"{low} to {high}"


def _agent(row: Row) -> str:
    return LISTS["PD1AGENT"].label(row.agent) if row.agent else "anti-PD-1"


def progression(when: Anchors, histories: Records) -> Judgement:
    """Inclusion 3b: documented progression on anti-PD-1, with its type and a date that follows the first dose."""
    lines = _lines(histories, "PD1")
    if not lines:
        return cannot_tell("no line of anti-PD-1")
    answers = [(_progressed(row), record, row) for record, row in lines]
    holds = either(*(answer for answer, _, _ in answers))
    _, record, row = next(one for one in answers if one[0] is holds)
    kinds = " and ".join(LISTS["PROGTYPE"].label(kind).lower() for kind in row.progression_type or ())
    value = {"Y": f"documented{', ' + kinds if kinds else ''}", "N": "not documented"}.get(
        row.progression_documented, "not answered"
    )
    place = item_place(record, "progression_documented", row)
    words = f"on {_agent(row)} from {row.first_dose or 'an unknown date'}"
    return judged(holds, Evidence(value, row.progression_date or "", place, words))


def _progressed(row: Row) -> bool | None:
    is_known = row.progression_date and row.progression_type and row.first_dose
    after = not _is_before(row.progression_date, row.first_dose) if is_known else None
    return every(yes(row.progression_documented), after)


def _is_before(one: DateLike, other: DateLike) -> bool:
    return latest(one) < earliest(other)


def recency(when: Anchors, histories: Records) -> Judgement:
    """Inclusion 3c: the last anti-PD-1 dose at most 6 calendar months before registration (DER-16)."""
    if when.registration is None:
        return cannot_tell("the date of this form is not entered")
    dated = [(row.last_dose, record, row) for record, row in _lines(histories, "PD1") if row.last_dose]
    if not dated:
        return cannot_tell("no line of anti-PD-1 with a last dose")
    last, record, row = max(dated, key=lambda one: (latest(one[0]), earliest(one[0])))
    limit = months_before(when.registration, LAST_DOSE_MONTHS)
    holds = either(*(since(day, limit, included=True) for day, _, _ in dated))
    words = f"{_ago(last, when.registration)} before {when.registration}; not before {limit} expected"
    evidence = Evidence(_agent(row), last, item_place(record, "last_dose", row), words)
    return judged(holds, evidence, Question("IE-04", {"x": last, "limit": limit, "reg": when.registration}))


def _ago(day: str, registration: dt.date) -> str:
    known = known_day(day)
    if known is None or known > registration:
        return "an unknown number of months" if known is None else "0 months"
    months, days = months_and_days(known, registration)
    return f"{months} months {days} days"


def disease(when: Anchors, histories: Records) -> Judgement:
    """Inclusion 4: histologically confirmed melanoma or RCC, stage IV, or stage III and unresectable."""
    if not histories:
        return cannot_tell(NO_HISTORY)
    record = histories[0]
    stage = record.current_stage
    is_advanced = None if stage is None else stage == "IV" or (
        yes(record.unresectable) if stage in STAGE_III else False
    )
    tumour = None if record.tumour_type is None else True
    holds = every(yes(record.histology_confirmed), tumour, is_advanced)
    kind = LISTS["TUMTYPE"].label(record.tumour_type) if record.tumour_type else "tumour not entered"
    resectable = {"Y": ", unresectable", "N": ", resectable"}.get(record.unresectable, "")
    confirmed = {"Y": "confirmed", "N": "not confirmed"}.get(record.histology_confirmed, "not answered")
    value = f"{kind}, stage {stage or 'not entered'}{resectable}"
    words = f"histology {confirmed}; stage IV, or III and unresectable, expected"
    return judged(holds, Evidence(value, "", item_place(record, "current_stage"), words))


def residual_toxicity(when: Anchors, lines: Records, headers: Records) -> Judgement:
    """Inclusion 14 (A18): toxicities of earlier treatment are grade 1 or less; alopecia and vitiligo are spared."""
    if not lines and not any(header.any_history == "N" for header in headers):
        return cannot_tell("medical history is not entered")
    found = next((line for line in lines if is_residual_toxicity(line)), None)
    if found is not None:
        shown = f"{found.term or NO_NAME}, grade {found.grade}"
        evidence = Evidence(shown, f"{found.start or ''}", item_place(found, "grade"), "grade 1 or less expected")
        return Judgement(NOT_MET, evidence)
    doubtful = next((line for line in lines if _may_be_residual(line)), None)
    if doubtful is not None:
        place = item_place(doubtful, "grade")
        return Judgement(CANNOT_TELL, Evidence(doubtful.term or NO_NAME, "", place, "grade or course is not entered"))
    toxicities = sum(1 for line in lines if line.prior_tx_toxicity == "Y" and line.ongoing == "Y")
    return judged(True, Evidence(f"{toxicities} ongoing toxicities", "", "MH.GRADE", "none of grade 2 or more"))


def _may_be_residual(line: Record) -> bool:
    """Whether a blank answer could make a line a toxicity of grade 2 or more."""
    if is_spared(line) or line.prior_tx_toxicity == "N" or line.ongoing == "N":
        return False
    return line.prior_tx_toxicity is None or line.ongoing is None or line.grade is None


def brain_metastases(when: Anchors, histories: Records) -> Judgement:
    """Exclusion 4: no active and symptomatic metastasis of the central nervous system."""
    if not histories:
        return cannot_tell(NO_HISTORY)
    record, rows = histories[0], histories[0].rows("MET")
    sites = [row for row in rows if row.organ == "BRAIN"]
    if not sites:
        is_told = bool(rows) or record.any_metastasis == "N"
        words = "no brain metastasis recorded" if is_told else "metastatic sites are not entered"
        return judged(True if is_told else None, Evidence("", "", item_place(record, "any_metastasis"), words))
    active = [(every(_is(row.cns_status, "ACTIVE"), yes(row.symptomatic)), row) for row in sites]
    present = either(*(answer for answer, _ in active))
    row = next(line for answer, line in active if answer is present)
    status = LISTS["CNSSTAT"].label(row.cns_status) if row.cns_status else "status not entered"
    symptoms = {"Y": "yes", "N": "no"}.get(row.symptomatic, "not answered")
    evidence = Evidence(f"{status}, symptomatic {symptoms}", f"{row.cns_last_imaging or ''}",
                        item_place(record, "cns_status", row), "active and symptomatic is excluded")  # fmt: skip
    return _absent(present, evidence, Question("DH-04", {"status": status.lower(), "symptoms": symptoms}))


def _is(value: str | None, wanted: str) -> bool | None:
    return None if value is None else value == wanted


def _absent(present: bool | None, evidence: Evidence, question: Question | None = None) -> Judgement:
    return judged(None if present is None else not present, evidence, question)


def investigational_agent(when: Anchors, histories: Records) -> Judgement:
    """Exclusion 15: no investigational agent in the 21 days before treatment, and recovered; anti-PD-1 excepted."""
    if not histories:
        return cannot_tell(NO_HISTORY)
    if when.first_dose is None:
        return cannot_tell(NO_FIRST_DOSE)
    limit = add_days(when.first_dose, -INVESTIGATIONAL_DAYS)
    agents = [(record, row) for record, row in _lines(histories, "PTX") if row.investigational != "N"]
    if not agents:
        return judged(True, Evidence("", "", "DH.PTX", "no investigational agent recorded"))
    answers = [(_too_recent(row, limit), record, row) for record, row in agents]
    present = either(*(answer for answer, _, _ in answers))
    _, record, row = next(one for one in answers if one[0] is present)
    days = days_between(row.stop, when.first_dose)
    ended = f"stopped {'an unknown number of' if days is None else days} days before {when.first_dose}"
    recovered = {"Y": "recovered", "N": "not recovered"}.get(row.recovered, "recovery not entered")
    words = f"{'ongoing' if row.ongoing == 'Y' else ended}, 21 expected; {recovered}"
    evidence = Evidence(row.agent or NO_NAME, f"{row.stop or ''}", item_place(record, "stop", row), words)
    return _absent(present, evidence, _asked_of_agent(row, days))


def _too_recent(row: Row, limit: dt.date) -> bool | None:
    ended = False if row.ongoing == "Y" else by(row.stop, limit)
    return every(yes(row.investigational), either(_not(ended), _not(yes(row.recovered))))


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _asked_of_agent(row: Row, days: int | None) -> Question:
    if row.ongoing != "Y" and days is not None and days < INVESTIGATIONAL_DAYS:
        return Question("IE-08", {"agent": row.agent or NO_NAME, "n": days})
    state = "is ongoing" if row.ongoing == "Y" else "has no known recovery from its toxicity"
    return Question("IE-08 state", {"agent": row.agent or NO_NAME, "state": state})
