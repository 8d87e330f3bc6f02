"""The structure that holds the house: declared rights, every output for every item type, one migration head."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from config import Config
from edc.records.tables import column_type
from edc.web import undeclared_routes
from forms import describe
from forms.items import ITEM_TYPES, Item
from forms.releases import changed_crfs
from tests.app_fixtures import app, application_url

__all__ = ["app", "application_url"]
ROOT = Path(__file__).parents[1]
SOURCES = [path for room in ("edc", "forms", "audit", "exports") for path in (ROOT / room).rglob("*.py")]


def sample(kind: type[Item]) -> Item:
    """An item of a type as a CRF would declare it."""
    words = {"Choice": {"codelist_name": "SEX"}, "MultiChoice": {"codelist_name": "RACE"}, "Reference": {"target": "AE"}}
    made = kind("Label", **words.get(kind.__name__, {}))  # type: ignore[arg-type]
    return made.bound("sample", "X")


@pytest.mark.parametrize("kind", ITEM_TYPES, ids=lambda kind: kind.__name__)
def test_each_item_type_has_a_column_and_a_description(kind: type[Item]) -> None:
    assert column_type(sample(kind)) is not None
    assert describe.data_dictionary_row(sample(kind))["words"]


@pytest.mark.requirement("C02")
def test_each_route_declares_who_may_use_it(app: Flask) -> None:
    assert undeclared_routes(app) == []


def test_released_definitions_are_those_in_the_code() -> None:
    assert changed_crfs() == []


def test_each_setting_is_documented() -> None:
    guide = (ROOT / "docs" / "settings.md").read_text()
    names = {f"CASEBOOK_{field.name.upper()}" for field in fields(Config) if field.name != "testing"}
    assert {name for name in names if name not in guide} == set()


def test_no_code_marks_text_as_safe_or_unpickles() -> None:
    forbidden = {
        r"render_template_string|Markup\(": "templates escape by themselves",
        r"\bParagraph\(": "exports.pdf_text.para escapes",
        r"pickle|yaml\.load": "nothing is unpickled",
    }
    allowed = {("pdf_text.py", r"\bParagraph\(")}
    found = [
        f"{path.relative_to(ROOT)}: {why}"
        for path in SOURCES
        for pattern, why in forbidden.items()
        if re.search(pattern, path.read_text()) and (path.name, pattern) not in allowed
    ]
    assert found == []
