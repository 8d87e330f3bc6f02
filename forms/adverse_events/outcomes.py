"""How an adverse event ended: outcome, grade 5 and the form of the death (AE-05, AE-07)."""

from __future__ import annotations

from collections.abc import Sequence

from forms.codelists import LISTS
from forms.crf import Fail, check, fail
from forms.derive.dates import certainly_after, certainly_before
from forms.episodes import resolution
from forms.items import Choice
from forms.views import Record

OPEN_OUTCOMES = ("NOT RECOVERED/NOT RESOLVED", "RECOVERING/RESOLVING", "UNKNOWN")
CLOSED_OUTCOMES = ("RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE", "FATAL")


@check(
    "AE-05", "Outcome '{o}' does not fit ongoing = {y}, end {e}.", on="self ongoing outcome", target="outcome",
    yields_to="AE-07",
)  # fmt: skip
def outcome_fits(event: Record, ongoing: str, outcome: str) -> Fail | None:
    """Ongoing, end and outcome tell the same story."""
    if ongoing == "Y":
        fits = event.end_date is None and outcome in OPEN_OUTCOMES
    else:
        fits = outcome == "UNKNOWN" or (outcome in CLOSED_OUTCOMES and event.answer("end_date").is_given)
    words = {"Y": "yes", "N": "no"}[ongoing]
    return None if fits else fail(o=LISTS["OUT"].label(outcome), y=words, e=resolution(event) or "none")


@check("AE-07", "Grade 5 is recorded but {what} is missing or differs ({x}).", on="self max_grade")
def death_is_told_everywhere(event: Record, max_grade: str) -> Fail | None:
    """Grade 5 goes with a fatal outcome and death as a seriousness criterion."""
    if max_grade != "5":
        return None
    wrong = {"outcome": "outcome"} if _is_otherwise(event, "outcome", "FATAL") else {}
    if event.serious == "N" or _is_otherwise(event, "ser_death", "Y"):
        wrong["ser_death" if event.serious != "N" else "serious"] = "seriousness"
    shown = ", ".join(_words_of(event, name) for name in wrong)
    return fail(next(iter(wrong)), what=" and ".join(wrong.values()), x=shown) if wrong else None


@check("AE-07", "{what} says death, but the highest grade is {g}.", on="self max_grade")
def death_is_grade_five(event: Record, max_grade: str) -> Fail | None:
    """A fatal outcome or death as a criterion goes with grade 5."""
    said = [name for name, value in (("outcome", "FATAL"), ("ser_death", "Y")) if event.value(name) == value]
    if max_grade == "5" or not said:
        return None
    return fail(said[0], what=event.collection.items[said[0]].label, g=int(max_grade))


@check(
    "AE-07", "Grade 5 is recorded but {what} is missing or differs ({x}).", on="self max_grade all:DTH",
    target="end_date",
)  # fmt: skip
def death_form_agrees(event: Record, max_grade: str, deaths: Sequence[Record]) -> Fail | None:
    """A fatal event ends on the day of death, which has its form."""
    died = next((death.death_date for death in deaths if death.death_date), None)
    if max_grade != "5" or (died is None and any(death.answer("death_date").missing for death in deaths)):
        return None
    if died is None:
        return fail(what="Death form", x="not entered")
    end = event.end_date
    is_apart = end is not None and (certainly_before(end, died) or certainly_after(end, died))
    return fail(what="date of death", x=f"death {died}, end of the event {end}") if is_apart else None


@check(
    "AE-07", "The Death form names this event as fatal, but its highest grade is {g}.", on="self max_grade all:DTH",
    target="max_grade",
)  # fmt: skip
def fatal_event_is_grade_five(event: Record, max_grade: str, deaths: Sequence[Record]) -> Fail | None:
    """The event that the death form names has grade 5."""
    is_named = any(death.ae_ref == event.uid for death in deaths)
    return fail(g=int(max_grade)) if is_named and max_grade != "5" else None


def _is_otherwise(event: Record, name: str, value: str) -> bool:
    """Whether an item was answered, or marked missing, in another way than expected; blanks are GEN-04's."""
    return event.answer(name).is_given and event.value(name) != value


def _words_of(event: Record, name: str) -> str:
    item, value = event.collection.items[name], event.value(name)
    assert isinstance(item, Choice)
    return item.codelist.label(value) if value else "blank"
