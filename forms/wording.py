"""Declarations in words, for paper and for people who plan a study: conditions, visits, windows, rules."""

from __future__ import annotations

from collections.abc import Sequence

from forms import items as it
from forms import schedule, study, windows
from forms.conditions import Both, Condition, When
from forms.crf import CRF, REGISTRY, Check, Derivation, Group, collections
from forms.evaluation import NOTE
from forms.items import Item
from forms.schedule import Due

Collection = type[CRF] | type[Group]
SEVERITIES = {NOTE: "note", "Q": "query"}
# A longer list of answers is told by those that are not in it, or shortened.
MOST_ANSWERS = 5
LONGEST_CONDITION = 260


def condition_words(condition: Condition, crf: type[CRF], collection: Collection) -> str:
    """A condition with the questions and answers that it is about: `'Admitted for HD IL-2' is Yes`."""
    words = _words(condition, crf, collection)
    if len(words) <= LONGEST_CONDITION:
        return words
    asked = dict.fromkeys(_subject(name, crf, collection) for name in condition.names())
    return f"the answers to {_joined(list(asked), 'and')} ask for it"


def _words(condition: Condition, crf: type[CRF], collection: Collection) -> str:
    if isinstance(condition, When):
        offered = _offered(condition.item, crf, collection)
        labels = dict(offered) or {value: value for value in condition.values}
        return f"{_subject(condition.item, crf, collection)} is {_answers(condition.values, labels)}"
    joint = " and " if isinstance(condition, Both) else " or "
    parts = [(part, _words(part, crf, collection)) for part in condition.parts]
    is_mixed = isinstance(condition, Both)
    return joint.join(f"({words})" if is_mixed and not isinstance(part, When) else words for part, words in parts)


def _subject(name: str, crf: type[CRF], collection: Collection) -> str:
    head, _, rest = name.rpartition(".")
    if head == "visit":
        return "the visit" if rest == "kind" else f"the {rest.replace('_', ' ')} of the visit"
    return f"'{(crf if head == 'record' else collection).items[rest].label.rstrip('?: ')}'"


def _offered(name: str, crf: type[CRF], collection: Collection) -> list[tuple[str, str]]:
    """The values that a named answer may have, with their labels; empty where anything may stand."""
    head, _, rest = name.rpartition(".")
    if head == "visit":
        kinds = [kind for kind in schedule.FORMS_BY_VISIT.get(crf.oid, schedule.VISIT_KINDS) if kind != schedule.LOG]
        return [(kind, visit_name(kind)) for kind in kinds] if rest == "kind" else []
    item = (crf if head == "record" else collection).items[rest]
    return item.options if isinstance(item, it.Choice) else []


def _answers(values: Sequence[str], labels: dict[str, str]) -> str:
    chosen = [labels.get(value, value) for value in values]
    if len(chosen) <= MOST_ANSWERS:
        return _joined(chosen, "or")
    endings = {label.rpartition(" - ")[2] for label in chosen}
    if len(endings) == 1:
        return f"one of the {len(chosen)} that end in '{endings.pop()}'"
    others = [label for value, label in labels.items() if value not in values]
    if others and len(others) < MOST_ANSWERS:
        return f"anything but {_joined(others, 'or')}"
    shown = 2
    return f"{', '.join(chosen[:shown])} or one of {len(chosen) - shown} more"


def _joined(parts: Sequence[str], last: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def visit_name(kind: str) -> str:
    """The name of a kind of visit, with n for the course or the running number."""
    return schedule.VISIT_KINDS[kind].label.format(n="n")


def visits_of(crf: type[CRF]) -> dict[Due, list[str]]:
    """At which visits a CRF is asked, by how it belongs there; empty for one that no visit names."""
    found: dict[Due, list[str]] = {}
    for kind, due in schedule.FORMS_BY_VISIT.get(crf.oid, {}).items():
        found.setdefault(due, []).append("Log" if kind == schedule.LOG else visit_name(kind))
    return found


DUE_WORDS = {
    Due.DUE: "Due at",
    Due.PRACTICE: "Usual at",
    Due.CONDITIONAL: "When its condition holds, at",
    Due.CONDITIONAL_PRACTICE: "Usual when its condition holds, at",
    Due.LAST: "At the last of",
    Due.LOG: "Kept",
}


def visit_sentences(crf: type[CRF]) -> list[str]:
    """Where a CRF is asked, one sentence for each way of belonging to a visit."""
    said = []
    for due, names in visits_of(crf).items():
        once = " once" if due is Due.LOG and crf.oid in schedule.ONCE_FORMS else ""
        said.append(
            f"Kept{once} for the participant, outside visits."
            if due is Due.LOG
            else f"{DUE_WORDS[due]} {'; '.join(names)}."
        )
    if not said:
        said = ["Kept for the participant, outside visits." if crf.log else "No visit asks for it yet."]
    if crf.log:
        said.append(f"A log: one copy of this form for each line ({crf.line_title.lower()}).")
    elif crf.repeats:
        said.append("Several copies may be filled in at one visit.")
    if condition := schedule.FORM_CONDITIONS.get(crf.oid):
        said.append(f"Asked only where {_form_condition(condition)}.")
    return said


def _form_condition(condition: schedule.Condition) -> str:
    asked = REGISTRY.get(condition.crf)
    if asked is None:
        return f"{condition.item} is {condition.value}"
    item = asked.items[condition.item]
    value = dict(item.options).get(condition.value) if isinstance(item, it.Choice) else None
    return f"'{item.label.rstrip('?: ')}' of {asked.title} is {value or condition.value}"


def window_sentence(kind: str) -> str:
    """When a kind of visit is planned and which days are allowed around it."""
    if kind == schedule.SCREENING:
        first, last = windows.SCREENING_DAYS
        return f"Days {first} to {last} before the first dose; shown, not judged"
    if kind == schedule.PFS_12:
        return (
            f"{study.PFS_LANDMARK.value} months after the first dose, {study.PFS_LANDMARK_WINDOW.value} calendar "
            "months before or after"
        )
    if kind == schedule.FOLLOW_UP:
        return (
            f"Every {windows.FOLLOW_UP_FIRST_YEAR_WEEKS} weeks after the scan at the end of treatment, "
            f"{windows.FOLLOW_UP_FIRST_YEAR_VISITS} times, then every {windows.FOLLOW_UP_LATER_WEEKS} weeks to "
            f"{study.ORR_HORIZON.value} years after the last dose; {windows.FOLLOW_UP_WINDOW} days before or after"
        )
    if kind == schedule.DAY_1:
        return f"Course 1: {_rule(windows.WINDOWS['C1D1'])}. Later courses: {_rule(windows.WINDOWS['CnD1'])}"
    rule = windows.WINDOWS.get(kind)
    return _rule(rule) if rule else "No window"


def _rule(rule: windows.WindowRule) -> str:
    anchor = rule.anchor.replace("_", " ")
    target = f"{_days(rule.days)} after {anchor}" if rule.days else f"On {anchor}"
    around = [f"{_days(rule.before)} before"] * bool(rule.before) + [f"{_days(rule.after)} after"] * bool(rule.after)
    return f"{target}, up to {' or '.join(around)}" if around else target


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def required_words(item: Item, crf: type[CRF], collection: Collection) -> str:
    """Whether an item must be answered, and when it is asked."""
    if item.derived:
        return "Calculated, may be changed" if item.editable else "Calculated"
    if item.stamped:
        return "Set when the report is submitted"
    asked = f", asked if {condition_words(item.visible_if, crf, collection)}" if item.visible_if else ""
    return ("Required" if item.required else "Optional") + asked


def rule_words(rule: Check | Derivation) -> str:
    """What a check demands or a derivation gives: the words of its docstring, else its name in words."""
    words = " ".join((rule.function.__doc__ or "").split())
    return words or rule.function.__name__.strip("_").replace("_", " ").capitalize()


def general_checks(item: Item, collection: Collection) -> list[str]:
    """The ids of the checks that every form has and that may speak at this item."""
    is_dated = isinstance(item, it.Date | it.PartialDate | it.DateTime)
    condition = item.visible_if
    tells_other = isinstance(item, it.Text) and isinstance(condition, When) and _is_other(condition)
    found = {
        "GEN-02": is_dated and item.not_future,
        "GEN-04": item.required and not item.derived,
        "GEN-05": item.plausible is not None,
        "GEN-07": tells_other and condition is not None and condition.names()[0] in collection.items,
        "IC-01": is_dated and item.after_consent,
    }
    return [check_id for check_id, applies in found.items() if applies]


def _is_other(condition: When) -> bool:
    return any(value == "OTHER" or value.endswith("Other, specify") for value in condition.values)


def checks_at(item: Item, crf: type[CRF], collection: Collection) -> list[tuple[str, str]]:
    """The checks that speak at an item or read it, each once with its severity in words."""
    path = item.name if issubclass(collection, CRF) else None
    found = dict.fromkeys(general_checks(item, collection), SEVERITIES["Q"])
    for _, part in collections(crf):
        for check in part.checks:
            names = {name.rstrip("?") for name in check.on}
            is_own = part is collection and (check.target == item.name or item.name in names)
            if is_own or (path is not None and f"record.{path}" in names):
                found.setdefault(check.id, SEVERITIES[check.severity])
    return list(found.items())


def sdtm_words(item: Item) -> str:
    """Where an item goes and what standards call it; empty for what is not submitted."""
    named = {"SDTM": item.sdtm, "CDASH": item.cdash, "LOINC": item.loinc}
    return "; ".join(f"{standard} {name}" for standard, name in named.items() if name)
