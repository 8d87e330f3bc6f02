"""What a save brings: new answers by item, rows by number, and what could not be read; common to every door."""

from __future__ import annotations

from dataclasses import dataclass, field

from forms.items import Answer


@dataclass
class RowPatch:
    """New answers of one group row; `number` None adds a row, `remove_reason` marks it removed.

    `key` is the row's name in paths: "3", or "new1" for a row to be added, so that held text finds its row again.
    `uid` is that of a row to be added, where another answer of the same patch refers to it.
    """

    number: int | None
    items: dict[str, Answer] = field(default_factory=dict)
    remove_reason: str | None = None
    key: str = ""
    uid: str = ""


@dataclass
class Patch:
    """New answers of a record; items that are not named stay as they are. Answer() clears a value."""

    items: dict[str, Answer] = field(default_factory=dict)
    rows: dict[str, list[RowPatch]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    confirmations: dict[str, str] = field(default_factory=dict)
    complete: bool | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Text that could not be read: where (`item` or `GROUP.3.item`), the text as typed, the sentence for the person."""

    path: str
    text: str
    sentence: str


def path_of(item: str, group: str | None = None, number: int | str | None = None) -> str:
    """The path of an item in a patch, a form and a draft: `item`, `GROUP.3.item`, `GROUP.new1.item` in a new row."""
    return item if group is None else f"{group}.{number}.{item}"
