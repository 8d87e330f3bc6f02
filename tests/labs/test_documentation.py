"""docs/laboratory-import.md names the columns that files may have, in the words of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from edc.labs import range_file, result_rows
from edc.labs.csv_rows import Column

PAGE = Path(__file__).parents[2] / "docs" / "laboratory-import.md"


def table(columns: Sequence[Column]) -> str:
    rows = [f"| `{column.name}` | {'yes' if column.needed else ''} | {column.meaning} |" for column in columns]
    return "\n".join(rows)


@pytest.mark.parametrize("columns", [result_rows.COLUMNS, range_file.COLUMNS], ids=["results", "ranges"])
def test_columns_are_documented(columns: Sequence[Column]) -> None:
    assert table(columns) in PAGE.read_text(encoding="utf-8")
