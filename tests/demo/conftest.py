"""The made-up study, loaded once for all tests that look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from audit.capture import Actor
from edc.accounts.rules import Rules
from edc.db import Scope, Session, make_engine, make_session_factory
from edc.demo.load import load_study, loading_engine
from edc.keys import Keyring
from edc.migrations.upgrade import upgrade_schema
from edc.records.data_keys import data_cipher, ensure_data_key
from edc.study.service import ensure_study
from tests import databases

OPERATOR = Actor(user_uid=None, user_name="operator", role="system", process="command")
STUDY = "NCT03991130"
SEED = 1
RING = Keyring.new()
RULES = Rules(keys=RING, cheap_hashes=True)
Sessions = Callable[[], Session]


def sessions_of(engine: Engine) -> Sessions:
    """Sessions as the command line makes them."""
    writing = engine.execution_options(sqlite_begin="IMMEDIATE") if engine.dialect.name == "sqlite" else engine
    factory = make_session_factory(writing)
    return lambda: factory(info={"cipher": data_cipher(engine, RING, STUDY), "scope": Scope.system("demo")})


def load(url: str, *, seed: int = SEED, most: int | None = None) -> None:
    """Make the database and fill it."""
    upgrade_schema(url)
    engine = loading_engine(url)
    sessions = sessions_of(engine)
    with sessions() as session:
        ensure_study(session, by=OPERATOR, study_id=STUDY)
        ensure_data_key(session, RING, by=OPERATOR, study=STUDY)
    load_study(sessions, RULES, by=OPERATOR, seed=seed, most=most)
    engine.dispose()


@pytest.fixture(scope="session")
def study_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The whole made-up study on SQLite."""
    folder: Path = tmp_path_factory.mktemp("study")
    url = databases.prepared_database("sqlite", "made-up study", load, folder)
    engine = make_engine(url)
    yield engine
    engine.dispose()
    databases.drop_database(url)


@pytest.fixture
def study(study_engine: Engine) -> Iterator[Session]:
    """A session that sees all of it."""
    with sessions_of(study_engine)() as session:
        yield session
