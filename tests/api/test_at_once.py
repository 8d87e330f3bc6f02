"""Several programs at the same moment: every request is carried out after another, or refused with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from tests.api.programs import CONSENT, HYPOTENSION, Program, said

AT_ONCE = 4

pytestmark = pytest.mark.requirement("T07", "2.3.4", "15.4.2")


def at_once(app: Flask, token: str, act: Callable[[Program, int], Any]) -> list[Any]:
    """The answers to an act that several clients of one person start together."""
    start = Barrier(AT_ONCE)

    def one(number: int) -> Any:
        program = Program(app, token)
        start.wait(timeout=30)
        return act(program, number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def statuses(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_one_of_several_saves_of_the_same_version_is_stored(study: Flask, diaz: Program) -> None:
    event = diaz.add(diaz.enrol(), "AE", HYPOTENSION)

    def save(program: Program, number: int) -> Any:
        items = {"verbatim": f"reading {number}"}
        return program.put(
            f"/records/{event['uid']}", {"form": "AE", "row_version": 1, "items": items, "reason": "Entry error"}
        )

    answers = at_once(study, diaz.token, save)
    assert statuses(answers) == {200: 1, 409: AT_ONCE - 1}
    stored = next(said(answer) for answer in answers if answer.status_code == 200)
    assert diaz.record(event["uid"])["items"]["verbatim"] == stored["items"]["verbatim"]
    assert diaz.record(event["uid"])["row_version"] == 2


def test_a_form_of_a_visit_is_begun_once(study: Flask, diaz: Program) -> None:
    code = diaz.enrol()
    body = {"form": "DM", "visit": "SCR", "items": {"sex": "F"}}
    answers = at_once(study, diaz.token, lambda program, _: program.post(f"/participants/{code}/records", body))
    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}
    assert {said(answer)["code"] for answer in answers if answer.status_code == 409} == {"already-there"}


def test_each_line_gets_a_number_of_its_own(study: Flask, diaz: Program) -> None:
    code = diaz.enrol()
    body = {"form": "AE", "items": HYPOTENSION}
    answers = at_once(study, diaz.token, lambda program, _: program.post(f"/participants/{code}/records", body))
    assert sorted(said(answer)["line"] for answer in answers) == list(range(1, AT_ONCE + 1))


def test_a_request_that_arrives_several_times_together_is_carried_out_once(study: Flask, diaz: Program) -> None:
    code = diaz.enrol()
    body, path, key = {"form": "AE", "items": HYPOTENSION}, f"/participants/{code}/records", "the-same-key-for-all"
    answers = at_once(study, diaz.token, lambda program, _: program.post(path, body, key=key))
    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert {said(answer)["line"] for answer in answers} == {1}


def test_each_participant_gets_a_code_of_his_own(study: Flask, diaz: Program) -> None:
    body = {"site": "001", "consent": {"items": CONSENT}}
    answers = at_once(study, diaz.token, lambda program, _: program.post("/participants", body))
    assert sorted(said(answer)["code"] for answer in answers) == [f"001-{n:03d}" for n in range(1, AT_ONCE + 1)]
