"""CSV files: exact for a release, guarded and reversible for a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.csv_stream import CHUNK, Mode, csv_chunks, file_name, guard, unguard


class Grade(StrEnum):
    SEVERE = "3"


def one_line(value: Any, mode: Mode = Mode.RELEASE) -> str:
    return b"".join(csv_chunks(["X"], [[value]], mode=mode)).decode().removeprefix('"X"\r\n')


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", '""'),
        ("Hypotension", '"Hypotension"'),
        ('say "ah"', '"say ""ah"""'),
        ("two\nlines, one cell", '"two\nlines, one cell"'),
        (3, "3"),
        (-5, "-5"),
        (Decimal("72.0"), "72.0"),
        (Decimal("0.00000001"), "0.00000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0"), "0.0"),
        (True, '"true"'),
        (date(2024, 1, 22), '"2024-01-22"'),
        (time(8, 15), '"08:15:00"'),
        (datetime(2024, 1, 22, 9, 31, tzinfo=timezone(timedelta(hours=1))), '"2024-01-22T08:31:00.000000Z"'),
        (("WHITE", "ASIAN"), '"WHITE;ASIAN"'),
        ([], '""'),
        (Grade.SEVERE, '"3"'),
        ("≥ 38 °C, Иванов, 中文", '"≥ 38 °C, Иванов, 中文"'),
    ],
)
def test_each_kind_of_value_has_one_form(value: Any, cell: str) -> None:
    assert one_line(value) == cell + "\r\n"


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 1.5, object(), datetime(2024, 1, 1)])  # noqa: DTZ001
def test_a_value_without_a_form_stops_the_export(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        one_line(value)


FORMULAS = ["=cmd()", "+1", "-1", "@x", "\tx", "\rx", "'=", "'"]


@pytest.mark.requirement("T18", "S-5.4")
@pytest.mark.parametrize("text", FORMULAS)
def test_a_release_keeps_a_formula_exact_and_a_listing_guards_it(text: str) -> None:
    assert one_line(text) == f'"{text}"\r\n'
    assert one_line(text, Mode.LISTING) == f'"\'{text}"\r\n'


@pytest.mark.requirement("T18")
@pytest.mark.parametrize("number", [-5, Decimal("-0.5")])
def test_a_listing_does_not_guard_numbers(number: Any) -> None:
    assert one_line(number, Mode.LISTING) == f"{number}\r\n"


@pytest.mark.requirement("T18")
@given(st.one_of(st.text(), st.sampled_from(FORMULAS).flatmap(lambda start: st.text().map(lambda end: start + end))))
def test_the_guard_is_reversible_and_no_guarded_text_runs(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))


@given(st.lists(st.tuples(TEXT, TEXT, TEXT)), st.sampled_from(Mode))
def test_what_is_written_is_read_back(rows: list[tuple[str, str, str]], mode: Mode) -> None:
    content = b"".join(csv_chunks(["A", "B", "C"], rows, mode=mode)).decode()
    header, *read = csv.reader(io.StringIO(content, newline=""), strict=True)
    back = unguard if mode is Mode.LISTING else str
    assert header == ["A", "B", "C"]
    assert [tuple(map(back, row)) for row in read] == rows


def test_the_file_starts_before_the_first_row_is_read_and_comes_in_chunks() -> None:
    read = 0

    def rows() -> Iterator[tuple[str]]:
        nonlocal read
        for _ in range(5000):
            read += 1
            yield ("x" * 100,)

    chunks = csv_chunks(["A"], rows())
    assert next(chunks) == b'"A"\r\n'
    assert read == 0
    sizes = [len(chunk) for chunk in chunks]
    assert all(CHUNK <= size < CHUNK + 200 for size in sizes[:-1])


def test_a_listing_may_start_with_a_byte_order_mark() -> None:
    assert next(csv_chunks(["A"], [], bom=True)).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("NCT03991130", "casebook", "001-004"), "NCT03991130_casebook_001-004.pdf"),
        (("../../etc/passwd", "x"), "etc-passwd_x.pdf"),
        (('a"b\r\nc', "Ärzte"), "a-b-c_rzte.pdf"),
        (("", "中文"), "casebook.pdf"),
        ((".hidden",), "hidden.pdf"),
        (("x" * 200,), "x" * 76 + ".pdf"),
    ],
)
def test_a_file_name_is_safe_and_short(parts: tuple[str, ...], name: str) -> None:
    assert file_name(*parts, extension="pdf") == name


@given(st.lists(st.text()))
def test_no_text_makes_an_unsafe_file_name(parts: list[str]) -> None:
    name = file_name(*parts, extension="csv")
    assert len(name) <= 80
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert not name.startswith((".", "-"))


def test_an_instant_of_now_is_utc() -> None:
    assert one_line(datetime(2024, 1, 1, tzinfo=UTC)) == '"2024-01-01T00:00:00.000000Z"\r\n'
