"""Each test has a database of its own, empty or prepared."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from tests.databases import drop_database, fresh_database, prepared_database


def run(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def tables(url: str) -> list[str]:
    engine = create_engine(url)
    found = inspect(engine).get_table_names()
    engine.dispose()
    return found


def prepare(url: str) -> None:
    run(url, "CREATE TABLE ward (name TEXT)")


@pytest.mark.parametrize("_again", range(2))
def test_a_database_starts_empty(database_url: str, _again: int) -> None:
    assert tables(database_url) == []
    prepare(database_url)


def test_a_prepared_database_is_a_copy(database_kind: str, tmp_path: Path) -> None:
    first, second = (prepared_database(database_kind, "wards", prepare, tmp_path) for _copy in range(2))
    run(first, "CREATE TABLE bed (name TEXT)")
    assert (sorted(tables(first)), tables(second)) == (["bed", "ward"], ["ward"])
    drop_database(first)
    drop_database(second)


def test_a_database_is_dropped_while_somebody_is_connected(database_kind: str, tmp_path: Path) -> None:
    url = fresh_database(database_kind, tmp_path)
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        drop_database(url)
        connection.invalidate()
    engine.dispose()
    assert list(tmp_path.iterdir()) == []
