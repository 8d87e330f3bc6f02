"""What the same machine can do at best: bare Flask, a row with three audit rows, plain CSV, plain PDF, plain hashes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg
from flask import Flask, request
from reportlab.lib.pagesizes import A4
from reportlab.platypus import PageBreak, SimpleDocTemplate, Table, TableStyle
from sqlalchemy import Integer, String, Text, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from bench.timing import seconds
from edc.db import make_engine


class Base(DeclarativeBase):
    """The tables of the bare application."""


class Row(Base):
    """What a bare application saves."""

    __tablename__ = "bench_row"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0)
    words: Mapped[str] = mapped_column(String(200))


class Trace(Base):
    """What a bare application would keep of it."""

    __tablename__ = "bench_trace"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    row_id: Mapped[int] = mapped_column(Integer)
    item: Mapped[str] = mapped_column(String(40))
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)


def make_bare_app(url: str) -> Flask:
    """A Flask application that says hello, and saves a row with three rows of history in one transaction."""
    bare = Flask(__name__)
    engine = make_engine(url, guarded=False)
    if engine.dialect.name == "sqlite":
        engine = engine.execution_options(sqlite_begin="IMMEDIATE")
    sessions = sessionmaker(engine)

    @bare.get("/hello")
    def hello() -> str:
        return "hello"

    @bare.post("/rows/<int:number>")
    def save(number: int) -> str:
        with sessions() as session:
            _save(session, number, request.form["words"])
        return "saved"

    return bare


def _save(session: Session, number: int, words: str) -> None:
    row = session.get(Row, number) or Row(id=number, version=0, words="")
    old, row.words, row.version = row.words, words, row.version + 1
    session.add(row)
    session.add_all([Trace(row_id=number, item=item, old=old, new=words) for item in ("words", "version", "by")])
    session.commit()


def prepare(url: str) -> None:
    """Make the tables of the bare application."""
    engine = make_engine(url, guarded=False)
    Base.metadata.create_all(engine)
    engine.dispose()


def __getattr__(name: str) -> Any:
    """The application that gunicorn serves, made when it is asked for."""
    if name == "app":
        return make_bare_app(os.environ["BENCH_URL"])
    raise AttributeError(name)


# --- CSV --------------------------------------------------------------------------------------------------------------


def csv_limit(url: str, table: str) -> tuple[str, float]:
    """Name and seconds of the plainest way to write a table as CSV: COPY, the shell of SQLite, else Python's csv."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return "COPY", seconds(lambda: _copy(url, table))
    if shutil.which("sqlite3"):
        return "sqlite3 shell", seconds(lambda: _shell(str(address.database), table))
    return "Python csv", seconds(lambda: _python(str(address.database), table))


def _copy(url: str, table: str) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    statement = f"COPY (SELECT * FROM {table}) TO STDOUT WITH CSV HEADER"
    with psycopg.connect(address) as connection, connection.cursor().copy(statement.encode()) as copy:
        for _ in copy:
            pass


def _shell(path: str, table: str) -> None:
    command = ["sqlite3", "-readonly", "-csv", "-header", path, f"SELECT * FROM {table}"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _python(path: str, table: str) -> None:
    connection = sqlite3.connect(path)
    writer = csv.writer(io.StringIO())
    writer.writerows(connection.execute(f"SELECT * FROM {table}"))
    connection.close()


# --- PDF, hashes ------------------------------------------------------------------------------------------------------


def pdf_pages_per_second(pages: int) -> float:
    """Pages with a grid table of 25 rows that reportlab lays out in a second."""
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.25, "black")])
    cells = [[f"item {row}", "value", "2024-01-22", "verified", "R. Diaz"] for row in range(25)]
    flowables: list[Any] = [part for _ in range(pages) for part in (Table(cells, style=grid), PageBreak())]
    document = SimpleDocTemplate(io.BytesIO(), pagesize=A4)
    return pages / seconds(lambda: document.build(flowables))


def hashes_per_second(count: int) -> float:
    """Entries whose canonical JSON is hashed in a second."""
    entries = list(_entries(count))

    def work() -> None:
        for entry in entries:
            hashlib.sha256(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    return count / seconds(work)


def _entries(count: int) -> Iterator[dict[str, str | int]]:
    for number in range(count):
        yield {"n": number, "oid": "AE.AETERM", "old": "low BP", "new": "low BP after dose 8", "reason": "Entry error"}
