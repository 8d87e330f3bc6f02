"""Types made-up answers into the forms as people do: text in, one save and one change for each form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from audit.capture import Actor, change
from edc.casebook.enrolment import enrol, get_site
from edc.clock import now
from edc.db import Session
from edc.records.book import SubjectBook
from edc.records.models import FormRecord
from edc.records.saving import SaveOutcome, Saving, lock_subject
from edc.records.scheduling import add_visit
from edc.records.service import find_record, get_record_by_uid, new_record, save_record
from edc.study.models import Subject, Visit
from forms.crf import CRF, Group, get_crf
from forms.items import Answer, Item, Reference
from forms.patch import Patch, RowPatch
from forms.reading import read

SAVE, ENROL, ADD_VISIT = "record:save", "participant:enrol", "visit:add"
MISSING = "_missing"
Sessions = Callable[[], Session]
Typed = Mapping[str, str]
Rows = Mapping[str, Sequence[Typed]]


@dataclass(frozen=True)
class Page:
    """One form as somebody fills it in.

    `name` is how the story calls the form: a page of the same name goes on with that form, and a reference is typed as
    `@name`, that of a row as `@name#GROUP.3`. A typed name with the ending `_missing` gives a missing reason, the row
    entry `number` the row of a fixed grid.
    """

    name: str
    crf: str
    typed: Typed
    rows: Rows = field(default_factory=dict)
    visit: str | None = None
    by: str = "coordinator"
    complete: bool = True


@dataclass(frozen=True)
class NewVisit:
    """A visit that is added by hand."""

    kind: str
    number: int | None = None


Step = Page | NewVisit


class Desk:
    """One participant's casebook on the desk of the people who fill it in; each act has a session of its own."""

    def __init__(self, sessions: Sessions, people: Mapping[str, Actor]) -> None:
        self.sessions = sessions
        self.people = people
        self.code = ""
        self.uids: dict[str, str] = {}

    def act(self, by: Actor, act: str, work: Callable[[Saving], Any], reason: str | None = None) -> Any:
        """Do one thing as one change by one person."""
        with self.sessions() as session, change(session, by=by, act=act, reason=reason) as opened:
            may_assess = by.role == "investigator"
            return work(Saving(session, opened, by, now(session), may_assess, default_reason=reason))

    def enrol(self, site: str, page: Page) -> str:
        """Enrol a participant by the first consent; returns the code."""

        def work(saving: Saving) -> str:
            outcome = enrol(saving, get_site(saving.session, site), self._patch(page))
            self._remember(page, outcome)
            return outcome.record.subject.code

        self.code = self.act(self.people[page.by], ENROL, work)
        return self.code

    def do(self, step: Step) -> None:
        """Carry out one step of a story."""
        if isinstance(step, NewVisit):
            self._add_visit(step)
        else:
            self.fill(step)

    def fill(self, page: Page, reason: str | None = None) -> None:
        """Save a form; with a reason, what stands there is corrected."""

        def work(saving: Saving) -> None:
            record = self._header(saving, page)
            outcome = save_record(saving, record, self._patch(page), expected_version=record.row_version)
            self._remember(page, outcome)

        self.act(self.people[page.by], SAVE, work, reason)

    def _add_visit(self, step: NewVisit) -> None:
        def work(saving: Saving) -> None:
            subject = lock_subject(saving.session, self.subject(saving.session).uid)
            add_visit(saving.session, SubjectBook(saving.session, subject, saving.now), step.kind, step.number)

        self.act(self.people["coordinator"], ADD_VISIT, work)

    def _header(self, saving: Saving, page: Page) -> FormRecord:
        if page.name in self.uids:
            return get_record_by_uid(saving.session, self.uids[page.name])
        crf, subject = get_crf(page.crf), self.subject(saving.session)
        visit = get_visit_by_oid(saving.session, subject, page.visit) if page.visit else None
        found = None if crf.log or crf.repeats else find_record(saving.session, subject, visit, crf)
        return found or new_record(saving.session, subject, visit, crf, saving.now)

    def _remember(self, page: Page, outcome: SaveOutcome) -> None:
        self.uids[page.name] = outcome.record.uid
        for one in outcome.changed:
            if one.group is not None and one.entry.header.uid == outcome.record.uid:
                self.uids[f"{page.name}#{one.group}.{one.number}"] = one.row.uid

    def _patch(self, page: Page) -> Patch:
        crf = get_crf(page.crf)
        rows = {oid: [self._row(crf.groups[oid], typed) for typed in each] for oid, each in page.rows.items()}
        return Patch(self._answers(crf, page.typed), rows, complete=page.complete or None)

    def _row(self, group: type[Group], typed: Typed) -> RowPatch:
        rest = {name: text for name, text in typed.items() if name != "number"}
        return RowPatch(int(typed["number"]) if "number" in typed else None, self._answers(group, rest))

    def _answers(self, collection: type[CRF] | type[Group], typed: Typed) -> dict[str, Answer]:
        return {
            name.removesuffix(MISSING): self._answer(collection.items[name.removesuffix(MISSING)], name, text)
            for name, text in typed.items()
        }

    def _answer(self, item: Item, name: str, text: str) -> Answer:
        if name != item.name:
            return Answer(None, text)
        if isinstance(item, Reference):
            text = "|".join(self.uids[part.strip().removeprefix("@")] for part in text.split("|") if part.strip())
        return Answer(read(item, text))

    def subject(self, session: Session) -> Subject:
        """The participant."""
        return session.scalars(select(Subject).where(Subject.code == self.code)).one()


def get_visit_by_oid(session: Session, subject: Subject, oid: str) -> Visit:
    """A visit of a participant by its OID, such as C1D1."""
    return session.scalars(select(Visit).where(Visit.subject_uid == subject.uid, Visit.oid == oid)).one()
