"""From a drawing to a file: SVG and PDF of the same figure, the same bytes each time, without style attributes.

matplotlib keeps its settings and fonts in one place of the process, so one figure is drawn at a time.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from exports.figures.look import POINTS, TEXT, Look

Draw = Callable[[Look], Figure]

_lock = threading.Lock()
_SETTINGS: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "svg.fonttype": "none",
    "svg.hashsalt": "casebook",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.6,
    "axes.linewidth": 0.6,
    "text.parse_math": False,
}
# The fonts of screens are narrower than DejaVu, in which labels are measured, so nothing grows into its neighbour.
_FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
_STYLE = re.compile(r' style="([^"]*)"')
_STYLE_SHEET = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_HEAD = re.compile(r"^.*?<svg ([^>]*)>", re.DOTALL)


@contextmanager
def drawing() -> Iterator[None]:
    """Draw alone and with the settings of the house."""
    with _lock, mpl.rc_context():
        mpl.rcdefaults()
        for name, value in _SETTINGS.items():
            mpl.rcParams[name] = value  # type: ignore[index]
        yield


def to_svg(draw: Draw, look: Look, *, title: str, description: str) -> bytes:
    """The figure as SVG with its title and description, that shows the same under any content policy."""
    target = io.StringIO()
    with drawing():
        draw(look).savefig(target, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _cleaned(target.getvalue(), title, description).encode()


def to_pdf(draw: Draw, look: Look, *, title: str) -> bytes:
    """The figure as a PDF of one page, with its fonts."""
    target = io.BytesIO()
    with drawing():
        draw(look).savefig(target, format="pdf", metadata={"Title": title, "CreationDate": None, "Creator": "Casebook"})
    return target.getvalue()


def new_figure(look: Look, height: float) -> Figure:
    """An empty figure of the width of the look, one unit of its pixels being a point."""
    figure = Figure(figsize=(look.width, height), dpi=POINTS, facecolor=look.palette.surface)
    FigureCanvasAgg(figure)
    return figure


def add_axes(figure: Figure, look: Look, *, left: float, right: float, bottom: float, top: float) -> Axes:
    """Axes with margins in inches, only the left and lower spine drawn."""
    width, height = figure.get_size_inches()
    box = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    axes = figure.add_axes(box, facecolor="none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(look.palette.muted)
    axes.tick_params(colors=look.palette.ink, labelsize=TEXT, width=0.6, length=3)
    axes.xaxis.label.set_color(look.palette.ink)
    axes.yaxis.label.set_color(look.palette.ink)
    return axes


def _cleaned(svg: str, title: str, description: str) -> str:
    """The drawing without metadata and styles, which a content policy would drop, and with its words in front."""
    body = _METADATA.sub("", _STYLE_SHEET.sub("", svg))
    body = _STYLE.sub(lambda found: _attributes(found[1]), body)
    named = f"<title id='t'>{escape(title)}</title>\n<desc id='d'>{escape(description)}</desc>"
    whole = "stroke-linejoin='round' stroke-linecap='butt' role='img' aria-labelledby='t d' lang='en'"
    return _HEAD.sub(lambda found: f"<svg {found[1]} {whole}>\n{named}", body, count=1)


def _attributes(style: str) -> str:
    """A style as attributes of the element; the fonts of the house stand for the one that was measured."""
    parts = [part.split(":", 1) for part in style.split(";") if ":" in part]
    return "".join(_attribute(name.strip(), value.strip()) for name, value in parts)


def _attribute(name: str, value: str) -> str:
    if name == "font":
        return _font(value)
    if name == "font-family":
        value = _FONTS
    return f' {name}="{value}"'


def _font(value: str) -> str:
    """The shorthand of a font, `bold 7.5px "DejaVu Sans"`, which is no attribute."""
    size = re.search(r"([\d.]+)px", value)
    weight = ' font-weight="bold"' if re.search(r"\b(bold|[6-9]00)\b", value) else ""
    return f' font-size="{size[1] if size else TEXT}px" font-family="{_FONTS}"{weight}'
