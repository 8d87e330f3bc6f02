"""Grading laboratory results: all derivations of the samples of fifty participants, with their baselines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random

import forms.crfs  # noqa: F401 (declares the CRFs)
from bench.report import AT_LEAST, Goal, Report
from bench.timing import seconds
from edc.demo.normal_limits import LIMITS
from forms.crf import get_crf
from forms.derive.lab_grades import list_graded_tests
from forms.evaluation import run_derivations
from forms.items import Answer
from forms.reading import read
from forms.views import Record, Row, SubjectView

RESULTS = 60_000
SAMPLES = 40
FIRST_DOSE = dt.date(2024, 1, 22)


def measure(report: Report, kind: str) -> None:
    """Results per second, from what was typed to grade, rule and sentence."""
    tests = sorted(list_graded_tests())
    people = [list(_samples(Random(number), tests)) for number in range(RESULTS // (SAMPLES * len(tests)) + 1)]  # nosec B311
    count = sum(len(sample.rows("RESULT")) for samples in people for sample in samples)
    taken = seconds(lambda: [_derive(samples) for samples in people])
    rows = [row for samples in people for sample in samples for row in sample.rows("RESULT")]
    graded = sum(row.ctcae_words is not None for row in rows)
    assert graded == count, (graded, count)
    report.add(kind, f"grade {count:,} laboratory results", "/s", count / taken, goal=Goal(AT_LEAST, 1_000))


def _derive(samples: list[Record]) -> None:
    view = SubjectView("001-001", "2024-12-01T12:00", lambda oid: samples if oid == "LAB" else [], c1d1=FIRST_DOSE)
    view.site = {"ranges": ()}
    for sample in samples:
        run_derivations(sample, view)


def _samples(rng: Random, tests: list[tuple[str, str]]) -> Iterator[Record]:
    """A sample before the first dose and one every other day from then on, with a result of each test."""
    crf = get_crf("LAB")
    for number in range(SAMPLES):
        day = FIRST_DOSE + dt.timedelta(days=2 * number - 3)
        head = {"sample_dt": f"{day} 06:00", "panel": "|".join(sorted({panel for panel, _ in tests}))}
        answers = {name: Answer(read(crf.items[name], text)) for name, text in head.items()}
        rows = [_result(rng, f"{number}-{place}", place, key) for place, key in enumerate(tests, start=1)]
        yield Record(f"sample {number}", number + 1, crf, answers, rows={"RESULT": rows})


def _result(rng: Random, uid: str, number: int, key: tuple[str, str]) -> Row:
    """A result around its limits, seldom the same twice."""
    limits, group = LIMITS[key][0], get_crf("LAB").groups["RESULT"]
    typed = {
        "panel": key[0], "test": key[1], "row_status": "DONE", "lln": limits.lln, "uln": limits.uln,
        "value": f"{float(limits.uln) * rng.uniform(0.3, 3.5):.4f}", "symptomatic": rng.choice("YN"),
    }  # fmt: skip
    if limits.unit not in ("", "RATIO"):
        typed["unit"] = limits.unit
    return Row(uid, number, group, {name: Answer(read(group.items[name], text)) for name, text in typed.items()})
