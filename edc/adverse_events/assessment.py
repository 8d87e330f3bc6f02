"""The sponsor's questions on a record: shown to everybody who reads it, answered by the medical monitor alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from edc.clock import local, now
from edc.db import Session
from edc.permissions import Permission
from edc.records import posting
from edc.records.book import Entry, SubjectBook
from edc.records.drafts import Typed
from edc.records.models import FormRecord
from edc.records.outcome import Saving
from edc.records.page import FormPage
from edc.records.page_views import ItemView, Viewer
from edc.records.saving import find_restriction
from edc.records.service import save_record
from edc.records.sources import load_sources
from edc.web import current
from forms.entry_form import read_form


@dataclass
class Assessment:
    """A record as the page of the assessment shows it: the site's answers to read, the sponsor's questions apart."""

    book: SubjectBook
    entry: Entry
    read: list[ItemView]
    asked: list[ItemView]
    may_answer: bool

    @property
    def version(self) -> int:
        """The version that the page shows."""
        return self.entry.header.row_version


def open_assessment(
    session: Session, record: FormRecord, form: MultiDict[str, str] | None = None,
    sentences: Mapping[str, str] | None = None,
) -> Assessment:  # fmt: skip
    """The page of a record; `form` is what was sent and not stored, `sentences` say what is wrong with it."""
    me = current()
    book = SubjectBook(session, record.subject, now(session))
    entry = book.entry(record)
    may_answer = me.may(Permission.SAE_ASSESS) and find_restriction(session, record) is None
    reads_words = me.scope.freetext or me.may(Permission.SAE_READ)
    viewer = Viewer(may_enter=may_answer, may_sponsor=may_answer, freetext=reads_words)
    sources = load_sources(book, entry)
    if form is not None:
        sources.typed = Typed(posting.typed_fields(form), dict(sentences or {}), row_version=record.row_version)
    views = FormPage(entry, viewer, sources).items
    sponsors = {name for name, item in entry.crf.items.items() if item.sponsor}
    return Assessment(
        book, entry, [view for view in views if view.name not in sponsors],
        [view for view in views if view.name in sponsors], may_answer,
    )  # fmt: skip


def assess(saving: Saving, record: FormRecord, form: MultiDict[str, str]) -> dict[str, str] | None:
    """Store the sponsor's answers; returns the sentences of those that could not be read, None when all were."""
    crf = SubjectBook(saving.session, record.subject, saving.now).entry(record).crf
    today = local(saving.now, record.subject.site.time_zone).date()

    def is_sponsors(path: str) -> bool:
        item = crf.items.get(path)
        return item is not None and item.sponsor

    patch, held = read_form(crf, form, today=today, editable=is_sponsors)
    patch.complete = None
    saving.may_sponsor = True
    save_record(saving, record, patch, expected_version=form.get("row_version", 0, type=int))
    return {one.path: one.sentence for one in held} or None
