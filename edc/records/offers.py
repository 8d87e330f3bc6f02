"""Deviations that checks offered and nobody has added or declined: DV-01 asks when two weeks have passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from edc.clock import local
from edc.queries import service as queries
from edc.queries.models import Query
from edc.records.book import SubjectBook
from forms.deviations import UNSETTLED, UNSETTLED_ID
from forms.evaluation import QUERY, Finding
from forms.study import DEVIATION_ANSWER


def list_overdue_offers(book: SubjectBook) -> list[Query]:
    """The queries of a participant whose offered deviation waits for longer than the study allows."""
    return queries.list_unsettled_offers(book.session, book.subject.uid, _limit(book))


def _limit(book: SubjectBook) -> dt.datetime:
    return book.now - dt.timedelta(days=DEVIATION_ANSWER.value)


def unsettled(book: SubjectBook, known: Sequence[Query], found: Sequence[Finding]) -> list[Finding]:
    """DV-01 for each offer among the queries of some records that waits too long and whose question still stands."""
    standing = {finding.key for finding in found}
    zone, limit = book.subject.site.time_zone, _limit(book)
    return [
        Finding(
            UNSETTLED_ID, QUERY, query.record_uid, query.row_uid, query.item_name,
            UNSETTLED.format(check=query.check_id, x=local(query.opened_at, zone).date()),
        )
        for query in known
        if query.offers_deviation and query.opened_at < limit and query.key in standing
    ]  # fmt: skip
