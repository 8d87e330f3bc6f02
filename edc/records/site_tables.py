"""A participant's site tables: those of the site, and of the sites left behind for what was entered there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from edc.db import Scope, Session
from edc.study.models import Subject
from edc.study.reference import site_tables
from forms.site_tables import ConsentVersionRow

# What a participant brought along was entered by the tables of the site that was left.
_BROUGHT_ALONG = frozenset({"consent_versions", "laboratories", "ranges", "treatment_locations"})


class SiteTables(Mapping[str, Any]):
    """Reference tables by name, each read once when asked."""

    def __init__(self, session: Session, subject: Subject) -> None:
        self._session, self._site_uid = session, subject.site_uid
        self._left = [line.split() for line in (subject.former_sites or "").splitlines()]
        self._tables: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._tables:
            own = site_tables[name](self._session, self._site_uid)
            self._tables[name] = [*self._brought(name), *own] if name in _BROUGHT_ALONG and self._left else own
        return self._tables[name]

    def _brought(self, name: str) -> Iterator[object]:
        for site_uid, until in self._left:
            yield from _known_by(read_table(self._session, name, site_uid), dt.date.fromisoformat(until))

    def __iter__(self) -> Iterator[str]:
        return iter(site_tables)

    def __len__(self) -> int:
        return len(site_tables)


def read_table(session: Session, name: str, site_uid: str) -> Sequence[object]:
    """A table of a site that may lie outside the reader's scope: it holds nothing about participants."""
    with Session(session.connection()) as reader:
        reader.info["scope"] = Scope.system("tables of a site left behind")
        return list(site_tables[name](reader, site_uid))


def _known_by(rows: Sequence[object], until: dt.date) -> Iterator[object]:
    """The rows without consent versions that came after the participant had left."""
    return (row for row in rows if not isinstance(row, ConsentVersionRow) or row.valid_from <= until)
