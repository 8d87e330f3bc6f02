"""The toy study on a fresh database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests import databases
from tests.audit import toys


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the toy tables, the trail and its triggers."""
    url = databases.prepared_database(database_kind, "toys", toys.create_tables, tmp_path)
    yield url
    databases.drop_database(url)


@pytest.fixture
def engine(database_url: str) -> Engine:
    """The application's engine."""
    return databases.lend_engine(toys.make_engine, database_url)


@pytest.fixture
def owner(database_url: str) -> Engine:
    """An engine of whoever owns the database: no authorizer."""
    return databases.lend_engine(toys.make_owner_engine, database_url)


@pytest.fixture
def session(engine: Engine) -> Iterator[toys.Session]:
    with toys.sessions(engine)() as session:
        yield session
