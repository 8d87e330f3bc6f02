"""Deriving the responses of many participants from the records of their forms, without a database."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from decimal import Decimal
from random import Random

import forms.crfs  # noqa: F401 (declares the forms)
from audit.capture import new_uid
from bench.report import Report
from forms.courses_of_disease import disease_course
from forms.crf import get_crf
from forms.derive.survival import progression_free_survival
from forms.items import Answer
from forms.views import Record, Row

START = dt.date(2024, 2, 5)
TARGETS, POINTS, WEEKS_BETWEEN = 4, 5, 9


def measure(report: Report, kind: str, participants: int) -> None:
    """Responses of every time point, best response and progression-free survival of so many participants."""
    rng = Random(1)  # nosec B311 (made-up data)
    files = list(_made_up(rng, participants))
    began = time.perf_counter()
    for file in files:
        course = disease_course(lambda oid, file=file: file.get(oid, []))  # type: ignore[misc]
        follow_up = course.follow_up()
        assert follow_up is not None and len(follow_up.assessments) == POINTS
        course.best_response()
        progression_free_survival(follow_up)
    taken = time.perf_counter() - began
    report.add(kind, f"derive the responses of {participants:,} participants, {POINTS} time points each", "s", taken)


def _made_up(rng: Random, participants: int) -> Iterator[dict[str, list[Record]]]:
    for _ in range(participants):
        lesions = [_lesion(number, rng.randrange(15, 60)) for number in range(1, TARGETS + 1)]
        points = [_time_point(lesions, number, rng) for number in range(1, POINTS + 1)]
        dose = _record("NIVO", 1, given="Y", start_dt=f"{START}T09:00")
        yield {"TLB": lesions, "TA": points, "NIVO": [dose]}


def _record(oid: str, number: int, **values: object) -> Record:
    return Record(new_uid(), number, get_crf(oid), {name: Answer(value) for name, value in values.items()})


def _lesion(number: int, mm: int) -> Record:
    return _record("TLB", number, lesion_id=f"T{number:02}", role="TARGET", is_node="N", baseline_mm=Decimal(mm))


def _time_point(lesions: list[Record], number: int, rng: Random) -> Record:
    point = _record(
        "TA", number, performed="Y", inv_target="SD", inv_nontarget="NA", inv_overall="SD", any_new="N",
        assess_date=START + dt.timedelta(weeks=WEEKS_BETWEEN * number),
    )  # fmt: skip
    for position, lesion in enumerate(lesions, start=1):
        size = (lesion.baseline_mm * Decimal(rng.randrange(30, 130)) / 100).quantize(Decimal("0.1"))
        values = {"lesion": lesion.uid, "t_state": "MEASURED", "t_diameter_mm": size}
        answers = {name: Answer(value) for name, value in values.items()}
        point.rows("TARGET").append(Row(new_uid(), position, get_crf("TA").groups["TARGET"], answers))
    return point
