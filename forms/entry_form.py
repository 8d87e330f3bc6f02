"""CRF to WTForms: the controls of a CRF for the screen, and the posted form as a patch.

Names in the form: `item` of the record, `GROUP.<number>.item` of a row (`new1`, `new2` for rows to be added), each with
the companions `.missing`, `.reason`, `.confirm` and `.origin`. A name that was not posted is untouched; one that was
posted empty is cleared, so radios and check boxes carry a hidden empty input of the same name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, singledispatch
from typing import Any, ClassVar, Protocol, cast

from wtforms import BooleanField, Field, HiddenField
from wtforms.fields.choices import Choice as OfferedChoice
from wtforms.fields.choices import SelectFieldBase
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget, RadioInput, Select, TextArea, TextInput

from forms import items as it
from forms.crf import CRF, DefinitionError, Group
from forms.items import Answer, Item
from forms.patch import Held, Patch, RowPatch, path_of
from forms.reading import Unreadable, read, typed_text
from forms.views import Row

MOST_RADIOS = 7
FORM_ORIGINS = ("accepted proposal", "stated for all")
ROW_NAME = re.compile(r"([A-Z][A-Z0-9_]*)\.((?:new)?[1-9][0-9]{0,3})\.[a-z]")
MISSING = it.Choice("The reason why it is missing", "MISSRSN")
REASON = it.Text("The reason for the change", 200)
NOTE = it.Text("The note", 500)
REMOVAL = it.Text("The reason for removing the row", 200)
RESERVED = {"complete", "remove", "remove_reason"}


class FormData(Protocol):
    """A posted form: several values by name, as Werkzeug's MultiDict gives them."""

    def __iter__(self) -> Iterator[str]: ...
    def __contains__(self, name: object, /) -> bool: ...
    def getlist(self, name: str, /) -> list[str]: ...


class ItemField(Field):  # type: ignore[misc]
    """The control of one item: keeps the text as typed and reads it into the item's value.

    `control` tells the template what to draw: text, textarea, number, date, time, combobox, select, radio, checkboxes.
    """

    widget = TextInput()

    def __init__(self, item: Item, control: str = "text", **keywords: Any) -> None:
        super().__init__(item.label, description=item.help, **keywords)
        self.id = self.label.field_id = self.name.replace(".", "-")
        self.item, self.control, self.text = item, control, ""

    def process_data(self, value: object) -> None:
        """Show a stored value."""
        self.data, self.text = value, typed_text(self.item, value)

    def process_formdata(self, typed: list[str]) -> None:
        """Read what was posted; what cannot be read is an error of this field, with the text kept."""
        given = [text for text in typed if text.strip()] or typed[:1]
        if typed:
            self.data, self.text = None, _joiner(self.item).join(given)
            if len(given) > 1 and _joiner(self.item) == "\n":
                raise Unreadable(f"{self.item.label} was sent more than once. Nothing was stored for this field.")
            self.data = read(self.item, self.text, today=self.meta.today)

    def _value(self) -> str:
        return self.text


@singledispatch
def _joiner(item: Item) -> str:
    """What stands between several inputs of one item; a line feed where there may be only one."""
    return "\n"


@_joiner.register(it.MultiChoice)
@_joiner.register(it.Reference)
def _(item: Item) -> str:
    return "|"


@_joiner.register
def _(item: it.DateTime) -> str:
    return " "


class PickedField(ItemField, SelectFieldBase):  # type: ignore[misc]
    """A control with options; `options` of references and site tables are set by the page with `offer`."""

    def __init__(self, item: Item, control: str, options: Iterable[tuple[str, str]] = (), **keywords: Any) -> None:
        super().__init__(item, control, **keywords)
        self.options = list(options)

    def iter_choices(self) -> Iterator[OfferedChoice]:
        """The options; a stored value that is no longer offered stays visible."""
        chosen = self.text.split(_joiner(self.item)) if self.text else []
        offered = self.options + [(v, v) for v in chosen if v not in dict(self.options)]
        if self.control == "select":
            yield OfferedChoice("", "", not chosen, {})
        for value, label in offered:
            yield OfferedChoice(value, label, value in chosen, {})


class ClearableList(ListWidget):  # type: ignore[misc]
    """Radios or check boxes after a hidden empty input, so that an answer taken away is posted as empty."""

    def __call__(self, field: Field, **keywords: Any) -> Any:
        """The hidden input and the list."""
        return HiddenInput()(field, value="", id=f"{field.id}-none") + super().__call__(field, **keywords)


def _text(item: Item, control: str = "text", **attributes: Any) -> Any:
    widget = TextArea() if control == "textarea" else TextInput()
    return ItemField(item, control, widget=widget, render_kw={"autocomplete": "off", **attributes})


def _listed(item: Item, control: str, options: Iterable[tuple[str, str]] = ()) -> Any:
    several = control == "checkboxes"
    if control == "select":
        return PickedField(item, control, options, widget=Select())
    option = CheckboxInput() if several else RadioInput()
    return PickedField(item, control, options, widget=ClearableList(prefix_label=False), option_widget=option)


@singledispatch
def control_for(item: Item) -> Any:
    """The WTForms field of an item, not yet bound to a form; one arm per item type."""
    raise TypeError(f"{type(item).__name__} has no control")


@control_for.register
def _(item: it.Text) -> Any:
    return _text(item, "textarea", rows=item.lines) if item.lines > 1 else _text(item)


@control_for.register
def _(item: it.Integer) -> Any:
    return _text(item, "number", inputmode="text" if item.signed else "numeric")


@control_for.register
def _(item: it.Decimal) -> Any:
    return _text(item, "number", inputmode="text" if item.signed else "decimal")


@control_for.register(it.Date)
@control_for.register(it.PartialDate)
@control_for.register(it.DateTime)
def _(item: Item) -> Any:
    return _text(item, "date")


@control_for.register
def _(item: it.Time) -> Any:
    return _text(item, "time", inputmode="numeric")


@control_for.register
def _(item: it.Choice) -> Any:
    if item.open_list:
        return _text(item, "combobox")
    return _listed(item, "radio" if len(item.options) <= MOST_RADIOS else "select", item.options)


@control_for.register
def _(item: it.MultiChoice) -> Any:
    return _listed(item, "checkboxes", item.options)


@control_for.register
def _(item: it.SiteChoice) -> Any:
    return _listed(item, "select")


@control_for.register
def _(item: it.Reference) -> Any:
    return _listed(item, "checkboxes" if item.many else "select")


@control_for.register
def _(item: it.Dictionary) -> Any:
    return _text(item, "combobox")


class EntryForm(BaseForm):  # type: ignore[misc]
    """The controls of one record (prefix "") or of one row (prefix "SLOT.3."), with the companions of each.

    Read a control by its name: `form["systolic"]`, `form["systolic.missing"]`.
    """

    collection: ClassVar[type[CRF] | type[Group]]
    controls: ClassVar[dict[str, Any]]

    def __init__(self, prefix: str = "", *, today: dt.date | None = None) -> None:
        meta = DefaultMeta()
        meta.update_values({"today": today})
        super().__init__(self.controls, prefix=prefix, meta=meta)

    def offer(self, options: Mapping[str, Iterable[tuple[str, str]]]) -> None:
        """Set the options, value and label, of references and site tables by item name."""
        for name, offered in options.items():
            self[name].options = list(offered)

    def answer(self, name: str) -> Answer:
        """What was posted for an item; raises Unreadable with the sentence for the person."""
        typed, missing = self[name], self[f"{name}.missing"]
        for problem in [*typed.process_errors, *missing.process_errors]:
            raise Unreadable(problem)
        if typed.data is not None and missing.data is not None:
            raise Unreadable(f"{typed.item.label} has a value and a reason why it is missing. Keep one of them.")
        origin = self[f"{name}.origin"].data
        accepted = typed.data is not None and origin in FORM_ORIGINS
        return Answer(typed.data, missing.data, origin if accepted else "typed")


def entry_form(collection: type[CRF] | type[Group]) -> type[EntryForm]:
    """The form class of a CRF's own items or of one of its groups; made once."""
    return _compiled(cast(Any, collection))


@cache
def _compiled(collection: Any) -> type[EntryForm]:
    controls: dict[str, Any] = {}
    for item in _entered(collection):
        if item.name in RESERVED:
            raise DefinitionError(f"{item.oid}: '{item.name}' is the name of a control of every form; choose another")
        controls[item.name] = control_for(item)
        controls[f"{item.name}.missing"] = _listed(MISSING, "select", MISSING.options)
        controls[f"{item.name}.reason"] = _text(REASON)
        controls[f"{item.name}.confirm"] = _text(NOTE)
        controls[f"{item.name}.origin"] = HiddenField()
    if issubclass(collection, Group):
        controls |= {"remove": BooleanField("Remove this row"), "remove_reason": _text(REMOVAL)}
    return type(f"{collection.__name__}Form", (EntryForm,), {"collection": collection, "controls": controls})


def _entered(collection: type[CRF] | type[Group]) -> list[Item]:
    return [item for item in collection.items.values() if item.editable or not item.derived]


def show_form(row: Row, prefix: str = "", *, held: Iterable[Held] = ()) -> EntryForm:
    """The form of a stored record or row for the screen; held-back text stands in its control with its sentence."""
    form = entry_form(row.collection)(prefix)
    stored: dict[str, object] = {}
    for name, answer in row.answers.items():
        stored |= {name: answer.value, f"{name}.missing": answer.missing}
    form.process(data=stored)
    for kept in held:
        name = kept.path.removeprefix(prefix)
        if kept.path.startswith(prefix) and name in form:
            form[name].text, form[name].errors = kept.text, [kept.sentence]
    return form


@dataclass
class _Post:
    """One posted form while it is read."""

    formdata: FormData
    today: dt.date
    editable: Callable[[str], bool]
    patch: Patch = field(default_factory=Patch)
    held: list[Held] = field(default_factory=list)

    def hold(self, path: str, text: str, sentence: str) -> None:
        self.held.append(Held(path, text, sentence))

    def is_given(self, name: str) -> bool:
        return name in self.formdata and any(text.strip() for text in self.formdata.getlist(name))

    def is_sent(self, path: str) -> bool:
        return path in self.formdata or self.is_given(f"{path}.missing")


def read_form(
    crf: type[CRF], formdata: FormData, *, today: dt.date, editable: Callable[[str], bool]
) -> tuple[Patch, list[Held]]:
    """The readable answers of a posted form as a patch, and the rest held back as typed with a sentence each.

    `editable` tells by path whether this person may change an item (or remove a row: `GROUP.3.remove`) now.
    """
    post = _Post(formdata, today, editable)
    post.patch.items = _read_items(post, entry_form(crf), None, None)
    for group, key in _rows_sent(crf, formdata):
        row = _read_row(post, group, key)
        if row is not None:
            post.patch.rows.setdefault(group.oid, []).append(row)
    if "complete" in formdata:
        post.patch.complete = post.is_given("complete")
    return post.patch, post.held


def _rows_sent(crf: type[CRF], formdata: FormData) -> list[tuple[type[Group], str]]:
    """The rows named in the form: of each group the stored ones by number, then the new ones."""
    matches = (ROW_NAME.match(name) for name in formdata)
    named = {(match[1], match[2]) for match in matches if match and match[1] in crf.groups}
    order = list(crf.groups)
    ordered = sorted(named, key=lambda row: (order.index(row[0]), len(row[1]) > 4, len(row[1]), row[1]))
    return [(crf.groups[group], key) for group, key in ordered]


def _read_row(post: _Post, group: type[Group], key: str) -> RowPatch | None:
    is_new = key.startswith("new")
    if post.is_given(path_of("remove", group.oid, key)):
        return None if is_new else _read_removal(post, group, key)
    if not group.takes_row(None if is_new else int(key)):
        _hold_further_row(post, group, key)
        return None
    items = _read_items(post, entry_form(group), group, key)
    if not items or (is_new and not any(answer.is_given for answer in items.values())):
        return None
    return RowPatch(None if is_new else int(key), items, key=key)


def _hold_further_row(post: _Post, group: type[Group], key: str) -> None:
    for item in _entered(group):
        path = path_of(item.name, group.oid, key)
        if post.is_given(path):
            text = " ".join(post.formdata.getlist(path))
            sentence = f"{group.title} has {group.fixed} rows. {item.label} of a further row was not stored."
            post.hold(path, text, sentence)


def _read_removal(post: _Post, group: type[Group], key: str) -> RowPatch | None:
    path = path_of("remove", group.oid, key)
    form = entry_form(group)(path_of("", group.oid, key), today=post.today)
    form.process(post.formdata)
    reason = form["remove_reason"]
    if not post.editable(path):
        post.hold(path, reason.text, f"Row {key} of {group.title} cannot be removed by you now. It stays as it was.")
    elif reason.data is None:
        sentence = f"Row {key} of {group.title} stays: say why it is to be removed."
        post.hold(f"{path}_reason", reason.text, (reason.process_errors or [sentence])[0])
    else:
        return RowPatch(int(key), remove_reason=reason.data, key=key)
    return None


def _read_items(
    post: _Post, form_class: type[EntryForm], group: type[Group] | None, key: str | None
) -> dict[str, Answer]:
    prefix = path_of("", group.oid, key) if group else ""
    form = form_class(prefix, today=post.today)
    form.process(post.formdata)
    answers: dict[str, Answer] = {}
    for item in _entered(form.collection):
        path = prefix + item.name
        if not post.is_sent(path):
            continue
        try:
            if not post.editable(path):
                raise Unreadable(f"{item.label} cannot be changed by you now. Nothing was stored for this field.")
            answers[item.name] = form.answer(item.name)
        except Unreadable as unreadable:
            post.hold(path, form[item.name].text, str(unreadable))
        else:
            _read_notes(post, form, item.name, path)
    return answers


def _read_notes(post: _Post, form: EntryForm, name: str, path: str) -> None:
    for companion, kept in (("reason", post.patch.reasons), ("confirm", post.patch.confirmations)):
        note = form[f"{name}.{companion}"]
        if note.process_errors:
            post.hold(f"{path}.{companion}", note.text, note.process_errors[0])
        elif note.data is not None:
            kept[path] = note.data
