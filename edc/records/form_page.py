"""A form page put together for the person who asked: what they may do here, what they typed before, and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, render_template, request, url_for

from audit.capture import Change
from edc.clock import now
from edc.permissions import Permission
from edc.queries.models import Query
from edc.records import presence, service
from edc.records.book import Entry, SubjectBook
from edc.records.drafts import DraftBox, Typed
from edc.records.gates import may_enter_before_consent
from edc.records.links import Link, links_of
from edc.records.marks import Marks, marks_of
from edc.records.models import FormRecord
from edc.records.moving import Move, find_move
from edc.records.page import FormPage
from edc.records.page_views import Viewer
from edc.records.places import FormPlace, find_place
from edc.records.posting import label_of
from edc.records.saving import Saving, find_restriction
from edc.records.sources import load_sources, restriction_words
from edc.records.states import state_of
from edc.records.tables import GroupRow
from edc.web import current, db, shell
from forms.crf import get_crf
from forms.patch import path_of

P = Permission
SHAPES = (
    "/participants/<code>/<visit_slug>/<form_slug>",
    "/participants/<code>/<visit_slug>/<form_slug>/<int:repeat>",
    "/participants/<code>/<form_slug>/<int:line>",
)
NEW = "/participants/<code>/<form_slug>/new"
NEW_ENDPOINTS = {
    "records.form": "records.new_form", "drafts.keep": "drafts.keep_new", "drafts.discard": "drafts.discard_new",
}  # fmt: skip
ITEM = "ITEM-PATH"
View = Callable[..., object]


def at_form(blueprint: Blueprint, suffix: str = "", *, method: str = "GET") -> Callable[[View], View]:
    """Register a view for every address that names a form, with a suffix."""

    def register(view: View) -> View:
        for shape in SHAPES:
            blueprint.add_url_rule(shape + suffix, view.__name__, view, methods=[method])  # type: ignore[arg-type]
        return view

    return register


def at_slugs(blueprint: Blueprint, slugs: Iterable[str], *shapes: str, method: str = "GET") -> Callable[[View], View]:
    """Register a view at the addresses of forms with a screen of their own, `{slug}` in a shape standing for each.

    A segment that is spelled out wins over the one that takes the slug of every form.
    """

    def register(view: View) -> View:
        for slug in slugs:
            for shape in shapes:
                rule = shape.replace("{slug}", slug)
                blueprint.add_url_rule(
                    rule, view.__name__, view, methods=[method], defaults={"form_slug": slug}  # type: ignore[arg-type]
                )
        return view

    return register


def form_url(place: FormPlace, endpoint: str = "records.form") -> str:
    """The address of a form, or of one of its acts; a line that is not saved yet has that of a new line."""
    if not place.has_own_address:
        return url_for(NEW_ENDPOINTS[endpoint], code=place.subject.code, form_slug=place.crf.slug)
    return url_for(endpoint, **place.address)


def url_of_record(record: FormRecord) -> str:
    """The address of a stored record."""
    return form_url(FormPlace(record.subject, record.visit, get_crf(record.crf_oid), record))


def draft_box() -> DraftBox:
    """The drafts of the signed-in person."""
    return DraftBox(db(), shell().keys, current().user.uid, now(db()))


def path_of_query(entry: Entry, query: Query) -> str:
    """The path of the item that a query is about; empty for the form as a whole."""
    row = entry.stored.get(query.row_uid or "")
    where = (row.collection.oid, row.row_no) if isinstance(row, GroupRow) else (None, None)
    return path_of(query.item_name, *where) if query.item_name else ""


@dataclass
class OpenForm:
    """One form as its page shows it."""

    place: FormPlace
    book: SubjectBook
    entry: Entry
    page: FormPage
    typed: Typed | None
    closed_because: str

    @property
    def may_enter(self) -> bool:
        """Whether answers may be entered here and now."""
        return self.page.viewer.may_enter

    @property
    def marks(self) -> Marks:
        """The four marks of the form."""
        return marks_of(None if self.place.is_new else self.place.record, ("due", "not started"))

    @property
    def is_locked(self) -> bool:
        """Whether not even queries and verifications change here: a lock, not a freeze."""
        return find_restriction(db(), self.place.record, ("locked",)) is not None

    @property
    def may_verify(self) -> bool:
        """Whether the person compares the answers with the source here."""
        is_there = not self.place.is_new and not self.place.record.removed
        return is_there and current().may(P.RECORD_VERIFY) and not self.is_locked

    @cached_property
    def move(self) -> Move | None:
        """The newer version that the person may move this form to."""
        return find_move(db(), self.place.record, now(db())) if self.may_enter and not self.place.is_new else None

    @property
    def stale_draft(self) -> list[tuple[str, str]]:
        """What was typed and cannot be shown in a control, because the form takes no answers now: item and text."""
        if self.typed is None or self.may_enter:
            return []
        typed = {path: self.typed.text(path) or "" for path in self.typed.fields}
        labels = {path: label_of(self.place.crf, path) for path, text in typed.items() if text}
        return [(label, typed[path]) for path, label in labels.items() if label]


def open_form(place: FormPlace, typed: Typed | None = None) -> OpenForm:
    """The page of a form for the signed-in person; `typed` stands in for the draft."""
    me = current()
    book = SubjectBook(db(), place.subject, now(db()))
    entry = book.one(place.record)
    closed = why_closed(book, entry, place)
    if typed is None and me.may(P.RECORD_ENTER):
        typed = draft_box().find(form_url(place))
    viewer = Viewer(
        may_enter=me.may(P.RECORD_ENTER) and not closed, may_assess=me.may(P.RECORD_ASSESS),
        identifiers=me.scope.identifiers, freetext=me.scope.freetext,
    )  # fmt: skip
    sources = load_sources(book, entry)
    sources.typed = typed if viewer.may_enter else None
    sources.index_url = lambda name: url_for("records.terms", name=name)
    if not place.is_new:
        pattern = url_for("records.item", **place.address, path=ITEM)
        sources.item_url = lambda path: pattern.replace(ITEM, path)
        sources.query_url = lambda query: query_url(place, entry, query)
    return OpenForm(place, book, entry, FormPage(entry, viewer, sources), typed, closed)


def query_url(place: FormPlace, entry: Entry, query: Query) -> str:
    """Where the thread of a query is shown: the page of its item, else that of the query."""
    path = path_of_query(entry, query)
    if path:
        return url_for("records.item", **place.address, path=path) + f"#query-{query.number}"
    return url_for("review.query", number=query.number)


def why_closed(book: SubjectBook, entry: Entry, place: FormPlace) -> str:
    """Why nobody may enter answers here now, and who can change that; empty when the site may."""
    record = place.record
    if record.removed:
        return f"This line was removed: {record.removed_reason}. It stays readable and its number is not used again."
    restricted = restriction_words(book, entry)
    if restricted:
        return restricted
    if place.subject.consent_date is None and not may_enter_before_consent(place.crf):
        return f"{place.subject.code} has no signed consent on record. Enter the informed consent first."
    me = current()
    if me.holds(P.RECORD_ENTER) and not me.may(P.RECORD_ENTER):
        return "Your training for these forms is not recorded. Ask your administrator to record it, then enter answers."
    return ""


def this_place(segments: dict[str, Any]) -> FormPlace:
    """The form that the address names."""
    return find_place(db(), now(db()), **segments)


def frame_of(place: FormPlace) -> dict[str, Any]:
    """What the frame of every page of a form shows: the participant, and the way up."""
    subject, visit = place.subject, place.visit
    base = url_for("casebook.casebook", code=subject.code)
    slug, label = (visit.slug, visit.label) if visit else (place.crf.slug, place.crf.title)
    up = url_for("casebook.visit", code=subject.code, visit_slug=slug)
    crumbs = [("Participants", url_for("casebook.participants")), (subject.code, base), (label, up)]
    facts = [subject.site.name, state_of(db(), subject).words]
    return {"place": place, "way": crumbs, "participant": (subject.code, base, facts)}


def render_form(opened: OpenForm, template: str = "records/form.html", **more: object) -> str:
    """The page of an open form; a screen of its own has a template that extends the general one."""
    place = opened.place
    mode = "entry" if opened.may_enter else "review" if opened.may_verify else "read"
    page: str = render_template(
        template, **frame_of(place), opened=opened, page=opened.page, mode=mode,
        next_label=next_label(opened), adding=request.args.get("add", ""), draft_url=draft_url(opened),
        form_url=form_url(place), links=linked_with(opened), others=_note_presence(opened), **more,
    )  # fmt: skip
    return page


def linked_with(opened: OpenForm) -> list[tuple[str, str]]:
    """What a line of a log names and what names it: words and address of each."""
    place = opened.place
    found = links_of(opened.book, place.crf) if place.crf.log and not place.is_new else {}
    return [(link.words, url_of_link(link)) for link in found.get(place.record.uid, ())]


def url_of_link(link: Link) -> str:
    """The address of the other end of a link."""
    return url_of_record(link.record) + link.anchor


def _note_presence(opened: OpenForm) -> list[str]:
    """Who else has the form open; that this person has it is written in a transaction of its own, by a GET only."""
    place, me, at = opened.place, current(), now(db())
    if not (opened.may_enter and place.has_own_address):
        return []
    path = form_url(place)
    present = presence.list_present(db(), path, at)
    if request.method == "GET" and not presence.is_noted(present, me.user.uid, at):
        with shell().session(writes=True) as session:
            presence.note_presence(session, path, me.user, at)
            session.commit()
    return presence.words(present, me.user.uid, place.subject.site.time_zone)


def draft_url(opened: OpenForm) -> str:
    """Where the open page keeps what is typed, with the version and the draft that it shows."""
    version = opened.typed.row_version if opened.typed else opened.place.record.row_version
    mark = opened.typed.mark if opened.typed else ""
    return f"{form_url(opened.place, 'drafts.keep')}?version={version}&on={mark}"


def next_label(opened: OpenForm) -> str:
    """What 'Save and next' leads to; empty where nothing follows."""
    place = opened.place
    if place.crf.log:
        return f"new {place.crf.line_title.lower()}"
    following = place.visit and service.find_next_form(db(), place.subject, place.visit, place.crf)
    return following.title if following else ""


def saving_for(change: Change) -> Saving:
    """The circumstances of a save in this request."""
    me = current()
    may_override = me.may(P.REGISTRATION_OVERRIDE)
    return Saving(
        db(), change, me.actor, now(db()), may_assess=me.may(P.RECORD_ASSESS), may_override=may_override
    )  # fmt: skip


def keep_typed(box: DraftBox, place: FormPlace, typed: Typed) -> None:
    """Keep what was typed on a form page."""
    box.keep(form_url(place), typed, title=place.full_title, form_version=place.crf.version)


def keep_part(box: DraftBox, place: FormPlace, typed: Typed) -> None:
    """Keep what was typed on a page that shows a part of a form, over what else the draft of the form holds."""
    box.keep_typing(form_url(place), typed, title=place.full_title, form_version=place.crf.version)


