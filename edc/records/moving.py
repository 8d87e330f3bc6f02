"""A record moved to the version of its form that its site has activated since it was entered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from edc.db import Session
from edc.errors import Refused
from edc.records.axes import void
from edc.records.book import SubjectBook
from edc.records.holding import hold, refuse_restricted
from edc.records.models import SIGNED, FormRecord
from edc.records.outcome import SaveOutcome, Saving
from edc.records.saving import follow_up
from edc.study.activation import find_active_version
from forms.crf import CRF, collections, get_crf
from forms.versions import order


@dataclass(frozen=True)
class Move:
    """A newer version that a record may be moved to, with the questions that it adds and takes away."""

    version: str
    asks: list[str]
    drops: list[str]


def find_move(session: Session, record: FormRecord, now: dt.datetime) -> Move | None:
    """The version that the record's site enters now, where it is above the record's own."""
    crf = get_crf(record.crf_oid)
    if crf.version == record.crf_version:
        return None
    active = find_active_version(session, record.subject.site, crf, now)
    if active is None or order(active) <= order(record.crf_version):
        return None
    return Move(active, *changed_questions(crf, record.crf_version, active))


def changed_questions(crf: type[CRF], old: str, new: str) -> tuple[list[str], list[str]]:
    """The labels of the questions that a version asks more, and those that it asks no longer."""
    items = [item for _, part in collections(crf) for item in part.items.values() if not item.is_computed]
    asked = [item.label for item in items if item.is_in(new) and not item.is_in(old)]
    return asked, [item.label for item in items if item.is_in(old) and not item.is_in(new)]


def move_record(saving: Saving, record: FormRecord) -> SaveOutcome:
    """Move a record to the version that its site enters now: values stay, checks run anew, signatures are void.

    A complete record in which a new required question is open is incomplete again.
    """
    hold(saving.session, record)
    refuse_restricted(saving.session, record)
    move = find_move(saving.session, record, saving.now)
    if move is None:
        raise Refused(
            reason=f"The form is on the version that its site enters, {record.crf_version}.", remedy="Go on with it."
        )
    record.crf_version = move.version
    book = SubjectBook(saving.session, record.subject, saving.now)
    entry = book.entry(record)
    outcome = SaveOutcome(record, entry)
    if record.signature_state == SIGNED:
        void(saving, [entry], f"The form was moved to version {move.version}.", outcome)
    return follow_up(saving, book, [entry], outcome)
