"""The four marks of a form as every list, matrix and page shows them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from edc.records.models import COMPLETE, NOT_DONE, NOT_STARTED, SIGNED, VOID, FormRecord
from edc.study.models import Subject, Visit
from forms import schedule


@dataclass(frozen=True)
class Marks:
    """Entry, queries, verification, signature and restriction, with their words for a screen reader."""

    entry: str = ""
    entry_words: str = ""
    open_queries: int = 0
    answered_queries: int = 0
    closed_queries: int = 0
    verified: int = 0
    to_verify: int = 0
    changed_since_verified: int = 0
    signature: str = ""
    restriction: str = ""
    signature_words: str = ""


def due_state(
    visit: Visit | None, today: dt.date, *, is_optional: bool = False, is_past: bool = False
) -> tuple[str, str]:
    """The entry mark of a form nobody started: not due, due or overdue, with its words.

    `is_past`: the visit is a screening that failed before the participant was screened again.
    """
    if visit is not None and (is_past or visit.status == "not applicable"):
        return "", "not applicable"
    if visit is None or is_optional or visit.status == "missed":
        return ("", "not planned") if is_optional else ("not_due", "not due")
    if visit.status == "occurred":
        return "due", f"due since {visit.visit_date}"
    if visit.window_to is not None and today > visit.window_to:
        return "overdue", f"overdue since {visit.window_to}"
    start = visit.window_from or visit.planned_on
    if start is not None and today >= start:
        return "due", f"due since {start}"
    return "not_due", f"due {start}" if start else "not due"


def is_past_screening(visit: Visit, attempt: int) -> bool:
    """Whether a visit belongs to a screening before the latest, whose number is `attempt`."""
    return visit.kind == schedule.SCREENING and visit.oid != schedule.get_visit(schedule.SCREENING, attempt).oid


def marks_of(record: FormRecord | None, unstarted: tuple[str, str] = ("", "")) -> Marks:
    """The marks of a record; `unstarted` is the entry mark while there is none."""
    if record is None:
        return Marks(entry=unstarted[0], entry_words=unstarted[1])
    if record.entry_status == NOT_STARTED and not unstarted[0]:
        unstarted = "overdue", "overdue"
    entry = {COMPLETE: "complete", NOT_DONE: "not_done", NOT_STARTED: unstarted[0]}.get(record.entry_status, "started")
    words = f"not done: {record.not_done_reason}" if entry == "not_done" else ""
    if record.entry_status == NOT_STARTED:
        words = unstarted[1]
    return Marks(
        entry=entry, entry_words=words,
        open_queries=record.queries_open, answered_queries=record.queries_answered,
        closed_queries=record.queries_closed, verified=record.verified, to_verify=record.to_verify,
        changed_since_verified=record.changed_since,
        signature={SIGNED: "signed", VOID: "void"}.get(record.signature_state, ""),
        restriction=restriction_of(record),
    )  # fmt: skip


def restriction_of(record: FormRecord) -> str:
    """`locked`, `frozen` or nothing: the strictest of record, visit and participant."""
    holders: list[FormRecord | Visit | Subject] = [record, record.subject, *([record.visit] if record.visit else [])]
    if any(holder.locked for holder in holders):
        return "locked"
    return "frozen" if any(holder.frozen for holder in holders) else ""


def total(marks: list[Marks]) -> Marks:
    """The marks of several records of one cell: the weakest entry, sums of the counts."""
    order = ["overdue", "started", "due", "not_due", "not_done", "complete", ""]
    weakest = min(marks, key=lambda m: order.index(m.entry) if m.entry in order else len(order))
    signatures = {m.signature for m in marks}
    signature = "void" if "void" in signatures else "signed" if signatures == {"signed"} else ""
    restrictions = {m.restriction for m in marks}
    return Marks(
        entry=weakest.entry, entry_words=weakest.entry_words,
        open_queries=sum(m.open_queries for m in marks), answered_queries=sum(m.answered_queries for m in marks),
        closed_queries=sum(m.closed_queries for m in marks), verified=sum(m.verified for m in marks),
        to_verify=sum(m.to_verify for m in marks),
        changed_since_verified=sum(m.changed_since_verified for m in marks), signature=signature,
        restriction="locked" if restrictions == {"locked"} else "frozen" if restrictions == {"frozen"} else "",
    )  # fmt: skip
