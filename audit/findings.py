"""What verification found, in sentences that name the first row concerned."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from audit.models import audit_change, audit_record

CONTENT, UNSEALED, LOST, BROKEN_SEAL, SIGNATURE, TIME, VERSIONS = range(1, 8)
VALUE, ROW, _SIGNED, RESTORED, GUARD, MASKED = range(8, 14)


@dataclass(frozen=True)
class Finding:
    """One finding; `number` is its kind. A note says what could not be checked, and is no fault."""

    number: int
    sentence: str
    change_uid: str | None = None
    entity: str | None = None
    key: str | None = None
    seal_seq: int | None = None
    is_note: bool = False

    def __str__(self) -> str:
        return self.sentence


class Firsts:
    """The first finding of each group and how many more there are, so that a great loss is still one line."""

    def __init__(self) -> None:
        self._first: dict[Hashable, Finding] = {}
        self._more: dict[Hashable, int] = {}

    def __contains__(self, group: Hashable) -> bool:
        return group in self._first

    def add(self, finding: Finding, *more: Hashable) -> None:
        """Keep the finding when it is the first of its number and of the groups named."""
        group = (finding.number, *more)
        if group in self._first:
            self._more[group] = self._more.get(group, 0) + 1
        else:
            self._first[group] = finding

    def __iter__(self) -> Iterator[Finding]:
        for group, finding in self._first.items():
            more = self._more.get(group, 0)
            yield replace(finding, sentence=f"{finding.sentence} ({more} more of this kind)") if more else finding


def moment_text(moment: datetime) -> str:
    """Return "22 Jan 2024 08:31"."""
    return f"{moment.day} {moment:%b %Y %H:%M}"


def named_change(change: Any, record: Any = None) -> str:
    """Return "change 018f... (22 Jan 2024 08:31, R. Diaz, VS.SYSTOLIC of 001-004/C1D1/VS)"."""
    words = [moment_text(change.at), change.user_name]
    if record is not None:
        words.append(f"{record.oid} of {record.path}" if record.path else record.oid)
    return f"change {change.uid} ({', '.join(words)})"


def find_change_name(connection: Connection, uid: str) -> str:
    """Return the name of a change that stands in the trail."""
    change = connection.execute(select(audit_change).where(audit_change.c.uid == uid)).one()
    query = select(audit_record).where(audit_record.c.change_uid == uid).order_by(audit_record.c.id).limit(1)
    return named_change(change, connection.execute(query).one_or_none())
