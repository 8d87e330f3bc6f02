"""A dose grid put together for the person who asked: the form page, the stay it belongs to, and addresses."""

from __future__ import annotations

import datetime as dt

from flask import request, url_for

from edc.clock import day_text, local, now
from edc.db import Session
from edc.dosing.page import GridBuilder, GridPage, SlotView, wait_words
from edc.dosing.reading import moment_of
from edc.errors import NotFound
from edc.records.clashes import words
from edc.records.drafts import Typed
from edc.records.form_page import OpenForm, form_url, open_form, render_form
from edc.records.page import FormPage
from edc.records.page_views import ItemView
from edc.records.places import FormPlace, find_place
from edc.web import db
from forms.dose_grids import DoseGrid
from forms.event_logs import EVENT_LOGS
from forms.items import Answer, Reference
from forms.views import Row

MINUTES = "%Y-%m-%dT%H:%M"
NOW, HELD, AT = ACTS = ("now", "held", "at")


def stay_place(session: Session, grid: DoseGrid, place: FormPlace) -> FormPlace:
    """The form of the stay that a grid belongs to: the one of the same visit."""
    assert place.visit is not None
    return find_place(
        session, now(session), code=place.subject.code, visit_slug=place.visit.slug, form_slug=grid.stay.slug
    )


def render_grid(grid: DoseGrid, opened: OpenForm) -> str:
    """The page of a dose grid."""
    stay, here = _open_stay(grid, opened), _here(opened.place)
    doses = _build(grid, opened, stay, here)
    return render_form(
        opened, "dosing/grid.html", doses=doses, stay=stay, stop_items=_stop_items(grid, stay),
        now_text=f"{here:{MINUTES}}", stay_url=form_url(stay.place), event_url=_event_url(grid, opened.place),
    )  # fmt: skip


def render_dose(grid: DoseGrid, opened: OpenForm, number: int) -> str:
    """The bedside card of one slot. First three buttons, then, as the address says, what the chosen one asks."""
    if number not in grid.slots:
        raise NotFound
    here = _here(opened.place)
    doses = _build(grid, opened, _open_stay(grid, opened), here)
    slot = next(slot for slot in doses.slots if slot.number == number)
    plan = moment_of(slot.plan)
    return render_form(
        opened, "dosing/dose.html", doses=doses, slot=slot, here=here, act=_chosen_act(grid, slot),
        plan=plan, wait=wait_words(plan - here) if plan else "", event_url=_event_url(grid, opened.place),
        told="" if slot.errors else _told(grid, grid.rows(opened.entry.view)[number]),
    )  # fmt: skip


def _chosen_act(grid: DoseGrid, slot: SlotView) -> str:
    """What the person chose, or began to type before."""
    asked = request.args.get("as")
    if asked is not None:
        return asked if asked in ACTS else ""
    return AT if slot.time or slot.errors else HELD if slot.state == grid.held else ""


def _told(grid: DoseGrid, stored: Row) -> str:
    """What the record says of a slot: `Given, Thu 1 Feb 2024 16:09`; empty while it says nothing."""
    status, start = stored.answer(grid.status), moment_of(stored.value(grid.start))
    if not status.is_given:
        return ""
    word = words(grid.item(grid.status), status)
    return f"{word}, {start:%a} {day_text(start.date())} {start:%H:%M}" if start else word


def _here(place: FormPlace) -> dt.datetime:
    """The minute on the wall at the participant's site."""
    return local(now(db()), place.subject.site.time_zone).replace(tzinfo=None)


def _open_stay(grid: DoseGrid, opened: OpenForm) -> OpenForm:
    return open_form(stay_place(db(), grid, opened.place), opened.typed or Typed())


def _page_with_all_slots(grid: DoseGrid, opened: OpenForm) -> FormPage:
    """The form page with every slot of the grid, also those that hold nothing yet: each knows its number."""
    rows = opened.entry.view.group_rows[grid.group.oid]
    stored = {row.number for row in rows}
    rows += [
        Row("", slot, grid.group, {grid.number: Answer(slot, None, "derived")})
        for slot in grid.slots
        if slot not in stored
    ]
    rows.sort(key=lambda row: row.number)
    return FormPage(opened.entry, opened.page.viewer, opened.page.sources)


def _build(grid: DoseGrid, opened: OpenForm, stay: OpenForm, here: dt.datetime) -> GridPage:
    opened.page = _page_with_all_slots(grid, opened)
    view = None if stay.place.is_new else stay.entry.view
    return GridBuilder(grid, opened.page, view, f"{here:{MINUTES}}").build(opened.book.load(grid.crf.oid))


def _stop_items(grid: DoseGrid, stay: OpenForm) -> list[ItemView]:
    """Why dosing ended and because of which event: items of the stay, asked where the doses are entered."""
    if not grid.takes_place(stay.entry.view):
        return []
    found = {view.name: view for view in stay.page.items}
    # Its condition is an answer of the form of the stay, which is not on this page.
    if grid.stop_reason in found:
        found[grid.stop_reason].when, found[grid.stop_reason].hook = "", "stop-reason"
    return [found[name] for name in (grid.stop_reason, grid.stop_event) if name in found]


def _event_url(grid: DoseGrid, place: FormPlace) -> str:
    """Where an event is recorded that a dose was held for, and which leads back here; empty without a log."""
    item = grid.item(grid.event)
    target = item.target if isinstance(item, Reference) else ""
    log = next((log for log in EVENT_LOGS if log.crf.oid == target), None)
    if log is None or place.visit is None:
        return ""
    return url_for("records.new_form", code=place.subject.code, form_slug=log.crf.slug, dose=f"{place.visit.slug}:")
