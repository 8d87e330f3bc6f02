"""Files that are not as they should be: each is answered with a sentence that says what and where, and stores nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from edc.web import shell
from tests.api.programs import restrict
from tests.app_fixtures import app, application_url
from tests.casebook.study import client_of, saving
from tests.labs.files import ALT, HGB, csv_text, filling, results, samples, send, stopping, study, take_file
from tests.test_walk import clinical_rows

__all__ = ["app", "application_url", "filling", "study"]
pytestmark = pytest.mark.requirement("C34")
GOOD = csv_text(HGB, ALT)
HEADER = GOOD.splitlines()[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "It is empty.", id="empty file"),
        pytest.param(b"\xef\xbb\xbf", "It is empty.", id="nothing but a byte order mark"),
        pytest.param(HEADER.encode(), "It has a header and no rows.", id="header alone"),
        pytest.param(GOOD.replace(",result,", ",outcome,").encode(), "The header lacks result.", id="missing column"),
        pytest.param(
            GOOD.replace("accession", "hospital_no").encode(), "columns of no meaning here: hospital_no", id="unknown column"
        ),
        pytest.param(
            GOOD.replace("accession", "unit").encode(), "The header names unit twice.", id="column twice"
        ),
        pytest.param("\n".join(GOOD.splitlines()[1:]).encode(), "The header lacks participant", id="no header"),
        pytest.param(GOOD.replace(",", ";").encode(), "separated by semicolons, not by commas", id="semicolons"),
        pytest.param(GOOD.replace(",", "\t").encode(), "separated by tabs", id="tabs"),
        pytest.param(GOOD.encode("utf-16"), "It is UTF-16, not CSV in UTF-8.", id="UTF-16"),
        pytest.param(b"PK\x03\x04 workbook", "It is a workbook (XLSX)", id="workbook"),
        pytest.param(
            GOOD.replace("38", "l\u00f6slich").encode("latin-1"), "Line 3 is not UTF-8 (byte ", id="Latin-1"
        ),
        pytest.param(
            GOOD.encode() + "001-001,SCR,\u00e4".encode() + b",\xe4\n", "Line 4 is not UTF-8", id="mixed encodings"
        ),
        pytest.param(GOOD.encode().replace(b"38", b"3\x008"), "Line 3 holds a NUL character", id="NUL"),
        pytest.param(
            GOOD.replace("38", '"38').encode(), "A quotation mark that opens in row 3 is not closed", id="quotes unclosed"
        ),
        pytest.param(GOOD.replace("12.1", '"12"1').encode(), "opens in row 2 is not closed", id="text after a quote"),
        pytest.param(b"participant," + b"x" * 70_000, "Line 1 is longer than 64 KB", id="endless line"),
        pytest.param(GOOD.replace("\r\n", "\r").encode(), "line end of old Macintoshes", id="line ends of old Macintoshes"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_its_place(study: Flask, content: bytes, words: str) -> None:
    before = clinical_rows(study)
    status, page = send(client_of(study, "r.diaz"), content)
    assert status == 422 and "Nothing was imported: the file cannot be read." in page
    assert words in page and clinical_rows(study) == before


def test_byte_order_mark_and_line_ends_of_unix_are_fine(study: Flask) -> None:
    take_file(study, b"\xef\xbb\xbf" + GOOD.replace("\r\n", "\n").encode())
    assert len(results(study)) == 2


def test_blank_rows_and_the_order_of_columns_do_not_matter(study: Flask) -> None:
    content = csv_text(HGB, ALT, columns=list(reversed(HGB))) + ",,,,,,,\r\n\r\n"
    take_file(study, content)
    assert len(results(study)) == 2


def test_file_above_the_size_is_refused(study: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from edc.labs import uploads

    monkeypatch.setattr(uploads, "MOST_BYTES", 1024 * 1024)
    status, page = send(client_of(study, "r.diaz"), GOOD + " " * 1024 * 1024)
    assert status == 422 and "It is larger than 1 MB." in page


def rows_of_nobody(count: int) -> str:
    """A file of short rows of a participant that is not there."""
    head = "participant,sample_datetime,laboratory,test,result\n"
    return head + "".join(f"001-999,2024-01-09,Moores,HGB,{number % 20}\n" for number in range(count))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_hundred_thousand_rows_are_told_row_by_row(study: Flask) -> None:
    status, page = send(client_of(study, "r.diaz"), rows_of_nobody(100_000))
    assert status in (200, 422) and "100,000 refused" in page and "The first 200 of 100,000 are shown" in page


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_one_row_more_is_refused(study: Flask) -> None:
    # However busy the machine is: the page is answered once the file is read.
    study.config["PROGRESS_AFTER_SECONDS"] = 600
    status, page = send(client_of(study, "r.diaz"), rows_of_nobody(100_001))
    assert status == 422 and "It has more than 100,000 rows." in page


REFUSED = [
    ("unknown participant", {"participant": "001-999"}, "participant", "There is no participant '001-999' that you can see."),
    ("of another site", {"participant": "002-001"}, "participant", "There is no participant '002-001' that you can see."),
    ("no participant", {"participant": ""}, "participant", "The cell is empty."),
    ("site of another", {"site": "002"}, "site", "001-001 is not of this site."),
    ("impossible date", {"sample_datetime": "2023-02-29 08:00"}, "sample_datetime", "'2023-02-29 08:00' is no date and time"),
    ("American date", {"sample_datetime": "02/01/2024"}, "sample_datetime", "Write it as 2024-02-01 06:10."),
    ("impossible time", {"sample_datetime": "2024-01-09 25:00"}, "sample_datetime", "is no date and time"),
    ("no date", {"sample_datetime": ""}, "sample_datetime", "The cell is empty."),
    ("unknown visit", {"visit": "C9D1"}, "visit", "The participant has no visit C9D1."),
    ("no visit of that day", {"visit": ""}, "visit", "no single visit of 2024-01-09. Name one of SCR"),
    ("unknown laboratory", {"laboratory": "Elsewhere"}, "laboratory", "'Elsewhere' is no laboratory of the site."),
    ("unknown test", {"test": "ALAT"}, "test", "'ALAT' is no test of the study, nor a listed code of Moores."),
    ("unknown panel", {"panel": "XYZ"}, "panel", "'XYZ' is no panel."),
    ("test of two panels", {"test": "GLUC", "unit": "mg/dL"}, "panel", "GLUC stands in several panels. Write CHEM or UA."),
    ("letter for a figure", {"result": "12.l"}, "result", "'12.l' is no number with at most 4 decimals."),
    ("decimal comma", {"result": "1,234"}, "result", "Write it with a decimal point"),
    ("too many decimals", {"result": "1.23456"}, "result", "is no number with at most 4 decimals"),
    ("power of ten", {"result": "1e3"}, "result", "is no number"),
    ("two signs", {"result": "<0.2", "qualifier": ">"}, "qualifier", "'>' does not go with the result."),
    ("limit that is no number", {"lln": "low"}, "lln", "'low' is no number"),
    ("unit of a test without", {"test": "INR", "result": "1.1", "unit": "mg/dL"}, "unit", "INR has no unit."),
    ("no grade of a dipstick", {"panel": "UA", "test": "PROT", "result": "7", "unit": ""}, "result", "Write one of NEGATIVE"),
    ("fasting in other words", {"fasting": "sober"}, "fasting", "'SOBER' cannot be stored. Write one of Y, N, U."),
    ("time point at screening", {"timing": "DAILY"}, "timing", "Only samples of treatment admissions"),
    ("other test without name", {"panel": "CHEM", "test": "OTHER"}, "other_name", "Another test needs its name."),
    ("name for a listed test", {"other_name": "Hb"}, "other_name", "Only a test OTHER has a code and a name of its own."),
    ("number of the sample too long", {"accession": "A" * 41}, "accession", "The cell holds 41 characters"),
    ("control character", {"result": "12\x071"}, "result", "The cell holds a character that cannot be stored."),
    ("cell of a novel", {"unit": "x" * 4_001}, "unit", "The cell has 4,001 characters; 4,000 fit."),
]


@pytest.mark.parametrize(("changed", "column", "words"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
def test_row_that_cannot_be_taken_names_its_column(
    study: Flask, changed: dict[str, str], column: str, words: str
) -> None:
    status, page = send(client_of(study, "r.diaz"), csv_text(ALT, {**HGB, **changed}))
    [(row, state, where, sentence)] = stopping(page)
    assert (status, row, state, where) == (422, 3, "refused", column)
    assert words in sentence and samples(study) == []


def test_another_sites_participant_is_answered_like_one_that_is_not_there(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    absent = stopping(send(client, csv_text({**HGB, "participant": "002-999"}))[1])
    foreign = stopping(send(client, csv_text({**HGB, "participant": "002-001"}))[1])
    assert [(*line[:3], line[3].replace("002-001", "002-999")) for line in foreign] == absent


def test_data_manager_reaches_every_site(study: Flask) -> None:
    take_file(study, csv_text(HGB, {**HGB, "participant": "002-001"}), by="p.shah")
    assert len(samples(study, "002-001")) == 1


def test_the_same_row_twice_is_refused_with_the_number_of_the_first(study: Flask) -> None:
    status, page = send(client_of(study, "r.diaz"), csv_text(HGB, ALT, HGB))
    [(row, state, column, sentence)] = stopping(page)
    assert (status, row, state, column) == (422, 4, "refused", "test")
    assert sentence == "Row 2 has this test of this sample already. Keep one of them."


def test_a_row_of_too_few_cells_is_refused(study: Flask) -> None:
    status, page = send(client_of(study, "r.diaz"), GOOD + "001-001,SCR\r\n")
    [(row, state, _, sentence)] = stopping(page)
    assert (status, row, state) == (422, 4, "refused") and "The row has 2 cells, the header 8." in sentence


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"sample_datetime": "2024-01-09 09:00"}, "sample_datetime", "Row 2 says 2024-01-09 08:15 of the same sample."),
        ({"fasting": "Y"}, "fasting", "Row 2 says nothing of the same sample."),
        ({"accession": ""}, "accession", "Row 2 of this time has a number."),
    ],
)
def test_rows_of_one_sample_agree(study: Flask, changed: dict[str, str], column: str, words: str) -> None:
    status, page = send(client_of(study, "r.diaz"), csv_text(HGB, {**ALT, **changed}))
    [(row, _, where, sentence)] = stopping(page)
    assert (status, row, where) == (422, 3, column) and words in sentence


def test_unknown_unit_is_kept_as_printed(study: Flask) -> None:
    take_file(study, csv_text({**HGB, "unit": "stones"}))
    row = results(study)["HGB"]
    assert row.unit == "stones" and row.value("std_value") is None


def test_formulas_are_kept_as_text_and_never_evaluated(study: Flask) -> None:
    formula = "=HYPERLINK(\"http://x\",1+1)"
    take_file(study, csv_text({**HGB, "accession": "=1+1", "result": formula}, {**ALT, "accession": "=1+1", "unit": "@SUM(A1)"}))
    [sample] = samples(study)
    found = results(study)
    assert sample.accession == "=1+1" and found["ALT"].unit == "@SUM(A1)"
    assert found["HGB"].value_text == formula and found["HGB"].value("value") is None


@pytest.mark.parametrize("state", ["locked", "frozen"])
def test_locked_or_frozen_participant_takes_nothing(study: Flask, state: str) -> None:
    take_file(study, csv_text(HGB))
    restrict(study, "001-001", **{state: True})
    client = client_of(study, "r.diaz")
    status, page = send(client, csv_text(HGB, ALT))
    [first, second] = stopping(page)
    assert status == 422 and second[1] == "refused" and f"001-001 is {state}." in second[3] and first[3] == second[3]
    assert send(client, csv_text(HGB))[0] == 200


def test_participant_without_consent_takes_nothing(study: Flask) -> None:
    from edc.records.service import get_subject

    with saving(study, act="participant:change", reason="entered for the wrong person") as by:
        get_subject(by.session, "001-001").consent_date = None
    status, page = send(client_of(study, "r.diaz"), csv_text(HGB))
    assert status == 422 and "has no signed consent on record" in stopping(page)[0][3]


def test_name_of_the_file_is_made_harmless(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    _, page = send(client, GOOD, name="../../etc/Smith, John <b>.csv")
    assert "Smith_John_b_.csv" in page and "../" not in page
    assert shell(study)


def test_codes_of_the_laboratory_stand_for_tests_once_they_are_listed(study: Flask) -> None:
    from edc.study.lab_codes import add_code
    from edc.study.models import Site

    content = csv_text({**HGB, "test": "718HB"})
    assert send(client_of(study, "r.diaz"), content)[0] == 422
    with saving(study, "p.shah", act="lab-code:add") as by:
        site = by.session.query(Site).filter_by(code="001").one()
        add_code(by.session, by=by.by, site=site, laboratory="Moores", code="718Hb", panel="HEM", test="HGB")
    take_file(study, content)
    assert str(results(study)["HGB"].value("value")) == "12.1"
