"""The import of a laboratory's file by a person: compared first, then taken whole or not at all (C34, C28)."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import audit_change, audit_record
from audit.seal import seal
from edc.queries.models import Query
from edc.sealing import make_sealer
from edc.verification import find_faults
from edc.web import shell
from tests.app_fixtures import app, application_url, csrf_token
from tests.casebook.study import CODE, client_of, enter, saving
from tests.labs.files import (
    ALT,
    HGB,
    IMPORT,
    SAMPLE,
    changes,
    csv_text,
    filling,
    results,
    samples,
    send,
    stopping,
    study,
    take,
    take_file,
    value,
)
from tests.test_walk import clinical_rows

__all__ = ["app", "application_url", "filling", "study"]
pytestmark = pytest.mark.requirement("C34")


def test_comparing_stores_nothing(study: Flask) -> None:
    before = clinical_rows(study)
    status, page = send(client_of(study, "r.diaz"), csv_text(HGB, ALT))
    assert status == 200 and "2 new" in page and "Import 2 results" in page
    assert clinical_rows(study) == before and samples(study) == []


@pytest.mark.parametrize("name", ["r.diaz", "p.shah"])
def test_new_results_are_stored_as_printed(study: Flask, name: str) -> None:
    crp = {**SAMPLE, "accession": "A1", "test": "CRP", "result": "<0.20", "unit": "mg/dL", "fasting": "Y"}
    protein = {**SAMPLE, "accession": "A1", "panel": "UA", "test": "PROT", "result": "2+", "fasting": "Y"}
    words = {**SAMPLE, "accession": "A1", "test": "K", "result": "haemolysed", "unit": "mmol/L", "fasting": "Y"}
    page = take_file(study, csv_text({**HGB, "fasting": "Y"}, crp, protein, words), by=name)
    assert "4 results of 1 participant imported from results.csv; 0 were recorded already." in page
    [sample] = samples(study)
    assert (sample.sample_dt, sample.lab, sample.accession, sample.fasting) == ("2024-01-09T08:15", "Moores", "A1", "Y")
    assert sample.panel == ("HEM", "CHEM", "UA") and sample.performed == "Y"
    found = results(study)
    assert (str(found["HGB"].value("value")), found["HGB"].unit) == ("12.1", "g/dL")
    assert (found["CRP"].qualifier, str(found["CRP"].value("value")), found["CRP"].unit) == ("LT", "0.20", "mg/dL")
    assert found["PROT"].value_code == "2+" and found["K"].value_text == "haemolysed"


@pytest.mark.requirement("C28")
def test_each_value_keeps_that_it_was_imported(study: Flask) -> None:
    take_file(study, csv_text(HGB))
    [sample] = samples(study)
    [row] = sample.rows("RESULT")
    assert {sample.answer(name).origin for name in ("sample_dt", "lab", "accession")} == {"imported"}
    assert {row.answer(name).origin for name in ("value", "unit", "test")} == {"imported"}
    assert row.answer("std_value").origin == "derived"
    sheet = client_of(study, "r.diaz").get(f"/nct03991130/participants/{CODE}/screening/laboratory").text
    assert '<span class="cb-origin">imported</span>' in sheet[sheet.index("Haemoglobin") :]


@pytest.mark.requirement("C22")
def test_trail_names_the_person_the_file_and_its_digest(study: Flask) -> None:
    take_file(study, csv_text(HGB))
    with shell(study).engine.connect() as connection:
        [made] = connection.execute(select(audit_change).where(audit_change.c.act == "lab:import")).all()
        notes = select(audit_record.c.key, audit_record.c.new).where(audit_record.c.entity == "lab_import")
        [note] = connection.execute(notes).all()
    assert (made.user_name, made.process) == ("r.diaz", "import") and made.subject_uid
    assert re.fullmatch(r"[0-9a-f]{64}", note.key) and note.new == "results.csv, 1 results"


def test_the_same_file_twice_changes_nothing(study: Flask) -> None:
    content = csv_text(HGB, ALT, {**SAMPLE, "sample_datetime": "2024-01-10", "test": "TSH", "result": "2", "unit": "mIU/L"})
    take_file(study, content)
    before = changes(study)
    status, page = send(client_of(study, "r.diaz"), content)
    assert status == 200 and "3 same" in page and "There is nothing to import" in page
    assert changes(study) <= before + 1 and len(samples(study)) == 2
    client = client_of(study, "r.diaz")
    _, page = send(client, content)
    sha256 = re.search(r"[0-9a-f]{64}", page)
    assert sha256
    before = clinical_rows(study)
    client.post(f"{IMPORT}/{sha256[0]}", data={"csrf_token": csrf_token(client, IMPORT)})
    assert clinical_rows(study) == before


def test_a_result_that_differs_stops_the_import_and_is_never_overwritten(study: Flask) -> None:
    take_file(study, csv_text(HGB))
    client = client_of(study, "r.diaz")
    status, page = send(client, csv_text({**HGB, "result": "11.9"}, ALT))
    assert status == 422 and "Import 1 result" not in page
    [(row, state, column, sentence)] = stopping(page)
    assert (row, state, column) == (2, "differs", "result")
    assert sentence.startswith("Sample 1 of SCR holds 12.1 (Result as reported), the file 11.9.")
    assert value(study, "HGB") == "12.1" and value(study, "ALT") is None


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"unit": "g/L"}, "unit", "holds g/dL (Unit as reported), the file g/L"),
        ({"result": "<12.1"}, "qualifier", "holds nothing (< or >), the file < (below)"),
        ({"result": "haemolysed"}, "result", "holds 12.1"),
        ({"result": "NOT DONE"}, "result", "holds Done"),
        ({"sample_datetime": "2024-01-09 09:00"}, "sample_datetime", "holds 2024-01-09 08:15"),
        ({"visit": "EOT"}, "visit", "recorded as Sample 1 of SCR, the file says EOT"),
        ({"fasting": "N"}, "fasting", "holds Yes (Fasting), the file No"),
    ],
)
def test_each_part_of_a_result_may_differ(study: Flask, changed: dict[str, str], column: str, words: str) -> None:
    take_file(study, csv_text({**HGB, "fasting": "Y"}))
    add_visit(study, "EOT")
    status, page = send(client_of(study, "r.diaz"), csv_text({**HGB, "fasting": "Y", **changed}))
    [(_, state, where, sentence)] = stopping(page)
    assert (status, state, where) == (422, "differs", column) and words in sentence, sentence


def add_visit(app: Flask, kind: str) -> None:
    from edc.records import scheduling
    from edc.records.book import SubjectBook
    from edc.records.saving import lock_subject
    from edc.records.service import get_subject

    with saving(app, act="visit:add") as by:
        subject = lock_subject(by.session, get_subject(by.session, CODE).uid)
        scheduling.add_visit(by.session, SubjectBook(by.session, subject, by.now), kind, None)


def test_the_same_number_with_other_digits_is_the_same(study: Flask) -> None:
    take_file(study, csv_text(HGB))
    status, page = send(client_of(study, "r.diaz"), csv_text({**HGB, "result": "12.10"}))
    assert status == 200 and "1 same" in page


def test_results_join_a_sample_that_a_person_typed(study: Flask) -> None:
    head = {"performed": "Y", "sample_dt": "2024-01-09T08:15", "lab": "Moores", "panel": ("HEM",)}
    enter(study, "screening", "LAB", head, complete=None)
    take_file(study, csv_text(HGB, ALT))
    [sample] = samples(study)
    assert sample.panel == ("HEM", "CHEM") and sample.accession == "A1" and len(sample.rows("RESULT")) == 2
    assert sample.answer("sample_dt").origin == "typed" and sample.answer("accession").origin == "imported"


def test_a_correction_on_the_form_is_not_undone_by_the_old_file(study: Flask) -> None:
    from decimal import Decimal

    from forms.items import Answer
    from forms.patch import RowPatch

    take_file(study, csv_text(HGB))
    rows = {"RESULT": [RowPatch(1, {"value": Answer(Decimal("11.2"))})]}
    enter(study, "screening", "LAB", {}, rows, reason="Source corrected", complete=None)
    status, page = send(client_of(study, "r.diaz"), csv_text(HGB))
    assert status == 422 and stopping(page)[0][1] == "differs" and value(study, "HGB") == "11.2"


def test_a_result_removed_on_the_form_does_not_come_back(study: Flask) -> None:
    from forms.patch import RowPatch

    take_file(study, csv_text(HGB, ALT))
    enter(study, "screening", "LAB", {}, {"RESULT": [RowPatch(1, remove_reason="of another person")]}, complete=None)
    status, page = send(client_of(study, "r.diaz"), csv_text(HGB, ALT))
    [(row, state, column, sentence)] = stopping(page)
    assert (status, row, state, column) == (422, 2, "differs", "test") and "of another person" in sentence


def test_one_refused_row_keeps_every_other_out(study: Flask) -> None:
    status, page = send(client_of(study, "r.diaz"), csv_text(HGB, {**ALT, "result": "3o"}))
    assert status == 422 and "1 new" in page and "1 refused" in page and samples(study) == []


def test_something_that_moves_between_comparing_and_importing_stops_it(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    _, page = send(client, csv_text(HGB))
    take_file(study, csv_text({**HGB, "result": "11"}), by="p.shah")
    status, after = take(client, page)
    assert status == 422 and "Nothing was imported." in after and stopping(after)[0][1] == "differs"
    assert value(study, "HGB") == "11"


def test_checks_ask_about_what_was_imported(study: Flask) -> None:
    take_file(study, csv_text({**HGB, "result": "121"}))
    with shell(study).engine.connect() as connection:
        table = Query.__table__
        asked = set(connection.scalars(select(table.c.check_id)))
    assert "LB-02" in asked


def test_two_samples_of_a_day_stay_two(study: Flask) -> None:
    later = {**HGB, "sample_datetime": "2024-01-09 18:00", "accession": "A2", "result": "11.5"}
    take_file(study, csv_text(HGB, later))
    assert [(one.number, one.accession) for one in samples(study)] == [(1, "A1"), (2, "A2")]


def test_the_visit_is_that_of_the_day(study: Flask) -> None:
    enter(study, "screening", "VISIT", {"visit_occurred": "Y", "visit_date": dt.date(2024, 1, 9)})
    take_file(study, csv_text({name: text for name, text in HGB.items() if name != "visit"}))
    [sample] = samples(study)
    assert sample.visit is not None and sample.visit.oid == "SCR"


def test_limits_as_printed_are_kept(study: Flask) -> None:
    take_file(study, csv_text({**HGB, "lln": "11.5", "uln": "16.0"}))
    row = results(study)["HGB"]
    assert (str(row.lln), str(row.uln), row.answer("lln").origin, row.indicator) == ("11.5", "16.0", "imported", "NORMAL")


def test_other_tests_keep_the_name_of_the_laboratory(study: Flask) -> None:
    other = {**SAMPLE, "panel": "CHEM", "test": "OTHER", "other_code": "IL6", "other_name": "Interleukin 6", "result": "4"}
    take_file(study, csv_text(other))
    row = results(study)["OTHER"]
    assert (row.other_code, row.other_name, str(row.value("value"))) == ("IL6", "Interleukin 6", "4")


def test_the_report_of_every_row_is_a_file(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    _, page = send(client, csv_text(HGB, {**ALT, "result": "=1+1x"}, {**ALT, "test": "K", "result": "-"}))
    address = re.search(r'href="([^"]*report\.csv)"', page)
    assert address
    answer = client.get(address[1])
    assert answer.mimetype == "text/csv" and answer.text.splitlines()[1].startswith("2,001-001,HGB,new")
    assert client_of(study, "p.shah").get(address[1]).status_code == 404


def test_long_work_shows_how_far_it_is(study: Flask) -> None:
    study.config["PROGRESS_AFTER_SECONDS"] = 0
    client = client_of(study, "r.diaz")
    status, page = send(client, csv_text(HGB, ALT))
    assert status == 200 and "Compared 2 of 2 rows" in page and "Import 2 results" in page
    status, page = take(client, page)
    assert "2 results of 1 participant imported" in page and value(study, "HGB") == "12.1"


def test_without_a_file_the_page_says_so(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    answer = client.post(IMPORT, data={"csrf_token": csrf_token(client, IMPORT), "file": (io.BytesIO(b""), "")})
    assert answer.status_code == 422 and "Choose the file" in answer.text


@pytest.mark.parametrize(("name", "status"), [("l.ames", 403), ("m.lindt", 403), ("i.spector", 403), ("a.admin", 404)])
def test_only_coordinator_and_data_manager_import(study: Flask, name: str, status: int) -> None:
    assert client_of(study, name).get(IMPORT).status_code == status


def test_another_persons_upload_cannot_be_imported(study: Flask) -> None:
    _, page = send(client_of(study, "r.diaz"), csv_text(HGB))
    assert take(client_of(study, "p.shah"), page)[0] == 404 and samples(study) == []


def test_the_trail_of_an_import_rebuilds_the_tables(study: Flask) -> None:
    take_file(study, csv_text(HGB, ALT, {**HGB, "participant": "002-001"}), by="p.shah")
    house = shell(study)
    seal(house.engine, make_sealer("test", house.keys))
    assert [str(fault) for fault in find_faults(house.engine, house.keys)] == []
