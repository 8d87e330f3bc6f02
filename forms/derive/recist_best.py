"""Best overall response of a participant, with and without confirmation (RECIST 1.1; recist.md 9).

The responses are taken as given: a PR or SD after CR is PD only where the time point was derived so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forms.derive.recist_response import CR, NE, NON_CR_NON_PD, PD, PR, SD
from forms.derive.recist_settings import DEFAULTS, ResponseSettings

MISSING = "MISSING"
OVERALL_RESPONSES = (CR, PR, SD, NON_CR_NON_PD, PD, NE)


@dataclass(frozen=True)
class Assessment:
    """The overall response of a time point."""

    date: dt.date
    response: str


@dataclass(frozen=True)
class BestResponse:
    """The best overall response, the date that goes with it, and whether a CR or PR was confirmed (else None)."""

    response: str
    date: dt.date | None
    confirmed: bool | None
    rule: str
    reason: str


def best_response(
    assessments: Iterable[Assessment],
    start: dt.date,
    settings: ResponseSettings = DEFAULTS,
    *,
    new_therapy: dt.date | None = None,
) -> BestResponse:
    """The best overall response of the candidates: the first of the categories that one of them reaches."""
    candidates = candidate_set(assessments, start, settings, new_therapy=new_therapy)
    if not candidates:
        response = NE if settings.missing_as_ne else MISSING
        return BestResponse(response, None, None, "9 no usable assessment", "No assessment counts.")
    for category in (_response, _stable, _progressive):
        if best := category(candidates, start, settings):
            return best
    first = candidates[0]
    return BestResponse(NE, first.date, None, "9 NE", f"None of {len(candidates)} assessments counts for a response.")


def candidate_set(
    assessments: Iterable[Assessment],
    start: dt.date,
    settings: ResponseSettings = DEFAULTS,
    *,
    new_therapy: dt.date | None = None,
) -> list[Assessment]:
    """The assessments that count, by date: from the start up to the first PD and not past new anticancer therapy.

    A scan on the day of the new therapy still counts, as a PD on that day does for progression-free survival.
    """
    ends = [day for day in (settings.pd_cut_date, new_therapy if settings.bor_stop_at_new_therapy else None) if day]
    ordered = sorted((one for one in assessments if one.date >= start), key=lambda one: one.date)
    counting = [one for one in ordered if all(one.date <= end for end in ends)]
    return counting[: next((n for n, one in enumerate(counting, 1) if one.response == PD), None)]


# --- CR and PR ------------------------------------------------------------------------------------------------------


def _response(candidates: Sequence[Assessment], start: dt.date, settings: ResponseSettings) -> BestResponse | None:
    for kind in (CR, PR):
        pair = confirmed_pair(kind, candidates, settings)
        if settings.confirm_required:
            if pair:
                return BestResponse(kind, pair[0].date, True, f"9 confirmed {kind}", _confirmation(kind, pair))
        elif first := _first(candidates, kind):
            words = _confirmation(kind, pair) if pair else f"{kind} on {first.date}, not confirmed."
            return BestResponse(kind, first.date, pair is not None, f"9 {kind}", words)
    return None


def confirmed_pair(
    kind: str, candidates: Sequence[Assessment], settings: ResponseSettings = DEFAULTS
) -> tuple[Assessment, Assessment] | None:
    """The first CR or PR with the assessment that confirms it; one that is too early is passed over for later ones."""
    for n, first in enumerate(candidates):
        for m in range(n + 1, len(candidates)):
            if first.response == kind and _confirms(kind, candidates[n : m + 1], settings):
                return first, candidates[m]
    return None


def _confirms(kind: str, stretch: Sequence[Assessment], settings: ResponseSettings) -> bool:
    responses = [one.response for one in stretch]
    between = responses[1:-1]
    if (stretch[-1].date - stretch[0].date).days < settings.confirm_days or between.count(NE) > settings.max_ne:
        return False
    if kind == CR:
        return responses[-1] == CR and set(between) <= {CR, NE}
    return (
        responses[-1] in (PR, CR)
        and set(between) <= {CR, PR, NE, SD}
        and between.count(SD) <= settings.sd_between_pr
        and not _pr_after_cr(responses)
    )


def _pr_after_cr(responses: Sequence[str]) -> bool:
    return CR in responses and PR in responses[responses.index(CR) :]


def _confirmation(kind: str, pair: tuple[Assessment, Assessment]) -> str:
    first, second = pair
    days = (second.date - first.date).days
    return f"{kind} on {first.date}, confirmed by {second.response} on {second.date}, {days} days later."


# --- what remains ---------------------------------------------------------------------------------------------------


def _stable(candidates: Sequence[Assessment], start: dt.date, settings: ResponseSettings) -> BestResponse | None:
    # Without confirmation no CR or PR is left here: each would have been the best response.
    for kind, counting in ((SD, (CR, PR, SD)), (NON_CR_NON_PD, (NON_CR_NON_PD,))):
        late = [one for one in candidates if (one.date - start).days >= settings.sd_min_days]
        if first := _first(late, *counting):
            days = (first.date - start).days
            words = f"{first.response} on {first.date}, {days} days after the start (at least {settings.sd_min_days})."
            return BestResponse(kind, first.date, None, f"9 {kind}", words)
    return None


def _progressive(candidates: Sequence[Assessment], start: dt.date, settings: ResponseSettings) -> BestResponse | None:
    first = _first(candidates, PD)
    if first is None:
        return None
    return BestResponse(PD, first.date, None, "9 PD", f"PD on {first.date}, nothing better before.")


def _first(candidates: Iterable[Assessment], *responses: str) -> Assessment | None:
    return next((one for one in candidates if one.response in responses), None)
