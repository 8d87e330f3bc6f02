"""Text of PDF files: every symbol of the forms, code points for what no font holds, hostile text as text."""

import socket
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from exports.pdf_text import Face, Style, is_printable, para, printable, text_width, typeface, wrap

FORM_SYMBOLS = "≥ ≤ ± µ μ ° ² ³ × → ← ↑ ↓ ☐ ☑ ☒ ✓ · – — … ● ○ ■ □ ◐ ⚠ € № ½"


@pytest.mark.parametrize("face", list(Face))
def test_every_symbol_of_the_forms_is_in_every_font(face: Face) -> None:
    assert printable(FORM_SYMBOLS, face) == FORM_SYMBOLS


@pytest.mark.parametrize(
    ("recorded", "printed"),
    [
        ("Παπαδόπουλος", "Παπαδόπουλος"),
        ("Иванов", "Иванов"),
        ("Żółć, Þór, Ngô Đình", "Żółć, Þór, Ngô Đình"),
        ("中文", "U+4E2D U+6587"),
        ("dose中 given", "dose U+4E2D given"),
        ("रा", "U+0930 U+093E"),
        ("\U0001f600", "U+1F600"),
        ("a\x00b", "a U+0000 b"),
        ("hidden\u200bblank", "hidden U+200B blank"),
        ("turned \u202eback", "turned U+202E back"),
        ("first\nsecond", "first\nsecond"),
        ("\u200eleft to right", "\u200eleft to right"),
        ("half \ud83d", "half U+D83D"),
    ],
)
def test_what_no_font_holds_is_printed_as_its_code_point(recorded: str, printed: str) -> None:
    assert printable(recorded) == printed


@given(st.text(), st.sampled_from(Face))
def test_nothing_is_drawn_without_a_glyph(text: str, face: Face) -> None:
    assert set(printable(text, face)) <= typeface(face).known | {"\n"}


@given(st.text(max_size=300), st.floats(min_value=30, max_value=400))
def test_no_line_is_wider_than_its_column_and_no_letter_is_lost(text: str, width: float) -> None:
    style = Style()
    lines = wrap(text, style, width)
    assert all(text_width(line, style) <= width + 0.001 for line in lines)
    assert "".join("".join(lines).split()) == "".join(printable(text).split())


def test_a_word_without_blanks_is_broken_where_the_line_ends() -> None:
    lines = wrap("W" * 5000, Style(), 200)
    assert "".join(lines) == "W" * 5000
    assert len(lines) > 100


def test_blanks_within_a_line_are_kept() -> None:
    assert wrap("a   b", Style(), 200) == ("a   b",)


HOSTILE = (
    "<img src='/etc/passwd'>",
    '<img src="http://127.0.0.1:{port}/x.png"/>',
    "</para> <para>",
    "http://127.0.0.1:{port}/",
    '<a href="file:///etc/passwd">here</a>',
    "<b>bold</b> & <unknown attr=1>",
    "&lt;already escaped&gt;",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
)


def drawn(text: str) -> PdfReader:
    target = BytesIO()
    canvas = Canvas(target)
    paragraph = para(text)
    paragraph.wrap(400, 700)
    paragraph.drawOn(canvas, 50, 400)
    canvas.save()
    return PdfReader(target)


@pytest.mark.requirement("S-5.5", "T18")
@pytest.mark.parametrize("text", HOSTILE)
def test_a_paragraph_prints_hostile_text_and_opens_nothing(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("reportlab.lib.utils.open_for_read", lambda name, mode="b": opened.append(name))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        shown = text.replace("{port}", str(server.getsockname()[1]))
        page = drawn(shown).pages[0]
        with pytest.raises(BlockingIOError):
            server.accept()
    assert page.extract_text().replace("\n", " ").strip() == shown
    assert opened == []
    assert "/Annots" not in page


@pytest.mark.requirement("S-5.5")
def test_reportlab_trusts_no_address() -> None:
    assert not rl_config.trustedSchemes
    assert not rl_config.trustedHosts


@pytest.mark.parametrize("code", [0x00AD, 0x200B, 0x2028, 0x202E, 0x2066, 0x0007, 0x1F600])
def test_an_invisible_or_astral_character_is_never_drawn(code: int) -> None:
    assert not is_printable(code)
