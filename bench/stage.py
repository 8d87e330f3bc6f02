"""A database with people and an application on it, and servers on loopback ports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import Engine, make_url

from bench.browser import Browser
from config import Config
from edc.app import create_app, open_keys
from edc.web import shell
from tests import databases
from tests.app_fixtures import PASSWORD, create_schema
from tests.casebook.study import PEOPLE, open_people

WORKERS = 2
# Tests switch these off; a measurement of commits is none without them.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


class Stage:
    """One database of one kind, the application in this process, and the folder of its keys."""

    def __init__(self, kind: str, folder: Path, rounds: int, times: int) -> None:
        self.kind, self.folder, self.rounds, self.times = kind, folder, rounds, times
        self.url = databases.fresh_database(kind, folder)
        if kind == "postgresql":
            _make_durable(self.url)
        self.config = Config(
            database_url=self.url, keys=str(folder / "keys.json"), files=str(folder / "files"),
            security_contact="p.shah", idle_minutes=60,
        )  # fmt: skip
        create_schema(self.url, open_keys(self.config))
        self.app: Flask = create_app(self.config)
        open_people(self.app)

    @property
    def engine(self) -> Engine:
        """The engine of the application in this process."""
        return shell(self.app).engine

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a server that runs the application on this database."""
        config = self.config
        return {
            "CASEBOOK_DATABASE_URL": config.database_url, "CASEBOOK_KEYS": config.keys, "CASEBOOK_FILES": config.files,
            "CASEBOOK_SECURITY_CONTACT": config.security_contact, "CASEBOOK_IDLE_MINUTES": "60",
        }  # fmt: skip

    def close(self) -> None:
        """Drop the database."""
        self.engine.dispose()
        databases.drop_database(self.url)


def _make_durable(url: str) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in DURABLE:
            connection.execute(f"ALTER SYSTEM SET {setting} = on")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def served(target: str, folder: Path, environment: dict[str, str]) -> Iterator[int]:
    """Serve a WSGI application by gunicorn with two workers; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}", "--log-level",
        "error", target,
    ]  # fmt: skip
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


@contextmanager
def all_served(stage: Stage) -> Iterator[tuple[Browser, int]]:
    """The application with a coordinator signed in, and beside it the port of the limits."""
    with ExitStack() as stack:
        ours = stack.enter_context(served("wsgi:app", stage.folder, stage.environment))
        limits = stack.enter_context(served("bench.limits:app", stage.folder, {"BENCH_URL": stage.url}))
        browser = Browser(ours)
        browser.sign_in("r.diaz", PASSWORD)
        # Every worker has answered once, so nobody pays for its first request.
        for _ in range(4 * WORKERS):
            browser.get("/my-day")
        yield browser, limits


__all__ = ["PEOPLE", "Stage", "all_served", "served"]
