"""Types made-up answers into the forms as people do: text in, one change for what a person enters at one sitting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from audit.capture import Actor, change
from edc.accounts.service import get_user
from edc.adverse_events.reports import stamp_report
from edc.casebook.enrolment import enrol, get_site
from edc.clock import now
from edc.db import Session
from edc.records.book import SubjectBook
from edc.records.models import FormRecord
from edc.records.saving import SaveOutcome, Saving, lock_subject, save_several
from edc.records.scheduling import add_visit
from edc.records.service import find_record, get_record_by_uid, new_record, note_opening, save_record
from edc.records.visits import screen_again
from edc.review.signing import content_of, list_signable, sign_records
from edc.study.models import Subject, Visit
from forms.crf import CRF, Group, get_crf
from forms.items import Answer, Item, Reference
from forms.patch import Patch, RowPatch
from forms.reading import read

SAVE, ENROL, ADD_VISIT, SEND, SIGN = "record:save", "participant:enrol", "visit:add", "sae:send", "record:sign"
COORDINATOR, INVESTIGATOR = "coordinator", "investigator"
#: Saved by itself: the gate of registration looks at one form.
ALONE = frozenset({"REG"})
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


@dataclass(frozen=True)
class SentReport:
    """A serious event report that goes to the sponsor at a time of the story, in the site's zone."""

    name: str
    at: dt.datetime


@dataclass(frozen=True)
class SignedForm:
    """A form that the investigator signs."""

    name: str


@dataclass(frozen=True)
class Rescreening:
    """The second screening of a participant who failed the first."""


@dataclass(frozen=True)
class Correction:
    """What a page changes in a form, with the reason."""

    page: Page
    reason: str


Step = Page | NewVisit | SentReport | SignedForm | Rescreening | Correction


def sittings(steps: Iterable[Step]) -> Iterator[Step | list[Page]]:
    """The steps with those pages together that one person enters at one sitting: one visit, each form once."""
    pages: list[Page] = []
    for step in steps:
        if not isinstance(step, Page):
            yield from _whole(pages)
            pages = []
            yield step
            continue
        if not _belongs(step, pages):
            yield from _whole(pages)
            pages = []
        pages.append(step)
    yield from _whole(pages)


def _whole(pages: list[Page]) -> list[list[Page]]:
    return [pages] if pages else []


def _belongs(page: Page, pages: Sequence[Page]) -> bool:
    visits = {other.visit for other in pages if other.visit} | ({page.visit} if page.visit else set())
    is_new = all(other.name != page.name and other.crf not in ALONE for other in pages)
    return is_new and page.crf not in ALONE and len(visits) <= 1 and all(other.by == page.by for other in pages)


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
            is_investigator = by.role == INVESTIGATOR
            saving = Saving(session, opened, by, now(session), is_investigator, default_reason=reason)
            saving.may_override = is_investigator
            return work(saving)

    def enrol(self, site: str, page: Page) -> str:
        """Enrol a participant by the first consent; returns the code."""

        def work(saving: Saving) -> str:
            outcome = enrol(saving, get_site(saving.session, site), self._patch(page))
            self._remember([page], [outcome.record], outcome)
            return outcome.record.subject.code

        self.code = self.act(self.people[page.by], ENROL, work)
        return self.code

    def enter(self, steps: Iterable[Step]) -> None:
        """Carry out a story, sitting by sitting."""
        for step in sittings(steps):
            if isinstance(step, list) and len(step) > 1:
                self._fill_several(step)
            else:
                self.do(step[0] if isinstance(step, list) else step)

    def do(self, step: Step) -> None:
        """Carry out one step of a story."""
        match step:
            case Page():
                self.fill(step)
            case Correction(page, reason):
                self.fill(page, reason)
            case NewVisit():
                self._add_visit(step)
            case Rescreening():
                self.act(self.people[COORDINATOR], ADD_VISIT, self._screen_again)
            case SignedForm(name):
                self.sign(self.people[INVESTIGATOR], [self.uids[name]])
            case SentReport():
                self._send(step)

    def fill(self, page: Page, reason: str | None = None) -> None:
        """Save a form; with a reason, what stands there is corrected."""

        def work(saving: Saving) -> None:
            record = self._header(saving, page, [])
            outcome = save_record(saving, record, self._patch(page), expected_version=record.row_version)
            self._remember([page], [record], outcome)

        self.act(self.people[page.by], SAVE, work, reason)

    def _fill_several(self, pages: Sequence[Page]) -> None:
        def work(saving: Saving) -> None:
            subject = lock_subject(saving.session, self.subject(saving.session).uid)
            records: list[FormRecord] = []
            for page in pages:
                records.append(self._header(saving, page, records))
                self.uids[page.name] = records[-1].uid
            brought = [(record, self._patch(page)) for record, page in zip(records, pages, strict=True)]
            self._remember(pages, records, save_several(saving, subject.uid, brought))

        self.act(self.people[pages[0].by], SAVE, work)

    def _add_visit(self, step: NewVisit) -> None:
        def work(saving: Saving) -> None:
            subject = lock_subject(saving.session, self.subject(saving.session).uid)
            add_visit(saving.session, SubjectBook(saving.session, subject, saving.now), step.kind, step.number)

        self.act(self.people[COORDINATOR], ADD_VISIT, work)

    def _screen_again(self, saving: Saving) -> None:
        screen_again(saving, self.subject(saving.session))

    def _send(self, step: SentReport) -> None:
        def work(saving: Saving) -> None:
            stamp_report(saving, get_record_by_uid(saving.session, self.uids[step.name]), step.at)

        self.act(self.people[COORDINATOR], SEND, work)

    def sign(self, signer: Actor, uids: Sequence[str]) -> None:
        """Open each form, then sign all in one act."""

        def work(saving: Saving) -> None:
            user = get_user(saving.session, signer.user_name)
            subject, found = self.subject(saving.session), [get_record_by_uid(saving.session, uid) for uid in uids]
            for record in found:
                note_opening(saving.session, record, user.uid, saving.now)
            saving.session.flush()
            book = SubjectBook(saving.session, subject, saving.now)
            content = content_of(list_signable(saving.session, book, found, user.uid))
            sign_records(saving, subject, found, content=content, user_uid=user.uid, printed_name=user.printed_name)

        self.act(signer, SIGN, work)

    def _header(self, saving: Saving, page: Page, begun: Sequence[FormRecord]) -> FormRecord:
        """The record of a page; `begun` are those that the same sitting begins."""
        if page.name in self.uids:
            return get_record_by_uid(saving.session, self.uids[page.name])
        crf, subject = get_crf(page.crf), self.subject(saving.session)
        visit = get_visit_by_oid(saving.session, subject, page.visit) if page.visit else None
        found = None if crf.log or crf.repeats else find_record(saving.session, subject, visit, crf)
        before = [r.repeat_no for r in begun if (r.crf_oid, r.visit_uid) == (crf.oid, visit.uid if visit else None)]
        number = 1 + max(before) if before else None
        return found or new_record(saving.session, subject, visit, crf, saving.now, number)

    def _remember(self, pages: Sequence[Page], records: Sequence[FormRecord], outcome: SaveOutcome) -> None:
        names = {record.uid: page.name for page, record in zip(pages, records, strict=True)}
        self.uids |= {name: uid for uid, name in names.items()}
        for one in outcome.changed:
            if one.group is not None and one.entry.header.uid in names:
                self.uids[f"{names[one.entry.header.uid]}#{one.group}.{one.number}"] = one.row.uid

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
