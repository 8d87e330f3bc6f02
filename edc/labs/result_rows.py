"""One row of a laboratory's file as answers of the laboratory form; what cannot be stored is refused by its column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edc.labs.csv_rows import Column, RawRow, clean_cells
from forms.dictionaries.lab_tests import PANELS, Kind, LabTest, find_test, find_tests, find_unit
from forms.items import Choice, Item
from forms.lab_sheets import SHEET, SIGNS, has_unit
from forms.reading import Unreadable, read

COLUMNS: Sequence[Column] = (
    Column("participant", "code of the participant, such as 001-004", needed=True),
    Column("site", "code of the site; when given it must be the participant's"),
    Column("visit", "OID of the visit, such as C1D1; empty: the visit of the day of the sample"),
    Column("sample_datetime", "when the sample was taken, 2024-02-01 06:10, in the time of the site", needed=True),
    Column("laboratory", "name of the laboratory as the study lists it for the site", needed=True),
    Column("accession", "the laboratory's number of the sample"),
    Column("panel", f"one of {', '.join(PANELS)}; needed for PROT, GLUC and OTHER, which stand in several"),
    Column("test", "LBTESTCD, a code of the laboratory listed under Laboratory codes, or OTHER", needed=True),
    Column("other_code", "for OTHER: the laboratory's code"),
    Column("other_name", "for OTHER: the name of the test"),
    Column("result", "as printed: 2.3, <0.2, 2+, haemolysed, or NOT DONE; decimals with a point", needed=True),
    Column("qualifier", "< or > where it stands apart from the result"),
    Column("unit", "as printed"),
    Column("lln", "lower limit of normal as printed; empty: from the study's table of the laboratory"),
    Column("uln", "upper limit of normal as printed"),
    Column("fasting", "Y, N or U"),
    Column("timing", "in treatment admissions: PRE-DOSE, DAILY or PRE-DISCHARGE"),
)
#: Codes of a laboratory, in small letters, with the panel and test that they mean.
Codes = Mapping[tuple[str, str], tuple[str, str]]
NUMBER_ITEMS = ("lln", "uln")


class RowFault(Exception):
    """A row that cannot be taken: its column, and the sentence for the person."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.sentence = column, sentence


@dataclass
class ResultRow:
    """One result of a file: its sample in words of the form, and the answers of its row."""

    number: int
    visit: str
    sampled: str
    laboratory: str
    accession: str | None
    panel: str
    code: str
    head: dict[str, object] = field(default_factory=dict)
    items: dict[str, object] = field(default_factory=dict)

    @property
    def test_key(self) -> tuple[object, ...]:
        """What identifies the result in its sample."""
        return self.panel, self.code, self.items.get(SHEET.other_code), self.items.get(SHEET.other_name)


def read_result(row: RawRow, codes: Codes, laboratories: Sequence[str]) -> ResultRow:
    """The result of a row; raises RowFault."""
    cells, fault = clean_cells(row, COLUMNS)
    if fault:
        raise RowFault(*fault)
    for column in COLUMNS:
        if column.needed and not cells[column.name]:
            raise RowFault(column.name, "The cell is empty. Every row needs it.")
    if cells["laboratory"] not in laboratories:
        known = ", ".join(laboratories) or "none yet"
        raise RowFault("laboratory", f"'{cells['laboratory']}' is no laboratory of the site. Listed are: {known}.")
    panel, code, test = _test_of(cells, codes)
    made = ResultRow(
        row.number, cells["visit"].upper(), _sampled(cells), cells["laboratory"],
        _typed("accession", SHEET.crf.items["accession"], cells["accession"]), panel, code,
    )  # fmt: skip
    made.head = {
        name: _typed(name, SHEET.crf.items[name], cells[name].upper()) for name in ("fasting", "timing") if cells[name]
    }
    made.items = {SHEET.panel: panel, SHEET.test: code, **_other_of(cells, code), **_result_of(cells, test, code)}
    return made


def _sampled(cells: Mapping[str, str]) -> str:
    try:
        return str(read(SHEET.crf.items[SHEET.sampled], cells["sample_datetime"]))
    except Unreadable:
        raise RowFault(
            "sample_datetime",
            f"'{_short(cells['sample_datetime'])}' is no date and time of the calendar. Write it as 2024-02-01 06:10.",
        ) from None


def _test_of(cells: Mapping[str, str], codes: Codes) -> tuple[str, str, LabTest | None]:
    """Panel, code and test: by the laboratory's own code first, which somebody listed on purpose."""
    panel, written = cells["panel"].upper(), cells["test"]
    if panel and panel not in PANELS:
        raise RowFault("panel", f"'{_short(panel)}' is no panel. Write one of {', '.join(PANELS)}.")
    if listed := codes.get((cells["laboratory"], written.casefold())):
        return *listed, find_test(*listed)
    code = written.upper()
    if code == SHEET.other:
        if not panel:
            raise RowFault("panel", "Another test needs its panel. Write the one under which it is reported.")
        return panel, code, None
    found = [test for test in find_tests(code) if not panel or test.panel == panel]
    if not found:
        raise RowFault(
            "test",
            f"'{_short(written)}' is no test of the study{f' in panel {panel}' if panel else ''}, nor a listed code of "
            f"{cells['laboratory']}. Have the code listed, or write OTHER with other_code and other_name.",
        )
    if len(found) > 1:
        panels = " or ".join(test.panel for test in found)
        raise RowFault("panel", f"{code} stands in several panels. Write {panels}.")
    return found[0].panel, found[0].code, found[0]


def _other_of(cells: Mapping[str, str], code: str) -> dict[str, object]:
    names = (SHEET.other_code, SHEET.other_name)
    if code != SHEET.other:
        if unwanted := [name for name in names if cells[name]]:
            raise RowFault(unwanted[0], "Only a test OTHER has a code and a name of its own. Empty the cell.")
        return {}
    if not cells[SHEET.other_name]:
        raise RowFault(SHEET.other_name, "Another test needs its name. Write it as the laboratory does.")
    return {name: _typed(name, SHEET.item(name), cells[name]) for name in names if cells[name]}


def _result_of(cells: Mapping[str, str], test: LabTest | None, code: str) -> dict[str, object]:
    text = cells["result"]
    if text.upper() == SHEET.not_done:
        return {SHEET.status: SHEET.not_done}
    done: dict[str, object] = {SHEET.status: SHEET.done}
    if test is not None and test.kind is not Kind.NUMERIC:
        return done | _grade_of(cells, test)
    done |= _number_of(cells)
    if cells["unit"]:
        done |= _unit_of(cells, test)
    for name in NUMBER_ITEMS:
        if cells[name]:
            done[name] = _number(name, SHEET.item(name), cells[name])
    return done


def _grade_of(cells: Mapping[str, str], test: LabTest) -> dict[str, object]:
    wanted = cells["result"].casefold()
    for value, label in SHEET.grades(test):
        if wanted in (value.casefold(), label.casefold()):
            return {SHEET.code: value}
    offered = ", ".join(value for value, _ in SHEET.grades(test))
    raise RowFault("result", f"'{_short(cells['result'])}' is no grade of {test.name}. Write one of {offered}.")


def _number_of(cells: Mapping[str, str]) -> dict[str, object]:
    """A sign and a number, or words; a cell that begins like a formula is words too, and is never evaluated."""
    text, sign = cells["result"], cells["qualifier"].upper()
    match = re.fullmatch(r"([<>])\s*(\S.*)", text, re.DOTALL)
    signs = {SIGNS.get(sign, sign), SIGNS[match[1]] if match else ""} - {""}
    if len(signs) > 1 or not signs <= set(SIGNS.values()):
        raise RowFault("qualifier", f"'{_short(sign)}' does not go with the result. Write < or >, or leave it empty.")
    number = match[2] if match else text
    if text[0] in "=@" or not re.search(r"\d", text):
        found: dict[str, object] = {SHEET.words: _typed("result", SHEET.item(SHEET.words), text)}
    else:
        found = {SHEET.value: _number("result", SHEET.item(SHEET.value), number)}
    return found | ({SHEET.qualifier: signs.pop()} if signs else {})


def _unit_of(cells: Mapping[str, str], test: LabTest | None) -> dict[str, object]:
    """The unit as printed; one that the study does not know is kept, and a check asks about it."""
    if test is None or has_unit(test):
        return {SHEET.unit: _typed("unit", SHEET.item(SHEET.unit), cells["unit"])}
    if find_unit(test, cells["unit"]) is None and cells["unit"].casefold() not in ("none", "1"):
        raise RowFault("unit", f"{test.name} has no unit. Empty the cell, or check the test.")
    return {}


def _number(column: str, item: Item, text: str) -> object:
    """A number with a point; a comma could be either of two things."""
    try:
        if "," in text:
            raise Unreadable
        return read(item, text)
    except Unreadable:
        raise RowFault(
            column, f"'{_short(text)}' is no number with at most 4 decimals. Write it with a decimal point, as 2.30."
        ) from None


def _typed(column: str, item: Item, text: str) -> str | None:
    """A text or choice as its item takes it."""
    try:
        value = read(item, text)
    except Unreadable:
        if isinstance(item, Choice) and not item.open_list:
            offered = ", ".join(value for value, _ in item.options)
            raise RowFault(column, f"'{_short(text)}' cannot be stored. Write one of {offered}.") from None
        raise RowFault(column, f"The cell holds {len(text)} characters, more than fit. Shorten it.") from None
    return None if value is None else str(value)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
