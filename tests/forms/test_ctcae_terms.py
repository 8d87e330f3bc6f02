"""CTCAE terms, the search behind the picker, and the words that point to terms."""

import pytest

from forms.dictionaries.ctcae import GRADE_MEANINGS, find_term, get_term, list_terms
from forms.dictionaries.synonyms import WORDS, suggest, terms_by_word
from forms.dictionaries.term_search import Rank, search


@pytest.mark.parametrize(
    ("name", "grades"),
    [
        ("Hypotension", (1, 2, 3, 4, 5)),
        ("Urine output decreased", (3, 4)),
        ("Phlebitis", (2,)),
        ("Lymphocyte count increased", (2, 3)),
        ("Acidosis", (1, 3, 4, 5)),
        ("Cardiac arrest", (4, 5)),
    ],
)
def test_a_term_offers_only_its_own_grades(name: str, grades: tuple[int, ...]) -> None:
    term = get_term(name)
    assert term.grades == grades
    assert [grade for grade in range(1, 6) if term.offers(grade)] == list(grades)


def test_code_and_class_of_a_term() -> None:
    term = get_term("Chills")
    assert (term.code, term.soc) == ("10008531", "General disorders and administration site conditions")


def test_every_class_has_a_term_that_needs_text() -> None:
    classes = {term.soc for term in list_terms()}
    assert {term.soc for term in list_terms() if term.needs_text} == classes
    assert len(classes) == 26


def test_words_that_are_no_term_are_not_found() -> None:
    assert find_term("Oliguria") is None
    with pytest.raises(KeyError):
        get_term("Rigors")


def test_every_grade_has_a_general_meaning() -> None:
    assert sorted(GRADE_MEANINGS) == [1, 2, 3, 4, 5]


def test_start_of_term_comes_before_word_synonym_and_inside() -> None:
    ranks = [hit.rank for hit in search("ri", limit=1000).hits]
    assert ranks == sorted(ranks) and set(ranks) == set(Rank)


@pytest.mark.parametrize(
    ("typed", "first", "rank"),
    [
        ("hypote", "Hypotension", Rank.TERM_START),
        ("maculo", "Rash maculo-papular", Rank.WORD_START),
        ("rigor", "Chills", Rank.SYNONYM),
        ("oliguria", "Urine output decreased", Rank.SYNONYM),
        ("thrombocytopenia", "Platelet count decreased", Rank.SYNONYM),
        ("vitil", "Skin hypopigmentation", Rank.SYNONYM),
        ("oedema l", "Edema limbs", Rank.TERM_START),
        ("anaemia", "Anemia", Rank.TERM_START),
        ("diarrhoea", "Diarrhea", Rank.TERM_START),
        ("diarrho", "Diarrhea", Rank.SYNONYM),
        ("TUMOUR L", "Tumor lysis syndrome", Rank.TERM_START),
        ("  urinary   tract i", "Urinary tract infection", Rank.TERM_START),
    ],
)
def test_the_first_hit_for_what_was_typed(typed: str, first: str, rank: Rank) -> None:
    hit = search(typed).hits[0]
    assert (hit.term.name, hit.rank) == (first, rank)


def test_a_hit_by_synonym_names_the_word() -> None:
    assert search("rigors").hits[0].synonym == "rigors"
    assert search("hypotension").hits[0].synonym == ""


def test_at_most_eight_are_shown_and_the_rest_is_counted() -> None:
    result = search("pain")
    assert len(result.hits) == 8
    assert result.more == len(search("pain", limit=1000).hits) - 8 > 0


def test_terms_already_used_come_first_among_equals() -> None:
    hits = search("hyp", used={"Hypotension"}).hits
    assert hits[0].term.name == "Hypotension"
    assert search("edema", used={"Neck edema"}).hits[0].rank is Rank.TERM_START


@pytest.mark.parametrize("typed", ["", "   ", "qqq", "((", "\\"])
def test_nothing_is_found_for_nothing(typed: str) -> None:
    assert search(typed).hits == ()


@pytest.mark.parametrize(
    ("verbatim", "terms"),
    [
        ("Rigors", ["Chills"]),
        ("oliguria overnight", ["Urine output decreased"]),
        ("low BP after dose 8", ["Hypotension"]),
        ("Vitiligo on both hands", ["Skin hypopigmentation"]),
        ("Transaminitis", ["Alanine aminotransferase increased", "Aspartate aminotransferase increased"]),
        ("peripheral oedema", ["Edema limbs"]),
        ("exfoliative dermatitis", ["Erythroderma"]),
        ("stomatitis", ["Mucositis oral"]),
        ("immune hepatitis", ["Hepatobiliary disorders - Other, specify"]),
        ("Fever and chills", ["Fever", "Chills"]),
        ("Pain in extremity", ["Pain in extremity"]),
        ("Mental status change", ["Confusion", "Delirium", "Encephalopathy"]),
        ("fell off a chair", []),
    ],
)
def test_suggested_terms_for_the_words_of_the_source(verbatim: str, terms: list[str]) -> None:
    assert [term.name for term in suggest(verbatim)] == terms


def test_every_synonym_points_to_a_term_and_is_no_term_itself() -> None:
    assert len(terms_by_word()) >= 40
    assert all(find_term(name) for name in WORDS)
    own_names = {term.name.lower() for term in list_terms()}
    assert own_names.isdisjoint(terms_by_word())
