"""The traceability matrix: every statement is in it, and nothing is shown as proved that no test proved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.validation import Evidence, Statement, matrix, read_statements

HISTORY = Statement("C18", "Audit trail", "The first value stays readable.", "11.10(e)")
CASES = {
    "no test": ([], "**open**: no test in this run"),
    "one test passed": ([("reads_history", "passed")], "1 passed"),
    "one test failed": ([("reads_history", "failed")], "**open**: 1 failed"),
    "only skipped": ([("reads_history", "skipped")], "**open**: 1 skipped"),
    "passed on one database and failed on the other": (
        [("reads_history", "passed"), ("reads_history", "failed")], "**open**: 1 failed",
    ),
    "passed on one database, skipped on the other": (
        [("reads_history", "passed"), ("reads_history", "skipped"), ("reads_page", "passed")], "1 passed, 1 skipped",
    ),
    "one test passed and another failed": (
        [("reads_history", "passed"), ("reads_page", "failed")], "**open**: 1 passed, 1 failed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.requirement("C52")
def test_a_statement_is_proved_by_tests_that_passed_and_none_that_failed(case: str) -> None:
    results, expected = CASES[case]
    evidence = Evidence()
    for test, result in results:
        evidence.add(test, result, ["C18"])
    line = next(line for line in matrix([HISTORY], evidence, {}).splitlines() if line.startswith("| C18"))
    assert line.split(" | ")[3] == expected
    assert evidence.is_proved("C18") == ("open" not in expected)


@pytest.mark.requirement("C52")
def test_the_requirements_number_each_statement_once() -> None:
    ids = [one.id for one in read_statements()]
    assert ids == [f"C{number:02}" for number in range(1, 65)]


@pytest.mark.requirement("C52")
def test_tests_name_only_statements_that_exist() -> None:
    known = {one.id for one in read_statements()}
    marks = re.compile(r"mark\.requirement\(([^)]*)\)")
    named = {
        name
        for path in Path(__file__).parent.rglob("*.py")
        for arguments in marks.findall(path.read_text())
        for name in re.findall(r'"(C\d+)"', arguments)
    }
    assert named <= known
