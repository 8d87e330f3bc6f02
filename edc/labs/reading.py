"""What a posted sheet of results says: one text per result becomes number, sign or words, before the form is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from edc.records.lines import share_reason
from forms.dictionaries.lab_tests import LabTest
from forms.entry_form import ROW_NAME
from forms.lab_sheets import SIGNS, LabSheet, has_unit
from forms.patch import path_of
from forms.reading import Unreadable, read
from forms.views import Record

SIGNED = re.compile(r"\s*([<>])\s*(\S.*)", re.DOTALL)
#: Rows of tests that are not on the sheet have keys from here on.
FIRST_OTHER = 901
NONE = "none."


def key_of(sheet: LabSheet, test: LabTest) -> str:
    """The key of a row for a test that has no result yet; always the same, so that a draft finds its test again."""
    return f"new{1 + sheet.tests.index(test)}"


def test_of_key(sheet: LabSheet, key: str) -> LabTest | None:
    """The test of such a key, None for another test."""
    number = int(key.removeprefix("new"))
    return sheet.tests[number - 1] if number <= len(sheet.tests) else None


@dataclass
class SheetPost:
    """A posted sheet while it is made into a plain form."""

    sheet: LabSheet
    sent: MultiDict[str, str]
    record: Record
    form: MultiDict[str, str] = field(default_factory=MultiDict)

    def text(self, path: str) -> str:
        """The last text sent for a field, empty when nothing was: another unit stands behind the listed one."""
        return next((text.strip() for text in reversed(self.sent.getlist(path)) if text.strip()), "")


def plain_form(sheet: LabSheet, sent: MultiDict[str, str], record: Record) -> MultiDict[str, str]:
    """The posted sheet as a plain form of its CRF, which `read_form` understands."""
    post = SheetPost(sheet, sent, record)
    for name in sent:
        match = ROW_NAME.match(name)
        if match is None or match[1] != sheet.group.oid:
            post.form.setlist(name, sent.getlist(name))
    for key in _keys(post):
        _read_row(post, key)
    _state_nothing_done(post)
    return post.form


def _keys(post: SheetPost) -> Iterator[str]:
    matches = (ROW_NAME.match(name) for name in post.sent)
    yield from dict.fromkeys(match[2] for match in matches if match and match[1] == post.sheet.group.oid)


def _read_row(post: SheetPost, key: str) -> None:
    sheet, oid = post.sheet, post.sheet.group.oid
    rows = {row.number: row for row in post.record.rows(oid)}
    stored = rows.get(int(key)) if key.isdigit() else None
    test = sheet.test_of(stored) if stored else None if key.isdigit() else test_of_key(sheet, key)
    sent = {n.removeprefix(f"{oid}.{key}."): post.sent.getlist(n) for n in post.sent if n.startswith(f"{oid}.{key}.")}
    fields = _fields(post, f"{oid}.{key}.", test)
    if not key.isdigit():
        if not _brings_anything(sheet, fields):
            return
        stored = sheet.results(post.record).get((test.panel, test.code)) if test else None
        fields |= _identity(post, f"{oid}.{key}.", test) if stored is None else {}
    if stored is None and not _is_readable(sheet, fields, test):
        sent, fields = {}, {sheet.result_item(test): fields[sheet.result_item(test)]}
    target = str(stored.number) if stored else key
    plain = {**{name: texts for name, texts in sent.items() if name not in fields}, **fields}
    for name, texts in plain.items():
        post.form.setlist(path_of(name, oid, target), texts)
    if stored is not None:
        share_reason(post.form, path_of("", oid, target), sheet.group.items)


def _fields(post: SheetPost, prefix: str, test: LabTest | None) -> dict[str, list[str]]:
    """The items of a result that its controls stand for."""
    sheet = post.sheet
    result = sheet.result_item(test)
    if f"{prefix}{result}" not in post.sent and f"{prefix}{result}.missing" not in post.sent:
        return {}
    text, missing = post.text(prefix + result), post.text(f"{prefix}{result}.missing")
    found = {result: [text], f"{result}.missing": [missing]}
    if result == sheet.value:
        found |= _number_or_words(sheet, text)
    has_unit = f"{prefix}{sheet.unit}" in post.sent
    if has_unit:
        found |= {sheet.unit: [post.text(prefix + sheet.unit)], f"{sheet.unit}.missing": [""]}
    if missing == sheet.not_done and not text:
        found |= {name: [""] for name in found} | {sheet.status: [sheet.not_done]}
    elif text or missing:
        found |= {sheet.status: [sheet.done]}
        if missing and has_unit:
            found |= {sheet.unit: [""], f"{sheet.unit}.missing": [missing]}
    return found


def _number_or_words(sheet: LabSheet, text: str) -> dict[str, list[str]]:
    """`<0.2` is a sign and a number, `haemolysed` is words; what has a digit is meant to be a number."""
    match = SIGNED.fullmatch(text)
    number = match[2] if match else text
    if text and not re.search(r"\d", text):
        return {sheet.value: [""], sheet.qualifier: [""], sheet.words: [text]}
    return {sheet.value: [number], sheet.qualifier: [SIGNS[match[1]] if match else ""], sheet.words: [""]}


def _brings_anything(sheet: LabSheet, fields: dict[str, list[str]]) -> bool:
    """Whether a row has a result or a reason; the laboratory's own unit alone is no answer."""
    units = (sheet.unit, f"{sheet.unit}.missing")
    return any(text for name, texts in fields.items() if name not in units for text in texts)


def _identity(post: SheetPost, prefix: str, test: LabTest | None) -> dict[str, list[str]]:
    sheet = post.sheet
    if test is not None:
        return {sheet.panel: [test.panel], sheet.test: [test.code]}
    return {sheet.test: [sheet.other], sheet.panel: [post.text(prefix + sheet.panel)]}


def _is_readable(sheet: LabSheet, fields: dict[str, list[str]], test: LabTest | None) -> bool:
    """Whether the result of a row can be read; a row that holds nothing else is not begun for one that cannot."""
    name = sheet.result_item(test)
    try:
        read(sheet.item(name), fields.get(name, [""])[0])
    except Unreadable:
        return False
    return True


def _state_nothing_done(post: SheetPost) -> None:
    """'No results for this panel' gives its reason to every test of the panel that has neither result nor reason."""
    sheet = post.sheet
    taken = set(sheet.results(post.record))
    for test in sheet.tests:
        reason = post.text(NONE + test.panel)
        path = path_of("", sheet.group.oid, key_of(sheet, test))
        is_given = any(name.startswith(path) for name in post.form)
        if not reason or is_given or (test.panel, test.code) in taken:
            continue
        result, is_undone = sheet.result_item(test), reason == sheet.not_done
        row = {sheet.panel: test.panel, sheet.test: test.code}
        row[sheet.status] = sheet.not_done if is_undone else sheet.done
        if not is_undone:
            row[f"{result}.missing"] = reason
            if has_unit(test):
                row[f"{sheet.unit}.missing"] = reason
        for name, text in row.items():
            post.form.setlist(path + name, [text])
