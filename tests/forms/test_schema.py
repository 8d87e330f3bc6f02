"""The JSON door: bodies as patches, records as JSON, and the OpenAPI schemas that describe both."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import openapi_spec_validator
import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from marshmallow import ValidationError

from forms import items as it
from forms.crf import CRF
from forms.items import EMPTY, Answer, Item
from forms.json_types import json_type, to_json
from forms.patch import Patch
from forms.schema import crf_schema, dump_record, load_patch, read_json, record_schema
from tests.forms.test_reading import EV, VALUES
from tests.toy_crfs import declare_toys, make_record, own_registry

with own_registry():
    TOYS = declare_toys()


def load(crf: type[CRF], text: str) -> Patch:
    return load_patch(crf, read_json(text))


def everything(**items: Any) -> Patch:
    return load_patch(TOYS.Everything, {"row_version": 1, "items": items})


def problems(crf: type[CRF], text: str) -> dict[str, list[str]]:
    """The sentences by path with which a body is refused."""
    with pytest.raises(ValidationError) as refused:
        load(crf, text)
    return refused.value.messages  # type: ignore[return-value]


# Values


@pytest.mark.parametrize(
    ("name", "literal", "answer"),
    [
        ("pulse", "80", Answer(80)),
        ("pulse", '"80"', Answer(80)),
        ("change", "-3", Answer(-3)),
        ("weight", "72.0", Answer(Decimal("72.0"))),
        ("weight", '"72.0"', Answer(Decimal("72.0"))),
        ("weight", "72", Answer(Decimal("72"))),
        ("excess", "-0.10", Answer(Decimal("-0.10"))),
        ("seen_on", '"2024-02-29"', Answer(dt.date(2024, 2, 29))),
        ("onset", '"2024-03"', Answer("2024-03")),
        ("started", '"2024-01-22T08:15"', Answer("2024-01-22T08:15")),
        ("fasting", '"Y"', Answer("Y")),
        ("race", '["WHITE", "ASIAN", "WHITE"]', Answer(("ASIAN", "WHITE"))),
        ("race", "[]", EMPTY),
        ("events", f'["{"a" * 32}"]', Answer(("a" * 32,))),
        ("note", '"=1+1"', Answer("=1+1")),
        ("note", '"  spaced  "', Answer("spaced")),
        ("note", "null", EMPTY),
        ("pulse", "null", EMPTY),
        ("pulse", '{"missing": "NOT DONE"}', Answer(None, "NOT DONE")),
        ("race", '{"missing": "REFUSED"}', Answer(None, "REFUSED")),
        ("proposed", "7", Answer(7)),
    ],
)
def test_a_json_value_is_an_answer(name: str, literal: str, answer: Answer) -> None:
    patch = load(TOYS.Everything, f'{{"row_version": 1, "items": {{"{name}": {literal}}}}}')
    assert patch == Patch({name: answer})
    assert str(patch.items[name].value) == str(answer.value)


@pytest.mark.parametrize(
    ("name", "literal", "sentence"),
    [
        ("pulse", "true", "Pulse takes a number, or its digits as text."),
        ("pulse", "80.5", "Pulse takes a whole number"),
        ("pulse", "80.0", "Pulse takes a whole number"),
        ("pulse", "1e2", "Pulse takes a whole number"),
        ("pulse", '"8o"', "You entered '8o'"),
        ("pulse", '" 80"', "Pulse is sent as it is stored: '80' here."),
        ("pulse", '"080"', "Pulse is sent as it is stored: '80' here."),
        ("pulse", "[80]", "Pulse takes a number"),
        ("pulse", "1" * 4000, "Pulse holds 500 characters"),
        ("weight", "1e400", "Weight takes a number, like 3.8"),
        ("weight", "1e999999999", "Weight takes a number, like 3.8"),
        ("weight", "false", "Weight takes a number"),
        ("weight", '"72,0"', "Weight is sent as it is stored: '72.0' here."),
        ("weight", "72.05", "at most 1 decimals"),
        ("seen_on", '"2026-02-31"', "a date that exists in the calendar"),
        ("seen_on", '"9 mar 2024"', "Date seen is sent as it is stored: '2024-03-09' here."),
        ("seen_on", '"t"', "a full date"),
        ("seen_on", "20240309", "Date seen takes text."),
        ("started", '"2024-01-22 08:15"', "Start is sent as it is stored: '2024-01-22T08:15' here."),
        ("fasting", "true", "Fasting takes text."),
        ("fasting", '"yes"', "one of its choices (Y, N)"),
        ("race", '"WHITE"', "Race takes an array of texts."),
        ("race", '["WHITE", 1]', "Race takes an array of texts."),
        ("race", '["WHITE|ASIAN"]', "Race takes an array of texts."),
        ("race", '["MARTIAN"]', "You entered 'MARTIAN'"),
        ("event", '"AE 2"', "a line of the participant's own records"),
        ("note", "5", "Note takes text."),
        ("note", '"\\u0000"', "U+0000"),
        ("note", '"\\ud800"', "U+D800"),
        ("note", '"\\u202e"', "U+202E"),
        ("note", '"' + "x" * 21 + '"', "Note holds 20 characters; you entered 21."),
        ("note", '{"missing": "LOST"}', "send a value, or"),
        ("note", '{"missing": ["NOT DONE"]}', "send a value, or"),
        ("note", '{"missing": "NOT DONE", "value": "x"}', "send a value, or"),
        ("note", "{}", "send a value, or"),
        ("computed", "7", "There is nothing of this name to fill in here."),
        ("puls", "80", "There is nothing of this name to fill in here."),
    ],
)
def test_a_json_value_that_cannot_be_stored_is_refused_with_a_sentence(name: str, literal: str, sentence: str) -> None:
    [(path, [said])] = problems(TOYS.Everything, f'{{"row_version": 1, "items": {{"{name}": {literal}}}}}').items()
    assert path == name
    assert sentence in said
    assert len(said) < 300


def test_binary_floats_are_refused() -> None:
    with pytest.raises(ValidationError, match="Weight takes a number, or its digits as text"):
        everything(weight=72.0)


# Bodies


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "This is not JSON that can be read."),
        ("", "This is not JSON that can be read."),
        ('{"row_version": NaN}', "NaN is not a number that can be stored."),
        ('{"row_version": -Infinity}', "-Infinity is not a number that can be stored."),
        ('{"a": 1, "a": 2}', "A name stands twice in the same object."),
        ("[" * 22 + "]" * 22, "The body is nested deeper than 20 levels."),
        ("[" * 200_000, "This is not JSON that can be read."),
        ('{"a":' * 200_000, "This is not JSON that can be read."),
        ("1" * 5000, "This is not JSON that can be read."),
    ],
)
def test_json_that_cannot_be_trusted_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_json(text)
    assert refused.value.messages == {"body": [sentence]}


def test_json_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(ValidationError, match="not JSON"):
        read_json(b'{"note": "\xff"}')


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("[]", {"body"}),
        ("null", {"body"}),
        ('"x"', {"body"}),
        ("{}", {"row_version"}),
        ('{"row_version": "1"}', {"row_version"}),
        ('{"row_version": true}', {"row_version"}),
        ('{"row_version": 1.0}', {"row_version"}),
        ('{"row_version": -1}', {"row_version"}),
        ('{"row_version": 1, "complete": 1}', {"complete"}),
        ('{"row_version": 1, "complete": "true"}', {"complete"}),
        ('{"row_version": 1, "reason": 5}', {"reason"}),
        ('{"row_version": 1, "reason": "\\u0000"}', {"reason"}),
        ('{"row_version": 1, "items": []}', {"items"}),
        ('{"row_version": 1, "item": {}}', {"item"}),
        ('{"row_version": 1, "groups": []}', {"groups"}),
        ('{"row_version": 1, "groups": {"SLOTS": []}}', {"groups.SLOTS"}),
        ('{"row_version": 1, "groups": {"SLOT": {}}}', {"groups.SLOT"}),
        ('{"row_version": 1, "groups": {"SLOT": [5, {"row": 1, "dose": 5}]}}', {"SLOT.new1", "SLOT.1.dose"}),
        ('{"row_version": 1, "groups": {"SLOT": [{"items": {}}]}}', {"SLOT.new1.row"}),
        ('{"row_version": 1, "groups": {"SLOT": [{"row": 2, "items": {"dose": "x"}}]}}', {"SLOT.2.dose"}),
        ('{"row_version": 1, "groups": {"SLOT": [{"row": 0, "items": {"dose": 5}}]}}', {"SLOT.0.row"}),
        ('{"row_version": 1, "groups": {"SLOT": [{"row": 4, "items": {"dose": 5}}]}}', {"SLOT.4"}),
        ('{"row_version": 1, "groups": {"SLOT": [{"row": null, "items": {"dose": 5}}]}}', {"SLOT.new1"}),
        ('{"row_version": 1, "groups": {"SLOT": [{"row": 1}, {"row": 1}]}}', {"SLOT.1"}),
        ('{"row_version": 1, "groups": {"FINDING": [{"row": null}, {"row": null, "items": {"text": null}}]}}',
         {"FINDING.new1", "FINDING.new2"}),
        ('{"row_version": 1, "groups": {"FINDING": [{"row": 2, "items": {"text": "x"}, "remove_reason": "twice"}]}}',
         {"FINDING.2"}),
        ('{"row_version": 1, "groups": {"FINDING": [{"row": null, "items": {"text": "x"}, "remove_reason": "x"}]}}',
         {"FINDING.new1"}),
        ('{"row_version": 1, "reasons": {"weight": "Entry error"}}', {"weight"}),
        ('{"row_version": 1, "reasons": {"weight": 5}}', {"reasons.weight.value"}),
        ('{"row_version": 1, "items": {"weight": "x", "given": "Q"}, "groups": {"SLOT": [{"row": 1, "items": {"dose": true}}]}}',
         {"weight", "given", "SLOT.1.dose"}),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_by_path(text: str, paths: set[str]) -> None:
    assert set(problems(TOYS.Doses, text)) == paths


def test_a_whole_body() -> None:
    patch = load(
        TOYS.Doses,
        """{"row_version": 3, "reason": "Entry error", "complete": true,
            "items": {"weight": 72.0, "given": "Y"},
            "groups": {"SLOT": [{"row": 2, "items": {"dose": 43200000}}],
                       "FINDING": [{"row": 1, "remove_reason": "Entered twice"}, {"row": null, "items": {"text": "rash"}}]},
            "reasons": {"weight": "New source", "SLOT.2.dose": "Source corrected", "given": null}}""",
    )
    assert patch.items == {"weight": Answer(Decimal("72.0")), "given": Answer("Y")}
    assert patch.complete is True
    assert patch.reasons == {"weight": "New source", "SLOT.2.dose": "Source corrected"}
    assert [(row.number, row.items) for row in patch.rows["SLOT"]] == [(2, {"dose": Answer(43200000)})]
    assert [(row.number, row.key, row.items, row.remove_reason) for row in patch.rows["FINDING"]] == [
        (1, "1", {}, "Entered twice"), (None, "new1", {"text": Answer("rash")}, None),
    ]  # fmt: skip


def test_what_a_body_does_not_name_is_untouched() -> None:
    assert load(TOYS.Doses, '{"row_version": 0}') == Patch()


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["row_version", "items", "groups", "SLOT", "FINDING", "row", "weight", "text",
                                         "reasons", "missing", "remove_reason", "complete"]), inner, max_size=4),
                    max_leaves=12))  # fmt: skip
def test_no_body_does_anything_but_give_a_patch_or_sentences_by_path(body: Any) -> None:
    try:
        assert isinstance(load_patch(TOYS.Doses, body), Patch)
    except ValidationError as refused:
        assert isinstance(refused.messages, dict)
        assert all(isinstance(path, str) and said for path, said in refused.messages.items())


# Records


def test_a_record_as_json_in_canonical_values() -> None:
    record = make_record(
        TOYS.Doses,
        {"weight": Decimal("72.0"), "given": Answer(None, "UNKNOWN"), "calculated": Answer(43200000, None, "derived")},
        rows={"SLOT": [{"start": Answer("2024-01-22T08:15", None, "accepted proposal"), "dose": 43200000}]},
    )
    dumped = dump_record(TOYS.Doses, record)
    assert dumped["items"] == {
        "given": {"missing": "UNKNOWN"}, "reason": None, "reason_other": None, "weight": "72.0", "level": None,
        "total": None, "calculated": 43200000,
    }  # fmt: skip
    assert dumped["origins"] == {"calculated": "derived"}
    [row] = dumped["groups"]["SLOT"]
    assert (row["row"], row["uid"]) == (1, "SLOT-1")
    assert row["items"] == {"start": "2024-01-22T08:15", "dose": 43200000, "share": None, "comment": None}
    assert row["origins"] == {"start": "accepted proposal"}
    assert record_schema(TOYS.Doses)().dump(dumped) == dumped


@given(st.data())
@pytest.mark.parametrize("name", VALUES)
def test_what_is_read_from_a_record_can_be_sent_back(name: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[name])
    sent = json.dumps({"row_version": 1, "items": {name: to_json(EV[name], value)}})
    assert load(TOYS.Everything, sent).items == {name: Answer(value)}


# OpenAPI


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    """An OpenAPI 3.1 document with the schemas of two CRFs."""
    made = APISpec("Casebook", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    for crf in (TOYS.Everything, TOYS.Doses):
        made.components.schema(f"{crf.oid}Save", schema=crf_schema(crf))
        made.components.schema(f"{crf.oid}Record", schema=record_schema(crf))
    return {**made.to_dict(), "paths": {}}


def test_the_schemas_make_a_valid_openapi_document(spec: dict[str, Any]) -> None:
    openapi_spec_validator.validate(spec)
    assert {"EVSave", "EVItems", "EVRecord", "DOSave", "DOItems", "DOGroups", "DOSlotRow", "DOSlotItems"} <= set(
        spec["components"]["schemas"]
    )
    assert spec["components"]["schemas"]["DOSave"]["required"] == ["row_version"]
    assert spec["components"]["schemas"]["DOItems"]["properties"]["total"]["readOnly"] is True
    assert spec["components"]["schemas"]["DOItems"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("note", {"type": "string", "maxLength": 20}),
        ("pulse", {"type": ["integer", "string"], "minimum": 0, "maximum": 999, "pattern": "^(0|[1-9][0-9]{0,2})$"}),
        ("weight", {"type": ["string", "number"], "pattern": r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,1})?$"}),
        ("seen_on", {"type": "string", "format": "date"}),
        ("fasting", {"type": "string", "enum": ["Y", "N"]}),
        ("position", {"type": "string", "enum": ["SITTING", "SUPINE", "STANDING"]}),
        ("tube", {"type": "string", "maxLength": 40}),
        ("events", {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}),
    ],
)
def test_each_item_says_its_type_list_and_limits(spec: dict[str, Any], name: str, shape: dict[str, Any]) -> None:
    documented = spec["components"]["schemas"]["EVItems"]["properties"][name]["anyOf"]
    assert shape.items() <= documented[0].items()
    assert documented[1]["properties"]["missing"]["enum"][0] == "NOT DONE"
    assert documented[2] == {"type": "null"}


def test_every_item_type_says_its_json_type() -> None:
    assert {type(item) for item in EV.values()} == set(it.ITEM_TYPES)
    with pytest.raises(TypeError, match="Item has no JSON type"):
        json_type(Item("Plain"))


@given(st.data())
@pytest.mark.parametrize("name", VALUES)
def test_every_stored_value_conforms_to_the_documented_type(name: str, data: st.DataObject) -> None:
    Draft202012Validator(json_type(EV[name])).validate(to_json(EV[name], data.draw(VALUES[name])))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pulse", "080"), ("pulse", 1000), ("pulse", "8o"), ("weight", "72.05"), ("weight", "-1"), ("weight", "1e2"),
        ("seen_on", "2024-3-9"), ("seen_on", "1824-03-09"), ("onset", "2024-13"), ("started", "2024-01-22 08:15"),
        ("taken_at", "24:00"), ("note", "a\x00"), ("note", "x" * 21), ("event", "AE 2"), ("fasting", "U"),
    ],
)  # fmt: skip
def test_what_is_refused_does_not_conform_to_the_documented_type(name: str, value: object) -> None:
    assert not Draft202012Validator(json_type(EV[name])).is_valid(value)
    with pytest.raises(ValidationError):
        everything(**{name: value})


def test_schemas_are_made_once() -> None:
    assert crf_schema(TOYS.Doses) is crf_schema(TOYS.Doses)
    assert record_schema(TOYS.Doses) is record_schema(TOYS.Doses)
