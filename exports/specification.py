"""The specification of the study as tables: settings, visits, forms, items, code lists, checks, derivations.

All of it is read from the declarations, so it says what the software does; `exports.specification_files` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms import items as it
from forms import schedule, study
from forms.codelists import LISTS
from forms.conditions import Condition
from forms.crf import CRF, Check, Derivation, all_crfs, collections
from forms.describe import data_dictionary_row
from forms.evaluation import NOTE
from forms.wording import (
    DUE_WORDS,
    SEVERITIES,
    Collection,
    checks_at,
    rule_words,
    visit_sentences,
    window_sentence,
)

Cells = Sequence[str]


@dataclass(frozen=True)
class SpecificationTable:
    """One part of the specification: its name, what it says, the heads of its columns with their widths, its rows.

    `shares` are the widths of the columns on paper; a column without one is left out there.
    """

    name: str
    about: str
    columns: Mapping[str, int]
    rows: Sequence[Cells]


def specification(crfs: Sequence[type[CRF]] | None = None) -> list[SpecificationTable]:
    """Every part of the specification of this study build."""
    chosen = all_crfs() if crfs is None else list(crfs)
    return [
        _table("Settings", "The protocol's constants: source, and which were assumed.", _SETTINGS, _settings()),
        _table("Visits", "The visits, their numbers, and the days allowed around them.", _VISITS, _visits()),
        _table("Forms", "The forms in the order of the casebook.", _FORMS, map(_form, chosen)),
        SpecificationTable(
            "Forms x visits", f"How a form belongs to a visit: {_due_legend()}.",
            {"Form": 24, **{visit.oid.format(n="n"): 9 for visit in schedule.VISIT_KINDS.values()}},
            _matrix(chosen),
        ),
        _table("Items", "Every question, with the rules that go with it.", _ITEMS, _items(chosen)),
        _table("Code lists", "The values that choices offer.", _LISTS, _code_lists(chosen)),
        _table("Checks", "The edit checks of the forms, and those that every form has.", _CHECKS, _checks(chosen)),
        _table("Derivations", "What the system computes.", _DERIVATIONS, _derivations(chosen)),
    ]  # fmt: skip


def _table(name: str, about: str, columns: Mapping[str, int], rows: Any) -> SpecificationTable:
    return SpecificationTable(name, about, columns, list(rows))


_SETTINGS = {"Setting": 44, "Value": 50, "Unit": 14, "Source": 34, "Status": 12, "Name": 30}
_VISITS = {"OID": 12, "Visit": 36, "Number": 18, "Window": 80}
_FORMS = {"OID": 10, "Form": 34, "Version": 9, "SDTM domain": 13, "Kept": 14, "Items": 8, "Checks": 8, "Visits": 90}
_ITEMS = {
    "Form": 10, "Group": 14, "OID": 28, "Question": 44, "Type": 9, "Length": 8, "Format": 12, "Holds": 44,
    "Code list": 14, "Unit": 12, "Answered by": 14, "Required": 12, "Asked when": 40, "Plausible range": 18, "SDTM": 34,
    "CDASH": 14, "LOINC": 12, "Checks": 30, "Help": 50, "Identifies a person": 10, "Verified against source": 10,
    "Since": 8, "Retired": 8,
}  # fmt: skip
_LISTS = {"Code list": 16, "Source": 16, "Value": 36, "Label": 50, "C-code": 12}
_CHECKS = {
    "Check": 12, "Form": 10, "Group": 14, "Severity": 10, "Speaks at": 28, "Rule": 60, "Message": 70, "Reads": 50,
    "Yields to": 24, "Since": 8,
}  # fmt: skip
_DERIVATIONS = {"Rule": 12, "Version": 9, "Form": 10, "Group": 14, "Item": 28, "What it gives": 60, "Reads": 60}


def _settings() -> Iterator[Cells]:
    for name, setting in study.SETTINGS.items():
        status = "assumed" if setting.assumed else "stated"
        yield [setting.label or name, _value(setting.value), setting.unit, setting.source, status, name]


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_value(part)}" for key, part in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    return "none" if value is None else "yes" if value is True else "no" if value is False else str(value)


def _visits() -> Iterator[Cells]:
    for kind, visit in schedule.VISIT_KINDS.items():
        number = "" if visit.first_visitnum is None else str(visit.first_visitnum)
        stepped = f"{number}, + {visit.step} each" if visit.step and number else number
        yield [visit.oid.format(n="n"), visit.label.format(n="n"), stepped, window_sentence(kind)]


def _form(crf: type[CRF]) -> Cells:
    parts = [part for _, part in collections(crf)]
    kept = "log" if crf.log else "several a visit" if crf.repeats else "once a visit"
    kept = "once" if crf.oid in schedule.ONCE_FORMS else kept
    items, checks = (str(sum(len(getattr(part, what)) for part in parts)) for what in ("items", "checks"))
    return [crf.oid, crf.title, crf.version, crf.domain, kept, items, checks, " ".join(visit_sentences(crf))]


def _due_legend() -> str:
    return ", ".join(f"{due} {words.lower()}" for due, words in DUE_WORDS.items())


def _matrix(crfs: Sequence[type[CRF]]) -> list[Cells]:
    found: list[Cells] = []
    for crf in crfs:
        row = schedule.FORMS_BY_VISIT.get(crf.oid, {})
        marks = [row[kind].value if kind in row else "" for kind in schedule.VISIT_KINDS]
        found.append([f"{crf.oid} {crf.title}", *marks])
    return found


def _items(crfs: Sequence[type[CRF]]) -> Iterator[Cells]:
    for crf in crfs:
        for group, part in collections(crf):
            for item in part.items.values():
                known = {key: str(fact) for key, fact in data_dictionary_row(item).items()}
                checks = ", ".join(f"{check_id} {severity}" for check_id, severity in checks_at(item, crf, part))
                yield [
                    crf.oid, group or "", item.oid, item.label, known["type"], known["length"], known["format"],
                    known["words"], known["codelist"], item.unit, known["answered_by"], known["required"],
                    _names(item.visible_if), known["plausible_range"], item.sdtm, item.cdash, item.loinc, checks,
                    item.help, known["identifies"], known["verified"] or "no", item.since, item.retired,
                ]  # fmt: skip


def _names(condition: Condition | None) -> str:
    return condition.words() if condition else ""


def _code_lists(crfs: Sequence[type[CRF]]) -> Iterator[Cells]:
    """The lists that the items of these forms use, and that of the missing reasons."""
    used = {
        item.codelist_name
        for crf in crfs
        for _, part in collections(crf)
        for item in part.items.values()
        if isinstance(item, it.Choice)
    }
    for name, codelist in LISTS.items():
        if name in used or name == "MISSRSN":
            for entry in codelist:
                yield [name, codelist.source, entry.value, entry.label, entry.ccode]


# The checks that evaluation and completion run for every form, whose sentences stand there.
GENERAL = {
    "GEN-02": (
        "A date lies in the future.",
        "{label} {value} is in the future (now {now}). Check day, month and year.",
    ),
    "GEN-04": (
        "A required item of a form to be completed has neither value nor reason.",
        "{label} is expected here. Enter it, or choose why it is missing.",
    ),
    "GEN-05": (
        "A number lies outside its plausible range.",
        "{label} {value} is outside the usual {low}-{high}. If correct, confirm; check decimal point and unit.",
    ),
    "GEN-07": ("'Other' was chosen and not described.", "You chose 'Other' for {label}: describe it."),
    "IC-01": (
        "A procedure of the study lies before the consent.",
        "{label} {value} is before consent ({consent}). If it was standard of care, answer so; "
        "otherwise correct a date.",
    ),
}


def _checks(crfs: Sequence[type[CRF]]) -> Iterator[Cells]:
    for check_id, (rule, message) in GENERAL.items():
        yield [check_id, "any", "", SEVERITIES["Q"], "the item", rule, message, "", "", ""]
    yield from _rules(crfs, lambda part: part.checks, _check)


def _check(crf: type[CRF], group: str, part: Collection, check: Check) -> Cells:
    target = part.items.get(check.target) or _anywhere(crf, check.target)
    return [
        check.id, crf.oid, group, SEVERITIES["N" if check.severity == NOTE else "Q"],
        target.oid if target else "the form", rule_words(check), check.message, inputs_of(check, part),
        " ".join(check.yields_to), check.since,
    ]  # fmt: skip


def _anywhere(crf: type[CRF], name: str) -> it.Item | None:
    return next((part.items[name] for _, part in collections(crf) if name in part.items), None)


def _derivations(crfs: Sequence[type[CRF]]) -> Iterator[Cells]:
    yield from _rules(crfs, lambda part: part.derivations, _derivation)


def _derivation(crf: type[CRF], group: str, part: Collection, rule: Derivation) -> Cells:
    target = part.items[rule.item]
    return [rule.id, rule.version, crf.oid, group, target.oid, rule_words(rule), inputs_of(rule, part)]


def _rules(
    crfs: Sequence[type[CRF]], of: Callable[[Collection], Sequence[Any]], row: Callable[..., Cells]
) -> Iterator[Cells]:  # fmt: skip
    for crf in crfs:
        for group, part in collections(crf):
            for rule in of(part):
                yield row(crf, group or "", part, rule)


def inputs_of(rule: Check | Derivation, part: Collection) -> str:
    """What a rule reads, by OID where it is an item of the same form; those in brackets may be empty."""
    shown = []
    for name in rule.on:
        plain = name.rstrip("?")
        words = part.items[plain].oid if plain in part.items else plain
        shown.append(f"({words})" if name.endswith("?") else words)
    return ", ".join(shown)
