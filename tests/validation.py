"""The traceability matrix: each statement of docs/requirements/ with the tests that prove it and their results.

python -m tests.validation                       all tests, then build/validation.md
python -m tests.validation tests/audit           some tests; what the others prove is shown as open
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "build" / "validation.md"
STATEMENT = re.compile(r"\| (C\d+) \| (.+) \| (.+) \|")
MARK = "requirements"
# The worst of the phases and parametrised cases of a test is its result.
GRAVITY = ("passed", "skipped", "failed")


@dataclass(frozen=True)
class Statement:
    """One line of docs/requirements/."""

    id: str
    group: str
    text: str
    clause: str


@dataclass
class Evidence:
    """What one run says: the result of each test, and the tests that name each statement."""

    results: dict[str, str] = field(default_factory=dict)
    tests: dict[str, set[str]] = field(default_factory=dict)

    def add(self, test: str, result: str, proves: Iterable[str]) -> None:
        """Note a result of a test and the statements that the test names."""
        worst = max(result, self.results.get(test, GRAVITY[0]), key=GRAVITY.index)
        self.results[test] = worst
        for statement in proves:
            self.tests.setdefault(statement, set()).add(test)

    def is_proved(self, statement: str) -> bool:
        """Whether a test passed and none failed."""
        found = {self.results[test] for test in self.tests.get(statement, ())}
        return "passed" in found and "failed" not in found


def read_statements(folder: Path = ROOT / "docs" / "requirements") -> list[Statement]:
    """Every statement, in order of files."""
    found = []
    for path in sorted(folder.glob("[0-9]*.md")):
        text = path.read_text()
        group = text.partition("\n")[0].removeprefix("# ")
        found += [Statement(match[1], group, match[2], match[3]) for match in STATEMENT.finditer(text)]
    return found


def matrix(statements: Iterable[Statement], evidence: Evidence, about: Mapping[str, str]) -> str:
    """The matrix as Markdown."""
    return "\n".join(_lines(list(statements), evidence, about)) + "\n"


def _lines(statements: list[Statement], evidence: Evidence, about: Mapping[str, str]) -> Iterator[str]:
    open_ids = [one.id for one in statements if not evidence.is_proved(one.id)]
    yield "# Validation\n"
    yield from (f"- {name}: {value}" for name, value in about.items())
    yield f"- statements: {len(statements)}, proved in this run: {len(statements) - len(open_ids)}"
    yield f"- open: {', '.join(open_ids) or 'none'}"
    group = ""
    for one in statements:
        if one.group != group:
            group = one.group
            yield f"\n## {group}\n\n| id | statement | clause | result | tests |\n|---|---|---|---|---|"
        yield f"| {one.id} | {one.text} | {one.clause} | {_result(evidence, one.id)} | {_tests(evidence, one.id)} |"
    yield "\n## Other marks\n\n| mark | result | tests |\n|---|---|---|"
    for mark in sorted(set(evidence.tests) - {one.id for one in statements}):
        yield f"| {mark} | {_result(evidence, mark)} | {_tests(evidence, mark)} |"


def _result(evidence: Evidence, statement: str) -> str:
    tests = evidence.tests.get(statement, ())
    if not tests:
        return "**open**: no test in this run"
    counts = {result: sum(evidence.results[test] == result for test in tests) for result in GRAVITY}
    words = ", ".join(f"{count} {result}" for result, count in counts.items() if count)
    return words if evidence.is_proved(statement) else f"**open**: {words}"


def _tests(evidence: Evidence, statement: str) -> str:
    return "<br>".join(f"{test} ({evidence.results[test]})" for test in sorted(evidence.tests.get(statement, ())))


# --- the plugin: pytest -p tests.validation --------------------------------------------------------------------------

_evidence = Evidence()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send the marks of each test along with its result, also from the processes of a parallel run."""
    for item in items:
        proves = [str(name) for mark in item.iter_markers("requirement") for name in mark.args]
        item.user_properties.append((MARK, proves))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note the result of a phase of a test; its cases count as one test."""
    proves = [name for key, names in report.user_properties if key == MARK for name in names]  # type: ignore[attr-defined]
    _evidence.add(report.nodeid.partition("[")[0], report.outcome, proves)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the matrix, once per run."""
    if hasattr(session.config, "workerinput"):
        return
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(matrix(read_statements(), _evidence, _about(session.config)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the matrix is and what is open."""
    open_ids = [one.id for one in read_statements() if not _evidence.is_proved(one.id)]
    terminalreporter.write_line(f"{TARGET.relative_to(ROOT)} written; open statements: {', '.join(open_ids) or 'none'}")


def _about(config: pytest.Config) -> dict[str, str]:
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    found = subprocess.run(git, capture_output=True, text=True, check=False)
    counts = {result: sum(value == result for value in _evidence.results.values()) for result in GRAVITY}
    return {
        "software": f"casebook {version('casebook')}, source {found.stdout.strip() or 'unknown'}",
        "run": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {' '.join(map(str, config.args)) or 'all tests'}",
        "tests": ", ".join(f"{count} {result}" for result, count in counts.items()),
    }


if __name__ == "__main__":
    # -p makes the parallel processes of pytest load the plugin too.
    sys.exit(pytest.main(["-p", "tests.validation", *sys.argv[1:]]))
