"""Every CRF of the study has every output that is derived from its declaration."""

import warnings
from typing import Any

import openapi_spec_validator
import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

import forms.crfs  # noqa: F401
from forms.crf import CRF, all_crfs, collections
from forms.describe import data_dictionary_row
from forms.entry_form import entry_form
from forms.releases import canonical_json, definition
from forms.schema import crf_schema, dump_record, load_patch, record_schema
from tests.toy_crfs import make_record

CRFS = all_crfs()


@pytest.fixture(params=CRFS, ids=lambda crf: crf.oid)
def crf(request: pytest.FixtureRequest) -> Any:
    """Each CRF of this study build."""
    return request.param


def test_it_has_an_entry_form(crf: type[CRF]) -> None:
    for _, collection in collections(crf):
        form = entry_form(collection)()
        form.process()
        asked = [item.name for item in collection.items.values() if item.editable or not item.derived]
        assert [name for name in asked if not form[name]()] == []


def test_it_has_a_json_body_and_answer(crf: type[CRF]) -> None:
    empty = dump_record(crf, make_record(crf))
    assert record_schema(crf)().dump(empty) == empty
    assert load_patch(crf, {"row_version": 0}).items == {}


def test_it_has_a_definition_and_a_data_dictionary(crf: type[CRF]) -> None:
    assert crf.oid in canonical_json(definition(crf))
    for _, collection in collections(crf):
        oids = [data_dictionary_row(item)["oid"] for item in collection.items.values()]
        assert len(oids) == len(set(oids))


def test_all_of_them_fit_in_one_openapi_document() -> None:
    spec = APISpec("Casebook", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for crf in CRFS:
            spec.components.schema(f"{crf.oid}Save", schema=crf_schema(crf))
            spec.components.schema(f"{crf.oid}Record", schema=record_schema(crf))
    openapi_spec_validator.validate({**spec.to_dict(), "paths": {}})
