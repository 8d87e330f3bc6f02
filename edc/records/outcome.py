"""The circumstances of a save, and what it did: for the sentence on the screen and the answer of the API."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from audit.capture import Actor, Change
from edc.db import Session
from edc.queries.models import Query
from edc.records.book import Entry
from edc.records.models import FormRecord
from edc.records.tables import ItemRow
from forms.evaluation import Finding
from forms.items import Answer, Item
from forms.patch import path_of


@dataclass
class Changed:
    """One item that a save altered."""

    entry: Entry
    row: ItemRow
    group: str | None
    number: int | None
    item: Item
    old: Answer
    new: Answer

    @property
    def path(self) -> str:
        """The path of the item in its record."""
        return path_of(self.item.name, self.group, self.number)


@dataclass
class SaveOutcome:
    """What a save did, for the sentence on the screen and the answer of the API."""

    record: FormRecord
    entry: Entry
    changed: list[Changed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    opened: list[Query] = field(default_factory=list)
    closed: list[Query] = field(default_factory=list)
    answered: list[Query] = field(default_factory=list)
    open_required: list[tuple[str | None, int | None, Item]] = field(default_factory=list)
    verification_withdrawn: list[str] = field(default_factory=list)
    signatures_voided: list[str] = field(default_factory=list)
    completed: bool = False
    fell_back: bool = False

    @property
    def told(self) -> list[Changed]:
        """What moved in other records and is named to the person who saved: once, in the order of the visits."""
        moved: dict[tuple[str, str], Changed] = {}
        for one in self.changed:
            if one.item.told and one.entry.header.uid != self.record.uid:
                key = one.row.uid, one.item.name
                moved[key] = replace(one, old=moved[key].old) if key in moved else one
        found = [one for one in moved.values() if one.old.value != one.new.value]
        return sorted(found, key=lambda one: one.entry.header.visit.position if one.entry.header.visit else 0)


@dataclass
class Saving:
    """The circumstances of one save: who, with which rights, when, and inside which change.

    `may_override`: a registration goes through against its gate. `may_sponsor`: the answers are those of the sponsor's
    medical monitor, and no others. `may_stamp`: the system submits.
    """

    session: Session
    change: Change
    by: Actor
    now: dt.datetime
    may_assess: bool = False
    may_override: bool = False
    may_sponsor: bool = False
    may_stamp: bool = False
    is_site: bool = True
    default_reason: str | None = None
