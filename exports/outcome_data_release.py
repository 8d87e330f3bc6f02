"""The tables as they stand in a released dataset: read from its archive, so exactly and only what was released."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from edc.queries.models import CLOSED
from exports.outcome_data_tables import StoredRecord, StoredRow, StoredVisit, Tables
from exports.outcome_data_trail import TRUE, read_attribute, typed_value
from forms.items import MultiChoice, Reference
from forms.outcome_records import CaseFile, Source


class Archive:
    """The files of a release."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """The rows of a CSV file by column; what is empty is left out. A form that came later has no file."""
        if f"{name}.csv" not in self._zip.namelist():
            return
        with self._zip.open(f"{name}.csv") as stream:
            for row in csv.DictReader(io.TextIOWrapper(stream, "utf-8", newline="")):
                yield {column: text for column, text in row.items() if text}

    def sealed(self) -> tuple[dt.datetime, str]:
        """When the seal of the release was made, and its mark."""
        newest = json.loads(self._zip.read("seals.json"))[-1]
        at = dt.datetime.fromisoformat(newest["content"]["sealed_at"])
        return at, f"{newest['content']['seq']}:{newest['digest'][:32]}"


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def released_tables(archive: Archive, sites: Collection[str] | None, sources: Sequence[Source]) -> Tables:
    """What the release holds; `sites` are the codes of those that the reader may see (None: all).

    A participant's site is the one that the released forms name.
    """
    rows = {source.key: list(_rows(archive, source)) for source in sources}
    site_of = {code: site for found in rows.values() for code, site, _ in found}
    seen = {code for code, site in site_of.items() if sites is None or site in sites}
    released = (text for text in archive.rows("subjects") if text["CODE"] in seen)
    subjects = {text["UID"]: _subject(text, site_of) for text in released}
    queries = (text for text in archive.rows("queries") if text["SUBJECT_UID"] in subjects)
    return Tables(
        subjects=subjects,
        visits=(_typed(StoredVisit, text) for text in archive.rows("visits")),
        records=(_typed(StoredRecord, text) for text in archive.rows("form_records") if text.get("REMOVED") != TRUE),
        rows={key: (row for code, _, row in found if code in seen) for key, found in rows.items()},
        open_queries=sum(text["STATUS"] != CLOSED for text in queries),
    )


def _subject(text: Mapping[str, str], site_of: Mapping[str, str]) -> CaseFile:
    first, last = read_attribute("c1d1", text.get("C1D1")), read_attribute("last_dose", text.get("LAST_DOSE"))
    return CaseFile(text["CODE"], site_of[text["CODE"]], first, last, text.get("LOCKED") == TRUE)


NAMES = {StoredVisit: {"date": "visit_date"}, StoredRecord: {"number": "repeat_no"}}


def _typed(kind: Any, text: Mapping[str, str]) -> Any:
    names = [NAMES[kind].get(name, name) for name in kind._fields]
    return kind(*(read_attribute(name, text.get(name.upper())) for name in names))


def _rows(archive: Archive, source: Source) -> Iterator[tuple[str, str, StoredRow]]:
    """The rows of a form or group with the code of the participant and of the site."""
    for text in archive.rows(source.table):
        values = {name: _value(source, name, text[name.upper()]) for name in source.columns if name.upper() in text}
        uid, number = (text["ROW_UID"], int(text["ROW_NO"])) if source.group else (text["RECORD_UID"], 1)
        yield text["SUBJID"], text["SITEID"], StoredRow(uid, text["RECORD_UID"], number, values)


def _value(source: Source, column: str, text: str) -> object:
    item = source.item(column)
    if isinstance(item, MultiChoice) or (isinstance(item, Reference) and item.many):
        return tuple(text.split(";"))
    return typed_value(source, column, text)
