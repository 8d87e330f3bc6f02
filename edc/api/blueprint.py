"""Blueprints of the API: bodies with exact decimals, refusals in the words of the catalogue, typed decorators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, Protocol, TypeVar, cast

import marshmallow
from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from webargs.core import is_json
from webargs.flaskparser import FlaskParser

from edc.api.problems import KeyUnusable, NotJson, RequestUnreadable
from edc.web import SAFE_METHODS, request_id
from forms.schema import read_json

PREFIX = "/api/v1"
KEY_HEADER = "Idempotency-Key"
Handler = TypeVar("Handler", bound=Callable[..., Any])


class Decorator(Protocol):
    """What declares something of a view and gives the view back."""

    def __call__(self, view: Handler, /) -> Handler: ...


def read_body() -> Any:
    """The JSON body of the request; raises NotJson or RequestUnreadable."""
    if not is_json(request.mimetype):
        raise NotJson
    try:
        return read_json(request.get_data(cache=False))
    except ValidationError as error:
        raise RequestUnreadable(flattened(error.messages)) from None


def flattened(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Nested messages of marshmallow as sentences by path."""
    found: dict[str, list[str]] = {}
    for where, sentences in _leaves(messages, path):
        found.setdefault(where or "body", []).extend(sentences)
    return found


def _leaves(messages: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    if not isinstance(messages, Mapping):
        yield path, [str(message) for message in messages]
        return
    for key, inner in messages.items():
        name = "" if key == "_schema" else str(key)
        yield from _leaves(inner, f"{path}.{name}" if path and name else path or name)


class BodyParser(FlaskParser):
    """Reads bodies with `read_json` and refuses names that a query string does not have."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": marshmallow.RAISE}

    def load_json(self, req: Any, schema: Schema) -> Any:
        """The body of the request."""
        return read_body()

    def handle_error(self, error: ValidationError, req: Any, schema: Schema, **_: Any) -> NoReturn:
        """Refuse with the sentences by path."""
        messages = cast("dict[str, Any]", error.messages)
        raise RequestUnreadable(flattened(next(iter(messages.values()))))


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """The operations of one resource under /api/v1."""

    ARGUMENTS_PARSER = BodyParser()

    def __init__(self, name: str, import_name: str, description: str) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX, description=description)
        self.before_request(_refuse_unusable_key)

    def get(self, rule: str) -> Decorator:
        """Declare an operation that reads."""
        return cast(Decorator, self.route(rule, methods=["GET"]))

    def post(self, rule: str) -> Decorator:
        """Declare an operation that acts or adds."""
        return cast(Decorator, self.route(rule, methods=["POST"]))

    def put(self, rule: str) -> Decorator:
        """Declare an operation that saves what is there."""
        return cast(Decorator, self.route(rule, methods=["PUT"]))

    def takes(self, schema: type[Schema]) -> Decorator:
        """Read the body by a schema and give it to the view as its first argument."""
        return cast(Decorator, self.arguments(schema))

    def asks(self, schema: type[Schema]) -> Decorator:
        """Read the query string by a schema and give it to the view as its first argument."""
        return cast(Decorator, self.arguments(schema, location="query"))

    def answers(self, status: int, schema: type[Schema] | dict[str, Any], words: str) -> Decorator:
        """Write what the view returns by a schema; one that is only described (a dict) is written by the view."""
        return cast(Decorator, self.response(status, schema, description=words))

    def describes(self, **parts: Any) -> Decorator:
        """Add parts of the description that no schema of ours gives."""
        return cast(Decorator, self.doc(**parts))

    def may_answer(self, status: int, schema: type[Schema] | dict[str, Any], words: str) -> Decorator:
        """Describe another answer that is part of the normal course."""
        return cast(Decorator, self.alt_response(status, schema=schema, description=words, success=True))


def _refuse_unusable_key() -> None:
    """A key that is silently dropped would let a repeated request be carried out twice."""
    sent = request.headers.get(KEY_HEADER)
    if sent is not None and request.method not in SAFE_METHODS and request_id() != sent:
        raise KeyUnusable
