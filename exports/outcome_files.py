"""The tables of the outcomes as CSV files in a folder, which is there whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from edc.errors import Refused
from exports.analysis import table_csv
from exports.analysis_about import about_table
from exports.outcome_shapes import Outcomes


def refuse_filled(folder: Path) -> None:
    """Raise Refused for a folder that holds something, or a file of that name."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(reason=f"{folder} is there already.", remedy="Name a new folder, or an empty one.")


def write_outcomes(found: Outcomes, folder: Path) -> list[Path]:
    """Write each table, and what they rest on; returns the files."""
    refuse_filled(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    beside.mkdir()
    try:
        tables = (*found.tables, about_table(found))
        for table in tables:
            with (beside / f"{table.key}.csv").open("wb") as target:
                target.writelines(table_csv(table))
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return [folder / f"{table.key}.csv" for table in tables]
