"""One line of the log of adverse events: its words and term, its dates, its treatment, its neighbours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from forms.checks import DOUBLE, earlier_twin
from forms.crf import Fail, check, fail
from forms.derive.dates import certainly_before, days_between, earliest
from forms.dictionaries.ctcae import find_term
from forms.dictionaries.synonyms import terms_by_word
from forms.episodes import certainly_overlap, onset, resolution
from forms.treatments import is_treated
from forms.views import Record

ABBREVIATION = re.compile(r"[A-Z][A-Z0-9]{1,5}")


@check("AE-01", "One event per line: '{verbatim}' looks like two.", on="verbatim", severity="N")
def is_one_event(verbatim: str) -> bool:
    """The words name one event."""
    return find_term(verbatim) is not None or not re.search(r"\sand\s|[/;]", verbatim, re.IGNORECASE)


@check("AE-01", "'{verbatim}' is an abbreviation: write the event in words.", on="verbatim", severity="N")
def is_in_words(verbatim: str) -> bool:
    """The event is not a bare abbreviation."""
    return not ABBREVIATION.fullmatch(verbatim)


@check(
    "AE-03", "Onset {x} is before consent {c}: record it as medical history.",
    on="self start_date subject.consent_date", target="start_date",
)  # fmt: skip
def begins_after_consent(event: Record, _: str, consent: dt.date) -> Fail | None:
    """The event began on or after the day of consent."""
    start = onset(event)
    assert start
    return fail(x=start, c=consent) if certainly_before(start, consent) else None


@check(
    "AE-03", "Onset {x} is before the first dose {c}: only a serious or procedure-related event belongs here.",
    on="self start_date subject.consent_date subject.c1d1 serious", target="start_date",
)  # fmt: skip
def begins_after_first_dose(
    event: Record, _: str, consent: dt.date, c1d1: dt.date, serious: str
) -> Fail | None:
    """Between consent and first dose only serious or procedure-related events are adverse events."""
    start = onset(event)
    assert start
    if serious == "Y" or event.rel_other == "PROCEDURE" or certainly_before(start, consent):
        return None
    return fail(x=start, c=c1d1) if certainly_before(start, c1d1) else None


@check("AE-04", "End {e} is before start {s}.", on="self start_date end_date", target="end_date")
def ends_after_onset(event: Record, *_: str) -> Fail | None:
    """The event did not end before it began."""
    start, end = onset(event), resolution(event)
    assert start and end
    return fail(e=end, s=start) if certainly_before(end, start) else None


@check(
    "AE-14", "You recorded treatment for '{t}': no medication or procedure line covers {s} to {e}.",
    on="self start_date treatment_given all:CM all:PR now", target="treatment_given",
)  # fmt: skip
def treatment_is_listed(
    event: Record, _: str, given: tuple[str, ...], medications: Sequence[Record], procedures: Sequence[Record],
    now: str,
) -> Fail | None:  # fmt: skip
    """A medication or procedure as treatment has a line that names the event or may have run during it."""
    start, end = onset(event), resolution(event)
    assert start
    logs = {"MEDICATION": medications, "PROCEDURE": procedures}
    if all(is_treated(event, lines, start, end or now) for kind, lines in logs.items() if kind in given):
        return None
    return fail(t=event.ctcae_term or event.verbatim or "the event", s=start, e=end or "now")


@check(
    "AE-15", "'{verbatim}' is usually coded as {suggestion} in CTCAE 5.0.", on="verbatim ctcae_term",
    target="ctcae_term",
)  # fmt: skip
def term_fits_words(verbatim: str, name: str) -> Fail | None:
    """Words that CTCAE does not use are coded by the terms that stand for them."""
    usual = [term.name for term in terms_by_word().get(" ".join(verbatim.lower().split()), ())]
    return fail(suggestion=" or ".join(usual)) if usual and name not in usual else None


@check(
    "AE-15", "Line {n} has the same term as line {m} and overlaps it.", on="self ctcae_term start_date all:AE",
    target="start_date", yields_to="GEN-06",
)  # fmt: skip
def overlaps_no_other_line(event: Record, name: str, _: str, events: Sequence[Record]) -> Fail | None:
    """The same term does not run twice at the same time."""
    before = (e for e in events if e.number < event.number and e.ctcae_term == name)
    same = (e for e in before if _specified(e) == _specified(event))
    other = next((e for e in same if certainly_overlap(e, event)), None)
    return fail(n=event.number, m=other.number) if other else None


@check("GEN-06", DOUBLE, on="self ctcae_term start_date all:AE", target="start_date")
def is_no_double(event: Record, name: str, start: str, events: Sequence[Record]) -> Fail | None:
    """Term and onset stand in one line only."""
    twin = earlier_twin(event, events, _key)
    return fail(n=event.number, m=twin.number, key=f"{name}, {start}") if twin else None


@check(
    "AE-16", "Onset is {n} days after last dose; the reporting window is {window} days.",
    on="self start_date subject.last_dose study.ae_window", severity="N", target="start_date",
)  # fmt: skip
def begins_in_window(event: Record, start: str, last_dose: dt.date, window: int) -> Fail | None:
    """After the window only serious related events are reported."""
    days = days_between(last_dose, earliest(start))
    assert days is not None
    if days <= window or event.serious is None:
        return None
    if event.serious == "Y" and event.related_any != "N":
        return None
    return fail(n=days, window=window)


def _specified(event: Record) -> str:
    return " ".join((event.other_specify or "").lower().split())


def _key(event: Record) -> tuple[str, ...] | None:
    if not event.ctcae_term or not event.start_date:
        return None
    return event.ctcae_term, _specified(event), event.start_date, event.start_time or ""
