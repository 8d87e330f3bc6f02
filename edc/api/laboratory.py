"""Laboratory results by program: a file or its rows, compared first, then taken whole or not at all."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

from flask import Response, jsonify, request
from marshmallow import fields, validate

from edc.api.blueprint import ApiBlueprint, read_body
from edc.api.problems import RequestUnreadable
from edc.db import Session
from edc.labs import importing
from edc.labs.csv_rows import LONGEST_CELL, MOST_ROWS
from edc.labs.importing import Report, ResultFile, file_of_rows, read_file, vars_of
from edc.labs.result_rows import COLUMNS
from edc.labs.samples import State
from edc.permissions import Permission
from edc.web import current, db, needs, read_only, shell
from forms.json_types import STORABLE
from forms.schema import StrictSchema

blueprint = ApiBlueprint("api_laboratory", __name__, "Laboratory results from files.")
P = Permission
CSV = "text/csv"
CELL = {"type": "string", "maxLength": LONGEST_CELL, "pattern": STORABLE}
ROWS = {
    "type": "object", "additionalProperties": False, "required": ["rows"],
    "properties": {
        "rows": {
            "type": "array", "minItems": 1, "maxItems": MOST_ROWS,
            "items": {
                "type": "object", "additionalProperties": False,
                "required": [column.name for column in COLUMNS if column.needed],
                "properties": {column.name: {**CELL, "description": column.meaning} for column in COLUMNS},
            },
        }
    },
}  # fmt: skip
BODY = {"required": True, "content": {"application/json": {"schema": ROWS}, CSV: {"schema": {"type": "string"}}}}


class ImportQuery(StrictSchema):
    """What is done with the file, and how much is said of it."""

    dry_run = fields.Boolean(
        required=True, truthy={"true", "1"}, falsy={"false", "0"},
        metadata={"description": "true: compare only; false: store the new results when no row stops the file."},
    )  # fmt: skip
    file_name = fields.String(
        load_default="results.csv", validate=validate.Regexp(r"[A-Za-z0-9._-]{1,80}\Z"),
        metadata={"pattern": "^[A-Za-z0-9._-]{1,80}$", "description": "Kept in the trail: name no participant in it."},
    )  # fmt: skip
    report = fields.String(load_default="stops", validate=validate.OneOf(["stops", "all"]))


class ImportedRow(StrictSchema):
    """What was found of one row; rows are counted as in the file, whose header is row 1."""

    row = fields.Integer(required=True)
    participant = fields.String(required=True)
    test = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    column = fields.String(required=True)
    sentence = fields.String(required=True)


class ImportCounts(StrictSchema):
    """How many rows are in each state."""

    new = fields.Integer(required=True)
    same = fields.Integer(required=True)
    differs = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class Imported(StrictSchema):
    """What a file brought, or would bring."""

    file_name = fields.String(required=True)
    sha256 = fields.String(required=True)
    stored = fields.Integer(required=True, metadata={"description": "How many rows brought something; 0 in a dry run."})
    counts = fields.Nested(ImportCounts, required=True)
    rows = fields.List(fields.Nested(ImportedRow), required=True)


@blueprint.post("/lab-import")
@needs(P.IMPORT_RUN)
@blueprint.asks(ImportQuery)
@blueprint.describes(requestBody=BODY)
@blueprint.answers(200, Imported, "Compared, and stored unless it was a dry run.")
def take_results(asked: dict[str, Any]) -> Response:
    """Import laboratory results.

    The body is the file itself (text/csv in UTF-8, at most 10 MB) or its rows as JSON, values as printed. All new
    results are stored or none: a row that differs from what is recorded or is refused stops the file. The same file
    again changes nothing.
    """
    file = _read_file(asked["file_name"])
    report = Report(file)
    read_only()
    _run(importing.check(db(), file, report))
    if not asked["dry_run"]:
        with _writer() as session:
            _run(importing.take(session, current().actor, file, report))
    told = report.lines if asked["report"] == "all" else report.stopping[: importing.SHOWN]
    return jsonify(
        file_name=file.name, sha256=file.sha256, stored=report.taken, counts=report.count_words,
        rows=[vars_of(line) for line in told],
    )  # fmt: skip


def _run(steps: Iterator[int]) -> None:
    for _ in steps:
        pass


def _writer() -> Session:
    session = shell().session(writes=True)
    session.info["scope"] = current().scope
    return session


def _read_file(name: str) -> ResultFile:
    body = request.get_data(cache=request.mimetype != CSV)
    if request.mimetype == CSV:
        return read_file(io.BytesIO(body), name)
    return file_of_rows(_rows_of(read_body()), name, hashlib.sha256(body).hexdigest())


def _rows_of(sent: Any) -> list[dict[str, str]]:
    """The rows of a JSON body, each value as text; raises RequestUnreadable."""
    rows = sent.get("rows") if isinstance(sent, dict) and set(sent) == {"rows"} else None
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise RequestUnreadable({"rows": [f"Send an object with `rows`, a list of at most {MOST_ROWS:,} objects."]})
    names = {column.name for column in COLUMNS}
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or not row.keys() <= names:
            raise RequestUnreadable({f"rows.{number}": [f"Send an object whose names are among {', '.join(names)}."]})
        wrong = next((name for name, value in row.items() if not isinstance(value, str)), None)
        if wrong is not None:
            raise RequestUnreadable({f"rows.{number}.{wrong}": ["Send text, as the laboratory printed it."]})
    return rows
