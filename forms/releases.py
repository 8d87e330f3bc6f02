"""Frozen CRF versions: what was released stays as it was, and a changed definition raises its version.

`python -m forms.releases check` names what is wrong; `python -m forms.releases release` freezes what is new.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import inspect
import json
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from forms import items as it
from forms.conditions import Both, Condition, Either, When
from forms.crf import CRF, Check, DefinitionError, Derivation, Group, all_crfs
from forms.items import Item
from forms.promises import broken_promises
from forms.versions import FIRST, order

RELEASED = Path(__file__).parent / "released"
COMMON = {field.name for field in dataclasses.fields(Item)}
Definition = dict[str, Any]


def definition(crf: type[CRF]) -> Definition:
    """Everything about a CRF that is data, in JSON types: two equal definitions ask the same questions."""
    return {
        "oid": crf.oid, "title": crf.title, "domain": crf.domain, "version": crf.version, "slug": crf.slug,
        "log": crf.log, "repeats": crf.repeats, "line_title": crf.line_title, **_since(crf), **_asked(crf),
        "groups": [_group(group) for group in crf.groups.values()], "codelists": _codelists(crf),
    }  # fmt: skip


def _group(group: type[Group]) -> Definition:
    return {
        "oid": group.oid, "title": group.title, "fixed": group.fixed, "required": group.required,
        **({"row_names": list(group.row_names)} if group.row_names else {}), **_asked(group),
    }  # fmt: skip


def _asked(collection: type[CRF] | type[Group]) -> Definition:
    return {
        "items": [_item(item) for item in collection.items.values()],
        "checks": [_check(check) for check in collection.checks],
        "derivations": [_derivation(derivation) for derivation in collection.derivations],
    }


def _item(item: Item) -> Definition:
    """The item's type and settings; of the settings that all types share, or that are None, only those that were set.

    So a new keyword of that kind changes no definition, while the defaults of a type are part of what was released.
    """
    plain = type(item)(item.label)
    made: Definition = {"name": item.name, "oid": item.oid, "type": type(item).__name__, "label": item.label}
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        is_implied = value is None if field.name not in COMMON else value == getattr(plain, field.name)
        if field.init and not is_implied:
            made[field.name] = _plain(value)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, When):
        return {"item": value.item, "values": list(value.values)}
    if isinstance(value, Both | Either):
        return {type(value).__name__.lower(): [_condition(part) for part in value.parts]}
    return list(value) if isinstance(value, tuple) else value


def _condition(condition: Condition) -> Any:
    return _plain(condition)


def _check(check: Check) -> Definition:
    return {
        "id": check.id, "function": check.function.__name__, "message": check.message, "on": list(check.on),
        "severity": check.severity, "target": check.target, "yields_to": list(check.yields_to),
        "source": source_digest(check.function), **_since(check),
    }  # fmt: skip


def _since(declared: Check | type[CRF]) -> Definition:
    """The version that brought a check or form; what was there from the first is released without it."""
    return {"since": declared.since} if declared.since != FIRST else {}


def _derivation(derivation: Derivation) -> Definition:
    return {
        "id": derivation.id, "function": derivation.function.__name__, "item": derivation.item,
        "on": list(derivation.on), "version": derivation.version, "source": source_digest(derivation.function),
    }  # fmt: skip


def source_digest(function: Callable[..., object]) -> str:
    """The SHA-256 of a function's source from `def` on, without docstring, comment lines and blank lines."""
    source = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    lines = source.splitlines()
    if ast.get_docstring(node) is not None:
        words = node.body[0]
        lines[words.lineno - 1 : words.end_lineno] = []
    kept = [line.rstrip() for line in lines[node.lineno - 1 :] if line.strip() and not line.strip().startswith("#")]
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def _codelists(crf: type[CRF]) -> Definition:
    """The offered values of each code list, with label and C-code, and where the list comes from."""
    used: Definition = {}
    for collection in (crf, *crf.groups.values()):
        for item in collection.items.values():
            if isinstance(item, it.Choice):
                named = used.setdefault(item.codelist_name, {"source": item.codelist.source, "values": []})
                offered = [[value, label, item.codelist.entry(value).ccode] for value, label in item.options]
                named["values"] += [entry for entry in offered if entry not in named["values"]]
    return used


def canonical_json(value: Any) -> str:
    """The one text of a definition: sorted names, one space of indent, so that a change is a readable difference."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def definitions_digest(crfs: Iterable[type[CRF]] | None = None) -> str:
    """The SHA-256 over all definitions of this study build; a seal carries it."""
    made = sorted((definition(crf) for crf in (all_crfs() if crfs is None else crfs)), key=lambda d: str(d["oid"]))
    return hashlib.sha256(canonical_json(made).encode()).hexdigest()


def find_release(oid: str, version: str, folder: Path = RELEASED) -> Definition | None:
    """The definition that was frozen as this version, or None; a file that cannot be read is refused."""
    path = folder / f"{oid}-{version}.json"
    if not path.exists():
        return None
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise DefinitionError(f"{path.name} is no released definition ({wrong}). Bring the file back.") from wrong
    if not isinstance(made, dict) or (made.get("oid"), made.get("version")) != (oid, version):
        raise DefinitionError(f"{path.name} does not hold {oid} {version}. Bring the file back.")
    return made


def released_versions(oid: str, folder: Path = RELEASED) -> list[str]:
    """The frozen versions of a CRF, oldest first."""
    versions = [path.stem.removeprefix(f"{oid}-") for path in folder.glob(f"{oid}-*.json")]
    try:
        return sorted(versions, key=order)
    except ValueError as wrong:
        raise DefinitionError(f"The releases of {oid} have a file of a wrong name: {wrong}.") from None


def find_last_release(oid: str, folder: Path = RELEASED) -> Definition | None:
    """The frozen definition of the highest version, or None."""
    versions = released_versions(oid, folder)
    return find_release(oid, versions[-1], folder) if versions else None


def release(crf: type[CRF], folder: Path = RELEASED) -> Path:
    """Freeze the present version of a CRF; refuses to alter what was released."""
    refused = [sentence for sentence in _problems(crf, folder) if sentence != _not_released(crf)]
    if refused:
        raise DefinitionError(" ".join(refused))
    path = folder / f"{crf.oid}-{crf.version}.json"
    path.write_text(canonical_json(definition(crf)), encoding="utf-8")
    return path


def changed_crfs(crfs: Sequence[type[CRF]] | None = None, folder: Path = RELEASED) -> list[str]:
    """What stands between this build and its releases, in sentences that say what to do; empty when all is frozen."""
    present = all_crfs() if crfs is None else list(crfs)
    sentences = [sentence for crf in present for sentence in _problems(crf, folder)]
    released = {path.stem.rpartition("-")[0] for path in folder.glob("*-*.json")}
    gone = sorted(released - {crf.oid for crf in present})
    return sentences + [f"{oid} was released and is gone. Bring its file back and retire its items." for oid in gone]


def _not_released(crf: type[CRF]) -> str:
    return f"{crf.oid} {crf.version} is not released. Run python -m forms.releases release."


def _problems(crf: type[CRF], folder: Path) -> Iterator[str]:
    last = find_last_release(crf.oid, folder)
    if last is None:
        yield _not_released(crf)
        return
    now = json.loads(canonical_json(definition(crf)))
    yield from broken_promises(last, now)
    if order(crf.version) > order(last["version"]):
        yield _not_released(crf)
    elif crf.version != last["version"]:
        yield f"{crf.oid} {crf.version} is older than its release {last['version']}. Raise its version."
    elif now != last:
        changed = ", ".join(_differences(last, now)[:5])
        yield f"{crf.oid} changed since its release {last['version']} ({changed}). Raise its version."


def _differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Where two definitions differ, as paths by OID, check id or name."""
    if isinstance(old, list) and isinstance(new, list) and all(isinstance(part, dict) for part in old + new):
        before, after = _keyed(old), _keyed(new)
        moved = [f"{path} order"] if list(before) != list(after) and set(before) == set(after) else []
        return moved + _differences(before, after, path)
    if isinstance(old, dict) and isinstance(new, dict):
        names = dict.fromkeys([*old, *new])
        return [
            found for name in names if name != "version" or path
            for found in _differences(old.get(name), new.get(name), f"{path} {name}".strip())
        ]  # fmt: skip
    return [] if old == new else [path]


def _keyed(parts: list[Definition]) -> dict[str, Definition]:
    keyed = {}
    for part in parts:
        key = f"{part['id']} {part['function']}" if "id" in part else str(part.get("name") or part.get("oid"))
        keyed[key] = part
    return keyed


def main(arguments: Sequence[str], folder: Path = RELEASED) -> int:
    """Check or release all CRFs of this build; returns the exit status."""
    import_module("forms.crfs")
    if list(arguments) == ["check"]:
        sentences = changed_crfs(folder=folder)
        sys.stdout.write("".join(f"{sentence}\n" for sentence in sentences) or "Every CRF is as released.\n")
        return 1 if sentences else 0
    if list(arguments) == ["release"]:
        return _release_all(folder)
    sys.stderr.write("Usage: python -m forms.releases check|release\n")
    return 2


def release_all(folder: Path = RELEASED) -> Iterator[tuple[bool, str]]:
    """Freeze every CRF that waits for it; yields for each whether it was released, and a sentence."""
    for crf in all_crfs():
        if not list(_problems(crf, folder)):
            continue
        try:
            yield True, f"Released {release(crf, folder).name}"
        except DefinitionError as refused:
            yield False, f"Refused: {refused}"


def _release_all(folder: Path) -> int:
    status = 0
    for is_released, sentence in release_all(folder):
        sys.stdout.write(f"{sentence}\n")
        status = status or (0 if is_released else 1)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
