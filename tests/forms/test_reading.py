"""Reading: what a person types becomes a typed value, or stays as typed with a sentence; nothing else can happen."""

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import items as it
from forms.dictionaries.ctcae import list_terms
from forms.items import Item
from forms.reading import Unreadable, canonical, clean, display, from_canonical, read, typed_text
from tests.toy_crfs import TODAY, one_of_each

EV = one_of_each()
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
CLOCKS = st.times().map(lambda t: t.strftime("%H:%M"))
UIDS = st.uuids().map(lambda u: u.hex)


def _storable(text: str) -> bool:
    try:
        return 0 < len(clean(text)) == len(text) <= 20 and clean(text) == text
    except Unreadable:
        return False


def _decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, places).flatmap(lambda p: st.decimals(Decimal(low), Decimal(high), places=p)).map(
        lambda d: abs(d) if d == 0 else d
    )  # fmt: skip


def _chosen(name: str) -> st.SearchStrategy[Any]:
    item = EV[name]
    assert isinstance(item, it.MultiChoice)
    return st.sets(st.sampled_from([v for v, _ in item.options]), min_size=1).map(lambda s: it.in_codelist_order(item, s))


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "note": TEXT.filter(_storable),
    "story": TEXT.filter(_storable),
    "pulse": st.integers(0, 999),
    "change": st.integers(-9999, 9999),
    "weight": _decimals("0", "9999.9", 1),
    "excess": _decimals("-99.99", "99.99", 2),
    "seen_on": DAYS,
    "onset": st.tuples(DAYS, st.sampled_from([4, 7, 10])).map(lambda d: d[0].isoformat()[: d[1]]),
    "taken_at": CLOCKS,
    "started": DAYS.map(dt.date.isoformat) | st.tuples(DAYS, CLOCKS).map(lambda d: f"{d[0]}T{d[1]}"),
    "fasting": st.sampled_from(["Y", "N"]),
    "position": st.sampled_from(["SITTING", "SUPINE", "STANDING"]),
    "race": _chosen("race"),
    "tube": TEXT.filter(_storable),
    "laboratory": TEXT.filter(_storable),
    "event": UIDS,
    "events": st.lists(UIDS, min_size=1, unique=True).map(tuple),
    "term": st.sampled_from([term.name for term in list_terms()]),
}
ANY_TEXT = st.text() | st.text("0123456789-,.: tTjanmrfebY|N/\u2212\u0664", max_size=14)


def test_every_item_type_is_read_here() -> None:
    assert {type(EV[name]) for name in VALUES} == set(it.ITEM_TYPES)


@given(st.data())
@pytest.mark.parametrize("name", VALUES)
def test_a_value_shown_in_its_control_reads_back_the_same(name: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[name])
    again = read(EV[name], typed_text(EV[name], value))
    assert again == value
    assert str(again) == str(value)  # trailing zeros of decimals are part of the answer


@given(st.data())
@pytest.mark.parametrize("name", VALUES)
def test_canonical_text_gives_the_value_back(name: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[name])
    text = canonical(EV[name], value)
    assert str(from_canonical(EV[name], text)) == str(value)
    assert canonical(EV[name], from_canonical(EV[name], text)) == text


@given(text=ANY_TEXT)
@pytest.mark.parametrize("name", VALUES)
def test_whatever_is_typed_is_stored_in_readable_form_or_refused_with_a_sentence(name: str, text: str) -> None:
    try:
        value = read(EV[name], text, today=TODAY)
    except Unreadable as unreadable:
        assert str(unreadable).endswith((".", "box: shorten it.", "Type it again."))
    else:
        assert read(EV[name], typed_text(EV[name], value)) == value
        assert from_canonical(EV[name], canonical(EV[name], value)) == value
        assert (display(EV[name], value) == "") == (value is None)


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("weight", "72.0", "72.0"),
        ("weight", "72,5", "72.5"),
        ("weight", ".5", "0.5"),
        ("weight", " 72.4\t", "72.4"),
        ("excess", "\u22122,50", "-2.50"),
        ("excess", "-0.00", "0.00"),
        ("pulse", "080", "80"),
        ("change", "1 200", "1200"),
        ("change", "-3", "-3"),
        ("seen_on", "2024-02-29", "2024-02-29"),
        ("seen_on", "9 mar 2024", "2024-03-09"),
        ("seen_on", "9MAR2024", "2024-03-09"),
        ("seen_on", "9 September 2024", "2024-09-09"),
        ("seen_on", "t-1", "2024-05-01"),
        ("onset", "2024", "2024"),
        ("onset", "mar 2024", "2024-03"),
        ("onset", "t", "2024-05-02"),
        ("taken_at", "0815", "08:15"),
        ("taken_at", "8:15", "08:15"),
        ("started", "22 jan 2024 0815", "2024-01-22T08:15"),
        ("started", "2024-01-22T08:15:00", "2024-01-22T08:15"),
        ("started", "22 jan 2024", "2024-01-22"),
        ("race", "WHITE|ASIAN|WHITE", '["ASIAN","WHITE"]'),
        ("tube", "glass tube", "glass tube"),
        ("note", "first\r\nsecond", "first\nsecond"),
        ("note", "cafe\u0301", "caf\u00e9"),
        ("note", "\u200eabc\u200f", "\u200eabc\u200f"),
        ("note", "   ", None),
        ("pulse", "", None),
    ],
)
def test_typed_text_is_stored_as_meant(name: str, typed: str, stored: str | None) -> None:
    assert canonical(EV[name], read(EV[name], typed, today=TODAY)) == stored


@pytest.mark.requirement("T18")
@pytest.mark.parametrize("typed", ["=cmd()|' /C calc'!A0", "+1", "@x", "'=1", "-1", "<b>&amp;</b>", "{{ 7*7 }}", "%s"])
def test_text_that_means_something_to_other_programs_is_kept_exactly(typed: str) -> None:
    assert read(EV["note"], typed) == typed


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("pulse", "8o", "Pulse takes a whole number, like 80. You entered '8o'."),
        ("pulse", "eighty", "Pulse takes a whole number"),
        ("pulse", "80.5", "Pulse takes a whole number"),
        ("pulse", "-80", "Pulse takes a whole number"),
        ("pulse", "1200", "at most 3 digits"),
        ("pulse", "1e2", "Pulse takes a whole number"),
        ("pulse", "\u0668\u0660", "Pulse takes a whole number"),
        ("pulse", "0" * 5000, "Pulse holds 500 characters"),
        ("weight", "1e400", "Weight takes a number, like 3.8"),
        ("weight", "NaN", "Weight takes a number"),
        ("weight", "72.", "Weight takes a number"),
        ("weight", "72.05", "at most 1 decimals"),
        ("weight", "72000", "at most 4 digits before the point"),
        ("weight", "1,234,5", "Weight takes a number"),
        ("weight", "-2", "Weight takes a number"),
        ("seen_on", "2026-02-31", "a date that exists in the calendar"),
        ("seen_on", "2023-02-29", "a date that exists in the calendar"),
        ("seen_on", "2024-03", "a full date"),
        ("seen_on", "2024", "a full date"),
        ("seen_on", "09/03/2024", "a full date"),
        ("seen_on", "9 marble 2024", "a full date"),
        ("seen_on", "1824-03-09", "a full date"),
        ("onset", "2024-13", "a date that exists in the calendar"),
        ("onset", "2024-00", "a date that exists in the calendar"),
        ("onset", "maybe 2024", "a date as far as known"),
        ("taken_at", "24:00", "a time of 24 hours"),
        ("taken_at", "8:1\u0665", "a time of 24 hours"),
        ("started", "2024-01-22 25:00", "a date and a time of 24 hours"),
        ("started", "2024-01", "a full date"),
        ("started", "T" * 400, "a full date"),
        ("fasting", "U", "one of its choices (Y, N)"),
        ("position", "LYING", "one of its choices (SITTING, SUPINE, STANDING)"),
        ("position", "sitting", "one of its choices"),
        ("race", "WHITE|MARTIAN", "You entered 'MARTIAN'"),
        ("tube", "x" * 41, "at most 40 characters"),
        ("laboratory", "x" * 61, "a row of the site's table"),
        ("event", "AE 2", "a line of the participant's own records"),
        ("event", "a" * 32 + "|" + "b" * 32, "a line of the participant's own records"),
        ("term", "Feeling odd", "a CTCAE term"),
        ("note", "x" * 21, "Note holds 20 characters; you entered 21. Your text stays in the box: shorten it."),
        ("note", "a\x00b", "U+0000"),
        ("note", "a\x1bb", "U+001B"),
        ("note", "a\ud800b", "U+D800"),
        ("note", "pulse \u202e08", "U+202E"),
        ("note", "a\u2067b\u2069", "U+2067"),
        ("note", "a\uffffb", "U+FFFF"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(name: str, typed: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(EV[name], typed)
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("unit", ["x", "0", "T", "9 ", "-", "\x00", "e\u0301"])
def test_ten_megabytes_are_refused_at_once(name: str, unit: str) -> None:
    text = unit * (10_000_000 // len(unit))
    started = time.process_time()
    with pytest.raises(Unreadable, match=r"10000000|holds|20000"):
        read(EV[name], text)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("fasting", "Y", "Yes"),
        ("race", ("ASIAN", "OTHER"), "Asian; Other, specify"),
        ("weight", Decimal("72.0"), "72.0"),
        ("started", "2024-01-22T08:15", "2024-01-22 08:15"),
        ("tube", "glass tube", "glass tube"),
        ("note", None, ""),
    ],
)
def test_a_value_is_shown_in_words(name: str, value: object, words: str) -> None:
    assert display(EV[name], value) == words


def test_an_item_of_an_unknown_type_has_no_reading() -> None:
    with pytest.raises(TypeError, match="Item has no reading"):
        read(Item("Plain"), "x")
