"""Scripts that a page needs together come in one answer."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from edc.assets import OWN
from tests.app_fixtures import app, application_url
from tests.casebook.study import CODE, STUDY, client_of, enrol_participant, open_people

__all__ = ["app", "application_url"]


@pytest.fixture
def page(app: Flask) -> str:
    """A form while answers are entered."""
    open_people(app)
    enrol_participant(app)
    return client_of(app, "r.diaz").get(f"{STUDY}/participants/{CODE}/adverse-events/new").text


def test_a_first_visit_of_a_form_asks_eight_times(page: str) -> None:
    addresses = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    assert len(addresses) + 1 <= 8


def test_joined_scripts_hold_each_one_whole_and_are_kept(app: Flask, page: str) -> None:
    joined = next(found for found in re.findall(r'src="(/static/[^"]+)"', page) if "+" in found)
    answer = app.test_client().get(joined)
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert "immutable" in answer.headers["Cache-Control"] and "max-age=31536000" in answer.headers["Cache-Control"]
    for name in ("form.js", "entry.js", "combobox.js"):
        assert (OWN / "js" / name).read_text() in answer.text


@pytest.mark.parametrize("name", ["js/form.js+no.js", "js/form.js+../casebook.css", "../edc+app.py", "js/form.js+"])
def test_nothing_but_scripts_is_joined(app: Flask, page: str, name: str) -> None:
    digest = re.findall(r"/static/([0-9a-f]{12})/", page)[0]
    assert app.test_client().get(f"/static/{digest}/{name}").status_code == 404
