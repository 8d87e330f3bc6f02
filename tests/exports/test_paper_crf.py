"""Blank and annotated CRFs: every item of every form is there, with what belongs to it, on pages that can be printed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from io import BytesIO

import pytest
from pypdf import PdfReader

import forms.crfs  # noqa: F401  (registers the CRFs)
from exports.paper_answers import answer_parts, is_long, not_by_site
from exports.paper_crf import Kind, write_book, write_form
from exports.pdf_frame import BOTTOM, MARGIN, WIDTH
from exports.pdf_text import printable
from forms import items as it
from forms.codelists import LISTS
from forms.conditions import both, either, when
from forms.crf import CRF, Group, all_crfs, check, collections, get_crf
from forms.items import ITEM_TYPES, Item
from forms.wording import checks_at, condition_words
from tests.toy_crfs import declare_toys, one_of_each, own_registry

CRFS = all_crfs()


def book(kind: Kind, crfs: list[type[CRF]] | None = None) -> bytes:
    """The bytes of a book."""
    target = BytesIO()
    write_book(crfs or CRFS, kind, target)
    return target.getvalue()


def text_of(content: bytes) -> str:
    """All words of a PDF, with blanks only between them: lines are broken where the column ends."""
    return squeezed(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def squeezed(text: str) -> str:
    """The text without any blank, so that a broken line reads as a whole one."""
    return re.sub(r"\s+", "", printable(text))


@pytest.fixture(scope="module")
def blank() -> bytes:
    return book(Kind.BLANK)


@pytest.fixture(scope="module")
def annotated() -> bytes:
    return book(Kind.ANNOTATED)


def every_item() -> Iterator[tuple[type[CRF], type[CRF] | type[Group], Item]]:
    for crf in CRFS:
        for _, part in collections(crf):
            for item in part.items_in(crf.version):
                yield crf, part, item


def test_every_question_with_its_unit_help_and_answers_is_on_the_blank_crf(blank: bytes) -> None:
    text = text_of(blank)
    for _, _, item in every_item():
        said = [item.label, item.help]
        if isinstance(item, it.Choice) and not not_by_site(item) and not is_long(item):
            said += [label for _, label in item.options]
        for words in said:
            assert squeezed(words) in text, (item.oid, words)


def test_every_item_stands_on_the_annotated_crf_with_what_the_system_knows_of_it(annotated: bytes) -> None:
    text = text_of(annotated)
    for crf, part, item in every_item():
        said = [item.oid, item.label, *(f"{check} ({severity})" for check, severity in checks_at(item, crf, part))]
        said += [item.codelist_name] if isinstance(item, it.Choice) else []
        said += [name for name in (item.sdtm, item.cdash, item.loinc) if name]
        for words in said:
            assert squeezed(words) in text, (item.oid, words)


def test_a_blank_crf_shows_no_name_of_the_system(blank: bytes) -> None:
    text = text_of(blank)
    assert [item.oid for _, part, item in every_item() if part.oid in text and squeezed(item.oid) in text] == []


@pytest.mark.parametrize("kind", list(Kind))
def test_the_outline_leads_to_every_form(kind: Kind, blank: bytes, annotated: bytes) -> None:
    reader = PdfReader(BytesIO(blank if kind is Kind.BLANK else annotated))
    places = {entry.title: reader.get_destination_page_number(entry) for entry in reader.outline}  # type: ignore[union-attr,arg-type]
    for crf in CRFS:
        page = squeezed(reader.pages[places[crf.title]].extract_text())
        assert squeezed(f"{crf.title}, form version {crf.version}") in page
        assert squeezed(kind.words) in page


def test_the_contents_name_the_page_of_each_form(blank: bytes) -> None:
    reader = PdfReader(BytesIO(blank))
    contents = reader.pages[0].extract_text()
    pages = {entry.title: reader.get_destination_page_number(entry) + 1 for entry in reader.outline}  # type: ignore[union-attr,arg-type]
    for crf in CRFS:
        assert re.search(rf"{crf.oid} {crf.version} {pages[crf.title]}\b", contents), crf.oid


def test_each_page_names_study_form_version_and_its_number(blank: bytes) -> None:
    pages = PdfReader(BytesIO(blank)).pages
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert "NCT03991130" in text
        assert f"Page {number}" in text and f"of {len(pages)}" in text
        assert "definitions" in text


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_is_drawn_beyond_the_margins(kind: Kind, blank: bytes, annotated: bytes) -> None:
    for page in PdfReader(BytesIO(blank if kind is Kind.BLANK else annotated)).pages:
        places: list[tuple[float, float]] = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size, places=places: text.strip() and places.append((tm[4], tm[5]))
        )
        assert all(MARGIN - 1 <= x <= MARGIN + WIDTH for x, _ in places)
        assert all(BOTTOM - 40 < y < 842 - 20 for _, y in places)


def test_every_font_is_in_the_file(annotated: bytes) -> None:
    for page in PdfReader(BytesIO(annotated)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]


@pytest.mark.parametrize("kind", list(Kind))
def test_the_same_definitions_give_the_same_bytes(kind: Kind) -> None:
    few = [get_crf("DM"), get_crf("IL2D")]
    first = book(kind, few)
    time.sleep(1.1)  # a time of printing would show
    assert book(kind, few) == first


def test_one_form_is_a_file_of_its_own() -> None:
    target = BytesIO()
    assert write_form(get_crf("DM"), Kind.BLANK, target) == 1
    text = text_of(target.getvalue())
    assert squeezed("Only if 'Sex at birth' is Female") in text
    assert "Dateofbirth" in text and "Systolic" not in text


def test_lists_too_long_to_tick_stand_behind_the_form() -> None:
    target = BytesIO()
    write_form(get_crf("LAB"), Kind.BLANK, target)
    text = text_of(target.getvalue())
    assert squeezed("Lists too long for tick boxes") in text
    assert "Neutrophils(ANC)" in text and "NEUT" in text


@pytest.mark.parametrize("name", list(one_of_each()))
def test_each_kind_of_item_has_a_place_for_its_answer(name: str) -> None:
    parts = answer_parts(one_of_each()[name])
    assert parts and all(part.height(200) > 0 for part in parts)


def test_no_item_type_was_forgotten() -> None:
    assert {type(item) for item in one_of_each().values()} >= set(ITEM_TYPES)


def test_a_new_form_needs_no_line_here() -> None:
    with own_registry():

        class Walk(CRF, oid="WK", title="Six-minute walk", domain="FT", version="2.0"):
            done = it.YesNo("Walk done", required=True)
            metres = it.Integer("Distance", unit="m", digits=4, plausible=("50", "900"), visible_if=when("done", "Y"))
            pauses = it.Text("Pauses", 2000, lines=30, since="2.0")
            old = it.Text("Shoes", retired="2.0")

            @check("WK-01", "{metres} m is far.", on="metres", severity="N")
            def is_plausible(metres: int) -> bool:
                return metres < 800

            class Stop(Group, oid="STOP", title="Stops", fixed=9):
                minute = it.Integer("Minute", digits=2)
                why = it.Choice("Why", "SLOTSTAT")

        for kind in Kind:
            target = BytesIO()
            write_form(Walk, kind, target)
            text = text_of(target.getvalue())
            for said in ("Six-minute walk", "Walk done", "Distance", "Stops", "Minute", "Pauses"):
                assert squeezed(said) in text, said
            assert "Shoes" not in text
        for said in ("WK.METRES", "WK-01 (note)", "GEN-05 (query)", "WK.STOP.MINUTE", "Since version 2.0"):
            assert squeezed(said) in text, said


def test_conditions_are_told_with_questions_and_answers() -> None:
    with own_registry():
        doses = declare_toys().Doses
    slot = doses.groups["SLOT"]
    cases = {
        when("given", "N"): "'Any dose given' is No",
        when("reason", "OTHER", "LOGISTIC"): "'Reason for none' is Other or Logistic reason",
        both(when("given", "Y"), either(when("visit.kind", "A1"), when("visit.kind", "A2"))): (
            "'Any dose given' is Yes and (the visit is Course n, admission 1 (IL-2) "
            "or the visit is Course n, admission 2 (IL-2))"
        ),
        when("reason", *LISTS["DOSEREAS"].values[:-1]): "'Reason for none' is anything but Other",
    }
    for condition, words in cases.items():
        assert condition_words(condition, doses, doses) == words
    assert condition_words(when("record.given", "Y"), doses, slot) == "'Any dose given' is Yes"
