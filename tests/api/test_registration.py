"""Registration by the API: the same gate as in the browser, and no way around it for a program."""

from __future__ import annotations

from flask import Flask

from edc.permissions import NEVER_BY_TOKEN, Permission
from tests.api.programs import Program, said

REGISTERED = {"registration_date": "2024-01-20", "registered_by": "R. Diaz", "eligibility_confirmed": "Y"}


def register(program: Program, code: str, **more: str):
    """Post a registration."""
    body = {"form": "REG", "visit": "SCR", "items": REGISTERED | more}
    return program.post(f"/participants/{code}/records", body)


def test_a_program_is_told_what_stands_against_a_registration(diaz: Program) -> None:
    code = diaz.enrol()
    answer = register(diaz, code)
    assert answer.status_code == 409
    assert said(answer)["code"] == "registration-refused"
    assert "the eligibility form is not filled in" in answer.text
    assert said(diaz.get(f"/participants/{code}"))["registration_date"] is None


def test_the_open_criteria_are_named(diaz: Program, ames: Program) -> None:
    code = diaz.enrol()
    items = {"planned_c1d1": "2024-01-24", "ie_date": "2024-01-20", "incl07b": "N"}
    ames.add(code, "IE", items, "SCR")
    assert "35 criteria are not answered; inclusion 7b is not met and has no waiver" in register(diaz, code).text


def test_answers_of_the_investigator_are_not_a_coordinators(diaz: Program) -> None:
    answer = diaz.post(f"/participants/{diaz.enrol()}/records", {"form": "IE", "visit": "SCR", "items": {"incl01": "Y"}})
    assert (answer.status_code, said(answer)["code"]) == (403, "item-not-yours")


def test_no_token_passes_the_gate_with_a_reason(app: Flask, diaz: Program, ames: Program) -> None:
    assert Permission.REGISTRATION_OVERRIDE in NEVER_BY_TOKEN
    answer = register(ames, diaz.enrol(), override_reason="The letter follows")
    assert answer.status_code == 403
    assert "registration:override" in answer.text
