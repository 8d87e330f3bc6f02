"""The definitions of the study for programs: the forms, their blank and annotated CRFs, the specification."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from werkzeug.wrappers import Response

from edc.api.blueprint import ApiBlueprint
from edc.web import signed_in
from exports.definition_views import PDF, WORKBOOK, send_book, send_form, send_specification
from exports.paper_crf import Kind
from forms.crf import all_crfs
from forms.schema import StrictSchema
from forms.wording import visit_sentences

blueprint = ApiBlueprint("api_definitions", __name__, "Definitions: what is asked, for any token; no data.")


def _file(mimetype: str) -> dict[str, Any]:
    content = {mimetype: {"schema": {"type": "string", "contentMediaType": mimetype}}}
    return {"200": {"description": "The file.", "content": content}}


class Form(StrictSchema):
    """One form of this study build."""

    oid = fields.String(required=True)
    title = fields.String(required=True)
    version = fields.String(required=True)
    domain = fields.String(required=True)
    visits = fields.List(fields.String(), required=True)


class Forms(StrictSchema):
    """The forms of this study build."""

    forms = fields.List(fields.Nested(Form), required=True)


@blueprint.get("/definitions")
@signed_in
@blueprint.answers(200, Forms, "The forms.")
def list_forms() -> dict[str, Any]:
    """List the forms with their versions, and at which visits each is asked."""
    return {
        "forms": [
            {"oid": crf.oid, "title": crf.title, "version": crf.version, "domain": crf.domain,
             "visits": visit_sentences(crf)}
            for crf in all_crfs()
        ]
    }  # fmt: skip


@blueprint.get("/definitions/<any(blank, annotated):kind>-crf.pdf")
@signed_in
@blueprint.describes(responses=_file(PDF))
def book(kind: str) -> Response:
    """Take the blank or annotated CRF of all forms away; the download is in the trail."""
    return send_book(Kind(kind))


@blueprint.get("/definitions/<oid>/<any(blank, annotated):kind>-crf.pdf")
@signed_in
@blueprint.describes(responses=_file(PDF))
def form(oid: str, kind: str) -> Response:
    """Take the blank or annotated CRF of one form away."""
    return send_form(oid, Kind(kind))


@blueprint.get("/definitions/specification.pdf")
@signed_in
@blueprint.describes(responses=_file(PDF))
def specification() -> Response:
    """Take the specification of the study away as PDF."""
    return send_specification("pdf")


@blueprint.get("/definitions/specification.xlsx")
@signed_in
@blueprint.describes(responses=_file(WORKBOOK))
def workbook() -> Response:
    """Take the specification of the study away as a workbook, in which every cell is text."""
    return send_specification("xlsx")
