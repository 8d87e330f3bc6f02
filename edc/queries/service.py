"""Queries opened, answered and closed: by checks at a save, by people in the workbench."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from audit.capture import Actor
from edc.db import Session
from edc.errors import Problem
from edc.queries.models import ANSWERED, CLOSED, OPEN, Query, QueryCounter, QueryMessage
from forms.deviations import ADDED, DECLINED, OFFERS
from forms.evaluation import QUERY, Finding

CHECK = "check"
SETTLED_WORDS = {ADDED: "deviation added", DECLINED: "no deviation"}


class QueryClosed(Problem):
    """An act on a query that somebody closed meanwhile."""

    code, status = "query-closed", 409
    what = "Nothing was stored: query {number} is closed."
    why = "It was closed on {when}."
    next = "Open a new query when the question stands."


class NotYourQuery(Problem):
    """A check's query closed by a role that may not."""

    code, status = "not-your-query", 403
    what = "Query {number} was opened by check {check}."
    why = "Queries of checks close themselves when the data are right, or data management closes them with a reason."
    next = "Answer it, or correct the value."


class EmptyText(Problem):
    """A query or an answer without words."""

    code, status = "empty-text", 422
    what = "Nothing was stored: the text is empty."
    why = "A question or an answer needs words."
    next = "Write what you see and what you expect, then send it again."


class NothingOffered(Problem):
    """An answer to a deviation that no check offers, or that somebody answered meanwhile."""

    code, status = "nothing-offered", 409
    what = "Nothing was stored: query {number} offers no deviation now."
    why = "Its check offers none, or somebody added or declined it meanwhile."
    next = "Open the query to see what was said, or add a deviation of your own."


@dataclass(frozen=True)
class Place:
    """Where a query stands: the record's identity, and the item when it is about one."""

    site_uid: str
    subject_uid: str
    subject_code: str
    record_uid: str
    path: str
    row_uid: str | None = None
    item_name: str | None = None
    item_oid: str | None = None
    value: str | None = None


def list_for_record(
    session: Session, record_uids: Sequence[str], *, closed: bool = True, threads: bool = True
) -> list[Query]:
    """The queries of some records, newest first, with their threads unless these are not asked for."""
    statement = select(Query).where(Query.record_uid.in_(record_uids))
    if threads:
        statement = statement.options(selectinload(Query.messages))
    if not closed:
        statement = statement.where(Query.status != CLOSED)
    return list(session.scalars(statement.order_by(Query.number.desc())))


def _next_numbers(session: Session, count: int) -> range:
    """`count` fresh query numbers; the row lock orders those who ask at once."""
    statement = (
        update(QueryCounter).where(QueryCounter.uid == "query")
        .values(last_number=QueryCounter.last_number + count).returning(QueryCounter.last_number)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    last = session.execute(statement).scalar_one_or_none()
    if last is None:
        session.add(QueryCounter(uid="query", last_number=count))
        last = count
    return range(last - count + 1, last + 1)


def open_queries(
    session: Session, asked: Sequence[tuple[Place, str, str | None]], *, by: Actor, source: str, now: dt.datetime
) -> list[Query]:
    """Open one query for each (place, text, check id); the first message holds the value at that time."""
    opened = []
    for number, (place, text, check_id) in zip(_next_numbers(session, len(asked)) if asked else (), asked, strict=True):
        if not text.strip():
            raise EmptyText
        query = Query(
            number=number, site_uid=place.site_uid, subject_uid=place.subject_uid, subject_code=place.subject_code,
            record_uid=place.record_uid, row_uid=place.row_uid, item_name=place.item_name, item_oid=place.item_oid,
            place=place.path, check_id=check_id, source=source, status=OPEN, text=text.strip(), opened_at=now,
            opened_by=by.user_name,
        )  # fmt: skip
        _say(query, "opened", text, by, now, place.value)
        session.add(query)
        opened.append(query)
    return opened


def _say(query: Query, act: str, text: str, by: Actor, now: dt.datetime, value: str | None = None) -> None:
    query.messages.append(
        QueryMessage(
            site_uid=query.site_uid, position=len(query.messages) + 1, act=act, text=text.strip(), value_then=value,
            user_name=by.user_name, role=by.role, at=now,
        )
    )  # fmt: skip


def _refuse_closed(query: Query) -> None:
    if query.status == CLOSED:
        raise QueryClosed(number=query.number, when=query.closed_at and f"{query.closed_at:%Y-%m-%d %H:%M} UTC")


def answer_query(query: Query, text: str, *, by: Actor, now: dt.datetime, value: str | None = None) -> None:
    """The site's answer; the query waits for its reviewer then."""
    _refuse_closed(query)
    if not text.strip():
        raise EmptyText
    query.status = ANSWERED
    _say(query, "answered", text, by, now, value)


def ask_again(query: Query, text: str, *, by: Actor, now: dt.datetime) -> None:
    """The reviewer is not satisfied: back to the site."""
    _refuse_closed(query)
    if not text.strip():
        raise EmptyText
    query.status = OPEN
    _say(query, "asked again", text, by, now)


def settle_deviation(query: Query, settled: str, text: str, *, by: Actor, now: dt.datetime) -> None:
    """The offered deviation was added, or declined for a reason; a query that is open is answered by that."""
    _refuse_closed(query)
    if not query.offers_deviation:
        raise NothingOffered(number=query.number)
    if not text.strip():
        raise EmptyText
    query.deviation = settled
    if query.status == OPEN:
        query.status = ANSWERED
    _say(query, SETTLED_WORDS[settled], text, by, now)


def list_unsettled_offers(session: Session, subject_uid: str, before: dt.datetime) -> list[Query]:
    """The queries of a participant that have offered a deviation since before a time, with no answer to that."""
    statement = select(Query).where(
        Query.subject_uid == subject_uid, Query.status.in_([OPEN, ANSWERED]), Query.check_id.in_(OFFERS),
        Query.deviation.is_(None), Query.opened_at < before,
    )  # fmt: skip
    return list(session.scalars(statement))


def close_query(query: Query, text: str, *, by: Actor, now: dt.datetime, may_close_checks: bool) -> None:
    """Close a query with a word why; queries of checks only by data management."""
    _refuse_closed(query)
    if query.check_id and not may_close_checks:
        raise NotYourQuery(number=query.number, check=query.check_id)
    if not text.strip():
        raise EmptyText
    query.accepted = query.check_id is not None
    _close(query, text, by, now)


def _close(query: Query, text: str, by: Actor, now: dt.datetime) -> None:
    query.status, query.closed_at = CLOSED, now
    _say(query, "closed", text, by, now)


@dataclass
class Synced:
    """What one evaluation did to the queries of its records."""

    opened: list[Query]
    closed: list[Query]


def sync_findings(
    session: Session, known: Iterable[Query], found: Sequence[Finding], places: dict[str, Place], *, by: Actor,
    now: dt.datetime,
) -> Synced:  # fmt: skip
    """Open what is newly found and close what no longer holds; one fact is never asked twice.

    `known`: the queries of the evaluated records. A finding that a reviewer accepted is not asked again while its
    sentence, which holds the values, is the same.
    """
    wanted = {finding.key: finding for finding in found if finding.severity == QUERY}
    checks = [query for query in known if query.check_id]
    standing = {query.key: query for query in checks if query.status != CLOSED}
    accepted = {(query.key, query.text) for query in checks if query.accepted}
    closed = [query for key, query in standing.items() if key not in wanted]
    _load_threads(session, closed)
    for query in closed:
        _close(query, "The data fit now; the check no longer finds this.", by, now)
    fresh = [f for key, f in wanted.items() if key not in standing and (key, f.message) not in accepted]
    asked = [(places[_place_key(finding)], finding.message, finding.check_id) for finding in fresh]
    return Synced(open_queries(session, asked, by=by, source=CHECK, now=now), closed)


def _load_threads(session: Session, some: Sequence[Query]) -> None:
    """Read the threads of some queries at once, where each would read its own."""
    if some:
        uids = [query.uid for query in some]
        session.scalars(select(Query).where(Query.uid.in_(uids)).options(selectinload(Query.messages))).all()


def _place_key(finding: Finding) -> str:
    return f"{finding.record_uid}|{finding.row_uid or ''}|{finding.item or ''}"


def place_key(record_uid: str, row_uid: str | None, item: str | None) -> str:
    """The key under which sync_findings looks up the place of a finding."""
    return f"{record_uid}|{row_uid or ''}|{item or ''}"
