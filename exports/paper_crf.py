"""The blank and the annotated CRF as PDF: one form, or all of them as a book with contents and outline.

Everything comes from the declarations; the same study build gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from io import BytesIO
from typing import BinaryIO

from edc import __version__
from exports.paper_answers import is_long
from exports.paper_groups import group_blocks, strips_of
from exports.paper_items import head_block, item_block, place_block
from exports.pdf_document import CasebookDocument, Column
from exports.pdf_frame import BODY, MUTED, SMALL, SMALL_MUTED, Imprint
from forms import items as it
from forms import schedule, study
from forms.codelists import LISTS
from forms.crf import CRF, Group, collections
from forms.releases import definitions_digest
from forms.wording import visit_sentences


class Kind(StrEnum):
    """The two prints of a CRF."""

    BLANK = "blank"
    ANNOTATED = "annotated"

    @property
    def words(self) -> str:
        """What each page is called."""
        return f"{self.value.capitalize()} CRF"


LEGENDS = {
    Kind.BLANK: "* required. No answer? Write why: not done, not asked, not applicable, not known, not in source, "
    "refused.",
    Kind.ANNOTATED: "* required. A check in brackets 'query' opens a query; a 'note' is only shown. GEN and IC checks "
    "of the item's type are among them. Every item may hold a coded reason why there is no value, in OID.MISSRSN.",
}
_CONTENTS = (Column("Form", 50), Column("OID", 12, SMALL), Column("Version", 12, SMALL), Column("Page", 8, SMALL))
_LIST_COLUMNS = (Column("Value", 40, SMALL), Column("Meaning", 60, SMALL))
_LONG_LISTS = "Lists too long for tick boxes"


def imprint(crfs: Iterable[type[CRF]]) -> Imprint:
    """What each page says of its source: the software and the digest of the definitions that it shows."""
    digest = definitions_digest(crfs)
    return Imprint(study.STUDY_ID.value, "", source=f"Casebook {__version__}, definitions {digest[:16]}")


def write_form(crf: type[CRF], kind: Kind, target: BinaryIO) -> int:
    """Write the blank or annotated CRF of one form; returns the number of pages."""
    document = CasebookDocument(target, imprint([crf]))
    _form(document, crf, kind)
    _long_lists(document, [crf])
    return document.finish()


def write_book(crfs: Sequence[type[CRF]], kind: Kind, target: BinaryIO) -> int:
    """Write all forms as one book; returns the number of pages.

    The book is drawn twice, because its contents stand before the pages that they name.
    """
    made_from = imprint(crfs)
    pages = _book(CasebookDocument(BytesIO(), made_from), crfs, kind, {})
    document = CasebookDocument(target, made_from)
    _book(document, crfs, kind, pages)
    return document.finish()


def _book(
    document: CasebookDocument, crfs: Sequence[type[CRF]], kind: Kind, pages: dict[str, int]
) -> dict[str, int]:  # fmt: skip
    """Draw a book; returns the page on which each form starts."""
    _cover(document, crfs, kind, pages)
    found = {}
    for crf in crfs:
        found[crf.oid] = _form(document, crf, kind)
    _long_lists(document, crfs)
    return found


def _cover(document: CasebookDocument, crfs: Sequence[type[CRF]], kind: Kind, pages: dict[str, int]) -> None:
    document.chapter(f"{kind.words} of {study.STUDY_ID.value}", state=kind.words)
    document.text(str(study.TITLE.value))
    document.space(6)
    document.text(f"{len(crfs)} forms in the order of the casebook.", MUTED)
    document.table(
        _CONTENTS, [(crf.title, crf.oid, crf.version, str(pages.get(crf.oid, ""))) for crf in crfs]
    )  # fmt: skip


def _form(document: CasebookDocument, crf: type[CRF], kind: Kind) -> int:
    """Draw one form; returns the page on which it starts."""
    is_annotated = kind is Kind.ANNOTATED
    document.chapter(crf.title, version=crf.version, state=kind.words)
    sentences = visit_sentences(crf)
    if is_annotated:
        sentences.append(f"OID {crf.oid}, SDTM domain {crf.domain}, table crf_{crf.oid.lower()}.")
    for sentence in sentences:
        document.text(sentence, SMALL)
    start = document.page
    document.text(LEGENDS[kind], SMALL_MUTED)
    if not is_annotated:
        document.blocks([place_block(_places(crf))])
    document.space(4)
    if items := crf.items_in(crf.version):
        blocks = [item_block(item, crf, crf, annotated=is_annotated) for item in items]
        document.blocks(blocks, head=head_block(annotated=is_annotated))
    for group in crf.groups.values():
        if group.items_in(crf.version):
            _group(document, crf, group, is_annotated)
    return start


def _places(crf: type[CRF]) -> tuple[str, ...]:
    if crf.log:
        return ("Participant", "Line no.", "Filled in by", "Date")
    is_at_visit = any(kind != schedule.LOG for kind in schedule.FORMS_BY_VISIT.get(crf.oid, ()))
    return ("Participant", *(["Visit"] if is_at_visit else []), "Filled in by", "Date")


def _group(document: CasebookDocument, crf: type[CRF], group: type[Group], is_annotated: bool) -> None:
    document.heading(group.title)
    document.heading(_rows_sentence(group), SMALL_MUTED)
    if is_annotated:
        blocks = [item_block(item, crf, group, annotated=True) for item in group.items_in(crf.version)]
        document.blocks(blocks, head=head_block(annotated=True))
        return
    for head, blocks in group_blocks(group, crf, crf.version):
        document.blocks(blocks, head=head, together=0.85)
        document.space(8)


def _rows_sentence(group: type[Group]) -> str:
    if group.fixed:
        names = f": {'; '.join(group.row_names)}" if group.row_names else ""
        return f"{group.fixed} rows{names}."
    least = "At least one row." if group.required else "Any number of rows, or none."
    return f"{least} Use another sheet for more than {len(strips_of(group)[0])}."


def _long_lists(document: CasebookDocument, crfs: Sequence[type[CRF]]) -> None:
    """The lists that stand in for tick boxes, once each."""
    names = {
        item.codelist_name: None
        for crf in crfs
        for _, part in collections(crf)
        for item in part.items_in(crf.version)
        if isinstance(item, it.Choice) and is_long(item)
    }
    if not names:
        return
    document.chapter(_LONG_LISTS, state="Code lists")
    for name in names:
        document.heading(f"{name} ({LISTS[name].source})", BODY)
        document.table(_LIST_COLUMNS, [(entry.value, entry.label) for entry in LISTS[name]])
