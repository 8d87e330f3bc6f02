"""Forms that are asked of some participants only: the pregnancy test."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from edc.casebook.matrix import build_matrix
from edc.records.ruled_out import crfs_ruled_out
from edc.records.service import get_subject
from tests.records.casebooks import CODE, Casebook

WOMAN = {"sex": "F", "childbearing": "Y"}


def shown(casebook: Casebook) -> tuple[frozenset[str], list[str]]:
    """What is ruled out, and the forms that the casebook shows."""
    with casebook.session() as session:
        subject = get_subject(session, CODE)
        matrix = build_matrix(session, subject, dt.date(2024, 1, 25))
        return crfs_ruled_out(session, [subject.uid])[subject.uid], [crf.oid for crf, _ in matrix.rows]


@pytest.mark.parametrize(
    ("words", "demographics", "is_asked"),
    [
        ("demographics not entered", {}, False),
        ("a woman of childbearing potential", WOMAN, True),
        ("a woman without it", {"sex": "F", "childbearing": "N"}, False),
        ("a man", {"sex": "M"}, False),
    ],
)
def test_a_pregnancy_test_is_asked_of_women_of_childbearing_potential(
    casebook: Casebook, words: str, demographics: dict[str, Any], is_asked: bool
) -> None:
    if demographics:
        casebook.save("DM", demographics)
    ruled_out, forms = shown(casebook)
    assert ("PREG" in ruled_out, "PREG" in forms) == (not is_asked, is_asked)
    assert "VS" in forms


def test_a_test_that_was_entered_is_shown_when_it_is_no_longer_asked(casebook: Casebook) -> None:
    casebook.save("DM", WOMAN)
    casebook.save("PREG", {"performed": "Y", "result": "NEGATIVE"})
    casebook.save("DM", {"childbearing": "N"}, reason="Entry error")
    assert shown(casebook)[1].count("PREG") == 1
