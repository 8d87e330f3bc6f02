"""The declared forms against the tables of the CRF specification, where its folder stands beside the checkout.

Every item of the tables is declared with its wording, type, code list and unit, or `docs/crf-differences.md` names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import forms.crfs  # noqa: F401 (declares them)
from forms import items as kinds
from forms.crf import REGISTRY, collections
from forms.items import Item

REPOSITORY = Path(__file__).resolve().parents[2]
CRFS = REPOSITORY.parent / "shared" / "design" / "crfs.md"
DIFFERENCES = REPOSITORY / "docs" / "crf-differences.md"

pytestmark = pytest.mark.skipif(not CRFS.exists(), reason="the design folder does not stand beside the checkout")

#: What stands in one table of the specification and is a CRF, or a row, of its own.
ELSEWHERE = {
    "AE.any_ae": "AEYN", "MH.any_history": "MHYN", "CM.any_cm": "CMYN", "PR.any_pr": "PRYN",
}  # fmt: skip
#: Cells of the first column that stand for several items, and what they stand for.
SEVERAL = {
    "H3 + `time`": ("performed", "reason_not_done", "assess_date", "time"),
    "performed, reason_not_done": ("performed", "reason_not_done"),
    "rel_reporter_nivo / _il2, rel_sponsor_nivo / _il2": (
        "rel_reporter_nivo", "rel_reporter_il2", "rel_sponsor_nivo", "rel_sponsor_il2",
    ),
    "result rows": ("test", "value", "unit", "marker", "gate"),
    "report_type / version": ("report_type", "version"),
    "ecg_rate, pr, qrs, qt": ("ecg_rate", "pr", "qrs", "qt"),
    "AE.grade_rows": ("from_date", "from_time", "grade"),
}  # fmt: skip
KINDS = {
    "yn": kinds.YesNo, "ynu": kinds.YesNo, "ynna": kinds.YesNo, "date": kinds.Date, "pdate": kinds.PartialDate,
    "dt": kinds.DateTime, "time": kinds.Time, "ptime": kinds.Time, "int": kinds.Integer, "dec": kinds.Decimal,
    "text": kinds.Text, "code": (kinds.Choice, kinds.SiteChoice, kinds.Dictionary), "codes": kinds.MultiChoice,
    "ref": kinds.Reference, "refs": kinds.Reference,
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One row of a table of section 2: the form, the names of its items, and its cells by column."""

    form: str
    group: str
    names: tuple[str, ...]
    cells: dict[str, str]

    @property
    def question(self) -> str:
        """The wording, without notes to the builder, units, examples and lists of values; empty where none is left."""
        plain = re.sub(r" \([^)]*\)|^[A-Z]+: |`.*`|, (?:years|Gy|mm|when .*)$", "", self.cells.get("Question", ""))
        head = plain.split(": ")[0].replace(" / doses", "").strip()
        return "" if head == head.upper() else head[:1].upper() + head[1:]


def lines() -> list[Line]:
    """Every row of the tables of section 2."""
    text = CRFS.read_text(encoding="utf-8")
    text = text[text.index("## 2. Case report forms") : text.index("## 3. Edit checks")]
    return [line for part in text.split("\n### ")[1:] for line in _of_form(part)]


def _of_form(part: str) -> Iterator[Line]:
    form = re.match(r"2\.\d+ (\w+)", part)
    assert form
    header: list[str] = []
    group = ""
    for row in part.splitlines():
        if bold := re.match(r"\*\*([A-Z0-9]+) - ", row):
            group = bold[1]
        if not row.startswith("|"):
            continue
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        if cells[0] in ("Item", "Panel"):
            header = cells
        elif header[:1] == ["Item"] and not set(cells[0]) <= {"-", "|"}:
            yield Line(form[1], group, _names(form[1], cells[0]), dict(zip(header, cells, strict=False)))


def _names(form: str, cell: str) -> tuple[str, ...]:
    plain = re.sub(r" \((?:rows|per [\w-]+)\)", "", cell)
    known = SEVERAL.get(plain) or SEVERAL.get(f"{form}.{plain}")
    return known or tuple(re.split(r" / |, ", plain))


def declared(line: Line, name: str) -> Item | None:
    """The item of this name in the form, or in the group whose table it is, or in any group of the form."""
    crf = REGISTRY[ELSEWHERE.get(f"{line.form}.{name}", line.form)]
    short = re.sub(r"^(?:scan|sact)_", "", name)
    parts = sorted(collections(crf), key=lambda part: part[0] != (line.group or None))
    found = [part.items.get(wanted) for _, part in parts for wanted in (name, short)]
    return next((item for item in found if item is not None), None)


def differences() -> set[tuple[str, str]]:
    """Form and item of each row of the first table of the page of differences; `GROUP.item` counts as its item."""
    page = DIFFERENCES.read_text(encoding="utf-8").split("## Checks")[0]
    found = set()
    for row in (line for line in page.splitlines() if line.startswith("| ")):
        forms, named, *_ = (cell.strip() for cell in row.strip("|").split(" | "))
        for form in re.split(r", ", forms):
            found |= {(form, name.split(".")[-1].strip("` ")) for name in re.split(r", | and ", named)}
    return found


SPECIFIED = lines() if CRFS.exists() else []
ITEMS = [(line, name) for line in SPECIFIED if line.form != "IE" for name in line.names]
SINGLE = [line for line, name in ITEMS if len(line.names) == 1 and declared(line, name)]


@pytest.mark.parametrize(("line", "name"), ITEMS, ids=[f"{line.form}.{name}" for line, name in ITEMS])
def test_every_specified_item_is_declared_or_named_as_a_difference(line: Line, name: str) -> None:
    assert declared(line, name) is not None or (line.form, name) in differences()


@pytest.mark.parametrize("line", SINGLE, ids=[f"{line.form}.{line.names[0]}" for line in SINGLE])
def test_an_item_asks_in_the_words_of_the_specification(line: Line) -> None:
    item = declared(line, line.names[0])
    assert item is not None
    assert item.label.startswith(line.question) or (line.form, line.names[0]) in differences()


@pytest.mark.parametrize("line", SINGLE, ids=[f"{line.form}.{line.names[0]}" for line in SINGLE])
def test_an_item_has_the_type_of_the_specification(line: Line) -> None:
    item = declared(line, line.names[0])
    assert item is not None
    if (line.form, line.names[0]) in differences():
        return
    printed = line.cells.get("Type", "")
    kind = re.match(r"(\w+)", printed)
    if kind and kind[1] == "calc":
        assert item.derived or item.stamped
    elif kind and kind[1] in KINDS:
        assert isinstance(item, KINDS[kind[1]])
    if isinstance(item, kinds.Text) and (length := re.match(r"text\((\d+)\)", printed)):
        assert item.length == int(length[1])
    if isinstance(item, kinds.Decimal) and (size := re.match(r"dec\((\d+),(\d+)\)", printed)):
        assert (item.precision, item.scale) == (int(size[1]), int(size[2]))


@pytest.mark.parametrize("line", SINGLE, ids=[f"{line.form}.{line.names[0]}" for line in SINGLE])
def test_an_item_has_the_range_of_the_specification(line: Line) -> None:
    item = declared(line, line.names[0])
    assert item is not None
    printed = re.match(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", line.cells.get("Range", ""))
    if printed and not isinstance(item, kinds.Choice) and (line.form, line.names[0]) not in differences():
        assert item.plausible is not None
        assert tuple(map(float, item.plausible)) == tuple(map(float, printed.groups()))
