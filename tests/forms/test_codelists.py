"""Code lists: values as printed, labels in sentence case, values that rules rely on."""

import pytest

from forms.codelists import HOLD_REASONS_WITH_AE, LISTS, CodeList, CodeListEntry


def test_a_list_answers_for_its_values_in_order() -> None:
    colours = CodeList("COLOUR", [("RED", "Red", "C1"), CodeListEntry("BLUE", "Blue")], "CT C9")
    assert colours.values == ("RED", "BLUE")
    assert [entry.label for entry in colours] == ["Red", "Blue"]
    assert ("RED" in colours, "GREEN" in colours, len(colours)) == (True, False, 2)
    assert (colours.label("BLUE"), colours.entry("RED").ccode, colours.ccode) == ("Blue", "C1", "C9")


def test_a_value_of_another_release_is_shown_as_it_is() -> None:
    assert LISTS["SEX"].label("INTERSEX") == "INTERSEX"
    with pytest.raises(KeyError):
        LISTS["SEX"].entry("INTERSEX")


def test_a_value_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        CodeList("COLOUR", [("RED", "Red"), ("RED", "Crimson")])


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("OUT", "NOT RECOVERED/NOT RESOLVED", "Not recovered, not resolved"),
        ("ACN", "DOSE NOT CHANGED", "Dose not changed"),
        ("SLOTSTAT", "NOT_REACHED", "Not reached"),
        ("MCAT", "M1a", "M1a (melanoma)"),
        ("UNIT", "10^9/L", "10^9/L"),
        ("IL2LEVEL", "600000", "600,000 IU/kg"),
        ("LBTESTCD", "BILDIR", "Bilirubin, direct"),
        ("LBTESTCD", "GLUC", "Glucose"),
        ("CTCAE", "Urine output decreased", "Urine output decreased"),
    ],
)
def test_stored_value_and_friendly_label(name: str, value: str, label: str) -> None:
    assert LISTS[name].label(value) == label


@pytest.mark.parametrize("name", sorted(LISTS))
def test_no_label_shouts(name: str) -> None:
    for entry in LISTS[name]:
        shouting = [word for word in entry.label.split() if word.isalpha() and word.isupper() and len(word) > 6]
        assert not shouting, f"{name}: {entry.label}"


@pytest.mark.parametrize("name", sorted(LISTS))
def test_labels_tell_the_values_of_a_list_apart(name: str) -> None:
    labels = [entry.label for entry in LISTS[name]]
    assert len(set(labels)) == len(labels)


def test_hold_reasons_that_need_an_adverse_event() -> None:
    free = set(LISTS["HOLDREAS"].values) - HOLD_REASONS_WITH_AE
    assert free == {"SUBJECT REFUSED", "PHYSICIAN DECISION", "LOGISTIC", "OTHER"}


def test_ctcae_list_holds_the_whole_publication() -> None:
    assert len(LISTS["CTCAE"]) == 837
