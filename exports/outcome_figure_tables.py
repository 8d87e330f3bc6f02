"""The data table of each figure: the values that it draws, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from exports.figures.curves import censorings, endpoints_of, summary
from exports.outcome_shapes import (
    HELD,
    Bar,
    Cell,
    Curve,
    DoseCell,
    Lane,
    OutcomeTable,
    Toxicity,
    Track,
)
from forms.derive.kaplan_meier import LOG_LOG, KaplanMeier, Step
from forms.derive.words import rounded

_STATES = {"GIVEN": "given", "HELD": "held", "NOT_REACHED": "not reached"}


def waterfall(bars: Sequence[Bar]) -> OutcomeTable:
    """Each bar."""
    rows = tuple((bar.subject, bar.change, bar.response, "yes" if bar.is_confirmed else "no") for bar in bars)
    notes = ("Confirmed is no where a CR or PR was seen that no later scan confirmed.",)
    columns = ("Participant", "Lowest change from baseline %", "Best response", "Confirmed")
    return OutcomeTable("figure_waterfall", "Values of the waterfall", columns, rows, notes)


def swimmer(lanes: Sequence[Lane]) -> OutcomeTable:
    """Each mark of each lane; a lane without marks has a row too."""
    columns = ("Participant", "Best response", "Weeks followed", "Goes on", "Event", "Week")
    return OutcomeTable("figure_swimmer", "Values of the swimmer", columns, tuple(_lane_rows(lanes)))


def _lane_rows(lanes: Sequence[Lane]) -> Iterator[tuple[Cell, ...]]:
    for lane in lanes:
        head = (lane.subject, lane.response, lane.weeks, "yes" if lane.is_ongoing else "no")
        yield from ((*head, mark.kind, mark.week) for mark in lane.marks)
        if not lane.marks:
            yield (*head, None, None)


def spider(tracks: Sequence[Track]) -> OutcomeTable:
    """Each point of each line."""
    columns = ("Participant", "Best response", "Week", "Change from baseline %")
    rows = tuple((one.subject, one.response, week, change) for one in tracks for week, change in one.points)
    return OutcomeTable("figure_spider", "Values of the spider", columns, rows)


def survival(curves: Sequence[Curve]) -> OutcomeTable:
    """Each step and each censoring of each curve."""
    columns = ("Curve", "Month", "At risk", "Events", "Censored", "Survival %", "Lower %", "Upper %")
    rows = tuple((curve.name, *row) for curve in curves for row in _curve_rows(curve.estimate))
    notes = ("Pointwise log-log intervals. At risk is counted just before the time.",)
    return OutcomeTable("figure_survival", "Values of the Kaplan-Meier curves", columns, rows, notes)


def _curve_rows(estimate: KaplanMeier) -> Iterator[tuple[Cell, ...]]:
    steps, censored = {step.time: step for step in estimate.steps}, censorings(estimate)
    last: Step | None = None
    for time in sorted({*steps, *censored}):
        here = steps.get(time)
        last = here or last
        survived = Decimal(last.survival.numerator) / last.survival.denominator if last else Decimal(1)
        limits = estimate.limits(last, LOG_LOG) if last else (None, None)
        yield (
            rounded(time, 2), sum(one >= time for one in estimate.times), here.events if here else 0,
            censored.get(time, 0), _percent(survived), *map(_percent, limits),
        )  # fmt: skip


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else rounded(share * 100, 1)


def adverse_events(toxicities: Sequence[Toxicity]) -> OutcomeTable:
    """Each bar with its counts by grade."""
    columns = ("Class", "Term", "Treated", "Any grade", *(f"Grade {grade}" for grade in range(1, 6)),
               "Grade not known", "Grade 3 or more")  # fmt: skip
    rows = tuple(
        (
            one.name if one.is_class else one.of_class, None if one.is_class else one.name, one.treated, one.any_grade,
            *one.by_grade, one.ungraded, one.severe,
        )
        for one in toxicities
    )  # fmt: skip
    return OutcomeTable("figure_adverse_events", "Values of the adverse events", columns, rows)


def doses(cells: Sequence[DoseCell]) -> OutcomeTable:
    """Each cell of the grid."""
    columns = ("Participant", "Course", "Admission", "Dose", "State", "Reason")
    rows = tuple(
        (
            one.subject, one.course, one.admission, one.slot, _STATES.get(one.state, one.state.lower()),
            one.reason or None,
        )
        for one in cells
    )  # fmt: skip
    return OutcomeTable("figure_doses", "Values of the dose grid", columns, rows)


# --- in words -------------------------------------------------------------------------------------------------------


def tell_waterfall(bars: Sequence[Bar]) -> str:
    """What the waterfall shows, for who does not see it."""
    shrunk = sum(bar.change <= -30 for bar in bars)
    grown = sum(bar.change >= 20 for bar in bars)
    lowest, highest = min(bar.change for bar in bars), max(bar.change for bar in bars)
    return (
        f"Bars of {len(bars)} participants, from {highest:+} % to {lowest:+} %. {shrunk} shrank by 30 % or more, "
        f"{grown} grew by 20 % or more."
    )


def tell_swimmer(lanes: Sequence[Lane]) -> str:
    """What the swimmer shows."""
    going = sum(lane.is_ongoing for lane in lanes)
    longest = max(lane.weeks for lane in lanes)
    return f"Lanes of {len(lanes)} participants, the longest of {longest} weeks; {going} go on."


def tell_spider(tracks: Sequence[Track]) -> str:
    """What the spider shows."""
    last = [track.points[-1][1] for track in tracks]
    below = sum(change <= -30 for change in last)
    return (
        f"Lines of {len(tracks)} participants with {sum(len(one.points) - 1 for one in tracks)} assessments after "
        f"baseline. At the last one {below} stood at 30 % or more below baseline."
    )


def tell_survival(curves: Sequence[Curve]) -> str:
    """What the curves show."""
    return ". ".join(f"{curve.name}: {summary(curve)}" for curve in curves) + "."


def tell_adverse_events(toxicities: Sequence[Toxicity]) -> str:
    """What the bars of adverse events show."""
    terms = sorted((one for one in toxicities if not one.is_class), key=lambda one: (-one.any_grade, one.name))
    treated = toxicities[0].treated
    named = ", ".join(f"{one.name} {one.any_grade}" for one in terms[:3])
    return f"{len(terms)} terms among {treated} treated participants, most often {named}."


def tell_doses(cells: Sequence[DoseCell]) -> str:
    """What the dose grid shows."""
    people = len({cell.subject for cell in cells})
    given, held = (sum(cell.state == state for cell in cells) for state in ("GIVEN", HELD))
    return f"{len(cells)} planned doses of {people} participants: {given} given, {held} held, the others not reached."


def endpoint(curves: Sequence[Curve], part: int) -> list[Curve]:
    """The curves of one endpoint, counted from 0."""
    return list(endpoints_of(curves).values())[part]


def endpoint_names(curves: Sequence[Curve]) -> tuple[str, ...]:
    """The endpoints, each of which is a figure."""
    return tuple(endpoints_of(curves))


