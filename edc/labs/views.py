"""The page of a sheet of laboratory results, for every CRF that the study declares as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from edc.db import Session
from edc.labs.posting import SheetPosting
from edc.labs.sheet_page import render_sheet
from edc.permissions import Permission
from edc.records.draft_views import keep_as_draft
from edc.records.form_page import View, at_slugs, open_form, this_place
from edc.records.views import note_opening
from edc.web import ExpiredPost, keep_draft, needs
from forms.lab_sheets import LAB_SHEETS, LabSheet

blueprint = Blueprint("labs", __name__)
P = Permission
SHEETS = {sheet.crf.slug: sheet for sheet in LAB_SHEETS}


def at_sheets(method: str) -> Callable[[View], View]:
    """Register a view at the address of each sheet and of its further samples."""
    place = "/participants/<code>/<visit_slug>/{slug}"
    return at_slugs(blueprint, SHEETS, place, f"{place}/<int:repeat>", method=method)


@at_sheets("GET")
@needs(P.RECORD_READ)
def sheet(**segments: Any) -> str:
    """The results of one sample: to fill in for the site, to verify for the monitor, to read for everybody else."""
    place = this_place(segments)
    page = render_sheet(_sheet(segments), open_form(place))
    note_opening(place.record)
    return page


@at_sheets("POST")
@needs(P.RECORD_ENTER)
def save(**segments: Any) -> Response:
    """Store what can be stored of a sheet; what cannot be read comes back as it was typed."""
    return SheetPosting(_sheet(segments), segments).answer()


def _sheet(segments: dict[str, Any]) -> LabSheet:
    return SHEETS[segments["form_slug"]]


def keep_expired(session: Session, post: ExpiredPost) -> bool:
    """Keep the body of a sheet whose session had timed out as a draft of its owner."""
    return post.endpoint == f"{blueprint.name}.{save.__name__}" and keep_as_draft(session, post)


def _offer_to_keep(state: BlueprintSetupState) -> None:
    keep_draft(cast(Flask, state.app), keep_expired)


blueprint.record_once(_offer_to_keep)
