"""The locked dataset: which participants, over which seal, reconciled with the database, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, func, select

from audit.capture import Actor, Change
from audit.seal import Seal
from edc.db import Scope, Session
from edc.errors import NotFound, Problem, Refused
from edc.records.models import FormRecord
from edc.study.models import Subject
from exports import data_dictionary
from exports.csv_stream import csv_chunks, file_name
from exports.dataset import Dataset, list_datasets, stream_rows
from exports.models import BUILDING, FAILED, PROPOSED, READY, DatasetRelease
from exports.release_format import Tally, file_entry, manifest, seals_chunks, table_entry, verifier
from exports.release_tables import PLAIN_TABLES, PlainTable
from exports.release_trail import TrailCut, seals
from exports.zip_stream import ZipStream
from forms.items import MultiChoice, Reference
from forms.study import STUDY_ID

README = """Casebook dataset release

crf_*.csv            one file per form and per repeating group; data_dictionary.csv explains each column
subjects, visits, form_records, queries, verification, signatures (.csv)
trail.jsonl          the audit trail of these participants and of the installation; seals.json: its seals
manifest.json        sizes, counts and SHA-256 of every file
verify.py            python verify.py RELEASE.zip checks all of this with Python alone

Text in these files is exactly as recorded: open them as text columns when a spreadsheet might run a formula.
"""

Progress = Callable[[str], None]


class SecondPersonNeeded(Problem):
    """The person who proposed a release cannot confirm it."""

    code, status = "second-person-needed", 409
    what = "Nothing was released."
    why = "A release needs two people, and {name} proposed this one."
    next = "Ask an investigator or the sponsor's person to confirm it."


class NotReconciled(Exception):
    """The counts of a file differ from those of the database: the release is not made."""


def propose(session: Session, name: str, purpose: str, *, by: Actor, now: dt.datetime) -> DatasetRelease:
    """Propose a release of the participants locked at this moment."""
    clean = file_name(name, extension="zip").removesuffix(".zip")
    if not name.strip() or clean == "casebook":
        raise Refused(reason="A release needs a name.", remedy="Give it one, like interim-1.")
    if session.scalars(select(DatasetRelease).where(DatasetRelease.name == clean)).one_or_none():
        raise Refused(reason=f"There is a release named {clean} already.", remedy="Choose another name.")
    if not purpose.strip():
        raise Refused(reason="The purpose is missing.", remedy="Say what the dataset is for.")
    locked = locked_subjects(session)
    if not locked:
        raise Refused(reason="No participant is locked.", remedy="Lock the participants first.")
    release = DatasetRelease(
        name=clean, status=PROPOSED, purpose=purpose.strip()[:200], subject_uids=json.dumps(locked),
        participants=len(locked), proposed_by_uid=by.user_uid or "", proposed_by=by.user_name, proposed_at=now,
    )  # fmt: skip
    session.add(release)
    return release


def locked_subjects(session: Session) -> list[str]:
    """The uids of the participants that are locked now."""
    return list(session.scalars(select(Subject.uid).where(Subject.locked).order_by(Subject.code)))


def confirm(session: Session, release: DatasetRelease, change: Change, *, by: Actor, now: dt.datetime) -> None:
    """The second person agrees; every participant named must be locked still."""
    if release.status != PROPOSED:
        raise Refused(reason=f"{release.name} was confirmed already.", remedy="Open the list of releases.")
    if by.user_uid == release.proposed_by_uid:
        raise SecondPersonNeeded(name=release.proposed_by)
    named = subjects_of(release)
    seen = set(session.scalars(select(Subject.uid))).intersection(named)
    if len(seen) < len(named):
        reason = f"{len(named) - len(seen)} of its participants are at sites that you do not see."
        raise Refused(reason=reason, remedy="Somebody who sees them all confirms it.")
    missing = seen - set(locked_subjects(session))
    if missing:
        raise Refused(
            reason=f"{len(missing)} participants were unlocked since it was proposed.", remedy="Propose it again."
        )
    release.status, release.confirmed_by, release.confirmed_at = BUILDING, by.user_name, now
    change.note("dataset_release", release.uid, "participants", None, release.participants)


def subjects_of(release: DatasetRelease) -> list[str]:
    """The uids of the participants in a release."""
    uids: list[str] = json.loads(release.subject_uids)
    return uids


def get_release(session: Session, name: str) -> DatasetRelease:
    """A release by its name; raises NotFound."""
    found = session.scalars(select(DatasetRelease).where(DatasetRelease.name == name)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_releases(session: Session) -> list[DatasetRelease]:
    """Every release, newest first."""
    return list(session.scalars(select(DatasetRelease).order_by(DatasetRelease.proposed_at.desc())))


class Builder:
    """Writes one release into a file; `open_identifier` gives the birth year, the most that leaves the site."""

    def __init__(
        self, connection: Connection, name: str, subject_uids: Collection[str], seal: Seal,
        open_identifier: Callable[[str, str], str], progress: Progress = lambda text: None,
    ) -> None:  # fmt: skip
        self._connection, self._name, self._subjects, self._seal = connection, name, sorted(subject_uids), seal
        self._open_identifier, self._progress = open_identifier, progress
        self._scope = Scope.system("release")
        self.values = 0

    def write(self, target: BinaryIO) -> None:
        """Write the whole archive; raises NotReconciled when a count differs from the database's."""
        archive = ZipStream(target)
        entries = []
        trail = TrailCut(self._connection, self._seal.seq, self._subjects)
        for name, make in sorted(self._files(trail).items()):
            self._progress(name)
            entries.append(make(archive, name))
        self.values = sum(entry.get("values", 0) for entry in entries)
        body = {
            "installation": self._seal.installation, "study": STUDY_ID.value, "release": self._name,
            "seal": {"seq": self._seal.seq, "digest": self._seal.digest},
            "trail": {"changes": trail.changes, "withheld": trail.withheld}, "participants": len(self._subjects),
        }  # fmt: skip
        archive.finish("manifest.json", [manifest(body, entries)])

    def _files(self, trail: TrailCut) -> dict[str, Callable[[ZipStream, str], dict[str, Any]]]:
        datasets = list_datasets(self._scope)
        files: dict[str, Callable[[ZipStream, str], dict[str, Any]]] = {
            "README.txt": self._plain(iter([README.encode()])),
            "verify.py": self._plain(iter([verifier()])),
            "trail.jsonl": self._plain(trail.lines()),
            "seals.json": self._plain(seals_chunks(seals(self._connection, self._seal.seq))),
            "data_dictionary.csv": self._dictionary(datasets),
        }
        files |= {f"{dataset.name}.csv": self._dataset(dataset) for dataset in datasets}
        return files | {f"{table.name}.csv": self._table(table) for table in PLAIN_TABLES}

    def _plain(self, chunks: Iterator[bytes]) -> Callable[[ZipStream, str], dict[str, Any]]:
        return lambda archive, name: file_entry(archive.add(name, chunks, large=name == "trail.jsonl"))

    def _dictionary(self, datasets: list[Dataset]) -> Callable[[ZipStream, str], dict[str, Any]]:
        def make(archive: ZipStream, name: str) -> dict[str, Any]:
            tally = Tally(data_dictionary.HEADER)
            rows = tally.count(data_dictionary.dictionary_rows(datasets))
            return table_entry(archive.add(name, csv_chunks(data_dictionary.HEADER, rows)), tally)

        return make

    def _dataset(self, dataset: Dataset) -> Callable[[ZipStream, str], dict[str, Any]]:
        def make(archive: ZipStream, name: str) -> dict[str, Any]:
            tally = Tally(dataset.header, [column.name for column in dataset.value_columns])
            rows = stream_rows(
                self._connection, self._scope, dataset, subjects=self._subjects, open_identifier=self._open_identifier
            )
            member = archive.add(name, csv_chunks(dataset.header, tally.count(rows)), large=True)
            self._reconcile(name, tally, count_dataset(self._connection, dataset, self._subjects))
            return table_entry(member, tally, replay_of(dataset))

        return make

    def _table(self, table: PlainTable) -> Callable[[ZipStream, str], dict[str, Any]]:
        def make(archive: ZipStream, name: str) -> dict[str, Any]:
            tally = Tally(table.header, table.columns)
            rows = tally.count(table.rows(self._connection, self._subjects))
            member = archive.add(name, csv_chunks(table.header, rows), large=True)
            self._reconcile(name, tally, table.count(self._connection, self._subjects))
            return table_entry(member, tally, table.replay())

        return make

    def _reconcile(self, name: str, tally: Tally, counted: tuple[int, int]) -> None:
        rows, values = counted
        if (tally.rows, tally.values) != (rows, values):
            raise NotReconciled(
                f"{name} has {tally.rows} rows and {tally.values} values, the database {rows} and {values}"
            )


def count_dataset(connection: Connection, dataset: Dataset, subject_uids: Collection[str]) -> tuple[int, int]:
    """Rows and values of a data file, counted by the database alone."""
    table, record = dataset.table, FormRecord.__table__
    joined_on = table.c.record_uid == record.c.uid if dataset.group else table.c.uid == record.c.uid
    counts = [func.count(table.c[column.attribute]) for column in dataset.value_columns]
    statement = (
        select(func.count(), *counts)
        .select_from(table)
        .join(record, joined_on)
        .where(record.c.subject_uid.in_(sorted(subject_uids)), record.c.removed.is_(False))
    )
    if dataset.group:
        statement = statement.where(table.c.removed.is_(False))
    rows, *values = connection.execute(statement).one()
    return rows, sum(values)


def replay_of(dataset: Dataset) -> dict[str, Any]:
    """How the verifier compares a data file with the trail."""
    columns = {column.name: column.attribute for column in dataset.value_columns}
    lists = [
        column.name for column in dataset.value_columns
        if column.kind == "value"
        and (isinstance(column.item, MultiChoice) or (isinstance(column.item, Reference) and column.item.many))
    ]  # fmt: skip
    through = "record_uid" if dataset.group else "uid"
    omit = [{"entity": "form_record", "through": through, "attribute": "removed", "values": ["true"]}]
    if dataset.group:
        omit.append({"attribute": "removed", "values": ["true"]})
    key = "ROW_UID" if dataset.group else "RECORD_UID"
    return {"entity": dataset.name, "key": key, "columns": columns, "lists": lists, "omit": omit}


def write_release(builder: Builder, folder: Path, name: str) -> tuple[Path, int, str]:
    """Build into a file of its own name and move it into place when whole; returns path, bytes and SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    final, partial = folder / f"{name}.zip", folder / f".{name}.part"
    try:
        with partial.open("wb") as target:
            builder.write(target)
        partial.replace(final)
    finally:
        partial.unlink(missing_ok=True)
    digest = hashlib.sha256()
    with final.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return final, final.stat().st_size, digest.hexdigest()


def finish(release: DatasetRelease, seal: Seal, file: Path, size: int, sha256: str, values: int) -> None:
    """Note on the release what was built."""
    release.seal_seq, release.seal_digest = seal.seq, seal.digest
    release.file_name, release.size, release.sha256, release.values = file.name, size, sha256, values
    release.status, release.problem = READY, None


def fail(release: DatasetRelease, sentence: str) -> None:
    """Note on the release why it could not be built."""
    release.status, release.problem = FAILED, sentence[:400]
