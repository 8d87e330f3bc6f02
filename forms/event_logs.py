"""Which form is the log of adverse events, and what its screens show: no screen names a drug or a dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms import study
from forms.adverse_events.outcomes import OPEN_OUTCOMES
from forms.adverse_events.seriousness import CRITERIA
from forms.crf import CRF, Group
from forms.crfs.adverse_events import AdverseEvents
from forms.crfs.any_adverse_events import AnyAdverseEvents
from forms.dictionaries.ctcae import GRADE_MEANINGS, Term, find_term
from forms.views import Record, Row


@dataclass(frozen=True)
class Drug:
    """One study drug with the items that say how an event relates to it and what was done with it."""

    name: str
    relation: str
    action: str


@dataclass(frozen=True)
class EventLog:
    """The CRF of an adverse event, the CRF of the answer 'none occurred', and the items its screens are made of.

    `first`, `course` and `care` are the items of three parts of the form in their order; the grades, the seriousness
    criteria and the drugs have parts of their own.
    """

    crf: type[CRF]
    any_crf: type[CRF]
    any_item: str
    grades: type[Group]
    grade: str
    grade_from: tuple[str, str]
    highest: str
    words: str
    term: str
    start: tuple[str, str]
    end: tuple[str, str]
    ongoing: str
    serious: str
    criteria: tuple[str, ...]
    drugs: tuple[Drug, ...]
    assessment: tuple[str, ...]
    outcome: str
    links: str
    first: tuple[str, ...]
    course: tuple[str, ...]
    care: tuple[str, ...]
    sponsors: tuple[str, ...]
    severe_from: int
    hours_to_report: int
    open_outcomes: tuple[str, ...]

    def term_of(self, name: str | None) -> Term | None:
        """The dictionary's term of a name."""
        return find_term(name) if name else None

    def grades_of(self, record: Record) -> list[Row]:
        """The history of the grades in order."""
        return record.rows(self.grades.oid)

    def grade_now(self, record: Record) -> str | None:
        """The grade of the last line of the history."""
        return next((r.value(self.grade) for r in reversed(self.grades_of(record)) if r.value(self.grade)), None)

    def is_open(self, record: Record) -> bool:
        """Whether the event goes on, or nobody said that it ended."""
        return bool(record.value(self.ongoing) != "N" or record.value(self.outcome) in self.open_outcomes)

    def is_severe(self, record: Record) -> bool:
        """Whether the event reached the grade from which it is called severe."""
        highest = record.value(self.highest)
        return highest is not None and int(highest) >= self.severe_from


def grade_options(term: Term | None, wording: Mapping[int, str]) -> list[tuple[str, str]]:
    """The grades that a term offers (all while none is chosen) with their wording, or what they mean in general."""
    offered = term.grades if term else tuple(GRADE_MEANINGS)
    return [(str(grade), f"{grade} - {wording.get(grade) or GRADE_MEANINGS[grade]}") for grade in offered]


CTCAE_EVENTS = EventLog(
    crf=AdverseEvents, any_crf=AnyAdverseEvents, any_item="any_ae", grades=AdverseEvents.Grade, grade="grade",
    grade_from=("from_date", "from_time"), highest="max_grade", words="verbatim", term="ctcae_term",
    start=("start_date", "start_time"), end=("end_date", "end_time"), ongoing="ongoing", serious="serious",
    criteria=CRITERIA,
    drugs=(Drug("IL-2", "rel_il2", "action_il2"), Drug("Nivolumab", "rel_nivolumab", "action_nivolumab")),
    assessment=("rel_other", "immune_related"), outcome="outcome", links="dose_links",
    first=("verbatim", "ctcae_term", "other_specify", "start_date", "start_time"),
    course=("ongoing", "end_date", "end_time", "outcome"), care=("treatment_given",),
    sponsors=("expected_nivolumab", "expected_il2"), severe_from=3,
    hours_to_report=study.SAE_CLOCK.value, open_outcomes=OPEN_OUTCOMES,
)  # fmt: skip

EVENT_LOGS: Sequence[EventLog] = (CTCAE_EVENTS,)
