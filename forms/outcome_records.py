"""Which forms the outcomes are read from, and those records as plain views that are cheap to make by the million."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.crf import CRF, REGISTRY, Group, get_crf
from forms.items import EMPTY, Answer, Item
from forms.views import Record, Row, VisitView

MISSING = "_missing"
# What is read of each form; the items of groups by their OID. Forms that are not named play no part in the outcomes.
SOURCES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("IC", ""): ("signature_date",),
    ("REG", ""): ("registration_date",),
    ("VISIT", ""): ("visit_date",),
    ("DH", ""): ("tumour_type",),
    ("TLB", ""): (
        "lesion_id", "role", "is_node", "baseline_mm", "first_seen", "certainty", "resolved_to", "resolved_date",
    ),
    ("TA", ""): (
        "performed", "assess_date", "inv_target", "inv_nontarget", "inv_overall", "inv_target_missing",
        "inv_nontarget_missing", "inv_overall_missing",
    ),
    ("TA", "SCAN"): ("scan_date",),
    ("TA", "TARGET"): ("lesion", "t_state", "t_diameter_mm", "t_scan_ref", "t_merged_into"),
    ("TA", "FRAGMENT"): ("lesion", "t_fragment_mm"),
    ("TA", "NONTARGET"): ("lesion", "nt_state"),
    ("BOR", ""): ("inv_bor",),
    ("NIVO", ""): ("given", "start_dt", "reason_not_given", "dose_mg", "course_complete"),
    ("IL2D", ""): (),
    ("IL2D", "SLOT"): ("status", "planned_dt", "start_dt", "dose_iu", "hold_reason"),
    ("AE", ""): (
        "ctcae_term", "soc", "start_date", "serious", "immune_related", "teae", "rel_nivolumab", "rel_il2",
    ),
    ("AE", "GRADE"): ("from_date", "grade"),
    ("SURV", ""): ("status_date", "status"),
    ("SURV", "SACT"): ("sact_start",),
    ("DTH", ""): ("death_date",),
    ("EOS", ""): ("reason", "withdrawn_from", "last_known_alive"),
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A form or one of its groups, with the columns that the outcomes need of it: items, and why one is missing."""

    crf: type[CRF]
    group: type[Group] | None
    columns: tuple[str, ...]

    def item(self, column: str) -> Item | None:
        """The item whose value a column holds; None for the reason why one is missing."""
        return (self.group or self.crf).items.get(column)

    @property
    def key(self) -> tuple[str, str]:
        """The OIDs of form and group."""
        return self.crf.oid, self.group.oid if self.group else ""

    @property
    def table(self) -> str:
        """The name of the database table, of the entity in the trail and of the file in a release."""
        return "_".join(["crf", *(part.lower() for part in self.key if part)])


def sources() -> list[Source]:
    """What is read, as far as this study build has it."""
    return [_source(oid, group, names) for (oid, group), names in SOURCES.items() if oid in REGISTRY]


def _source(oid: str, group: str, names: Iterable[str]) -> Source:
    crf = get_crf(oid)
    of_group = crf.groups[group] if group else None
    items = (of_group or crf).items
    return Source(crf, of_group, tuple(name for name in names if name.removesuffix(MISSING) in items))


def _answer(values: Mapping[str, Any], name: str) -> Answer:
    value, missing = values.get(name), values.get(name + MISSING)
    return EMPTY if value is None and missing is None else Answer(value, missing)


class PlainRow(Row):
    """A group row as read for the outcomes."""

    __slots__ = ("_values",)

    def __init__(self, uid: str, number: int, collection: type[CRF] | type[Group], values: Mapping[str, Any]) -> None:
        self.uid, self.number, self.collection, self._values = uid, number, collection, values

    def value(self, name: str) -> Any:
        """The value of an item or None."""
        return self._values.get(name)

    def __getattr__(self, name: str) -> Any:
        found = self._values.get(name)
        return super().__getattr__(name) if found is None else found

    def answer(self, name: str) -> Answer:
        """The answer of an item."""
        return _answer(self._values, name)


class PlainRecord(Record):
    """A record as read for the outcomes."""

    __slots__ = ("_values",)

    def __init__(
        self, uid: str, number: int, crf: type[CRF], values: Mapping[str, Any], visit: VisitView | None
    ) -> None:  # fmt: skip
        # There are many of these: nothing is copied, and nobody asks for the answers as a whole.
        self.uid, self.number, self.collection, self.visit, self._values = uid, number, crf, visit, values
        self.group_rows = {oid: [] for oid in crf.groups}
        self.version, self.entry_status = crf.version, ""

    def value(self, name: str) -> Any:
        """The value of an item or None."""
        return self._values.get(name)

    def __getattr__(self, name: str) -> Any:
        found = self._values.get(name)
        return super().__getattr__(name) if found is None else found

    def answer(self, name: str) -> Answer:
        """The answer of an item."""
        return _answer(self._values, name)


@dataclass
class CaseFile:
    """A participant as read for the outcomes: anchors, the dates of the visits, and the records by form."""

    code: str
    site: str
    first_dose: dt.date | None = None
    last_dose: dt.date | None = None
    is_locked: bool = False
    visit_dates: list[dt.date] = field(default_factory=list)
    records: dict[str, list[Record]] = field(default_factory=dict)

    def load(self, oid: str) -> list[Record]:
        """The records of a form in the order of visit and line."""
        return self.records.get(oid, [])
