"""Normal ranges from a file: every row judged, all proposed or none, approval by another person one by one."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from edc.web import shell
from tests.app_fixtures import app, application_url, begins_with, csrf_token, furnished
from tests.casebook.study import client_of, enrol_participant, open_people
from tests.labs.files import csv_text
from tests.labs.test_ranges import RANGES, propose, stored

__all__ = ["app", "application_url"]
pytestmark = pytest.mark.requirement("C34")
ALT = {
    "site": "001", "laboratory": "Moores", "panel": "CHEM", "test": "ALT", "unit": "U/L", "sex": "BOTH", "lln": "7",
    "uln": "40", "valid_from": "2024-01-01", "source_document": "Reference ranges 2024, rev. 2",
}  # fmt: skip
HGB = {**ALT, "panel": "HEM", "test": "HGB", "unit": "g/dL", "sex": "F", "lln": "12.0", "uln": "15.5"}


def fill(app: Flask) -> None:
    """The application with its people and a laboratory at each site."""
    open_people(app)
    enrol_participant(app)
    enrol_participant(app, site_code="002")


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def send(app: Flask, content: str, then: str = "check", by: str = "p.shah") -> tuple[int, str]:
    client = client_of(app, by)
    address = f"{RANGES}/import"
    form = {
        "csrf_token": csrf_token(client, address), "then": then, "file": (io.BytesIO(content.encode()), "ranges.csv")
    }  # fmt: skip
    answer = client.post(address, data=form, follow_redirects=True)
    return answer.status_code, answer.text


def test_checking_stores_nothing(study: Flask) -> None:
    status, page = send(study, csv_text(ALT, HGB))
    assert status == 200 and "2 new" in page and stored(study) == []


def test_all_ranges_wait_for_an_investigator(study: Flask) -> None:
    status, page = send(study, csv_text(ALT, HGB), "propose")
    assert status == 200 and "2 ranges proposed" in page
    assert [(row.test, row.approved_by, row.proposed_by is None) for row in stored(study)] == [
        ("ALT", None, False), ("HGB", None, False)
    ]  # fmt: skip


def test_the_same_file_twice_changes_nothing(study: Flask) -> None:
    send(study, csv_text(ALT), "propose")
    status, page = send(study, csv_text(ALT), "propose")
    assert status == 200 and "stands in the list already" in page and len(stored(study)) == 1


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"lln": "50"}, "test", "The lower limit 50 is not below the upper limit 40."),
        ({"uln": "4o"}, "uln", "takes a number"),
        ({"unit": "stones"}, "test", "is no unit of ALT"),
        ({"sex": "W"}, "test", "is no sex; use F, M or BOTH"),
        ({"valid_from": "2024-02-30"}, "valid_from", "a date that exists in the calendar"),
        ({"laboratory": "Elsewhere"}, "laboratory", "no laboratory of this name that you can see"),
        ({"test": "ALAT"}, "test", "Choose the test."),
    ],
)
def test_one_wrong_row_keeps_all_out(study: Flask, changed: dict[str, str], column: str, words: str) -> None:
    status, page = send(study, csv_text(HGB, {**ALT, **changed}), "propose")
    assert status == 422 and "1 refused" in page and words in page and f'data-label="Column">{column}<' in page
    assert "rest of the form" not in page and stored(study) == []


def test_ranges_that_overlap_are_refused_within_the_file_and_with_the_list(study: Flask) -> None:
    later = {**ALT, "valid_from": "2024-06-01", "uln": "45"}
    status, page = send(study, csv_text(ALT, later), "propose")
    assert status == 422 and "Another row of the file is for the same people" in page and stored(study) == []
    propose(study)
    status, page = send(study, csv_text(later), "propose")
    assert status == 422 and "It overlaps the range of ALT" in page and len(stored(study)) == 1


def test_a_file_that_is_no_csv_is_refused(study: Flask) -> None:
    status, page = send(study, "site;laboratory\n001;Moores\n")
    assert status == 422 and "separated by semicolons" in page


@pytest.mark.parametrize(("name", "status"), [("l.ames", 403), ("r.diaz", 403), ("a.admin", 404)])
def test_only_a_data_manager_imports_ranges(study: Flask, name: str, status: int) -> None:
    assert client_of(study, name).get(f"{RANGES}/import").status_code == status and shell(study)
