"""What of a posted page is kept as a draft, and under which name it is found again."""

from __future__ import annotations

import datetime as dt

import pytest
from werkzeug.datastructures import MultiDict

from edc.records import posting
from forms.crf import get_crf
from forms.entry_form import read_form
from forms.patch import Patch
from tests.records.casebooks import HYPOTENSION, Casebook

TODAY = dt.date(2024, 2, 3)
GRADE = {"GRADE.new1.from_date": "2024-01-24", "GRADE.new1.from_time": "9999", "GRADE.new1.grade": "3"}


def test_unreadable_text_of_a_new_row_follows_the_row_to_its_number(casebook: Casebook) -> None:
    form = MultiDict({**HYPOTENSION, **GRADE, "csrf_token": "x", "row_version": "0"})
    patch, held = read_form(get_crf("AE"), form, today=TODAY, editable=lambda path: True)
    with casebook.saving() as saving:
        record = casebook.header(saving.session, "AE")
        stored = posting.store(saving, record, patch, version=0)
        left = posting.left_over(posting.typed_fields(form), patch, held, stored.clashes, record.row_version)
    assert left is not None
    assert (left.fields, left.row_version) == ({"GRADE.1.from_time": ["9999"]}, 1)
    assert list(left.sentences) == ["GRADE.1.from_time"]


def test_nothing_is_left_of_a_form_that_was_stored() -> None:
    assert posting.left_over({"sex": ["F"]}, Patch(), [], [], 1) is None


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("sex", {"sex": ["F"], "sex.missing": [""], "sex.reason": ["Entry error"]}),
        ("sex.reason", {"sex": ["F"], "sex.missing": [""], "sex.reason": ["Entry error"]}),
        ("SLOT.3.remove_reason", {"SLOT.3.remove": ["1"], "SLOT.3.remove_reason": ["x"]}),
    ],
)
def test_an_item_is_kept_with_its_companions(path: str, kept: posting.Fields) -> None:
    typed: posting.Fields = {
        "sex": ["F"], "sex.missing": [""], "sex.reason": ["Entry error"], "race": ["WHITE"],
        "SLOT.3.remove": ["1"], "SLOT.3.remove_reason": ["x"], "SLOT.3.dose": ["1"],
    }  # fmt: skip
    assert posting.fields_of(typed, [path]) == kept


@pytest.mark.parametrize(
    ("crf", "path", "words"),
    [
        ("DM", "sex", "Sex at birth"),
        ("AE", "GRADE.2.grade", "Grade history 2, Grade"),
        ("AE", "GRADE.new1.grade", "Grade history 1, Grade"),
        ("DM", "sex.reason", ""),
        ("DM", "complete", ""),
    ],
)
def test_a_path_is_called_by_the_words_of_the_page(crf: str, path: str, words: str) -> None:
    assert posting.label_of(get_crf(crf), path) == words


@pytest.mark.parametrize(
    ("path", "may_assess", "expected"),
    [("rel_il2", False, False), ("rel_il2", True, True), ("verbatim", False, True), ("GRADE.1.remove", False, True)],
)
def test_items_of_the_investigator_are_edited_by_investigators(path: str, may_assess: bool, expected: bool) -> None:
    assert posting.may_edit(get_crf("AE"), path, may_assess=may_assess) is expected


def test_a_merge_page_drops_what_the_other_person_keeps() -> None:
    form = MultiDict(
        [("merge", "sex"), ("merge", "race"), ("merge", "note"), ("choose.sex", "theirs"), ("choose.race", "mine"),
         ("sex", "F"), ("sex.reason", "x"), ("race", "WHITE")]
    )  # fmt: skip
    assert "sex" not in posting.settled(form)
    assert "sex.reason" not in posting.settled(form)
    assert posting.settled(form)["race"] == "WHITE"
    assert posting.unsettled(form) == ["note"]
