"""Participants, their visits and the data files by the API."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.web import shell
from tests.api.programs import CONSENT, HYPOTENSION, WEIGHT, Program, said


def enrol(program: Program, **more: Any) -> Any:
    return program.post("/participants", {"site": "001", "consent": {"items": CONSENT}, **more})


def test_a_consent_makes_a_participant_with_the_screening_visit(diaz: Program) -> None:
    answer = enrol(diaz)
    made = said(answer)
    assert (answer.status_code, made["code"], made["site"], made["consent_date"]) == (201, "001-001", "001", "2024-01-08")
    assert made["consent"]["path"] == "001-001/LOG/IC/1"
    visits = said(diaz.get("/participants/001-001/visits"))["visits"]
    assert [(visit["oid"], visit["status"]) for visit in visits] == [("SCR", "planned")]
    assert {"VISIT", "DM", "LAB"} <= set(visits[0]["forms"])


def test_a_code_that_was_expected_is_given_or_refused(diaz: Program) -> None:
    assert said(enrol(diaz, code="001-001"))["code"] == "001-001"
    late = enrol(diaz, code="001-001")
    assert (late.status_code, said(late)["code"]) == (409, "code-taken")
    assert "001-002" in said(late)["detail"]


@pytest.mark.parametrize(
    ("what", "body", "status", "where"),
    [
        ("a site that is not the own", {"site": "002"}, 404, None),
        ("a site that is none", {"site": "' OR 1=1 --"}, 422, ["site"]),
        ("no consent", {"consent": None}, 422, ["consent"]),
        ("a consent with an unreadable date", {"consent": {"items": {**CONSENT, "signature_date": "8 Jan"}}}, 422,
         ["consent.signature_date"]),
        ("a consent with a version", {"consent": {"items": CONSENT, "row_version": 3}}, 422, ["consent.row_version"]),
        ("a name that is not there", {"subject": "001-009"}, 422, ["subject"]),
        ("a code of another shape", {"code": "../etc"}, 422, ["code"]),
    ],
)  # fmt: skip
def test_an_enrolment_that_cannot_be_is_refused(
    diaz: Program, what: str, body: dict[str, Any], status: int, where: list[str] | None
) -> None:
    answer = enrol(diaz, **body)
    assert answer.status_code == status, what
    assert list(said(answer).get("errors", {})) == (where or [])
    assert said(diaz.get("/participants"))["participants"] == []


def test_participants_are_listed_in_pages_with_their_counts(diaz: Program, lindt: Program) -> None:
    codes = [diaz.enrol() for _ in range(3)]
    diaz.add(codes[1], "AE", HYPOTENSION)
    first = said(lindt.get("/participants?size=2"))
    assert ([one["code"] for one in first["participants"]], first["next"]) == (codes[:2], codes[1])
    assert first["participants"][1]["counts"]["forms"] == 2
    assert "consent_date" not in first["participants"][0], "the list shows codes and status"
    rest = said(lindt.get(f"/participants?size=2&after={first['next']}"))
    assert ([one["code"] for one in rest["participants"]], rest["next"]) == (codes[2:], None)
    assert said(lindt.get("/participants?status=COMPLETED"))["participants"] == []


@pytest.mark.parametrize(
    ("kind", "number", "status", "oid"),
    [
        ("UNS", None, 201, "UNS1"), ("D1", 1, 201, "C1D1"), ("A2", 3, 201, "C3A2"), ("EOT", None, 201, "EOT"),
        ("A1", None, 400, None), ("SCR", None, 422, None), ("LOG", None, 422, None), ("A1", 0, 422, None),
        ("A1", 100, 422, None), ("A1", "1", 422, None), ("XYZ", 1, 422, None),
    ],
)  # fmt: skip
def test_visits_are_added_by_kind_and_course(
    diaz: Program, kind: str, number: Any, status: int, oid: str | None
) -> None:
    code = diaz.enrol()
    answer = diaz.post(f"/participants/{code}/visits", {"kind": kind, "number": number})
    assert (answer.status_code, said(answer).get("oid")) == (status, oid)


# --- data files -------------------------------------------------------------------------------------------------------


def rows(program: Program, name: str) -> list[dict[str, str]]:
    answer = program.get(f"/datasets/{name}.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_a_data_file_holds_what_was_sent(diaz: Program) -> None:
    code = diaz.enrol()
    diaz.post(f"/participants/{code}/visits", {"kind": "A1", "number": 1})
    diaz.add(code, "IL2A", WEIGHT, "C1A1")
    (row,) = rows(diaz, "crf_il2a")
    assert (row["SUBJID"], row["VISIT"], row["DOSING_WEIGHT_KG"], row["DOSING_WEIGHT_KG_UNIT"]) == (
        code, "C1A1", "72.0", "kg",
    )  # fmt: skip


def test_no_data_file_names_a_column_twice(shah: Program) -> None:
    for dataset in said(shah.get("/datasets"))["datasets"]:
        assert len(dataset["columns"]) == len(set(dataset["columns"])), dataset["name"]


@pytest.mark.requirement("C20")
def test_a_download_is_in_the_trail(study: Flask, shah: Program) -> None:
    rows(shah, "crf_ae")
    with shell(study).engine.connect() as connection:
        line = connection.execute(
            select(audit_change.c.user_name, audit_change.c.act, audit_record.c.new)
            .join(audit_record, audit_record.c.change_uid == audit_change.c.uid).order_by(audit_record.c.id.desc())
        ).first()  # fmt: skip
    assert line is not None and tuple(line) == ("p.shah", "export:download", "crf_ae.csv")
