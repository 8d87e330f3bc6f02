"""Links between lines, seen from both ends: a dose held for an event, a drug given for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from edc.records.book import Entry, SubjectBook
from edc.records.models import FormRecord
from edc.records.sources import line_words
from forms.crf import CRF, Group, all_crfs, collections, get_crf
from forms.dose_grids import DOSE_GRIDS
from forms.items import Reference
from forms.views import Row

DOSE_GROUPS = {(grid.crf.oid, grid.group.oid) for grid in DOSE_GRIDS}


@dataclass(frozen=True)
class Link:
    """One end of a link: the form where it leads, its words, and the place on its page."""

    record: FormRecord
    words: str
    anchor: str = ""


Links = Mapping[str, list[Link]]


def links_of(book: SubjectBook, crf: type[CRF]) -> Links:
    """The links of the lines of a log by record uid: first those that a line names, then those that name it."""
    found: dict[str, list[Link]] = defaultdict(list)
    for entry in _present(book, crf):
        found[entry.header.uid] = [
            _link(target) for oid, uid in _named_by(entry) for target in _present(book, get_crf(oid))
            if target.header.uid == uid
        ]  # fmt: skip
    for other, group, item in _referrers(crf.oid):
        for entry in _present(book, other):
            for row in entry.view.rows(group.oid) if group else [entry.view]:
                for uid in _uids(row, item):
                    found[uid].append(_link(entry, group, row))
    return found


def _present(book: SubjectBook, crf: type[CRF]) -> Iterator[Entry]:
    return (entry for entry in book.entries(crf.oid) if not entry.header.removed)


def _named_by(entry: Entry) -> Iterator[tuple[str, str]]:
    """The lines that a line names: OID and uid."""
    for item in entry.crf.items.values():
        if isinstance(item, Reference) and _is_declared(item.target):
            yield from ((item.target, uid) for uid in _uids(entry.view, item))


def _is_declared(oid: str) -> bool:
    return any(crf.oid == oid for crf in all_crfs())


@cache
def _referrers(oid: str) -> tuple[tuple[type[CRF], type[Group] | None, Reference], ...]:
    """The questions of all forms whose answer may be a line of a log."""
    return tuple(
        (crf, crf.groups[group] if group else None, item)
        for crf in all_crfs()
        for group, part in collections(crf)
        for item in part.items.values()
        if isinstance(item, Reference) and item.target == oid
    )


def _uids(row: Row, item: Reference) -> Iterable[str]:
    value = row.value(item.name)
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (str(value),)


def _link(entry: Entry, group: type[Group] | None = None, row: Row | None = None) -> Link:
    """'Medication 4 Paracetamol' for a line, 'Course 1, admission 1 (IL-2), dose 4' for a row of a form at a visit."""
    header = entry.header
    if entry.crf.log:
        return Link(header, f"{entry.crf.line_title} {line_words(entry.view)}")
    place = [header.visit.label] if header.visit else []
    if group is None or row is None:
        return Link(header, ", ".join([*place, entry.crf.title]))
    if (entry.crf.oid, group.oid) in DOSE_GROUPS:
        return Link(header, ", ".join([*place, f"dose {row.number}"]), f"#dose-{row.number}")
    return Link(header, ", ".join([*place, entry.crf.title, group.row_title(row.number)]))
