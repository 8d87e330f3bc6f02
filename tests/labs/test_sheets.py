"""The sheet of laboratory results as the site fills it in: what is stored, flagged, asked and held back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from edc.accounts.models import User
from edc.db import Scope
from edc.queries.models import Query
from edc.records.book import SubjectBook
from edc.records.drafts import DraftBox
from edc.records.service import find_record, get_subject, get_visit
from edc.study.models import NormalRange, Site
from edc.web import shell
from forms.crf import get_crf
from forms.lab_sheets import SHEET
from forms.views import Record, Row
from tests.app_fixtures import app, application_url, begins_with, furnished
from tests.casebook.study import CODE, STUDY, client_of, demographics, enrol_participant, enter, open_people, saving

__all__ = ["app", "application_url"]
PAGE = f"{STUDY}/participants/{CODE}/screening/laboratory"
HEAD = {"performed": "Y", "sample_dt": "9 jan 2024 08:15", "lab": "Moores"}
RANGES = [
    ("HEM", "HGB", "g/dL", "12.0", "15.5", "F", None), ("HEM", "HGB", "g/dL", "13.5", "17.5", "M", None),
    ("HEM", "PLAT", "10^9/L", "150", "400", "BOTH", None), ("CHEM", "ALT", "U/L", "7", "40", "BOTH", None),
    ("CHEM", "CREAT", "mg/dL", "0.5", "1.1", "F", None), ("CHEM", "ALP", "U/L", "40", "120", "BOTH", (18, 59)),
    ("CHEM", "ALP", "U/L", "40", "140", "BOTH", (60, 99)),
]  # fmt: skip


class Controls(HTMLParser):
    """The fields that a browser without scripts sends for the first form with data-form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._is_in = False
        self._select: tuple[str, str] | None = None
        self._disabled = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_in = "data-form" in given
        if not self._is_in:
            return
        if tag == "fieldset" and (self._disabled or "disabled" in given):
            self._disabled += 1
        name, value = given.get("name"), given.get("value") or ""
        if self._disabled or not name:
            if tag == "option" and self._select and "selected" in given:
                self._select = (self._select[0], given.get("value") or "?")
            return
        if tag == "select":
            self._select = (name, "")
        elif tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.fields.append((name, value))

    def handle_data(self, data: str) -> None:
        if self._select and self._select[1] == "?":
            self._select = (self._select[0], data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset" and self._disabled:
            self._disabled -= 1
        if tag == "select" and self._select:
            self.fields.append(self._select)
            self._select = None
        if tag == "form":
            self._is_in = False


def name_of(panel: str, code: str, part: str = "value") -> str:
    """The name of the control of a test without a result."""
    number = next(n for n, test in enumerate(SHEET.tests, start=1) if (test.panel, test.code) == (panel, code))
    return f"RESULT.new{number}.{part}"


def fill(app: Flask) -> None:
    """The application with its people, a woman of 62, and ranges valid from 2023."""
    open_people(app)
    enrol_participant(app)
    demographics(app)
    with saving(app, "p.shah", act="range:propose") as by:
        site = by.session.scalars(select(Site).where(Site.code == "001")).one()
        for panel, code, unit, low, high, sex, ages in RANGES:
            by.session.add(
                NormalRange(
                    site_uid=site.uid, laboratory="Moores", panel=panel, test=code, unit=unit, sex=sex,
                    age_from=ages[0] if ages else None, age_to=ages[1] if ages else None, lln=Decimal(low),
                    uln=Decimal(high), valid_from=dt.date(2023, 1, 1), proposed_by="0" * 32, approved_by="1" * 32,
                )
            )  # fmt: skip


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def send(client: FlaskClient, typed: dict[str, Any], page: str = PAGE) -> str:
    """Open the page, fill in controls over what it shows, save, and return the page that follows."""
    shown = client.get(page)
    assert shown.status_code == 200, shown.text
    fields: dict[str, list[str]] = {}
    for name, value in Controls(shown.text).fields:
        fields.setdefault(name, []).append(value)
    fields |= {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    answer = client.post(page, data=fields, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def look(app: Flask) -> tuple[Record, list[Query]]:
    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        subject = get_subject(session, CODE)
        record = find_record(session, subject, get_visit(session, subject, "screening"), get_crf("LAB"))
        assert record is not None
        asked = session.scalars(select(Query).where(Query.record_uid == record.uid, Query.status == "open"))
        return SubjectBook(session, subject, shell(app).clock()).entry(record).view, list(asked)


def results(app: Flask) -> dict[tuple[str, str], Row]:
    return SHEET.results(look(app)[0])


def test_panel_is_stored_and_what_is_out_of_range_is_flagged(study: Flask) -> None:
    page = send(
        client_of(study, "r.diaz"),
        {
            **HEAD, "panel": ["HEM", "CHEM"], name_of("HEM", "HGB"): "12.1", name_of("HEM", "HGB", "unit"): "g/dL",
            name_of("HEM", "PLAT"): "98", name_of("HEM", "PLAT", "unit"): "10^9/L",
            name_of("CHEM", "ALT"): "20000", name_of("CHEM", "ALT", "unit"): "U/L",
        },
    )  # fmt: skip
    found = results(study)
    assert {key: row.indicator for key, row in found.items()} == {
        ("HEM", "HGB"): "NORMAL", ("HEM", "PLAT"): "LOW", ("CHEM", "ALT"): "HIGH",
    }  # fmt: skip
    asked = [(query.check_id, query.item_name) for query in look(study)[1]]
    assert ("LB-01", "value") in asked
    assert 'aria-label="low"' in page and "ALT 20000 U/L = 20000 U/L, outside 1-10000" in page


def test_unreadable_result_is_held_back_and_the_others_are_stored(study: Flask) -> None:
    page = send(
        client_of(study, "r.diaz"),
        {**HEAD, "panel": ["CHEM"], name_of("CHEM", "ALT"): "3o", name_of("CHEM", "ALT", "unit"): "U/L",
         name_of("CHEM", "CREAT"): "0.9", name_of("CHEM", "CREAT", "unit"): "mg/dL"},
    )  # fmt: skip
    assert list(results(study)) == [("CHEM", "CREAT")]
    assert "ALT: Result as reported takes a number, like 3.8. You entered &#39;3o&#39;." in page
    parts = shell(study)
    with parts.session(writes=False) as session:
        uid = session.scalars(select(User.uid).where(User.user_name == "r.diaz")).one()
        draft = DraftBox(session, parts.keys, uid, parts.clock()).find(PAGE)
    assert draft is not None and draft.fields[name_of("CHEM", "ALT")] == ["3o"]
    assert draft.fields[name_of("CHEM", "ALT", "unit")] == ["U/L"]
    again = send(client_of(study, "r.diaz"), {name_of("CHEM", "ALT"): "30"})
    assert results(study)["CHEM", "ALT"].unit == "U/L" and "could not be read" not in again


@pytest.mark.parametrize(
    ("typed", "qualifier", "value", "words"),
    [("<0.2", "LT", "0.2", None), ("> 500", "GT", "500", None), ("2,30", None, "2.30", None), ("haemolysed", None, None, "haemolysed")],
)
def test_result_is_read_as_the_laboratory_prints_it(
    study: Flask, typed: str, qualifier: str | None, value: str | None, words: str | None
) -> None:
    page = send(
        client_of(study, "r.diaz"),
        {**HEAD, "panel": ["CHEM"], name_of("CHEM", "CRP"): typed, name_of("CHEM", "CRP", "unit"): "mg/L"},
    )
    row = results(study)["CHEM", "CRP"]
    assert (row.qualifier, row.value("value"), row.value_text) == (qualifier, value and Decimal(value), words)
    shown = typed.replace(" ", "").replace(",", ".").replace("<", "&lt;").replace(">", "&gt;")
    assert f'value="{shown}"' in page


def test_conversion_keeps_value_and_unit_as_reported(study: Flask) -> None:
    page = send(
        client_of(study, "r.diaz"),
        {**HEAD, "panel": ["CHEM"], name_of("CHEM", "CREAT"): "2.30", name_of("CHEM", "CREAT", "unit"): "mg/dL"},
    )
    row = results(study)["CHEM", "CREAT"]
    assert (str(row.value("value")), row.unit) == ("2.30", "mg/dL")
    assert (row.std_value, row.std_unit) == (Decimal("203.3660"), "umol/L") and "203.366 umol/L" in page


@pytest.mark.parametrize(
    ("changed", "sampled", "limits"),
    [
        ({}, "9 jan 2024", ("12.0", "15.5")),
        ({"sex": "M", "childbearing": None, "not_childbearing_reason": None}, "9 jan 2024", ("13.5", "17.5")),
        ({}, "9 dec 2022", None),
    ],
)
def test_range_is_that_of_sex_and_day(
    study: Flask, changed: dict[str, Any], sampled: str, limits: tuple[str, str] | None
) -> None:
    if changed:
        enter(study, "screening", "DM", changed, reason="Entry error")
    send(
        client_of(study, "r.diaz"),
        {**HEAD, "sample_dt": f"{sampled} 08:15", "panel": ["HEM"], name_of("HEM", "HGB"): "14",
         name_of("HEM", "HGB", "unit"): "g/dL"},
    )  # fmt: skip
    row = results(study)["HEM", "HGB"]
    assert (row.lln, row.uln) == (tuple(map(Decimal, limits)) if limits else (None, None))
    assert any(query.check_id == "LB-03" for query in look(study)[1]) is (limits is None)


def test_range_is_that_of_age(study: Flask) -> None:
    send(
        client_of(study, "r.diaz"),
        {**HEAD, "panel": ["CHEM"], name_of("CHEM", "ALP"): "130", name_of("CHEM", "ALP", "unit"): "U/L"},
    )
    row = results(study)["CHEM", "ALP"]
    assert (row.uln, row.indicator) == (Decimal("140"), "NORMAL")


def test_missing_range_is_asked_and_said(study: Flask) -> None:
    page = send(
        client_of(study, "r.diaz"),
        {**HEAD, "panel": ["CHEM"], name_of("CHEM", "GLUC"): "99", name_of("CHEM", "GLUC", "unit"): "mg/dL"},
    )
    assert [query.check_id for query in look(study)[1]] == ["LB-03"]
    assert "no range" in page and "No normal range for Glucose at Moores on 2024-01-09" in page


def test_reason_for_the_whole_panel_stands_for_each_test_without_result(study: Flask) -> None:
    send(
        client_of(study, "r.diaz"),
        {**HEAD, "panel": ["COAG"], name_of("COAG", "INR"): "1.1", "none.COAG": "NOT DONE"},
    )
    assert {key: row.row_status for key, row in results(study).items()} == {
        ("COAG", "INR"): "DONE", ("COAG", "PT"): "NOT DONE", ("COAG", "APTT"): "NOT DONE", ("COAG", "FIBRINO"): "NOT DONE",
    }  # fmt: skip


def test_unit_of_the_laboratory_stands_ready_and_is_no_answer(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    page = send(client, {**HEAD, "panel": ["CHEM"]})
    assert results(study) == {}
    ready = dict(Controls(page).fields)
    assert ready[name_of("CHEM", "ALT", "unit")] == "U/L"
    assert ready[name_of("CHEM", "GLUC", "unit")] == ""


def test_dipstick_and_another_test_are_stored(study: Flask) -> None:
    page = send(
        client_of(study, "r.diaz"),
        {**HEAD, "panel": ["UA"], name_of("UA", "KETONES", "value_code"): "2+", "RESULT.new901.panel": "CHEM",
         "RESULT.new901.other_name": "Zinc", "RESULT.new901.value": "14", "RESULT.new901.unit": "umol/L"},
    )  # fmt: skip
    record = look(study)[0]
    assert SHEET.results(record)["UA", "KETONES"].indicator == "ABNORMAL"
    [other] = SHEET.others(record)
    assert (other.other_name, other.value("value"), other.unit) == ("Zinc", Decimal(14), "umol/L")
    assert "Zinc" in page


def test_correction_needs_one_reason_for_the_line(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    send(client, {**HEAD, "panel": ["CHEM"], name_of("CHEM", "CREAT"): "0.9", name_of("CHEM", "CREAT", "unit"): "mg/dL"})
    number = results(study)["CHEM", "CREAT"].number
    page = send(client, {f"RESULT.{number}.value": "<88", f"RESULT.{number}.unit": ["umol/L"]})
    assert "Say why you changed" in page and 'value="&lt;88"' in page
    send(client, {f"RESULT.{number}.value.reason": ["Entry error", ""]})
    row = results(study)["CHEM", "CREAT"]
    assert (row.qualifier, row.value("value"), row.unit) == ("LT", Decimal(88), "umol/L")


def test_full_sheet_posts_well_under_a_thousand_fields(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    typed: dict[str, Any] = {**HEAD, "panel": sorted({test.panel for test in SHEET.tests})}
    for number, test in enumerate(SHEET.tests, start=1):
        if SHEET.result_item(test) == "value":
            typed[f"RESULT.new{number}.value"] = "1000"
            typed[f"RESULT.new{number}.unit"] = next(iter(test.units))
        else:
            typed[f"RESULT.new{number}.value_code"] = "POSITIVE"
    page = send(client, typed)
    assert len(results(study)) == len(SHEET.tests)
    assert len(Controls(page).fields) < 900


def test_reader_sees_text_and_no_control(study: Flask) -> None:
    send(client_of(study, "r.diaz"), {**HEAD, "panel": ["HEM"], name_of("HEM", "HGB"): "9.1", name_of("HEM", "HGB", "unit"): "g/dL"})
    for name in ("m.lindt", "p.shah", "i.spector"):
        page = client_of(study, name).get(PAGE).text
        assert "9.1 g/dL" in page and 'name="RESULT.' not in page
    assert client_of(study, "s.sponsor").get(PAGE).status_code == 404
    assert client_of(study, "p.shah").post(PAGE, data={}).status_code in (400, 403)


def test_earlier_results_stand_beside_as_text(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    send(client, {**HEAD, "panel": ["HEM"], name_of("HEM", "HGB"): "13.1", name_of("HEM", "HGB", "unit"): "g/dL"})
    second = f"{PAGE}/2"
    page = send(client, {**HEAD, "sample_dt": "10 jan 2024", "panel": ["HEM"]}, second)
    assert "13.1 g/dL" in page and "9 Jan 2024" in page
