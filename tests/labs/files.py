"""Files of a laboratory as tests send them, through the browser, and what stands in the records afterwards."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from audit.models import audit_change
from edc.db import Scope
from edc.records.book import SubjectBook
from edc.records.service import get_subject
from edc.web import shell
from forms.views import Record, Row
from tests.app_fixtures import begins_with, csrf_token, furnished
from tests.casebook.study import CODE, STUDY, client_of, demographics, enrol_participant, open_people

IMPORT = f"{STUDY}/lab-import"
SAMPLE = {"participant": CODE, "visit": "SCR", "sample_datetime": "2024-01-09 08:15", "laboratory": "Moores"}
HGB = {**SAMPLE, "accession": "A1", "test": "HGB", "result": "12.1", "unit": "g/dL"}
ALT = {**SAMPLE, "accession": "A1", "test": "ALT", "result": "38", "unit": "U/L"}


def csv_text(*rows: dict[str, str], columns: list[str] | None = None) -> str:
    """A file with the columns that its rows use."""
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    target = io.StringIO()
    writer = csv.DictWriter(target, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def fill(app: Flask) -> None:
    """The application with its people and a woman of 62 at each site."""
    open_people(app)
    enrol_participant(app)
    demographics(app)
    enrol_participant(app, site_code="002")


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask, tmp_path: Path) -> Flask:
    """The application so filled."""
    app.config["IMPORT_FOLDER"] = str(tmp_path / "imports")
    return furnished(app, fill)


def send(client: FlaskClient, content: str | bytes, name: str = "results.csv") -> tuple[int, str]:
    """Upload a file; returns the status and the page with the report."""
    body = content.encode() if isinstance(content, str) else content
    form = {"csrf_token": csrf_token(client, IMPORT), "file": (io.BytesIO(body), name)}
    answer = client.post(IMPORT, data=form, content_type="multipart/form-data")
    return answer.status_code, answer.text


def take(client: FlaskClient, page: str) -> tuple[int, str]:
    """Press the button of a report; returns the status and the page that follows."""
    button = re.search(r'action="([^"]*/lab-import/[0-9a-f]{64})"', page)
    assert button, page
    answer = client.post(button[1], data={"csrf_token": csrf_token(client, IMPORT)}, follow_redirects=True)
    return answer.status_code, answer.text


def take_file(app: Flask, content: str | bytes, by: str = "r.diaz") -> str:
    """Compare and import a file that nothing stops; returns what the page says."""
    client = client_of(app, by)
    status, page = send(client, content)
    assert status == 200, page
    status, page = take(client, page)
    assert status == 200, page
    return page


def stopping(page: str) -> list[tuple[int, str, str, str]]:
    """Row, state, column and sentence of each row that stops the import."""
    table = re.search(r"Rows that stop the import.*?</table>", page, re.DOTALL)
    cells = r'data-label="{}">(.*?)</t[dh]>'
    found = []
    for row in re.findall(r"<tr role=\"row\"><td.*?</tr>", table[0] if table else "", re.DOTALL):
        values = [re.search(cells.format(name), row, re.DOTALL) for name in ("Row", "State", "Column", "What to do")]
        texts = [re.sub(r"<[^>]+>", "", value[1]).strip() if value else "" for value in values]
        found.append((int(texts[0]), texts[1], texts[2], html.unescape(texts[3])))
    return found


def samples(app: Flask, code: str = CODE) -> list[Record]:
    """The samples of a participant."""
    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        return SubjectBook(session, get_subject(session, code), shell(app).clock()).load("LAB")


def results(app: Flask, code: str = CODE) -> dict[str, Row]:
    """The results of a participant by test."""
    return {row.test: row for sample in samples(app, code) for row in sample.rows("RESULT")}


def value(app: Flask, test: str, item: str = "value") -> Any:
    """One item of a result as text, None when it is not there."""
    row = results(app).get(test)
    found = row.value(item) if row else None
    return None if found is None else str(found)


def changes(app: Flask) -> int:
    """How many changes the trail holds."""
    with shell(app).engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(audit_change)) or 0
