"""The page of a tumour assessment and that of the lesion register, for every CRF that the study declares as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Flask, render_template
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from edc.clock import now
from edc.db import Session
from edc.permissions import Permission
from edc.records.book import SubjectBook
from edc.records.draft_views import keep_as_draft
from edc.records.form_page import View, at_slugs, open_form, this_place
from edc.records.service import get_subject
from edc.records.views import note_opening
from edc.tumours.assessment_page import render_assessment
from edc.tumours.posting import AssessmentPosting
from edc.tumours.register import build_register
from edc.web import ExpiredPost, db, keep_draft, needs
from forms.tumour_sheets import TUMOUR_SHEETS, TumourSheet

blueprint = Blueprint("tumours", __name__)
P = Permission
SHEETS = {sheet.crf.slug: sheet for sheet in TUMOUR_SHEETS}
REGISTERS = {sheet.register.slug: sheet for sheet in TUMOUR_SHEETS}


def at_assessments(method: str) -> Callable[[View], View]:
    """Register a view at the address of each assessment."""
    return at_slugs(blueprint, SHEETS, "/participants/<code>/<visit_slug>/{slug}", method=method)


def at_registers(view: View) -> View:
    """Register a view at the address of each lesion register."""
    for slug in REGISTERS:
        blueprint.add_url_rule(f"/participants/<code>/{slug}", view.__name__, view, defaults={"slug": slug})  # type: ignore[arg-type]
    return view


@at_assessments("GET")
@needs(P.RECORD_READ)
def assessment(**segments: Any) -> str:
    """One time point: to fill in for the site, to verify for the monitor, to read for everybody else."""
    place = this_place(segments)
    page = render_assessment(_sheet(segments), open_form(place))
    note_opening(place.record)
    return page


@at_assessments("POST")
@needs(P.RECORD_ENTER)
def save(**segments: Any) -> Response:
    """Store what can be stored of an assessment; what cannot be read comes back as it was typed."""
    return AssessmentPosting(_sheet(segments), segments).answer()


@at_registers
@needs(P.RECORD_READ)
def register(code: str, slug: str) -> str:
    """The lesions of a participant by role, with their readings over time."""
    subject, sheet = get_subject(db(), code), REGISTERS[slug]
    book = SubjectBook(db(), subject, now(db()))
    page: str = render_template("tumours/register.html", subject=subject, register=build_register(sheet, book))
    return page


def _sheet(segments: dict[str, Any]) -> TumourSheet:
    return SHEETS[segments["form_slug"]]


def keep_expired(session: Session, post: ExpiredPost) -> bool:
    """Keep the body of an assessment whose session had timed out as a draft of its owner."""
    return post.endpoint == f"{blueprint.name}.{save.__name__}" and keep_as_draft(session, post)


def _offer_to_keep(state: BlueprintSetupState) -> None:
    keep_draft(cast(Flask, state.app), keep_expired)


blueprint.record_once(_offer_to_keep)
