"""A CRF in a terminal: its items, rows, checks and derivations as lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from exports.paper_items import type_words, version_words
from exports.specification import inputs_of
from forms import items as it
from forms.crf import CRF, collections
from forms.items import Item
from forms.wording import SEVERITIES, Collection, checks_at, required_words, rule_words, sdtm_words, visit_sentences

INDENT = "    "


def crf_lines(crf: type[CRF], width: int) -> Iterator[str]:
    """The lines of a CRF, none longer than `width`."""
    yield f"{crf.title} ({crf.oid}), version {crf.version}, SDTM domain {crf.domain}"
    for sentence in visit_sentences(crf):
        yield from _wrapped(sentence, width, INDENT)
    for group, part in collections(crf):
        yield ""
        yield "Items" if group is None else f"Rows: {part.title} ({group}){_rows(crf, group)}"
        for item in part.items.values():
            yield from _item(item, crf, part, width)
    yield from _rules(crf, width)


def _rows(crf: type[CRF], group: str) -> str:
    fixed = crf.groups[group].fixed
    return f", {fixed} rows" if fixed else ", any number"


def _item(item: Item, crf: type[CRF], part: Collection, width: int) -> Iterator[str]:
    unit = f" [{item.unit}]" if item.unit else ""
    yield from _wrapped(f"{item.oid}  {item.label}{unit}", width, "  ")
    facts = [type_words(item), f"{required_words(item, crf, part)}.", version_words(item)]
    if item.plausible:
        facts.append(f"Plausible {' to '.join(item.plausible)}.")
    yield from _wrapped(" ".join(filter(None, facts)), width, INDENT * 2)
    if isinstance(item, it.Choice) and len(item.options) <= 12:
        offered = "; ".join(value if value == label else f"{value} = {label}" for value, label in item.options)
        yield from _wrapped(offered, width, INDENT * 2)
    named = [sdtm_words(item), ", ".join(f"{check} ({severity})" for check, severity in checks_at(item, crf, part))]
    for words in filter(None, named):
        yield from _wrapped(words, width, INDENT * 2)


def _rules(crf: type[CRF], width: int) -> Iterator[str]:
    parts = [part for _, part in collections(crf)]
    if any(part.checks for part in parts):
        yield from ("", "Checks")
    for part in parts:
        for check in part.checks:
            since = f", since {check.since}" if check.since != crf.since else ""
            head = f"{check.id} ({SEVERITIES[check.severity]}{since})  {rule_words(check)}"
            yield from _wrapped(head, width, "  ")
            yield from _wrapped(f'"{check.message}"', width, INDENT * 2)
            yield from _wrapped(f"Reads {inputs_of(check, part)}", width, INDENT * 2)
    if any(part.derivations for part in parts):
        yield from ("", "Derivations")
    for part in parts:
        for rule in part.derivations:
            target = part.items[rule.item].oid
            yield from _wrapped(f"{rule.id} {rule.version}  {target}: {rule_words(rule)}", width, "  ")
            yield from _wrapped(f"Reads {inputs_of(rule, part)}", width, INDENT * 2)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text, max(width, 40), initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )
