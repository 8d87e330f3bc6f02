"""Laboratory results by program: the file or its rows, with the same answers as in the browser (C34)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask

from audit.capture import change
from edc.db import Scope
from edc.study.models import Laboratory
from edc.web import shell
from tests.api.conftest import ames, app, application_url, berg, diaz, lindt, shah, study
from tests.api.programs import Program, changes, said
from tests.app_fixtures import OPERATOR, site_uid

__all__ = ["ames", "app", "application_url", "berg", "diaz", "lindt", "shah", "study"]
pytestmark = pytest.mark.requirement("C34")
WET, DRY = "/lab-import?dry_run=false&file_name=lab.csv", "/lab-import?dry_run=true"


@pytest.fixture
def code(study: Flask, diaz: Program) -> str:
    """A participant at a site whose laboratory is Moores."""
    with shell(study).session(writes=True) as session:
        session.info["scope"] = Scope.system("set-up")
        with change(session, by=OPERATOR, act="laboratory:add"):
            session.add(Laboratory(site_uid=site_uid(study, "UCSD"), name="Moores", active=True))
    return diaz.enrol()


def row(code: str, test: str, result: str, **more: str) -> dict[str, str]:
    same = {"participant": code, "visit": "SCR", "sample_datetime": "2024-01-09 08:15", "laboratory": "Moores"}
    return {**same, "test": test, "result": result, **more}


def stored(program: Program, code: str) -> dict[str, Any]:
    """Results of the participant by test."""
    found = said(program.get(f"/participants/{code}/records?form=LAB"))["records"]
    documents = [program.record(one["uid"]) for one in found]
    rows = [line for document in documents for line in document["groups"]["RESULT"]]
    return {line["items"]["test"]: line["items"]["value"] for line in rows}


def test_rows_are_compared_and_then_stored(diaz: Program, code: str) -> None:
    rows = {"rows": [row(code, "HGB", "12.1", unit="g/dL"), row(code, "ALT", "38", unit="U/L")]}
    answer = diaz.post(DRY, rows)
    assert answer.status_code == 200 and said(answer)["stored"] == 0 and stored(diaz, code) == {}
    answer = diaz.post(WET, rows)
    assert said(answer)["counts"] == {"new": 2, "same": 0, "differs": 0, "refused": 0}
    assert said(answer)["stored"] == 2 and stored(diaz, code) == {"HGB": "12.1", "ALT": "38"}


def test_the_file_itself_is_taken(shah: Program, code: str) -> None:
    text = f"participant,visit,sample_datetime,laboratory,test,result,unit\n{code},SCR,2024-01-09,Moores,HGB,12.1,g/dL\n"
    answer = shah.send("POST", WET, data=text, **{"Content-Type": "text/csv"})
    assert answer.status_code == 200, answer.text
    assert said(answer)["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert said(answer)["file_name"] == "lab.csv" and stored(shah, code) == {"HGB": "12.1"}


def test_the_same_rows_again_change_nothing(study: Flask, diaz: Program, code: str) -> None:
    rows = {"rows": [row(code, "HGB", "12.1")]}
    diaz.post(WET, rows, key="first-request-1")
    before = changes(study)
    answer = diaz.post(WET, rows, key="first-request-1")
    assert answer.status_code == 200 and said(answer)["counts"]["same"] == 1 and changes(study) == before


def test_a_difference_stops_the_file_and_is_told(diaz: Program, code: str) -> None:
    diaz.post(WET, {"rows": [row(code, "HGB", "12.1")]})
    answer = diaz.post(WET, {"rows": [row(code, "HGB", "11.9"), row(code, "ALT", "38")]})
    assert answer.status_code == 422 and said(answer)["code"] == "import-stopped"
    [line] = said(answer)["rows"]
    assert (line["row"], line["state"], line["column"]) == (2, "differs", "result") and "holds 12.1" in line["sentence"]
    assert stored(diaz, code) == {"HGB": "12.1"}


def test_all_rows_are_told_when_asked_for(diaz: Program, code: str) -> None:
    answer = diaz.post(f"{DRY}&report=all", {"rows": [row(code, "HGB", "12.1"), row("001-999", "ALT", "38")]})
    assert [(line["row"], line["state"]) for line in said(answer)["rows"]] == [(2, "new"), (3, "refused")]


def test_another_site_finds_no_participant(berg: Program, code: str) -> None:
    answer = berg.post(DRY, {"rows": [row(code, "HGB", "12.1")]})
    [line] = said(answer)["rows"]
    assert line["column"] == "participant" and "no participant" in line["sentence"]


def test_monitor_and_investigator_do_not_import(lindt: Program, ames: Program, code: str) -> None:
    rows = {"rows": [row(code, "HGB", "12.1")]}
    assert [program.post(DRY, rows).status_code for program in (lindt, ames)] == [403, 403]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], "rows"),
        ({"rows": "none"}, "rows"),
        ({"rows": [{"participant": "001-001", "hospital_no": "7"}]}, "rows.0"),
        ({"rows": [{"participant": "001-001", "result": 12.1}]}, "rows.0.result"),
    ],
)
def test_a_body_of_another_shape_is_refused_with_its_place(diaz: Program, code: str, body: Any, path: str) -> None:
    answer = diaz.post(DRY, body)
    assert answer.status_code == 422 and path in said(answer)["errors"]


@pytest.mark.parametrize(
    ("data", "media", "status"),
    [
        ("participant;test\n", "text/csv", 422), (b"\xff\xfe", "text/csv", 422), ("", "text/csv", 422),
        ("x", "text/html", 415), ('{"rows": []}', "application/json", 422),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused(
    diaz: Program, code: str, data: str | bytes, media: str, status: int
) -> None:
    assert diaz.send("POST", DRY, data=data, **{"Content-Type": media}).status_code == status


def test_text_that_no_database_takes_is_an_unknown_participant(diaz: Program, code: str) -> None:
    answer = diaz.post(DRY, {"rows": [row("001\x00", "HGB", "12.1"), row(code, "HGB\x00", "1")]})
    assert answer.status_code == 200 and said(answer)["counts"]["refused"] == 2


def test_the_request_says_whether_it_is_a_dry_run(diaz: Program, code: str) -> None:
    assert diaz.post("/lab-import", {"rows": [row(code, "HGB", "12.1")]}).status_code == 422
