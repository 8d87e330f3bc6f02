"""Opening and saving the adverse event form: time, statements, and eight clients at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count
from statistics import median

from sqlalchemy import select

from audit.capture import new_uid
from bench.browser import Answer, Browser, form_fields
from bench.report import AT_LEAST, AT_MOST, Goal, Report
from bench.stage import Stage
from bench.timing import counted, interleaved, p95, seconds
from edc.db import Base
from edc.web import shell
from tests.casebook.study import STUDY, client_of

CLIENTS = 8
OPEN = "open the adverse event form, p50"
SAVE = "save it through the web form, p50"
# 29.6 ms of clinicedc on SQLite over 0.50 ms of hello on that machine, times 0.40.
OPEN_GOAL = Goal(AT_MOST, 23.7)


def address(code: str, line: int = 1) -> str:
    """The page of an adverse event."""
    return f"{STUDY}/participants/{code}/adverse-events/{line}"


class Form:
    """One adverse event as a browser holds it open, saved again and again with another word."""

    def __init__(self, browser: Browser, code: str, line: int = 1) -> None:
        self.browser, self.path = browser, address(code, line)
        self._numbers = count(1)
        self.read()

    def read(self) -> None:
        """Open the page and take over its fields."""
        self.fields = dict(form_fields(self.browser.get(self.path).text))
        assert "verbatim" in self.fields, f"no form at {self.path}"

    def changed(self) -> list[tuple[str, str]]:
        """The fields with a new word, its reason, and a token of their own."""
        words = f"low pressure, as told the {next(self._numbers)}. time by {new_uid()[-6:]}"
        changes = {"verbatim": words, "verbatim.reason": "Entry error", "request_token": new_uid()}
        return list({**self.fields, **changes}.items())

    def save(self) -> Answer:
        """Send the form; the next save is of the version that this one made."""
        answer = self.browser.post_and_read(self.path, self.changed())
        if answer.status == 303:
            self.fields["row_version"] = str(int(self.fields["row_version"]) + 1)
        return answer


def must(answer: Answer, status: int) -> None:
    """Refuse to time a page that failed."""
    assert answer.status == status, (answer.status, answer.text[:3000])


def measure(stage: Stage, report: Report, browser: Browser, limits: int, code: str) -> None:
    """Latencies of one client, statements of one save, and the rate of eight clients."""
    bare, form = Browser(limits), Form(browser, code)
    works: dict[str, Callable[[], object]] = {
        "hello": lambda: must(bare.get("/hello"), 200),
        "row": lambda: must(bare.post("/rows/1", [("words", "low pressure")]), 200),
        "open": lambda: must(browser.get(form.path), 200),
        "save": lambda: must(form.save(), 303),
    }
    found = interleaved(works, rounds=stage.rounds, times=stage.times)
    report.add(stage.kind, "Flask says hello, p50", "ms", found["hello"], others="0.50 ms there")
    report.add(
        stage.kind, OPEN, "ms", found["open"], found["hello"], limit_is="hello; goal is 0.40 of clinicedc by hello",
        goal=OPEN_GOAL, others="29.6/44.5; 29.3/27.8",
    )  # fmt: skip
    report.add(
        stage.kind, SAVE, "ms", found["save"], found["row"], limit_is="Flask + ORM, 1 row + 3 audit rows",
        goal=Goal(AT_MOST, 4), others="60.9/105.7; 12.1/11.7",
    )  # fmt: skip
    count_save(stage, report, code)
    many(stage, report, browser, limits)


def count_save(stage: Stage, report: Report, code: str) -> None:
    """Statements, commits and flushes of the whole request that saves a form."""
    client = client_of(stage.app, "r.diaz")
    fields = dict(form_fields(client.get(address(code)).text))
    for number in range(2):
        changes = {"verbatim": f"counted {number}", "verbatim.reason": "Entry error", "request_token": new_uid()}
        version = str(int(fields["row_version"]) + number)
        with counted(stage.engine) as counts:
            answer = client.post(address(code), data={**fields, **changes, "row_version": version})
        assert answer.status_code == 303, answer.text[:3000]
    others = "92 of clinicedc"
    report.add(stage.kind, "SQL statements per save", "", counts.statements, goal=Goal(AT_MOST, 10), others=others)
    report.add(stage.kind, "commits per save", "", counts.commits, goal=Goal(AT_MOST, 1))
    report.add(stage.kind, "flushes per save", "", counts.flushes, goal=Goal(AT_MOST, 1))


def many(stage: Stage, report: Report, browser: Browser, limits: int) -> None:
    """Saves per second of eight clients, each with a form of its own."""
    times = stage.times
    bare = Browser(limits)
    numbers = count(1)
    rows = _rate(lambda: _row(bare, next(numbers)), times)[0]
    versions = _versions(stage)
    forms = [Form(browser.twin(), f"001-{number:05}") for number in range(2, 2 + CLIENTS)]
    given = iter(forms)
    saves, latencies = _rate(lambda: next(given).save, times)
    made = sum(now - before for now, before in zip(_versions(stage), versions, strict=True))
    report.add(
        stage.kind, f"saves per second, {CLIENTS} clients", "/s", saves, rows, limit_is="the same bare row",
        goal=Goal(AT_LEAST, 0.25), others="17.9/12.7; 97/97",
    )  # fmt: skip
    lost = abs(made - CLIENTS * times)
    report.add(stage.kind, "of these lost or doubled", "", lost, goal=Goal(AT_MOST, 0))
    report.add(
        stage.kind, f"their p95, {CLIENTS} clients", "ms", p95(latencies), median(latencies), limit_is="their p50",
        goal=Goal(AT_MOST, 2),
    )  # fmt: skip


def _row(bare: Browser, number: int) -> Callable[[], Answer]:
    return lambda: bare.post(f"/rows/{number}", [("words", "low pressure")])


def _rate(give: Callable[[], Callable[[], Answer]], times: int) -> tuple[float, list[float]]:
    """Requests per second of all clients, and the time of each in ms."""
    latencies: list[float] = []
    works = [give() for _ in range(CLIENTS)]

    def client(work: Callable[[], Answer]) -> None:
        for _ in range(times):
            start = time.perf_counter()
            answer = work()
            latencies.append(1000 * (time.perf_counter() - start))
            assert answer.status in (200, 303), answer.text[:2000]

    threads = [threading.Thread(target=client, args=(work,)) for work in works]

    def together() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return CLIENTS * times / seconds(together), latencies


def _versions(stage: Stage) -> list[int]:
    """The row versions of the forms that the clients save."""
    record, subject = Base.metadata.tables["form_record"], Base.metadata.tables["subject"]
    codes = [f"001-{number:05}" for number in range(2, 2 + CLIENTS)]
    statement = (
        select(record.c.row_version)
        .join(subject, subject.c.uid == record.c.subject_uid)
        .where(subject.c.code.in_(codes), record.c.crf_oid == "AE", record.c.repeat_no == 1)
        .order_by(subject.c.code)
    )
    with shell(stage.app).engine.connect() as connection:
        return list(connection.scalars(statement))
