"""Forms that another answer rules out for a participant: the pregnancy test without childbearing potential."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select

from edc.db import Session
from edc.records.models import FormRecord
from edc.records.tables import CRF_TABLES
from forms import schedule


def crfs_ruled_out(session: Session, subject_uids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """The CRFs that are not asked of each participant, by uid, until the answer stands that asks for them.

    What was entered there before stays and is shown.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for oid, condition in schedule.FORM_CONDITIONS.items():
        table = CRF_TABLES[condition.crf]
        statement = select(FormRecord.subject_uid).join(table, table.uid == FormRecord.uid).where(
            FormRecord.subject_uid.in_(subject_uids), FormRecord.crf_oid == condition.crf,
            FormRecord.removed.is_(False),
            getattr(table, condition.item) == condition.value,
        )  # fmt: skip
        asked = set(session.scalars(statement))
        for uid in subject_uids:
            if uid not in asked:
                found[uid].add(oid)
    return {uid: frozenset(found[uid]) for uid in subject_uids}
