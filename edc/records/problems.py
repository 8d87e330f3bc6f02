"""What a save or a workflow act may be refused for, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from edc.errors import Problem


class RecordLocked(Problem):
    """A write to something locked or frozen: RecordLocked(what_is="001-004 is locked", who_can="data management")."""

    code, status = "record-locked", 409
    what = "Nothing was stored: {what_is}."
    why = "Locked and frozen data do not change by any door."
    next = "Ask data management to unlock it; a reason is needed."


class RecordRemoved(Problem):
    """A write to a line that was removed."""

    code, status = "record-removed", 409
    what = "Nothing was stored: this line was removed."
    why = "A removed line stays readable but no longer changes."
    next = "Add a new line if the entry is needed after all."


class ChangeReasonMissing(Problem):
    """Stored values would change without a reason: ChangeReasonMissing(labels="Weight, Pulse")."""

    code, status = "change-reason-missing", 422
    what = "Nothing was stored."
    why = "These values were recorded before and a change needs its reason: {labels}."
    next = "Say for each why it changed: entry error, new source, source corrected, or your own words."


class ItemNotInVersion(Problem):
    """Answers to items that the record's CRF version does not ask: ItemNotInVersion(labels="Pulse", version="1.0")."""

    code, status = "item-not-in-version", 409
    what = "Nothing was stored."
    why = "This form was entered on version {version}, which does not ask: {labels}."
    next = "Leave these out, or move the form to the version that its site has active."


class ItemNotYours(Problem):
    """An item that only an investigator answers, or that nobody types: ItemNotYours(labels=..., who=...)."""

    code, status = "item-not-yours", 403
    what = "Nothing was stored."
    why = "These items are answered by {who} only: {labels}."
    next = "Leave them as they are and save the rest."


class UnknownRow(Problem):
    """A patch names a row that is not there: UnknownRow(group="Doses", row=15)."""

    code, status = "unknown-row", 422
    what = "Nothing was stored."
    why = "{group} has no row {row}."
    next = "Read the form again and send the rows it has."


class BrokenReference(Problem):
    """A link to a line that this participant does not have."""

    code, status = "broken-reference", 422
    what = "Nothing was stored."
    why = "{label} links to a line that this participant does not have."
    next = "Choose one of the participant's own lines."


class DerivedLocked(Problem):
    """A save would change a derived value in a locked record: DerivedLocked(path=..., label=...)."""

    code, status = "derived-locked", 409
    what = "Nothing was stored."
    why = "The change would alter {label} of {path}, which is locked."
    next = "Ask data management to unlock that form first."


@dataclass(frozen=True, slots=True)
class Clash:
    """One item that two people changed: the value now, who changed it and when, and the value that was read."""

    path: str
    label: str
    value_now: str
    changed_by: str
    changed_at: str
    value_then: str = ""


class StaleVersion(Problem):
    """The record changed since it was read, in the same items: carries the clashes for the merge page."""

    code, status = "stale-version", 409
    what = "Nothing was stored: someone else changed this form since you opened it."
    why = "You read version {read}; the record is at version {now}. Changed by both: {labels}."
    next = "Compare the values and save your choices."

    def __init__(self, clashes: list[Clash], *, read: int, now: int) -> None:
        self.clashes = clashes
        labels = ", ".join(clash.label for clash in clashes) or "the form"
        super().__init__(read=read, now=now, labels=labels)

    @property
    def details(self) -> dict[str, Any]:
        """The present version, and each item that both changed."""
        return {"row_version": self.facts["now"], "clashes": [asdict(clash) for clash in self.clashes]}
