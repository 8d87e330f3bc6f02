"""A query says where it stands in the words of the forms."""

import pytest

from edc.queries.words import item_words, place_words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("001-004/C1A1/IL2D/SLOT/7", "C1 adm. 1, IL-2 doses, Slots 7"),
        ("001-004/SCR/DM", "Screening, Demographics"),
        ("001-004/SCR/LAB/2/RESULT/3", "Screening, Laboratory 2, Results 3"),
        ("001-004/LOG/AE/2", "Adverse events 2"),
        ("001-004", "001-004"),
    ],
)
def test_place_of_a_query(path: str, words: str) -> None:
    assert place_words(path) == words


@pytest.mark.parametrize(
    ("oid", "words"),
    [("IL2A.DOSING_WEIGHT_KG", "Weight used for dosing"), ("IL2D.SLOT.START_DT", "Actual start"), ("X.Y", "X.Y")],
)
def test_item_of_a_query(oid: str, words: str) -> None:
    assert item_words(oid) == words
