"""What leaves and what is proved: CSV with its memory, casebook PDF, verification of the trail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from sqlalchemy import func, select

from audit.models import audit_record
from audit.seal import seal
from bench import limits
from bench.report import AT_LEAST, AT_MOST, Goal, Report
from bench.stage import Stage
from bench.timing import forget_peak, memory_kb, seconds
from edc.db import Base, Scope
from edc.records.book import SubjectBook
from edc.records.service import get_subject
from edc.verification import find_faults
from edc.web import shell
from exports.casebook import write_casebook
from exports.pdf_frame import Imprint
from tests.casebook.study import CODE, STUDY, client_of

TABLE = "crf_ae"


def count_rows(stage: Stage, table: str) -> int:
    """Rows of a table."""
    with stage.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0


# --- CSV --------------------------------------------------------------------------------------------------------------


def measure_csv(stage: Stage, report: Report) -> None:
    """Rows per second, first byte and peak memory of the download of all adverse events, in a process of its own."""
    rows = count_rows(stage, TABLE)
    command = [sys.executable, "-m", "bench.data"]
    found = subprocess.run(
        command, env={**os.environ, **stage.environment}, capture_output=True, text=True, check=True
    ).stdout
    measured = json.loads(found.splitlines()[-1])
    assert measured["lines"] == rows + 1, measured
    name, limit = limits.csv_limit(stage.url, TABLE)
    goal = Goal(AT_LEAST, 0.10 if stage.kind == "postgresql" else 0.12)
    report.add(
        stage.kind, f"CSV of {rows:,} adverse events", "rows/s", rows / measured["seconds"], rows / limit,
        limit_is="COPY or sqlite3 shell", goal=goal, others="5,260/4,156; 47,190/58,650",
    )  # fmt: skip
    grown = measured["grown_kb"] / 1024
    report.add(
        stage.kind, "CSV: growth of memory", "MB", grown, goal=Goal(AT_MOST, 32), others="over 500; under 70 in all"
    )
    report.add(stage.kind, "CSV: first byte", "s", measured["first"], goal=Goal(AT_MOST, 0.5))
    report.remarks.append(f"{stage.kind}: the limit of CSV is {name}.")


def download() -> dict[str, float]:
    """Download the table from an application in this process; the memory of the process grows by what that needs."""
    from config import Config
    from edc.app import create_app

    client = client_of(create_app(Config.from_environment()), "p.shah")
    for _ in client.get(f"{STUDY}/exports/crf_dm.csv").iter_encoded():
        break
    forget_peak()
    before = memory_kb("VmRSS")
    times: list[float] = []
    lines = 0

    def work() -> None:
        nonlocal lines
        answer = client.get(f"{STUDY}/exports/{TABLE}.csv", buffered=False)
        chunks = iter(answer.iter_encoded())
        times.append(seconds(lambda: next(chunks)))
        lines = 1 + sum(chunk.count(b"\n") for chunk in chunks)

    total = seconds(work)
    return {"seconds": total, "first": times[0], "lines": lines, "grown_kb": memory_kb("VmHWM") - before}


# --- casebook PDF -----------------------------------------------------------------------------------------------------


def measure_pdf(stage: Stage, report: Report, pages: int) -> None:
    """Pages per second of a participant's casebook."""
    parts = shell(stage.app)
    imprint = Imprint(study=parts.study, printed="", seal="Not sealed yet", training=True)
    made: list[int] = []

    def work() -> None:
        with parts.session(writes=False) as session, tempfile.TemporaryFile() as target:
            session.info["scope"] = Scope.system("bench")
            book = SubjectBook(session, get_subject(session, CODE), parts.clock())
            made.append(write_casebook(session, book, target, imprint, identifiers=False))

    work()
    taken = sum(seconds(work) for _ in range(max(1, pages // made[0])))
    limit = limits.pdf_pages_per_second(pages)
    report.add(
        stage.kind, "casebook PDF", "pages/s", sum(made[1:]) / taken, limit, limit_is="reportlab, grids of 25 rows",
        goal=Goal(AT_LEAST, 0.30),
    )  # fmt: skip


# --- the trail --------------------------------------------------------------------------------------------------------


def measure_verify(stage: Stage, report: Report) -> None:
    """Entries of the trail verified in a second: digests, seals, order, and the state that they replay to."""
    parts = shell(stage.app)
    seal(stage.engine, stage.app.config["SEALER"])
    with stage.engine.connect() as connection:
        entries = connection.scalar(select(func.count()).select_from(audit_record)) or 0
    faults: list[object] = []
    taken = seconds(lambda: faults.extend(find_faults(stage.engine, parts.keys)))
    assert not faults, faults[:3]
    limit = limits.hashes_per_second(100_000)
    report.add(
        stage.kind, f"verify {entries:,} entries of the trail", "entries/s", entries / taken, limit,
        limit_is="SHA-256 of canonical JSON", goal=Goal(AT_LEAST, 0.15),
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(download()))
