"""Checks of protocol deviations: doubles, and who entered the line."""

from __future__ import annotations

import pytest

from forms.evaluation import open_required
from tests.forms.casebooks import asks, judge, passes, record, subject

PLAIN = {
    "dev_date": "2024-04-12", "category": "VISIT WINDOW", "severity": "MINOR", "irb_reportable": "N",
    "description": "Day 35 was given on course day 41.",
}  # fmt: skip


def deviation(line: int = 1, **given):
    """A deviation line."""
    return record("DV", line=line, name=f"dv{line}", **(PLAIN | given))


CASES = [
    asks("GEN-06", "the same deviation of one day twice", deviation(2), deviation(), item="description",
         message="Line 2 looks the same as line 1 (2024-04-12, Day 35 was given on course day 41.). Remove one, or say how "
         "they differ."),
    passes("GEN-06", "the same words on another day", deviation(2, dev_date="2024-05-12"), deviation()),
    passes("GEN-06", "other words on one day", deviation(2, description="A scan was missed."), deviation()),
    asks("GEN-02", "a deviation of tomorrow", deviation(dev_date="2024-07-01"), item="dev_date"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check(case):
    case.verify()


@pytest.mark.parametrize(("check", "source"), [(None, "MANUAL"), ("IL2-09", "CHECK")])
def test_source_of_a_line(check, source):
    line = deviation(**({"check_id": check} if check else {}))
    judge(line, subject(line), [line])
    assert line.source == source


@pytest.mark.parametrize(
    ("words", "line", "asked"),
    [
        ("minor", deviation(), set()),
        ("major", deviation(severity="MAJOR"), {"corrective_action"}),
        ("to be reported", deviation(irb_reportable="Y"), {"irb_date"}),
    ],
)
def test_what_a_deviation_is_asked_besides(words, line, asked):
    assert {item.name for _, _, item in open_required(line)} == asked
