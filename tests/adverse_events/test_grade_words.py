"""What stands beside each grade of an adverse event, before and after the wording of CTCAE was loaded."""

from __future__ import annotations

import html
import re

import pytest

from audit.capture import Actor
from edc.db import Scope
from edc.study.ctcae_wording import WordedTerm, load_wording
from edc.web import shell
from forms.dictionaries.ctcae import GRADE_MEANINGS, list_terms
from tests.adverse_events.test_pages import NEW, add
from tests.app_fixtures import BROWSER
from tests.ward import EVENTS, Ward

OPERATOR = Actor(user_uid=None, user_name="operator", role="system", process="command")
WORDS = f"{EVENTS.partition('/participants')[0]}/adverse-event-grades.json"


@pytest.fixture
def worded(ward: Ward) -> Ward:
    """The ward after the operator loaded wording: 'Words 3 of Chills <&>'."""
    terms = [
        WordedTerm(n, term.code, term.name, {grade: f"Words {grade} of {term.name} <&>" for grade in term.grades})
        for n, term in enumerate(list_terms(), 2)
    ]
    with shell(ward.app).session(writes=True) as session:
        session.info["scope"] = Scope.system("test")
        load_wording(session, by=OPERATOR, terms=terms, source="ctcae.csv")
    return ward


def shown(ward: Ward, path: str, person: str = "r.diaz") -> dict[str, str]:
    """The text beside each choice of the grade."""
    page = ward.client(person).get(path, headers=BROWSER).text
    found = re.findall(r'name="GRADE\.new1\.grade" value="(\d)"[^>]*>([^<]*)</label>', page)
    return {grade: html.unescape(text) for grade, text in found}


def test_the_general_meaning_stands_there_before(ward: Ward) -> None:
    add(ward, {"GRADE.new1.grade": ""})
    assert shown(ward, f"{EVENTS}/2") == {str(n): f"{n} - {GRADE_MEANINGS[n]}" for n in (1, 2, 3)}
    assert "data-words-url" not in ward.client().get(NEW, headers=BROWSER).text


def test_the_wording_of_the_term_stands_there_afterwards(worded: Ward) -> None:
    add(worded, {"GRADE.new1.grade": ""})
    assert shown(worded, f"{EVENTS}/2") == {str(n): f"{n} - Words {n} of Chills <&>" for n in (1, 2, 3)}


def test_without_a_term_the_general_meaning_stands_there(worded: Ward) -> None:
    assert shown(worded, NEW) == {str(n): f"{n} - {GRADE_MEANINGS[n]}" for n in range(1, 6)}
    assert f'data-words-url="{WORDS}"' in worded.client().get(NEW, headers=BROWSER).text


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Eosinophilia", {str(n): f"{n} - Words {n} of Eosinophilia <&>" for n in (1, 3)}),
        ("Rigors", {str(n): f"{n} - {GRADE_MEANINGS[n]}" for n in range(1, 6)}),
        ("", {str(n): f"{n} - {GRADE_MEANINGS[n]}" for n in range(1, 6)}),
    ],
)
def test_the_words_of_a_term_chosen_in_the_browser(worded: Ward, term: str, expected: dict[str, str]) -> None:
    answer = worded.client().get(WORDS, query_string={"term": term}, headers=BROWSER)
    assert answer.json == expected
