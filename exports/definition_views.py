"""The definitions of the study for whoever works in it: blank and annotated CRFs, and the specification.

They hold no data of any participant, so every signed-in person may read them, whatever the role.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any, BinaryIO

from flask import Blueprint, render_template, send_file
from werkzeug.wrappers import Response

from edc.errors import NotFound
from edc.permissions import Role
from edc.web import NavEntry, change_for_request, signed_in
from exports.csv_stream import file_name
from exports.paper_crf import Kind, write_book, write_form
from exports.specification_files import write_pdf, write_workbook
from forms.crf import all_crfs, get_crf_by_slug
from forms.study import STUDY_ID
from forms.wording import visit_sentences

blueprint = Blueprint("definitions", __name__)
READERS = frozenset(
    {Role.DATA_MANAGER, Role.SPONSOR, Role.ADMINISTRATOR, Role.INSPECTOR, Role.MONITOR, Role.MEDICAL_MONITOR}
)
NAV = [NavEntry("Forms", "definitions.index", READERS, 85)]
PDF = "application/pdf"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SPECIFICATIONS: dict[str, tuple[str, Callable[[BinaryIO], Any]]] = {
    "pdf": (PDF, write_pdf),
    "xlsx": (WORKBOOK, write_workbook),
}
SPOOL = 8 * 1024 * 1024


@blueprint.get("/definitions")
@signed_in
def index() -> str:
    """The forms of the study with their versions and visits, and what can be downloaded of them."""
    page: str = render_template("exports/definitions.html", crfs=all_crfs(), visit_sentences=visit_sentences)
    return page


@blueprint.get("/definitions/<any(blank, annotated):kind>-crf.pdf")
@signed_in
def book(kind: str) -> Response:
    """The blank or annotated CRF of all forms, as one book."""
    return send_book(Kind(kind))


@blueprint.get("/definitions/<form_slug>/<any(blank, annotated):kind>-crf.pdf")
@signed_in
def form(form_slug: str, kind: str) -> Response:
    """The blank or annotated CRF of one form."""
    crf = get_crf_by_slug(form_slug)
    if crf is None:
        raise NotFound
    return send_form(crf.oid, Kind(kind))


@blueprint.get("/definitions/specification.<any(pdf, xlsx):extension>")
@signed_in
def specification(extension: str) -> Response:
    """The specification of the study as PDF or as a workbook."""
    return send_specification(extension)


def send_book(kind: Kind) -> Response:
    """A book of all forms as a download, noted in the trail; also for programs."""
    return _download(f"{kind}-crf", "pdf", PDF, lambda target: write_book(all_crfs(), kind, target))


def send_form(oid: str, kind: Kind) -> Response:
    """The CRF of one form as a download, noted in the trail; raises NotFound for an unknown OID."""
    crf = next((crf for crf in all_crfs() if crf.oid == oid), None)
    if crf is None:
        raise NotFound
    return _download(f"{oid}-{kind}-crf", "pdf", PDF, lambda target: write_form(crf, kind, target))


def send_specification(extension: str) -> Response:
    """The specification as a download, noted in the trail."""
    mimetype, write = SPECIFICATIONS[extension]
    return _download("specification", extension, mimetype, write)


def _download(name: str, extension: str, mimetype: str, write: Callable[[BinaryIO], Any]) -> Response:
    with change_for_request("export:download") as made:
        made.note("download", f"{name}.{extension}", "download", None, f"{name}.{extension}")
    target: BinaryIO = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # type: ignore[assignment]  # noqa: SIM115
    write(target)
    target.seek(0)
    shown = file_name(STUDY_ID.value, name, extension=extension)
    return send_file(target, mimetype=mimetype, as_attachment=True, download_name=shown)
