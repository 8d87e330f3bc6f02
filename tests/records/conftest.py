"""A database with every table and a casebook on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from audit.append_only import install_triggers
from edc.db import make_engine
from edc.schema import metadata
from tests import databases
from tests.records.casebooks import Casebook


def create_schema(url: str) -> None:
    """Create every table with the guards of the trail, and a participant with consent."""
    engine = make_engine(url, guarded=False)
    metadata.create_all(engine)
    with engine.begin() as connection:
        install_triggers(connection)
    Casebook(engine).set_up()
    engine.dispose()


@pytest.fixture
def casebook_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with one participant, 001-001."""
    url = databases.prepared_database(database_kind, "records", create_schema, tmp_path)
    yield url
    databases.drop_database(url)


@pytest.fixture
def casebook_engine(casebook_url: str) -> Engine:
    """The application's engine on that database."""
    return databases.lend_engine(make_engine, casebook_url)


@pytest.fixture
def casebook(casebook_engine: Engine) -> Casebook:
    """The casebook of participant 001-001."""
    return Casebook(casebook_engine)
