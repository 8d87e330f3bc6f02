"""The dose grid: a row a participant, a cell for each planned dose, given, held with its reason, or not reached."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from exports.figures.canvas import add_axes, new_figure
from exports.figures.key import Swatch, Words, draw_key
from exports.figures.labels import text_width, widest
from exports.figures.look import POINTS, SMALL, TINY, Fill, Look, part_of
from exports.outcome_shapes import GIVEN, HELD, DoseCell

ROW, GAP = 0.19, 0.8
SMALLEST = 4.6
LETTERS = "abcdefghijklmnopqrstuvwxyz"
Admission = tuple[int, int]
Corner = tuple[float, float]


def subjects_of(cells: Sequence[DoseCell]) -> list[str]:
    """The participants in the order in which they come."""
    return list(dict.fromkeys(cell.subject for cell in cells))


def reasons_of(cells: Sequence[DoseCell]) -> dict[str, str]:
    """A letter for each reason, the most frequent first; those beyond the alphabet share the last letter."""
    counts = Counter(cell.reason for cell in cells if cell.state == HELD and cell.reason)
    ranked = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return {reason: LETTERS[min(rank, len(LETTERS) - 1)] for rank, reason in enumerate(ranked)}


def draw(cells: Sequence[DoseCell], look: Look, part: int = 0) -> Figure:
    """A part of the participants, all their admissions beside each other."""
    reasons = reasons_of(cells)
    starts = _starts(cells)
    subjects = part_of(subjects_of(cells), part)
    rows = {subject: row for row, subject in enumerate(subjects)}
    left, right = widest(subjects, SMALL) + 0.2, widest(["00/00"], SMALL) + 0.16
    columns = sum(slots for _, slots in starts.values()) + GAP * (len(starts) - 1) if starts else 1.0
    cell_width = (look.width - left - right) * POINTS / columns
    has_letters = cell_width >= SMALLEST
    entries = _entries(look, reasons, has_letters=has_letters)
    above = draw_key(new_figure(look, 1.0), look, entries, left=0.1) + 0.3
    figure = new_figure(look, max(len(subjects), 1) * ROW + above + 0.12)
    draw_key(figure, look, entries, left=0.1)
    axes = add_axes(figure, look, left=left, right=right, bottom=0.1, top=above)
    axes.set_axis_off()
    axes.set_xlim(0, columns)
    axes.set_ylim(max(len(subjects), 1), 0)
    corners: defaultdict[str, list[Corner]] = defaultdict(list)
    for cell in cells:
        if cell.subject in rows:
            x, row = starts[cell.course, cell.admission][0] + cell.slot - 1, rows[cell.subject]
            corners[cell.state].append((x, row))
            if has_letters and cell.reason in reasons and cell.state == HELD:
                middle, size = (x + 0.5, row + 0.5), min(TINY, cell_width)
                _write(axes, look, middle, reasons[cell.reason], size=size, is_framed=True)
    _draw_cells(axes, corners, look)
    _write_heads(axes, starts, look, cell_width)
    _write_rows(axes, cells, rows, look, columns)
    return figure


def _starts(cells: Sequence[DoseCell]) -> dict[Admission, tuple[float, int]]:
    """Where each admission starts on the axis, and how many doses it plans."""
    slots: dict[Admission, int] = {}
    for cell in cells:
        key = (cell.course, cell.admission)
        slots[key] = max(slots.get(key, 0), cell.slot)
    starts, x = {}, 0.0
    for key in sorted(slots):
        starts[key] = (x, slots[key])
        x += slots[key] + GAP
    return starts


def _entries(look: Look, reasons: dict[str, str], *, has_letters: bool) -> list[Swatch | Words]:
    palette = look.palette
    letters = [Words(f"{letter} {reason}") for reason, letter in reasons.items()] if has_letters else []
    return [
        Swatch("given", Fill(palette.accent)),
        Swatch("not reached", Fill(palette.surface)),
        Swatch("held" + (", because:" if letters else ""), Fill(palette.pale, "////")),
        *letters,
    ]


def _draw_cells(axes: Axes, corners: dict[str, list[Corner]], look: Look) -> None:
    """The cells of each state as one shape of many parts, which makes a file of a quarter of the size."""
    palette = look.palette
    for state, places in corners.items():
        colour, hatch = {GIVEN: (palette.accent, ""), HELD: (palette.pale, "////")}.get(state, (palette.surface, ""))
        axes.add_collection(
            PolyCollection(
                [_square(x, row) for x, row in places], facecolors=colour, hatch=hatch, linewidths=0.35,
                edgecolors=palette.accent if state == GIVEN else palette.muted,
            ),
            autolim=False,
        )  # fmt: skip


def _square(x: float, row: float) -> list[Corner]:
    left, right, top, bottom = x + 0.06, x + 0.94, row + 0.1, row + 0.9
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _write_heads(axes: Axes, starts: dict[Admission, tuple[float, int]], look: Look, cell_width: float) -> None:
    """Course and admission over their cells, in the longest words that fit, with the numbers of the doses."""
    for (course, admission), (x, slots) in starts.items():
        room = (slots + GAP) * cell_width - 3
        short = f"C{course} A{admission}"
        words = (f"Course {course}, admission {admission}", f"C{course} admission {admission}", short)
        text = next((text for text in words if text_width(text, SMALL) <= room), "")
        _write(axes, look, (x, 0), text, offset=(1, 13), ha="left")
        step = next((step for step in (1, 2, 5, 7, 14) if text_width("00 ", TINY) <= step * cell_width), slots)
        for slot in {1, *range(step, slots + 1, step)} - ({2} if step == 2 else set()):
            if slot == 1 or slot > 1 + text_width("0", TINY) / cell_width:
                _write(axes, look, (x + slot - 0.5, 0), str(slot), offset=(0, 5), size=TINY)


def _write_rows(axes: Axes, cells: Sequence[DoseCell], rows: dict[str, int], look: Look, columns: float) -> None:
    """The participant left of each row, and how many of the planned doses were given right of it."""
    for subject, row in rows.items():
        own = [cell for cell in cells if cell.subject == subject]
        given = sum(cell.state == GIVEN for cell in own)
        _write(axes, look, (0, row + 0.5), subject, offset=(-5, 0), ha="right")
        _write(axes, look, (columns, row + 0.5), f"{given}/{len(own)}", offset=(5, 0), ha="left")


def _write(
    axes: Axes, look: Look, at: tuple[float, float], text: str, *, offset: tuple[float, float] = (0, 0),
    size: float = SMALL, ha: str = "center", is_framed: bool = False,
) -> None:  # fmt: skip
    frame = {"facecolor": look.palette.pale, "edgecolor": "none", "pad": 0.4} if is_framed else None
    axes.annotate(
        text, at, xytext=offset, textcoords="offset points", ha=ha, va="center_baseline", fontsize=size, bbox=frame,
        color=look.palette.ink, annotation_clip=False,
    )  # fmt: skip
