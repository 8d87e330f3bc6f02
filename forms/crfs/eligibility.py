"""Eligibility (SDTM IE): the investigator's answer to each criterion beside what the data say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from forms import schedule
from forms.codelists import LISTS
from forms.conditions import both, either, when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive.eligibility import MET, NOT_MET, Evidence
from forms.eligibility import (
    COMMENT,
    CRITERIA,
    EVIDENCE,
    QUESTIONS,
    RESULT,
    WAIVER,
    Criterion,
    is_acknowledged,
    is_fulfilled,
    judge,
    judge_as_planned,
)
from forms.items import Choice, Date, Integer, Item, Text, YesNo
from forms.views import Record, VisitView

ANSWERS = tuple(criterion.code for criterion in CRITERIA)


def _items_of(criterion: Criterion) -> Iterator[tuple[str, Item]]:
    """The answer, what the data say, and what an answer that differs or is unmet needs."""
    code, name = criterion.code, criterion.name
    unmet = when(code, criterion.unfulfilled)
    contradicted = both(when(code, *criterion.fulfilled), when(code + RESULT, NOT_MET))
    allowed = ("Y", "N", "NA") if criterion.may_be_na else ("Y", "N")
    yield code, YesNo(
        f"{name}: {criterion.words}", required=True, subset=allowed, assess=True,
        sdtm=f"IE.IEORRES; IETESTCD={criterion.test_code}", cdash="IEORRES",
    )  # fmt: skip
    yield code + RESULT, Choice(f"{name}: automatic result", "AUTORES", derived=True)
    yield code + EVIDENCE, Text(f"{name}: evidence", 1000, derived=True)
    yield code + COMMENT, Text(
        f"{name}: comment", 500, lines=2, required=True, visible_if=either(unmet, contradicted), assess=True,
        sdtm="CO.COVAL",
    )  # fmt: skip
    yield code + WAIVER, Text(
        f"{name}: reference of the waiver", 40, visible_if=unmet, assess=True, sdtm="SUPPIE.IEWAIVER"
    )


def _rules_of(criterion: Criterion) -> Iterator[tuple[str, Any]]:
    """The derivations and checks of a criterion, under names of their own in the class."""
    code, inputs = criterion.code, " ".join(criterion.inputs())

    def derive_result(*given: Any) -> str:
        return judge(criterion, *given).result

    def derive_evidence(*given: Any) -> str:
        return judge(criterion, *given).evidence.text

    yield f"derive_{code}_result", derive(f"IE-{criterion.test_code}", code + RESULT, on=inputs)(derive_result)
    yield f"derive_{code}_evidence", derive(f"IE-{criterion.test_code}", code + EVIDENCE, on=inputs)(derive_evidence)
    for question in criterion.questions:
        declared = check(
            question.split()[0], QUESTIONS[question], on=f"self {inputs}", target=code, yields_to="IE-11"
        )
        yield f"ask_{code}_{question}", declared(_asker(criterion, question))
    if criterion.by_first_dose:
        declared = check(
            "IE-11", "First dose {x} is {n} days after registration; {criterion} now evaluates to {auto}.",
            on=f"self {inputs}", target=code,
        )  # fmt: skip
        yield f"ask_{code}_again", declared(_judged_again(criterion))
    if criterion.may_be_na:
        declared = check("IE-09", QUESTIONS["IE-09"], on=f"{code} {code}{RESULT} {code}{EVIDENCE}")
        yield f"ask_{code}_applies", declared(_applies)
    others = " ".join(dict.fromkeys([*(question.split()[0] for question in criterion.questions), "IE-11", "IE-09"]))
    declared = check(
        "IE-01", "You answered {a}; data show {auto}: {evidence}. Correct the data or explain.",
        on=f"{code} {code}{RESULT} {code}{EVIDENCE}", yields_to=others,
    )  # fmt: skip
    yield f"compare_{code}", declared(_comparer(criterion))


def _words(answer: str | None) -> str:
    return LISTS["NY"].label(answer).lower() if answer else "not yet"


def _asker(criterion: Criterion, question: str) -> Callable[..., Fail | None]:
    def ask(form: Record, *given: Any) -> Fail | None:
        judgement = judge(criterion, *given)
        if judgement.question is None or judgement.question.name != question:
            return None
        if is_acknowledged(form, criterion, judgement) or _waits(form, criterion, question):
            return None
        answer = form.value(criterion.code)
        return fail(**{"criterion": criterion.name, "a": _words(answer), **judgement.question.values})

    return ask


def _waits(form: Record, criterion: Criterion, question: str) -> bool:
    """Whether a question is about an answer that is not given yet."""
    return question in ("IE-06", "DH-04") and form.value(criterion.code) is None


def _judged_again(criterion: Criterion) -> Callable[..., Fail | None]:
    def ask(form: Record, planned: Any, assessed: Any, consent: Any, registered: Any, c1d1: Any, *records: Any) -> Any:
        if c1d1 is None or registered is None or form.value(criterion.code) is None:
            return None
        given = planned, assessed, consent, registered, c1d1, *records
        before, now = judge_as_planned(criterion, *given), judge(criterion, *given)
        if now.result != NOT_MET or before.result == NOT_MET or is_acknowledged(form, criterion, now):
            return None
        auto = criterion.result_words(now.result)
        return fail(x=c1d1, n=(c1d1 - registered).days, criterion=criterion.name.lower(), auto=auto)

    return ask


def _applies(answer: str, result: str, evidence: str) -> bool:
    """'Not applicable' is right where data say so, and left alone while they cannot tell."""
    return answer != "NA" or result != MET or Evidence.read(evidence).value == "not applicable"


def _comparer(criterion: Criterion) -> Callable[..., Fail | None]:
    def agree(answer: str, result: str, evidence: str) -> Fail | None:
        told = {MET: True, NOT_MET: False}.get(result)
        if told is None or told == (answer in criterion.fulfilled):
            return None
        auto = criterion.result_words(result)
        return fail(a=_words(answer), auto=auto, evidence=Evidence.read(evidence).sentence)

    return agree


class Eligibility(CRF, oid="IE", title="Eligibility", domain="IE", slug="eligibility"):
    """One answer per criterion, by the investigator; registration needs this form signed.

    Criteria anchored to treatment are judged by the planned first dose, and again by the real one once it is known.
    """

    attempt = Integer("Screening attempt", derived=True, digits=1)
    planned_c1d1 = Date("Planned first dose", required=True, not_future=False)
    ie_date = Date(
        "Date of this assessment", required=True, sdtm="IE.IEDTC", cdash="IEDAT",
        help="Stands for the date of registration until the participant is registered: the 28 days count back from it.",
    )  # fmt: skip
    for _criterion in CRITERIA:
        locals().update(_items_of(_criterion))
        locals().update(_rules_of(_criterion))
    del _criterion
    eligible = YesNo("Eligible", derived=True)

    @derive("IE-ATT", "attempt", on="visit")
    def derive_attempt(visit: VisitView) -> int:
        """The number of the screening visit."""
        found = schedule.find_visit(visit.oid)
        return (found.number if found else None) or 1

    @derive("IE-ELIG", "eligible", on="self " + " ".join(f"{code}?" for code in ANSWERS))
    def derive_eligible(form: Record, *_: str | None) -> str | None:
        """Yes when every inclusion is met or rightly not applicable and every exclusion absent; no once one is not."""
        answers = [is_fulfilled(form, criterion) for criterion in CRITERIA]
        return "N" if False in answers else None if None in answers else "Y"

    @check(
        "IE-01", "Inclusion 1 is answered 'yes', but exclusion 10 says that a condition prevents consent or "
        "participation. Correct one of them, or say why both hold.", on="incl01 excl10", target="excl10",
    )  # fmt: skip
    def capacity_is_told_once(incl01: str, excl10: str) -> bool:
        """Who can consent has no condition that prevents it."""
        return (incl01, excl10) != ("Y", "Y")
