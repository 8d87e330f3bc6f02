"""Where a query stands and what it asks about, in the words of the forms instead of their codes."""

from __future__ import annotations

from functools import cache

from forms.crf import REGISTRY, collections
from forms.schedule import LOG, find_visit


@cache
def place_words(path: str) -> str:
    """'C1 adm. 1, IL-2 doses, Slots 7' of a path such as `001-004/C1A1/IL2D/SLOT/7`; the path where it is no form's."""
    _, *parts = path.split("/")
    crf = REGISTRY.get(parts[1]) if len(parts) > 1 else None
    if crf is None:
        return path
    visit, line, groups = find_visit(parts[0]) if parts[0] != LOG else None, parts[2:], crf.groups
    title = f"{crf.title} {line.pop(0)}" if line and line[0].isdigit() else crf.title
    row = groups[line[0]].row_title(line[1]) if len(line) > 1 and line[0] in groups else ""
    return ", ".join(part for part in (visit.short if visit else "", title, row) if part)


@cache
def item_words(oid: str) -> str:
    """The label of an item by its OID, such as `IL2A.DOSING_WEIGHT_KG`; the OID where no form has it."""
    crf = REGISTRY.get(oid.partition(".")[0])
    found = (
        (item.label for _, part in collections(crf) for item in part.items.values() if item.oid == oid) if crf else ()
    )
    return next(iter(found), oid)
