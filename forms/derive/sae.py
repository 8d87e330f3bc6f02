"""Serious adverse events: the reporting clock (DER-24), the IND safety report (21 CFR 312.32), case numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from forms.derive.ae import is_related_to_any
from forms.derive.dates import add_days, interval

INITIAL, FOLLOW_UP = "INITIAL", "FOLLOW-UP"
OPEN, MET, LATE = "OPEN", "MET", "LATE"
NO_REPORT, SEVEN_DAYS, FIFTEEN_DAYS = "NONE", "7-DAY", "15-DAY"
REPORT_DAYS = {SEVEN_DAYS: 7, FIFTEEN_DAYS: 15}


def clock_due(awareness: str, hours: int, zone: ZoneInfo) -> str:
    """When the report is due, in the site's time (DER-24); awareness without a clock time counts from midnight."""
    aware = interval(awareness).earliest.replace(tzinfo=zone)
    due = (aware.astimezone(dt.UTC) + dt.timedelta(hours=hours)).astimezone(zone)
    return due.strftime("%Y-%m-%dT%H:%M")


def hours_from(awareness: str, reported: str, zone: ZoneInfo) -> tuple[int, int]:
    """The fewest and most whole hours that can have passed from awareness to the report."""
    sent = interval(reported).earliest.replace(tzinfo=zone).astimezone(dt.UTC)
    aware = interval(awareness)
    return tuple(
        int((sent - moment.replace(tzinfo=zone).astimezone(dt.UTC)).total_seconds() // 3600)
        for moment in (aware.latest, aware.earliest)
    )  # type: ignore[return-value]


def clock_state(awareness: str, reported: str | None, hours: int, zone: ZoneInfo) -> str:
    """Open until the report is sent; then met, or late when more than the hours have passed for certain."""
    if reported is None:
        return OPEN
    latest = interval(awareness).latest.replace(tzinfo=zone).astimezone(dt.UTC) + dt.timedelta(hours=hours)
    sent = interval(reported).earliest.replace(tzinfo=zone).astimezone(dt.UTC)
    return LATE if sent > latest else MET


def ind_class(unexpected: str | None, relations: Iterable[str | None], *, is_grave: bool) -> str | None:
    """The IND safety report that the answers ask for; None while they leave it open.

    7 days: unexpected, suspected, and fatal or life-threatening; 15 days: unexpected, suspected, serious. A relation
    that the reporter or the sponsor calls possible or stronger makes the event suspected.
    """
    given = list(relations)
    if unexpected == "N" or (unexpected == "Y" and None not in given and not is_related_to_any(given)):
        return NO_REPORT
    if unexpected is None or not is_related_to_any(given, missing_counts=False):
        return None
    return SEVEN_DAYS if is_grave else FIFTEEN_DAYS


def ind_due(report: str, sponsor_aware: str) -> dt.date | None:
    """The last day of an IND safety report: calendar days after the day of the sponsor's awareness (day 0)."""
    days = REPORT_DAYS.get(report)
    return None if days is None else add_days(interval(sponsor_aware).earliest.date(), days)


@dataclass(frozen=True)
class Report:
    """One report as far as numbering needs it: uid, kind, and the events that it names."""

    uid: str
    kind: str | None
    events: frozenset[str]


@dataclass(frozen=True)
class Numbered:
    """The case that a report belongs to, and its version: 0 for the initial report, n for follow-up n."""

    case: int
    version: int


def number_reports(reports: Sequence[Report]) -> dict[str, Numbered]:
    """Case and version of each report in the order of entry.

    An initial report opens a case; a follow-up belongs to the first case that shares an event with it, else to none.
    """
    cases: list[tuple[set[str], int]] = []
    found: dict[str, Numbered] = {}
    for report in reports:
        if report.kind == INITIAL:
            cases.append((set(report.events), 0))
            found[report.uid] = Numbered(len(cases), 0)
            continue
        place = next((i for i, (events, _) in enumerate(cases) if events & report.events), None)
        if report.kind == FOLLOW_UP and place is not None:
            events, version = cases[place]
            cases[place] = (events | report.events, version + 1)
            found[report.uid] = Numbered(place + 1, version + 1)
    return found
