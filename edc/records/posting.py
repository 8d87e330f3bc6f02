"""A posted form page: what of it is stored, what clashes with others, and what is kept as a draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from edc.records.book import SubjectBook
from edc.records.clashes import drop_untouched, find_clashes, take_out
from edc.records.drafts import Fields, Typed
from edc.records.models import FormRecord
from edc.records.problems import Clash
from edc.records.saving import SaveOutcome, Saving
from edc.records.service import save_record
from forms.crf import CRF
from forms.entry_form import FormData
from forms.items import MISSING_REASONS
from forms.patch import Held, Patch
from forms.reading import Unreadable, display, read

CONTROLS = frozenset({"csrf_token", "request_token", "row_version", "read_version", "then", "merge", "add"})
CHOICE = "choose."
MINE, THEIRS = "mine", "theirs"
COMPANIONS = ("", ".missing", ".reason", ".confirm", ".origin", ".date")


def typed_fields(form: FormData) -> Fields:
    """Everything that a person typed or chose on the page, by field name."""
    return {name: form.getlist(name) for name in form if name not in CONTROLS and not name.startswith(CHOICE)}


def settled(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The form of the merge page without the items where the value of the other person was chosen."""
    dropped = [name.removeprefix(CHOICE) for name in form if name.startswith(CHOICE) and form[name] == THEIRS]
    names = fields_of(typed_fields(form), dropped)
    return MultiDict((name, text) for name, text in form.items(multi=True) if name not in names)


def unsettled(form: MultiDict[str, str]) -> list[str]:
    """The paths of a merge page for which nothing was chosen."""
    return [path for path in form.getlist("merge") if form.get(CHOICE + path) not in (MINE, THEIRS)]


def may_edit(crf: type[CRF], path: str, *, may_assess: bool, version: str = "") -> bool:
    """Whether the person may change the item of a path on the page of a record of this version (default: today's)."""
    group, _, rest = path.partition(".")
    items = crf.groups[group].items if rest else crf.items
    item = items.get(path.rpartition(".")[2])
    if item is None:
        return True
    return item.is_in(version or crf.version) and not item.sponsor and (may_assess or not item.assess)


def label_of(crf: type[CRF], path: str) -> str:
    """The label of the item of a path, with the row it stands in; empty for what is no item."""
    group, _, rest = path.partition(".")
    number, _, name = rest.partition(".")
    if not rest:
        return crf.items[path].label if path in crf.items else ""
    if group not in crf.groups or name not in crf.groups[group].items:
        return ""
    return f"{crf.groups[group].title} {number.removeprefix('new')}, {crf.groups[group].items[name].label}"


def base_of(path: str) -> str:
    """The path of the item that a held text belongs to; that of the removal for a row."""
    for companion in COMPANIONS[1:]:
        path = path.removesuffix(companion)
    return path.removesuffix("_reason") if path.endswith(".remove_reason") else path


def fields_of(typed: Fields, paths: Iterable[str]) -> Fields:
    """What was typed for some items, with missing reasons, reasons for change and notes."""
    names = {base + companion for base in map(base_of, paths) for companion in (*COMPANIONS, "_reason")}
    return {name: texts for name, texts in typed.items() if name in names}


@dataclass
class Stored:
    """What became of a posted form."""

    outcome: SaveOutcome
    clashes: list[Clash] = field(default_factory=list)
    taken_over: dict[str, str] = field(default_factory=dict)


def store(saving: Saving, record: FormRecord, patch: Patch, *, version: int) -> Stored:
    """Save what a person changed, apart from items that somebody else changed since `version` was read.

    The caller holds the lock of the participant, so that `record` is as it stands now.
    """
    clashes: list[Clash] = []
    taken_over: dict[str, str] = {}
    if version != record.row_version:
        book = SubjectBook(saving.session, record.subject, saving.now)
        entry = book.entry(record)
        taken_over = drop_untouched(book, entry, patch, version)
        clashes = find_clashes(book, entry, patch, version)
        take_out(patch, {clash.path for clash in clashes})
        if clashes:
            patch.complete = None
    return Stored(save_record(saving, record, patch, expected_version=record.row_version), clashes, taken_over)


def left_over(typed: Fields, patch: Patch, held: list[Held], clashes: list[Clash], version: int) -> Typed | None:
    """What was typed and is not stored, as the draft of the page; None when nothing is left."""
    if not held and not clashes:
        return None
    paths = [*(one.path for one in held), *(clash.path for clash in clashes)]
    sentences = {one.path: one.sentence for one in held}
    numbers = {
        f"{group}.{row.key}.": f"{group}.{row.number}."
        for group, rows in patch.rows.items()
        for row in rows
        if row.key.startswith("new") and row.number is not None
    }
    return Typed(
        {_renumbered(name, numbers): texts for name, texts in fields_of(typed, paths).items()},
        {_renumbered(path, numbers): sentence for path, sentence in sentences.items()},
        row_version=version,
    )


def _renumbered(name: str, numbers: dict[str, str]) -> str:
    """The name of a field in a row that has its number now."""
    return next((number + name.removeprefix(key) for key, number in numbers.items() if name.startswith(key)), name)


def typed_words(crf: type[CRF], typed: Fields, path: str) -> str:
    """What a person typed for an item, in words."""
    group, _, rest = path.partition(".")
    item = crf.groups[group].items[rest.partition(".")[2]] if rest else crf.items[path]
    texts = [text for text in typed.get(path, []) if text.strip()]
    missing = [code for code in typed.get(f"{path}.missing", []) if code]
    if missing and missing[0] in MISSING_REASONS:
        return MISSING_REASONS.label(missing[0])
    try:
        return display(item, read(item, "|".join(texts)))
    except Unreadable:
        return " ".join(texts)
