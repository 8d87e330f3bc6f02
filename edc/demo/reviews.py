"""What reviewers did: source verification, questions and answers, a correction, signatures, and one locked casebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from audit.capture import Actor
from edc.demo.entry import Desk, Page
from edc.permissions import Role
from edc.queries import service as queries
from edc.queries.models import Query
from edc.records.axes import count_axes
from edc.records.book import Entry, SubjectBook
from edc.records.models import FormRecord
from edc.records.saving import Saving, place_of
from edc.records.service import get_record_by_uid, list_records
from edc.review.locking import lock_participant
from edc.review.verification import list_verifiable, verify_items

MONITOR, SIGNER, MANAGER, SITE = "m.lindt", "l.ames", "p.shah", "r.diaz"
#: The casebook that is finished and locked; the others are worked on.
LOCKED = "001-002"
#: Participants whose first forms were verified against the source, and whose screening was signed.
VERIFIED = ("001-001", "001-003", "001-004", "001-005", "001-006")
VERIFIED_CRFS = ("IC", "DM", "TLB", "IL2A")
SIGNED, SIGNED_VISIT = "001-001", "SCR"


@dataclass(frozen=True)
class Answer:
    """What the site answered to the query of a check; `accepted` is the word with which it was closed."""

    code: str
    check: str
    words: str
    accepted: str = ""


@dataclass(frozen=True)
class Question:
    """What the monitor asked about an item of a form of the story, what the site answered, and the last word."""

    code: str
    page: str
    item: str
    words: str
    answer: str = ""
    closed: str = ""


ANSWERS = (
    Answer("001-003", "IL2-19", "The pressure is right; the infusion was started with fluids running."),
    Answer("001-005", "IC-01", "The sample was standard of care.", accepted="Standard of care, as answered."),
    Answer("001-015", "GEN-05", "The chart says 38.3; to be corrected when it is back from the archive."),
    Answer("001-016", "RE-07", "Measured twice by the radiologist: two lesions have grown together."),
)
QUESTIONS = (
    Question("001-001", "C1A1/IL2A", "prescribed_dose_iu", "Please file the pharmacy order of this admission."),
    Question("001-003", "SCR/DM", "race", "The source leaves this open. Who gave it?", "The participant did."),
    Question("001-006", "C1A1/IL2A", "icu_reason", "Which vasopressor was given?", "Phenylephrine.", "Seen in chart."),
)  # fmt: skip
#: A verified answer that was corrected: participant, page of the story, and why.
CORRECTION = (
    "001-004",
    Page("SCR/DM", "DM", {"ethnicity": "NOT REPORTED"}, visit="SCR"),
    "The participant did not wish to say",
)


def review(desk: Desk, actors: Mapping[str, Actor]) -> None:
    """Do for the participant on the desk what reviewers did."""
    for question in QUESTIONS:
        if question.code == desk.code:
            _discuss(desk, actors, question)
    for answer in ANSWERS:
        if answer.code == desk.code:
            _answer(desk, actors, answer)
    if desk.code in VERIFIED:
        _verify(desk, actors[MONITOR], _uids(desk, lambda record: record.crf_oid in VERIFIED_CRFS))
    if desk.code == CORRECTION[0]:
        desk.fill(CORRECTION[1], CORRECTION[2])
    if desk.code == SIGNED:
        desk.sign(actors[SIGNER], _uids(desk, lambda record: bool(record.visit and record.visit.oid == SIGNED_VISIT)))
    if desk.code == LOCKED:
        _finish(desk, actors)


def _finish(desk: Desk, actors: Mapping[str, Actor]) -> None:
    everything = _uids(desk, lambda _: True)
    _verify(desk, actors[MONITOR], everything)
    desk.sign(actors[SIGNER], everything)
    reason = "All forms complete, verified and signed"

    def lock(saving: Saving) -> None:
        lock_participant(saving, desk.subject(saving.session), reason, {})

    desk.act(actors[MANAGER], "participant:lock", lock, reason)


def _uids(desk: Desk, chosen: Callable[[FormRecord], bool]) -> list[str]:
    with desk.sessions() as session:
        return [record.uid for record in list_records(session, desk.subject(session)) if chosen(record)]


def _verify(desk: Desk, by: Actor, uids: Sequence[str]) -> None:
    for uid in uids:
        desk.act(by, "record:verify", _verifying(uid))


def _verifying(uid: str) -> Callable[[Saving], object]:
    def work(saving: Saving) -> None:
        record = get_record_by_uid(saving.session, uid)
        keys = [one.key for one in list_verifiable(saving.session, [_entry(saving, record)]) if not one.has_open_query]
        if keys:
            verify_items(saving, record, keys, seen_version=record.row_version)

    return work


def _entry(saving: Saving, record: FormRecord) -> Entry:
    return SubjectBook(saving.session, record.subject, saving.now).entry(record)


def _discuss(desk: Desk, actors: Mapping[str, Actor], question: Question) -> None:
    uid = desk.uids[question.page]

    def ask(saving: Saving) -> None:
        entry = _entry(saving, get_record_by_uid(saving.session, uid))
        book = SubjectBook(saving.session, desk.subject(saving.session), saving.now)
        where = place_of(book, uid, None, question.item, [entry])
        queries.open_queries(
            saving.session, [(where, question.words, None)], by=saving.by, source=saving.by.role, now=saving.now
        )
        count_axes(saving.session, [entry])

    desk.act(actors[MONITOR], "query:open", ask)
    asked = select(Query).where(Query.record_uid == uid, Query.item_name == question.item, Query.check_id.is_(None))
    if question.answer:
        _act_on(desk, actors[SITE], "query:answer", asked, question.answer)
    if question.closed:
        _act_on(desk, actors[MONITOR], "query:close", asked, question.closed)


def _answer(desk: Desk, actors: Mapping[str, Actor], answer: Answer) -> None:
    asked = select(Query).where(Query.subject_code == desk.code, Query.check_id == answer.check)
    _act_on(desk, actors[SITE], "query:answer", asked, answer.words)
    if answer.accepted:
        _act_on(desk, actors[MANAGER], "query:close", asked, answer.accepted)


def _act_on(desk: Desk, by: Actor, act: str, asked: Select[Query], words: str) -> None:
    def work(saving: Saving) -> None:
        query = saving.session.scalars(asked).one()
        if act == "query:answer":
            queries.answer_query(query, words, by=by, now=saving.now)
        else:
            is_manager = by.role == Role.DATA_MANAGER
            queries.close_query(query, words, by=by, now=saving.now, may_close_checks=is_manager)
        count_axes(saving.session, [_entry(saving, get_record_by_uid(saving.session, query.record_uid))])

    desk.act(by, act, work)
