"""The report of the outcomes and the numbers of the page: what they hold, and who stands behind each number."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from exports.analysis import outcomes
from exports.analysis_settings import AnalysisSettings
from exports.outcome_digest import digests_of, share
from exports.outcome_people import opens, people_behind
from exports.outcome_report import write_report
from exports.pdf_frame import Imprint
from tests.exports import outcome_samples
from tests.exports.outcome_people import RENAL, event, person, study

IMPRINT = Imprint("NCT03991130", "31 Jan 2024 14:02 (UTC-8) by P. Shah (data manager)", "9:feed", training=True)


def written(count: int) -> bytes:
    """The report of the made-up study."""
    target = BytesIO()
    write_report(outcome_samples.outcomes(count), target, IMPRINT, BytesIO())
    return target.getvalue()


@pytest.fixture(scope="module")
def report() -> bytes:
    """The report of five participants."""
    return written(5)


def test_the_report_says_how_it_came_about_on_each_page(report: bytes) -> None:
    pages = [page.extract_text() for page in PdfReader(BytesIO(report)).pages]
    first = " ".join(pages[0].split())
    for words in ("All treated, n = 5", "31 Jan 2024", "12:0123456789abcdef", "confirm_required", "RECIST 1.1", "21"):
        assert words in first, words
    for number, text in enumerate(pages, 1):
        assert f"Page {number}" in text and "Seal 12:0123456789abcdef" in text and "TRAINING" in text
        assert "Not locked" in text and "NCT03991130" in text


def test_each_figure_and_table_is_in_it_as_vectors_with_fonts(report: bytes) -> None:
    reader = PdfReader(BytesIO(report))
    figures = 0
    for page in reader.pages:
        for name, drawn in page["/Resources"].get("/XObject", {}).items():  # type: ignore[union-attr]
            made = drawn.get_object()
            assert made["/Subtype"] == "/Form", "nothing is a picture of points"
            figures += name.startswith("/Figure")
            for font in made.get("/Resources", {}).get("/Font", {}).values():
                assert "DejaVu" in font.get_object()["/BaseFont"]
    assert figures == 7
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert "Best response" in text and "Made up." in text and "003-003" in text


def test_the_same_outcomes_give_the_same_bytes(report: bytes) -> None:
    assert written(5) == report


def test_a_study_without_doses_has_a_report_that_says_so() -> None:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(written(0))).pages)
    assert "No participant has a scan after baseline yet." in text


PEOPLE = (
    person("001-001", "63 PR -34, 132 PR -50", events=(event("Hypotension", 3), event("Fever", 1, soc="General"))),
    person("001-002", "63 SD -10, 132 SD -5", events=(event("Hypotension", 1),)),
    person("001-003", "63 PD 30", tumour_type=RENAL),
    person("001-004", ""),
)  # fmt: skip


def test_every_number_that_opens_participants_opens_as_many_as_it_says() -> None:
    data, settings = study(*PEOPLE), AnalysisSettings()
    opened = 0
    for table in outcomes(data, settings).tables:
        for number, row in enumerate(table.rows):
            for column, cell in zip(table.columns, row, strict=True):
                behind = people_behind(data, settings, table, number, column)
                assert (behind is not None) == opens(table, column)
                if behind is not None:
                    opened += 1
                    assert len(behind.codes) == cell, (table.key, row, column)
    assert opened > 50


def test_a_number_names_whom_it_counts() -> None:
    data, settings = study(*PEOPLE), AnalysisSettings()
    tables = {table.key: table for table in outcomes(data, settings).tables}
    response = people_behind(data, settings, tables["response"], 0, "Response x")
    assert response is not None and response.codes == ["001-001"]
    events = tables["adverse_events"]
    row = next(number for number, cells in enumerate(events.rows) if cells[1] == "Hypotension")
    severe = people_behind(data, settings, events, row, "Grade 3 or more")
    assert severe is not None and severe.codes == ["001-001"] and "Hypotension" in severe.words


@pytest.mark.parametrize(
    ("count", "whole", "percent", "shown"),
    [(2, 4, "50.0", "2/4"), (2, 5, "40.0", "2/5 (40.0 %)"), (0, 0, None, "0/0")],
)
def test_no_percent_is_shown_under_five(count: int, whole: int, percent: str | None, shown: str) -> None:
    assert share(count, whole, percent) == shown


def test_the_page_shows_response_times_and_events() -> None:
    digests = {one.key: one for one in digests_of(outcomes(study(*PEOPLE), AnalysisSettings()))}
    assert list(digests) == ["response", "time_to_event", "adverse_events"]
    first = [cell.text for cell in digests["response"].rows[0]]
    assert first[:2] == ["All treated", "4"] and "1/4" in first
    assert all(len(row) == len(one.columns) for one in digests.values() for row in one.rows)
