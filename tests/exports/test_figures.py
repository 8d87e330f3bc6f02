"""The figures: well-formed and named, the same bytes twice, no label over another at any number of participants."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from pypdf import PdfReader

from exports.figures.canvas import drawing
from exports.figures.labels import evenly, spread
from exports.figures.look import Look, Theme
from exports.outcome_figures import KINDS, Drawn, figures_of
from tests.exports import outcome_samples

KEYS = [kind.key for kind in KINDS]
LOOKS = [Look(), Look(is_narrow=True)]
SVG = "{http://www.w3.org/2000/svg}"


def figure(key: str, count: int) -> Drawn:
    """A figure of the made-up study."""
    return next(one for one in figures_of(outcome_samples.outcomes(count)) if one.kind.key == key)


def drawn(one: Drawn, part: int, look: Look) -> Iterator[Figure]:
    """The drawing itself, within the settings of the house."""
    with drawing():
        made = one._draw(part)(look)
        made.canvas.draw()
        yield made


def labels(made: Figure) -> list[tuple[str, Bbox]]:
    """Each text that is drawn with its box, in points."""
    renderer = made.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = [text for text in made.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = [(text.get_text(), Text.get_window_extent(text, renderer)) for text in texts if _is_shown(text)]
    return [(words, box) for words, box in boxes if box.width > 0]


def _is_shown(text: Text) -> bool:
    """Whether matplotlib draws it: a tick beyond the limits has a label that nobody sees."""
    axes = text.axes
    if axes is None or text not in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        return True
    x, y = text.get_position()
    low, high = sorted(axes.get_xlim()) if text in axes.get_xticklabels() else sorted(axes.get_ylim())
    return low <= (x if text in axes.get_xticklabels() else y) <= high


@pytest.mark.parametrize("look", LOOKS, ids=["wide", "narrow"])
@pytest.mark.parametrize("count", [1, 5, 25, 250])
@pytest.mark.parametrize("key", KEYS)
def test_no_label_lies_over_another_or_beyond_the_paper(key: str, count: int, look: Look) -> None:
    one = figure(key, count)
    for part in {0, len(one.titles) - 1}:
        for made in drawn(one, part, look):
            width, height = (side * made.dpi for side in made.get_size_inches())
            found = labels(made)
            for words, box in found:
                inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
                assert inside, (words, box, width, height)
            for (words, box), (others, other) in combinations(found, 2):
                across = min(box.x1, other.x1) - max(box.x0, other.x0)
                along = min(box.y1, other.y1) - max(box.y0, other.y0)
                # A tenth of a line is the room that a font leaves above its letters.
                assert across < 0.7 or along < 1.5, (words, others, across, along)


@pytest.mark.parametrize("count", [5, 250])
@pytest.mark.parametrize("key", KEYS)
def test_an_svg_is_well_formed_and_says_what_it_shows(key: str, count: int) -> None:
    one = figure(key, count)
    svg = one.svg(0, Look())
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "t d")
    assert root[0].tag == f"{SVG}title" and root[0].text == one.titles[0]
    assert root[1].tag == f"{SVG}desc" and root[1].text == one.describe()
    assert root.findall(f".//{SVG}text"), "text is text, to be read and edited"


@pytest.mark.requirement("S-3.15")
@pytest.mark.parametrize("key", KEYS)
def test_an_svg_needs_no_style_script_or_address(key: str) -> None:
    svg = figure(key, 25).svg(0, Look())
    for forbidden in (b"style=", b"<style", b"<script", b"<metadata", b'href="http', b"DOCTYPE svg PUBLIC"):
        assert forbidden not in svg, forbidden


@pytest.mark.parametrize("key", KEYS)
def test_the_same_values_give_the_same_bytes(key: str) -> None:
    one, again = figure(key, 25), figure(key, 25)
    assert one.svg(0, Look()) == again.svg(0, Look())
    assert one.pdf(0) == again.pdf(0)
    assert one.svg(0, Look()) != one.svg(0, Look(Theme.DARK))


@pytest.mark.parametrize("key", KEYS)
def test_a_pdf_has_one_page_with_its_fonts_in_it(key: str) -> None:
    (page,) = PdfReader(io.BytesIO(figure(key, 25).pdf(0))).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts and all("DejaVu" in str(font["/BaseFont"]) for font in fonts)
    assert all("/FontFile2" in _descriptor(font) for font in fonts)


def _descriptor(font: dict[str, object]) -> dict[str, object]:
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font  # type: ignore[index]
    descriptor: dict[str, object] = inner["/FontDescriptor"].get_object()
    return descriptor


def test_the_responses_and_grades_are_told_apart_without_colour() -> None:
    palette = Look().palette
    for fills in (list(palette.responses.values()), list(palette.grades)):
        seen = {(fill.hatch, fill.dashes, round(_lightness(fill.colour), 1)) for fill in fills}
        assert len(seen) == len(fills)


def _lightness(colour: str) -> float:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_figure_of_many_participants_goes_on_in_parts() -> None:
    assert figure("swimmer", 40).titles == ["Time in the study"]
    assert figure("swimmer", 41).titles[1] == "Time in the study: part 2 of 2"
    assert figure("survival", 5).titles == ["Kaplan-Meier: Progression-free survival", "Kaplan-Meier: Overall survival"]
    subjects = {row[0] for row in figure("swimmer", 250).table.rows}
    seen = set()
    for part in range(7):
        root = ElementTree.fromstring(figure("swimmer", 250).svg(part, Look()))
        seen |= {element.text for element in root.iter(f"{SVG}text")} & subjects
    assert seen == subjects


@pytest.mark.parametrize("key", KEYS)
def test_without_values_there_is_a_sentence_and_no_drawing(key: str) -> None:
    one = figure(key, 0)
    assert one.titles == [] and one.describe() == one.kind.empty and one.table.rows == ()


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([10, 50], [10, 50]),
        ([50, 10], [50, 10]),
        ([50, 50], [45, 55]),
        ([0, 0, 0], [0, 10, 20]),
        ([100, 100], [90, 100]),
        ([48, 50, 52], [40, 50, 60]),
        ([], []),
    ],
)
def test_labels_move_no_further_than_they_must(wanted: list[float], placed: list[float]) -> None:
    assert spread(wanted, 10, 0, 100) == placed


def test_labels_are_thinned_evenly() -> None:
    assert evenly(3, 5) == [0, 1, 2]
    assert evenly(9, 3) == [0, 4, 8]
