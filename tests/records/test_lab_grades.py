"""Grades of laboratory results in a casebook: derived again when what they rest on changes, and reconciled with events."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from audit.models import audit_record
from edc.records.saving import save_several
from edc.records.service import get_subject
from forms.crf import get_crf
from forms.patch import Patch, RowPatch
from forms.views import Row
from tests.records.casebooks import CODE, SHAH, Casebook, answers

ALT = {"panel": "CHEM", "test": "ALT", "row_status": "DONE", "unit": "U/L", "lln": "7", "uln": "40"}
PLATELETS = {"panel": "HEM", "test": "PLAT", "row_status": "DONE", "unit": "10^9/L", "lln": "150", "uln": "400"}
TERM = "Platelet count decreased"


def header(panel: str, at: str) -> dict[str, str]:
    return {"performed": "Y", "sample_dt": at, "panel": panel}


def dose(book: Casebook, at: str, reason: str | None = None) -> None:
    """The first dose of nivolumab."""
    book.save("NIVO", {"given": "Y", "start_dt": at}, visit="C1D1", reason=reason)


@pytest.fixture
def book(casebook: Casebook) -> Casebook:
    """ALT 30 at screening, the first dose on 16 January, ALT 130 on that morning: grade 2 by the upper limit."""
    casebook.add_visit("C1D1")
    casebook.save("LAB", header("CHEM", "2024-01-10 08:00"), rows={"RESULT": [(None, {**ALT, "value": "30"})]})
    dose(casebook, "2024-01-16 10:00")
    rows = {"RESULT": [(None, {**ALT, "value": "130"})]}
    casebook.save("LAB", header("CHEM", "2024-01-16 07:00"), visit="C1D1", rows=rows)
    return casebook


def first(book: Casebook, visit: str = "C1D1", **place: Any) -> Row:
    row: Row = book.look("LAB", lambda entry: entry.view.rows("RESULT")[0], visit=visit, **place)
    assert row.answers
    return row


def grade_of(book: Casebook) -> tuple[int | None, str | None, str | None]:
    row = first(book)
    return row.ctcae_grade, row.ctcae_term, row.ctcae_rule


TERM_ALT = "Alanine aminotransferase increased"


def test_a_grade_is_stored_with_its_rule_and_baseline(book: Casebook) -> None:
    row = first(book)
    assert grade_of(book) == (2, TERM_ALT, "uln_multiple")
    assert (row.baseline_value, row.baseline_indicator) == (Decimal(30), "NORMAL")
    assert row.answer("ctcae_grade").origin == "derived"


@pytest.mark.requirement("C14")
def test_a_corrected_baseline_derives_the_later_grade_again_with_its_rule_in_the_trail(
    book: Casebook, casebook_engine: Engine
) -> None:
    book.save("LAB", rows={"RESULT": [(1, {"value": "60"})]}, reason="Entry error")
    assert grade_of(book) == (1, TERM_ALT, "baseline_multiple")
    with casebook_engine.connect() as connection:
        lines = connection.execute(
            select(audit_record.c.oid, audit_record.c.old, audit_record.c.new, audit_record.c.reason)
            .where(audit_record.c.path.like(f"{CODE}/C1D1/LAB%"), audit_record.c.old.is_not(None))
            .order_by(audit_record.c.id)
        ).all()  # fmt: skip
    changed = {oid.removeprefix("LAB.RESULT."): tuple(rest) for oid, *rest in lines if oid}
    rule = "Derived by DER-13 1.0"
    assert changed["BASELINE_VALUE"] == ("30", "60", rule)
    assert changed["BASELINE_INDICATOR"] == ("NORMAL", "HIGH", rule)
    assert changed["CTCAE_GRADE"] == ("2", "1", rule)


def test_a_corrected_range_of_the_baseline_does_too(book: Casebook) -> None:
    book.save("LAB", rows={"RESULT": [(1, {"uln": "25"})]}, reason="Wrong table")
    assert grade_of(book) == (2, TERM_ALT, "baseline_multiple")


def test_a_corrected_first_dose_does_too(book: Casebook) -> None:
    dose(book, "2024-01-17 10:00", reason="Entry error")
    assert grade_of(book) == (None, None, None)
    assert first(book).ctcae_words.startswith("Cannot be graded because there is no baseline")


def test_a_baseline_that_is_removed_is_none(book: Casebook) -> None:
    book.remove("LAB", 1, "Another person's sample")
    assert first(book).baseline_value is None


def test_samples_that_come_together_are_graded_by_each_other(casebook: Casebook) -> None:
    casebook.add_visit("C1D1")
    dose(casebook, "2024-01-16 10:00")
    crf = get_crf("LAB")

    def patch(at: str, **result: str) -> Patch:
        rows = {"RESULT": [RowPatch(None, answers(crf.groups["RESULT"], {**ALT, **result}))]}
        return Patch(answers(crf, header("CHEM", at)), rows)

    with casebook.saving(SHAH) as saving:
        later = casebook.header(saving.session, "LAB", visit="C1D1")
        earlier = casebook.header(saving.session, "LAB")
        subject = get_subject(saving.session, CODE)
        brought = [(later, patch("2024-01-16 07:00", value="90")), (earlier, patch("2024-01-10 08:00", value="60"))]
        save_several(saving, subject.uid, brought)
    assert grade_of(casebook) == (1, TERM_ALT, "baseline_multiple")


def test_an_anticoagulant_that_is_entered_later_counts(casebook: Casebook) -> None:
    inr = {"panel": "COAG", "test": "INR", "row_status": "DONE", "lln": "0.9", "uln": "1.2"}
    casebook.add_visit("C1D1")
    casebook.save("LAB", header("COAG", "2024-01-10 08:00"), rows={"RESULT": [(None, {**inr, "value": "0.9"})]})
    dose(casebook, "2024-01-16 10:00")
    rows = {"RESULT": [(None, {**inr, "value": "1.45"})]}
    casebook.save("LAB", header("COAG", "2024-01-16 07:00"), visit="C1D1", rows=rows)
    assert grade_of(casebook)[0] is None
    casebook.save("CM", {"drug": "Warfarin", "class_flag": "ANTICOAGULANT", "start": "2023-11-02", "ongoing": "Y"})
    assert grade_of(casebook) == (2, "INR increased", "anticoagulated")


# --- with adverse events ----------------------------------------------------------------------------------------------


def count_platelets(book: Casebook, value: str, **more: Any) -> None:
    """A count on the day after the first dose."""
    rows = {"RESULT": [(None, {**PLATELETS, "value": value, **more})]}
    book.save("LAB", header("HEM", "2024-01-17 07:00"), visit="C1D1", line=2, rows=rows)


def report(book: Casebook, grade: str) -> None:
    """An event of the platelets."""
    typed = {"verbatim": "Platelets low", "ctcae_term": TERM, "start_date": "2024-01-17", "ongoing": "Y"}
    book.save("AE", typed, rows={"GRADE": [(None, {"from_date": "2024-01-17", "grade": grade})]})


def asked(book: Casebook) -> tuple[list[str], list[str]]:
    """The open queries of LB-05 on the sample and of LB-06 on the event."""
    on_sample = [status for check, _, status in book.queries("LAB", visit="C1D1", line=2) if check == "LB-05"]
    on_event = [status for check, _, status in book.queries("AE", line=1) if check == "LB-06"]
    return on_sample, on_event


def test_a_severe_result_asks_until_its_event_is_entered(book: Casebook) -> None:
    count_platelets(book, "28")
    assert asked(book) == (["open"], [])
    report(book, "3")
    assert asked(book) == (["closed"], [])


def test_an_event_entered_first_leaves_nothing_to_ask(book: Casebook) -> None:
    report(book, "3")
    count_platelets(book, "28")
    assert asked(book) == ([], [])


def test_an_event_that_is_removed_asks_again(book: Casebook) -> None:
    report(book, "3")
    count_platelets(book, "28")
    book.remove("AE", 1, "Another participant")
    assert asked(book)[0] == ["open"]


@pytest.mark.parametrize("event_first", [True, False])
def test_a_grade_that_differs_is_asked_whichever_is_saved_last(book: Casebook, event_first: bool) -> None:
    steps = [lambda: report(book, "2"), lambda: count_platelets(book, "28")]
    for step in steps if event_first else reversed(steps):
        step()
    assert asked(book)[1] == ["open"]
    book.save("LAB", visit="C1D1", line=2, rows={"RESULT": [(1, {"value": "60"})]}, reason="Entry error")
    assert asked(book)[1] == ["closed"]
    book.save("AE", rows={"GRADE": [(1, {"grade": "3"})]}, line=1, reason="Entry error")
    assert asked(book)[1] in (["closed", "open"], ["open"])


def test_a_severe_result_may_be_marked_as_not_significant_with_reason(book: Casebook) -> None:
    count_platelets(book, "28", clinical_significance="NCS")
    assert asked(book)[0] == ["open"]
    rows = {"RESULT": [(1, {"ncs_reason": "Clumped in EDTA; 180 in citrate"})]}
    book.save("LAB", visit="C1D1", line=2, rows=rows)
    assert asked(book)[0] == ["closed"]


