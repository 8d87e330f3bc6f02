"""Runs derivations and edit checks of one record on plain views; the engine stores what comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from forms import items as it
from forms.conditions import When
from forms.crf import (
    CRF,
    Check,
    Derivation,
    Fail,
    Group,
    all_crfs,
    collections,
    declarations,
    foreign_crfs,
    get_crf,
    order_of_derivations,
)
from forms.items import Answer, Item
from forms.procedures import procedures
from forms.reading import display
from forms.versions import order
from forms.views import Record, Row, SubjectView

NOTE, QUERY = "N", "Q"


@dataclass(frozen=True, slots=True)
class Finding:
    """What an edit check found: where, how grave, and the sentence for the site."""

    check_id: str
    severity: str
    record_uid: str
    row_uid: str | None
    item: str | None
    message: str

    @property
    def key(self) -> tuple[str, str, str | None, str | None]:
        """The identity of the fact: one open query per key."""
        return self.check_id, self.record_uid, self.row_uid, self.item


class _Unknown(Exception):
    """An input of a check is empty and not marked optional."""


def is_visible(item: Item, row: Row, record: Record) -> bool:
    """Whether the item is asked now: by the record's CRF version, and by the answers of row, record and visit."""
    if not item.is_in(record.version):
        return False
    return item.visible_if is None or item.visible_if.holds(lambda name: _condition_value(name, row, record))


def is_required(item: Item, row: Row, record: Record) -> bool:
    """Whether a person has to answer the item, once it is asked."""
    if isinstance(item.required, bool):
        return item.required and (item.editable or not item.derived)
    return item.required.holds(lambda name: _condition_value(name, row, record))


def _condition_value(name: str, row: Row, record: Record) -> object:
    if name.startswith("record."):
        return record.value(name[7:])
    if name.startswith("visit."):
        return getattr(record.visit, name[6:], None)
    return row.value(name)


def rows_of(record: Record) -> Iterator[tuple[str | None, Row]]:
    """The record itself (group None) and every row of its groups."""
    yield None, record
    for oid, rows in record.group_rows.items():
        for row in rows:
            yield oid, row


Getter = Callable[[Row, Record, SubjectView], object]
_PLAIN: Mapping[str, Getter] = {
    "now": lambda row, record, subject: subject.now,
    "today": lambda row, record, subject: subject.today,
    "visit": lambda row, record, subject: record.visit,
    "self": lambda row, record, subject: row,
    "subject": lambda row, record, subject: subject,
    "procedures": lambda row, record, subject: procedures(subject),
}


@cache
def _getter(name: str) -> Getter:
    """How an input is read, by its name; found once, as rules run on every row of a participant."""
    kind, _, argument = name.partition(":")
    if argument:
        return _getter_of_records(kind, argument)
    head, _, rest = name.partition(".")
    if not rest:
        return _PLAIN.get(name) or (lambda row, record, subject: row.value(name))
    if head == "record":
        return lambda row, record, subject: record.value(rest)
    if head == "visit":
        return lambda row, record, subject: getattr(record.visit, rest, None)
    if head == "subject":
        return lambda row, record, subject: getattr(subject, rest)
    if head in ("site", "study"):
        return lambda row, record, subject: getattr(subject, head).get(rest)
    return lambda row, record, subject: next((r.value(rest) for r in subject.load(head)), None)


def _getter_of_records(kind: str, argument: str) -> Getter:
    if kind == "rows":
        return lambda row, record, subject: record.rows(argument)
    if kind == "ever":
        return lambda row, record, subject: subject.load_removed(argument) + subject.load(argument)
    if kind == "all":
        return lambda row, record, subject: subject.load(argument)
    return lambda row, record, subject: _at_same_visit(record, subject.load(argument))


def _at_same_visit(record: Record, others: Iterable[Record]) -> Record | None:
    if record.visit is None:
        return None
    here = record.visit.uid
    return next((one for one in others if one.visit is not None and one.visit.uid == here), None)


@cache
def _getters(names: tuple[str, ...]) -> tuple[tuple[Getter, bool], ...]:
    """How each input of a rule is read, and whether it may be empty."""
    return tuple((_getter(name.rstrip("?")), name.endswith("?")) for name in names)


def _inputs(declared: Check | Derivation, row: Row, record: Record, subject: SubjectView) -> list[object]:
    values = []
    for getter, may_be_empty in _getters(declared.on):
        value = getter(row, record, subject)
        if value is None and not may_be_empty:
            raise _Unknown
        values.append(value)
    return values


Derived = tuple[str | None, Row, str, object, Derivation]
MOST_PASSES = 5


def run_derivations(record: Record, subject: SubjectView) -> list[Derived]:
    """Recompute the derived items of a record in place; returns (group, row, item, value, rule) for each that changed.

    A derived item that is declared editable keeps a value that a person typed. Rows may read derived items of their
    record and the record those of its rows, so the rules are run again until nothing moves.
    """
    changed: dict[tuple[str, str], Derived] = {}
    for _ in range(MOST_PASSES):
        moved = _derive_once(record, subject)
        changed |= {(row.uid, item): (group, row, item, value, rule) for group, row, item, value, rule in moved}
        if not moved:
            break
    return list(changed.values())


def _derive_once(record: Record, subject: SubjectView) -> list[Derived]:
    moved: list[Derived] = []
    for group_oid, collection in reversed(list(collections(record.crf))):
        rows: Iterable[Row] = record.rows(group_oid) if group_oid else [record]
        for derivation in order_of_derivations(collection):
            for row in rows:
                item = collection.items[derivation.item]
                if _is_kept(item, row) or not item.is_in(record.version):
                    continue
                value = _derived_value(derivation, row, record, subject)
                if value != row.value(derivation.item) or str(value) != str(row.value(derivation.item)):
                    row.answers[derivation.item] = Answer(value, None, "derived")
                    moved.append((group_oid, row, derivation.item, value, derivation))
    return moved


def _is_kept(item: Item, row: Row) -> bool:
    answer = row.answer(item.name)
    return item.editable and answer.is_given and answer.origin != "derived"


def _derived_value(derivation: Derivation, row: Row, record: Record, subject: SubjectView) -> object:
    try:
        return derivation.function(*_inputs(derivation, row, record, subject))
    except _Unknown:
        return None


def explanations(record: Record, subject: SubjectView) -> dict[tuple[str, str], str]:
    """The arithmetic behind derived values in words, by row uid ("" for the record) and item name."""
    found: dict[tuple[str, str], str] = {}
    for group_oid, collection in collections(record.crf):
        rows: Iterable[Row] = record.rows(group_oid) if group_oid else [record]
        for rule in collection.derivations:
            for row in rows if rule.explain else ():
                answer = row.answer(rule.item)
                is_ours = answer.value is not None and answer.origin == "derived"
                if is_ours and (words := _explained(rule, row, record, subject)):
                    found[row.uid if group_oid else "", rule.item] = words
    return found


def _explained(rule: Derivation, row: Row, record: Record, subject: SubjectView) -> str | None:
    assert rule.explain
    try:
        return rule.explain(*_inputs(rule, row, record, subject))
    except _Unknown:
        return None


def findings(record: Record, subject: SubjectView) -> list[Finding]:
    """All findings of one record: the general checks and those its CRF declares, one per fact (precedence applied)."""
    found: list[Finding] = []
    for group_oid, row in rows_of(record):
        found.extend(_general(row, record, subject))
        collection = record.crf.groups[group_oid] if group_oid else record.crf
        for check in collection.checks:
            found.extend(_run(check, row, record, subject))
    return _one_per_fact(found, record)


def notes(record: Record, subject: SubjectView) -> list[Finding]:
    """The findings that pages show and nobody is asked about; only their checks run, and those they yield to."""
    wanted = _looked_at_for_notes(record.crf.oid)
    found: list[Finding] = []
    for group_oid, row in rows_of(record) if wanted else ():
        found.extend(finding for finding in _general(row, record, subject) if finding.check_id in wanted)
        collection = record.crf.groups[group_oid] if group_oid else record.crf
        for check in collection.checks:
            if check.id in wanted:
                found.extend(_run(check, row, record, subject))
    return [finding for finding in _one_per_fact(found, record) if finding.severity == NOTE]


@cache
def _looked_at_for_notes(oid: str) -> frozenset[str]:
    noted = [
        check for _, collection in collections(get_crf(oid)) for check in collection.checks if check.severity == NOTE
    ]
    return frozenset(check.id for check in noted) | frozenset(other for check in noted for other in check.yields_to)


def _applies(check: Check, row: Row, record: Record) -> bool:
    """Whether the record's CRF version knows the check and asks the item at which it would speak."""
    target = row.collection.items.get(check.target)
    return order(check.since) <= order(record.version) and (target is None or target.is_in(record.version))


def _run(check: Check, row: Row, record: Record, subject: SubjectView) -> Iterator[Finding]:
    if not _applies(check, row, record):
        return
    try:
        inputs = _inputs(check, row, record, subject)
    except _Unknown:
        return
    result = check.function(*inputs)
    named = _named(check, inputs)
    for failure in result if isinstance(result, list) else [result]:
        if failure is None or failure is True:
            continue
        where = failure if isinstance(failure, Fail) else Fail()
        item = where.item or check.target or None
        row_uid = where.row_uid or (row.uid if row is not record else None)
        message = _message(check.message, row, {**named, **where.values}, item)
        yield Finding(check.id, check.severity, record.uid, row_uid, item, message)


def _named(check: Check, inputs: list[object]) -> dict[str, object]:
    """The inputs by the last part of their names, for the message; the row's own items win over those of other CRFs."""
    pairs = [(name.rstrip("?"), value) for name, value in zip(check.on, inputs, strict=True)]
    last = {name.rpartition(".")[2].rpartition(":")[2]: value for name, value in pairs}
    return last | {name: value for name, value in pairs if name.isidentifier()}


class _Words(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "..."


def _message(template: str, row: Row, values: dict[str, object], item: str | None) -> str:
    items = row.collection.items
    words = {
        name: value if name not in items or not isinstance(value, (tuple, str)) else display(items[name], value)
        for name, value in values.items()
        if value is not None
    }
    words = {name: str(value).replace("T", " ") if _is_instant(value) else value for name, value in words.items()}
    if item in items:
        words.setdefault("label", items[item].label)
    return template.format_map(_Words(words))


def _is_instant(value: object) -> bool:
    return isinstance(value, str) and len(value) == 16 and value[10] == "T"


def _general(row: Row, record: Record, subject: SubjectView) -> Iterator[Finding]:
    """GEN-02 (future), GEN-05 (plausible range), GEN-07 (specify), IC-01 (before consent)."""
    for item in row.collection.items_in(record.version):
        value = row.value(item.name)
        row_uid = row.uid if row is not record else None
        if value is None:
            if chosen := _other_without_text(item, row):
                sentence = f"You chose 'Other' for {chosen.label}: describe it."
                yield Finding("GEN-07", QUERY, record.uid, row_uid, item.name, sentence)
            continue
        for check_id, message in _general_of_value(item, value, subject):
            yield Finding(check_id, QUERY, record.uid, row_uid, item.name, message)


def _other_without_text(item: Item, row: Row) -> Item | None:
    """The item answered 'other' that this empty text was to describe."""
    condition = item.visible_if
    if not isinstance(item, it.Text) or not isinstance(condition, When) or row.answer(item.name).is_given:
        return None
    chosen = row.collection.items.get(condition.item)
    others = tuple(v for v in condition.values if v == "OTHER" or v.endswith("Other, specify"))
    is_other = chosen is not None and bool(others) and When(condition.item, others).holds(row.value)
    return chosen if is_other else None


def _general_of_value(item: Item, value: object, subject: SubjectView) -> Iterator[tuple[str, str]]:
    if isinstance(item, (it.Date, it.PartialDate, it.DateTime)):
        text = value.isoformat() if isinstance(value, dt.date) else str(value)
        if item.not_future and text > subject.now[: len(text)]:
            shown, now = text.replace("T", " "), subject.now.replace("T", " ")
            yield "GEN-02", f"{item.label} {shown} is in the future (now {now}). Check day, month and year."
        consent = subject.consent_date
        if item.after_consent and consent is not None and text < consent.isoformat()[: len(text)]:
            yield (
                "IC-01",
                f"{item.label} {text.replace('T', ' ')} is before consent ({consent}). "
                "If it was standard of care, answer so; otherwise correct a date.",
            )
    limits = item.limits
    if limits is not None and isinstance(item, (it.Integer, it.Decimal)) and not limits[0] <= value <= limits[1]:  # type: ignore[operator]
        unit = f" {item.unit}" if item.unit else ""
        yield (
            "GEN-05",
            f"{item.label} {value}{unit} is outside the usual {limits[0]}-{limits[1]}{unit}. "
            "If correct, confirm; check decimal point and unit.",
        )


def _one_per_fact(found: list[Finding], record: Record) -> list[Finding]:
    """Drop GEN-05 where the form's own check speaks for the item, and checks that yield to one that fired there."""
    yields: dict[str, set[str]] = {}
    for _, collection in collections(record.crf):
        for check in collection.checks:
            yields.setdefault(check.id, set()).update(check.yields_to)
    at: dict[tuple[str | None, str | None], set[str]] = {}
    for finding in found:
        at.setdefault((finding.row_uid, finding.item), set()).add(finding.check_id)
    kept: dict[tuple[str, str, str | None, str | None], Finding] = {}
    for finding in found:
        others = at[finding.row_uid, finding.item] - {finding.check_id}
        if finding.check_id == "GEN-05" and any(not other.startswith(("GEN-", "IC-")) for other in others):
            continue
        if not others & yields.get(finding.check_id, set()):
            kept.setdefault(finding.key, finding)
    return list(kept.values())


def open_required(record: Record) -> list[tuple[str | None, Row, Item]]:
    """GEN-04: the required, visible items that have neither value nor missing reason, with their group and row."""
    missing = []
    for group_oid, row in [*rows_of(record), *_blank_rows(record)]:
        for item in row.collection.items.values():
            asked = is_required(item, row, record) and is_visible(item, row, record)
            if asked and not row.answer(item.name).is_given:
                missing.append((group_oid, row, item))
    return missing


def _blank_rows(record: Record) -> Iterator[tuple[str, Row]]:
    """The rows of fixed grids that nobody filled in yet: they are asked like any other."""
    for oid, group in record.crf.groups.items():
        filled = {row.number for row in record.rows(oid)}
        for number in range(1, group.fixed + 1):
            if number not in filled:
                yield oid, Row("", number, group)


def empty_required_groups(record: Record) -> list[type[Group]]:
    """Groups that must have at least one row and have none."""
    return [
        group
        for oid, group in record.crf.groups.items()
        if group.required and not record.rows(oid) and group.items_in(record.version)
    ]


def hidden_answers(record: Record) -> list[tuple[str | None, Row, Item]]:
    """Answers that stand in items no longer asked: kept until cleared with a reason or asked again."""
    return [
        (group_oid, row, item)
        for group_oid, row in rows_of(record)
        for item in row.collection.items.values()
        if row.answer(item.name).is_given
        and not item.derived
        and item.is_in(record.version)
        and not is_visible(item, row, record)
    ]


def may_move(record: Record, subject: SubjectView, facts: frozenset[str]) -> bool:
    """Whether a derived item of a record comes out anew after a change of `facts`: then run all its derivations.

    Facts are OIDs of CRFs, and `visit` and `subject` for the dates of the schedule.
    """
    return any(
        str(_derived_value(rule, row, record, subject)) != str(row.value(rule.item))
        for rule, row in _rules_on_rows(record, facts)
        if isinstance(rule, Derivation)
        and not _is_kept(row.collection.items[rule.item], row)
        and row.collection.items[rule.item].is_in(record.version)
    )


def may_fire(record: Record, subject: SubjectView, facts: frozenset[str]) -> bool:
    """Whether a check that reads `facts` finds something in a record: then look for all its findings."""
    return any(
        next(_run(rule, row, record, subject), None) is not None
        for rule, row in _rules_on_rows(record, facts)
        if isinstance(rule, Check) and rule.severity == QUERY
    )


def _rules_on_rows(record: Record, facts: frozenset[str]) -> Iterator[tuple[Check | Derivation, Row]]:
    for group_oid, rule in rules_reading(record.crf.oid, facts):
        rows: Iterable[Row] = record.rows(group_oid) if group_oid else [record]
        for row in rows:
            yield rule, row


@cache
def rules_reading(oid: str, facts: frozenset[str]) -> tuple[tuple[str | None, Check | Derivation], ...]:
    """The checks and derivations of a CRF, with their group, that a change of `facts` can concern."""
    return tuple(
        (group_oid, rule)
        for group_oid, collection in collections(get_crf(oid))
        for rule in declarations(collection)
        if facts & (foreign_crfs(rule) | {name.rstrip("?").partition(".")[0] for name in rule.on})
    )


@cache
def dependents(oid: str) -> frozenset[str]:
    """The CRFs whose checks or derivations read records of the CRF `oid`; known once all CRFs are declared."""
    return frozenset(crf.oid for crf in all_crfs() if crf.oid != oid and oid in _read_by(crf))


@cache
def with_inputs(oids: frozenset[str]) -> frozenset[str]:
    """Some CRFs with those that their rules read."""
    return oids.union(*(_read_by(get_crf(oid)) for oid in oids))


@cache
def self_readers() -> frozenset[str]:
    """The CRFs whose checks or derivations look at all records of their own CRF."""
    return frozenset(crf.oid for crf in all_crfs() if crf.oid in _read_by(crf))


@cache
def neighbours(oid: str) -> frozenset[str]:
    """The CRF with those whose rules read it, those that its own rules read, and those that a line leads to or from.

    A save looks at them together, and so does the page of a line of a log.
    """
    return dependents(oid) | _read_by(get_crf(oid)) | _linked_with(oid) | {oid}


def _linked_with(oid: str) -> frozenset[str]:
    named = {(crf.oid, item.target.partition(".")[0]) for crf in all_crfs() for item in _references(crf)}
    return frozenset({crf for crf, target in named if target == oid} | {target for crf, target in named if crf == oid})


def _references(crf: type[CRF]) -> Iterator[it.Reference]:
    parts = (part for _, part in collections(crf))
    return (item for part in parts for item in part.items.values() if isinstance(item, it.Reference))


def _read_by(crf: type[CRF]) -> set[str]:
    found: set[str] = set()
    for _, collection in collections(crf):
        for check in collection.checks:
            found |= foreign_crfs(check)
        for derivation in collection.derivations:
            found |= foreign_crfs(derivation)
    return found
