"""Response: rates with their exact intervals, best response and assessments listed, waterfall and spider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from exports.analysis_cases import Case, in_set
from exports.analysis_settings import COMPLETE_COURSE, EVALUABLE, SETS, TREATED
from exports.outcome_shapes import Bar, Cell, OutcomeTable, Track
from forms.derive.exact_interval import Proportion, response_rates
from forms.derive.recist_best import OVERALL_RESPONSES, BestResponse
from forms.derive.recist_settings import ResponseSettings
from forms.derive.words import rounded
from forms.outcome_model import Assessed

DERIVED, INVESTIGATOR = "Derived from the measurements", "Investigator's assessments"
RATES = (
    "Set", "Tumour type", "Assessed by", "n", *OVERALL_RESPONSES, "Response x", "Response %", "Response lower %",
    "Response upper %", "CR x", "CR %", "CR lower %", "CR upper %", "Disease control x", "Disease control %",
    "Disease control lower %", "Disease control upper %",
)  # fmt: skip
BEST = (
    "Participant", "Site", "Tumour type", "First dose", "Best response", "Date", "Confirmed", "Rule", "Reason",
    "Lowest change from baseline %", "Unconfirmed best response", "Best response by the investigator's assessments",
    "Best response told by the investigator", "Response-evaluable", "At least one complete course",
)  # fmt: skip
ASSESSMENTS = (
    "Participant", "Visit", "Date", "Counts on", "Day", "Derived response", "Investigator's response", "Sum mm",
    "Change from baseline %", "Change from lowest %", "Rule", "Counts for best response",
)  # fmt: skip


def all_groups(cases: Sequence[Case]) -> list[tuple[str, list[Case]]]:
    """All cases, and those of each tumour type where there are several."""
    types = sorted({case.tumour_type for case in cases if case.tumour_type})
    by_type = [(one, [case for case in cases if case.tumour_type == one]) for one in types]
    return [("All" if len(types) != 1 else types[0], list(cases)), *(by_type if len(types) > 1 else [])]


def rate_table(cases: Sequence[Case], analysis_set: str, rules: ResponseSettings) -> OutcomeTable:
    """Response, complete response and disease control of the set and by tumour type, then two sensitivities."""
    chosen = in_set(cases, analysis_set)
    other = EVALUABLE if analysis_set == TREATED else TREATED
    rows = [_rates(analysis_set, group, DERIVED, found, rules, _derived) for group, found in all_groups(chosen)]
    rows.append(_rates(analysis_set, "All", INVESTIGATOR, chosen, rules, lambda case: case.investigator))
    rows.append(_rates(other, "All", DERIVED, in_set(cases, other), rules, _derived))
    confirmed = "CR and PR are confirmed" if rules.confirm_required else "CR and PR need no confirmation"
    level = f"{rounded(rules.ci_level * 100, 0)} %"
    notes = (
        f"Best overall response by RECIST 1.1; {confirmed}. Response is CR or PR, disease control CR, PR or SD.",
        f"Exact two-sided intervals (Clopper-Pearson), {level}. Who is not evaluable counts as without response.",
    )
    return OutcomeTable("response", "Best overall response and response rates", RATES, tuple(rows), notes)


def _derived(case: Case) -> BestResponse:
    return case.best


def _rates(
    analysis_set: str, group: str, by: str, cases: Sequence[Case], rules: ResponseSettings,
    best: Callable[[Case], BestResponse],
) -> tuple[Cell, ...]:  # fmt: skip
    found = [best(case).response for case in cases]
    rates = response_rates(found, rules.ci_level)
    counts = (*(found.count(one) for one in OVERALL_RESPONSES[:-1]), _not_evaluable(found))
    shown = [_proportion(one) for one in (rates.overall, rates.complete, rates.disease_control)]
    return (SETS[analysis_set], group, by, len(found), *counts, *(cell for cells in shown for cell in cells))


def _not_evaluable(found: Sequence[str]) -> int:
    return sum(one not in OVERALL_RESPONSES[:-1] for one in found)


def _proportion(one: Proportion) -> tuple[Cell, ...]:
    if one.estimate is None:
        return one.x, None, None, None
    return one.x, percent(one.estimate), percent(one.lower), percent(one.upper)


def percent(share: Decimal) -> Decimal:
    """A share in percent to one decimal."""
    return rounded(share * 100, 1)


def best_table(cases: Iterable[Case]) -> OutcomeTable:
    """Best overall response of each participant with the rule that gave it."""
    rows = tuple(_best_row(case) for case in cases)
    return OutcomeTable("best_response", "Best overall response of each participant", BEST, rows)


def _best_row(case: Case) -> tuple[Cell, ...]:
    one, best = case.of, case.best
    confirmed = None if best.confirmed is None else "Y" if best.confirmed else "N"
    sets = ("Y" if in_set([case], name) else "N" for name in (EVALUABLE, COMPLETE_COURSE))
    return (
        one.code, one.site, case.tumour_type or None, case.first_dose, best.response, best.date, confirmed, best.rule,
        best.reason, _tenth(case.best_change), case.unconfirmed.response, case.investigator.response,
        one.investigator_best or None, *sets,
    )  # fmt: skip


def assessment_table(cases: Iterable[Case]) -> OutcomeTable:
    """Every time point after baseline, with the derived response and the investigator's."""
    rows = tuple(_assessment_row(case, one) for case in cases for one in case.until_cutoff())
    notes = ("Day is counted from the first dose, which is day 1.",)
    return OutcomeTable("assessments", "Tumour assessments", ASSESSMENTS, rows, notes)


def _assessment_row(case: Case, one: Assessed) -> tuple[Cell, ...]:
    days = (one.date - case.first_dose).days
    return (
        case.code, one.visit, one.date, one.counts_on, days + 1 if days >= 0 else days, one.derived or None,
        one.investigator or None, one.sum_mm, _tenth(one.pct_baseline), _tenth(one.pct_nadir), one.rule or None,
        "Y" if one in case.counted else "N",
    )  # fmt: skip


def _tenth(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value, 1)


def bars(cases: Iterable[Case]) -> tuple[Bar, ...]:
    """The waterfall, from the largest growth to the largest shrinkage."""
    found = [
        Bar(case.code, rounded(case.best_change, 1), case.best.response, case.is_confirmed)
        for case in cases
        if case.best_change is not None
    ]
    return tuple(sorted(found, key=lambda bar: (-bar.change, bar.subject)))


def tracks(cases: Iterable[Case]) -> tuple[Track, ...]:
    """The spider: each sum against baseline until new anticancer therapy, also after progression."""
    made = (Track(case.code, case.best.response, tuple(_points(case))) for case in cases)
    return tuple(track for track in made if len(track.points) > 1)


def _points(case: Case) -> Iterable[tuple[Decimal, Decimal]]:
    yield Decimal(0), Decimal(0)
    therapy = case.of.new_therapy
    for one in case.until_cutoff():
        is_in_time = one.date >= case.first_dose and (therapy is None or one.date <= therapy)
        if one.pct_baseline is not None and is_in_time:
            yield case.week(one.date), rounded(one.pct_baseline, 1)
