"""What a serious event report says of its adverse events: the facts that both must share, and when they part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from forms.derive.ae import RELATIONS
from forms.derive.sae import Numbered, Report, number_reports
from forms.episodes import onset
from forms.items import Item
from forms.reading import display
from forms.views import Record

FACTS = {
    "ctcae_term": "term", "max_grade": "grade", "serious": "serious", "rel_nivolumab": "related to nivolumab",
    "rel_il2": "related to IL-2", "outcome": "outcome",
}  # fmt: skip
CRITERION_WORDS = {
    "ser_death": "death", "ser_life": "life-threatening", "ser_hosp": "hospitalisation", "ser_disab": "disability",
    "ser_cong": "congenital anomaly", "ser_mie": "medically important",
}  # fmt: skip
# Titles before a name, record numbers, and dates of birth in words.
PERSONAL = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s+[A-Z][a-z]+|\bMRN\b|\bDOB\b|\bdate of birth\b|\b\d{6,}\b|\b\d{3}-\d{2}-\d{4}\b"
)
LAST_DOSE = re.compile(r"\bdos(?:e|es|ed|ing)\b|\binfusions?\b", re.IGNORECASE)


def linked_events(report: Record, events: Iterable[Record]) -> list[Record]:
    """The adverse events that a report names, in the order of the log."""
    return [event for event in events if event.uid in (report.ae_ref or ())]


def facts_of(event: Record) -> dict[str, str]:
    """What a report says of an event, in words: term, onset, grade, seriousness, relations, outcome."""
    items = event.collection.items
    found = {words: _words(items[name], event) for name, words in FACTS.items()}
    told = [words for name, words in CRITERION_WORDS.items() if event.value(name) == "Y"]
    return {"onset": (onset(event) or "not known").replace("T", " "), **found, "criteria": ", ".join(told) or "none"}


def _words(item: Item, event: Record) -> str:
    value = event.value(item.name)
    return "not given" if value is None else display(item, value)


def snapshot(events: Iterable[Record]) -> str:
    """The facts of the events of a report as one text, a line for each event, kept when the report is sent."""
    return "\n".join(
        f"{event.number}: " + "; ".join(f"{name} {words}" for name, words in facts_of(event).items())
        for event in events
    )


def difference(sent: str, events: Sequence[Record]) -> tuple[int, str, str] | None:
    """The first event whose facts are no longer those of the report: its line, what it says now, what was sent."""
    reported = dict(line.split(": ", 1) for line in sent.splitlines())
    for event in events:
        now = snapshot([event]).split(": ", 1)[1].split("; ")
        before = reported.get(str(event.number), "").split("; ")
        if now != before:
            new, old = [f for f in now if f not in before], [f for f in before if f not in now]
            return event.number, ", ".join(new), ", ".join(old) or "nothing of it"
    return None


def numbered(reports: Iterable[Record]) -> dict[str, Numbered]:
    """Case and version of each report, removed ones included, so that numbers stay."""
    ordered = sorted(reports, key=lambda report: report.number)
    return number_reports([Report(r.uid, r.report_type, frozenset(r.ae_ref or ())) for r in ordered])


def strongest(relations: Iterable[str | None]) -> str | None:
    """The strongest of some relations; None without any."""
    given = set(relations)
    return next((relation for relation in RELATIONS if relation in given), None)


def seems_personal(text: str) -> bool:
    """Whether a text seems to hold a name or a record number."""
    return PERSONAL.search(text) is not None


def names_last_dose(text: str) -> bool:
    """Whether a narrative speaks of dosing."""
    return LAST_DOSE.search(text) is not None
