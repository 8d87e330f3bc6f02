"""The data dictionary: every item type in words and as a statistician declares it."""

import pytest

from forms import items as it
from forms.conditions import when
from forms.describe import column, data_dictionary_row
from forms.items import Item
from tests.toy_crfs import one_of_each

EV = one_of_each()


@pytest.mark.parametrize(
    ("name", "words", "declared"),
    [
        ("note", "Text, at most 20 characters", ("Char", 20, "")),
        ("pulse", "Whole number, at most 3 digits", ("Num", 8, "3.")),
        ("change", "Whole number, at most 4 digits, may be negative", ("Num", 8, "5.")),
        ("weight", "Number, at most 5 digits, 1 of them after the point, kept as recorded", ("Num", 8, "6.1")),
        ("seen_on", "Date", ("Num", 8, "YYMMDD10.")),
        ("onset", "Date as far as known: YYYY, YYYY-MM or YYYY-MM-DD", ("Char", 10, "")),
        ("taken_at", "Time of day, HH:MM, 24 hours", ("Num", 8, "TIME5.")),
        ("started", "Date and time of the site, YYYY-MM-DDTHH:MM; the date alone when the time is unknown", ("Char", 16, "")),
        ("fasting", "Y = Yes, N = No", ("Char", 1, "$NY.")),
        ("position", "One value of POSITION", ("Char", 8, "$POSITION.")),
        ("tube", "One value of TUBE, or other text as reported", ("Char", 40, "$TUBE.")),
        ("laboratory", "One row of the site's table of laboratories", ("Char", 60, "")),
        ("event", "Record identifier of a row of AE", ("Char", 32, "")),
        ("events", "Record identifiers of rows of AE", ("Char", 2000, "")),
        ("term", "A term of CTCAE", ("Char", 200, "")),
    ],
)
def test_an_item_in_words_and_as_a_column(name: str, words: str, declared: tuple[str, int, str]) -> None:
    kept = column(EV[name])
    assert kept.words == words
    assert (kept.type, kept.length, kept.format) == declared


def test_a_multiple_choice_is_as_long_as_all_its_values() -> None:
    race = EV["race"]
    assert isinstance(race, it.MultiChoice)
    assert column(race).length == len("|".join(race.codelist.values))


def test_every_item_type_is_described() -> None:
    assert {type(item) for item in EV.values()} == set(it.ITEM_TYPES)
    assert all(column(item).words for item in EV.values())
    with pytest.raises(TypeError, match="Item has no description"):
        column(Item("Plain"))


def test_a_line_of_the_data_dictionary() -> None:
    item = it.Decimal(
        "Dosing weight", 5, 1, unit="kg", plausible=("40", "150"), required=True, visible_if=when("given", "Y"),
        sdtm="VS.WEIGHT", cdash="VSORRES", help="Measured on the day.", since="2.0",
    ).bound("weight", "IL2A")  # fmt: skip
    assert data_dictionary_row(item) == {
        "oid": "IL2A.WEIGHT", "name": "weight", "label": "Dosing weight", "type": "Num", "length": 8, "format": "6.1",
        "words": "Number, at most 5 digits, 1 of them after the point, kept as recorded", "codelist": "", "unit": "kg",
        "required": "when asked", "asked_when": "given = Y", "plausible_range": "40 to 150", "sdtm": "VS.WEIGHT",
        "cdash": "VSORRES", "loinc": "", "help": "Measured on the day.", "answered_by": "site", "identifies": "",
        "verified": "yes", "since": "2.0", "retired": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("item", "answered_by", "verified", "required"),
    [
        (it.YesNo("Q", required=True), "site", "yes", "yes"),
        (it.YesNo("Q", assess=True), "investigator", "yes", "no"),
        (it.Integer("Q", derived=True), "calculated", "", "no"),
        (it.Integer("Q", derived=True, editable=True), "calculated, may be changed", "", "no"),
        (it.Text("Q", verify=False), "site", "", "no"),
    ],
)
def test_who_answers_and_what_is_verified(item: Item, answered_by: str, verified: str, required: str) -> None:
    row = data_dictionary_row(item)
    assert (row["answered_by"], row["verified"], row["required"]) == (answered_by, verified, required)
