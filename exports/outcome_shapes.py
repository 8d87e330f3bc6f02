"""What the tables and figures of the outcomes show: plain values, without a database and without a drawing library."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from forms.derive.kaplan_meier import KaplanMeier

RESPONSE, PROGRESSION, NIVOLUMAB, ADMISSION, DEATH = "response", "progression", "nivolumab", "admission", "death"
GIVEN, HELD, NOT_REACHED = "GIVEN", "HELD", "NOT_REACHED"

Cell = str | int | Decimal | dt.date | None


@dataclass(frozen=True)
class Bar:
    """A participant of the waterfall: lowest change of the sum from baseline in percent, and the best response.

    `is_confirmed` is false where a CR or PR was seen that no later scan confirmed, whatever the best response is then.
    """

    subject: str
    change: Decimal
    response: str
    is_confirmed: bool


@dataclass(frozen=True)
class Mark:
    """Something that happened to a participant, weeks after the first dose; `kind` is one of the constants above."""

    week: Decimal
    kind: str


@dataclass(frozen=True)
class Lane:
    """A participant of the swimmer: weeks followed since the first dose, what happened, and whether it goes on."""

    subject: str
    weeks: Decimal
    response: str
    marks: tuple[Mark, ...]
    is_ongoing: bool


@dataclass(frozen=True)
class Track:
    """A participant of the spider: change of the sum from baseline in percent at each assessment, in weeks."""

    subject: str
    response: str
    points: tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve over months, by what it is of ("Progression-free survival, all treated")."""

    name: str
    estimate: KaplanMeier
    landmarks: tuple[Decimal, ...]


@dataclass(frozen=True)
class Toxicity:
    """A term or class of adverse events: how many participants had each highest grade, of how many treated.

    A term names its class in `of_class`; `ungraded` had the event without a known grade.
    """

    name: str
    is_class: bool
    by_grade: tuple[int, int, int, int, int]
    treated: int
    of_class: str = ""
    ungraded: int = 0

    @property
    def any_grade(self) -> int:
        """How many participants had it at all."""
        return sum(self.by_grade) + self.ungraded

    @property
    def severe(self) -> int:
        """How many had it with grade 3 or more."""
        return sum(self.by_grade[2:])


@dataclass(frozen=True)
class DoseCell:
    """A dose slot of the heat map; `reason` is why a dose was held."""

    subject: str
    course: int
    admission: int
    slot: int
    state: str
    reason: str = ""


@dataclass(frozen=True)
class OutcomeTable:
    """A table that page, CSV and PDF show alike: `key` names its file; `notes` say how its numbers came about.

    A cell is text, a whole number, a Decimal as it is to be shown, a date, or None.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class About:
    """What every figure and table carries: of which data, which participants, by which settings.

    `source` is "now", "as of" or "release", `name` that of the release. `seal` is the mark of the newest seal that
    covers the data, `unlocked` how many of the participants are not locked. `settings` are the rules by name.
    """

    source: str
    name: str
    moment: dt.datetime
    cutoff: dt.date
    analysis_set: str
    participants: int
    treated: int
    in_set: int
    tumour_type: str
    open_queries: int
    unlocked: int
    seal: str
    settings: tuple[tuple[str, str], ...]

    @property
    def is_locked(self) -> bool:
        """Whether every participant in the data is locked."""
        return self.unlocked == 0 and self.participants > 0


@dataclass(frozen=True)
class Outcomes:
    """Everything that is said about the outcomes of one set of data."""

    about: About
    bars: tuple[Bar, ...]
    lanes: tuple[Lane, ...]
    tracks: tuple[Track, ...]
    curves: tuple[Curve, ...]
    toxicities: tuple[Toxicity, ...]
    doses: tuple[DoseCell, ...]
    tables: tuple[OutcomeTable, ...]
