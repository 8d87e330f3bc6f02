"""What the command line takes out: the data files of the study in a folder, noted in the trail."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from audit.capture import Actor, change
from edc.db import ALL, Scope, Session
from edc.errors import Refused
from exports import data_dictionary
from exports.csv_stream import csv_chunks
from exports.dataset import Dataset, list_datasets, stream_rows


def export(session: Session, folder: Path, *, crfs: Collection[str], by: Actor) -> Iterator[Path]:
    """Write one CSV per CRF and group and the data dictionary; yields each file when it is whole.

    Raises Refused for an OID that this study build does not have; nothing is written then.
    """
    scope = session.scope or Scope(None, by.role, ALL)
    datasets = list_datasets(scope)
    unknown = set(crfs) - {dataset.crf.oid for dataset in datasets}
    if unknown:
        raise Refused(reason=f"There is no CRF {', '.join(sorted(unknown))}.", remedy="See `edc crf list`.")
    chosen = [dataset for dataset in datasets if not crfs or dataset.crf.oid in crfs]
    with change(session, by=by, act="export:download") as made:
        for dataset in chosen:
            made.note("download", f"{dataset.name}.csv", "download", None, f"{dataset.name}.csv")
    folder.mkdir(parents=True, exist_ok=True)
    for dataset in chosen:
        yield _write(session, scope, dataset, folder)
    yield _write_dictionary(chosen, folder)


def _write(session: Session, scope: Scope, dataset: Dataset, folder: Path) -> Path:
    rows = stream_rows(session.connection(), scope, dataset, open_identifier=session.info["cipher"].open)
    return _save(folder / f"{dataset.name}.csv", csv_chunks(dataset.header, rows))


def _write_dictionary(datasets: list[Dataset], folder: Path) -> Path:
    rows = data_dictionary.dictionary_rows(datasets)
    return _save(folder / "data_dictionary.csv", csv_chunks(data_dictionary.HEADER, rows))


def _save(file: Path, chunks: Iterator[bytes]) -> Path:
    """Write beside the place and move in when whole, so that no half file stands there."""
    partial = file.with_suffix(".part")
    with partial.open("wb") as target:
        target.writelines(chunks)
    return partial.replace(file)
