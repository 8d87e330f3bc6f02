"""The OpenAPI document of the API, made from the routes when it is first asked for, and a page that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template
from flask_smorest import Api

from edc.api import schemas
from edc.api.blueprint import KEY_HEADER, PREFIX, ApiBlueprint
from edc.web import Access, access_of, signed_in

EXTENSION = "casebook-api"
VERSION = "1.0"
DESCRIPTION = """Casebook for programs. A token acts as its owner, in one role, at most with the owner's rights; it is
made under *Tokens* of the account page. Whatever is refused is answered as `application/problem+json`, in sentences,
and has changed nothing.

Dates are ISO 8601, and partial dates keep their precision. Decimals keep the digits as recorded: they are sent as text
or as JSON numbers and come back as text. An answer that is missing is `{"missing": reason}`; `null` clears one.

Send an `Idempotency-Key` with each request that changes something. The same request sent again with the same key is
carried out once: it is answered from what is stored now, or with 409 where that is no longer what the request said."""
REFUSALS = {
    400: "The request cannot be right as sent.",
    401: "No valid token.",
    403: "The token does not hold the right.",
    404: "Absent, or of another site.",
    409: "The state forbids it: locked, removed, changed meanwhile, or done before.",
    413: "The body is larger than this system accepts.",
    415: "The body is not JSON.",
    422: "Something cannot be read or needs its reason; `errors` names each path.",
    429: "Too many requests in a minute.",
    503: "The database does not answer.",
}
OF_BODIES = frozenset({400, 409, 413, 415, 422})
PARTS: dict[str, dict[str, Any]] = {
    "code": {"description": "The participant's code.", "schema": {"type": "string", "pattern": schemas.CODE}},
    "uid": {"description": "The uid of the record.", "schema": {"type": "string", "pattern": schemas.UID}},
    "number": {"description": "The number of the query."},
    "oid": {"description": "The OID of the form.", "schema": {"type": "string", "pattern": "^[A-Z0-9]{1,8}$"}},
    "kind": {"description": "Which print of the form.", "schema": {"type": "string", "enum": ["blank", "annotated"]}},
    "name": {"description": "The name of the data file.", "schema": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"}},
}
KEY_PARAMETER = {
    "name": KEY_HEADER, "in": "header", "required": False,
    "description": "A new key of 8 to 64 printable ASCII characters for each request, such as a UUID.",
    "schema": {"type": "string", "pattern": "^[!-~]{8,64}$"},
}  # fmt: skip


@dataclass
class Described:
    """The resources of an application, and their document once somebody asked for it."""

    blueprints: Sequence[ApiBlueprint]
    document: dict[str, Any] | None = None


class CasebookApi(Api):  # type: ignore[misc]
    """flask-smorest without its error answers: refusals are those of the whole application."""

    ERROR_SCHEMA = schemas.Problem

    def _register_error_handlers(self) -> None:
        """Leave errors to edc.problems."""


def install(app: Flask, blueprints: Sequence[ApiBlueprint]) -> None:
    """Register the resources, the document and its page."""
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    app.extensions[EXTENSION] = Described(blueprints)
    app.add_url_rule(f"{PREFIX}/openapi.json", "api_document", document)
    app.add_url_rule("/help/api", "api_page", page)


@signed_in
def document() -> Response:
    """The OpenAPI document."""
    return jsonify(openapi(current_app._get_current_object()))  # type: ignore[attr-defined]


@signed_in
def page() -> str:
    """The operations of the API for people."""
    text: str = render_template("api/document.html", document=openapi(current_app._get_current_object()))  # type: ignore[attr-defined]
    return text


def openapi(app: Flask) -> dict[str, Any]:
    """The document of an application; made once."""
    described: Described = app.extensions[EXTENSION]
    if described.document is None:
        described.document = _make(app, described.blueprints)
    return described.document


def _make(app: Flask, blueprints: Sequence[ApiBlueprint]) -> dict[str, Any]:
    api = CasebookApi(
        app,
        spec_kwargs={
            "title": "Casebook", "version": VERSION, "openapi_version": "3.1.0", "info": {"description": DESCRIPTION}
        },
    )  # fmt: skip
    for blueprint in blueprints:
        blueprint.register_views_in_doc(api, app, api.spec, name=blueprint.name, parameters=None)
        api.spec.tag({"name": blueprint.name, "description": blueprint.description})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "bearerFormat": "cbk_..."})
    made: dict[str, Any] = api.spec.to_dict()
    rights = _rights(app, blueprints)
    for path, operations in made["paths"].items():
        for parameter in operations.get("parameters", ()):
            parameter |= PARTS.get(parameter["name"], {})
        for method in ("get", "post", "put"):
            if method in operations:
                _complete(operations[method], method, rights[method, path])
    return made


def _rights(app: Flask, blueprints: Sequence[ApiBlueprint]) -> dict[tuple[str, str], Access]:
    return {key: access for blueprint in blueprints for key, access in _of_blueprint(app, blueprint)}


def _of_blueprint(app: Flask, blueprint: ApiBlueprint) -> Iterator[tuple[tuple[str, str], Access]]:
    from flask_smorest.spec.plugins import FlaskPlugin

    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{blueprint.name}."):
            for method in (rule.methods or set()) & {"GET", "POST", "PUT"}:
                access = access_of(app, rule.endpoint, method)
                assert access is not None
                yield (method.lower(), FlaskPlugin.flaskpath2openapi(rule.rule)), access


def _complete(operation: dict[str, Any], method: str, access: Access) -> None:
    """Add what every operation of its kind may be answered, the key of a request, and the right it needs."""
    takes_body = "requestBody" in operation
    refusals = {status: words for status, words in REFUSALS.items() if takes_body or status not in OF_BODIES}
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
        refusals[422] = REFUSALS[422]
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, words in refusals.items():
        operation["responses"][str(status)] = {"description": words, "content": content}
    operation["responses"].pop("default", None)
    if method != "get":
        operation.setdefault("parameters", []).append(KEY_PARAMETER)
    operation["security"] = [{"token": []}]
    needed = " and ".join(f"`{permission}`" for permission in access.permissions) or "`a valid token`"
    operation["description"] = f"{operation.get('description', '')}\n\nNeeds {needed}.".strip()
