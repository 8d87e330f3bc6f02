"""The page of the eligibility form; it is saved, verified and signed like every other form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from edc.eligibility.page import build_page
from edc.permissions import Permission
from edc.records.form_page import open_form, render_form, this_place
from edc.records.views import note_opening
from edc.web import current, needs
from forms import evaluation
from forms.crfs.eligibility import Eligibility
from forms.crfs.registration import Registration

blueprint = Blueprint("eligibility", __name__)
P = Permission


@blueprint.get(f"/participants/<code>/<visit_slug>/{Eligibility.slug}", defaults={"form_slug": Eligibility.slug})
@needs(P.RECORD_READ)
def form(**segments: Any) -> str:
    """The criteria with what the data say: to answer for the investigator, to read for everybody else."""
    place = this_place(segments)
    opened = open_form(place)
    if place.is_new:
        # Nothing is stored yet: the page shows what the data say so far.
        evaluation.run_derivations(opened.entry.view, opened.book.view())
    address = {"code": place.subject.code, "visit_slug": segments["visit_slug"]}
    may_download = current().may(P.CASEBOOK_DOWNLOAD) and not place.is_new
    page = render_form(
        opened, "eligibility/form.html", eligibility=build_page(opened.page),
        registration_url=url_for("records.form", **address, form_slug=Registration.slug),
        evidence_url=url_for("exports.eligibility", **address) if may_download else "",
    )  # fmt: skip
    note_opening(place.record)
    return page
