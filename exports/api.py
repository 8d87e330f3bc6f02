"""Data files for programs: what the acting role may take away, streamed, exact to the character."""

from __future__ import annotations

from typing import Any

from flask import Response

from edc.api.blueprint import ApiBlueprint
from edc.api.schemas import Datasets
from edc.permissions import Permission
from edc.web import current, needs
from exports.csv_stream import Mode
from exports.dataset import list_datasets
from exports.views import stream_dataset

blueprint = ApiBlueprint("api_exports", __name__, "Data files: one per form and group, as in a release.")
P = Permission
FILE = {"text/csv": {"schema": {"type": "string"}}}


@blueprint.get("/datasets")
@needs(P.EXPORT_VALUES)
@blueprint.answers(200, Datasets, "The data files.")
def datasets() -> dict[str, Any]:
    """List the data files that the acting role may take away."""
    found = list_datasets(current().scope)
    return {"datasets": [{"name": one.name, "title": one.title, "columns": one.header} for one in found]}


@blueprint.get("/datasets/<name>.csv")
@needs(P.EXPORT_VALUES)
@blueprint.describes(responses={"200": {"description": "The file.", "content": FILE}})
def dataset(name: str) -> Response:
    """Take a data file away: UTF-8, comma-separated, text quoted, exact to the character.

    One row per record or row of a group, with code and decode, missing reason and unit; the download is in the trail.
    """
    return stream_dataset(name, Mode.RELEASE)
