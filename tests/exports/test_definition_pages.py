"""Definitions by browser and by program: open to every signed-in role, and each download in the trail."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.permissions import Role
from edc.web import shell
from forms.crf import all_crfs
from tests.api.programs import Program, token_of
from tests.app_fixtures import app, application_url, open_account, sign_in
from tests.casebook.study import STUDY, enrol_participant

__all__ = ["app", "application_url"]


def downloads(app: Flask) -> list[tuple[str, str]]:
    """Who took what away, as the trail has it."""
    lines = select(audit_change.c.user_name, audit_record.c.new).join_from(audit_change, audit_record)
    with shell(app).engine.connect() as connection:
        found = connection.execute(lines.where(audit_change.c.act == "export:download").order_by(audit_record.c.id))
        return [(name, what) for name, what in found]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_role_may_read_what_is_asked(app: Flask, role: Role) -> None:
    open_account(app, "a.person", role)
    client = sign_in(app.test_client(), "a.person")
    page = client.get(f"{STUDY}/definitions")
    assert page.status_code == 200
    for crf in all_crfs():
        assert f"{STUDY}/definitions/{crf.slug}/annotated-crf.pdf" in page.text
    assert client.get(f"{STUDY}/definitions/demographics/blank-crf.pdf").mimetype == "application/pdf"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_nobody_reads_them_without_signing_in(app: Flask) -> None:
    for path in ("definitions", "definitions/blank-crf.pdf", "definitions/specification.xlsx"):
        assert app.test_client().get(f"{STUDY}/{path}").status_code == 303


@pytest.mark.requirement("C20")
def test_each_download_is_noted(app: Flask) -> None:
    open_account(app, "s.sponsor", Role.SPONSOR)
    client = sign_in(app.test_client(), "s.sponsor")
    base = f"{STUDY}/definitions"
    book = client.get(f"{base}/blank-crf.pdf")
    assert len(PdfReader(BytesIO(book.data)).pages) > len(all_crfs())
    assert book.headers["Content-Disposition"].endswith("blank-crf.pdf")
    assert client.get(f"{base}/demographics/annotated-crf.pdf").status_code == 200
    assert client.get(f"{base}/specification.pdf").status_code == 200
    sheets = openpyxl.load_workbook(BytesIO(client.get(f"{base}/specification.xlsx").data)).sheetnames
    assert "Items" in sheets
    assert client.get(f"{base}/nothing/blank-crf.pdf").status_code == 404
    names = ["blank-crf.pdf", "DM-annotated-crf.pdf", "specification.pdf", "specification.xlsx"]
    assert downloads(app) == [("s.sponsor", name) for name in names]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_page_of_a_form_and_that_of_exports_lead_to_them(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    code = enrol_participant(app)
    client = sign_in(app.test_client(), "r.diaz")
    form = client.get(f"{STUDY}/participants/{code}/screening/demographics").text
    assert f"{STUDY}/definitions/demographics/blank-crf.pdf" in form
    assert f'href="{STUDY}/definitions"' in client.get(f"{STUDY}/exports").text


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_programs_read_them_with_any_token(app: Flask) -> None:
    open_account(app, "s.sponsor", Role.SPONSOR)
    program = Program(app, token_of(app, "s.sponsor"))
    listed = program.get("/definitions").get_json()["forms"]
    assert [one["oid"] for one in listed] == [crf.oid for crf in all_crfs()]
    pages = PdfReader(BytesIO(program.get("/definitions/DM/blank-crf.pdf").data)).pages
    assert "Date of birth" in pages[0].extract_text()
    assert program.get("/definitions/NIX/blank-crf.pdf").status_code == 404
    assert program.get("/definitions/specification.xlsx").status_code == 200
    assert [what for _, what in downloads(app)] == ["DM-blank-crf.pdf", "specification.xlsx"]
