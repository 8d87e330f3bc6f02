"""A long file says how far it is from its first row on, also when it cannot be read to its end."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.app_fixtures import app, application_url
from tests.casebook.study import client_of
from tests.labs.files import HGB, csv_text, samples, send, study

__all__ = ["app", "application_url", "study"]
pytestmark = pytest.mark.requirement("C34")
MANY = [HGB] * 1_000


def test_reading_a_long_file_shows_how_far_it_is(study: Flask) -> None:
    study.config["PROGRESS_AFTER_SECONDS"] = 0
    status, page = send(client_of(study, "r.diaz"), csv_text(*MANY))
    assert status == 200 and "Read 1,000 rows" in page and "Compared 1,000 of 1,000 rows" in page


def test_a_long_file_that_breaks_off_says_where_and_stores_nothing(study: Flask) -> None:
    study.config["PROGRESS_AFTER_SECONDS"] = 0
    _, page = send(client_of(study, "r.diaz"), csv_text(*MANY).encode() + b"\xff\n")
    assert "Read 1,000 rows" in page and "Line 1002 is not UTF-8" in page and "Import another file" in page
    assert samples(study) == []


def test_a_short_file_that_cannot_be_read_is_told_on_the_page_of_the_upload(study: Flask) -> None:
    status, page = send(client_of(study, "r.diaz"), csv_text(HGB).encode() + b"\xff\n")
    assert status == 422 and "Line 3 is not UTF-8" in page and "Compare with the records" in page
