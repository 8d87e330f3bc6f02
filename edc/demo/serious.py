"""Reports of a serious event: the first within 24 hours, and a follow-up when it is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from edc.demo import events
from edc.demo.entry import INVESTIGATOR, Page, SentReport, Step
from edc.demo.events import Event

KNOWN_AFTER, SENT_AFTER = dt.timedelta(hours=2), dt.timedelta(hours=19)
FIRST_NEWS = (
    "{words} began on {start:%d %b %Y} at {start:%H:%M}, some hours after a dose of IL-2 in the first admission. "
    "Fluids did not help; the participant was moved to intensive care and is given phenylephrine. The next doses are "
    "held. No fever, cultures taken. It goes on at the time of this report."
)
END_OF_IT = (
    "{words}, reported before. The vasopressor was stopped on {end:%d %b %Y} and blood pressure stayed normal without "
    "support. IL-2 was not given again in this admission; the last dose was that before the event. Cultures stayed "
    "negative. The participant went back to the ward the same day and recovered without sequelae."
)


def first_news(event: Event) -> Iterator[Step]:
    """The event as it is known on its first day, and the report of it."""
    whole = events.report_page(event)
    known = {name: text for name, text in whole.typed.items() if name not in events.KNOWN_AT_END}
    yield replace(whole, typed=known)
    yield _report(event, "INITIAL", FIRST_NEWS, event.start + KNOWN_AFTER)
    yield events.assessment_page(event, complete=False)
    yield _causality(event, "INITIAL")
    yield SentReport(_name(event, "INITIAL"), event.start + SENT_AFTER)


def follow_up(event: Event) -> Page:
    """The second report, begun when the event is over."""
    assert event.end
    return _report(event, "FOLLOW-UP", END_OF_IT, event.end + KNOWN_AFTER)


def follow_up_sent(event: Event) -> Iterator[Step]:
    """The second report, on its way."""
    assert event.end
    yield _causality(event, "FOLLOW-UP")
    yield SentReport(_name(event, "FOLLOW-UP"), event.end + SENT_AFTER)


def _name(event: Event, kind: str) -> str:
    return f"SAE/{event.name}/{kind}"


def _report(event: Event, kind: str, narrative: str, aware: dt.datetime) -> Page:
    typed = {
        "ae_ref": f"@{event.name}", "report_type": kind, "awareness_dt": f"{aware:%Y-%m-%d %H:%M}",
        "narrative": narrative.format(words=event.kind.words, start=event.start, end=event.end),
    }  # fmt: skip
    return Page(_name(event, kind), "SAE", typed, complete=False)


def _causality(event: Event, kind: str) -> Page:
    typed = {"rel_reporter_nivo": event.rel_nivolumab, "rel_reporter_il2": event.rel_il2}
    return Page(_name(event, kind), "SAE", typed, by=INVESTIGATOR)
