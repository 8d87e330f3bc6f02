"""The OpenAPI document is valid and complete, and the API answers nothing that it does not describe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import openapi_spec_validator
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from edc.permissions import Permission, Role
from edc.web import shell
from forms.crf import all_crfs
from tests import databases
from tests.api.conftest import add_consent_versions
from tests.api.programs import HYPOTENSION, WEIGHT, Program
from tests.app_fixtures import create_schema, make_app, open_account, sign_in

EXAMPLES = 6
WRITERS = {Permission.RECORD_VERIFY: "lindt", Permission.QUERY_OPEN: "lindt", Permission.QUERY_CLOSE: "shah"}
WELL_FORMED = {
    "code": "[A-Z0-9-]{1,16}", "uid": "[0-9a-f]{32}", "number": "[0-9]{1,9}", "name": "[a-z0-9_]+", "record": "[0-9a-f]{32}",
    "site": "[A-Za-z0-9_]{1,20}", "visit": "[A-Z0-9]{1,20}|None", "row_version": "[0-9]{1,9}", "item": ".{1,120}",
    "items": r"\['.*'\]",
}  # fmt: skip
FIRST: dict[str, tuple[dict[str, Any], str | None]] = {
    "AE": ({**HYPOTENSION, "start_date": "2023-01-01"}, None), "IL2A": (WEIGHT, "C1A1"), "DM": ({"sex": "F"}, "SCR"),
    "IL2D": ({"planned_start": "2024-01-24T09:00"}, "C1A1"), "VISIT": ({"visit_occurred": "Y"}, "SCR"),
    "LAB": ({"performed": "Y"}, "UNS1"),
}  # fmt: skip


class Surface:
    """One application with a participant in it, and the programs of its people."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        add_consent_versions(app)
        self.programs = {
            "ames": Program.of(app, "l.ames", Role.INVESTIGATOR), "lindt": Program.of(app, "m.lindt", Role.MONITOR),
            "shah": Program.of(app, "p.shah", Role.DATA_MANAGER),
        }  # fmt: skip
        ames = self.programs["ames"]
        self.code = ames.enrol()
        for visit in ({"kind": "UNS"}, {"kind": "A1", "number": 1}):
            ames.post(f"/participants/{self.code}/visits", visit)
        self.records = {form: ames.add(self.code, form, *FIRST[form])["uid"] for form in FIRST}
        body = {"record": self.records["IL2A"], "item": "dosing_weight_kg", "text": "Which scale?"}
        self.question = self.programs["lindt"].post("/queries", body).json["number"]

    def program_for(self, operation: APIOperation[Any]) -> Program:
        """A program that holds the right that the operation needs."""
        needed = re.findall(r"`([a-z]+:[a-z]+)`", operation.definition.raw["description"].rpartition("Needs")[2])
        name = next((WRITERS[Permission(right)] for right in needed if Permission(right) in WRITERS), "ames")
        return self.programs[name]

    def fill(self, case: Case) -> Case:
        """Put names that exist in place of most well-formed ones, so that requests get behind the loaders."""
        form = case.body.get("form") if isinstance(case.body, dict) else None
        uid = self.records.get(str(form), self.records["AE"])
        names = {
            "code": self.code, "uid": uid, "number": self.question, "name": "crf_ae", "oid": "DM", "record": uid, "site": "001",
            "row_version": self.programs["ames"].record(uid)["row_version"], "item": "verbatim", "visit": None,
            "items": ["verbatim", "serious"],
        }  # fmt: skip
        if form in FIRST:
            names["visit"] = FIRST[form][1]
        for part in (case.path_parameters, case.query, case.body):
            if isinstance(part, dict) and crc32(repr(part).encode()) % 8:
                known = {n: names[n] for n, value in part.items() if re.fullmatch(WELL_FORMED.get(n, "(?!)"), str(value))}
                part.update(known)
        return case


@contextmanager
def surface_on(kind: str, folder: Path) -> Iterator[Surface]:
    url = databases.prepared_database(kind, "application", create_schema, folder)
    app = make_app(url, api_requests_per_minute=10**9)
    yield Surface(app)
    shell(app).engine.dispose()
    databases.drop_database(url)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surface(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surface]:
    """An application that all examples of this file share."""
    with surface_on(request.param, tmp_path_factory.mktemp("surface")) as made:
        yield made


def described(surface: Surface) -> Any:
    headers = {"Authorization": f"Bearer {surface.programs['ames'].token}"}
    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", surface.app, config=config, headers=headers)
    schema.hook("map_case")(lambda context, case: surface.fill(case))
    return schema


def send_examples(operation: APIOperation[Any], mode: GenerationMode, token: str) -> None:
    """Send generated requests to one operation, and hold each answer against the document.

    Left out: that whatever fits the schema is taken. No schema says that a date stands in the calendar.
    """

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def answers(case: Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance])

    answers()


@pytest.mark.requirement("15.3.3")
@pytest.mark.parametrize("mode", list(GenerationMode), ids=["allowed", "forbidden"])
def test_every_operation_answers_as_it_is_described(surface: Surface, mode: GenerationMode) -> None:
    """Schemathesis sends what the document allows, then what it forbids: no 5xx, nothing undescribed."""
    for found in described(surface).get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.path_parameters or operation.query or operation.body):
            continue
        send_examples(operation, mode, surface.program_for(operation).token)


def test_the_document_is_valid_and_each_operation_states_its_right(surface: Surface) -> None:
    document = surface.programs["lindt"].get("/openapi.json").json
    openapi_spec_validator.validate(document)
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method in {"get", "post", "put"} & set(operations):
            operation = operations[method]
            assert "Needs `" in operation["description"] and operation["security"] == [{"token": []}], f"{method} {path}"
            assert operation["summary"] and {"401", "403", "404"} <= set(operation["responses"])


def test_each_form_has_its_body_and_its_answer(surface: Surface) -> None:
    schemas = surface.programs["ames"].get("/openapi.json").json["components"]["schemas"]
    missing = [f"{crf.oid}{part}" for crf in all_crfs() for part in ("New", "Change", "Document", "Saved")]
    assert [name for name in missing if name not in schemas] == []


def test_the_document_is_for_programs_with_a_token_only(surface: Surface) -> None:
    assert surface.app.test_client().get("/api/v1/openapi.json").status_code == 401


@pytest.mark.requirement("13.4.5")
def test_the_page_shows_every_operation_to_whoever_is_signed_in(surface: Surface) -> None:
    client = surface.app.test_client()
    assert client.get("/help/api").status_code == 303
    open_account(surface.app, "a.admin", Role.ADMINISTRATOR)
    page = sign_in(client, "a.admin").get("/help/api").text
    paths = surface.programs["ames"].get("/openapi.json").json["paths"]
    assert [path for path in paths if path not in page] == []
    assert "<script>" not in page and "style=" not in page and "http" not in page.replace("http&#34;", "")


def test_every_route_under_api_is_in_the_document(surface: Surface) -> None:
    described_rules = set(surface.programs["ames"].get("/openapi.json").json["paths"]) | {"/api/v1/openapi.json"}
    rules = {re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", rule.rule) for rule in surface.app.url_map.iter_rules()}
    assert {rule for rule in rules if rule.startswith("/api/")} == described_rules
