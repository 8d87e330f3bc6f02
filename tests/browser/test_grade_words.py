"""The wording of CTCAE beside the grades follows the term that is chosen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from edc.db import Scope
from edc.study.ctcae_wording import WordedTerm, load_wording
from edc.web import shell
from forms.dictionaries.ctcae import list_terms
from tests.browser import site_work as site
from tests.browser.conftest import AsPerson
from tests.browser.hospital import OPERATOR, Hospital

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)]


def test_the_words_follow_the_term(hospital: Hospital, as_person: AsPerson) -> None:
    """Choosing a term shows its grades with their wording, and another term its own."""
    terms = [
        WordedTerm(n, term.code, term.name, {grade: f"Words {grade} of {term.name}" for grade in term.grades})
        for n, term in enumerate(list_terms(), 2)
    ]
    with shell(hospital.app).session(writes=True) as session:
        session.info["scope"] = Scope.system("test")
        load_wording(session, by=OPERATOR, terms=terms, source="ctcae.csv")
    nurse = as_person("r.diaz")
    code = site.enrol(nurse, "8 jan 2024")
    nurse.open_form(code, "adverse-events/new")
    grades = nurse.page.locator("[data-grades]")
    expect(grades.get_by_text("3 - Severe")).to_be_visible()
    for term in ("Hypotension", "Chills"):
        nurse.answer("CTCAE v5.0 term", term)
        expect(grades.get_by_label(f"3 - Words 3 of {term}")).to_be_visible()
    expect(grades.get_by_label("4 - ")).to_be_hidden()
