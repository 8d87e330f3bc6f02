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
    limit = book.now - dt.timedelta(days=DEVIATION_ANSWER.value)
    return queries.list_unsettled_offers(book.session, book.subject.uid, limit)


def unsettled(book: SubjectBook, offered: Sequence[Query], found: Sequence[Finding]) -> list[Finding]:
    """DV-01 for each offer that waits too long and whose own question still stands."""
    standing = {finding.key for finding in found}
    zone = book.subject.site.time_zone
    return [
        Finding(
            UNSETTLED_ID, QUERY, query.record_uid, query.row_uid, query.item_name,
            UNSETTLED.format(check=query.check_id, x=local(query.opened_at, zone).date()),
        )
        for query in offered
        if query.key in standing
    ]  # fmt: skip
