"""The page of one adverse event: its parts around the general form page, and the history of its grades in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flask import request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from edc.adverse_events import terms
from edc.adverse_events.from_results import ResultOffer, asked_result, find_offer
from edc.records.form_page import OpenForm, form_url, render_form, url_of_record
from edc.records.page_views import GroupView, ItemView, RowView
from edc.records.tables import CRF_TABLES
from edc.study.ctcae_wording import look_up
from forms import episodes
from forms.dictionaries.ctcae import Term
from forms.dictionaries.synonyms import suggest
from forms.event_logs import Drug, EventLog, grade_options
from forms.items import Choice
from forms.reading import display
from forms.views import Record

MOST_SUGGESTIONS = 5


@dataclass(frozen=True)
class DrugView:
    """One drug with its two questions."""

    drug: Drug
    relation: ItemView | None
    action: ItemView | None


@dataclass(frozen=True)
class Twin:
    """Another event of the participant, in case it is the same: its term, number, times and address."""

    term: str
    number: int
    start: str
    end: str
    url: str


@dataclass
class EventPage:
    """One adverse event as its template reads it."""

    log: EventLog
    items: dict[str, ItemView]
    grades: GroupView
    term: Term | None
    suggestions: list[str]
    periods: list[str]
    drugs: list[DrugView]
    twins: list[Twin]
    used: dict[str, int]
    back: str = ""
    wording_url: str = ""
    offer: ResultOffer | None = None

    @property
    def near_twins(self) -> list[Twin]:
        """The other events of the term that stands in the form."""
        return [twin for twin in self.twins if self.term is not None and twin.term == self.term.name]

    @property
    def first_grade(self) -> RowView | None:
        """The row in which the grade at onset is given, while no grade stands in the record."""
        if any(row.is_stored for row in self.grades.rows):
            return None
        return self.grades.rows[0] if self.grades.rows else self.grades.blank

    @property
    def new_grades(self) -> list[RowView]:
        """Rows for a grade that began later: those of a draft, else a blank one."""
        typed = [row for row in self.grades.rows if not row.is_stored]
        if self.first_grade is not None:
            return typed[1:]
        return typed or ([self.grades.blank] if self.grades.blank else [])

    @property
    def is_offer_taken(self) -> bool:
        """Whether the form says already what the result offers."""
        fields = self.offer.fields_of(self.log) if self.offer else {}
        shown = {name: view.value_text for name, view in self.items.items()}
        rows = [*self.grades.rows, *([self.grades.blank] if self.grades.blank else [])]
        shown |= {view.prefix + view.name: view.value_text for row in rows for view in row.items}
        return all(shown.get(name) == text for name, text in fields.items())

    @property
    def is_change_open(self) -> bool:
        """Whether the later grade is being entered already."""
        return any(row.key.startswith("new") and row is not self.grades.blank for row in self.new_grades)

    @property
    def is_correction_open(self) -> bool:
        """Whether a stored grade waits to be corrected."""
        rows = [row for row in self.grades.rows if row.is_stored]
        return any(view.error or view.needs_reason or view.findings for row in rows for view in row.items)


def render_event(log: EventLog, opened: OpenForm) -> str:
    """The page of one event."""
    page, record = opened.page, opened.entry.view
    items = {view.name: view for view in page.items}
    typed = page.typed.text(log.term)
    term = log.term_of(typed if typed is not None else record.value(log.term))
    grades = next(group for group in page.groups if group.oid == log.grades.oid)
    is_worded, wording = look_up(opened.book.session, term)
    _offer_grades(log, grades, term, wording)
    if log.term in items and items[log.term].index_url:
        items[log.term].index_url = url_for("adverse_events.terms_index", digest=terms.index()[1])
    words = page.typed.text(log.words) or record.value(log.words) or ""
    twins = list_twins(log, opened)
    event = EventPage(
        log, items, grades, term, [] if term else [found.name for found in suggest(words)][:MOST_SUGGESTIONS],
        list_periods(log, record),
        [DrugView(drug, items.get(drug.relation), items.get(drug.action)) for drug in log.drugs],
        twins, used_terms(log, opened, twins),
        back=request.args.get("dose", "") or page.typed.text("dose") or "",
        wording_url=url_for("adverse_events.grade_words") if is_worded else "",
        offer=find_offer(opened.book, asked_result(page.typed)) if opened.place.is_new else None,
    )  # fmt: skip
    return render_form(opened, "adverse_events/event.html", event=event, term_url=f"{form_url(opened.place)}/term")


def _offer_grades(log: EventLog, grades: GroupView, term: Term | None, wording: Mapping[int, str]) -> None:
    """Only the grades that the term has, each with its meaning; one in the record stays visible."""
    offered = grade_options(term, wording)
    for row in [*grades.rows, *([grades.blank] if grades.blank else [])]:
        for view in row.items:
            if view.name == log.grade and view.options:
                lost = [pair for pair in view.options if pair[0] == view.value_text and pair[0] not in dict(offered)]
                view.options = [*offered, *((value, f"{label} (not a grade of this term)") for value, label in lost)]


def list_twins(log: EventLog, opened: OpenForm) -> list[Twin]:
    """The other events of the participant that have a term."""
    own = opened.entry.view.uid
    found = [e for e in opened.book.entries(log.crf.oid) if not e.header.removed and e.view.uid != own]
    return [
        Twin(
            entry.view.value(log.term), entry.header.repeat_no, entry.view.value(log.start[0]) or "",
            episodes.resolution(entry.view) or "", url_of_record(entry.header),
        )
        for entry in found
        if entry.view.value(log.term)
    ]  # fmt: skip


def used_terms(log: EventLog, opened: OpenForm, twins: Sequence[Twin]) -> dict[str, int]:
    """The terms in use, which the picker shows first: 2 for those of the participant, 1 for others of the study."""
    used = dict.fromkeys(opened.book.session.scalars(_each_term(log.crf.oid, log.term)), 1)
    return used | {twin.term: 2 for twin in twins}


@cache
def _each_term(oid: str, term: str) -> Select[str]:
    """Each term of a log once: from term to the next one along the index, however many events have it."""
    first, following = aliased(CRF_TABLES[oid]), aliased(CRF_TABLES[oid])
    terms = select(func.min(getattr(first, term)).label("term")).cte("terms", recursive=True)
    column = getattr(following, term)
    after = select(func.min(column)).where(column > terms.c.term).correlate(terms).scalar_subquery()
    terms = terms.union_all(select(after).where(terms.c.term.is_not(None)))
    return select(terms.c.term).where(terms.c.term.is_not(None))


def list_periods(log: EventLog, record: Record) -> list[str]:
    """The grades in words: 'Grade 3 from 2024-01-31 19:10 to 2024-02-01 09:00'."""
    item = log.grades.items[log.grade]
    assert isinstance(item, Choice)
    rows = log.grades_of(record)
    starts = [(episodes.grade_from(row) or "an unknown time").replace("T", " ") for row in rows]
    end = (episodes.resolution(record) or "").replace("T", " ")
    ends = [*starts, end][1:]
    return [
        f"Grade {display(item, row.value(log.grade)) or 'not given'}, from {start}" + (f" to {until}" if until else "")
        for row, start, until in zip(rows, starts, ends, strict=True)
    ]
