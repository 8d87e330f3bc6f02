"""CRFs and their repeating groups: the declaration of what is collected, with its checks and derivations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from forms.conditions import parts_of
from forms.items import Choice, Item, conditions_of
from forms.versions import FIRST, order

REGISTRY: dict[str, type[CRF]] = {}
PLAIN_WORDS = ("now", "today", "visit", "self", "subject", "procedures")


class DefinitionError(Exception):
    """A CRF declaration that cannot be: the message names class, check and name."""


@dataclass(frozen=True, slots=True)
class Check:
    """One edit check: a pure function of named inputs with its controlled message.

    `severity`: "N" note (shown only) or "Q" query. `yields_to`: ids of checks that speak for the same fact first.
    `since`: the CRF version that brought it; records of an older version are not judged by it.
    """

    id: str
    message: str
    on: tuple[str, ...]
    severity: str
    function: Callable[..., object]
    target: str
    yields_to: tuple[str, ...] = ()
    since: str = FIRST


@dataclass(frozen=True, slots=True)
class Derivation:
    """One derived item: its rule id and version, and the function of named inputs that gives its value.

    `explain` takes the same inputs and gives the arithmetic in words, for the person who reads the value.
    """

    id: str
    item: str
    on: tuple[str, ...]
    function: Callable[..., object]
    version: str = "1.0"
    explain: Callable[..., str | None] | None = None


@dataclass(frozen=True, slots=True)
class Fail:
    """A finding that a check reports at an item of its own choice, with the values for its message."""

    item: str = ""
    row_uid: str | None = None
    values: dict[str, object] = field(default_factory=dict)


def fail(item: str = "", row: Any = None, /, **values: object) -> Fail:
    """A failing result: `item` (default: the check's target), the group row, and values for the message."""
    return Fail(item, None if row is None else row.uid, values)


def check(
    id: str, message: str, *, on: str, severity: str = "Q", target: str = "", yields_to: str = "",  # noqa: A002
    since: str = FIRST,
) -> Callable[[Callable[..., object]], Any]:
    """Declare an edit check; the function's arguments are the inputs of `on`, in order.

    It returns True or None (fine, or cannot tell), False (fails at the target), `fail(...)` or a list of these.
    An input ending in `?` may be empty; without it the check is skipped while the input is empty.
    """

    def declare(function: Callable[..., object]) -> Any:
        names = tuple(on.split())
        own = (n for n in (name.rstrip("?") for name in names) if n.isidentifier() and n not in PLAIN_WORDS)
        first = target or next(own, "")
        made = Check(id, message, names, severity, function, first, tuple(yields_to.split()), since)
        return staticmethod(_tagged(function, made))

    return declare


def derive(
    id: str, item: str, *, on: str, version: str = "1.0",  # noqa: A002
    explain: Callable[..., str | None] | None = None,
) -> Callable[[Callable[..., object]], Any]:  # fmt: skip
    """Declare the rule that fills a derived item; the function gets the inputs of `on` and returns value or None.

    `explain` gets the same inputs and returns the arithmetic, such as "82.4 kg x 600,000 IU/kg = 49,440,000 IU". Who
    may read the form reads it, so it must not quote identifying answers or free text.
    """

    def declare(function: Callable[..., object]) -> Any:
        return staticmethod(_tagged(function, Derivation(id, item, tuple(on.split()), function, version, explain)))

    return declare


def _tagged(function: Callable[..., object], declared: Check | Derivation) -> Callable[..., object]:
    tags = [*getattr(function, "__declared__", []), declared]
    function.__declared__ = tags  # type: ignore[attr-defined]
    return function


class _Collection:
    """What CRFs and groups share: items in the order of their lines, checks and derivations."""

    items: ClassVar[dict[str, Item]] = {}
    checks: ClassVar[tuple[Check, ...]] = ()
    derivations: ClassVar[tuple[Derivation, ...]] = ()
    oid: ClassVar[str] = ""
    title: ClassVar[str] = ""

    @classmethod
    def _collect(cls, prefix: str) -> None:
        own = list(vars(cls).items())
        cls.items = {name: value.bound(name, prefix) for name, value in own if isinstance(value, Item)}
        tags = [tag for _, value in own for tag in getattr(getattr(value, "__func__", None), "__declared__", [])]
        cls.checks = tuple(tag for tag in tags if isinstance(tag, Check))
        cls.derivations = tuple(tag for tag in tags if isinstance(tag, Derivation))

    @classmethod
    def items_in(cls, version: str) -> list[Item]:
        """The items that a record of a CRF version is asked, in form order."""
        return [item for item in cls.items.values() if item.is_in(version)]


class Group(_Collection):
    """A repeating group inside a CRF: a child table with stable row numbers.

    `fixed`: the number of rows a fixed grid always shows; `row_names` says what each of them is about.
    """

    fixed: ClassVar[int] = 0
    required: ClassVar[bool] = False
    row_names: ClassVar[tuple[str, ...]] = ()
    crf_oid: ClassVar[str] = ""

    def __init_subclass__(
        cls, *, oid: str, title: str, fixed: int = 0, required: bool = False, row_names: tuple[str, ...] = ()
    ) -> None:
        cls.oid, cls.title, cls.required, cls.row_names = oid, title, required, row_names
        cls.fixed = fixed or len(row_names)

    @classmethod
    def row_title(cls, number: int | str) -> str:
        """What a row is called: the name of a row that has one, else the group with the row's number."""
        names = {str(position): name for position, name in enumerate(cls.row_names, start=1)}
        return names.get(str(number), f"{cls.title} {number}")

    @classmethod
    def takes_row(cls, number: int | None) -> bool:
        """Whether a row of this number (None: one to be added) can stand here; a fixed grid has its own rows."""
        return not cls.fixed or (number is not None and 1 <= number <= cls.fixed)


class CRF(_Collection):
    """A case report form. Subclass it in one file of `forms/crfs/`; the class body is the declaration.

    `log`: one record per line of a subject-level log. `repeats`: several records per visit (samples). `since`: the
    first version of a form that an amendment adds, above 1.0; sites do not have it before they activate it.
    """

    domain: ClassVar[str] = ""
    version: ClassVar[str] = FIRST
    since: ClassVar[str] = FIRST
    slug: ClassVar[str] = ""
    log: ClassVar[bool] = False
    repeats: ClassVar[bool] = False
    line_title: ClassVar[str] = ""
    groups: ClassVar[dict[str, type[Group]]] = {}

    def __init_subclass__(
        cls, *, oid: str, title: str, domain: str, version: str = FIRST, slug: str = "", log: bool = False,
        repeats: bool = False, line_title: str = "", since: str = FIRST,
    ) -> None:  # fmt: skip
        cls.oid, cls.title, cls.domain, cls.version, cls.since = oid, title, domain, version, since
        cls.slug = slug or title.lower().replace(" ", "-")
        cls.log, cls.repeats, cls.line_title = log, repeats, line_title or title
        cls._collect(oid)
        cls.groups = {}
        for value in vars(cls).values():
            if inspect.isclass(value) and issubclass(value, Group):
                value.crf_oid = oid
                value._collect(f"{oid}.{value.oid}")
                cls.groups[value.oid] = value
        _verify_own_names(cls)
        _verify_versions(cls)
        if oid in REGISTRY:
            taken = REGISTRY[oid].__module__
            raise DefinitionError(f"{cls.__module__}.{cls.__name__}: the OID {oid} is taken by {taken}")
        if other := get_crf_by_slug(cls.slug):
            raise DefinitionError(f"{cls.__module__}.{cls.__name__}: the slug {cls.slug} is that of {other.oid}")
        REGISTRY[oid] = cls


def get_crf(oid: str) -> type[CRF]:
    """The CRF of an OID; raises KeyError for an unknown one."""
    return REGISTRY[oid]


def all_crfs() -> list[type[CRF]]:
    """Every CRF of this study build in the order of declaration."""
    return list(REGISTRY.values())


def get_crf_by_slug(slug: str) -> type[CRF] | None:
    """The CRF whose screens live under this URL segment, or None."""
    return next((crf for crf in REGISTRY.values() if crf.slug == slug), None)


def collections(crf: type[CRF]) -> Iterator[tuple[str | None, type[CRF] | type[Group]]]:
    """The record part (None) and each group of a CRF."""
    yield None, crf
    yield from crf.groups.items()


def declarations(collection: type[_Collection]) -> list[Check | Derivation]:
    """The checks and derivations that a CRF or group declares."""
    return [*collection.checks, *collection.derivations]


def _verify_own_names(crf: type[CRF]) -> None:
    """Refuse, at import, a check or condition that names an item this CRF does not have."""
    everywhere = {name for _, collection in collections(crf) for name in collection.items}
    for _, collection in collections(crf):
        known = set(collection.items)
        for declared in declarations(collection):
            for name in declared.on:
                _verify_name(crf, collection, declared.id, name.rstrip("?"), known)
            if isinstance(declared, Check) and declared.target not in ("", *everywhere):
                raise DefinitionError(f"{crf.__module__}: {declared.id} points at the unknown item '{declared.target}'")
            if isinstance(declared, Derivation) and declared.item not in known:
                raise DefinitionError(f"{crf.__module__}: {declared.id} derives the unknown item '{declared.item}'")
        for item in collection.items.values():
            for condition in conditions_of(item):
                for name in condition.names():
                    _verify_name(crf, collection, item.oid, name, known)
            _verify_values(crf, collection, item)
        _verify_no_cycle(crf, collection)


def _verify_name(crf: type[CRF], collection: type[_Collection], where: str, name: str, known: set[str]) -> None:
    head, _, rest = name.partition(".")
    kind, _, argument = name.partition(":")
    wrong = (
        (name.isidentifier() and name not in known and name not in PLAIN_WORDS)
        or (kind == "rows" and argument not in {group.oid for group in _nested(crf)})
        or (head == "record" and rest and rest not in {n for n, v in vars(crf).items() if isinstance(v, Item)})
    )
    if wrong:
        raise DefinitionError(f"{crf.__module__}: {where} of {collection.oid} names '{name}', which does not exist")


def _verify_versions(crf: type[CRF]) -> None:
    """Refuse what claims to have come with a version that this CRF has not reached, and what is no version."""
    declared = [(crf.oid, crf.since)]
    for _, collection in collections(crf):
        declared += [(item.oid, item.since) for item in collection.items.values()]
        declared += [(check.id, check.since) for check in collection.checks]
        declared += [(item.oid, item.retired) for item in collection.items.values() if item.retired]
    try:
        ahead = [where for where, version in declared if order(version) > order(crf.version)]
    except ValueError as wrong:
        raise DefinitionError(f"{crf.__module__}: {crf.oid}: {wrong}") from None
    if ahead:
        raise DefinitionError(f"{crf.__module__}: {ahead[0]} names a version above that of its CRF, {crf.version}")


def _verify_values(crf: type[CRF], collection: type[CRF] | type[Group], item: Item) -> None:
    """Refuse a subset or a condition with a value that its code list does not have: it could never be answered."""
    asked = [(item, item.subset)] if isinstance(item, Choice) else []
    for part in (part for condition in conditions_of(item) for part in parts_of(condition)):
        of_record = part.item.startswith("record.")
        named = (crf if of_record else collection).items.get(part.item.removeprefix("record."))
        if isinstance(named, Choice) and not named.open_list:
            asked.append((named, part.values))
    for choice, values in asked:
        for value in values:
            if value not in choice.codelist or (choice is not item and not choice.accepts(value)):
                raise DefinitionError(f"{crf.__module__}: {item.oid} names '{value}', which {choice.label} cannot be")


def _nested(crf: type[CRF]) -> list[type[Group]]:
    return [value for value in vars(crf).values() if inspect.isclass(value) and issubclass(value, Group)]


def _verify_no_cycle(crf: type[CRF], collection: type[CRF] | type[Group]) -> None:
    """Refuse derivations that wait for each other; an editable item may read its own earlier value."""
    needs: dict[str, set[str]] = {}
    for derivation in collection.derivations:
        own = {derivation.item} if collection.items[derivation.item].editable else set()
        needs.setdefault(derivation.item, set()).update({n.rstrip("?") for n in derivation.on} - own)
    for start in needs:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for name in needs.get(waiting.pop(), set()) - seen:
                if name == start:
                    raise DefinitionError(f"{crf.__module__}: the derivation of '{start}' depends on itself")
                seen.add(name)
                waiting.append(name)


def verify_registry() -> None:
    """Refuse names of CRFs, items, settings and facts of visit or participant that nobody declares.

    Call once after all CRFs are imported.
    """
    facts = _known_facts()
    for crf in REGISTRY.values():
        for _, collection in collections(crf):
            for declared in declarations(collection):
                for name in declared.on:
                    _verify_foreign(crf, declared.id, name.rstrip("?"), facts)
                    _verify_is_tellable(crf, collection, declared, name.rstrip("?"))
            for item in collection.items.values():
                for condition in conditions_of(item):
                    for name in condition.names():
                        _verify_foreign(crf, item.oid, name, facts)


def _known_facts() -> dict[str, set[str]]:
    """What may stand after `visit.`, `subject.` and `study.`."""
    from forms.study import SETTINGS
    from forms.views import SubjectView, VisitView  # views are made of the classes above

    return {
        "visit": set(VisitView.__dataclass_fields__),
        "subject": set(SubjectView.__dataclass_fields__) | set(vars(SubjectView)),
        "study": set(SETTINGS),
    }


def _verify_foreign(crf: type[CRF], where: str, name: str, facts: dict[str, set[str]]) -> None:
    kind, _, argument = name.partition(":")
    head, rest = (argument, "") if kind in ("all", "ever", "same") and argument else name.partition(".")[::2]
    target = REGISTRY.get(head)
    unknown_fact = bool(rest) and head in facts and rest not in facts[head]
    unknown_crf = head.isupper() and (target is None or (bool(rest) and rest not in target.items))
    if unknown_fact or unknown_crf:
        raise DefinitionError(f"{crf.__module__}: {where} names '{name}', which nobody declares")


def _verify_is_tellable(
    crf: type[CRF], collection: type[CRF] | type[Group], declared: Check | Derivation, name: str
) -> None:  # fmt: skip
    """Refuse an explanation made of answers that not every reader of the form may see."""
    if not isinstance(declared, Derivation) or declared.explain is None:
        return
    head, _, rest = name.rpartition(".")
    place = {"": collection, "record": crf}.get(head) or REGISTRY.get(head)
    item = place.items.get(rest) if place else None
    if item is not None and (item.identifier or (item.is_text and not item.derived)):
        raise DefinitionError(f"{crf.__module__}: {declared.id} would tell the answer of {item.oid}")


def order_of_derivations(collection: type[CRF] | type[Group]) -> tuple[Derivation, ...]:
    """The derivations of one collection so that inputs come before what is made of them."""
    return _ordered(collection.derivations)


@cache
def _ordered(derivations: tuple[Derivation, ...]) -> tuple[Derivation, ...]:
    ordered: list[Derivation] = []
    waiting = list(derivations)
    while waiting:
        open_items = {d.item for d in waiting}
        ready = [d for d in waiting if not (open_items - {d.item}) & {n.rstrip("?") for n in d.on}]
        ordered.extend(ready)
        waiting = [d for d in waiting if d not in ready]
    return tuple(ordered)


def foreign_crfs(declared: Check | Derivation) -> set[str]:
    """The OIDs of other CRFs whose records this check or derivation reads."""
    found = set()
    for name in (n.rstrip("?") for n in declared.on):
        kind, _, argument = name.partition(":")
        head = argument if kind in ("all", "ever", "same") and argument else name.partition(".")[0]
        if head.isupper() and head in REGISTRY:
            found.add(head)
    return found | set(procedure_crfs()) if "procedures" in {n.rstrip("?") for n in declared.on} else found


def procedure_crfs() -> tuple[str, ...]:
    """The CRFs that date a visit, a dose, a sample or another procedure; known once all CRFs are declared."""
    return tuple(
        crf.oid
        for crf in REGISTRY.values()
        if any(item.after_consent for _, part in collections(crf) for item in part.items.values())
    )
