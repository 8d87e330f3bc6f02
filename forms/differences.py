"""What differs between two versions of a CRF, in sentences that a data manager can put into an amendment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Definition = dict[str, Any]

# How a setting of an item is called; what is not here is called by its own name.
SETTINGS = {
    "label": "the question", "type": "the kind of answer", "unit": "the unit", "plausible": "the plausible range",
    "codelist_name": "the code list", "subset": "the values on offer", "help": "the help text", "sdtm": "SDTM",
    "cdash": "CDASH", "loinc": "LOINC", "length": "the length", "digits": "the number of digits",
    "precision": "the number of digits", "scale": "the digits after the point", "lines": "the lines to write on",
    "visible_if": "when it is asked", "target": "the form it refers to", "many": "several may be chosen",
    "open_list": "other words are taken", "signed": "it may be negative", "not_future": "a future date is asked about",
    "identifier": "it identifies a person", "assess": "an investigator answers it", "derived": "it is calculated",
    "editable": "what is calculated may be changed", "after_consent": "it dates a procedure",
    "verify": "it is verified against the source", "since": "the version that brought it",
    "dictionary": "the dictionary", "table": "the table of the site",
}  # fmt: skip
OF_FORM = {
    "title": "The title", "domain": "The SDTM domain", "line_title": "The name of a line", "slug": "The address",
    "log": "One record a line", "repeats": "Several a visit", "since": "The first version",
}  # fmt: skip


def differences(old: Definition, new: Definition) -> list[str]:
    """The sentences, in the order form, items, groups, code lists, checks, derivations; empty when nothing differs."""
    return [
        *_settings(old, new, OF_FORM),
        *_of_items(old, new, ""),
        *_of_groups(old, new),
        *_of_codelists(old, new),
        *_of_rules(old, new),
    ]


def _settings(old: Definition, new: Definition, names: dict[str, str]) -> Iterator[str]:
    for key, name in names.items():
        if old.get(key) != new.get(key):
            yield f"{name} is now {_shown(new.get(key))}; it was {_shown(old.get(key))}."


def _by(parts: Sequence[Definition], *keys: str) -> dict[tuple[str, ...], Definition]:
    return {tuple(str(part[key]) for key in keys): part for part in parts}


def _of_items(old: Definition, new: Definition, where: str) -> Iterator[str]:
    before, after = _by(old["items"], "name"), _by(new["items"], "name")
    for key, item in after.items():
        if key not in before:
            yield f"New item{where}: {_named(item)}, {_kind(item)}."
        else:
            yield from _of_item(before[key], item)
    for key, item in before.items():
        if key not in after:
            yield f"Item gone{where}: {_named(item)}."
    kept = [key for key in after if key in before]
    if kept != [key for key in before if key in after]:
        yield f"The items{where} stand in another order."


def _named(item: Definition) -> str:
    return f"{item['label']} ({item['oid']})"


def _kind(item: Definition) -> str:
    required = "required" if item.get("required") else "optional"
    words = [_type(item["type"]), required]
    if item.get("unit"):
        words.append(f"in {item['unit']}")
    if item.get("codelist_name"):
        words.append(f"code list {item['codelist_name']}")
    if item.get("visible_if"):
        words.append(f"asked when {_shown(item['visible_if'])}")
    return ", ".join(words)


def _type(name: str) -> str:
    spaced = "".join(f" {char.lower()}" if char.isupper() else char for char in name)
    return spaced.strip()


def _of_item(old: Definition, new: Definition) -> Iterator[str]:
    if new.get("retired") and not old.get("retired"):
        yield f"{_named(new)} is no longer asked from version {new['retired']} on; what was answered stays."
    elif old.get("retired") and not new.get("retired"):
        yield f"{_named(new)} is asked again."
    if bool(old.get("required")) != bool(new.get("required")):
        yield f"{_named(new)} is {'now' if new.get('required') else 'no longer'} required."
    for key in dict.fromkeys([*old, *new]):
        if key in ("name", "oid", "required", "retired") or old.get(key) == new.get(key):
            continue
        name = SETTINGS.get(key, key.replace("_", " "))
        yield f"{_named(old)}: {name} is now {_shown(new.get(key))}; it was {_shown(old.get(key))}."


def _of_groups(old: Definition, new: Definition) -> Iterator[str]:
    before, after = _by(old["groups"], "oid"), _by(new["groups"], "oid")
    for key, group in after.items():
        if key not in before:
            items = ", ".join(_named(item) for item in group["items"])
            yield f"New rows '{group['title']}' ({group['oid']}) with {items}."
            continue
        earlier = before[key]
        where = f" of the rows '{group['title']}'"
        yield from _settings(earlier, group, {"title": f"The title{where}", "fixed": f"The number{where}"})
        if earlier["required"] != group["required"]:
            yield f"At least one{where} is {'now' if group['required'] else 'no longer'} required."
        yield from _of_items(earlier, group, where)
    for key, group in before.items():
        if key not in after:
            yield f"The rows '{group['title']}' ({group['oid']}) are gone."


def _of_codelists(old: Definition, new: Definition) -> Iterator[str]:
    for name, codelist in new["codelists"].items():
        if name not in old["codelists"]:
            continue
        before = {value: label for value, label, _ in old["codelists"][name]["values"]}
        after = {value: label for value, label, _ in codelist["values"]}
        for value in [value for value in after if value not in before]:
            yield f"Code list {name} has the new value {value} ({after[value]})."
        for value in [value for value in before if value not in after]:
            yield f"Code list {name} no longer has {value} ({before[value]})."
        for value in [value for value in after if value in before and before[value] != after[value]]:
            yield f"Code list {name}: {value} now reads '{after[value]}'; it read '{before[value]}'."


def _rules(made: Definition, kind: str) -> dict[tuple[str, ...], Definition]:
    return _by([rule for part in (made, *made["groups"]) for rule in part[kind]], "id", "function")


def _of_rules(old: Definition, new: Definition) -> Iterator[str]:
    for kind, word in (("checks", "check"), ("derivations", "derivation")):
        before, after = _rules(old, kind), _rules(new, kind)
        for key, rule in after.items():
            if key not in before:
                yield f"New {word} {rule['id']} ({_purpose(rule)})."
            else:
                yield from _of_rule(before[key], rule, word)
        for key, rule in before.items():
            if key not in after:
                yield f"{word.capitalize()} {rule['id']} is gone ({_purpose(rule)})."


def _purpose(rule: Definition) -> str:
    if "item" in rule:
        return f"fills {rule['item']}"
    severity = "note" if rule["severity"] == "N" else "query"
    return f"{severity}: {rule['message']}"


OF_RULE = {
    "message": "the message", "severity": "the severity", "on": "what it reads", "target": "where it speaks",
    "yields_to": "the checks it yields to", "version": "the version", "since": "the version that brought it",
}  # fmt: skip


def _of_rule(old: Definition, new: Definition, word: str) -> Iterator[str]:
    subject = f"{word.capitalize()} {new['id']} ({new['function'].strip('_').replace('_', ' ')})"
    for key, name in OF_RULE.items():
        if old.get(key) != new.get(key):
            yield f"{subject}: {name} is now {_shown(new.get(key))}; it was {_shown(old.get(key))}."
    if old["source"] != new["source"]:
        yield f"{subject}: the rule itself changed."


def _shown(value: Any) -> str:
    """A setting as people read it."""
    if isinstance(value, dict):
        if "item" in value:
            return f"{value['item']} is {' or '.join(value['values'])}"
        joint, parts = next(iter(value.items()))
        return (" and " if joint == "both" else " or ").join(f"({_shown(part)})" for part in parts)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else f"'{value}'"
