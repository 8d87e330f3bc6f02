"""Made-up adverse events: those for which doses were held, the usual ones of IL-2, laboratory and immune events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from edc.demo.dosing import Admission, Hold
from edc.demo.entry import INVESTIGATOR, Page

#: What nobody knows on the first day of a serious event.
KNOWN_AT_END = frozenset({"ongoing", "end_date", "end_time", "outcome"})
RECOVERED, NOT_RECOVERED = "RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED"
SERIOUSNESS = ("ser_death", "ser_life", "ser_hosp", "ser_disab", "ser_cong", "ser_mie")


class Kind(NamedTuple):
    """An event as sites report it: words, CTCAE term, grades it passes through, treatment, chance in an admission."""

    words: str
    term: str
    grades: str
    treatment: str = "NONE"
    chance: float = 0.0


@dataclass(frozen=True)
class Event:
    """One episode; `held` says that a dose was held for it, `criterion` why it is serious."""

    name: str
    kind: Kind
    start: dt.datetime
    end: dt.datetime | None
    rel_il2: str = "PROBABLE"
    rel_nivolumab: str = "UNLIKELY"
    immune: str = "N"
    held: bool = False
    criterion: str = ""

    @property
    def highest(self) -> int:
        """The highest grade."""
        return max(int(grade) for grade in self.kind.grades)


HELD_FOR = {
    "HYPOTENSION": Kind("Hypotension during IL-2", "Hypotension", "23", "MEDICATION"),
    "OLIGURIA": Kind("Low urine output", "Urine output decreased", "3"),
    "TACHYCARDIA": Kind("Fast heart rate", "Sinus tachycardia", "2"),
    "HYPOXIA OR DYSPNOEA": Kind("Short of breath at rest", "Dyspnea", "23", "OTHER"),
    "MENTAL STATUS": Kind("Confused during the night", "Confusion", "2"),
}
SHOCK = Kind("Hypotension that needed vasopressors", "Hypotension", "34", "MEDICATION|ICU")
USUAL = (
    Kind("Shaking chills after the infusion", "Chills", "2", "MEDICATION", 0.5),
    Kind("Fever after the infusion", "Fever", "1", "MEDICATION", 0.25),
    Kind("Nausea", "Nausea", "1", "MEDICATION", 0.2),
    Kind("Vomiting", "Vomiting", "21", "MEDICATION", 0.15),
    Kind("Diarrhoea, watery", "Diarrhea", "2", "MEDICATION", 0.2),
    Kind("Itching of the trunk", "Pruritus", "1", "MEDICATION", 0.1),
    Kind("Swelling of both legs", "Edema limbs", "1", "NONE", 0.15),
)
LABORATORY = (
    Kind("Creatinine raised", "Creatinine increased", "2", "NONE", 0.22),
    Kind("Platelets low", "Platelet count decreased", "3", "NONE", 0.22),
    Kind("Bilirubin raised", "Blood bilirubin increased", "3", "NONE", 0.22),
)
IMMUNE = (
    Kind("Rash on arms and trunk", "Rash maculo-papular", "12", "MEDICATION"),
    Kind("Underactive thyroid", "Hypothyroidism", "2", "MEDICATION"),
    Kind("White patches of the skin", "Skin hypopigmentation", "1"),
    Kind("Painful joints", "Arthralgia", "1", "MEDICATION"),
)
COLITIS = Kind("Loose stools several times a day, colitis on endoscopy", "Colitis", "23", "MEDICATION")


def held_events(stay: Admission) -> list[Event]:
    """The events for which slots were held, begun some hours before the first such slot."""
    return [_held(stay, hold) for hold in stay.holds]


def _held(stay: Admission, hold: Hold) -> Event:
    kind = HELD_FOR[hold.reason]
    start = stay.planned(hold.slots[0]) - dt.timedelta(hours=3, minutes=20)
    end = stay.planned(hold.slots[-1]) + dt.timedelta(hours=26, minutes=10)
    return Event(f"{stay.visit}/AE/{kind.term}", kind, start, end, rel_il2="DEFINITE", held=True)


def as_shock(stay: Admission, event: Event) -> Event:
    """The same event grown life-threatening: vasopressors in intensive care."""
    name = f"{stay.visit}/AE/{SHOCK.term}"
    return replace(event, name=name, kind=SHOCK, end=event.start + dt.timedelta(hours=60), criterion="ser_life")


def usual_events(rng: Random, stay: Admission) -> list[Event]:
    """The events that come with the infusions and clear within days."""
    found = []
    for kind in USUAL:
        if rng.random() < kind.chance:
            start = stay.planned(rng.choice((1, 1, 2, 3))) + dt.timedelta(minutes=rng.randrange(70, 170))
            end = start + dt.timedelta(hours=rng.randrange(20, 90))
            found.append(Event(f"{stay.visit}/AE/{kind.term}", kind, start, end, rel_il2="DEFINITE"))
    return found


def laboratory_events(rng: Random, stay: Admission, sampled: dt.datetime) -> list[Event]:
    """The events that a sample of the stay shows, until some days after discharge."""
    found = []
    for kind in LABORATORY:
        if rng.random() < kind.chance:
            end = stay.discharged + dt.timedelta(days=rng.randrange(2, 6))
            found.append(Event(f"{stay.visit}/AE/{kind.term}", kind, sampled, end, rel_il2="PROBABLE"))
    return found


def immune_event(rng: Random, course: int, from_day: dt.date, kind: Kind | None = None) -> Event:
    """An event of the weeks after treatment that is ascribed to the immune system."""
    kind = kind or rng.choice(IMMUNE)
    start = dt.datetime.combine(from_day + dt.timedelta(days=rng.randrange(3, 15)), dt.time(9, 0))
    end = None if kind.term in ("Hypothyroidism", "Skin hypopigmentation") else start + dt.timedelta(days=18)
    return Event(f"C{course}/AE/{kind.term}", kind, start, end, "POSSIBLE", "PROBABLE", "Y")


def report_page(event: Event) -> Page:
    """What the coordinator reports; causality and action follow when the doses are known."""
    typed = {
        "verbatim": event.kind.words, "ctcae_term": event.kind.term, "start_date": f"{event.start:%Y-%m-%d}",
        "start_time": f"{event.start:%H:%M}", "ongoing": "N" if event.end else "Y",
        "action_nivolumab": "DOSE NOT CHANGED", "action_il2": "DRUG INTERRUPTED" if event.held else "DOSE NOT CHANGED",
        **({} if event.criterion else {"serious": "N"}),
        "treatment_given": event.kind.treatment, "outcome": RECOVERED if event.end else NOT_RECOVERED,
    }  # fmt: skip
    if event.end:
        typed |= {"end_date": f"{event.end:%Y-%m-%d}", "end_time": f"{event.end:%H:%M}"}
    return Page(event.name, "AE", typed, {"GRADE": _grades(event)}, complete=False)


def _grades(event: Event) -> Sequence[dict[str, str]]:
    rows, moment = [], event.start
    for grade in event.kind.grades:
        rows.append({"from_date": f"{moment:%Y-%m-%d}", "from_time": f"{moment:%H:%M}", "grade": grade})
        moment += dt.timedelta(hours=2)
    return rows


def end_page(event: Event) -> Page:
    """What the coordinator adds to an event that was told on its first day."""
    whole = report_page(event)
    return replace(whole, typed={name: text for name, text in whole.typed.items() if name in KNOWN_AT_END}, rows={})


def assessment_page(event: Event, *, complete: bool = True) -> Page:
    """What the investigator adds."""
    typed = {"rel_nivolumab": event.rel_nivolumab, "rel_il2": event.rel_il2, "immune_related": event.immune}
    if event.criterion:
        typed |= {"serious": "Y", **{name: "Y" if name == event.criterion else "N" for name in SERIOUSNESS}}
    return Page(event.name, "AE", typed, by=INVESTIGATOR, complete=complete)
