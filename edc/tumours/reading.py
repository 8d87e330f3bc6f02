"""What a posted assessment says: rows get their lesion, scans their identity, before the form is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from audit.capture import new_uid
from edc.records.lines import share_reason
from forms.crf import Group
from forms.entry_form import ROW_NAME
from forms.patch import path_of
from forms.tumour_sheets import TumourSheet
from forms.views import Record, Row

#: Which scan all targets were read from, as far as they do not say themselves.
ALL_SCANS = "all_scan"
STATED = "stated for all"
#: A fragment's key is ten times the line of its lesion, and its own number.
MOST_FRAGMENTS = 9


def key_of(lesion: Record, fragment: int | None = None) -> str:
    """The key of a row for a lesion that has none yet; always the same, so that a draft finds its lesion again."""
    return f"new{lesion.number if fragment is None else lesion.number * 10 + fragment}"


@dataclass
class AssessmentPost:
    """A posted assessment while it is made into a plain form; `uids` are those of the scans to be added, by key."""

    sheet: TumourSheet
    sent: MultiDict[str, str]
    record: Record
    lesions: Sequence[Record]
    form: MultiDict[str, str] = field(default_factory=MultiDict)
    uids: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """The text of a field as sent, empty when nothing was."""
        return next((text.strip() for text in self.sent.getlist(path) if text.strip()), "")

    def fields(self, group: type[Group], key: str) -> dict[str, list[str]]:
        """What was sent for a row, by item name."""
        prefix = path_of("", group.oid, key)
        return {n.removeprefix(prefix): self.sent.getlist(n) for n in self.sent if n.startswith(prefix)}


def plain_form(
    sheet: TumourSheet, sent: MultiDict[str, str], record: Record, lesions: Sequence[Record]
) -> AssessmentPost:
    """The posted assessment as a plain form of its CRF, which `read_form` understands."""
    post = AssessmentPost(sheet, sent, record, lesions)
    for name in sent:
        if not ROW_NAME.match(name):
            post.form.setlist(name, sent.getlist(name))
    post.form.poplist(ALL_SCANS)
    for group, key in _rows(post):
        if group is sheet.scans:
            _read_scan(post, key)
        else:
            _read_lesion(post, group, key)
    return post


def _rows(post: AssessmentPost) -> list[tuple[type[Group], str]]:
    """The rows sent, scans first: other rows refer to them."""
    matches = (ROW_NAME.match(name) for name in post.sent)
    named = list(
        dict.fromkeys((match[1], match[2]) for match in matches if match and match[1] in post.sheet.crf.groups)
    )
    found = [(post.sheet.crf.groups[group], key) for group, key in named]
    return sorted(found, key=lambda row: row[0] is not post.sheet.scans)


def _is_given(fields: dict[str, list[str]]) -> bool:
    return any(text.strip() for name, texts in fields.items() if not name.endswith(".origin") for text in texts)


def _put(post: AssessmentPost, group: type[Group], key: str, fields: dict[str, list[str]]) -> None:
    for name, texts in fields.items():
        post.form.setlist(path_of(name, group.oid, key), texts)


def _read_scan(post: AssessmentPost, key: str) -> None:
    fields = post.fields(post.sheet.scans, key)
    if key.startswith("new") and _is_given(fields):
        post.uids[key] = new_uid()
    _put(post, post.sheet.scans, key, fields)


def _read_lesion(post: AssessmentPost, group: type[Group], key: str) -> None:
    """A row of a target, a fragment or a non-target; a new one gets its lesion, or meets the row stored meanwhile."""
    sheet, fields = post.sheet, post.fields(group, key)
    stored = _stored(post, group, key)
    lesion = _lesion_of(post, group, key) if key.startswith("new") else None
    if key.startswith("new") and (lesion is None or not _is_given(fields)):
        return
    if lesion is not None and group is not sheet.fragments:
        stored = next((row for row in post.record.rows(group.oid) if row.value(sheet.lesion) == lesion.uid), None)
    if group is sheet.targets:
        _complete_target(post, fields, stored)
    if lesion is not None and stored is None:
        fields[sheet.lesion] = [lesion.uid]
    target = str(stored.number) if stored else key
    _put(post, group, target, fields)
    if stored is not None:
        share_reason(post.form, path_of("", group.oid, target), group.items)


def _stored(post: AssessmentPost, group: type[Group], key: str) -> Row | None:
    rows = post.record.rows(group.oid)
    return next((row for row in rows if key.isdigit() and row.number == int(key)), None)


def _lesion_of(post: AssessmentPost, group: type[Group], key: str) -> Record | None:
    number = int(key.removeprefix("new"))
    line = number // 10 if group is post.sheet.fragments else number
    return next((lesion for lesion in post.lesions if lesion.number == line), None)


def _complete_target(post: AssessmentPost, fields: dict[str, list[str]], stored: Row | None) -> None:
    """A diameter says that the target was measured; one answer says for all from which scan they were read."""
    sheet = post.sheet

    def given(name: str) -> str:
        return next((text.strip() for text in fields.get(name, ()) if text.strip()), "")

    if given(sheet.size) and not given(sheet.state) and not given(f"{sheet.state}.missing"):
        fields[sheet.state] = [sheet.measured]
    own = given(sheet.scan)
    if own:
        fields[sheet.scan] = [post.uids.get(own, own if own not in _new_keys(post) else "")]
        return
    is_read = bool(given(sheet.state)) and given(sheet.state) != sheet.not_evaluable
    all_scans = post.text(ALL_SCANS)
    chosen = post.uids.get(all_scans, "" if all_scans.startswith("new") else all_scans)
    is_open = stored is None or not stored.answer(sheet.scan).is_given
    if is_read and chosen and is_open and not given(f"{sheet.scan}.missing"):
        fields[sheet.scan], fields[f"{sheet.scan}.origin"] = [chosen], [STATED]


def _new_keys(post: AssessmentPost) -> set[str]:
    return {key for group, key in _rows(post) if group is post.sheet.scans and key.startswith("new")}
