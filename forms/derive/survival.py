"""Progression-free survival, duration of response and overall survival (recist.md 11; DER-19, DER-20, DER-21).

Start, event and censoring are days; `recist_settings.days_from` and `months_from` turn them into times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from forms import study
from forms.derive.dates import DateLike, earliest, interval, latest
from forms.derive.recist_best import Assessment, BestResponse
from forms.derive.recist_response import CR, NON_CR_NON_PD, PD, PR, SD
from forms.derive.recist_settings import DEFAULTS, ResponseSettings, days_from

EVENT, CENSORED = "event", "censored"
ADEQUATE = (CR, PR, SD, NON_CR_NON_PD)
FDA, EMA = "FDA", "EMA"
# The situations of the table in recist.md 11, by row; its row 7 (death soon after the start) is a case of row 5.
ROWS = {
    1: "No evaluable baseline",
    2: "New anticancer therapy before PD/death",
    3: "PD or death after >= {missed} consecutive missed/inadequate scheduled assessments",
    4: "PD",
    5: "Death, no PD",
    6: "No post-baseline assessment, alive",
    8: "Otherwise (alive, lost, withdrew, cut-off)",
}


@dataclass(frozen=True)
class FollowUp:
    """What is known of a participant from the start: assessments, death, new anticancer therapy, data cut-off.

    The date of an assessment with PD is its progression date.
    """

    start: dt.date
    assessments: Sequence[Assessment] = ()
    death: dt.date | None = None
    new_therapy: dt.date | None = None
    cutoff: dt.date | None = None
    has_baseline: bool = True


@dataclass(frozen=True)
class Outcome:
    """Event or censoring, its date, the row of the table that fired and its words; `kind` of an event: PD or DEATH."""

    outcome: str
    date: dt.date
    row: int
    reason: str
    kind: str = ""


def progression_free_survival(
    given: FollowUp, settings: ResponseSettings = DEFAULTS, *, style: str = FDA
) -> Outcome:
    """The first row of the censoring table that applies; the EMA style leaves out rows 2 and 3 (recist.md 11)."""
    known = _until(given, settings)
    event = _event(known)
    if not known.has_baseline:
        return _outcome(CENSORED, known.start, 1)
    censored = _at_new_therapy(known, event, settings) or _at_gap(known, event, settings) if style == FDA else None
    return censored or event or _outcome(CENSORED, _last_adequate(known), 8 if known.assessments else 6)


def _until(given: FollowUp, settings: ResponseSettings) -> FollowUp:
    """The follow-up as it was known at the cut-off, from the start on, without what follows the first PD or death."""
    end = given.cutoff or dt.date.max
    death = given.death if given.death and given.death <= end else None
    last = min(day for day in (end, death, settings.pd_cut_date) if day)
    ordered = sorted((one for one in given.assessments if given.start <= one.date <= last), key=lambda one: one.date)
    first_pd = next((n for n, one in enumerate(ordered, 1) if one.response == PD), None)
    therapy = given.new_therapy if given.new_therapy and given.new_therapy <= end else None
    return replace(given, assessments=tuple(ordered[:first_pd]), death=death, new_therapy=therapy)


def _event(known: FollowUp) -> Outcome | None:
    progression = next((one for one in known.assessments if one.response == PD), None)
    if progression:
        return _outcome(EVENT, progression.date, 4, kind=PD)
    return _outcome(EVENT, known.death, 5, kind="DEATH") if known.death else None


def _at_new_therapy(known: FollowUp, event: Outcome | None, settings: ResponseSettings) -> Outcome | None:
    # Progression on the day of the new therapy comes first.
    therapy = known.new_therapy
    if not settings.censor_new_therapy or therapy is None or (event and event.date <= therapy):
        return None
    return _outcome(CENSORED, _last_adequate(known, therapy), 2)


def _at_gap(known: FollowUp, event: Outcome | None, settings: ResponseSettings) -> Outcome | None:
    if event is None or settings.scan_interval_days is None:
        return None
    before = _last_adequate(known)
    allowed = settings.missed_assessments * settings.scan_interval_days + settings.scan_window_days
    if (event.date - before).days <= allowed:
        return None
    return _outcome(CENSORED, before, 3, missed=settings.missed_assessments)


def _last_adequate(known: FollowUp, until: dt.date = dt.date.max) -> dt.date:
    found = [one.date for one in known.assessments if one.response in ADEQUATE and one.date <= until]
    return max(found, default=known.start)


def _outcome(outcome: str, date: dt.date, row: int, *, kind: str = "", **shown: int) -> Outcome:
    return Outcome(outcome, date, row, f"Row {row}: {ROWS[row].format(**shown)}", kind)


# --- from a response, and overall -----------------------------------------------------------------------------------


def duration_of_response(best: BestResponse, pfs: Outcome) -> tuple[dt.date, Outcome] | None:
    """Start and end of a response: its date to PD or death, censored as progression-free survival; responders only."""
    if best.response not in (CR, PR) or best.date is None:
        return None
    return best.date, replace(pfs, date=max(pfs.date, best.date))


def overall_survival(
    start: dt.date, death: dt.date | None, last_alive: dt.date | None, cutoff: dt.date | None = None
) -> Outcome:
    """Death, else censored when last known alive; who died after the cut-off was alive at it."""
    end = cutoff or dt.date.max
    if death and death <= end:
        return Outcome(EVENT, death, 0, "Death", "DEATH")
    alive = min(end, death or last_alive or start)
    return Outcome(CENSORED, alive, 0, "Alive at the cut-off" if alive == end else "Last known alive")


def one_year_status(start: dt.date, pfs: Outcome, settings: ResponseSettings = DEFAULTS) -> str:
    """EVENT, EVENT-FREE or CENSORED at day 365.25 (DER-20)."""
    days = Decimal(days_from(start, pfs.date, settings))
    if days > study.DAYS_PER_YEAR.value:
        return "EVENT-FREE"
    return "EVENT" if pfs.outcome == EVENT else "CENSORED"


# --- dates ----------------------------------------------------------------------------------------------------------


def progression_date(
    *,
    target_scans: Iterable[dt.date] = (),
    nontarget_scans: Iterable[dt.date] = (),
    new_lesions_seen: Iterable[dt.date] = (),
    target_reappeared: bool = False,
) -> dt.date | None:
    """The day of progression at a time point: the earliest of the components that prove it (recist.md 11).

    Give only scans of components with PD. Of a sum-based target PD the latest scan counts, of anything else the first;
    a new lesion counts from the scan where it was first seen.
    """
    targets = sorted(target_scans)
    sums = targets if target_reappeared else targets[-1:]
    return min([*sums, *nontarget_scans, *new_lesions_seen], default=None)


def completed_date(value: DateLike, not_before: dt.date | None = None) -> tuple[dt.date, str]:
    """The first day that a partial date can mean, never before a day known otherwise, and what was completed.

    The flag is "" for a full date, D for a completed day, M for month and day; ValueError where the known day lies
    after all that the date can mean.
    """
    if interval(value).is_day:
        return earliest(value), ""
    day = max(earliest(value), not_before or dt.date.min)
    if day > latest(value):
        raise ValueError(f"{value} lies before {not_before}, when the participant was known alive")
    return day, "M" if len(str(value)) == len("2024") else "D"
