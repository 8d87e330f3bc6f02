"""Times to event: progression-free survival, duration of response and overall survival, listed and estimated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from exports.analysis_cases import Case, in_set
from exports.analysis_response import all_groups, percent
from exports.analysis_settings import COMPLETE_COURSE, SETS
from exports.outcome_shapes import Cell, Curve, OutcomeTable
from forms.derive.kaplan_meier import LOG_LOG, KaplanMeier, Limits, kaplan_meier, reverse_kaplan_meier
from forms.derive.recist_settings import ResponseSettings, days_from, months_from
from forms.derive.survival import EMA, EVENT, FDA, Outcome, one_year_status
from forms.derive.words import rounded
from forms.study import DAYS_PER_MONTH, DAYS_PER_YEAR

NOT_REACHED, NOT_ESTIMABLE = "NR", "NE"
# The rate is read at one year; the other times are sensitivities (crfs.md A15).
YEAR = DAYS_PER_YEAR.value / DAYS_PER_MONTH.value
LANDMARKS = (YEAR, YEAR * 3 / 4, YEAR * 5 / 4)
AT_RISK_EVERY = 3

Spell = tuple[dt.date, Outcome]


@dataclass(frozen=True)
class Endpoint:
    """A time to event: its code, name and style of censoring, and its start and end for a case (None: not at risk)."""

    code: str
    name: str
    style: str
    spell: Callable[[Case], Spell | None]

    @property
    def title(self) -> str:
        """The name with the style of censoring where there are two."""
        return f"{self.name} ({self.style} censoring)" if self.style else self.name


def _pfs(style: str) -> Endpoint:
    return Endpoint("PFS", "Progression-free survival", style, lambda case: (case.start, case.pfs[style]))


def _duration(style: str) -> Endpoint:
    return Endpoint("DOR", "Duration of response", style, lambda case: case.duration.get(style))


ENDPOINTS = (
    _pfs(FDA), _pfs(EMA), _duration(FDA), _duration(EMA),
    Endpoint("OS", "Overall survival", "", lambda case: (case.start, case.survival)),
)  # fmt: skip
SUMMARY = (
    "Endpoint", "Censoring", "Set", "Tumour type", "n", "Events", "Censored", "Median months", "Median lower",
    "Median upper", "Month", "At risk", "Rate %", "Rate lower %", "Rate upper %",
)  # fmt: skip
LISTING = (
    "Participant", "Site", "Tumour type", "PARAMCD", "Endpoint", "Censoring", "STARTDT", "ADT", "Days", "Months",
    "CNSR", "Kind", "Row", "EVNTDESC or CNSDTDSC", "At one year", "Completed dates",
)  # fmt: skip
STEPS = (
    "Endpoint", "Censoring", "Month", "At risk", "Events", "Survival %", "Lower %", "Upper %",
    "Greenwood standard error %",
)  # fmt: skip


def estimate(endpoint: Endpoint, cases: Sequence[Case], rules: ResponseSettings) -> KaplanMeier:
    """The Kaplan-Meier curve of an endpoint, in months."""
    return kaplan_meier(*_times(endpoint, cases, rules), rules.ci_level)


def _times(endpoint: Endpoint, cases: Sequence[Case], rules: ResponseSettings) -> tuple[list[Decimal], list[bool]]:
    spells = [found for case in cases if (found := endpoint.spell(case))]
    times = [months_from(start, end.date, rules) for start, end in spells]
    return times, [end.outcome == EVENT for _, end in spells]


def curves(cases: Sequence[Case], analysis_set: str, rules: ResponseSettings) -> tuple[Curve, ...]:
    """A curve for each endpoint that somebody is at risk for."""
    chosen = in_set(cases, analysis_set)
    found = ((one, estimate(one, chosen, rules)) for one in ENDPOINTS)
    words = SETS[analysis_set][0].lower() + SETS[analysis_set][1:]
    return tuple(
        Curve(f"{one.title}, {words}", curve, tuple(rounded(month, 1) for month in sorted(LANDMARKS)))
        for one, curve in found
        if curve.times
    )


# --- summary --------------------------------------------------------------------------------------------------------


def summary_table(cases: Sequence[Case], analysis_set: str, rules: ResponseSettings) -> OutcomeTable:
    """Events, medians and rates of each endpoint, of the set and by tumour type, and after a complete course."""
    chosen = in_set(cases, analysis_set)
    rows = [
        row
        for endpoint in ENDPOINTS
        for group, found in all_groups(chosen)
        for row in _summary_rows(endpoint, SETS[analysis_set], group, found, rules)
    ]
    if analysis_set != COMPLETE_COURSE:
        complete = in_set(cases, COMPLETE_COURSE)
        rows += _summary_rows(ENDPOINTS[0], SETS[COMPLETE_COURSE], "All", complete, rules)
    return OutcomeTable("time_to_event", "Times to event", SUMMARY, tuple(rows), _notes(chosen, rules))


def _summary_rows(
    endpoint: Endpoint, analysis_set: str, group: str, cases: Sequence[Case], rules: ResponseSettings
) -> Iterator[tuple[Cell, ...]]:
    curve = estimate(endpoint, cases, rules)
    events = sum(step.events for step in curve.steps)
    median = curve.median
    shown = (NOT_REACHED if curve.times else NOT_ESTIMABLE) if median is None else rounded(median, 1)
    head = (endpoint.name, endpoint.style or None, analysis_set, group, len(curve.times), events)
    limits = tuple(_month(limit) for limit in curve.median_limits(rules.km_ci))
    for month in LANDMARKS:
        rate = curve.at(month)
        interval = rate.loglog if rules.km_ci == LOG_LOG else rate.log
        yield (
            *head, len(curve.times) - events, shown, *limits, rounded(month, 1), rate.at_risk,
            NOT_ESTIMABLE if rate.survival is None else percent(rate.survival), *_shares(interval),
        )  # fmt: skip


def _month(value: Decimal | None) -> Cell:
    return NOT_ESTIMABLE if value is None else rounded(value, 1)


def _shares(limits: Limits) -> tuple[Cell, Cell]:
    lower, upper = (NOT_ESTIMABLE if limit is None else percent(limit) for limit in limits)
    return lower, upper


def _notes(cases: Sequence[Case], rules: ResponseSettings) -> tuple[str, ...]:
    times, events = _times(ENDPOINTS[-1], cases, rules)
    followed = reverse_kaplan_meier(times, events).median
    words = NOT_REACHED if followed is None else f"{rounded(followed, 1)} months"
    interval = "log-log" if rules.km_ci == LOG_LOG else "log"
    missed = (
        f"after {rules.missed_assessments} missed assessments of {rules.scan_interval_days} days"
        if rules.scan_interval_days is not None
        else "after missed assessments is not judged, as no interval between scans is set"
    )
    return (
        f"Kaplan-Meier estimates with {interval} intervals; months of {rules.month_days} days. {NOT_REACHED}: not "
        f"reached, {NOT_ESTIMABLE}: not estimable.",
        f"FDA censoring: at new anticancer therapy; censoring {missed}.",
        "EMA censoring: progression and death count whenever they happen.",
        f"Median follow-up (reverse Kaplan-Meier of overall survival): {words}.",
    )


# --- listings -------------------------------------------------------------------------------------------------------


def listing_table(cases: Sequence[Case], rules: ResponseSettings) -> OutcomeTable:
    """Event or censoring of each participant with its date and reason, in the columns of ADTTE."""
    rows = tuple(
        _listed(case, endpoint, spell, rules)
        for case in cases
        for endpoint in ENDPOINTS
        if (spell := endpoint.spell(case))
    )
    notes = ("CNSR 0 is an event, 1 a censoring. Row is that of the table of censoring rules.",)
    return OutcomeTable("events_and_censoring", "Events and censoring of each participant", LISTING, rows, notes)


def _listed(case: Case, endpoint: Endpoint, spell: Spell, rules: ResponseSettings) -> tuple[Cell, ...]:
    start, end = spell
    completed = "; ".join(f"{name.replace('_', ' ')} {flag}" for name, flag in sorted(case.of.completed.items()))
    return (
        case.code, case.of.site, case.tumour_type or None, endpoint.code, endpoint.name, endpoint.style or None, start,
        end.date, days_from(start, end.date, rules), rounded(months_from(start, end.date, rules), 2),
        0 if end.outcome == EVENT else 1, end.kind or None, end.row or None, end.reason,
        one_year_status(start, end, rules) if endpoint.code == "PFS" else None, completed or None,
    )  # fmt: skip


def step_table(cases: Sequence[Case], analysis_set: str, rules: ResponseSettings) -> OutcomeTable:
    """The steps of each curve with the number at risk just before."""
    chosen = in_set(cases, analysis_set)
    rows = tuple(row for endpoint in ENDPOINTS for row in _steps(endpoint, estimate(endpoint, chosen, rules), rules))
    return OutcomeTable("kaplan_meier", "Kaplan-Meier estimates at each event", STEPS, rows)


def _steps(endpoint: Endpoint, curve: KaplanMeier, rules: ResponseSettings) -> Iterator[tuple[Cell, ...]]:
    for step in curve.steps:
        survival = Decimal(step.survival.numerator) / step.survival.denominator
        error = None if step.variance_sum is None else percent(survival * step.variance_sum.sqrt())
        lower, upper = _shares(curve.limits(step, rules.km_ci))
        yield (
            endpoint.name, endpoint.style or None, rounded(step.time, 2), step.at_risk, step.events, percent(survival),
            lower, upper, error,
        )  # fmt: skip


def at_risk_table(cases: Sequence[Case], analysis_set: str, rules: ResponseSettings) -> OutcomeTable:
    """The number at risk of each endpoint, every three months until nobody is left."""
    chosen = in_set(cases, analysis_set)
    found = [(endpoint, _times(endpoint, chosen, rules)[0]) for endpoint in ENDPOINTS]
    longest = max((time for _, times in found for time in times), default=Decimal(0))
    months = range(0, int(longest) + 1, AT_RISK_EVERY)
    rows = tuple(
        (endpoint.name, endpoint.style or None, *(sum(time >= month for time in times) for month in months))
        for endpoint, times in found
    )
    columns = ("Endpoint", "Censoring", *(f"Month {month}" for month in months))
    return OutcomeTable("at_risk", "Numbers at risk", columns, rows)
