"""A record header that nobody has saved yet."""

from __future__ import annotations

import datetime as dt

from audit.capture import new_uid
from edc.records.models import INCOMPLETE, UNSIGNED, FormRecord
from edc.study.models import Subject, Visit
from forms.crf import CRF

LOG_PLACE = "log"


def blank_record(
    subject: Subject, visit: Visit | None, crf: type[CRF], now: dt.datetime, repeat_no: int = 1, *, version: str
) -> FormRecord:
    """The header of a record at its place, under a version; it reaches the database with its first answer."""
    return FormRecord(
        uid=new_uid(), site_uid=subject.site_uid, subject_uid=subject.uid, subject=subject, visit=visit,
        visit_uid=visit.uid if visit else None, place=visit.uid if visit else LOG_PLACE, crf_oid=crf.oid,
        crf_version=version, repeat_no=repeat_no, row_version=0, entry_status=INCOMPLETE,
        signature_state=UNSIGNED, removed=False, frozen=False, locked=False, created_at=now, changed_at=now,
        queries_open=0, queries_answered=0, queries_closed=0, to_verify=0, verified=0, changed_since=0,
    )  # fmt: skip
