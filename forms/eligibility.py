"""The eligibility criteria of the protocol: their words, what judges them, and what they ask about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from forms.derive import eligibility_disease as of_disease
from forms.derive import eligibility_history as of_history
from forms.derive import eligibility_labs as of_labs
from forms.derive import eligibility_person as of_person
from forms.derive.eligibility import NOT_MET, Anchors, Judgement
from forms.views import Row

INCLUSION, EXCLUSION = "INCLUSION", "EXCLUSION"
MOST_NAMED = 4
#: Parts of an item's name after the code of its criterion.
RESULT, EVIDENCE, COMMENT, WAIVER = "_result", "_evidence", "_comment", "_waiver"
#: The dates that every criterion is judged by, as inputs of a rule.
DATES = ("planned_c1d1?", "ie_date?", "subject.consent_date?", "subject.registration_date?", "subject.c1d1?")


@dataclass(frozen=True)
class Criterion:
    """One criterion: its code and words, the rule that judges it, the records that the rule reads, its questions."""

    code: str
    words: str
    judge: Callable[..., Judgement]
    reads: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    by_first_dose: bool = False
    may_be_na: bool = False

    @property
    def category(self) -> str:
        """Inclusion or exclusion."""
        return INCLUSION if self.code.startswith("incl") else EXCLUSION

    @property
    def name(self) -> str:
        """Its name in sentences: Inclusion 7b."""
        return f"{self.category.capitalize()} {self.code[4:].lstrip('0')}"

    @property
    def number(self) -> str:
        """Its number in the protocol: 7b."""
        return self.code[4:].lstrip("0")

    @property
    def test_code(self) -> str:
        """Its code in SDTM (IETESTCD)."""
        return self.code.upper()

    @property
    def fulfilled(self) -> tuple[str, ...]:
        """The answers with which the participant may enter."""
        return ("Y", *(("NA",) if self.may_be_na else ())) if self.category == INCLUSION else ("N",)

    @property
    def unfulfilled(self) -> str:
        """The answer with which the participant may not."""
        return "N" if self.category == INCLUSION else "Y"

    def inputs(self) -> tuple[str, ...]:
        """The inputs of its rules: the dates, then the records."""
        return (*DATES, *self.reads)

    def result_words(self, result: str | None) -> str:
        """An automatic result as people read it: of an exclusion, whether it is there."""
        words = {"MET": "absent", "NOT MET": "present"} if self.category == EXCLUSION else {}
        return words.get(result or "", (result or "").lower())


_LAB = ("LB-04", "LB-12")
_LIVER = ("all:LAB", "all:DH", "all:TLB")

CRITERIA: Sequence[Criterion] = (
    Criterion("incl01", "Able to understand and willing to sign written consent", of_person.consent, ("all:IC",)),
    Criterion("incl02", "Age >= 18 at consent", of_person.adult, ("all:DM",)),
    Criterion("incl03a", ">= 6 weeks of prior anti-PD-1", of_disease.exposure, ("all:DH",), ("IE-02",)),
    Criterion("incl03b", "Documented clinical or radiographic progression on it", of_disease.progression, ("all:DH",)),
    Criterion("incl03c", "Last anti-PD-1 within 6 months of enrollment", of_disease.recency, ("all:DH",), ("IE-04",)),
    Criterion(
        "incl04", "Histologically confirmed unresectable stage III or stage IV melanoma or RCC", of_disease.disease,
        ("all:DH",),
    ),
    Criterion(
        "incl05", "Measurable disease, RECIST 1.1, imaging within 28 d before registration",
        of_person.measurable_disease, ("all:TLB", "all:TA"),
    ),
    Criterion("incl06", "ECOG 0 or 1 within 28 d", of_person.performance, ("all:PE",), ("IE-05",)),
    Criterion(
        "incl07a", "Bilirubin <= 1.5 ULN, or direct <= ULN; Gilbert's syndrome: total < 3.0 mg/dL; within 28 d",
        of_labs.bilirubin, ("all:LAB", "all:DH"), (*_LAB, "LB-07"),
    ),
    Criterion("incl07b", "AST <= 2.5 ULN (5 with hepatic metastases)", of_labs.ast, _LIVER, (*_LAB, "LB-08")),
    Criterion("incl07c", "ALT <= 2.5 ULN (5 with hepatic metastases)", of_labs.alt, _LIVER, (*_LAB, "LB-08")),
    Criterion(
        "incl08", "Creatinine <= 1.5 mg/dL, or eGFR >= 50 mL/min if above", of_labs.creatinine,
        ("all:LAB", "all:DM", "all:VS"), (*_LAB, "LB-09", "LB-09 both"),
    ),
    Criterion("incl09a", "Haemoglobin >= 9.0 g/dL", of_labs.haemoglobin, ("all:LAB",), (*_LAB, "LB-10")),
    Criterion(
        "incl09b", "ANC >= 1.0 x10^9/L without filgrastim", of_labs.neutrophils, ("all:LAB", "all:CM"),
        (*_LAB, "LB-10"),
    ),
    Criterion("incl09c", "WBC >= 3.0 x10^9/L", of_labs.leukocytes, ("all:LAB",), (*_LAB, "LB-10")),
    Criterion("incl09d", "Platelets >= 100 x10^9/L", of_labs.platelets, ("all:LAB",), (*_LAB, "LB-10")),
    Criterion(
        "incl10", "INR < 1.5 ULN, or stable on warfarin/LMWH without active bleeding", of_labs.coagulation,
        ("all:LAB", "all:CM", "all:CARD"), (*_LAB, "LB-11", "LB-11 unstable", "LB-11 range"),
    ),
    Criterion(
        "incl11", "Pulmonary and cardiac function adequate for HD IL-2", of_person.heart_and_lungs, ("all:CARD",)
    ),
    Criterion(
        "incl12",
        "Women of childbearing potential: negative test before dosing, two contraceptive methods; NA otherwise",
        of_person.women, ("all:DM", "all:PREG"), ("IE-09",), by_first_dose=True, may_be_na=True,
    ),
    Criterion(
        "incl13", "Men not sterile: adequate contraception; NA otherwise", of_person.men, ("all:DM",), ("IE-09",),
        may_be_na=True,
    ),
    Criterion(
        "incl14", "Prior-treatment toxicities grade <= 1 (except e.g. alopecia, vitiligo)",
        of_disease.residual_toxicity, ("all:MH", "all:MHYN"),
    ),
    Criterion("excl01", "Active infection needing systemic therapy", of_history.infection, ("all:CM",), ("IE-06",)),
    Criterion(
        "excl02", "Pregnant or breastfeeding", of_person.pregnancy, ("all:DM", "all:PREG"), by_first_dose=True
    ),
    Criterion(
        "excl03", "Second active malignancy within 5 years (listed exceptions)", of_history.malignancy, ("all:MH",),
        ("IE-06",),
    ),
    Criterion(
        "excl04", "Active symptomatic CNS metastases (treated or asymptomatic allowed)", of_disease.brain_metastases,
        ("all:DH",), ("DH-04",),
    ),
    Criterion(
        "excl05", "Surgery within 4 weeks before study treatment (minor excepted)", of_history.surgery,
        ("all:PR", "all:PRYN"), ("IE-07",), by_first_dose=True,
    ),
    Criterion(
        "excl06", "Uncontrolled hypertension (> 160 or > 100 mmHg for > 4 weeks)", of_person.hypertension,
        ("all:CARD", "all:VS"),
    ),
    Criterion(
        "excl07", "Serious or non-healing wound, ulcer, fracture within 28 d before treatment", of_history.wound,
        ("all:MH",), ("IE-06",), by_first_dose=True,
    ),
    Criterion(
        "excl08", "Arterial thromboembolic event within 6 months before treatment", of_history.arterial_event,
        ("all:MH",), ("IE-06",), by_first_dose=True,
    ),
    Criterion("excl09", "Any condition that may jeopardise safety or compliance", of_person.any_condition),
    Criterion(
        "excl10", "Mental or medical condition preventing consent or participation", of_person.mental_condition,
        ("all:IC",),
    ),
    Criterion(
        "excl11", "Known hypersensitivity to nivolumab, IL-2 or components", of_history.hypersensitivity, ("all:MH",),
        ("IE-06",),
    ),
    Criterion("excl12", "Known history of active tuberculosis", of_history.tuberculosis, ("all:MH",), ("IE-06",)),
    Criterion(
        "excl13", "Systemic steroid > 10 mg/day prednisone", of_history.steroids, ("all:CM", "all:CMYN"),
        by_first_dose=True,
    ),
    Criterion(
        "excl14", "Active autoimmune disease needing treatment, or immunosuppressants (steroid >= 10 mg)",
        of_history.autoimmune_disease, ("all:MH", "all:CM"), ("IE-06",), by_first_dose=True,
    ),
    Criterion(
        "excl15", "Investigational agent within 21 d before treatment, or not recovered (anti-PD-1 excepted)",
        of_disease.investigational_agent, ("all:DH",), ("IE-08", "IE-08 state"), by_first_dose=True,
    ),
)  # fmt: skip

#: The messages of the questions by name; the name begins with the id of the check.
QUESTIONS: Mapping[str, str] = {
    "IE-02": "Longest anti-PD-1 exposure is {n} days ({first} to {last}); at least 42 (6 weeks) expected. "
    "If the dosing interval counts, explain.",
    "IE-04": "Last dose {x} is before {limit} (6 months before registration {reg}).",
    "IE-05": "ECOG {g} on {date}: 0 or 1 within 28 days before {reg} expected.",
    "IE-06": "{criterion} answered 'no', but {form} line {n} says {text}, {dates}. Correct one of them, "
    "or say why both hold.",
    "IE-07": "Surgery '{t}' on {x} is {n} days before first dose; 28 expected unless minor.",
    "IE-08": "{agent} stopped {n} days before first dose; 21 expected.",
    "IE-08 state": "{agent} {state}; 21 days without it and recovery are expected before the first dose.",
    "IE-09": "Contraception is recorded as not agreed / not applicable for a participant it applies to.",
    "DH-04": "Brain metastasis is marked {status}, symptomatic {symptoms}; exclusion 4 is answered {a}.",
    "LB-04": "{test} is needed for inclusion {k} and has no result between {first} and {last}.",
    "LB-07": "Total bilirubin {x} is {r} x ULN, direct {y}: expected total <= 1.5 x ULN, or direct <= ULN, "
    "or Gilbert with total < 3.0 mg/dL.",
    "LB-08": "{test} is {r} x ULN; limit {limit} (liver metastases: {liver}).",
    "LB-09": "Creatinine {x} mg/dL is above 1.5 and eGFR is {e} (50 expected).",
    "LB-09 both": "eGFR is {e} mL/min/1.73 m2 but {d} mL/min at {area} m2: one of them is below 50. The indexed value "
    "decides; say whether it should.",
    "LB-10": "{test} {x} is below {limit}, required within 28 days before registration.",
    "LB-11": "INR {x} is {r} x ULN (must be below 1.5) and no anticoagulant is recorded.",
    "LB-11 unstable": "INR {x} is {r} x ULN (must be below 1.5) and anticoagulation is not recorded as stable.",
    "LB-11 range": "The upper limit of INR is {uln}; that of an untreated person is at most 1.3. Is it a target range?",
    "LB-12": "{test} {x} is {n} days before registration; 28 is the limit. Enter a newer result.",
}


def get_criterion(code: str) -> Criterion:
    """The criterion of a code; raises KeyError for an unknown one."""
    return {criterion.code: criterion for criterion in CRITERIA}[code]


def judge_as_planned(
    criterion: Criterion, planned: dt.date | None, assessed: dt.date | None, *rest: object
) -> Judgement:
    """The judgement by the dates of the form: planned first dose, and the date of the form as that of registration."""
    consent, _, _, *records = rest
    return criterion.judge(Anchors(assessed, planned, consent), *records)  # type: ignore[arg-type]


def judge(criterion: Criterion, planned: dt.date | None, assessed: dt.date | None, *rest: object) -> Judgement:
    """The judgement that stands: by the real dates once they are known, where those lead to another result (A5).

    While the result is the same, the evidence stays what the investigator signed.
    """
    first = judge_as_planned(criterion, planned, assessed, *rest)
    consent, registered, c1d1, *records = rest
    if registered is None and c1d1 is None:
        return first
    real = Anchors(registered or assessed, c1d1 or planned, consent)  # type: ignore[arg-type]
    second = criterion.judge(real, *records)
    return first if second.result == first.result else second


def is_fulfilled(form: Row, criterion: Criterion) -> bool | None:
    """Whether the investigator's answer lets the participant enter; None while there is none."""
    answer = form.value(criterion.code)
    return None if answer is None else answer in criterion.fulfilled


def open_criteria(form: Row) -> list[Criterion]:
    """The criteria that stand against registration: no answer, or unmet without a waiver."""
    return [
        criterion
        for criterion in CRITERIA
        if not is_fulfilled(form, criterion)
        and (form.value(criterion.code) is None or not form.value(criterion.code + WAIVER))
    ]


def open_words(form: Row) -> list[str]:
    """What stands against registration, in words: the criteria without an answer together, the unmet one by one."""
    unanswered = [criterion for criterion in open_criteria(form) if is_fulfilled(form, criterion) is None]
    unmet = [criterion for criterion in open_criteria(form) if is_fulfilled(form, criterion) is False]
    words = [f"{_names(unanswered)} not answered"] if unanswered else []
    return words + [f"{criterion.name.lower()} is not met and has no waiver" for criterion in unmet]


def _names(criteria: Sequence[Criterion]) -> str:
    if len(criteria) > MOST_NAMED:
        return f"{len(criteria)} criteria are"
    return f"{', '.join(criterion.name.lower() for criterion in criteria)} {'is' if len(criteria) == 1 else 'are'}"


def is_acknowledged(form: Row, criterion: Criterion, judgement: Judgement) -> bool:
    """Whether data and investigator agree that the criterion is not met: then nothing is left to ask."""
    return judgement.result == NOT_MET and form.value(criterion.code) == criterion.unfulfilled
