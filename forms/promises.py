"""What an amendment may not do to a released CRF, each with what to do instead: nothing recorded loses its meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forms.versions import FIRST, order

Definition = dict[str, Any]
# A stored value means something else, or no longer fits, when one of these changes.
MEANING = ("type", "unit", "codelist_name", "table", "target", "many", "dictionary", "identifier")
SIZES = ("length", "digits", "precision", "scale", "signed")
# Where a record is kept follows from these.
OF_FORM = {
    "log": "kept line by line or by visit",
    "repeats": "kept once or several times a visit",
    "domain": "the domain",
}


def broken_promises(last: Definition, now: Definition) -> Iterator[str]:
    """A sentence for each thing that was promised by the last release and is not kept."""
    for key, words in OF_FORM.items():
        if last.get(key) != now.get(key):
            yield (
                f"{now['oid']} was released with another answer to: {words}. Its records would lose their place: "
                "leave it as it was and declare a new form."
            )
    yield from _of_groups(last, now)
    present = {item["oid"]: item for item in all_items(now)}
    for old in all_items(last):
        yield from _of_item(last, now, old, present.get(old["oid"]))
    if order(now["version"]) > order(last["version"]):
        released = {item["oid"] for item in all_items(last)}
        yield from _undated(last, now, [item for oid, item in present.items() if oid not in released])


def _of_groups(last: Definition, now: Definition) -> Iterator[str]:
    present = {group["oid"]: group for group in now["groups"]}
    for old in last["groups"]:
        new = present.get(old["oid"])
        if new and (bool(old["fixed"]) != bool(new["fixed"]) or new["fixed"] < old["fixed"]):
            yield (
                f"{now['oid']}.{old['oid']} was released with {old['fixed'] or 'any number of'} rows. Rows that were "
                f"filled in would have no place: keep that number, or add a new group under a new name."
            )


def _of_item(last: Definition, now: Definition, old: Definition, new: Definition | None) -> Iterator[str]:
    """What became of one released item: renamed, retyped, narrowed, dropped, moved between versions."""
    oid = old["oid"]
    instead = f'Keep it with retired="{now["version"]}" and add a new item under a new name.'
    if new is None:
        yield f"{oid} was released and is gone or renamed. {instead}"
    elif altered := [key for key in MEANING if old.get(key) != new.get(key)]:
        yield f"{oid} was released with another {' and '.join(altered)}. {instead}"
    elif narrowed := [key for key in SIZES if new.get(key, 0) < old.get(key, 0)]:
        yield f"{oid} was released with a larger {' and '.join(narrowed)}. {instead}"
    elif lost := [value for value in _values(last, old) if value not in _values(now, new)]:
        yield f"{oid} was released with the value {' and '.join(lost)}, which is gone. {instead}"
    elif bool(old.get("derived")) != bool(new.get("derived")):
        given, now_given = ("calculated", "typed") if old.get("derived") else ("typed", "calculated")
        yield f"{oid} was released as {given} and is {now_given} now. {instead}"
    elif old.get("retired") and old["retired"] != new.get("retired"):
        yield f"{oid} was retired in {old['retired']}. Leave it so and add a new item under a new name."
    elif old.get("since", FIRST) != new.get("since", FIRST):
        yield f"{oid} came with {old.get('since', FIRST)}. Give it back that version."
    elif new.get("retired") and not old.get("retired") and order(new["retired"]) <= order(last["version"]):
        yield f'{oid} was asked in the released {last["version"]}. Retire it with retired="{now["version"]}".'


def _undated(last: Definition, now: Definition, added: list[Definition]) -> Iterator[str]:
    """New items that would be asked of records entered under a released version."""
    for item in added:
        if order(item.get("since", FIRST)) <= order(last["version"]):
            yield (
                f"{item['oid']} is new, and records entered under {last['version']} were never asked it. "
                f'Declare it with since="{now["version"]}".'
            )


def _values(made: Definition, item: Definition) -> list[str]:
    """The values that a released item may hold, if they come from a code list."""
    if "codelist_name" not in item:
        return []
    return item["subset"] or [value for value, _, _ in made["codelists"][item["codelist_name"]]["values"]]


def all_items(made: Definition) -> Iterator[Definition]:
    """The items of a form and of its groups."""
    yield from made["items"]
    for group in made["groups"]:
        yield from group["items"]
