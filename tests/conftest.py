"""Fixtures of the whole project: a fresh database per test, on SQLite and on PostgreSQL."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from tests import databases

LONGEST = (
    "tests/browser/test_story.py", "tests/demo/test_demo.py", "tests/amendment/test_rehearsal.py",
    "tests/amendment/test_add_a_crf.py", "tests/test_walk.py",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole-pilot", action="store_true", help="send all 306 participants of the CDISC pilot")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.begin_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no worker has one of them before it when the others are done."""
    rank = {path: number for number, path in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(LONGEST)))


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all that was imported and collected: it stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    databases.drop_templates()
    if not hasattr(config, "workerinput"):
        databases.end_run()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test that uses a database runs on both; parametrise this fixture indirectly to choose one."""
    kind: str = request.param
    return kind


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> object:
    """What enters that which the application of a test begins with, beside its two sites; see `begins_with`."""
    return request.getfixturevalue("ward_filling") if "ward_filling" in request.fixturenames else None


@pytest.fixture
def ward_filling() -> object:
    """What enters the ward of `tests.ward`; its fixture asks for this."""
    from tests.ward import fill_ward

    return fill_ward


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    url = databases.fresh_database(database_kind, tmp_path)
    yield url
    databases.drop_database(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A plain engine on the empty database; a package of tests overrides it with its own schema."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()
