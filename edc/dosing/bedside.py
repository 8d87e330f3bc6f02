"""Which doses are due at the bedside: the next slot of each stay that goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from edc.clock import local
from edc.db import Session
from edc.dosing.page import STALE, wait_words
from edc.dosing.reading import moment_of, plans_of
from edc.records.book import SubjectBook
from edc.records.models import FormRecord
from edc.records.places import FormPlace, find_place
from edc.records.tables import CRF_TABLES
from forms.dose_grids import DOSE_GRIDS, DoseGrid

# No stay that began before is looked at.
LONGEST_STAY = dt.timedelta(days=14)


@dataclass(frozen=True)
class DueDose:
    """The next slot of a stay; `plan` is its planned minute, None while nobody entered when the first is planned."""

    grid: DoseGrid
    place: FormPlace
    slot: int
    plan: dt.datetime | None
    wait: dt.timedelta

    @property
    def words(self) -> str:
        """`IL-2 dose 8, plan 16:40 (in 22 min)`."""
        plan = f"plan {self.plan:%H:%M} ({wait_words(self.wait)})" if self.plan else "no planned time yet"
        return f"{self.grid.drug} dose {self.slot}, {plan}"


def due_doses(session: Session, now: dt.datetime) -> list[DueDose]:
    """The next dose of each participant within the scope who is in a stay for dosing, the most urgent first."""
    found = [
        due
        for grid in DOSE_GRIDS
        for stay in _stays_going_on(session, grid, now)
        if (due := _next_dose(session, grid, stay, now)) is not None
    ]
    return sorted(found, key=lambda due: (due.plan is None, due.wait))


def _stays_going_on(session: Session, grid: DoseGrid, now: dt.datetime) -> Iterator[FormRecord]:
    """The stays that took place, began lately and have neither an end nor an end of dosing."""
    row = CRF_TABLES[grid.stay.oid]
    occurred, yes = grid.occurred
    statement = select(FormRecord).join(row, row.uid == FormRecord.uid).where(
        FormRecord.removed.is_(False), getattr(row, occurred) == yes,
        getattr(row, grid.stay_from) >= f"{now - LONGEST_STAY:%Y-%m-%d}",
        getattr(row, grid.stay_to).is_(None), getattr(row, grid.stop_reason).is_(None),
    )  # fmt: skip
    for stay in session.scalars(statement).unique():
        if not (stay.subject.frozen or stay.subject.locked):
            yield stay


def _next_dose(session: Session, grid: DoseGrid, stay: FormRecord, now: dt.datetime) -> DueDose | None:
    """The next slot of a stay when its time is near; a chart that is entered days later asks for nobody's hand."""
    assert stay.visit is not None
    subject, here = stay.subject, local(now, stay.subject.site.time_zone).replace(tzinfo=None)
    place = find_place(session, now, code=subject.code, visit_slug=stay.visit.slug, form_slug=grid.crf.slug)
    book = SubjectBook(session, subject, now)
    record = book.one(place.record).view
    slot = grid.next_slot(record)
    if slot is None or place.record.frozen or place.record.locked:
        return None
    plan = moment_of(plans_of(grid, record, "", here.date()).get(slot))
    begin = plan or moment_of(book.one(stay).view.value(grid.stay_from))
    if begin is None or here - begin > STALE or begin - here > dt.timedelta(minutes=grid.interval_minutes):
        return None
    return DueDose(grid, place, slot, plan, begin - here)
