"""The specification of the study: complete, read back from its workbook, and safe to open in a spreadsheet."""

from __future__ import annotations

import time
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

import forms.crfs  # noqa: F401  (registers the CRFs)
from exports.specification import specification
from exports.specification_files import PAPER, write_pdf, write_workbook
from forms import items as it
from forms import schedule, study
from forms.crf import CRF, all_crfs, check, collections
from tests.exports.test_paper_crf import squeezed, text_of
from tests.toy_crfs import own_registry


def workbook(**more: Any) -> bytes:
    target = BytesIO()
    write_workbook(target, **more)
    return target.getvalue()


@pytest.fixture(scope="module")
def sheets() -> dict[str, list[dict[str, str]]]:
    """The rows of each sheet by the names of its columns."""
    book = openpyxl.load_workbook(BytesIO(workbook()), read_only=True)
    found = {}
    for sheet in book.worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(map(str, head), [cell or "" for cell in row], strict=True)) for row in rows]
    return found


def test_every_form_item_check_and_derivation_has_its_row(sheets: dict[str, list[dict[str, str]]]) -> None:
    parts = [(crf, part) for crf in all_crfs() for _, part in collections(crf)]
    assert [row["OID"] for row in sheets["Forms"]] == [crf.oid for crf in all_crfs()]
    assert [row["OID"] for row in sheets["Items"]] == [item.oid for _, part in parts for item in part.items.values()]
    declared = [(check.id, crf.oid, check.message) for crf, part in parts for check in part.checks]
    told = [(row["Check"], row["Form"], row["Message"]) for row in sheets["Checks"] if row["Form"] != "any"]
    assert told == declared
    rules = [(rule.id, rule.version, part.items[rule.item].oid) for _, part in parts for rule in part.derivations]
    assert [(row["Rule"], row["Version"], row["Item"]) for row in sheets["Derivations"]] == rules
    assert {row["Check"] for row in sheets["Checks"] if row["Form"] == "any"} >= {"GEN-02", "GEN-04", "GEN-05"}
    assert all(row["Rule"] for row in sheets["Checks"])


def test_settings_say_where_they_come_from_and_what_was_assumed(sheets: dict[str, list[dict[str, str]]]) -> None:
    rows = {row["Name"]: row for row in sheets["Settings"]}
    assert set(rows) == set(study.SETTINGS)
    assert rows["il2_dose_level"]["Status"] == "assumed" and rows["il2_dose_level"]["Value"] == "600000"
    assert rows["course_length"]["Status"] == "stated"


def test_visits_and_the_forms_at_them_are_those_of_the_schedule(sheets: dict[str, list[dict[str, str]]]) -> None:
    assert len(sheets["Visits"]) == len(schedule.VISIT_KINDS)
    by_form = {row["Form"].split(" ")[0]: row for row in sheets["Forms x visits"]}
    for crf in all_crfs():
        for kind, visit in schedule.VISIT_KINDS.items():
            mark = schedule.FORMS_BY_VISIT.get(crf.oid, {}).get(kind, "")
            assert by_form[crf.oid][visit.oid.format(n="n")] == mark


def test_each_code_list_in_use_is_told_in_full(sheets: dict[str, list[dict[str, str]]]) -> None:
    told = {(row["Code list"], row["Value"]) for row in sheets["Code lists"]}
    for crf in all_crfs():
        for _, part in collections(crf):
            for item in part.items.values():
                if isinstance(item, it.Choice):
                    assert {(item.codelist_name, value) for value, _ in item.options} <= told


@pytest.mark.requirement("T18")
def test_no_cell_is_a_formula_or_a_link() -> None:
    with own_registry():

        class Sly(CRF, oid="SLY", title="=1+1", domain="XX"):
            a = it.Text("=HYPERLINK(\"http://x\")", help="+1")
            b = it.Text("-2", help="@SUM(A1)")
            c = it.Text("http://example.org/x", help="007")

            @check("SLY-01", "=cmd|' /C calc'!A0", on="a")
            def is_fine(a: str) -> bool:
                return True

        book = openpyxl.load_workbook(BytesIO(workbook(crfs=[Sly])))
    texts = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in texts} == {"s"}
    assert all(cell.hyperlink is None for cell in texts)
    said = {str(cell.value) for cell in texts}
    assert {"=1+1", '=HYPERLINK("http://x")', "+1", "-2", "@SUM(A1)", "007", "=cmd|' /C calc'!A0"} <= said


def test_the_same_definitions_give_the_same_workbook_and_the_same_pdf() -> None:
    def both() -> tuple[bytes, bytes]:
        target = BytesIO()
        write_pdf(target)
        return workbook(), target.getvalue()

    first = both()
    time.sleep(2.1)  # the times in a zip file count two seconds
    assert both() == first


def test_the_pdf_says_what_the_workbook_says() -> None:
    target = BytesIO()
    write_pdf(target)
    reader = PdfReader(BytesIO(target.getvalue()))
    tables = specification()
    titles = [entry.title for entry in reader.outline]  # type: ignore[union-attr]
    assert titles[1:] == [table.name for table in tables]
    text = text_of(target.getvalue())
    for table in tables:
        shown = [*PAPER[table.name][0], *PAPER[table.name][1]] if table.name in PAPER else list(table.columns)[:1]
        places = [list(table.columns).index(name) for name in shown if name not in ("Since", "Answered by")]
        for row in table.rows:
            for place in places:
                assert squeezed(row[place]) in text, (table.name, row[place])
