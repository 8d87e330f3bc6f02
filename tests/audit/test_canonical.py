"""The canonical form is a contract: other programs must come to the same bytes (security.md 4.3)."""

import json
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import (
    NotCanonical,
    canonical,
    change_content,
    change_digest,
    text_commitment,
    value_text,
)
from audit.seal import merkle_root

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "canonical_vectors.json").read_text(encoding="utf-8")
)
READERS: dict[str, Any] = {
    "int": int, "decimal": Decimal, "bool": bool, "date": date.fromisoformat, "str": str,
    "instant": datetime.fromisoformat, "tuple": tuple,
}  # fmt: skip


def cases(group: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", VECTORS[group], ids=lambda case: case.get("name"))


@cases("canonical")
def test_values_have_one_canonical_text(case: dict[str, Any]) -> None:
    assert canonical(case["value"]).decode() == case["text"]


@cases("values")
def test_column_values_have_one_text(case: dict[str, Any]) -> None:
    assert value_text(READERS[case["type"]](case["input"])) == case["text"]


@cases("commitments")
def test_commitments_to_texts(case: dict[str, Any]) -> None:
    assert text_commitment(case["salt"], case["text"]) == case["commitment"]


@cases("changes")
def test_contents_and_digests_of_changes(case: dict[str, Any]) -> None:
    items = [tuple(item) for item in case["items"]]
    assert canonical(change_content(case["header"], items)).decode() == case["text"]
    assert change_digest(case["header"], items) == case["digest"]


@pytest.mark.parametrize("case", VECTORS["roots"], ids=lambda case: f"{len(case['leaves'])} leaves")
def test_merkle_roots_of_rfc_6962(case: dict[str, Any]) -> None:
    assert merkle_root(bytes.fromhex(leaf) for leaf in case["leaves"]).hex() == case["root"]


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), {1: "a"}, {"ä": 1}, b"a", {"a": {1, 2}}, [object()], "\ud800"],
    ids=["float", "nan", "too large", "too small", "number as key", "key not ascii", "bytes", "set", "object", "half"],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), object(), {"a": 1}])
def test_columns_hold_no_such_values(value: object) -> None:
    with pytest.raises(NotCanonical):
        value_text(value)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        value_text(datetime(2024, 1, 22))  # noqa: DTZ001


def test_further_kinds_of_columns() -> None:
    class Sex(StrEnum):
        FEMALE = "F"

    assert value_text(Sex.FEMALE) == "F"
    assert value_text(time(8, 15)) == "08:15:00"
    assert value_text(b"\x01\xff") == "01ff"
    assert value_text(None) is None


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=12,
)


@given(plain)
def test_the_canonical_text_reads_back_as_the_value(value: object) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)
