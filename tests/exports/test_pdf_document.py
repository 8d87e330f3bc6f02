"""Casebook pages: what every page says, what tables do at page ends, and what a long document costs."""

import tracemalloc
from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader
from reportlab.platypus import Spacer

from exports.pdf_blocks import (
    HistoryLine,
    ItemLine,
    Message,
    SignatureLine,
    draw_history,
    draw_items,
    draw_legend,
    draw_signature,
    draw_thread,
)
from exports.pdf_document import CasebookDocument, Column
from exports.pdf_frame import BOTTOM, MARGIN, WIDTH, Imprint

SEAL = "412 1f3c9a0b77d2e4c85566aabbccddeeff"
IMPRINT = Imprint("NCT03991130", "31 Jan 2024 14:02 (UTC-8) by R. Diaz (coordinator)", SEAL)
TWO_COLUMNS = (Column("Item", 40), Column("Value", 60))


def made(draw: Callable[[CasebookDocument], object], imprint: Imprint = IMPRINT) -> bytes:
    target = BytesIO()
    document = CasebookDocument(target, imprint)
    document.participant("001-004", site="001 UCSD")
    document.visit("C1 D1, 22 Jan 2024")
    document.form("Vital signs", version="1.0", state="Locked 26 Jan 2024")
    draw(document)
    document.finish()
    return target.getvalue()


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def assert_within_margins(content: bytes) -> None:
    for page in PdfReader(BytesIO(content)).pages:
        places: list[tuple[float, float, str]] = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size, places=places: places.append((tm[4], tm[5], text))
        )
        drawn = [(x, y) for x, y, text in places if text.strip()]
        assert all(MARGIN - 1 <= x < MARGIN + WIDTH for x, _ in drawn)
        assert all(BOTTOM - 40 < y < 842 - 20 for _, y in drawn)


def everything(document: CasebookDocument) -> None:
    draw_items(
        document,
        [
            ItemLine("Systolic blood pressure", "214", "mmHg", marks="Q C", note="was 124 when verified"),
            ItemLine("Diastolic blood pressure", None, "mmHg", missing="Not done"),
            ItemLine("Pulse", None),
            ItemLine("Πίεση, Давление", "≥ 38.5 ± 0.1 µg → ☐ ☑ ≤ 中"),
        ],
    )
    draw_thread(document, "Query 12, Systolic blood pressure", [Message("26 Jan", "M. Lindt", "Which is right?")])
    draw_signature(document, SignatureLine("Dr Ames", "25 Jan 2024 16:20", "I have reviewed this form.", "ab" * 32))
    draw_signature(document, SignatureLine("Dr Ames", "24 Jan 2024 16:20", "I have reviewed.", void="Weight changed"))
    draw_history(document, [HistoryLine("22 Jan", "R. Diaz", "Weight", "72.0", None, "Entry error")])
    draw_legend(document)


@pytest.mark.requirement("C45")
def test_a_casebook_page_says_all_that_was_recorded() -> None:
    text = " ".join(pages(made(everything)))
    for said in (
        "214 mmHg", "was 124 when verified", "Not done", "(empty)", "Πίεση, Давление",
        "≥ 38.5 ± 0.1 µg → ☐ ☑ ≤ U+4E2D", "Query 12", "Which is right?", "M. Lindt",
        "Signed by Dr Ames, 25 Jan 2024 16:20", "I have reviewed this form.", "ab" * 32,
        "No longer valid: Weight changed", "72.0", "Entry error", "Q open query",
    ):  # fmt: skip
        assert said in text, said


@pytest.mark.requirement("C45")
def test_every_page_says_what_it_is_about() -> None:
    content = made(lambda document: document.table(TWO_COLUMNS, ((str(i), "x") for i in range(120))))
    found = pages(content)
    assert len(found) > 2
    for number, text in enumerate(found, 1):
        for said in (
            "NCT03991130", "Site 001 UCSD", "Participant 001-004", "C1 D1, 22 Jan 2024",
            "Vital signs, form version 1.0", "Locked 26 Jan 2024", f"Printed {IMPRINT.printed}", f"Seal {SEAL}",
        ):  # fmt: skip
            assert said in text, said
        assert f"Page {number}" in text
        assert f"of {len(found)}" in text


@pytest.mark.parametrize(
    ("imprint", "said"),
    [
        (Imprint("S", "now", training=True), "TRAINING: not study data"),
        (Imprint("S", "now", as_of="1 Mar 2024 12:00 (UTC-8)"), "AS OF 1 Mar 2024 12:00 (UTC-8)"),
    ],
)
def test_each_page_says_that_it_is_no_current_study_data(imprint: Imprint, said: str) -> None:
    content = made(lambda document: document.table(TWO_COLUMNS, [("a", "b")] * 100), imprint)
    assert all(said in text for text in pages(content))


def test_the_outline_leads_from_participant_to_visit_to_form() -> None:
    def draw(document: CasebookDocument) -> None:
        document.text("x")
        document.form("Laboratory")
        document.text("x")
        document.section("Audit trail")

    reader = PdfReader(BytesIO(made(draw)))
    entries: list[tuple[int, str, int]] = []

    def walk(items: list, level: int) -> None:
        for item in items:
            if isinstance(item, list):
                walk(item, level + 1)
            else:
                entries.append((level, item.title, reader.get_destination_page_number(item) + 1))

    walk(reader.outline, 0)
    assert entries == [
        (0, "Participant 001-004", 1),
        (1, "C1 D1, 22 Jan 2024", 1),
        (2, "Vital signs", 1),
        (2, "Laboratory", 2),
        (1, "Audit trail", 3),
    ]


def test_a_table_repeats_its_head_and_never_splits_a_row_that_fits_on_a_page() -> None:
    rows = [(f"row {i}", f"begin{i} " + "word " * 70 + f"end{i}") for i in range(30)]
    found = pages(made(lambda document: document.table(TWO_COLUMNS, rows)))
    assert len(found) > 2
    for text in found:
        assert "Item" in text
        assert "Value" in text
    for i in range(30):
        assert [f"begin{i} " in text for text in found] == [f"end{i}\n" in text + "\n" for text in found]


@pytest.mark.parametrize("filled", range(40, 56))
def test_a_heading_and_a_table_head_stay_with_the_first_row(filled: int) -> None:
    def draw(document: CasebookDocument) -> None:
        for number in range(filled):
            document.text(f"line {number}")
        draw_thread(document, "Query 7", [Message("now", "me", "first message of three lines " * 9)])
        document.heading("Laboratory panel")
        document.table(TWO_COLUMNS, [("creatinine", "1.2 mg/dL")])

    for text in pages(made(draw)):
        assert ("Query 7" in text) == ("first message" in text)
        assert ("Laboratory panel" in text) == ("creatinine" in text)


def test_a_row_taller_than_a_page_is_split_and_complete() -> None:
    long = " ".join(f"w{i}" for i in range(4000))
    found = pages(made(lambda document: document.table(TWO_COLUMNS, [("before", "x"), ("long", long), ("after", "y")])))
    assert len(found) > 2
    printed = " ".join(found).split()
    assert [word for word in printed if word[0] == "w" and word[1:].isdigit()] == long.split()


def test_an_empty_table_says_so() -> None:
    assert "None recorded." in pages(made(lambda document: document.table(TWO_COLUMNS, [])))[0]


@pytest.mark.parametrize("where", ["label", "value", "note", "query", "signature", "reason"])
def test_an_unbroken_word_of_5000_letters_is_printed_whole(where: str) -> None:
    word = "W" * 5000

    def draw(document: CasebookDocument) -> None:
        match where:
            case "label":
                draw_items(document, [ItemLine(word, "x")])
            case "value":
                draw_items(document, [ItemLine("x", word)])
            case "note":
                draw_items(document, [ItemLine("x", "y", note=word)])
            case "query":
                draw_thread(document, "Query 1", [Message("now", "me", word)])
            case "signature":
                draw_signature(document, SignatureLine("me", "now", word))
            case "reason":
                draw_history(document, [HistoryLine("now", "me", "x", "1", "2", word)])

    content = made(draw)
    assert "".join(pages(content)).count("W") >= 5000
    assert_within_margins(content)


@pytest.mark.requirement("C47")
def test_the_same_input_gives_the_same_bytes() -> None:
    assert made(everything) == made(everything)


def test_what_is_typed_is_printed_literally_and_nothing_is_opened_or_linked() -> None:
    hostile = ("<img src='/etc/passwd'>", "</para>", "http://127.0.0.1/x", "<b>x</b>", "\\(x\\) Tj", "=cmd()")
    content = made(lambda document: draw_items(document, [ItemLine(text, text) for text in hostile]))
    text = pages(content)[0]
    assert all(text.count(typed) >= 2 for typed in hostile)
    assert b"root:" not in content
    assert b"/URI" not in content


def test_all_fonts_are_embedded() -> None:
    reader = PdfReader(BytesIO(made(everything)))
    used = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            assert "/FontFile2" in font["/FontDescriptor"].get_object()
            used.add(font["/BaseFont"].split("+")[1])
    assert used == {"DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"}


def test_prose_goes_on_over_the_page_end() -> None:
    found = pages(made(lambda document: document.prose(" ".join(f"w{i}" for i in range(3000)))))
    assert len(found) > 1
    assert "w2999" in found[-1]


def test_a_flowable_taller_than_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="taller than a page"):
        made(lambda document: document.flow(Spacer(10, 2000)))


def peak_of(rows: int) -> int:
    tracemalloc.start()
    try:
        made(lambda document: document.table(TWO_COLUMNS, ((f"item {i}", f"value {i}") for i in range(rows))))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_rows_are_not_kept_while_a_long_table_is_drawn() -> None:
    peak_of(50)
    growth = peak_of(6000) - peak_of(3000)
    # 3,000 rows are about 75 pages; their text alone is larger than what a finished page leaves behind.
    assert growth < 4_000_000
